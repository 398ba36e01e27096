/* glue_roles.h - the roles under which Glue works for an output: its crawler's, and those that
 * evaluate it. No declaration stands for them; in the `except` of a promise the output's name does.
 */
#ifndef MESH_CHECK_ACCESS_GLUE_ROLES_H
#define MESH_CHECK_ACCESS_GLUE_ROLES_H

#include "check/access/parties.h"

struct evaluators {
    VEC(const struct domain *) domains; /* whose evaluation role looks at it */
};

struct glue_roles {
    struct evaluators *evaluators; /* by output->decl.index */
};

/* In the arena. */
void glue_roles_make(struct arena *arena, const struct mesh *mesh, struct glue_roles *out);
/* Does Glue do anything for it? */
bool glue_works_for(const struct glue_roles *roles, const struct output *output);
/* Adds the parties that such roles are. */
void glue_roles_add(const struct glue_roles *roles, const struct parties *parties, party_set set,
                    const struct output *output);

/* Is the party such a role, made by the compiler? */
bool is_glue_role(const struct glue_roles *roles, const struct parties *parties, size_t party,
                  const struct output *output);

/* What people call these roles; no mesh can name them so. */
const char *crawler_path(struct arena *arena, const struct output *output);
const char *evaluation_path(struct arena *arena, const struct domain *domain);

#endif
