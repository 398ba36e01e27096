/* rights.c - one table a kind of step: the actions it takes on which resource. The actions of the
 * optimised integrations are those that AWS documents for them (Step Functions Developer Guide,
 * "IAM policies for integrated services"), on the one resource the step names wherever the service
 * authorises by resource. */
#include "check/access/rights.h"

#include "base/map.h"
#include "check/access/need.h"
#include "model/names.h"

#include <string.h>

bool is_arn(const char *text)
{
    return text && strncmp(text, "arn:", 4) == 0;
}

const char *iam_literal(struct arena *arena, const char *text)
{
    size_t length = strlen(text), n = 0;
    if (strcspn(text, "*?$") == length) {
        return text;
    }
    char *out = arena_alloc(arena, length * 4 + 1);
    for (const char *p = text; *p; p++) {
        if (*p == '*' || *p == '?' || (p[0] == '$' && p[1] == '{')) {
            out[n++] = '$';
            out[n++] = '{';
            out[n++] = *p;
            out[n++] = '}';
        } else {
            out[n++] = *p;
        }
    }
    out[n] = '\0';
    return out;
}

const char *glue_job_name(const char *target)
{
    const char *slash = is_arn(target) ? strrchr(target, '/') : NULL;
    return slash ? slash + 1 : target;
}

enum resource {
    ON_ANYTHING,
    ON_TARGET,
    ON_QUERY,
    ON_CATALOG,
    ON_CRAWLER,
    ON_RULESET,
    ON_QUALITY_ROLE,
    ON_MACHINE,
    ON_EXECUTION,
    ON_EVENTS_RULE,
    ON_TOPIC,
    ON_SELF
};

/* ---- steps of a pipeline --------------------------------------------------------------------- */

/* synced: only where the step waits for the end (.sync). */
static const struct step_right {
    enum step_kind kind;
    bool synced;
    const char *action;
    enum resource resource;
} step_rights[] = {
    {STEP_LAMBDA, false, "lambda:InvokeFunction", ON_TARGET},
    {STEP_GLUE, false, "glue:StartJobRun", ON_TARGET},
    {STEP_GLUE, true, "glue:GetJobRun", ON_TARGET},
    {STEP_GLUE, true, "glue:GetJobRuns", ON_TARGET},
    {STEP_GLUE, true, "glue:BatchStopJobRun", ON_TARGET},
    {STEP_ATHENA, false, "athena:StartQueryExecution", ON_QUERY},
    {STEP_ATHENA, true, "athena:StopQueryExecution", ON_QUERY},
    {STEP_ATHENA, true, "athena:GetQueryExecution", ON_QUERY},
    {STEP_ATHENA, false, "athena:GetDataCatalog", ON_CATALOG},
    {STEP_CRAWL, false, "glue:StartCrawler", ON_CRAWLER},
    {STEP_CRAWL, false, "glue:GetCrawler", ON_CRAWLER},
    {STEP_CHECK, false, "glue:StartDataQualityRulesetEvaluationRun", ON_RULESET},
    {STEP_CHECK, false, "glue:GetDataQualityRulesetEvaluationRun", ON_RULESET},
    {STEP_CHECK, false, "glue:GetDataQualityResult", ON_RULESET},
    {STEP_CHECK, false, "iam:PassRole", ON_QUALITY_ROLE},
    {STEP_RUN, false, "states:StartExecution", ON_MACHINE},
    {STEP_RUN, true, "states:DescribeExecution", ON_EXECUTION},
    {STEP_RUN, true, "states:StopExecution", ON_EXECUTION},
    {STEP_RUN, true, "events:PutTargets", ON_EVENTS_RULE},
    {STEP_RUN, true, "events:PutRule", ON_EVENTS_RULE},
    {STEP_RUN, true, "events:DescribeRule", ON_EVENTS_RULE},
    {STEP_NOTIFY, false, "sns:Publish", ON_TOPIC},
};

static void add_target(const struct deployment *deployment, const struct step *step,
                       const char *action, struct needs *out)
{
    bool lambda = step->kind == STEP_LAMBDA;
    if (step->function) {
        add_function(deployment, step->function, action, out);
    } else if (is_arn(step->target.value)) {
        add_arn(out, action, step->target.value);
    } else if (lambda) {
        add(out, action, "lambda", RIGHT_REGION | RIGHT_ACCOUNT,
            joined(out, "function:", iam_literal(out->arena, step->target.value)));
    } else {
        add(out, action, "glue", RIGHT_REGION | RIGHT_ACCOUNT,
            joined(out, "job/", iam_literal(out->arena, step->target.value)));
    }
}

static void add_topic(const struct deployment *deployment, const struct channel *channel,
                      const char *action, struct needs *out)
{
    if (channel->arn.value) {
        add_arn(out, action, channel->arn.value);
    } else {
        add(out, action, "sns", RIGHT_REGION | RIGHT_ACCOUNT,
            name_topic(out->arena, deployment, channel))
            ->account = account_of_domain(deployment, channel->domain);
    }
}

static void add_quality_role(const struct deployment *deployment, const struct domain *domain,
                             const char *action, struct needs *out)
{
    const char *role = name_quality_role(out->arena, deployment, domain);
    on_condition(add(out, action, "iam", RIGHT_ACCOUNT, joined(out, "role/", role)), "StringEquals",
                 "iam:PassedToService", "glue.amazonaws.com");
}

static void add_step_right(const struct deployment *deployment, const struct pipeline *pipeline,
                           const struct step *step, const struct step_right *right,
                           struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    const char *machine = step->run ? deployment->machines[step->run->decl.index] : NULL;
    const struct domain *workgroup = step->workgroup ? step->workgroup : pipeline->domain;
    switch (right->resource) {
    case ON_TARGET:
        add_target(deployment, step, right->action, out);
        break;
    case ON_QUERY:
        add(out, right->action, "athena", here,
            joined(out, "workgroup/", deployment->domains[workgroup->decl.index].workgroup));
        break;
    case ON_CATALOG:
        add(out, right->action, "athena", here, "datacatalog/AwsDataCatalog");
        break;
    case ON_CRAWLER:
        add(out, right->action, "glue", here,
            joined(out, "crawler/", name_crawler(out->arena, deployment, step->output)));
        break;
    case ON_RULESET:
        add(out, right->action, "glue", here,
            joined(out, "dataQualityRuleset/", name_ruleset(out->arena, deployment, step->output)));
        break;
    case ON_QUALITY_ROLE:
        add_quality_role(deployment, pipeline->domain, right->action, out);
        break;
    case ON_MACHINE:
        add(out, right->action, "states", here, joined(out, "stateMachine:", machine));
        break;
    case ON_EXECUTION:
        add(out, right->action, "states", here,
            arena_format(out->arena, "execution:%s:*", machine));
        break;
    case ON_EVENTS_RULE: /* the rule by which Step Functions learns that a nested run has ended */
        add(out, right->action, "events", here,
            "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule");
        break;
    case ON_TOPIC:
        add_topic(deployment, step->channel, right->action, out);
        break;
    case ON_ANYTHING:
    case ON_SELF:
        break;
    }
}

/* The key is of the account that has the bucket. It may be given by its ARN, its id or an alias; an
 * alias is no resource of a policy, so it is named by condition. */
static void add_key(const struct deployment *deployment, const struct domain *domain,
                    const char *key, const char *action, struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    const char *alias = strstr(key, "alias/");
    if (is_arn(key) && !alias) {
        add_arn(out, action, key);
        return;
    }
    struct need *need = add(out, action, "kms", here, alias ? "key/*" : joined(out, "key/", key));
    need->account = account_of_domain(deployment, domain);
    if (alias) {
        on_condition(need, "ForAnyValue:StringEquals", "kms:ResourceAliases", alias);
    }
}

void needs_of_store_key(const struct deployment *deployment, const struct domain *domain,
                        const struct store *store, struct needs *out)
{
    static const char *const actions[] = {"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
                                          "kms:GenerateDataKey*", "kms:ReEncrypt*"};
    const char *key = name_store_key(out->arena, store);
    for (size_t i = 0; key && i < sizeof actions / sizeof *actions; i++) {
        add_key(deployment, domain, key, actions[i], out);
    }
}

/* S3 User Guide, "Uploading an object encrypted with KMS": parts of an upload are read again. */
static void add_results_key(const struct deployment *deployment, const struct domain *domain,
                            struct needs *out)
{
    const char *key = name_results_key(out->arena, deployment, domain);
    if (key) {
        add_key(deployment, domain, key, "kms:Decrypt", out);
        add_key(deployment, domain, key, "kms:GenerateDataKey", out);
    }
}

/* The place of a workgroup's results, which Athena writes and reads with the caller's rights. */
static void add_results(const char *bucket, const char *prefix, struct needs *out)
{
    static const char *const objects[] = {"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload",
                                          "s3:ListMultipartUploadParts"};
    if (!bucket) {
        return;
    }
    add(out, "s3:GetBucketLocation", "s3", 0, bucket);
    add(out, "s3:ListBucketMultipartUploads", "s3", 0, bucket);
    on_condition(add(out, "s3:ListBucket", "s3", 0, bucket), "StringLike", "s3:prefix",
                 joined(out, prefix, "*"));
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        add(out, objects[i], "s3", 0, arena_format(out->arena, "%s/%s*", bucket, prefix));
    }
}

void add_table_writes(const struct deployment *deployment, const struct output *output,
                      struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    const struct table_names *table = &deployment->tables[output->decl.index];
    static const char *const writes[] = {"glue:UpdateTable", "glue:CreatePartition",
                                         "glue:BatchCreatePartition"};
    const struct deployment_account *owner = account_of_catalog(deployment, output->domain);
    for (size_t k = 0; k < sizeof writes / sizeof *writes; k++) {
        add(out, writes[k], "glue", here, "catalog")->account = owner;
        add(out, writes[k], "glue", here, joined(out, "database/", table->database))->account =
            owner;
        add(out, writes[k], "glue", here,
            arena_format(out->arena, "table/%s/%s", table->database, table->table))
            ->account = owner;
    }
}

/* A query finds a table of another account through a link here, and reads its entry there. */
static void add_foreign_reads(const struct deployment *deployment, const struct pipeline *pipeline,
                              const struct output *output, struct needs *out)
{
    const struct deployment_account *home = account_of_domain(deployment, pipeline->domain);
    if (deployment->accounts.len < 2) {
        return;
    }
    if (account_of_catalog(deployment, output->domain) != home) {
        add_table_reads(deployment, home, output, NULL, out);
    }
    for (size_t i = 0; i < output->inputs.len; i++) {
        const struct output *input = output->inputs.at[i].output;
        if (input && account_of_catalog(deployment, input->domain) != home) {
            add_table_reads(deployment, home, input, NULL, out);
        }
    }
}

/* What a query under the machine's role needs beside Athena's own actions: the catalog's entries of
 * the databases it may name, data through Lake Formation, and the place where the workgroup puts
 * results. */
static void add_query_rights(const struct deployment *deployment, const struct pipeline *pipeline,
                             const struct step *step, struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    const struct domain *domain = step->workgroup ? step->workgroup : pipeline->domain;
    const struct domain_names *names = &deployment->domains[domain->decl.index];
    static const char *const reads[] = {"glue:GetDatabase",   "glue:GetTable",
                                        "glue:GetTables",     "glue:GetPartition",
                                        "glue:GetPartitions", "glue:BatchGetPartition"};
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        add(out, reads[i], "glue", here, "catalog");
        add(out, reads[i], "glue", here, "database/*");
        add(out, reads[i], "glue", here, "table/*");
    }
    for (size_t i = 0; i < pipeline->produces.len; i++) {
        add_foreign_reads(deployment, pipeline, pipeline->produces.at[i], out);
        add_table_writes(deployment, pipeline->produces.at[i], out);
    }
    add(out, "lakeformation:GetDataAccess", NULL, 0, NULL);
    add_results(names->bucket, name_results_prefix(out->arena, domain), out);
    if (names->bucket) {
        add_results_key(deployment, domain, out);
    }
}

static void add_step(const struct deployment *deployment, const struct pipeline *pipeline,
                     const struct step *step, struct needs *out)
{
    for (size_t i = 0; i < sizeof step_rights / sizeof *step_rights; i++) {
        const struct step_right *right = &step_rights[i];
        if (right->kind == step->kind && (!right->synced || step->wait == WAIT_DONE)) {
            add_step_right(deployment, pipeline, step, right, out);
        }
    }
    if (step->kind == STEP_ATHENA) {
        add_query_rights(deployment, pipeline, step, out);
    } else if (step->kind == STEP_CALL || step->kind == STEP_BATCH || step->kind == STEP_EMR) {
        needs_of_call(step, out);
    } else if (step->kind == STEP_MAP) {
        needs_of_map(deployment->machines[pipeline->decl.index], step->map, out);
    } else if (step->kind == STEP_POLL && step->body) {
        add_step(deployment, pipeline, step->body, out);
    }
}

void needs_of_pipeline(const struct deployment *deployment, const struct pipeline *pipeline,
                       struct needs *out)
{
    /* Vended logs: the delivery is set up by actions that know no resource (Step Functions
     * Developer Guide, "Logging using CloudWatch Logs"); the same holds for traces. */
    static const char *const watching[] = {
        "logs:CreateLogDelivery",        "logs:GetLogDelivery",    "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",        "logs:ListLogDeliveries", "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies", "logs:DescribeLogGroups", "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",      "xray:GetSamplingRules",  "xray:GetSamplingTargets",
    };
    for (size_t i = 0; i < pipeline->all_steps.len; i++) {
        add_step(deployment, pipeline, pipeline->all_steps.at[i], out);
    }
    if (pipeline->overlap_skip) {
        add(out, "states:ListExecutions", "states", RIGHT_REGION | RIGHT_ACCOUNT,
            joined(out, "stateMachine:", deployment->machines[pipeline->decl.index]));
    }
    for (size_t i = 0; i < sizeof watching / sizeof *watching; i++) {
        add(out, watching[i], NULL, 0, NULL);
    }
}

/* ---- the other roles ------------------------------------------------------------------------- */

void needs_of_start(const struct deployment *deployment, const struct pipeline *pipeline,
                    struct needs *out)
{
    add(out, "states:StartExecution", "states", RIGHT_REGION | RIGHT_ACCOUNT,
        joined(out, "stateMachine:", deployment->machines[pipeline->decl.index]));
}

void needs_of_forward(const struct deployment_account *to, struct needs *out)
{
    add(out, "events:PutEvents", "events", RIGHT_REGION | RIGHT_ACCOUNT, "event-bus/default")
        ->account = to;
}

void needs_of_scheduler(const struct deployment *deployment, const struct domain *domain,
                        unsigned starts, struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    for (size_t i = 0; (starts & START_MACHINES) && i < domain->pipelines.len; i++) {
        const struct pipeline *pipeline = domain->pipelines.at[i];
        if (!pipeline->existing && pipeline->triggers.len > 0) {
            add(out, "states:StartExecution", "states", here,
                joined(out, "stateMachine:", deployment->machines[pipeline->decl.index]));
        }
    }
    bool evaluates = false;
    for (size_t i = 0; (starts & START_EVALUATIONS) && i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            const struct output *output = product->outputs.at[k];
            if (output->quality_schedule.value && output->status != STATUS_PROPOSED) {
                evaluates = true;
                add(out, "glue:StartDataQualityRulesetEvaluationRun", "glue", here,
                    joined(out, "dataQualityRuleset/",
                           name_ruleset(out->arena, deployment, output)));
            }
        }
    }
    if (evaluates) {
        add_quality_role(deployment, domain, "iam:PassRole", out);
    }
}

static void evaluated(struct arena *arena, struct map *seen, struct output *output,
                      struct outputs *out)
{
    if (output && !map_get(seen, output, NULL)) {
        map_put(seen, output, NULL, output);
        vec_push(arena, &out->list, output);
    }
}

static void checked_outputs(struct arena *arena, struct map *seen, const struct pipeline *pipeline,
                            struct outputs *out)
{
    for (size_t i = 0; i < pipeline->all_steps.len && !pipeline->existing; i++) {
        if (pipeline->all_steps.at[i]->kind == STEP_CHECK) {
            evaluated(arena, seen, pipeline->all_steps.at[i]->output, out);
        }
    }
}

void evaluated_outputs(struct arena *arena, const struct domain *domain, struct outputs *out)
{
    struct map seen = {0};
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            struct output *output = product->outputs.at[k];
            if (output->quality_schedule.value && output->status != STATUS_PROPOSED) {
                evaluated(arena, &seen, output, out);
            }
        }
    }
    for (size_t i = 0; i < domain->pipelines.len; i++) {
        checked_outputs(arena, &seen, domain->pipelines.at[i], out);
    }
    map_free(&seen);
}

/* The entries of one catalog that lead to a table: `above` says whether those above it too. */
static void add_entry_reads(const struct deployment_account *account,
                            const struct table_names *names, bool above, struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    static const char *const reads[] = {"glue:GetDatabase", "glue:GetTable", "glue:GetPartitions"};
    const char *table = arena_format(out->arena, "table/%s/%s", names->database, names->table);
    const char *database = joined(out, "database/", names->database);
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        if (above) {
            add(out, reads[i], "glue", here, "catalog")->account = account;
            add(out, reads[i], "glue", here, database)->account = account;
        }
        add(out, reads[i], "glue", here, table)->account = account;
    }
}

void add_table_reads(const struct deployment *deployment, const struct deployment_account *home,
                     const struct output *output, const struct output *before, struct needs *out)
{
    const struct table_names *names = &deployment->tables[output->decl.index];
    bool above = !before || deployment->tables[before->decl.index].database != names->database;
    const struct deployment_account *owner = account_of_catalog(deployment, output->domain);
    add_entry_reads(owner, names, above, out);
    if (owner != home) {
        add_entry_reads(home, names, above, out);
    }
}

static void add_glue_logs(const char *group, struct needs *out)
{
    static const char *const logs[] = {"logs:CreateLogGroup", "logs:CreateLogStream",
                                       "logs:PutLogEvents"};
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        add(out, logs[i], "logs", RIGHT_REGION | RIGHT_ACCOUNT, group);
    }
}

/* Glue Developer Guide, "Configure IAM permissions for AWS Glue Data Quality" and its
 * troubleshooting page: the run reads its libraries from a bucket of AWS, and publishes results and
 * metrics itself. */
void needs_of_quality(const struct deployment *deployment, const struct domain *domain,
                      struct needs *out)
{
    static const char *const actions[] = {"glue:GetDataQualityRuleset",
                                          "glue:GetDataQualityRulesetEvaluationRun",
                                          "glue:PublishDataQuality"};
    struct outputs outputs = {0};
    evaluated_outputs(out->arena, domain, &outputs);
    for (size_t i = 0; i < outputs.list.len; i++) {
        const struct output *output = outputs.list.at[i];
        const char *ruleset =
            joined(out, "dataQualityRuleset/", name_ruleset(out->arena, deployment, output));
        for (size_t k = 0; k < sizeof actions / sizeof *actions; k++) {
            add(out, actions[k], "glue", RIGHT_REGION | RIGHT_ACCOUNT, ruleset);
        }
        add_table_reads(deployment, account_of_catalog(deployment, output->domain), output,
                        i ? outputs.list.at[i - 1] : NULL, out);
    }
    add(out, "s3:GetObject", "s3", 0, "aws-glue-ml-data-quality-assets-${AWS::Region}/*");
    on_condition(add(out, "cloudwatch:PutMetricData", NULL, 0, NULL), "StringEquals",
                 "cloudwatch:namespace", "Glue Data Quality");
    add_glue_logs("log-group:/aws-glue/data-quality/*", out);
    add(out, "lakeformation:GetDataAccess", NULL, 0, NULL);
}

/* Data is read with Lake Formation's credentials (UseLakeFormationCredentials), so the role itself
 * has no right in S3. */
void needs_of_crawler(const struct deployment *deployment, const struct output *output,
                      struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    const struct table_names *names = &deployment->tables[output->decl.index];
    static const char *const writes[] = {"glue:UpdateTable",          "glue:GetPartition",
                                         "glue:BatchGetPartition",    "glue:CreatePartition",
                                         "glue:BatchCreatePartition", "glue:UpdatePartition"};
    /* Without declared columns the crawler makes the table, and what else it finds below the
     * folder. */
    const char *table = output->schema ? names->table : "*";
    const char *tables = arena_format(out->arena, "table/%s/%s", names->database, table);
    add_table_reads(deployment, account_of_catalog(deployment, output->domain), output, NULL, out);
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
        add(out, writes[i], "glue", here, "catalog");
        add(out, writes[i], "glue", here, joined(out, "database/", names->database));
        add(out, writes[i], "glue", here, tables);
    }
    if (!output->schema) {
        add(out, "glue:CreateTable", "glue", here, "catalog");
        add(out, "glue:CreateTable", "glue", here, joined(out, "database/", names->database));
        add(out, "glue:CreateTable", "glue", here, tables);
    }
    add_glue_logs("log-group:/aws-glue/crawlers*", out);
    add(out, "lakeformation:GetDataAccess", NULL, 0, NULL);
}
