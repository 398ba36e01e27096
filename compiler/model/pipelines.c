/* pipelines.c - pipelines: what they produce and the role they run as. What starts them is in
 * triggers.c, their steps are in steps.c. */
#include "model/elab.h"

#include <string.h>

static void produce(struct elab *e, struct pipeline *pipeline, struct output *output,
                    struct span at)
{
    for (size_t i = output->producers.len;
         i-- > 0;) { /* this pipeline's entry is the last one, if any */
        if (output->producers.at[i] == pipeline) {
            diag(e->s, D_DUPLICATE_ATTRIBUTE, at, "'%s' is named twice", output->decl.path);
            return;
        }
        break;
    }
    vec_push(e->arena, &pipeline->produces, output);
    vec_push(e->arena, &output->producers, pipeline);
}

static void read_produces(struct elab *e, struct pipeline *pipeline, const struct body *body)
{
    for (const struct value *v = value_items(body_value(body, "produces")); v != NULL;
         v = v->next) {
        struct declared *d = names_resolve_value(e, KINDS_PRODUCT, pipeline->domain, v);
        if (d != NULL && !elab_affords(e, 4, v->span)) {
            return;
        }
        if (d != NULL && d->kind == KIND_OUTPUT) {
            produce(e, pipeline, d->thing, v->span);
        } else if (d != NULL) {
            const struct product *product = d->thing;
            if (!elab_affords(e, product->outputs.len, v->span)) {
                return;
            }
            for (size_t i = 0; i < product->outputs.len; i++) {
                produce(e, pipeline, product->outputs.at[i], v->span);
            }
        }
    }
}

static void build_pipeline(struct elab *e, struct declared *d)
{
    struct pipeline *pipeline = d->thing;
    struct body body;
    body_of_block(e, d->block, defaults_of(e, d->domain, KIND_PIPELINE), &body);
    body_describe(e, &body, &d->block->item, &pipeline->decl);
    pipeline->machine = body_text(&body, "name");
    read_produces(e, pipeline, &body);
    pipeline->role = body_principal(e, &body, "role", KINDS(KIND_ROLE), d->domain, NULL);
    if (pipeline->role != NULL) {
        vec_push(e->arena, &pipeline->role->runs.pipelines, pipeline);
    }
    triggers_read(e, pipeline, &body);
    pipeline->timeout = body_amount(&body, "timeout");
    pipeline->overlap_skip = body_choice(&body, "overlap") == 0;
    pipeline->express = body_choice(&body, "type") == 1;
    pipeline->existing = body_bool(&body, "existing", false);
    struct declared *alerts = body_ref(e, &body, "alerts", KINDS(KIND_CHANNEL), d->domain);
    pipeline->alerts = alerts != NULL ? alerts->thing : d->domain->alerts;
    e->references_from = d->domain;
    const struct block *steps = body_block(&body, KIND_STEPS);
    const struct block *on_failure = body_block(&body, KIND_ON_FAILURE);
    steps_build(e, pipeline, steps, on_failure);
}

void pipelines_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_PIPELINE].len; i++) {
        build_pipeline(e, e->of_kind[KIND_PIPELINE].at[i]);
    }
    triggers_resolve(e);
}
