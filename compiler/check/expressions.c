/* expressions.c - arguments of steps: what may be sent, and whether its expressions can be said in
 * the states language. */
#include "check/pipelines.h"

#include "base/suggest.h"
#include "check/areas.h"
#include "check/steps.h"

#include <string.h>

/* The functions of the expression language with the figures of their intrinsics; most 255 stands
 * for "any number". */
static const struct intrinsic {
    const char *word;
    unsigned least, most;
} functions[] = {
    {"format", 1, 255}, {"json", 1, 1}, {"text", 1, 1},  {"uuid", 0, 0},
    {"size", 1, 1},     {"at", 2, 2},   {"split", 2, 2},
};

enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void expression(struct session *s, const struct data *data, bool inside);

static void placeholders(struct session *s, const struct data *call, unsigned count)
{
    const struct data *template = call->first;
    if (!template || template->kind != DATA_TEXT) {
        return;
    }
    unsigned holes = 0;
    for (const char *c = strstr(template->text, "{}"); c; c = strstr(c + 2, "{}")) {
        holes++;
    }
    if (holes != count - 1) {
        diag(s, D_FUNCTION_ARGUMENTS, template->at, "this format has %u places {} for %u values",
             holes, count - 1);
    }
}

static void call(struct session *s, const struct data *data)
{
    const struct intrinsic *function = NULL;
    for (size_t i = 0; i < FUNCTIONS && !function; i++) {
        function = strcmp(functions[i].word, data->text) == 0 ? &functions[i] : NULL;
    }
    if (!function) {
        struct suggestion suggestion = suggest_for(data->text);
        for (size_t i = 0; i < FUNCTIONS; i++) {
            suggest_offer(&suggestion, functions[i].word);
        }
        struct diag *d = diag(s, D_UNKNOWN_FUNCTION, data->at,
                              "there is no function '%s' in expressions", data->text);
        diag_suggest(s, d, suggestion.best);
        return;
    }
    unsigned count = 0;
    for (const struct data *argument = data->first; argument; argument = argument->next) {
        expression(s, argument, true);
        count++;
    }
    if (count < function->least || count > function->most) {
        diag(s, D_FUNCTION_ARGUMENTS, data->at, "%s takes %u value%s, not %u", data->text,
             function->least, function->least == 1 ? "" : "s", count);
    } else if (strcmp(data->text, "format") == 0) {
        placeholders(s, data, count);
    }
}

static bool is_computed(const struct data *data)
{
    if (data->kind == DATA_EXPRESSION) {
        return true;
    }
    for (const struct data *item = data->kind == DATA_LIST ? data->first : NULL; item;
         item = item->next) {
        if (is_computed(item)) {
            return true;
        }
    }
    return false;
}

/* inside: an argument of an intrinsic, where no object can stand. */
static void expression(struct session *s, const struct data *data, bool inside)
{
    switch (data->kind) {
    case DATA_EXPRESSION:
        if (data->root == ROOT_CALL) {
            call(s, data);
        } else if (data->root == ROOT_RESULT) {
            struct diag *d = diag(s, D_EXPRESSION_PLACE, data->at,
                                  "there is no result here, only input and context");
            diag_help(s, d,
                      "keep the result of an earlier step with `result: input.NAME` and read that");
        }
        break;
    case DATA_LIST:
        inside = inside || is_computed(data); /* it becomes States.Array */
        for (const struct data *item = data->first; item; item = item->next) {
            expression(s, item, inside);
        }
        break;
    case DATA_MAP:
        if (inside) {
            diag(s, D_EXPRESSION_PLACE, data->at,
                 "an object cannot stand in a computed list or in a call");
            break;
        }
        check_plain_keys(s, data);
        for (const struct data *item = data->first; item; item = item->next) {
            size_t length = item->key ? strlen(item->key) : 0;
            if (length >= 2 && strcmp(item->key + length - 2, ".$") == 0) {
                struct diag *d = diag(s, D_ARGUMENT_KEY, item->key_at,
                                      "a key that ends in .$ would make its value a path");
                diag_help(s, d, "write the key without .$ and the value as `input.x`");
            }
            expression(s, item, false);
        }
        break;
    case DATA_REFERENCE:
    case DATA_SUBSTITUTION:
        if (inside) {
            struct diag *d =
                diag(s, D_EXPRESSION_PLACE, data->at,
                     "what stands for a resource cannot stand in a computed list or in "
                     "a call");
            diag_help(s, d, "give it a member of its own, in a step `NAME: set { ... }` before");
        }
        break;
    case DATA_TEXT:
    case DATA_NUMBER:
    case DATA_BOOL:
    case DATA_NULL:
        break;
    }
}

/* Arguments of a job or query are texts: the service refuses anything else when the step runs. */
static void text_arguments(struct session *s, const struct step *step)
{
    const char *what = step->kind == STEP_GLUE     ? "a Glue job"
                       : step->kind == STEP_ATHENA ? "a query"
                                                   : "a Batch job";
    for (const struct data *item = step->arguments->first; item; item = item->next) {
        if (item->kind != DATA_TEXT && item->kind != DATA_EXPRESSION) {
            struct diag *d = diag(s, D_JOB_ARGUMENT, item->at, "an argument of %s is a text", what);
            diag_help(s, d, "put it into quotes");
        }
    }
}

void check_operand(struct session *s, const struct data *data, bool has_result)
{
    bool result = data->kind == DATA_EXPRESSION && data->root == ROOT_RESULT;
    if (!result || !has_result) {
        expression(s, data, false);
    }
}

void check_arguments(struct session *s, const struct pipeline *pipeline, const struct step *step)
{
    (void)pipeline;
    if (step->wait_input) {
        expression(s, step->wait_input, false);
        if (step->wait_input->kind == DATA_EXPRESSION && step->wait_input->root == ROOT_CALL) {
            diag(s, D_EXPRESSION_PLACE, step->wait_input->at, "a wait takes input.x, not a call");
        }
    }
    if (!step->arguments) {
        return;
    }
    if (step->kind == STEP_RAW) {
        return; /* as it is: flow.c */
    }
    expression(s, step->arguments, false);
    if (step->kind == STEP_GLUE || step->kind == STEP_ATHENA || step->kind == STEP_BATCH) {
        text_arguments(s, step);
    }
}
