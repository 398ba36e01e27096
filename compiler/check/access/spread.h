/* spread.h - what grants by tags stand for by name.
 *
 * Lake Formation shares by tags with whole accounts only (rule 2.2.7), so what a role, user or
 * group of another account is granted by tags is written out table by table. And whoever has a
 * right on a table needs DESCRIBE on its database, through which Athena resolves names
 * (access.md 1.3). */
#ifndef MESH_CHECK_ACCESS_SPREAD_H
#define MESH_CHECK_ACCESS_SPREAD_H

#include "check/access/cells.h"
#include "check/access/signatures.h"

/* Builds the cells of a deployment with all that follows from them. */
void spread_cells(struct session *s, const struct deployment *deployment,
                  struct signatures *signatures, struct cells *out);

#endif
