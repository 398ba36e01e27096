/* data.c - free data (arguments, properties, parameters, custom) and literals, from values of the
 * tree. */
#include "model/elab.h"

#include <string.h>

const struct data *data_by_key(const struct data *map, const char *key)
{
    for (const struct data *item = map ? map->first : NULL; item; item = item->next) {
        if (item->key && strcmp(item->key, key) == 0) {
            return item;
        }
    }
    return NULL;
}

/* A number in JSON's spelling: no leading zeros, no plus sign. */
static const char *json_spelling(struct elab *e, const char *text)
{
    const char *sign = *text == '-' ? "-" : "";
    const char *digits = text + (*text == '-' || *text == '+' ? 1 : 0);
    while (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') {
        digits++;
    }
    return digits == text ? text : arena_format(e->arena, "%s%s", sign, digits);
}

static struct data *new_data(struct elab *e, enum data_kind kind, const struct value *value)
{
    struct data *data = arena_new(e->arena, struct data);
    data->kind = kind;
    data->at = value->span;
    data->text = value->text;
    return data;
}

/* A path that begins with input, result or context. */
static struct data *expression(struct elab *e, const struct value *value)
{
    static const char *const roots[] = {"input", "result", "context"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        size_t n = strlen(roots[i]);
        char after = strncmp(value->text, roots[i], n) == 0 ? value->text[n] : 'x';
        if (after == '\0' || after == '.' || after == '[') {
            struct data *data = new_data(e, DATA_EXPRESSION, value);
            data->root = (enum expression_root)i;
            data->text = value->text + n + (after == '.' ? 1 : 0);
            return data;
        }
    }
    return NULL;
}

static struct data *bare_word(struct elab *e, const struct value *value, unsigned flags)
{
    struct data *data = (flags & DATA_EXPRESSIONS) != 0 ? expression(e, value) : NULL;
    if (data != NULL) {
        return data;
    }
    if (report_once(e, value)) {
        struct diag *d = diag(e->s, D_BARE_WORD, value->span, "'%s' is neither a text nor a number",
                              value->text);
        diag_help(e->s, d, "write \"%s\" for the text", value->text);
    }
    return NULL;
}

/* Functions of the expression language; which there are, and what they take, is judged in
 * check/expressions.c. */
static struct data *call(struct elab *e, const struct value *value, unsigned flags)
{
    if (is_reference_word(value->text) && (flags & DATA_REFERENCES) != 0) {
        e->mesh->refers = true;
        return reference_from(e, value);
    }
    if (is_reference_word(value->text) || (flags & DATA_EXPRESSIONS) == 0) {
        if (report_once(e, value)) {
            struct diag *d = diag(e->s, D_WRONG_TYPE, value->span,
                                  "plain data is expected here; this is a call");
            if (is_reference_word(value->text)) {
                diag_help(e->s, d,
                          "%s(..) stands in properties of resources, in patches, in arguments of "
                          "steps and in the environment of functions",
                          value->text);
            }
        }
        return NULL;
    }
    struct data *data = new_data(e, DATA_EXPRESSION, value);
    data->root = ROOT_CALL;
    struct data **tail = &data->first;
    for (const struct value *item = value->first; item != NULL; item = item->next) {
        struct data *argument = data_from(e, item, flags);
        if (argument == NULL) {
            return NULL;
        }
        *tail = argument;
        tail = &argument->next;
    }
    return data;
}

/* Appends the members as a map's data; the key of one that stands already (from a nearer body) is
 * passed over. */
static void add_members(struct elab *e, const struct item *items, unsigned flags, struct map *keys,
                        struct data ***tail)
{
    for (const struct item *item = items; item != NULL; item = item->next) {
        const struct member *member = item_as_const(member, item);
        if (item->kind != ITEM_MEMBER || map_get(keys, member->label.text, NULL) != NULL) {
            continue;
        }
        map_set(keys, member->label.text, NULL, e);
        struct data *data = data_from(e, member->value, flags);
        if (data != NULL) {
            data->key = member->label.text;
            data->key_at = member->label.span;
            **tail = data;
            *tail = &data->next;
        }
    }
}

static struct data *map_value(struct elab *e, const struct value *value, unsigned flags)
{
    struct data *data = new_data(e, DATA_MAP, value);
    struct data **tail = &data->first;
    for (const struct item *item = value->items; item != NULL; item = item->next) {
        const struct member *member = item_as_const(member, item);
        struct data *inner = item->kind == ITEM_MEMBER ? data_from(e, member->value, flags) : NULL;
        if (inner != NULL) {
            inner->key = member->label.text;
            inner->key_at = member->label.span;
            *tail = inner;
            tail = &inner->next;
        }
    }
    return data;
}

static struct data *list_value(struct elab *e, const struct value *value, unsigned flags)
{
    struct data *data = new_data(e, DATA_LIST, value);
    struct data **tail = &data->first;
    for (const struct value *item = value->first; item != NULL; item = item->next) {
        struct data *inner = data_from(e, item, flags);
        if (inner != NULL) {
            *tail = inner;
            tail = &inner->next;
        }
    }
    return data;
}

struct data *data_from(struct elab *e, const struct value *value, unsigned flags)
{
    bool texts = (flags & DATA_TEXTS) != 0;
    struct data *data;
    if (value->has_options && report_once(e, &value->options)) {
        diag(e->s, D_UNEXPECTED_OPTIONS, value->span, "a value takes no options in braces here");
    }
    switch (value->kind) {
    case VALUE_STRING:
    case VALUE_BLOCKTEXT:
    case VALUE_DATE:
    case VALUE_VERSION:
        return new_data(e, DATA_TEXT, value);
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
        data = new_data(e, texts ? DATA_TEXT : DATA_NUMBER, value);
        data->text = json_spelling(e, value->text);
        return data;
    case VALUE_BOOL:
        data = new_data(e, texts ? DATA_TEXT : DATA_BOOL, value);
        data->truth = value->number != 0;
        data->text = data->truth ? "true" : "false";
        return data;
    case VALUE_NULL:
        if (!texts) {
            return new_data(e, DATA_NULL, value);
        }
        break;
    case VALUE_PATH:
        return bare_word(e, value, flags);
    case VALUE_CALL:
        return call(e, value, flags);
    case VALUE_LIST:
        if (!texts) {
            return list_value(e, value, flags);
        }
        break;
    case VALUE_MAP:
        if (!texts) {
            return map_value(e, value, flags);
        }
        break;
    case VALUE_DURATION:
    case VALUE_PERCENT:
    case VALUE_SIZE:
    case VALUE_LADDER:
    case VALUE_CHOICE:
    case VALUE_CONDITION:
        break;
    case VALUE_ERROR:
        return NULL;
    }
    if (report_once(e, value)) {
        struct diag *d =
            diag(e->s, D_WRONG_TYPE, value->span, "%s is expected here; this is %s",
                 texts ? "a text, a number or true or false" : "plain data", value_word(value));
        if (value->kind == VALUE_DURATION || value->kind == VALUE_PERCENT ||
            value->kind == VALUE_SIZE) {
            diag_help(e->s, d,
                      "units mean nothing to who reads it: write a number, or a text in quotes");
        }
    }
    return NULL;
}

struct data *data_map(struct elab *e, const struct body *body, unsigned flags)
{
    struct data *data = arena_new(e->arena, struct data);
    struct data **tail = &data->first;
    struct map keys = {0};
    data->kind = DATA_MAP;
    data->at = body->head;
    for (; body != NULL; body = body->fallback) {
        add_members(e, body->items, flags, &keys, &tail);
    }
    map_free(&keys);
    return data;
}

/* A literal to compare with: text, number, truth, date. */
struct data *data_literal(struct elab *e, const struct value *value)
{
    switch (value->kind) {
    case VALUE_STRING:
    case VALUE_BLOCKTEXT:
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_BOOL:
    case VALUE_DATE:
        return data_from(e, value, 0);
    case VALUE_ERROR:
        return NULL;
    case VALUE_NULL:
    case VALUE_VERSION:
    case VALUE_DURATION:
    case VALUE_PERCENT:
    case VALUE_SIZE:
    case VALUE_PATH:
    case VALUE_LIST:
    case VALUE_MAP:
    case VALUE_CALL:
    case VALUE_LADDER:
    case VALUE_CHOICE:
    case VALUE_CONDITION:
        break;
    }
    struct diag *d = diag(e->s, D_WRONG_TYPE, value->span,
                          "a text, number, date or true or false is expected here; this is %s",
                          value_word(value));
    if (value->kind == VALUE_PATH) {
        diag_help(e->s, d, "write \"%s\" for the text", value->text);
    }
    return NULL;
}
