/* flow.c - rules over where a run goes: conditions, branches, ways and handlers, maps, calls,
 * states given as they are; and whether every step is reached. */
#include "base/map.h"
#include "base/suggest.h"
#include "check/integrations.h"
#include "check/limits.h"
#include "check/pipelines.h"
#include "check/steps.h"

#include <string.h>

/* ---- conditions ------------------------------------------------------------------------------ */

static void comparison(struct session *s, const struct test *test)
{
    const struct data *value = test->value;
    bool order = test->kind == TEST_LT || test->kind == TEST_LE || test->kind == TEST_GT ||
                 test->kind == TEST_GE;
    if (order && value->kind == DATA_BOOL) {
        diag(s, D_TEST_OPERAND, value->at, "true and false have no order: compare with == or !=");
    } else if (test->kind == TEST_LIKE && value->kind != DATA_TEXT) {
        struct diag *d = diag(s, D_TEST_OPERAND, value->at, "like takes a text with * in it");
        diag_help(s, d, "write it in quotes: \"2026-*\"");
    }
}

/* has_result: in a poll, where result.x is the answer. */
static void test(struct session *s, const struct test *t, bool has_result)
{
    if (t->left) {
        test(s, t->left, has_result);
    }
    if (t->right) {
        test(s, t->right, has_result);
    }
    if (t->operand) {
        check_operand(s, t->operand, has_result);
    }
    if (t->value) {
        check_operand(s, t->value, has_result);
        comparison(s, t);
    }
}

/* ---- lists of steps -------------------------------------------------------------------------- */

static bool names_error(const struct way *way, const char *error)
{
    for (size_t i = 0; i < way->errors.len; i++) {
        if (strcmp(way->errors.at[i], error) == 0) {
            return true;
        }
    }
    return false;
}

bool way_takes_all(const struct way *way)
{
    return way->errors.len == 0 || names_error(way, "States.ALL");
}

bool way_takes(const struct way *way, const char *error)
{
    return way_takes_all(way) || names_error(way, error) || names_error(way, "States.TaskFailed");
}

/* Names of errors that States knows itself (Amazon States Language, "Errors"). */
static void error_names(struct session *s, const struct way *way)
{
    static const char *const reserved[] = {
        "States.ALL",
        "States.BranchFailed",
        "States.DataLimitExceeded",
        "States.ExceedToleratedFailureThreshold",
        "States.HeartbeatTimeout",
        "States.Http.Socket",
        "States.IntrinsicFailure",
        "States.ItemReaderFailed",
        "States.NoChoiceMatched",
        "States.ParameterPathFailure",
        "States.Permissions",
        "States.QueryEvaluationError",
        "States.ResultPathMatchFailure",
        "States.ResultWriterFailed",
        "States.Runtime",
        "States.TaskFailed",
        "States.Timeout",
    };
    for (size_t i = 0; i < way->errors.len; i++) {
        struct suggestion suggestion = suggest_for(way->errors.at[i]);
        bool known = strncmp(way->errors.at[i], "States.", 7) != 0;
        for (size_t k = 0; k < sizeof reserved / sizeof *reserved && !known; k++) {
            known = strcmp(reserved[k], way->errors.at[i]) == 0;
            suggest_offer(&suggestion, reserved[k]);
        }
        if (!known) {
            struct diag *d = diag(s, D_ERROR_NAME, way->errors_at,
                                  "Step Functions has no error '%s'", way->errors.at[i]);
            diag_suggest(s, d, suggestion.best);
        }
    }
}

static bool raises(const struct step *steps, const struct way *handler);

static bool ways_raise(const struct step *step, const struct way *handler)
{
    for (const struct way *way = step->ways; way; way = way->next) {
        if (raises(way->steps, handler)) {
            return true;
        }
    }
    return false;
}

static bool takes_all(const struct step *step)
{
    for (const struct way *way = step->ways; way; way = way->next) {
        if (way_takes_all(way)) {
            return true;
        }
    }
    return false;
}

/* Whether an error of one of the steps can reach a handler around them (NULL: on_failure, which a
 * `fail` does not reach). */
static bool raises(const struct step *steps, const struct way *handler)
{
    for (const struct step *step = steps; step; step = step->next) {
        switch (step->kind) {
        case STEP_WAIT:
        case STEP_SUCCEED:
        case STEP_SET:
            break;
        case STEP_FAIL:
            if (handler && way_takes(handler, step->target.value ? step->target.value : "Failed")) {
                return true;
            }
            break;
        case STEP_RAW:
            if (raw_works(step) && !data_by_key(step->arguments, "Catch")) {
                return true;
            }
            break;
        case STEP_CHOOSE:
            if (ways_raise(step, handler)) {
                return true;
            }
            break;
        case STEP_TRY:
            if (ways_raise(step, handler) || (!takes_all(step) && raises(step->body, handler))) {
                return true;
            }
            break;
        case STEP_LAMBDA:
        case STEP_GLUE:
        case STEP_ATHENA:
        case STEP_BATCH:
        case STEP_EMR:
        case STEP_CALL:
        case STEP_CRAWL:
        case STEP_CHECK:
        case STEP_RUN:
        case STEP_NOTIFY:
        case STEP_PARALLEL:
        case STEP_MAP:
        case STEP_POLL:
            return true;
        }
    }
    return false;
}

/* Step Functions takes no machine with a state that nothing leads to. */
void check_raised(struct session *s, const struct pipeline *pipeline)
{
    if (pipeline->on_failure && pipeline->steps && !pipeline->broken &&
        !raises(pipeline->steps, NULL)) {
        struct diag *d = diag(s, D_UNREACHABLE_STEP, pipeline->on_failure->at,
                              "step '%s' is never reached", pipeline->on_failure->name);
        diag_help(s, d, "no step of the pipeline can fail into on_failure: leave it out");
    }
}

static void handlers(struct session *s, const struct pipeline *pipeline, const struct step *step)
{
    if (!step->body && !pipeline->broken) {
        diag(s, D_EMPTY_STEPS, step->at, "there is nothing in '%s' to try", step->name);
    }
    for (const struct way *way = step->ways; way; way = way->next) {
        error_names(s, way);
        if (way->steps && step->body && !pipeline->broken && !raises(step->body, way)) {
            struct diag *d = diag(s, D_UNREACHABLE_STEP, way->steps->at,
                                  "step '%s' is never reached", way->steps->name);
            diag_help(s, d, "nothing in this try can fail into its handler: leave it out");
        }
        if (!way_takes_all(way)) {
            continue;
        }
        if (way->errors.len > 1) {
            diag(s, D_RETRY_ALL_ERRORS, way->errors_at,
                 "States.ALL stands alone: it has every other error in it");
        } else if (way->next) {
            struct diag *d =
                diag(s, D_UNREACHABLE_STEP, way->next->at, "this handler is never reached");
            diag_place(s, d, way->at, "the one before takes every error");
            break;
        }
    }
}

static void ways(struct session *s, const struct pipeline *pipeline, const struct step *step)
{
    for (const struct way *way = step->ways; way; way = way->next) {
        if (way->when) {
            test(s, way->when, false);
        } else if (way->next) {
            struct diag *d = diag(s, D_OTHERWISE_LAST, way->at, "otherwise stands last and once");
            diag_place(s, d, way->next->at, "this comes after it");
            return;
        }
    }
    if ((!step->ways || !step->ways->when) && !pipeline->broken) {
        diag(s, D_EMPTY_STEPS, step->at, "'%s' has no `when` to choose by", step->name);
    }
}

static void branches(struct session *s, const struct pipeline *pipeline, const struct step *step)
{
    struct map seen = {0};
    for (const struct way *way = step->ways; way; way = way->next) {
        if (!way->steps && !pipeline->broken) {
            diag(s, D_EMPTY_STEPS, way->at, "branch '%s' has no steps", way->name ? way->name : "");
        }
        atom name = atom_of(&s->atoms, way->name ? way->name : "");
        if (map_put(&seen, name, NULL, (void *)(uintptr_t)way) != way) {
            diag(s, D_STEP_NAME_TWICE, way->at, "branch '%s' stands twice in this step", name);
        }
    }
    map_free(&seen);
}

/* ---- maps ------------------------------------------------------------------------------------ */

/* s3://bucket/rest; a reader of one file needs the rest. */
static void place(struct session *s, const struct text *text, bool file)
{
    const char *bucket = text->value ? text->value : "";
    bool scheme = strncmp(bucket, "s3://", 5) == 0;
    bucket += scheme ? 5 : 0;
    size_t length = strcspn(bucket, "/");
    if (!scheme || !text_only(bucket, length, "-.")) {
        struct diag *d = diag(s, D_MAP_SOURCE, text->at, "'%s' is no place in S3",
                              text->value ? text->value : "");
        diag_help(s, d, "write \"s3://bucket/path\"");
    } else if (file && (!bucket[length] || !bucket[length + 1])) {
        diag(s, D_MAP_SOURCE, text->at, "'%s' names a bucket and no file in it", text->value);
    }
}

static void only_distributed(struct session *s, const struct step *step, struct span at, bool given,
                             const char *word)
{
    if (given && step->map->source == MAP_INPUT) {
        struct diag *d = diag(s, D_MAP_OPTION, at, "'%s' needs a map over a place in S3", word);
        diag_help(s, d, "map over objects(..), csv(..), jsonl(..) or manifest(..)");
    }
}

static void mapping(struct session *s, const struct pipeline *pipeline, const struct step *step)
{
    const struct mapping *map = step->map;
    int64_t most = limit_info(LIMIT_MAP_CONCURRENCY)->figure;
    if (!step->body && !pipeline->broken) {
        diag(s, D_EMPTY_STEPS, step->at, "map '%s' has no steps", step->name);
    }
    if (map->items) {
        check_operand(s, map->items, false);
    } else {
        place(s, &map->place, map->source != MAP_OBJECTS);
    }
    if (map->results.value) {
        place(s, &map->results, false);
    }
    only_distributed(s, step, map->batch.at, map->batch.text != NULL, "batch");
    only_distributed(s, step, map->tolerate.at, map->tolerate.text != NULL, "tolerate");
    only_distributed(s, step, map->results.at, map->results.value != NULL, "results");
    if (map->source == MAP_INPUT && map->concurrency.text && map->concurrency.number > most) {
        diag(s, D_MAP_OPTION, map->concurrency.at,
             "a map over input works on %lld items at once at most, not %s", (long long)most,
             map->concurrency.text);
    }
}

/* ---- calls ----------------------------------------------------------------------------------- */

static bool call_form(const char *action)
{
    size_t service = strcspn(action, ":");
    const char *name = action[service] ? action + service + 1 : "";
    return action[service] && text_only(action, service, "-") &&
           text_only(name, strlen(name), "") && action[0] >= 'a' && action[0] <= 'z' &&
           name[0] >= 'a' && name[0] <= 'z';
}

void check_call(struct session *s, const struct step *step)
{
    const char *action = step->target.value ? step->target.value : "";
    if (!call_form(action)) {
        struct diag *d =
            diag(s, D_CALL_NAME, step->target.at, "'%s' is no action of a service", action);
        diag_help(s, d,
                  "write the service and its action as Step Functions does: \"dynamodb:putItem\"");
        return;
    }
    const struct integration *row = integration_find(action);
    const char *near = row ? NULL : integration_near(action);
    if (near) {
        struct diag *d = diag(s, D_CALL_NEAR, step->target.at,
                              "'%s' is none of the optimised integrations", action);
        diag_suggest(s, d, near);
    }
    bool done = step->wait == WAIT_DONE && step->wait_at.hi > step->wait_at.lo;
    if (done && !step_waits(step)) {
        struct diag *d = diag(s, D_CALL_WAIT, step->wait_at,
                              "Step Functions cannot wait for the end of '%s'", action);
        diag_help(s, d, "leave `wait` out, and look for the end with a `poll`");
    } else if (step->wait == WAIT_TOKEN && row && !row->token) {
        diag(s, D_CALL_WAIT, step->wait_at, "'%s' cannot wait for a token", action);
    }
}

/* ---- states as they are ---------------------------------------------------------------------- */

/* What a raw state says it goes on with: calls visit for each that is a text. */
typedef void target_visitor(void *context, const struct step *step, const struct data *target);

static void visit_targets(const struct step *step, target_visitor *visit, void *context)
{
    static const char *const members[] = {"Next", "Default"}, *const lists[] = {"Choices", "Catch"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct data *target = data_by_key(step->arguments, members[i]);
        if (target && target->kind == DATA_TEXT) {
            visit(context, step, target);
        }
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct data *list = data_by_key(step->arguments, lists[i]);
        for (const struct data *item = list && list->kind == DATA_LIST ? list->first : NULL; item;
             item = item->next) {
            const struct data *target = data_by_key(item, "Next");
            if (target && target->kind == DATA_TEXT) {
                visit(context, step, target);
            }
        }
    }
}

static bool beside(const struct step *one, const struct step *other)
{
    return one->outer == other->outer && one->after_failure == other->after_failure;
}

struct named_steps {
    struct session *s;
    const struct pipeline *pipeline;
    struct map steps; /* name, an atom -> the step */
};

/* A state that a raw one goes on with is a step beside it. */
static void check_target(void *context, const struct step *step, const struct data *target)
{
    struct named_steps *named = context;
    const struct step *found =
        map_get(&named->steps, atom_of(&named->s->atoms, target->text), NULL);
    struct suggestion suggestion = suggest_for(target->text);
    if (found && beside(found, step)) {
        return;
    }
    for (size_t i = 0; i < named->pipeline->all_steps.len; i++) {
        const struct step *other = named->pipeline->all_steps.at[i];
        if (beside(other, step)) {
            suggest_offer(&suggestion, other->name);
        }
    }
    struct diag *d = diag(named->s, D_RAW_STATE, target->at, "no step '%s' stands beside this one",
                          target->text);
    diag_suggest(named->s, d, suggestion.best);
}

void check_raw_targets(struct session *s, const struct pipeline *pipeline)
{
    struct named_steps named = {.s = s, .pipeline = pipeline};
    for (size_t i = 0; i < pipeline->all_steps.len; i++) {
        const struct step *step = pipeline->all_steps.at[i];
        map_put(&named.steps, atom_of(&s->atoms, step->name), NULL, (void *)(uintptr_t)step);
    }
    for (size_t i = 0; i < pipeline->all_steps.len; i++) {
        const struct step *step = pipeline->all_steps.at[i];
        if (step->kind == STEP_RAW) {
            visit_targets(step, check_target, &named);
        }
    }
    map_free(&named.steps);
}

bool raw_works(const struct step *step)
{
    static const char *const working[] = {"Task", "Parallel", "Map"};
    const struct data *type = data_by_key(step->arguments, "Type");
    for (size_t i = 0; type && type->text && i < sizeof working / sizeof *working; i++) {
        if (strcmp(type->text, working[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void raw(struct session *s, const struct pipeline *pipeline, const struct step *step)
{
    static const char *const types[] = {"Task",    "Pass", "Choice",   "Wait",
                                        "Succeed", "Fail", "Parallel", "Map"};
    const struct data *type = data_by_key(step->arguments, "Type");
    struct suggestion suggestion = suggest_for(type && type->text ? type->text : "");
    bool known = false;
    for (size_t i = 0; type && type->text && i < sizeof types / sizeof *types; i++) {
        known |= strcmp(types[i], type->text) == 0;
        suggest_offer(&suggestion, types[i]);
    }
    if (!known) {
        struct diag *d = type ? diag(s, D_RAW_STATE, type->at, "there is no state of type '%s'",
                                     type->text ? type->text : "")
                              : diag(s, D_RAW_STATE, step->at, "a state needs its Type");
        diag_suggest(s, d, suggestion.best);
        return;
    }
    if (raw_works(step) && !pipeline->role) {
        struct diag *d = diag(s, D_RAW_RIGHTS, step->at,
                              "the role that is made for '%s' has no rights for this state",
                              pipeline->decl.path);
        diag_help(s, d, "what it calls is not looked into: give the pipeline a `role:` of its own");
    }
}

/* ---- one step, and lists of them ------------------------------------------------------------- */

void check_flow(struct session *s, const struct pipeline *pipeline, const struct step *step)
{
    switch (step->kind) {
    case STEP_PARALLEL:
        branches(s, pipeline, step);
        break;
    case STEP_CHOOSE:
        ways(s, pipeline, step);
        break;
    case STEP_TRY:
        handlers(s, pipeline, step);
        break;
    case STEP_MAP:
        mapping(s, pipeline, step);
        break;
    case STEP_POLL:
        if (step->done) {
            test(s, step->done, true);
        }
        if (step->fail) {
            test(s, step->fail, true);
        }
        break;
    case STEP_RAW:
        raw(s, pipeline, step);
        break;
    case STEP_LAMBDA:
    case STEP_GLUE:
    case STEP_ATHENA:
    case STEP_BATCH:
    case STEP_EMR:
    case STEP_CALL:
    case STEP_CRAWL:
    case STEP_CHECK:
    case STEP_RUN:
    case STEP_WAIT:
    case STEP_NOTIFY:
    case STEP_SUCCEED:
    case STEP_FAIL:
    case STEP_SET:
        break;
    }
}

static bool ends(const struct step *steps);

/* A raw state goes on with the step after it, unless it ends the run or names where it goes on. */
static bool raw_goes_on(const struct step *step)
{
    static const char *const last[] = {"Succeed", "Fail", "Choice"};
    const struct data *type = data_by_key(step->arguments, "Type");
    for (size_t i = 0; type && type->text && i < sizeof last / sizeof *last; i++) {
        if (strcmp(type->text, last[i]) == 0) {
            return false;
        }
    }
    return !data_by_key(step->arguments, "Next") && !data_by_key(step->arguments, "End");
}

/* Nothing comes after this step: the run ends in it, whichever way it takes. */
static bool ends_run(const struct step *step)
{
    if (step->kind == STEP_SUCCEED || step->kind == STEP_FAIL) {
        return true;
    }
    if (step->kind == STEP_RAW) {
        return !raw_goes_on(step);
    }
    if (step->kind != STEP_CHOOSE && step->kind != STEP_TRY) {
        return false;
    }
    bool whole = step->kind == STEP_TRY ? ends(step->body) : false;
    for (const struct way *way = step->ways; way; way = way->next) {
        if (!ends(way->steps)) {
            return false;
        }
        whole |= step->kind == STEP_CHOOSE && !way->when;
    }
    return whole;
}

static bool ends(const struct step *steps)
{
    for (const struct step *step = steps; step; step = step->next) {
        if (!step->next) {
            return ends_run(step);
        }
    }
    return false;
}

struct targets {
    struct session *s;
    struct map names; /* atoms */
};

static void add_target(void *context, const struct step *step, const struct data *target)
{
    struct targets *targets = context;
    map_put(&targets->names, atom_of(&targets->s->atoms, target->text), NULL,
            (void *)(uintptr_t)step);
}

void check_order(struct session *s, const struct step *steps)
{
    struct targets targets = {.s = s};
    for (const struct step *step = steps; step; step = step->next) {
        if (step->kind == STEP_RAW) {
            visit_targets(step, add_target, &targets);
        }
    }
    for (const struct step *step = steps; step; step = step->next) {
        if (step->kind != STEP_POLL) {
            check_order(s, step->body);
        }
        for (const struct way *way = step->ways; way; way = way->next) {
            check_order(s, way->steps);
        }
        if (step->next && ends_run(step) &&
            !map_get(&targets.names, atom_of(&s->atoms, step->next->name), NULL)) {
            struct diag *d = diag(s, D_UNREACHABLE_STEP, step->next->at,
                                  "step '%s' is never reached", step->next->name);
            diag_place(s, d, step->at,
                       step->kind == STEP_RAW ? "this does not go on with it"
                                              : "the run ends here");
        }
    }
    map_free(&targets.names);
}
