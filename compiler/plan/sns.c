/* sns.c - topics for alerts: one for each channel that names no existing topic, and one for a
 * domain whose alarms have no channel. Only CloudWatch of this account may publish besides the
 * account itself. */
#include "model/names.h"
#include "plan/plan.h"
#include "plan/text.h"

static const char *const domain_topic_id = "AlertTopic";

json *plan_channel_topic(struct plan *plan, struct stack *stack, const struct channel *channel)
{
    if (channel->arn.value)
        return json_text(&plan->scratch, channel->arn.value);
    if (channel->domain == stack->domain)
        return plan_ref(plan, plan_made(plan, channel, "topic"));
    return plan_arn(plan, "sns", ARN_REGION | ARN_ACCOUNT,
                    name_topic(&plan->scratch, plan->deployment, channel));
}

json *plan_alert_topic(struct plan *plan, struct stack *stack, const struct domain *domain,
                       const struct pipeline *pipeline)
{
    const struct channel *channel =
        pipeline && pipeline->alerts ? pipeline->alerts : domain->alerts;
    if (channel)
        return plan_channel_topic(plan, stack, channel);
    plan->domain_topic = true;
    return plan_ref(plan, domain_topic_id);
}

/* Alarms publish through the service; a topic's own default policy, which lets the account in, is
 * replaced by this. */
static void topic_policy(struct plan *plan, struct stack *stack, struct span at, const char *prefix,
                         const char *name, const char *topic)
{
    json *policy = plan_resource(plan, stack, "AWS::SNS::TopicPolicy", at, prefix, name);
    json *document = json_set_object(policy, "PolicyDocument");
    json_set_text(document, "Version", "2012-10-17");
    json *statement = json_add_object(json_set_array(document, "Statement"));
    json_set_text(statement, "Sid", "AlarmsOfThisAccount");
    json_set_text(statement, "Effect", "Allow");
    json_set_text(json_set_object(statement, "Principal"), "Service", "cloudwatch.amazonaws.com");
    json_set_text(statement, "Action", "sns:Publish");
    json_set(statement, "Resource", plan_ref(plan, topic));
    json *condition = json_set_object(statement, "Condition");
    json_set(json_set_object(condition, "StringEquals"), "aws:SourceAccount", plan_account(plan));
    json_add(json_set_array(policy, "Topics"), plan_ref(plan, topic));
}

static void channel_topic(struct plan *plan, struct stack *stack, const struct channel *channel)
{
    struct span at = channel->decl.at;
    json *topic = plan_resource(plan, stack, "AWS::SNS::Topic", at, "Topic", channel->decl.name);
    const char *id = plan_last(stack)->id;
    plan_keep(plan, channel, "topic", id);
    json_set_text(topic, "TopicName", name_topic(&plan->scratch, plan->deployment, channel));
    if (channel->emails.len) {
        json *subscriptions = json_set_array(topic, "Subscription");
        for (size_t i = 0; i < channel->emails.len; i++) {
            json *subscription = json_add_object(subscriptions);
            json_set_text(subscription, "Endpoint", channel->emails.at[i].value);
            json_set_text(subscription, "Protocol", "email");
        }
    }
    topic_policy(plan, stack, at, "TopicPolicy", channel->decl.name, id);
}

void plan_sns(struct plan *plan, struct stack *stack)
{
    for (size_t i = 0; i < plan->mesh->channels.len; i++) {
        const struct channel *channel = plan->mesh->channels.at[i];
        if (channel->domain == stack->domain && !channel->arn.value)
            channel_topic(plan, stack, channel);
    }
}

void plan_domain_topic(struct plan *plan, struct stack *stack)
{
    if (!plan->domain_topic)
        return;
    const struct domain *domain = stack->domain;
    json *topic =
        plan_resource(plan, stack, "AWS::SNS::Topic", domain->decl.at, domain_topic_id, NULL);
    const char *name = plan->deployment->domains[domain->decl.index].topic;
    json_set_text(topic, "TopicName", name);
    topic_policy(plan, stack, domain->decl.at, "AlertTopicPolicy", NULL, plan_last(stack)->id);
}
