/* types.c - type expressions: Glue's own types, named types, schemas as structs. */
#include "model/elab.h"

#include "base/buf.h"
#include "base/suggest.h"
#include <stdlib.h>
#include <string.h>

enum { GLUE_TYPE_MAX = 131072 }; /* bytes of a column's type: AWS Glue API reference, Column.Type */

static const char *const words[] = {
    [TYPE_ERROR] = "",
    [TYPE_BOOLEAN] = "boolean",
    [TYPE_TINYINT] = "tinyint",
    [TYPE_SMALLINT] = "smallint",
    [TYPE_INT] = "int",
    [TYPE_BIGINT] = "bigint",
    [TYPE_FLOAT] = "float",
    [TYPE_DOUBLE] = "double",
    [TYPE_DECIMAL] = "decimal",
    [TYPE_CHAR] = "char",
    [TYPE_VARCHAR] = "varchar",
    [TYPE_STRING] = "string",
    [TYPE_BINARY] = "binary",
    [TYPE_DATE] = "date",
    [TYPE_TIMESTAMP] = "timestamp",
    [TYPE_ARRAY] = "array",
    [TYPE_MAP] = "map",
    [TYPE_STRUCT] = "struct",
};

/* What other systems call a type. */
static const char *const foreign[][2] = {
    {"integer", "int"},  {"long", "bigint"},    {"bool", "boolean"},       {"text", "string"},
    {"str", "string"},   {"number", "decimal"}, {"numeric", "decimal"},    {"real", "float"},
    {"bytes", "binary"}, {"list", "array"},     {"datetime", "timestamp"}, {"object", "struct"},
};

struct type *type_simple(struct elab *e, enum type_kind kind)
{
    if (e->simple[kind] == NULL) {
        struct type *type = arena_new(e->arena, struct type);
        type->kind = kind;
        type->glue = kind == TYPE_ERROR ? "string" : words[kind];
        e->simple[kind] = type;
    }
    return e->simple[kind];
}

static struct type *broken(struct elab *e)
{
    return type_simple(e, TYPE_ERROR);
}

static struct type *bad_arguments(struct elab *e, const struct type_expr *expr, const char *form)
{
    diag(e->s, D_TYPE_ARGUMENTS, type_span(expr), "a '%s' is written %s", expr->word.text, form);
    return broken(e);
}

/* Glue's spelling of a type with arguments that is no struct. */
static atom spelled(struct elab *e, const struct type *type)
{
    struct buf text = {0};
    if (type->kind == TYPE_MAP) {
        buf_format(&text, "map<%s,%s>", type->key->glue, type->element->glue);
    } else if (type->kind == TYPE_ARRAY) {
        buf_format(&text, "array<%s>", type->element->glue);
    } else if (type->kind == TYPE_DECIMAL) {
        buf_format(&text, "decimal(%d,%d)", type->precision, type->scale);
    } else {
        buf_format(&text, "%s(%d)", words[type->kind], type->precision);
    }
    atom spelling = atom_put(&e->s->atoms, text.at, text.len);
    buf_free(&text);
    return spelling;
}

/* Shares one struct among all types of the same spelling that hold nothing of their own. Known by
 * what they are made of, so that few have to be spelled. */
static struct type *share(struct elab *e, struct type type)
{
    const void *word = words[type.kind], *first = word, *second = NULL;
    if (type.element != NULL) {
        first = type.element;
        second = type.key != NULL ? type.key : word;
    } else { /* the precision is at least 1: never the NULL of a spelling */
        second = (const void *)((uintptr_t)type.precision << 8 | (uintptr_t)type.scale);
    }
    struct type *known = map_get(&e->types, first, second);
    if (known != NULL) {
        return known;
    }
    atom spelling = spelled(e, &type);
    known = map_get(&e->types, spelling, NULL);
    if (known == NULL) {
        known = arena_new(e->arena, struct type);
        *known = type;
        known->glue = spelling;
        map_set(&e->types, spelling, NULL, known);
    }
    map_set(&e->types, first, second, known);
    return known;
}

static bool small_integer(const struct value *value, int low, int high)
{
    return value != NULL && value->kind == VALUE_INTEGER && value->number >= low &&
           value->number <= high;
}

static struct type *decimal_type(struct elab *e, const struct type_expr *expr)
{
    static const char form[] = "decimal(10, 2): 1 to 38 digits, of which some after the point";
    const struct value *p = expr->parts->numbers;
    struct type type = {.kind = TYPE_DECIMAL};
    if (p == NULL || expr->parts->arguments != NULL || !small_integer(p, 1, 38)) {
        return bad_arguments(e, expr, form);
    }
    const struct value *s = p->next;
    type.precision = (int)p->number;
    if (s != NULL && (s->next != NULL || !small_integer(s, 0, type.precision))) {
        return bad_arguments(e, expr, form);
    }
    type.scale = s == NULL ? 0 : (int)s->number;
    return share(e, type);
}

static struct type *text_type(struct elab *e, const struct type_expr *expr, enum type_kind kind)
{
    struct type type = {.kind = kind};
    int most = kind == TYPE_CHAR ? 255 : 65535;
    if (expr->parts->arguments != NULL || !small_integer(expr->parts->numbers, 1, most) ||
        expr->parts->numbers->next != NULL) {
        return bad_arguments(e, expr,
                             kind == TYPE_CHAR ? "char(n), n from 1 to 255"
                                               : "varchar(n), n from 1 to 65535");
    }
    type.precision = (int)expr->parts->numbers->number;
    return share(e, type);
}

static struct type *too_long(struct elab *e, struct span at)
{
    diag(e->s, D_TYPE_TOO_LONG, at, "this type takes more than %d bytes in Glue's spelling",
         GLUE_TYPE_MAX);
    return broken(e);
}

static struct type *container(struct elab *e, const struct domain *scope,
                              const struct type_expr *expr, enum type_kind kind,
                              struct taggings *inner)
{
    const struct type_expr *a = expr->parts->arguments;
    const struct type_expr *b = a == NULL ? NULL : a->next;
    struct type type = {.kind = kind};
    bool map = kind == TYPE_MAP;
    if (expr->parts->numbers != NULL || a == NULL ||
        (map ? b == NULL || b->next != NULL : b != NULL)) {
        return bad_arguments(e, expr, map ? "map<K, V>" : "array<T>");
    }
    type.key = map ? type_from(e, scope, a, NULL, inner) : NULL;
    type.element = type_from(e, scope, map ? b : a, NULL, inner);
    if (type.element->kind == TYPE_ERROR || (map && type.key->kind == TYPE_ERROR)) {
        return broken(e);
    }
    if (map && (type.key->kind == TYPE_ARRAY || type.key->kind == TYPE_MAP ||
                type.key->kind == TYPE_STRUCT)) {
        return bad_arguments(e, expr, "map<K, V>, with a K that is no array, map or struct");
    }
    size_t length = strlen(type.element->glue);
    if (length > GLUE_TYPE_MAX) {
        return too_long(e, type_span(expr));
    }
    if (!elab_affords(e, length / 64, type_span(expr))) {
        return broken(e);
    }
    return share(e, type);
}

/* Writes Glue's spelling of a struct; broken when a field is, or when it is too long. */
static struct type *finish_struct(struct elab *e, struct type *type, struct span at)
{
    if (!elab_affords(e, type->fields.len, at)) {
        return broken(e);
    }
    struct buf text = {0};
    buf_puts(&text, "struct<");
    bool whole = true;
    for (size_t i = 0; i < type->fields.len && text.len <= GLUE_TYPE_MAX; i++) {
        const struct field *field = &type->fields.at[i];
        whole = whole && field->type->kind != TYPE_ERROR;
        buf_format(&text, "%s%s:%s", i == 0 ? "" : ",", field->name, field->type->glue);
    }
    buf_putc(&text, '>');
    type->glue = text.len > GLUE_TYPE_MAX ? NULL : arena_copy(e->arena, text.at, text.len);
    buf_free(&text);
    if (type->glue == NULL) {
        return too_long(e, at);
    }
    return whole ? type : broken(e);
}

static struct type *struct_type(struct elab *e, const struct domain *scope,
                                const struct type_expr *expr, struct taggings *inner)
{
    struct type *type = arena_new(e->arena, struct type);
    type->kind = TYPE_STRUCT;
    if (expr->parts->numbers != NULL || expr->parts->arguments == NULL) {
        return bad_arguments(e, expr, "struct<a: T, b: U>");
    }
    struct map seen = {0};
    for (const struct type_expr *a = expr->parts->arguments; a != NULL; a = a->next) {
        struct field field = {0};
        if (a->parts->field.text == NULL) {
            diag(e->s, D_TYPE_ARGUMENTS, type_span(a),
                 "a field of a struct has a name: struct<a: T>");
            map_free(&seen);
            return broken(e);
        }
        field.name = names_lower(e, a->parts->field.text);
        if (map_get(&seen, field.name, NULL) != NULL) {
            diag(e->s, D_DUPLICATE_COLUMN, a->parts->field.span, "a second field '%s'",
                 a->parts->field.text);
        }
        map_set(&seen, field.name, NULL, e);
        field.type = type_from(e, scope, a, NULL, &field.tags);
        tags_gather(e, inner, &field.tags);
        vec_push(e->arena, &type->fields, field);
    }
    map_free(&seen);
    return finish_struct(e, type, type_span(expr));
}

/* A schema as the struct of its columns, made once. */
static struct type *type_of_schema(struct elab *e, struct declared *d, struct span at)
{
    const struct schema *schema = d->thing;
    if (d->as_type != NULL) {
        return d->as_type;
    }
    struct type *type = arena_new(e->arena, struct type);
    type->kind = TYPE_STRUCT;
    for (size_t i = 0; i < schema->columns.len; i++) {
        const struct column *column = schema->columns.at[i];
        struct field field = {column->physical, column->type, column->tags};
        vec_push(e->arena, &type->fields, field);
    }
    if (schema->columns.len == 0) {
        if (!schema->broken) {
            diag(e->s, D_TYPE_ARGUMENTS, at, "schema '%s' has no columns to make a struct of",
                 schema->decl.path);
        }
        return d->as_type = broken(e);
    }
    return d->as_type = finish_struct(e, type, at);
}

static struct type *unknown_type(struct elab *e, const struct domain *scope,
                                 const struct type_expr *expr)
{
    const char *word = expr->word.text;
    struct suggestion suggestion = suggest_for(word);
    struct diag *d =
        diag(e->s, D_UNKNOWN_TYPE, expr->word.span, "no type or schema is called '%s'", word);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        if (strcmp(foreign[i][0], word) == 0) {
            diag_suggest(e->s, d, foreign[i][1]);
            return broken(e);
        }
    }
    for (size_t i = 1; i < sizeof words / sizeof *words; i++) {
        suggest_offer(&suggestion, words[i]);
    }
    if (suggestion.best != NULL) {
        diag_suggest(e->s, d, suggestion.best);
    } else {
        suggest_declared(e, d, KINDS(KIND_SCHEMA), scope, word);
    }
    return broken(e);
}

static struct type *named_type(struct elab *e, const struct domain *scope,
                               const struct type_expr *expr, struct column *named,
                               struct taggings *inner)
{
    struct declared *d = names_find(e, KINDS(KIND_SCHEMA), scope, expr->word.text);
    if (d == NULL) {
        return unknown_type(e, scope, expr);
    }
    if (expr->parts->numbers != NULL || expr->parts->arguments != NULL) {
        return bad_arguments(e, expr, "without arguments");
    }
    if (!schema_complete(e, d, expr->word.span)) {
        return broken(e);
    }
    if (d->type == NULL) {
        struct type *type = type_of_schema(e, d, type_span(expr));
        for (size_t i = 0; i < type->fields.len; i++) {
            tags_gather(e, inner, &type->fields.at[i].tags);
        }
        return type;
    }
    const struct column *prototype = d->thing;
    if (named != NULL) {
        /* What lies inside lifts whatever is named so, whatever that says itself. */
        const struct taggings *inside = map_get(&e->insides, prototype, NULL);
        if (inside != NULL) {
            tags_gather(e, inner, inside);
        }
        struct decl decl = named->decl;
        const char *physical = named->physical;
        *named = *prototype;
        named->decl = decl;
        named->physical = physical;
    } else {
        tags_gather(e, inner, &prototype->tags);
    }
    return prototype->type;
}

/* The type of Glue a word stands for; TYPE_ERROR when it is none. */
static enum type_kind kind_of_word(struct elab *e, atom word)
{
    if (e->type_words[TYPE_STRUCT] == NULL) {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            e->type_words[i] = atom_of(&e->s->atoms, words[i]);
        }
    }
    size_t kind = TYPE_STRUCT;
    while (kind != TYPE_ERROR && e->type_words[kind] != word) {
        kind--;
    }
    return (enum type_kind)kind;
}

struct type *type_from(struct elab *e, const struct domain *scope, const struct type_expr *expr,
                       struct column *named, struct taggings *inner)
{
    if (expr->word.text == NULL) {
        return broken(e); /* reported by the parser */
    }
    enum type_kind kind = kind_of_word(e, expr->word.text);
    switch (kind) {
    case TYPE_ERROR:
        return named_type(e, scope, expr, named, inner);
    case TYPE_DECIMAL:
        return decimal_type(e, expr);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
        return text_type(e, expr, kind);
    case TYPE_ARRAY:
    case TYPE_MAP:
        return container(e, scope, expr, kind, inner);
    case TYPE_STRUCT:
        return struct_type(e, scope, expr, inner);
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
    case TYPE_STRING:
    case TYPE_BINARY:
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
        break;
    }
    if (expr->parts->numbers != NULL || expr->parts->arguments != NULL) {
        return bad_arguments(e, expr, "without arguments");
    }
    return type_simple(e, kind);
}
