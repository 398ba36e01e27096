/* loops.c - steps that start something, or ask, and look until it is done: crawl, check, poll. Each
 * is one Parallel state with a branch of its own: what the loop counts stays in the branch, and
 * catch and result apply to the step as a whole. */
#include "plan/steps.h"

#include "check/access/rights.h"
#include "model/names.h"
#include "plan/text.h"

#include <string.h>

/* Bounds of a loop where the step gives none (language.md section 4). */
enum { POLL_EVERY = 30, POLL_GIVE_UP = 3600 };

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
    link_state(wait, loop->look);
    json *look = add_state(loop->states, loop->look, "Task");
    set_service_task(loop, look, action);
    json_set(look, "Parameters", parameters);
    json_set_text(look, "ResultPath", "$.Answer");
    link_state(look, loop->judge);
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
    link_state(count, loop->wait);
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
    link_state(state, next);
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
    link_state(start, loop->wait);
}

void crawl_step(struct machine *machine, const struct step *step, const char *next)
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
    link_state(start, loop->wait);
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
    link_state(get, verdict);

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

void check_step(struct machine *machine, const struct step *step, const char *next)
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

/* ---- polls ----------------------------------------------------------------------------------- */

/* The branch's data: what the step was given below $.Input, the answer below $.Answer. */
static void poll_start(struct loop *loop)
{
    json *start = add_state(loop->states, loop->start, "Pass");
    json *parameters = json_set_object(start, "Parameters");
    json_set_text(parameters, "Input.$", "$");
    json_set_int(parameters, "Turns", 0);
    link_state(start, loop->look);
}

/* It asks at once, then after each wait; what it asks fails by itself, or is tried again. */
static void poll_look(struct loop *loop)
{
    struct machine *machine = loop->machine;
    json *wait = add_state(loop->states, loop->wait, "Wait");
    json_set_int(wait, "Seconds", loop->every);
    link_state(wait, loop->look);

    const struct step *polled = loop->step->body;
    json *look = add_state(loop->states, loop->look, "Task");
    set_polled(machine, look, polled);
    json_set_text(look, "ResultPath", "$.Answer");
    set_amount(look, "TimeoutSeconds", &polled->timeout);
    set_amount(look, "HeartbeatSeconds", &polled->heartbeat);
    set_retry(machine, look, polled);
    link_state(look, loop->judge);
}

static void poll_judge(struct loop *loop)
{
    struct machine *machine = loop->machine;
    json *judge = add_state(loop->states, loop->judge, "Choice");
    json *choices = json_set_array(judge, "Choices");
    json *done = test_rule(machine, loop->step->done);
    json_set_text(done, "Next", loop->done);
    json_add(choices, done);
    if (loop->step->fail) {
        json *failed = test_rule(machine, loop->step->fail);
        json_set_text(failed, "Next",
                      loop_fail(loop, "failed", "PollFailed", "the condition of failure holds"));
        json_add(choices, failed);
    }
    loop_late(loop, choices);
    loop_again(loop, judge, "Input");
    json *end = add_state(loop->states, loop->done, "Pass");
    json_set_text(end, "InputPath", "$.Answer");
    link_state(end, NULL);
}

/* A branch's answer stands in a list of one: what is kept is taken out of it. */
static void poll_result(struct loop *loop, json *state, const char *next)
{
    struct machine *machine = loop->machine;
    if (result_of(loop->step) == RESULT_REPLACE) {
        json_set_text(state, "OutputPath", "$[0]");
    }
    if (result_of(loop->step) != RESULT_PATH) {
        link_state(state, next);
        return;
    }
    const char *taken = states_name(machine, loop->step->name, "answer");
    const char *path = payload_path(machine->plan, "$", loop->step->result_path);
    link_state(state, taken);
    json *take = add_state(machine->states, taken, "Pass");
    json_set(take, "InputPath", states_value(machine, plan_format(machine->plan, "%s[0]", path)));
    json_set(take, "ResultPath", states_value(machine, path));
    link_state(take, next);
}

void poll_step(struct machine *machine, const struct step *step, const char *next)
{
    struct loop loop;
    json *state = loop_open(&loop, machine, step);
    struct machine inside = *machine;
    inside.catchers = NULL;
    inside.input = "$.Input";
    loop.machine = &inside;
    poll_start(&loop);
    poll_look(&loop);
    poll_judge(&loop);
    machine->names = inside.names;
    loop.machine = machine;
    set_result(machine, state, step);
    set_catch(machine, state);
    poll_result(&loop, state, next);
}
