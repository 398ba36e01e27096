/* who_why.c - `who why`: each way in as a chain of lines of the mesh; where there is none, what
 * comes nearest. */
#include "command/who.h"

#include "check/access/reasons.h"
#include "source/render.h"

#include <string.h>

/* Ways of one principal that are shown; what comes nearest. */
enum { WAYS_SHOWN = 20, NEAREST_SHOWN = 3 };

struct why {
    struct page *page;
    struct effective *effective;
    struct arena arena;
    struct question question;
    const char *target;
};

static void put_chain(struct why *w, const struct reason *reason)
{
    for (size_t i = 0; i < reason->lines.len; i++)
        render_place(w->effective->s, w->page->out, reason->lines.at[i].at,
                     reason->lines.at[i].text, w->page->colour);
}

static void put_ways(struct why *w, const struct reasons *reasons)
{
    const struct party *party = &w->effective->parties.list.at[w->question.party];
    bool held = reasons->list.at[0].held;
    buf_format(w->page->out, "'%s' %s %s '%s'", party->name, held ? "can" : "can get to",
               permission_word(w->question.permission), w->target);
    if (reasons->list.len > 1)
        buf_format(w->page->out, ", in %zu ways", reasons->list.len);
    buf_puts(w->page->out, ":\n\n");
    for (size_t i = 0; i < reasons->list.len && i < WAYS_SHOWN; i++) {
        if (reasons->list.len > 1)
            buf_format(w->page->out, "%zu. %s\n", i + 1,
                       reasons->list.at[i].held ? "it is granted" : "it can be reached");
        put_chain(w, &reasons->list.at[i]);
        buf_putc(w->page->out, '\n');
    }
    if (reasons->list.len > WAYS_SHOWN)
        buf_format(w->page->out, "and %zu more ways\n\n", reasons->list.len - WAYS_SHOWN);
}

/* ---- what comes nearest ---------------------------------------------------------------------- */

/* Why an expression does not match: the first condition that the column's value does not satisfy.
 */
static void put_mismatch(struct why *w, const struct tag_expression *expression)
{
    const struct output *output = w->question.output;
    const struct column *column =
        w->question.column == ANY_COLUMN ? NULL : table_column(output, w->question.column);
    if (column && table_column_is_key(output, w->question.column))
        column = NULL;
    for (size_t i = 0; i < expression->list.len; i++) {
        const struct tag_condition *condition = &expression->list.at[i];
        const struct tagging *source = tag_source_of(output, column, condition->tag);
        atom value = tag_value_of(output, column, condition->tag);
        if (tag_condition_has(condition, value))
            continue;
        const char *name = column ? column->decl.name : output->decl.path;
        const char *text = value ? arena_format(&w->arena, "but '%s' has %s: %s", name,
                                                condition->tag->decl.path, value)
                                 : arena_format(&w->arena, "but '%s' has no value of %s", name,
                                                condition->tag->decl.path);
        struct span at = source ? source->at : value ? condition->tag->decl.at : condition->at;
        render_place(w->effective->s, w->page->out, at, text, w->page->colour);
        return;
    }
}

/* A route to the table that does not show what is asked for, or to other tables. */
static bool put_near(struct why *w, const struct route *route)
{
    const struct cause *cause = route->entry->causes;
    const struct grant *grant = cause ? cause->grant : NULL;
    if (!grant)
        return false;
    const struct principal *named = cause->named ? cause->named : route->entry->principal;
    render_place(w->effective->s, w->page->out, grant->target_at,
                 arena_format(&w->arena, "'%s' is granted this", named->decl.path),
                 w->page->colour);
    if (grant->target == GRANT_TAGGED)
        put_mismatch(w, &grant->expression);
    else if (grant->has_columns && w->question.column != ANY_COLUMN)
        render_place(w->effective->s, w->page->out, (struct span){0, 0},
                     arena_format(&w->arena, "but '%s' is not among its columns",
                                  table_column_name(w->question.output, w->question.column)),
                     w->page->colour);
    else
        render_place(w->effective->s, w->page->out, (struct span){0, 0},
                     arena_format(&w->arena, "but it does not give %s there",
                                  permission_word(w->question.permission)),
                     w->page->colour);
    buf_putc(w->page->out, '\n');
    return true;
}

/* How many conditions of the grant's expression do not hold: the fewer, the nearer. */
static size_t distance(const struct why *w, const struct tag_expression *expression)
{
    const struct output *output = w->question.output;
    const struct column *column =
        w->question.column == ANY_COLUMN ? NULL : table_column(output, w->question.column);
    size_t count = 0;
    for (size_t i = 0; i < expression->list.len; i++) {
        const struct tag_condition *condition = &expression->list.at[i];
        count += !tag_condition_has(condition, tag_value_of(output, column, condition->tag));
    }
    return count;
}

static bool nearest_by_tags(struct why *w, struct view *view, struct route *out)
{
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < view->granters.len; i++) {
        struct item_range items = view_items(view, &view->granters.at[i], ITEM_ON_TAGGED_TABLES);
        for (size_t k = 0; k < items.len; k++) {
            size_t far = distance(w, items.at[k].entry->expression);
            if (far < least) {
                least = far;
                *out = (struct route){items.at[k].entry, items.at[k].party, REACH_NONE};
            }
        }
    }
    return least != SIZE_MAX;
}

static void put_nearest(struct why *w)
{
    const struct party *party = &w->effective->parties.list.at[w->question.party];
    struct routes routes = {0};
    struct route route;
    struct view view;
    size_t shown = 0;
    buf_format(w->page->out, "no grant, role or policy of this mesh gives '%s' %s on '%s'",
               party->name, permission_word(w->question.permission), w->target);
    size_t at = w->page->out->len;
    buf_puts(w->page->out, "; what comes nearest:\n\n");
    view_open(w->effective, w->question.party, &view);
    view_routes(&view, &w->arena, w->question.output, &routes);
    for (size_t i = 0; i < routes.list.len && shown < NEAREST_SHOWN; i++)
        shown += put_near(w, &routes.list.at[i]);
    if (!shown && nearest_by_tags(w, &view, &route))
        shown += put_near(w, &route);
    if (!shown) {
        w->page->out->len = at;
        buf_puts(w->page->out, "; nothing comes near\n\n");
    }
    view_close(&view);
}

/* ---- other days ------------------------------------------------------------------------------ */

/* What gives it on another day than the one asked about; false: nothing does. */
static bool put_other_days(struct why *w)
{
    struct effective *e = w->effective;
    const struct party *party = &e->parties.list.at[w->question.party];
    struct effective always;
    struct reasons reasons = {0};
    if (!e->day)
        return false;
    effective_make(e->s, e->deployment, e->entries, &always);
    reasons_find(&always, &w->arena, &w->question, &reasons);
    if (reasons.list.len)
        buf_format(w->page->out, "nothing gives '%s' %s on '%s' that day; on another:\n\n",
                   party->name, permission_word(w->question.permission), w->target);
    for (size_t i = 0; i < reasons.list.len && i < NEAREST_SHOWN; i++) {
        const struct grant *grant = reasons.list.at[i].grant;
        put_chain(w, &reasons.list.at[i]);
        if (grant && grant->until)
            render_place(e->s, w->page->out, grant->until_at,
                         arena_format(&w->arena, "but the last day is %s", grant->until),
                         w->page->colour);
        buf_putc(w->page->out, '\n');
    }
    effective_free(&always);
    return reasons.list.len > 0;
}

/* ---- questions ------------------------------------------------------------------------------- */

static void why_table(struct why *w, const struct output *output, size_t column)
{
    struct reasons reasons = {0};
    w->question.output = output;
    w->question.column = column;
    w->target = column_path(&w->arena, output, column);
    reasons_find(w->effective, &w->arena, &w->question, &reasons);
    if (reasons.list.len)
        put_ways(w, &reasons);
    else if (!put_other_days(w))
        put_nearest(w);
}

static bool is_about(const struct effective *e, const struct about *about, const struct item *item)
{
    const struct entry *entry = item->entry;
    switch (about->kind) {
    case ABOUT_DATABASE:
        if (item->kind == ITEM_ON_TAGGED_DATABASES)
            return signatures_matching(
                       (struct signatures *)(uintptr_t)&e->signatures,
                       entry->expression)[e->signatures.of_database[about->domain->decl.index]] &&
                   entry->owner == account_of_catalog(e->deployment, about->domain);
        return item->kind == ITEM_ON_DATABASE && entry->domain == about->domain;
    case ABOUT_LOCATION:
        return item->kind == ITEM_ON_LOCATION &&
               strncmp(about->location, entry->location, strlen(entry->location)) == 0;
    case ABOUT_TAG:
        return item->kind == ITEM_ON_TAG && entry->expression->list.at[0].tag == about->tag;
    case ABOUT_CATALOG:
        return item->kind == ITEM_ON_CATALOG;
    case ABOUT_TABLES:
        break;
    }
    return false;
}

/* Each permission of somebody on a database, location, tag or catalog is told of with its reasons.
 */
static void why_other(struct why *w, const struct inquiry *inquiry)
{
    struct effective *e = w->effective;
    struct reasons reasons = {0};
    struct view view;
    view_open(e, w->question.party, &view);
    w->question.permission = ~0u;
    for (size_t i = 0; i < view.granters.len; i++) {
        const struct granter *granter = &view.granters.at[i];
        for (size_t k = e->first_of_party[granter->party];
             k < e->first_of_party[granter->party + 1]; k++) {
            const struct item *item = &e->items[k];
            struct route route = {item->entry, item->party, REACH_WHOLE};
            if (is_about(e, &inquiry->about, item) &&
                view_counts(&view, granter, item->entry->owner))
                reasons_of_route(e, &w->arena, &w->question, &route, &reasons);
        }
    }
    view_close(&view);
    reasons_sort(&reasons);
    const char *name = e->parties.list.at[w->question.party].name;
    if (!reasons.list.len)
        buf_format(w->page->out,
                   "no grant, role or policy of this mesh gives '%s' anything on '%s'\n\n", name,
                   inquiry->target);
    else
        buf_format(w->page->out, "'%s' has rights on '%s':\n\n", name, inquiry->target);
    for (size_t i = 0; i < reasons.list.len && i < WAYS_SHOWN; i++) {
        put_chain(w, &reasons.list.at[i]);
        buf_putc(w->page->out, '\n');
    }
}

void who_why_text(struct page *page, struct effective *effective, const struct inquiry *inquiry)
{
    struct why w = {.page = page, .effective = effective};
    party_set asked;
    if (!who_parties(effective, &w.arena, inquiry, &asked)) {
        arena_free(&w.arena);
        return;
    }
    const char *name = effective->deployment->name, *day = effective->day;
    if (name || day)
        buf_format(page->out, "%s%s%s%s%s%s:\n\n", name ? "in environment '" : "", name ? name : "",
                   name ? "'" : "", name && day ? ", " : "", day ? "on " : "", day ? day : "");
    for (size_t i = 0; i < effective->parties.list.len; i++) {
        if (!party_set_has(asked, i))
            continue;
        w.question = (struct question){.party = i, .permission = PERMIT_SELECT};
        if (inquiry->about.kind != ABOUT_TABLES)
            why_other(&w, inquiry);
        for (size_t k = 0; k < inquiry->about.outputs.len; k++)
            why_table(&w, inquiry->about.outputs.at[k], inquiry->about.column);
    }
    arena_free(&w.arena);
}
