/* warehouses.c - warehouses: Redshift Serverless over the tables of domains. */
#include "model/elab.h"

static void show_domain(struct elab *e, struct warehouse *warehouse, struct map *seen,
                        const struct value *value)
{
    struct declared *d = names_resolve_value(e, KINDS(KIND_DOMAIN), NULL, value);
    if (d == NULL) {
        return;
    }
    struct domain *domain = d->thing;
    if (map_get(seen, domain, NULL) != NULL) {
        diag(e->s, D_DUPLICATE_ATTRIBUTE, value->span, "'%s' is named twice", domain->decl.path);
        return;
    }
    map_put(seen, domain, NULL, domain);
    vec_push(e->arena, &warehouse->domains, domain);
}

static void build_warehouse(struct elab *e, struct declared *d)
{
    struct warehouse *warehouse = d->thing;
    struct body body;
    struct map seen = {0};
    body_of_block(e, d->block, NULL, &body);
    body_describe(e, &body, &d->block->item, &warehouse->decl);
    for (const struct value *v = value_items(body_value(&body, "domains")); v != NULL;
         v = v->next) {
        show_domain(e, warehouse, &seen, v);
    }
    map_free(&seen);
    warehouse->capacity = body_amount(&body, "capacity");
    warehouse->role =
        body_principal(e, &body, "role", KINDS(KIND_ROLE), d->domain, &warehouse->role_at);
    if (warehouse->role != NULL) {
        vec_push(e->arena, &warehouse->role->runs.warehouses, warehouse);
    }
}

void warehouses_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_WAREHOUSE].len; i++) {
        build_warehouse(e, e->of_kind[KIND_WAREHOUSE].at[i]);
    }
}
