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
    SETS = PERMIT_READ | PERMIT_WRITE | PERMIT_MANAGE,
};

unsigned permissions_expand(unsigned permissions, enum grant_target target)
{
    bool database = target == GRANT_DATABASE;
    unsigned expanded = permissions & ~(unsigned)SETS;
    if (permissions & PERMIT_READ)
        expanded |= database ? DATABASE_READ : TABLE_READ;
    if (permissions & PERMIT_WRITE)
        expanded |= database ? DATABASE_WRITE : TABLE_WRITE;
    if (permissions & PERMIT_MANAGE)
        expanded |= database ? DATABASE_MANAGE : TABLE_MANAGE;
    return expanded & PERMIT_ALL ? PERMIT_ALL : expanded;
}

/* ---- teams --------------------------------------------------------------------------------------------------------------------- */

enum { TEAM_DEPTH_MAX = 64 }; /* a cycle of teams was reported by the model; this only ends it */

static void expand(const struct principal *principal,
                   void (*visit)(const struct principal *, void *), void *data, int depth)
{
    if (principal->kind == PRINCIPAL_PIPELINE && principal->pipeline && principal->pipeline->role)
        principal = principal->pipeline->role;
    if (principal->kind != PRINCIPAL_TEAM) {
        visit(principal, data);
        return;
    }
    for (size_t i = 0; depth < TEAM_DEPTH_MAX && i < principal->members.len; i++)
        expand(principal->members.at[i], visit, data, depth + 1);
}

void principal_expand(const struct principal *principal,
                      void (*visit)(const struct principal *, void *), void *data)
{
    expand(principal, visit, data, 0);
}

/* ---- building -------------------------------------------------------------------------------------------------------------------- */

struct builder {
    struct session *s;
    struct cells *cells;
    const struct grant *grant;
    const struct principal *named;
};

/* The second key of a cell: the thing, told apart by kind (a domain is a database and all its tables). */
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
    cell = arena_new(&b->s->arena, struct cell);
    cell->principal = principal;
    cell->resource = resource;
    cell->at = b->grant->at;
    map_put(&b->cells->index, principal, resource_key(resource, thing), cell);
    vec_push(&b->s->arena, &b->cells->list, cell);
    return cell;
}

static void contribute(struct builder *b, struct contribution **first, struct contribution **last)
{
    struct contribution *fresh = arena_new(&b->s->arena, struct contribution);
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
        cell->columns = arena_array(&b->s->arena, unsigned char, count + 1);
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
    struct cell *cell = cell_of(b, principal, ENTRY_TABLE, output);
    cell->output = output;
    cell->domain = output->domain;
    if (b->grant->has_columns) {
        open_columns(b, cell, output);
        contribute(b, &cell->part, &cell->part_last);
    } else {
        cell->permissions |= permissions_expand(b->grant->permissions, GRANT_TABLE);
        contribute(b, &cell->whole, &cell->whole_last);
    }
}

static void add_for(const struct principal *principal, void *data)
{
    struct builder *b = data;
    const struct grant *grant = b->grant;
    struct cell *cell = NULL;
    switch (grant->target) {
    case GRANT_TABLE:
        for (size_t i = 0; i < grant->outputs.len; i++)
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
    }
    cell->domain = grant->domain;
    cell->location = grant->location;
    cell->permissions |= permissions_expand(grant->permissions, grant->target);
    contribute(b, &cell->whole, &cell->whole_last);
}

void cells_build(struct session *s, const struct mesh *mesh, struct cells *out)
{
    *out = (struct cells){0};
    struct builder b = {.s = s, .cells = out};
    for (size_t i = 0; i < mesh->grants.len; i++) {
        b.grant = mesh->grants.at[i];
        for (size_t k = 0; k < b.grant->to.len; k++) {
            b.named = b.grant->to.at[k];
            principal_expand(b.named, add_for, &b);
        }
    }
}

void cells_free(struct cells *cells)
{
    map_free(&cells->index);
}
