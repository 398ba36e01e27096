/* recover.c - between scanner and parser: brackets, things that are missing, and where to go on after an error.
 *
 * mesh_lex hands the parser one token at a time. On the way it keeps the stack of open brackets, gives the '{' of each form
 * of body its own token, and mends what it is sure of (a value that is missing, '=' for ':', a brace that is never
 * closed): one report, and a token put in or changed, so that the parser never sees the mistake. After a syntax error it
 * passes over tokens until a place where an item can begin, and hands out SYNC there. */
#include "syntax/build.h"

#include <parse.h>

#include <string.h>

/* ---- looking ahead in the text ----------------------------------------------------------------------------------------- */

/* The first byte after a place that is neither blank nor tab; with newlines also no newline. */
static const char *peek(const struct parse *ps, uint32_t place, bool newlines)
{
    const char *p = ps->source->text + (place - ps->source->base);
    while (*p == ' ' || *p == '\t' || (newlines && (*p == '\n' || *p == '\r')))
        p++;
    return p;
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* What follows a word makes it the head of a block. */
static bool head_follows(const struct parse *ps, uint32_t place)
{
    char c = *peek(ps, place, false);
    return letter(c) || c == '{' || c == '"';
}

static bool is_word(int kind)
{
    return kind == T_WORD || (kind >= T_INCLUDE && kind <= T_CATCH);
}

static bool is_label(int kind)
{
    return kind == T_LABEL || kind == T_QLABEL;
}

struct bracket *top_bracket(struct parse *ps)
{
    return ps->brackets.len ? &ps->brackets.at[ps->brackets.len - 1] : NULL;
}

static enum form top_form(struct parse *ps)
{
    struct bracket *top = top_bracket(ps);
    return top ? top->form : FORM_FILE;
}

/* The head of a declaration of the file. */
static bool is_declaration(const struct parse *ps, const struct lexeme *t)
{
    if (!is_word(t->kind) || !t->first)
        return false;
    if (t->kind == T_TYPE)
        return letter(*peek(ps, t->span.hi, false));
    return kind_find(KIND_NONE, t->value.atom) != KIND_NONE && head_follows(ps, t->span.hi);
}

/* The head of a block that may stand in the innermost braces. */
static bool is_block_here(struct parse *ps, const struct lexeme *t)
{
    struct bracket *top = top_bracket(ps);
    if (!is_word(t->kind) || !head_follows(ps, t->span.hi))
        return false;
    if (!top)
        return is_declaration(ps, t);
    if (top->form != FORM_ATTRS && top->form != FORM_POLL)
        return false;
    return top->kind != KIND_NONE && kind_find(top->kind, t->value.atom) != KIND_NONE;
}

/* ---- tokens in and out of the queue ----------------------------------------------------------------------------------------- */

static void push(struct parse *ps, struct lexeme t)
{
    if (ps->queued < QUEUE_MAX)
        ps->queue[ps->queued++] = t;
}

static void take_into(struct parse *ps, struct lexeme *t)
{
    if (ps->queued)
        *t = ps->queue[--ps->queued];
    else
        scan_next(ps, t);
    if (t->first) {
        ps->line_before = ps->line_indent;
        ps->line_indent = t->indent;
    }
}

static struct lexeme take(struct parse *ps)
{
    struct lexeme t;
    take_into(ps, &t);
    return t;
}

static struct lexeme made_up(int kind, struct span span)
{
    return (struct lexeme){.kind = kind, .span = span, .made_up = true};
}

/* ---- brackets ------------------------------------------------------------------------------------------------------------------ */

enum form form_of_kind(enum kind kind)
{
    switch (kind == KIND_NONE ? BODY_ATTRS : kind_info(kind)->body) {
    case BODY_MAP:
        return FORM_MAP;
    case BODY_SCHEMA:
        return FORM_SCHEMA;
    case BODY_STEPS:
        return FORM_STEPS;
    case BODY_POLICY:
        return FORM_POLICY;
    case BODY_QUALITY:
        return FORM_QUALITY;
    case BODY_STANDARD:
        return FORM_STANDARD;
    case BODY_NONE:
    case BODY_ATTRS:
        break;
    }
    return FORM_ATTRS;
}

static int open_token(enum form form)
{
    switch (form) {
    case FORM_SCHEMA:
        return T_OPEN_SCHEMA;
    case FORM_STEPS:
        return T_OPEN_STEPS;
    case FORM_POLICY:
        return T_OPEN_POLICY;
    case FORM_QUALITY:
        return T_OPEN_QUALITY;
    case FORM_STANDARD:
        return T_OPEN_STANDARD;
    case FORM_PARALLEL:
        return T_OPEN_PARALLEL;
    case FORM_CHOOSE:
        return T_OPEN_CHOOSE;
    case FORM_POLL:
        return T_OPEN_POLL;
    case FORM_FILE:
    case FORM_ATTRS:
    case FORM_MAP:
    case FORM_LIST:
    case FORM_PAREN:
        break;
    }
    return T_OPEN;
}

/* Whether a '{' that opens no body opens a map, not the options of the value before it. */
static bool opens_map(const struct parse *ps, const struct bracket *top)
{
    if (is_label(ps->last->kind))
        return true;
    if (!top || (top->form != FORM_LIST && top->form != FORM_PAREN))
        return false;
    return ps->last->kind == T_LBRACKET || ps->last->kind == T_LPAREN || ps->last->kind == T_COMMA ||
           ps->last->kind == T_CLOSE || ps->last->kind == T_RBRACKET;
}

/* What the braces hold that open now. */
static void open_brace(struct parse *ps, struct bracket *b, const struct bracket *top)
{
    bool inside_list = top && (top->form == FORM_LIST || top->form == FORM_PAREN);
    b->form = FORM_ATTRS;
    if (ps->head) {
        b->form = form_of_kind(ps->head_kind);
        b->kind = ps->head_kind;
        b->block = ps->head;
        ps->head = NULL;
    } else if (ps->steps_follow && !inside_list) {
        b->form = FORM_STEPS;
        b->kind = KIND_STEPS;
        ps->steps_follow = false;
    } else if (ps->step && !inside_list) {
        b->form = ps->step_form;
        b->kind = ps->step_form == FORM_STEPS ? KIND_STEPS : ps->step_kind;
        ps->step = NULL;
    } else if (top && top->form == FORM_QUALITY && (ps->last->kind == T_ANY || ps->last->kind == T_ALL)) {
        b->form = FORM_QUALITY;
        b->kind = top->kind;
    } else if (opens_map(ps, top)) {
        b->form = FORM_MAP;
    } else if (top && top->kind != KIND_NONE && top->label) {
        const struct attr_info *attr = attr_find(top->kind, top->label);
        b->kind = attr ? attr->options : KIND_NONE;
    }
}

/* A limit was passed and reported: the rest of the declaration is passed over. */
static struct lexeme give_up(struct parse *ps)
{
    mark_broken(ps);
    ps->head = NULL;
    ps->step = NULL;
    ps->errors = SYNTAX_ERRORS_MAX + 1;
    ps->recovering = ps->to_top = true;
    return made_up(T_MESH_error, ps->last->span);
}

static struct lexeme too_deep(struct parse *ps, struct lexeme t)
{
    ps->tree->complete = false;
    diag(ps->s, D_NESTING_TOO_DEEP, t.span, "brackets nest at most %d deep", (int)NESTING_MAX);
    push(ps, t);
    return give_up(ps);
}

/* Passes over the inside of braces that nobody understands. */
static void skip_inside(struct parse *ps)
{
    size_t depth = 0;
    for (;;) {
        struct lexeme t = take(ps);
        if (t.kind == T_OPEN)
            depth++;
        if (t.kind == T_END || (t.kind == T_CLOSE && depth-- == 0)) {
            push(ps, t);
            return;
        }
    }
}

static struct lexeme opened(struct parse *ps, struct lexeme t)
{
    struct bracket *top = top_bracket(ps);
    struct bracket b = {.at = t.span.lo, .indent = t.made_up ? UINT32_MAX : ps->line_indent};
    if (ps->brackets.len >= NESTING_MAX)
        return too_deep(ps, t);
    if (top) {
        b.kind = t.kind == T_OPEN ? KIND_NONE : top->kind;
        b.label = t.kind == T_OPEN ? NULL : top->label;
    }
    b.form = t.kind == T_LBRACKET ? FORM_LIST : FORM_PAREN;
    bool skip = t.kind == T_OPEN && ps->skip_body;
    if (t.kind == T_OPEN) {
        open_brace(ps, &b, top);
        t.kind = open_token(b.form);
        ps->skip_body = false;
    }
    vec_push(&ps->scratch, &ps->brackets, b);
    if (skip)
        skip_inside(ps);
    return t;
}

static bool closes(int kind, enum form form)
{
    return kind == T_RBRACKET ? form == FORM_LIST : kind == T_RPAREN ? form == FORM_PAREN
                                                                      : form != FORM_LIST && form != FORM_PAREN;
}

/* Keeps the stack of brackets. */
static void track(struct parse *ps, struct lexeme *t)
{
    struct bracket *top = top_bracket(ps);
    ps->closed.at = 0;
    switch (t->kind) {
    case T_OPEN:
    case T_LBRACKET:
    case T_LPAREN:
        *t = opened(ps, *t);
        break;
    case T_CLOSE:
    case T_RBRACKET:
    case T_RPAREN:
        if (top && closes(t->kind, top->form)) {
            ps->closed = *top;
            ps->brackets.len--;
            if (t->kind == T_CLOSE && t->first && top->indent != UINT32_MAX && t->indent != top->indent && !ps->suspect)
                ps->suspect = top->at;
        }
        break;
    case T_LABEL:
    case T_QLABEL:
        if (top)
            top->label = t->value.atom;
        break;
    default:
        break;
    }
}

/* ---- a bracket that is never closed -------------------------------------------------------------------------------------------- */

/* The end of the last line that, judged by its indentation, still belongs to the braces opened at that place. */
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
static void push_closers(struct parse *ps, uint32_t place)
{
    for (size_t i = 0; i < ps->brackets.len; i++) {
        enum form form = ps->brackets.at[i].form;
        int kind = form == FORM_LIST ? T_RBRACKET : form == FORM_PAREN ? T_RPAREN : T_CLOSE;
        push(ps, made_up(kind, (struct span){place, place}));
    }
}

/* Braces are open where a declaration or the end of the file is: reports it, and closes them. */
static struct lexeme close_all(struct parse *ps, struct lexeme t, bool report)
{
    struct bracket *top = top_bracket(ps);
    bool brace = top->form != FORM_LIST && top->form != FORM_PAREN;
    uint32_t open = brace && ps->suspect ? ps->suspect : top->at;
    ps->tree->complete = false;
    mark_broken(ps);
    if (report) {
        char c = ps->source->text[open - ps->source->base];
        bool real = c == '{' || c == '[' || c == '(';
        struct diag *d = diag(ps->s, D_UNCLOSED_BRACKET, (struct span){open, open + 1},
                              real ? "this '%c' is never closed" : "braces opened here are never closed", c);
        struct span meant = probable_end(ps, open, t.span.lo);
        if (meant.hi > open + 1)
            diag_place(ps->s, d, meant, "'%c' was probably meant after this", c == '[' ? ']' : c == '(' ? ')' : '}');
        ps->errors++;
    }
    push(ps, t);
    push_closers(ps, t.span.lo);
    return take(ps);
}

/* A list or parentheses are open where that cannot be. */
static struct lexeme close_one(struct parse *ps, struct lexeme t, const struct bracket *top)
{
    char open = top->form == FORM_LIST ? '[' : '(', close = top->form == FORM_LIST ? ']' : ')';
    ps->tree->complete = false;
    mark_broken(ps);
    struct diag *d = diag(ps->s, D_UNCLOSED_BRACKET, (struct span){top->at, top->at + 1}, "this '%c' is never closed", open);
    if (ps->last->span.hi > top->at + 1)
        diag_place(ps->s, d, (struct span){ps->last->span.hi - 1, ps->last->span.hi}, "'%c' was probably meant after this",
                   close);
    ps->errors++;
    push(ps, t);
    return made_up(top->form == FORM_LIST ? T_RBRACKET : T_RPAREN, (struct span){ps->last->span.hi, ps->last->span.hi});
}

/* ---- mending --------------------------------------------------------------------------------------------------------------------- */

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
        return *peek(ps, t->span.hi, false) != '(';
    case T_INCLUDE:
        return t->first && top_form(ps) == FORM_SCHEMA && letter(*peek(ps, t->span.hi, false));
    default:
        return t->first && (is_block_here(ps, t) || (t->indent == 0 && is_declaration(ps, t)));
    }
}

static struct lexeme no_value(struct parse *ps, struct lexeme t)
{
    enum form form = top_form(ps);
    const char *what = form == FORM_SCHEMA ? "column" : form == FORM_STEPS ? "step" : form == FORM_MAP || form == FORM_PAREN ? "key" : "attribute";
    const char *lacks = form == FORM_SCHEMA ? "type" : form == FORM_STEPS ? "verb" : "value";
    struct span label = {ps->last->span.lo, ps->last->span.hi - 1};
    ps->tree->complete = false;
    mark_broken(ps);
    diag(ps->s, D_MISSING_VALUE, label, "the %s '%s' has no %s", what, ps->last->value.atom, lacks);
    push(ps, t);
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
    if (is_word(t->kind) && t->first && !optional && (ps->head->name.text || !(kind_info(kind)->head & HEAD_NAME)))
        return form == FORM_ATTRS && kind_find(kind, t->value.atom) != KIND_NONE && head_follows(ps, t->span.hi) &&
               (kind_find(KIND_NONE, t->value.atom) == KIND_NONE || t->indent > ps->line_before);
    return (t->kind == T_EXPECT && form == FORM_QUALITY) || (t->kind == T_EVERY && form == FORM_STANDARD);
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
    return ps->step_form != FORM_ATTRS || (ps->step_kind != KIND_NONE && attr_find(ps->step_kind, t->value.atom));
}

static struct lexeme missing_brace(struct parse *ps, struct lexeme t)
{
    ps->tree->complete = false;
    mark_broken(ps);
    diag(ps->s, D_MISSING_OPEN_BRACE, ps->last->span, "'{' is missing after this");
    ps->errors++;
    push(ps, t);
    return made_up(T_OPEN, (struct span){ps->last->span.hi, ps->last->span.hi});
}

/* `format = parquet`, `a = b` in a condition. */
static struct lexeme equals_sign(struct parse *ps, struct lexeme t)
{
    enum form form = top_form(ps);
    bool attributes = form == FORM_ATTRS || form == FORM_MAP || form == FORM_SCHEMA || form == FORM_STEPS;
    if (is_word(t.kind) && attributes && ps->last->kind != T_TYPE && !is_label(ps->last->kind)) {
        const char *p = peek(ps, t.span.hi, false);
        if (p[0] == '=' && p[1] != '=' && !(ps->step && !t.first)) {
            struct lexeme sign = take(ps);
            ps->tree->complete = false;
            struct diag *d = diag(ps->s, D_EQUALS_SIGN, sign.span, "'%s' takes a colon", t.value.atom);
            diag_help(ps->s, d, "write %s: ...", t.value.atom);
            t.kind = T_LABEL;
            t.span.hi = sign.span.hi;
        }
    } else if (t.kind == T_ASSIGN && ps->before != T_TYPE && ps->brackets.len && !is_label(ps->last->kind)) {
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
    if (!top || (top->form != FORM_ATTRS && top->form != FORM_POLL) || top->kind == KIND_NONE || t.kind != T_LABEL ||
        *peek(ps, t.span.hi, true) != '{' || attr_find(top->kind, t.value.atom) ||
        kind_find(top->kind, t.value.atom) == KIND_NONE)
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
        t = take(ps);
    }
    return t;
}

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
        const char *word = peek(ps, t->span.hi, false);
        size_t length = 0;
        while (letter(word[length]))
            length++;
        atom verb = atom_find(&ps->s->atoms, word, length);
        return verb && kind_find(KIND_STEPS, verb) != KIND_NONE;
    }
    if ((b->form != FORM_ATTRS && b->form != FORM_POLL) || b->kind == KIND_NONE)
        return false;
    if (is_label(t->kind))
        return attr_find(b->kind, t->value.atom) != NULL;
    return is_word(t->kind) && kind_find(b->kind, t->value.atom) != KIND_NONE && head_follows(ps, t->span.hi);
}

/* How many of the innermost braces should have been closed before this token: it does not fit into them, it does into
 * those around them, and its indentation says the same. 0 when that is not sure. */
static size_t left_open(struct parse *ps, const struct lexeme *t)
{
    size_t n = ps->brackets.len;
    bool keyword = t->kind == T_BRANCH || t->kind == T_WHEN || t->kind == T_OTHERWISE;
    if (n < 2 || (!t->first && !keyword) || (!is_word(t->kind) && !is_label(t->kind)) || ps->head || ps->steps_follow)
        return 0;
    if (fits(ps, &ps->brackets.at[n - 1], t) || (ps->last->kind != T_CLOSE && !t->first))
        return 0;
    for (size_t i = n; i-- > 0;) {
        const struct bracket *b = &ps->brackets.at[i];
        if (i + 1 < n && fits(ps, b, t))
            return n - 1 - i;
        if (b->form == FORM_LIST || b->form == FORM_PAREN || b->indent == UINT32_MAX || t->indent > b->indent + (keyword ? 99 : 0))
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
    struct diag *d = diag(ps->s, D_UNCLOSED_BRACKET, (struct span){open, open + 1}, "this '{' is never closed");
    if (ps->last->span.hi > open + 1)
        diag_place(ps->s, d, (struct span){ps->last->span.hi - 1, ps->last->span.hi}, "'}' was probably meant after this");
    ps->errors++;
    push(ps, t);
    for (size_t i = 0; i < n; i++)
        push(ps, made_up(T_CLOSE, (struct span){ps->last->span.hi, ps->last->span.hi}));
    return take(ps);
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
        push(ps, t);
        push(ps, made_up(T_CLOSE, (struct span){ps->last->span.hi, ps->last->span.hi}));
        return made_up(T_OPEN, (struct span){ps->last->span.hi, ps->last->span.hi});
    }
    if (head->kind == KIND_NONE)
        return t;
    if (!head->name.text && t.kind == T_OF && (flags & HEAD_OF) && letter(*peek(ps, t.span.hi, false))) {
        ps->tree->complete = false;
        diag(ps->s, D_BAD_HEAD, head->word.span, "'%s' needs a name", head->word.text);
        mark_broken(ps);
        take(ps); /* the schema */
        return take(ps);
    }
    if (head->name.text && word && !t.first && t.kind != T_OF && ps->last->kind != T_OF && !(flags & HEAD_BODY_OPTIONAL)) {
        ps->tree->complete = false;
        mark_broken(ps);
        if ((flags & HEAD_OF) && !head->of.text && (*peek(ps, t.span.hi, false) == '{' || *peek(ps, t.span.hi, false) == '@')) {
            diag(ps->s, D_BAD_HEAD, t.span, "'of' is missing before the schema '%s'", t.value.atom);
            push(ps, t);
            return made_up(T_OF, (struct span){t.span.lo, t.span.lo});
        }
        diag(ps->s, D_BAD_HEAD, t.span, "unexpected '%s' in the head of '%s'", t.value.atom, head->word.text);
        do
            t = take(ps);
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
    if (top && t.first && t.indent == 0 && is_declaration(ps, &t) && !is_block_here(ps, &t) && ps->last->kind != T_ON &&
        ps->last->kind != T_COMMA)
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

/* Most tokens need nothing: this says so quickly. */
static void mend(struct parse *ps, struct lexeme *t)
{
    switch (t->kind) {
    case T_LITERAL:
    case T_STRING:
    case T_ANNOTATION:
    case T_OPEN:
    case T_LBRACKET:
    case T_LPAREN:
        return;
    case T_WORD: {
        char next = ps->source->text[t->span.hi - ps->source->base];
        if (!t->first && !ps->head && next != ' ' && next != '=' && next != '\t')
            return;
        break;
    }
    case T_LABEL: /* followed by a blank and a value, inside braces that are complete */
        if (!ps->head && !ps->step && !ps->steps_follow && ps->brackets.len &&
            (!t->first || t->indent > top_bracket(ps)->indent) && !is_label(ps->last->kind) && top_form(ps) != FORM_LIST &&
            *peek(ps, t->span.hi, true) != '{')
            return;
        break;
    default:
        break;
    }
    *t = mended(ps, *t);
}

/* ---- recovery ----------------------------------------------------------------------------------------------------------------------- */

void mark_broken(struct parse *ps)
{
    for (size_t i = 0; i < ps->brackets.len; i++)
        if (ps->brackets.at[i].block)
            ps->brackets.at[i].block->broken = true;
    if (ps->head)
        ps->head->broken = true;
    ps->broken_step = ps->step ? ps->step : ps->broken_step;
}

static bool opens(int kind)
{
    return kind == T_OPEN || kind == T_LBRACKET || kind == T_LPAREN || (kind >= T_OPEN_SCHEMA && kind <= T_OPEN_POLL);
}

/* Takes back the token that the parser could not use: it may be the place to go on. */
void begin_recovery(struct parse *ps)
{
    struct lexeme t = *ps->last;
    ps->recovering = true;
    ps->steps_follow = false;
    ps->type_depth = 0;
    if (t.kind == T_NOVALUE || t.kind == T_SYNC || t.kind == T_MESH_error)
        return;
    if (opens(t.kind)) {
        ps->brackets.len -= ps->brackets.len > 0;
        if (t.kind != T_LBRACKET && t.kind != T_LPAREN)
            t.kind = T_OPEN;
    } else if (ps->closed.at) {
        vec_push(&ps->scratch, &ps->brackets, ps->closed);
    }
    ps->closed = (struct bracket){0};
    push(ps, t);
}

static bool begins_item(struct parse *ps, const struct lexeme *t)
{
    struct bracket *top = top_bracket(ps);
    int kind = t->kind;
    switch (top ? top->form : FORM_FILE) {
    case FORM_FILE:
        return is_declaration(ps, t) || (is_word(kind) && t->indent == 0 && head_follows(ps, t->span.hi));
    case FORM_ATTRS:
    case FORM_POLL:
        return is_label(kind) || is_block_here(ps, t) || (top && top->kind == KIND_NONE && is_word(kind));
    case FORM_SCHEMA:
        return is_label(kind) || kind == T_INCLUDE;
    case FORM_POLICY:
        return is_label(kind) || kind == T_GRANT || kind == T_REQUEST || kind == T_FORBID;
    case FORM_QUALITY:
        return is_label(kind) || kind == T_EXPECT || kind == T_ANY || kind == T_ALL;
    case FORM_STANDARD:
        return is_label(kind) || kind == T_EVERY;
    case FORM_PARALLEL:
        return kind == T_BRANCH;
    case FORM_CHOOSE:
        return kind == T_WHEN || kind == T_OTHERWISE;
    case FORM_MAP:
    case FORM_STEPS:
    case FORM_LIST:
    case FORM_PAREN:
        break;
    }
    return is_label(kind);
}

static struct lexeme sync_at(struct parse *ps, struct lexeme t, bool body)
{
    ps->recovering = ps->to_top = false;
    ps->sync = t.span.lo;
    if (!body) {
        ps->head = NULL;
        ps->step = NULL;
        ps->skip_body = false;
    }
    push(ps, t);
    return made_up(T_SYNC, (struct span){t.span.lo, t.span.lo});
}

/* A declaration of the file begins, or the file ends, while braces are open: closes them after SYNC. */
static struct lexeme sync_and_close(struct parse *ps, struct lexeme t)
{
    if (ps->brackets.len) {
        struct lexeme closer = close_all(ps, t, false);
        push(ps, closer);
        t = take(ps);
    }
    return sync_at(ps, t, false);
}

static size_t open_braces(const struct parse *ps)
{
    size_t n = 0;
    for (size_t i = 0; i < ps->brackets.len; i++)
        n += ps->brackets.at[i].form != FORM_LIST && ps->brackets.at[i].form != FORM_PAREN;
    return n;
}

/* Where the declaration ends, by counting braces. */
static struct lexeme find_end(struct parse *ps)
{
    size_t depth = open_braces(ps);
    for (;;) {
        struct lexeme t = take(ps);
        depth += t.kind == T_OPEN;
        if (t.kind == T_CLOSE && depth > 0 && --depth == 0) {
            push_closers(ps, t.span.lo);
            return sync_at(ps, take(ps), false);
        }
        if (t.kind == T_END || (t.indent == 0 && t.span.lo != ps->sync && is_declaration(ps, &t)))
            return sync_and_close(ps, t);
    }
}

static struct lexeme find_sync(struct parse *ps)
{
    size_t depth = 0; /* braces opened and not closed since */
    while (ps->brackets.len && (top_form(ps) == FORM_LIST || top_form(ps) == FORM_PAREN))
        ps->brackets.len--;
    if (ps->to_top)
        return find_end(ps);
    for (;;) {
        struct lexeme t = take(ps);
        bool again = t.span.lo == ps->sync; /* that did not help */
        bool file = t.indent == 0 && is_declaration(ps, &t) && !again;
        if (t.kind == T_END || (file && (ps->brackets.len == 0 || depth > 0 || !is_block_here(ps, &t))))
            return sync_and_close(ps, t);
        if (t.kind == T_OPEN) {
            if (depth == 0 && (ps->head || ps->step))
                return sync_at(ps, t, true);
            depth++;
        } else if (t.kind == T_CLOSE && depth > 0) {
            depth--;
        } else if (t.kind == T_CLOSE && ps->brackets.len && !again) {
            return sync_at(ps, t, false);
        } else if (depth == 0 && t.first && !again && begins_item(ps, &t)) {
            return sync_at(ps, t, false);
        }
    }
}

/* ---- the parser's scanner ------------------------------------------------------------------------------------------------------------ */

int mesh_lex(MESH_STYPE *value, struct span *span, struct parse *ps)
{
    struct lexeme *t = ps->now;
    if (ps->panic) {
        ps->panic = false;
        *t = give_up(ps);
    } else if (ps->recovering) {
        *t = find_sync(ps);
    } else {
        take_into(ps, t);
        if (!t->made_up)
            mend(ps, t);
        track(ps, t);
    }
    ps->before = ps->last->kind;
    ps->now = ps->last;
    ps->last = t;
    *span = t->span;
    if (t->kind == T_STRING || t->kind == T_LITERAL)
        value->value = t->value.value;
    else
        value->atom = t->value.atom;
    return t->kind;
}
