/* steps.c - the states of steps that are one task, wait or end; and what all states have in common.
 * Steps that look until something is done are in loops.c, those with steps inside in flow.c. */
#include "plan/steps.h"

#include "check/access/rights.h"
#include "check/integrations.h"
#include "check/steps.h"
#include "model/names.h"
#include "plan/text.h"

#include <string.h>

/* ---- what states have in common -------------------------------------------------------------- */

json *add_state(json *states, const char *name, const char *type)
{
    json *state = json_set_object(states, name);
    json_set_text(state, "Type", type);
    return state;
}

json *step_state(struct machine *machine, const struct step *step, const char *type)
{
    json *state = json_set_object(machine->states, step->name);
    if (step->doc) {
        json_set(state, "Comment", states_value(machine, step->doc));
    }
    json_set_text(state, "Type", type);
    return state;
}

void link_state(json *state, const char *next)
{
    if (next) {
        json_set_text(state, "Next", next);
    } else {
        json_set_bool(state, "End", true);
    }
}

void set_amount(json *state, const char *key, const struct amount *amount)
{
    if (amount->text) {
        json_set_int(state, key, amount->base);
    }
}

void set_retry(struct machine *machine, json *state, const struct step *step)
{
    if (!step->retries) {
        return;
    }
    json *list = json_set_array(state, "Retry");
    for (const struct retry *retry = step->retries; retry; retry = retry->next) {
        json *item = json_add_object(list);
        json *errors = json_set_array(item, "ErrorEquals");
        for (size_t i = 0; i < retry->errors.len; i++) {
            json_add(errors, states_value(machine, retry->errors.at[i]));
        }
        if (retry->errors.len == 0) {
            json_add_text(errors, "States.ALL");
        }
        set_amount(item, "IntervalSeconds", &retry->interval);
        if (retry->attempts.text) {
            json_set_int(item, "MaxAttempts", retry->attempts.number);
        }
        if (retry->backoff) {
            json_set(item, "BackoffRate", json_number(&machine->plan->scratch, retry->backoff));
        }
        set_amount(item, "MaxDelaySeconds", &retry->max_delay);
        if (retry->jitter != JITTER_DEFAULT) {
            json_set_text(item, "JitterStrategy", retry->jitter == JITTER_FULL ? "FULL" : "NONE");
        }
    }
}

/* Innermost first; one that takes every error is the last that can be reached. */
void set_catch(struct machine *machine, json *state)
{
    json *list = NULL;
    for (const struct catcher *c = machine->catchers; c; c = c->outer) {
        list = list ? list : json_set_array(state, "Catch");
        json *item = json_add_object(list);
        json *errors = json_set_array(item, "ErrorEquals");
        for (size_t i = 0; c->way && i < c->way->errors.len; i++) {
            json_add(errors, states_value(machine, c->way->errors.at[i]));
        }
        if (!c->way || c->way->errors.len == 0) {
            json_add_text(errors, "States.ALL");
        }
        json_set_text(item, "ResultPath", "$.error");
        json_set_text(item, "Next", c->target);
        if (!c->way || way_takes_all(c->way)) {
            break;
        }
    }
}

/* A lambda's result becomes the input of the next step; other results are discarded unless the step
 * keeps them. */
enum result_mode result_of(const struct step *step)
{
    if (step->result != RESULT_DEFAULT) {
        return step->result;
    }
    return step->kind == STEP_LAMBDA && step->wait != WAIT_NO ? RESULT_REPLACE : RESULT_DISCARD;
}

void set_result(struct machine *machine, json *state, const struct step *step)
{
    if (result_of(step) == RESULT_DISCARD) {
        json_set_null(state, "ResultPath");
    } else if (result_of(step) == RESULT_PATH) {
        json_set(state, "ResultPath",
                 states_value(machine, payload_path(machine->plan, "$", step->result_path)));
    }
}

/* What stands in a task after its parameters. */
void finish(struct machine *machine, json *state, const struct step *step, const char *next)
{
    set_amount(state, "TimeoutSeconds", &step->timeout);
    set_amount(state, "HeartbeatSeconds", &step->heartbeat);
    set_result(machine, state, step);
    set_retry(machine, state, step);
    set_catch(machine, state);
    link_state(state, next);
}

/* "glue:startJobRun.sync" of a step. */
static const char *call_integration(struct plan *plan, const struct step *step)
{
    return integration_of(&plan->scratch, step);
}

/* "arn:aws:states:::<rest>", an integration of Step Functions. */
json *integration(struct machine *machine, const char *rest)
{
    return states_arn(machine, "states", 0, rest);
}

static json *task(struct machine *machine, const struct step *step, json *resource)
{
    json *state = step_state(machine, step, "Task");
    json_set(state, "Resource", resource);
    return state;
}

/* ---- steps that are one task ----------------------------------------------------------------- */

static json *function_arn(struct machine *machine, const struct step *step)
{
    struct plan *plan = machine->plan;
    if (step->function) {
        const char *name = name_function(&plan->scratch, plan->deployment, step->function);
        return states_arn_in(machine, account_of_domain(plan->deployment, step->function->domain),
                             "lambda", ARN_REGION | ARN_ACCOUNT,
                             plan_format(plan, "function:%s", name));
    }
    if (is_arn(step->target.value)) {
        return states_value(machine, step->target.value);
    }
    return states_arn(machine, "lambda", ARN_REGION | ARN_ACCOUNT,
                      plan_format(plan, "function:%s", step->target.value));
}

static void lambda_step(struct machine *machine, const struct step *step, const char *next)
{
    json *function = function_arn(machine, step);
    json *state;
    if (step->wait == WAIT_DONE) {
        state = task(machine, step, function);
        if (step->arguments) {
            json_set(state, "Parameters", payload_map(machine, step->arguments));
        }
    } else {
        bool token = step->wait == WAIT_TOKEN;
        state =
            task(machine, step,
                 integration(machine, token ? "lambda:invoke.waitForTaskToken" : "lambda:invoke"));
        json *parameters = json_set_object(state, "Parameters");
        json_set(parameters, "FunctionName", function);
        if (!token) {
            json_set_text(parameters, "InvocationType", "Event");
        }
        if (step->arguments) {
            json_set(parameters, "Payload", payload_map(machine, step->arguments));
        } else {
            json_set_text(parameters, "Payload.$", "$");
        }
    }
    finish(machine, state, step, next);
}

static void glue_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = task(
        machine, step,
        integration(machine, step->wait == WAIT_NO ? "glue:startJobRun" : "glue:startJobRun.sync"));
    json *parameters = json_set_object(state, "Parameters");
    json_set(parameters, "JobName", states_value(machine, glue_job_name(step->target.value)));
    if (step->arguments) {
        json_set(parameters, "Arguments", payload_map(machine, step->arguments));
    }
    finish(machine, state, step, next);
}

static void athena_step(struct machine *machine, const struct step *step, const char *next)
{
    const struct deployment *deployment = machine->plan->deployment;
    const struct domain *home = machine->pipeline->domain;
    const struct domain *workgroup = step->workgroup ? step->workgroup : home;
    json *state =
        task(machine, step,
             integration(machine, step->wait == WAIT_NO ? "athena:startQueryExecution"
                                                        : "athena:startQueryExecution.sync"));
    json *parameters = json_set_object(state, "Parameters");
    json_set(parameters, "QueryString", states_value(machine, step->target.value));
    json_set_text(parameters, "WorkGroup", deployment->domains[workgroup->decl.index].workgroup);
    json *context = json_set_object(parameters, "QueryExecutionContext");
    json_set_text(context, "Database", deployment->domains[home->decl.index].database);
    if (step->arguments) {
        payload_values(machine, parameters, "ExecutionParameters", step->arguments);
    }
    finish(machine, state, step, next);
}

/* A job's name has letters, digits, hyphens and underscores alone (Batch API: SubmitJob). */
static const char *batch_job_name(struct plan *plan, const char *name)
{
    enum { MOST = 128 };
    size_t length = strlen(name) < MOST ? strlen(name) : MOST;
    char *copy = arena_copy(&plan->scratch, name, length);
    for (char *c = copy; *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (!letter && !(*c >= '0' && *c <= '9') && (*c != '-' || c == copy)) {
            *c = c == copy ? 'J' : '_';
        }
    }
    return copy;
}

static void batch_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = task(machine, step, integration(machine, call_integration(machine->plan, step)));
    json *parameters = json_set_object(state, "Parameters");
    json_set_text(parameters, "JobName", batch_job_name(machine->plan, step->name));
    json_set(parameters, "JobDefinition", states_value(machine, step->target.value));
    json_set(parameters, "JobQueue", states_value(machine, step->queue.value));
    if (step->arguments) {
        json_set(parameters, "Parameters", payload_map(machine, step->arguments));
    }
    finish(machine, state, step, next);
}

static void emr_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = task(machine, step, integration(machine, call_integration(machine->plan, step)));
    json *parameters = payload_map(machine, step->arguments);
    json_set(state, "Parameters", parameters);
    if (step->target_input) {
        json_set(parameters, "ApplicationId.$",
                 states_value(machine, payload_expression(machine, step->target_input)));
    } else {
        json_set(parameters, "ApplicationId", states_value(machine, step->target.value));
    }
    finish(machine, state, step, next);
}

static void call_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = task(machine, step, integration(machine, call_integration(machine->plan, step)));
    json_set(state, "Parameters", payload_map(machine, step->arguments));
    finish(machine, state, step, next);
}

static void run_step(struct machine *machine, const struct step *step, const char *next)
{
    struct plan *plan = machine->plan;
    const char *name = plan->deployment->machines[step->run->decl.index];
    json *state =
        task(machine, step,
             integration(machine, step->wait == WAIT_NO ? "states:startExecution"
                                                        : "states:startExecution.sync:2"));
    json *parameters = json_set_object(state, "Parameters");
    json_set(parameters, "StateMachineArn",
             states_arn(machine, "states", ARN_REGION | ARN_ACCOUNT,
                        plan_format(plan, "stateMachine:%s", name)));
    if (step->arguments) {
        json_set(parameters, "Input", payload_map(machine, step->arguments));
    } else {
        json_set_text(parameters, "Input.$", "$");
    }
    finish(machine, state, step, next);
}

static json *topic_arn(struct machine *machine, const struct channel *channel)
{
    if (channel->arn.value) {
        return states_value(machine, channel->arn.value);
    }
    return states_arn_in(machine, account_of_domain(machine->plan->deployment, channel->domain),
                         "sns", ARN_REGION | ARN_ACCOUNT,
                         name_topic(&machine->plan->scratch, machine->plan->deployment, channel));
}

static void notify_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = task(machine, step, integration(machine, "sns:publish"));
    json *parameters = json_set_object(state, "Parameters");
    json_set(parameters, "TopicArn", topic_arn(machine, step->channel));
    json_set(parameters, "Message", states_value(machine, step->target.value));
    finish(machine, state, step, next);
}

void set_polled(struct machine *machine, json *state, const struct step *step)
{
    if (step->kind == STEP_LAMBDA) {
        json_set(state, "Resource", function_arn(machine, step));
        if (step->arguments) {
            json_set(state, "Parameters", payload_map(machine, step->arguments));
        } else {
            json_set_text(state, "InputPath", machine->input);
        }
        return;
    }
    json_set(state, "Resource", integration(machine, call_integration(machine->plan, step)));
    json_set(state, "Parameters", payload_map(machine, step->arguments));
}

/* ---- steps without a task -------------------------------------------------------------------- */

static void wait_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = step_state(machine, step, "Wait");
    if (step->wait_input) {
        json_set_text(state, step->wait_until ? "TimestampPath" : "SecondsPath",
                      payload_expression(machine, step->wait_input));
    } else if (step->until.value) {
        json_set(state, "Timestamp", states_value(machine, step->until.value));
    } else {
        json_set_int(state, "Seconds", step->seconds.base);
    }
    link_state(state, next);
}

/* Inside a try that catches it, a failure is a jump to the handler: only tasks can be caught. */
static void fail_step(struct machine *machine, const struct step *step)
{
    const char *error = step->target.value ? step->target.value : "Failed";
    const struct catcher *catcher = machine->catchers;
    while (catcher && !(catcher->way && way_takes(catcher->way, error))) {
        catcher = catcher->outer;
    }
    json *state = step_state(machine, step, catcher ? "Pass" : "Fail");
    json *said = catcher ? json_set_object(state, "Result") : state;
    json_set(said, "Error", states_value(machine, error));
    if (step->cause.value || catcher) {
        json_set(said, "Cause", states_value(machine, step->cause.value ? step->cause.value : ""));
    }
    if (catcher) {
        json_set_text(state, "ResultPath", "$.error");
        link_state(state, catcher->target);
    }
}

/* ---- all kinds ------------------------------------------------------------------------------- */

void step_states(struct machine *machine, const struct step *step, const char *next)
{
    switch (step->kind) {
    case STEP_LAMBDA:
        lambda_step(machine, step, next);
        break;
    case STEP_GLUE:
        glue_step(machine, step, next);
        break;
    case STEP_ATHENA:
        athena_step(machine, step, next);
        break;
    case STEP_CRAWL:
        crawl_step(machine, step, next);
        break;
    case STEP_CHECK:
        check_step(machine, step, next);
        break;
    case STEP_RUN:
        run_step(machine, step, next);
        break;
    case STEP_WAIT:
        wait_step(machine, step, next);
        break;
    case STEP_NOTIFY:
        notify_step(machine, step, next);
        break;
    case STEP_SUCCEED:
        step_state(machine, step, "Succeed");
        break;
    case STEP_FAIL:
        fail_step(machine, step);
        break;
    case STEP_BATCH:
        batch_step(machine, step, next);
        break;
    case STEP_EMR:
        emr_step(machine, step, next);
        break;
    case STEP_CALL:
        call_step(machine, step, next);
        break;
    case STEP_POLL:
        poll_step(machine, step, next);
        break;
    case STEP_SET:
    case STEP_RAW:
    case STEP_PARALLEL:
    case STEP_MAP:
    case STEP_CHOOSE:
    case STEP_TRY:
        flow_step(machine, step, next);
        break;
    }
}

void steps_states(struct machine *machine, const struct step *steps, const char *next)
{
    for (const struct step *step = steps; step; step = step->next) {
        step_states(machine, step, step->next ? step->next->name : next);
    }
}
