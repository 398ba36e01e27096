/* mend.c - mistakes of which we are sure: a value that is missing, '=' for ':', a brace that is
 * never opened or closed. Each is reported once and a token is changed or put in, so that the
 * parser never sees it. */
#include "syntax/recover.h"

#include <string.h>

/* ---- a bracket that is never closed ---------------------------------------------------------- */

/* The end of the last line that, judged by its indentation, still belongs to the braces opened at
 * that place. */
static struct span probable_end(const struct parse *ps, uint32_t open, uint32_t limit)
{
    const char *text = ps->source->text, *at = text + (open - ps->source->base);
    const char *end = text + (limit - ps->source->base), *line = at;
    while (line > text && line[-1] != '\n')
        line--;
    const char *first = line;
    while (*first == ' ' || *first == '\t')
        first++;
    ptrdiff_t indent = first - line;
    const char *last = NULL; /* end of the last line with something on it */
    for (line = at; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop)
            stop = end;
        const char *p = line, *tail = stop;
        while (p < stop && (*p == ' ' || *p == '\t' || *p == '\r'))
            p++;
        while (tail > p && (tail[-1] == ' ' || tail[-1] == '\t' || tail[-1] == '\r'))
            tail--;
        if (p < stop && line != at && p - line <= indent && last)
            break;
        if (p < tail)
            last = tail;
        line = stop + 1;
    }
    if (!last)
        return (struct span){0};
    uint32_t place = ps->source->base + (uint32_t)(last - text);
    return (struct span){place - 1, place};
}

/* Tokens that close everything open, the innermost first. */
void push_closers(struct parse *ps, uint32_t place)
{
    for (size_t i = 0; i < ps->brackets.len; i++) {
        enum form form = ps->brackets.at[i].form;
        int kind = form == FORM_LIST ? T_RBRACKET : form == FORM_PAREN ? T_RPAREN : T_CLOSE;
        push_back(ps, made_up(kind, (struct span){place, place}));
    }
}

/* Braces are open where a declaration or the end of the file is: reports it, and closes them. */
struct lexeme close_all(struct parse *ps, struct lexeme t, bool report)
{
    struct bracket *top = top_bracket(ps);
    bool brace = top->form != FORM_LIST && top->form != FORM_PAREN;
    uint32_t open = brace && ps->suspect ? ps->suspect : top->at;
    ps->tree->complete = false;
    mark_broken(ps);
    if (report) {
        char c = ps->source->text[open - ps->source->base];
        bool real = c == '{' || c == '[' || c == '(';
        struct diag *d =
            diag(ps->s, D_UNCLOSED_BRACKET, (struct span){open, open + 1},
                 real ? "this '%c' is never closed" : "braces opened here are never closed", c);
        struct span meant = probable_end(ps, open, t.span.lo);
        if (meant.hi > open + 1)
            diag_place(ps->s, d, meant, "'%c' was probably meant after this",
                       c == '['   ? ']'
                       : c == '(' ? ')'
                                  : '}');
        ps->errors++;
    }
    push_back(ps, t);
    push_closers(ps, t.span.lo);
    return take_token(ps);
}

/* A list or parentheses are open where that cannot be. */
static struct lexeme close_one(struct parse *ps, struct lexeme t, const struct bracket *top)
{
    char open = top->form == FORM_LIST ? '[' : '(', close = top->form == FORM_LIST ? ']' : ')';
    ps->tree->complete = false;
    mark_broken(ps);
    struct diag *d = diag(ps->s, D_UNCLOSED_BRACKET, (struct span){top->at, top->at + 1},
                          "this '%c' is never closed", open);
    if (ps->last->span.hi > top->at + 1)
        diag_place(ps->s, d, (struct span){ps->last->span.hi - 1, ps->last->span.hi},
                   "'%c' was probably meant after this", close);
    ps->errors++;
    push_back(ps, t);
    return made_up(top->form == FORM_LIST ? T_RBRACKET : T_RPAREN,
                   (struct span){ps->last->span.hi, ps->last->span.hi});
}

/* ---- mending --------------------------------------------------------------------------------- */

/* The token cannot begin what belongs after the colon. */
static bool value_is_missing(struct parse *ps, const struct lexeme *t)
{
    switch (t->kind) {
    case T_LABEL:
    case T_QLABEL:
    case T_CLOSE:
    case T_COMMA:
    case T_END:
    case T_GRANT:
    case T_REQUEST:
    case T_FORBID:
    case T_EXPECT:
        return true;
    case T_RBRACKET:
        return top_form(ps) == FORM_LIST;
    case T_RPAREN:
        return top_form(ps) == FORM_PAREN;
    case T_EVERY:
        return *next_text(ps, t->span.hi, false) != '(';
    case T_INCLUDE:
        return t->first && top_form(ps) == FORM_SCHEMA &&
               is_letter(*next_text(ps, t->span.hi, false));
    default:
        return t->first && (is_block_here(ps, t) || (t->indent == 0 && is_declaration(ps, t)));
    }
}

static struct lexeme no_value(struct parse *ps, struct lexeme t)
{
    enum form form = top_form(ps);
    const char *what = form == FORM_SCHEMA                      ? "column"
                       : form == FORM_STEPS                     ? "step"
                       : form == FORM_MAP || form == FORM_PAREN ? "key"
                                                                : "attribute";
    const char *lacks = form == FORM_SCHEMA ? "type" : form == FORM_STEPS ? "verb" : "value";
    struct span label = {ps->last->span.lo, ps->last->span.hi - 1};
    ps->tree->complete = false;
    mark_broken(ps);
    diag(ps->s, D_MISSING_VALUE, label, "the %s '%s' has no %s", what, ps->last->value.atom, lacks);
    push_back(ps, t);
    return made_up(T_NOVALUE, ps->last->span);
}

/* The head of a block is complete, and what follows belongs inside its braces. */
static bool block_brace_is_missing(struct parse *ps, const struct lexeme *t)
{
    enum kind kind = ps->head_kind;
    if (ps->head->kind == KIND_NONE || ps->last->kind == T_OF)
        return false;
    bool optional = kind_info(kind)->head & HEAD_BODY_OPTIONAL;
    enum form form = form_of_kind(kind);
    if (is_label(t->kind))
        return !optional || !ps->brackets.len;
    if (t->kind == T_GRANT || t->kind == T_REQUEST || t->kind == T_FORBID)
        return form == FORM_POLICY;
    if (t->kind == T_INCLUDE)
        return t->first && form == FORM_SCHEMA && ps->head->name.text;
    if (is_word(t->kind) && t->first && !optional &&
        (ps->head->name.text || !(kind_info(kind)->head & HEAD_NAME)))
        return form == FORM_ATTRS && kind_find(kind, t->value.atom) != KIND_NONE &&
               head_follows(ps, t->span.hi) &&
               (kind_find(KIND_NONE, t->value.atom) == KIND_NONE || t->indent > ps->line_before);
    return (t->kind == T_EXPECT && form == FORM_QUALITY) ||
           (t->kind == T_EVERY && form == FORM_STANDARD);
}

static bool brace_is_missing(struct parse *ps, const struct lexeme *t)
{
    if (ps->head)
        return block_brace_is_missing(ps, t);
    if (ps->steps_follow)
        return is_label(t->kind);
    if (!ps->step)
        return false;
    if (ps->step_form == FORM_CHOOSE)
        return t->kind == T_WHEN || t->kind == T_OTHERWISE;
    if (ps->step_form == FORM_PARALLEL)
        return t->kind == T_BRANCH;
    if (!is_label(t->kind))
        return false;
    if (t->first && t->indent <= ps->line_before)
        return false;
    return ps->step_form != FORM_ATTRS ||
           (ps->step_kind != KIND_NONE && attr_find(ps->step_kind, t->value.atom));
}

static struct lexeme missing_brace(struct parse *ps, struct lexeme t)
{
    ps->tree->complete = false;
    mark_broken(ps);
    diag(ps->s, D_MISSING_OPEN_BRACE, ps->last->span, "'{' is missing after this");
    ps->errors++;
    push_back(ps, t);
    return made_up(T_OPEN, (struct span){ps->last->span.hi, ps->last->span.hi});
}

/* `format = parquet`, `a = b` in a condition. */
static struct lexeme equals_sign(struct parse *ps, struct lexeme t)
{
    enum form form = top_form(ps);
    bool attributes =
        form == FORM_ATTRS || form == FORM_MAP || form == FORM_SCHEMA || form == FORM_STEPS;
    if (is_word(t.kind) && attributes && ps->last->kind != T_TYPE && !is_label(ps->last->kind)) {
        const char *p = next_text(ps, t.span.hi, false);
        if (p[0] == '=' && p[1] != '=' && !(ps->step && !t.first)) {
            struct lexeme sign = take_token(ps);
            ps->tree->complete = false;
            struct diag *d =
                diag(ps->s, D_EQUALS_SIGN, sign.span, "'%s' takes a colon", t.value.atom);
            diag_help(ps->s, d, "write %s: ...", t.value.atom);
            t.kind = T_LABEL;
            t.span.hi = sign.span.hi;
        }
    } else if (t.kind == T_ASSIGN && ps->before != T_TYPE && ps->brackets.len &&
               !is_label(ps->last->kind)) {
        ps->tree->complete = false;
        diag(ps->s, D_EQUALS_SIGN, t.span, "a comparison is written '=='");
        t.kind = T_EQ;
    }
    return t;
}

/* `steps: {`: takes the colon away. */
static struct lexeme colon_before_block(struct parse *ps, struct lexeme t)
{
    struct bracket *top = top_bracket(ps);
    if (!top || (top->form != FORM_ATTRS && top->form != FORM_POLL) || top->kind == KIND_NONE ||
        t.kind != T_LABEL || *next_text(ps, t.span.hi, true) != '{' ||
        attr_find(top->kind, t.value.atom) || kind_find(top->kind, t.value.atom) == KIND_NONE)
        return t;
    ps->tree->complete = false;
    struct diag *d = diag(ps->s, D_COLON_BEFORE_BLOCK, (struct span){t.span.hi - 1, t.span.hi},
                          "no colon before the braces of '%s'", t.value.atom);
    diag_help(ps->s, d, "write %s { ... }", t.value.atom);
    t.kind = word_token(t.value.atom);
    t.span.hi--;
    return t;
}

/* A '}' at the level of the file: said once a declaration. */
static struct lexeme stray_close(struct parse *ps, struct lexeme t)
{
    while (t.kind == T_CLOSE) {
        ps->tree->complete = false;
        if (ps->errors == 0)
            diag(ps->s, D_SYNTAX_ERROR, t.span, "this '}' closes nothing");
        ps->errors++;
        t = take_token(ps);
    }
    return t;
}

enum { VERB_BYTES_MAX = 15 }; /* no verb is longer */

/* A label, word or keyword that can begin an item in those braces. */
static bool fits(const struct parse *ps, const struct bracket *b, const struct lexeme *t)
{
    if (t->kind == T_BRANCH)
        return b->form == FORM_PARALLEL;
    if (t->kind == T_WHEN || t->kind == T_OTHERWISE)
        return b->form == FORM_CHOOSE;
    if (t->kind == T_GRANT || t->kind == T_REQUEST || t->kind == T_FORBID)
        return b->form == FORM_POLICY;
    if (b->form == FORM_STEPS && t->kind == T_LABEL) { /* its verb follows */
        const char *word = next_text(ps, t->span.hi, false);
        char verb[VERB_BYTES_MAX + 1] = {0};
        for (size_t i = 0; is_letter(word[i]); i++) {
            if (i == VERB_BYTES_MAX)
                return false;
            verb[i] = word[i];
        }
        return kind_find(KIND_STEPS, verb) != KIND_NONE;
    }
    if ((b->form != FORM_ATTRS && b->form != FORM_POLL) || b->kind == KIND_NONE)
        return false;
    if (is_label(t->kind))
        return attr_find(b->kind, t->value.atom) != NULL;
    return is_word(t->kind) && kind_find(b->kind, t->value.atom) != KIND_NONE &&
           head_follows(ps, t->span.hi);
}

/* How many of the innermost braces should have been closed before this token: it does not fit into
 * them, it does into those around them, and its indentation says the same. 0 when that is not sure.
 */
static size_t left_open(struct parse *ps, const struct lexeme *t)
{
    size_t n = ps->brackets.len;
    bool keyword = t->kind == T_BRANCH || t->kind == T_WHEN || t->kind == T_OTHERWISE;
    if (n < 2 || (!t->first && !keyword) || (!is_word(t->kind) && !is_label(t->kind)) || ps->head ||
        ps->steps_follow)
        return 0;
    if (fits(ps, &ps->brackets.at[n - 1], t) || (ps->last->kind != T_CLOSE && !t->first))
        return 0;
    for (size_t i = n; i-- > 0;) {
        const struct bracket *b = &ps->brackets.at[i];
        if (i + 1 < n && fits(ps, b, t))
            return n - 1 - i;
        if (b->form == FORM_LIST || b->form == FORM_PAREN || b->indent == UINT32_MAX ||
            t->indent > b->indent + (keyword ? 99 : 0))
            return 0;
        if (b->form == FORM_SCHEMA && is_label(t->kind))
            return 0;
    }
    return 0;
}

/* Closes so many braces before the token. */
static struct lexeme close_some(struct parse *ps, struct lexeme t, size_t n)
{
    uint32_t open = ps->brackets.at[ps->brackets.len - 1].at;
    ps->tree->complete = false;
    mark_broken(ps);
    struct diag *d =
        diag(ps->s, D_UNCLOSED_BRACKET, (struct span){open, open + 1}, "this '{' is never closed");
    if (ps->last->span.hi > open + 1)
        diag_place(ps->s, d, (struct span){ps->last->span.hi - 1, ps->last->span.hi},
                   "'}' was probably meant after this");
    ps->errors++;
    push_back(ps, t);
    for (size_t i = 0; i < n; i++)
        push_back(ps, made_up(T_CLOSE, (struct span){ps->last->span.hi, ps->last->span.hi}));
    return take_token(ps);
}

/* A name is missing in the head of a block, or a word stands there that does not belong. */
static struct lexeme mend_head(struct parse *ps, struct lexeme t)
{
    struct block *head = ps->head;
    unsigned flags = ps->head_kind == KIND_NONE ? 0 : kind_info(ps->head_kind)->head;
    bool word = is_word(t.kind) || t.kind == T_PATH;
    if (!head->name.text && t.first && is_word(t.kind) && head_follows(ps, t.span.hi) &&
        kind_find(KIND_NONE, t.value.atom) != KIND_NONE && t.indent <= ps->line_before) {
        if (head->kind != KIND_NONE && (flags & HEAD_NAME))
            diag(ps->s, D_BAD_HEAD, head->word.span, "'%s' needs a name", head->word.text);
        mark_broken(ps);
        ps->tree->complete = false;
        push_back(ps, t);
        push_back(ps, made_up(T_CLOSE, (struct span){ps->last->span.hi, ps->last->span.hi}));
        return made_up(T_OPEN, (struct span){ps->last->span.hi, ps->last->span.hi});
    }
    if (head->kind == KIND_NONE)
        return t;
    if (!head->name.text && t.kind == T_OF && (flags & HEAD_OF) &&
        is_letter(*next_text(ps, t.span.hi, false))) {
        ps->tree->complete = false;
        diag(ps->s, D_BAD_HEAD, head->word.span, "'%s' needs a name", head->word.text);
        mark_broken(ps);
        take_token(ps); /* the schema */
        return take_token(ps);
    }
    if (head->name.text && word && !t.first && t.kind != T_OF && ps->last->kind != T_OF &&
        !(flags & HEAD_BODY_OPTIONAL)) {
        ps->tree->complete = false;
        mark_broken(ps);
        if ((flags & HEAD_OF) && !head->of.text &&
            (*next_text(ps, t.span.hi, false) == '{' || *next_text(ps, t.span.hi, false) == '@')) {
            diag(ps->s, D_BAD_HEAD, t.span, "'of' is missing before the schema '%s'", t.value.atom);
            push_back(ps, t);
            return made_up(T_OF, (struct span){t.span.lo, t.span.lo});
        }
        diag(ps->s, D_BAD_HEAD, t.span, "unexpected '%s' in the head of '%s'", t.value.atom,
             head->word.text);
        do
            t = take_token(ps);
        while (!t.first && (is_word(t.kind) || t.kind == T_PATH));
        return t;
    }
    return t;
}

static struct lexeme mended(struct parse *ps, struct lexeme t)
{
    struct bracket *top = top_bracket(ps);
    if (t.kind == T_CLOSE && !top && !ps->head)
        t = stray_close(ps, t);
    t = equals_sign(ps, t);
    if (is_label(ps->last->kind) && !ps->last->made_up && value_is_missing(ps, &t))
        return no_value(ps, t);
    bool inside_list = top && (top->form == FORM_LIST || top->form == FORM_PAREN);
    if (inside_list && (t.kind == T_CLOSE || (t.kind == T_LABEL && top->form == FORM_LIST)))
        return close_one(ps, t, top);
    if (top && t.kind == T_END)
        return close_all(ps, t, ps->errors == 0);
    if (top && t.first && t.indent == 0 && is_declaration(ps, &t) && !is_block_here(ps, &t) &&
        ps->last->kind != T_ON && ps->last->kind != T_COMMA)
        return close_all(ps, t, ps->errors == 0);
    bool pending = ps->pending == ps->brackets.len;
    if (pending && (ps->head || ps->step || ps->steps_follow) && brace_is_missing(ps, &t))
        return missing_brace(ps, t);
    size_t left = left_open(ps, &t);
    if (left)
        return close_some(ps, t, left);
    if (pending && ps->head && !ps->head->broken)
        t = mend_head(ps, t);
    return t.kind == T_LABEL ? colon_before_block(ps, t) : t;
}

void mend_token(struct parse *ps, struct lexeme *t)
{
    *t = mended(ps, *t);
}

bool in_order(struct parse *ps, const struct lexeme *t)
{
    bool pending = ps->head || ps->step || ps->steps_follow, label = is_label(ps->last->kind);
    const struct bracket *top = top_bracket(ps);
    switch (t->kind) {
    case T_LITERAL:
    case T_STRING:
    case T_ANNOTATION:
    case T_OPEN:
    case T_LBRACKET:
    case T_LPAREN:
        return true;
    case T_BAR:
    case T_EQ:
    case T_NE:
    case T_LT:
    case T_LE:
    case T_GT:
    case T_GE:
        return true;
    case T_COMMA:
    case T_RBRACKET:
    case T_RPAREN:
        return !label;
    case T_PATH:
        return !ps->head;
    case T_CLOSE:
        return top && !label && top->form != FORM_LIST && top->form != FORM_PAREN;
    case T_WORD:
        return !t->first && !ps->head && *next_text(ps, t->span.hi, false) != '=';
    case T_LABEL: /* followed by a value, inside braces that are complete */
        return top && !pending && !label && top->form != FORM_LIST &&
               (!t->first || t->indent > top->indent) && *next_text(ps, t->span.hi, true) != '{';
    default:
        return false;
    }
}
