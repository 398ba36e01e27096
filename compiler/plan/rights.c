/* rights.c - facts of check/access/rights.h as rights that plan/iam renders: nothing is added and
 * nothing left out. */
#include "plan/rights.h"

#include "plan/resources.h"
#include "plan/text.h"

#include <string.h>

static struct data **put_part(struct plan *plan, struct data **tail, const char *pseudo,
                              const char *text)
{
    static const struct reference known = {.kind = REFER_PSEUDO};
    struct data *part = arena_new(&plan->scratch, struct data);
    part->kind = text ? DATA_TEXT : DATA_REFERENCE;
    part->text = text ? text : pseudo;
    part->reference = text ? NULL : &known;
    *tail = part;
    return &part->next;
}

/* The ARN of what the need refers to, around the reference. */
static const struct data *arn_around(struct plan *plan, const struct need *need)
{
    const struct deployment *d = plan->deployment;
    struct data *arn = arena_new(&plan->scratch, struct data), **tail = &arn->first;
    struct data *named = arena_new(&plan->scratch, struct data);
    arn->kind = DATA_SUBSTITUTION;
    arn->at = need->named->at;
    tail = put_part(plan, tail, NULL, "arn:");
    tail = put_part(plan, tail, "AWS::Partition", d->partition);
    tail = put_part(plan, tail, NULL, plan_format(plan, ":%s:", need->service));
    tail = put_part(plan, tail, "AWS::Region", need->parts & RIGHT_REGION ? d->region : "");
    tail = put_part(plan, tail, NULL, ":");
    tail = put_part(plan, tail, "AWS::AccountId",
                    need->parts & RIGHT_ACCOUNT ? plan->account->id : "");
    tail = put_part(plan, tail, NULL, plan_format(plan, ":%s", need->before));
    *named = *need->named;
    named->key = NULL;
    *tail = named;
    put_part(plan, &named->next, NULL, need->after);
    return arn;
}

/* Filled in when all of the stack is there. Until then it has a text by which rights are told
 * apart. */
static json *referred_resource(struct plan *plan, const struct need *need)
{
    const struct data *data = need->before ? arn_around(plan, need) : need->named;
    json *value = plan_reference(plan, data);
    json_set_text(value, "Ref", plan_reference_token(plan, data));
    return value;
}

/* An ARN that may hold ${AWS::Region} in its last part: only there does a right need a token of its
 * own. */
static json *resource_of(struct plan *plan, const struct need *need)
{
    static const char token[] = "${AWS::Region}";
    if (need->named) {
        return referred_resource(plan, need);
    }
    if (!need->service) {
        return json_text(&plan->scratch, need->arn ? need->arn : "*");
    }
    unsigned parts = (need->parts & RIGHT_REGION ? ARN_REGION : 0u) |
                     (need->parts & RIGHT_ACCOUNT ? ARN_ACCOUNT : 0u);
    const struct deployment_account *account = need->account ? need->account : plan->account;
    const char *at = strstr(need->rest, token);
    if (!at) {
        return plan_arn_in(plan, account, need->service, parts, need->rest);
    }
    const char *region = plan->deployment->region ? plan->deployment->region : token;
    const char *rest = plan_format(plan, "%.*s%s%s", (int)(at - need->rest), need->rest, region,
                                   at + sizeof token - 1);
    return plan_token_text(plan, plan_arn_text_in(plan, account, need->service, parts, rest));
}

void rights_of_needs(struct plan *plan, const struct needs *needs, struct rights *out)
{
    for (size_t i = 0; i < needs->list.len; i++) {
        const struct need *need = &needs->list.at[i];
        struct right right = {.action = need->action, .resource = resource_of(plan, need)};
        if (need->condition_operator) {
            right.condition_operator = need->condition_operator;
            right.condition_key = need->condition_key;
            right.condition_value = json_text(&plan->scratch, need->condition_value);
        }
        vec_push(&plan->scratch, &out->list, right);
    }
}
