/* promised.h - judges the promises of a mesh in all its deployments, tells of requests that no
 * grant answers, and of who may open tables by tagging their database (access.md 1.6, 2). */
#ifndef MESH_CHECK_ACCESS_PROMISED_H
#define MESH_CHECK_ACCESS_PROMISED_H

#include "check/access/proofs.h"

/* Once for a promise, whatever the environments; an environment in which it fares otherwise is told
 * by its name. */
void promised_check(struct session *s, const struct mesh *mesh,
                    const struct deployments *deployments);
/* Errors that were reported because promises do not hold: who answers all the same. */
size_t promised_errors(const struct session *s);

#endif
