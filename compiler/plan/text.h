/* text.h - texts of a plan in which the account, region or partition may be unknown.
 *
 * Where all are known a text is a plain JSON string; otherwise it becomes {"Fn::Sub": "..."} with
 * ${AWS::AccountId} and the like, and what the mesh itself wrote has its "${" escaped as "${!".
 * Nothing of a mesh ever becomes a substitution. */
#ifndef MESH_PLAN_TEXT_H
#define MESH_PLAN_TEXT_H

#include "plan/plan.h"

/* arn:<partition>:<service>:<region>:<account>:<rest>; bits say which of region and account the
 * service's ARNs have. */
enum { ARN_REGION = 1, ARN_ACCOUNT = 2 };
json *plan_arn(struct plan *plan, const char *service, unsigned parts, const char *rest);
/* Both are of the account of what is being made (plan->account); these are of another one. */
json *plan_arn_in(struct plan *plan, const struct deployment_account *account, const char *service,
                  unsigned parts, const char *rest);
const char *plan_arn_text_in(struct plan *plan, const struct deployment_account *account,
                             const char *service, unsigned parts, const char *rest);
const char *plan_arn_state_in(struct plan *plan, const struct deployment_account *account,
                              const char *service, unsigned parts, const char *rest);
/* The same as a text with tokens (${AWS::AccountId}, ...), for grants, which are no templates. */
const char *plan_arn_text(struct plan *plan, const char *service, unsigned parts, const char *rest);
/* The same with ${AccountId}, ${Region}, ${Partition}: state machines (DefinitionSubstitutions). */
const char *plan_arn_state(struct plan *plan, const char *service, unsigned parts,
                           const char *rest);
/* 12 digits, or {"Ref": "AWS::AccountId"}. */
json *plan_account(struct plan *plan);
json *plan_account_of(struct plan *plan, const struct deployment_account *account);
/* 12 digits, or the token ${AWS::AccountId}. */
const char *plan_account_text(const struct deployment_account *account);
json *plan_region(struct plan *plan);
/* A text that may hold the tokens ${AWS::AccountId}, ${AWS::Region}, ${AWS::Partition}; everything
 * else of it is literal. */
json *plan_token_text(struct plan *plan, const char *text);
/* A text of the mesh in a template: with "${" in it, it is an Fn::Sub that gives the same text
 * back. */
json *plan_literal(struct plan *plan, const char *text);
/* A text of the mesh as a part of an Fn::Sub. */
const char *plan_escape(struct plan *plan, const char *text);
/* printf into the plan's scratch arena. */
const char *plan_format(struct plan *plan, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

json *plan_ref(struct plan *plan, const char *logical_id);
json *plan_get(struct plan *plan, const char *logical_id, const char *attribute);
/* A Ref to what this stack made (plan_made), else the name it has in another stack. */
json *plan_ref_or(struct plan *plan, const void *thing, const char *role, const char *name);

/* The ARN of a principal, as a template value (of a role that this stack makes: Fn::GetAtt) and as
 * a text with tokens. */
json *plan_principal(struct plan *plan, const struct principal *principal);
const char *plan_principal_text(struct plan *plan, const struct principal *principal);

#endif
