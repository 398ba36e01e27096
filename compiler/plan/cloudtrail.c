/* cloudtrail.c - the audit: a trail of all that is done to the account, Lake Formation's and Glue's
 * answers among it, and of each read and write of the mesh's files; and the bucket it goes to.
 *
 * The bucket lets only this trail write (aws:SourceArn), below the folder of this account. Sources:
 * CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail" and "Logging data events". */
#include "plan/plan.h"

#include "check/audit.h"
#include "check/storage.h"
#include "model/names.h"
#include "plan/text.h"

static json *trail_arn(struct plan *plan)
{
    const char *name = name_trail(&plan->scratch, plan->deployment);
    return plan_arn(plan, "cloudtrail", ARN_REGION | ARN_ACCOUNT,
                    plan_format(plan, "trail/%s", name));
}

/* ---- the bucket ------------------------------------------------------------------------------ */

static json *allow_trail(struct plan *plan, json *statements, const char *sid, const char *action,
                         json *resource)
{
    json *statement = json_add_object(statements);
    json_set_text(statement, "Sid", sid);
    json_set_text(statement, "Effect", "Allow");
    json_set_text(json_set_object(statement, "Principal"), "Service", "cloudtrail.amazonaws.com");
    json_set_text(statement, "Action", action);
    json_set(statement, "Resource", resource);
    json *test = json_set_object(json_set_object(statement, "Condition"), "StringEquals");
    json_set(test, "aws:SourceArn", trail_arn(plan));
    return test;
}

static json *log_folder(struct plan *plan, const char *bucket)
{
    return plan_token_text(
        plan,
        plan_format(plan, "arn:${AWS::Partition}:s3:::%s/AWSLogs/${AWS::AccountId}/*", bucket));
}

static void set_retention(json *bucket, const struct amount *retention)
{
    if (!retention->text) {
        return;
    }
    int64_t days = lifecycle_days(retention);
    json *rules = json_set_array(json_set_object(bucket, "LifecycleConfiguration"), "Rules");
    json *rule = json_add_object(rules);
    json_set_text(rule, "Id", "retention");
    json_set_text(rule, "Status", "Enabled");
    json_set_int(rule, "ExpirationInDays", days);
    json_set_int(json_set_object(rule, "NoncurrentVersionExpiration"), "NoncurrentDays", days);
}

/* Returns the logical id of the policy, which must stand before the trail. */
static const char *add_bucket(struct plan *plan, struct stack *stack, const struct audit *audit,
                              json **bucket)
{
    struct span at = audit->decl.at;
    const char *name = name_audit_bucket(&plan->scratch, plan->deployment);
    json *properties = plan_bucket(plan, stack, at, "Audit", name, true, NULL);
    const char *id = plan_last(stack)->id;
    set_retention(properties, &audit->retention);
    json *statements = plan_bucket_policy(plan, stack, at, "Audit", id, name);
    const char *policy = plan_last(stack)->id;
    allow_trail(plan, statements, "TrailLooks", "s3:GetBucketAcl", plan_arn(plan, "s3", 0, name));
    json *test =
        allow_trail(plan, statements, "TrailWrites", "s3:PutObject", log_folder(plan, name));
    json_set_text(test, "s3:x-amz-acl", "bucket-owner-full-control");
    *bucket = plan_ref(plan, id);
    return policy;
}

/* ---- the trail ------------------------------------------------------------------------------- */

static json *add_selector(json *selectors, const char *name, const char *category)
{
    json *selector = json_add_object(selectors);
    json_set_text(selector, "Name", name);
    json *fields = json_set_array(selector, "FieldSelectors");
    json *field = json_add_object(fields);
    json_set_text(field, "Field", "eventCategory");
    json_add_text(json_set_array(field, "Equals"), category);
    return fields;
}

static void add_file_events(struct plan *plan, json *selectors)
{
    struct audit_places places = {.arena = &plan->scratch};
    audit_places(plan->deployment, &places);
    if (places.list.len == 0) {
        return;
    }
    json *fields = add_selector(selectors, "Reads and writes of files", "Data");
    json *type = json_add_object(fields);
    json_set_text(type, "Field", "resources.type");
    json_add_text(json_set_array(type, "Equals"), "AWS::S3::Object");
    json *arn = json_add_object(fields);
    json_set_text(arn, "Field", "resources.ARN");
    json *starts = json_set_array(arn, "StartsWith");
    for (size_t i = 0; i < places.list.len; i++) {
        json_add(starts, plan_arn(plan, "s3", 0, places.list.at[i]));
    }
}

void plan_cloudtrail(struct plan *plan, struct stack *stack)
{
    const struct audit *audit = plan->mesh->audit;
    json *bucket = NULL;
    const char *policy = NULL;
    if (!audit || !stack->head->account->is_governance) {
        return;
    }
    if (audit->existing) {
        bucket = json_text(&plan->scratch, audit->bucket.value);
    } else {
        policy = add_bucket(plan, stack, audit, &bucket);
    }
    json *trail =
        plan_resource(plan, stack, "AWS::CloudTrail::Trail", audit->decl.at, "Trail", NULL);
    plan_last(stack)->depends_on = policy;
    json_set_text(trail, "TrailName", name_trail(&plan->scratch, plan->deployment));
    json_set(trail, "S3BucketName", bucket);
    json_set_bool(trail, "IsLogging", true);
    json_set_bool(trail, "IsMultiRegionTrail", true);
    json_set_bool(trail, "IncludeGlobalServiceEvents", true);
    json_set_bool(trail, "EnableLogFileValidation", true);
    json *selectors = json_set_array(trail, "AdvancedEventSelectors");
    add_selector(selectors, "Management", "Management");
    add_file_events(plan, selectors);
}
