/* legal.h - which permission may be granted on which target: the one table of Lake Formation's
 * matrix. */
#ifndef MESH_CHECK_ACCESS_LEGAL_H
#define MESH_CHECK_ACCESS_LEGAL_H

#include "model/model.h"

/* The permissions (and sets) that fit a target. Source: Lake Formation permissions reference. */
unsigned legal_permissions(enum grant_target target);
/* "a database", "a table", ... */
const char *target_noun(enum grant_target target);

#endif
