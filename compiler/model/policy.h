/* policy.h - what policies say: grants, requests and promises, with every name resolved. What AWS
 * would make of them is judged in check/access. */
#ifndef MESH_MODEL_POLICY_H
#define MESH_MODEL_POLICY_H

#include "base/map.h"
#include "model/data.h"

struct account;
struct column;
struct domain;
struct link;
struct output;
struct predicate;
struct principal;
struct tag;

/* Permissions of Lake Formation, as bits in the order of its API; then the sets of the language. */
enum {
    PERMIT_ALL = 1 << 0,
    PERMIT_SELECT = 1 << 1,
    PERMIT_ALTER = 1 << 2,
    PERMIT_DROP = 1 << 3,
    PERMIT_DELETE = 1 << 4,
    PERMIT_INSERT = 1 << 5,
    PERMIT_DESCRIBE = 1 << 6,
    PERMIT_CREATE_DATABASE = 1 << 7,
    PERMIT_CREATE_TABLE = 1 << 8,
    PERMIT_DATA_LOCATION_ACCESS = 1 << 9,
    PERMIT_CREATE_LF_TAG = 1 << 10,
    PERMIT_ASSOCIATE = 1 << 11,
    PERMIT_GRANT_WITH_LF_TAG_EXPRESSION = 1 << 12,
    PERMIT_LAST = PERMIT_GRANT_WITH_LF_TAG_EXPRESSION,
    PERMIT_READ = 1 << 13,
    PERMIT_WRITE = 1 << 14,
    PERMIT_MANAGE = 1 << 15,
    PERMIT_SETS = PERMIT_READ | PERMIT_WRITE | PERMIT_MANAGE
};

/* key: a | b, key <= v, ...: for each key the declared values that satisfy it. */
struct tag_condition {
    const struct tag *tag;
    VEC(atom) values; /* in the order of the tag; never empty */
    struct span at;
};

bool tag_condition_has(const struct tag_condition *condition, atom value);

struct tag_expression { /* all of them hold; each key once, sorted by its name */
    VEC(struct tag_condition) list;
    atom text; /* the same, "area=eu|us;pii=none": equal expressions have one */
};

enum grant_target {
    GRANT_DATABASE,
    GRANT_TABLE,
    GRANT_ALL_TABLES /* domain.* */,
    GRANT_LOCATION,
    GRANT_CATALOG,
    GRANT_TAGGED,           /* tables and columns by their tags */
    GRANT_TAGGED_DATABASES, /* databases by theirs */
    GRANT_TAG,              /* a tag itself */
    GRANT_LINK,             /* a link's entry, not what it leads to */
};

/* A product or output in the `except` of a promise: the roles under which Glue works for it. */
struct excepted_product {
    const char *name; /* as written */
    struct span at;
    VEC(struct output *) outputs;
};

/* A statement of a policy as written. A request and a promise have the same parts as a grant. */
struct grant {
    struct span at;        /* of the whole statement */
    struct domain *inside; /* the domain whose policy it stands in; NULL: governance's */
    unsigned permissions;  /* PERMIT_ bits, sets not yet expanded */
    unsigned grantable;    /* of them, what may be passed on; 0: no grant option */
    struct span grantable_at;
    struct {
        unsigned bit;
        struct span at;
    } written[16]; /* each permission with its place */
    size_t written_count;
    enum grant_target target;
    struct span target_at;
    struct domain *domain;        /* DATABASE, ALL_TABLES */
    VEC(struct output *) outputs; /* TABLE: one, or all outputs of a product */
    bool has_columns, except;
    struct {
        struct column **at;
        struct span *spans;
        size_t len;
    } columns;                        /* as written; NULL: reported */
    const char *location;             /* s3://bucket/prefix/ */
    struct tag_expression expression; /* TAGGED, TAGGED_DATABASES; TAG: one condition */
    bool all_values;                  /* TAG: no values were named */
    struct link *link;
    VEC(struct principal *) to; /* as written, teams not expanded */
    VEC(struct span) to_at;
    bool limits_rows;              /* `where` was written */
    const struct predicate *where; /* NULL: all rows, or reported */
    struct span where_at;
    const char *until; /* the last day, in UTC: "2027-06-30"; NULL: no end */
    struct span until_at;
    const char *because;
    /* Of a promise: */
    bool everyone; /* to everyone */
    VEC(struct principal *) except_for;
    VEC(struct span) except_for_at;
    VEC(struct excepted_product) except_products;
};

const char *permission_word(unsigned bit); /* lower case */
const char *permission_wire(unsigned bit); /* Lake Formation's: upper case; NULL for sets */

#endif
