/* quality.c - the data quality ruleset of a table: one line of DQDL, in one spelling for one
 * meaning, because Glue reports a difference for every other (line breaks, blanks).
 *
 * What DQDL cannot say about a column it says in SQL (CustomSql over `primary`), and what a ruleset
 * of the catalog cannot say at all is left out (check/rulesets.c). Facts of the language, all from
 * the grammar of awslabs/dqdl: `between` leaves both ends out, numbers have no exponent, a quoted
 * text shaped like a date or a time is no text, CR is an error. */
#include "plan/quality.h"
#include "check/limits.h"
#include "check/rulesets.h"
#include "model/names.h"
#include "plan/plan.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

/* A rule as text; several in a row mean "all of them" and are joined where they are used. */
struct rules {
    VEC(const char *) list;
};

struct writer {
    struct plan *plan;
    const char *where; /* of the groups around, already DQDL; NULL */
};

static const char *kept(struct plan *plan, struct buf *text)
{
    const char *copy = arena_copy(&plan->scratch, text->at ? text->at : "", text->len);
    buf_free(text);
    return copy;
}

/* ---- spellings ------------------------------------------------------------------------------- */

void dqdl_quote(struct buf *out, const char *text)
{
    buf_putc(out, '"');
    for (size_t plain; *text; text += plain) {
        plain = strcspn(text, "\"\\");
        buf_put(out, text, plain);
        if (text[plain]) {
            buf_putc(out, '\\');
            buf_putc(out, text[plain++]);
        }
    }
    buf_putc(out, '"');
}

static bool shaped_like(const char *text, const char *shape)
{
    for (; *text && *shape; text++, shape++)
        if (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape)
            return false;
    return !*text && !*shape;
}

bool dqdl_is_date(const char *text)
{
    return shaped_like(text, "0000-00-00");
}

bool dqdl_is_moment(const char *text)
{
    static const char *const shapes[] = {"0000-00-00", "00:00",   "0:00 AM",
                                         "00:00 AM",   "0:00 PM", "00:00 PM"};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (shaped_like(text, shapes[i]))
            return true;
    return false;
}

/* The digits of a JSON number without point, sign and exponent, and where the point stands in them.
 */
struct decimal {
    bool negative;
    const char *digits;
    long point;
};

enum { EXPONENT_MAX = 400 /* beyond every double; more would be a flood of zeros */ };

static struct decimal decimal_of(struct plan *plan, const char *number)
{
    struct decimal d = {.negative = *number == '-'};
    struct buf digits = {0};
    long before = -1, exponent = 0;
    for (const char *p = number + (*number == '-' || *number == '+'); *p; p++) {
        if (*p >= '0' && *p <= '9') {
            buf_putc(&digits, *p);
        } else if (*p == '.') {
            before = (long)digits.len;
        } else if (*p == 'e' || *p == 'E') {
            bool minus = p[1] == '-';
            for (p += p[1] == '-' || p[1] == '+'; p[1] >= '0' && p[1] <= '9'; p++)
                exponent = exponent < EXPONENT_MAX ? exponent * 10 + (p[1] - '0') : exponent;
            exponent = minus ? -exponent : exponent;
        }
    }
    d.point = (before < 0 ? (long)digits.len : before) + exponent;
    d.digits = kept(plan, &digits);
    return d;
}

static const char *plain_decimal(struct plan *plan, struct decimal d)
{
    const char *digits = d.digits;
    for (; *digits == '0' && d.point > 1; digits++)
        d.point--;
    size_t count = strlen(digits);
    struct buf out = {0};
    if (d.negative)
        buf_putc(&out, '-');
    if (d.point <= 0)
        buf_puts(&out, "0");
    for (long i = 0; i < d.point; i++)
        buf_putc(&out, (size_t)i < count ? digits[i] : '0');
    if (d.point < (long)count) {
        buf_putc(&out, '.');
        buf_repeat(&out, '0', d.point < 0 ? (size_t)-d.point : 0);
        buf_puts(&out, digits + (d.point > 0 ? d.point : 0));
        while (out.at[out.len - 1] == '0')
            out.at[--out.len] = '\0';
        if (out.at[out.len - 1] == '.')
            out.at[--out.len] = '\0';
    }
    return kept(plan, &out);
}

const char *dqdl_number(struct plan *plan, const char *number)
{
    return plain_decimal(plan, decimal_of(plan, number));
}

/* SQL on one line: check/rulesets.c let no line break stand inside quotes or after a comment. */
static const char *one_line(struct plan *plan, const struct text *text)
{
    if (!strpbrk(text->value, "\r\n"))
        return text->value;
    char *copy = arena_copy(&plan->scratch, text->value, strlen(text->value));
    for (char *p = copy; *p; p++)
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    return copy;
}

static const char *operator_of(enum comparison comparison)
{
    static const char *const words[] = {
        [COMPARE_EQ] = "=",  [COMPARE_NE] = "!=", [COMPARE_LT] = "<",
        [COMPARE_LE] = "<=", [COMPARE_GT] = ">",  [COMPARE_GE] = ">="};
    return words[comparison];
}

/* ---- single rules ---------------------------------------------------------------------------- */

/* `name "a" "b"`, ready for a condition. */
static struct buf started(const char *name, const struct rule *rule)
{
    struct buf text = {0};
    buf_puts(&text, name);
    for (size_t i = 0; i < rule->columns.len; i++) {
        buf_putc(&text, ' ');
        dqdl_quote(&text, rule->columns.at[i]->physical);
    }
    return text;
}

static void finish(struct writer *w, struct rules *out, struct buf *text)
{
    if (w->where) {
        buf_puts(text, " where ");
        dqdl_quote(text, w->where);
    }
    const char *rule = kept(w->plan, text);
    vec_push(&w->plan->scratch, &out->list, rule);
}

static void plain_rule(struct writer *w, struct rules *out, const char *name,
                       const struct rule *rule)
{
    struct buf text = started(name, rule);
    finish(w, out, &text);
}

static void compared_rule(struct writer *w, struct rules *out, const char *name,
                          const struct rule *rule, enum comparison comparison, const char *value)
{
    struct buf text = started(name, rule);
    buf_format(&text, " %s %s", operator_of(comparison), value);
    finish(w, out, &text);
}

enum column_class { CLASS_NUMBER, CLASS_TEXT, CLASS_DATE, CLASS_OTHER };

static enum column_class class_of(const struct column *column)
{
    switch (column->type->kind) {
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
        return CLASS_NUMBER;
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_STRING:
        return CLASS_TEXT;
    case TYPE_DATE:
        return CLASS_DATE;
    case TYPE_ERROR:
    case TYPE_BOOLEAN:
    case TYPE_BINARY:
    case TYPE_TIMESTAMP:
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT:
        break;
    }
    return CLASS_OTHER;
}

/* ---- what only SQL can say ------------------------------------------------------------------- */

static void put_literal(struct buf *sql, const struct data *value)
{
    if (value->kind == DATA_BOOL) {
        buf_puts(sql, value->truth ? "true" : "false");
        return;
    }
    if (value->kind != DATA_TEXT) {
        buf_puts(sql, value->kind == DATA_NUMBER ? value->text : "null");
        return;
    }
    buf_putc(sql, '\''); /* Spark SQL: a backslash escapes */
    for (const char *p = value->text; *p; p++) {
        if (*p == '\'' || *p == '\\')
            buf_putc(sql, '\\');
        if (*p == '\n' || *p == '\r')
            buf_puts(sql, *p == '\n' ? "\\n" : "\\r");
        else
            buf_putc(sql, *p);
    }
    buf_putc(sql, '\'');
}

static void put_column(struct buf *sql, const struct column *column)
{
    buf_putc(sql, '`');
    for (const char *p = column->physical; *p; p++) {
        if (*p == '`')
            buf_putc(sql, '`');
        buf_putc(sql, *p);
    }
    buf_putc(sql, '`');
}

/* `the query counts nothing`; query is given back. */
static void counted_rule(struct writer *w, struct rules *out, struct buf *query)
{
    struct buf text = {0};
    buf_puts(&text, "CustomSql ");
    dqdl_quote(&text, query->at);
    buf_free(query);
    buf_puts(&text, " = 0");
    const char *rule = kept(w->plan, &text);
    vec_push(&w->plan->scratch, &out->list, rule);
}

/* No row is against the condition; a row without a value is not against it. condition is given
 * back. */
static void no_row_against(struct writer *w, struct rules *out, struct buf *condition)
{
    struct buf query = {0};
    buf_puts(&query, "select count(*) from primary where ");
    if (w->where)
        buf_format(&query, "(%s) and ", w->where);
    buf_format(&query, "not (%s)", condition->at);
    buf_free(condition);
    counted_rule(w, out, &query);
}

static void put_columns(struct buf *sql, const struct rule *rule, const char *between,
                        const char *after)
{
    for (size_t i = 0; i < rule->columns.len; i++) {
        buf_puts(sql, i ? between : "");
        put_column(sql, rule->columns.at[i]);
        buf_puts(sql, after);
    }
}

/* IsUnique takes one column. Rows in which one of several has no value are left out, as in SQL's
 * UNIQUE. */
static void unique_together(struct writer *w, struct rules *out, const struct rule *rule)
{
    struct buf query = {0};
    buf_puts(&query, "select count(*) from (select ");
    put_columns(&query, rule, ", ", "");
    buf_puts(&query, " from primary where ");
    if (w->where)
        buf_format(&query, "(%s) and ", w->where);
    put_columns(&query, rule, " and ", " is not null");
    buf_puts(&query, " group by ");
    put_columns(&query, rule, ", ", "");
    buf_puts(&query, " having count(*) > 1)");
    counted_rule(w, out, &query);
}

static void counted_compare(struct writer *w, struct rules *out, const struct rule *rule,
                            enum comparison comparison, const struct data *value)
{
    struct buf condition = {0};
    put_column(&condition, rule->columns.at[0]);
    buf_format(&condition, " %s ", operator_of(comparison));
    put_literal(&condition, value);
    no_row_against(w, out, &condition);
}

static void counted_in(struct writer *w, struct rules *out, const struct rule *rule)
{
    struct buf condition = {0};
    put_column(&condition, rule->columns.at[0]);
    buf_puts(&condition, " in (");
    for (const struct data *d = rule->operand->first; d; d = d->next) {
        put_literal(&condition, d);
        buf_puts(&condition, d->next ? ", " : ")");
    }
    no_row_against(w, out, &condition);
}

/* ---- kinds of rules -------------------------------------------------------------------------- */

static void compare(struct writer *w, struct rules *out, const struct rule *rule,
                    enum comparison comparison, const struct data *value)
{
    enum column_class class = class_of(rule->columns.at[0]);
    bool equal = comparison == COMPARE_EQ || comparison == COMPARE_NE;
    if (class == CLASS_NUMBER && value->kind == DATA_NUMBER) {
        compared_rule(w, out, "ColumnValues", rule, comparison, dqdl_number(w->plan, value->text));
        return;
    }
    bool text = value->kind == DATA_TEXT && !strpbrk(value->text, "\r\n");
    bool date = text && class == CLASS_DATE && dqdl_is_date(value->text);
    if (date || (text && class == CLASS_TEXT && equal && !dqdl_is_moment(value->text))) {
        struct buf quoted = {0};
        dqdl_quote(&quoted, value->text);
        compared_rule(w, out, "ColumnValues", rule, comparison, quoted.at);
        buf_free(&quoted);
        return;
    }
    counted_compare(w, out, rule, comparison, value);
}

/* Can the members stand in one list of DQDL? All numbers, all dates of a date column, or all texts
 * that look like texts. */
static bool listable(const struct rule *rule)
{
    enum column_class class = class_of(rule->columns.at[0]);
    for (const struct data *d = rule->operand->first; d; d = d->next) {
        bool text = d->kind == DATA_TEXT && !strpbrk(d->text, "\r\n");
        bool fits = (class == CLASS_NUMBER && d->kind == DATA_NUMBER) ||
                    (class == CLASS_DATE && text && dqdl_is_date(d->text)) ||
                    (class == CLASS_TEXT && text && !dqdl_is_moment(d->text));
        if (!fits)
            return false;
    }
    return class != CLASS_OTHER;
}

static void in(struct writer *w, struct rules *out, const struct rule *rule)
{
    if (!listable(rule)) {
        counted_in(w, out, rule);
        return;
    }
    struct buf text = started("ColumnValues", rule);
    buf_puts(&text, " in [");
    for (const struct data *d = rule->operand->first; d; d = d->next) {
        if (d->kind == DATA_NUMBER)
            buf_puts(&text, dqdl_number(w->plan, d->text));
        else
            dqdl_quote(&text, d->text);
        buf_puts(&text, d->next ? ", " : "]");
    }
    finish(w, out, &text);
}

static void matches(struct writer *w, struct rules *out, const struct rule *rule)
{
    struct buf text = started("ColumnValues", rule);
    buf_puts(&text, " matches ");
    dqdl_quote(&text, rule->operand->text);
    finish(w, out, &text);
}

/* seconds as "36 hours": rulesets count in whole days, hours or minutes, so others were refused. */
static void duration(struct writer *w, struct rules *out, const struct rule *rule,
                     enum comparison comparison, const struct data *seconds)
{
    static const struct {
        int64_t seconds;
        const char *word;
    } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}};
    int64_t length = strtoll(seconds->text, NULL, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (length && length % units[i].seconds == 0) {
            const char *value = plan_format(w->plan, "%lld %s",
                                            (long long)(length / units[i].seconds), units[i].word);
            compared_rule(w, out, "DataFreshness", rule, comparison, value);
            return;
        }
}

static const char *metric_word(enum metric metric)
{
    static const char *const words[] = {
        [METRIC_COMPLETENESS] = "Completeness",
        [METRIC_UNIQUENESS] = "Uniqueness",
        [METRIC_DISTINCT_COUNT] = "DistinctValuesCount",
        [METRIC_MEAN] = "Mean",
        [METRIC_SUM] = "Sum",
        [METRIC_STDDEV] = "StandardDeviation",
        [METRIC_LENGTH] = "ColumnLength",
        [METRIC_FRESHNESS] = "DataFreshness",
        [METRIC_ROW_COUNT] = "RowCount",
        [METRIC_COLUMN_COUNT] = "ColumnCount",
    };
    return words[metric];
}

static void measured(struct writer *w, struct rules *out, const struct rule *rule,
                     enum comparison comparison, const struct data *value)
{
    if (rule->metric == METRIC_FRESHNESS)
        duration(w, out, rule, comparison, value);
    else
        compared_rule(w, out, metric_word(rule->metric), rule, comparison,
                      dqdl_number(w->plan, value->text));
}

static void metric(struct writer *w, struct rules *out, const struct rule *rule)
{
    measured(w, out, rule, rule->between ? COMPARE_GE : rule->comparison, rule->operand);
    if (rule->between)
        measured(w, out, rule, COMPARE_LE, rule->upper);
}

static void sql(struct writer *w, struct rules *out, const struct rule *rule)
{
    struct buf text = {0};
    buf_puts(&text, "CustomSql ");
    dqdl_quote(&text, one_line(w->plan, &rule->sql));
    if (rule->operand)
        buf_format(&text, " %s %s", operator_of(rule->comparison),
                   dqdl_number(w->plan, rule->operand->text));
    const char *copy = kept(w->plan, &text);
    vec_push(&w->plan->scratch, &out->list, copy);
}

static void expand(struct writer *w, struct rules *out, const struct rule *rule);

/* (a) and (b): one rule's text for several that belong together. */
static const char *joined(struct plan *plan, const struct rules *rules, const char *word)
{
    if (rules->list.len == 1)
        return rules->list.at[0];
    struct buf text = {0};
    for (size_t i = 0; i < rules->list.len; i++) {
        if (i)
            buf_format(&text, " %s ", word);
        buf_format(&text, "(%s)", rules->list.at[i]);
    }
    return kept(plan, &text);
}

static void group(struct writer *w, struct rules *out, const struct rule *rule)
{
    struct rules members = {0};
    for (const struct rule *child = rule->children; child; child = child->next) {
        struct rules one = {0};
        expand(w, &one, child);
        const char *text = joined(w->plan, &one, "and");
        vec_push(&w->plan->scratch, &members.list, text);
    }
    const char *text = joined(w->plan, &members, rule->kind == RULE_ANY ? "or" : "and");
    vec_push(&w->plan->scratch, &out->list, text);
}

static void dispatch(struct writer *w, struct rules *out, const struct rule *rule)
{
    switch (rule->kind) {
    case RULE_UNIQUE:
        if (rule->columns.len > 1)
            unique_together(w, out, rule);
        else
            plain_rule(w, out, "IsUnique", rule);
        break;
    case RULE_KEY:
        plain_rule(w, out, "IsPrimaryKey", rule);
        break;
    case RULE_COMPLETE:
        plain_rule(w, out, "IsComplete", rule);
        break;
    case RULE_COMPARE:
        compare(w, out, rule, rule->comparison, rule->operand);
        break;
    case RULE_IN:
        in(w, out, rule);
        break;
    case RULE_MATCHES:
        matches(w, out, rule);
        break;
    case RULE_BETWEEN:
        if (rule->operand)
            compare(w, out, rule, COMPARE_GE, rule->operand);
        if (rule->upper)
            compare(w, out, rule, COMPARE_LE, rule->upper);
        break;
    case RULE_METRIC:
        metric(w, out, rule);
        break;
    case RULE_LENGTH:
        compared_rule(w, out, "ColumnLength", rule, COMPARE_LE,
                      dqdl_number(w->plan, rule->operand->text));
        break;
    case RULE_SQL:
        sql(w, out, rule);
        break;
    case RULE_REFERENCES: /* not in a ruleset */
        break;
    case RULE_ANY:
    case RULE_ALL:
        group(w, out, rule);
        break;
    }
}

/* A group's predicate holds for each of its members, besides their own. */
static void expand(struct writer *w, struct rules *out, const struct rule *rule)
{
    const char *outer = w->where;
    if (rule->where.value) {
        const char *own = one_line(w->plan, &rule->where);
        w->where = outer ? plan_format(w->plan, "(%s) and (%s)", outer, own) : own;
    }
    dispatch(w, out, rule);
    w->where = outer;
}

/* ---- the ruleset ----------------------------------------------------------------------------- */

static void put_labels(struct buf *out, const struct rule *rule)
{
    const struct {
        const char *key, *value;
    } labels[] = {{"dimension", rule->dimension.value}, {"severity", rule->severity.value}};
    const char *before = " labels=[";
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (labels[i].value) {
            buf_format(out, "%s\"%s\"=", before, labels[i].key);
            dqdl_quote(out, labels[i].value);
            before = ", ";
        }
    if (*before == ',')
        buf_putc(out, ']');
}

const char *plan_ruleset(struct plan *plan, const struct output *output)
{
    struct buf text = {0};
    for (const struct rule *rule = output->rules; rule; rule = rule->next) {
        struct writer writer = {plan, NULL};
        struct rules rules = {0};
        if (!rule_in_ruleset(rule))
            continue;
        expand(&writer, &rules, rule);
        buf_puts(&text, text.len ? ", " : "Rules = [ ");
        buf_puts(&text, joined(plan, &rules, "and"));
        put_labels(&text, rule);
    }
    if (!text.len)
        return NULL;
    buf_puts(&text, " ]");
    return kept(plan, &text);
}

static void ruleset(struct plan *plan, struct stack *stack, const struct output *output)
{
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    const char *text = plan_ruleset(plan, output);
    if (!text)
        return;
    size_t length = strlen(text), limit = (size_t)limit_info(LIMIT_RULESET)->figure;
    if (length > limit)
        diag(plan->s, D_RULESET_SIZE, output->decl.at,
             "the quality rules of '%s' take %zu characters, Glue takes %zu", output->decl.path,
             length, limit);
    json *resource = plan_resource(plan, stack, "AWS::Glue::DataQualityRuleset", output->decl.at,
                                   "Ruleset", plan_local(&output->decl, output->domain));
    json_set_text(resource, "Name", name_ruleset(&plan->scratch, plan->deployment, output));
    json_set_text(resource, "Description",
                  plan_format(plan, "What %s promises of its rows", output->decl.path));
    json_set(resource, "Ruleset", plan_literal(plan, text));
    json *target = json_set_object(resource, "TargetTable");
    json_set_text(target, "DatabaseName", names->database);
    json_set(target, "TableName", plan_ref(plan, plan_made(plan, output, "table")));
}

void plan_quality(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        if (!stack_has_tables(plan->deployment, stack->head, product))
            continue;
        for (size_t j = 0; j < product->outputs.len; j++)
            if (product->outputs.at[j]->rules && table_is_made(product->outputs.at[j]))
                ruleset(plan, stack, product->outputs.at[j]);
    }
}
