/* roles.c - roles that the mesh makes by name (`create: true`): trusted by the services of what
 * runs as them and by whom the mesh names, with the rights that what runs as them needs. */
#include "plan/plan.h"

#include "check/roles.h"
#include "model/names.h"
#include "plan/glue.h"
#include "plan/rights.h"
#include "plan/text.h"

/* A service once, whatever asks for it. */
static void trust_service(struct plan *plan, json *trust, struct map *seen, const char *service)
{
    atom name = atom_of(&plan->s->atoms, service);
    if (!map_get(seen, name, NULL)) {
        map_put(seen, name, NULL, plan);
        plan_trust_service(plan, trust, service);
    }
}

/* 12 digits stand for everybody whom that account lets. */
static json *trusted_arn(struct plan *plan, const char *text)
{
    if (trusted_kind(text) == TRUSTED_ACCOUNT) {
        return plan_token_text(plan, plan_format(plan, "arn:${AWS::Partition}:iam::%s:root", text));
    }
    return json_text(&plan->scratch, text);
}

static json *trust_of(struct plan *plan, const struct principal *role)
{
    const struct {
        bool runs;
        const char *service;
    } services[] = {{role->runs.pipelines.len > 0, "states.amazonaws.com"},
                    {role->runs.functions.len > 0, "lambda.amazonaws.com"},
                    {role->runs.crawls.len > 0, "glue.amazonaws.com"},
                    {role->runs.warehouses.len > 0, "redshift.amazonaws.com"},
                    {role->runs.warehouses.len > 0, "redshift-serverless.amazonaws.com"}};
    json *trust = plan_trust(plan);
    struct map seen = {0};
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        if (services[i].runs) {
            trust_service(plan, trust, &seen, services[i].service);
        }
    }
    for (size_t i = 0; i < role->trusts.len; i++) {
        const char *text = role->trusts.at[i].value;
        if (trusted_kind(text) == TRUSTED_SERVICE) {
            trust_service(plan, trust, &seen, text);
        } else {
            plan_trust_principal(trust, trusted_arn(plan, text));
        }
    }
    map_free(&seen);
    return trust;
}

static void make_role(struct plan *plan, struct stack *stack, const struct principal *role)
{
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    const char *name = name_role(&plan->scratch, plan->deployment, role);
    needs_of_role(plan->deployment, role, &needs);
    rights_of_needs(plan, &needs, &rights);
    const char *id = plan_role_trusting(plan, stack, role->decl.at, "Role", role->decl.name, name,
                                        trust_of(plan, role), &rights);
    const char *doc = role->decl.doc;
    if (doc && !unknown_to_iam(doc))
        json_set(plan_last(stack)->properties, "Description",
                 plan_literal(plan, plan_fitted(plan, doc, LIMIT_ROLE_DESCRIPTION, false)));
    plan_keep(plan, role, "role", id);
}

void plan_roles(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    size_t count = domain ? domain->made_roles.len : plan->mesh->made_roles.len;
    for (size_t i = 0; i < count; i++) {
        const struct principal *role =
            domain ? domain->made_roles.at[i] : plan->mesh->made_roles.at[i];
        if (domain ? stack_has_data(stack->head)
                   : account_of_principal(plan->deployment, role) == plan->account) {
            make_role(plan, stack, role);
        }
    }
}
