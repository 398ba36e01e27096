/* s3.c - the buckets that a deployment makes: private, encrypted, versioned, TLS only, kept when
 * their stack goes. Objects are moved or deleted only where a product's `lifecycle` says so. */
#include "check/limits.h"
#include "plan/places.h"
#include "plan/plan.h"
#include "plan/text.h"

#include <string.h>

enum { SECONDS_OF_DAY = 24 * 60 * 60, ABORT_UPLOAD_DAYS = 7 };

/* ---- lifecycle rules
 * --------------------------------------------------------------------------------------------- */

/* Whole days, rounded up: nothing moves or goes before the time that was written. 0: not given. */
static int64_t days_of(const struct amount *amount) {
    return amount->text ? (amount->base + SECONDS_OF_DAY - 1) / SECONDS_OF_DAY : 0;
}

/* S3 refuses a rule whose steps are out of order, and STANDARD_IA before 30 days. */
static bool lifecycle_fits(struct session *s, const struct lifecycle *life) {
    const struct amount *steps[] = {&life->infrequent_access, &life->archive, &life->delete};
    static const char *const words[] = {"infrequent_access", "archive", "delete"};
    int64_t least = limit_info(LIMIT_TRANSITION_DAYS)->figure;
    int last = -1;
    for (int i = 0; i < 3; i++) {
        int64_t days = days_of(steps[i]);
        if (!steps[i]->text)
            continue;
        if (i == 0 && days < least) {
            diag(s, D_LIFECYCLE_ORDER, steps[i]->at,
                 "'infrequent_access' is at least %lld days, S3 moves nothing younger",
                 (long long)least);
            return false;
        }
        if (last >= 0 && days <= days_of(steps[last])) {
            struct diag *d = diag(s, D_LIFECYCLE_ORDER, steps[i]->at,
                                  "'%s' has to come later than '%s'", words[i], words[last]);
            diag_place(s, d, steps[last]->at, "'%s' is here", words[last]);
            return false;
        }
        last = i;
    }
    return true;
}

static void add_transition(json *list, const char *class, int64_t days) {
    json *transition = json_add_object(list);
    json_set_text(transition, "StorageClass", class);
    json_set_int(transition, "TransitionInDays", days);
}

static json *transitions_of(struct plan *plan, const struct lifecycle *life) {
    json *list = json_array(&plan->scratch);
    if (life->infrequent_access.text)
        add_transition(list, "STANDARD_IA", days_of(&life->infrequent_access));
    if (life->archive.text)
        add_transition(list, "GLACIER", days_of(&life->archive));
    return list;
}

/* Versions that were replaced or deleted follow the same times, counted from that moment, so that
 * what was deleted by mistake lives as long as what was not. */
static void add_rule(struct plan *plan, json *rules, const struct expiry *expiry) {
    const struct lifecycle *life = &expiry->output->lifecycle;
    if (!lifecycle_fits(plan->s, life))
        return;
    json *rule = json_add_object(rules);
    json_set_text(rule, "Id", expiry->output->decl.path);
    json_set_text(rule, "Status", "Enabled");
    json_set_text(rule, "Prefix", expiry->prefix);
    if (life->infrequent_access.text || life->archive.text) {
        json_set(rule, "Transitions", transitions_of(plan, life));
        json_set(rule, "NoncurrentVersionTransitions", transitions_of(plan, life));
    }
    if (life->delete.text) {
        int64_t days = days_of(&life->delete);
        json_set_int(rule, "ExpirationInDays", days);
        json_set_int(json_set_object(rule, "NoncurrentVersionExpiration"), "NoncurrentDays", days);
        json_set_int(json_set_object(rule, "AbortIncompleteMultipartUpload"), "DaysAfterInitiation",
                     ABORT_UPLOAD_DAYS);
    }
}

static void lifecycle_rules(struct plan *plan, json *bucket, const char *name, struct span at) {
    size_t count, limit = (size_t)limit_info(LIMIT_LIFECYCLE_RULES)->figure;
    const struct expiry *expiries = places_expiries(plan->places, name, &count);
    if (!count)
        return;
    if (count > limit)
        diag(plan->s, D_LIFECYCLE_RULES, at, "bucket '%s' has %zu lifecycle rules, S3 takes %zu",
             name, count, limit);
    json *rules = json_array(&plan->scratch);
    for (size_t i = 0; i < count; i++)
        add_rule(plan, rules, &expiries[i]);
    if (json_count(rules))
        json_set(json_set_object(bucket, "LifecycleConfiguration"), "Rules", rules);
}

/* Rules belong to the bucket's own stack: for buckets that are only referred to there is none. */
static void judge_lifecycles(struct plan *plan, const struct domain *domain) {
    const struct places *places = plan->places;
    for (size_t i = 0; i < places->expiries.len; i++) {
        const struct expiry *expiry = &places->expiries.at[i];
        const struct lifecycle *life = &expiry->output->lifecycle;
        if (expiry->output->domain != domain || places_makes_bucket(places, expiry->bucket))
            continue;
        struct span at = life->delete.text    ? life->delete.at
                         : life->archive.text ? life->archive.at
                                              : life->infrequent_access.at;
        struct diag *d = diag(plan->s, D_LIFECYCLE_EXISTING, at,
                              "the lifecycle cannot be set: bucket '%s' is not made by this mesh",
                              expiry->bucket);
        diag_help(plan->s, d,
                  "set the rule where the bucket is managed and remove 'lifecycle' here");
    }
}

/* ---- buckets
 * -----------------------------------------------------------------------------------------------------
 */

static void encryption(json *bucket, const struct storage *storage) {
    bool kms = storage && storage->encryption == ENCRYPTION_KMS;
    json *block = json_set_object(bucket, "BucketEncryption");
    json *rules = json_set_array(block, "ServerSideEncryptionConfiguration");
    json *rule = json_add_object(rules);
    json *by_default = json_set_object(rule, "ServerSideEncryptionByDefault");
    json_set_text(by_default, "SSEAlgorithm", kms ? "aws:kms" : "AES256");
    if (kms) {
        json_set_text(by_default, "KMSMasterKeyID", storage->kms_key.value);
        json_set_bool(rule, "BucketKeyEnabled", true);
    }
}

static void tls_only(struct plan *plan, struct stack *stack, struct span at, const char *bucket,
                     const char *name) {
    json *policy = plan_resource(plan, stack, "AWS::S3::BucketPolicy", at, "BucketPolicy", NULL);
    plan_last(stack)->retain = true;
    json_set(policy, "Bucket", plan_ref(plan, bucket));
    json *document = json_set_object(policy, "PolicyDocument");
    json_set_text(document, "Version", "2012-10-17");
    json *statement = json_add_object(json_set_array(document, "Statement"));
    json_set_text(statement, "Sid", "TlsOnly");
    json_set_text(statement, "Effect", "Deny");
    json_set_text(statement, "Principal", "*");
    json_set_text(statement, "Action", "s3:*");
    json *resources = json_set_array(statement, "Resource");
    json_add(resources, plan_arn(plan, "s3", 0, name));
    json_add(resources, plan_arn(plan, "s3", 0, plan_format(plan, "%s/*", name)));
    json *condition = json_set_object(statement, "Condition");
    json_set_text(json_set_object(condition, "Bool"), "aws:SecureTransport", "false");
}

/* storage NULL: the mesh's bucket, which has no settings of its own. */
static void make_bucket(struct plan *plan, struct stack *stack, struct span at, const char *name,
                        const struct storage *storage) {
    json *bucket = plan_resource(plan, stack, "AWS::S3::Bucket", at, "Bucket", NULL);
    struct resource *resource = plan_last(stack);
    resource->retain = true;
    plan_keep(plan, plan->deployment, "bucket", resource->id);
    const char *id = resource->id;
    json_set_text(bucket, "BucketName", name);
    encryption(bucket, storage);
    json *versioning = json_set_object(bucket, "VersioningConfiguration");
    json_set_text(versioning, "Status", !storage || storage->versioning ? "Enabled" : "Suspended");
    json *block = json_set_object(bucket, "PublicAccessBlockConfiguration");
    json_set_bool(block, "BlockPublicAcls", true);
    json_set_bool(block, "BlockPublicPolicy", true);
    json_set_bool(block, "IgnorePublicAcls", true);
    json_set_bool(block, "RestrictPublicBuckets", true);
    json *ownership = json_set_object(bucket, "OwnershipControls");
    json *rule = json_add_object(json_set_array(ownership, "Rules"));
    json_set_text(rule, "ObjectOwnership", "BucketOwnerEnforced");
    if (storage && storage->log.value) {
        json *logging = json_set_object(bucket, "LoggingConfiguration");
        json_set_text(logging, "DestinationBucketName", storage->log.value);
        json_set_text(logging, "LogFilePrefix", plan_format(plan, "%s/", name));
    }
    lifecycle_rules(plan, bucket, name, at);
    tls_only(plan, stack, at, id, name);
}

void plan_s3(struct plan *plan, struct stack *stack) {
    const struct deployment *d = plan->deployment;
    const struct domain *domain = stack->domain;
    if (!domain) {
        if (d->mesh_bucket)
            make_bucket(plan, stack, plan->mesh->bucket.at, d->mesh_bucket, NULL);
        return;
    }
    const struct domain_names *names = &d->domains[domain->decl.index];
    if (names->bucket_made_here && names->bucket)
        make_bucket(plan, stack, domain->storage.at, names->bucket, &domain->storage);
    judge_lifecycles(plan, domain);
}
