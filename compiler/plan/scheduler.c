/* scheduler.c - schedules of EventBridge Scheduler: runs of machines, and evaluations of rulesets
 * by themselves; with them the role that may start exactly those, and the role under which Glue
 * evaluates. */
#include "plan/states.h"

#include "model/names.h"
#include "plan/rights.h"
#include "plan/text.h"

#include <string.h>

/* Figure of EventBridge Scheduler: length of a schedule's name. */
enum { SCHEDULE_NAME_MAX = 64 };

/* One scheduler role a stack, made with the first schedule. */
static json *scheduler_role(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    const char *id = plan_made(plan, domain, "scheduler role");
    if (!id) {
        struct needs needs = {.arena = &plan->scratch};
        struct rights rights = {0};
        unsigned starts =
            (stack_has_data(stack->head) ? START_MACHINES : 0u) |
            (stack_has_catalog(plan->deployment, stack->head) ? START_EVALUATIONS : 0u);
        needs_of_scheduler(plan->deployment, domain, starts, &needs);
        rights_of_needs(plan, &needs, &rights);
        id = plan_role(plan, stack, domain->decl.at, "RoleForSchedules", NULL,
                       name_scheduler_role(&plan->scratch, plan->deployment, domain),
                       "scheduler.amazonaws.com", &rights);
        plan_keep(plan, domain, "scheduler role", id);
    }
    return plan_get(plan, id, "Arn");
}

static json *add_schedule(struct plan *plan, struct stack *stack, struct span at, const char *id,
                          const char *name, const char *expression)
{
    json *schedule = plan_resource(plan, stack, "AWS::Scheduler::Schedule", at, "Schedule", id);
    json_set_text(
        schedule, "Name",
        name_joined(&plan->scratch, plan->deployment, stack->domain, name, SCHEDULE_NAME_MAX));
    json_set_text(schedule, "ScheduleExpression", expression);
    json_set_text(json_set_object(schedule, "FlexibleTimeWindow"), "Mode", "OFF");
    json_set_text(schedule, "State", plan->deployment->schedules ? "ENABLED" : "DISABLED");
    return schedule;
}

const char *plan_compact(struct plan *plan, json *tree)
{
    struct buf text = {0};
    json_write_compact(&text, tree);
    const char *copy = arena_copy(&plan->scratch, text.at, text.len);
    buf_free(&text);
    return copy;
}

void plan_retry_policy(json *target, const struct trigger *trigger)
{
    if (!trigger->retries.text && !trigger->max_age.text) {
        return;
    }
    json *policy = json_set_object(target, "RetryPolicy");
    if (trigger->max_age.text) {
        json_set_int(policy, "MaximumEventAgeInSeconds", trigger->max_age.base);
    }
    if (trigger->retries.text) {
        json_set_int(policy, "MaximumRetryAttempts", trigger->retries.number);
    }
}

void plan_schedules(struct plan *plan, struct stack *stack, const struct pipeline *pipeline,
                    const char *machine_id)
{
    for (size_t i = 0; i < pipeline->triggers.len; i++) {
        const struct trigger *trigger = &pipeline->triggers.at[i];
        const char *name =
            i == 0 ? pipeline->decl.name : plan_format(plan, "%s-%zu", pipeline->decl.name, i + 1);
        json *role = scheduler_role(plan, stack);
        json *schedule = add_schedule(plan, stack, trigger->at, name, name, trigger->expression);
        if (trigger->timezone.value) {
            json_set_text(schedule, "ScheduleExpressionTimezone", trigger->timezone.value);
        }
        json *target = json_set_object(schedule, "Target");
        json_set(target, "Arn", plan_ref(plan, machine_id));
        json_set(target, "RoleArn", role);
        if (trigger->input) {
            json_set(target, "Input",
                     plan_literal(plan, plan_compact(plan, plan_data(plan, trigger->input))));
        }
        plan_retry_policy(target, trigger);
    }
}

/* The evaluation's own role: made when the domain evaluates anything, by a step or on schedule. */
static void quality_role(struct plan *plan, struct stack *stack)
{
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    needs_of_quality(plan->deployment, stack->domain, &needs);
    rights_of_needs(plan, &needs, &rights);
    plan_role(plan, stack, stack->domain->decl.at, "RoleForQuality", NULL,
              name_quality_role(&plan->scratch, plan->deployment, stack->domain),
              "glue.amazonaws.com", &rights);
}

static const char *evaluation_input(struct plan *plan, const struct output *output)
{
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    const char *role = name_quality_role(&plan->scratch, plan->deployment, output->domain);
    json *input = json_object(&plan->scratch);
    json *table = json_set_object(json_set_object(input, "DataSource"), "GlueTable");
    json_set_text(table, "DatabaseName", names->database);
    json_set_text(table, "TableName", names->table);
    json_set_text(input, "Role",
                  plan_arn_text(plan, "iam", ARN_ACCOUNT, plan_format(plan, "role/%s", role)));
    json_add_text(json_set_array(input, "RulesetNames"),
                  name_ruleset(&plan->scratch, plan->deployment, output));
    json_set_bool(json_set_object(input, "AdditionalRunOptions"), "CloudWatchMetricsEnabled", true);
    return plan_compact(plan, input);
}

static void add_evaluation(struct plan *plan, struct stack *stack, const struct output *output)
{
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    json *role = scheduler_role(plan, stack);
    json *schedule = add_schedule(
        plan, stack, output->quality_schedule.at,
        plan_format(plan, "quality.%s", plan_local(&output->decl, output->domain)),
        plan_format(plan, "-quality-%s", names->table), output->quality_schedule.value);
    json *target = json_set_object(schedule, "Target");
    json_set(target, "Arn",
             plan_arn(plan, "scheduler", 0, "aws-sdk:glue:startDataQualityRulesetEvaluationRun"));
    json_set(target, "RoleArn", role);
    json_set(target, "Input", plan_token_text(plan, evaluation_input(plan, output)));
}

void plan_quality_schedules(struct plan *plan, struct stack *stack)
{
    struct outputs outputs = {0};
    evaluated_outputs(&plan->scratch, stack->domain, &outputs);
    if (outputs.list.len == 0) {
        return;
    }
    quality_role(plan, stack);
    for (size_t i = 0; i < outputs.list.len; i++) {
        const struct output *output = outputs.list.at[i];
        if (output->quality_schedule.value && output->domain == stack->domain) {
            add_evaluation(plan, stack, output);
        }
    }
}
