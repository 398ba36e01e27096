/* plan.c - the stacks of a deployment: which there are, their resources' logical ids, and the
 * limits of a template. */
#include "plan/plan.h"
#include "base/hash.h"
#include "check/limits.h"
#include "check/places.h"
#include "check/stacks.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 200 /* below CloudFormation's 255, with room for a suffix */ };

/* ---- stacks ---------------------------------------------------------------------------------- */

static bool letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void add_stack(struct plan *plan, const struct domain *domain)
{
    struct arena *arena = &plan->s->arena;
    const char *mesh = plan->mesh->decl.name ? plan->mesh->decl.name : "mesh";
    const char *part = domain ? domain->decl.path : "governance";
    struct stack *stack = arena_new(arena, struct stack);
    stack->domain = domain;
    stack->name = stack_name(arena, plan->deployment, domain);
    stack->file = arena_format(arena, "stacks/%s.template.json", part);
    stack->description = domain ? arena_format(arena, "Domain %s of the mesh %s", part, mesh)
                                : arena_format(arena, "Governance of the mesh %s", mesh);
    vec_push(arena, &plan->stacks, stack);
}

static bool needs_governance(const struct plan *plan)
{
    const struct mesh *mesh = plan->mesh;
    if (plan->deployment->mesh_bucket || mesh->guardrails.len || mesh->made_roles.len ||
        mesh->audit || mesh->recorder)
        return true;
    for (size_t i = 0; i < mesh->functions.len; i++)
        if (!mesh->functions.at[i]->domain)
            return true;
    for (size_t i = 0; i < mesh->warehouses.len; i++)
        if (!mesh->warehouses.at[i]->domain)
            return true;
    for (size_t i = 0; i < mesh->channels.len; i++) {
        const struct channel *channel = mesh->channels.at[i];
        if (!channel->domain && !channel->arn.value)
            return true;
    }
    return false;
}

static int by_path(const void *a, const void *b)
{
    const struct domain *const *x = a, *const *y = b;
    return strcmp((*x)->decl.path, (*y)->decl.path);
}

struct plan *plan_new(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    struct plan *plan = arena_new(&s->arena, struct plan);
    plan->s = s;
    plan->mesh = mesh;
    plan->deployment = deployment;
    plan->places = places_new(s, deployment);
    if (needs_governance(plan))
        add_stack(plan, NULL);
    const struct domain **domains =
        arena_array(&s->arena, const struct domain *, mesh->domains.len);
    size_t count = 0;
    for (size_t i = 0; i < mesh->domains.len; i++)
        if (!mesh->domains.at[i]->existing)
            domains[count++] = mesh->domains.at[i];
    qsort(domains, count, sizeof *domains, by_path);
    for (size_t i = 0; i < count; i++)
        add_stack(plan, domains[i]);
    return plan;
}

void plan_reset(struct plan *plan)
{
    arena_reset(&plan->scratch);
}

void plan_free(struct plan *plan)
{
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

static struct span place_of(const struct plan *plan, const struct stack *stack)
{
    return stack->domain ? stack->domain->decl.at : plan->mesh->decl.at;
}

void plan_judge_size(struct plan *plan, const struct stack *stack, size_t bytes)
{
    size_t limit = (size_t)limit_info(LIMIT_TEMPLATE_BYTES)->figure;
    if (bytes <= limit)
        return;
    struct diag *d = diag(plan->s, D_TEMPLATE_BYTES, place_of(plan, stack),
                          "the template of stack '%s' has %zu bytes, CloudFormation takes %zu",
                          stack->name, bytes, limit);
    if (stack->domain)
        diag_help(
            plan->s, d, "move some of the %zu products and %zu pipelines of '%s' to another domain",
            stack->domain->products.len, stack->domain->pipelines.len, stack->domain->decl.path);
}

static int by_id(const void *a, const void *b)
{
    const struct resource *x = a, *y = b;
    return strcmp(x->id, y->id);
}

void plan_stack(struct plan *plan, struct stack *stack)
{
    plan_sns(plan, stack);
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
        plan_cloudwatch(plan, stack);
    } else {
        plan_config(plan, stack);
        plan_cloudtrail(plan, stack);
    }
    plan_domain_topic(plan, stack);
    if (stack->resources.len)
        qsort(stack->resources.at, stack->resources.len, sizeof *stack->resources.at, by_id);
}

void plan_stack_free(struct plan *plan, struct stack *stack)
{
    stack->resources.at = NULL;
    stack->resources.len = stack->resources.cap = 0;
    map_free(&plan->ids);
    map_free(&plan->made);
    plan->ids = plan->made = (struct map){0};
    plan->domain_topic = false;
    plan_reset(plan);
}
