/* targets.h - see targets.c. */
#ifndef MESH_MODEL_TARGETS_H
#define MESH_MODEL_TARGETS_H

#include "model/elab.h"

/* Reads what a statement is about into `grant`, whose `inside` is set; false when it was reported.
 */
bool target_read(struct elab *e, const struct target *target, struct grant *grant);

#endif
