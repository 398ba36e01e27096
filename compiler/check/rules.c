/* rules.c - quality rules against the types of their columns: what DQDL would refuse at run time,
 * or compare wrongly. */
#include "check/areas.h"

#include <string.h>

enum family {
    FAMILY_NUMBER,
    FAMILY_TEXT,
    FAMILY_TIME,
    FAMILY_BOOLEAN,
    FAMILY_BINARY,
    FAMILY_NESTED,
    FAMILY_ERROR
};

static enum family family_of(const struct type *type)
{
    switch (type->kind) {
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
        return FAMILY_NUMBER;
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_STRING:
        return FAMILY_TEXT;
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
        return FAMILY_TIME;
    case TYPE_BOOLEAN:
        return FAMILY_BOOLEAN;
    case TYPE_BINARY:
        return FAMILY_BINARY;
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT:
        return FAMILY_NESTED;
    case TYPE_ERROR:
        break;
    }
    return FAMILY_ERROR;
}

static const char *family_noun(enum family family)
{
    static const char *const nouns[] = {
        "a number", "a text", "a date or time", "a boolean", "binary", "nested", ""};
    return nouns[family];
}

static void misfit(struct session *s, const struct rule *rule, const struct column *column,
                   const char *needs)
{
    struct diag *d =
        diag(s, D_RULE_DOES_NOT_FIT, rule->at, "this rule needs %s, but '%s' is %.200s", needs,
             column->decl.name, column->type->glue);
    diag_place(s, d, column->type_at, "its type");
}

/* Data Quality looks at top-level values only (Glue: DQDL, "nested or list columns are not
 * supported"). */
static bool check_nested(struct session *s, const struct rule *rule)
{
    for (size_t i = 0; i < rule->columns.len; i++)
        if (family_of(rule->columns.at[i]->type) == FAMILY_NESTED) {
            struct diag *d = diag(s, D_RULE_ON_NESTED, rule->at,
                                  "no rule can look into '%s': its values are nested",
                                  rule->columns.at[i]->decl.name);
            diag_place(s, d, rule->columns.at[i]->type_at, "its type");
            return false;
        }
    return true;
}

static bool literal_fits(const struct data *literal, enum family family)
{
    if (!literal || literal->kind == DATA_NULL || literal->kind == DATA_EXPRESSION)
        return true;
    switch (family) {
    case FAMILY_NUMBER:
        return literal->kind == DATA_NUMBER;
    case FAMILY_TEXT:
    case FAMILY_TIME:
    case FAMILY_BINARY:
        return literal->kind == DATA_TEXT;
    case FAMILY_BOOLEAN:
        return literal->kind == DATA_BOOL;
    case FAMILY_NESTED:
    case FAMILY_ERROR:
        break;
    }
    return true;
}

static void check_literal(struct session *s, const struct rule *rule, const struct column *column,
                          const struct data *literal)
{
    enum family family = family_of(column->type);
    if (literal_fits(literal, family))
        return;
    struct diag *d = diag(s, D_VALUE_DOES_NOT_COMPARE, literal->at.lo ? literal->at : rule->at,
                          "'%s' is %.200s: compare it with %s", column->decl.name,
                          column->type->glue, family_noun(family));
    diag_place(s, d, column->type_at, "its type");
}

static void check_literals(struct session *s, const struct rule *rule)
{
    const struct column *column = rule->columns.at[0];
    if (rule->kind == RULE_IN)
        for (const struct data *item = rule->operand ? rule->operand->first : NULL; item;
             item = item->next)
            check_literal(s, rule, column, item);
    else {
        check_literal(s, rule, column, rule->operand);
        check_literal(s, rule, column, rule->upper);
    }
    bool ordered = rule->kind == RULE_BETWEEN ||
                   (rule->kind == RULE_COMPARE && rule->comparison != COMPARE_EQ &&
                    rule->comparison != COMPARE_NE);
    enum family family = family_of(column->type);
    if (ordered && family != FAMILY_NUMBER && family != FAMILY_TIME && family != FAMILY_ERROR)
        misfit(s, rule, column, "a column with an order: a number, a date or a time");
}

static void check_metric(struct session *s, const struct rule *rule)
{
    if (!rule->columns.len)
        return;
    const struct column *column = rule->columns.at[0];
    enum family family = family_of(column->type);
    if (family == FAMILY_ERROR)
        return;
    switch (rule->metric) {
    case METRIC_MEAN:
    case METRIC_SUM:
    case METRIC_STDDEV:
        if (family != FAMILY_NUMBER)
            misfit(s, rule, column, "a number");
        break;
    case METRIC_LENGTH:
        if (family != FAMILY_TEXT)
            misfit(s, rule, column, "a text");
        break;
    case METRIC_FRESHNESS:
        if (family != FAMILY_TIME)
            misfit(s, rule, column, "a date or a timestamp");
        break;
    case METRIC_COMPLETENESS:
    case METRIC_UNIQUENESS:
    case METRIC_DISTINCT_COUNT:
    case METRIC_ROW_COUNT:
    case METRIC_COLUMN_COUNT:
        break;
    }
}

static void check_rule(struct session *s, const struct rule *rule)
{
    for (const struct rule *child = rule->children; child; child = child->next)
        check_rule(s, child);
    if (!check_nested(s, rule) || !rule->columns.len)
        return;
    const struct column *column = rule->columns.at[0];
    enum family family = family_of(column->type);
    switch (rule->kind) {
    case RULE_COMPARE:
    case RULE_IN:
    case RULE_BETWEEN:
        check_literals(s, rule);
        break;
    case RULE_MATCHES:
    case RULE_LENGTH:
        if (family != FAMILY_TEXT && family != FAMILY_ERROR)
            misfit(s, rule, column, "a text");
        break;
    case RULE_METRIC:
        check_metric(s, rule);
        break;
    case RULE_REFERENCES:
        for (size_t i = 0; i < rule->columns.len && i < rule->referenced.len; i++)
            if (family_of(rule->columns.at[i]->type) != family_of(rule->referenced.at[i]->type))
                misfit(s, rule, rule->columns.at[i],
                       family_noun(family_of(rule->referenced.at[i]->type)));
        break;
    case RULE_UNIQUE:
    case RULE_KEY:
    case RULE_COMPLETE:
    case RULE_SQL:
    case RULE_ANY:
    case RULE_ALL:
        break;
    }
}

void check_rules(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->outputs.len; i++)
        for (const struct rule *rule = mesh->outputs.at[i]->rules; rule; rule = rule->next)
            check_rule(s, rule);
}
