/* manifest.c - manifest.json: what a build wrote, in which order it is deployed, and which line
 * each resource is from. */
#include "emit/manifest.h"

#include "base/hash.h"
#include "check/access/requests.h"
#include "check/access/trusts.h"
#include "model/names.h"
#include "plan/requests.h"

#include <stdlib.h>
#include <string.h>

/* Where a thing will stand: 12 digits or null, the region or null. */
static void set_place(struct manifest *m, json *object, const struct deployment_account *account)
{
    const struct deployment *d = m->plan->deployment;
    json_set(object, "account",
             account->id ? json_text(&m->memory, account->id) : json_null(&m->memory));
    json_set(object, "region",
             d->region ? json_text(&m->memory, d->region) : json_null(&m->memory));
}

/* Of what has no place for it in AWS. */
static void set_description(struct manifest *m, json *object, const struct decl *decl)
{
    json_set(object, "description",
             decl->doc ? json_text(&m->memory, decl->doc) : json_null(&m->memory));
}

/* A statement of the mesh, and what was found about it. */
struct stated {
    const char *text, *source, *found;
};

static struct stated stated_of(struct manifest *m, const struct grant *statement, const char *found)
{
    struct session *s = m->plan->s;
    return (struct stated){statement_text(s, &m->memory, statement->at),
                           source_where(s, statement->at), found};
}

static int by_text(const void *left, const void *right)
{
    const struct stated *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order ? order : strcmp(a->source, b->source);
}

/* By their words, for the names of files decide nothing but places. */
static void set_stated(json *array, struct stated *list, size_t count, const char *member)
{
    if (count)
        qsort(list, count, sizeof *list, by_text);
    for (size_t i = 0; i < count; i++) {
        json *object = json_add_object(array);
        json_set_text(object, "source", list[i].source);
        json_set_text(object, "text", list[i].text);
        json_set_text(object, member, list[i].found);
    }
}

static void set_promises(struct manifest *m, json *promises)
{
    const struct mesh *mesh = m->plan->mesh;
    struct stated *list = arena_array(&m->memory, struct stated, mesh->promises.len);
    for (size_t i = 0; i < mesh->promises.len; i++)
        list[i] = stated_of(m, mesh->promises.at[i], "proven");
    set_stated(promises, list, mesh->promises.len, "verdict");
}

/* What is promised, proven before anything is written, and what that rests on. */
static void set_proofs(struct manifest *m)
{
    struct session *s = m->plan->s;
    if (m->plan->mesh->promises.len == 0)
        return;
    json *proofs = json_set_object(m->tree, "proofs");
    set_promises(m, json_set_array(proofs, "promises"));
    trusts_list(s, &m->memory, m->plan->deployment, json_set_array(proofs, "trusts"));
}

void manifest_requests(struct manifest *m)
{
    const struct mesh *mesh = m->plan->mesh;
    struct stated *list = arena_array(&m->memory, struct stated, mesh->requests.len);
    for (size_t i = 0; i < mesh->requests.len; i++)
        list[i] = stated_of(m, mesh->requests.at[i], answer_word(plan_request_answer(m->plan, i)));
    set_stated(m->requests, list, mesh->requests.len, "answered");
}

void manifest_init(struct manifest *m, struct plan *plan)
{
    const struct deployment *d = plan->deployment;
    m->plan = plan;
    m->tree = json_object(&m->memory);
    json_set_int(m->tree, "format", 1);
    json_set_text(m->tree, "meshc", MESHC_VERSION);
    json_set_text(m->tree, "mesh", plan->mesh->decl.name);
    set_description(m, m->tree, &plan->mesh->decl);
    json_set(m->tree, "environment",
             d->name ? json_text(&m->memory, d->name) : json_null(&m->memory));
    m->stacks = json_set_array(m->tree, "stacks");
    m->grants = json_set_array(m->tree, "grants");
    m->states = json_set_array(m->tree, "states");
    m->warehouses = json_set_array(m->tree, "warehouses");
    set_proofs(m);
    if (plan->mesh->requests.len)
        m->requests = json_set_array(m->tree, "requests");
    m->files = json_set_array(m->tree, "files");
}

void manifest_stack(struct manifest *m, const struct stack *stack)
{
    struct session *s = m->plan->s;
    json *entry = json_add_object(m->stacks);
    json_set_text(entry, "name", stack->head->name);
    json_set_text(entry, "template", stack->head->file);
    set_place(m, entry, stack->head->account);
    json *capabilities = json_set_array(entry, "capabilities");
    if (stack->has_roles)
        json_add_text(capabilities, "CAPABILITY_NAMED_IAM");
    json *resources = json_set_object(entry, "resources");
    for (size_t i = 0; i < stack->resources.len; i++) {
        const struct resource *resource = &stack->resources.at[i];
        json_set_text(resources, resource->id, source_where(s, resource->at));
    }
}

void manifest_machine(struct manifest *m, const struct pipeline *pipeline, const char *path)
{
    json *entry = json_add_object(m->states);
    json_set_text(entry, "pipeline", pipeline->decl.path);
    json_set_text(entry, "name", m->plan->deployment->machines[pipeline->decl.index]);
    json_set_text(entry, "definition", path);
}

void manifest_grants(struct manifest *m, const struct deployment_account *account,
                     const char *desired, const char *program)
{
    json *entry = json_add_object(m->grants);
    set_place(m, entry, account);
    json_set_text(entry, "desired", desired);
    json_set_text(entry, "program", program);
}

void manifest_warehouse(struct manifest *m, const struct warehouse *warehouse, const char *path)
{
    json *entry = json_add_object(m->warehouses);
    const char *name = name_warehouse(&m->memory, m->plan->deployment, warehouse);
    json_set_text(entry, "warehouse", warehouse->decl.path);
    set_description(m, entry, &warehouse->decl);
    set_place(m, entry, account_of_domain(m->plan->deployment, warehouse->domain));
    json_set_text(entry, "namespace", name);
    json_set_text(entry, "workgroup", name);
    json_set_text(entry, "database", WAREHOUSE_DATABASE);
    json_set_text(entry, "sql", path);
}

void manifest_file(struct manifest *m, const char *path, const struct buf *bytes)
{
    char digest[65];
    hash_sha256(digest, bytes->at, bytes->len);
    json *entry = json_add_object(m->files);
    json_set_text(entry, "path", path);
    json_set_int(entry, "bytes", (int64_t)bytes->len);
    json_set_text(entry, "sha256", arena_copy(&m->memory, digest, 64));
}

void manifest_write(struct manifest *m, struct buf *out)
{
    json_write(out, m->tree);
    buf_putc(out, '\n');
}

void manifest_free(struct manifest *m)
{
    arena_free(&m->memory);
}
