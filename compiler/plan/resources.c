/* resources.c - what the mesh spells out itself: resources of other types; patches, merged into
 * what a stack has; and references, which become logical ids once all of the stack is there. */
#include "plan/resources.h"

#include "check/cfn_types.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- values ---------------------------------------------------------------------------------- */

/* As plan_data, with texts that may be anything. */
static json *value_of(struct plan *plan, const struct data *data)
{
    bool map = data->kind == DATA_MAP;
    if (data->kind == DATA_TEXT) {
        return plan_literal(plan, data->text);
    }
    if (!map && data->kind != DATA_LIST) {
        return plan_data(plan, data);
    }
    json *out = map ? json_object(&plan->scratch) : json_array(&plan->scratch);
    for (const struct data *d = data->first; d; d = d->next) {
        json *value = value_of(plan, d);
        if (map) {
            json_set(out, d->key, value);
        } else {
            json_add(out, value);
        }
    }
    return out;
}

/* ---- resources ------------------------------------------------------------------------------- */

static void add_resource(struct plan *plan, struct stack *stack,
                         const struct cfn_resource *resource)
{
    json *properties = plan_resource(plan, stack, resource->type.value, resource->decl.at,
                                     "Resource", resource->decl.name);
    struct resource *made = plan_last(stack);
    plan_keep(plan, resource, "resource", made->id);
    made->retain =
        resource->retain_given ? resource->retain : cfn_type_holds_data(resource->type.value);
    stack->has_roles |= strncmp(resource->type.value, "AWS::IAM::", 10) == 0;
    for (const struct data *d = resource->properties ? resource->properties->first : NULL; d;
         d = d->next) {
        json_set(properties, d->key, value_of(plan, d));
    }
}

/* After all of them: one may wait for one that comes later. */
static void add_dependencies(struct plan *plan, struct stack *stack, size_t first,
                             const struct cfn_resource *resource)
{
    const char *id = plan_made(plan, resource, "resource");
    for (size_t i = first; i < stack->resources.len; i++) {
        struct resource *made = &stack->resources.at[i];
        for (size_t k = 0; made->id == id && k < resource->depends_on.len; k++) {
            const char *on = plan_made(plan, resource->depends_on.at[k].resource, "resource");
            if (on) {
                vec_push(&plan->scratch, &made->after, on);
            }
        }
    }
}

void plan_resources(struct plan *plan, struct stack *stack)
{
    const struct mesh *mesh = plan->mesh;
    if (!stack_has_shared(stack->head)) {
        return;
    }
    size_t first = stack->resources.len;
    size_t count = stack->domain ? stack->domain->resources.len : mesh->resources.len;
    struct cfn_resource *const *list =
        stack->domain ? stack->domain->resources.at : mesh->resources.at;
    for (size_t i = 0; i < count; i++) {
        if (list[i]->domain == stack->domain) {
            add_resource(plan, stack, list[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i]->domain == stack->domain && list[i]->depends_on.len) {
            add_dependencies(plan, stack, first, list[i]);
        }
    }
}

/* ---- patches --------------------------------------------------------------------------------- */

struct patches { /* of one type, as seen from one domain: outer ones first */
    VEC(const struct patch *) list;
};

static uint32_t width(const struct patch *patch)
{
    return patch->within.hi - patch->within.lo;
}

static int outer_first(const void *a, const void *b)
{
    const struct patch *const *x = a, *const *y = b;
    if ((*x)->scope != (*y)->scope) {
        return (*x)->scope < (*y)->scope ? -1 : 1;
    }
    if (width(*x) != width(*y)) {
        return width(*x) > width(*y) ? -1 : 1;
    }
    return (*x)->index < (*y)->index ? -1 : 1;
}

/* By (type, domain that it stands in). */
static void index_patches(struct plan *plan)
{
    const struct mesh *mesh = plan->mesh;
    struct arena *arena = &plan->s->arena;
    plan->patched = arena_array(arena, bool, mesh->patches.len + 1);
    for (size_t i = 0; i < mesh->patches.len; i++) {
        const struct patch *patch = mesh->patches.at[i];
        atom type = atom_of(&plan->s->atoms, patch->type.value);
        struct patches *patches = map_get(&plan->patches, type, patch->domain);
        if (!patches) {
            patches = arena_new(arena, struct patches);
            map_set(&plan->patches, type, patch->domain, patches);
        }
        vec_push(arena, &patches->list, patch);
    }
    for (size_t i = 0; i < mesh->patches.len; i++) { /* sorting again does no harm */
        const struct patch *patch = mesh->patches.at[i];
        struct patches *patches =
            map_get(&plan->patches, atom_of(&plan->s->atoms, patch->type.value), patch->domain);
        if (patches->list.at[0] == patch || patches->list.len == 1) {
            qsort(patches->list.at, patches->list.len, sizeof *patches->list.at, outer_first);
        }
    }
}

/* {"Ref": ..} and the like are values, not objects. */
static bool is_intrinsic(const json *value)
{
    const json *first = json_is_object(value) ? json_first(value) : NULL;
    const char *key = first ? json_key(first) : NULL;
    return key && (strcmp(key, "Ref") == 0 || strncmp(key, "Fn::", 4) == 0);
}

/* Objects merge by key, null takes away, everything else replaces. */
static void merge(struct plan *plan, json *into, const struct data *map)
{
    for (const struct data *d = map->first; d; d = d->next) {
        json *old = json_get(into, d->key);
        if (d->kind != DATA_MAP) {
            json_remove(into, d->key);
            if (d->kind != DATA_NULL) {
                json_set(into, d->key, value_of(plan, d));
            }
            continue;
        }
        if (!old || !json_is_object(old) || is_intrinsic(old)) {
            json_remove(into, d->key);
            old = json_set_object(into, d->key);
        }
        merge(plan, old, d);
    }
}

static bool reaches(const struct patch *patch, const struct resource *resource)
{
    return patch->scope != PATCH_DECLARATION ||
           (patch->within.lo <= resource->at.lo && resource->at.lo < patch->within.hi);
}

static void apply(struct plan *plan, struct resource *resource, const struct patches *patches)
{
    for (size_t i = 0; patches && i < patches->list.len; i++) {
        const struct patch *patch = patches->list.at[i];
        if (reaches(patch, resource)) {
            plan->patched[patch->index] = true;
            merge(plan, resource->properties, patch->properties);
        }
    }
}

void plan_patch(struct plan *plan, struct stack *stack)
{
    if (plan->mesh->patches.len == 0) {
        return;
    }
    if (!plan->patched) {
        index_patches(plan);
    }
    for (size_t i = 0; i < stack->resources.len; i++) {
        struct resource *resource = &stack->resources.at[i];
        atom type = atom_of(&plan->s->atoms, resource->type);
        apply(plan, resource, map_get(&plan->patches, type, NULL));
        if (stack->domain) {
            apply(plan, resource, map_get(&plan->patches, type, stack->domain));
        }
    }
}

void plan_judge_patches(struct plan *plan)
{
    for (size_t i = 0; plan->patched && i < plan->mesh->patches.len; i++) {
        const struct patch *patch = plan->mesh->patches.at[i];
        if (!plan->patched[patch->index]) {
            static const char *const where[] = {[PATCH_ALL] = "the mesh",
                                                [PATCH_DOMAIN] = "this domain",
                                                [PATCH_DECLARATION] = "this declaration"};
            diag(plan->s, D_PATCH_UNUSED, patch->type.at, "%s makes no resource of type '%s'",
                 where[patch->scope], patch->type.value);
        }
    }
}

/* ---- references ------------------------------------------------------------------------------ */

/* What plan_keep calls it. */
static const char *role_of(enum reference_kind kind)
{
    static const char *const roles[] = {
        [REFER_RESOURCE] = "resource", [REFER_FUNCTION] = "function", [REFER_MACHINE] = "machine",
        [REFER_TOPIC] = "topic",       [REFER_ROLE] = "role",         [REFER_TABLE] = "table",
        [REFER_DATABASE] = "database",
    };
    return roles[kind];
}

static const char *id_of(struct plan *plan, const struct stack *stack, const struct data *data)
{
    const struct reference *reference = data->reference;
    const char *id = plan_made(plan, reference->thing, role_of(reference->kind));
    if (!id) {
        struct diag *d = diag(plan->s, D_REFERENCE_ELSEWHERE, data->at,
                              "'%s' is not made in the stack '%s', which refers to it",
                              reference->decl->path, stack->head->name);
        diag_place(plan->s, d, reference->decl->at, "declared here");
        diag_help(plan->s, d,
                  "write its name or ARN as a text: names are the same wherever they "
                  "are used, and stacks import nothing from each other");
    }
    return id ? id : "";
}

static void put_part(struct plan *plan, const struct stack *stack, struct buf *out,
                     const struct data *part)
{
    if (part->kind == DATA_TEXT) {
        buf_puts(out, plan_escape(plan, part->text));
    } else if (part->reference->kind == REFER_PSEUDO) {
        buf_format(out, "${%s}", part->text);
    } else {
        const char *attribute = part->reference->attribute;
        buf_format(out, "${%s%s%s}", id_of(plan, stack, part), attribute ? "." : "",
                   attribute ? attribute : "");
    }
}

static void bind(struct plan *plan, const struct stack *stack, json *object,
                 const struct data *data)
{
    const char *attribute = data->kind == DATA_REFERENCE ? data->reference->attribute : NULL;
    json_remove(object, "Ref"); /* what stood for it until now */
    if (data->kind == DATA_SUBSTITUTION) {
        struct buf out = {0};
        for (const struct data *part = data->first; part; part = part->next) {
            put_part(plan, stack, &out, part);
        }
        json_set_text(object, "Fn::Sub", arena_copy(&plan->scratch, out.at ? out.at : "", out.len));
        buf_free(&out);
    } else if (attribute) {
        json *path = json_set_array(object, "Fn::GetAtt");
        json_add_text(path, id_of(plan, stack, data));
        json_add_text(path, attribute);
    } else {
        json_set_text(object, "Ref", id_of(plan, stack, data));
    }
}

json *plan_reference(struct plan *plan, const struct data *data)
{
    struct late late = {json_object(&plan->scratch), data};
    bool literal = data->kind == DATA_SUBSTITUTION;
    for (const struct data *part = data->first; literal && part; part = part->next) {
        literal = part->kind == DATA_TEXT;
    }
    if (literal) { /* an Fn::Sub without a variable is none */
        struct buf out = {0};
        for (const struct data *part = data->first; part; part = part->next) {
            buf_puts(&out, part->text);
        }
        json *text = plan_literal(plan, arena_copy(&plan->scratch, out.at ? out.at : "", out.len));
        buf_free(&out);
        return text;
    }
    vec_push(&plan->scratch, &plan->late, late);
    return late.object;
}

void plan_bind(struct plan *plan, struct stack *stack)
{
    for (size_t i = 0; i < plan->late.len; i++) {
        bind(plan, stack, plan->late.at[i].object, plan->late.at[i].data);
    }
    plan_judge_cycles(plan, stack);
    plan->late.at = NULL;
    plan->late.len = plan->late.cap = 0;
}

const char *plan_reference_token(struct plan *plan, const struct data *data)
{
    struct buf out = {0};
    const struct data one = {.kind = DATA_SUBSTITUTION, .first = NULL};
    const struct data *parts = data->kind == one.kind ? data->first : data;
    for (const struct data *part = parts; part; part = data->kind == one.kind ? part->next : NULL) {
        const struct reference *reference = part->reference;
        if (part->kind == DATA_TEXT) {
            buf_puts(&out, part->text);
        } else if (reference->kind == REFER_PSEUDO) { /* ${AccountId}, as in ARNs */
            buf_format(&out, "${%s}", part->text + strlen("AWS::"));
        } else {
            buf_format(&out, "${%s%s%s}", reference->decl->path, reference->attribute ? "." : "",
                       reference->attribute ? reference->attribute : "");
        }
    }
    const char *text = arena_copy(&plan->scratch, out.at ? out.at : "", out.len);
    buf_free(&out);
    return text;
}

/* ---- judging --------------------------------------------------------------------------------- */

void plan_judge(struct session *s, const struct deployment *deployment)
{
    struct plan *plan = plan_new(s, deployment);
    for (size_t i = 0; i < plan->stacks.len; i++) {
        plan_stack(plan, plan->stacks.at[i]);
        plan_stack_free(plan, plan->stacks.at[i]);
    }
    plan_judge_patches(plan);
    plan_free(plan);
}
