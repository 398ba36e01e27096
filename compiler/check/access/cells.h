/* cells.h - all grants of a mesh, regrouped: one cell for each principal and resource, with what
 * each statement adds.
 *
 * This is the form in which conflicts can be seen (access.md section 3) and from which canonical
 * entries are made. It knows no environment. Teams are replaced by their members, sets of
 * permissions by what they mean on their target. */
#ifndef MESH_CHECK_ACCESS_CELLS_H
#define MESH_CHECK_ACCESS_CELLS_H

#include "check/access/access.h"

/* One statement's part in a cell. */
struct contribution {
    struct contribution *next;
    const struct grant *grant;
    const struct principal *named; /* whom the statement names: the principal or a team it is in */
};

struct cell {
    const struct principal *principal; /* never a team; a pipeline with a named role is that role */
    enum entry_resource resource;      /* COLUMNS does not occur: see limited */
    const struct domain *domain;
    const struct output *output;
    const char *location;
    unsigned permissions;              /* on the resource as a whole */
    unsigned grantable;                /* of them, what may be passed on; SELECT: also of a part */
    bool limited;                      /* some statement gives SELECT on columns only */
    unsigned char *columns;            /* then: one flag a column of output->data */
    struct span at;                    /* first statement */
    struct contribution *whole, *part; /* statements without and with a column list, in order */
    struct contribution *whole_last, *part_last;
};

struct cells {
    struct arena arena;      /* everything below lives in it */
    VEC(struct cell *) list; /* in order of first mention */
    struct map index;
};

/* Stops, and reports, where the grants stand for more than CELLS_MAX cells or too much work. */
enum { CELLS_MAX = 500000 };
void cells_build(struct session *s, const struct mesh *mesh, struct cells *out);
void cells_free(struct cells *cells);
/* The cell of a principal and a resource, or NULL. */
struct cell *cells_find(const struct cells *cells, const struct principal *principal,
                        enum entry_resource resource, const void *thing);

/* What a set of permissions means on a target: no sets, ALL alone when it is there. */
unsigned permissions_expand(unsigned permissions, enum grant_target target);

#endif
