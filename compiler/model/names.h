/* names.h - names in AWS of what the compiler makes beside tables and machines: roles, crawlers,
 * rulesets, topics, schedules, alarms. One place, because a name is used by its template, by the
 * rights that speak of it and by machines that call it. Texts live in the arena given. */
#ifndef MESH_MODEL_NAMES_H
#define MESH_MODEL_NAMES_H

#include "model/deployment.h"

/* Joins mesh, suffix, domain and what with hyphens; cut to `limit` bytes with 8 hex digits of a
 * hash where it is longer. domain and what may be NULL. Characters other than letters and digits
 * become hyphens. */
const char *name_joined(struct arena *arena, const struct deployment *deployment,
                        const struct domain *domain, const char *what, size_t limit);

/* The role that is made for a pipeline without `role:` (at most 64 characters, IAM). */
const char *name_pipeline_role(struct arena *arena, const struct deployment *deployment,
                               const struct pipeline *pipeline);
/* The role under which EventBridge Scheduler starts a domain's machines and evaluations. */
const char *name_scheduler_role(struct arena *arena, const struct deployment *deployment,
                                const struct domain *domain);
/* The role under which EventBridge starts a pipeline's machine, and the rule of one of its events:
 * `what` tells it from the others. */
const char *name_start_role(struct arena *arena, const struct deployment *deployment,
                            const struct pipeline *pipeline);
const char *name_start_rule(struct arena *arena, const struct deployment *deployment,
                            const struct pipeline *pipeline, const char *what);
/* The role under which EventBridge forwards a domain's events to other accounts, and the rule that
 * does so with one of them. */
const char *name_forward_role(struct arena *arena, const struct deployment *deployment,
                              const struct domain *domain);
const char *name_forward_rule(struct arena *arena, const struct deployment *deployment,
                              const struct domain *domain, const char *what);
/* What lets the events of another account in to start machines of a domain. */
const char *name_sender(struct arena *arena, const struct deployment *deployment,
                        const struct domain *domain, const char *account);
/* The role under which Glue evaluates the rulesets of a domain. */
const char *name_quality_role(struct arena *arena, const struct deployment *deployment,
                              const struct domain *domain);
/* The role under which Lake Formation reads and writes what a domain registers: in the account of
 * its catalog. */
const char *name_registration_role(struct arena *arena, const struct deployment *deployment,
                                   const struct domain *domain);
/* The role of an output's crawler where `crawl` names none. */
const char *name_crawler_role(struct arena *arena, const struct deployment *deployment,
                              const struct output *output);
/* Names of Glue: unique in an account, because database and table are. */
const char *name_crawler(struct arena *arena, const struct deployment *deployment,
                         const struct output *output);
const char *name_ruleset(struct arena *arena, const struct deployment *deployment,
                         const struct output *output);
/* A function's own name, with the deployment's suffix. */
const char *name_function(struct arena *arena, const struct deployment *deployment,
                          const struct function *function);
/* The group that a function's log goes to. */
const char *name_function_log(struct arena *arena, const struct deployment *deployment,
                              const struct function *function);
/* The role of a function or warehouse that names none. */
const char *name_function_role(struct arena *arena, const struct deployment *deployment,
                               const struct function *function);
const char *name_warehouse_role(struct arena *arena, const struct deployment *deployment,
                                const struct warehouse *warehouse);
/* "role/SalesDataOwner": what follows the account in the ARN of a principal that has none written;
 * NULL for an account or a team. */
const char *name_principal(struct arena *arena, const struct deployment *deployment,
                           const struct principal *principal);
/* A role of IAM: one that is made has the deployment's suffix, one that exists has its name. */
const char *name_role(struct arena *arena, const struct deployment *deployment,
                      const struct principal *role);
/* The database of a warehouse that its external schemas stand in. */
#define WAREHOUSE_DATABASE "mesh"
/* Namespace and workgroup of a warehouse: 3 to 64 lower-case letters, digits and hyphens. */
const char *name_warehouse(struct arena *arena, const struct deployment *deployment,
                           const struct warehouse *warehouse);
/* The database that a warehouse shows of a domain: the domain's own, or where its catalog is in
 * another account a declared link to it in the warehouse's; NULL: there is none. */
const char *name_shown_database(struct arena *arena, const struct deployment *deployment,
                                const struct warehouse *warehouse, const struct domain *domain);
/* The trail of the audit, and the bucket of its log where it is made. */
const char *name_trail(struct arena *arena, const struct deployment *deployment);
const char *name_audit_bucket(struct arena *arena, const struct deployment *deployment);
/* The recorder of AWS Config, and the bucket it writes to. */
const char *name_recorder(struct arena *arena, const struct deployment *deployment);
const char *name_recorder_role(struct arena *arena, const struct deployment *deployment);
const char *name_recorder_bucket(struct arena *arena, const struct deployment *deployment,
                                 const struct deployment_account *account);
/* The folder of a bucket below which all results of queries lie. */
#define RESULTS_FOLDER "athena-results/"
/* Where the workgroup of a domain puts results of queries, below the domain's bucket. */
const char *name_results_prefix(struct arena *arena, const struct domain *domain);
/* A partition field of an Iceberg table, as Iceberg names it: placed_day, id_bucket. */
const char *name_partition(struct arena *arena, const struct partition_field *field);
/* The name of a resource link in Glue. */
const char *name_link(struct arena *arena, const struct deployment *deployment,
                      const struct link *link);
/* What a link leads to has the name of the link, in its account: then there is none. Environments
 * that put several accounts into one come to this. */
bool link_is_itself(const struct deployment *deployment, const struct link *link);
/* The key of KMS that a bucket is encrypted with: the one named, or the alias of the one that is
 * made for it. NULL: keys of S3. */
const char *name_store_key(struct arena *arena, const struct store *store);
/* The same of a workgroup's results: the bucket's key where it is named, else one of their own. */
const char *name_results_key(struct arena *arena, const struct deployment *deployment,
                             const struct domain *domain);
bool results_key_is_made(const struct domain *domain);
bool store_key_is_made(const struct store *store);
/* The key of an LF-tag: tags know no environment, so the suffix is part of it; and a value. Lake
 * Formation keeps both in lower case. */
const char *name_tag_key(struct arena *arena, const struct deployment *deployment,
                         const struct tag *tag);
const char *name_tag_value(struct arena *arena, const char *value);
/* Under which name the database of a domain is seen in another account: a declared link's, else the
 * database's own, with its owner's name added where that is taken. *declared tells which. */
const char *name_seen_database(struct arena *arena, const struct deployment *deployment,
                               const struct domain *domain,
                               const struct deployment_account *account, bool *declared);
/* The topic of a declared channel without `arn:`. */
const char *name_topic(struct arena *arena, const struct deployment *deployment,
                       const struct channel *channel);

#endif
