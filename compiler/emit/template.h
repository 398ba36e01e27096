/* template.h - a stack as a CloudFormation template in JSON. */
#ifndef MESH_EMIT_TEMPLATE_H
#define MESH_EMIT_TEMPLATE_H

#include "plan/plan.h"

/* Appends the template; the stack's property trees move into it. */
void emit_template(struct buf *out, struct plan *plan, const struct stack *stack);

#endif
