/* lambda.c - functions of Lambda: each with the group of its log, and with a role of its own where
 * it names none. */
#include "plan/plan.h"

#include "check/functions.h"
#include "model/names.h"
#include "plan/rights.h"
#include "plan/text.h"

#include <string.h>

enum { LOG_DAYS = 90 };

json *plan_function_arn(struct plan *plan, const struct function *function)
{
    const char *id = plan_made(plan, function, "function");
    if (id) {
        return plan_get(plan, id, "Arn");
    }
    const char *name = name_function(&plan->scratch, plan->deployment, function);
    return plan_arn_in(plan, account_of_domain(plan->deployment, function->domain), "lambda",
                       ARN_REGION | ARN_ACCOUNT, plan_format(plan, "function:%s", name));
}

static json *function_role(struct plan *plan, struct stack *stack, const struct function *function)
{
    if (function->role) {
        return plan_principal(plan, function->role);
    }
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    needs_of_function(plan->deployment, function, &needs);
    rights_of_needs(plan, &needs, &rights);
    const char *id =
        plan_role(plan, stack, function->decl.at, "RoleOfFunction", function->decl.name,
                  name_function_role(&plan->scratch, plan->deployment, function),
                  "lambda.amazonaws.com", &rights);
    return plan_get(plan, id, "Arn");
}

static const char *log_group(struct plan *plan, struct stack *stack,
                             const struct function *function)
{
    json *group = plan_resource(plan, stack, "AWS::Logs::LogGroup", function->decl.at,
                                "LogOfFunction", function->decl.name);
    json_set_text(group, "LogGroupName",
                  name_function_log(&plan->scratch, plan->deployment, function));
    json_set_int(group, "RetentionInDays", LOG_DAYS);
    return plan_last(stack)->id;
}

static void set_code(struct plan *plan, json *properties, const struct function *function)
{
    struct code_place place;
    json *code = json_set_object(properties, "Code");
    if (code_place(function->code.value, &place)) { /* else reported by check/functions.c */
        json_set_text(code, "S3Bucket",
                      plan_format(plan, "%.*s", (int)place.bucket_length, place.bucket));
        json_set(code, "S3Key", plan_literal(plan, place.key));
    }
}

static void set_variables(struct plan *plan, json *properties, const struct data *variables)
{
    if (!variables || !variables->first) {
        return;
    }
    json *map = json_set_object(json_set_object(properties, "Environment"), "Variables");
    for (const struct data *variable = variables->first; variable; variable = variable->next) {
        json_set(map, variable->key,
                 variable->kind == DATA_TEXT ? plan_literal(plan, variable->text)
                                             : plan_data(plan, variable));
    }
}

static void make_function(struct plan *plan, struct stack *stack, const struct function *function)
{
    json *role = function_role(plan, stack, function);
    const char *log = log_group(plan, stack, function);
    json *properties = plan_resource(plan, stack, "AWS::Lambda::Function", function->decl.at,
                                     "Function", function->decl.name);
    plan_keep(plan, function, "function", plan_last(stack)->id);
    json_set_text(properties, "FunctionName",
                  name_function(&plan->scratch, plan->deployment, function));
    json_set(properties, "Description", plan_literal(plan, function->decl.doc));
    set_code(plan, properties, function);
    json_set_text(properties, "Handler", function->handler.value);
    json_set_text(properties, "Runtime", function->runtime.value);
    json_set(properties, "Role", role);
    if (function->memory.text) {
        json_set_int(properties, "MemorySize", memory_megabytes(&function->memory));
    }
    if (function->timeout.text) {
        json_set_int(properties, "Timeout", function->timeout.base);
    }
    set_variables(plan, properties, function->variables);
    json_set(json_set_object(properties, "LoggingConfig"), "LogGroup", plan_ref(plan, log));
}

/* A role of another account needs the function's own word beside its policy. Its account is named,
 * not the role: that may not be there yet, and a principal that is not there is refused. */
static void add_permissions(struct plan *plan, struct stack *stack, const struct function *function)
{
    struct caller_accounts callers = {.arena = &plan->scratch};
    function_caller_accounts(plan->deployment, function, &callers);
    for (size_t i = 0; i < callers.list.len; i++) {
        const struct deployment_account *account = callers.list.at[i];
        const char *caller = plan_account_text(account);
        const char *name = account->account ? account->account->decl.name : caller;
        json *permission =
            plan_resource(plan, stack, "AWS::Lambda::Permission", function->decl.at,
                          plan_format(plan, "Account-%s-calls", name), function->decl.name);
        json_set_text(permission, "Action", "lambda:InvokeFunction");
        json_set(permission, "FunctionName", plan_function_arn(plan, function));
        json_set_text(permission, "Principal", caller);
    }
}

void plan_lambda(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    if (!stack_has_shared(stack->head)) {
        return;
    }
    size_t count = domain ? domain->functions.len : plan->mesh->functions.len;
    for (size_t i = 0; i < count; i++) {
        const struct function *function =
            domain ? domain->functions.at[i] : plan->mesh->functions.at[i];
        if (function->domain == domain) {
            make_function(plan, stack, function);
            add_permissions(plan, stack, function);
        }
    }
}
