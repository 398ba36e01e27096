/* recover.h - inside of recover.c and mend.c: the tokens on their way from the scanner to the
 * parser. */
#ifndef MESH_SYNTAX_RECOVER_H
#define MESH_SYNTAX_RECOVER_H

#include "syntax/build.h"

#include <parse.h>

/* Out of the way of what every token passes through: kept out of line, so that the way itself has
 * little to save and restore. */
#define SELDOM __attribute__((cold, noinline))

/* The first byte after a place that is neither blank nor tab; with newlines also no newline. */
static inline const char *next_text(const struct parse *ps, uint32_t place, bool newlines)
{
    const char *p = ps->source->text + (place - ps->source->base);
    while (*p == ' ' || *p == '\t' || (newlines && (*p == '\n' || *p == '\r')))
        p++;
    return p;
}

static inline bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static inline bool is_word(int kind)
{
    return kind == T_WORD || (kind >= T_INCLUDE && kind <= T_CATCH);
}

static inline bool is_label(int kind)
{
    return kind == T_LABEL || kind == T_QLABEL;
}

static inline enum form top_form(struct parse *ps)
{
    struct bracket *top = top_bracket(ps);
    return top ? top->form : FORM_FILE;
}

/* What follows a word makes it the head of a block. */
bool head_follows(const struct parse *ps, uint32_t place);
/* The head of a declaration of the file; the head of a block that may stand in the innermost
 * braces. */
bool is_declaration(const struct parse *ps, const struct lexeme *t);
bool is_block_here(struct parse *ps, const struct lexeme *t);

void push_back(struct parse *ps, struct lexeme t);
void take_into(struct parse *ps, struct lexeme *t);
struct lexeme take_token(struct parse *ps);
struct lexeme made_up(int kind, struct span span);

/* Most tokens need nothing: this says so quickly. */
bool in_order(struct parse *ps, const struct lexeme *t);
/* Changes a token that shows a mistake of which we are sure, or puts another in front of it. */
void mend_token(struct parse *ps, struct lexeme *t);
/* Tokens that close everything open, the innermost first. */
void push_closers(struct parse *ps, uint32_t place);
/* Braces are open where a declaration or the end of the file is: reports it, and closes them. */
struct lexeme close_all(struct parse *ps, struct lexeme t, bool report);

#endif
