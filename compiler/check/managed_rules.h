/* managed_rules.h - the rules of AWS Config that AWS manages: what triggers them, and their
 * parameters. */
#ifndef MESH_CHECK_MANAGED_RULES_H
#define MESH_CHECK_MANAGED_RULES_H

#include <stdbool.h>
#include <stddef.h>

struct suggestion;

enum rule_trigger { RULE_CHANGES, RULE_PERIODIC, RULE_BOTH };
enum parameter_type { PARAMETER_TEXT, PARAMETER_INTEGER, PARAMETER_NUMBER, PARAMETER_BOOL };

struct managed_rule {
    const char *identifier;
    enum rule_trigger trigger;
    const char *parameters; /* as managed_rules.def writes them */
};

struct rule_parameter {
    const char *name; /* not terminated */
    size_t length;
    bool required; /* and has no default */
    enum parameter_type type;
};

/* NULL: AWS had none of this identifier. */
const struct managed_rule *managed_rule_find(const char *identifier);
void managed_rule_offer(struct suggestion *suggestion);
/* The parameter that the text at *at begins with; *at moves to the next. False at the end. */
bool managed_rule_parameter(const char **at, struct rule_parameter *out);
/* The whole table, for its test. */
const struct managed_rule *managed_rules(size_t *count);

#endif
