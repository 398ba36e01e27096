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

/* What an expression reaches of a table for a role, user or group of another account, for whom a
 * grant by tags is written out by name: a table that is still to be made has none, and a list
 * consists of data columns. */
enum reach reach_by_name(const struct signatures *signatures, const bool *matching,
                         const struct output *output);

#endif
