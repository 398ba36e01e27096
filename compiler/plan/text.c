/* text.c - texts in which the account, region or partition may be unknown, and the ARNs made of
 * them. */
#include "plan/text.h"
#include "model/names.h"
#include "plan/resources.h"

#include <string.h>

/* The three unknowns, in the spelling of one kind of output. */
struct tokens {
    const char *partition, *region, *account;
};

static const struct tokens template_tokens = {"${AWS::Partition}", "${AWS::Region}",
                                              "${AWS::AccountId}"};
static const struct tokens state_tokens = {"${Partition}", "${Region}", "${AccountId}"};

const char *plan_format(struct plan *plan, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_vformat(&plan->scratch, format, arguments);
    va_end(arguments);
    return text;
}

/* CloudFormation reads ${!x} as the text ${x}. Without a } behind it ${ is no substitution and
 * stays. */
const char *plan_escape(struct plan *plan, const char *text)
{
    const char *last = strrchr(text, '}');
    if (!last || !strstr(text, "${"))
        return text;
    size_t length = strlen(text), n = 0;
    char *out = arena_alloc(&plan->scratch, length + length / 2 + 2);
    for (const char *p = text; *p; p++) {
        out[n++] = *p;
        if (p[0] == '$' && p[1] == '{' && p < last) {
            out[n++] = '{';
            out[n++] = '!';
            p++;
        }
    }
    out[n] = '\0';
    return out;
}

static json *substituted(struct plan *plan, const char *text)
{
    json *sub = json_object(&plan->scratch);
    json_set_text(sub, "Fn::Sub", text);
    return sub;
}

/* The dollar comes from a variable: an Fn::Sub with nothing but "${!" would be one without a
 * variable. */
json *plan_literal(struct plan *plan, const char *text)
{
    const char *last = text ? strrchr(text, '}') : NULL;
    if (!text)
        return NULL;
    if (!last || !strstr(text, "${"))
        return json_text(&plan->scratch, text);
    struct buf out = {0};
    for (const char *p = text; *p; p++)
        buf_puts(&out, p[0] == '$' && p[1] == '{' ? "${Dollar}" : (const char[]){*p, '\0'});
    json *sub = json_object(&plan->scratch);
    json *parts = json_set_array(sub, "Fn::Sub");
    json_add_text(parts, arena_copy(&plan->scratch, out.at, out.len));
    json_set_text(json_add_object(parts), "Dollar", "$");
    buf_free(&out);
    return sub;
}

/* account NULL: unknown. */
static const char *arn(struct plan *plan, const struct tokens *tokens, const char *account,
                       const char *service, unsigned parts, const char *rest)
{
    const struct deployment *d = plan->deployment;
    return plan_format(plan, "arn:%s:%s:%s:%s:%s", d->partition ? d->partition : tokens->partition,
                       service, parts & ARN_REGION ? d->region ? d->region : tokens->region : "",
                       parts & ARN_ACCOUNT ? account ? account : tokens->account : "", rest);
}

static json *arn_value(struct plan *plan, const char *account, const char *service, unsigned parts,
                       const char *rest)
{
    const struct deployment *d = plan->deployment;
    bool known =
        d->partition && (d->region || !(parts & ARN_REGION)) && (account || !(parts & ARN_ACCOUNT));
    if (known)
        return json_text(&plan->scratch,
                         arn(plan, &template_tokens, account, service, parts, rest));
    return substituted(
        plan, arn(plan, &template_tokens, account, service, parts, plan_escape(plan, rest)));
}

json *plan_arn_in(struct plan *plan, const struct deployment_account *account, const char *service,
                  unsigned parts, const char *rest)
{
    return arn_value(plan, account->id, service, parts, rest);
}

const char *plan_arn_text_in(struct plan *plan, const struct deployment_account *account,
                             const char *service, unsigned parts, const char *rest)
{
    return arn(plan, &template_tokens, account->id, service, parts, rest);
}

const char *plan_arn_state_in(struct plan *plan, const struct deployment_account *account,
                              const char *service, unsigned parts, const char *rest)
{
    return arn(plan, &state_tokens, account->id, service, parts, rest);
}

json *plan_arn(struct plan *plan, const char *service, unsigned parts, const char *rest)
{
    return plan_arn_in(plan, plan->account, service, parts, rest);
}

const char *plan_arn_text(struct plan *plan, const char *service, unsigned parts, const char *rest)
{
    return plan_arn_text_in(plan, plan->account, service, parts, rest);
}

const char *plan_arn_state(struct plan *plan, const char *service, unsigned parts, const char *rest)
{
    return plan_arn_state_in(plan, plan->account, service, parts, rest);
}

const char *plan_account_text(const struct deployment_account *account)
{
    return account->id ? account->id : template_tokens.account;
}

json *plan_account_of(struct plan *plan, const struct deployment_account *account)
{
    return account->id ? json_text(&plan->scratch, account->id) : plan_ref(plan, "AWS::AccountId");
}

json *plan_account(struct plan *plan)
{
    return plan_account_of(plan, plan->account);
}

json *plan_region(struct plan *plan)
{
    const char *region = plan->deployment->region;
    return region ? json_text(&plan->scratch, region) : plan_ref(plan, "AWS::Region");
}

/* The token that text begins with, and its value if it is known. */
static const char *token_at(const struct plan *plan, const char *text, const char **value)
{
    const struct deployment *d = plan->deployment;
    const struct {
        const char *token, *value;
    } table[] = {{template_tokens.partition, d->partition},
                 {template_tokens.region, d->region},
                 {template_tokens.account, plan->account->id}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strncmp(text, table[i].token, strlen(table[i].token))) {
            *value = table[i].value;
            return table[i].token;
        }
    return NULL;
}

json *plan_token_text(struct plan *plan, const char *text)
{
    if (!strstr(text, "${"))
        return json_text(&plan->scratch, text);
    struct buf plain = {0}, sub = {0};
    bool unknown = false;
    for (const char *p = text; *p;) {
        const char *value = NULL;
        const char *token = p[0] == '$' ? token_at(plan, p, &value) : NULL;
        if (token) {
            unknown |= !value;
            buf_puts(&plain, value ? value : token);
            buf_puts(&sub, value ? value : token);
            p += strlen(token);
            continue;
        }
        buf_putc(&plain, *p);
        buf_putc(&sub, *p);
        if (p[0] == '$' && p[1] == '{' && strchr(p, '}')) {
            buf_putc(&plain, '{');
            buf_puts(&sub, "{!");
            p++;
        }
        p++;
    }
    const struct buf *out = unknown ? &sub : &plain;
    const char *result = arena_copy(&plan->scratch, out->at, out->len);
    buf_free(&plain);
    buf_free(&sub);
    return unknown ? substituted(plan, result) : json_text(&plan->scratch, result);
}

json *plan_ref(struct plan *plan, const char *logical_id)
{
    json *ref = json_object(&plan->scratch);
    json_set_text(ref, "Ref", logical_id);
    return ref;
}

json *plan_get(struct plan *plan, const char *logical_id, const char *attribute)
{
    json *get = json_object(&plan->scratch);
    json *path = json_set_array(get, "Fn::GetAtt");
    json_add_text(path, logical_id);
    json_add_text(path, attribute);
    return get;
}

json *plan_ref_or(struct plan *plan, const void *thing, const char *role, const char *name)
{
    const char *id = plan_made(plan, thing, role);
    return id ? plan_ref(plan, id) : json_text(&plan->scratch, name);
}

json *plan_data(struct plan *plan, const struct data *data)
{
    json *out = NULL;
    switch (data->kind) {
    case DATA_TEXT:
        return json_text(&plan->scratch, data->text);
    case DATA_NUMBER:
        return json_number(&plan->scratch, data->text);
    case DATA_BOOL:
        return json_bool(&plan->scratch, data->truth);
    case DATA_LIST:
        out = json_array(&plan->scratch);
        for (const struct data *d = data->first; d; d = d->next)
            json_add(out, plan_data(plan, d));
        return out;
    case DATA_MAP:
        out = json_object(&plan->scratch);
        for (const struct data *d = data->first; d; d = d->next)
            json_set(out, d->key, plan_data(plan, d));
        return out;
    case DATA_REFERENCE:
    case DATA_SUBSTITUTION:
        return plan_reference(plan, data);
    case DATA_NULL:
    case DATA_EXPRESSION: /* has no value at compile time; refused before where it has no meaning */
        break;
    }
    return json_null(&plan->scratch);
}

/* ---- principals ------------------------------------------------------------------------------ */

json *plan_principal(struct plan *plan, const struct principal *principal)
{
    principal = principal_acting(principal);
    const char *made = plan_made(plan, principal, "role");
    if (made)
        return plan_get(plan, made, "Arn");
    if (principal->arn.value)
        return json_text(&plan->scratch, principal->arn.value);
    const struct deployment_account *account = account_of_principal(plan->deployment, principal);
    const char *rest = name_principal(&plan->scratch, plan->deployment, principal);
    return rest ? plan_arn_in(plan, account, "iam", ARN_ACCOUNT, rest)
                : plan_account_of(plan, account);
}

const char *plan_principal_text(struct plan *plan, const struct principal *principal)
{
    principal = principal_acting(principal);
    if (principal->arn.value)
        return principal->arn.value;
    const struct deployment_account *account = account_of_principal(plan->deployment, principal);
    const char *rest = name_principal(&plan->scratch, plan->deployment, principal);
    return rest ? plan_arn_text_in(plan, account, "iam", ARN_ACCOUNT, rest)
                : plan_account_text(account);
}
