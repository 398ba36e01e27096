/* check_proofs.h - the promises of a mesh and their proofs as one JSON value. */
#ifndef MESH_COMMAND_CHECK_PROOFS_H
#define MESH_COMMAND_CHECK_PROOFS_H

#include "base/buf.h"
#include "model/deployment.h"

/* Appends an array with an object for each environment. The mesh has no errors but those of its
 * promises. */
void check_proofs_json(struct session *s, const struct deployments *deployments, struct buf *out);

#endif
