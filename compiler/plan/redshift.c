/* redshift.c - warehouses: a namespace and a workgroup of Redshift Serverless, read-only views of
 * the lake under one role. The external schemas are SQL, see emit/sql.c.
 *
 * Nobody knows the administrator's password: Redshift makes it and keeps it in Secrets Manager.
 * Data at rest is always encrypted, connections without TLS are refused, and nothing is reachable
 * from outside the VPC. */
#include "plan/plan.h"

#include "model/names.h"
#include "plan/rights.h"
#include "plan/text.h"

enum { DEFAULT_CAPACITY = 8 };

static void add_role(struct plan *plan, struct stack *stack, const struct warehouse *warehouse)
{
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    needs_of_warehouse(plan->deployment, warehouse, &needs);
    rights_of_needs(plan, &needs, &rights);
    json *trust = plan_trust(plan);
    plan_trust_service(plan, trust, "redshift.amazonaws.com");
    plan_trust_service(plan, trust, "redshift-serverless.amazonaws.com");
    const char *id = plan_role_trusting(
        plan, stack, warehouse->decl.at, "RoleOfWarehouse", warehouse->decl.name,
        name_warehouse_role(&plan->scratch, plan->deployment, warehouse), trust, &rights);
    plan_keep(plan, warehouse, "role", id);
}

static json *role_arn(struct plan *plan, const struct warehouse *warehouse)
{
    return warehouse->role ? plan_principal(plan, warehouse->role)
                           : plan_get(plan, plan_made(plan, warehouse, "role"), "Arn");
}

/* The role stands twice: the list says which ones may be used, the default which one SQL means by
 * `IAM_ROLE default`. */
static const char *add_namespace(struct plan *plan, struct stack *stack,
                                 const struct warehouse *warehouse)
{
    static const char *const logs[] = {"connectionlog", "useractivitylog", "userlog"};
    if (!warehouse->role) {
        add_role(plan, stack, warehouse);
    }
    json *namespace = plan_resource(plan, stack, "AWS::RedshiftServerless::Namespace",
                                    warehouse->decl.at, "Namespace", warehouse->decl.name);
    plan_last(stack)->retain = true;
    json_set_text(namespace, "NamespaceName",
                  name_warehouse(&plan->scratch, plan->deployment, warehouse));
    json_set_text(namespace, "DbName", WAREHOUSE_DATABASE);
    json_set_text(namespace, "AdminUsername", "admin");
    json_set_bool(namespace, "ManageAdminPassword", true);
    json_set(namespace, "DefaultIamRoleArn", role_arn(plan, warehouse));
    json_add(json_set_array(namespace, "IamRoles"), role_arn(plan, warehouse));
    json *exports = json_set_array(namespace, "LogExports");
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        json_add_text(exports, logs[i]);
    }
    return plan_last(stack)->id;
}

static void add_workgroup(struct plan *plan, struct stack *stack, const struct warehouse *warehouse,
                          const char *namespace)
{
    const struct amount *capacity = &warehouse->capacity;
    json *workgroup = plan_resource(plan, stack, "AWS::RedshiftServerless::Workgroup",
                                    warehouse->decl.at, "WarehouseWorkgroup", warehouse->decl.name);
    json_set_text(workgroup, "WorkgroupName",
                  name_warehouse(&plan->scratch, plan->deployment, warehouse));
    json_set(workgroup, "NamespaceName", plan_ref(plan, namespace));
    json_set_int(workgroup, "BaseCapacity", capacity->text ? capacity->number : DEFAULT_CAPACITY);
    json_set_bool(workgroup, "PubliclyAccessible", false);
    json *tls = json_add_object(json_set_array(workgroup, "ConfigParameters"));
    json_set_text(tls, "ParameterKey", "require_ssl");
    json_set_text(tls, "ParameterValue", "true");
}

void plan_redshift(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    if (!stack_has_shared(stack->head)) {
        return;
    }
    size_t count = domain ? domain->warehouses.len : plan->mesh->warehouses.len;
    for (size_t i = 0; i < count; i++) {
        const struct warehouse *warehouse =
            domain ? domain->warehouses.at[i] : plan->mesh->warehouses.at[i];
        if (warehouse->domain == domain) {
            add_workgroup(plan, stack, warehouse, add_namespace(plan, stack, warehouse));
        }
    }
}
