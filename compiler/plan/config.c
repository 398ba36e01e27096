/* config.c - guardrails as rules of AWS Config, in the governance stack. */
#include "plan/plan.h"

#include "check/access/rights.h"
#include "plan/text.h"

/* Parameters of a rule are texts, lists among them with commas. */
static void put_parameter(struct buf *out, const struct data *value)
{
    switch (value->kind) {
    case DATA_TEXT:
    case DATA_NUMBER:
        buf_puts(out, value->text);
        break;
    case DATA_BOOL:
        buf_puts(out, value->truth ? "true" : "false");
        break;
    case DATA_LIST:
        for (const struct data *item = value->first; item; item = item->next) {
            put_parameter(out, item);
            buf_puts(out, item->next ? "," : "");
        }
        break;
    case DATA_NULL:
    case DATA_MAP:
    case DATA_EXPRESSION:
        break; /* refused by the model */
    }
}

static void set_parameters(struct plan *plan, json *rule, const struct data *parameters)
{
    if (!parameters || !parameters->first) {
        return;
    }
    json *object = json_set_object(rule, "InputParameters");
    for (const struct data *item = parameters->first; item; item = item->next) {
        struct buf text = {0};
        put_parameter(&text, item);
        json_set_text(object, item->key,
                      arena_copy(&plan->scratch, text.at ? text.at : "", text.len));
        buf_free(&text);
    }
}

static json *function_arn(struct plan *plan, const char *function)
{
    if (is_arn(function)) {
        return json_text(&plan->scratch, function);
    }
    return plan_arn(plan, "lambda", ARN_REGION | ARN_ACCOUNT,
                    plan_format(plan, "function:%s", function));
}

/* Config may call the function that judges only when the function's policy says so. */
static const char *add_permission(struct plan *plan, struct stack *stack,
                                  const struct guardrail *guardrail)
{
    json *permission = plan_resource(plan, stack, "AWS::Lambda::Permission", guardrail->decl.at,
                                     "ConfigCalls", guardrail->decl.name);
    json_set_text(permission, "Action", "lambda:InvokeFunction");
    json_set(permission, "FunctionName", function_arn(plan, guardrail->lambda.value));
    json_set_text(permission, "Principal", "config.amazonaws.com");
    json_set(permission, "SourceAccount", plan_account(plan));
    return plan_last(stack)->id;
}

static void set_details(json *source, const struct guardrail *guardrail)
{
    static const char *const changes[] = {"ConfigurationItemChangeNotification",
                                          "OversizedConfigurationItemChangeNotification"};
    json *details = json_set_array(source, "SourceDetails");
    if (guardrail->frequency.value) {
        json *detail = json_add_object(details);
        json_set_text(detail, "EventSource", "aws.config");
        json_set_text(detail, "MessageType", "ScheduledNotification");
        json_set_text(detail, "MaximumExecutionFrequency", guardrail->frequency.value);
        return;
    }
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        json *detail = json_add_object(details);
        json_set_text(detail, "EventSource", "aws.config");
        json_set_text(detail, "MessageType", changes[i]);
    }
}

/* The rule's name is the guardrail's; two environments of one account are told apart by their
 * suffix. */
static void set_name(struct plan *plan, json *rule, const struct guardrail *guardrail)
{
    const char *suffix = plan->deployment->suffix;
    json_set_text(rule, "ConfigRuleName",
                  suffix && suffix[0] ? plan_format(plan, "%s-%s", guardrail->decl.name, suffix)
                                      : guardrail->decl.name);
    json_set_text(rule, "Description", guardrail->decl.doc);
}

static void add_rule(struct plan *plan, struct stack *stack, const struct guardrail *guardrail)
{
    bool managed = guardrail->managed.value != NULL;
    const char *permission = managed ? NULL : add_permission(plan, stack, guardrail);
    json *rule = plan_resource(plan, stack, "AWS::Config::ConfigRule", guardrail->decl.at,
                               "Guardrail", guardrail->decl.name);
    plan_last(stack)->depends_on = permission;
    set_name(plan, rule, guardrail);
    json *source = json_set_object(rule, "Source");
    if (managed) {
        json_set_text(source, "Owner", "AWS");
        json_set_text(source, "SourceIdentifier", guardrail->managed.value);
        json_set_text(rule, "MaximumExecutionFrequency", guardrail->frequency.value);
    } else {
        json_set_text(source, "Owner", "CUSTOM_LAMBDA");
        json_set(source, "SourceIdentifier", function_arn(plan, guardrail->lambda.value));
        set_details(source, guardrail);
    }
    if (guardrail->resources.len > 0) {
        json *types = json_set_array(json_set_object(rule, "Scope"), "ComplianceResourceTypes");
        for (size_t i = 0; i < guardrail->resources.len; i++) {
            json_add_text(types, guardrail->resources.at[i].value);
        }
    }
    set_parameters(plan, rule, guardrail->parameters);
}

void plan_config(struct plan *plan, struct stack *stack)
{
    if (stack->domain) {
        return;
    }
    for (size_t i = 0; i < plan->mesh->guardrails.len; i++) {
        const struct guardrail *guardrail = plan->mesh->guardrails.at[i];
        if (guardrail->managed.value || guardrail->lambda.value) {
            add_rule(plan, stack, guardrail);
        }
    }
}
