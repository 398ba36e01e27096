/* check.c - the table of checks. A check is one function over the mesh or over one deployment of
 * it; it reports, and knows nothing of the others. */
#include "check/check.h"

#include "check/access/access.h"
#include "check/areas.h"
#include "check/pipelines.h"

/* One a line, in the order of their reports. */
/* clang-format off */
static void (*const mesh_checks[])(struct session *s, const struct mesh *mesh) = {
    check_columns,
    check_layout, check_field_numbers,
    check_column_names,
    check_rules,
    check_lineage,
    check_service_levels,
    check_pipelines,
    check_promises,
    check_guardrails,
    check_catalog,
    check_rulesets,
    check_functions,
    check_roles,
    check_resources,
    check_warehouses,
    access_check,
};

static void (*const deployment_checks[])(struct session *s, const struct deployment *deployment) = {
    check_accounts,
    check_names,
    check_crawlers,
    check_storage,
    check_stacks,
    check_machines,
    check_existing_roles,
    check_warehouse_links,
    check_dashboards,
    check_audit,
    check_events,
    access_check_deployment,
};
/* clang-format on */

void check_mesh(struct session *s, const struct mesh *mesh, const struct deployments *deployments)
{
    for (size_t i = 0; i < sizeof mesh_checks / sizeof *mesh_checks; i++)
        mesh_checks[i](s, mesh);
    for (size_t d = 0; d < deployments->list.len; d++) {
        if (d > 0 && !session_affords(s, 0, deployments->list.at[d]->environment->decl.at))
            return;
        for (size_t i = 0; i < sizeof deployment_checks / sizeof *deployment_checks; i++)
            deployment_checks[i](s, deployments->list.at[d]);
    }
}
