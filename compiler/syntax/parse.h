/* parse.h - the one door to the generated scanner and parser. */
#ifndef MESH_SYNTAX_PARSE_H
#define MESH_SYNTAX_PARSE_H

#include "source/session.h"
#include "syntax/tree.h"

/* Deepest nesting of blocks, lists, types and parentheses; levels of a condition (a long chain of
 * `and` is a deep tree); bytes of a name; syntax errors reported a top-level declaration. */
enum { NESTING_MAX = 200, CONDITION_MAX = 1000, NAME_BYTES_MAX = 1000, SYNTAX_ERRORS_MAX = 4 };

/* Parses one file; everything wrong with it is reported. Never NULL: good declarations are kept. */
struct tree *parse_file(struct session *s, const struct source *source);

/* The trees of all files of the run, in the order of the sources; several at once where that pays
 * (source/divide.h). */
struct tree **parse_all(struct session *s);

/* Every token of a file with its place, comments included, for the formatter: no report is made, an
 * unknown byte is a token of its own kind. */
enum token_kind {
    TOKEN_END,
    TOKEN_WORD /* words, paths, keywords */,
    TOKEN_LABEL /* name: */,
    TOKEN_QUOTED_LABEL /* "name": */,
    TOKEN_STRING,
    TOKEN_BLOCKTEXT,
    TOKEN_LITERAL /* numbers, durations, dates, ... */,
    TOKEN_ANNOTATION /* @name */,
    TOKEN_PUNCTUATION /* { } [ ] ( ) < > , | = == != <= >= */,
    TOKEN_COMMENT,
    TOKEN_DOC,
    TOKEN_OTHER
};

struct token {
    enum token_kind kind;
    struct span span;
};

struct token_list {
    VEC(struct token) list; /* ends with TOKEN_END */
};

void scan_tokens(struct session *s, const struct source *source, struct token_list *out);

/* Runs the generated scanner over a file and throws every token away: what the benchmark compares
 * with. Returns how many there were. */
size_t scan_bare(struct session *s, const struct source *source);

#endif
