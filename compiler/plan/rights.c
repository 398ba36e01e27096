/* rights.c - facts of check/access/rights.h as rights that plan/iam renders: nothing is added and
 * nothing left out. */
#include "plan/rights.h"

#include "plan/text.h"

#include <string.h>

/* An ARN that may hold ${AWS::Region} in its last part: only there does a right need a token of its
 * own. */
static json *resource_of(struct plan *plan, const struct need *need)
{
    static const char token[] = "${AWS::Region}";
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
