/* emit.c - a deployment's files in their order: templates, machines, grants, programs, the manifest
 * that lists them. */
#include "emit/emit.h"

#include "emit/manifest.h"
#include "emit/program.h"
#include "emit/sql.h"
#include "emit/template.h"

#include <stdlib.h>
#include <string.h>

struct emitter {
    struct session *s;
    struct plan *plan;
    struct sink *sink;
    struct manifest manifest;
    struct emit_counts *counts;
    struct buf bytes; /* of the file being made, reused */
};

/* Hands the bytes to the sink and enters them in the manifest. */
static bool deliver(struct emitter *e, const char *path, bool executable)
{
    manifest_file(&e->manifest, path, &e->bytes);
    e->counts->files++;
    e->counts->bytes += e->bytes.len;
    bool taken = e->sink->take(e->sink, path, &e->bytes, executable);
    e->bytes.len = 0;
    return taken;
}

static bool deliver_tree(struct emitter *e, const char *path, json *tree)
{
    json_write(&e->bytes, tree);
    buf_putc(&e->bytes, '\n');
    plan_reset(e->plan);
    return deliver(e, path, false);
}

static bool emit_stacks(struct emitter *e)
{
    for (size_t i = 0; i < e->plan->stacks.len; i++) {
        struct stack *stack = e->plan->stacks.at[i];
        plan_stack(e->plan, stack);
        if (e->s->progress)
            e->s->progress(e->s, stack->head->file);
        e->counts->stacks++;
        e->counts->resources += stack->resources.len;
        manifest_stack(&e->manifest, stack);
        emit_template(&e->bytes, e->plan, stack);
        plan_judge_size(e->plan, stack, e->bytes.len);
        struct stack_use use = {e->plan->deployment->name, stack->head->name,
                                stack->head->account->id, stack->resources.len, e->bytes.len};
        vec_push(&e->s->arena, &e->counts->uses, use);
        bool delivered = deliver(e, stack->head->file, false);
        plan_stack_free(e->plan, stack);
        if (!delivered)
            return false;
    }
    plan_judge_patches(e->plan);
    return true;
}

static int by_path(const void *left, const void *right)
{
    const struct pipeline *a = *(const struct pipeline *const *)left;
    const struct pipeline *b = *(const struct pipeline *const *)right;
    return strcmp(a->decl.path, b->decl.path);
}

/* In the order of their names, whatever the order of the files is. */
static bool emit_machines(struct emitter *e)
{
    const struct mesh *mesh = e->plan->mesh;
    VEC(const struct pipeline *) pipelines = {0};
    for (size_t i = 0; i < mesh->pipelines.len; i++)
        vec_push(&e->s->arena, &pipelines, mesh->pipelines.at[i]);
    if (pipelines.len)
        qsort(pipelines.at, pipelines.len, sizeof *pipelines.at, by_path);
    for (size_t i = 0; i < pipelines.len; i++) {
        const struct pipeline *pipeline = pipelines.at[i];
        if (pipeline->existing || pipeline->domain->existing)
            continue;
        const char *path = arena_format(&e->s->arena, "states/%s.asl.json", pipeline->decl.path);
        manifest_machine(&e->manifest, pipeline, path);
        e->counts->machines++;
        if (!deliver_tree(e, path, plan_machine(e->plan, pipeline)))
            return false;
    }
    return true;
}

/* The head without its last bracket, and the batches as its last member. */
static void write_grants(struct emitter *e, struct grants *grants)
{
    struct buf *out = &e->bytes;
    const char *before = "\n    ";
    json_write(out, plan_grants_head(e->plan, grants));
    out->len -= strlen("\n}");
    buf_puts(out, ",\n  \"batches\": [");
    for (const json *batch; (batch = plan_grants_batch(e->plan, grants)) != NULL;) {
        buf_puts(out, before);
        json_write_inside(out, batch, 2);
        before = ",\n    ";
    }
    buf_puts(out, *before == ',' ? "\n  ]\n}\n" : "]\n}\n");
    plan_grants_free(e->plan, grants);
}

static bool emit_grants_of(struct emitter *e, const struct deployment_account *acting)
{
    const struct deployment *d = e->plan->deployment;
    struct grants *grants = plan_grants(e->plan, acting);
    if (!grants)
        return true;
    e->counts->grants += plan_grants_count(grants);

    const char *account = account_id(acting);
    const char *desired = arena_format(&e->s->arena, "grants/%s.json", account);
    const char *program = arena_format(&e->s->arena, "grants/%s.sh", account);
    manifest_grants(&e->manifest, acting, desired, program);
    write_grants(e, grants);
    if (!deliver(e, desired, false))
        return false;
    const struct assignment assignments[] = {
        {"MESH_NAME", e->plan->mesh->decl.name},
        {"MESH_ENVIRONMENT", d->name ? d->name : ""},
        {"MESH_ACCOUNT", account},
        {"MESH_REGION", d->region ? d->region : ""},
        {NULL, NULL},
    };
    emit_program(&e->bytes, "grants.sh", assignments);
    return deliver(e, program, true);
}

/* One file and program for each account in which something is granted or managed. */
static bool emit_grants(struct emitter *e)
{
    const struct deployment *d = e->plan->deployment;
    for (size_t i = 0; i < d->accounts.len; i++) {
        if (!emit_grants_of(e, d->accounts.at[i]))
            return false;
    }
    return true;
}

static int by_name(const void *left, const void *right)
{
    const struct warehouse *a = *(const struct warehouse *const *)left;
    const struct warehouse *b = *(const struct warehouse *const *)right;
    return strcmp(a->decl.path, b->decl.path);
}

/* The program that runs the texts beside it. */
static bool emit_sql_program(struct emitter *e)
{
    const struct deployment *d = e->plan->deployment;
    const struct assignment assignments[] = {
        {"MESH_NAME", e->plan->mesh->decl.name},
        {"MESH_ENVIRONMENT", d->name ? d->name : ""},
        {NULL, NULL},
    };
    emit_program(&e->bytes, "sql.sh", assignments);
    return deliver(e, "sql/apply.sh", true);
}

static bool emit_warehouses(struct emitter *e)
{
    const struct mesh *mesh = e->plan->mesh;
    VEC(const struct warehouse *) warehouses = {0};
    for (size_t i = 0; i < mesh->warehouses.len; i++)
        if (warehouse_is_made(mesh->warehouses.at[i]))
            vec_push(&e->s->arena, &warehouses, mesh->warehouses.at[i]);
    if (warehouses.len)
        qsort(warehouses.at, warehouses.len, sizeof *warehouses.at, by_name);
    for (size_t i = 0; i < warehouses.len; i++) {
        const struct warehouse *warehouse = warehouses.at[i];
        const char *path = arena_format(&e->s->arena, "sql/%s.sql", warehouse->decl.path);
        manifest_warehouse(&e->manifest, warehouse, path);
        emit_sql(&e->s->arena, &e->bytes, e->plan->deployment, warehouse);
        if (!deliver(e, path, false))
            return false;
    }
    return warehouses.len == 0 || emit_sql_program(e);
}

static bool emit_deploy(struct emitter *e)
{
    const struct deployment *d = e->plan->deployment;
    const struct assignment assignments[] = {
        {"MESH_NAME", e->plan->mesh->decl.name},
        {"MESH_ENVIRONMENT", d->name ? d->name : ""},
        {NULL, NULL},
    };
    emit_program(&e->bytes, "deploy.sh", assignments);
    return deliver(e, "deploy.sh", true);
}

bool emit_deployment(struct session *s, const struct deployment *deployment, struct sink *sink,
                     struct emit_counts *counts)
{
    struct emitter e = {.s = s, .plan = plan_new(s, deployment), .sink = sink, .counts = counts};
    manifest_init(&e.manifest, e.plan);
    bool done = emit_stacks(&e) && emit_machines(&e) && emit_grants(&e) && emit_warehouses(&e) &&
                emit_deploy(&e);
    if (done) {
        manifest_requests(&e.manifest);
        manifest_write(&e.manifest, &e.bytes);
        counts->files++;
        counts->bytes += e.bytes.len;
        done = sink->take(sink, "manifest.json", &e.bytes, false);
    }
    manifest_free(&e.manifest);
    plan_free(e.plan);
    buf_free(&e.bytes);
    return done;
}
