/* flow.c - steps that decide where a run goes or hold other steps: set, raw, parallel, map, choose,
 * try.
 *
 * Branches and maps are machines of their own inside one state; the ways of a choose and the steps
 * of a try stand beside the others, because data must flow out of them. Step Functions has no state
 * that tries: each task inside has the handlers in its Catch, so a handler sees the data as they
 * were when the task failed, and `succeed` inside ends the run as it does elsewhere. */
#include "plan/steps.h"

#include "plan/text.h"

#include <string.h>

/* ---- conditions ------------------------------------------------------------------------------ */

static const char *path_of(struct machine *machine, const struct data *data)
{
    return payload_expression(machine, data);
}

static json *simple(struct machine *machine, const struct data *operand, const char *key,
                    json *value)
{
    json *rule = json_object(&machine->plan->scratch);
    json_set(rule, "Variable", states_value(machine, path_of(machine, operand)));
    json_set(rule, key, value);
    return rule;
}

/* Operators of Choice rules by type (Amazon States Language, "Choice State"). */
static const char *operator_of(struct plan *plan, enum test_kind kind, const char *type,
                               const char *path)
{
    static const char *const words[] = {
        [TEST_EQ] = "Equals",         [TEST_NE] = "Equals",      [TEST_LT] = "LessThan",
        [TEST_LE] = "LessThanEquals", [TEST_GT] = "GreaterThan", [TEST_GE] = "GreaterThanEquals",
    };
    return plan_format(plan, "%s%s%s", type, words[kind], path);
}

/* With another path the types are known when the run compares: one rule for each type that the
 * other value may have. */
static json *with_path(struct machine *machine, const struct test *test)
{
    static const struct {
        const char *type, *is;
    } types[] = {{"Numeric", "IsNumeric"}, {"String", "IsString"}, {"Boolean", "IsBoolean"}};
    bool equality = test->kind == TEST_EQ || test->kind == TEST_NE;
    json *rule = json_object(&machine->plan->scratch);
    json *list = json_set_array(rule, "Or");
    for (size_t i = 0; i < (equality ? 3u : 2u); i++) {
        json *both = json_set_array(json_add_object(list), "And");
        json_add(both, simple(machine, test->value, types[i].is,
                              json_bool(&machine->plan->scratch, true)));
        json_add(both, simple(machine, test->operand,
                              operator_of(machine->plan, test->kind, types[i].type, "Path"),
                              states_value(machine, path_of(machine, test->value))));
    }
    return rule;
}

static json *with_literal(struct machine *machine, const struct test *test)
{
    struct plan *plan = machine->plan;
    const struct data *value = test->value;
    switch (value->kind) {
    case DATA_NUMBER:
        return simple(machine, test->operand, operator_of(plan, test->kind, "Numeric", ""),
                      json_number(&plan->scratch, value->text));
    case DATA_BOOL:
        return simple(machine, test->operand, "BooleanEquals",
                      json_bool(&plan->scratch, value->truth));
    case DATA_NULL:
        return simple(machine, test->operand, "IsNull", json_bool(&plan->scratch, true));
    case DATA_EXPRESSION:
        return with_path(machine, test);
    case DATA_TEXT:
    case DATA_LIST:
    case DATA_MAP:
    case DATA_REFERENCE: /* not read here */
    case DATA_SUBSTITUTION:
        break;
    }
    return simple(machine, test->operand, operator_of(plan, test->kind, "String", ""),
                  states_value(machine, value->text));
}

static json *negated(struct machine *machine, json *rule)
{
    json *outer = json_object(&machine->plan->scratch);
    json_set(outer, "Not", rule);
    return outer;
}

/* and, or: parts of the same kind stand in one list. */
static void add_parts(struct machine *machine, json *list, const struct test *test,
                      enum test_kind kind)
{
    if (test->kind == kind) {
        add_parts(machine, list, test->left, kind);
        add_parts(machine, list, test->right, kind);
    } else {
        json_add(list, test_rule(machine, test));
    }
}

json *test_rule(struct machine *machine, const struct test *test)
{
    static const char *const types[] = {
        [TEST_SET] = "IsPresent",         [TEST_STRING] = "IsString",
        [TEST_NUMBER] = "IsNumeric",      [TEST_BOOLEAN] = "IsBoolean",
        [TEST_TIMESTAMP] = "IsTimestamp", [TEST_NULL] = "IsNull",
        [TEST_TRUE] = "BooleanEquals",
    };
    json *rule;
    switch (test->kind) {
    case TEST_AND:
    case TEST_OR:
        rule = json_object(&machine->plan->scratch);
        add_parts(machine, json_set_array(rule, test->kind == TEST_AND ? "And" : "Or"), test,
                  test->kind);
        return rule;
    case TEST_NOT:
        return negated(machine, test_rule(machine, test->left));
    case TEST_NE:
        return negated(machine, with_literal(machine, test));
    case TEST_LIKE:
        return simple(machine, test->operand, "StringMatches",
                      states_value(machine, test->value->text));
    case TEST_EQ:
    case TEST_LT:
    case TEST_LE:
    case TEST_GT:
    case TEST_GE:
        return with_literal(machine, test);
    case TEST_SET:
    case TEST_STRING:
    case TEST_NUMBER:
    case TEST_BOOLEAN:
    case TEST_TIMESTAMP:
    case TEST_NULL:
    case TEST_TRUE:
        break;
    }
    return simple(machine, test->operand, types[test->kind],
                  json_bool(&machine->plan->scratch, true));
}

/* ---- set and raw ----------------------------------------------------------------------------- */

/* Two states: what is new beside what was there, then both in one (States.JsonMerge is shallow: a
 * key replaces what it held). */
static void set_step(struct machine *machine, const struct step *step, const char *next)
{
    const char *merge = states_name(machine, step->name, "merge");
    json *state = step_state(machine, step, "Pass");
    json *parameters = json_set_object(state, "Parameters");
    json_set_text(parameters, "Old.$", "$");
    json_set(parameters, "New", payload_map(machine, step->arguments));
    link_state(state, merge);

    json *merged = add_state(machine->states, merge, "Pass");
    json_set_text(json_set_object(merged, "Parameters"), "All.$",
                  "States.JsonMerge($.Old, $.New, false)");
    json_set_text(merged, "OutputPath", "$.All");
    link_state(merged, next);
}

/* A state in JSONata has no ResultPath: its Catch says what goes on. */
static void raw_catch(struct machine *machine, json *state, bool jsonata)
{
    set_catch(machine, state);
    for (json *item = jsonata ? json_first(json_get(state, "Catch")) : NULL; item;
         item = json_next(item)) {
        json_remove(item, "ResultPath");
        json_set_text(item, "Output",
                      "{% $merge([$states.input, {'error': $states.errorOutput}]) %}");
    }
}

/* As it is; where it does not say how it goes on it goes on with the next step, and a failure is
 * caught where nothing in it catches. */
static void raw_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = payload_map(machine, step->arguments);
    json_set(machine->states, step->name, state);
    const char *type = json_text_of(json_get(state, "Type"));
    const char *language = json_text_of(json_get(state, "QueryLanguage"));
    type = type ? type : "";
    bool task =
        strcmp(type, "Task") == 0 || strcmp(type, "Parallel") == 0 || strcmp(type, "Map") == 0;
    bool ends =
        strcmp(type, "Choice") == 0 || strcmp(type, "Fail") == 0 || strcmp(type, "Succeed") == 0;
    if (step->doc && !json_get(state, "Comment")) {
        json_set(state, "Comment", states_value(machine, step->doc));
    }
    if (task && !json_get(state, "Catch")) {
        raw_catch(machine, state, language && strcmp(language, "JSONata") == 0);
    }
    if (!ends && !json_get(state, "Next") && !json_get(state, "End")) {
        link_state(state, next);
    }
}

/* ---- parallel and map ------------------------------------------------------------------------ */

/* StartAt and States of a list of steps that is a machine of its own: nothing in it is caught
 * outside, and it ends where its last step does. */
static void add_inner(struct machine *machine, json *into, const struct step *steps)
{
    struct machine inside = *machine;
    inside.catchers = NULL;
    inside.input = "$";
    json_set_text(into, "StartAt", steps->name);
    inside.states = json_set_object(into, "States");
    steps_states(&inside, steps, NULL);
    machine->names = inside.names;
}

static void parallel_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = step_state(machine, step, "Parallel");
    json *branches = json_set_array(state, "Branches");
    for (const struct way *way = step->ways; way; way = way->next) {
        json *branch = json_add_object(branches);
        if (way->name) {
            json_set(branch, "Comment", states_value(machine, way->name));
        }
        add_inner(machine, branch, way->steps);
    }
    finish(machine, state, step, next);
}

/* Bucket and, below `key`, the rest of s3://bucket/rest. */
static void set_place(struct machine *machine, json *parameters, const char *place, const char *key)
{
    const char *bucket = place + strlen("s3://");
    size_t length = strcspn(bucket, "/");
    json_set(parameters, "Bucket",
             states_value(machine, arena_copy(&machine->plan->scratch, bucket, length)));
    if (bucket[length] && bucket[length + 1]) {
        json_set(parameters, key, states_value(machine, bucket + length + 1));
    }
}

static void set_reader(struct machine *machine, json *state, const struct mapping *map)
{
    static const char *const types[] = {
        [MAP_CSV] = "CSV", [MAP_JSONL] = "JSONL", [MAP_MANIFEST] = "MANIFEST"};
    json *reader = json_set_object(state, "ItemReader");
    bool objects = map->source == MAP_OBJECTS;
    json_set(reader, "Resource",
             integration(machine, objects ? "s3:listObjectsV2" : "s3:getObject"));
    if (!objects) {
        json *config = json_set_object(reader, "ReaderConfig");
        json_set_text(config, "InputType", types[map->source]);
        if (map->source == MAP_CSV) {
            json_set_text(config, "CSVHeaderLocation", "FIRST_ROW");
        }
    }
    set_place(machine, json_set_object(reader, "Parameters"), map->place.value,
              objects ? "Prefix" : "Key");
}

static void set_distribution(struct machine *machine, json *state, const struct mapping *map)
{
    if (map->source == MAP_INPUT) {
        json_set(state, "ItemsPath", states_value(machine, path_of(machine, map->items)));
        return;
    }
    set_reader(machine, state, map);
    if (map->batch.text) {
        json_set_int(json_set_object(state, "ItemBatcher"), "MaxItemsPerBatch", map->batch.number);
    }
    if (map->tolerate.text) {
        json_set(state, "ToleratedFailurePercentage",
                 json_number(&machine->plan->scratch, map->tolerate.text));
    }
    if (map->results.value) {
        json *writer = json_set_object(state, "ResultWriter");
        json_set(writer, "Resource", integration(machine, "s3:putObject"));
        set_place(machine, json_set_object(writer, "Parameters"), map->results.value, "Prefix");
    }
}

static void map_step(struct machine *machine, const struct step *step, const char *next)
{
    const struct mapping *map = step->map;
    json *state = step_state(machine, step, "Map");
    set_distribution(machine, state, map);
    if (map->concurrency.text) {
        json_set_int(state, "MaxConcurrency", map->concurrency.number);
    }
    json *processor = json_set_object(state, "ItemProcessor");
    json *config = json_set_object(processor, "ProcessorConfig");
    json_set_text(config, "Mode", map->source == MAP_INPUT ? "INLINE" : "DISTRIBUTED");
    if (map->source != MAP_INPUT) {
        json_set_text(config, "ExecutionType", "STANDARD");
    }
    add_inner(machine, processor, step->body);
    finish(machine, state, step, next);
}

/* ---- choose and try -------------------------------------------------------------------------- */

/* Where something without steps leads: on, or, where nothing follows, to a state that ends. */
static const char *led_on(struct machine *machine, const struct step *step, const char *next,
                          const char *what)
{
    if (next) {
        return next;
    }
    const char *name = states_name(machine, step->name, what);
    link_state(add_state(machine->states, name, "Pass"), NULL);
    return name;
}

static void choose_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = step_state(machine, step, "Choice");
    json *choices = json_set_array(state, "Choices");
    const struct way *otherwise = NULL;
    for (const struct way *way = step->ways; way; way = way->next) {
        if (!way->when) {
            otherwise = way;
            continue;
        }
        json *rule = test_rule(machine, way->when);
        json_set_text(rule, "Next",
                      way->steps ? way->steps->name : led_on(machine, step, next, "nothing to do"));
        json_add(choices, rule);
    }
    json_set_text(state, "Default",
                  otherwise && otherwise->steps ? otherwise->steps->name
                                                : led_on(machine, step, next, "otherwise"));
    for (const struct way *way = step->ways; way; way = way->next) {
        steps_states(machine, way->steps, next);
    }
}

static void try_step(struct machine *machine, const struct step *step, const char *next)
{
    json *state = step_state(machine, step, "Pass");
    link_state(state, step->body->name);

    /* The handlers in front of the catchers around, in the order written. */
    const struct catcher *around = machine->catchers;
    const struct catcher **tail = &machine->catchers;
    for (const struct way *way = step->ways; way; way = way->next) {
        struct catcher *catcher = arena_new(&machine->plan->scratch, struct catcher);
        catcher->way = way;
        catcher->target = way->steps ? way->steps->name : led_on(machine, step, next, "caught");
        catcher->outer = around;
        *tail = catcher;
        tail = &catcher->outer;
    }
    steps_states(machine, step->body, next);
    machine->catchers = around;
    for (const struct way *way = step->ways; way; way = way->next) {
        steps_states(machine, way->steps, next);
    }
}

void flow_step(struct machine *machine, const struct step *step, const char *next)
{
    if (step->kind == STEP_SET) {
        set_step(machine, step, next);
    } else if (step->kind == STEP_RAW) {
        raw_step(machine, step, next);
    } else if (step->kind == STEP_PARALLEL) {
        parallel_step(machine, step, next);
    } else if (step->kind == STEP_MAP) {
        map_step(machine, step, next);
    } else if (step->kind == STEP_CHOOSE) {
        choose_step(machine, step, next);
    } else {
        try_step(machine, step, next);
    }
}
