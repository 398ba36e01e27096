/* pipelines.c - rules over pipelines: their steps, what they start, and what the products they
 * write promise. Figures are those of limits.def; each rule is a function below the table it is
 * listed in. */
#include "check/pipelines.h"

#include "base/buf.h"
#include "base/map.h"
#include "check/access/rights.h"
#include "check/limits.h"
#include "check/promises.h"

#include <stdlib.h>
#include <string.h>

static int64_t figure(enum limit limit)
{
    return limit_info(limit)->figure;
}

static size_t characters(const char *text)
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
    size_t length = characters(step->name);
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

static void seconds(struct session *s, const struct amount *amount, const char *what)
{
    int64_t most = figure(LIMIT_STATE_SECONDS);
    if (amount->text && (amount->base < 1 || amount->base > most)) {
        diag(s, D_STEP_SECONDS, amount->at, "%s is %lld seconds, Step Functions takes 1 to %lld",
             what, (long long)amount->base, (long long)most);
    }
}

static void times(struct session *s, const struct step *step)
{
    seconds(s, &step->timeout, "the timeout");
    seconds(s, &step->heartbeat, "the heartbeat");
    seconds(s, &step->seconds, "the wait");
    seconds(s, &step->every, "the interval");
    seconds(s, &step->give_up, "the time to give up");
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
    seconds(s, &retry->interval, "the interval");
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

static bool only(const char *text, size_t length, const char *more)
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
    return length <= (size_t)figure(LIMIT_FUNCTION_NAME) && only(name, length, "-_") &&
           (!qualifier || (strlen(qualifier) <= 128 && only(qualifier, strlen(qualifier), "-_$")));
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
                    : name && name[0] && characters(name) <= (size_t)figure(LIMIT_GLUE_NAME) &&
                          !has_control(name);
    if (!fine) {
        diag(s, D_JOB_NAME, step->target.at, "'%s' names no Glue job", name ? name : "");
    }
}

static void query(struct session *s, const struct step *step)
{
    size_t length = step->target.value ? strlen(step->target.value) : 0;
    if (length == 0 || length > (size_t)figure(LIMIT_QUERY_BYTES)) {
        diag(s, D_QUERY_LENGTH, step->target.at, "this query has %zu bytes, Athena takes 1 to %lld",
             length, (long long)figure(LIMIT_QUERY_BYTES));
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

static void produced(struct session *s, const struct pipeline *pipeline)
{
    const struct product *before = NULL; /* the outputs of a product stand together */
    for (size_t i = 0; i < pipeline->produces.len; i++) {
        const struct product *product = pipeline->produces.at[i]->product;
        if (product->status == STATUS_RETIRED && product != before) {
            struct diag *d = diag(s, D_PIPELINE_ON_RETIRED, pipeline->decl.at,
                                  "it produces '%s', which is retired", product->decl.path);
            diag_place(s, d, product->decl.at, "declared here");
        }
        before = product;
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
    case STEP_RUN:
    case STEP_WAIT:
    case STEP_NOTIFY:
    case STEP_SUCCEED:
    case STEP_FAIL:
        break;
    }
}

/* ---- steps of a pipeline --------------------------------------------------------------------- */

static void reached(struct session *s, const struct step *step)
{
    if ((step->kind == STEP_SUCCEED || step->kind == STEP_FAIL) && step->next) {
        struct diag *d = diag(s, D_UNREACHABLE_STEP, step->next->at, "step '%s' is never reached",
                              step->next->name);
        diag_place(s, d, step->at, "the run ends here");
    }
}

/* What an express machine cannot do (Step Functions Developer Guide, "Differences between standard
 * and express"). */
static void express_step(struct session *s, const struct step *step)
{
    bool waits = step->kind == STEP_GLUE || step->kind == STEP_ATHENA || step->kind == STEP_RUN;
    if (step->wait == WAIT_TOKEN || (waits && step->wait == WAIT_DONE)) {
        struct diag *d =
            diag(s, D_EXPRESS_PIPELINE, step->at,
                 "an express machine cannot wait for the end of step '%s'", step->name);
        diag_help(s, d, "write `wait: no`, or make the pipeline `type: standard`");
    } else if (step->kind == STEP_CRAWL || step->kind == STEP_CHECK) {
        struct diag *d = diag(s, D_EXPRESS_PIPELINE, step->at,
                              "step '%s' may take longer than the %lld s an express machine runs",
                              step->name, (long long)figure(LIMIT_EXPRESS_SECONDS));
        diag_help(s, d, "make the pipeline `type: standard`");
    }
}

static void steps(struct session *s, const struct pipeline *pipeline)
{
    const struct step *const blocks[] = {pipeline->steps, pipeline->on_failure};
    struct map seen = {0};
    for (size_t i = 0; i < 2; i++) {
        for (const struct step *step = blocks[i]; step; step = step->next) {
            step_name(s, step, &seen);
            times(s, step);
            moment(s, step);
            retries(s, step);
            named(s, step);
            standing(s, step);
            reached(s, step);
            check_arguments(s, pipeline, step);
            if (pipeline->express) {
                express_step(s, step);
            }
            if (i == 1 && step->kind == STEP_SUCCEED) {
                diag(s, D_SUCCEED_AFTER_FAILURE, step->at, "on_failure always ends in failure");
            }
        }
    }
    map_free(&seen);
}

static void whole(struct session *s, const struct pipeline *pipeline)
{
    if (!pipeline->steps && !pipeline->broken) {
        diag(s, D_PIPELINE_WITHOUT_STEPS, pipeline->decl.at, "pipeline '%s' has no steps",
             pipeline->decl.path);
    }
    seconds(s, &pipeline->timeout, "the timeout");
    produced(s, pipeline);
    if (!pipeline->express) {
        return;
    }
    if (pipeline->overlap_skip) {
        diag(s, D_EXPRESS_PIPELINE, pipeline->decl.at,
             "the runs of an express machine cannot be listed, so `overlap: skip` "
             "needs `type: standard`");
    }
    if (pipeline->timeout.text && pipeline->timeout.base > figure(LIMIT_EXPRESS_SECONDS)) {
        diag(s, D_EXPRESS_PIPELINE, pipeline->timeout.at,
             "an express machine runs for %lld s at the most",
             (long long)figure(LIMIT_EXPRESS_SECONDS));
    }
}

static void triggers(struct session *s, const struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->triggers.len; i++) {
        const struct trigger *trigger = &pipeline->triggers.at[i];
        const struct amount *age = &trigger->max_age, *retries_ = &trigger->retries;
        if (age->text && (age->base < figure(LIMIT_SCHEDULE_AGE_LEAST) ||
                          age->base > figure(LIMIT_SCHEDULE_AGE))) {
            diag(s, D_SCHEDULE_FIGURE, age->at, "a start may be %lld to %lld s late, not %s",
                 (long long)figure(LIMIT_SCHEDULE_AGE_LEAST), (long long)figure(LIMIT_SCHEDULE_AGE),
                 age->text);
        }
        if (retries_->text &&
            (retries_->number < 0 || retries_->number > figure(LIMIT_SCHEDULE_RETRIES))) {
            diag(s, D_SCHEDULE_FIGURE, retries_->at,
                 "a start is tried again 0 to %lld times, not %s",
                 (long long)figure(LIMIT_SCHEDULE_RETRIES), retries_->text);
        }
        if (trigger->timezone.value &&
            strlen(trigger->timezone.value) > (size_t)figure(LIMIT_SCHEDULE_ZONE)) {
            diag(s, D_SCHEDULE_FIGURE, trigger->timezone.at,
                 "the name of a time zone has %lld characters at most",
                 (long long)figure(LIMIT_SCHEDULE_ZONE));
        }
    }
}

/* ---- pipelines that run each other ----------------------------------------------------------- */

enum colour { UNSEEN, OPEN, DONE };

/* One frame of the walk: the step to look at next. A stack of our own, because chains may be long.
 */
struct frame {
    const struct pipeline *pipeline;
    const struct step *next;
    bool in_on_failure;
};

static const struct step *next_run(struct frame *frame)
{
    for (;;) {
        const struct step *step = frame->next;
        if (step) {
            frame->next = step->next;
            if (step->kind == STEP_RUN && step->run) {
                return step;
            }
        } else if (!frame->in_on_failure) {
            frame->in_on_failure = true;
            frame->next = frame->pipeline->on_failure;
        } else {
            return NULL;
        }
    }
}

static void walk_runs(struct session *s, const struct pipeline *start, enum colour *colours,
                      struct frame *stack)
{
    size_t depth = 0;
    stack[depth++] = (struct frame){start, start->steps, false};
    colours[start->decl.index] = OPEN;
    while (depth > 0) {
        struct frame *top = &stack[depth - 1];
        const struct step *run = next_run(top);
        if (!run) {
            colours[top->pipeline->decl.index] = DONE;
            depth--;
        } else if (colours[run->run->decl.index] == UNSEEN) {
            colours[run->run->decl.index] = OPEN;
            stack[depth++] = (struct frame){run->run, run->run->steps, false};
        } else if (colours[run->run->decl.index] == OPEN) {
            struct diag *d = diag(s, D_PIPELINE_CYCLE, run->at, "pipeline '%s' runs itself",
                                  run->run->decl.path);
            for (size_t i = depth; i-- > 0 && stack[i].pipeline != run->run;) {
                diag_place(s, d, stack[i].pipeline->decl.at, "through '%s'",
                           stack[i].pipeline->decl.path);
            }
            diag_place(s, d, run->run->decl.at, "declared here");
        }
    }
}

static void cycles(struct session *s, const struct mesh *mesh)
{
    enum colour *colours = arena_array(&s->arena, enum colour, mesh->pipelines.len + 1);
    struct frame *stack = arena_array(&s->arena, struct frame, mesh->pipelines.len + 1);
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        if (colours[mesh->pipelines.at[i]->decl.index] == UNSEEN) {
            walk_runs(s, mesh->pipelines.at[i], colours, stack);
        }
    }
}

/* ---- promises -------------------------------------------------------------------------------- */

/* The trigger that starts any of the producers most often; NULL when one of them may be started in
 * another way or at times that are not known. */
static const struct trigger *most_frequent(const struct output *output)
{
    const struct trigger *best = NULL;
    for (size_t i = 0; i < output->producers.len; i++) {
        const struct pipeline *pipeline = output->producers.at[i];
        if (pipeline->triggers.len == 0) {
            return NULL;
        }
        for (size_t k = 0; k < pipeline->triggers.len; k++) {
            const struct trigger *trigger = &pipeline->triggers.at[k];
            if (trigger->kind != TRIGGER_SCHEDULE || trigger->period <= 0) {
                return NULL;
            }
            if (!best || trigger->period < best->period) {
                best = trigger;
            }
        }
    }
    return best;
}

static void freshness(struct session *s, const struct output *output)
{
    const struct promised *promise = output->promises[PROMISE_FRESHNESS];
    const struct trigger *trigger = most_frequent(output);
    if (promise && trigger && promise->value.base > 0 && promise->value.base < trigger->period) {
        struct diag *d = diag(s, D_FRESHER_THAN_SCHEDULE, promise->value.at,
                              "'%s' cannot be %s fresh: it is written every %lld s",
                              output->decl.path, promise->value.text, (long long)trigger->period);
        diag_place(s, d, trigger->at, "the schedule of what produces it");
    }
}

static void unwatched(struct session *s, const struct output *output)
{
    static const char *const reasons[] = {
        [WATCH_NO_PRODUCER] = "no pipeline of this mesh produces it",
        [WATCH_TOO_SHORT] = "an alarm looks at a minute at least",
        [WATCH_TOO_LONG] = "an alarm looks back seven days at most",
        [WATCH_MANY_PRODUCERS] = "more pipelines produce it than the nine that an alarm can sum up",
    };
    struct watch_window window;
    enum watchable watchable = watch_freshness(output, &window);
    if (watchable != WATCH_YES && watchable != WATCH_NOTHING) {
        diag(s, D_PROMISE_UNWATCHED, output->promises[PROMISE_FRESHNESS]->value.at,
             "nobody will notice when '%s' is not fresh: %s", output->decl.path,
             reasons[watchable]);
    }
}

/* Marks the outputs that something evaluates: a check step of any pipeline. */
static bool *evaluated(struct session *s, const struct mesh *mesh)
{
    bool *marks = arena_array(&s->arena, bool, mesh->outputs.len + 1);
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        const struct step *const blocks[] = {pipeline->steps, pipeline->on_failure};
        for (size_t b = 0; b < 2; b++) {
            for (const struct step *step = blocks[b]; step; step = step->next) {
                if (step->kind == STEP_CHECK && step->output) {
                    marks[step->output->decl.index] = true;
                }
            }
        }
    }
    return marks;
}

static void promises(struct session *s, const struct mesh *mesh)
{
    const bool *checked = evaluated(s, mesh);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        bool ours = !output->existing && !output->product->existing && !output->domain->existing &&
                    output->status != STATUS_PROPOSED && output->status != STATUS_RETIRED;
        freshness(s, output);
        unwatched(s, output);
        const struct rule *rule = output->rules;
        while (rule && rule->implied) {
            rule = rule->next;
        }
        if (ours && rule && !checked[output->decl.index] && !output->quality_schedule.value) {
            struct diag *d =
                diag(s, D_RULES_NOT_EVALUATED, rule->at,
                     "nothing in this mesh evaluates the quality rules of '%s'", output->decl.path);
            diag_help(s, d,
                      "add a step `check %s` to the pipeline that writes it, or `schedule:` to its "
                      "quality",
                      output->decl.path);
        }
    }
}

void check_pipelines(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        if (!pipeline->existing) {
            whole(s, pipeline);
            triggers(s, pipeline);
            steps(s, pipeline);
        }
    }
    cycles(s, mesh);
    promises(s, mesh);
}

/* ---- one deployment -------------------------------------------------------------------------- */

/* Characters that Step Functions refuses in names of machines, and those that CloudWatch cannot
 * log. */
static void machine_name(struct session *s, const struct pipeline *pipeline, const char *name)
{
    struct span at = pipeline->machine.value ? pipeline->machine.at : pipeline->decl.at;
    size_t length = characters(name);
    if (length == 0 || length > (size_t)figure(LIMIT_MACHINE_NAME)) {
        diag(s, D_MACHINE_NAME, at, "the machine's name '%s' has %zu characters, 1 to %lld fit",
             name, length, (long long)figure(LIMIT_MACHINE_NAME));
    } else if (!only(name, strlen(name), "-_.")) {
        struct diag *d =
            diag(s, D_MACHINE_NAME, at, "the machine's name '%s' cannot be logged", name);
        diag_help(s, d, "use letters, digits, hyphens, underscores and dots");
    }
}

void check_machines(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        const char *name = deployment->machines[pipeline->decl.index];
        if (!name || pipeline->existing || pipeline->domain->existing) {
            continue;
        }
        machine_name(s, pipeline, name);
    }
}
