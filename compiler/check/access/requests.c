/* requests.c - see requests.h. */
#include "check/access/requests.h"

#include "base/buf.h"
#include "check/access/aim.h"
#include "check/access/cells.h"

#include <string.h>

const char *answer_word(enum answer answer)
{
    static const char *const words[] = {
        [ANSWER_NO] = "no", [ANSWER_PART] = "part", [ANSWER_YES] = "yes"};
    return words[answer];
}

party_set request_for(struct effective *effective, struct arena *arena, const struct grant *request)
{
    party_set set = party_set_new(&effective->parties, arena);
    for (size_t i = 0; i < request->to.len; i++)
        party_set_add_members(&effective->parties, set, request->to.at[i]);
    return set;
}

/* The tables that it may be about: those named, else all. */
static struct output *const *candidates(const struct aim *aim, size_t *count)
{
    bool named = aim->statement->target == GRANT_TABLE;
    *count = named ? aim->statement->outputs.len : aim->effective->mesh->outputs.len;
    return named ? aim->statement->outputs.at : aim->effective->mesh->outputs.at;
}

/* ---- in full --------------------------------------------------------------------------------- */

static bool holds_table(struct view *view, struct arena *arena, const struct aim *aim,
                        const struct output *output)
{
    struct table_access access;
    unsigned wanted = aim->permissions & ~(unsigned)PERMIT_SELECT;
    view_table(view, arena, output, &access);
    for (size_t i = 0; aim->permissions & PERMIT_SELECT && i < table_column_count(output); i++)
        if (aim_at_column(aim, output, i) && (i >= access.count || !access.columns[i].all))
            return false;
    return (wanted & ~access.held) == 0;
}

static bool holds_tables(struct view *view, const struct aim *aim)
{
    struct arena arena = {0};
    size_t count, found = 0;
    struct output *const *outputs = candidates(aim, &count);
    bool holds = true;
    for (size_t i = 0; i < count && holds; i++) {
        if (!aim_at_output(aim, outputs[i]))
            continue;
        holds = holds_table(view, &arena, aim, outputs[i]);
        found++;
        arena_reset(&arena);
    }
    arena_free(&arena);
    return holds && found;
}

static bool holds_databases(const struct view *view, const struct aim *aim)
{
    const struct mesh *mesh = view->effective->mesh;
    size_t found = 0;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        struct plain_access access;
        if (!aim_at_database(aim, mesh->domains.at[i]))
            continue;
        view_database(view, mesh->domains.at[i], &access);
        if (aim->permissions & ~access.held)
            return false;
        found++;
    }
    return found > 0;
}

/* A location is held by a right on it or on what it lies in; every value of a tag, in each account
 * that has the tag. */
static bool holds_other(const struct view *view, const struct aim *aim)
{
    const struct effective *e = view->effective;
    unsigned held = 0;
    for (size_t i = e->first_of_party[view->party]; i < e->first_of_party[view->party + 1]; i++)
        if (aim_covered_by(aim, &e->items[i]))
            held |= aim_at_entry(aim, &e->items[i], false);
    return (aim->permissions & ~held) == 0;
}

static bool holds(struct effective *e, const struct aim *aim, size_t party)
{
    struct view view;
    view_open(e, party, &view);
    enum grant_target target = aim->statement->target;
    bool all = target_is_tables(target) ? holds_tables(&view, aim)
               : target == GRANT_DATABASE || target == GRANT_TAGGED_DATABASES
                   ? holds_databases(&view, aim)
                   : holds_other(&view, aim);
    view_close(&view);
    return all;
}

/* ---- in part --------------------------------------------------------------------------------- */

/* Does the grant alone, as an expression may shrink it, give something of what is asked? */
static bool gives_of_table(const struct aim *grant, const struct aim *asked,
                           const struct output *output)
{
    struct entry entry = {
        .resource = grant->matching ? ENTRY_TAGGED_TABLES : ENTRY_TABLE,
        .permissions = permissions_expand(grant->statement->permissions, grant->statement->target),
        .expression = &grant->statement->expression,
    };
    const struct signatures *signatures = &grant->effective->signatures;
    struct route route = {&entry, 0, REACH_WHOLE};
    if (grant->matching)
        route.reach = signatures_reach(signatures, grant->matching, output);
    unsigned given = route_permissions(&route) & asked->permissions;
    if (given & ~(unsigned)PERMIT_SELECT)
        return true;
    for (size_t i = 0; given & PERMIT_SELECT && i < table_column_count(output); i++)
        if (aim_at_column(asked, output, i) &&
            (aim_at_column(grant, output, i) || table_column_is_key(output, i)))
            return true;
    return false;
}

/* Nothing is shared with the account whose catalog it is on. */
static bool gives_to_any(const struct parties *parties, const uint64_t *to, const uint64_t *wanted,
                         const struct deployment_account *owner)
{
    for (size_t i = 0; i < parties->list.len; i++) {
        const struct party *party = &parties->list.at[i];
        if (party_set_has(to, i) && party_set_has(wanted, i) &&
            !(party->kind == PARTY_ACCOUNT && party->account == owner))
            return true;
    }
    return false;
}

static bool gives(const struct aim *grant, const struct aim *asked, const uint64_t *to,
                  const uint64_t *wanted)
{
    const struct effective *e = asked->effective;
    size_t count;
    struct output *const *outputs = candidates(asked, &count);
    for (size_t i = 0; i < count; i++)
        if (aim_at_output(asked, outputs[i]) && aim_at_output(grant, outputs[i]) &&
            gives_of_table(grant, asked, outputs[i]) &&
            gives_to_any(&e->parties, to, wanted,
                         account_of_catalog(e->deployment, outputs[i]->domain)))
            return true;
    return false;
}

static bool meets_set(const struct parties *parties, const uint64_t *a, const uint64_t *b)
{
    for (size_t i = 0; i < parties->words; i++)
        if (a[i] & b[i])
            return true;
    return false;
}

static bool caused_by(const struct entry *entry, const struct grant *grant)
{
    for (const struct cause *cause = entry->causes; cause; cause = cause->next)
        if (cause->grant == grant)
            return true;
    return false;
}

static bool gives_other(struct effective *e, const struct grant *grant, const struct aim *asked,
                        const uint64_t *wanted)
{
    for (size_t i = 0; i < e->item_count; i++)
        if (party_set_has(wanted, e->items[i].party) && aim_at_entry(asked, &e->items[i], false) &&
            caused_by(e->items[i].entry, grant))
            return true;
    return false;
}

static bool in_part(struct effective *e, const struct aim *asked, const uint64_t *wanted,
                    struct arena *arena)
{
    for (size_t i = 0; i < e->mesh->grants.len; i++) {
        const struct grant *grant = e->mesh->grants.at[i];
        struct aim aim;
        if (!grant->because)
            continue;
        if (!session_affords(e->s, e->work += e->mesh->outputs.len / 16 + 1, grant->at))
            return false;
        party_set to = request_for(e, arena, grant);
        if (!meets_set(&e->parties, to, wanted))
            continue;
        if (!target_is_tables(asked->statement->target)) {
            if (gives_other(e, grant, asked, wanted))
                return true;
        } else if (target_is_tables(grant->target)) {
            aim_make(e, grant, &aim);
            if (gives(&aim, asked, to, wanted))
                return true;
        }
    }
    return false;
}

enum answer request_answer(struct effective *effective, const struct grant *request)
{
    struct arena arena = {0};
    struct aim aim;
    aim_make(effective, request, &aim);
    party_set wanted = request_for(effective, &arena, request);
    bool all = !party_set_empty(&effective->parties, wanted);
    for (size_t i = 0; i < effective->parties.list.len && all; i++)
        all = !party_set_has(wanted, i) || holds(effective, &aim, i);
    enum answer answer = all                                        ? ANSWER_YES
                         : in_part(effective, &aim, wanted, &arena) ? ANSWER_PART
                                                                    : ANSWER_NO;
    arena_free(&arena);
    return answer;
}

/* ---- words ----------------------------------------------------------------------------------- */

static const char *as_written(struct session *s, struct arena *arena, struct span at)
{
    const struct source *source = at.lo ? source_at(s, at.lo) : NULL;
    return source ? arena_copy(arena, source->text + (at.lo - source->base), at.hi - at.lo) : "";
}

/* The product's path where all its outputs are meant, else the output's: which of them was written
 * tells when there is one. */
static const char *table_path(const char *written, const struct grant *statement)
{
    const struct output *output = statement->outputs.at[0];
    size_t length = strcspn(written, " \t\r\n(");
    const char *dot = strrchr(output->decl.path, '.');
    if (output->decl.path == output->product->decl.path || statement->outputs.len > 1 || !dot)
        return output->product->decl.path;
    size_t last = strlen(dot + 1);
    bool named = length >= last && memcmp(written + length - last, dot + 1, last) == 0;
    return named ? output->decl.path : output->product->decl.path;
}

const char *statement_target(struct session *s, struct arena *arena, const struct grant *statement)
{
    const char *written = as_written(s, arena, statement->target_at);
    struct buf text = {0};
    if (statement->target != GRANT_TABLE)
        return written;
    buf_puts(&text, table_path(written, statement));
    if (statement->has_columns)
        buf_puts(&text, statement->except ? " except (" : "(");
    for (size_t i = 0; i < statement->columns.len; i++)
        if (statement->columns.at[i])
            buf_format(&text, "%s%s", i ? ", " : "", statement->columns.at[i]->decl.name);
    if (statement->has_columns)
        buf_putc(&text, ')');
    const char *copy = arena_copy(arena, text.at, text.len);
    buf_free(&text);
    return copy;
}

const char *statement_text(struct session *s, struct arena *arena, struct span at)
{
    const char *written = as_written(s, arena, at);
    struct buf text = {0};
    for (; *written; written++) {
        bool blank = strchr(" \t\r\n", *written) != NULL;
        if (!blank)
            buf_putc(&text, *written);
        else if (text.len && text.at[text.len - 1] != ' ')
            buf_putc(&text, ' ');
    }
    const char *copy = arena_copy(arena, text.at ? text.at : "", text.len);
    buf_free(&text);
    return copy;
}
