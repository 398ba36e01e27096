/* cells.h - all grants of a mesh, regrouped: one cell for each principal and resource, with what
 * each cause adds.
 *
 * This is the form in which conflicts can be seen (access.md section 3) and from which canonical
 * entries are made. Teams are replaced by their members, sets of permissions by what they mean on
 * their target. */
#ifndef MESH_CHECK_ACCESS_CELLS_H
#define MESH_CHECK_ACCESS_CELLS_H

#include "check/access/access.h"

/* One cause's part in a cell. */
struct contribution {
    struct contribution *next;
    struct cause cause;
    unsigned permissions, grantable; /* without sets */
    const unsigned char *columns;    /* one flag a column of output->data; NULL: all of them */
    const struct predicate *where;   /* NULL: all rows */
    const char *until;               /* NULL: no end */
    bool implied;                    /* by rights on tables: counts where there is no other */
};

struct contributions {
    struct contribution *first, *last; /* statements in the order of the mesh, then derived ones */
};

struct cell {
    const struct principal *principal; /* never a team; a pipeline with a named role is that role */
    enum entry_resource resource;      /* COLUMNS and FILTER do not occur: see part */
    const struct domain *domain;
    const struct output *output;
    const struct link *link;
    const char *location;
    const struct tag_expression *expression;
    bool all_values;            /* of a tag */
    bool ends;                  /* a contribution has an end */
    struct span at;             /* first cause */
    struct contributions whole; /* of the resource as a whole */
    struct contributions part;  /* of some columns or rows */
};

/* One thing that a principal is given, for one reason. Only what belongs to the resource is set. */
struct giving {
    enum entry_resource resource;
    const struct domain *domain;
    const struct output *output;
    const struct link *link;
    const char *location; /* an atom */
    const struct tag_expression *expression;
    bool all_values;
    struct contribution what; /* its columns live as long as the cells */
};

struct cells {
    struct arena arena; /* everything below lives in it */
    struct session *s;
    VEC(struct cell *) list; /* in order of first mention */
    struct map index;
    struct map ones; /* principal -> the one it is here, where another's name comes first */
    size_t work;     /* see session_affords */
    bool full;       /* reported: nothing is added any more */
};

/* Stops, and reports, where the grants stand for more than CELLS_MAX cells or too much work.
 * Without a deployment, what only one can tell is left out: the roles that Glue works under. */
enum { CELLS_MAX = 500000 };
void cells_build(struct session *s, const struct mesh *mesh, const struct deployment *deployment,
                 struct cells *out);
/* NULL: it was one too many. What is returned may be changed as long as nothing was read. */
struct contribution *cells_give(struct cells *cells, const struct principal *principal,
                                const struct giving *giving);
/* The principal that has the cells of this one. */
const struct principal *cells_principal(const struct cells *cells,
                                        const struct principal *principal);
/* Puts every data lake administrator into the map, teams replaced by their members. */
void cells_admins(const struct cells *cells, const struct mesh *mesh, struct map *admins);
void cells_free(struct cells *cells);
bool cells_afford(struct cells *cells, size_t work, struct span at);
/* The cell of a principal and a resource, or NULL. thing: the domain, output, link, or location as
 * an atom. */
struct cell *cells_find(const struct cells *cells, const struct principal *principal,
                        enum entry_resource resource, const void *thing);

/* A column of the table that a statement is on stays open: it is listed, or not excepted. */
bool grant_opens(const struct grant *grant, const struct column *column);

/* What a set of permissions means on a target: no sets, ALL alone when it is there. */
unsigned permissions_expand(unsigned permissions, enum grant_target target);

#endif
