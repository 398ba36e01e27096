/* data.h - what all of the model is made of: declarations, amounts and texts with their places, and
 * free data. */
#ifndef MESH_MODEL_DATA_H
#define MESH_MODEL_DATA_H

#include "source/session.h"

/* What every declared thing has. */
struct decl {
    atom name;       /* the last part: "transactions" */
    atom path;       /* the full name: "sales.transactions" */
    struct span at;  /* of its name in the declaration */
    const char *doc; /* `///` or description:, NULL */
    uint32_t index;
    bool again; /* its name is another declaration's, which is reported */
};

/* A duration, size, percentage or plain number as written, with its place. text NULL: not given. */
struct amount {
    atom text;      /* as written: "24h", "99.9" for 99.9% */
    int64_t number; /* 24 */
    int64_t base;   /* durations in seconds (a month is 30 days, a year 365), sizes in bytes */
    int unit;       /* enum unit of syntax/tree.h */
    struct span at;
};

struct text { /* a text value with its place; value NULL: not given */
    const char *value;
    struct span at;
};

/* Free data: arguments, properties, custom. EXPRESSION is a path or call of the expression
 * language, see expression. */
enum data_kind {
    DATA_TEXT,
    DATA_NUMBER,
    DATA_BOOL,
    DATA_NULL,
    DATA_LIST,
    DATA_MAP,
    DATA_EXPRESSION,
    DATA_REFERENCE,   /* ref(X), get(X.Arn) */
    DATA_SUBSTITUTION /* sub("..."): its parts are TEXT and REFERENCE */
};

/* What a reference may name. */
enum reference_kind {
    REFER_RESOURCE,
    REFER_FUNCTION,
    REFER_MACHINE, /* of a pipeline */
    REFER_TOPIC,   /* of a channel */
    REFER_ROLE,
    REFER_TABLE,    /* of an output */
    REFER_DATABASE, /* of a domain */
    REFER_PSEUDO    /* AWS::AccountId and the like: the data's text */
};

struct reference {
    enum reference_kind kind;
    const void *thing;       /* struct cfn_resource *, struct function *, ...; PSEUDO: NULL */
    const struct decl *decl; /* as named */
    const char *attribute;   /* NULL: of ref(..) */
};

enum expression_root { ROOT_INPUT, ROOT_RESULT, ROOT_CONTEXT, ROOT_CALL };

struct data {
    enum data_kind kind;
    struct span at;
    const char *key; /* in a map */
    struct span key_at;
    const char *text; /* TEXT decoded; NUMBER in JSON's spelling; EXPRESSION: path after the root
                         ("day", "files[0].name") or the call's name */
    bool truth;       /* BOOL */
    enum expression_root root;
    const struct reference *reference;
    struct data *first, *next; /* LIST, MAP, arguments of a call, parts of a SUBSTITUTION */
};

/* The member of a map; NULL: there is none, or no map. */
const struct data *data_by_key(const struct data *map, const char *key);

#endif
