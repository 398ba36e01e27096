/* recover.c - between scanner and parser: brackets, and where to go on after an error.
 *
 * mesh_lex hands the parser one token at a time. On the way it keeps the stack of open brackets,
 * gives the '{' of each form of body its own token, and has mistakes mended (mend.c). After a
 * syntax error it passes over tokens until a place where an item can begin, and hands out SYNC
 * there. */
#include "syntax/recover.h"

/* ---- looking ahead in the text --------------------------------------------------------------- */

/* What follows a word makes it the head of a block. */
bool head_follows(const struct parse *ps, uint32_t place)
{
    char c = *next_text(ps, place, false);
    return is_letter(c) || c == '{' || c == '"';
}

/* The head of a declaration of the file. */
bool is_declaration(const struct parse *ps, const struct lexeme *t)
{
    if (!is_word(t->kind) || !t->first)
        return false;
    if (t->kind == T_TYPE)
        return is_letter(*next_text(ps, t->span.hi, false));
    return kind_find(KIND_NONE, t->value.atom) != KIND_NONE && head_follows(ps, t->span.hi);
}

/* The head of a block that may stand in the innermost braces. */
bool is_block_here(struct parse *ps, const struct lexeme *t)
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

/* ---- tokens in and out of the queue ---------------------------------------------------------- */

void push_back(struct parse *ps, struct lexeme t)
{
    if (ps->queued < QUEUE_MAX)
        ps->queue[ps->queued++] = t;
}

void take_into(struct parse *ps, struct lexeme *t)
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

struct lexeme take_token(struct parse *ps)
{
    struct lexeme t;
    take_into(ps, &t);
    return t;
}

struct lexeme made_up(int kind, struct span span)
{
    return (struct lexeme){.kind = kind, .span = span, .made_up = true};
}

/* ---- brackets -------------------------------------------------------------------------------- */

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
    return ps->last->kind == T_LBRACKET || ps->last->kind == T_LPAREN ||
           ps->last->kind == T_COMMA || ps->last->kind == T_CLOSE || ps->last->kind == T_RBRACKET;
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
    } else if (top && top->form == FORM_QUALITY &&
               (ps->last->kind == T_ANY || ps->last->kind == T_ALL)) {
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
SELDOM static struct lexeme give_up(struct parse *ps)
{
    mark_broken(ps);
    ps->head = NULL;
    ps->step = NULL;
    ps->errors = SYNTAX_ERRORS_MAX + 1;
    ps->recovering = ps->to_top = true;
    return made_up(T_MESH_error, ps->last->span);
}

SELDOM static struct lexeme too_deep(struct parse *ps, struct lexeme t)
{
    ps->tree->complete = false;
    diag(ps->s, D_NESTING_TOO_DEEP, t.span, "brackets nest at most %d deep", (int)NESTING_MAX);
    push_back(ps, t);
    return give_up(ps);
}

/* Passes over the inside of braces that nobody understands. */
SELDOM static void skip_inside(struct parse *ps)
{
    size_t depth = 0;
    for (;;) {
        struct lexeme t = take_token(ps);
        if (t.kind == T_OPEN)
            depth++;
        if (t.kind == T_END || (t.kind == T_CLOSE && depth-- == 0)) {
            push_back(ps, t);
            return;
        }
    }
}

__attribute__((noinline)) static void opened(struct parse *ps, struct lexeme *t)
{
    struct bracket *top = top_bracket(ps);
    struct bracket b = {.at = t->span.lo, .indent = t->made_up ? UINT32_MAX : ps->line_indent};
    if (ps->brackets.len >= NESTING_MAX) {
        *t = too_deep(ps, *t);
        return;
    }
    if (top) {
        b.kind = t->kind == T_OPEN ? KIND_NONE : top->kind;
        b.label = t->kind == T_OPEN ? NULL : top->label;
    }
    b.form = t->kind == T_LBRACKET ? FORM_LIST : FORM_PAREN;
    bool skip = t->kind == T_OPEN && ps->skip_body;
    if (t->kind == T_OPEN) {
        open_brace(ps, &b, top);
        t->kind = open_token(b.form);
        ps->skip_body = false;
    }
    vec_push(&ps->scratch, &ps->brackets, b);
    if (skip)
        skip_inside(ps);
}

static bool closes(int kind, enum form form)
{
    return kind == T_RBRACKET ? form == FORM_LIST
           : kind == T_RPAREN ? form == FORM_PAREN
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
        opened(ps, t);
        break;
    case T_CLOSE:
    case T_RBRACKET:
    case T_RPAREN:
        if (top && closes(t->kind, top->form)) {
            ps->closed = *top;
            ps->brackets.len--;
            if (t->kind == T_CLOSE && t->first && top->indent != UINT32_MAX &&
                t->indent != top->indent && !ps->suspect)
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

/* ---- recovery -------------------------------------------------------------------------------- */

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
    return kind == T_OPEN || kind == T_LBRACKET || kind == T_LPAREN ||
           (kind >= T_OPEN_SCHEMA && kind <= T_OPEN_POLL);
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
    push_back(ps, t);
}

static bool begins_item(struct parse *ps, const struct lexeme *t)
{
    struct bracket *top = top_bracket(ps);
    int kind = t->kind;
    switch (top ? top->form : FORM_FILE) {
    case FORM_FILE:
        return is_declaration(ps, t) ||
               (is_word(kind) && t->indent == 0 && head_follows(ps, t->span.hi));
    case FORM_ATTRS:
    case FORM_POLL:
        return is_label(kind) || is_block_here(ps, t) ||
               (top && top->kind == KIND_NONE && is_word(kind));
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
    push_back(ps, t);
    return made_up(T_SYNC, (struct span){t.span.lo, t.span.lo});
}

/* A declaration of the file begins, or the file ends, while braces are open: closes them after
 * SYNC. */
static struct lexeme sync_and_close(struct parse *ps, struct lexeme t)
{
    if (ps->brackets.len) {
        struct lexeme closer = close_all(ps, t, false);
        push_back(ps, closer);
        t = take_token(ps);
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
        struct lexeme t = take_token(ps);
        depth += t.kind == T_OPEN;
        if (t.kind == T_CLOSE && depth > 0 && --depth == 0) {
            push_closers(ps, t.span.lo);
            return sync_at(ps, take_token(ps), false);
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
        struct lexeme t = take_token(ps);
        bool again = t.span.lo == ps->sync; /* that did not help */
        bool file = t.indent == 0 && is_declaration(ps, &t) && !again;
        if (t.kind == T_END ||
            (file && (ps->brackets.len == 0 || depth > 0 || !is_block_here(ps, &t))))
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

/* Recovery that goes on at one place again and again gets nowhere: the rest of the file is passed
 * over. What was wrong there has been reported. */
static struct lexeme give_in(struct parse *ps)
{
    struct lexeme t;
    ps->brackets.len = 0;
    ps->recovering = false;
    ps->queued = 0;
    do
        t = take_token(ps);
    while (t.kind != T_END);
    return t;
}

SELDOM static void recover(struct parse *ps, struct lexeme *t)
{
    enum { STUCK_MAX = 16 };
    *t = find_sync(ps);
    ps->stuck = t->span.lo == ps->stuck_at ? ps->stuck + 1 : 0;
    ps->stuck_at = t->span.lo;
    if (ps->stuck > STUCK_MAX)
        *t = give_in(ps);
}

SELDOM static void panic(struct parse *ps, struct lexeme *t)
{
    ps->panic = false;
    *t = give_up(ps);
}

/* ---- the parser's scanner -------------------------------------------------------------------- */

int mesh_lex(MESH_STYPE *value, struct span *span, struct parse *ps)
{
    struct lexeme *t = ps->now;
    if (ps->panic) {
        panic(ps, t);
    } else if (ps->recovering) {
        recover(ps, t);
    } else {
        take_into(ps, t);
        if (!t->made_up && !in_order(ps, t))
            mend_token(ps, t);
        track(ps, t);
    }
    ps->before = ps->last->kind;
    ps->now = ps->last;
    ps->last = t;
    *span = t->span;
    if (is_label(t->kind)) {
        value->name = t->kind == T_LABEL ? label_name(t->value.atom, t->span)
                                         : quoted_name(ps, t->value.atom, t->span);
        return T_LABEL;
    }
    /* in one store of 16 bytes: the parser loads as many at once, and would wait for two smaller
     * ones */
    value->words[0] = value->words[1] = t->value.atom;
    return t->kind;
}
