/* flow.c - what decides where a run goes: conditions, the branches, ways and handlers of a step,
 * what a map goes over. */
#include "model/steps.h"

#include <string.h>

/* ---- conditions ------------------------------------------------------------------------------ */

static bool is_path(const struct value *value)
{
    return value != NULL && value->kind == VALUE_PATH;
}

/* A side of a comparison: input.x, result.x, context.x, or a literal. */
static struct data *side(const struct making *m, const struct value *value)
{
    struct elab *e = m->e;
    if (value->kind == VALUE_CALL) {
        struct diag *d =
            diag(e->s, D_TEST_OPERAND, value->span, "a condition cannot call '%s'", value->text);
        diag_help(e->s, d, "compute it in a step before: `set { x: %s(..) }`, then test input.x",
                  value->text);
        return NULL;
    }
    return is_path(value) ? data_from(e, value, DATA_EXPRESSIONS) : data_literal(e, value);
}

static enum test_kind turned(enum test_kind kind)
{
    return kind == TEST_LT   ? TEST_GT
           : kind == TEST_LE ? TEST_GE
           : kind == TEST_GT ? TEST_LT
           : kind == TEST_GE ? TEST_LE
                             : kind;
}

static struct test *new_test(const struct making *m, enum test_kind kind, struct span at)
{
    struct test *test = arena_new(m->e->arena, struct test);
    test->kind = kind;
    test->at = at;
    return test;
}

/* Puts the path on the left: 5 < input.x is input.x > 5. */
static struct test *comparison(const struct making *m, enum test_kind kind, struct span at,
                               const struct value *left, const struct value *right)
{
    struct test *test = new_test(m, kind, at);
    if (!is_path(left) && is_path(right)) {
        const struct value *other = left;
        left = right;
        right = other;
        test->kind = turned(kind);
    }
    if (!is_path(left) && left->kind != VALUE_CALL && left->kind != VALUE_ERROR) {
        struct diag *d =
            diag(m->e->s, D_TEST_OPERAND, left->span, "nothing of the run is compared here");
        diag_help(m->e->s, d, "one side is input.x, context.x or, in a poll, result.x");
        return NULL;
    }
    bool null = right->kind == VALUE_NULL && (kind == TEST_EQ || kind == TEST_NE);
    test->operand = side(m, left);
    test->value = null ? data_from(m->e, right, 0) : side(m, right);
    return test->operand != NULL && test->value != NULL ? test : NULL;
}

static struct test *either(const struct making *m, struct test *left, struct test *right,
                           struct span at)
{
    struct test *test = new_test(m, TEST_OR, at);
    test->left = left;
    test->right = right;
    return left != NULL && right != NULL ? test : NULL;
}

/* input.x in ["a", "b"]: one of the comparisons. */
static struct test *membership(const struct making *m, const struct condition *condition)
{
    struct test *all = NULL;
    for (const struct value *item = value_items(condition->comparison); item; item = item->next) {
        struct test *one = comparison(m, TEST_EQ, item->span, condition->operand, item);
        if (one == NULL) {
            return NULL;
        }
        all = all == NULL ? one : either(m, all, one, condition->span);
    }
    if (all == NULL) {
        diag(m->e->s, D_TEST_OPERAND, condition->comparison->span,
             "nothing is in an empty list: this never holds");
    }
    return all;
}

static enum test_kind kind_of_is(const char *word)
{
    static const struct {
        const char *word;
        enum test_kind kind;
    } kinds[] = {{"set", TEST_SET},         {"string", TEST_STRING},       {"number", TEST_NUMBER},
                 {"boolean", TEST_BOOLEAN}, {"timestamp", TEST_TIMESTAMP}, {"null", TEST_NULL}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(word, kinds[i].word) == 0) {
            return kinds[i].kind;
        }
    }
    return TEST_SET; /* reported by the parser */
}

/* `input.x is set`, and a path alone. */
static struct test *single(const struct making *m, const struct condition *condition)
{
    enum test_kind kind = condition->op == OP_IS ? kind_of_is(condition->is.text) : TEST_TRUE;
    struct test *test = new_test(m, kind, condition->span);
    if (!is_path(condition->operand) && condition->operand->kind != VALUE_CALL) {
        if (condition->operand->kind != VALUE_ERROR) {
            diag(m->e->s, D_TEST_OPERAND, condition->operand->span,
                 "nothing of the run is tested here");
        }
        return NULL;
    }
    test->operand = side(m, condition->operand);
    return test->operand != NULL ? test : NULL;
}

static struct test *test_from(const struct making *m, const struct condition *condition)
{
    static const enum test_kind kinds[] = {
        [OP_EQ] = TEST_EQ, [OP_NE] = TEST_NE, [OP_LT] = TEST_LT,     [OP_LE] = TEST_LE,
        [OP_GT] = TEST_GT, [OP_GE] = TEST_GE, [OP_LIKE] = TEST_LIKE,
    };
    struct test *test;
    switch (condition->op) {
    case OP_AND:
    case OP_OR:
    case OP_NOT:
        test = new_test(m,
                        condition->op == OP_AND  ? TEST_AND
                        : condition->op == OP_OR ? TEST_OR
                                                 : TEST_NOT,
                        condition->span);
        test->left = test_from(m, condition->left);
        test->right = condition->right == NULL ? NULL : test_from(m, condition->right);
        return test->left != NULL && (condition->right == NULL || test->right != NULL) ? test
                                                                                       : NULL;
    case OP_IS:
    case OP_VALUE:
        return single(m, condition);
    case OP_IN:
        return membership(m, condition);
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
    case OP_LIKE:
        return comparison(m, kinds[condition->op], condition->span, condition->operand,
                          condition->comparison);
    case OP_NONE:
        break;
    }
    return NULL;
}

/* The value of `until:` or `fail:`: a condition, or a path alone. */
static struct test *test_of_value(const struct making *m, const struct value *value)
{
    if (value == NULL || value->kind == VALUE_ERROR) {
        return NULL;
    }
    struct condition alone = {
        .op = OP_VALUE, .span = value->span, .operand = (struct value *)(uintptr_t)value};
    return test_from(m, value->kind == VALUE_CONDITION ? value->condition : &alone);
}

void poll_options_read(const struct making *m, const struct body *body, struct step *step)
{
    const struct value *fail = body_value(body, "fail");
    step->done = test_of_value(m, body_value(body, "until"));
    step->fail = test_of_value(m, fail);
    m->pipeline->broken |= step->done == NULL || (fail != NULL && step->fail == NULL);
}

/* ---- lists of steps inside a step ------------------------------------------------------------ */

static void read_errors(const struct making *m, const struct part *part, struct way *way)
{
    if (part->errors == NULL) {
        return;
    }
    way->errors_at = part->errors->span;
    for (const struct value *v = value_items(part->errors); v != NULL; v = v->next) {
        if (v->kind == VALUE_STRING || v->kind == VALUE_BLOCKTEXT || v->kind == VALUE_PATH) {
            vec_push(m->e->arena, &way->errors, v->text);
        } else if (v->kind != VALUE_ERROR) {
            diag(m->e->s, D_WRONG_TYPE, v->span, "the name of an error is expected here");
        }
    }
}

void ways_read(const struct making *m, const struct step_decl *decl, struct step *step)
{
    struct making inside = *m;
    struct way **tail = &step->ways;
    inside.outer = step;
    for (const struct part *part = decl->parts; part != NULL; part = part->next) {
        if (part->kind == PART_TRY) {
            step->body = steps_read(&inside, part->steps);
            continue;
        }
        struct way *way = arena_new(m->e->arena, struct way);
        way->at = part->span;
        way->name = part->name.text;
        read_errors(m, part, way);
        if (part->condition != NULL) {
            way->when = test_from(m, part->condition);
            m->pipeline->broken |= way->when == NULL;
        }
        way->steps = steps_read(&inside, part->steps);
        if (part->condition == NULL || way->when != NULL) {
            *tail = way;
            tail = &way->next;
        }
    }
}

/* ---- maps ------------------------------------------------------------------------------------ */

bool map_source_read(const struct making *m, const struct step_decl *decl, struct step *step)
{
    static const struct {
        const char *word;
        enum map_source source;
    } readers[] = {{"objects", MAP_OBJECTS},
                   {"csv", MAP_CSV},
                   {"jsonl", MAP_JSONL},
                   {"manifest", MAP_MANIFEST}};
    const struct value *value = decl->operands;
    struct elab *e = m->e;
    if (value == NULL || value->kind == VALUE_ERROR) {
        return false;
    }
    step->map = arena_new(e->arena, struct mapping);
    if (value->kind == VALUE_PATH) {
        step->map->items = data_from(e, value, DATA_EXPRESSIONS);
        return step->map->items != NULL;
    }
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        if (strcmp(value->text, readers[i].word) != 0) {
            continue;
        }
        const struct value *place = value->first;
        step->map->source = readers[i].source;
        if (place == NULL || place->kind != VALUE_STRING || place->next != NULL) {
            struct diag *d =
                diag(e->s, D_MAP_SOURCE, value->span, "%s(..) takes one place in S3", value->text);
            diag_help(e->s, d, "write %s(\"s3://bucket/path\")", value->text);
            return false;
        }
        step->map->place = value_text(place);
        return true;
    }
    struct diag *d =
        diag(e->s, D_MAP_SOURCE, value->span, "a map cannot go over '%s(..)'", value->text);
    diag_help(e->s, d,
              "it goes over input.x, objects(..), csv(..), jsonl(..) or manifest(..) of a place in "
              "S3");
    return false;
}

void map_options_read(const struct making *m, const struct body *body, struct step *step)
{
    if (step->map == NULL) { /* its source was reported */
        step->map = arena_new(m->e->arena, struct mapping);
    }
    step->map->concurrency = body_amount(body, "concurrency");
    step->map->batch = body_amount(body, "batch");
    step->map->tolerate = body_amount(body, "tolerate");
    step->map->results = body_text(body, "results");
    struct making inside = *m;
    inside.outer = step;
    const struct block *steps = body_block(body, KIND_STEPS);
    step->body = steps_read(&inside, steps == NULL ? NULL : steps->items);
}
