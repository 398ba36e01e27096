/* iam.h - roles that the compiler makes. What a role may do is a list of rights (facts); this only
 * renders them. */
#ifndef MESH_PLAN_IAM_H
#define MESH_PLAN_IAM_H

#include "plan/plan.h"

struct right {
    const char *action;                             /* "lambda:InvokeFunction" */
    json *resource;                                 /* a text, Fn::Sub or "*" */
    const char *condition_operator, *condition_key; /* NULL: none */
    json *condition_value;
};

struct rights {
    VEC(struct right) list;
};

/* Adds a right without a condition. */
void plan_right(struct plan *plan, struct rights *rights, const char *action, json *resource);
/* The same with one. */
void plan_right_if(struct plan *plan, struct rights *rights, const char *action, json *resource,
                   const char *condition_operator, const char *condition_key, json *value);

/* An AWS::IAM::Role trusted by one service, with one inline policy; rights of the same resource are
 * joined in one statement, and resources with the same actions; all sorted. The trust holds for
 * this account alone where the service says for whom it acts (aws:SourceAccount). Returns the
 * role's logical id. */
const char *plan_role(struct plan *plan, struct stack *stack, struct span at, const char *prefix,
                      const char *name, const char *role_name, const char *service,
                      const struct rights *rights);
/* The same for a role that several trust: a list of trust statements. */
json *plan_trust(struct plan *plan);
void plan_trust_service(struct plan *plan, json *trust, const char *service);
void plan_trust_principal(json *trust, json *arn);
const char *plan_role_trusting(struct plan *plan, struct stack *stack, struct span at,
                               const char *prefix, const char *name, const char *role_name,
                               json *trust, const struct rights *rights);

#endif
