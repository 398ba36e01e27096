/* dashboard.c - one CloudWatch dashboard a domain: runs and how long they take, whether promises
 * hold, rules of quality. The body is JSON inside a text; where region or account are unknown the
 * text is an Fn::Sub in which only our own tokens are substituted (plan_token_text). */
#include "plan/watch.h"

#include "check/limits.h"
#include "check/promises.h"
#include "model/names.h"
#include "plan/text.h"

/* Figures of CloudWatch: length of a dashboard's name, alarms in one widget; and how many lines a
 * person can tell apart in one graph. */
enum { DASHBOARD_NAME_MAX = 255, ALARMS_MAX = 100, LINES_MAX = 40 };

/* Widgets are placed one below the other on a grid of 24 columns. */
enum { GRID_WIDTH = 24, GRAPH_HEIGHT = 6 };

struct board {
    struct plan *plan;
    struct stack *stack;
    json *widgets;
    int64_t y;
    size_t room; /* for so many metrics; what finds none is reported by check/watch.c */
};

static bool takes(struct board *board, size_t metrics)
{
    bool fits = metrics <= board->room;
    board->room = fits ? board->room - metrics : 0;
    return fits;
}

static json *add_widget(struct board *board, const char *type, int64_t x, int64_t width,
                        const char *title)
{
    json *widget = json_add_object(board->widgets);
    json_set_text(widget, "type", type);
    json_set_int(widget, "x", x);
    json_set_int(widget, "y", board->y);
    json_set_int(widget, "width", width);
    json_set_int(widget, "height", GRAPH_HEIGHT);
    json *properties = json_set_object(widget, "properties");
    json_set_text(properties, "title", title);
    return properties;
}

static json *add_graph(struct board *board, int64_t x, const char *title, const char *statistic)
{
    const char *region = board->plan->deployment->region;
    json *properties = add_widget(board, "metric", x, GRID_WIDTH / 2, title);
    json_set_text(properties, "region", region ? region : "${AWS::Region}");
    json_set_text(properties, "stat", statistic);
    json_set_int(properties, "period", 300);
    return json_set_array(properties, "metrics");
}

static void add_run_line(struct board *board, json *metrics, const char *metric,
                         const struct pipeline *pipeline, const char *label)
{
    struct plan *plan = board->plan;
    const char *name = plan->deployment->machines[pipeline->decl.index];
    json *line = json_add_array(metrics);
    json_add_text(line, "AWS/States");
    json_add_text(line, metric);
    json_add_text(line, "StateMachineArn");
    json_add_text(line, plan_arn_text(plan, "states", ARN_REGION | ARN_ACCOUNT,
                                      plan_format(plan, "stateMachine:%s", name)));
    json_set_text(json_add_object(line), "label", label);
}

static void add_runs(struct board *board, const struct domain *domain)
{
    json *runs = NULL, *times = NULL;
    size_t lines = LINES_MAX;
    for (size_t i = 0; i < domain->pipelines.len; i++) {
        const struct pipeline *pipeline = domain->pipelines.at[i];
        if (!pipeline_is_made(pipeline) || !takes(board, METRICS_OF_PIPELINE)) {
            continue;
        }
        if (lines + 2 > LINES_MAX) {
            board->y += runs ? GRAPH_HEIGHT : 0;
            runs = add_graph(board, 0, "Runs", "Sum");
            times = add_graph(board, GRID_WIDTH / 2, "Duration of runs (ms)", "Maximum");
            lines = 0;
        }
        const char *name = pipeline->decl.name;
        add_run_line(board, runs, "ExecutionsSucceeded", pipeline,
                     plan_format(board->plan, "%s succeeded", name));
        add_run_line(board, runs, "ExecutionsFailed", pipeline,
                     plan_format(board->plan, "%s failed", name));
        add_run_line(board, times, "ExecutionTime", pipeline, name);
        lines += 2;
    }
    board->y += runs ? GRAPH_HEIGHT : 0;
}

static void add_quality_line(struct board *board, json *metrics, const struct output *output,
                             const char *metric, const char *label)
{
    struct plan *plan = board->plan;
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    const char *const words[] = {
        QUALITY_NAMESPACE, metric,
        "CatalogId",       plan_account_text(plan->account),
        "Database",        names->database,
        "Ruleset",         name_ruleset(&plan->scratch, plan->deployment, output),
        "Table",           names->table};
    json *line = json_add_array(metrics);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        json_add_text(line, words[i]);
    }
    json_set_text(json_add_object(line), "label", label);
}

static void add_quality(struct board *board, const struct domain *domain)
{
    json *failed = NULL, *passed = NULL;
    size_t lines = LINES_MAX;
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            const struct output *output = product->outputs.at[k];
            if (!watch_quality(board->plan, output) || !takes(board, METRICS_OF_QUALITY)) {
                continue;
            }
            if (lines == LINES_MAX) {
                board->y += failed ? GRAPH_HEIGHT : 0;
                failed = add_graph(board, 0, "Quality rules that do not hold", "Sum");
                passed = add_graph(board, GRID_WIDTH / 2, "Quality rules that hold", "Sum");
                lines = 0;
            }
            add_quality_line(board, failed, output, QUALITY_FAILED, output->decl.path);
            add_quality_line(board, passed, output, QUALITY_PASSED, output->decl.path);
            lines++;
        }
    }
    board->y += failed ? GRAPH_HEIGHT : 0;
}

static void add_freshness(struct board *board, const struct domain *domain)
{
    struct plan *plan = board->plan;
    json *alarms = NULL;
    size_t count = ALARMS_MAX;
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            const struct output *output = product->outputs.at[k];
            struct watch_window window;
            if (!output_is_made(output) || watch_freshness(output, &window) != WATCH_YES) {
                continue;
            }
            if (count == ALARMS_MAX) {
                board->y += alarms ? GRAPH_HEIGHT : 0;
                json *properties = add_widget(board, "alarm", 0, GRID_WIDTH, "Freshness");
                alarms = json_set_array(properties, "alarms");
                count = 0;
            }
            const char *name = watch_alarm_name(plan, domain, &output->decl, "not-fresh");
            json_add_text(alarms, plan_arn_text(plan, "cloudwatch", ARN_REGION | ARN_ACCOUNT,
                                                plan_format(plan, "alarm:%s", name)));
            count++;
        }
    }
    board->y += alarms ? GRAPH_HEIGHT : 0;
}

void plan_dashboard(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    json *body = json_object(&plan->scratch);
    struct board board = {.plan = plan, .stack = stack};
    board.room = (size_t)limit_info(LIMIT_DASHBOARD_METRICS)->figure;
    board.widgets = json_set_array(body, "widgets");
    add_runs(&board, domain);
    add_freshness(&board, domain);
    add_quality(&board, domain);
    if (json_count(board.widgets) > 0) {
        struct buf text = {0};
        json_write_compact(&text, body);
        json *dashboard = plan_resource(plan, stack, "AWS::CloudWatch::Dashboard", domain->decl.at,
                                        "Dashboard", NULL);
        json_set_text(
            dashboard, "DashboardName",
            name_joined(&plan->scratch, plan->deployment, domain, NULL, DASHBOARD_NAME_MAX));
        json_set(dashboard, "DashboardBody",
                 plan_token_text(plan, arena_copy(&plan->scratch, text.at, text.len)));
        buf_free(&text);
    }
}
