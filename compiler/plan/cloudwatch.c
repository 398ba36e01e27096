/* cloudwatch.c - alarms that follow from promises: a run failed, a product is not as fresh as
 * promised, a rule of quality does not hold. What CloudWatch cannot watch is reported by
 * check/pipelines.c and not made up here. */
#include "plan/watch.h"

#include "check/promises.h"
#include "check/rulesets.h"
#include "model/names.h"
#include "plan/text.h"

/* Figure of CloudWatch: length of an alarm's name. Runs and rules are looked at every five minutes.
 */
enum { ALARM_NAME_MAX = 255, LOOK_SECONDS = 300 };

const char *watch_alarm_name(struct plan *plan, const struct domain *domain,
                             const struct decl *thing, const char *kind)
{
    const char *what = plan_format(plan, "%s-%s", plan_local(thing, domain), kind);
    return name_joined(&plan->scratch, plan->deployment, domain, what, ALARM_NAME_MAX);
}

bool watch_quality(struct plan *plan, const struct output *output)
{
    return table_is_made(output) && has_ruleset(output) &&
           account_of_catalog(plan->deployment, output->domain) == plan->account;
}

/* The dimension of a machine: a Ref in its own stack, else its ARN by name. */
static json *machine_arn(struct plan *plan, const struct pipeline *pipeline)
{
    const char *id = plan_made(plan, pipeline, "machine");
    if (id) {
        return plan_ref(plan, id);
    }
    return plan_arn_in(
        plan, account_of_domain(plan->deployment, pipeline->domain), "states",
        ARN_REGION | ARN_ACCOUNT,
        plan_format(plan, "stateMachine:%s", plan->deployment->machines[pipeline->decl.index]));
}

static void add_dimension(json *dimensions, const char *name, json *value)
{
    json *dimension = json_add_object(dimensions);
    json_set_text(dimension, "Name", name);
    json_set(dimension, "Value", value);
}

/* A metric of a machine as an item of Metrics, summed over a period and not shown itself. */
static void add_runs(struct plan *plan, json *metrics, const char *id, const char *metric,
                     const struct pipeline *pipeline, int64_t period)
{
    json *query = json_add_object(metrics);
    json_set_text(query, "Id", id);
    json_set_bool(query, "ReturnData", false);
    json *stat = json_set_object(query, "MetricStat");
    json_set_int(stat, "Period", period);
    json_set_text(stat, "Stat", "Sum");
    json *what = json_set_object(stat, "Metric");
    json_set_text(what, "Namespace", "AWS/States");
    json_set_text(what, "MetricName", metric);
    add_dimension(json_set_array(what, "Dimensions"), "StateMachineArn",
                  machine_arn(plan, pipeline));
}

/* SUM over all metrics above takes those that have data: one that was never published does not hide
 * the others. */
static void add_sum(json *metrics, const char *label)
{
    json *query = json_add_object(metrics);
    json_set_text(query, "Id", "total");
    json_set_text(query, "Expression", "SUM(METRICS())");
    json_set_text(query, "Label", label);
    json_set_bool(query, "ReturnData", true);
}

static json *add_alarm(struct plan *plan, struct stack *stack, struct span at, const char *prefix,
                       const char *thing, const char *name, const char *description)
{
    json *alarm = plan_resource(plan, stack, "AWS::CloudWatch::Alarm", at, prefix, thing);
    json_set_text(alarm, "AlarmName", name);
    json_set_text(alarm, "AlarmDescription", description);
    return alarm;
}

static void set_actions(struct plan *plan, struct stack *stack, json *alarm,
                        const struct pipeline *pipeline, bool also_when_well)
{
    json_add(json_set_array(alarm, "AlarmActions"),
             plan_alert_topic(plan, stack, stack->domain, pipeline));
    if (also_when_well) {
        json_add(json_set_array(alarm, "OKActions"),
                 plan_alert_topic(plan, stack, stack->domain, pipeline));
    }
}

static void set_test(json *alarm, const char *comparison, int64_t threshold, int64_t periods,
                     const char *missing)
{
    json_set_text(alarm, "ComparisonOperator", comparison);
    json_set_int(alarm, "Threshold", threshold);
    json_set_int(alarm, "EvaluationPeriods", periods);
    json_set_int(alarm, "DatapointsToAlarm", periods);
    json_set_text(alarm, "TreatMissingData", missing);
}

/* ---- a run failed ---------------------------------------------------------------------------- */

static void run_failed(struct plan *plan, struct stack *stack, const struct pipeline *pipeline)
{
    static const struct {
        const char *id, *metric;
    } ends[] = {{"failed", "ExecutionsFailed"},
                {"timedout", "ExecutionsTimedOut"},
                {"aborted", "ExecutionsAborted"}};
    const char *name = watch_alarm_name(plan, stack->domain, &pipeline->decl, "run-failed");
    json *alarm =
        add_alarm(plan, stack, pipeline->decl.at, "RunFailed", pipeline->decl.name, name,
                  plan_format(plan, "A run of the pipeline %s failed, timed out or was aborted.",
                              pipeline->decl.path));
    json *metrics = json_set_array(alarm, "Metrics");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        add_runs(plan, metrics, ends[i].id, ends[i].metric, pipeline, LOOK_SECONDS);
    }
    add_sum(metrics, "runs without success");
    set_test(alarm, "GreaterThanThreshold", 0, 1, "notBreaching");
    set_actions(plan, stack, alarm, pipeline, false);
}

/* ---- a product is not fresh ------------------------------------------------------------------ */

/* No run of a producing pipeline succeeded in the whole of the promised time. Where schedules are
 * off nobody refreshes anything, so the alarm tells nobody. */
static void freshness_missed(struct plan *plan, struct stack *stack, const struct output *output,
                             const struct watch_window *window)
{
    const struct amount *promise = &output->promises[PROMISE_FRESHNESS]->value;
    const char *name = watch_alarm_name(plan, stack->domain, &output->decl, "not-fresh");
    json *alarm = add_alarm(plan, stack, promise->at, "NotFresh",
                            plan_local(&output->decl, stack->domain), name,
                            plan_format(plan, "%s was not refreshed within the promised %s.",
                                        output->decl.path, promise->text));
    if (!plan->deployment->schedules) {
        json_set_bool(alarm, "ActionsEnabled", false);
    }
    json *metrics = json_set_array(alarm, "Metrics");
    for (size_t i = 0; i < output->producers.len; i++) {
        add_runs(plan, metrics, plan_format(plan, "runs%zu", i + 1), "ExecutionsSucceeded",
                 output->producers.at[i], window->period);
    }
    add_sum(metrics, "successful runs");
    set_test(alarm, "LessThanThreshold", 1, window->periods, "breaching");
    set_actions(plan, stack, alarm, output->producers.at[0], true);
}

/* ---- a rule of quality does not hold --------------------------------------------------------- */

/* Namespace, metric and dimensions are those of evaluations in the Data Catalog; they are published
 * by every evaluation that has CloudWatchMetricsEnabled, whoever starts it. */
static void quality_failed(struct plan *plan, struct stack *stack, const struct output *output)
{
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    const char *name = watch_alarm_name(plan, stack->domain, &output->decl, "quality-failed");
    json *alarm = add_alarm(
        plan, stack, output->decl.at, "QualityFailed", plan_local(&output->decl, stack->domain),
        name, plan_format(plan, "A data quality rule of %s does not hold.", output->decl.path));
    json_set_text(alarm, "Namespace", QUALITY_NAMESPACE);
    json_set_text(alarm, "MetricName", QUALITY_FAILED);
    json *dimensions = json_set_array(alarm, "Dimensions");
    add_dimension(dimensions, "CatalogId", plan_account(plan));
    add_dimension(dimensions, "Database", json_text(&plan->scratch, names->database));
    add_dimension(
        dimensions, "Ruleset",
        json_text(&plan->scratch, name_ruleset(&plan->scratch, plan->deployment, output)));
    add_dimension(dimensions, "Table", json_text(&plan->scratch, names->table));
    json_set_text(alarm, "Statistic", "Sum");
    json_set_int(alarm, "Period", LOOK_SECONDS);
    set_test(alarm, "GreaterThanThreshold", 0, 1, "notBreaching");
    set_actions(plan, stack, alarm, output->producers.len ? output->producers.at[0] : NULL, false);
}

/* ---- a domain -------------------------------------------------------------------------------- */

static void watch_output(struct plan *plan, struct stack *stack, const struct output *output)
{
    struct watch_window window;
    if (!output_is_made(output)) {
        return;
    }
    if (stack_has_watch(plan->deployment, stack->head, output->product) &&
        watch_freshness(output, &window) == WATCH_YES) {
        freshness_missed(plan, stack, output, &window);
    }
    if (stack_has_tables(plan->deployment, stack->head, output->product) &&
        watch_quality(plan, output)) {
        quality_failed(plan, stack, output);
    }
}

void plan_cloudwatch(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    if (!domain) {
        return;
    }
    for (size_t i = 0; stack_has_data(stack->head) && i < domain->pipelines.len; i++) {
        if (pipeline_is_made(domain->pipelines.at[i])) {
            run_failed(plan, stack, domain->pipelines.at[i]);
        }
    }
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            watch_output(plan, stack, product->outputs.at[k]);
        }
    }
    if (stack_has_data(stack->head)) {
        plan_dashboard(plan, stack);
    }
}
