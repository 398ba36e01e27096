/* calls.c - the rights that calls of services and distributed maps need.
 *
 * The action of IAM follows from the name of the API's action; where it does not, a table says so.
 * The resource is taken from the argument that names it, when that is written out or refers to what
 * the stack makes; what is computed while the machine runs, and services whose ARNs are not known
 * here, get the widest resource of that kind. Sources: Service Authorization Reference; Step
 * Functions Developer Guide, "IAM policies for integrated services". */
#include "check/access/need.h"
#include "check/integrations.h"

#include <string.h>

/* Services whose prefix in IAM is another one than in Step Functions' SDK integrations. */
static const struct {
    const char *service, *prefix;
} prefixes[] = {
    {"apigateway", "execute-api"},
    {"applicationautoscaling", "application-autoscaling"},
    {"cloudwatchlogs", "logs"},
    {"cognitoidentityprovider", "cognito-idp"},
    {"configservice", "config"},
    {"costexplorer", "ce"},
    {"databasemigration", "dms"},
    {"efs", "elasticfilesystem"},
    {"elasticloadbalancingv2", "elasticloadbalancing"},
    {"emr", "elasticmapreduce"},
    {"emrcontainers", "emr-containers"},
    {"emrserverless", "emr-serverless"},
    {"eventbridge", "events"},
    {"http", "states"},
    {"mwaa", "airflow"},
    {"opensearch", "es"},
    {"rdsdata", "rds-data"},
    {"redshiftdata", "redshift-data"},
    {"redshiftserverless", "redshift-serverless"},
    {"sagemakerruntime", "sagemaker"},
    {"servicequotas", "servicequotas"},
    {"sesv2", "ses"},
    {"sfn", "states"},
    {"timestreamquery", "timestream"},
    {"timestreamwrite", "timestream"},
};

/* Actions that are called otherwise in IAM; a second one where two are needed. */
static const struct {
    const char *action, *needed, *too;
} renamed[] = {
    {"apigateway:invoke", "execute-api:Invoke", NULL},
    {"elasticmapreduce:addStep", "elasticmapreduce:AddJobFlowSteps", NULL},
    {"elasticmapreduce:cancelStep", "elasticmapreduce:CancelSteps", NULL},
    {"elasticmapreduce:createCluster", "elasticmapreduce:RunJobFlow", NULL},
    {"elasticmapreduce:setClusterTerminationProtection",
     "elasticmapreduce:SetTerminationProtection", NULL},
    {"elasticmapreduce:terminateCluster", "elasticmapreduce:TerminateJobFlows", NULL},
    {"elasticmapreduce:modifyInstanceFleetByName", "elasticmapreduce:ModifyInstanceFleet",
     "elasticmapreduce:ListInstanceFleets"},
    {"elasticmapreduce:modifyInstanceGroupByName", "elasticmapreduce:ModifyInstanceGroups",
     "elasticmapreduce:ListInstanceGroups"},
    {"http:invoke", "states:InvokeHTTPEndpoint", NULL},
    {"lambda:invoke", "lambda:InvokeFunction", NULL},
    {"s3:copyObject", "s3:GetObject", "s3:PutObject"},
    {"s3:deleteObjects", "s3:DeleteObject", NULL},
    {"s3:headBucket", "s3:ListBucket", NULL},
    {"s3:headObject", "s3:GetObject", NULL},
    {"s3:listBuckets", "s3:ListAllMyBuckets", NULL},
    {"s3:listObjects", "s3:ListBucket", NULL},
    {"s3:listObjectsV2", "s3:ListBucket", NULL},
};

/* The argument that names the resource of an action's service, and its ARN without it. Services
 * whose rest is NULL take the argument as a whole ARN. all: with a computed argument. */
static const struct naming {
    const char *prefix, *argument;
    unsigned parts;
    const char *rest, *all;
} namings[] = {
    {"athena", "WorkGroup", RIGHT_REGION | RIGHT_ACCOUNT, "workgroup/", "workgroup/*"},
    {"dynamodb", "TableName", RIGHT_REGION | RIGHT_ACCOUNT, "table/", "table/*"},
    {"emr-serverless", "ApplicationId", RIGHT_REGION | RIGHT_ACCOUNT, "/applications/",
     "/applications/*"},
    {"events", "EventBusName", RIGHT_REGION | RIGHT_ACCOUNT, "event-bus/", "event-bus/*"},
    {"firehose", "DeliveryStreamName", RIGHT_REGION | RIGHT_ACCOUNT, "deliverystream/",
     "deliverystream/*"},
    {"glue", "JobName", RIGHT_REGION | RIGHT_ACCOUNT, "job/", "job/*"},
    {"kinesis", "StreamName", RIGHT_REGION | RIGHT_ACCOUNT, "stream/", "stream/*"},
    {"lambda", "FunctionName", RIGHT_REGION | RIGHT_ACCOUNT, "function:", "function:*"},
    {"logs", "LogGroupName", RIGHT_REGION | RIGHT_ACCOUNT, "log-group:", "log-group:*"},
    {"secretsmanager", "SecretId", RIGHT_REGION | RIGHT_ACCOUNT, "secret:", "secret:*"},
    {"sns", "TopicArn", RIGHT_REGION | RIGHT_ACCOUNT, NULL, "*"},
    {"sqs", "QueueUrl", RIGHT_REGION | RIGHT_ACCOUNT, "", "*"},
    {"ssm", "Name", RIGHT_REGION | RIGHT_ACCOUNT, "parameter/", "parameter/*"},
    {"states", "StateMachineArn", RIGHT_REGION | RIGHT_ACCOUNT, NULL, "stateMachine:*"},
};

/* "glue:startJobRun" as IAM writes it: "glue:StartJobRun". */
static const char *iam_action(struct needs *out, const char *action)
{
    size_t length = strcspn(action, ":");
    const char *service = arena_copy(out->arena, action, length);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (strcmp(prefixes[i].service, service) == 0) {
            service = prefixes[i].prefix;
            break;
        }
    }
    const char *name = action + length + 1;
    char first = (char)(*name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name);
    return arena_format(out->arena, "%s:%c%s", service, first, name + 1);
}

/* ---- resources ------------------------------------------------------------------------------- */

/* What ref(X) gives, where that is a name. */
static const struct data *name_of(const struct data *value)
{
    bool refers = value && value->kind == DATA_REFERENCE && !value->reference->attribute;
    return refers ? value : NULL;
}

static const char *text_or_any(const struct data *value, struct needs *out)
{
    return value && value->kind == DATA_TEXT ? iam_literal(out->arena, value->text) : "*";
}

/* An object or bucket of S3: which of the two the action is about. */
static void add_object(const struct step *step, const char *action, struct needs *out)
{
    const struct data *bucket = data_by_key(step->arguments, "Bucket"),
                      *key = data_by_key(step->arguments, "Key");
    bool whole = strstr(action, "Bucket") != NULL || strstr(action, "ListMultipart") != NULL;
    const char *name = text_or_any(bucket, out);
    if (strcmp(action, "s3:ListAllMyBuckets") == 0) {
        add(out, action, NULL, 0, NULL);
        return;
    }
    const char *path = text_or_any(key, out);
    const char *inside = whole ? "" : joined(out, "/", path);
    struct need *need = add(out, action, "s3", 0, joined(out, name, inside));
    if (name_of(bucket)) {
        need->named = bucket;
        need->before = "";
        need->after = inside;
    }
}

/* https://sqs.REGION.amazonaws.com/ACCOUNT/NAME */
static const char *queue_of(struct needs *out, const char *url)
{
    static const char scheme[] = "https://sqs.";
    const char *name = strrchr(url, '/');
    if (strncmp(url, scheme, sizeof scheme - 1) != 0 || !name || name - url < 14) {
        return NULL;
    }
    const char *region = url + sizeof scheme - 1;
    const char *account = name;
    while (account > url && account[-1] != '/') {
        account--;
    }
    return arena_format(out->arena, "arn:aws:sqs:%.*s:%.*s:%s", (int)strcspn(region, "."), region,
                        (int)(name - account), account, name + 1);
}

/* ref(queue) gives a queue's URL, which says nothing of its ARN to CloudFormation: the queue does.
 */
static const struct data *queue_arn(struct needs *out, const struct data *value)
{
    const struct reference *reference = value->reference;
    const struct cfn_resource *queue = reference->kind == REFER_RESOURCE ? reference->thing : NULL;
    if (!queue || !queue->type.value || strcmp(queue->type.value, "AWS::SQS::Queue") != 0) {
        return NULL;
    }
    struct reference *arn = arena_new(out->arena, struct reference);
    struct data *data = arena_new(out->arena, struct data);
    *arn = *reference;
    *data = *value;
    arn->attribute = "Arn";
    data->reference = arn;
    return data;
}

static bool names_arn(const char *attribute)
{
    size_t length = attribute ? strlen(attribute) : 0;
    return length >= 3 && strcmp(attribute + length - 3, "Arn") == 0;
}

/* An argument that refers to what stands in the same stack: the right is for that one. The value of
 * Ref is a name, or for some types the ARN itself (CloudFormation User Guide, "Return values" of
 * each type); a parameter's name may begin with a slash, which its ARN has once. */
static void add_referred(const struct data *value, const struct naming *naming, const char *action,
                         struct needs *out)
{
    struct need *need = add(out, action, naming->prefix, naming->parts, naming->all);
    bool secret = strcmp(naming->prefix, "secretsmanager") == 0;
    if (strcmp(naming->prefix, "sqs") == 0) {
        need->named = queue_arn(out, value);
    } else if (names_arn(value->reference->attribute)) {
        need->named = value;
    } else if (name_of(value) && strcmp(naming->prefix, "ssm") != 0) {
        need->named = value;
        need->before = secret ? NULL : naming->rest;
        need->after = "";
    }
}

static void add_named(const struct step *step, const struct naming *naming, const char *action,
                      struct needs *out)
{
    const struct data *value = data_by_key(step->arguments, naming->argument);
    const char *text = value && value->kind == DATA_TEXT ? value->text : NULL;
    const char *queue = text && strcmp(naming->prefix, "sqs") == 0 ? queue_of(out, text) : NULL;
    if (value && value->kind == DATA_REFERENCE) {
        add_referred(value, naming, action, out);
    } else if (queue || is_arn(text)) {
        add_arn(out, action, queue ? queue : text);
    } else if (!text || !naming->rest || strcmp(naming->prefix, "sqs") == 0) {
        add(out, action, naming->prefix, naming->parts, naming->all);
    } else {
        const char *secret = strcmp(naming->prefix, "secretsmanager") == 0 ? "-??????" : "";
        const char *name = *text == '/' && strcmp(naming->prefix, "ssm") == 0 ? text + 1 : text;
        add(out, action, naming->prefix, naming->parts,
            arena_format(out->arena, "%s%s%s", naming->rest, iam_literal(out->arena, name),
                         secret));
    }
}

static void add_called(const struct step *step, const char *action, struct needs *out)
{
    size_t length = strcspn(action, ":");
    if (strncmp(action, "s3:", 3) == 0) {
        add_object(step, action, out);
        return;
    }
    for (size_t i = 0; i < sizeof namings / sizeof *namings; i++) {
        bool ours =
            strlen(namings[i].prefix) == length && strncmp(namings[i].prefix, action, length) == 0;
        /* putEvents names its bus inside each entry, glue other things than jobs. */
        bool glue = strcmp(namings[i].prefix, "glue") == 0;
        if (ours && (!glue || strstr(action, "Job"))) {
            add_named(step, &namings[i], action, out);
            return;
        }
    }
    add(out, action, NULL, 0, NULL);
}

/* ---- what waiting for the end takes ---------------------------------------------------------- */

/* Beside the action itself, while a job is waited for. rule: of EventBridge, by which Step
 * Functions learns of the end; NULL: it looks by itself. */
static const struct waiting {
    const char *action, *look, *stop, *rule;
} waitings[] = {
    {"athena:startQueryExecution", "athena:GetQueryExecution", "athena:StopQueryExecution", NULL},
    {"batch:submitJob", "batch:DescribeJobs", "batch:TerminateJob",
     "StepFunctionsGetEventsForBatchJobsRule"},
    {"codebuild:startBuild", "codebuild:BatchGetBuilds", "codebuild:StopBuild",
     "StepFunctionsGetEventForCodeBuildStartBuildRule"},
    {"ecs:runTask", "ecs:DescribeTasks", "ecs:StopTask", "StepFunctionsGetEventsForECSTaskRule"},
    {"elasticmapreduce:addStep", "elasticmapreduce:DescribeStep", "elasticmapreduce:CancelSteps",
     "StepFunctionsGetEventForEMRAddJobFlowStepsRule"},
    {"elasticmapreduce:createCluster", "elasticmapreduce:DescribeCluster",
     "elasticmapreduce:TerminateJobFlows", "StepFunctionsGetEventForEMRRunJobFlowRule"},
    {"elasticmapreduce:terminateCluster", "elasticmapreduce:DescribeCluster", NULL,
     "StepFunctionsGetEventForEMRTerminateJobFlowsRule"},
    {"emr-containers:startJobRun", "emr-containers:DescribeJobRun", "emr-containers:CancelJobRun",
     "StepFunctionsGetEventsForEMRContainersJobRunRule"},
    {"emr-serverless:startJobRun", "emr-serverless:GetJobRun", "emr-serverless:CancelJobRun",
     "StepFunctionsGetEventsForEMRServerlessJobRule"},
    {"glue:startJobRun", "glue:GetJobRun", "glue:BatchStopJobRun", NULL},
    {"glue:startJobRun", "glue:GetJobRuns", NULL, NULL},
    {"mediaconvert:createJob", "mediaconvert:GetJob", "mediaconvert:CancelJob",
     "StepFunctionsGetEventsForMediaConvertJobRule"},
    {"states:startExecution", "states:DescribeExecution", "states:StopExecution",
     "StepFunctionsGetEventsForStepFunctionsExecutionRule"},
};

static void add_events_rule(const char *rule, struct needs *out)
{
    static const char *const actions[] = {"events:PutTargets", "events:PutRule",
                                          "events:DescribeRule"};
    for (size_t i = 0; rule && i < sizeof actions / sizeof *actions; i++) {
        add(out, actions[i], "events", RIGHT_REGION | RIGHT_ACCOUNT, joined(out, "rule/", rule));
    }
}

/* A run of a machine that is known: its executions alone. */
static void add_execution(const struct step *step, const char *action, struct needs *out)
{
    const struct data *machine = data_by_key(step->arguments, "StateMachineArn");
    const char *name = machine && machine->kind == DATA_TEXT && is_arn(machine->text)
                           ? strrchr(machine->text, ':')
                           : NULL;
    add(out, action, "states", RIGHT_REGION | RIGHT_ACCOUNT,
        arena_format(out->arena, "execution:%s:*", name ? iam_literal(out->arena, name + 1) : "*"));
}

static void add_waiting(const struct step *step, const char *action, struct needs *out)
{
    for (size_t i = 0; i < sizeof waitings / sizeof *waitings; i++) {
        const struct waiting *w = &waitings[i];
        if (strcmp(w->action, action) != 0) {
            continue;
        }
        const char *const looks[] = {w->look, w->stop};
        for (size_t k = 0; k < 2; k++) {
            if (!looks[k]) {
                continue;
            }
            if (strncmp(action, "states:", 7) == 0) {
                add_execution(step, looks[k], out);
            } else if (strcmp(looks[k], "batch:TerminateJob") == 0) { /* ids are made on the way */
                add(out, looks[k], "batch", RIGHT_REGION | RIGHT_ACCOUNT, "job/*");
            } else if (strncmp(action, "emr-serverless:", 15) != 0) {
                add_called(step, looks[k], out);
            }
        }
        add_events_rule(w->rule, out);
    }
}

/* ---- batch and emr --------------------------------------------------------------------------- */

static void add_batch(const struct step *step, struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    const char *definition = step->target.value, *queue = step->queue.value;
    if (is_arn(definition)) {
        add_arn(out, "batch:SubmitJob", definition);
    } else {
        const char *revision = strchr(definition, ':') ? "" : ":*";
        add(out, "batch:SubmitJob", "batch", here,
            arena_format(out->arena, "job-definition/%s%s", iam_literal(out->arena, definition),
                         revision));
    }
    if (is_arn(queue)) {
        add_arn(out, "batch:SubmitJob", queue);
    } else if (queue) {
        add(out, "batch:SubmitJob", "batch", here,
            joined(out, "job-queue/", iam_literal(out->arena, queue)));
    }
}

/* A job runs under a role that the caller hands over. */
static void add_passed(const struct step *step, const char *key, const char *service,
                       struct needs *out)
{
    const struct data *role = data_by_key(step->arguments, key);
    struct need *need;
    if (!role) {
        return;
    }
    if (role->kind == DATA_TEXT && is_arn(role->text)) {
        add_arn(out, "iam:PassRole", role->text);
        need = &out->list.at[out->list.len - 1];
    } else {
        need = add(out, "iam:PassRole", "iam", RIGHT_ACCOUNT, "role/*");
    }
    on_condition(need, "StringEquals", "iam:PassedToService", service);
}

static void add_emr(const struct step *step, struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    const char *id = step->target_input ? "*" : iam_literal(out->arena, step->target.value);
    add(out, "emr-serverless:StartJobRun", "emr-serverless", here,
        joined(out, "/applications/", id));
    if (step_waits(step)) {
        const char *runs = arena_format(out->arena, "/applications/%s/jobruns/*", id);
        add(out, "emr-serverless:GetJobRun", "emr-serverless", here, runs);
        add(out, "emr-serverless:CancelJobRun", "emr-serverless", here, runs);
    }
    add_passed(step, "ExecutionRoleArn", "emr-serverless.amazonaws.com", out);
}

void needs_of_call(const struct step *step, struct needs *out)
{
    const char *action = step_action(step);
    const char *needed = NULL, *too = NULL;
    if (!action || !strchr(action, ':')) {
        return; /* reported */
    }
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
        if (strcmp(renamed[i].action, action) == 0) {
            needed = renamed[i].needed;
            too = renamed[i].too;
        }
    }
    if (step->kind == STEP_BATCH) {
        add_batch(step, out);
    } else if (step->kind == STEP_EMR) {
        add_emr(step, out);
    } else {
        add_called(step, needed ? needed : iam_action(out, action), out);
        if (too) {
            add_called(step, too, out);
        }
    }
    if (step_waits(step)) {
        add_waiting(step, action, out);
    }
}

/* ---- distributed maps ------------------------------------------------------------------------ */

/* The object or prefix of s3://bucket/rest; "" where the rest is empty. */
static const char *rest_of(const char *place, const char **bucket, struct needs *out)
{
    const char *name = place + strlen("s3://");
    size_t length = strcspn(name, "/");
    *bucket = arena_copy(out->arena, name, length);
    return name[length] ? iam_literal(out->arena, name + length + 1) : "";
}

/* Developer Guide, "IAM policies for using Distributed Map states": the machine starts runs of
 * itself and looks after them; their ARNs have the map's label behind a slash. What a manifest
 * lists lies in the bucket of the inventory, which is known when it runs. */
void needs_of_map(const char *machine, const struct mapping *map, struct needs *out)
{
    const unsigned here = RIGHT_REGION | RIGHT_ACCOUNT;
    static const char *const writes[] = {"s3:PutObject", "s3:GetObject",
                                         "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"};
    static const char *const looks[] = {"states:DescribeExecution", "states:StopExecution"};
    const char *bucket, *rest;
    if (!map || map->source == MAP_INPUT || !map->place.value) {
        return;
    }
    add(out, "states:StartExecution", "states", here, joined(out, "stateMachine:", machine));
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        add(out, looks[i], "states", here, arena_format(out->arena, "execution:%s:*", machine));
        add(out, looks[i], "states", here, arena_format(out->arena, "execution:%s/*", machine));
    }
    rest = rest_of(map->place.value, &bucket, out);
    if (map->source == MAP_OBJECTS) {
        struct need *list = add(out, "s3:ListBucket", "s3", 0, bucket);
        if (*rest) {
            on_condition(list, "StringLike", "s3:prefix", joined(out, rest, "*"));
        }
    } else {
        add(out, "s3:GetObject", "s3", 0,
            arena_format(out->arena, "%s/%s", bucket, map->source == MAP_MANIFEST ? "*" : rest));
    }
    if (!map->results.value) {
        return;
    }
    rest = rest_of(map->results.value, &bucket, out);
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
        add(out, writes[i], "s3", 0, arena_format(out->arena, "%s/%s*", bucket, rest));
    }
}
