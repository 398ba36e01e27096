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
    ENTRY_FILTER, /* columns, or rows, or both: a data cells filter */
    ENTRY_LOCATION,
    ENTRY_TAG,
    ENTRY_TAGGED_DATABASES,
    ENTRY_TAGGED_TABLES,
    ENTRY_LINK, /* the entry of a link, not what it leads to */
};

/* Why an entry is there: a statement, or what a step does. In the order of the mesh. */
struct cause {
    const struct cause *next;
    const struct grant *grant;       /* the statement; NULL: derived */
    const struct principal *named;   /* whom it names: the entry's principal or a team it is in */
    const struct pipeline *pipeline; /* derived: on whose behalf; NULL */
    const struct step *step;         /* derived: the step that touches data; NULL */
    const struct input *input;       /* derived: the input that is read; NULL */
    struct span at;                  /* of the statement, or of what it is derived from */
};

struct entry {
    const struct principal *principal; /* never a team */
    enum entry_resource resource;
    const struct deployment_account *owner;  /* whose catalog it is on; never NULL */
    const struct deployment_account *acting; /* whose administrator grants it: the owner's, or a
                                                consumer's that passes it on */
    const struct domain *domain;             /* DATABASE, ALL_TABLES, and the table's */
    const struct output *output;             /* TABLE, COLUMNS, FILTER */
    const struct column *const *columns;     /* COLUMNS, FILTER: data columns in the table's order;
                                                FILTER    of every column, later ones too: NULL */
    size_t column_count;
    const struct predicate *where;           /* FILTER: the rows; NULL: all */
    const struct link *link;                 /* LINK */
    const char *location;                    /* LOCATION: s3://bucket/prefix/ */
    const struct tag_expression *expression; /* TAGGED_..; TAG: one condition, its values */
    bool all_values;                         /* TAG: every value, later ones too */
    unsigned permissions;                    /* PERMIT_ bits without sets */
    unsigned grantable;                      /* of them, those that the principal may pass on */
    const char *from, *until; /* days in UTC, both inclusive; NULL: open. One thing may have several
                                 entries, of which one holds on any day */
    struct span at;           /* the first cause's */
    const struct cause *causes; /* NULL: follows from another entry (DESCRIBE on its database) */
    bool derived;               /* no statement asks for it */
};

struct entries {
    struct arena arena;     /* of the list and what only it has */
    VEC(struct entry) list; /* sorted: resource kind, database, table, columns, principal */
};

/* Each statement by itself. */
void access_check(struct session *s, const struct mesh *mesh);
/* What they mean together, and to whom of other accounts. */
void access_check_deployment(struct session *s, const struct deployment *deployment);
void access_canonical(struct session *s, const struct deployment *deployment, struct entries *out);

#endif
