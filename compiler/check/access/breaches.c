/* breaches.c - see breaches.h. */
#include "check/access/breaches.h"

#include "base/buf.h"
#include "check/access/aim.h"
#include "check/access/cells.h"
#include "check/access/requests.h"

unsigned breach_permission(const struct proof *proof)
{
    return proof->hits.len ? proof->hits.at[0].permission : PERMIT_SELECT;
}

const char *breach_thing(struct effective *effective, const struct proof *proof)
{
    struct arena *arena = &effective->arena;
    const struct hit *hit = proof->hits.len ? &proof->hits.at[0] : NULL;
    if (!hit)
        return proof->by_way->decl.path;
    if (hit->output)
        return column_path(arena, hit->output, hit->column);
    const char *target = statement_target(effective->s, arena, proof->promise);
    return target[0] ? target : hit->route.entry->principal->decl.path;
}

void breach_reasons(struct effective *effective, const struct proof *proof, size_t party,
                    struct reasons *out)
{
    struct effective *e = effective;
    struct aim aim;
    aim_make(e, proof->promise, &aim);
    for (size_t i = 0; i < proof->hits.len; i++) {
        const struct hit *hit = &proof->hits.at[i];
        const uint64_t *reached =
            party_reached(&e->parties, hit->route.grantee, hit->route.entry->owner);
        if (hit->route.grantee != party && !(reached && party_set_has(reached, party)))
            continue;
        struct question question = {party, hit->permission, hit->output, hit->column};
        reasons_of_route(e, &e->arena, &question, &hit->route, out);
    }
    for (size_t i = 0; proof->by_way && i < e->mesh->outputs.len; i++) {
        const struct output *output = e->mesh->outputs.at[i];
        if (aim_at_output(&aim, output) && ways_reach(e->ways, party, output)) {
            struct question question = {party, PERMIT_SELECT, output, ANY_COLUMN};
            reasons_of_ways(e, &e->arena, &question, out);
            break;
        }
    }
    reasons_sort(out);
}

/* "pii: none | indirect": the values of a forbidden key that are not forbidden. */
static const char *harmless(struct arena *arena, const struct tag_condition *condition)
{
    struct buf text = {0};
    for (size_t i = 0; i < condition->tag->values.len; i++)
        if (!tag_condition_has(condition, condition->tag->values.at[i]))
            buf_format(&text, "%s%s", text.len ? " | " : "", condition->tag->values.at[i]);
    const char *copy =
        text.len ? arena_format(arena, "%s: %s", condition->tag->decl.path, text.at) : NULL;
    buf_free(&text);
    return copy;
}

/* Of a right that is no SELECT on columns: one of several permissions is left out. */
static const char *leave_out(struct arena *arena, const struct grant *grant, const struct hit *hit)
{
    bool written = false;
    for (size_t i = 0; i < grant->written_count; i++)
        written = written || grant->written[i].bit == hit->permission;
    return written && grant->written_count > 1
               ? arena_format(arena, "take '%s' out of the permissions of the grant",
                              permission_word(hit->permission))
               : NULL;
}

/* "id, amount": the columns that the promise is about and the statement opens; NULL: no column but
 * these could be granted, or one of them is a partition key, which cannot be hidden. */
static const char *columns_to_hide(struct effective *e, const struct aim *aim,
                                   const struct grant *grant, const struct output *output)
{
    struct buf names = {0};
    size_t left = 0;
    bool hidden = true;
    for (size_t i = 0; i < table_column_count(output); i++) {
        const struct column *column = table_column(output, i);
        bool key = table_column_is_key(output, i);
        if (!aim_at_column(aim, output, i))
            left += !key;
        else if (!column || key)
            hidden = false;
        else if (!grant->has_columns || grant_opens(grant, column))
            buf_format(&names, "%s%s", names.len ? ", " : "", column->decl.name);
    }
    const char *copy =
        left && hidden && names.len ? arena_copy(&e->arena, names.at, names.len) : NULL;
    buf_free(&names);
    return copy;
}

/* Of a grant that opens columns. */
static const char *hide_columns(struct effective *e, const struct grant *promise,
                                const struct grant *grant, const struct hit *hit)
{
    const char *path = hit->output->decl.path;
    const unsigned limited = PERMIT_SELECT | PERMIT_DESCRIBE;
    bool more = permissions_expand(grant->permissions, grant->target) & ~limited;
    struct aim aim;
    aim_make(e, promise, &aim);
    const char *names = columns_to_hide(e, &aim, grant, hit->output);
    if (!names || (grant->target != GRANT_TABLE && grant->target != GRANT_ALL_TABLES))
        return NULL;
    if (grant->target == GRANT_ALL_TABLES)
        return arena_format(&e->arena, "grant %sproduct by product, with `%s except (%s)`",
                            more ? "`select` alone, " : "", path, names);
    if (grant->has_columns && !grant->except)
        return arena_format(&e->arena, "take `%s` out of the columns of the grant", names);
    return arena_format(&e->arena, "grant %s`%s except (%s%s)`",
                        more ? "`select` alone, on " : "on ", path,
                        grant->has_columns ? ".., " : "", names);
}

/* The smallest edit of the statement after which it does not break the promise; NULL: none is
 * known. */
static const char *smallest_edit(struct effective *e, const struct grant *promise,
                                 const struct grant *grant, const struct hit *hit)
{
    struct arena *arena = &e->arena;
    if (!hit->output || hit->column == ANY_COLUMN)
        return leave_out(arena, grant, hit);
    if (grant->target == GRANT_TAGGED && promise->target == GRANT_TAGGED &&
        promise->expression.list.len == 1) {
        const char *rest = harmless(arena, &promise->expression.list.at[0]);
        return rest ? arena_format(arena, "add `%s` to the expression of the grant", rest) : NULL;
    }
    return hide_columns(e, promise, grant, hit);
}

/* What names the party in the exceptions of the promise: a product for a role of Glue, best one on
 * which it breaks the promise. */
static const char *name_in_exceptions(struct effective *e, const struct proof *proof, size_t party)
{
    for (size_t i = 0; i < proof->hits.len; i++) {
        const struct hit *hit = &proof->hits.at[i];
        if (hit->route.grantee == party && hit->output &&
            is_glue_role(proof->glue, &e->parties, party, hit->output))
            return hit->output->decl.path;
    }
    for (size_t i = 0; i < e->mesh->outputs.len; i++) {
        const struct output *output = e->mesh->outputs.at[i];
        if (glue_works_for(proof->glue, output) &&
            is_glue_role(proof->glue, &e->parties, party, output))
            return output->decl.path;
    }
    return e->parties.list.at[party].name;
}

/* Does the promise speak of it by its own name, not as one of a team or of everyone? */
static bool named_by(const struct grant *promise, const struct party *party)
{
    for (size_t i = 0; i < promise->to.len; i++)
        if (party->principal && promise->to.at[i] == party->principal)
            return true;
    return false;
}

const char *breach_edit(struct effective *effective, const struct proof *proof, size_t party,
                        const struct reason *reason)
{
    const struct party *who = &effective->parties.list.at[party];
    const struct grant *grant = reason ? reason->grant : NULL;
    const char *edit = NULL;
    for (size_t i = 0; i < proof->hits.len && !edit && grant; i++)
        for (const struct cause *c = proof->hits.at[i].route.entry->causes; c && !edit; c = c->next)
            if (c->grant == grant)
                edit = smallest_edit(effective, proof->promise, grant, &proof->hits.at[i]);
    if (edit || (reason && reason->edit))
        return edit ? edit : reason->edit;
    if (who->kind == PARTY_STRANGER)
        return "grant to roles of that account, which the mesh names, and not to the account";
    if (named_by(proof->promise, who))
        return "take it back or, if it is meant, delete the promise";
    return arena_format(&effective->arena,
                        "take it back or, if it is meant, add '%s' to the exceptions of the "
                        "promise",
                        name_in_exceptions(effective, proof, party));
}
