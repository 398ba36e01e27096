/* services.c - needs of the roles of functions, warehouses and the recorder, and of roles that the
 * mesh makes by name. */
#include "check/access/need.h"

#include "base/map.h"
#include "check/made.h"
#include "model/names.h"

void add_function(const struct deployment *deployment, const struct function *function,
                  const char *action, struct needs *out)
{
    add(out, action, "lambda", RIGHT_REGION | RIGHT_ACCOUNT,
        joined(out, "function:", name_function(out->arena, deployment, function)))
        ->account = account_of_domain(deployment, function->domain);
}

/* ---- functions ------------------------------------------------------------------------------- */

static void touch(struct function_tables *out, struct map *seen, struct output *output)
{
    if (output && !map_get(seen, output, NULL)) {
        map_put(seen, output, NULL, output);
        vec_push(out->arena, &out->list, output);
    }
}

void function_tables(const struct function *function, struct function_tables *out)
{
    struct map seen = {0};
    for (size_t i = 0; i < function->callers.len; i++) {
        const struct pipeline *caller = function->callers.at[i];
        for (size_t k = 0; k < caller->produces.len && pipeline_is_made(caller); k++) {
            touch(out, &seen, caller->produces.at[k]);
        }
    }
    out->written = out->list.len;
    for (size_t i = 0; i < out->written; i++) {
        const struct output *output = out->list.at[i];
        for (size_t k = 0; k < output->inputs.len; k++) {
            touch(out, &seen, output->inputs.at[k].output);
        }
    }
    map_free(&seen);
}

/* The group of its log is made with it, so it only writes there (Lambda Developer Guide, "Sending
 * Lambda function logs to CloudWatch Logs"). */
void needs_of_function(const struct deployment *deployment, const struct function *function,
                       struct needs *out)
{
    const char *group = arena_format(out->arena, "log-group:%s:*",
                                     name_function_log(out->arena, deployment, function));
    add(out, "logs:CreateLogStream", "logs", RIGHT_REGION | RIGHT_ACCOUNT, group);
    add(out, "logs:PutLogEvents", "logs", RIGHT_REGION | RIGHT_ACCOUNT, group);

    const struct deployment_account *home = account_of_domain(deployment, function->domain);
    struct function_tables tables = {.arena = out->arena};
    function_tables(function, &tables);
    for (size_t i = 0; i < tables.list.len; i++) {
        add_table_reads(deployment, home, tables.list.at[i], i ? tables.list.at[i - 1] : NULL, out);
    }
    for (size_t i = 0; i < tables.written; i++) {
        add_table_writes(deployment, tables.list.at[i], out);
    }
    if (tables.list.len > 0) {
        add(out, "lakeformation:GetDataAccess", NULL, 0, NULL);
    }
}

/* ---- warehouses ------------------------------------------------------------------------------ */

/* An action on all tables of a database. */
static void add_database(const char *action, const char *database,
                         const struct deployment_account *account, struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    add(out, action, "glue", here, joined(out, "database/", database))->account = account;
    add(out, action, "glue", here, arena_format(out->arena, "table/%s/*", database))->account =
        account;
}

/* Through a link the action is asked for twice: on the link, and where it leads to. */
static void add_shown(const struct deployment *deployment, const struct warehouse *warehouse,
                      const struct domain *domain, const char *action, struct needs *out)
{
    const char *shown = name_shown_database(out->arena, deployment, warehouse, domain);
    const struct deployment_account *owner = account_of_catalog(deployment, domain);
    if (shown) {
        add_database(action, shown, NULL, out);
    }
    if (owner != account_of_domain(deployment, warehouse->domain)) {
        add(out, action, "glue", RIGHT_REGION | RIGHT_ACCOUNT, "catalog")->account = owner;
        add_database(action, deployment->domains[domain->decl.index].database, owner, out);
    }
}

/* What Redshift Spectrum asks of the catalog (Redshift Developer Guide, "IAM policies for Amazon
 * Redshift Spectrum"), for the databases it shows; which tables and columns those are, and their
 * data, is Lake Formation's to say. */
void needs_of_warehouse(const struct deployment *deployment, const struct warehouse *warehouse,
                        struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    static const char *const reads[] = {
        "glue:GetDatabase",  "glue:GetDatabases",  "glue:GetTable",         "glue:GetTables",
        "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"};
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        add(out, reads[i], "glue", here, "catalog");
        for (size_t k = 0; k < warehouse->domains.len; k++) {
            add_shown(deployment, warehouse, warehouse->domains.at[k], reads[i], out);
        }
    }
    add(out, "lakeformation:GetDataAccess", NULL, 0, NULL);
}

/* ---- roles that are made by name ------------------------------------------------------------- */

void needs_of_role(const struct deployment *deployment, const struct principal *role,
                   struct needs *out)
{
    for (size_t i = 0; i < role->runs.pipelines.len; i++) {
        if (pipeline_is_made(role->runs.pipelines.at[i])) {
            size_t first = out->list.len;
            needs_of_pipeline(deployment, role->runs.pipelines.at[i], out);
            /* A role that several domains use stands in another stack than what they refer to. */
            for (size_t k = first;
                 role->domain != role->runs.pipelines.at[i]->domain && k < out->list.len; k++) {
                out->list.at[k].named = NULL;
            }
        }
    }
    for (size_t i = 0; i < role->runs.functions.len; i++) {
        if (function_is_made(role->runs.functions.at[i])) {
            needs_of_function(deployment, role->runs.functions.at[i], out);
        }
    }
    for (size_t i = 0; i < role->runs.warehouses.len; i++) {
        if (warehouse_is_made(role->runs.warehouses.at[i])) {
            needs_of_warehouse(deployment, role->runs.warehouses.at[i], out);
        }
    }
    for (size_t i = 0; i < role->runs.crawls.len; i++) {
        if (output_is_made(role->runs.crawls.at[i])) {
            needs_of_crawler(deployment, role->runs.crawls.at[i], out);
        }
    }
}

/* ---- the recorder ---------------------------------------------------------------------------- */

/* AWS Config Developer Guide, "Permissions for the Amazon S3 bucket": what a role other than the
 * service's own needs to deliver. */
void needs_of_recorder(const struct deployment *deployment,
                       const struct deployment_account *account, struct needs *out)
{
    const char *bucket = name_recorder_bucket(out->arena, deployment, account);
    add(out, "s3:GetBucketAcl", "s3", 0, bucket);
    on_condition(add(out, "s3:PutObject", "s3", 0, joined(out, bucket, "/AWSLogs/*")), "StringLike",
                 "s3:x-amz-acl", "bucket-owner-full-control");
}
