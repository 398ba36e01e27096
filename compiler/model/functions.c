/* functions.c - functions of Lambda that the mesh makes. */
#include "model/elab.h"

static void build_function(struct elab *e, struct declared *d)
{
    struct function *function = d->thing;
    struct body body, inner;
    body_of_block(e, d->block, NULL, &body);
    body_describe(e, &body, &d->block->item, &function->decl);
    function->name = body_text(&body, "name");
    function->code = body_text(&body, "code");
    function->handler = body_text(&body, "handler");
    function->runtime = body_text(&body, "runtime");
    function->memory = body_amount(&body, "memory");
    function->timeout = body_amount(&body, "timeout");
    function->role =
        body_principal(e, &body, "role", KINDS(KIND_ROLE), d->domain, &function->role_at);
    if (function->role != NULL) {
        vec_push(e->arena, &function->role->runs.functions, function);
    }
    e->references_from = d->domain;
    if (body_child(e, &body, KIND_VARIABLES, &inner)) {
        function->variables = data_map(e, &inner, DATA_TEXTS | DATA_REFERENCES);
    }
}

void functions_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_FUNCTION].len; i++) {
        build_function(e, e->of_kind[KIND_FUNCTION].at[i]);
    }
}
