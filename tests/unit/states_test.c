/* states_test.c - machines, their roles and schedules, and which promises are watched how. */
#include "unit.h"
#include <stdlib.h>
#include <string.h>

#include "check/access/rights.h"
#include "check/promises.h"
#include "plan/states.h"
#include "plan/text.h"
#include "states_fixture.h"

static void expect(json *tree, const char *expected)
{
    struct buf text = {0};
    json_write_compact(&text, tree);
    assert_string_equal(text.at, expected);
    buf_free(&text);
}

static json *state_of(json *definition, const char *name)
{
    return json_get(json_get(definition, "States"), name);
}

/* ---- definitions ----------------------------------------------------------------------------- */

static void the_machine_of_the_chapter(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    fixture_known(x);
    fixture_step(x, &x->main.steps, STEP_LAMBDA, "ExtractData", "ExtractSalesData");
    fixture_step(x, &x->main.steps, STEP_LAMBDA, "LoadData", "LoadSalesData");
    fixture_plan(x->f);
    json *machine = plan_machine(x->f->plan, &x->main);
    expect(machine,
           "{\"Comment\":\"Loads orders.\",\"StartAt\":\"ExtractData\",\"States\":{"
           "\"ExtractData\":{\"Type\":\"Task\",\"Resource\":"
           "\"arn:aws:lambda:us-east-1:123456789012:function:ExtractSalesData\","
           "\"Next\":\"LoadData\"},"
           "\"LoadData\":{\"Type\":\"Task\",\"Resource\":"
           "\"arn:aws:lambda:us-east-1:123456789012:function:LoadSalesData\",\"End\":true}}}");
    states_fixture_free(x);
}

static void unknown_account_and_region_are_tokens(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    fixture_step(x, &x->main.steps, STEP_LAMBDA, "go", "Go");
    fixture_plan(x->f);
    json *machine = plan_machine(x->f->plan, &x->main);
    assert_string_equal(json_text_of(json_get(state_of(machine, "go"), "Resource")),
                        "arn:${Partition}:lambda:${Region}:${AccountId}:function:Go");
    states_fixture_free(x);
}

static void expressions_become_paths_and_intrinsics(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    fixture_plan(x->f);
    struct machine machine = {.plan = x->f->plan, .input = "$"};
    struct data *template = data_text(x, NULL, "it's {} of {x}\\");
    template->next = data_expression(x, NULL, ROOT_INPUT, "a.b-c[0].d", NULL);
    struct data *call = data_expression(x, NULL, ROOT_CALL, "format", template);
    assert_string_equal(payload_expression(&machine, call),
                        "States.Format('it\\'s {} of \\{x\\}\\\\', $.a['b-c'][0].d)");
    struct data *context = data_expression(x, NULL, ROOT_CONTEXT, "Execution.Id", NULL);
    assert_string_equal(payload_expression(&machine, context), "$$.Execution.Id");
    struct data *uuid = data_expression(x, NULL, ROOT_CALL, "uuid", NULL);
    assert_string_equal(payload_expression(&machine, uuid), "States.UUID()");
    assert_string_equal(payload_path(x->f->plan, "$", NULL), "$");
    states_fixture_free(x);
}

static void a_list_with_an_expression_is_computed(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    struct step *step = fixture_step(x, &x->main.steps, STEP_LAMBDA, "go", "Go");
    struct data *item = data_expression(x, NULL, ROOT_INPUT, "file", NULL);
    item->next = data_text(x, NULL, "plain");
    struct data *list = data_group(x, DATA_LIST, "files", item);
    list->next = data_text(x, "name", "$.not a path");
    step->arguments = data_group(x, DATA_MAP, NULL, list);
    fixture_plan(x->f);
    json *machine = plan_machine(x->f->plan, &x->main);
    expect(json_get(state_of(machine, "go"), "Parameters"),
           "{\"files.$\":\"States.Array($.file, 'plain')\",\"name\":\"$.not a path\"}");
    states_fixture_free(x);
}

/* A step that loops is one state of the machine; nothing of the loop reaches the input. */
static void loops_stay_in_a_branch(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    struct step *step = fixture_step(x, &x->main.steps, STEP_CRAWL, "look", NULL);
    step->output = &x->f->output;
    step->every = seconds_of("10s", 10);
    step->give_up = seconds_of("1m", 60);
    fixture_plan(x->f);
    json *machine = plan_machine(x->f->plan, &x->main);
    assert_int_equal(json_count(json_get(machine, "States")), 1);
    json *look = state_of(machine, "look");
    assert_string_equal(json_text_of(json_get(look, "Type")), "Parallel");
    struct buf text = {0};
    json_write_compact(&text, look);
    assert_non_null(strstr(text.at, "\"NumericGreaterThanEquals\":6,\"Next\":\"look: give up\""));
    assert_non_null(strstr(text.at, "\"Error\":\"States.Timeout\""));
    assert_non_null(strstr(text.at, "\"ResultPath\":null,\"End\":true"));
    buf_free(&text);
    states_fixture_free(x);
}

static void on_failure_is_caught_and_ends_in_failure(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    fixture_step(x, &x->main.steps, STEP_LAMBDA, "on_failure: fail", "Go");
    fixture_step(x, &x->main.on_failure, STEP_LAMBDA, "clean", "CleanUp");
    fixture_plan(x->f);
    json *machine = plan_machine(x->f->plan, &x->main);
    expect(json_get(state_of(machine, "on_failure: fail"), "Catch"),
           "[{\"ErrorEquals\":[\"States.ALL\"],\"ResultPath\":\"$.error\",\"Next\":\"clean\"}]");
    assert_null(json_get(state_of(machine, "clean"), "Catch"));
    const char *last = json_text_of(json_get(state_of(machine, "clean"), "Next"));
    assert_string_equal(last, "on_failure: fail 2"); /* the plain name is a step's */
    assert_string_equal(json_text_of(json_get(state_of(machine, last), "Type")), "Fail");
    states_fixture_free(x);
}

static void long_names_are_cut_between_characters(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    static const char name[] = "ääääääääääääääääääääääääääääääääääääääää"; /* 80 bytes */
    struct step *step = fixture_step(x, &x->main.steps, STEP_CRAWL, name, NULL);
    step->output = &x->f->output;
    fixture_plan(x->f);
    json *machine = plan_machine(x->f->plan, &x->main);
    json *branch = json_first(json_get(state_of(machine, name), "Branches"));
    const char *start = json_text_of(json_get(branch, "StartAt"));
    assert_true(strlen(start) <= 80);
    assert_int_equal(strlen(strchr(start, ':')), strlen(": start"));
    assert_int_equal((strchr(start, ':') - start) % 2, 0); /* no half of an ä */
    states_fixture_free(x);
}

/* ---- templates ------------------------------------------------------------------------------- */

static struct stack *stack_of(struct states_fixture *x)
{
    for (size_t i = 0; i < x->f->plan->stacks.len; i++) {
        if (x->f->plan->stacks.at[i]->domain) {
            return x->f->plan->stacks.at[i];
        }
    }
    return NULL;
}

static json *resource_of(struct stack *stack, const char *type, const char *id)
{
    for (size_t i = 0; i < stack->resources.len; i++) {
        const struct resource *resource = &stack->resources.at[i];
        if (strcmp(resource->type, type) == 0 && (!id || strcmp(resource->id, id) == 0)) {
            return resource->properties;
        }
    }
    return NULL;
}

/* What looks like a token of CloudFormation in the mesh comes out as the text it is. */
static void texts_of_the_mesh_are_never_substituted(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    fixture_step(x, &x->main.steps, STEP_ATHENA, "ask", "SELECT '${AWS::Region} ${Region}'");
    fixture_plan(x->f);
    struct stack *stack = stack_of(x);
    plan_stack(x->f->plan, stack);
    json *machine = resource_of(stack, "AWS::StepFunctions::StateMachine", "MachineLoad");
    json *ask = state_of(json_get(machine, "Definition"), "ask");
    expect(
        json_get(json_get(ask, "Parameters"), "QueryString"),
        "{\"Fn::Sub\":[\"SELECT '${Dollar}{AWS::Region} ${Dollar}{Region}'\",{\"Dollar\":\"$\"}]}");
    assert_null(json_get(machine, "DefinitionSubstitutions"));
    plan_stack_free(x->f->plan, stack);
    states_fixture_free(x);
}

static void schedules_sleep_where_the_environment_says_so(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    fixture_everything(x);
    x->f->deployment.schedules = false;
    fixture_plan(x->f);
    struct stack *stack = stack_of(x);
    plan_stack(x->f->plan, stack);
    json *schedule = resource_of(stack, "AWS::Scheduler::Schedule", "ScheduleLoad");
    assert_string_equal(json_text_of(json_get(schedule, "State")), "DISABLED");
    expect(json_get(json_get(schedule, "Target"), "RetryPolicy"),
           "{\"MaximumEventAgeInSeconds\":60,\"MaximumRetryAttempts\":1}");
    json *alarm = resource_of(stack, "AWS::CloudWatch::Alarm", "NotFreshOrders");
    expect(json_get(alarm, "ActionsEnabled"), "false");
    expect(json_get(alarm, "EvaluationPeriods"), "2");
    plan_stack_free(x->f->plan, stack);
    states_fixture_free(x);
}

/* ---- rights and promises --------------------------------------------------------------------- */

static void a_role_has_what_its_steps_need(void **state)
{
    (void)state;
    struct states_fixture *x = states_fixture_new();
    fixture_step(x, &x->main.steps, STEP_GLUE, "clean", "CleanOrders")->wait = WAIT_NO;
    struct needs needs = {.arena = &x->f->s.arena};
    needs_of_pipeline(&x->f->deployment, &x->main, &needs);
    size_t elsewhere = 0;
    for (size_t i = 0; i < needs.list.len; i++) {
        const char *action = needs.list.at[i].action;
        if (strncmp(action, "logs:", 5) != 0 && strncmp(action, "xray:", 5) != 0) {
            assert_string_equal(action, "glue:StartJobRun");
            assert_string_equal(needs.list.at[i].rest, "job/CleanOrders");
            elsewhere++;
        }
    }
    assert_int_equal(elsewhere, 1);
    states_fixture_free(x);
}

static void windows_of_freshness_fit_cloudwatch(void **state)
{
    (void)state;
    static const struct {
        int64_t promised, period, periods;
        enum watchable watchable;
    } rows[] = {
        {30, 0, 0, WATCH_TOO_SHORT},    {90, 120, 1, WATCH_YES},
        {3600, 3600, 1, WATCH_YES},     {86400, 86400, 1, WATCH_YES},
        {129600, 64800, 2, WATCH_YES},  {604800, 86400, 7, WATCH_YES},
        {604801, 0, 0, WATCH_TOO_LONG}, {86401, 3600, 25, WATCH_YES},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct states_fixture *x = states_fixture_new();
        struct watch_window window = {0};
        x->fresh.value = seconds_of("promised", rows[i].promised);
        assert_int_equal(watch_freshness(&x->f->output, &window), rows[i].watchable);
        assert_int_equal(window.period, rows[i].period);
        assert_int_equal(window.periods, rows[i].periods);
        states_fixture_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_machine_of_the_chapter),
        cmocka_unit_test(unknown_account_and_region_are_tokens),
        cmocka_unit_test(expressions_become_paths_and_intrinsics),
        cmocka_unit_test(a_list_with_an_expression_is_computed),
        cmocka_unit_test(loops_stay_in_a_branch),
        cmocka_unit_test(on_failure_is_caught_and_ends_in_failure),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(texts_of_the_mesh_are_never_substituted),
        cmocka_unit_test(schedules_sleep_where_the_environment_says_so),
        cmocka_unit_test(a_role_has_what_its_steps_need),
        cmocka_unit_test(windows_of_freshness_fit_cloudwatch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
