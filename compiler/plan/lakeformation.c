/* lakeformation.c - registration of the tables' locations, and the one role of a domain under which
 * Lake Formation reads and writes them. Grants are the grant program's work (plan/grants.c):
 * CloudFormation loses them, see the reference. */
#include "model/names.h"
#include "plan/iam.h"
#include "check/places.h"
#include "plan/plan.h"
#include "plan/text.h"

#include <string.h>

/* The key is of the account that has the bucket. A key may be given by its ARN, its id or an alias;
 * an alias is no resource of a policy, so it is named by condition. */
static void key_rights(struct plan *plan, struct rights *rights,
                       const struct deployment_account *home, const char *key)
{
    static const char *const actions[] = {"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
                                          "kms:GenerateDataKey*", "kms:ReEncrypt*"};
    const char *alias = strstr(key, "alias/");
    bool arn = !strncmp(key, "arn:", 4);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (alias)
            plan_right_if(plan, rights, actions[i],
                          plan_arn_in(plan, home, "kms", ARN_REGION | ARN_ACCOUNT, "key/*"),
                          "ForAnyValue:StringEquals", "kms:ResourceAliases",
                          json_text(&plan->scratch, alias));
        else
            plan_right(plan, rights, actions[i],
                       arn ? json_text(&plan->scratch, key)
                           : plan_arn_in(plan, home, "kms", ARN_REGION | ARN_ACCOUNT,
                                         plan_format(plan, "key/%s", key)));
    }
}

static void object_rights(struct plan *plan, struct rights *rights, const struct root *root)
{
    const char *objects = root->prefix[0] ? plan_format(plan, "%s/%s/*", root->bucket, root->prefix)
                                          : plan_format(plan, "%s/*", root->bucket);
    plan_right(plan, rights, "s3:DeleteObject", plan_arn(plan, "s3", 0, objects));
    plan_right(plan, rights, "s3:GetObject", plan_arn(plan, "s3", 0, objects));
    plan_right(plan, rights, "s3:PutObject", plan_arn(plan, "s3", 0, objects));
}

/* roots: those of one bucket, count of them. */
static void list_right(struct plan *plan, struct rights *rights, const struct root *roots,
                       size_t count)
{
    json *bucket = plan_arn(plan, "s3", 0, roots->bucket);
    if (!roots->prefix[0]) { /* the whole bucket: then it is the only root there */
        plan_right(plan, rights, "s3:ListBucket", bucket);
        return;
    }
    json *prefixes = json_array(&plan->scratch);
    for (size_t i = 0; i < count; i++) {
        json_add_text(prefixes, roots[i].prefix);
        json_add_text(prefixes, plan_format(plan, "%s/*", roots[i].prefix));
    }
    plan_right_if(plan, rights, "s3:ListBucket", bucket, "StringLike", "s3:prefix", prefixes);
}

static const char *registration_role(struct plan *plan, struct stack *stack,
                                     const struct root *roots, size_t count)
{
    const struct domain *domain = stack->domain;
    const struct domain_names *names = &plan->deployment->domains[domain->decl.index];
    struct rights rights = {0};
    bool home = false;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && !strcmp(roots[end].bucket, roots[i].bucket); end++)
            object_rights(plan, &rights, &roots[end]);
        list_right(plan, &rights, &roots[i], end - i);
        home |= names->bucket && !strcmp(names->bucket, roots[i].bucket);
    }
    if (home && domain->storage.encryption == ENCRYPTION_KMS && domain->storage.kms_key.value)
        key_rights(plan, &rights, names->account, domain->storage.kms_key.value);
    const char *role_name = name_registration_role(&plan->scratch, plan->deployment, domain);
    return plan_role(plan, stack, domain->decl.at, "RegistrationRole", NULL, role_name,
                     "lakeformation.amazonaws.com", &rights);
}

void plan_lakeformation(struct plan *plan, struct stack *stack)
{
    const struct places *places = plan->places;
    uint32_t index = stack->domain->decl.index;
    const struct root *roots = places->roots.at + places->first_root[index];
    size_t count = places->root_count[index];
    if (!count || !stack_has_catalog(plan->deployment, stack->head))
        return;
    const char *role = registration_role(plan, stack, roots, count);
    const char *bucket = plan_made(plan, plan->deployment, "bucket");
    const struct domain_names *names = &plan->deployment->domains[index];
    for (size_t i = 0; i < count; i++) {
        const struct root *root = &roots[i];
        const char *place =
            root->prefix[0] ? plan_format(plan, "%s/%s", root->bucket, root->prefix) : root->bucket;
        json *location =
            plan_resource(plan, stack, "AWS::LakeFormation::Resource", root->at, "Location", place);
        json_set(location, "ResourceArn", plan_arn(plan, "s3", 0, place));
        json_set(location, "RoleArn", plan_get(plan, role, "Arn"));
        json_set_bool(location, "UseServiceLinkedRole", false);
        json_set_bool(location, "HybridAccessEnabled", false);
        if (bucket && names->bucket && !strcmp(names->bucket, root->bucket))
            plan_last(stack)->depends_on = bucket;
    }
}
