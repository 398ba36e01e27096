/* ways.h - ways to a table's data that are no grants on the table (access.md 1.5): a second table
 * over its files, objects read past Lake Formation, another table whose location holds its own.
 * Each gives all rows of all columns. They rest on rights by grant, held or through accounts, and
 * never on one another. */
#ifndef MESH_CHECK_ACCESS_WAYS_H
#define MESH_CHECK_ACCESS_WAYS_H

#include "check/access/effective.h"

enum way_in_kind { WAY_SECOND_TABLE, WAY_OBJECTS, WAY_OVERLAP };

struct way_in {
    enum way_in_kind kind;
    struct route location, maker; /* SECOND_TABLE: the right on the location, and to make tables */
    const struct principal *role; /* OBJECTS: whose right it is */
    const char *objects;          /* OBJECTS: "bucket/prefix*" */
    const struct output *outer;   /* OVERLAP: the table that is read instead */
};

struct ways_in {
    VEC(struct way_in) list;
};

/* In the arena of effective. */
struct ways *ways_new(struct effective *effective);
/* Is there any way for the party to the table? */
bool ways_reach(const struct ways *ways, size_t party, const struct output *output);
/* Adds all that lead the party there. */
void ways_find(struct ways *ways, struct arena *arena, size_t party, const struct output *output,
               struct ways_in *out);
/* Joins in all parties that some way leads to the table. */
void ways_join(const struct ways *ways, const struct output *output, party_set into);

#endif
