/* cells.c - all grants of a mesh, regrouped by principal and resource. */
#include "check/access/cells.h"

#include "check/access/derived.h"
#include "check/access/owners.h"
#include "model/names.h"

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

bool grant_opens(const struct grant *grant, const struct column *column)
{
    bool listed = false;
    for (size_t i = 0; i < grant->columns.len && !listed; i++)
        listed = grant->columns.at[i] == column;
    return !grant->has_columns || listed != grant->except;
}

/* ---- cells ----------------------------------------------------------------------------------- */

bool cells_afford(struct cells *cells, size_t work, struct span at)
{
    cells->full = cells->full || !session_affords(cells->s, cells->work += work, at);
    return !cells->full;
}

/* The second key of a cell: the thing, told apart by kind (a domain is a database and all its
 * tables, an expression speaks of tables and of databases). */
static const void *resource_key(enum entry_resource resource, const void *thing)
{
    bool second = resource == ENTRY_ALL_TABLES || resource == ENTRY_TAGGED_TABLES;
    return (const char *)thing + (second ? 1 : resource == ENTRY_TAG ? 2 : 0);
}

struct cell *cells_find(const struct cells *cells, const struct principal *principal,
                        enum entry_resource resource, const void *thing)
{
    return map_get(&cells->index, principal, resource_key(resource, thing));
}

static const void *thing_of(const struct giving *giving)
{
    return giving->output       ? (const void *)giving->output
           : giving->link       ? (const void *)giving->link
           : giving->expression ? (const void *)giving->expression->text
           : giving->location   ? (const void *)giving->location
                                : giving->domain;
}

static struct cell *cell_of(struct cells *cells, const struct principal *principal,
                            const struct giving *giving)
{
    const void *thing = thing_of(giving);
    struct cell *cell = cells_find(cells, principal, giving->resource, thing);
    if (cell)
        return cell;
    if (cells->list.len == CELLS_MAX && !cells->full) {
        cells->full = true;
        struct diag *d = diag(
            cells->s, D_TOO_MANY_GRANTS, giving->what.cause.at,
            "from here on the grants come to more than %d entries of a principal and a resource",
            (int)CELLS_MAX);
        diag_help(cells->s, d,
                  "grant to fewer principals: a role that many take on, a group, an account");
    }
    cell = arena_new(&cells->arena, struct cell);
    *cell = (struct cell){.principal = principal,
                          .resource = giving->resource,
                          .domain = giving->domain,
                          .output = giving->output,
                          .link = giving->link,
                          .location = giving->location,
                          .expression = giving->expression,
                          .all_values = giving->all_values,
                          .at = giving->what.cause.at};
    map_put(&cells->index, principal, (void *)(uintptr_t)resource_key(giving->resource, thing),
            cell);
    vec_push(&cells->arena, &cells->list, cell);
    return cell;
}

const struct principal *cells_principal(const struct cells *cells,
                                        const struct principal *principal)
{
    const struct principal *one = map_get(&cells->ones, principal, NULL);
    return one ? one : principal;
}
static void add_admin(const struct cells *cells, const struct principal *admin, struct map *admins)
{
    admin = cells_principal(cells, principal_acting(admin));
    if (map_get(admins, admin, NULL))
        return;
    map_put(admins, admin, NULL, admins);
    for (size_t i = 0; i < admin->members.len; i++)
        add_admin(cells, admin->members.at[i], admins);
}

void cells_admins(const struct cells *cells, const struct mesh *mesh, struct map *admins)
{
    for (size_t i = 0; i < mesh->admins.len; i++)
        add_admin(cells, mesh->admins.at[i], admins);
}

struct contribution *cells_give(struct cells *cells, const struct principal *principal,
                                const struct giving *giving)
{
    if (!cells_afford(cells, 4, giving->what.cause.at))
        return NULL;
    struct cell *cell = cell_of(cells, cells_principal(cells, principal), giving);
    struct contribution *fresh = arena_new(&cells->arena, struct contribution);
    *fresh = giving->what;
    fresh->next = NULL;
    bool part = fresh->columns || fresh->where;
    struct contributions *list = part ? &cell->part : &cell->whole;
    *(list->last ? &list->last->next : &list->first) = fresh;
    list->last = fresh;
    cell->ends |= fresh->until != NULL;
    return fresh;
}

/* ---- statements ------------------------------------------------------------------------------ */

struct builder {
    struct cells *cells;
    const struct deployment *deployment; /* NULL: none */
    const struct grant *grant;
    const struct principal *named;
    struct map reached; /* from the principal that is named: it, and whoever is in it */
};

/* The columns that a statement's list leaves open. */
static const unsigned char *open_columns(struct builder *b, const struct output *output)
{
    size_t count = output->data.len;
    unsigned char *open = arena_array(&b->cells->arena, unsigned char, count + 1);
    struct map listed = {0};
    for (size_t i = 0; i < b->grant->columns.len; i++)
        if (b->grant->columns.at[i])
            map_put(&listed, b->grant->columns.at[i], NULL, open);
    for (size_t i = 0; i < count; i++)
        open[i] = (map_get(&listed, output->data.at[i], NULL) != NULL) != b->grant->except;
    map_free(&listed);
    return open;
}

static void give_table(struct builder *b, const struct principal *principal,
                       const struct output *output, struct giving giving)
{
    const struct grant *grant = b->grant;
    giving.resource = ENTRY_TABLE;
    giving.output = output;
    giving.domain = output->domain;
    if (grant->has_columns) {
        if (!cells_afford(b->cells, 4 * output->data.len + grant->columns.len, grant->at))
            return;
        giving.what.columns = open_columns(b, output);
    }
    giving.what.where = grant->where;
    cells_give(b->cells, principal, &giving);
}

/* What a statement on anything but a table is about. */
static void set_thing(const struct grant *grant, struct giving *giving)
{
    static const enum entry_resource resources[] = {
        [GRANT_DATABASE] = ENTRY_DATABASE,
        [GRANT_ALL_TABLES] = ENTRY_ALL_TABLES,
        [GRANT_LOCATION] = ENTRY_LOCATION,
        [GRANT_CATALOG] = ENTRY_CATALOG,
        [GRANT_TAGGED] = ENTRY_TAGGED_TABLES,
        [GRANT_TAGGED_DATABASES] = ENTRY_TAGGED_DATABASES,
        [GRANT_TAG] = ENTRY_TAG,
        [GRANT_LINK] = ENTRY_LINK,
    };
    giving->resource = resources[grant->target];
    giving->domain = grant->domain;
    giving->link = grant->link;
    giving->all_values = grant->all_values;
    giving->expression = grant->expression.list.len ? &grant->expression : NULL;
}

static void give(struct builder *b, const struct principal *principal)
{
    const struct grant *grant = b->grant;
    struct giving giving = {0};
    giving.what.cause = (struct cause){.grant = grant, .named = b->named, .at = grant->at};
    giving.what.permissions = permissions_expand(grant->permissions, grant->target);
    giving.what.grantable = permissions_expand(grant->grantable, grant->target);
    giving.what.until = grant->until;
    if (grant->target == GRANT_TABLE) {
        for (size_t i = 0; i < grant->outputs.len && !b->cells->full; i++)
            give_table(b, principal, grant->outputs.at[i], giving);
        return;
    }
    set_thing(grant, &giving);
    if (grant->location && b->deployment)
        giving.location = location_deployed(b->cells->s, b->deployment, grant->location);
    else if (grant->location)
        giving.location = atom_of(&b->cells->s->atoms, grant->location);
    cells_give(b->cells, principal, &giving);
}

/* The principal, or each member of a team, once each, in order. */
static void expand(struct builder *b, const struct principal *principal)
{
    principal = principal_acting(principal);
    if (principal->kind != PRINCIPAL_TEAM && principal == b->named) {
        give(b, principal);
        return;
    }
    if (!cells_afford(b->cells, 1, b->grant->at) || map_get(&b->reached, principal, NULL))
        return;
    map_put(&b->reached, principal, NULL, b);
    if (principal->kind != PRINCIPAL_TEAM)
        give(b, principal);
    for (size_t i = 0; principal->kind == PRINCIPAL_TEAM && i < principal->members.len; i++)
        expand(b, principal->members.at[i]);
}

/* Roles of one name whose accounts are one in this deployment, accounts of one number, and whatever
 * else comes to one ARN, are one principal, called by the first of their names; Lake Formation
 * knows no other. */
static void find_ones(struct cells *cells, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    struct map first = {0};
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < mesh->principals.len; i++) {
            const struct principal *p = mesh->principals.at[i];
            bool account = p->kind == PRINCIPAL_ACCOUNT;
            if (!(account ? deployment->declared[p->account->decl.index] != NULL
                          : principal_is_one(p) && p->kind != PRINCIPAL_TEAM))
                continue;
            atom key = atom_of(&cells->s->atoms, principal_arn(&cells->arena, deployment, p));
            const struct principal *had = map_get(&first, key, NULL);
            if (turn == 0 && (!had || strcmp(p->decl.path, had->decl.path) < 0))
                map_set(&first, key, NULL, (void *)(uintptr_t)p);
            else if (turn == 1 && had != p)
                map_put(&cells->ones, p, NULL, (void *)(uintptr_t)had);
        }
    map_free(&first);
}

void cells_build(struct session *s, const struct mesh *mesh, const struct deployment *deployment,
                 struct cells *out)
{
    *out = (struct cells){.s = s};
    struct builder b = {.cells = out, .deployment = deployment};
    if (deployment && deployment->accounts.len)
        find_ones(out, deployment);
    for (size_t i = 0; i < mesh->grants.len; i++) {
        b.grant = mesh->grants.at[i];
        for (size_t k = 0; k < b.grant->to.len && !out->full; k++) {
            b.named = b.grant->to.at[k];
            expand(&b, b.named);
            map_free(&b.reached);
            b.reached = (struct map){0};
        }
    }
    derived_grants(out, mesh, deployment);
}

void cells_free(struct cells *cells)
{
    map_free(&cells->index);
    map_free(&cells->ones);
    arena_free(&cells->arena);
}
