/* derived.h - what Lake Formation has to grant to the roles under which steps touch data, without
 * anybody writing it (access.md 1.7).
 *
 * A role gets what its pipelines produce and the inputs of that, and nothing for starting workers
 * that have roles of their own. Each grant can be traced to the pipeline, the step and the input.
 */
#ifndef MESH_CHECK_ACCESS_DERIVED_H
#define MESH_CHECK_ACCESS_DERIVED_H

#include "check/access/cells.h"

/* Adds them to the cells of statements. Roles that the compiler makes for Glue itself, evaluations
 * and crawlers, have names in a deployment alone: NULL leaves them out. */
void derived_grants(struct cells *cells, const struct mesh *mesh,
                    const struct deployment *deployment);

#endif
