/* stacks.h - names of stacks, for the reports of stacks.c and for plan/plan.c. */
#ifndef MESH_CHECK_STACKS_H
#define MESH_CHECK_STACKS_H

#include "model/deployment.h"

/* domain NULL: the governance stack. */
const char *stack_name(struct arena *arena, const struct deployment *deployment,
                       const struct domain *domain);

/* For tests: how many resources plan/ makes of each domain (by index), and of governance (after the
 * last domain). Domains that exist already have 0. */
const size_t *stack_sizes(struct session *s, const struct deployment *deployment);

#endif
