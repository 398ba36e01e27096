/* states_fixture.h - the small mesh of plan_fixture.h with a pipeline that has a step of every
 * kind, a pipeline that it runs, and a guardrail. */
#ifndef MESH_TESTS_STATES_FIXTURE_H
#define MESH_TESTS_STATES_FIXTURE_H

#include <stdlib.h>

#include "plan_fixture.h"

enum { FIXTURE_STEPS = 24 };

struct states_fixture {
    struct fixture *f;
    struct pipeline main, other;
    const char *machines[2];
    struct channel channel;
    struct guardrail guardrail;
    struct promised fresh;
    struct rule rule;
    struct data number;
    struct step steps[FIXTURE_STEPS];
    size_t count;
};

static inline struct amount seconds_of(const char *text, int64_t seconds)
{
    return (struct amount){.text = text, .number = seconds, .base = seconds};
}

/* A new step at the end of the list. */
/* The pipeline in whose lists the step stands. */
static inline struct pipeline *list_owner(struct states_fixture *x, const struct step *step)
{
    const struct step *const others[] = {x->other.steps, x->other.on_failure};
    for (size_t i = 0; i < 2; i++) {
        for (const struct step *s = others[i]; s; s = s->next) {
            if (s == step) {
                return &x->other;
            }
        }
    }
    return &x->main;
}

static inline struct step *fixture_step(struct states_fixture *x, struct step **list,
                                        enum step_kind kind, const char *name, const char *target)
{
    struct step *step = &x->steps[x->count++];
    step->kind = kind;
    step->name = name;
    step->target.value = target;
    while (*list) {
        list = &(*list)->next;
    }
    *list = step;
    struct pipeline *pipeline = list_owner(x, step);
    vec_push(&x->f->s.arena, &pipeline->all_steps, step);
    return step;
}

static inline struct data *data_text(struct states_fixture *x, const char *key, const char *text)
{
    struct data *data = arena_new(&x->f->s.arena, struct data);
    *data = (struct data){.kind = DATA_TEXT, .key = key, .text = text};
    return data;
}

static inline struct data *data_expression(struct states_fixture *x, const char *key,
                                           enum expression_root root, const char *text,
                                           struct data *first)
{
    struct data *data = data_text(x, key, text);
    data->kind = DATA_EXPRESSION;
    data->root = root;
    data->first = first;
    return data;
}

static inline struct data *data_group(struct states_fixture *x, enum data_kind kind,
                                      const char *key, struct data *first)
{
    struct data *data = data_text(x, key, NULL);
    data->kind = kind;
    data->first = first;
    return data;
}

static inline struct states_fixture *states_fixture_new(void)
{
    struct states_fixture *x = calloc(1, sizeof *x);
    struct fixture *f = x->f = fixture_new();
    x->main.decl = (struct decl){.name = "load", .path = "sales.load", .doc = "Loads orders."};
    x->other.decl = (struct decl){.name = "export", .path = "sales.export", .index = 1};
    x->main.domain = x->other.domain = &f->sales;
    x->channel.decl = (struct decl){.name = "alerts", .path = "sales.alerts"};
    x->channel.domain = &f->sales;
    x->guardrail.decl = (struct decl){.name = "versioned", .path = "versioned"};
    x->guardrail.managed.value = "S3_BUCKET_VERSIONING_ENABLED";
    x->fresh.value = seconds_of("36h", 36 * 3600);
    f->output.promises[PROMISE_FRESHNESS] = &x->fresh;
    x->rule.kind = RULE_COMPLETE;
    vec_push(&f->s.arena, &x->rule.columns, &f->columns[COLUMN_ID]);
    f->output.rules = &x->rule;
    vec_push(&f->s.arena, &f->mesh.pipelines, &x->main);
    vec_push(&f->s.arena, &f->mesh.pipelines, &x->other);
    vec_push(&f->s.arena, &f->sales.pipelines, &x->main);
    vec_push(&f->s.arena, &f->sales.pipelines, &x->other);
    vec_push(&f->s.arena, &f->mesh.channels, &x->channel);
    vec_push(&f->s.arena, &f->mesh.guardrails, &x->guardrail);
    vec_push(&f->s.arena, &f->output.producers, &x->main);
    vec_push(&f->s.arena, &x->main.produces, &f->output);
    x->machines[0] = "load";
    x->machines[1] = "export";
    f->deployment.machines = x->machines;
    f->deployment.schedules = true;
    fixture_step(x, &x->other.steps, STEP_LAMBDA, "send", "SendOrders");
    return x;
}

static inline void fixture_known(struct states_fixture *x)
{
    x->f->home.id = "123456789012";
    x->f->deployment.region = "us-east-1";
    x->f->deployment.partition = "aws";
}

/* Every kind of step, retries, results, arguments, schedules. */
static inline void fixture_everything(struct states_fixture *x)
{
    struct step **list = &x->main.steps;
    struct arena *arena = &x->f->s.arena;
    struct step *step = fixture_step(x, list, STEP_LAMBDA, "Extract orders", "ExtractOrders");
    step->result = RESULT_PATH;
    step->result_path = "extracted";
    step->timeout = seconds_of("5m", 300);
    step->heartbeat = seconds_of("30s", 30);
    struct data *day = data_expression(x, "day", ROOT_INPUT, "run.day", NULL);
    struct data *template = data_text(x, NULL, "it's {} of {x}");
    template->next = data_expression(x, NULL, ROOT_CONTEXT, "Execution.Name", NULL);
    struct data *note = data_expression(x, "note", ROOT_CALL, "format", template);
    struct data *first = data_expression(x, NULL, ROOT_INPUT, "run.day", NULL);
    first->next = data_text(x, NULL, "plain");
    struct data *list_value = data_group(x, DATA_LIST, "files", first);
    day->next = note;
    note->next = list_value;
    step->arguments = data_group(x, DATA_MAP, NULL, day);
    step->retries = arena_new(arena, struct retry);
    vec_push(arena, &step->retries->errors, "Lambda.ServiceException");
    step->retries->attempts = seconds_of("4", 4);
    step->retries->interval = seconds_of("2s", 2);
    step->retries->backoff = "2.5";
    step->retries->max_delay = seconds_of("60s", 60);
    step->retries->jitter = JITTER_FULL;
    step = fixture_step(x, list, STEP_LAMBDA, "ask",
                        "arn:aws:lambda:eu-west-1:210987654321:function:Ask");
    step->wait = WAIT_TOKEN;
    step->result = RESULT_DISCARD;
    step->arguments = data_group(x, DATA_MAP, NULL,
                                 data_expression(x, "token", ROOT_CONTEXT, "Task.Token", NULL));
    fixture_step(x, list, STEP_LAMBDA, "tell", "Tell")->wait = WAIT_NO;
    step = fixture_step(x, list, STEP_GLUE, "clean", "CleanOrders");
    step->arguments =
        data_group(x, DATA_MAP, NULL, data_expression(x, "--day", ROOT_INPUT, "day", NULL));
    step->result = RESULT_PATH;
    step->result_path = "job";
    fixture_step(x, list, STEP_ATHENA, "insert", "INSERT INTO t SELECT 1");
    fixture_step(x, list, STEP_CRAWL, "crawl", NULL)->output = &x->f->output;
    step = fixture_step(x, list, STEP_CHECK, "check", NULL);
    step->output = &x->f->output;
    step->result = RESULT_PATH;
    step->result_path = "quality";
    fixture_step(x, list, STEP_RUN, "export", NULL)->run = &x->other;
    fixture_step(x, list, STEP_WAIT, "rest", NULL)->seconds = seconds_of("30s", 30);
    fixture_step(x, list, STEP_WAIT, "night", NULL)->until.value = "2027-01-31T00:00:00Z";
    fixture_step(x, list, STEP_WAIT, "free", NULL)->wait_input =
        data_expression(x, NULL, ROOT_INPUT, "seconds", NULL);
    fixture_step(x, list, STEP_NOTIFY, "say", "orders are in")->channel = &x->channel;
    fixture_step(x, &x->main.on_failure, STEP_NOTIFY, "alert", "orders failed")->channel =
        &x->channel;
    x->f->output.crawl.given = true;
    x->f->output.quality_schedule.value = "rate(1 day)";
    x->main.overlap_skip = true;
    x->main.timeout = seconds_of("2h", 7200);
    struct trigger trigger = {.expression = "cron(0 2 ? * MON *)", .period = 0};
    trigger.timezone.value = "Europe/Zurich";
    trigger.input = data_group(x, DATA_MAP, NULL, data_text(x, "day", "mon ${AWS::Region}"));
    trigger.retries = seconds_of("1", 1);
    trigger.max_age = seconds_of("60s", 60);
    vec_push(arena, &x->main.triggers, trigger);
}

static inline void states_fixture_free(struct states_fixture *x)
{
    fixture_free(x->f);
    free(x);
}

#endif
