/* check.c - the table of checks. A check is one function over the mesh or over one deployment of
 * it; it reports, and knows nothing of the others. So they run side by side, in several threads
 * (source/divide.h): what a check makes is its own, the mesh and the names of the deployment are
 * only read. Those that ask what the session affords, because they multiply, come after them one by
 * one. */
#include "check/check.h"

#include "check/access/access.h"
#include "check/access/promised.h"
#include "check/areas.h"
#include "check/made.h"
#include "check/pipelines.h"
#include "source/divide.h"

typedef void mesh_check(struct session *s, const struct mesh *mesh);
typedef void deployment_check(struct session *s, const struct deployment *deployment);

/* One a line, in the order of their reports. */
/* clang-format off */
static mesh_check *const mesh_checks[] = {
    check_columns,
    check_layout, check_field_numbers,
    check_column_names,
    check_rules,
    check_lineage,
    check_service_levels,
    check_pipelines,
    check_existing,
    check_promises,
    check_guardrails,
    check_catalog,
    check_tags,
    check_rulesets,
    check_functions,
    check_roles,
    check_resources,
    check_arns,
};

static mesh_check *const mesh_checks_that_multiply[] = {
    check_warehouses,
    access_check,
};

static deployment_check *const deployment_checks[] = {
    check_accounts,
    check_names,
    check_crawlers,
    check_storage,
    check_machines,
    check_existing_roles,
    check_warehouse_links,
    check_dashboards,
    check_audit,
    check_events,
    check_overlaps,
};

static deployment_check *const deployment_checks_that_multiply[] = {
    check_stacks,
    access_check_deployment,
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof *(table))

struct checked {
    const struct mesh *mesh;
    const struct deployment *deployment;
};

static void check_of_mesh(struct session *own, void *checked, size_t i)
{
    mesh_checks[i](own, ((const struct checked *)checked)->mesh);
}

static void check_of_deployment(struct session *own, void *checked, size_t i)
{
    deployment_checks[i](own, ((const struct checked *)checked)->deployment);
}

void check_mesh(struct session *s, const struct mesh *mesh, const struct deployments *deployments)
{
    struct checked checked = {.mesh = mesh};
    size_t bytes = s->sources.next;
    divide(s, COUNT(mesh_checks), bytes, check_of_mesh, &checked);
    for (size_t i = 0; i < COUNT(mesh_checks_that_multiply); i++)
        mesh_checks_that_multiply[i](s, mesh);
    for (size_t d = 0; d < deployments->list.len; d++) {
        checked.deployment = deployments->list.at[d];
        if (d > 0 && !session_affords(s, 0, checked.deployment->environment->decl.at))
            return;
        divide(s, COUNT(deployment_checks), bytes, check_of_deployment, &checked);
        for (size_t i = 0; i < COUNT(deployment_checks_that_multiply); i++)
            deployment_checks_that_multiply[i](s, checked.deployment);
    }
    promised_check(s, mesh, deployments);
}
