/* resources.c - the way out: resources of CloudFormation that the language has no words for, and
 * patches, which are merged into what is emitted. */
#include "model/elab.h"

#include <string.h>

static void build_resource(struct elab *e, struct declared *d)
{
    struct cfn_resource *resource = d->thing;
    struct body body, inner;
    e->references_from = d->domain;
    body_of_block(e, d->block, NULL, &body);
    body_describe(e, &body, &d->block->item, &resource->decl);
    resource->type = body_text(&body, "type");
    resource->retain_given = body_has(&body, "retain");
    resource->retain = body_bool(&body, "retain", false);
    for (const struct value *v = value_items(body_value(&body, "depends_on")); v != NULL;
         v = v->next) {
        struct declared *on = names_resolve_value(e, KINDS(KIND_RESOURCE), d->domain, v);
        if (on != NULL) {
            struct dependency dependency = {on->thing, v->span};
            vec_push(e->arena, &resource->depends_on, dependency);
        }
    }
    if (body_child(e, &body, KIND_PROPERTIES, &inner)) {
        resource->properties = data_map(e, &inner, DATA_REFERENCES);
    }
    e->references_from = NULL;
}

void resources_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_RESOURCE].len; i++) {
        build_resource(e, e->of_kind[KIND_RESOURCE].at[i]);
    }
}

/* ---- patches --------------------------------------------------------------------------------- */

struct owner {                 /* what a patch stands in */
    struct domain *domain;     /* NULL: none */
    const struct block *block; /* the innermost declaration; NULL: the file, or a domain alone */
};

static void build_patch(struct elab *e, const struct block *block, const struct owner *owner)
{
    struct patch *patch = arena_new(e->arena, struct patch);
    struct body body;
    if (block->name.text == NULL || block->broken) {
        return; /* reported by the parser */
    }
    e->references_from = owner->domain;
    body_of_block(e, block, NULL, &body);
    patch->type = (struct text){block->name.text, block->name.span};
    patch->domain = owner->domain;
    patch->scope = owner->block != NULL    ? PATCH_DECLARATION
                   : owner->domain != NULL ? PATCH_DOMAIN
                                           : PATCH_ALL;
    patch->within = owner->block != NULL ? owner->block->item.span : (struct span){0};
    patch->properties = data_map(e, &body, DATA_REFERENCES);
    patch->index = (uint32_t)e->mesh->patches.len;
    vec_push(e->arena, &e->mesh->patches, patch);
    e->references_from = NULL;
}

/* The domain that a block belongs to: its own name, or what stands before the dot of it. */
static struct domain *domain_of(struct elab *e, const struct block *block, struct domain *outer)
{
    const char *name = block->name.text, *dot = name != NULL ? strchr(name, '.') : NULL;
    if (outer != NULL || name == NULL || (block->kind != KIND_DOMAIN && dot == NULL)) {
        return outer;
    }
    size_t length = dot != NULL ? (size_t)(dot - name) : strlen(name);
    struct declared *d =
        names_find(e, KINDS(KIND_DOMAIN), NULL, atom_put(&e->s->atoms, name, length));
    return d != NULL ? d->thing : NULL;
}

static void look_inside(struct elab *e, const struct item *items, const struct owner *owner)
{
    for (const struct item *item = items; item != NULL; item = item->next) {
        const struct block *block = item_as_const(block, item);
        if (item->kind != ITEM_BLOCK || block->kind == KIND_NONE) {
            continue;
        }
        if (block->kind == KIND_PATCH) {
            build_patch(e, block, owner);
        } else if (block->kind == KIND_DOMAIN || nest_find(block->kind, KIND_PATCH) != NULL) {
            struct owner inner = {domain_of(e, block, owner->domain),
                                  block->kind == KIND_DOMAIN ? NULL : block};
            look_inside(e, block->items, &inner);
        }
    }
}

void patches_build(struct elab *e, struct tree *const *trees, size_t count)
{
    const struct owner nobody = {0};
    for (size_t i = 0; i < count; i++) {
        if (trees[i]->patches) {
            look_inside(e, trees[i]->items, &nobody);
        }
    }
}
