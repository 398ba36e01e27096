/* format_marks.c - a walk over the tree that marks the pieces: where items begin, what is aligned,
 * which '<' and '(' stand close, where a long statement may be broken. */
#include "syntax/format_pieces.h"

#include <string.h>

struct marker {
    struct piece *at;
    size_t count, cursor;
};

/* The piece that begins at a place. The walk is nearly in source order, so it is mostly a few steps
 * from the last. */
static size_t find(struct marker *m, uint32_t place)
{
    size_t lo = 0, hi = m->count - 1;
    if (m->at[m->cursor].at <= place) {
        size_t near = m->cursor + 16 < hi ? m->cursor + 16 : hi;
        for (lo = m->cursor; lo < near; lo++)
            if (m->at[lo].at >= place)
                return m->cursor = lo;
    }
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (m->at[mid].at < place)
            lo = mid + 1;
        else
            hi = mid;
    }
    return m->cursor = lo;
}

static size_t next_code(const struct marker *m, size_t i)
{
    do
        i++;
    while (i < m->count - 1 && piece_is_comment(&m->at[i]));
    return i < m->count ? i : m->count - 1;
}

static size_t previous_code(const struct marker *m, size_t i)
{
    while (i > 0 && piece_is_comment(&m->at[i - 1]))
        i--;
    return i > 0 ? i - 1 : 0;
}

static void mark(struct marker *m, size_t i, uint32_t flags)
{
    m->at[i].flags |= flags;
}

static bool is_word(const struct piece *piece, const char *word)
{
    size_t n = strlen(word);
    return piece->kind == TOKEN_WORD && piece->size == n && memcmp(piece->text, word, n) == 0;
}

/* The bracket directly after the token at a place stands close to it. */
static void mark_touch(struct marker *m, struct span name)
{
    size_t i = next_code(m, find(m, name.lo));
    if (piece_is(&m->at[i], '('))
        mark(m, i, PIECE_TOUCH);
}

/* The word that leads to what begins at a place (`where`, `because`, ...), also past parentheses.
 */
static size_t leading_word(struct marker *m, uint32_t place)
{
    size_t i = previous_code(m, find(m, place));
    while (i > 0 && piece_is(&m->at[i], '('))
        i = previous_code(m, i);
    return i;
}

static void mark_leading(struct marker *m, const struct value *value)
{
    if (value)
        mark(m, leading_word(m, value->span.lo), PIECE_CLAUSE);
}

static void mark_items(struct marker *m, const struct item *items);
static void mark_values(struct marker *m, const struct value *values);
static void mark_condition(struct marker *m, const struct condition *c);

static void mark_elements(struct marker *m, const struct value *elements)
{
    for (const struct value *e = elements; e; e = e->next)
        mark(m, find(m, e->span.lo), PIECE_ITEM | PIECE_ELEMENT);
}

static void mark_condition(struct marker *m, const struct condition *c)
{
    while (c && (c->op == OP_AND || c->op == OP_OR || c->op == OP_NOT)) {
        if (c->op != OP_NOT && c->right) {
            size_t i = leading_word(m, c->right->span.lo);
            if (is_word(&m->at[i], "and") || is_word(&m->at[i], "or"))
                mark(m, i, PIECE_FILL);
            mark_condition(m, c->right);
        }
        c = c->left;
    }
    if (c) {
        mark_values(m, c->operand);
        mark_values(m, c->comparison);
    }
}

static void mark_values(struct marker *m, const struct value *values)
{
    for (const struct value *v = values; v; v = v->next) {
        if (v->kind == VALUE_CALL)
            mark_touch(m, v->span);
        if (v->kind == VALUE_LIST)
            mark_elements(m, v->first);
        if (v->kind == VALUE_CONDITION)
            mark_condition(m, v->condition);
        else if (v->kind == VALUE_MAP)
            mark_items(m, v->items);
        else
            mark_values(m, v->first);
        mark_items(m, v->options);
    }
}

static void mark_type(struct marker *m, const struct type_expr *type)
{
    if (type->parts->numbers)
        mark_touch(m, type->word.span);
    if (!type->parts->arguments)
        return;
    size_t open = next_code(m, find(m, type->word.span.lo));
    if (piece_is(&m->at[open], '<'))
        mark(m, open, PIECE_TOUCH | PIECE_TIGHT);
    for (const struct type_expr *t = type->parts->arguments; t; t = t->next) {
        mark_type(m, t);
        if (!t->next) {
            size_t close = find(m, type_span(t).hi);
            while (close < m->count - 1 && piece_is_comment(&m->at[close]))
                close++;
            if (piece_is(&m->at[close], '>'))
                mark(m, close, PIECE_TOUCH);
        }
    }
}

static void mark_annotations(struct marker *m, const struct annotation *annotations)
{
    for (const struct annotation *a = annotations; a; a = a->next) {
        mark(m, find(m, a->span.lo), PIECE_CLAUSE);
        if (!a->has_arguments)
            continue;
        mark_touch(m, a->span);
        mark_values(m, a->arguments);
        for (const struct item *i = a->named; i; i = i->next)
            if (i->kind == ITEM_MEMBER)
                mark_values(m, item_as_const(member, i)->value);
    }
}

static void mark_label(struct marker *m, const struct item *item)
{
    size_t i = find(m, item->span.lo);
    m->at[i].align = ALIGN_VALUE;
    mark(m, next_code(m, i), PIECE_PAD);
}

static void mark_block(struct marker *m, const struct block *block)
{
    size_t head = find(m, block->item.span.lo);
    mark_annotations(m, block->annotations);
    if (!block->has_body)
        return;
    m->at[head].align = ALIGN_BRACE;
    mark(m, find(m, block->body.lo), PIECE_PAD);
    mark_items(m, block->items);
}

static void mark_step(struct marker *m, const struct step_decl *step);

static void mark_part(struct marker *m, const struct part *part)
{
    if (part->kind == PART_BRANCH || part->kind == PART_WHEN || part->kind == PART_OTHERWISE)
        mark(m, find(m, part->span.lo), PIECE_ITEM);
    if (part->kind == PART_BRANCH && part->name.text) {
        m->at[find(m, part->span.lo)].align = ALIGN_BRACE;
        mark(m, next_code(m, find(m, part->name.span.lo)), PIECE_PAD);
    }
    mark_condition(m, part->condition);
    mark_values(m, part->errors);
    mark_items(m, part->steps);
}

static void mark_step(struct marker *m, const struct step_decl *step)
{
    mark_values(m, step->operands);
    if (step->polled)
        mark_step(m, step->polled);
    mark_items(m, step->options);
    for (const struct part *p = step->parts; p; p = p->next)
        mark_part(m, p);
}

static void mark_target(struct marker *m, const struct target *target)
{
    size_t i = find(m, target->span.lo);
    mark(m, previous_code(m, i), PIECE_CLAUSE);
    for (; i < m->count - 1 && m->at[i].at < target->span.hi; i = next_code(m, i)) {
        if (is_word(&m->at[i], "except") && m->at[i].at >= target->name.span.hi) {
            mark(m, i, PIECE_FILL);
            return;
        }
        if (piece_is(&m->at[i], '(')) {
            mark(m, i, PIECE_TOUCH);
            return;
        }
    }
}

static void mark_access(struct marker *m, const struct access *access)
{
    mark_target(m, &access->target);
    mark_leading(m, access->to);
    mark_leading(m, access->to_except);
    mark_leading(m, access->where);
    mark_leading(m, access->until);
    mark_leading(m, access->because);
    if (access->grant_option)
        mark(m, find(m, access->grant_option_span.lo), PIECE_CLAUSE);
    mark_annotations(m, access->annotations);
}

static void mark_expect(struct marker *m, const struct expect *expect)
{
    if (expect->metric.text)
        mark_touch(m, expect->metric.span);
    if (expect->product.text)
        mark_touch(m, expect->product.span);
    if (expect->form == EXPECT_IN)
        mark_elements(m, expect->operands);
    mark_values(m, expect->operands);
    mark_items(m, expect->children);
    mark_leading(m, expect->where);
    mark_annotations(m, expect->annotations);
}

static void mark_every(struct marker *m, const struct every *every)
{
    if (every->where) {
        mark(m, leading_word(m, every->where->span.lo), PIECE_CLAUSE);
        mark_condition(m, every->where);
    }
    if (every->have) {
        size_t have = leading_word(m, every->have->span.lo);
        mark(m, previous_code(m, have), PIECE_CLAUSE);
    }
    for (const struct condition *c = every->have; c; c = c->next)
        mark_condition(m, c);
    mark_leading(m, every->because);
    mark_annotations(m, every->annotations);
}

static void mark_item(struct marker *m, const struct item *item)
{
    mark(m, find(m, item->span.lo), PIECE_ITEM);
    switch (item->kind) {
    case ITEM_BLOCK:
        mark_block(m, item_as_const(block, item));
        break;
    case ITEM_MEMBER:
        mark_label(m, item);
        mark_values(m, item_as_const(member, item)->value);
        break;
    case ITEM_COLUMN:
        mark_label(m, item);
        mark_type(m, item_as_const(column_decl, item)->type);
        mark_annotations(m, item_as_const(column_decl, item)->annotations);
        break;
    case ITEM_TYPE:
        mark_type(m, item_as_const(type_decl, item)->type);
        mark_annotations(m, item_as_const(type_decl, item)->annotations);
        break;
    case ITEM_STEP:
        mark_label(m, item);
        mark_step(m, item_as_const(step_decl, item));
        break;
    case ITEM_ACCESS:
        mark_access(m, item_as_const(access, item));
        break;
    case ITEM_EXPECT:
        mark_expect(m, item_as_const(expect, item));
        break;
    case ITEM_EVERY:
        mark_every(m, item_as_const(every, item));
        break;
    case ITEM_INCLUDE:
    case ITEM_ERROR:
        break;
    }
}

static void mark_items(struct marker *m, const struct item *items)
{
    for (const struct item *i = items; i; i = i->next)
        mark_item(m, i);
}

void format_marks(const struct tree *tree, struct pieces *pieces)
{
    struct marker m = {pieces->at, pieces->count, 0};
    mark_items(&m, tree->items);
}
