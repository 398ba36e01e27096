/* predicate.h - row filters: the `where` of a grant, read against the columns of its table.
 *
 * A row filter is what Lake Formation takes of a WHERE clause (AWS: Lake Formation developer guide,
 * "PartiQL support in row filter expressions" and "Data filtering limitations"): columns compared
 * with values, joined by AND, OR, NOT. Whatever else stands in one is reported here, before AWS
 * refuses it in the middle of a deployment. The one place that knows
 *   what may stand in it:  predicate_lex.c, predicate_parse.c
 *   what fits a column:    predicate_types.c
 *   how it is written out: predicate.c */
#ifndef MESH_MODEL_PREDICATE_H
#define MESH_MODEL_PREDICATE_H

#include "model/model.h"

struct elab;

/* A filter is shorter than 2048 characters; counted in bytes, which is never less strict. */
enum { PREDICATE_BYTES_MAX = 2047, PREDICATE_DEPTH_MAX = 200 };

enum predicate_kind {
    PREDICATE_AND, /* of `first` and what follows it: two or more, none of them an AND */
    PREDICATE_OR,  /* likewise */
    PREDICATE_NOT, /* of `first` */
    PREDICATE_COMPARE,
    PREDICATE_BETWEEN,
    PREDICATE_IN,
    PREDICATE_LIKE,
    PREDICATE_NULL /* IS NULL */
};

enum predicate_value_kind {
    VALUE_IS_TEXT,
    VALUE_IS_INTEGER,
    VALUE_IS_DECIMAL,
    VALUE_IS_TRUTH,
    VALUE_IS_DATE, /* read, so that the message can say what is wrong: no column fits */
    VALUE_IS_TIMESTAMP
};

struct predicate_value {
    struct predicate_value *next;
    enum predicate_value_kind kind;
    const char *text; /* as it is printed: a text with its quotes, TRUE */
    struct span at;
};

struct predicate_node {
    struct predicate_node *next; /* in the list of an AND or OR */
    enum predicate_kind kind;
    bool negated;                         /* NOT BETWEEN, NOT IN, NOT LIKE, IS NOT NULL */
    enum comparison comparison;           /* COMPARE */
    struct predicate_node *first;         /* AND, OR, NOT */
    struct column *column;                /* the others */
    VEC(const struct field *) fields;     /* the way inside the column, a struct; mostly empty */
    size_t path, parts;                   /* for predicate*.c: where its names stand, how many */
    const struct predicate_value *values; /* COMPARE, LIKE: one; BETWEEN: two; IN: one or more */
    struct span at; /* of a condition: its column's name; of NOT: the word; else the whole text */
};

struct predicate {
    /* Keywords in upper case, one blank between words, names as the catalog has them (quoted where
     * they would be keywords of PartiQL), values as written, parentheses wherever AND, OR and NOT
     * meet. Reading it again gives it again. */
    const char *canonical;
    VEC(struct column *) columns; /* those it looks at, each once, in the order of first use */
    bool nested;                  /* it looks inside a struct */
    const struct predicate_node *tree;
    struct span at; /* of the whole text, with its quotes */
};

/* Reads the filter over the table of an output that has a schema. Reports all that is wrong, each
 * at the guilty word inside the text; NULL then. */
const struct predicate *predicate_read(struct elab *e, const struct output *output,
                                       struct text where);

/* The name of the data filter in Lake Formation: "mesh_" and 16 hex digits of the SHA-256 over its
 * columns and its rows (access.md 5): equal filters have equal names, and content never changes
 * under a name. Hashed is
 *     "*" (columns is NULL: all) or LENGTH ":" NAME "," of each column in the order of names,
 *     then "|", then the canonical predicate or "TRUE" (where is NULL: all rows).
 * A name begins with its length, so no two lists are spelled alike. */
const char *predicate_filter_name(struct arena *arena, const struct column *const *columns,
                                  size_t count, const struct predicate *where);

#endif
