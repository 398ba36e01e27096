/* events.c - rules of EventBridge: those that start machines when a machine has run well or an
 * object was created, with the role that may start exactly that machine; and those that send such
 * events to another account, with what lets them in there. */
#include "check/events.h"

#include "check/limits.h"
#include "check/made.h"
#include "model/names.h"
#include "plan/rights.h"
#include "plan/states.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- patterns -------------------------------------------------------------------------------- */

/* A pattern as its template has it, and as EventBridge gets it: that one is measured. */
struct pattern {
    json *written, *resolved;
};

static const char runs[] = "aws.states", run_changed[] = "Step Functions Execution Status Change";
static const char objects[] = "aws.s3", object_created[] = "Object Created";

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_path(const void *a, const void *b)
{
    const struct pipeline *const *x = a, *const *y = b;
    return strcmp((*x)->decl.path, (*y)->decl.path);
}

static json *pattern_of(struct plan *plan, const char *source, const char *type)
{
    json *pattern = json_object(&plan->scratch);
    json_add_text(json_set_array(pattern, "source"), source);
    json_add_text(json_set_array(pattern, "detail-type"), type);
    return pattern;
}

static const char *machine_rest(struct plan *plan, const struct pipeline *pipeline)
{
    return plan_format(plan, "stateMachine:%s", plan->deployment->machines[pipeline->decl.index]);
}

static json *machine_arn(struct plan *plan, const struct pipeline *pipeline)
{
    const char *made = plan_made(plan, pipeline, "machine");
    if (made) {
        return plan_ref(plan, made);
    }
    return plan_arn_in(plan, account_of_domain(plan->deployment, pipeline->domain), "states",
                       ARN_REGION | ARN_ACCOUNT, machine_rest(plan, pipeline));
}

static json *machine_text(struct plan *plan, const struct pipeline *pipeline)
{
    const char *arn =
        plan_arn_text_in(plan, account_of_domain(plan->deployment, pipeline->domain), "states",
                         ARN_REGION | ARN_ACCOUNT, machine_rest(plan, pipeline));
    return json_text(&plan->scratch, arn);
}

static json *ran_in(struct plan *plan, const struct pipeline **causes, size_t count, bool resolved)
{
    json *pattern = pattern_of(plan, runs, run_changed);
    json *detail = json_set_object(pattern, "detail");
    json_add_text(json_set_array(detail, "status"), "SUCCEEDED");
    json *machines = json_set_array(detail, "stateMachineArn");
    for (size_t i = 0; i < count; i++) {
        json_add(machines, resolved ? machine_text(plan, causes[i]) : machine_arn(plan, causes[i]));
    }
    return pattern;
}

/* In the order of their names, whatever the order of files is. */
static struct pattern ran(struct plan *plan, struct pipeline *const *causes, size_t count)
{
    const struct pipeline **sorted = arena_array(&plan->scratch, const struct pipeline *, count);
    memcpy(sorted, causes, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_path);
    return (struct pattern){ran_in(plan, sorted, count, false), ran_in(plan, sorted, count, true)};
}

static json *text_in(struct plan *plan, const char *text, bool resolved)
{
    return resolved ? json_text(&plan->scratch, text) : plan_literal(plan, text);
}

static json *created_in(struct plan *plan, const char *bucket, const char **prefixes, size_t count,
                        bool resolved)
{
    json *pattern = pattern_of(plan, objects, object_created);
    json *detail = json_set_object(pattern, "detail");
    json *name = json_set_array(json_set_object(detail, "bucket"), "name");
    json_add(name, text_in(plan, bucket, resolved));
    if (count && prefixes[0][0]) {
        json *key = json_set_array(json_set_object(detail, "object"), "key");
        for (size_t i = 0; i < count; i++) {
            if (i == 0 || strcmp(prefixes[i], prefixes[i - 1])) {
                json_set(json_add_object(key), "prefix", text_in(plan, prefixes[i], resolved));
            }
        }
    }
    return pattern;
}

/* An empty prefix is every object. */
static struct pattern created(struct plan *plan, const char *bucket, const char **prefixes,
                              size_t count)
{
    qsort(prefixes, count, sizeof *prefixes, by_text);
    return (struct pattern){created_in(plan, bucket, prefixes, count, false),
                            created_in(plan, bucket, prefixes, count, true)};
}

/* The lower figure holds until somebody has the quota raised. */
static void judge_pattern(struct plan *plan, struct span at, const json *resolved)
{
    struct buf text = {0};
    json_write_compact(&text, resolved);
    size_t usual = (size_t)limit_info(LIMIT_EVENT_PATTERN)->figure;
    size_t most = (size_t)limit_info(LIMIT_EVENT_PATTERN_RAISED)->figure;
    if (text.len > usual) {
        struct diag *d =
            text.len > most
                ? diag(plan->s, D_EVENT_PATTERN, at,
                       "what is waited for takes %zu characters, EventBridge takes %zu", text.len,
                       most)
                : diag(plan->s, D_EVENT_PATTERN_RAISED, at,
                       "what is waited for takes %zu characters, of which EventBridge takes %zu "
                       "where the account's quota was not raised",
                       text.len, usual);
        diag_help(plan->s, d,
                  text.len > most ? "wait for fewer things at once, or for shorter prefixes"
                                  : "have 'Event pattern size' raised, to at most %zu",
                  most);
    }
    buf_free(&text);
}

static json *add_rule(struct plan *plan, struct stack *stack, struct span at, const char *prefix,
                      const char *id, const char *name, const struct pattern *pattern)
{
    judge_pattern(plan, at, pattern->resolved);
    json *rule = plan_resource(plan, stack, "AWS::Events::Rule", at, prefix, id);
    json_set_text(rule, "Name", name);
    json_set(rule, "EventPattern", pattern->written);
    json_set_text(rule, "State", plan->deployment->schedules ? "ENABLED" : "DISABLED");
    return json_add_object(json_set_array(rule, "Targets"));
}

/* ---- what a run gets ------------------------------------------------------------------------- */

/* Control characters stand for the brackets of a placeholder until the text is JSON: the mesh's own
 * are escaped there, so that none of its texts is ever taken for one. */
enum { OPENS = 1, CLOSES = 2 };

struct template
{
    struct plan *plan;
    json *paths;      /* InputPathsMap */
    struct map names; /* atom of a path -> name of its placeholder */
};

static json *placeholder(struct template *t, const char *path)
{
    struct plan *plan = t->plan;
    const char *full = plan_format(plan, "$%s%s", *path && *path != '[' ? "." : "", path);
    atom key = atom_of(&plan->s->atoms, full);
    const char *name = map_get(&t->names, key, NULL);
    if (!name) {
        name = plan_format(plan, "v%zu", t->names.count + 1);
        map_set(&t->names, key, NULL, (void *)(uintptr_t)name);
        json_set_text(t->paths, name, full);
    }
    return json_number(&plan->scratch, plan_format(plan, "%c%s%c", OPENS, name, CLOSES));
}

static json *with_placeholders(struct template *t, const struct data *data)
{
    json *out = NULL;
    if (data->kind == DATA_EXPRESSION) {
        return placeholder(t, data->text);
    }
    if (data->kind != DATA_MAP && data->kind != DATA_LIST) {
        return plan_data(t->plan, data);
    }
    bool map = data->kind == DATA_MAP;
    out = map ? json_object(&t->plan->scratch) : json_array(&t->plan->scratch);
    for (const struct data *inner = data->first; inner; inner = inner->next) {
        json *value = with_placeholders(t, inner);
        if (map) {
            json_set(out, inner->key, value);
        } else {
            json_add(out, value);
        }
    }
    return out;
}

/* EventBridge looks for <name> everywhere in the text of a template. */
static const char *template_text(struct plan *plan, json *tree)
{
    struct buf out = {0};
    for (const char *p = plan_compact(plan, tree); *p; p++) {
        switch (*p) {
        case '<':
            buf_puts(&out, "\\u003c");
            break;
        case '>':
            buf_puts(&out, "\\u003e");
            break;
        case OPENS:
            buf_putc(&out, '<');
            break;
        case CLOSES:
            buf_putc(&out, '>');
            break;
        default:
            buf_putc(&out, *p);
        }
    }
    const char *text = arena_copy(&plan->scratch, out.at, out.len);
    buf_free(&out);
    return text;
}

static void set_input(struct plan *plan, json *target, const struct trigger *trigger)
{
    struct template t = {.plan = plan, .paths = json_object(&plan->scratch)};
    size_t limit = (size_t)limit_info(LIMIT_EVENT_INPUT)->figure;
    if (!trigger->input) {
        return; /* the event itself */
    }
    json *tree = with_placeholders(&t, trigger->input);
    const char *text = t.names.count ? template_text(plan, tree) : plan_compact(plan, tree);
    if (strlen(text) > limit) {
        diag(plan->s, D_EVENT_INPUT, trigger->input->at,
             "the input has %zu bytes as JSON, EventBridge takes %zu", strlen(text), limit);
    }
    if (t.names.count) {
        json *transformer = json_set_object(target, "InputTransformer");
        json_set(transformer, "InputPathsMap", t.paths);
        json_set(transformer, "InputTemplate", plan_literal(plan, text));
    } else {
        json_set(target, "Input", plan_literal(plan, text));
    }
    map_free(&t.names);
}

/* ---- starts ---------------------------------------------------------------------------------- */

static const char *start_role(struct plan *plan, struct stack *stack,
                              const struct pipeline *pipeline)
{
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    needs_of_start(plan->deployment, pipeline, &needs);
    rights_of_needs(plan, &needs, &rights);
    return plan_role(plan, stack, pipeline->decl.at, "RoleThatStarts", pipeline->decl.name,
                     name_start_role(&plan->scratch, plan->deployment, pipeline),
                     "events.amazonaws.com", &rights);
}

static void add_start(struct plan *plan, struct stack *stack, const struct pipeline *pipeline,
                      const struct trigger *trigger, const char *role)
{
    struct pattern pattern;
    const char *what;
    if (trigger->kind == TRIGGER_OBJECT) {
        struct event_place place = event_place(plan->s, plan->deployment, pipeline, trigger);
        if (!place.bucket) { /* reported by check/triggers.c */
            return;
        }
        what = plan_format(plan, "s3-%s-%s", place.bucket, place.prefix);
        pattern = created(plan, place.bucket, &place.prefix, 1);
    } else {
        what = trigger->source->path;
        pattern = ran(plan, trigger->causes.at, trigger->causes.len);
    }
    const char *id = plan_format(plan, "%s.on.%s", pipeline->decl.name, what);
    json *target =
        add_rule(plan, stack, trigger->at, "Start", id,
                 name_start_rule(&plan->scratch, plan->deployment, pipeline, what), &pattern);
    json_set_text(target, "Id", "machine");
    json_set(target, "Arn", machine_arn(plan, pipeline));
    json_set(target, "RoleArn", plan_get(plan, role, "Arn"));
    set_input(plan, target, trigger);
    plan_retry_policy(target, trigger);
}

static void add_starts(struct plan *plan, struct stack *stack, const struct pipeline *pipeline)
{
    if (event_rules(pipeline) == 0) {
        return;
    }
    const char *role = start_role(plan, stack, pipeline);
    for (size_t i = 0; i < pipeline->events.len; i++) {
        if (event_has_rule(&pipeline->events.at[i])) {
            add_start(plan, stack, pipeline, &pipeline->events.at[i], role);
        }
    }
}

/* ---- between accounts ------------------------------------------------------------------------ */

static const char *forward_role(struct plan *plan, struct stack *stack,
                                const struct forwards *forwards)
{
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    for (size_t i = 0; i < forwards->list.len; i++) {
        needs_of_forward(forwards->list.at[i].to, &needs);
    }
    rights_of_needs(plan, &needs, &rights);
    return plan_role(plan, stack, stack->domain->decl.at, "RoleThatForwards", NULL,
                     name_forward_role(&plan->scratch, plan->deployment, stack->domain),
                     "events.amazonaws.com", &rights);
}

/* What anything in that account waits for in the bucket. */
static struct pattern created_for(struct plan *plan, const struct watched *watched,
                                  const struct deployment_account *account)
{
    const char **prefixes = arena_array(&plan->scratch, const char *, watched->listeners.len);
    size_t count = 0;
    for (size_t i = 0; i < watched->listeners.len; i++) {
        const struct listener *listener = &watched->listeners.at[i];
        if (account_of_domain(plan->deployment, listener->pipeline->domain) == account) {
            prefixes[count++] = listener->place.prefix;
        }
    }
    return created(plan, watched->bucket, prefixes, count);
}

static void add_forward(struct plan *plan, struct stack *stack, const struct forward *forward,
                        const char *role)
{
    struct pattern pattern;
    const char *what;
    struct span at = stack->domain->decl.at;
    if (forward->cause) {
        struct pipeline *cause = stack->domain->pipelines.at[0];
        for (size_t i = 0; cause != forward->cause; i++) {
            cause = stack->domain->pipelines.at[i];
        }
        pattern = ran(plan, &cause, 1);
        what = cause->decl.name;
        at = cause->decl.at;
    } else {
        pattern = created_for(plan, forward->watched, forward->to);
        what = plan_format(plan, "s3-%s", forward->watched->bucket);
    }
    what = plan_format(plan, "%s-%s", what, plan_account_text(forward->to));
    json *target = add_rule(
        plan, stack, at, "Forward", what,
        name_forward_rule(&plan->scratch, plan->deployment, stack->domain, what), &pattern);
    json_set_text(target, "Id", "bus");
    json_set(
        target, "Arn",
        plan_arn_in(plan, forward->to, "events", ARN_REGION | ARN_ACCOUNT, "event-bus/default"));
    json_set(target, "RoleArn", plan_get(plan, role, "Arn"));
}

/* Only events of the two kinds, from that account alone (EventBridge User Guide: example policies
 * for sending events to a bus in a different account). */
static void let_in(struct plan *plan, struct stack *stack, const struct deployment_account *account)
{
    const char *id = plan_account_text(account);
    const char *name = name_sender(&plan->scratch, plan->deployment, stack->domain, id);
    json *policy = plan_resource(plan, stack, "AWS::Events::EventBusPolicy", stack->domain->decl.at,
                                 "EventsFrom", id);
    json_set_text(policy, "StatementId", name);
    json *statement = json_set_object(policy, "Statement");
    json_set_text(statement, "Sid", name);
    json_set_text(statement, "Effect", "Allow");
    json_set(json_set_object(statement, "Principal"), "AWS",
             plan_arn_in(plan, account, "iam", ARN_ACCOUNT, "root"));
    json_set_text(statement, "Action", "events:PutEvents");
    json_set(statement, "Resource",
             plan_arn(plan, "events", ARN_REGION | ARN_ACCOUNT, "event-bus/default"));
    json *test = json_set_object(json_set_object(statement, "Condition"), "StringEquals");
    json *sources = json_set_array(test, "events:source");
    json_add_text(sources, objects);
    json_add_text(sources, runs);
    json *types = json_set_array(test, "events:detail-type");
    json_add_text(types, object_created);
    json_add_text(types, run_changed);
}

static void add_exchange(struct plan *plan, struct stack *stack)
{
    struct forwards forwards = {0};
    struct senders senders = {0};
    events_forwards(plan->events, stack->domain, &forwards);
    events_senders(plan->events, stack->domain, &senders);
    if (forwards.list.len) {
        const char *role = forward_role(plan, stack, &forwards);
        for (size_t i = 0; i < forwards.list.len; i++) {
            add_forward(plan, stack, &forwards.list.at[i], role);
        }
    }
    for (size_t i = 0; i < senders.list.len; i++) {
        let_in(plan, stack, senders.list.at[i]);
    }
}

void plan_events(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    if (!stack_has_data(stack->head)) {
        return;
    }
    for (size_t i = 0; i < domain->pipelines.len; i++) {
        if (pipeline_is_made(domain->pipelines.at[i])) {
            add_starts(plan, stack, domain->pipelines.at[i]);
        }
    }
    if (plan->deployment->accounts.len > 1) {
        add_exchange(plan, stack);
    }
}
