/* who_facts.c - what is told of parties, as rows: one for each thing, permission and limit. */
#include "command/who.h"

#include <string.h>

const char *may_word(enum may may)
{
    static const char *const words[] = {
        [MAY_YES] = "yes", [MAY_ROWS] = "rows", [MAY_REACH] = "reach"};
    return words[may];
}

struct teller {
    struct view *view;
    struct arena *arena;
    struct facts *out;
};

static void tell(struct teller *t, struct fact fact)
{
    fact.party = t->view->party;
    vec_push(t->arena, &t->out->list, fact);
}

/* One row for each permission that is held, reached or may be passed on. */
static void tell_plain(struct teller *t, struct fact fact, const struct plain_access *access)
{
    for (unsigned bit = PERMIT_SELECT; bit <= PERMIT_LAST; bit <<= 1) {
        if (!((access->held | access->reached | access->grantable) & bit))
            continue;
        fact.permission = bit;
        fact.may = access->held & bit ? MAY_YES : MAY_REACH;
        fact.pass_on = access->grantable & bit;
        tell(t, fact);
    }
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const char *joined(struct arena *arena, const char *const *texts, size_t count,
                          const char *between)
{
    struct buf text = {0};
    for (size_t i = 0; i < count; i++)
        buf_format(&text, "%s%s", i ? between : "", texts[i]);
    const char *copy = arena_copy(arena, text.at ? text.at : "", text.len);
    buf_free(&text);
    return copy;
}

static const char *columns_of(struct arena *arena, const struct output *output,
                              const struct select_group *group)
{
    if (group->columns.len == table_column_count(output))
        return NULL;
    const char **names = arena_array(arena, const char *, group->columns.len + 1);
    for (size_t i = 0; i < group->columns.len; i++)
        names[i] = table_column_name(output, group->columns.at[i]);
    return joined(arena, names, group->columns.len, ", ");
}

static bool has_column(const struct select_group *group, size_t column)
{
    for (size_t i = 0; i < group->columns.len; i++)
        if (group->columns.at[i] == column)
            return true;
    return false;
}

/* SELECT of some columns, or of the one that is asked for; then the rest. */
static void tell_table(struct teller *t, const struct output *output, size_t column,
                       unsigned permissions)
{
    struct table_access access;
    struct select_groups groups;
    struct fact fact = {.kind = "table", .thing = output->decl.path};
    if (!view_table(t->view, t->arena, output, &access))
        return;
    select_groups_make(t->arena, &access, &groups);
    for (size_t i = 0; permissions & PERMIT_SELECT && i < groups.list.len; i++) {
        const struct select_group *group = &groups.list.at[i];
        if (column != ANY_COLUMN && !has_column(group, column))
            continue;
        struct fact select = fact;
        select.permission = PERMIT_SELECT;
        select.columns = column == ANY_COLUMN ? columns_of(t->arena, output, group)
                                              : table_column_name(output, column);
        select.may = !group->held ? MAY_REACH : group->all ? MAY_YES : MAY_ROWS;
        select.rows = group->all ? NULL : joined(t->arena, group->rows.at, group->rows.len, " or ");
        select.pass_on = group->held && (access.grantable & PERMIT_SELECT);
        tell(t, select);
    }
    unsigned others = permissions & ~(unsigned)PERMIT_SELECT;
    struct plain_access plain = {access.held & others, access.reached & others,
                                 access.grantable & others};
    tell_plain(t, fact, &plain);
}

/* ---- the others ------------------------------------------------------------------------------ */

static void tell_database(struct teller *t, const struct domain *domain, unsigned permissions)
{
    struct plain_access access;
    view_database(t->view, domain, &access);
    access.held &= permissions;
    access.reached &= permissions;
    access.grantable &= permissions;
    tell_plain(t, (struct fact){.kind = "database", .thing = domain->decl.path}, &access);
}

static const char *word_of(enum item_kind kind)
{
    return kind == ITEM_ON_LOCATION ? "location"
           : kind == ITEM_ON_TAG    ? "tag"
           : kind == ITEM_ON_LINK   ? "link"
                                    : "catalog";
}

static const char *name_of(struct teller *t, const struct thing *thing)
{
    bool apart = t->view->effective->deployment->accounts.len > 1;
    if (thing->tag)
        return arena_format(t->arena, "%s(%s)%s%s", thing->name,
                            joined(t->arena, thing->values.at, thing->values.len, ", "),
                            apart ? " of " : "", apart ? account_id(thing->owner) : "");
    return *thing->name ? thing->name : arena_format(t->arena, "of %s", account_id(thing->owner));
}

static bool is_about(const struct about *about, const struct thing *thing)
{
    if (!about)
        return true;
    if (about->kind == ABOUT_LOCATION)
        return strncmp(about->location, thing->name, strlen(thing->name)) == 0;
    return about->kind != ABOUT_TAG || thing->tag == about->tag;
}

static void tell_things(struct teller *t, enum item_kind kind, const struct about *about,
                        unsigned permissions)
{
    struct things things;
    things_find(t->view, t->arena, kind, &things);
    for (size_t i = 0; i < things.list.len; i++) {
        struct thing *thing = &things.list.at[i];
        if (!is_about(about, thing))
            continue;
        thing->access.held &= permissions;
        thing->access.reached &= permissions;
        thing->access.grantable &= permissions;
        tell_plain(t, (struct fact){.kind = word_of(kind), .thing = name_of(t, thing)},
                   &thing->access);
    }
}

/* ---- questions ------------------------------------------------------------------------------- */

void facts_of_party(struct view *view, struct arena *arena, const struct catalog_order *order,
                    struct facts *out)
{
    struct teller t = {view, arena, out};
    for (size_t i = 0; i < order->output_count; i++)
        tell_table(&t, order->outputs[i], ANY_COLUMN, ~0u);
    for (size_t i = 0; i < order->domain_count; i++)
        tell_database(&t, order->domains[i], ~0u);
    for (enum item_kind kind = ITEM_ON_LOCATION; kind <= ITEM_ON_CATALOG; kind++)
        tell_things(&t, kind, NULL, ~0u);
}

static void tell_about(struct teller *t, const struct inquiry *inquiry)
{
    const struct about *about = &inquiry->about;
    switch (about->kind) {
    case ABOUT_TABLES:
        for (size_t i = 0; i < about->outputs.len; i++)
            tell_table(t, about->outputs.at[i], about->column, inquiry->permission);
        break;
    case ABOUT_DATABASE:
        tell_database(t, about->domain, inquiry->permission);
        break;
    case ABOUT_LOCATION:
        tell_things(t, ITEM_ON_LOCATION, about, inquiry->permission);
        break;
    case ABOUT_TAG:
        tell_things(t, ITEM_ON_TAG, about, inquiry->permission);
        break;
    case ABOUT_CATALOG:
        tell_things(t, ITEM_ON_CATALOG, about, inquiry->permission);
        break;
    }
}

void facts_of_question(struct effective *effective, struct arena *arena,
                       const struct inquiry *inquiry, struct facts *out)
{
    for (size_t i = 0; i < effective->parties.list.len; i++) {
        struct view view;
        struct teller t = {&view, arena, out};
        view_open(effective, i, &view);
        tell_about(&t, inquiry);
        view_close(&view);
    }
}
