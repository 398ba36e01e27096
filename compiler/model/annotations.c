/* annotations.c - @word after a column, a type or a head: what it says. */
#include "model/elab.h"

#include "base/suggest.h"
#include <string.h>

enum note {
    NOTE_KEY,
    NOTE_REQUIRED,
    NOTE_UNIQUE,
    NOTE_PII,
    NOTE_TAG,
    NOTE_IN,
    NOTE_RANGE,
    NOTE_MATCHES,
    NOTE_LENGTH,
    NOTE_REFERENCES,
    NOTE_FROM,
    NOTE_DECLASSIFY,
    NOTE_DEPRECATED,
    NOTE_RENAMED_FROM,
    NOTE_PHYSICAL,
    NOTE_EXAMPLE,
    NOTE_ID,
    NOTE_COUNT
};

static const struct note_info {
    const char *word;
    int least, most; /* positional arguments */
    bool of_types;   /* may stand on a `type` */
    const char *form;
} notes[] = {
    [NOTE_KEY] = {"key", 0, 0, false, "@key"},
    [NOTE_REQUIRED] = {"required", 0, 0, true, "@required"},
    [NOTE_UNIQUE] = {"unique", 0, 0, false, "@unique"},
    [NOTE_PII] = {"pii", 0, 1, true, "@pii or @pii(indirect)"},
    [NOTE_TAG] = {"tag", 0, 0, true, "@tag(key: value)"},
    [NOTE_IN] = {"in", 1, 1, true, "@in([\"a\", \"b\"])"},
    [NOTE_RANGE] = {"range", 2, 2, true, "@range(min, max), null where there is no bound"},
    [NOTE_MATCHES] = {"matches", 1, 1, true, "@matches(\"pattern\")"},
    [NOTE_LENGTH] = {"length", 1, 1, true, "@length(max)"},
    [NOTE_REFERENCES] = {"references", 1, 1, true, "@references(product.column)"},
    [NOTE_FROM] = {"from", 1, 1, false, "@from(product.column)"},
    [NOTE_DECLASSIFY] = {"declassify", 1, 1, false, "@declassify(\"why\")"},
    [NOTE_DEPRECATED] = {"deprecated", 0, 1, true, "@deprecated or @deprecated(\"why\")"},
    [NOTE_RENAMED_FROM] = {"renamed_from", 1, 1, false, "@renamed_from(old)"},
    [NOTE_PHYSICAL] = {"physical", 1, 1, false, "@physical(\"name\")"},
    [NOTE_EXAMPLE] = {"example", 1, 10, true, "@example(value)"},
    [NOTE_ID] = {"id", 1, 2, false,
                 "@id(7), or @id(7, 12) with the number of the first field inside"},
};

static bool wrong_arguments(struct elab *e, struct span at, const struct note_info *info)
{
    diag(e->s, D_ANNOTATION_ARGUMENTS, at, "it is written %s", info->form);
    return false;
}

static struct data *bound(struct elab *e, const struct value *value, const struct note_info *info)
{
    if (value->kind == VALUE_INTEGER || value->kind == VALUE_DECIMAL || value->kind == VALUE_DATE) {
        return data_from(e, value, 0);
    }
    if (value->kind != VALUE_NULL && value->kind != VALUE_ERROR) {
        wrong_arguments(e, value->span, info);
    }
    return NULL;
}

static void note_in(struct elab *e, const struct value *value, const struct note_info *info,
                    struct column_notes *own)
{
    if (value->kind != VALUE_LIST || value->first == NULL) {
        wrong_arguments(e, value->span, info);
        return;
    }
    for (const struct value *item = value->first; item != NULL; item = item->next) {
        if (data_literal(e, item) == NULL) {
            return;
        }
    }
    own->allowed = data_from(e, value, 0);
}

static void note_physical(struct elab *e, const struct value *value, const struct note_info *info,
                          struct column *column)
{
    const char *text = value->text;
    if (value->kind != VALUE_STRING) {
        wrong_arguments(e, value->span, info);
    } else if (*text == '\0' || atom_length(text) > 255 || names_lower(e, text) != text) {
        struct diag *d =
            diag(e->s, D_PHYSICAL_NAME, value->span,
                 "a column's name in the catalog is lower case, 1 to 255 characters long");
        if (*text != '\0') {
            diag_help(e->s, d, "write \"%s\"", names_lower(e, text));
        }
    } else {
        column->physical = text;
    }
}

static void note_text(struct elab *e, const struct annotation *a, const struct note_info *info,
                      struct text *out)
{
    const struct value *value = a->arguments;
    bool path = info == &notes[NOTE_RENAMED_FROM], any = info == &notes[NOTE_EXAMPLE];
    if (value == NULL) {
        *out = (struct text){"", a->span};
    } else if (value->kind == VALUE_STRING || value->kind == VALUE_BLOCKTEXT ||
               (path && value->kind == VALUE_PATH) || (any && value->text != NULL)) {
        *out = value_text(value);
    } else {
        wrong_arguments(e, value->span, info);
    }
}

static void refer_later(struct elab *e, const struct annotation *a, const struct note_info *info,
                        struct column_notes *own, struct domain *scope)
{
    bool from = info == &notes[NOTE_FROM];
    if (a->arguments->kind != VALUE_PATH) {
        wrong_arguments(e, a->arguments->span, info);
        return;
    }
    struct span *at = from ? &own->from.at : &own->references.at;
    *at = a->arguments->span;
    vec_push(e->arena, &e->pending, (struct pending){own, a->arguments, scope, from});
}

/* The column's notes to write to: a copy of what it has from its type. */
static struct column_notes *own_notes(struct elab *e, struct column *column,
                                      struct column_notes **own)
{
    if (*own == NULL) {
        *own = arena_new(e->arena, struct column_notes);
        **own = *column->notes;
        notes_copied(e, column->notes, *own);
        column->notes = *own;
    }
    return *own;
}

/* Iceberg's numbers are positive ints. */
static void note_id(struct elab *e, const struct value *value, const struct note_info *info,
                    struct column_notes *own)
{
    for (const struct value *v = value; v != NULL; v = v->next) {
        if (v->kind != VALUE_INTEGER || v->number < 1 || v->number > 1000000000) {
            wrong_arguments(e, v->span, info);
            return;
        }
    }
    own->id = value_amount(value);
    own->inner_id = value_amount(value->next);
}

static void apply(struct elab *e, const struct annotation *a, enum note note, struct column *column,
                  struct column_notes *own, struct domain *scope)
{
    const struct note_info *info = &notes[note];
    const struct value *value = a->arguments;
    switch (note) {
    case NOTE_KEY:
        column->key = true;
        break;
    case NOTE_REQUIRED:
        column->required = true;
        break;
    case NOTE_UNIQUE:
        column->unique = true;
        break;
    case NOTE_IN:
        note_in(e, value, info, own);
        break;
    case NOTE_RANGE:
        own->minimum = bound(e, value, info);
        own->maximum = bound(e, value->next, info);
        break;
    case NOTE_MATCHES:
        note_text(e, a, info, &own->pattern);
        break;
    case NOTE_LENGTH:
        if (value->kind != VALUE_INTEGER || value->number < 1) {
            wrong_arguments(e, value->span, info);
        } else {
            own->max_length = value_amount(value);
        }
        break;
    case NOTE_REFERENCES:
    case NOTE_FROM:
        refer_later(e, a, info, own, scope);
        break;
    case NOTE_DECLASSIFY:
        note_text(e, a, info, &own->declassified);
        break;
    case NOTE_DEPRECATED:
        note_text(e, a, info, &own->deprecated);
        break;
    case NOTE_RENAMED_FROM:
        note_text(e, a, info, &own->renamed_from);
        break;
    case NOTE_PHYSICAL:
        note_physical(e, value, info, column);
        break;
    case NOTE_EXAMPLE:
        note_text(e, a, info, &own->example);
        break;
    case NOTE_ID:
        note_id(e, value, info, own);
        break;
    case NOTE_PII:
    case NOTE_TAG:
    case NOTE_COUNT:
        break; /* taken in by annotations_apply */
    }
}

static enum note find_note(struct elab *e, const struct annotation *a)
{
    struct suggestion suggestion;
    for (size_t i = 0; i < NOTE_COUNT; i++) {
        if (*notes[i].word == *a->word.text && strcmp(notes[i].word, a->word.text) == 0) {
            return (enum note)i;
        }
    }
    suggestion = suggest_for(a->word.text);
    for (size_t i = 0; i < NOTE_COUNT; i++) {
        suggest_offer(&suggestion, notes[i].word);
    }
    struct diag *d =
        diag(e->s, D_UNKNOWN_ANNOTATION, a->span, "there is no annotation '@%s'", a->word.text);
    if (suggestion.best != NULL) {
        diag_suggest(e->s, d, arena_format(e->arena, "@%s", suggestion.best));
    }
    return NOTE_COUNT;
}

static bool arguments_fit(struct elab *e, const struct annotation *a, const struct note_info *info)
{
    int count = 0;
    for (const struct value *value = a->arguments; value != NULL; value = value->next, count++) {
        if (value->kind == VALUE_ERROR) {
            return false;
        }
    }
    if (count < info->least || count > info->most ||
        (a->named != NULL && info != &notes[NOTE_TAG])) {
        return wrong_arguments(e, a->span, info);
    }
    return true;
}

void annotations_apply(struct elab *e, const struct annotation *first, struct column *column,
                       struct domain *scope)
{
    uint32_t seen = 0;
    bool is_type = column->physical == NULL;
    struct taggings own = {0};
    struct column_notes *own_note = NULL;
    for (const struct annotation *a = first; a != NULL; a = a->next) {
        enum note note = a->word.text == NULL ? NOTE_COUNT : find_note(e, a);
        if (note == NOTE_COUNT || !arguments_fit(e, a, &notes[note])) {
            continue;
        }
        if (is_type && !notes[note].of_types) {
            diag(e->s, D_ANNOTATION_NOT_HERE, a->span, "'@%s' stands on a column, not on a type",
                 a->word.text);
            continue;
        }
        if (note == NOTE_PII || note == NOTE_TAG) {
            tags_from_annotation(e, a, &own);
        } else if ((seen >> note & 1) != 0) {
            diag(e->s, D_DUPLICATE_ATTRIBUTE, a->span, "'@%s' is given twice", a->word.text);
        } else {
            bool bit = note == NOTE_KEY || note == NOTE_REQUIRED || note == NOTE_UNIQUE;
            apply(e, a, note, column, bit ? NULL : own_notes(e, column, &own_note), scope);
        }
        seen |= UINT32_C(1) << note;
    }
    if (own.list.len > 0) { /* its own first, then those of its type */
        struct taggings inherited = column->tags;
        column->tags = own;
        tags_inherit(e, &column->tags, &inherited);
    }
}

void annotations_refuse(struct elab *e, const struct annotation *first, const char *what)
{
    for (const struct annotation *a = first; a != NULL; a = a->next) {
        if (a->word.text != NULL && strcmp(a->word.text, "exempt") == 0) {
            not_supported(e, a->span, "'@exempt' is");
        } else if (a->word.text != NULL) {
            diag(e->s, D_ANNOTATION_NOT_HERE, a->span, "'@%s' has no place on a %s", a->word.text,
                 what);
        }
    }
}
