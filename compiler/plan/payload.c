/* payload.c - data of the mesh as payload templates of Step Functions: literals as they are,
 * expressions as JSONPath and intrinsic functions in members whose key ends in ".$". */
#include "plan/resources.h"
#include "plan/states.h"
#include "plan/text.h"

#include <string.h>

/* The functions of the expression language and their intrinsics (language.md section 4). */
static const struct {
    const char *word, *intrinsic;
} functions[] = {
    {"format", "States.Format"},     {"json", "States.StringToJson"},
    {"text", "States.JsonToString"}, {"uuid", "States.UUID"},
    {"size", "States.ArrayLength"},  {"at", "States.ArrayGetItem"},
    {"split", "States.StringSplit"},
};

static const char *intrinsic_of(const char *word)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].word, word) == 0) {
            return functions[i].intrinsic;
        }
    }
    return "States.Format"; /* check/pipelines.c has reported the word */
}

static bool is_plain_name(const char *part, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = part[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9')) {
            return false;
        }
    }
    return length > 0;
}

static void put_path(struct buf *out, const char *root, const char *path)
{
    buf_puts(out, root);
    while (path && *path) {
        size_t length = strcspn(path, ".");
        size_t name = strcspn(path, ".["); /* what follows is [n] */
        if (is_plain_name(path, name)) {
            buf_putc(out, '.');
            buf_put(out, path, name);
        } else if (name > 0) {
            buf_puts(out, "['");
            buf_put(out, path, name);
            buf_puts(out, "']");
        }
        buf_put(out, path + name, length - name);
        path += length;
        path += *path == '.';
    }
}

/* A text in an intrinsic: ' { } \ are escaped; the template of a format keeps its "{}". */
static void put_quoted(struct buf *out, const char *text, bool template)
{
    buf_putc(out, '\'');
    for (const char *c = text; *c; c++) {
        if (template && c[0] == '{' && c[1] == '}') {
            buf_puts(out, "{}");
            c++;
            continue;
        }
        if (strchr("'{}\\", *c)) {
            buf_putc(out, '\\');
        }
        buf_putc(out, *c);
    }
    buf_putc(out, '\'');
}

static void put_argument(const struct machine *machine, struct buf *out, const struct data *data,
                         bool template);

static void put_call(const struct machine *machine, struct buf *out, const char *name,
                     const struct data *first, bool format)
{
    buf_puts(out, name);
    buf_putc(out, '(');
    for (const struct data *argument = first; argument; argument = argument->next) {
        if (argument != first) {
            buf_puts(out, ", ");
        }
        put_argument(machine, out, argument, format && argument == first);
    }
    buf_putc(out, ')');
}

static const char *root_of(const struct machine *machine, enum expression_root root)
{
    return root == ROOT_CONTEXT ? "$$" : root == ROOT_RESULT ? "$.Answer" : machine->input;
}

/* Booleans are no arguments of intrinsics: they come from their JSON text. */
static void put_argument(const struct machine *machine, struct buf *out, const struct data *data,
                         bool template)
{
    switch (data->kind) {
    case DATA_TEXT:
        put_quoted(out, data->text, template);
        break;
    case DATA_NUMBER:
        buf_puts(out, data->text);
        break;
    case DATA_BOOL:
        buf_format(out, "States.StringToJson('%s')", data->truth ? "true" : "false");
        break;
    case DATA_NULL:
        buf_puts(out, "null");
        break;
    case DATA_LIST:
        put_call(machine, out, "States.Array", data->first, false);
        break;
    case DATA_MAP: /* reported by check/expressions.c: an intrinsic takes no object */
    case DATA_REFERENCE:
    case DATA_SUBSTITUTION:
        buf_puts(out, "null");
        break;
    case DATA_EXPRESSION:
        if (data->root == ROOT_CALL) {
            const char *intrinsic = intrinsic_of(data->text);
            put_call(machine, out, intrinsic, data->first, strcmp(data->text, "format") == 0);
        } else {
            put_path(out, root_of(machine, data->root), data->text);
        }
        break;
    }
}

/* The text of a buffer in the plan's scratch memory; gives the buffer back. */
static const char *kept(struct plan *plan, struct buf *buf)
{
    const char *text = arena_copy(&plan->scratch, buf->at ? buf->at : "", buf->len);
    buf_free(buf);
    return text;
}

const char *payload_path(struct plan *plan, const char *root, const char *path)
{
    struct buf out = {0};
    put_path(&out, root, path);
    return kept(plan, &out);
}

const char *payload_expression(struct machine *machine, const struct data *expression)
{
    struct buf out = {0};
    put_argument(machine, &out, expression, false);
    return kept(machine->plan, &out);
}

static bool is_computed(const struct data *data)
{
    if (data->kind == DATA_EXPRESSION) {
        return true;
    }
    if (data->kind == DATA_LIST) { /* a list cannot hold a computed item; it becomes States.Array */
        for (const struct data *item = data->first; item; item = item->next) {
            if (is_computed(item)) {
                return true;
            }
        }
    }
    return false;
}

static json *literal(struct machine *machine, const struct data *data)
{
    switch (data->kind) {
    case DATA_TEXT:
        return states_value(machine, data->text);
    case DATA_NUMBER:
        return json_number(&machine->plan->scratch, data->text);
    case DATA_BOOL:
        return json_bool(&machine->plan->scratch, data->truth);
    case DATA_LIST: {
        json *list = json_array(&machine->plan->scratch);
        for (const struct data *item = data->first; item; item = item->next) {
            json_add(list, literal(machine, item));
        }
        return list;
    }
    case DATA_MAP:
        return payload_map(machine, data);
    case DATA_REFERENCE:
    case DATA_SUBSTITUTION:
        return machine->template
                   ? plan_reference(machine->plan, data)
                   : json_text(&machine->plan->scratch, plan_reference_token(machine->plan, data));
    case DATA_NULL:
    case DATA_EXPRESSION:
        break;
    }
    return json_null(&machine->plan->scratch);
}

json *payload_map(struct machine *machine, const struct data *map)
{
    struct plan *plan = machine->plan;
    json *object = json_object(&machine->plan->scratch);
    for (const struct data *item = map ? map->first : NULL; item; item = item->next) {
        const char *key = item->key;
        if (is_computed(item)) {
            json_set(object, plan_format(plan, "%s.$", key),
                     states_value(machine, payload_expression(machine, item)));
        } else {
            json_set(object, key, literal(machine, item));
        }
    }
    return object;
}

void payload_values(struct machine *machine, json *object, const char *key, const struct data *map)
{
    struct data list = {.kind = DATA_LIST, .at = map->at, .first = map->first};
    if (is_computed(&list)) {
        json_set(object, plan_format(machine->plan, "%s.$", key),
                 states_value(machine, payload_expression(machine, &list)));
    } else {
        json_set(object, key, literal(machine, &list));
    }
}
