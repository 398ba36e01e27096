/* audit.c - the audit: what is recorded of what happens to the mesh. */
#include "model/elab.h"

static void watch_output(struct elab *e, struct audit *audit, struct map *seen,
                         struct output *output)
{
    if (map_get(seen, output, NULL) == NULL) {
        map_put(seen, output, NULL, output);
        vec_push(e->arena, &audit->events, output);
    }
}

static void watch_product(struct elab *e, struct audit *audit, struct map *seen,
                          const struct product *product)
{
    for (size_t i = 0; i < product->outputs.len; i++) {
        watch_output(e, audit, seen, product->outputs.at[i]);
    }
}

/* A product is all its outputs, a domain all its products. */
static void watch(struct elab *e, struct audit *audit, struct map *seen, const struct value *value)
{
    const struct declared *d =
        names_resolve_value(e, KINDS_PRODUCT | KINDS(KIND_DOMAIN), NULL, value);
    if (d == NULL) {
        return;
    }
    if (d->kind == KIND_OUTPUT) {
        watch_output(e, audit, seen, d->thing);
    } else if (d->kind == KIND_PRODUCT) {
        watch_product(e, audit, seen, d->thing);
    } else {
        const struct domain *domain = d->thing;
        if (!elab_affords(e, domain->products.len, value->span)) {
            return;
        }
        for (size_t i = 0; i < domain->products.len; i++) {
            watch_product(e, audit, seen, domain->products.at[i]);
        }
    }
}

static void build_audit(struct elab *e, struct audit *audit, const struct block *block)
{
    struct body body;
    struct map seen = {0};
    audit->decl.name = audit->decl.path = block->name.text;
    audit->decl.at = block->name.text != NULL ? block->name.span : block->word.span;
    body_of_block(e, block, NULL, &body);
    body_describe(e, &body, &block->item, &audit->decl);
    audit->bucket = body_text(&body, "bucket");
    audit->existing = body_bool(&body, "existing", false);
    audit->retention = body_amount(&body, "retention");
    audit->chosen = body_has(&body, "events");
    for (const struct value *v = value_items(body_value(&body, "events")); v != NULL; v = v->next) {
        watch(e, audit, &seen, v);
    }
    map_free(&seen);
    if (audit->existing && audit->bucket.value == NULL) {
        diag(e->s, D_MISSING_ATTRIBUTE, audit->decl.at, "a log that exists needs its 'bucket'");
    }
}

void audit_build(struct elab *e)
{
    for (size_t i = 0; i < e->audits.len; i++) {
        const struct block *block = e->audits.at[i];
        if (e->mesh->audit != NULL) {
            struct diag *d = diag(e->s, D_SEVERAL_AUDITS, block->word.span,
                                  "a mesh has one audit, which records all of it");
            diag_place(e->s, d, e->mesh->audit->decl.at, "the other stands here");
            continue;
        }
        e->mesh->audit = arena_new(e->arena, struct audit);
        build_audit(e, e->mesh->audit, block);
    }
}
