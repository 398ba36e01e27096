/* sns.c - topics for alerts: one for each channel that names no existing topic, and one for a
 * domain whose alarms have no channel. Only CloudWatch may publish besides the account itself: that
 * of this account and of those whose alarms come here, and pipelines of others that notify it. */
#include "check/access/rights.h"
#include "check/promises.h"
#include "check/rulesets.h"
#include "model/names.h"
#include "plan/plan.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const domain_topic_id = "AlertTopic";

json *plan_channel_topic(struct plan *plan, const struct channel *channel)
{
    if (channel->arn.value)
        return json_text(&plan->scratch, channel->arn.value);
    const char *id = plan_made(plan, channel, "topic");
    return id ? plan_ref(plan, id)
              : plan_arn_in(plan, account_of_domain(plan->deployment, channel->domain), "sns",
                            ARN_REGION | ARN_ACCOUNT,
                            name_topic(&plan->scratch, plan->deployment, channel));
}

json *plan_alert_topic(struct plan *plan, struct stack *stack, const struct domain *domain,
                       const struct pipeline *pipeline)
{
    const struct channel *channel =
        pipeline && pipeline->alerts ? pipeline->alerts : domain->alerts;
    if (channel)
        return plan_channel_topic(plan, channel);
    if (stack_has_data(stack->head))
        return plan_ref(plan, domain_topic_id);
    const struct domain_names *names = &plan->deployment->domains[domain->decl.index];
    return plan_arn_in(plan, names->account, "sns", ARN_REGION | ARN_ACCOUNT, names->topic);
}

/* ---- who publishes from other accounts ------------------------------------------------------- */

struct publisher {
    const char *topic;                        /* its name */
    const struct deployment_account *account; /* where alarms, or the role, are */
    const char *role;                         /* ARN of a pipeline's role; NULL: alarms */
};

struct publishers {
    VEC(struct publisher) list; /* by topic, alarms first, account and role; each once */
};

static int by_topic(const void *a, const void *b)
{
    const struct publisher *x = a, *y = b;
    int order = strcmp(x->topic, y->topic);
    if (!order)
        order = (x->role != NULL) - (y->role != NULL);
    if (!order)
        order = strcmp(plan_account_text(x->account), plan_account_text(y->account));
    return order || !x->role ? order : strcmp(x->role, y->role);
}

static void add_alarms(struct plan *plan, const struct domain *domain,
                       const struct pipeline *pipeline, const struct deployment_account *account)
{
    struct arena *arena = &plan->s->arena;
    const struct channel *channel =
        pipeline && pipeline->alerts ? pipeline->alerts : domain->alerts;
    if (channel && channel->arn.value)
        return;
    const char *topic = channel ? name_topic(arena, plan->deployment, channel)
                                : plan->deployment->domains[domain->decl.index].topic;
    vec_push(arena, &plan->publishers->list, (struct publisher){topic, account, NULL});
}

static void add_output_alarms(struct plan *plan, const struct output *output)
{
    const struct domain_names *names = &plan->deployment->domains[output->domain->decl.index];
    const struct pipeline *producer = output->producers.len ? output->producers.at[0] : NULL;
    struct watch_window window;
    if (watch_freshness(output, &window) == WATCH_YES)
        add_alarms(plan, output->domain, producer, names->account);
    if (table_is_made(output) && has_ruleset(output))
        add_alarms(plan, output->domain, producer, names->catalog);
}

/* Steps of a pipeline that notify a topic of another account. */
static void add_role(struct plan *plan, const struct pipeline *pipeline)
{
    const struct deployment *deployment = plan->deployment;
    struct arena *arena = &plan->s->arena;
    struct needs needs = {.arena = arena};
    const struct deployment_account *home = account_of_domain(deployment, pipeline->domain);
    needs_of_pipeline(deployment, pipeline, &needs);
    for (size_t i = 0; i < needs.list.len; i++) {
        const struct need *need = &needs.list.at[i];
        if (strcmp(need->action, "sns:Publish") != 0 || !need->account || need->account == home)
            continue;
        const char *arn = plan_principal_text(plan, pipeline->self);
        struct publisher publisher = {need->rest, account_of_principal(deployment, pipeline->self),
                                      arena_copy(arena, arn, strlen(arn))};
        vec_push(arena, &plan->publishers->list, publisher);
    }
}

static void keep_each_once(struct publishers *publishers)
{
    struct publisher *all = publishers->list.at;
    size_t count = publishers->list.len, kept = 0;
    if (count)
        qsort(all, count, sizeof *all, by_topic);
    for (size_t i = 0; i < count; i++)
        if (!kept || by_topic(&all[kept - 1], &all[i]) != 0)
            all[kept++] = all[i];
    publishers->list.len = kept;
}

/* In one account nobody needs to be named: then the list stays empty. */
static const struct publishers *publishers_of(struct plan *plan)
{
    const struct mesh *mesh = plan->mesh;
    if (plan->publishers)
        return plan->publishers;
    plan->publishers = arena_new(&plan->s->arena, struct publishers);
    if (plan->deployment->accounts.len < 2)
        return plan->publishers;
    for (size_t i = 0; i < mesh->outputs.len; i++)
        if (output_is_made(mesh->outputs.at[i]))
            add_output_alarms(plan, mesh->outputs.at[i]);
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        if (!pipeline_is_made(pipeline))
            continue;
        add_alarms(plan, pipeline->domain, pipeline,
                   account_of_domain(plan->deployment, pipeline->domain));
        add_role(plan, pipeline);
    }
    keep_each_once(plan->publishers);
    return plan->publishers;
}

static size_t first_publisher(const struct publishers *publishers, const char *topic)
{
    size_t lo = 0, hi = publishers->list.len;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (strcmp(publishers->list.at[middle].topic, topic) < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

/* ---- policies of topics ---------------------------------------------------------------------- */

static json *publishing(struct plan *plan, json *statements, const char *sid, const char *topic)
{
    json *statement = json_add_object(statements);
    json_set_text(statement, "Sid", sid);
    json_set_text(statement, "Effect", "Allow");
    json_set_object(statement, "Principal");
    json_set_text(statement, "Action", "sns:Publish");
    json_set(statement, "Resource", plan_ref(plan, topic));
    json_set_object(statement, "Condition");
    return statement;
}

/* Alarms of this account and of the others that send theirs here. */
static void alarms_publish(struct plan *plan, json *statements, const char *topic,
                           const struct publisher *others, size_t count)
{
    const char *sid = count ? "AlarmsOfTheMesh" : "AlarmsOfThisAccount";
    json *statement = publishing(plan, statements, sid, topic);
    json_set_text(json_get(statement, "Principal"), "Service", "cloudwatch.amazonaws.com");
    json *test = json_set_object(json_get(statement, "Condition"), "StringEquals");
    if (!count) {
        json_set(test, "aws:SourceAccount", plan_account(plan));
        return;
    }
    json *accounts = json_set_array(test, "aws:SourceAccount");
    json_add(accounts, plan_account(plan));
    for (size_t i = 0; i < count; i++)
        json_add(accounts, plan_account_of(plan, others[i].account));
}

/* SNS refuses a principal that is not there yet, so the roles' account is let in, for them alone.
 */
static void roles_publish(struct plan *plan, json *statements, const char *topic,
                          const struct publisher *roles, size_t count)
{
    json *statement = publishing(plan, statements, "PipelinesOfOtherAccounts", topic);
    json *accounts = json_set_array(json_get(statement, "Principal"), "AWS");
    json *test = json_set_object(json_get(statement, "Condition"), "ArnEquals");
    json *arns = json_set_array(test, "aws:PrincipalArn");
    for (size_t i = 0; i < count; i++) {
        if (!i || roles[i].account != roles[i - 1].account)
            json_add(accounts, plan_arn_in(plan, roles[i].account, "iam", ARN_ACCOUNT, "root"));
        json_add(arns, plan_token_text(plan, roles[i].role));
    }
}

/* Alarms publish through the service; a topic's own default policy, which lets the account in, is
 * replaced by this. */
static void topic_policy(struct plan *plan, struct stack *stack, struct span at, const char *prefix,
                         const char *name, const char *topic, const char *topic_name)
{
    const struct publishers *publishers = publishers_of(plan);
    const struct publisher *all = publishers->list.at;
    size_t total = publishers->list.len, count = 0;
    struct publisher *others = arena_array(&plan->scratch, struct publisher, total);
    size_t i = first_publisher(publishers, topic_name);
    for (; i < total && !strcmp(all[i].topic, topic_name) && !all[i].role; i++)
        if (all[i].account != plan->account)
            others[count++] = all[i];
    size_t roles = i;
    while (i < total && !strcmp(all[i].topic, topic_name))
        i++;
    json *policy = plan_resource(plan, stack, "AWS::SNS::TopicPolicy", at, prefix, name);
    json *document = json_set_object(policy, "PolicyDocument");
    json_set_text(document, "Version", "2012-10-17");
    json *statements = json_set_array(document, "Statement");
    alarms_publish(plan, statements, topic, others, count);
    if (i > roles)
        roles_publish(plan, statements, topic, &all[roles], i - roles);
    json_add(json_set_array(policy, "Topics"), plan_ref(plan, topic));
}

/* ---- topics ---------------------------------------------------------------------------------- */

static void channel_topic(struct plan *plan, struct stack *stack, const struct channel *channel)
{
    struct span at = channel->decl.at;
    json *topic = plan_resource(plan, stack, "AWS::SNS::Topic", at, "Topic", channel->decl.name);
    const char *id = plan_last(stack)->id;
    const char *name = name_topic(&plan->scratch, plan->deployment, channel);
    plan_keep(plan, channel, "topic", id);
    json_set_text(topic, "TopicName", name);
    if (channel->emails.len) {
        json *subscriptions = json_set_array(topic, "Subscription");
        for (size_t i = 0; i < channel->emails.len; i++) {
            json *subscription = json_add_object(subscriptions);
            json_set_text(subscription, "Endpoint", channel->emails.at[i].value);
            json_set_text(subscription, "Protocol", "email");
        }
    }
    topic_policy(plan, stack, at, "TopicPolicy", channel->decl.name, id, name);
}

/* The domain's own, for alarms without a channel. */
static void domain_topic(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    json *topic =
        plan_resource(plan, stack, "AWS::SNS::Topic", domain->decl.at, domain_topic_id, NULL);
    const char *id = plan_last(stack)->id;
    const char *name = plan->deployment->domains[domain->decl.index].topic;
    json_set_text(topic, "TopicName", name);
    topic_policy(plan, stack, domain->decl.at, "AlertTopicPolicy", NULL, id, name);
}

void plan_sns(struct plan *plan, struct stack *stack)
{
    if (!stack_has_shared(stack->head))
        return;
    for (size_t i = 0; i < plan->mesh->channels.len; i++) {
        const struct channel *channel = plan->mesh->channels.at[i];
        if (channel->domain == stack->domain && !channel->arn.value)
            channel_topic(plan, stack, channel);
    }
    if (stack->domain && domain_has_topic(stack->domain))
        domain_topic(plan, stack);
}
