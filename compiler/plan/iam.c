/* iam.c - roles that the compiler makes: renders a list of rights and adds nothing to it. */
#include "plan/iam.h"
#include "check/limits.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

void plan_right(struct plan *plan, struct rights *rights, const char *action, json *resource)
{
    plan_right_if(plan, rights, action, resource, NULL, NULL, NULL);
}

void plan_right_if(struct plan *plan, struct rights *rights, const char *action, json *resource,
                   const char *condition_operator, const char *condition_key, json *value)
{
    struct right right = {action, resource, condition_operator, condition_key, value};
    vec_push(&plan->scratch, &rights->list, right);
}

/* Rights of one resource and condition, or of several resources with the same actions: one
 * statement. */
struct group {
    const char *condition; /* as text, "" for none */
    const char *resource;  /* as text */
    const char *actions;   /* joined, in the end */
    struct right right;
};

static int by_resource(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    int order = strcmp(x->condition, y->condition);
    if (!order)
        order = strcmp(x->resource, y->resource);
    return order ? order : strcmp(x->right.action, y->right.action);
}

static int by_actions(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    int order = strcmp(x->condition, y->condition);
    if (!order)
        order = strcmp(x->actions, y->actions);
    return order ? order : strcmp(x->resource, y->resource);
}

static const char *kept(struct plan *plan, struct buf *text)
{
    const char *copy = arena_copy(&plan->scratch, text->at, text->len);
    buf_free(text);
    return copy;
}

static struct group group_of(struct plan *plan, const struct right *right)
{
    struct group group = {.condition = "", .right = *right};
    struct buf text = {0};
    json_write_compact(&text, right->resource);
    group.resource = kept(plan, &text);
    if (right->condition_operator) {
        struct buf condition = {0};
        buf_format(&condition, "%s %s ", right->condition_operator, right->condition_key);
        json_write_compact(&condition, right->condition_value);
        group.condition = kept(plan, &condition);
    }
    return group;
}

/* Joins the actions of equal resources; returns how many groups are left. */
static size_t join_actions(struct plan *plan, struct group *groups, size_t count)
{
    size_t left = 0;
    for (size_t i = 0, end; i < count; i = end) {
        struct buf actions = {0};
        buf_puts(&actions, groups[i].right.action);
        for (end = i + 1; end < count && !strcmp(groups[end].resource, groups[i].resource) &&
                          !strcmp(groups[end].condition, groups[i].condition);
             end++) {
            if (strcmp(groups[end].right.action, groups[end - 1].right.action))
                buf_format(&actions, " %s", groups[end].right.action);
        }
        groups[left] = groups[i];
        groups[left++].actions = kept(plan, &actions);
    }
    return left;
}

static json *action_list(struct plan *plan, const char *actions)
{
    json *list = json_array(&plan->scratch);
    for (const char *end; *actions; actions = *end ? end + 1 : end) {
        end = actions + strcspn(actions, " ");
        json_add_text(list, arena_copy(&plan->scratch, actions, (size_t)(end - actions)));
    }
    return list;
}

/* The groups have the same actions and condition. */
static void add_statement(struct plan *plan, json *statements, const struct group *first,
                          size_t count)
{
    json *statement = json_add_object(statements);
    json_set_text(statement, "Effect", "Allow");
    json_set(statement, "Action", action_list(plan, first->actions));
    if (count == 1) {
        json_set(statement, "Resource", first->right.resource);
    } else {
        json *resources = json_set_array(statement, "Resource");
        for (size_t i = 0; i < count; i++) {
            json_add(resources, first[i].right.resource);
        }
    }
    const struct right *right = &first->right;
    if (right->condition_operator) {
        json *condition = json_set_object(statement, "Condition");
        json *test = json_set_object(condition, right->condition_operator);
        json_set(test, right->condition_key, right->condition_value);
    }
}

static json *policy_document(struct plan *plan, json *statements)
{
    json *document = json_object(&plan->scratch);
    json_set_text(document, "Version", "2012-10-17");
    json_set(document, "Statement", statements);
    return document;
}

static json *statements_of(struct plan *plan, const struct rights *rights)
{
    size_t count = rights->list.len;
    struct group *groups = arena_array(&plan->scratch, struct group, count);
    for (size_t i = 0; i < count; i++)
        groups[i] = group_of(plan, &rights->list.at[i]);
    qsort(groups, count, sizeof *groups, by_resource);
    count = join_actions(plan, groups, count);
    qsort(groups, count, sizeof *groups, by_actions);
    json *statements = json_array(&plan->scratch);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && !strcmp(groups[end].actions, groups[i].actions) &&
                          !strcmp(groups[end].condition, groups[i].condition);)
            end++;
        add_statement(plan, statements, &groups[i], end - i);
    }
    return statements;
}

/* How long the policy is for IAM, which resolves the substitutions first; within a few bytes. */
static size_t policy_size(const json *policy)
{
    static const struct {
        const char *text;
        size_t excess;
    } forms[] = {{"{\"Fn::Sub\":", 12}, {"${AWS::AccountId}", 5}, {"${AWS::Partition}", 14}};
    struct buf text = {0};
    json_write_compact(&text, policy);
    size_t size = text.len;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        for (const char *p = text.at; (p = strstr(p, forms[i].text)); p++)
            size -= forms[i].excess;
    buf_free(&text);
    return size;
}

static void judge_policy(struct plan *plan, struct span at, const char *role, const json *policy)
{
    size_t size = policy_size(policy), limit = (size_t)limit_info(LIMIT_ROLE_POLICY)->figure;
    if (size > limit)
        diag(plan->s, D_ROLE_POLICY, at,
             "the policy of role '%s' has %zu characters, IAM takes %zu", role, size, limit);
}

/* Services that name the account they act for when they take on a role. Sources: the user guides of
 * EventBridge and its Scheduler, Step Functions and AWS Config ("confused deputy"), for Lake
 * Formation the trust that Amazon DataZone gives its registration role. Of Glue no document says
 * so; its roles are safe without, because a role is passed inside its own account only. */
static bool names_its_account(const char *service)
{
    static const char *const services[] = {"lakeformation.amazonaws.com", "scheduler.amazonaws.com",
                                           "events.amazonaws.com", "states.amazonaws.com",
                                           "config.amazonaws.com"};
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (!strcmp(service, services[i]))
            return true;
    return false;
}

static json *add_trust(json *trust, const char *kind, json *who)
{
    json *statement = json_add_object(trust);
    json_set_text(statement, "Effect", "Allow");
    json_set(json_set_object(statement, "Principal"), kind, who);
    json_set_text(statement, "Action", "sts:AssumeRole");
    return statement;
}

json *plan_trust(struct plan *plan)
{
    return json_array(&plan->scratch);
}

void plan_trust_service(struct plan *plan, json *trust, const char *service)
{
    json *statement = add_trust(trust, "Service", json_text(&plan->scratch, service));
    if (names_its_account(service)) {
        json *condition = json_set_object(statement, "Condition");
        json *test = json_set_object(condition, "StringEquals");
        json_set(test, "aws:SourceAccount", plan_account(plan));
    }
}

void plan_trust_principal(json *trust, json *arn)
{
    add_trust(trust, "AWS", arn);
}

const char *plan_role(struct plan *plan, struct stack *stack, struct span at, const char *prefix,
                      const char *name, const char *role_name, const char *service,
                      const struct rights *rights)
{
    json *trust = plan_trust(plan);
    plan_trust_service(plan, trust, service);
    return plan_role_trusting(plan, stack, at, prefix, name, role_name, trust, rights);
}

const char *plan_role_trusting(struct plan *plan, struct stack *stack, struct span at,
                               const char *prefix, const char *name, const char *role_name,
                               json *trust, const struct rights *rights)
{
    json *role = plan_resource(plan, stack, "AWS::IAM::Role", at, prefix, name);
    const char *id = plan_last(stack)->id;
    stack->has_roles = true;
    const char *slash = strrchr(role_name, '/'); /* a path may stand before it */
    json_set_text(role, "RoleName", slash ? slash + 1 : role_name);
    if (slash)
        json_set_text(role, "Path",
                      plan_format(plan, "/%.*s/", (int)(slash - role_name), role_name));
    json_set(role, "AssumeRolePolicyDocument", policy_document(plan, trust));
    if (rights->list.len) {
        json *policy = json_add_object(json_set_array(role, "Policies"));
        json_set_text(policy, "PolicyName", "rights");
        const json *document =
            json_set(policy, "PolicyDocument", policy_document(plan, statements_of(plan, rights)));
        judge_policy(plan, at, role_name, document);
    }
    return id;
}
