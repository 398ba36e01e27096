/* effective.h - effective access: what the entries of one deployment come to (access.md 1).
 *
 * The relation is never written out as principal x column. Entries stand indexed by party, by
 * table and by domain; tables of equal signatures are one class, for which each tag expression is
 * judged once; locations are sorted, so that what lies below one is a range. Facts are worked out
 * for one party and one table when they are asked for, and the reasons of a fact are the routes
 * that give it, each leading to the entry and its causes. */
#ifndef MESH_CHECK_ACCESS_EFFECTIVE_H
#define MESH_CHECK_ACCESS_EFFECTIVE_H

#include "check/access/parties.h"
#include "check/access/signatures.h"

/* What is granted on; in the order of a party's items. */
enum item_kind {
    ITEM_ON_TABLE,
    ITEM_ON_ALL_TABLES,
    ITEM_ON_TAGGED_TABLES,
    ITEM_ON_DATABASE,
    ITEM_ON_TAGGED_DATABASES,
    ITEM_ON_LOCATION,
    ITEM_ON_TAG,
    ITEM_ON_LINK,
    ITEM_ON_CATALOG
};

struct item { /* an entry in the indexes */
    uint32_t party;
    enum item_kind kind;
    uint32_t key;    /* index of the output or domain, number of the expression; else 0 */
    uint32_t number; /* its place among all items */
    const struct entry *entry;
};

struct items {
    const struct item *const *at;
    size_t len;
};

/* Tables of one catalog that look alike to every expression. */
struct table_class {
    const struct deployment_account *owner;
    const struct output *example;
    VEC(struct class_match) matches; /* expressions of TAGGED_TABLES entries that reach it */
};

struct class_match {
    uint32_t expression;
    enum reach reach;
};

struct effective {
    struct arena arena; /* everything below lives in it */
    struct session *s;
    const struct deployment *deployment;
    const struct mesh *mesh;
    const struct entries *entries;
    const char *day; /* only what stands then counts; NULL: what has an end stands, too */
    struct parties parties;
    struct signatures signatures;
    struct item *items; /* by party, kind, key, then in the order of the entries */
    size_t item_count;
    size_t *first_of_party;            /* by party, one more at the end */
    const struct item **on_table;      /* ITEM_ON_TABLE by output */
    size_t *first_on_table;            /* by output index, one more */
    const struct item **on_domain;     /* ITEM_ON_ALL_TABLES by domain */
    size_t *first_on_domain;           /* by domain index, one more */
    const struct item **on_expression; /* ITEM_ON_TAGGED_TABLES by expression */
    size_t *first_on_expression;
    VEC(const struct tag_expression *) expressions; /* of the entries, by number */
    struct map expression_numbers;                  /* text -> number, from 1 */
    VEC(struct table_class) classes;
    uint32_t *class_of; /* by output index; of one that is not made UINT32_MAX */
    struct ways *ways;
    size_t work; /* see session_affords */
};

/* entries must outlive it. */
void effective_make(struct session *s, const struct deployment *deployment,
                    const struct entries *entries, struct effective *out);
/* Of one day, in UTC: "2027-01-31". */
void effective_make_on(struct session *s, const struct deployment *deployment,
                       const struct entries *entries, const char *day, struct effective *out);
void effective_free(struct effective *effective);

/* Is it in force on the day? NULL: on some day. */
bool entry_stands(const struct entry *entry, const char *day);
/* A table that is there: not one that is only proposed. */
bool effective_has(const struct effective *effective, const struct output *output);
/* Its columns in the order of who-json: data, then partition keys; 1 where they are not known. */
size_t table_column_count(const struct output *output);
/* NULL: it is the one column of a table whose columns are not known. */
const struct column *table_column(const struct output *output, size_t i);
bool table_column_is_key(const struct output *output, size_t i);
uint32_t table_column_signature(const struct effective *effective, const struct output *output,
                                size_t i);

/* ---- what an entry gives on a table --------------------------------------------------------- */

struct route {
    const struct entry *entry;
    uint32_t grantee; /* whose entry it is: the party itself, or through whom it reaches it */
    enum reach reach; /* REACH_WHOLE, but for expressions that match in part */
};

/* On the table, SELECT for any column, what is implied included; shrunk where an expression
 * matches in part (access.md 1.3, 1.4). */
unsigned route_permissions(const struct route *route);
/* As written, ALL spelled out, shrunk likewise; nothing that is implied. */
unsigned route_grantable(const struct route *route);
/* May it select this column by this route? Partition keys: with any column. */
bool route_shows(struct effective *effective, const struct route *route,
                 const struct output *output, size_t column);
/* The rows that it shows, canonical; NULL: all. */
const char *route_rows(const struct route *route);
/* ALL as every permission of its target (legal.h), which are the same of all tables and of all
 * databases. */
unsigned permissions_spelled(unsigned permissions, enum grant_target target);
/* ALL as what it stands for on a table; what other permissions imply. */
unsigned table_permissions_implied(unsigned permissions);
unsigned table_permissions_spelled(unsigned permissions);
unsigned database_permissions_implied(unsigned permissions);
unsigned database_permissions_spelled(unsigned permissions);

/* Every entry that says something of the table, of whichever party, in no order that matters. */
struct routes {
    VEC(struct route) list;
};
void effective_routes(struct effective *effective, struct arena *arena, const struct output *output,
                      struct routes *out);

/* ---- one party ------------------------------------------------------------------------------- */

struct granter {
    size_t party;
    bool itself; /* else what it is granted is reached, not held */
};

struct view { /* of one party */
    struct effective *effective;
    size_t party;
    struct arena arena;
    VEC(struct granter) granters; /* itself first */
    struct class_view *classes;   /* by class: routes by tags, worked out when asked for */
    struct domain_view *domains;
};

void view_open(struct effective *effective, size_t party, struct view *out);
void view_close(struct view *view);
/* Does what the granter is granted on a catalog of owner count for the view's party? */
bool view_counts(const struct view *view, const struct granter *granter,
                 const struct deployment_account *owner);
/* The granter's items of a kind. */
struct item_range {
    const struct item *at;
    size_t len;
};
struct item_range view_items(const struct view *view, const struct granter *granter,
                             enum item_kind kind);
/* Routes of the party to a table: held ones first. */
void view_routes(struct view *view, struct arena *arena, const struct output *output,
                 struct routes *out);
bool view_holds(const struct view *view, const struct route *route);

struct column_access {
    bool all, reach_all; /* in all rows */
    uint64_t *rows;      /* held by rows: bits of table_access.predicates */
    uint64_t *reach;     /* reached likewise */
};

struct table_access {
    unsigned held, reached, grantable; /* PERMIT_ bits; reached: beyond what is held */
    size_t count;                      /* of columns */
    struct column_access *columns;
    VEC(const char *) predicates; /* sorted, each once */
    size_t words;                 /* of a set of them */
};

/* False: it has and reaches nothing there. What is found lives in the arena. */
bool view_table(struct view *view, struct arena *arena, const struct output *output,
                struct table_access *out);
/* Rows that are reached beyond those that are held. */
bool column_reaches_more(const struct table_access *access, const struct column_access *column);

struct plain_access { /* on a database, location, tag value or catalog */
    unsigned held, reached, grantable;
};
void view_database(const struct view *view, const struct domain *domain, struct plain_access *out);

#endif
