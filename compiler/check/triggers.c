/* triggers.c - rules over what starts pipelines: figures of starts, what an event says, buckets and
 * accounts in which it happens, and pipelines that start themselves. */
#include "check/triggers.h"

#include "base/map.h"
#include "base/suggest.h"
#include "check/areas.h"
#include "check/events.h"
#include "check/limits.h"
#include "check/made.h"
#include "check/steps.h"
#include "model/names.h"

#include <string.h>

static int64_t figure(enum limit limit)
{
    return limit_info(limit)->figure;
}

/* Of names in the tz database (its file theory.html). */
static const char zone_characters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+-";

static void figures(struct session *s, const struct trigger *trigger)
{
    const struct amount *age = &trigger->max_age, *retries = &trigger->retries;
    if (age->text &&
        (age->base < figure(LIMIT_SCHEDULE_AGE_LEAST) || age->base > figure(LIMIT_SCHEDULE_AGE))) {
        diag(s, D_SCHEDULE_FIGURE, age->at, "a start may be %lld to %lld s late, not %s",
             (long long)figure(LIMIT_SCHEDULE_AGE_LEAST), (long long)figure(LIMIT_SCHEDULE_AGE),
             age->text);
    }
    if (retries->text &&
        (retries->number < 0 || retries->number > figure(LIMIT_SCHEDULE_RETRIES))) {
        diag(s, D_SCHEDULE_FIGURE, retries->at, "a start is tried again 0 to %lld times, not %s",
             (long long)figure(LIMIT_SCHEDULE_RETRIES), retries->text);
    }
    const char *zone = trigger->timezone.value;
    if (zone && (!*zone || strspn(zone, zone_characters) != strlen(zone))) {
        struct diag *d =
            diag(s, D_SCHEDULE_FIGURE, trigger->timezone.at, "'%s' names no time zone", zone);
        diag_help(s, d, "write a name of the tz database, \"Europe/Zurich\" or \"UTC\"");
    } else if (zone && strlen(zone) > (size_t)figure(LIMIT_SCHEDULE_ZONE)) {
        diag(s, D_SCHEDULE_FIGURE, trigger->timezone.at,
             "the name of a time zone has %lld characters at most",
             (long long)figure(LIMIT_SCHEDULE_ZONE));
    }
}

/* ---- what an event says ---------------------------------------------------------------------- */

/* Sources: EventBridge User Guide, "Event structure"; Step Functions Developer Guide, "Automating
 * Step Functions event delivery with EventBridge"; S3 User Guide, "EventBridge event message
 * structure". */
enum { OF_RUN = 1, OF_OBJECT = 2, OF_BOTH = 3 };

static const struct event_field {
    int of;
    const char *path;
} event_fields[] = {
    {OF_BOTH, "version"},
    {OF_BOTH, "id"},
    {OF_BOTH, "detail-type"},
    {OF_BOTH, "source"},
    {OF_BOTH, "account"},
    {OF_BOTH, "time"},
    {OF_BOTH, "region"},
    {OF_BOTH, "resources"},
    {OF_RUN, "detail.executionArn"},
    {OF_RUN, "detail.stateMachineArn"},
    {OF_RUN, "detail.name"},
    {OF_RUN, "detail.status"},
    {OF_RUN, "detail.startDate"},
    {OF_RUN, "detail.stopDate"},
    {OF_RUN, "detail.input"},
    {OF_RUN, "detail.inputDetails.included"},
    {OF_RUN, "detail.output"},
    {OF_RUN, "detail.outputDetails.included"},
    {OF_OBJECT, "detail.version"},
    {OF_OBJECT, "detail.bucket.name"},
    {OF_OBJECT, "detail.object.key"},
    {OF_OBJECT, "detail.object.size"},
    {OF_OBJECT, "detail.object.etag"},
    {OF_OBJECT, "detail.object.version-id"},
    {OF_OBJECT, "detail.object.sequencer"},
    {OF_OBJECT, "detail.request-id"},
    {OF_OBJECT, "detail.requester"},
    {OF_OBJECT, "detail.source-ip-address"},
    {OF_OBJECT, "detail.reason"},
};

/* The path without its "[n]". */
static const char *without_indices(struct session *s, const char *path)
{
    char *out = arena_copy(&s->arena, path, strlen(path));
    size_t n = 0;
    for (const char *p = path; *p; p++) {
        if (*p == '[') {
            p = strchr(p, ']') ? strchr(p, ']') : p;
            continue;
        }
        out[n++] = *p;
    }
    out[n] = '\0';
    return out;
}

static void event_path(struct session *s, const struct trigger *trigger, const struct data *data)
{
    int of = trigger->kind == TRIGGER_OBJECT ? OF_OBJECT : OF_RUN;
    const char *path = without_indices(s, data->text);
    size_t length = strlen(path);
    struct suggestion nearest = suggest_for(path);
    for (size_t i = 0; i < sizeof event_fields / sizeof *event_fields; i++) {
        const struct event_field *field = &event_fields[i];
        bool whole = strncmp(field->path, path, length) == 0 &&
                     (length == 0 || field->path[length] == '\0' || field->path[length] == '.');
        if ((field->of & of) && whole) {
            return;
        }
        if (field->of & of) {
            suggest_offer(&nearest, field->path);
        }
    }
    struct diag *d = diag(s, D_EVENT_FIELD, data->at, "the event has no '%s'", data->text);
    if (nearest.best) {
        diag_suggest(s, d, arena_format(&s->arena, "input.%s", nearest.best));
    } else {
        diag_help(s, d, "%s",
                  of == OF_OBJECT
                      ? "it has input.detail.bucket.name, input.detail.object.key, input.time, ..."
                      : "it has input.detail.name, input.detail.output, input.time, ...");
    }
}

static void event_input(struct session *s, const struct trigger *trigger, const struct data *data)
{
    if (data->kind == DATA_EXPRESSION && data->root == ROOT_INPUT) {
        event_path(s, trigger, data);
        return;
    }
    if (data->kind == DATA_EXPRESSION) {
        struct diag *d = diag(s, D_EVENT_FIELD, data->at,
                              "what a run gets is taken from the event as it is: input.x");
        diag_help(s, d, "a first step of the pipeline can work it out: `NAME: set { ... }`");
        return;
    }
    for (const struct data *inner = data->first; inner; inner = inner->next) {
        event_input(s, trigger, inner);
    }
}

/* ---- one trigger ----------------------------------------------------------------------------- */

/* Step Functions Developer Guide: express runs send no status changes. */
static void express_cause(struct session *s, const struct trigger *trigger)
{
    for (size_t i = 0; i < trigger->causes.len; i++) {
        const struct pipeline *cause = trigger->causes.at[i];
        if (!cause->express) {
            continue;
        }
        struct diag *d =
            diag(s, D_EXPRESS_CAUSE, trigger->at,
                 "nobody hears when '%s' has run: it is an express machine", cause->decl.path);
        diag_place(s, d, cause->decl.at, "declared here");
        diag_help(s, d, "give '%s' `type: standard`, or let its last step run this pipeline",
                  cause->decl.path);
    }
}

static void refreshed(struct session *s, const struct pipeline *pipeline,
                      const struct trigger *trigger)
{
    const struct product *product = trigger->outputs.at[0]->product;
    size_t producers = 0;
    for (size_t i = 0; i < trigger->outputs.len; i++) {
        producers += trigger->outputs.at[i]->producers.len;
    }
    if (product->status == STATUS_RETIRED) {
        struct diag *d = diag(s, D_PIPELINE_ON_RETIRED, trigger->at,
                              "it is started by '%s', which is retired", trigger->source->path);
        diag_place(s, d, product->decl.at, "declared here");
    }
    if (producers == 0) {
        struct diag *d =
            diag(s, D_REFRESH_UNSEEN, trigger->at,
                 "no pipeline of this mesh produces '%s', so nobody knows when it is refreshed",
                 trigger->source->path);
        diag_place(s, d, trigger->source->at, "declared here");
        diag_help(s, d,
                  "name it in `produces` of the pipeline that writes it (`existing: true` for one "
                  "that is made elsewhere), or say `on_object: \"s3://...\"` with its place");
    } else if (trigger->causes.len == 0 && trigger->has_options) {
        diag(s, D_START_TWICE, trigger->at,
             "pipeline '%s' is started already by all that refreshes '%s', with other options",
             pipeline->decl.path, trigger->source->path);
    }
}

static void object_place(struct session *s, const struct trigger *trigger)
{
    const char *text = trigger->place.value, *why = NULL;
    bool scheme = strncmp(text, "s3://", 5) == 0;
    const char *rest = text + (scheme ? 5 : 0);
    size_t length = strcspn(rest, "/");
    if (!scheme && strstr(text, "://")) {
        why = "is no place in S3";
    } else if (scheme && (length == 0 || !text_only(rest, length, "-."))) {
        why = "names no bucket";
    } else if (!scheme && (*rest == '\0' || *rest == '/')) {
        why = "is no path below a bucket";
    } else if (strchr(text, '*')) {
        why = "holds a '*': what begins with the path starts a run";
    } else if (strlen(rest) > (size_t)figure(LIMIT_OBJECT_KEY)) {
        why = "is longer than a name of an object can be";
    }
    if (why) {
        struct diag *d = diag(s, D_EVENT_PLACE, trigger->place.at, "'%s' %s", text, why);
        diag_help(s, d, "write \"s3://bucket/path/\", or a path below the domain's bucket");
    }
}

void check_triggers(struct session *s, const struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->triggers.len; i++) {
        figures(s, &pipeline->triggers.at[i]);
    }
    for (size_t i = 0; i < pipeline->events.len; i++) {
        const struct trigger *trigger = &pipeline->events.at[i];
        figures(s, trigger);
        express_cause(s, trigger);
        if (trigger->kind == TRIGGER_REFRESH && trigger->outputs.len) {
            refreshed(s, pipeline, trigger);
        } else if (trigger->kind == TRIGGER_RUN && !trigger->causes.len && trigger->has_options) {
            diag(s, D_START_TWICE, trigger->at,
                 "pipeline '%s' is started already by '%s', with other options",
                 pipeline->decl.path, trigger->source->path);
        } else if (trigger->kind == TRIGGER_OBJECT) {
            object_place(s, trigger);
        }
        if (trigger->input) {
            event_input(s, trigger, trigger->input);
        }
    }
}

/* ---- rings ----------------------------------------------------------------------------------- */

enum colour { UNSEEN, OPEN, DONE };

/* One frame of the walk: the step, then the pipeline that its success starts, to look at next. A
 * stack of our own, because chains may be long. */
struct frame {
    const struct pipeline *pipeline;
    size_t next, next_start;
    bool event; /* what was looked at last is started by an event */
    struct span at;
};

/* Where `pipeline` says that the success of `cause` starts it. */
static struct span started_at(const struct pipeline *pipeline, const struct pipeline *cause)
{
    for (size_t i = 0; i < pipeline->events.len; i++) {
        const struct trigger *trigger = &pipeline->events.at[i];
        for (size_t k = 0; k < trigger->causes.len; k++) {
            if (trigger->causes.at[k] == cause) {
                return trigger->at;
            }
        }
    }
    return pipeline->decl.at;
}

static const struct pipeline *next_of(struct frame *frame)
{
    const struct pipeline *pipeline = frame->pipeline;
    while (frame->next < pipeline->all_steps.len) {
        const struct step *step = pipeline->all_steps.at[frame->next++];
        if (step->kind == STEP_RUN && step->run) {
            frame->at = step->at;
            return step->run;
        }
    }
    while (frame->next_start < pipeline->starts.len) {
        const struct pipeline *started = pipeline->starts.at[frame->next_start++];
        if (!started->existing) {
            frame->event = true;
            frame->at = (struct span){0};
            return started;
        }
    }
    return NULL;
}

static void report_ring(struct session *s, const struct frame *stack, size_t depth,
                        const struct pipeline *closes)
{
    const struct frame *top = &stack[depth - 1];
    size_t first = depth;
    bool event = false;
    while (first > 0 && stack[first - 1].pipeline != closes) {
        event |= stack[--first].event;
    }
    event |= first > 0 && stack[first - 1].event;
    struct span at = top->at.lo ? top->at : started_at(closes, top->pipeline);
    struct diag *d =
        diag(s, event ? D_START_CYCLE : D_PIPELINE_CYCLE, at,
             event ? "pipeline '%s' starts itself, without end" : "pipeline '%s' runs itself",
             closes->decl.path);
    for (size_t i = depth; i-- > first;) {
        diag_place(s, d, stack[i].pipeline->decl.at, "through '%s'", stack[i].pipeline->decl.path);
    }
    diag_place(s, d, closes->decl.at, "declared here");
}

static void walk(struct session *s, const struct pipeline *start, enum colour *colours,
                 struct frame *stack)
{
    size_t depth = 0;
    stack[depth++] = (struct frame){.pipeline = start};
    colours[start->decl.index] = OPEN;
    while (depth > 0) {
        const struct frame *top = &stack[depth - 1];
        const struct pipeline *next = next_of(&stack[depth - 1]);
        if (!next) {
            colours[top->pipeline->decl.index] = DONE;
            depth--;
        } else if (colours[next->decl.index] == UNSEEN) {
            colours[next->decl.index] = OPEN;
            stack[depth++] = (struct frame){.pipeline = next};
        } else if (colours[next->decl.index] == OPEN) {
            report_ring(s, stack, depth, next);
        }
    }
}

void check_rings(struct session *s, const struct mesh *mesh)
{
    enum colour *colours = arena_array(&s->arena, enum colour, mesh->pipelines.len + 1);
    struct frame *stack = arena_array(&s->arena, struct frame, mesh->pipelines.len + 1);
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        if (colours[mesh->pipelines.at[i]->decl.index] == UNSEEN) {
            walk(s, mesh->pipelines.at[i], colours, stack);
        }
    }
}

/* ---- one deployment -------------------------------------------------------------------------- */

struct judge {
    struct session *s;
    const struct deployment *deployment;
    const struct events *events;
};

/* Files that the pipeline itself writes would start it. */
static void own_objects(struct judge *j, const struct listener *listener)
{
    const struct pipeline *pipeline = listener->pipeline;
    const char *prefix = listener->place.prefix;
    for (size_t i = 0; i < pipeline->produces.len; i++) {
        const struct output *output = pipeline->produces.at[i];
        const struct table_names *names = &j->deployment->tables[output->decl.index];
        if (!names->bucket || strcmp(names->bucket, listener->place.bucket) != 0 ||
            strncmp(names->prefix, prefix, strlen(prefix)) != 0) {
            continue;
        }
        struct diag *d = diag(j->s, D_STARTED_BY_ITSELF, listener->trigger->at,
                              "the files of '%s', which it writes, would start it again%s",
                              output->decl.path, in_environment(j->s, j->deployment));
        diag_place(j->s, d, output->decl.at, "they lie in %s", names->uri);
        diag_help(j->s, d, "let it read from another place than it writes to");
        return;
    }
}

static void other_account(struct judge *j, struct span at, const struct pipeline *pipeline,
                          const char *what, const struct deployment_account *there)
{
    const struct deployment_account *home = account_of_domain(j->deployment, pipeline->domain);
    struct diag *d =
        diag(j->s, D_EVENT_IN_OTHER_ACCOUNT, at, "pipeline '%s' is in account %s, and %s in %s%s",
             pipeline->decl.path, home->id, what, there->id, in_environment(j->s, j->deployment));
    diag_help(j->s, d,
              "in that account a rule has to send the event to the default bus of account %s; "
              "only a domain that the mesh makes there gets one",
              home->id);
}

static void watched_bucket(struct judge *j, const struct watched *watched)
{
    const struct deployment *d = j->deployment;
    bool shared = d->mesh_bucket && strcmp(d->mesh_bucket, watched->bucket) == 0;
    const struct deployment_account *there =
        shared ? d->governance : (watched->domain ? account_of_domain(d, watched->domain) : NULL);
    bool forwarded = watched->domain && !watched->domain->existing;
    for (size_t i = 0; i < watched->listeners.len; i++) {
        const struct listener *listener = &watched->listeners.at[i];
        own_objects(j, listener);
        if (there && !forwarded && there != account_of_domain(d, listener->pipeline->domain)) {
            other_account(j, listener->trigger->at, listener->pipeline,
                          arena_format(&j->s->arena, "the bucket '%s'", watched->bucket), there);
        }
    }
    if (!watched->made) {
        struct diag *report =
            diag(j->s, D_BUCKET_EVENTS, watched->listeners.at[0].trigger->at,
                 "the bucket '%s' is not made here: its notifications to EventBridge have to be "
                 "turned on%s",
                 watched->bucket, in_environment(j->s, j->deployment));
        diag_help(j->s, report,
                  "s3api put-bucket-notification-configuration, with an "
                  "EventBridgeConfiguration beside what it has");
    }
}

static void foreign_causes(struct judge *j, const struct pipeline *pipeline)
{
    const struct deployment *d = j->deployment;
    const struct deployment_account *home = account_of_domain(d, pipeline->domain);
    for (size_t i = 0; i < pipeline->events.len; i++) {
        const struct trigger *trigger = &pipeline->events.at[i];
        for (size_t k = 0; k < trigger->causes.len; k++) {
            const struct pipeline *cause = trigger->causes.at[k];
            const struct deployment_account *there = account_of_domain(d, cause->domain);
            if (cause->domain->existing && there != home) {
                other_account(j, trigger->at, pipeline,
                              arena_format(&j->s->arena, "'%s' runs", cause->decl.path), there);
            }
        }
    }
}

void check_events(struct session *s, const struct deployment *deployment)
{
    struct events *events = events_new(s, deployment);
    struct judge j = {s, deployment, events};
    for (size_t i = 0; i < events->buckets.len; i++) {
        watched_bucket(&j, events->buckets.at[i]);
    }
    for (size_t i = 0; i < deployment->mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = deployment->mesh->pipelines.at[i];
        for (size_t k = 0; pipeline_is_made(pipeline) && k < pipeline->events.len; k++) {
            const struct trigger *trigger = &pipeline->events.at[k];
            if (trigger->kind == TRIGGER_OBJECT &&
                !event_place(s, deployment, pipeline, trigger).bucket) {
                struct diag *d =
                    diag(s, D_EVENT_PLACE, trigger->place.at,
                         "'%s' lies below no bucket: domain '%s' has none%s", trigger->place.value,
                         pipeline->domain->decl.path, in_environment(s, deployment));
                diag_help(s, d, "write \"s3://bucket/path/\", or give the domain a bucket");
            }
        }
        if (pipeline_is_made(pipeline) && deployment->accounts.len > 1) {
            foreign_causes(&j, pipeline);
        }
    }
    events_free(events);
}
