/* triggers.h - rules over what starts pipelines. */
#ifndef MESH_CHECK_TRIGGERS_H
#define MESH_CHECK_TRIGGERS_H

#include "model/model.h"

/* The triggers of one pipeline, whatever the environment. */
void check_triggers(struct session *s, const struct pipeline *pipeline);
/* Pipelines that run or start themselves, directly or through others. */
void check_rings(struct session *s, const struct mesh *mesh);

#endif
