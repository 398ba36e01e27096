/* iam.c - roles that the compiler makes: renders a list of rights and adds nothing to it. */
#include "plan/iam.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

void plan_right(struct plan *plan, struct rights *rights, const char *action, json *resource) {
    plan_right_if(plan, rights, action, resource, NULL, NULL, NULL);
}

void plan_right_if(struct plan *plan, struct rights *rights, const char *action, json *resource,
                   const char *condition_operator, const char *condition_key, json *value) {
    struct right right = {action, resource, condition_operator, condition_key, value};
    vec_push(&plan->scratch, &rights->list, right);
}

/* A right with what decides its statement: resource and condition, as text. */
struct sorted {
    const char *scope;
    struct right right;
};

static int by_scope_then_action(const void *a, const void *b) {
    const struct sorted *x = a, *y = b;
    int order = strcmp(x->scope, y->scope);
    return order ? order : strcmp(x->right.action, y->right.action);
}

static const char *scope_of(struct plan *plan, const struct right *right) {
    struct buf text = {0};
    json_write_compact(&text, right->resource);
    if (right->condition_operator) {
        buf_format(&text, " %s %s ", right->condition_operator, right->condition_key);
        json_write_compact(&text, right->condition_value);
    }
    const char *scope = arena_copy(&plan->scratch, text.at, text.len);
    buf_free(&text);
    return scope;
}

/* Takes over the resource and condition of the first right; the others' are given back. */
static void add_statement(json *statements, struct sorted *first, size_t count) {
    json *statement = json_add(statements, json_object());
    json_set_text(statement, "Effect", "Allow");
    json *actions = json_set(statement, "Action", json_array());
    for (size_t i = 0; i < count; i++) {
        const struct right *right = &first[i].right;
        if (!i || strcmp(right->action, first[i - 1].right.action))
            json_add(actions, json_text(right->action));
        if (i) {
            json_free(right->resource);
            json_free(right->condition_value);
        }
    }
    const struct right *right = &first->right;
    json_set(statement, "Resource", right->resource);
    if (right->condition_operator) {
        json *condition = json_set(statement, "Condition", json_object());
        json *test = json_set(condition, right->condition_operator, json_object());
        json_set(test, right->condition_key, right->condition_value);
    }
}

static json *policy_document(json *statements) {
    json *document = json_object();
    json_set_text(document, "Version", "2012-10-17");
    json_set(document, "Statement", statements);
    return document;
}

static json *statements_of(struct plan *plan, const struct rights *rights) {
    size_t count = rights->list.len;
    struct sorted *sorted = arena_array(&plan->scratch, struct sorted, count);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct sorted){scope_of(plan, &rights->list.at[i]), rights->list.at[i]};
    qsort(sorted, count, sizeof *sorted, by_scope_then_action);
    json *statements = json_array();
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && !strcmp(sorted[end].scope, sorted[i].scope);)
            end++;
        add_statement(statements, &sorted[i], end - i);
    }
    return statements;
}

static json *trust(struct plan *plan, const char *service) {
    json *statements = json_array();
    json *statement = json_add(statements, json_object());
    json_set_text(statement, "Effect", "Allow");
    json_set_text(json_set(statement, "Principal", json_object()), "Service", service);
    json_set_text(statement, "Action", "sts:AssumeRole");
    json *condition = json_set(statement, "Condition", json_object());
    json_set(json_set(condition, "StringEquals", json_object()), "aws:SourceAccount",
             plan_account(plan));
    return policy_document(statements);
}

const char *plan_role(struct plan *plan, struct stack *stack, struct span at, const char *prefix,
                      const char *name, const char *role_name, const char *service,
                      const struct rights *rights) {
    json *role = plan_resource(plan, stack, "AWS::IAM::Role", at, prefix, name);
    const char *id = plan_last(stack)->id;
    stack->has_roles = true;
    json_set_text(role, "RoleName", role_name);
    json_set(role, "AssumeRolePolicyDocument", trust(plan, service));
    if (rights->list.len) {
        json *policy = json_add(json_set(role, "Policies", json_array()), json_object());
        json_set_text(policy, "PolicyName", "rights");
        json_set(policy, "PolicyDocument", policy_document(statements_of(plan, rights)));
    }
    return id;
}
