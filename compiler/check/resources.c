/* resources.c - rules over resources that the mesh spells out and over patches: types, values that
 * CloudFormation would take for something else, and properties that others rely on. Whether a patch
 * reaches anything, and a reference its stack, is seen where the stacks are made. */
#include "base/map.h"
#include "check/areas.h"
#include "check/catalog.h"
#include "check/cfn_types.h"
#include "check/made.h"

#include <string.h>

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_intrinsic_key(const struct data *data, bool alone)
{
    return strncmp(data->key, "Fn::", 4) == 0 || (alone && strcmp(data->key, "Ref") == 0);
}

void check_plain_keys(struct session *s, const struct data *map)
{
    for (const struct data *d = map->first; d; d = d->next) {
        if (is_intrinsic_key(d, d == map->first && !d->next)) {
            struct diag *report =
                diag(s, D_INTRINSIC_KEY, d->key_at,
                     "CloudFormation would take this for a function, not for data");
            diag_help(s, report, "write ref(NAME), get(NAME.ATTRIBUTE) or sub(\"...\")");
        }
    }
}

static void check_value(struct session *s, const struct data *data, bool patch)
{
    if (data->kind == DATA_NULL && !patch) {
        struct diag *d = diag(s, D_NULL_PROPERTY, data->at, "a property is never null");
        diag_help(s, d, "leave it out; null takes a property away in a `patch`");
    }
    if (data->kind == DATA_MAP) {
        check_plain_keys(s, data);
    }
    bool inner_patch = patch && data->kind != DATA_LIST;
    for (const struct data *d = data->first; d; d = d->next) {
        check_value(s, d, inner_patch);
    }
}

/* ---- resources ------------------------------------------------------------------------------- */

static void check_type(struct session *s, const struct text *type)
{
    if (!cfn_type_is_formed(type->value)) {
        struct diag *d =
            diag(s, D_RESOURCE_TYPE, type->at, "'%s' is no type of CloudFormation", type->value);
        diag_help(s, d, "write it like \"AWS::SQS::Queue\"");
    } else if (strncmp(type->value, "AWS::Serverless::", 17) == 0) {
        struct diag *d =
            diag(s, D_RESOURCE_TYPE, type->at,
                 "'%s' needs a transform, which no template of the mesh has", type->value);
        diag_help(s, d, "write the resources that it stands for");
    }
}

static void check_resource(struct session *s, const struct cfn_resource *resource)
{
    check_is_made(s, &resource->decl, "resource", resource->domain);
    if (resource->type.value) {
        check_type(s, &resource->type);
    }
    if (resource->properties) {
        check_value(s, resource->properties, false);
    }
    for (size_t i = 0; i < resource->depends_on.len; i++) {
        const struct dependency *on = &resource->depends_on.at[i];
        if (on->resource->domain != resource->domain || on->resource == resource) {
            struct diag *d =
                diag(s, D_REFERENCE_ELSEWHERE, on->at, "'%s' %s", on->resource->decl.path,
                     on->resource == resource ? "cannot wait for itself"
                                              : "is not made in the same stack");
            diag_place(s, d, on->resource->decl.at, "declared here");
        }
    }
}

/* ---- patches --------------------------------------------------------------------------------- */

static void check_fixed(struct session *s, const struct patch *patch, const struct data *map,
                        const char *outer)
{
    for (const struct data *d = map->first; d; d = d->next) {
        const char *path = *outer ? arena_format(&s->arena, "%s.%s", outer, d->key) : d->key;
        const char *way_out = cfn_fixed_property(patch->type.value, path);
        if (way_out) {
            struct diag *report =
                diag(s, D_PATCH_FIXED, d->key_at, "'%s' of %s is not for a patch: others go by it",
                     path, patch->type.value);
            diag_help(s, report, "%s", way_out);
        } else if (d->kind == DATA_MAP) {
            check_fixed(s, patch, d, path);
        }
    }
}

static void check_patched_type(struct session *s, const struct patch *patch, const struct map *own)
{
    const char *type = patch->type.value;
    if (!cfn_type_is_formed(type)) {
        check_type(s, &patch->type);
        return;
    }
    if (cfn_type_is_made(type) || map_get(own, atom_of(&s->atoms, type), NULL)) {
        return;
    }
    struct suggestion suggestion = suggest_for(type);
    cfn_type_offer(&suggestion);
    struct diag *d =
        diag(s, D_PATCH_TYPE, patch->type.at, "the mesh never makes a resource of type '%s'", type);
    diag_suggest(s, d, suggestion.best);
}

/* Two patches of one type in one place would depend on the order of files. */
static void check_twice(struct session *s, const struct patch *patch, struct map *seen)
{
    uintptr_t place =
        patch->scope == PATCH_DECLARATION ? patch->within.lo : (uintptr_t)patch->domain;
    const struct patch *first = map_put(seen, atom_of(&s->atoms, patch->type.value),
                                        (const void *)place, (void *)(uintptr_t)patch);
    if (first != patch) {
        struct diag *d =
            diag(s, D_PATCH_TWICE, patch->type.at, "a second patch of %s", patch->type.value);
        diag_place(s, d, first->type.at, "the first one is here");
        diag_help(s, d, "put what they hold into one");
    }
}

void check_resources(struct session *s, const struct mesh *mesh)
{
    struct map own = {0}, seen = {0};
    for (size_t i = 0; i < mesh->resources.len; i++) {
        const struct cfn_resource *resource = mesh->resources.at[i];
        check_resource(s, resource);
        if (resource->type.value) {
            map_set(&own, atom_of(&s->atoms, resource->type.value), NULL, (void *)(uintptr_t)mesh);
        }
    }
    for (size_t i = 0; i < mesh->patches.len; i++) {
        const struct patch *patch = mesh->patches.at[i];
        check_patched_type(s, patch, &own);
        check_twice(s, patch, &seen);
        check_fixed(s, patch, patch->properties, "");
        check_value(s, patch->properties, true);
    }
    map_free(&own);
    map_free(&seen);
}
