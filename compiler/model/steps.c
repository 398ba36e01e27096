/* steps.c - the steps of a pipeline: verbs, operands, options. */
#include "model/elab.h"

#include <string.h>

/* Verbs in the order of the tree's enum: the kind that has their options, and the model's word for
 * them. */
static const struct verb_info {
    enum kind kind;
    int step; /* enum step_kind; -1: compiled later */
} verbs[] = {
    [VERB_NONE] = {KIND_NONE, -1},
    [VERB_LAMBDA] = {KIND_STEP_LAMBDA, STEP_LAMBDA},
    [VERB_GLUE] = {KIND_STEP_GLUE, STEP_GLUE},
    [VERB_ATHENA] = {KIND_STEP_ATHENA, STEP_ATHENA},
    [VERB_BATCH] = {KIND_STEP_BATCH, -1},
    [VERB_EMR] = {KIND_STEP_EMR, -1},
    [VERB_CALL] = {KIND_STEP_CALL, -1},
    [VERB_CRAWL] = {KIND_STEP_CRAWL, STEP_CRAWL},
    [VERB_CHECK] = {KIND_STEP_CHECK, STEP_CHECK},
    [VERB_RUN] = {KIND_STEP_RUN, STEP_RUN},
    [VERB_WAIT] = {KIND_STEP_WAIT, STEP_WAIT},
    [VERB_NOTIFY] = {KIND_STEP_NOTIFY, STEP_NOTIFY},
    [VERB_SUCCEED] = {KIND_STEP_SUCCEED, STEP_SUCCEED},
    [VERB_FAIL] = {KIND_STEP_FAIL, STEP_FAIL},
    [VERB_SET] = {KIND_STEP_SET, -1},
    [VERB_RAW] = {KIND_STEP_RAW, -1},
    [VERB_PARALLEL] = {KIND_STEP_PARALLEL, -1},
    [VERB_MAP] = {KIND_STEP_MAP, -1},
    [VERB_POLL] = {KIND_STEP_POLL, -1},
    [VERB_CHOOSE] = {KIND_STEP_CHOOSE, -1},
    [VERB_TRY] = {KIND_STEP_TRY, -1},
};

struct making { /* a list of steps while it is being made */
    struct elab *e;
    struct pipeline *pipeline;
};

static bool is_text(const struct value *value)
{
    return value != NULL && (value->kind == VALUE_STRING || value->kind == VALUE_BLOCKTEXT);
}

static size_t operand_count(const struct step_decl *decl)
{
    size_t count = 0;
    for (const struct value *v = decl->operands; v != NULL; v = v->next) {
        count++;
    }
    return count;
}

/* The parser has reported operands that do not fit the verb: here they only make the step broken.
 */

/* ---- operands by verb ------------------------------------------------------------------------ */

static bool read_product(struct elab *e, const struct making *m, const struct step_decl *decl,
                         struct step *step)
{
    const struct value *value = decl->operands;
    if (operand_count(decl) != 1 || value->kind != VALUE_PATH) {
        return false;
    }
    struct declared *d = names_resolve_value(e, KINDS_PRODUCT, m->pipeline->domain, value);
    if (d == NULL) {
        return false;
    }
    if (d->kind == KIND_OUTPUT) {
        step->output = d->thing;
        return true;
    }
    const struct product *product = d->thing;
    step->output = product->outputs.at[0];
    if (product->outputs.len > 1) {
        diag(e->s, D_NEEDS_ONE_OUTPUT, value->span, "product '%s' has several outputs: name one",
             product->decl.path);
        return false;
    }
    return true;
}

static bool read_run(struct elab *e, const struct making *m, const struct step_decl *decl,
                     struct step *step)
{
    const struct value *value = decl->operands;
    if (operand_count(decl) != 1 || value->kind != VALUE_PATH) {
        return false;
    }
    struct declared *d = names_resolve_value(e, KINDS(KIND_PIPELINE), m->pipeline->domain, value);
    step->run = d == NULL ? NULL : d->thing;
    return d != NULL;
}

static bool read_wait(struct elab *e, const struct step_decl *decl, struct step *step)
{
    const struct value *value = decl->operands;
    step->wait_until = decl->wait_until;
    if (operand_count(decl) != 1) {
        return false;
    }
    if (value->kind == VALUE_PATH) {
        step->wait_input = data_from(e, value, DATA_EXPRESSIONS);
        return step->wait_input != NULL;
    }
    if (decl->wait_until ? value->kind != VALUE_STRING : value->kind != VALUE_DURATION) {
        return false;
    }
    if (decl->wait_until) {
        step->until = value_text(value);
    } else {
        step->seconds = value_amount(value);
    }
    return true;
}

static bool read_notify(struct elab *e, const struct making *m, const struct step_decl *decl,
                        struct step *step)
{
    const struct value *value = decl->operands;
    if (operand_count(decl) != 2 || value->kind != VALUE_PATH || !is_text(value->next)) {
        return false;
    }
    struct declared *d = names_resolve_value(e, KINDS(KIND_CHANNEL), m->pipeline->domain, value);
    step->channel = d == NULL ? NULL : d->thing;
    step->target = value_text(value->next);
    return d != NULL;
}

static bool read_fail(const struct step_decl *decl, struct step *step)
{
    const struct value *value = decl->operands;
    size_t count = operand_count(decl);
    if (count > 2 || (count > 0 && !is_text(value)) || (count == 2 && !is_text(value->next))) {
        return false;
    }
    step->target = value_text(value);
    step->cause = value_text(value == NULL ? NULL : value->next);
    return true;
}

/* A bare word that the mesh declares a function by is that function; else it is a name in AWS. What
 * a function reads and writes is what the pipelines that call it do, so each call counts. */
static bool find_function(const struct making *m, const struct value *value, struct step *step)
{
    struct pipeline *pipeline = m->pipeline;
    struct declared *d = value->kind == VALUE_PATH
                             ? names_find(m->e, KINDS(KIND_FUNCTION), pipeline->domain, value->text)
                             : NULL;
    if (d == NULL) {
        return true;
    }
    struct function *function = d->thing;
    step->function = function;
    if (function->callers.len > 0 && function->callers.at[function->callers.len - 1] == pipeline) {
        return true;
    }
    vec_push(m->e->arena, &function->callers, pipeline);
    return elab_affords(m->e, pipeline->produces.len, value->span);
}

static bool read_operands(const struct making *m, const struct step_decl *decl, struct step *step)
{
    struct elab *e = m->e;
    const struct value *value = decl->operands;
    switch (step->kind) {
    case STEP_LAMBDA:
    case STEP_GLUE:
        if (operand_count(decl) != 1 ||
            (value->kind != VALUE_PATH && value->kind != VALUE_STRING)) {
            return false;
        }
        step->target = value_text(value);
        return step->kind != STEP_LAMBDA || find_function(m, value, step);
    case STEP_ATHENA:
        if (operand_count(decl) != 1 || !is_text(value)) {
            return false;
        }
        step->target = value_text(value);
        return true;
    case STEP_CRAWL:
    case STEP_CHECK:
        return read_product(e, m, decl, step);
    case STEP_RUN:
        return read_run(e, m, decl, step);
    case STEP_WAIT:
        return read_wait(e, decl, step);
    case STEP_NOTIFY:
        return read_notify(e, m, decl, step);
    case STEP_SUCCEED:
        return true;
    case STEP_FAIL:
        return read_fail(decl, step);
    }
    return false;
}

/* ---- options --------------------------------------------------------------------------------- */

static struct retry *read_retry(struct elab *e, const struct block *block)
{
    struct retry *retry = arena_new(e->arena, struct retry);
    struct body body;
    body_of_block(e, block, NULL, &body);
    retry->at = block->word.span;
    for (const struct value *v = value_items(body_value(&body, "on")); v != NULL; v = v->next) {
        vec_push(e->arena, &retry->errors, v->text);
    }
    retry->attempts = body_amount(&body, "attempts");
    retry->interval = body_amount(&body, "interval");
    retry->max_delay = body_amount(&body, "max_delay");
    retry->backoff = body_text(&body, "backoff").value;
    int jitter = body_choice(&body, "jitter");
    retry->jitter = jitter < 0 ? JITTER_DEFAULT : jitter == 0 ? JITTER_FULL : JITTER_NONE;
    return retry;
}

static void read_result(struct elab *e, const struct body *body, struct step *step)
{
    const struct value *value = body_value(body, "result");
    if (value == NULL) {
        return;
    }
    if (value->kind == VALUE_PATH && strcmp(value->text, "replace") == 0) {
        step->result = RESULT_REPLACE;
    } else if (value->kind == VALUE_PATH && strcmp(value->text, "discard") == 0) {
        step->result = RESULT_DISCARD;
    } else if (value->kind == VALUE_PATH && strncmp(value->text, "input.", 6) == 0) {
        step->result = RESULT_PATH;
        step->result_path = value->text + 6;
    } else {
        diag(e->s, D_WRONG_TYPE, value->span,
             "replace, discard or a path like input.job is expected here");
    }
}

static enum wait_mode wait_mode(const struct body *body)
{
    const struct value *value = body_value(body, "wait");
    if (value == NULL || strcmp(value->text, "done") == 0) {
        return WAIT_DONE;
    }
    return strcmp(value->text, "token") == 0 ? WAIT_TOKEN : WAIT_NO;
}

static void read_options(const struct making *m, const struct step_decl *decl, struct step *step)
{
    struct elab *e = m->e;
    struct body body, inner;
    body_read(e, verbs[decl->verb].kind, decl->options, decl->word.span, NULL, &body);
    step->timeout = body_amount(&body, "timeout");
    step->heartbeat = body_amount(&body, "heartbeat");
    step->every = body_amount(&body, "every");
    step->give_up = body_amount(&body, "give_up");
    step->wait = wait_mode(&body);
    read_result(e, &body, step);
    if (step->kind == STEP_ATHENA) {
        struct declared *d = body_ref(e, &body, "workgroup", KINDS(KIND_DOMAIN), NULL);
        step->workgroup = d != NULL ? d->thing : m->pipeline->domain;
    }
    if (body_child(e, &body, KIND_ARGUMENTS, &inner)) {
        step->arguments = data_map(e, &inner, DATA_EXPRESSIONS);
    }
    struct retry **tail = &step->retries;
    for (const struct item *item = decl->options; item != NULL; item = item->next) {
        const struct block *block = item_as_const(block, item);
        if (item->kind == ITEM_BLOCK && block->kind == KIND_RETRY) {
            *tail = read_retry(e, block);
            tail = &(*tail)->next;
        }
    }
}

/* ---- lists ----------------------------------------------------------------------------------- */

static struct step *read_step(const struct making *m, const struct step_decl *decl)
{
    struct elab *e = m->e;
    if (decl->verb == VERB_NONE || decl->label.text == NULL) {
        return NULL; /* reported by the parser */
    }
    struct step *step = arena_new(e->arena, struct step);
    step->name = decl->label.text;
    step->at = decl->label.span;
    step->doc = item_doc(&decl->item);
    if (verbs[decl->verb].step < 0) {
        not_supported(e, decl->word.span,
                      arena_format(e->arena, "a step '%s' is", decl->word.text));
        return NULL;
    }
    step->kind = (enum step_kind)verbs[decl->verb].step;
    bool whole = read_operands(m, decl, step);
    read_options(m, decl, step);
    return whole ? step : NULL;
}

static struct step *read_steps(const struct making *m, const struct block *block)
{
    struct step *first = NULL, **tail = &first;
    if (block == NULL) {
        return NULL;
    }
    for (const struct item *item = block->items; item != NULL; item = item->next) {
        struct step *step =
            item->kind == ITEM_STEP ? read_step(m, item_as_const(step_decl, item)) : NULL;
        if (step != NULL) {
            *tail = step;
            tail = &step->next;
        } else {
            m->pipeline->broken = true;
        }
    }
    return first;
}

void steps_build(struct elab *e, struct pipeline *pipeline, const struct block *steps,
                 const struct block *on_failure)
{
    struct making making = {.e = e, .pipeline = pipeline};
    pipeline->steps = read_steps(&making, steps);
    pipeline->on_failure = read_steps(&making, on_failure);
}
