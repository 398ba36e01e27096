/* statements.h - each grant by itself; see statements.c. */
#ifndef MESH_CHECK_ACCESS_STATEMENTS_H
#define MESH_CHECK_ACCESS_STATEMENTS_H

#include "model/model.h"

void statements_check(struct session *s, const struct mesh *mesh);

#endif
