/* check.h - rules over the model: everything that is judged before anything is written. One file an
 * area; each rule is a function beside its row in the table of check.c. */
#ifndef MESH_CHECK_CHECK_H
#define MESH_CHECK_CHECK_H

#include "model/deployment.h"

/* Runs every rule over the mesh and over each of its deployments; reports in any order (diag_sort
 * puts it right). */
void check_mesh(struct session *s, const struct mesh *mesh, const struct deployments *deployments);

#endif
