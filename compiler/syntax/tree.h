/* tree.h - the syntax tree: what the parser makes of a file and what elaboration and checks of form
 * read.
 *
 * One struct a construct. Everything is in source order, singly linked by `next`, lives in the
 * session's arena and is never changed after parsing. Spans cover the whole construct; a `struct
 * name` has the span of the word alone. Words that are looked up in a table (block kinds, step
 * verbs) carry the result of the lookup. What could not be parsed was reported and is an ITEM_ERROR
 * or a VALUE_ERROR: later phases pass over it in silence. */
#ifndef MESH_SYNTAX_TREE_H
#define MESH_SYNTAX_TREE_H

#include "base/atom.h"
#include "source/source.h"
#include "syntax/kinds.h"

/* Many of these are made: enumerations that many structs hold take one byte. */
#define ONE_BYTE __attribute__((packed))

/* A word, path or quoted text used as a name; text NULL when absent. Paths are one atom:
 * "sales.transactions". */
struct name {
    atom text;
    struct span span; /* with the quotes: name_is_quoted */
};

/* Quotes make a name's place longer than its text. */
static inline bool name_is_quoted(const struct name *name)
{
    return name->text != NULL && name->span.hi - name->span.lo >= atom_length(name->text) + 2;
}

/* ---- values ---------------------------------------------------------------------------------- */

enum ONE_BYTE value_kind {
    VALUE_ERROR,     /* reported */
    VALUE_STRING,    /* text: decoded */
    VALUE_BLOCKTEXT, /* """...""": text: raw, indentation removed */
    VALUE_INTEGER,   /* text: as written ("0123" keeps its zero); number */
    VALUE_DECIMAL,   /* text: as written, also with an exponent */
    VALUE_BOOL,      /* number: 0 or 1 */
    VALUE_NULL,
    VALUE_DATE,      /* text: 2027-01-31, a real day of the calendar */
    VALUE_VERSION,   /* text: 1.4.0 */
    VALUE_DURATION,  /* number, unit; text as written */
    VALUE_PERCENT,   /* text: the digits before % */
    VALUE_SIZE,      /* number, unit; text as written */
    VALUE_PATH,      /* text: a bare word or a path, maybe with [n] parts or .* at the end */
    VALUE_LIST,      /* first */
    VALUE_MAP,       /* items: members */
    VALUE_CALL,      /* text: the name; first: the arguments */
    VALUE_LADDER,    /* first: a < b < c */
    VALUE_CHOICE,    /* first: a | b | c */
    VALUE_CONDITION, /* condition: only as the value of a member of `poll` (until, fail) */
};

enum ONE_BYTE unit {
    UNIT_NONE,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_YEAR,
    UNIT_KB,
    UNIT_MB,
    UNIT_GB,
    UNIT_TB,
    UNIT_KIB,
    UNIT_MIB,
    UNIT_GIB,
    UNIT_TIB
};

struct item;
struct condition;

struct value {
    enum value_kind kind;
    enum unit unit;
    bool has_options; /* braces stood after it, maybe empty */
    struct span span; /* without the options */
    struct value *next;
    atom text;
    int64_t number;
    union { /* by the kind; NULL in other kinds */
        struct value *first;
        struct item *items;
        struct condition *condition;
    };
    struct item *options; /* members and blocks */
};

/* ---- expressions in `when`, `until`, `fail`, `where`, `must have` ---------------------------- */

enum operator{
    OP_NONE,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_LIKE,
    OP_IS /* set, string, number, ... */,
    OP_IN,
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_VALUE /* a bare operand: `have owner` */
};

struct condition {
    enum operator op;
    struct span span;
    struct condition *left, *right;     /* AND, OR; NOT has left */
    struct value *operand, *comparison; /* the two sides; IN: comparison is a list; IS: none */
    struct name is;                     /* IS: set, string, number, boolean, timestamp, null */
    struct condition *next;             /* in the list of a `have` */
    uint32_t depth; /* levels below and including this one, at most CONDITION_MAX */
};

/* ---- annotations and types ------------------------------------------------------------------- */

struct annotation { /* @word or @word(argument, name: argument) */
    struct annotation *next;
    struct span span;
    struct name word; /* without the @ */
    bool has_arguments;
    struct value *arguments; /* positional ones */
    struct item *named;      /* members, of @tag(key: value) */
};

/* What few types have: apart, because a mesh has many columns and a column has a type. */
struct type_parts {
    struct span span;            /* of the whole type */
    struct name field;           /* the label inside struct<...>; text NULL elsewhere */
    struct type_expr *arguments; /* <...>; NULL when there are none */
    struct value *numbers;       /* (...); NULL when there are none */
};
extern const struct type_parts no_type_parts; /* of a type that is a word alone */

struct type_expr { /* string, decimal(10, 2), array<T>, map<K, V>, struct<a: T, b: U>, a named type
                      or schema */
    struct type_expr *next; /* among the arguments of one type */
    struct name word;
    const struct type_parts *parts; /* never NULL; may be shared */
};

static inline struct span type_span(const struct type_expr *type)
{
    return type->parts == &no_type_parts ? type->word.span : type->parts->span;
}

/* ---- items: what stands in a file or between braces ------------------------------------------ */

enum item_kind {
    ITEM_ERROR,
    ITEM_BLOCK,
    ITEM_MEMBER,
    ITEM_COLUMN,
    ITEM_INCLUDE,
    ITEM_TYPE,
    ITEM_STEP,
    ITEM_ACCESS,
    ITEM_EXPECT,
    ITEM_EVERY
};

struct item {
    enum item_kind kind;
    struct span span; /* doc comment not included */
    struct item *next;
    const struct name
        *doc; /* the /// lines above: their text joined by \n, and their place; NULL */
};

/* Trees are larger than caches, and most is read for the first time after the last of them was
 * made: asks for what follows while the item is being worked on. In source order things lie one
 * behind the other. */
static inline void item_ahead(const struct item *item)
{
    enum { AHEAD = 1024 };
    __builtin_prefetch(item->next);
    __builtin_prefetch((const char *)item + AHEAD);
}

/* The text of the /// lines above, or NULL. */
static inline atom item_doc(const struct item *item)
{
    return item->doc == NULL ? NULL : item->doc->text;
}

/* kind name of Schema @annotation { items }. Body forms by kind: attribute bodies hold ITEM_MEMBER
 * and ITEM_BLOCK (and ITEM_TYPE at file level); schema: ITEM_COLUMN, ITEM_INCLUDE; steps,
 * on_failure: ITEM_STEP; policy: ITEM_ACCESS; quality: ITEM_EXPECT and members; standard:
 * ITEM_EVERY; free maps: members alone. */
struct block {
    struct item item;
    struct name word; /* the head: "product" */
    enum kind kind;   /* KIND_NONE when unknown: reported */
    bool has_body;
    bool broken; /* a syntax error inside: something may be missing, so nobody asks for what is
                    required */
    struct name name;
    struct name of;
    struct annotation *annotations;
    struct span body; /* from { to } */
    struct item *items;
    uint32_t columns; /* of a schema: how many of its items are columns */
};

struct member { /* label: value { options } */
    struct item item;
    struct name label;
    struct value *value; /* never NULL; VALUE_ERROR when it was missing */
};

struct column_decl { /* label: type @annotation... */
    struct item item;
    struct name label;
    struct type_expr *type; /* never NULL; word.text NULL when it was missing */
    struct annotation *annotations;
};

struct include {
    struct item item;
    struct name schema;
};

struct type_decl { /* type Name = type @annotation... */
    struct item item;
    struct name name;
    struct type_expr *type;
    struct annotation *annotations;
};

/* ---- steps ----------------------------------------------------------------------------------- */

/* (column_decl and step_decl: struct column and struct step are the model's.) */

enum verb {
    VERB_NONE, /* unknown: reported */
    VERB_LAMBDA,
    VERB_GLUE,
    VERB_ATHENA,
    VERB_BATCH,
    VERB_EMR,
    VERB_CALL,
    VERB_CRAWL,
    VERB_CHECK,
    VERB_RUN,
    VERB_WAIT,
    VERB_NOTIFY,
    VERB_SUCCEED,
    VERB_FAIL,
    VERB_SET,
    VERB_RAW,
    VERB_PARALLEL,
    VERB_MAP,
    VERB_POLL,
    VERB_CHOOSE,
    VERB_TRY
};

enum part_kind { PART_BRANCH, PART_WHEN, PART_OTHERWISE, PART_TRY, PART_CATCH };

struct part { /* one braced list of steps inside parallel, choose, try */
    struct part *next;
    enum part_kind kind;
    struct span span;
    struct name name;            /* branch */
    struct condition *condition; /* when */
    struct value *errors;        /* catch: the list, NULL when none was written */
    struct item *steps;
};

struct step_decl {
    struct item item;
    struct name label;
    struct name word; /* the verb as written */
    enum verb verb;
    bool wait_until; /* `wait until ...` */
    struct value
        *operands; /* what follows the verb, in order; map: what is mapped over; set: none */
    bool has_options;
    struct item *options; /* members and blocks between the braces; for set and raw the members of
                             the value */
    struct part *parts;   /* parallel, choose, try */
    struct step_decl *polled; /* poll: the call it repeats (label empty) */
};

/* ---- policy statements ----------------------------------------------------------------------- */

enum access_verb { ACCESS_GRANT, ACCESS_REQUEST, ACCESS_FORBID };

enum target_kind {
    TARGET_PATH,           /* name: product, output, or domain.* */
    TARGET_DOMAIN,         /* domain name */
    TARGET_TAGGED,         /* tagged(tests) */
    TARGET_DOMAINS_TAGGED, /* domains tagged(tests) */
    TARGET_LOCATION,       /* location "s3://..." */
    TARGET_CATALOG,
    TARGET_TAG,  /* tag name or tag name(values) */
    TARGET_LINK, /* link name */
};

struct tag_test { /* key: a | b   key <= v   key != v */
    struct tag_test *next;
    struct span span;
    struct name key;
    enum operator op;     /* OP_EQ for the colon */
    struct value *values; /* one or more paths or strings */
};

struct target {
    enum target_kind kind;
    struct span span;
    struct name name;      /* path, domain, tag, link; the location's text */
    bool has_columns;      /* an include list touched the name */
    bool except;           /* `except (columns)` */
    struct value *columns; /* of either; for TARGET_TAG the values */
    struct tag_test *tests;
};

struct access { /* grant PERMISSIONS on TARGET to PRINCIPALS clauses... */
    struct item item;
    enum access_verb verb;
    struct value *permissions;
    struct target target;
    struct value *to;        /* for request: whom it is for */
    struct value *to_except; /* forbid */
    struct value *where;     /* a string */
    struct value *until;     /* a date */
    struct value *because;   /* a string */
    bool grant_option;
    struct span grant_option_span;
    struct value *grant_option_permissions; /* with grant option (describe); NULL: all of them */
    struct annotation *annotations;
};

/* ---- quality --------------------------------------------------------------------------------- */

enum expect_form {
    EXPECT_UNIQUE,
    EXPECT_COMPLETE, /* columns */
    EXPECT_COMPARE,  /* columns (one) op operands */
    EXPECT_IN,
    EXPECT_MATCHES,
    EXPECT_BETWEEN,    /* columns (one), operands */
    EXPECT_METRIC,     /* metric(columns) op operands, or between */
    EXPECT_REFERENCES, /* columns references product(referenced) */
    EXPECT_SQL,        /* sql op operands */
    EXPECT_ANY,
    EXPECT_ALL, /* children */
};

struct expect {
    struct item item;
    enum expect_form form;
    enum operator op;       /* OP_IN stands for between in EXPECT_METRIC */
    struct value *columns;  /* paths */
    struct name metric;     /* completeness, row_count, ... */
    struct value *operands; /* one; IN: the list's items; BETWEEN: two */
    struct name product;
    struct value *referenced;
    struct value *sql;     /* string or block text */
    struct item *children; /* expects */
    struct value *where;   /* string */
    struct annotation *annotations;
};

/* ---- standard -------------------------------------------------------------------------------- */

struct every { /* every SUBJECT where CONDITION must|should have CONDITIONS because "..." */
    struct item item;
    struct name subject;
    struct condition *where;
    bool must;
    struct condition *have; /* a list by `next` */
    struct value *because;
    struct annotation *annotations;
};

/* ---- the whole ------------------------------------------------------------------------------- */

/* A comment, for the formatter: never seen by the parser. */
struct comment {
    struct span span;
    bool doc;
};

struct tree {
    const struct source *source;
    struct item *items; /* declarations, in source order */
    bool complete;      /* false when anything was reported while scanning or parsing */
    bool patches;       /* some block in it is a patch */
};

/* The construct an item is the head of: ITEM_BLOCK is a struct block, and so on. */
#define item_as(type, i)       ((struct type *)(void *)(i))
#define item_as_const(type, i) ((const struct type *)(const void *)(i))

#endif
