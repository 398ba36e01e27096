/* managed_rules.c - see managed_rules.h. */
#include "check/managed_rules.h"

#include "base/suggest.h"

#include <stdlib.h>
#include <string.h>

static const struct managed_rule rules[] = {
#define MANAGED_RULE(identifier, trigger, parameters) {#identifier, RULE_##trigger, parameters},
#include "check/managed_rules.def"
#undef MANAGED_RULE
};

static int by_identifier(const void *key, const void *item)
{
    return strcmp(key, ((const struct managed_rule *)item)->identifier);
}

const struct managed_rule *managed_rule_find(const char *identifier)
{
    return bsearch(identifier, rules, sizeof rules / sizeof *rules, sizeof *rules, by_identifier);
}

void managed_rule_offer(struct suggestion *suggestion)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        suggest_offer(suggestion, rules[i].identifier);
    }
}

const struct managed_rule *managed_rules(size_t *count)
{
    *count = sizeof rules / sizeof *rules;
    return rules;
}

bool managed_rule_parameter(const char **at, struct rule_parameter *out)
{
    const char *text = *at + strspn(*at, " ");
    *out = (struct rule_parameter){.name = text, .length = strcspn(text, "!: ")};
    if (out->length == 0) {
        return false;
    }
    text += out->length;
    out->required = *text == '!';
    text += out->required ? 1 : 0;
    if (*text == ':') {
        out->type = text[1] == 'i'   ? PARAMETER_INTEGER
                    : text[1] == 'd' ? PARAMETER_NUMBER
                                     : PARAMETER_BOOL;
        text += 2;
    }
    *at = text;
    return true;
}
