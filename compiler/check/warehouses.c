/* warehouses.c - rules over warehouses: the capacities that Redshift Serverless has, the names that
 * external schemas can have, and that there is something to read behind each. */
#include "check/areas.h"

#include "base/map.h"
#include "check/limits.h"
#include "check/made.h"
#include "model/names.h"

#include <string.h>

/* Redshift Management Guide, "Compute capacity for Amazon Redshift Serverless": 4, then 8 to 512 in
 * steps of 8, then to 1024 in steps of 32. The model has judged the ends. */
static void check_capacity(struct session *s, const struct warehouse *warehouse)
{
    const struct amount *capacity = &warehouse->capacity;
    int64_t units = capacity->number, step = units > 512 ? 32 : 8;
    if (!capacity->text || units == 4 || units % step == 0) {
        return;
    }
    int64_t below = units < step ? 4 : units / step * step, above = units / step * step + step;
    struct diag *d = diag(s, D_WAREHOUSE_CAPACITY, capacity->at,
                          "Redshift Serverless has no capacity of %lld units", (long long)units);
    diag_help(s, d, "4, 8 to 512 in steps of 8, or up to 1024 in steps of 32: %lld or %lld",
              (long long)below, (long long)above);
}

/* `IF NOT EXISTS` would pass over a schema that every database of Redshift has, and no name begins
 * with pg_ (Redshift Database Developer Guide, CREATE SCHEMA). */
static void check_schemas(struct session *s, const struct warehouse *warehouse)
{
    static const char *const taken[] = {"public", "information_schema", "catalog_history"};
    size_t longest = (size_t)limit_info(LIMIT_EXTERNAL_SCHEMA)->figure;
    for (size_t i = 0; i < warehouse->domains.len; i++) {
        const struct domain *domain = warehouse->domains.at[i];
        const char *name = domain->decl.name;
        bool bad = strncmp(name, "pg_", 3) == 0 || strlen(name) > longest;
        for (size_t k = 0; k < sizeof taken / sizeof *taken; k++) {
            bad = bad || strcmp(name, taken[k]) == 0;
        }
        if (bad) {
            struct diag *d = diag(s, D_WAREHOUSE_SCHEMA, warehouse->decl.at,
                                  "Redshift takes no external schema called '%.140s'", name);
            diag_place(s, d, domain->decl.at, "the domain");
            diag_help(s, d,
                      "at most %zu bytes, not beginning with pg_, and none of public, "
                      "information_schema and catalog_history",
                      longest);
        }
    }
}

/* ---- what it may read ------------------------------------------------------------------------ */

struct reader {
    const struct principal *role;
    unsigned char *marks; /* by principal: 0 not looked at, 1 is or holds the role, 2 does not */
};

/* Is the principal the role, or a team with it? */
static bool is_or_holds(struct reader *reader, const struct principal *principal)
{
    unsigned char *mark = &reader->marks[principal->decl.index];
    if (*mark == 0) {
        bool found = principal_acting(principal) == reader->role;
        *mark = 2;
        for (size_t i = 0; !found && i < principal->members.len; i++) {
            found = is_or_holds(reader, principal->members.at[i]);
        }
        *mark = found ? 1 : 2;
    }
    return *mark == 1;
}

static bool reaches(struct reader *reader, const struct grant *grant)
{
    for (size_t i = 0; i < grant->to.len; i++) {
        if (is_or_holds(reader, grant->to.at[i])) {
            return true;
        }
    }
    return false;
}

/* The domains whose tables are granted to the role; false where a grant may be on any of them. */
static bool granted_domains(struct reader *reader, const struct mesh *mesh, struct map *out)
{
    for (size_t i = 0; i < mesh->grants.len; i++) {
        struct grant *grant = mesh->grants.at[i];
        bool nothing = grant->target == GRANT_DATABASE || grant->target == GRANT_LOCATION ||
                       grant->target == GRANT_CATALOG; /* reads no row */
        if (nothing || !reaches(reader, grant)) {
            continue;
        }
        if (grant->target == GRANT_ALL_TABLES && grant->domain) {
            map_set(out, grant->domain, NULL, grant);
        } else if (grant->target == GRANT_TABLE && grant->outputs.len > 0) {
            map_set(out, grant->outputs.at[0]->domain, NULL, grant);
        } else {
            return false;
        }
    }
    return true;
}

static void check_reading(struct session *s, const struct mesh *mesh,
                          const struct warehouse *warehouse)
{
    struct map granted = {0};
    struct reader reader = {.role = principal_acting(warehouse->self)};
    reader.marks = arena_alloc(&s->arena, mesh->principals.len + 1);
    bool known = granted_domains(&reader, mesh, &granted);
    for (size_t i = 0; known && i < warehouse->domains.len; i++) {
        const struct domain *domain = warehouse->domains.at[i];
        if (map_get(&granted, domain, NULL)) {
            continue;
        }
        struct diag *d =
            diag(s, D_WAREHOUSE_READS_NOTHING, warehouse->decl.at,
                 "warehouse '%s' shows domain '%s', and nothing of it is granted to it",
                 warehouse->decl.path, domain->decl.path);
        diag_help(s, d, "add `grant select on %s.* to %s`, or what of it is to be read",
                  domain->decl.path, warehouse->decl.path);
    }
    map_free(&granted);
}

void check_warehouses(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        check_is_made(s, &mesh->warehouses.at[i]->decl, "warehouse",
                      mesh->warehouses.at[i]->domain);
        check_capacity(s, mesh->warehouses.at[i]);
        check_schemas(s, mesh->warehouses.at[i]);
        size_t work = i * (mesh->principals.len + mesh->grants.len);
        if (warehouse_is_made(mesh->warehouses.at[i]) &&
            session_affords(s, work, mesh->warehouses.at[i]->decl.at)) {
            check_reading(s, mesh, mesh->warehouses.at[i]);
        }
    }
}

/* Redshift reads a database of another account through a link in its own. */
void check_warehouse_links(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        const struct warehouse *warehouse = mesh->warehouses.at[i];
        for (size_t k = 0; k < warehouse->domains.len; k++) {
            const struct domain *domain = warehouse->domains.at[k];
            if (name_shown_database(&s->arena, deployment, warehouse, domain)) {
                continue;
            }
            struct diag *d = diag(s, D_WAREHOUSE_NEEDS_LINK, warehouse->decl.at,
                                  "warehouse '%s' stands in another account than the catalog of "
                                  "domain '%s', and no link leads there",
                                  warehouse->decl.path, domain->decl.path);
            diag_place(s, d, domain->decl.at, "the domain");
            diag_help(s, d,
                      "declare `link %s_data { to: %s  account: .. }` in the warehouse's "
                      "account",
                      domain->decl.name, domain->decl.path);
        }
    }
}
