/* guardrails.c - guardrails (rules of AWS Config) and channels (topics of SNS). */
#include "model/elab.h"

#include <string.h>

/* The periods AWS Config knows: API reference, MaximumExecutionFrequency. */
static const struct {
    int64_t seconds;
    const char *word;
} frequencies[] = {{3600, "One_Hour"},
                   {3 * 3600, "Three_Hours"},
                   {6 * 3600, "Six_Hours"},
                   {12 * 3600, "Twelve_Hours"},
                   {24 * 3600, "TwentyFour_Hours"}};

static struct text frequency(struct elab *e, const struct value *value)
{
    struct schedule schedule = schedule_from(e, value);
    if (schedule.expression != NULL && strncmp(schedule.expression, "rate", 4) == 0) {
        for (size_t i = 0; i < sizeof frequencies / sizeof *frequencies; i++) {
            if (frequencies[i].seconds == schedule.period) {
                return (struct text){frequencies[i].word, value->span};
            }
        }
    }
    if (schedule.expression != NULL) {
        diag(e->s, D_BAD_SCHEDULE, value->span, "AWS Config knows every(1h), 3h, 6h, 12h and 24h");
    }
    return (struct text){0};
}

/* A bare word that the mesh declares a function by is that function. */
static struct function *find_function(struct elab *e, const struct value *value)
{
    const struct declared *d = value != NULL && value->kind == VALUE_PATH
                                   ? names_find(e, KINDS(KIND_FUNCTION), NULL, value->text)
                                   : NULL;
    return d != NULL ? d->thing : NULL;
}

static void build_guardrail(struct elab *e, struct declared *d)
{
    struct guardrail *guardrail = d->thing;
    struct body body, inner;
    body_of_block(e, d->block, defaults_of(e, NULL, KIND_GUARDRAIL), &body);
    body_describe(e, &body, &d->block->item, &guardrail->decl);
    guardrail->managed = body_text(&body, "managed");
    guardrail->lambda = body_text(&body, "lambda");
    guardrail->function = find_function(e, body_value(&body, "lambda"));
    for (const struct value *v = value_items(body_value(&body, "resources")); v != NULL;
         v = v->next) {
        vec_push(e->arena, &guardrail->resources, value_text(v));
    }
    for (const struct value *v = value_items(body_value(&body, "accounts")); v != NULL;
         v = v->next) {
        struct principal *account = names_principal(e, NULL, v, KINDS(KIND_ACCOUNT));
        if (account != NULL) {
            vec_push(e->arena, &guardrail->accounts, account->account);
        }
    }
    if (body_child(e, &body, KIND_PARAMETERS, &inner)) {
        guardrail->parameters = data_map(e, &inner, DATA_TEXTS);
    }
    if (body_has(&body, "schedule")) {
        guardrail->frequency = frequency(e, body_value(&body, "schedule"));
    }
}

#define LETTERS_AND_DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* Parts joined by points, each of these characters; how many there are, 0 when one is empty or
 * holds something else. */
static size_t dotted_parts(const char *text, size_t length, const char *characters)
{
    size_t parts = 1;
    for (size_t at = 0; at <= length; at++, parts++) {
        size_t part = strspn(text + at, characters);
        at += part;
        if (part == 0 || at > length) {
            return 0;
        }
        if (at == length) {
            return parts;
        }
        if (text[at] != '.') {
            return 0;
        }
    }
    return 0;
}

/* A dot-atom of RFC 5322 (3.2.3), and the name of a host with a point; a name of another alphabet
 * is written as DNS has it, xn--... */
static bool is_address(const char *text)
{
    const char *sign = strchr(text, '@');
    return sign != NULL &&
           dotted_parts(text, (size_t)(sign - text), LETTERS_AND_DIGITS "!#$%&'*+-/=?^_`{|}~") >
               0 &&
           dotted_parts(sign + 1, strlen(sign + 1), LETTERS_AND_DIGITS "-") > 1;
}

static void build_channel(struct elab *e, struct declared *d)
{
    struct channel *channel = d->thing;
    struct body body;
    body_of_block(e, d->block, NULL, &body);
    body_describe(e, &body, &d->block->item, &channel->decl);
    channel->arn = body_text(&body, "arn");
    if (channel->arn.value != NULL && strncmp(channel->arn.value, "arn:", 4) != 0) {
        diag(e->s, D_NOT_AN_ARN, channel->arn.at, "an ARN begins with \"arn:\"");
    }
    for (const struct value *v = value_items(body_value(&body, "email")); v != NULL; v = v->next) {
        if (!is_address(v->text)) {
            diag(e->s, D_NOT_AN_EMAIL, v->span, "this is no address of electronic mail");
            continue;
        }
        vec_push(e->arena, &channel->emails, value_text(v));
    }
    if (channel->arn.value != NULL && channel->emails.len > 0) {
        diag(e->s, D_EITHER_OR, channel->emails.at[0].at,
             "a topic that exists is only referred to: 'email' or 'arn'");
    }
}

void guardrails_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_GUARDRAIL].len; i++) {
        build_guardrail(e, e->of_kind[KIND_GUARDRAIL].at[i]);
    }
}

void channels_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_CHANNEL].len; i++) {
        build_channel(e, e->of_kind[KIND_CHANNEL].at[i]);
    }
}
