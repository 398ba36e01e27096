/* predicate_parts.h - what the files that read a row filter share: its words with their places, and
 * the state of reading one. Only predicate*.c include this. */
#ifndef MESH_MODEL_PREDICATE_PARTS_H
#define MESH_MODEL_PREDICATE_PARTS_H

#include "model/elab.h"
#include "model/predicate.h"

enum lexeme_kind {
    LEX_END,
    LEX_BROKEN, /* reported */
    LEX_NAME,
    LEX_QUOTED, /* "name" */
    LEX_TEXT,   /* 'text' */
    LEX_INTEGER,
    LEX_DECIMAL,
    LEX_COMPARISON,
    LEX_OPERATOR, /* + - * / % ||: nothing is calculated, so never right */
    LEX_OPEN,
    LEX_CLOSE,
    LEX_COMMA,
    LEX_DOT,
    LEX_AND, /* keywords, not case-sensitive */
    LEX_OR,
    LEX_NOT,
    LEX_BETWEEN,
    LEX_IN,
    LEX_LIKE,
    LEX_IS,
    LEX_NULL,
    LEX_TRUE,
    LEX_FALSE
};

struct lexeme {
    enum lexeme_kind kind;
    enum comparison comparison;
    uint32_t lo, hi; /* in the filter's text */
};

struct predicate_reader {
    struct elab *e;
    const struct output *output;
    const char *text; /* with a NUL behind it */
    uint32_t length;
    struct span whole;
    bool located; /* places are known; else all is reported at the whole text */
    uint32_t places[PREDICATE_BYTES_MAX + 1]; /* of each byte of the text, and of its end */
    VEC(struct lexeme) lexemes;               /* the last one is LEX_END */
    size_t at;                                /* of the parser, among them */
    unsigned depth;
    bool broken;     /* something was reported */
    struct map used; /* columns met so far */
    struct predicate *predicate;
};

/* predicate_lex.c */
void predicate_lex(struct predicate_reader *r);
/* The place of a part of the text. */
struct span predicate_span(const struct predicate_reader *r, uint32_t lo, uint32_t hi);
/* Reports at a part of the text. */
struct diag *predicate_report(struct predicate_reader *r, enum diag_code code, uint32_t lo,
                              uint32_t hi, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* The name that a NAME or QUOTED spells, in lower case. */
atom predicate_name(struct predicate_reader *r, const struct lexeme *l);

/* predicate_parse.c: the tree, columns still to be found; NULL where nothing of it stands */
struct predicate_node *predicate_parse(struct predicate_reader *r);
void predicate_too_deep(struct predicate_reader *r, uint32_t lo, uint32_t hi);

/* predicate_types.c */
/* The column of the table by its name in the catalog, in lower case; NULL. */
struct column *predicate_column(struct predicate_reader *r, atom name);
/* Finds the columns of a tree and judges what they are compared with. */
void predicate_resolve(struct predicate_reader *r, struct predicate_node *tree);
/* Words that PartiQL keeps for itself: a column called so stands in quotes. */
bool predicate_is_reserved(const char *name);

#endif
