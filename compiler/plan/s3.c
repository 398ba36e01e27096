/* s3.c - the buckets that a deployment makes: private, encrypted, versioned, TLS only, kept when
 * their stack goes. Objects are moved or deleted only where a product's `lifecycle` says so. */
#include "check/events.h"
#include "check/places.h"
#include "check/storage.h"
#include "model/names.h"
#include "plan/plan.h"
#include "plan/text.h"

#include <string.h>

enum { ABORT_UPLOAD_DAYS = 7 };

/* ---- lifecycle rules ------------------------------------------------------------------------- */

static void add_transition(json *list, const char *class, int64_t days)
{
    json *transition = json_add_object(list);
    json_set_text(transition, "StorageClass", class);
    json_set_int(transition, "TransitionInDays", days);
}

static json *transitions_of(struct plan *plan, const struct lifecycle *life)
{
    json *list = json_array(&plan->scratch);
    if (life->infrequent_access.text)
        add_transition(list, "STANDARD_IA", lifecycle_days(&life->infrequent_access));
    if (life->archive.text)
        add_transition(list, "GLACIER", lifecycle_days(&life->archive));
    return list;
}

/* Versions that were replaced or deleted follow the same times, counted from that moment, so that
 * what was deleted by mistake lives as long as what was not. */
static void add_rule(struct plan *plan, json *rules, const struct expiry *expiry)
{
    const struct lifecycle *life = &expiry->output->lifecycle;
    json *rule = json_add_object(rules);
    json_set_text(rule, "Id", expiry->output->decl.path);
    json_set_text(rule, "Status", "Enabled");
    json_set_text(rule, "Prefix", expiry->prefix);
    if (life->infrequent_access.text || life->archive.text) {
        json_set(rule, "Transitions", transitions_of(plan, life));
        json_set(rule, "NoncurrentVersionTransitions", transitions_of(plan, life));
    }
    if (life->delete.text) {
        int64_t days = lifecycle_days(&life->delete);
        json_set_int(rule, "ExpirationInDays", days);
        json_set_int(json_set_object(rule, "NoncurrentVersionExpiration"), "NoncurrentDays", days);
        json_set_int(json_set_object(rule, "AbortIncompleteMultipartUpload"), "DaysAfterInitiation",
                     ABORT_UPLOAD_DAYS);
    }
}

static void lifecycle_rules(struct plan *plan, json *bucket, const char *name)
{
    size_t count;
    const struct expiry *expiries = places_expiries(plan->places, name, &count);
    if (!count)
        return;
    json *rules = json_array(&plan->scratch);
    for (size_t i = 0; i < count; i++)
        add_rule(plan, rules, &expiries[i]);
    json_set(json_set_object(bucket, "LifecycleConfiguration"), "Rules", rules);
}

/* ---- buckets --------------------------------------------------------------------------------- */

/* key NULL: keys of S3. */
static void encryption(json *bucket, json *key)
{
    json *block = json_set_object(bucket, "BucketEncryption");
    json *rules = json_set_array(block, "ServerSideEncryptionConfiguration");
    json *rule = json_add_object(rules);
    json *by_default = json_set_object(rule, "ServerSideEncryptionByDefault");
    json_set_text(by_default, "SSEAlgorithm", key ? "aws:kms" : "AES256");
    if (key) {
        json_set(by_default, "KMSMasterKeyID", key);
        json_set_bool(rule, "BucketKeyEnabled", true);
    }
}

/* Where the catalog is another account's, Lake Formation comes from there under the registration
 * role, and hands its credentials on: no consumer is ever named (access.md 1.5). */
static void let_catalog_in(struct plan *plan, const struct domain *domain, json *statements,
                           const char *name)
{
    static const char *const on_objects[] = {"s3:DeleteObject", "s3:GetObject", "s3:PutObject"};
    const struct deployment_account *catalog = account_of_catalog(plan->deployment, domain);
    const char *role = name_registration_role(&plan->scratch, plan->deployment, domain);
    const char *const sids[] = {"CatalogListsBucket", "CatalogReadsAndWrites"};
    for (size_t i = 0; i < 2; i++) {
        json *statement = json_add_object(statements);
        json_set_text(statement, "Sid", sids[i]);
        json_set_text(statement, "Effect", "Allow");
        json_set(
            json_set_object(statement, "Principal"), "AWS",
            plan_arn_in(plan, catalog, "iam", ARN_ACCOUNT, plan_format(plan, "role/%s", role)));
        if (i == 0) {
            json_set_text(statement, "Action", "s3:ListBucket");
            json_set(statement, "Resource", plan_arn(plan, "s3", 0, name));
            continue;
        }
        json *actions = json_set_array(statement, "Action");
        for (size_t k = 0; k < sizeof on_objects / sizeof *on_objects; k++)
            json_add_text(actions, on_objects[k]);
        json_set(statement, "Resource", plan_arn(plan, "s3", 0, plan_format(plan, "%s/*", name)));
    }
}

json *plan_bucket_policy(struct plan *plan, struct stack *stack, struct span at, const char *part,
                         const char *bucket, const char *name)
{
    json *policy = plan_resource(plan, stack, "AWS::S3::BucketPolicy", at, "BucketPolicy", part);
    plan_last(stack)->retain = true;
    json_set(policy, "Bucket", plan_ref(plan, bucket));
    json *document = json_set_object(policy, "PolicyDocument");
    json_set_text(document, "Version", "2012-10-17");
    json *statements = json_set_array(document, "Statement");
    json *statement = json_add_object(statements);
    json_set_text(statement, "Sid", "TlsOnly");
    json_set_text(statement, "Effect", "Deny");
    json_set_text(statement, "Principal", "*");
    json_set_text(statement, "Action", "s3:*");
    json *resources = json_set_array(statement, "Resource");
    json_add(resources, plan_arn(plan, "s3", 0, name));
    json_add(resources, plan_arn(plan, "s3", 0, plan_format(plan, "%s/*", name)));
    json *condition = json_set_object(statement, "Condition");
    json_set_text(json_set_object(condition, "Bool"), "aws:SecureTransport", "false");
    return statements;
}

json *plan_bucket(struct plan *plan, struct stack *stack, struct span at, const char *part,
                  const char *name, bool versioned, json *key)
{
    json *bucket = plan_resource(plan, stack, "AWS::S3::Bucket", at, "Bucket", part);
    plan_last(stack)->retain = true;
    json_set_text(bucket, "BucketName", name);
    encryption(bucket, key);
    json *versioning = json_set_object(bucket, "VersioningConfiguration");
    json_set_text(versioning, "Status", versioned ? "Enabled" : "Suspended");
    json *block = json_set_object(bucket, "PublicAccessBlockConfiguration");
    json_set_bool(block, "BlockPublicAcls", true);
    json_set_bool(block, "BlockPublicPolicy", true);
    json_set_bool(block, "IgnorePublicAcls", true);
    json_set_bool(block, "RestrictPublicBuckets", true);
    json *ownership = json_set_object(bucket, "OwnershipControls");
    json *rule = json_add_object(json_set_array(ownership, "Rules"));
    json_set_text(rule, "ObjectOwnership", "BucketOwnerEnforced");
    return bucket;
}

/* Log delivery writes below the name of the bucket that it speaks of (S3 User Guide: "Enabling
 * Amazon S3 server access logging"). */
static void let_logs_in(struct plan *plan, json *statements, const char *bucket)
{
    size_t count;
    const struct log *logs = places_logs(plan->places, bucket, &count);
    if (!count)
        return;
    json *statement = json_add_object(statements);
    json_set_text(statement, "Sid", "AccessLogs");
    json_set_text(statement, "Effect", "Allow");
    json_set_text(json_set_object(statement, "Principal"), "Service", "logging.s3.amazonaws.com");
    json_set_text(statement, "Action", "s3:PutObject");
    json *resources = json_set_array(statement, "Resource");
    json *condition = json_set_object(statement, "Condition");
    json *sources = json_set_array(json_set_object(condition, "ArnLike"), "aws:SourceArn");
    json_set(json_set_object(condition, "StringEquals"), "aws:SourceAccount", plan_account(plan));
    for (size_t i = 0; i < count; i++) {
        const char *folder = plan_format(plan, "%s/%s/*", bucket, logs[i].source);
        json_add(resources, plan_arn(plan, "s3", 0, folder));
        json_add(sources, plan_arn(plan, "s3", 0, logs[i].source));
    }
}

const char *plan_made_bucket(struct plan *plan, const char *name)
{
    return plan_made(plan, atom_of(&plan->s->atoms, name), "bucket");
}

/* The policy of the bucket that takes the log has to stand before it. */
static void send_logs(struct plan *plan, struct resource *source, json *bucket, const char *name,
                      const char *target)
{
    const char *id = plan_made_bucket(plan, target);
    json *logging = json_set_object(bucket, "LoggingConfiguration");
    json_set(logging, "DestinationBucketName",
             id ? plan_ref(plan, id) : json_text(&plan->scratch, target));
    json_set_text(logging, "LogFilePrefix", plan_format(plan, "%s/", name));
    source->depends_on = plan_made(plan, atom_of(&plan->s->atoms, target), "policy");
}

/* NULL: keys of S3. */
static json *key_of(struct plan *plan, const struct store *store)
{
    const char *key = store->storage ? name_store_key(&plan->scratch, store) : NULL;
    if (!key)
        return NULL;
    return store_key_is_made(store) ? plan_key_arn(plan, key) : json_text(&plan->scratch, key);
}

/* All its events go to EventBridge, where rules choose. */
static void send_events(json *bucket)
{
    json *notifications = json_set_object(bucket, "NotificationConfiguration");
    json_set_bool(json_set_object(notifications, "EventBridgeConfiguration"), "EventBridgeEnabled",
                  true);
}

/* storage NULL: the mesh's bucket, which has no settings of its own. */
static void make_bucket(struct plan *plan, struct stack *stack, struct span at,
                        const struct store *store, const char *target)
{
    const char *name = store->bucket, *part = store->storage ? store->storage->name : NULL;
    bool versioned = !store->storage || store->storage->versioning;
    json *bucket = plan_bucket(plan, stack, at, part, name, versioned, key_of(plan, store));
    struct resource *resource = plan_last(stack);
    const char *id = resource->id;
    plan_keep(plan, atom_of(&plan->s->atoms, name), "bucket", id);
    if (target)
        send_logs(plan, resource, bucket, name, target);
    lifecycle_rules(plan, bucket, name);
    if (events_watched(plan->events, name))
        send_events(bucket);
    json *statements = plan_bucket_policy(plan, stack, at, part, id, name);
    plan_keep(plan, atom_of(&plan->s->atoms, name), "policy", plan_last(stack)->id);
    let_logs_in(plan, statements, name);
    const struct domain *domain = stack->domain;
    if (domain && !stack_has_catalog(plan->deployment, stack->head) &&
        places_in_bucket(plan->places, domain, name))
        let_catalog_in(plan, domain, statements, name);
}

/* Buckets that send no log first: the others go to them. */
void plan_s3(struct plan *plan, struct stack *stack)
{
    const struct deployment *d = plan->deployment;
    const struct domain *domain = stack->domain;
    if (!domain) {
        struct store store = {.bucket = d->mesh_bucket, .made = true};
        if (d->mesh_bucket && stack->head->account->is_governance)
            make_bucket(plan, stack, plan->mesh->bucket.at, &store, NULL);
        return;
    }
    if (!stack_has_data(stack->head))
        return;
    for (int logged = 0; logged < 2; logged++)
        for (size_t i = 0; i < domain_store_count(domain); i++) {
            struct store store = domain_store(d, domain, i);
            const char *target = store.made ? log_target(d, domain, store.storage) : NULL;
            if (store.made && (target != NULL) == (logged == 1))
                make_bucket(plan, stack, store.storage->at, &store, target);
        }
}
