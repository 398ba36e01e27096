/* pipelines.h - rules over pipelines, what they promise and the guardrails; rows of the table in
 * check.c. */
#ifndef MESH_CHECK_PIPELINES_H
#define MESH_CHECK_PIPELINES_H

#include "model/deployment.h"

/* pipelines.c: steps, names and figures; what pipelines start; what products promise and who keeps
 * it. */
void check_pipelines(struct session *s, const struct mesh *mesh);
/* expressions.c: arguments of steps. */
void check_arguments(struct session *s, const struct pipeline *pipeline, const struct step *step);
/* guardrails.c */
void check_guardrails(struct session *s, const struct mesh *mesh);
/* Names of machines, and roles that exist already: once a deployment. */
void check_machines(struct session *s, const struct deployment *deployment);

#endif
