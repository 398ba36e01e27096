/* passing.h - what a domain passes on: a grant in its own policy on a thing of another domain,
 * which its account holds with grant option (language.md, "Who may grant"). */
#ifndef MESH_CHECK_ACCESS_PASSING_H
#define MESH_CHECK_ACCESS_PASSING_H

#include "check/access/cells.h"

/* The statement is on a thing of another domain than the one whose policy it stands in. */
bool grant_passes_on(const struct grant *grant);
/* The account whose administrator makes a grant on what `owner` has. */
const struct deployment_account *grant_acts_from(const struct deployment *deployment,
                                                 const struct grant *grant,
                                                 const struct deployment_account *owner);

/* Reports statements that pass on what their domain's account does not hold, or to somebody outside
 * of it; and pipelines that write into another domain without its leave. */
void passing_check(struct session *s, const struct deployment *deployment,
                   const struct cells *cells);

#endif
