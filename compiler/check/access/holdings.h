/* holdings.h - what one party has and reaches, in the units in which it is told: columns of a table
 * with equal rows, values of a tag with equal rights, locations, catalogs; and the order in which
 * tables and databases are told. */
#ifndef MESH_CHECK_ACCESS_HOLDINGS_H
#define MESH_CHECK_ACCESS_HOLDINGS_H

#include "check/access/effective.h"

/* ---- columns --------------------------------------------------------------------------------- */

struct select_group { /* columns of which the same rows may be selected */
    VEC(size_t) columns;
    bool held;              /* else it is what is reached beyond what is held */
    bool all;               /* rows */
    VEC(const char *) rows; /* else: canonical predicates, one of which must hold */
};

struct select_groups {
    VEC(struct select_group) list; /* by first column, held ones first */
};

void select_groups_make(struct arena *arena, const struct table_access *access,
                        struct select_groups *out);
/* Its name in the catalog; "*": the table's columns are not known. */
const char *table_column_name(const struct output *output, size_t column);

/* ---- what few have --------------------------------------------------------------------------- */

struct thing {                              /* a location, values of a tag, a link, a catalog */
    const char *name;                       /* the location; the path of the tag or link; "" */
    const struct deployment_account *owner; /* of a location NULL */
    const struct tag *tag;
    VEC(atom) values; /* of the tag, in its order */
    struct plain_access access;
};

struct things {
    VEC(struct thing) list; /* by owner, name, first value by its bytes */
};

void things_find(const struct view *view, struct arena *arena, enum item_kind kind,
                 struct things *out);

/* ---- order ----------------------------------------------------------------------------------- */

struct catalog_order { /* by account, database, table */
    const struct output **outputs;
    const struct domain **domains;
    size_t output_count, domain_count;
};
void catalog_order_make(struct effective *effective, struct arena *arena,
                        struct catalog_order *out);

#endif
