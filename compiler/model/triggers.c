/* triggers.c - what starts a pipeline: the clock (schedule.c reads its expressions), the success of
 * another pipeline, a product that was refreshed, an object that was created. */
#include "model/elab.h"

#include <string.h>

static void read_options(struct elab *e, const struct value *value, struct trigger *trigger)
{
    struct body options, inner;
    if (!value->has_options) {
        return;
    }
    trigger->has_options = true;
    body_read(e, KIND_TRIGGER_OPTIONS, value->options, value->span, NULL, &options);
    trigger->timezone = body_text(&options, "timezone");
    trigger->retries = body_amount(&options, "retries");
    trigger->max_age = body_amount(&options, "max_age");
    if (body_child(e, &options, KIND_INPUT_DATA, &inner)) {
        bool event = trigger->kind != TRIGGER_SCHEDULE;
        trigger->input = data_map(e, &inner, event ? DATA_EXPRESSIONS : 0);
    }
    if (trigger->timezone.value != NULL && trigger->kind != TRIGGER_SCHEDULE) {
        diag(e->s, D_EITHER_OR, trigger->timezone.at,
             "what happens has no time zone: only schedules have one");
    }
}

static void read_schedule(struct elab *e, struct pipeline *pipeline, const struct value *value)
{
    struct schedule schedule = schedule_from(e, value);
    struct trigger trigger = {.kind = TRIGGER_SCHEDULE, .at = value->span};
    trigger.expression = schedule.expression;
    trigger.period = schedule.period;
    read_options(e, value, &trigger);
    if (trigger.timezone.value != NULL && schedule.expression != NULL &&
        strncmp(schedule.expression, "rate", 4) == 0) {
        diag(e->s, D_EITHER_OR, trigger.timezone.at,
             "every(..) has no time zone: it counts from now");
    }
    if (trigger.expression != NULL) {
        vec_push(e->arena, &pipeline->triggers, trigger);
    }
}

/* A product stands for all its outputs. */
static bool take_outputs(struct elab *e, const struct declared *d, struct trigger *trigger,
                         struct span at)
{
    if (d->kind == KIND_OUTPUT) {
        vec_push(e->arena, &trigger->outputs, (struct output *)d->thing);
        return true;
    }
    const struct product *product = d->thing;
    if (!elab_affords(e, product->outputs.len, at)) {
        return false;
    }
    for (size_t i = 0; i < product->outputs.len; i++) {
        vec_push(e->arena, &trigger->outputs, product->outputs.at[i]);
    }
    return true;
}

static void read_on(struct elab *e, struct pipeline *pipeline, const struct value *value,
                    struct map *seen)
{
    struct declared *d =
        names_resolve_value(e, KINDS_PRODUCT | KINDS(KIND_PIPELINE), pipeline->domain, value);
    if (d == NULL) {
        return;
    }
    struct trigger trigger = {.kind = TRIGGER_RUN, .source = d->thing, .at = value->span};
    if (map_get(seen, d->thing, NULL) != NULL) {
        diag(e->s, D_DUPLICATE_ATTRIBUTE, value->span, "'%s' is named twice", trigger.source->path);
        return;
    }
    map_set(seen, d->thing, NULL, d);
    if (d->kind != KIND_PIPELINE) {
        trigger.kind = TRIGGER_REFRESH;
        if (!take_outputs(e, d, &trigger, value->span)) {
            return;
        }
    }
    read_options(e, value, &trigger);
    vec_push(e->arena, &pipeline->events, trigger);
}

static void read_on_object(struct elab *e, struct pipeline *pipeline, const struct value *value)
{
    struct trigger trigger = {
        .kind = TRIGGER_OBJECT, .place = value_text(value), .at = value->span};
    read_options(e, value, &trigger);
    if (trigger.place.value != NULL) {
        vec_push(e->arena, &pipeline->events, trigger);
    }
}

void triggers_read(struct elab *e, struct pipeline *pipeline, const struct body *body)
{
    const struct value *v;
    struct map seen = {0};
    for (v = value_items(body_value(body, "schedule")); v != NULL; v = v->next) {
        read_schedule(e, pipeline, v);
    }
    for (v = value_items(body_value(body, "on")); v != NULL; v = v->next) {
        read_on(e, pipeline, v, &seen);
    }
    for (v = value_items(body_value(body, "on_object")); v != NULL; v = v->next) {
        read_on_object(e, pipeline, v);
    }
    map_free(&seen);
}

/* ---- causes ---------------------------------------------------------------------------------- */

static void add_cause(struct elab *e, struct pipeline *pipeline, struct trigger *trigger,
                      struct pipeline *cause, struct map *seen)
{
    if (map_get(seen, cause, NULL) == NULL) {
        map_set(seen, cause, NULL, cause);
        vec_push(e->arena, &trigger->causes, cause);
        vec_push(e->arena, &cause->starts, pipeline);
    }
}

static void resolve(struct elab *e, struct pipeline *pipeline, struct trigger *trigger,
                    struct map *seen)
{
    if (trigger->kind == TRIGGER_RUN) {
        add_cause(e, pipeline, trigger, (struct pipeline *)trigger->source, seen);
    }
    for (size_t i = 0; i < trigger->outputs.len; i++) {
        const struct output *output = trigger->outputs.at[i];
        if (!elab_affords(e, 1 + output->producers.len, trigger->at)) {
            return;
        }
        for (size_t k = 0; k < output->producers.len; k++) {
            add_cause(e, pipeline, trigger, output->producers.at[k], seen);
        }
    }
}

void triggers_resolve(struct elab *e)
{
    for (size_t i = 0; i < e->mesh->pipelines.len; i++) {
        struct pipeline *pipeline = e->mesh->pipelines.at[i];
        struct map seen = {0};
        for (size_t k = 0; k < pipeline->events.len; k++) {
            resolve(e, pipeline, &pipeline->events.at[k], &seen);
        }
        map_free(&seen);
    }
}
