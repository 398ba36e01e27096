/* granted_places.h - locations that are granted on, and those that should be: making and altering
 * tables asks for a right on where they lie (reference of Lake Formation, rule 2.2.12). */
#ifndef MESH_CHECK_ACCESS_GRANTED_PLACES_H
#define MESH_CHECK_ACCESS_GRANTED_PLACES_H

#include "check/access/cells.h"

void granted_places_check(struct session *s, const struct deployment *deployment,
                          const struct cells *cells);

#endif
