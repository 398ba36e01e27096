/* quality.h - the ruleset of a table, for the template and for the steps and alarms that name it.
 */
#ifndef MESH_PLAN_QUALITY_H
#define MESH_PLAN_QUALITY_H

#include "plan/plan.h"

/* One line of DQDL; NULL when the table has no rule that a ruleset can hold. */
const char *plan_ruleset(struct plan *plan, const struct output *output);

/* For tests: a quoted text, the shapes that DQDL takes for dates and times, a JSON number as
 * DQDL's, times 10^shift. */
void dqdl_quote(struct buf *out, const char *text);
bool dqdl_is_date(const char *text);
bool dqdl_is_moment(const char *text);
const char *dqdl_number(struct plan *plan, const char *number);

#endif
