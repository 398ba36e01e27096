/* attributes.c - bodies of blocks: every member and nested block checked against kinds.def, and
 * typed access to them.
 *
 * A body is read once into rows. What fits is kept, what does not is reported and then treated as
 * given, so that nothing follows from one mistake. Values that a body does not have come from what
 * it falls back on. */
#include "model/elab.h"

#include "base/suggest.h"
#include <string.h>

_Static_assert(KIND_COUNT < 128, "kinds are few");

/* ---- reading --------------------------------------------------------------------------------- */

static void unknown_member(struct elab *e, enum kind kind, const struct member *member)
{
    const char *word = member->label.text, *block = kind_info(kind)->word;
    enum kind inner = kind_find(kind, word);
    if (inner != KIND_NONE) {
        struct diag *d = diag(e->s, D_ATTRIBUTE_IS_BLOCK, member->label.span,
                              "'%s' is a block, not a value", word);
        diag_help(e->s, d, "write it without the colon: `%s { ... }`", word);
        return;
    }
    struct diag *d = diag(e->s, D_UNKNOWN_ATTRIBUTE, member->label.span,
                          "a block '%s' has no attribute '%s'", block, word);
    struct suggestion suggestion = suggest_for(word);
    size_t count;
    const struct attr_info *row = attr_first(kind, &count);
    for (size_t i = 0; i < count; i++) {
        suggest_offer(&suggestion, row[i].word);
    }
    diag_suggest(e->s, d, suggestion.best != NULL ? suggestion.best : kind_suggest(kind, word));
}

static void read_member(struct elab *e, const struct member *member, const struct member **seen,
                        struct body *out)
{
    const struct attr_info *row = attr_find(out->kind, member->label.text);
    if (row == NULL) {
        unknown_member(e, out->kind, member);
        return;
    }
    size_t count;
    size_t i = (size_t)(row - attr_first(out->kind, &count));
    if (seen[i] != NULL) {
        struct diag *d =
            diag(e->s, D_DUPLICATE_ATTRIBUTE, member->label.span, "'%s' is given twice", row->word);
        diag_place(e->s, d, seen[i]->label.span, "first given here");
        return;
    }
    seen[i] = member;
    out->given |= UINT32_C(1) << i;
    if ((row->flags & ATTR_LATER) != 0) {
        not_supported(e, member->label.span, arena_format(e->arena, "'%s' is", row->word));
    } else if (value_check(e, row, member->value)) {
        out->members[i] = member;
    }
}

static void read_block(struct elab *e, const struct block *block, struct body *out)
{
    if (block->kind == KIND_NONE) {
        return; /* reported by the parser */
    }
    const struct nest_info *nest = nest_find(out->kind, block->kind);
    const char *word = kind_info(block->kind)->word;
    if (nest == NULL) {
        diag(e->s, D_MISPLACED_BLOCK, block->word.span, "a block '%s' has no place in '%s'", word,
             kind_info(out->kind)->word);
        return;
    }
    if ((kind_info(block->kind)->head & HEAD_TOP) != 0) {
        return; /* a declaration: scope.c */
    }
    if (nest->later || kind_info(block->kind)->later) {
        not_supported(e, block->word.span, arena_format(e->arena, "a block '%s' is", word));
        return;
    }
    size_t row = nest_row(out->kind, nest);
    if (out->blocks[row] == NULL) {
        out->blocks[row] = block;
    } else if (!nest->repeat) {
        struct diag *d =
            diag(e->s, D_DUPLICATE_BLOCK, block->word.span, "a second block '%s'", word);
        diag_place(e->s, d, out->blocks[row]->word.span, "the first one is here");
        diag_help(e->s, d, "put what they hold into one");
    }
}

static void check_required(struct elab *e, const struct body *body)
{
    size_t count;
    const struct attr_info *row = attr_first(body->kind, &count);
    for (size_t i = 0; i < count; i++) {
        if ((row[i].flags & ATTR_REQUIRED) != 0 && !body_has(body, row[i].word) &&
            !body_broken(body, row[i].word)) {
            diag(e->s, D_MISSING_ATTRIBUTE, body->head, "'%s' needs '%s'",
                 kind_info(body->kind)->word, row[i].word);
        }
    }
}

/* The members of a free map: only that no key stands twice. */
static void read_map(struct elab *e, const struct item *items)
{
    struct map keys = {0};
    for (const struct item *item = items; item != NULL; item = item->next) {
        struct member *member = item_as(member, (struct item *)(uintptr_t)item);
        if (item->kind != ITEM_MEMBER) {
            continue;
        }
        const struct member *first = map_put(&keys, member->label.text, NULL, member);
        if (first != member) {
            struct diag *d = diag(e->s, D_DUPLICATE_ATTRIBUTE, member->label.span,
                                  "'%s' is given twice", member->label.text);
            diag_place(e->s, d, first->label.span, "first given here");
        }
    }
    map_free(&keys);
}

void body_read(struct elab *e, enum kind kind, const struct item *items, struct span head,
               const struct body *fallback, struct body *out)
{
    const struct member *seen[BODY_ATTRS_MAX] = {0};
    *out = (struct body){.kind = kind, .head = head, .items = items, .fallback = fallback};
    if (kind_info(kind)->body == BODY_MAP) {
        read_map(e, items);
        return;
    }
    for (const struct item *item = items; item != NULL; item = item->next) {
        item_ahead(item);
        if (item->kind == ITEM_MEMBER) {
            read_member(e, item_as_const(member, item), seen, out);
        } else if (item->kind == ITEM_BLOCK) {
            read_block(e, item_as_const(block, item), out);
        }
    }
}

void body_of_block(struct elab *e, const struct block *block, const struct body *fallback,
                   struct body *out)
{
    struct span head = block->name.text != NULL ? block->name.span : block->word.span;
    body_read(e, block->kind, block->items, head, fallback, out);
    if (!block->broken) {
        check_required(e, out);
    }
}

/* ---- falling back ---------------------------------------------------------------------------- */

static const struct body *fallback_child(const struct body *body, enum kind inner)
{
    for (; body != NULL; body = body->fallback) {
        const struct nest_info *nest = nest_find(body->kind, inner);
        if (nest != NULL && body->children != NULL) {
            const struct body *child = body->children[nest_row(body->kind, nest)];
            if (child != NULL) {
                return child;
            }
        }
    }
    return NULL;
}

const struct block *body_block(const struct body *body, enum kind inner)
{
    const struct nest_info *nest = nest_find(body->kind, inner);
    return nest == NULL ? NULL : body->blocks[nest_row(body->kind, nest)];
}

bool body_child(struct elab *e, const struct body *body, enum kind inner, struct body *out)
{
    const struct block *block = body_block(body, inner);
    const struct body *fallback = fallback_child(body->fallback, inner);
    if (block != NULL) {
        body_of_block(e, block, fallback, out);
    } else if (fallback != NULL) {
        *out = *fallback;
    } else {
        return false;
    }
    return true;
}

void body_deepen(struct elab *e, struct body *body)
{
    body->children = arena_array(e->arena, const struct body *, BODY_NESTS_MAX);
    for (size_t i = 0; i < BODY_NESTS_MAX; i++) {
        if (body->blocks[i] != NULL) {
            struct body *child = arena_new(e->arena, struct body);
            body_child(e, body, body->blocks[i]->kind, child);
            body->children[i] = child;
        }
    }
}

/* `defaults product { }`: the kind its name says. */
static enum kind kind_of_defaults(struct elab *e, const struct block *block)
{
    static const enum kind allowed[] = {KIND_PRODUCT, KIND_PIPELINE, KIND_DOMAIN, KIND_STORAGE,
                                        KIND_GUARDRAIL};
    struct suggestion suggestion = suggest_for(block->name.text);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        if (strcmp(kind_info(allowed[i])->word, block->name.text) == 0) {
            return allowed[i];
        }
        suggest_offer(&suggestion, kind_info(allowed[i])->word);
    }
    struct diag *d = diag(e->s, D_UNKNOWN_DEFAULTS, block->name.span,
                          "there are no defaults for '%s'", block->name.text);
    diag_help(e->s, d, "product, pipeline, domain, storage and guardrail have defaults");
    diag_suggest(e->s, d, suggestion.best);
    return KIND_NONE;
}

static void read_defaults(struct elab *e, const struct default_block *entry)
{
    const struct block *block = entry->block;
    enum kind kind = block->name.text == NULL ? KIND_NONE : kind_of_defaults(e, block);
    if (kind == KIND_NONE) {
        return;
    }
    const void *owner = entry->domain != NULL ? (const void *)entry->domain : e->mesh;
    const struct body *outer =
        entry->domain == NULL ? NULL : map_get(&e->defaults, e->mesh, kind_info(kind));
    struct body *body = arena_new(e->arena, struct body);
    body_read(e, kind, block->items, block->name.span, outer, body);
    body_deepen(e, body);
    const struct body *first = map_put(&e->defaults, owner, kind_info(kind), body);
    if (first != body) {
        struct diag *d = diag(e->s, D_DUPLICATE_BLOCK, block->name.span, "a second `defaults %s`",
                              kind_info(kind)->word);
        diag_place(e->s, d, first->head, "the first one is here");
    }
}

void defaults_read(struct elab *e)
{
    for (size_t i = 0; i < e->default_blocks.len; i++) {
        if (e->default_blocks.at[i].domain == NULL) {
            read_defaults(e, &e->default_blocks.at[i]);
        }
    }
    for (size_t i = 0; i < e->default_blocks.len; i++) {
        if (e->default_blocks.at[i].domain != NULL) {
            read_defaults(e, &e->default_blocks.at[i]);
        }
    }
}

const struct body *defaults_of(struct elab *e, const struct domain *domain, enum kind kind)
{
    const struct body *body = NULL;
    if (domain != NULL && e->defaults.count > 0) {
        body = map_get(&e->defaults, domain, kind_info(kind));
    }
    return body != NULL || e->defaults.count == 0 ? body
                                                  : map_get(&e->defaults, e->mesh, kind_info(kind));
}

/* ---- access ---------------------------------------------------------------------------------- */

/* The row of an attribute that stands in the body itself, -1 where it does not. Few do, and most
 * that is asked for is not given: so what stands there is gone through, not all rows of the kind.
 */
static int given_row(const struct body *body, const char *word)
{
    size_t count;
    const struct attr_info *rows = attr_first(body->kind, &count);
    for (uint32_t left = body->given; left != 0; left &= left - 1) {
        int i = __builtin_ctz(left);
        if (*rows[i].word == *word && strcmp(rows[i].word, word) == 0) {
            return i;
        }
    }
    return -1;
}

static const struct member *member_of(const struct body *body, const char *word)
{
    for (; body != NULL; body = body->fallback) {
        int row = given_row(body, word);
        if (row >= 0) {
            return body->members[row]; /* what is broken is not replaced by a default */
        }
    }
    return NULL;
}

bool body_has(const struct body *body, const char *word)
{
    return member_of(body, word) != NULL;
}

bool body_broken(const struct body *body, const char *word)
{
    int row = given_row(body, word);
    return row >= 0 && body->members[row] == NULL;
}

const struct value *body_value(const struct body *body, const char *word)
{
    const struct member *member = member_of(body, word);
    return member == NULL ? NULL : member->value;
}

const struct member *body_own(const struct body *body, const char *word)
{
    int row = given_row(body, word);
    return row < 0 ? NULL : body->members[row];
}

struct text body_text(const struct body *body, const char *word)
{
    return value_text(body_value(body, word));
}

struct amount body_amount(const struct body *body, const char *word)
{
    return value_amount(body_value(body, word));
}

bool body_bool(const struct body *body, const char *word, bool otherwise)
{
    const struct value *value = body_value(body, word);
    if (value == NULL) {
        return otherwise;
    }
    return value->kind == VALUE_BOOL ? value->number != 0 : strcmp(value->text, "on") == 0;
}

int body_choice(const struct body *body, const char *word)
{
    const struct value *value = body_value(body, word);
    if (value == NULL) {
        return -1;
    }
    for (; body != NULL; body = body->fallback) {
        const struct attr_info *row = attr_find(body->kind, word);
        if (row != NULL) {
            return word_in_list(row->detail, value->text);
        }
    }
    return -1;
}

struct declared *body_ref(struct elab *e, const struct body *body, const char *word, uint64_t kinds,
                          const struct domain *scope)
{
    return names_resolve_value(e, kinds, scope, body_value(body, word));
}

struct principal *body_principal(struct elab *e, const struct body *body, const char *word,
                                 uint64_t kinds, const struct domain *scope, struct span *at)
{
    const struct value *value = body_value(body, word);
    if (value != NULL && at != NULL) {
        *at = value->span;
    }
    return names_principal(e, scope, value, kinds);
}

struct account *body_account(struct elab *e, const struct body *body, const char *word)
{
    struct declared *d = body_ref(e, body, word, KINDS(KIND_ACCOUNT), NULL);
    return d == NULL ? NULL : ((struct principal *)d->thing)->account;
}

void body_describe(struct elab *e, const struct body *body, const struct item *item,
                   struct decl *decl)
{
    const struct member *member = body == NULL ? NULL : body_own(body, "description");
    decl->doc = item_doc(item);
    if (member == NULL) {
        return;
    }
    if (item->doc != NULL) {
        struct diag *d =
            diag(e->s, D_DESCRIBED_TWICE, member->label.span, "a doc comment and a description");
        diag_place(e->s, d, item->doc->span, "the doc comment");
        return;
    }
    decl->doc = member->value->text;
}
