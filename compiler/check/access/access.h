/* access.h - Lake Formation's rules over the grants of a mesh, and their canonical form.
 *
 * access_canonical turns the statements of the policies into the entries that a deployment wants:
 * presets expanded, teams replaced by their members, at most one entry for each principal and
 * resource, exclude lists written as include lists, partition keys dropped from lists, the derived
 * DESCRIBE on the database added (access.md 1.3, 3, 4). What AWS would refuse, or accept and not
 * mean, is reported on the way by access_check. */
#ifndef MESH_CHECK_ACCESS_H
#define MESH_CHECK_ACCESS_H

#include "model/deployment.h"

enum entry_resource {
    ENTRY_CATALOG,
    ENTRY_DATABASE,
    ENTRY_ALL_TABLES,
    ENTRY_TABLE,
    ENTRY_COLUMNS,
    ENTRY_LOCATION
};

struct entry {
    const struct principal *principal; /* never a team */
    enum entry_resource resource;
    const struct domain *domain;         /* DATABASE, ALL_TABLES */
    const struct output *output;         /* TABLE, COLUMNS */
    const struct column *const *columns; /* COLUMNS: data columns in the table's order */
    size_t column_count;
    const char *location; /* LOCATION: s3://bucket/prefix/ */
    unsigned permissions; /* PERMIT_ bits without sets */
    unsigned grantable;   /* of them, those that the principal may pass on */
    struct span at;       /* the first statement that asks for it */
    bool derived;         /* follows from another entry */
};

struct entries {
    struct arena arena;     /* of the list and what only it has */
    VEC(struct entry) list; /* sorted: resource kind, database, table, columns, principal */
};

void access_check(struct session *s, const struct mesh *mesh);
void access_canonical(struct session *s, const struct deployment *deployment, struct entries *out);

#endif
