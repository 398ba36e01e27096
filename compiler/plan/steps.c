/* steps.c - the states of each kind of step. A step is one state; `crawl` and `check`, which start
 * something and look until it is done, are one Parallel state with a branch of its own: what the
 * loop counts stays in the branch, and retry, catch and result apply to the step as a whole. */
#include "plan/states.h"

#include "check/access/rights.h"
#include "model/names.h"
#include "plan/text.h"

#include <string.h>

/* Bounds of a loop where the step gives none (language.md section 4). */
enum { POLL_EVERY = 30, POLL_GIVE_UP = 3600 };

/* ---- what states have in common -------------------------------------------------------------- */

static json *add_state(json *states, const char *name, const char *type)
{
    json *state = json_set_object(states, name);
    json_set_text(state, "Type", type);
    return state;
}

static json *step_state(struct machine *machine, const struct step *step, const char *type)
{
    json *state = json_set_object(machine->states, step->name);
    if (step->doc) {
        json_set(state, "Comment", states_value(machine, step->doc));
    }
    json_set_text(state, "Type", type);
    return state;
}

static void link(json *state, const char *next)
{
    if (next) {
        json_set_text(state, "Next", next);
    } else {
        json_set_bool(state, "End", true);
    }
}

static void set_amount(json *state, const char *key, const struct amount *amount)
{
    if (amount->text) {
        json_set_int(state, key, amount->base);
    }
}

static void set_retry(struct machine *machine, json *state, const struct step *step)
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

static void set_catch(struct machine *machine, json *state)
{
    if (!machine->catch) {
        return;
    }
    json *item = json_add_object(json_set_array(state, "Catch"));
    json_add_text(json_set_array(item, "ErrorEquals"), "States.ALL");
    json_set_text(item, "ResultPath", "$.error");
    json_set_text(item, "Next", machine->catch);
}

/* A lambda's result becomes the input of the next step; other results are discarded unless the step
 * keeps them. */
static enum result_mode result_of(const struct step *step)
{
    if (step->result != RESULT_DEFAULT) {
        return step->result;
    }
    return step->kind == STEP_LAMBDA && step->wait != WAIT_NO ? RESULT_REPLACE : RESULT_DISCARD;
}

static void set_result(struct machine *machine, json *state, const struct step *step)
{
    if (result_of(step) == RESULT_DISCARD) {
        json_set_null(state, "ResultPath");
    } else if (result_of(step) == RESULT_PATH) {
        json_set_text(state, "ResultPath", payload_path(machine->plan, "$", step->result_path));
    }
}

/* What stands in a task after its parameters. */
static void finish(struct machine *machine, json *state, const struct step *step, const char *next)
{
    set_amount(state, "TimeoutSeconds", &step->timeout);
    set_amount(state, "HeartbeatSeconds", &step->heartbeat);
    set_result(machine, state, step);
    set_retry(machine, state, step);
    set_catch(machine, state);
    link(state, next);
}

/* "arn:aws:states:::<rest>", an integration of Step Functions. */
static json *integration(struct machine *machine, const char *rest)
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

/* ---- steps without a task -------------------------------------------------------------------- */

static void wait_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = step_state(machine, step, "Wait");
    if (step->wait_input) {
        json_set_text(state, step->wait_until ? "TimestampPath" : "SecondsPath",
                      payload_expression(machine->plan, step->wait_input));
    } else if (step->until.value) {
        json_set(state, "Timestamp", states_value(machine, step->until.value));
    } else {
        json_set_int(state, "Seconds", step->seconds.base);
    }
    link(state, next);
}

static void fail_step(struct machine *machine, const struct step *step)
{
    json *state = step_state(machine, step, "Fail");
    json_set(state, "Error",
             states_value(machine, step->target.value ? step->target.value : "Failed"));
    if (step->cause.value) {
        json_set(state, "Cause", states_value(machine, step->cause.value));
    }
}

/* ---- steps that start something and look until it is done ------------------------------------ */

/* The branch of such a step. Its states have names of the whole machine: they are unique in it (ASL
 * asks for that). */
struct loop {
    struct machine *machine;
    const struct step *step;
    json *states;
    const char *start, *wait, *look, *judge, *count, *done, *late;
    int64_t every, turns;
};

static void set_service_task(struct loop *loop, json *state, const char *action)
{
    json_set(state, "Resource",
             integration(loop->machine, plan_format(loop->machine->plan, "aws-sdk:%s", action)));
}

static json *compare(json *choices, const char *variable, const char *operator, const char * value)
{
    json *choice = json_add_object(choices);
    json_set_text(choice, "Variable", variable);
    json_set_text(choice, operator, value);
    return choice;
}

static json *loop_open(struct loop *loop, struct machine *machine, const struct step *step)
{
    const char *name = step->name;
    *loop = (struct loop){.machine = machine,
                          .step = step,
                          .start = states_name(machine, name, "start"),
                          .wait = states_name(machine, name, "wait"),
                          .look = states_name(machine, name, "look"),
                          .judge = states_name(machine, name, "judge"),
                          .count = states_name(machine, name, "count"),
                          .done = states_name(machine, name, "done"),
                          .late = states_name(machine, name, "give up")};
    loop->every = step->every.text && step->every.base > 0 ? step->every.base : POLL_EVERY;
    int64_t give_up = step->give_up.text ? step->give_up.base : POLL_GIVE_UP;
    loop->turns = give_up / loop->every > 0 ? give_up / loop->every : 1;

    json *state = step_state(machine, step, "Parallel");
    json *branch = json_add_object(json_set_array(state, "Branches"));
    json_set_text(branch, "StartAt", loop->start);
    loop->states = json_set_object(branch, "States");
    return state;
}

/* wait -> look (an answer below $.Answer); judge, written by the caller, comes next. */
static void loop_look(struct loop *loop, const char *action, json *parameters)
{
    json *wait = add_state(loop->states, loop->wait, "Wait");
    json_set_int(wait, "Seconds", loop->every);
    link(wait, loop->look);
    json *look = add_state(loop->states, loop->look, "Task");
    set_service_task(loop, look, action);
    json_set(look, "Parameters", parameters);
    json_set_text(look, "ResultPath", "$.Answer");
    link(look, loop->judge);
}

/* What a judge does with something that still runs: count and wait again. `keep` is a member beside
 * Turns that the loop carries on, NULL: none. */
static void loop_again(struct loop *loop, json *judge, const char *keep)
{
    struct plan *plan = loop->machine->plan;
    json_set_text(judge, "Default", loop->count);
    json *count = add_state(loop->states, loop->count, "Pass");
    json *parameters = json_set_object(count, "Parameters");
    if (keep) {
        json_set_text(parameters, plan_format(plan, "%s.$", keep), plan_format(plan, "$.%s", keep));
    }
    json_set_text(parameters, "Turns.$", "States.MathAdd($.Turns, 1)");
    link(count, loop->wait);
}

static void loop_late(struct loop *loop, json *choices)
{
    json *late = json_add_object(choices);
    json_set_text(late, "Variable", "$.Turns");
    json_set_int(late, "NumericGreaterThanEquals", loop->turns);
    json_set_text(late, "Next", loop->late);
    json *fail = add_state(loop->states, loop->late, "Fail");
    json_set_text(fail, "Error", "States.Timeout");
    json_set_text(fail, "Cause",
                  plan_format(loop->machine->plan, "not done after %lld turns of %lld s",
                              (long long)loop->turns, (long long)loop->every));
}

static const char *loop_fail(struct loop *loop, const char *what, const char *error,
                             const char *cause)
{
    const char *name = states_name(loop->machine, loop->step->name, what);
    json *fail = add_state(loop->states, name, "Fail");
    json_set_text(fail, "Error", error);
    json_set_text(fail, "Cause", cause);
    return name;
}

/* The step's result is an object with one member; a branch's result stands in a list of one. */
static void loop_close(struct loop *loop, json *state, const char *next, const char *member,
                       const char *path)
{
    if (result_of(loop->step) != RESULT_DISCARD) {
        json_set_text(json_set_object(state, "ResultSelector"), member, path);
    }
    set_result(loop->machine, state, loop->step);
    set_retry(loop->machine, state, loop->step);
    set_catch(loop->machine, state);
    link(state, next);
}

static json *crawler_parameter(struct machine *machine, const struct output *output)
{
    struct plan *plan = machine->plan;
    json *parameters = json_object(&machine->plan->scratch);
    json_set_text(parameters, "Name", name_crawler(&plan->scratch, plan->deployment, output));
    return parameters;
}

/* A crawler that is running already did not see what this run wrote: the start is tried again until
 * it is free. */
static void crawl_start(struct loop *loop)
{
    json *start = add_state(loop->states, loop->start, "Task");
    set_service_task(loop, start, "glue:startCrawler");
    json_set(start, "Parameters", crawler_parameter(loop->machine, loop->step->output));
    json_set_int(json_set_object(start, "ResultSelector"), "Turns", 1);
    json *retry = json_add_object(json_set_array(start, "Retry"));
    json_add_text(json_set_array(retry, "ErrorEquals"), "Glue.CrawlerRunningException");
    json_set_int(retry, "IntervalSeconds", loop->every);
    json_set_int(retry, "MaxAttempts", loop->turns);
    json_set_int(retry, "BackoffRate", 1);
    link(start, loop->wait);
}

static void crawl_step(struct machine *machine, const struct step *step, const char *next)
{
    struct loop loop;
    json *state = loop_open(&loop, machine, step);
    const char *outcome = states_name(machine, step->name, "outcome");
    crawl_start(&loop);
    loop_look(&loop, "glue:getCrawler", crawler_parameter(machine, step->output));

    json *judge = add_state(loop.states, loop.judge, "Choice");
    json *choices = json_set_array(judge, "Choices");
    json_set_text(compare(choices, "$.Answer.Crawler.State", "StringEquals", "READY"), "Next",
                  outcome);
    loop_late(&loop, choices);
    loop_again(&loop, judge, NULL);

    json *end = add_state(loop.states, outcome, "Choice");
    choices = json_set_array(end, "Choices");
    json_set_text(
        compare(choices, "$.Answer.Crawler.LastCrawl.Status", "StringEquals", "SUCCEEDED"), "Next",
        loop.done);
    json_set_text(end, "Default",
                  loop_fail(&loop, "failed", "CrawlFailed", "the crawler ended without success"));
    add_state(loop.states, loop.done, "Succeed");
    loop_close(&loop, state, next, "LastCrawl.$", "$[0].Answer.Crawler.LastCrawl");
}

static void check_start(struct loop *loop)
{
    struct plan *plan = loop->machine->plan;
    const struct output *output = loop->step->output;
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    json *start = add_state(loop->states, loop->start, "Task");
    set_service_task(loop, start, "glue:startDataQualityRulesetEvaluationRun");
    json *parameters = json_set_object(start, "Parameters");
    json *table = json_set_object(json_set_object(parameters, "DataSource"), "GlueTable");
    json_set_text(table, "DatabaseName", names->database);
    json_set_text(table, "TableName", names->table);
    const char *role =
        name_quality_role(&plan->scratch, plan->deployment, loop->machine->pipeline->domain);
    json_set(parameters, "Role",
             states_arn(loop->machine, "iam", ARN_ACCOUNT, plan_format(plan, "role/%s", role)));
    json_add_text(json_set_array(parameters, "RulesetNames"),
                  name_ruleset(&plan->scratch, plan->deployment, output));
    json *options = json_set_object(parameters, "AdditionalRunOptions");
    json_set_bool(options, "CloudWatchMetricsEnabled", true);
    json *selector = json_set_object(start, "ResultSelector");
    json_set_text(selector, "RunId.$", "$.RunId");
    json_set_int(selector, "Turns", 1);
    link(start, loop->wait);
}

/* The results of a run that succeeded: a rule that failed, or could not be evaluated, fails the
 * step. */
static void check_results(struct loop *loop, const char *results, const char *verdict)
{
    json *get = add_state(loop->states, results, "Task");
    set_service_task(loop, get, "glue:getDataQualityResult");
    json_set_text(json_set_object(get, "Parameters"), "ResultId.$", "$.Answer.ResultIds[0]");
    json *selector = json_set_object(get, "ResultSelector");
    json_set_text(selector, "ResultId.$", "$.ResultId");
    json_set_text(selector, "Failed.$", "States.ArrayContains($.RuleResults[*].Result, 'FAIL')");
    json_set_text(selector, "Broken.$", "States.ArrayContains($.RuleResults[*].Result, 'ERROR')");
    json_set_text(get, "ResultPath", "$.Answer");
    link(get, verdict);

    json *choice = add_state(loop->states, verdict, "Choice");
    json *rule = json_add_object(json_set_array(choice, "Choices"));
    json *either = json_set_array(rule, "Or");
    static const char *const flags[] = {"$.Answer.Failed", "$.Answer.Broken"};
    for (size_t i = 0; i < 2; i++) {
        json *condition = json_add_object(either);
        json_set_text(condition, "Variable", flags[i]);
        json_set_bool(condition, "BooleanEquals", true);
    }
    json_set_text(rule, "Next",
                  loop_fail(loop, "rules broken", "QualityFailed",
                            "a rule of the data quality ruleset does not hold"));
    json_set_text(choice, "Default", loop->done);
    add_state(loop->states, loop->done, "Succeed");
}

static void check_step(struct machine *machine, const struct step *step, const char *next)
{
    struct loop loop;
    json *state = loop_open(&loop, machine, step);
    const char *results = states_name(machine, step->name, "results");
    const char *verdict = states_name(machine, step->name, "verdict");
    check_start(&loop);
    json *parameters = json_object(&machine->plan->scratch);
    json_set_text(parameters, "RunId.$", "$.RunId");
    loop_look(&loop, "glue:getDataQualityRulesetEvaluationRun", parameters);

    json *judge = add_state(loop.states, loop.judge, "Choice");
    json *choices = json_set_array(judge, "Choices");
    json_set_text(compare(choices, "$.Answer.Status", "StringEquals", "SUCCEEDED"), "Next",
                  results);
    json *ended = json_add_object(choices);
    json *either = json_set_array(ended, "Or");
    static const char *const ends[] = {"FAILED", "STOPPED", "TIMEOUT"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        compare(either, "$.Answer.Status", "StringEquals", ends[i]);
    }
    const char *broken = loop_fail(&loop, "not evaluated", "QualityNotEvaluated",
                                   "the evaluation of the ruleset ended without success");
    json_set_text(ended, "Next", broken);
    loop_late(&loop, choices);
    loop_again(&loop, judge, "RunId");
    check_results(&loop, results, verdict);
    loop_close(&loop, state, next, "ResultId.$", "$[0].Answer.ResultId");
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
    }
}
