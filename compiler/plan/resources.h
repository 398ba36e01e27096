/* resources.h - resources that the mesh spells out, patches and references: see resources.c. */
#ifndef MESH_PLAN_RESOURCES_H
#define MESH_PLAN_RESOURCES_H

#include "plan/plan.h"

void plan_resources(struct plan *plan, struct stack *stack);
/* Merges the patches that reach the stack, once all its resources are there. */
void plan_patch(struct plan *plan, struct stack *stack);
/* Fills in the references of the stack; reports those to what stands in another one. */
void plan_bind(struct plan *plan, struct stack *stack);
/* Reports resources of the stack that refer to each other in a circle; before plan_bind forgets who
 * wrote which reference. */
void plan_judge_cycles(struct plan *plan, struct stack *stack);
/* The value of a REFERENCE or SUBSTITUTION, filled in by plan_bind. */
json *plan_reference(struct plan *plan, const struct data *data);
/* The same in a file that is no template: ${sales.queue.Arn}. */
const char *plan_reference_token(struct plan *plan, const struct data *data);
#endif
