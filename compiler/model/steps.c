/* steps.c - the steps of a pipeline: verbs, operands, options. Conditions, what a map goes over and
 * the lists of steps inside a step are read by flow.c. */
#include "model/steps.h"

#include <string.h>

/* Verbs in the order of the tree's enum: the kind that has their options, and the model's word for
 * them. */
static const struct verb_info {
    enum kind kind;
    enum step_kind step;
} verbs[] = {
    [VERB_NONE] = {KIND_NONE, STEP_SUCCEED},
    [VERB_LAMBDA] = {KIND_STEP_LAMBDA, STEP_LAMBDA},
    [VERB_GLUE] = {KIND_STEP_GLUE, STEP_GLUE},
    [VERB_ATHENA] = {KIND_STEP_ATHENA, STEP_ATHENA},
    [VERB_BATCH] = {KIND_STEP_BATCH, STEP_BATCH},
    [VERB_EMR] = {KIND_STEP_EMR, STEP_EMR},
    [VERB_CALL] = {KIND_STEP_CALL, STEP_CALL},
    [VERB_CRAWL] = {KIND_STEP_CRAWL, STEP_CRAWL},
    [VERB_CHECK] = {KIND_STEP_CHECK, STEP_CHECK},
    [VERB_RUN] = {KIND_STEP_RUN, STEP_RUN},
    [VERB_WAIT] = {KIND_STEP_WAIT, STEP_WAIT},
    [VERB_NOTIFY] = {KIND_STEP_NOTIFY, STEP_NOTIFY},
    [VERB_SUCCEED] = {KIND_STEP_SUCCEED, STEP_SUCCEED},
    [VERB_FAIL] = {KIND_STEP_FAIL, STEP_FAIL},
    [VERB_SET] = {KIND_STEP_SET, STEP_SET},
    [VERB_RAW] = {KIND_STEP_RAW, STEP_RAW},
    [VERB_PARALLEL] = {KIND_STEP_PARALLEL, STEP_PARALLEL},
    [VERB_MAP] = {KIND_STEP_MAP, STEP_MAP},
    [VERB_POLL] = {KIND_STEP_POLL, STEP_POLL},
    [VERB_CHOOSE] = {KIND_STEP_CHOOSE, STEP_CHOOSE},
    [VERB_TRY] = {KIND_STEP_TRY, STEP_TRY},
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
    if (decl->wait_until ? !is_text(value) : value->kind != VALUE_DURATION) {
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

/* A name or ARN; `emr input.application` takes the id from the input of the run. */
static bool read_target(const struct making *m, const struct value *value, struct step *step)
{
    if (step->kind == STEP_EMR && value->kind == VALUE_PATH &&
        strncmp(value->text, "input.", 6) == 0) {
        step->target_input = data_from(m->e, value, DATA_EXPRESSIONS);
        return step->target_input != NULL;
    }
    step->target = value_text(value);
    return step->kind != STEP_LAMBDA || find_function(m, value, step);
}

static bool read_operands(const struct making *m, const struct step_decl *decl, struct step *step)
{
    struct elab *e = m->e;
    const struct value *value = decl->operands;
    switch (step->kind) {
    case STEP_LAMBDA:
    case STEP_GLUE:
    case STEP_BATCH:
    case STEP_EMR:
        if (operand_count(decl) != 1 || (value->kind != VALUE_PATH && !is_text(value))) {
            return false;
        }
        return read_target(m, value, step);
    case STEP_ATHENA:
    case STEP_CALL:
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
    case STEP_SET:
    case STEP_RAW:
    case STEP_PARALLEL:
    case STEP_CHOOSE:
    case STEP_TRY:
        return true;
    case STEP_POLL:
        return decl->polled != NULL;
    case STEP_MAP:
        return map_source_read(m, decl, step);
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
    if (body_value(&body, "wait") != NULL) {
        step->wait_at = body_value(&body, "wait")->span;
    }
    step->queue = body_text(&body, "queue");
    read_result(e, &body, step);
    if (step->kind == STEP_ATHENA) {
        struct declared *d = body_ref(e, &body, "workgroup", KINDS(KIND_DOMAIN), NULL);
        step->workgroup = d != NULL ? d->thing : m->pipeline->domain;
    }
    if (body_child(e, &body, KIND_ARGUMENTS, &inner)) {
        step->arguments = data_map(e, &inner, DATA_EXPRESSIONS | DATA_REFERENCES);
    } else if (step->kind == STEP_SET) {
        step->arguments = data_map(e, &body, DATA_EXPRESSIONS | DATA_REFERENCES);
    } else if (step->kind == STEP_RAW) {
        step->arguments = data_map(e, &body, 0);
    }
    if (step->kind == STEP_MAP) {
        map_options_read(m, &body, step);
    } else if (step->kind == STEP_POLL) {
        poll_options_read(m, &body, step);
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

/* What a poll repeats: a step without a name, with the poll's arguments and times of one call. */
static struct step *read_polled(const struct making *m, const struct step_decl *decl,
                                struct step *poll)
{
    struct step *polled = arena_new(m->e->arena, struct step);
    polled->kind = verbs[decl->verb].step;
    polled->at = decl->word.span;
    polled->outer = poll;
    polled->wait = WAIT_NO;
    if (decl->verb != VERB_LAMBDA && decl->verb != VERB_CALL) {
        struct diag *d =
            diag(m->e->s, D_POLLED_VERB, decl->word.span, "'%s' cannot be polled", decl->word.text);
        diag_help(m->e->s, d, "poll a `lambda` or a `call`, each answering at once");
        return NULL;
    }
    if (!read_operands(m, decl, polled)) {
        return NULL;
    }
    polled->arguments = poll->arguments;
    polled->retries = poll->retries;
    polled->timeout = poll->timeout;
    polled->heartbeat = poll->heartbeat;
    poll->arguments = NULL;
    poll->retries = NULL;
    poll->timeout = poll->heartbeat = (struct amount){0};
    return polled;
}

/* A step that was reported is judged no further; those inside it are. */
static void forget(struct pipeline *pipeline, size_t place)
{
    struct step **all = pipeline->all_steps.at;
    pipeline->all_steps.len--;
    memmove(all + place, all + place + 1, (pipeline->all_steps.len - place) * sizeof *all);
}

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
    step->kind = verbs[decl->verb].step;
    step->outer = m->outer;
    step->after_failure = m->after_failure;
    size_t place = m->pipeline->all_steps.len;
    vec_push(e->arena, &m->pipeline->all_steps, step);
    bool whole = read_operands(m, decl, step);
    read_options(m, decl, step);
    ways_read(m, decl, step);
    if (step->kind == STEP_POLL && whole && decl->polled->verb != VERB_NONE) {
        step->body = read_polled(m, decl->polled, step);
        whole = step->body != NULL && step->done != NULL;
    }
    if (!whole) {
        forget(m->pipeline, place);
    }
    return whole ? step : NULL;
}

struct step *steps_read(const struct making *m, const struct item *items)
{
    struct step *first = NULL, **tail = &first;
    for (const struct item *item = items; item != NULL; item = item->next) {
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
    pipeline->steps = steps_read(&making, steps == NULL ? NULL : steps->items);
    making.after_failure = true;
    pipeline->on_failure = steps_read(&making, on_failure == NULL ? NULL : on_failure->items);
}
