/* slices.h - the days on which a grant stands, cut where something of it ends (access.md 6).
 *
 * Lake Formation has no end date: the program takes the slice of today as what is wanted. Slices of
 * one cell follow each other without a gap, and the last one is open. */
#ifndef MESH_CHECK_ACCESS_SLICES_H
#define MESH_CHECK_ACCESS_SLICES_H

#include "check/access/cells.h"

struct slice {
    const char *from, *until; /* days, both inclusive; NULL: open */
};

struct slices {
    VEC(struct slice) list; /* at least one */
};

void slices_make(struct arena *arena, const struct cell *cell, struct slices *out);

/* What ends on `until` (NULL: never) stands in all of the slice. */
bool slice_has(const struct slice *slice, const char *until);

#endif
