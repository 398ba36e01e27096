/* states.c - machines of Step Functions: the definition, and with it the log group, the role and
 * the state machine. */
#include "plan/states.h"

#include "check/access/rights.h"
#include "check/limits.h"
#include "model/names.h"
#include "plan/iam.h"
#include "plan/rights.h"
#include "plan/text.h"

#include <string.h>

/* Days that a machine's log is kept. It holds no data of the mesh: execution data is left out of
 * it. */
enum { LOG_DAYS = 90 };

/* ---- names and texts ------------------------------------------------------------------------- */

json *states_value(struct machine *machine, const char *text)
{
    return machine->template ? plan_literal(machine->plan, text)
                             : json_text(&machine->plan->scratch, text);
}

json *states_arn_in(struct machine *machine, const struct deployment_account *account,
                    const char *service, unsigned parts, const char *rest)
{
    struct plan *plan = machine->plan;
    return machine->template
               ? plan_arn_in(plan, account, service, parts, rest)
               : json_text(&plan->scratch, plan_arn_state_in(plan, account, service, parts, rest));
}

json *states_arn(struct machine *machine, const char *service, unsigned parts, const char *rest)
{
    return states_arn_in(machine, machine->plan->account, service, parts, rest);
}

static bool take_name(struct machine *machine, const char *name)
{
    struct session *s = machine->plan->s;
    atom taken = atom_of(&s->atoms, name);
    if (map_get(&machine->names, taken, NULL)) {
        return false;
    }
    map_put(&machine->names, taken, NULL, machine);
    return true;
}

const char *states_name(struct machine *machine, const char *step, const char *what)
{
    size_t limit = (size_t)limit_info(LIMIT_STATE_NAME)->figure;
    for (unsigned n = 1;; n++) {
        const char *tail = n == 1 ? plan_format(machine->plan, ": %s", what)
                                  : plan_format(machine->plan, ": %s %u", what, n);
        size_t room = limit - strlen(tail), length = strlen(step);
        if (length > room) { /* cut between characters, not inside one */
            for (length = room; length > 0 && ((unsigned char)step[length] & 0xc0) == 0x80;) {
                length--;
            }
        }
        const char *name = plan_format(machine->plan, "%.*s%s", (int)length, step, tail);
        if (take_name(machine, name)) {
            return name;
        }
    }
}

/* ---- the definition -------------------------------------------------------------------------- */

static json *named_state(struct machine *machine, const char *name, const char *type)
{
    json *state = json_set_object(machine->states, name);
    json_set_text(state, "Type", type);
    return state;
}

/* The branch that looks for other runs: ends well when this run is the oldest of those that run,
 * else fails. Listing is eventually consistent, so two runs started within the same second may both
 * see themselves as the oldest. */
static void set_overlap_branch(struct machine *machine, json *branch, const char *list,
                               const char *none, const char *oldest, const char *alone,
                               const char *stop)
{
    json_set_text(branch, "StartAt", list);
    json *states = json_set_object(branch, "States");
    json *look = json_set_object(states, list);
    json_set_text(look, "Type", "Task");
    json_set(look, "Resource", states_arn(machine, "states", 0, "aws-sdk:sfn:listExecutions"));
    json *parameters = json_set_object(look, "Parameters");
    json_set_text(parameters, "StateMachineArn.$", "$$.StateMachine.Id");
    json_set_text(parameters, "StatusFilter", "RUNNING");
    json_set_text(json_set_object(look, "ResultSelector"), "Running.$",
                  "$.Executions[*].ExecutionArn");
    json_set_text(look, "Next", none);

    json *choice = json_set_object(states, none);
    json_set_text(choice, "Type", "Choice");
    json *some = json_add_object(json_set_array(choice, "Choices"));
    json_set_text(some, "Variable", "$.Running[0]");
    json_set_bool(some, "IsPresent", true);
    const char *decide = states_name(machine, "overlap", "decide");
    json_set_text(some, "Next", oldest);
    json_set_text(choice, "Default", alone);

    json *pick = json_set_object(states, oldest); /* the newest come first in the list */
    json_set_text(pick, "Type", "Pass");
    json_set_text(
        json_set_object(pick, "Parameters"), "Oldest.$",
        "States.ArrayGetItem($.Running, States.MathAdd(States.ArrayLength($.Running), -1))");
    json_set_text(pick, "Next", decide);
    json *compare = json_set_object(states, decide);
    json_set_text(compare, "Type", "Choice");
    json *self = json_add_object(json_set_array(compare, "Choices"));
    json_set_text(self, "Variable", "$.Oldest");
    json_set_text(self, "StringEqualsPath", "$$.Execution.Id");
    json_set_text(self, "Next", alone);
    json_set_text(compare, "Default", stop);
    json_set_text(json_set_object(states, alone), "Type", "Succeed");
    json *fail = json_set_object(states, stop);
    json_set_text(fail, "Type", "Fail");
    json_set_text(fail, "Error", "AlreadyRunning");
}

/* `overlap: skip`: a run that finds an older one ends at once and well. Returns where the machine
 * starts. */
static const char *add_overlap(struct machine *machine, const char *first)
{
    const char *start = states_name(machine, "overlap", "look");
    const char *skipped = states_name(machine, "overlap", "skipped");
    json *state = named_state(machine, start, "Parallel");
    json *branch = json_add_object(json_set_array(state, "Branches"));
    const char *list = states_name(machine, "overlap", "list");
    const char *none = states_name(machine, "overlap", "any");
    const char *oldest = states_name(machine, "overlap", "oldest");
    const char *alone = states_name(machine, "overlap", "alone");
    const char *stop = states_name(machine, "overlap", "stop");
    set_overlap_branch(machine, branch, list, none, oldest, alone, stop);
    json_set_null(state, "ResultPath");
    json *catch = json_add_object(json_set_array(state, "Catch"));
    json_add_text(json_set_array(catch, "ErrorEquals"), "AlreadyRunning");
    json_set_text(catch, "Next", skipped);
    json_set_text(state, "Next", first);
    named_state(machine, skipped, "Succeed");
    return start;
}

/* on_failure always ends in failure: a last step that does not fail is followed by a state that
 * does. */
static void add_on_failure(struct machine *machine)
{
    const struct step *last = machine->pipeline->on_failure;
    while (last->next) {
        last = last->next;
    }
    machine->catchers = NULL;
    const char *stop = last->kind == STEP_FAIL ? NULL : states_name(machine, "on_failure", "fail");
    steps_states(machine, machine->pipeline->on_failure, stop);
    if (stop) {
        json *fail = named_state(machine, stop, "Fail");
        json_set_text(fail, "Error", "PipelineFailed");
        json_set_text(fail, "Cause", "a step failed and on_failure has run");
    }
}

static json *definition_of(struct plan *plan, const struct pipeline *pipeline, bool template)
{
    struct machine machine = {
        .plan = plan, .pipeline = pipeline, .template = template, .input = "$"};
    struct catcher on_failure = {.target = NULL};
    json *definition = json_object(&plan->scratch);
    if (!pipeline->steps) { /* reported by check/pipelines.c */
        return definition;
    }
    for (size_t i = 0; i < pipeline->all_steps.len; i++) {
        take_name(&machine, pipeline->all_steps.at[i]->name);
    }
    if (pipeline->decl.doc) {
        json_set(definition, "Comment", states_value(&machine, pipeline->decl.doc));
    }
    machine.states = json_object(&plan->scratch);
    const char *start = pipeline->steps->name;
    if (pipeline->overlap_skip) {
        start = add_overlap(&machine, start);
    }
    if (pipeline->on_failure) {
        on_failure.target = pipeline->on_failure->name;
        machine.catchers = &on_failure;
    }
    steps_states(&machine, pipeline->steps, NULL);
    if (pipeline->on_failure) {
        add_on_failure(&machine);
    }
    json_set_text(definition, "StartAt", start);
    json_set(definition, "States", machine.states);
    if (pipeline->timeout.text) {
        json_set_int(definition, "TimeoutSeconds", pipeline->timeout.base);
    }
    map_free(&machine.names);
    return definition;
}

json *plan_machine(struct plan *plan, const struct pipeline *pipeline)
{
    plan->account = account_of_domain(plan->deployment, pipeline->domain);
    return definition_of(plan, pipeline, false);
}

/* ---- resources ------------------------------------------------------------------------------- */

static void judge_size(struct plan *plan, const struct pipeline *pipeline, const json *definition)
{
    struct buf text = {0};
    json_write_compact(&text, definition);
    size_t limit = (size_t)limit_info(LIMIT_DEFINITION_BYTES)->figure;
    if (text.len > limit) {
        diag(plan->s, D_DEFINITION_BYTES, pipeline->decl.at,
             "the machine of pipeline '%s' has %zu bytes, Step Functions takes %zu",
             pipeline->decl.path, text.len, limit);
    }
    buf_free(&text);
}

/* The role a machine runs as: the one the mesh names, else one with exactly the rights its steps
 * need. */
static json *machine_role(struct plan *plan, struct stack *stack, const struct pipeline *pipeline)
{
    if (pipeline->role) {
        return plan_principal(plan, pipeline->role);
    }
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    needs_of_pipeline(plan->deployment, pipeline, &needs);
    rights_of_needs(plan, &needs, &rights);
    const char *id = plan_role(plan, stack, pipeline->decl.at, "RoleFor", pipeline->decl.name,
                               name_pipeline_role(&plan->scratch, plan->deployment, pipeline),
                               "states.amazonaws.com", &rights);
    return plan_get(plan, id, "Arn");
}

static const char *log_group(struct plan *plan, struct stack *stack,
                             const struct pipeline *pipeline, const char *name)
{
    json *group = plan_resource(plan, stack, "AWS::Logs::LogGroup", pipeline->decl.at, "LogOf",
                                pipeline->decl.name);
    json_set_text(group, "LogGroupName", plan_format(plan, "/aws/vendedlogs/states/%s", name));
    json_set_int(group, "RetentionInDays", LOG_DAYS);
    return plan_last(stack)->id;
}

static void add_machine(struct plan *plan, struct stack *stack, const struct pipeline *pipeline)
{
    const char *name = plan->deployment->machines[pipeline->decl.index];
    const char *log = log_group(plan, stack, pipeline, name);
    json *role = machine_role(plan, stack, pipeline);
    json *definition = definition_of(plan, pipeline, true);
    judge_size(plan, pipeline, definition);

    json *machine = plan_resource(plan, stack, "AWS::StepFunctions::StateMachine",
                                  pipeline->decl.at, "Machine", pipeline->decl.name);
    const char *id = plan_last(stack)->id;
    plan_keep(plan, pipeline, "machine", id);
    json_set_text(machine, "StateMachineName", name);
    json_set_text(machine, "StateMachineType", pipeline->express ? "EXPRESS" : "STANDARD");
    json_set(machine, "RoleArn", role);
    json_set(machine, "Definition", definition);
    /* An express machine keeps no history of its own: its log has every event. */
    json *logging = json_set_object(machine, "LoggingConfiguration");
    json_set_text(logging, "Level", pipeline->express ? "ALL" : "ERROR");
    json_set_bool(logging, "IncludeExecutionData", false);
    json *destination = json_add_object(json_set_array(logging, "Destinations"));
    json_set(json_set_object(destination, "CloudWatchLogsLogGroup"), "LogGroupArn",
             plan_get(plan, log, "Arn"));
    /* Traces only under a role made here: whether an existing one may write them is not known. */
    json *tracing = json_set_object(machine, "TracingConfiguration");
    json_set_bool(tracing, "Enabled", pipeline->role == NULL);
    plan_schedules(plan, stack, pipeline, id);
}

void plan_states(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    if (!domain) {
        return;
    }
    plan_crawlers(plan, stack);
    for (size_t i = 0; stack_has_data(stack->head) && i < domain->pipelines.len; i++) {
        if (pipeline_is_made(domain->pipelines.at[i])) {
            add_machine(plan, stack, domain->pipelines.at[i]);
        }
    }
    if (stack_has_catalog(plan->deployment, stack->head)) {
        plan_quality_schedules(plan, stack);
    }
}
