/* build.h - inside of syntax/: the state of parsing one file, and what the scanner and the grammar's actions call.
 *
 * The way of a token: scan_token (grammar/mesh.l) makes it, mesh_lex (recover.c) looks after brackets, missing values and
 * recovery, the parser (grammar/mesh.y) puts it in place, one builder call (build.c) an action. */
#ifndef MESH_SYNTAX_BUILD_H
#define MESH_SYNTAX_BUILD_H

#include "syntax/parse.h"

/* Lists under construction; the tree keeps `first`. */
struct items {
    struct item *first, *last;
};
struct values {
    struct value *first, *last;
};
struct annotations {
    struct annotation *first, *last;
};
struct types {
    struct type_expr *first, *last;
};
struct conditions {
    struct condition *first, *last;
};
struct tests {
    struct tag_test *first, *last;
};
struct parts {
    struct part *first, *last;
};

/* What a pair of brackets holds: decides what an item begins with, for recovery and for the words of messages. */
enum form {
    FORM_FILE, FORM_ATTRS, FORM_MAP, FORM_SCHEMA, FORM_STEPS, FORM_POLICY, FORM_QUALITY, FORM_STANDARD, FORM_PARALLEL,
    FORM_CHOOSE, FORM_POLL, FORM_LIST, FORM_PAREN
};

/* An open bracket. */
struct bracket {
    uint32_t at;        /* its place */
    uint32_t indent;    /* of the line it stands on */
    enum form form;
    enum kind kind;     /* whose attributes and blocks stand inside; KIND_NONE when that is not known */
    struct block *block;/* whose body it is, NULL for options, maps, lists */
    atom label;         /* of the last member begun inside */
};

/* The value of a token: what %union holds of it. */
union token_value {
    atom atom;
    struct value *value;
};

struct lexeme {
    int kind;
    union token_value value;
    struct span span;
    uint32_t indent; /* bytes between the start of the line and the token */
    bool first;      /* on its line */
    bool made_up;    /* stands in no text: put in after a report */
};

struct doc {
    uint32_t place; /* of the token it stands above */
    struct span span;
    atom text;
    bool used;
};

enum { QUEUE_MAX = NESTING_MAX + 8 };

struct parse {
    struct session *s;
    const struct source *source;
    struct tree *tree;
    struct arena scratch; /* gone when the file is parsed: the copy flex writes into, lists of work */
    char *copy;
    void *scanner;
    bool raw; /* scan_tokens: comments are tokens, nothing is decoded or reported */

    /* scanner */
    uint32_t line;       /* where the line begins, as an offset in the copy */
    uint32_t end;        /* of the last token or comment, as an offset in the copy */
    uint32_t error_line; /* line of the last lexical error, UINT32_MAX for none */
    uint32_t colon;      /* place of a ':' already reported, to be passed over; 0 for none */
    VEC(struct span) doc_lines;
    VEC(struct doc) docs;

    /* between scanner and parser */
    struct lexeme queue[QUEUE_MAX]; /* tokens to come before the next scanned one; a stack */
    size_t queued;
    struct lexeme last;      /* handed to the parser */
    int before;              /* kind of the one before it */
    struct bracket closed;   /* what last closed, when it was a bracket */
    VEC(struct bracket) brackets;
    struct block *head;      /* its head is being read, its '{' has not come */
    struct step *step;       /* likewise */
    enum form next_open;     /* form of the next '{', FORM_ATTRS when nothing special */
    uint32_t suspect;        /* place of a '{' whose '}' stood at another indentation; 0 for none */
    bool recovering;         /* the parser looks for SYNC */
    bool to_top;             /* ... and only a declaration of the file will do */
    bool panic;              /* a limit was passed and reported: the next token is an error */
    uint32_t sync;           /* place where the last recovery went on */
    uint32_t errors;         /* syntax errors in this declaration */
    bool syntax_errors;      /* any in the file */

    /* builders */
    struct item *comma_after; /* item before the last comma of a body, to find two in a row */
    uint32_t type_depth;
};

/* ---- scanner (grammar/mesh.l) --------------------------------------------------------------------------------------- */

/* Prepares ps for one file and makes the scanner; scan_close gives back everything but the tree. */
void scan_open(struct parse *ps, struct session *s, const struct source *source);
void scan_close(struct parse *ps);
/* The next token: kind, value and place. In raw mode the kind is an enum token_kind. */
struct lexeme scan_next(struct parse *ps);

/* ---- literals and lexical errors (literal.c) -------------------------------------------------------------------------- */

/* NULL when the line already has one; the tree is incomplete in any case. */
struct diag *lexical_error(struct parse *ps, enum diag_code code, struct span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct value *literal_number(struct parse *ps, const char *text, size_t length, struct span span);
struct value *literal_string(struct parse *ps, const char *text, size_t length, struct span span);
struct value *literal_block(struct parse *ps, const char *text, size_t length, struct span span);
struct value *literal_error(struct parse *ps, struct span span);
/* A word, path or label, at most NAME_BYTES_MAX long. */
atom literal_name(struct parse *ps, const char *text, size_t length, struct span span);
void literal_unclosed(struct parse *ps, struct span span);

#endif
