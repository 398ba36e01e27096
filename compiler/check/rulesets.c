/* rulesets.c - quality rules against the language of rulesets (DQDL): what it cannot say is
 * refused, or left out with a warning. */
#include "check/rulesets.h"
#include "check/areas.h"
#include "check/made.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60 };

bool rule_in_ruleset(const struct rule *rule)
{
    if (rule->kind == RULE_REFERENCES) {
        return false;
    }
    if (rule->kind == RULE_BETWEEN) {
        return rule->operand || rule->upper;
    }
    if (rule->kind != RULE_ANY && rule->kind != RULE_ALL) {
        return true;
    }
    for (const struct rule *child = rule->children; child; child = child->next) {
        if (!rule_in_ruleset(child)) {
            return false;
        }
    }
    return rule->children != NULL;
}

bool has_ruleset(const struct output *output)
{
    for (const struct rule *rule = output->rules; rule; rule = rule->next) {
        if (rule_in_ruleset(rule)) {
            return true;
        }
    }
    return false;
}

/* ---- reports --------------------------------------------------------------------------------- */

/* A ruleset is one line, so breaks of SQL become blanks: not inside quotes, not after a comment. */
static bool check_line(struct session *s, const struct text *text)
{
    char quote = '\0';
    bool comment = false;
    for (const char *p = strpbrk(text->value, "\r\n") ? text->value : ""; *p; p++) {
        if (*p == '\n' || *p == '\r') {
            if (quote || comment) {
                diag(s, D_RULE_LINE, text->at, "a line break %s cannot be written on one line",
                     comment ? "after a comment" : "inside quotes");
                return false;
            }
        } else if (quote) {
            quote = *p == quote ? '\0' : quote;
        } else if (*p == '\'' || *p == '"' || *p == '`') {
            quote = *p;
        } else if (p[0] == '-' && p[1] == '-') {
            comment = true;
        }
    }
    return true;
}

/* Rulesets count in days, hours and minutes. */
static bool check_duration(struct session *s, const struct data *seconds)
{
    long long length = seconds && seconds->text ? strtoll(seconds->text, NULL, 10) : MINUTE;
    if (length && length % MINUTE == 0) {
        return true;
    }
    diag(s, D_RULE_DURATION, seconds->at,
         "%lld seconds are no whole number of minutes, in which rulesets count", length);
    return false;
}

/* An annotation of the schema (@references) says how tables belong together and reaches the catalog
 * as that. */
static void left_out(struct session *s, const struct rule *rule)
{
    if (rule->implied) {
        return;
    }
    struct diag *d = diag(s, D_RULE_NEEDS_REFERENCE, rule->at,
                          "this rule is not tested: a ruleset of the catalog knows its own table "
                          "only");
    if (rule->references) {
        diag_help(s, d, "compare with '%s' in a step of the pipeline", rule->references->decl.path);
    }
}

/* False when the rule was reported. A group is left out with its first member that is, so what
 * comes after that member is not looked at. */
static bool check_rule(struct session *s, const struct rule *rule)
{
    if (rule->where.value && !check_line(s, &rule->where)) {
        return false;
    }
    for (const struct rule *child = rule->children; child; child = child->next) {
        if (!check_rule(s, child)) {
            return false;
        }
    }
    switch (rule->kind) {
    case RULE_METRIC:
        return rule->metric != METRIC_FRESHNESS ||
               (check_duration(s, rule->operand) &&
                (!rule->between || check_duration(s, rule->upper)));
    case RULE_SQL:
        return !rule->sql.value || check_line(s, &rule->sql);
    case RULE_REFERENCES:
        left_out(s, rule);
        return false;
    case RULE_UNIQUE:
    case RULE_KEY:
    case RULE_COMPLETE:
    case RULE_COMPARE:
    case RULE_IN:
    case RULE_MATCHES:
    case RULE_BETWEEN:
    case RULE_LENGTH:
    case RULE_ANY:
    case RULE_ALL:
        break;
    }
    return true;
}

void check_rulesets(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        for (const struct rule *rule = output->rules; rule && table_is_made(output);
             rule = rule->next) {
            check_rule(s, rule);
        }
    }
}
