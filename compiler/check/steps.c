/* steps.c - rules over each step by itself: its name, its figures, what it names, what an express
 * machine cannot do. Where a run goes is judged by flow.c. */
#include "check/steps.h"

#include "base/map.h"
#include "check/access/rights.h"
#include "check/integrations.h"
#include "check/limits.h"
#include "check/pipelines.h"

#include <stdlib.h>
#include <string.h>

static int64_t figure(enum limit limit)
{
    return limit_info(limit)->figure;
}

size_t text_characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++) {
        n += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return n;
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            return true;
        }
    }
    return false;
}

/* ---- names ----------------------------------------------------------------------------------- */

static void step_name(struct session *s, const struct step *step, struct map *seen)
{
    size_t length = text_characters(step->name);
    if (length == 0 || length > (size_t)figure(LIMIT_STATE_NAME)) {
        diag(s, D_STEP_NAME_LENGTH, step->at,
             "the name of this step has %zu characters, 1 to %lld fit", length,
             (long long)figure(LIMIT_STATE_NAME));
    } else if (has_control(step->name)) {
        diag(s, D_STEP_NAME_CHARACTERS, step->at,
             "the name of this step holds a control character");
    }
    atom name = atom_of(&s->atoms, step->name);
    const struct step *other = map_get(seen, name, NULL);
    if (other) {
        struct diag *d = diag(s, D_STEP_NAME_TWICE, step->at,
                              "step '%s' stands twice in this pipeline", step->name);
        diag_place(s, d, other->at, "the first one");
    } else {
        map_put(seen, name, NULL, (void *)(uintptr_t)step);
    }
}

/* ---- figures --------------------------------------------------------------------------------- */

void check_seconds(struct session *s, const struct amount *amount, const char *what)
{
    int64_t most = figure(LIMIT_STATE_SECONDS);
    if (amount->text && (amount->base < 1 || amount->base > most)) {
        diag(s, D_STEP_SECONDS, amount->at, "%s is %lld seconds, Step Functions takes 1 to %lld",
             what, (long long)amount->base, (long long)most);
    }
}

static void times(struct session *s, const struct step *step)
{
    check_seconds(s, &step->timeout, "the timeout");
    check_seconds(s, &step->heartbeat, "the heartbeat");
    check_seconds(s, &step->seconds, "the wait");
    check_seconds(s, &step->every, "the interval");
    check_seconds(s, &step->give_up, "the time to give up");
    if (step->heartbeat.text && step->timeout.text && step->heartbeat.base >= step->timeout.base) {
        struct diag *d =
            diag(s, D_HEARTBEAT_NOT_BELOW_TIMEOUT, step->heartbeat.at,
                 "a heartbeat of %s is not shorter than the timeout", step->heartbeat.text);
        diag_place(s, d, step->timeout.at, "the timeout is %s", step->timeout.text);
    }
    if (step->every.text && step->give_up.text && step->every.base > step->give_up.base) {
        struct diag *d = diag(s, D_POLL_BOUNDS, step->every.at,
                              "this step gives up before it looks for the first time");
        diag_place(s, d, step->give_up.at, "gives up after %s", step->give_up.text);
    }
}

static bool is_day(const char *t)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    for (size_t i = 0; form[i]; i++) {
        bool digit = t[i] >= '0' && t[i] <= '9';
        if (form[i] == 'd' ? !digit : t[i] != form[i]) {
            return false;
        }
    }
    int month = atoi(t + 5), day = atoi(t + 8), hour = atoi(t + 11), minute = atoi(t + 14);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 &&
           atoi(t + 17) <= 60;
}

/* RFC 3339 with capital T and Z, or an offset: what Wait states take. */
static bool is_timestamp(const char *text)
{
    if (strlen(text) < 20 || !is_day(text)) {
        return false;
    }
    const char *rest = text + 19;
    if (*rest == '.') {
        size_t digits = strspn(rest + 1, "0123456789");
        rest += digits ? digits + 1 : 0;
    }
    if (strcmp(rest, "Z") == 0) {
        return true;
    }
    return (*rest == '+' || *rest == '-') && strlen(rest) == 6 && rest[3] == ':' &&
           strspn(rest + 1, "0123456789") == 2 && strspn(rest + 4, "0123456789") == 2;
}

static void moment(struct session *s, const struct step *step)
{
    if (step->until.value && !is_timestamp(step->until.value)) {
        struct diag *d = diag(s, D_STEP_MOMENT, step->until.at,
                              "'%s' is no moment that a step can wait for", step->until.value);
        diag_help(s, d, "write it like \"2027-01-31T00:00:00Z\"");
    }
}

static void retry_figures(struct session *s, const struct retry *retry)
{
    if (retry->attempts.text &&
        (retry->attempts.number < 0 || retry->attempts.number > figure(LIMIT_RETRY_ATTEMPTS))) {
        diag(s, D_RETRY_FIGURE, retry->attempts.at, "%s attempts, Step Functions takes 0 to %lld",
             retry->attempts.text, (long long)figure(LIMIT_RETRY_ATTEMPTS));
    }
    check_seconds(s, &retry->interval, "the interval");
    if (retry->backoff && strtod(retry->backoff, NULL) < 1.0) {
        diag(s, D_RETRY_FIGURE, retry->at,
             "a backoff of %s would shorten the interval, at least 1.0 fits", retry->backoff);
    }
    if (!retry->max_delay.text) {
        return;
    }
    int64_t interval = retry->interval.text ? retry->interval.base : 1;
    if (retry->max_delay.base <= interval) {
        diag(s, D_RETRY_FIGURE, retry->max_delay.at,
             "the longest delay must be above the interval of %lld s", (long long)interval);
    } else if (retry->max_delay.base >= figure(LIMIT_RETRY_DELAY)) {
        diag(s, D_RETRY_FIGURE, retry->max_delay.at,
             "a delay of %s, Step Functions takes less than %lld s", retry->max_delay.text,
             (long long)figure(LIMIT_RETRY_DELAY));
    }
}

static void retries(struct session *s, const struct step *step)
{
    for (const struct retry *retry = step->retries; retry; retry = retry->next) {
        bool all = retry->errors.len == 0;
        retry_figures(s, retry);
        for (size_t i = 0; i < retry->errors.len; i++) {
            all = all || strcmp(retry->errors.at[i], "States.ALL") == 0;
        }
        if (all && retry->errors.len > 1) {
            diag(s, D_RETRY_ALL_ERRORS, retry->at,
                 "States.ALL stands alone: it has every other error in it");
        } else if (all && retry->next) {
            struct diag *d =
                diag(s, D_RETRY_ALL_ERRORS, retry->next->at, "this retry is never reached");
            diag_place(s, d, retry->at, "the one before takes every error");
        }
    }
}

/* ---- what a step names ----------------------------------------------------------------------- */

bool text_only(const char *text, size_t length, const char *more)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && !strchr(more, c)) {
            return false;
        }
    }
    return length > 0;
}

/* name or name:qualifier, as Lambda takes them. */
static bool is_function_name(const char *name)
{
    size_t length = strcspn(name, ":");
    const char *qualifier = name[length] ? name + length + 1 : NULL;
    return length <= (size_t)figure(LIMIT_FUNCTION_NAME) && text_only(name, length, "-_") &&
           (!qualifier ||
            (strlen(qualifier) <= 128 && text_only(qualifier, strlen(qualifier), "-_$")));
}

/* What stands after arn:PARTITION:SERVICE:REGION:ACCOUNT: if the ARN is of that service and whole,
 * else NULL. */
static const char *arn_rest(const char *arn, const char *service)
{
    const char *part = arn;
    for (int i = 0; i < 5; i++) {
        const char *end = strchr(part, ':');
        if (!end || end == part) {
            return NULL;
        }
        size_t length = (size_t)(end - part);
        if ((i == 1 && strncmp(part, "aws", 3) != 0) ||
            (i == 2 && (length != strlen(service) || strncmp(part, service, length) != 0)) ||
            (i == 4 && (length != 12 || strspn(part, "0123456789") != 12))) {
            return NULL;
        }
        part = end + 1;
    }
    return part;
}

static void function(struct session *s, const struct step *step)
{
    const char *name = step->target.value;
    if (step->function) {
        return; /* judged where it is declared */
    }
    bool arn = name && is_arn(name);
    const char *rest = arn ? arn_rest(name, "lambda") : NULL;
    bool fine = arn ? rest && strncmp(rest, "function:", 9) == 0 && is_function_name(rest + 9)
                    : name && is_function_name(name);
    if (!fine) {
        struct diag *d = diag(s, D_FUNCTION_NAME, step->target.at, "'%s' names no Lambda function",
                              name ? name : "");
        diag_help(
            s, d,
            "a name has 1 to %lld letters, digits, hyphens and underscores, and may be followed "
            "by :alias; or write the whole ARN",
            (long long)figure(LIMIT_FUNCTION_NAME));
    }
}

static void job(struct session *s, const struct step *step)
{
    const char *name = step->target.value;
    bool arn = name && is_arn(name);
    const char *rest = arn ? arn_rest(name, "glue") : NULL;
    bool fine = arn ? rest && strncmp(rest, "job/", 4) == 0 && rest[4]
                    : name && name[0] && text_characters(name) <= (size_t)figure(LIMIT_GLUE_NAME) &&
                          !has_control(name);
    if (!fine) {
        diag(s, D_JOB_NAME, step->target.at, "'%s' names no Glue job", name ? name : "");
    }
}

/* Question marks outside of quotes: the places of a query for its arguments. */
static size_t question_marks(const char *query)
{
    size_t count = 0;
    char quote = 0;
    for (const char *c = query; *c; c++) {
        if (quote) {
            quote = *c == quote ? 0 : quote;
        } else if (*c == '\'' || *c == '"') {
            quote = *c;
        } else {
            count += *c == '?';
        }
    }
    return count;
}

static void query_arguments(struct session *s, const struct step *step)
{
    size_t places = question_marks(step->target.value), count = 0;
    for (const struct data *item = step->arguments->first; item; item = item->next) {
        size_t length = item->kind == DATA_TEXT ? text_characters(item->text) : 1;
        if (length == 0 || length > (size_t)figure(LIMIT_QUERY_ARGUMENT)) {
            diag(s, D_QUERY_ARGUMENTS, item->at,
                 "this argument has %zu characters, Athena takes 1 to %lld", length,
                 (long long)figure(LIMIT_QUERY_ARGUMENT));
        }
        count++;
    }
    if (count != places) {
        struct diag *d =
            diag(s, D_QUERY_ARGUMENTS, step->at, "this query has %zu places for %zu argument%s",
                 places, count, count == 1 ? "" : "s");
        diag_place(s, d, step->target.at, "the query");
        diag_help(s, d, "write a question mark where each value stands, without quotes around it");
    }
}

static void query(struct session *s, const struct step *step)
{
    size_t length = step->target.value ? strlen(step->target.value) : 0;
    if (length == 0 || length > (size_t)figure(LIMIT_QUERY_BYTES)) {
        diag(s, D_QUERY_LENGTH, step->target.at, "this query has %zu bytes, Athena takes 1 to %lld",
             length, (long long)figure(LIMIT_QUERY_BYTES));
    } else if (step->arguments) {
        query_arguments(s, step);
    }
}

static void batch(struct session *s, const struct step *step)
{
    const char *name = step->target.value;
    const char *arn = name && is_arn(name) ? arn_rest(name, "batch") : NULL;
    size_t length = name ? strcspn(name, ":") : 0;
    bool fine =
        name && is_arn(name)
            ? arn && strncmp(arn, "job-definition/", 15) == 0
            : name && length <= (size_t)figure(LIMIT_BATCH_NAME) && text_only(name, length, "-_") &&
                  (!name[length] || text_only(name + length + 1, strlen(name) - length - 1, ""));
    if (!fine) {
        struct diag *d = diag(s, D_BATCH_NAME, step->target.at, "'%s' names no job definition",
                              name ? name : "");
        diag_help(s, d,
                  "a name has 1 to %lld letters, digits, hyphens and underscores, and may be "
                  "followed by :revision; or write the whole ARN",
                  (long long)figure(LIMIT_BATCH_NAME));
    }
    if (!step->queue.value) {
        struct diag *d = diag(s, D_BATCH_QUEUE, step->at, "step '%s' names no queue", step->name);
        diag_help(s, d, "say where the job goes: `queue: NAME`");
    } else if (is_arn(step->queue.value)
                   ? !arn_rest(step->queue.value, "batch")
                   : !text_only(step->queue.value, strlen(step->queue.value), "-_")) {
        diag(s, D_BATCH_QUEUE, step->queue.at, "'%s' names no job queue", step->queue.value);
    }
}

/* An application's id has lower-case letters and digits (EMR Serverless API: ApplicationId). */
static void application(struct session *s, const struct step *step)
{
    const char *id = step->target.value;
    if (!step->target_input && !(id && text_only(id, strlen(id), ""))) {
        struct diag *d = diag(s, D_EMR_APPLICATION, step->target.at,
                              "'%s' is no id of an application", id ? id : "");
        diag_help(s, d,
                  "write the id of the EMR Serverless application, or `emr input.application`");
    }
}

static void crawler(struct session *s, const struct step *step)
{
    if (step->output && !step->output->crawl.given) {
        struct diag *d = diag(s, D_CRAWL_WITHOUT_CRAWLER, step->at, "'%s' has no crawler to run",
                              step->output->decl.path);
        diag_place(s, d, step->output->decl.at, "declared here without crawl");
        diag_help(s, d, "add `crawl { }` to the product");
    }
}

/* What is retired is not worked on, and of what is only proposed nothing is there to work on. */
static void standing(struct session *s, const struct step *step)
{
    const struct output *output = step->output;
    if (output && (output->status == STATUS_RETIRED || output->status == STATUS_PROPOSED)) {
        struct diag *d =
            diag(s, D_PIPELINE_ON_RETIRED, step->at, "'%s' is %s", output->decl.path,
                 output->status == STATUS_RETIRED ? "retired" : "only proposed, so it is not made");
        diag_place(s, d, output->decl.at, "declared here");
    }
}

static void rules(struct session *s, const struct step *step)
{
    if (step->output && !step->output->rules) {
        struct diag *d = diag(s, D_CHECK_WITHOUT_RULES, step->at,
                              "'%s' has no rules of quality to check", step->output->decl.path);
        diag_place(s, d, step->output->decl.at, "declared here");
        diag_help(s, d,
                  "add `quality { expect ... }` to the product, or constraints to its schema");
    }
}

/* A warning is a label of the rule in Glue; the step looks at what holds and what does not. */
static void severities(struct session *s, const struct step *step)
{
    for (const struct rule *rule = step->output ? step->output->rules : NULL; rule;
         rule = rule->next) {
        if (rule->severity.value && strcmp(rule->severity.value, "warning") == 0) {
            struct diag *d = diag(
                s, D_WARNING_FAILS_CHECK, step->at,
                "step '%s' also fails when a rule of severity warning does not hold", step->name);
            diag_place(s, d, rule->at, "such a rule");
            return;
        }
    }
}

static bool mentions_token(const struct data *data)
{
    for (; data; data = data->next) {
        if ((data->kind == DATA_EXPRESSION && data->root == ROOT_CONTEXT &&
             strcmp(data->text, "Task.Token") == 0) ||
            mentions_token(data->first)) {
            return true;
        }
    }
    return false;
}

static void token(struct session *s, const struct step *step)
{
    if (step->wait == WAIT_TOKEN && !(step->arguments && mentions_token(step->arguments->first))) {
        struct diag *d = diag(s, D_TOKEN_NOT_SENT, step->at,
                              "step '%s' waits for a token that it does not send", step->name);
        diag_help(s, d, "pass it on: `arguments { token: context.Task.Token }`");
    }
}

static void named(struct session *s, const struct step *step)
{
    switch (step->kind) {
    case STEP_LAMBDA:
        function(s, step);
        token(s, step);
        break;
    case STEP_GLUE:
        job(s, step);
        break;
    case STEP_ATHENA:
        query(s, step);
        break;
    case STEP_CRAWL:
        crawler(s, step);
        break;
    case STEP_CHECK:
        rules(s, step);
        severities(s, step);
        break;
    case STEP_BATCH:
        batch(s, step);
        break;
    case STEP_EMR:
        application(s, step);
        break;
    case STEP_CALL:
        check_call(s, step);
        token(s, step);
        break;
    case STEP_RUN:
    case STEP_WAIT:
    case STEP_NOTIFY:
    case STEP_SUCCEED:
    case STEP_FAIL:
    case STEP_SET:
    case STEP_RAW:
    case STEP_PARALLEL:
    case STEP_MAP:
    case STEP_POLL:
    case STEP_CHOOSE:
    case STEP_TRY:
        break;
    }
}

/* ---- steps of a pipeline --------------------------------------------------------------------- */

/* What an express machine cannot do (Step Functions Developer Guide, "Differences between standard
 * and express"). */
static void express_step(struct session *s, const struct step *step)
{
    bool started = step->kind == STEP_GLUE || step->kind == STEP_ATHENA || step->kind == STEP_RUN;
    bool called = step->kind == STEP_CALL || step->kind == STEP_BATCH || step->kind == STEP_EMR;
    const int64_t most = figure(LIMIT_EXPRESS_SECONDS);
    bool poll = step->kind == STEP_POLL && (!step->give_up.text || step->give_up.base > most);
    if (step->wait == WAIT_TOKEN || (started && step->wait == WAIT_DONE) ||
        (called && step->target.value && step_waits(step))) {
        struct diag *d =
            diag(s, D_EXPRESS_PIPELINE, step->at,
                 "an express machine cannot wait for the end of step '%s'", step->name);
        diag_help(s, d, "write `wait: no`, or make the pipeline `type: standard`");
    } else if (step->kind == STEP_CRAWL || step->kind == STEP_CHECK || poll) {
        struct diag *d = diag(s, D_EXPRESS_PIPELINE, step->at,
                              "step '%s' may take longer than the %lld s an express machine runs",
                              step->name, (long long)most);
        diag_help(s, d, "%smake the pipeline `type: standard`", poll ? "give up earlier, or " : "");
    } else if (step->kind == STEP_MAP && step->map->source != MAP_INPUT) {
        struct diag *d = diag(s, D_EXPRESS_PIPELINE, step->at,
                              "an express machine cannot map over a place in S3");
        diag_help(s, d, "map over input.x, or make the pipeline `type: standard`");
    }
}

/* Step Functions waits for standard machines alone (Developer Guide, "Start a new workflow"). */
static void express_run(struct session *s, const struct step *step)
{
    if (step->kind == STEP_RUN && step->run && step->run->express && step->wait == WAIT_DONE) {
        struct diag *d = diag(s, D_RUN_OF_EXPRESS, step->at,
                              "the end of '%s' cannot be waited for: its machine is an express one",
                              step->run->decl.path);
        diag_place(s, d, step->run->decl.at, "declared here");
        diag_help(s, d, "write `wait: no`");
    }
}

void check_steps(struct session *s, const struct pipeline *pipeline)
{
    struct map seen = {0};
    for (size_t i = 0; i < pipeline->all_steps.len; i++) {
        const struct step *step = pipeline->all_steps.at[i];
        step_name(s, step, &seen);
        times(s, step);
        moment(s, step);
        retries(s, step);
        named(s, step);
        standing(s, step);
        check_arguments(s, pipeline, step);
        check_flow(s, pipeline, step);
        express_run(s, step);
        if (step->kind == STEP_POLL && step->body) {
            times(s, step->body);
            retries(s, step->body);
            named(s, step->body);
            check_arguments(s, pipeline, step->body);
        }
        if (pipeline->express) {
            express_step(s, step);
        }
        if (step->after_failure && step->kind == STEP_SUCCEED) {
            diag(s, D_SUCCEED_AFTER_FAILURE, step->at, "on_failure always ends in failure");
        }
    }
    check_raw_targets(s, pipeline);
    check_order(s, pipeline->steps);
    check_order(s, pipeline->on_failure);
    check_raised(s, pipeline);
    map_free(&seen);
}
