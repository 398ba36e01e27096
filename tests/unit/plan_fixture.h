/* plan_fixture.h - a small mesh built by hand: domain sales with product orders in the mesh's
 * bucket. */
#ifndef MESH_TESTS_PLAN_FIXTURE_H
#define MESH_TESTS_PLAN_FIXTURE_H

#include <stdlib.h>

#include "plan/plan.h"

enum { FIXTURE_COLUMNS = 8 };

struct fixture {
    struct session s;
    struct mesh mesh;
    struct deployment deployment;
    struct deployment_account home; /* where everything stands */
    const struct deployment_account *accounts[1];
    struct domain sales;
    struct product orders;
    struct output output;
    struct schema schema;
    struct principal owner;
    struct type types[FIXTURE_COLUMNS];
    struct column columns[FIXTURE_COLUMNS]; /* id, amount, day, sold, flag, note, tags, region */
    struct domain_names domain_names[1];
    struct table_names table_names[1];
    struct plan *plan;
};

enum {
    COLUMN_ID,
    COLUMN_AMOUNT,
    COLUMN_DAY,
    COLUMN_SOLD,
    COLUMN_FLAG,
    COLUMN_NOTE,
    COLUMN_TAGS,
    COLUMN_REGION
};

static inline void fixture_columns(struct fixture *f)
{
    static const struct {
        const char *name, *glue;
        enum type_kind kind;
    } rows[FIXTURE_COLUMNS] = {
        {"id", "string", TYPE_STRING},
        {"amount", "double", TYPE_DOUBLE},
        {"day", "date", TYPE_DATE},
        {"sold", "timestamp", TYPE_TIMESTAMP},
        {"flag", "boolean", TYPE_BOOLEAN},
        {"note", "string", TYPE_STRING},
        {"tags", "array<string>", TYPE_ARRAY},
        {"region", "string", TYPE_STRING},
    };
    for (int i = 0; i < FIXTURE_COLUMNS; i++) {
        f->types[i] = (struct type){.kind = rows[i].kind, .glue = rows[i].glue};
        f->columns[i].decl.name = f->columns[i].physical = rows[i].name;
        f->columns[i].type = &f->types[i];
        f->columns[i].notes = &no_column_notes;
        vec_push(&f->s.arena, &f->schema.columns, &f->columns[i]);
        if (i == COLUMN_REGION)
            vec_push(&f->s.arena, &f->output.partition, &f->columns[i]);
        else
            vec_push(&f->s.arena, &f->output.data, &f->columns[i]);
    }
    f->types[COLUMN_TAGS].element = &f->types[COLUMN_ID];
}

static inline struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    session_init(&f->s);
    f->mesh.decl = (struct decl){.name = "shop", .path = "shop"};
    f->mesh.bucket.value = "shop-data";
    f->owner.decl = (struct decl){.name = "Boss", .path = "Boss"};
    f->sales.decl = (struct decl){.name = "sales", .path = "sales"};
    f->sales.owner = &f->owner;
    f->orders.decl = (struct decl){.name = "orders", .path = "sales.orders", .doc = "All orders."};
    f->output.decl = (struct decl){.path = "sales.orders"};
    f->orders.domain = f->output.domain = &f->sales;
    f->orders.owner = &f->owner;
    f->output.product = &f->orders;
    f->output.schema = &f->schema;
    f->output.status = STATUS_ACTIVE;
    fixture_columns(f);
    vec_push(&f->s.arena, &f->mesh.domains, &f->sales);
    vec_push(&f->s.arena, &f->mesh.products, &f->orders);
    vec_push(&f->s.arena, &f->mesh.outputs, &f->output);
    vec_push(&f->s.arena, &f->sales.products, &f->orders);
    vec_push(&f->s.arena, &f->orders.outputs, &f->output);
    f->domain_names[0] = (struct domain_names){"sales_data", "shop-data",  "shop-data", false,
                                               "shop-sales", "shop-sales", &f->home,    &f->home};
    f->home = (struct deployment_account){
        .is_governance = true, .has_stacks = true, .has_governance_stack = true};
    f->accounts[0] = &f->home;
    f->table_names[0] = (struct table_names){
        "sales_data", "sales_orders", "shop-data", "sales/orders/", "s3://shop-data/sales/orders/",
        NULL};
    f->deployment = (struct deployment){.mesh = &f->mesh,
                                        .suffix = "",
                                        .mesh_bucket = "shop-data",
                                        .accounts = {f->accounts, 1},
                                        .governance = &f->home,
                                        .domains = f->domain_names,
                                        .tables = f->table_names};
    return f;
}

static inline void fixture_plan(struct fixture *f)
{
    f->plan = plan_new(&f->s, &f->deployment);
}

static inline void fixture_free(struct fixture *f)
{
    if (f->plan)
        plan_free(f->plan);
    session_free(&f->s);
    free(f);
}

#endif
