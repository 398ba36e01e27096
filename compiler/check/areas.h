/* areas.h - the checks, one function an area; the table is in check.c. */
#ifndef MESH_CHECK_AREAS_H
#define MESH_CHECK_AREAS_H

#include "model/deployment.h"

/* Over the mesh, whatever the environment. */
void check_columns(struct session *s, const struct mesh *mesh);
void check_column_names(struct session *s, const struct mesh *mesh);
void check_layout(struct session *s, const struct mesh *mesh);
void check_field_numbers(struct session *s, const struct mesh *mesh);
void check_rules(struct session *s, const struct mesh *mesh);
void check_lineage(struct session *s, const struct mesh *mesh);
void check_service_levels(struct session *s, const struct mesh *mesh);
void check_tags(struct session *s, const struct mesh *mesh);
void check_catalog(struct session *s, const struct mesh *mesh);
void check_rulesets(struct session *s, const struct mesh *mesh);
void check_promises(struct session *s, const struct mesh *mesh);
void check_functions(struct session *s, const struct mesh *mesh);
void check_roles(struct session *s, const struct mesh *mesh);
void check_resources(struct session *s, const struct mesh *mesh);
/* Keys that CloudFormation would take for functions: {"Ref": ..}. */
void check_plain_keys(struct session *s, const struct data *map);
void check_warehouses(struct session *s, const struct mesh *mesh);
void check_arns(struct session *s, const struct mesh *mesh);
/* PATH/NAME as IAM takes them for roles and users (IAM API: pathType, roleNameType). */
bool iam_name_is_formed(const char *name);

/* Over one deployment: what depends on names, accounts and regions. */
void check_accounts(struct session *s, const struct deployment *deployment);
void check_names(struct session *s, const struct deployment *deployment);
void check_crawlers(struct session *s, const struct deployment *deployment);
void check_storage(struct session *s, const struct deployment *deployment);
void check_stacks(struct session *s, const struct deployment *deployment);
void check_existing_roles(struct session *s, const struct deployment *deployment);
void check_warehouse_links(struct session *s, const struct deployment *deployment);
void check_dashboards(struct session *s, const struct deployment *deployment);
void check_audit(struct session *s, const struct deployment *deployment);
void check_overlaps(struct session *s, const struct deployment *deployment);
void check_events(struct session *s, const struct deployment *deployment);

#endif
