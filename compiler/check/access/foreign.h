/* foreign.h - grants that leave their account; see foreign.c. */
#ifndef MESH_CHECK_ACCESS_FOREIGN_H
#define MESH_CHECK_ACCESS_FOREIGN_H

#include "check/access/cells.h"

void foreign_check(struct session *s, const struct deployment *deployment,
                   const struct cells *cells);

#endif
