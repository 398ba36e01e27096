/* lakeformation.c - registration of the tables' locations, and the one role of a domain under which
 * Lake Formation reads and writes them. Grants are the grant program's work (plan/grants.c):
 * CloudFormation loses them, see the reference. */
#include "model/names.h"
#include "check/access/rights.h"
#include "check/places.h"
#include "plan/iam.h"
#include "plan/plan.h"
#include "plan/rights.h"
#include "plan/text.h"

#include <string.h>

static void object_rights(struct plan *plan, struct rights *rights, const struct root *root)
{
    const char *prefix = iam_literal(&plan->scratch, root->prefix);
    const char *objects = root->prefix[0] ? plan_format(plan, "%s/%s/*", root->bucket, prefix)
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
        const char *prefix = iam_literal(&plan->scratch, roots[i].prefix);
        json_add_text(prefixes, prefix);
        json_add_text(prefixes, plan_format(plan, "%s/*", prefix));
    }
    plan_right_if(plan, rights, "s3:ListBucket", bucket, "StringLike", "s3:prefix", prefixes);
}

static const char *registration_role(struct plan *plan, struct stack *stack,
                                     const struct root *roots, size_t count)
{
    const struct domain *domain = stack->domain;
    struct rights rights = {0};
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && !strcmp(roots[end].bucket, roots[i].bucket); end++)
            object_rights(plan, &rights, &roots[end]);
        list_right(plan, &rights, &roots[i], end - i);
    }
    struct needs keys = {.arena = &plan->scratch};
    for (size_t i = 0; i < domain_store_count(domain); i++) {
        struct store store = domain_store(plan->deployment, domain, i);
        if (store.bucket && places_in_bucket(plan->places, domain, store.bucket))
            needs_of_store_key(plan->deployment, domain, &store, &keys);
    }
    rights_of_needs(plan, &keys, &rights);
    const char *role_name = name_registration_role(&plan->scratch, plan->deployment, domain);
    return plan_role(plan, stack, domain->decl.at, "RegistrationRole", NULL, role_name,
                     "lakeformation.amazonaws.com", &rights);
}

/* What the stack registers: none where the catalog is another account's. */
static const struct root *roots_of(const struct plan *plan, const struct stack *stack,
                                   size_t *count)
{
    const struct places *places = plan->places;
    const struct domain *domain = stack->domain;
    *count = stack_has_catalog(plan->deployment, stack->head)
                 ? places->root_count[domain->decl.index]
                 : 0;
    return places->roots.at + places->first_root[domain->decl.index];
}

void plan_registration(struct plan *plan, struct stack *stack)
{
    size_t count;
    const struct root *roots = roots_of(plan, stack, &count);
    if (count)
        plan_keep(plan, stack->domain, "registration",
                  registration_role(plan, stack, roots, count));
}

void plan_lakeformation(struct plan *plan, struct stack *stack)
{
    size_t count;
    const struct root *roots = roots_of(plan, stack, &count);
    const char *role = plan_made(plan, stack->domain, "registration");
    for (size_t i = 0; i < count; i++) {
        const struct root *root = &roots[i];
        const char *place =
            root->prefix[0] ? plan_format(plan, "%s/%s", root->bucket, root->prefix) : root->bucket;
        json *location =
            plan_resource(plan, stack, "AWS::LakeFormation::Resource", root->at, "Location", place);
        json_set(location, "ResourceArn", plan_arn(plan, "s3", 0, place));
        json_set(location, "RoleArn", plan_get(plan, role, "Arn"));
        json_set_bool(location, "UseServiceLinkedRole", false);
        json_set_bool(location, "HybridAccessEnabled", root->hybrid);
        plan_last(stack)->depends_on = plan_made_bucket(plan, root->bucket);
    }
}
