/* build.h - inside of syntax/: the state of parsing one file, and what the scanner and the
 * grammar's actions call.
 *
 * The way of a token: scan_token (grammar/mesh.l) makes it, mesh_lex (recover.c) looks after
 * brackets, missing values and recovery, the parser (grammar/mesh.y) puts it in place, one builder
 * call (build.c) an action. */
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

/* What a pair of brackets holds: decides what an item begins with, for recovery and for the words
 * of messages. */
enum form {
    FORM_FILE,
    FORM_ATTRS,
    FORM_MAP,
    FORM_SCHEMA,
    FORM_STEPS,
    FORM_POLICY,
    FORM_QUALITY,
    FORM_STANDARD,
    FORM_PARALLEL,
    FORM_CHOOSE,
    FORM_POLL,
    FORM_LIST,
    FORM_PAREN
};

/* An open bracket. */
struct bracket {
    uint32_t at;     /* its place */
    uint32_t indent; /* of the line it stands on */
    enum form form;
    enum kind kind; /* whose attributes and blocks stand inside; KIND_NONE when that is not known */
    struct block *block; /* whose body it is, NULL for options, maps, lists */
    atom label;          /* of the last member begun inside */
};

/* The value of a token: what %union holds of it. */
union token_value {
    atom atom;
    struct value *value;
};

struct lexeme {
    union token_value value;
    struct span span;
    int kind;
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
    struct arena scratch; /* lists of work: used again for the next file */
    char *copy;           /* the text, as flex writes into it */
    void *scanner;
    bool raw; /* scan_tokens: comments are tokens, nothing is decoded or reported */

    /* scanner */
    uint32_t line;            /* where the line begins, as an offset in the copy */
    uint32_t end;             /* of the last token or comment, as an offset in the copy */
    uint32_t error_line;      /* line of the last lexical error, UINT32_MAX for none */
    struct span unsaid;       /* the first syntax error that was not reported, as a follow-up */
    uint32_t stuck_at, stuck; /* where recovery went on last, and how often in a row there */
    uint32_t colon;           /* place of a ':' already reported, to be passed over; 0 for none */
    VEC(struct span) doc_lines;
    VEC(struct doc) docs;

    /* between scanner and parser */
    struct lexeme queue[QUEUE_MAX]; /* tokens to come before the next scanned one; a stack */
    size_t queued;
    struct lexeme
        tokens[2]; /* the last one handed to the parser and the one being made: never copied */
    struct lexeme *last, *now;
    int before;            /* kind of the one before the last */
    struct bracket closed; /* what last closed, when it was a bracket */
    VEC(struct bracket) brackets;
    uint32_t columns;              /* made since the last block ended */
    struct block *head;            /* its head is being read, its '{' has not come */
    enum kind head_kind;           /* its kind, or the one it was probably meant to be */
    struct step_decl *step;        /* likewise */
    struct step_decl *broken_step; /* with a syntax error in its line */
    enum kind step_kind;           /* whose attributes its braces hold */
    enum form step_form;           /* what its braces hold */
    size_t pending;    /* brackets open where that head or step began: inside parentheses nothing is
                          pending */
    bool steps_follow; /* the next '{' opens steps: after when, branch, catch */
    bool skip_body;    /* nobody knows what the next braces hold: their inside is passed over */
    uint32_t line_indent; /* of the line of the last token taken */
    uint32_t line_before; /* of the line before that */
    uint32_t suspect;     /* place of a '{' whose '}' stood at another indentation; 0 for none */
    bool recovering;      /* the parser looks for SYNC */
    bool to_top;          /* ... and only a declaration of the file will do */
    bool panic;           /* a limit was passed and reported: the next token is an error */
    uint32_t sync;        /* place where the last recovery went on */
    uint32_t errors;      /* syntax errors in this declaration */
    bool syntax_errors;   /* any in the file */

    /* builders */
    struct item *comma_item;   /* before the last comma of a body, to find two in a row */
    struct value *comma_value; /* likewise of a list */
    uint32_t type_depth;
    struct condition *too_long; /* a condition that was reported */
    struct item *last_declaration;
};

/* An annotation while its arguments are read. */
struct annotation_state {
    struct annotation *annotation;
    struct values values;
    struct item *last; /* of the named ones */
};

/* ---- scanner (grammar/mesh.l) ---------------------------------------------------------------- */

/* Prepares ps for one file and makes the scanner; scan_close gives back everything but the tree. */
void scan_open(struct parse *ps, struct session *s, const struct source *source);
void scan_close(struct parse *ps);
/* The next token: kind, value and place. In raw mode the kind is an enum token_kind. */
void scan_next(struct parse *ps, struct lexeme *token);

/* ---- literals and lexical errors (literal.c) ------------------------------------------------- */

/* NULL when the line already has one; the tree is incomplete in any case. */
struct diag *lexical_error(struct parse *ps, enum diag_code code, struct span span,
                           const char *format, ...) __attribute__((format(printf, 4, 5)));
struct value *literal_number(struct parse *ps, const char *text, size_t length, struct span span);
struct value *literal_string(struct parse *ps, const char *text, size_t length, struct span span);
struct value *literal_block(struct parse *ps, const char *text, size_t length, struct span span);
struct value *literal_error(struct parse *ps, struct span span);
/* Reports a text that CloudFormation would replace: {{resolve:..}}. */
void literal_reference(struct parse *ps, const char *text, struct span span);
/* A word, path or label, at most NAME_BYTES_MAX long. */
atom literal_name(struct parse *ps, const char *text, size_t length, struct span span);
void literal_unclosed(struct parse *ps, struct span span);

/* ---- between scanner and parser (recover.c, expected.c) -------------------------------------- */

/* The token of a word that is no label: its keyword or T_WORD. */
int word_token(atom word);
/* Reports what could not stand where the last token stands; the parser then looks for SYNC. */
void syntax_error(struct parse *ps, const int *expected, size_t count);
void begin_recovery(struct parse *ps);
/* The innermost open bracket, NULL at the level of the file. */
static inline struct bracket *top_bracket(struct parse *ps)
{
    return ps->brackets.len ? &ps->brackets.at[ps->brackets.len - 1] : NULL;
}
/* Something inside what is open now was not understood. */
void mark_broken(struct parse *ps);
/* A form in the words of messages: "an attribute or a block". */
const char *form_words(enum form form);
enum form form_of_kind(enum kind kind);

/* ---- builders (build.c, build_statements.c): one for each action of the grammar -------------- */

/* Gives the item the doc comment that stands above the token at that place. */
void doc_at(struct parse *ps, struct item *item, uint32_t place);

struct name no_name(void);
struct name word_name(atom word, struct span span);
struct name text_name(const struct value *text);
/* Of a label: the span of the word alone, without the colon that is part of the token. */
static inline struct name label_name(atom word, struct span span)
{
    uint32_t end = span.lo + (uint32_t)atom_length(word);
    return (struct name){.text = word, .span = {span.lo, end < span.hi ? end : span.hi}};
}
struct name quoted_name(struct parse *ps, atom word, struct span span);

void add_declaration(struct parse *ps, struct item *item);
void stray_comma(struct parse *ps, struct span span);
struct block *block_begin(struct parse *ps, atom word, struct span span);
struct block *block_name(struct parse *ps, struct block *block, struct name name);
struct block *block_of(struct parse *ps, struct block *block, struct name schema);
struct block *block_annotation(struct parse *ps, struct block *block,
                               struct annotation *annotation);
struct block *block_end(struct parse *ps, struct block *block, struct items items, struct span body,
                        struct span span);
struct block *block_short(struct parse *ps, struct block *block, struct span span);
struct items add_item(struct parse *ps, struct items items, struct item *item);
struct items separate(struct parse *ps, struct items items, struct span comma);
struct item *misplaced_type(struct parse *ps, struct item *type);
struct item *make_member(struct parse *ps, struct name label, struct value *value,
                         struct span span);
struct item *make_type_declaration(struct parse *ps, struct name name, struct type_expr *type,
                                   struct annotations annotations, struct span span);
struct item *make_column(struct parse *ps, struct name label, struct type_expr *type,
                         struct annotations annotations, struct span span);
struct item *make_include(struct parse *ps, struct name schema, struct span span);

struct value *make_path(struct parse *ps, atom word, struct span span);
struct value *make_operand(struct parse *ps, struct name name);
struct value *make_bool(struct parse *ps, bool value, struct span span);
struct value *make_null(struct parse *ps, struct span span);
struct value *make_call(struct parse *ps, atom word, struct span word_span, struct values arguments,
                        struct span span);
struct value *make_map(struct parse *ps, struct items items, struct span span);
struct value *make_list(struct parse *ps, enum value_kind kind, struct values values,
                        struct span span);
struct value *make_condition_value(struct parse *ps, struct condition *condition);
struct value *missing_value(struct parse *ps, struct span span);
struct value *with_options(struct parse *ps, struct value *value, struct items items);
struct values first_value(struct value *value);
struct values add_value(struct values values, struct value *value);
struct values list_comma(struct parse *ps, struct values values, struct span comma);
struct values list_options(struct parse *ps, struct values values, struct items items);

struct annotations add_annotation(struct annotations list, struct annotation *annotation);
struct annotation *make_annotation(struct parse *ps, atom word, struct span span);
struct annotation_state *annotation_begin(struct parse *ps, atom word, struct span span);
struct annotation_state *annotation_value(struct annotation_state *state, struct value *value);
struct annotation_state *annotation_member(struct annotation_state *state, struct item *member);
struct annotation *annotation_end(struct annotation_state *state, struct span span);
/* Annotations that came one after the other and were put in front. */
struct annotation *annotations_in_order(struct annotation *list);

struct type_expr *make_type(struct parse *ps, atom word, struct span span);
struct type_expr *missing_type(struct parse *ps, struct span span);
struct type_expr *type_numbers(struct parse *ps, struct type_expr *type, struct values numbers,
                               struct span span);
struct type_expr *type_begin(struct parse *ps, atom word, struct span span, struct span angle);
struct type_expr *type_end(struct parse *ps, struct type_expr *type, struct types arguments,
                           struct span span);
struct type_expr *type_field(struct parse *ps, struct name field, struct type_expr *type,
                             struct span span);
struct types first_type(struct type_expr *type);
struct types add_type(struct types types, struct type_expr *type);

struct condition *make_logic(struct parse *ps, enum operator op, struct condition *left,
                             struct condition *right, struct span span);
struct condition *make_test(struct parse *ps, enum operator op, struct value *operand,
                            struct value *comparison, struct span span);
struct condition *make_is(struct parse *ps, struct value *operand, struct name is,
                          struct span span);
struct condition *parenthesized(struct condition *condition, struct span span);
struct conditions first_condition(struct condition *condition);
struct conditions add_condition(struct conditions conditions, struct condition *condition);

struct step_decl *step_begin(struct parse *ps, struct name label, atom word, struct span span);
struct step_decl *step_empty(struct parse *ps, struct name label, struct span span);
struct step_decl *step_operand(struct step_decl *step, struct value *operand);
struct step_decl *step_until(struct parse *ps, struct step_decl *step, struct value *operand,
                             struct span until);
struct item *step_end(struct parse *ps, struct step_decl *step, struct span span);
struct item *step_options(struct parse *ps, struct step_decl *step, struct items options,
                          struct span span);
struct item *step_parts(struct parse *ps, struct step_decl *step, struct parts parts,
                        struct span span);
struct item *step_try(struct parse *ps, struct step_decl *step, struct items steps,
                      struct span body, struct parts catches, struct span span);
struct step_decl *poll_begin(struct parse *ps, struct step_decl *step, atom word, struct span span);
struct step_decl *poll_operand(struct step_decl *step, struct value *operand);
struct item *poll_end(struct parse *ps, struct step_decl *step, struct items options, bool braces,
                      struct span span);
void steps_follow(struct parse *ps);
struct part *make_part(struct parse *ps, enum part_kind kind, struct name name,
                       struct condition *condition, struct value *errors, struct items steps,
                       struct span span);
struct parts first_part(struct part *part);
struct parts add_part(struct parts parts, struct part *part);

struct access *access_begin(struct parse *ps, enum access_verb verb, struct values permissions,
                            struct target *target, struct span span);
struct access *access_to(struct access *access, struct values names, struct span span);
struct access *access_except(struct parse *ps, struct access *access, struct values names,
                             struct span word, struct span span);
struct access *access_where(struct parse *ps, struct access *access, struct value *text,
                            struct span word, struct span span);
struct access *access_until(struct parse *ps, struct access *access, struct value *date,
                            struct span word, struct span span);
struct access *access_because(struct parse *ps, struct access *access, struct value *text,
                              struct span word, struct span span);
struct access *access_option(struct parse *ps, struct access *access, struct value *permissions,
                             struct span clause, struct span span);
struct access *access_annotation(struct access *access, struct annotation *annotation,
                                 struct span span);
struct item *access_end(struct parse *ps, struct access *access);
struct target *make_target(struct parse *ps, enum target_kind kind, struct name name,
                           struct span span);
struct target *target_columns(struct parse *ps, struct target *target, struct span name,
                              struct span open, struct values columns);
struct target *target_except(struct target *target, struct values columns);
struct target *target_tests(struct parse *ps, enum target_kind kind, struct tests tests,
                            struct span span);
struct target *target_values(struct target *target, struct values values);
struct tag_test *make_tag_test(struct parse *ps, struct name key, enum operator op,
                               struct values values, struct span span);
struct tests first_test(struct tag_test *test);
struct tests add_test(struct tests tests, struct tag_test *test);

struct expect *expect_is(struct parse *ps, struct values columns, struct name word,
                         struct span span);
struct expect *expect_compare(struct parse *ps, struct name column, enum operator op,
                              struct value *value, struct span span);
struct expect *expect_in(struct parse *ps, struct name column, struct value *list,
                         struct span span);
struct expect *expect_matches(struct parse *ps, struct name column, struct value *pattern,
                              struct span span);
struct expect *expect_between(struct parse *ps, struct name column, struct value *from,
                              struct value *to, struct span span);
struct expect *expect_references(struct parse *ps, struct values columns, struct name product,
                                 struct values referenced, struct span span);
struct expect *expect_sql(struct parse *ps, atom word, struct span word_span, struct value *sql,
                          enum operator op, struct value *value, struct span span);
struct expect *expect_group(struct parse *ps, enum expect_form form, struct items children,
                            struct span span);
struct expect *expect_where(struct parse *ps, struct expect *expect, struct value *text,
                            struct span word, struct span span);
struct expect *expect_annotation(struct expect *expect, struct annotation *annotation,
                                 struct span span);
struct item *expect_end(struct parse *ps, struct expect *expect);
struct expect *make_metric(struct parse *ps, struct name metric, struct values columns,
                           struct span span);
struct expect *metric_compare(struct expect *expect, enum operator op, struct value *value,
                              struct span span);
struct expect *metric_between(struct expect *expect, struct value *from, struct value *to,
                              struct span span);

struct every *every_begin(struct parse *ps, struct name subject, struct condition *where);
struct every *every_have(struct every *every, bool must, struct conditions have, struct span span);
struct every *every_because(struct parse *ps, struct every *every, struct value *text,
                            struct span word, struct span span);
struct every *every_annotation(struct every *every, struct annotation *annotation,
                               struct span span);
struct item *every_end(struct parse *ps, struct every *every);

#endif
