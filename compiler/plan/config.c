/* config.c - guardrails as rules of AWS Config, and the recorder they judge by, in the governance
 * stack. */
#include "plan/plan.h"

#include "model/names.h"
#include "plan/rights.h"
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
    case DATA_REFERENCE:
    case DATA_SUBSTITUTION:
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

static json *function_arn(struct plan *plan, const struct guardrail *guardrail)
{
    const char *function = guardrail->lambda.value;
    if (guardrail->function) {
        return plan_function_arn(plan, guardrail->function);
    }
    if (is_arn(function)) {
        return json_text(&plan->scratch, function);
    }
    return plan_arn(plan, "lambda", ARN_REGION | ARN_ACCOUNT,
                    plan_format(plan, "function:%s", function));
}

/* Config may call the function that judges only when the function's policy says so. It stands after
 * the recorder, so that the rule behind it does. */
static const char *add_permission(struct plan *plan, struct stack *stack,
                                  const struct guardrail *guardrail,
                                  const struct deployment_account *watched)
{
    const char *name = watched == plan->account
                           ? guardrail->decl.name
                           : plan_format(plan, "%s-%s", guardrail->decl.name, watched->id);
    json *permission = plan_resource(plan, stack, "AWS::Lambda::Permission", guardrail->decl.at,
                                     "ConfigCalls", name);
    json_set_text(permission, "Action", "lambda:InvokeFunction");
    json_set(permission, "FunctionName", function_arn(plan, guardrail));
    json_set_text(permission, "Principal", "config.amazonaws.com");
    json_set(permission, "SourceAccount", plan_account_of(plan, watched));
    plan_last(stack)->depends_on = plan_made(plan, plan->mesh, "recorder");
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
    bool here =
        !managed && guardrail_home(plan->deployment, guardrail, plan->account) == plan->account;
    const char *before = here ? add_permission(plan, stack, guardrail, plan->account)
                              : plan_made(plan, plan->mesh, "recorder");
    json *rule = plan_resource(plan, stack, "AWS::Config::ConfigRule", guardrail->decl.at,
                               "Guardrail", guardrail->decl.name);
    plan_last(stack)->depends_on = before;
    set_name(plan, rule, guardrail);
    json *source = json_set_object(rule, "Source");
    if (managed) {
        json_set_text(source, "Owner", "AWS");
        json_set_text(source, "SourceIdentifier", guardrail->managed.value);
        json_set_text(rule, "MaximumExecutionFrequency", guardrail->frequency.value);
    } else {
        json_set_text(source, "Owner", "CUSTOM_LAMBDA");
        json_set(source, "SourceIdentifier", function_arn(plan, guardrail));
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

/* ---- the recorder ---------------------------------------------------------------------------- */

static json *recorder_role(struct plan *plan, struct stack *stack)
{
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    needs_of_recorder(plan->deployment, plan->account, &needs);
    rights_of_needs(plan, &needs, &rights);
    const char *id = plan_role(plan, stack, plan->mesh->recorder_at, "RoleOfRecorder", NULL,
                               name_recorder_role(&plan->scratch, plan->deployment),
                               "config.amazonaws.com", &rights);
    /* What it reads is AWS's to say: each new type of resource adds to it. */
    json_add(
        json_set_array(plan_last(stack)->properties, "ManagedPolicyArns"),
        plan_token_text(plan, "arn:${AWS::Partition}:iam::aws:policy/service-role/AWS_ConfigRole"));
    return plan_get(plan, id, "Arn");
}

/* CloudFormation makes recorder and channel side by side, for each is refused without the other. */
static void add_recorder(struct plan *plan, struct stack *stack)
{
    struct span at = plan->mesh->recorder_at;
    const char *name = name_recorder(&plan->scratch, plan->deployment);
    const char *bucket_name = name_recorder_bucket(&plan->scratch, plan->deployment, plan->account);
    plan_bucket(plan, stack, at, "Recorder", bucket_name, true, NULL);
    const char *bucket = plan_last(stack)->id;
    plan_bucket_policy(plan, stack, at, "Recorder", bucket, bucket_name);
    json *role = recorder_role(plan, stack);

    json *recorder =
        plan_resource(plan, stack, "AWS::Config::ConfigurationRecorder", at, "Recorder", NULL);
    plan_keep(plan, plan->mesh, "recorder", plan_last(stack)->id);
    json_set_text(recorder, "Name", name);
    json_set(recorder, "RoleARN", role);
    json *group = json_set_object(recorder, "RecordingGroup");
    json_set_bool(group, "AllSupported", true);
    json_set_bool(group, "IncludeGlobalResourceTypes", true);

    json *channel =
        plan_resource(plan, stack, "AWS::Config::DeliveryChannel", at, "RecorderDelivery", NULL);
    json_set_text(channel, "Name", name);
    json_set(channel, "S3BucketName", plan_ref(plan, bucket));
}

/* A function of the mesh that judges in other accounts lets AWS Config in from there; its stack
 * stands before theirs. What exists already and is called from elsewhere has a policy of its own.
 */
static void let_others_in(struct plan *plan, struct stack *stack, const struct guardrail *guardrail)
{
    const struct deployment *d = plan->deployment;
    if (!guardrail->function || guardrail_home(d, guardrail, plan->account) != plan->account) {
        return;
    }
    for (size_t i = 0; i < d->accounts.len; i++) {
        const struct deployment_account *watched = d->accounts.at[i];
        if (watched != plan->account && guardrail_watches(d, guardrail, watched)) {
            add_permission(plan, stack, guardrail, watched);
        }
    }
}

void plan_config(struct plan *plan, struct stack *stack)
{
    if (stack->domain) {
        return;
    }
    if (plan->mesh->recorder && plan->account->has_stacks) {
        add_recorder(plan, stack);
    }
    for (size_t i = 0; i < plan->mesh->guardrails.len; i++) {
        const struct guardrail *guardrail = plan->mesh->guardrails.at[i];
        let_others_in(plan, stack, guardrail);
        if (guardrail_watches(plan->deployment, guardrail, stack->head->account) &&
            (guardrail->managed.value || guardrail->lambda.value)) {
            add_rule(plan, stack, guardrail);
        }
    }
}
