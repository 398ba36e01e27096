/* cloudtrail.c - the audit: in each account a trail of all that is done to it, Lake Formation's and
 * Glue's answers among it, and of each read and write of the mesh's files there; and, in the
 * governance account, the one bucket that all of them go to.
 *
 * The bucket lets only these trails write (aws:SourceArn), each below the folder of its account.
 * Sources: CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", "Receiving CloudTrail
 * log files from multiple accounts" and "Logging data events". */
#include "plan/plan.h"

#include "check/audit.h"
#include "check/storage.h"
#include "model/names.h"
#include "plan/text.h"

static json *trail_arn(struct plan *plan, const struct deployment_account *account)
{
    const char *name = name_trail(&plan->scratch, plan->deployment);
    return plan_arn_in(plan, account, "cloudtrail", ARN_REGION | ARN_ACCOUNT,
                       plan_format(plan, "trail/%s", name));
}

static json *log_folder(struct plan *plan, const struct deployment_account *account,
                        const char *bucket)
{
    return plan_token_text(plan, plan_format(plan, "arn:${AWS::Partition}:s3:::%s/AWSLogs/%s/*",
                                             bucket, plan_account_text(account)));
}

/* One value where there is one, else a list. */
static void set_each(json *object, const char *key, json *const *values, size_t count)
{
    if (count == 1) {
        json_set(object, key, values[0]);
        return;
    }
    json *list = json_set_array(object, key);
    for (size_t i = 0; i < count; i++) {
        json_add(list, values[i]);
    }
}

/* ---- the bucket ------------------------------------------------------------------------------ */

enum trail_right { TRAIL_LOOKS, TRAIL_WRITES };

static void allow_trails(struct plan *plan, json *statements, enum trail_right right,
                         const char *bucket)
{
    const struct deployment *deployment = plan->deployment;
    json **trails = arena_array(&plan->scratch, json *, deployment->accounts.len);
    json **folders = arena_array(&plan->scratch, json *, deployment->accounts.len);
    size_t count = 0;
    for (size_t i = 0; i < deployment->accounts.len; i++) {
        const struct deployment_account *account = deployment->accounts.at[i];
        if (account->has_stacks) {
            trails[count] = trail_arn(plan, account);
            folders[count++] = log_folder(plan, account, bucket);
        }
    }

    json *statement = json_add_object(statements);
    json_set_text(statement, "Sid", right == TRAIL_LOOKS ? "TrailLooks" : "TrailWrites");
    json_set_text(statement, "Effect", "Allow");
    json_set_text(json_set_object(statement, "Principal"), "Service", "cloudtrail.amazonaws.com");
    json_set_text(statement, "Action", right == TRAIL_LOOKS ? "s3:GetBucketAcl" : "s3:PutObject");
    if (right == TRAIL_LOOKS) {
        json_set(statement, "Resource", plan_arn(plan, "s3", 0, bucket));
    } else {
        set_each(statement, "Resource", folders, count);
    }
    json *test = json_set_object(json_set_object(statement, "Condition"), "StringEquals");
    set_each(test, "aws:SourceArn", trails, count);
    if (right == TRAIL_WRITES) {
        json_set_text(test, "s3:x-amz-acl", "bucket-owner-full-control");
    }
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
    allow_trails(plan, statements, TRAIL_LOOKS, name);
    allow_trails(plan, statements, TRAIL_WRITES, name);
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

static const struct audit_places *places_of(struct plan *plan)
{
    if (!plan->audit) {
        plan->audit = arena_new(&plan->s->arena, struct audit_places);
        plan->audit->arena = &plan->s->arena;
        audit_places(plan->deployment, plan->audit);
    }
    return plan->audit;
}

static void add_file_events(struct plan *plan, json *selectors)
{
    size_t count;
    const struct audit_place *places = audit_places_of(places_of(plan), plan->account, &count);
    if (count == 0) {
        return;
    }
    json *fields = add_selector(selectors, "Reads and writes of files", "Data");
    json *type = json_add_object(fields);
    json_set_text(type, "Field", "resources.type");
    json_add_text(json_set_array(type, "Equals"), "AWS::S3::Object");
    json *arn = json_add_object(fields);
    json_set_text(arn, "Field", "resources.ARN");
    json *starts = json_set_array(arn, "StartsWith");
    for (size_t i = 0; i < count; i++) {
        json_add(starts, plan_arn(plan, "s3", 0, places[i].path));
    }
}

void plan_cloudtrail(struct plan *plan, struct stack *stack)
{
    const struct audit *audit = plan->mesh->audit;
    json *bucket = NULL;
    const char *policy = NULL;
    if (!audit || stack->domain || !plan->account->has_stacks) {
        return;
    }
    if (audit->existing) {
        bucket = json_text(&plan->scratch, audit->bucket.value);
    } else if (plan->account->is_governance) {
        policy = add_bucket(plan, stack, audit, &bucket);
    } else {
        bucket = json_text(&plan->scratch, name_audit_bucket(&plan->scratch, plan->deployment));
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
