/* watch.h - what alarms (cloudwatch.c) and dashboards (dashboard.c) share. */
#ifndef MESH_PLAN_WATCH_H
#define MESH_PLAN_WATCH_H

#include "plan/plan.h"

/* Metrics that an evaluation of a ruleset of the Data Catalog publishes, with the dimensions
 * CatalogId, Database, Ruleset, Table. */
#define QUALITY_NAMESPACE "Glue Data Quality"
#define QUALITY_FAILED    "glue.data.quality.rules.failed"
#define QUALITY_PASSED    "glue.data.quality.rules.passed"

/* <mesh>[-<suffix>]-<domain>-<thing>-<kind>; thing is a pipeline or output of the domain. */
const char *watch_alarm_name(struct plan *plan, const struct domain *domain,
                             const struct decl *thing, const char *kind);
/* Has the output a ruleset whose metrics are published in the account of what is being made? */
bool watch_quality(struct plan *plan, const struct output *output);

void plan_dashboard(struct plan *plan, struct stack *stack);

#endif
