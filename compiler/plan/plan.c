/* plan.c - the stacks of a deployment: which there are, their resources' logical ids, and the
 * limits of a template. */
#include "plan/plan.h"
#include "base/hash.h"
#include "check/events.h"
#include "check/limits.h"
#include "check/places.h"
#include "check/stacks.h"
#include "plan/resources.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 200 /* below CloudFormation's 255, with room for a suffix */ };

/* ---- stacks ---------------------------------------------------------------------------------- */

static bool letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static const char *describe(struct arena *arena, const struct mesh *mesh,
                            const struct stack_head *head)
{
    const char *name = mesh->decl.name ? mesh->decl.name : "mesh";
    switch (head->kind) {
    case STACK_GOVERNANCE:
        break;
    case STACK_CATALOG:
        return arena_format(arena, "Catalog of domain %s of the mesh %s", head->domain->decl.path,
                            name);
    case STACK_DOMAIN:
        return arena_format(arena, "Domain %s of the mesh %s", head->domain->decl.path, name);
    case STACK_PRODUCT:
        return arena_format(arena, "Product %s of the mesh %s", head->product->decl.path, name);
    }
    return arena_format(arena, "Governance of the mesh %s", name);
}

struct plan *plan_new(struct session *s, const struct deployment *deployment)
{
    struct plan *plan = arena_new(&s->arena, struct plan);
    struct stack_heads heads = {0};
    plan->s = s;
    plan->mesh = deployment->mesh;
    plan->deployment = deployment;
    plan->account = deployment->governance;
    plan->places = places_new(s, deployment);
    plan->events = events_new(s, deployment);
    stacks_list(s, deployment, &heads);
    for (size_t i = 0; i < heads.list.len; i++) {
        struct stack *stack = arena_new(&s->arena, struct stack);
        stack->head = &heads.list.at[i];
        stack->domain = stack->head->domain;
        stack->description = describe(&s->arena, plan->mesh, stack->head);
        vec_push(&s->arena, &plan->stacks, stack);
    }
    return plan;
}

void plan_reset(struct plan *plan)
{
    arena_reset(&plan->scratch);
}

void plan_free(struct plan *plan)
{
    plan_grants_end(plan);
    events_free(plan->events);
    map_free(&plan->patches);
    arena_free(&plan->scratch);
}

/* ---- resources ------------------------------------------------------------------------------- */

/* Appends the words of text in CamelCase; returns the new length. */
static size_t camel(char *id, size_t length, const char *text)
{
    bool start = true;
    for (; text && *text && length < ID_MAX; text++) {
        if (!letter_or_digit(*text)) {
            start = true;
            continue;
        }
        char c = *text;
        if (start && c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        id[length++] = c;
        start = false;
    }
    return length;
}

/* The id as an atom, from now on taken; NULL when it was. */
static atom take_id(struct plan *plan, const char *id, size_t length)
{
    atom found = atom_put(&plan->s->atoms, id, length);
    if (map_get(&plan->ids, found, NULL))
        return NULL;
    map_put(&plan->ids, found, NULL, plan);
    return found;
}

static const char *logical_id(struct plan *plan, const char *type, const char *prefix,
                              const char *name)
{
    char id[ID_MAX + 9];
    size_t plain = camel(id, camel(id, 0, prefix), name);
    atom found = plain < ID_MAX ? take_id(plan, id, plain) : NULL;
    if (found)
        return found;
    uint64_t hash = hash_bytes(HASH_START, type, strlen(type));
    hash = hash_bytes(hash, name ? name : "", name ? strlen(name) : 0);
    for (; !found; hash = hash_bytes(hash, "+", 1)) {
        size_t length = plain;
        for (int shift = 28; shift >= 0; shift -= 4)
            id[length++] = "0123456789abcdef"[hash >> shift & 15];
        found = take_id(plan, id, length);
    }
    return found;
}

json *plan_resource(struct plan *plan, struct stack *stack, const char *type, struct span at,
                    const char *prefix, const char *name)
{
    struct resource resource = {.type = type, .at = at};
    resource.id = logical_id(plan, type, prefix, name);
    resource.properties = json_object(&plan->scratch);
    vec_push(&plan->scratch, &stack->resources, resource);
    return resource.properties;
}

const char *plan_local(const struct decl *decl, const struct domain *domain)
{
    size_t length = strlen(domain->decl.path);
    bool inside = !strncmp(decl->path, domain->decl.path, length) && decl->path[length] == '.';
    return inside ? decl->path + length + 1 : decl->path;
}

struct resource *plan_last(struct stack *stack)
{
    return &stack->resources.at[stack->resources.len - 1];
}

void plan_keep(struct plan *plan, const void *thing, const char *role, const char *id)
{
    map_set(&plan->made, thing, atom_of(&plan->s->atoms, role), (void *)(uintptr_t)id);
}

const char *plan_made(struct plan *plan, const void *thing, const char *role)
{
    return map_get(&plan->made, thing, atom_of(&plan->s->atoms, role));
}

/* ---- one stack ------------------------------------------------------------------------------- */

void plan_judge_size(struct plan *plan, const struct stack *stack, size_t bytes)
{
    size_t limit = (size_t)limit_info(LIMIT_TEMPLATE_BYTES)->figure;
    if (bytes * 10 <= limit * 9)
        return;
    struct diag *d =
        diag(plan->s, bytes > limit ? D_TEMPLATE_BYTES : D_TEMPLATE_BYTES_NEARLY, stack->head->at,
             "the template of stack '%s' has %zu bytes, CloudFormation takes %zu",
             stack->head->name, bytes, limit);
    stack_way_out(plan->s, d, stack->head);
}

static int by_id(const void *a, const void *b)
{
    const struct resource *x = a, *y = b;
    return strcmp(x->id, y->id);
}

void plan_stack(struct plan *plan, struct stack *stack)
{
    plan->account = stack->head->account;
    plan_sns(plan, stack);
    if (stack->domain) {
        plan_registration(plan, stack);
        plan_kms(plan, stack);
    }
    plan_s3(plan, stack);
    plan_roles(plan, stack);
    plan_lambda(plan, stack);
    plan_redshift(plan, stack);
    if (stack->domain) {
        plan_lakeformation(plan, stack);
        plan_glue(plan, stack);
        plan_quality(plan, stack);
        plan_athena(plan, stack);
        plan_states(plan, stack);
        plan_events(plan, stack);
        plan_cloudwatch(plan, stack);
    } else {
        plan_config(plan, stack);
        plan_cloudtrail(plan, stack);
    }
    plan_links(plan, stack);
    plan_resources(plan, stack);
    plan_patch(plan, stack);
    if (stack->resources.len)
        qsort(stack->resources.at, stack->resources.len, sizeof *stack->resources.at, by_id);
    plan_bind(plan, stack);
}

void plan_stack_free(struct plan *plan, struct stack *stack)
{
    stack->resources.at = NULL;
    stack->resources.len = stack->resources.cap = 0;
    map_free(&plan->ids);
    map_free(&plan->made);
    plan->ids = plan->made = (struct map){0};
    plan_reset(plan);
}
