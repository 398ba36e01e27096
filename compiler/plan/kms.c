/* kms.c - the keys that a deployment makes: one for each bucket with `encryption: kms` that names
 * none, and one for the results of a domain's queries.
 *
 * The account administers a key (its IAM policies say who) and uses none: a bucket's key is used by
 * the role alone that its locations are registered with, because data is read through Lake
 * Formation. Results belong to whoever ran the query, so their key serves S3 for the account. */
#include "check/access/rights.h"
#include "check/places.h"
#include "model/names.h"
#include "plan/plan.h"
#include "plan/text.h"

/* All that manages a key, and nothing that reads with it or lets others read (no grants). */
static const char *const administration[] = {"kms:CancelKeyDeletion", "kms:CreateAlias",
                                             "kms:DeleteAlias",       "kms:DescribeKey",
                                             "kms:DisableKey",        "kms:DisableKeyRotation",
                                             "kms:EnableKey",         "kms:EnableKeyRotation",
                                             "kms:GetKeyPolicy",      "kms:GetKeyRotationStatus",
                                             "kms:ListGrants",        "kms:ListKeyPolicies",
                                             "kms:ListResourceTags",  "kms:PutKeyPolicy",
                                             "kms:RevokeGrant",       "kms:ScheduleKeyDeletion",
                                             "kms:TagResource",       "kms:UntagResource",
                                             "kms:UpdateAlias",       "kms:UpdateKeyDescription"};

/* A statement of a key's policy without its actions, which are to be added to the list. */
static json *allow(json *statements, const char *sid, json *principal, json **actions)
{
    json *statement = json_add_object(statements);
    json_set_text(statement, "Sid", sid);
    json_set_text(statement, "Effect", "Allow");
    json_set(json_set_object(statement, "Principal"), "AWS", principal);
    *actions = json_set_array(statement, "Action");
    json_set_text(statement, "Resource", "*"); /* of a key's policy: the key */
    return statement;
}

/* A key and its alias; returns the statements of its policy, which the account may administer. */
static json *make_key(struct plan *plan, struct stack *stack, struct span at, const char *part,
                      const char *alias, const char *description)
{
    json *key = plan_resource(plan, stack, "AWS::KMS::Key", at, "Key", part);
    plan_last(stack)->retain = true;
    const char *id = plan_last(stack)->id;
    plan_keep(plan, atom_of(&plan->s->atoms, alias), "key", id);
    json_set_text(key, "Description", description);
    json_set_bool(key, "EnableKeyRotation", true);
    json *policy = json_set_object(key, "KeyPolicy");
    json_set_text(policy, "Version", "2012-10-17");
    json *statements = json_set_array(policy, "Statement");
    json *actions;
    allow(statements, "Administration", plan_arn(plan, "iam", ARN_ACCOUNT, "root"), &actions);
    for (size_t i = 0; i < sizeof administration / sizeof *administration; i++)
        json_add_text(actions, administration[i]);
    json *name = plan_resource(plan, stack, "AWS::KMS::Alias", at, "KeyAlias", part);
    json_set_text(name, "AliasName", alias);
    json_set(name, "TargetKeyId", plan_ref(plan, id));
    return statements;
}

json *plan_key_arn(struct plan *plan, const char *alias)
{
    return plan_get(plan, plan_made(plan, atom_of(&plan->s->atoms, alias), "key"), "Arn");
}

/* The role that a domain's locations are registered with: made before this key, in this stack or in
 * that of its catalog. */
static json *registration_role(struct plan *plan, const struct domain *domain)
{
    const char *id = plan_made(plan, domain, "registration");
    if (id)
        return plan_get(plan, id, "Arn");
    const char *name = name_registration_role(&plan->scratch, plan->deployment, domain);
    return plan_arn_in(plan, account_of_catalog(plan->deployment, domain), "iam", ARN_ACCOUNT,
                       plan_format(plan, "role/%s", name));
}

static void store_key(struct plan *plan, struct stack *stack, const struct store *store)
{
    const char *alias = name_store_key(&plan->scratch, store);
    json *statements = make_key(plan, stack, store->storage->at, store->storage->name, alias,
                                plan_format(plan, "Data in bucket %s", store->bucket));
    if (!places_in_bucket(plan->places, stack->domain, store->bucket))
        return;
    json *actions;
    struct needs needs = {.arena = &plan->scratch};
    allow(statements, "Registration", registration_role(plan, stack->domain), &actions);
    needs_of_store_key(plan->deployment, stack->domain, store, &needs);
    for (size_t k = 0; k < needs.list.len; k++)
        json_add_text(actions, needs.list.at[k].action);
}

static void results_key(struct plan *plan, struct stack *stack, const struct domain *domain)
{
    const char *alias = name_results_key(&plan->scratch, plan->deployment, domain);
    json *statements =
        make_key(plan, stack, domain->decl.at, "Results", alias,
                 plan_format(plan, "Results of queries of domain %s", domain->decl.path));
    json *actions;
    json *statement =
        allow(statements, "Results", plan_arn(plan, "iam", ARN_ACCOUNT, "root"), &actions);
    json_add_text(actions, "kms:Decrypt");
    json_add_text(actions, "kms:GenerateDataKey");
    json *condition = json_set_object(statement, "Condition");
    json_set_text(json_set_object(condition, "StringLike"), "kms:ViaService", "s3.*");
}

void plan_kms(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    if (!stack_has_data(stack->head))
        return;
    for (size_t i = 0; i < domain_store_count(domain); i++) {
        struct store store = domain_store(plan->deployment, domain, i);
        if (store_key_is_made(&store))
            store_key(plan, stack, &store);
    }
    if (results_key_is_made(domain))
        results_key(plan, stack, domain);
}
