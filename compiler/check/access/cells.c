/* cells.c - all grants of a mesh, regrouped by principal and resource. */
#include "check/access/cells.h"

#include <string.h>

/* What each set means on a database and on a table (language.md section 4, policy). */
enum {
    DATABASE_READ = PERMIT_DESCRIBE,
    DATABASE_WRITE = DATABASE_READ | PERMIT_ALTER | PERMIT_CREATE_TABLE,
    DATABASE_MANAGE = DATABASE_WRITE | PERMIT_DROP,
    TABLE_READ = PERMIT_SELECT | PERMIT_DESCRIBE,
    TABLE_WRITE = TABLE_READ | PERMIT_INSERT | PERMIT_DELETE,
    TABLE_MANAGE = TABLE_WRITE | PERMIT_DROP | PERMIT_ALTER,
};

unsigned permissions_expand(unsigned permissions, enum grant_target target)
{
    bool database = target == GRANT_DATABASE || target == GRANT_TAGGED_DATABASES;
    unsigned expanded = permissions & ~(unsigned)PERMIT_SETS;
    if (permissions & PERMIT_READ)
        expanded |= database ? DATABASE_READ : TABLE_READ;
    if (permissions & PERMIT_WRITE)
        expanded |= database ? DATABASE_WRITE : TABLE_WRITE;
    if (permissions & PERMIT_MANAGE)
        expanded |= database ? DATABASE_MANAGE : TABLE_MANAGE;
    return expanded & PERMIT_ALL ? PERMIT_ALL : expanded;
}

/* ---- teams ----------------------------------------------------------------------------------- */

struct builder {
    struct session *s;
    struct cells *cells;
    const struct grant *grant;
    const struct principal *named;
    size_t work;        /* see session_affords */
    struct map reached; /* from the principal that is named: it, and whoever is in it */
    bool full;          /* reported: nothing is added any more */
};

static bool affords(struct builder *b, size_t work)
{
    b->full = b->full || !session_affords(b->s, b->work += work, b->grant->at);
    return !b->full;
}

static void add_for(struct builder *b, const struct principal *principal);

/* The principal, or each member of a team, once each, in order. */
static void expand(struct builder *b, const struct principal *principal)
{
    principal = principal_acting(principal);
    if (principal->kind != PRINCIPAL_TEAM && principal == b->named) {
        add_for(b, principal);
        return;
    }
    if (!affords(b, 1) || map_get(&b->reached, principal, NULL))
        return;
    map_put(&b->reached, principal, NULL, b);
    if (principal->kind != PRINCIPAL_TEAM)
        add_for(b, principal);
    for (size_t i = 0; principal->kind == PRINCIPAL_TEAM && i < principal->members.len; i++)
        expand(b, principal->members.at[i]);
}

/* ---- building -------------------------------------------------------------------------------- */

/* The second key of a cell: the thing, told apart by kind (a domain is a database and all its
 * tables). */
static const void *resource_key(enum entry_resource resource, const void *thing)
{
    return (const char *)thing + (resource == ENTRY_ALL_TABLES ? 1 : 0);
}

struct cell *cells_find(const struct cells *cells, const struct principal *principal,
                        enum entry_resource resource, const void *thing)
{
    return map_get(&cells->index, principal, resource_key(resource, thing));
}

static struct cell *cell_of(struct builder *b, const struct principal *principal,
                            enum entry_resource resource, const void *thing)
{
    struct cell *cell = cells_find(b->cells, principal, resource, thing);
    if (cell)
        return cell;
    if (b->cells->list.len == CELLS_MAX && !b->full) {
        b->full = true;
        struct diag *d = diag(
            b->s, D_TOO_MANY_GRANTS, b->grant->at,
            "from here on the grants come to more than %d entries of a principal and a resource",
            (int)CELLS_MAX);
        diag_help(b->s, d,
                  "grant to fewer principals: a role that many take on, a group, an account");
    }
    cell = arena_new(&b->cells->arena, struct cell);
    cell->principal = principal;
    cell->resource = resource;
    cell->at = b->grant->at;
    map_put(&b->cells->index, principal, resource_key(resource, thing), cell);
    vec_push(&b->cells->arena, &b->cells->list, cell);
    return cell;
}

static void contribute(struct builder *b, struct contribution **first, struct contribution **last)
{
    struct contribution *fresh = arena_new(&b->cells->arena, struct contribution);
    fresh->grant = b->grant;
    fresh->named = b->named;
    *(*last ? &(*last)->next : first) = fresh;
    *last = fresh;
}

/* Marks the columns that a statement's list leaves open. */
static void open_columns(struct builder *b, struct cell *cell, const struct output *output)
{
    size_t count = output->data.len;
    if (!cell->columns)
        cell->columns = arena_array(&b->cells->arena, unsigned char, count + 1);
    struct map listed = {0};
    for (size_t i = 0; i < b->grant->columns.len; i++)
        if (b->grant->columns.at[i])
            map_put(&listed, b->grant->columns.at[i], NULL, cell);
    for (size_t i = 0; i < count; i++)
        if ((map_get(&listed, output->data.at[i], NULL) != NULL) != b->grant->except)
            cell->columns[i] = 1;
    map_free(&listed);
    cell->limited = true;
}

static void add_to_table(struct builder *b, const struct principal *principal,
                         const struct output *output)
{
    if (!affords(b, b->grant->has_columns ? 4 * output->data.len + b->grant->columns.len : 4))
        return;
    struct cell *cell = cell_of(b, principal, ENTRY_TABLE, output);
    cell->output = output;
    cell->domain = output->domain;
    if (b->grant->has_columns) {
        open_columns(b, cell, output);
        cell->grantable |= permissions_expand(b->grant->grantable, GRANT_TABLE);
        contribute(b, &cell->part, &cell->part_last);
    } else {
        cell->permissions |= permissions_expand(b->grant->permissions, GRANT_TABLE);
        cell->grantable |= permissions_expand(b->grant->grantable, GRANT_TABLE);
        contribute(b, &cell->whole, &cell->whole_last);
    }
}

static void add_for(struct builder *b, const struct principal *principal)
{
    const struct grant *grant = b->grant;
    if (!affords(b, 4))
        return;
    struct cell *cell = NULL;
    switch (grant->target) {
    case GRANT_TABLE:
        for (size_t i = 0; i < grant->outputs.len && !b->full; i++)
            add_to_table(b, principal, grant->outputs.at[i]);
        return;
    case GRANT_DATABASE:
        cell = cell_of(b, principal, ENTRY_DATABASE, grant->domain);
        break;
    case GRANT_ALL_TABLES:
        cell = cell_of(b, principal, ENTRY_ALL_TABLES, grant->domain);
        break;
    case GRANT_LOCATION:
        cell = cell_of(b, principal, ENTRY_LOCATION, atom_of(&b->s->atoms, grant->location));
        break;
    case GRANT_CATALOG:
        cell = cell_of(b, principal, ENTRY_CATALOG, NULL);
        break;
    case GRANT_TAGGED:
    case GRANT_TAGGED_DATABASES:
    case GRANT_TAG:
    case GRANT_LINK:
        return;
    }
    cell->domain = grant->domain;
    cell->location = grant->location;
    cell->permissions |= permissions_expand(grant->permissions, grant->target);
    cell->grantable |= permissions_expand(grant->grantable, grant->target);
    contribute(b, &cell->whole, &cell->whole_last);
}

void cells_build(struct session *s, const struct mesh *mesh, struct cells *out)
{
    *out = (struct cells){0};
    struct builder b = {.s = s, .cells = out};
    for (size_t i = 0; i < mesh->grants.len; i++) {
        b.grant = mesh->grants.at[i];
        for (size_t k = 0; k < b.grant->to.len && !b.full; k++) {
            b.named = b.grant->to.at[k];
            expand(&b, b.named);
            map_free(&b.reached);
            b.reached = (struct map){0};
        }
    }
}

void cells_free(struct cells *cells)
{
    map_free(&cells->index);
    arena_free(&cells->arena);
}
