/* tags.c - declared tags, the predeclared `pii`, values put on things, and how they inherit
 * (access.md 1.2). */
#include "model/elab.h"

#include "base/suggest.h"
#include <ctype.h>
#include <string.h>

int tag_value_index(const struct tag *tag, atom value)
{
    for (size_t i = 0; i < tag->values.len; i++) {
        if (tag->values.at[i] == value) {
            return (int)i;
        }
    }
    return -1;
}

/* Values that a message lists. */
enum { VALUES_TOLD = 8 };

/* "none < indirect < direct" */
static const char *values_words(struct elab *e, const struct tag *tag)
{
    const char *text = tag->values.at[0];
    for (size_t i = 1; i < tag->values.len; i++) {
        text =
            arena_format(e->arena, "%s %s %s", text, tag->ordered ? "<" : "|", tag->values.at[i]);
    }
    return text;
}

static void unknown_value(struct elab *e, const struct tag *tag, atom value, struct span at)
{
    struct diag *d =
        diag(e->s, D_UNKNOWN_TAG_VALUE, at, "tag '%s' has no value '%s'", tag->decl.name, value);
    struct suggestion suggestion = suggest_for(value);
    for (size_t i = 0; i < tag->values.len && i < 1000; i++) {
        suggest_offer(&suggestion, tag->values.at[i]);
    }
    if (suggestion.best != NULL) {
        diag_suggest(e->s, d, suggestion.best);
    } else if (tag->values.len > 0 && tag->values.len <= VALUES_TOLD) {
        diag_help(e->s, d, "its values: %s", values_words(e, tag));
    }
    if (tag->decl.at.lo != 0) {
        diag_place(e->s, d, tag->decl.at, "the tag");
    }
}

int tags_value_named(struct elab *e, const struct tag *tag, const struct value *value)
{
    if (value->kind == VALUE_ERROR) {
        return -1;
    }
    if (value->kind != VALUE_PATH && value->kind != VALUE_STRING) {
        diag(e->s, D_WRONG_TYPE, value->span, "a value of a tag is a word; this is %s",
             value_word(value));
        return -1;
    }
    int index = tag_value_index(tag, value->text);
    if (index < 0 && tag->values.len > 0) {
        unknown_value(e, tag, value->text, value->span);
    }
    return index;
}

/* ---- declarations ---------------------------------------------------------------------------- */

/* Lake Formation API, LFTagValue: letters, digits, blanks and _ . : / = + - @ %, up to 256. */
static bool characters_fit(struct elab *e, const struct value *value)
{
    enum { MOST = 256 };
    size_t n = atom_length(value->text);
    const char *c = value->text;
    while (*c == ' ' || isalnum((unsigned char)*c) || (unsigned char)*c >= 0x80 ||
           (*c != '\0' && strchr("_.:/=+-@%", *c) != NULL)) {
        c++;
    }
    if (n > 0 && n <= MOST && *c == '\0') {
        return true;
    }
    struct diag *d = diag(e->s, D_TAG_VALUE_TEXT, value->span,
                          n == 0     ? "a value of a tag is not empty"
                          : n > MOST ? "a value of a tag has at most 256 characters"
                                     : "a value of a tag takes no such character");
    diag_help(e->s, d, "letters, digits, blanks and _ . : / = + - @ %% can stand in it");
    return false;
}

static void add_value(struct elab *e, struct tag *tag, const struct value *value, struct map *seen)
{
    if (value->kind != VALUE_PATH && value->kind != VALUE_STRING) {
        if (value->kind != VALUE_ERROR) {
            diag(e->s, D_WRONG_TYPE, value->span, "a value of a tag is a word; this is %s",
                 value_word(value));
        }
        return;
    }
    if (!characters_fit(e, value)) {
        return;
    }
    struct value *keep = map_get(seen, names_lower(e, value->text), NULL);
    if (keep != NULL) {
        struct diag *d =
            diag(e->s, D_DUPLICATE_NAME, value->span,
                 "the value '%s' is there already; case makes no difference in Lake Formation",
                 value->text);
        diag_place(e->s, d, keep->span, "here");
        return;
    }
    map_set(seen, names_lower(e, value->text), NULL, (void *)(uintptr_t)value);
    vec_push(e->arena, &tag->values, value->text);
}

static void build_tag(struct elab *e, const struct declared *d)
{
    struct tag *tag = d->thing;
    struct body body;
    body_of_block(e, d->block, NULL, &body);
    body_describe(e, &body, &d->block->item, &tag->decl);
    const struct value *values = body_value(&body, "values");
    if (values == NULL) {
        return;
    }
    tag->ordered = values->kind == VALUE_LADDER;
    if (values->kind == VALUE_MAP || values->kind == VALUE_CALL) {
        diag(e->s, D_WRONG_TYPE, values->span, "values are a < b < c, or a | b | c; this is %s",
             value_word(values));
        return;
    }
    bool many =
        values->kind == VALUE_LADDER || values->kind == VALUE_CHOICE || values->kind == VALUE_LIST;
    if (values->kind == VALUE_LIST) {
        struct diag *report = diag(e->s, D_WRONG_TYPE, values->span,
                                   "values are a < b < c, or a | b | c; this is a list");
        diag_help(e->s, report,
                  "`<` where each is more than the one before, `|` where there is no order");
    }
    struct map seen = {0};
    for (const struct value *value = many ? values->first : values; value != NULL;
         value = many ? value->next : NULL) {
        add_value(e, tag, value, &seen);
    }
    map_free(&seen);
    struct text otherwise = body_text(&body, "default");
    if (otherwise.value != NULL && tag_value_index(tag, otherwise.value) < 0) {
        unknown_value(e, tag, otherwise.value, otherwise.at);
    } else {
        tag->default_value = otherwise.value;
    }
}

/* Before anything is declared: tag pii { values: none < indirect < direct  default: none } */
void tags_predeclare(struct elab *e)
{
    static const char *const words[] = {"none", "indirect", "direct"};
    struct tag *tag = arena_new(e->arena, struct tag);
    tag->decl.name = tag->decl.path = atom_of(&e->s->atoms, "pii");
    tag->ordered = tag->predeclared = true;
    for (size_t i = 0; i < 3; i++) {
        vec_push(e->arena, &tag->values, atom_of(&e->s->atoms, words[i]));
    }
    tag->default_value = tag->values.at[0];
    tag->decl.index = (uint32_t)e->mesh->tags.len;
    vec_push(e->arena, &e->mesh->tags, tag);
    names_add(e, KIND_TAG, tag, NULL);
    e->pii = tag;
}

void tags_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_TAG].len; i++) {
        if (e->of_kind[KIND_TAG].at[i]->block != NULL) {
            build_tag(e, e->of_kind[KIND_TAG].at[i]);
        }
    }
}

/* ---- values on things ------------------------------------------------------------------------ */

bool tags_put(struct elab *e, struct taggings *out, struct tagging tagging)
{
    for (size_t i = 0; i < out->list.len; i++) {
        if (out->list.at[i].tag == tagging.tag) {
            return false;
        }
    }
    if (out->list.cap == 0) { /* most things have one */
        out->list.at = arena_array(e->arena, struct tagging, 1);
        out->list.cap = 1;
    }
    vec_push(e->arena, &out->list, tagging);
    return true;
}

void tags_inherit(struct elab *e, struct taggings *out, const struct taggings *from)
{
    if (out->list.len == 0) { /* shared, and copied by the first push */
        out->list.at = from->list.at;
        out->list.len = out->list.cap = from->list.len;
        return;
    }
    size_t pairs = from->list.len * (from->list.len + out->list.len);
    if (from->list.len > 0 && !elab_affords(e, pairs / 64, from->list.at[0].at)) {
        return;
    }
    for (size_t i = 0; i < from->list.len; i++) {
        tags_put(e, out, from->list.at[i]);
    }
}

static void put_member(struct elab *e, const struct member *member, bool nearest,
                       struct taggings *out)
{
    const struct value *value = member->value;
    struct declared *d = names_find(e, KINDS(KIND_TAG), NULL, member->label.text);
    if (d == NULL) {
        if (report_once(e, member)) {
            names_resolve(e, KINDS(KIND_TAG), NULL, member->label.text, member->label.span);
        }
        return;
    }
    if (value->kind != VALUE_PATH && value->kind != VALUE_STRING) {
        if (value->kind != VALUE_ERROR && report_once(e, value)) {
            diag(e->s, D_WRONG_TYPE, value->span,
                 "a value of tag '%s' is expected here; this is %s", member->label.text,
                 value_word(value));
        }
        return;
    }
    const struct tag *tag = d->thing;
    if (tag_value_index(tag, value->text) < 0) {
        if (tag->values.len > 0 && report_once(e, value)) {
            unknown_value(e, tag, value->text, value->span);
        }
        return;
    }
    struct tagging tagging = {d->thing, value->text, member->label.span, false};
    if (!tags_put(e, out, tagging) && nearest) {
        diag(e->s, D_DUPLICATE_ATTRIBUTE, member->label.span, "a second value of tag '%s'",
             member->label.text);
    }
}

void tags_from_block(struct elab *e, const struct body *body, struct taggings *out)
{
    for (; body != NULL; body = body->fallback) {
        for (const struct item *item = body->items; item != NULL; item = item->next) {
            if (item->kind == ITEM_MEMBER) {
                put_member(e, item_as_const(member, item), false, out);
            }
        }
    }
}

/* @pii, @pii(indirect), @tag(classification: restricted, residency: eu). */
void tags_from_annotation(struct elab *e, const struct annotation *a, struct taggings *out)
{
    if (strcmp(a->word.text, "tag") == 0) {
        if (a->named == NULL || a->arguments != NULL) {
            diag(e->s, D_ANNOTATION_ARGUMENTS, a->span,
                 "@tag takes keys and values: @tag(key: value)");
        }
        for (const struct item *item = a->named; item != NULL; item = item->next) {
            if (item->kind == ITEM_MEMBER) {
                put_member(e, item_as_const(member, item), true, out);
            }
        }
        return;
    }
    struct tagging tagging = {e->pii, e->pii->values.at[2], a->word.span, false};
    const struct value *value = a->arguments;
    if (value != NULL) {
        if (value->kind == VALUE_ERROR) {
            return;
        }
        if (value->next != NULL || value->kind != VALUE_PATH ||
            tag_value_index(e->pii, value->text) < 0) {
            diag(e->s, D_ANNOTATION_ARGUMENTS, value->span, "@pii takes none, indirect or direct");
            return;
        }
        tagging.value = value->text;
    }
    if (!tags_put(e, out, tagging)) {
        diag(e->s, D_DUPLICATE_ATTRIBUTE, a->span, "a second value of tag 'pii'");
    }
}

static struct tagging *tagging_of(struct taggings *taggings, const struct tag *tag)
{
    for (size_t i = 0; i < taggings->list.len; i++) {
        if (taggings->list.at[i].tag == tag) {
            return &taggings->list.at[i];
        }
    }
    return NULL;
}

void tags_gather(struct elab *e, struct taggings *out, const struct taggings *inner)
{
    size_t pairs = inner->list.len * (inner->list.len + out->list.len);
    if (inner->list.len > 0 && !elab_affords(e, pairs / 64, inner->list.at[0].at)) {
        return;
    }
    for (size_t i = 0; i < inner->list.len; i++) {
        struct tagging found = inner->list.at[i];
        struct tagging *own = tagging_of(out, found.tag);
        if (own == NULL) {
            vec_push(e->arena, &out->list, found);
        } else if (!own->tag->ordered) {
            own->value = own->value == found.value ? own->value : NULL;
        } else if (tag_value_index(own->tag, found.value) > tag_value_index(own->tag, own->value)) {
            own->value = found.value;
        }
    }
}

void tags_lift(struct elab *e, struct taggings *out, const struct taggings *inner, struct span at)
{
    size_t pairs = inner->list.len * (inner->list.len + out->list.len);
    if (inner->list.len == 0 || !elab_affords(e, pairs / 64, at)) {
        return;
    }
    struct taggings lifted = {0}; /* a copy: what stands in out may be shared */
    for (size_t i = 0; i < out->list.len; i++) {
        vec_push(e->arena, &lifted.list, out->list.at[i]);
    }
    for (size_t i = 0; i < inner->list.len; i++) {
        struct tagging found = inner->list.at[i];
        struct tagging *own = tagging_of(&lifted, found.tag);
        if (own != NULL) {
            if (own->tag->ordered &&
                tag_value_index(own->tag, found.value) > tag_value_index(own->tag, own->value)) {
                own->value = found.value;
            }
        } else if (found.value == NULL) {
            struct diag *d =
                diag(e->s, D_TAGS_DISAGREE, at, "tag '%s' has different values inside this type",
                     found.tag->decl.name);
            diag_help(e->s, d, "write the one that holds for the whole column: @tag(%s: ...)",
                      found.tag->decl.name);
        } else {
            found.lifted = true;
            vec_push(e->arena, &lifted.list, found);
        }
    }
    *out = lifted;
}

static const struct tagging *put_on(const struct taggings *taggings, const struct tag *tag)
{
    for (size_t i = 0; i < taggings->list.len; i++) {
        if (taggings->list.at[i].tag == tag) {
            return &taggings->list.at[i];
        }
    }
    return NULL;
}

atom tag_value_of_database(const struct domain *domain, const struct tag *tag)
{
    const struct tagging *found = put_on(&domain->tags, tag);
    return found != NULL ? found->value : tag->default_value;
}

bool tag_condition_has(const struct tag_condition *condition, atom value)
{
    for (size_t i = 0; i < condition->values.len; i++) {
        if (condition->values.at[i] == value) {
            return true;
        }
    }
    return false;
}

const struct tagging *tag_source_of(const struct output *output, const struct column *column,
                                    const struct tag *tag)
{
    /* With a table that its crawler makes one day nothing can be associated before. */
    bool stands = output->schema != NULL || output_exists(output);
    const struct tagging *found = put_on(stands ? &output->tags : &output->domain->tags, tag);
    const struct tagging *own = column != NULL ? put_on(&column->tags, tag) : NULL;
    atom above = found != NULL ? found->value : tag->default_value;
    if (own == NULL) {
        return found;
    }
    bool weaker = own->lifted && above != NULL && tag->ordered &&
                  tag_value_index(tag, own->value) < tag_value_index(tag, above);
    return weaker ? found : own;
}

atom tag_value_of(const struct output *output, const struct column *column, const struct tag *tag)
{
    const struct tagging *source = tag_source_of(output, column, tag);
    return source != NULL ? source->value : tag->default_value;
}
