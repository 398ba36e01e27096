/* warehouses.c - rules over warehouses: the capacities that Redshift Serverless has, and the names
 * that its external schemas can have. */
#include "check/areas.h"

#include "check/limits.h"
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

void check_warehouses(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        check_capacity(s, mesh->warehouses.at[i]);
        check_schemas(s, mesh->warehouses.at[i]);
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
