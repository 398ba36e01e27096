/* projection.c - partition projection: for each partition key what values it has. */
#include "model/elab.h"

#include "base/buf.h"
#include "base/suggest.h"
#include <string.h>

enum {
    FOR_ENUM = 1 << PROJECTION_ENUM,
    FOR_INTEGER = 1 << PROJECTION_INTEGER,
    FOR_DATE = 1 << PROJECTION_DATE
};

/* Which type of projection takes and needs an option (Athena user guide: "Supported types for
 * partition projection"). */
static const struct {
    const char *word;
    int types, needed;
} options[] = {
    {"values", FOR_ENUM, FOR_ENUM}, {"range", FOR_INTEGER | FOR_DATE, FOR_INTEGER | FOR_DATE},
    {"format", FOR_DATE, FOR_DATE}, {"interval", FOR_INTEGER | FOR_DATE, 0},
    {"unit", FOR_DATE, 0},          {"digits", FOR_INTEGER, 0},
};

static bool check_options(struct elab *e, const struct projection *p, const struct body *body)
{
    bool complete = true;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *word = options[i].word;
        const struct member *member = body == NULL ? NULL : body_own(body, word);
        if (member != NULL && (options[i].types >> p->type & 1) == 0) {
            diag(e->s, D_PROJECTION_OPTION, member->label.span,
                 "a projection of type '%s' has no option '%s'", projection_word(p->type), word);
        } else if (member == NULL && (options[i].needed >> p->type & 1) != 0) {
            complete = false;
            if (body == NULL || !body_broken(body, word)) {
                diag(e->s, D_PROJECTION_OPTION, p->at, "a projection of type '%s' needs '%s'",
                     projection_word(p->type), word);
            }
        }
    }
    return complete;
}

/* The values joined by commas, as Athena reads them; NULL when one was reported. */
static const char *values_from(struct elab *e, const struct value *list)
{
    struct buf text = {0};
    bool whole = true;
    for (const struct value *v = value_items(list); v != NULL; v = v->next) {
        bool number = v->kind == VALUE_INTEGER;
        if (!number && v->kind != VALUE_STRING) {
            struct diag *d =
                diag(e->s, D_WRONG_TYPE, v->span,
                     "a text or a whole number is expected here; this is %s", value_word(v));
            if (v->kind == VALUE_PATH) {
                diag_help(e->s, d, "write \"%s\"", v->text);
            }
            whole = false;
        } else if (*v->text == '\0' || strchr(v->text, ',') != NULL) {
            diag(e->s, D_PROJECTION_VALUE, v->span,
                 "a projected value is not empty and holds no comma: Athena parts them by commas");
            whole = false;
        } else {
            buf_puts(&text, text.len > 0 ? "," : "");
            buf_puts(&text, v->text);
        }
    }
    if (whole && text.len == 0) {
        diag(e->s, D_PROJECTION_VALUE, list->span, "a projection of type 'enum' has values");
        whole = false;
    }
    const char *joined = whole ? arena_copy(e->arena, text.at, text.len) : NULL;
    buf_free(&text);
    return joined;
}

/* The type of projection that a value names; reports. */
static bool type_named(struct elab *e, const struct value *value, enum projection_type *out)
{
    if (value->kind != VALUE_PATH) {
        if (value->kind != VALUE_ERROR) {
            diag(e->s, D_WRONG_TYPE, value->span,
                 "enum, integer, date or injected is expected here; this is %s", value_word(value));
        }
        return false;
    }
    struct suggestion suggestion = suggest_for(value->text);
    for (int i = 0; i <= PROJECTION_INJECTED; i++) {
        const char *word = projection_word((enum projection_type)i);
        if (strcmp(word, value->text) == 0) {
            *out = (enum projection_type)i;
            return true;
        }
        suggest_offer(&suggestion, word);
    }
    struct diag *d =
        diag(e->s, D_UNKNOWN_WORD, value->span, "'%s' is no type of projection", value->text);
    if (suggestion.best != NULL) {
        diag_suggest(e->s, d, suggestion.best);
    } else {
        diag_help(e->s, d, "it is enum, integer, date or injected");
    }
    return false;
}

static bool projection_from(struct elab *e, const struct value *value, struct projection *out)
{
    struct body body;
    out->at = value->span;
    if (!type_named(e, value, &out->type)) {
        return false;
    }
    if (value->has_options) {
        body_read(e, KIND_PROJECTION_OPTIONS, value->options, value->span, NULL, &body);
    }
    bool complete = check_options(e, out, value->has_options ? &body : NULL);
    if (!value->has_options || !complete) {
        return complete;
    }
    out->range = body_text(&body, "range");
    out->format = body_text(&body, "format");
    out->unit = body_text(&body, "unit");
    out->interval = body_amount(&body, "interval");
    out->digits = body_amount(&body, "digits");
    if (out->type == PROJECTION_ENUM) {
        out->values = values_from(e, body_value(&body, "values"));
    }
    return out->type != PROJECTION_ENUM || out->values != NULL;
}

/* The members by column, of the nearest body that names one. */
static void list_members(const struct body *body, struct map *members)
{
    for (; body != NULL; body = body->fallback) {
        for (const struct item *item = body->items; item != NULL; item = item->next) {
            struct member *member = item_as(member, (struct item *)(uintptr_t)item);
            if (item->kind == ITEM_MEMBER) {
                map_put(members, member->label.text, NULL, member);
            }
        }
    }
}

/* Members that name no partition key. */
static void check_members(struct elab *e, const struct output *output, const struct body *body)
{
    bool *keys = arena_array(e->arena, bool, output->schema->columns.len + 1);
    for (size_t i = 0; i < output->partition.len; i++) {
        keys[output->partition.at[i]->decl.index] = true;
    }
    for (const struct item *item = body->items; item != NULL; item = item->next) {
        const struct member *member = item_as_const(member, item);
        if (item->kind != ITEM_MEMBER) {
            continue;
        }
        struct value name = {
            .kind = VALUE_PATH, .span = member->label.span, .text = member->label.text};
        const struct column *column = column_resolve(e, output->schema, &name);
        if (column != NULL && !keys[column->decl.index]) {
            struct diag *d = diag(e->s, D_PROJECTION_INCOMPLETE, member->label.span,
                                  "'%s' is projected and no partition key", member->label.text);
            diag_help(e->s, d, "name it in `partition: [..]`");
        }
    }
}

bool projection_read(struct elab *e, struct output *output, const struct body *body)
{
    struct body inner;
    if (output->schema == NULL || output->schema->broken ||
        !body_child(e, body, KIND_PROJECTION, &inner)) {
        return true;
    }
    if (output_is_iceberg(output)) {
        struct diag *d = diag(e->s, D_PROJECTION_INCOMPLETE, inner.head,
                              "an Iceberg table is not projected: it knows its own partitions");
        diag_place(e->s, d, output->format_at, "the format");
        return false;
    }
    check_members(e, output, &inner);
    struct map members = {0};
    list_members(&inner, &members);
    for (size_t i = 0; i < output->partition.len; i++) {
        struct projection p = {.column = output->partition.at[i]};
        const struct member *member = map_get(&members, p.column->decl.name, NULL);
        if (member == NULL) {
            struct diag *d = diag(e->s, D_PROJECTION_INCOMPLETE, inner.head,
                                  "partition key '%s' is not projected: either all are, or none",
                                  p.column->decl.name);
            diag_place(e->s, d, output->partition_at, "the partition keys");
        } else if (projection_from(e, member->value, &p)) {
            vec_push(e->arena, &output->projection, p);
        }
    }
    map_free(&members);
    return output->projection.len == output->partition.len;
}
