/* kinds.h - the tables of grammar/kinds.def in C: which kinds of block there are, what stands in
 * them, and what type each attribute has. The parser looks head words up here, elaboration checks
 * every attribute against it, suggestions, the reference's tables and the editor grammar are read
 * from it. */
#ifndef MESH_SYNTAX_KINDS_H
#define MESH_SYNTAX_KINDS_H

#include "base/atom.h"
#include <stddef.h>

enum kind {
    KIND_NONE,
#define KIND(id, ...) KIND_##id,
#include "grammar/kinds.def"
    KIND_COUNT
};

enum body_form {             /* which grammar the braces hold */
                 BODY_NONE,  /* no braces: never, only through KIND flags */
                 BODY_ATTRS, /* members and blocks */
                 BODY_MAP,   /* a free map: colons all the way down */
                 BODY_SCHEMA,
                 BODY_STEPS,
                 BODY_POLICY,
                 BODY_QUALITY,
                 BODY_STANDARD,
};

/* How the head of a block reads; bits of kind_info.head. */
enum {
    HEAD_NAME = 1, /* has a name */
    HEAD_NAME_OPTIONAL = 2,
    HEAD_PATH = 4,           /* the name may be a path (sales.transactions) */
    HEAD_STRING = 8,         /* the name is a string (patch "AWS::Glue::Table") */
    HEAD_OF = 16,            /* may have `of Schema` */
    HEAD_BODY_OPTIONAL = 32, /* may stand without braces: principals */
    HEAD_TOP = 64,           /* a declaration: may stand at file level */
};

enum attr_type {
    ATTR_TEXT, /* string or text block */
    ATTR_WORD, /* a bare word or a string, free */
    ATTR_ENUM, /* a bare word of the list in `detail`, "a|b|c" */
    ATTR_BOOL,
    ATTR_ON_OFF, /* on | off | true | false */
    ATTR_INT,    /* detail: "min..max" */
    ATTR_NUMBER,
    ATTR_DURATION, /* detail: unit words allowed, "" for all */
    ATTR_PERCENT,
    ATTR_SIZE,
    ATTR_DATE,
    ATTR_VERSION,
    ATTR_ACCOUNT_ID, /* 12 digits, bare or quoted */
    ATTR_REF,        /* a name of the kinds in `detail`, "role|user" */
    ATTR_SCHEDULE,   /* every(..), cron(..), at(..) */
    ATTR_COLUMNS,    /* names of columns, calls where partition transforms fit */
    ATTR_MAP,        /* a map value */
    ATTR_VALUE,      /* anything: checked by its own code */
};

/* Bits of attr_info.flags. */
enum {
    ATTR_REQUIRED = 1,
    ATTR_LIST = 2,    /* a list, or one item without brackets */
    ATTR_OPTIONS = 4, /* the value may carry { options }, read as a body of the kind in `options` */
    ATTR_REPEAT = 8,  /* may stand several times */
    ATTR_LATER = 16,  /* parsed and kept, but not compiled yet: "not supported yet" */
};

struct kind_info {
    const char *word;
    enum body_form body;
    unsigned head;
    bool later; /* the whole kind is not compiled yet */
    const char *doc;
};

struct attr_info {
    enum kind kind; /* the block it stands in */
    const char *word;
    enum attr_type type;
    unsigned flags;
    enum kind options; /* KIND_NONE: the value takes no options */
    const char *detail;
    const char *doc;
};

/* Which block kinds may stand inside which. */
struct nest_info {
    enum kind outer, inner;
    bool repeat;
    bool later;
};

const struct kind_info *kind_info(enum kind kind);
/* The kind of a head word as it may stand inside `outer` (KIND_NONE: at file level): several kinds
 * may share a word
 * (`environment` at file level and in a function). KIND_NONE when there is none. Inside
 * KIND_DEFAULTS everything is found that may stand in a block that has defaults. The options of a
 * step are a body of the kind that kind_find(KIND_STEPS, verb) gives; those of a value have their
 * kind in attr_info.options. */
enum kind kind_find(enum kind outer, const char *word);
/* The nearest known head word inside outer, for suggestions; NULL. */
const char *kind_suggest(enum kind outer, const char *word);
/* Attributes of a kind, in the table's order; attr_find returns the row or NULL. */
const struct attr_info *attr_first(enum kind kind, size_t *count);
const struct attr_info *attr_find(enum kind kind, const char *word);
bool kind_may_nest(enum kind outer, enum kind inner);
const struct nest_info *nest_find(enum kind outer, enum kind inner);
/* The row's place among those of its outer kind. */
size_t nest_row(enum kind outer, const struct nest_info *nest);

#endif
