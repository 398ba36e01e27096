/* quality.c - rules of quality: those that follow from a schema's annotations, then the `expect`
 * statements, each said once. */
#include "model/elab.h"

#include "base/hash.h"
#include "base/suggest.h"
#include <stdlib.h>
#include <string.h>

enum { FEW_RULES = 24 }; /* up to here a list is searched, above it a map */

struct rules { /* the list of an output while it is being made */
    struct elab *e;
    struct output *output;
    struct rule **tail;
    struct rule *key;           /* the primary key's */
    uint64_t hashes[FEW_RULES]; /* of the first ones, in order */
    struct rule *few[FEW_RULES];
    size_t count;
    struct map known; /* of the rest: (hash, NULL) -> struct rule */
};

/* ---- the same rule twice --------------------------------------------------------------------- */

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return text == NULL ? hash_bytes(hash, "\xff", 1) : hash_bytes(hash, text, strlen(text) + 1);
}

static uint64_t hash_data(uint64_t hash, const struct data *data)
{
    if (data == NULL) {
        return hash_bytes(hash, "\xfe", 1);
    }
    hash = hash_bytes(hash, &data->kind, sizeof data->kind);
    hash = hash_text(hash, data->text);
    for (const struct data *item = data->first; item != NULL; item = item->next) {
        hash = hash_data(hash, item);
    }
    return hash_bytes(hash, "\xfd", 1);
}

/* What a rule says, without where it stands, its severity and its dimension. 64 bits: two rules of
 * one output that differ never meet by chance. */
static uint64_t hash_rule(uint64_t hash, const struct rule *rule)
{
    int words[] = {(int)rule->kind, (int)rule->metric, rule->between, (int)rule->comparison};
    hash = hash_bytes(hash, words, sizeof words);
    for (size_t i = 0; i < rule->columns.len; i++) {
        hash = hash_bytes(hash, &rule->columns.at[i]->decl.index, sizeof(uint32_t));
    }
    hash = hash_data(hash_data(hash, rule->operand), rule->upper);
    hash = hash_text(hash, rule->references == NULL ? NULL : rule->references->decl.path);
    for (size_t i = 0; i < rule->referenced.len; i++) {
        hash = hash_text(hash, rule->referenced.at[i]->decl.name);
    }
    hash = hash_text(hash_text(hash, rule->sql.value), rule->where.value);
    for (const struct rule *child = rule->children; child != NULL; child = child->next) {
        hash = hash_rule(hash, child);
    }
    return hash_bytes(hash, "\xfc", 1);
}

/* A primary key is unique and complete. */
static bool follows_from_key(const struct rules *rules, const struct rule *rule)
{
    const struct rule *key = rules->key;
    if (key == NULL || rule->where.value != NULL || rule->columns.len == 0 ||
        (rule->kind == RULE_UNIQUE && rule->columns.len != key->columns.len) ||
        (rule->kind != RULE_UNIQUE && rule->kind != RULE_COMPLETE)) {
        return false;
    }
    for (size_t i = 0; i < rule->columns.len; i++) {
        if (!rule->columns.at[i]->key) {
            return false;
        }
    }
    return true;
}

/* The rule of the same hash; puts this one there when there is none. */
static struct rule *known_rule(struct rules *rules, struct rule *rule)
{
    uint64_t hash = hash_rule(HASH_START, rule);
    size_t few = rules->count < FEW_RULES ? rules->count : FEW_RULES;
    for (size_t i = 0; i < few; i++) {
        if (rules->hashes[i] == hash) {
            return rules->few[i];
        }
    }
    if (rules->count++ < FEW_RULES) {
        rules->hashes[few] = hash;
        return rules->few[few] = rule;
    }
    return map_put(&rules->known, (const void *)(uintptr_t)hash, NULL, rule);
}

/* Adds a rule unless it says what stands there already; what the later one says besides is kept. */
static void add_rule(struct rules *rules, struct rule *rule)
{
    struct rule *known = follows_from_key(rules, rule) ? rules->key : known_rule(rules, rule);
    if (known == rule) {
        *rules->tail = rule;
        rules->tail = &rule->next;
        return;
    }
    known->severity = rule->severity.value != NULL ? rule->severity : known->severity;
    known->dimension = rule->dimension.value != NULL ? rule->dimension : known->dimension;
}

/* ---- rules that follow from the schema ------------------------------------------------------- */

static struct rule *new_rule(struct elab *e, enum rule_kind kind, struct column *column,
                             struct span at)
{
    struct rule *rule = arena_new(e->arena, struct rule);
    rule->kind = kind;
    rule->at = at;
    if (column != NULL) {
        rule->columns.at = arena_array(e->arena, struct column *, 1);
        rule->columns.at[0] = column;
        rule->columns.len = rule->columns.cap = 1;
    }
    return rule;
}

static struct rule *implied_rule(struct rules *rules, enum rule_kind kind, struct column *column)
{
    struct rule *rule = new_rule(rules->e, kind, column, column->decl.at);
    rule->implied = true;
    return rule;
}

static void imply_key(struct rules *rules, const struct schema *schema)
{
    struct rule *rule = NULL;
    for (size_t i = 0; i < schema->marked.len; i++) {
        struct column *column = schema->marked.at[i];
        if (column->key && rule == NULL) {
            rule = implied_rule(rules, RULE_KEY, column);
        } else if (column->key) {
            vec_push(rules->e->arena, &rule->columns, column);
        }
    }
    if (rule != NULL) {
        add_rule(rules, rule);
        rules->key = rule;
    }
}

static void imply_range(struct rules *rules, struct column *column)
{
    struct data *low = column->notes->minimum, *high = column->notes->maximum;
    if (low == NULL && high == NULL) {
        return;
    }
    struct rule *rule =
        implied_rule(rules, low != NULL && high != NULL ? RULE_BETWEEN : RULE_COMPARE, column);
    rule->operand = low != NULL ? low : high;
    rule->upper = low != NULL ? high : NULL;
    rule->comparison = rule->kind == RULE_BETWEEN ? COMPARE_EQ
                       : low != NULL              ? COMPARE_GE
                                                  : COMPARE_LE;
    add_rule(rules, rule);
}

static struct data *data_of(struct elab *e, enum data_kind kind, const char *text, struct span at)
{
    struct data *data = arena_new(e->arena, struct data);
    data->kind = kind;
    data->text = text;
    data->at = at;
    return data;
}

static void imply_column(struct rules *rules, struct column *column)
{
    struct elab *e = rules->e;
    struct rule *rule;
    if (column->required && !column->key) {
        add_rule(rules, implied_rule(rules, RULE_COMPLETE, column));
    }
    if (column->unique) {
        add_rule(rules, implied_rule(rules, RULE_UNIQUE, column));
    }
    if (column->notes->allowed != NULL) {
        rule = implied_rule(rules, RULE_IN, column);
        rule->operand = column->notes->allowed;
        add_rule(rules, rule);
    }
    imply_range(rules, column);
    if (column->notes->pattern.value != NULL) {
        rule = implied_rule(rules, RULE_MATCHES, column);
        rule->operand =
            data_of(e, DATA_TEXT, column->notes->pattern.value, column->notes->pattern.at);
        add_rule(rules, rule);
    }
    if (column->notes->max_length.text != NULL) {
        rule = implied_rule(rules, RULE_LENGTH, column);
        rule->comparison = COMPARE_LE;
        rule->operand =
            data_of(e, DATA_NUMBER, column->notes->max_length.text, column->notes->max_length.at);
        add_rule(rules, rule);
    }
    if (column->notes->references.column != NULL) {
        rule = implied_rule(rules, RULE_REFERENCES, column);
        rule->references = column->notes->references.output;
        vec_push(e->arena, &rule->referenced, column->notes->references.column);
        add_rule(rules, rule);
    }
}

/* ---- expect ---------------------------------------------------------------------------------- */

static const struct metric_info {
    const char *word;
    bool column, share; /* is of a column; may be compared with a percentage */
} metrics[] = {
    [METRIC_COMPLETENESS] = {"completeness", true, true},
    [METRIC_UNIQUENESS] = {"uniqueness", true, true},
    [METRIC_DISTINCT_COUNT] = {"distinct_count", true, false},
    [METRIC_MEAN] = {"mean", true, false},
    [METRIC_SUM] = {"sum", true, false},
    [METRIC_STDDEV] = {"stddev", true, false},
    [METRIC_LENGTH] = {"length", true, false},
    [METRIC_FRESHNESS] = {"freshness", true, false},
    [METRIC_ROW_COUNT] = {"row_count", false, false},
    [METRIC_COLUMN_COUNT] = {"column_count", false, false},
};
enum { METRICS = sizeof metrics / sizeof *metrics };

static enum comparison comparison_of(enum operator op)
{
    switch (op) {
    case OP_NE:
        return COMPARE_NE;
    case OP_LT:
        return COMPARE_LT;
    case OP_LE:
        return COMPARE_LE;
    case OP_GT:
        return COMPARE_GT;
    case OP_GE:
        return COMPARE_GE;
    case OP_NONE:
    case OP_EQ:
    case OP_LIKE:
    case OP_IS:
    case OP_IN:
    case OP_AND:
    case OP_OR:
    case OP_NOT:
    case OP_VALUE:
        break;
    }
    return COMPARE_EQ;
}

/* "0.99" for the percentage "99". The same few stand in many products. */
static const char *share_of(struct elab *e, atom percentage)
{
    char *share = map_get(&e->shares, percentage, NULL);
    if (share == NULL) {
        share = arena_format(e->arena, "%.10g", strtod(percentage, NULL) / 100);
        map_put(&e->shares, percentage, NULL, share);
    }
    return share;
}

/* A share may be written 99% or 0.99; freshness is a duration, kept in seconds. */
static struct data *metric_operand(struct elab *e, struct rule *rule, const struct value *value)
{
    const struct metric_info *metric = &metrics[rule->metric];
    const char *wanted = rule->metric == METRIC_FRESHNESS ? "a duration"
                         : metric->share                  ? "a percentage"
                                                          : "a number";
    const char *example = rule->metric == METRIC_FRESHNESS ? ", for example 24h"
                          : metric->share                  ? ", for example 99%"
                                                           : "";
    if (value->kind == VALUE_DURATION && rule->metric == METRIC_FRESHNESS) {
        rule->duration = value_amount(value);
        return data_of(e, DATA_NUMBER,
                       arena_format(e->arena, "%lld", (long long)rule->duration.base), value->span);
    }
    if (value->kind == VALUE_PERCENT && metric->share) {
        return data_of(e, DATA_NUMBER, share_of(e, value->text), value->span);
    }
    if ((value->kind == VALUE_INTEGER || value->kind == VALUE_DECIMAL) &&
        rule->metric != METRIC_FRESHNESS) {
        return data_from(e, value, 0);
    }
    if (value->kind != VALUE_ERROR && report_once(e, value)) {
        diag(e->s, D_WRONG_TYPE, value->span, "%s is expected here%s; this is %s", wanted, example,
             value_word(value));
    }
    return NULL;
}

static bool read_columns(struct elab *e, const struct schema *schema, const struct value *values,
                         struct rule *rule)
{
    bool whole = true;
    if (values != NULL && values->next == NULL) {
        rule->columns.at = arena_array(e->arena, struct column *, 1);
        rule->columns.cap = 1;
    }
    for (const struct value *v = values; v != NULL; v = v->next) {
        struct column *column = column_resolve(e, schema, v);
        if (column == NULL) {
            whole = false;
        } else {
            vec_push(e->arena, &rule->columns, column);
        }
    }
    return whole;
}

static bool read_metric(struct elab *e, const struct expect *expect, struct rule *rule)
{
    size_t i = 0;
    while (i < METRICS && strcmp(metrics[i].word, expect->metric.text) != 0) {
        i++;
    }
    if (i == METRICS) {
        if (!report_once(e, &expect->metric)) {
            return false;
        }
        struct suggestion suggestion = suggest_for(expect->metric.text);
        for (i = 0; i < METRICS; i++) {
            suggest_offer(&suggestion, metrics[i].word);
        }
        struct diag *d = diag(e->s, D_UNKNOWN_WORD, expect->metric.span, "there is no metric '%s'",
                              expect->metric.text);
        diag_suggest(e->s, d, suggestion.best);
        return false;
    }
    rule->metric = (enum metric)i;
    if ((rule->columns.len == 1) != metrics[i].column || rule->columns.len > 1) {
        if (report_once(e, &expect->metric)) {
            diag(e->s, D_METRIC_COLUMNS, expect->metric.span, "'%s' is of %s", metrics[i].word,
                 metrics[i].column ? "one column" : "the whole table: it takes no column");
        }
        return false;
    }
    rule->between = expect->op == OP_IN;
    rule->comparison = rule->between ? COMPARE_EQ : comparison_of(expect->op);
    const struct value *first = expect->operands;
    if (first == NULL || (rule->between && first->next == NULL)) {
        return false;
    }
    rule->operand = metric_operand(e, rule, first);
    rule->upper = rule->between ? metric_operand(e, rule, first->next) : NULL;
    return rule->operand != NULL && (!rule->between || rule->upper != NULL);
}

static bool read_list(struct elab *e, const struct expect *expect, struct rule *rule)
{
    struct data *list = data_of(e, DATA_LIST, NULL, expect->item.span);
    struct data **tail = &list->first;
    const struct value *items = expect->operands;
    if (items != NULL && items->kind == VALUE_LIST) {
        items = items->first;
    }
    for (const struct value *v = items; v != NULL; v = v->next) {
        struct data *item = data_literal(e, v);
        if (item == NULL) {
            return false;
        }
        *tail = item;
        tail = &item->next;
    }
    rule->operand = list;
    return list->first != NULL;
}

static bool read_references(struct rules *rules, const struct expect *expect, struct rule *rule)
{
    struct elab *e = rules->e;
    const struct domain *scope = rules->output->domain;
    if (expect->product.text == NULL) {
        return false;
    }
    struct declared *d =
        names_resolve(e, KINDS_PRODUCT, scope, expect->product.text, expect->product.span);
    if (d == NULL) {
        return false;
    }
    struct output *output = d->thing;
    if (d->kind == KIND_PRODUCT) {
        const struct product *product = d->thing;
        if (product->outputs.len != 1) {
            diag(e->s, D_NEEDS_ONE_OUTPUT, expect->product.span,
                 "product '%s' has several outputs: name one", product->decl.path);
            return false;
        }
        output = product->outputs.at[0];
    }
    rule->references = output;
    if (output->schema == NULL) {
        diag(e->s, D_COLUMNS_WITHOUT_SCHEMA, expect->product.span,
             "'%s' has no schema whose columns could be named", output->decl.path);
        return false;
    }
    for (const struct value *v = expect->referenced; v != NULL; v = v->next) {
        struct column *column = column_resolve(e, output->schema, v);
        if (column == NULL) {
            return false;
        }
        vec_push(e->arena, &rule->referenced, column);
    }
    if (rule->referenced.len != rule->columns.len) {
        diag(e->s, D_METRIC_COLUMNS, expect->product.span, "%zu columns refer to %zu",
             rule->columns.len, rule->referenced.len);
        return false;
    }
    return true;
}

static void read_notes(struct elab *e, const struct annotation *first, struct rule *rule)
{
    for (const struct annotation *a = first; a != NULL; a = a->next) {
        bool severity = a->word.text != NULL && strcmp(a->word.text, "severity") == 0;
        bool dimension = a->word.text != NULL && strcmp(a->word.text, "dimension") == 0;
        if (!severity && !dimension) {
            if (a->word.text != NULL) {
                struct diag *d = diag(e->s, D_ANNOTATION_NOT_HERE, a->span,
                                      "'@%s' has no place on an expectation", a->word.text);
                struct suggestion suggestion = suggest_for(a->word.text);
                suggest_offer(&suggestion, "severity");
                suggest_offer(&suggestion, "dimension");

                if (suggestion.best != NULL) {
                    diag_suggest(e->s, d, arena_format(e->arena, "@%s", suggestion.best));
                } else {
                    diag_help(e->s, d, "@severity(..) and @dimension(..) have");
                }
            }
            continue;
        }
        const char *words =
            severity
                ? "info|warning|error"
                : "accuracy|completeness|conformity|consistency|coverage|timeliness|uniqueness";
        const struct value *value = a->arguments;
        if (value == NULL || value->next != NULL || value->kind != VALUE_PATH ||
            word_in_list(words, value->text) < 0) {
            diag(e->s, D_ANNOTATION_ARGUMENTS, a->span, "it is written @%s(%s)", a->word.text,
                 words);
            continue;
        }
        *(severity ? &rule->severity : &rule->dimension) = value_text(value);
    }
}

static const enum rule_kind rule_kinds[] = {
    [EXPECT_UNIQUE] = RULE_UNIQUE,   [EXPECT_COMPLETE] = RULE_COMPLETE,
    [EXPECT_COMPARE] = RULE_COMPARE, [EXPECT_IN] = RULE_IN,
    [EXPECT_MATCHES] = RULE_MATCHES, [EXPECT_BETWEEN] = RULE_BETWEEN,
    [EXPECT_METRIC] = RULE_METRIC,   [EXPECT_REFERENCES] = RULE_REFERENCES,
    [EXPECT_SQL] = RULE_SQL,         [EXPECT_ANY] = RULE_ANY,
    [EXPECT_ALL] = RULE_ALL,
};

static struct rule *read_expect(struct rules *rules, const struct expect *expect);

static bool read_children(struct rules *rules, const struct expect *expect, struct rule *rule)
{
    struct rule **tail = &rule->children;
    for (const struct item *item = expect->children; item != NULL; item = item->next) {
        if (item->kind != ITEM_EXPECT) {
            continue;
        }
        struct rule *child = read_expect(rules, item_as_const(expect, item));
        if (child != NULL) {
            *tail = child;
            tail = &child->next;
        }
    }
    return rule->children != NULL;
}

/* What follows the columns, by form. */
static bool read_form(struct rules *rules, const struct expect *expect, struct rule *rule)
{
    struct elab *e = rules->e;
    const struct value *first = expect->operands;
    switch (expect->form) {
    case EXPECT_UNIQUE:
    case EXPECT_COMPLETE:
        return true;
    case EXPECT_COMPARE:
    case EXPECT_MATCHES:
        rule->comparison = expect->form == EXPECT_MATCHES ? COMPARE_EQ : comparison_of(expect->op);
        rule->operand = first == NULL ? NULL : data_literal(e, first);
        return rule->operand != NULL;
    case EXPECT_IN:
        return read_list(e, expect, rule);
    case EXPECT_BETWEEN:
        if (first == NULL || first->next == NULL) {
            return false;
        }
        rule->operand = data_literal(e, first);
        rule->upper = data_literal(e, first->next);
        return rule->operand != NULL && rule->upper != NULL;
    case EXPECT_METRIC:
        return expect->metric.text != NULL && read_metric(e, expect, rule);
    case EXPECT_REFERENCES:
        return read_references(rules, expect, rule);
    case EXPECT_SQL:
        rule->sql = value_text(expect->sql);
        rule->comparison = comparison_of(expect->op);
        rule->operand = first == NULL ? NULL : data_literal(e, first);
        return rule->sql.value != NULL && rule->operand != NULL;
    case EXPECT_ANY:
    case EXPECT_ALL:
        return read_children(rules, expect, rule);
    }
    return false;
}

/* NULL when something in it was reported. */
static struct rule *read_expect(struct rules *rules, const struct expect *expect)
{
    struct elab *e = rules->e;
    struct rule *rule = new_rule(e, rule_kinds[expect->form], NULL, expect->item.span);
    bool whole = read_columns(e, rules->output->schema, expect->columns, rule);
    if (!whole || !read_form(rules, expect, rule)) {
        return NULL;
    }
    rule->where = value_text(expect->where);
    read_notes(e, expect->annotations, rule);
    return rule;
}

/* What defaults expect comes first. */
static void read_expects(struct rules *rules, const struct body *body)
{
    if (body->fallback != NULL) {
        read_expects(rules, body->fallback);
    }
    for (const struct item *item = body->items; item != NULL; item = item->next) {
        if (item->kind != ITEM_EXPECT) {
            continue;
        }
        struct rule *rule = read_expect(rules, item_as_const(expect, item));
        if (rule != NULL) {
            add_rule(rules, rule);
        }
    }
}

/* What is expected of a product without a schema; defaults may, for they speak of all products. */
static void refuse_expects(struct elab *e, const struct block *own)
{
    for (const struct item *item = own == NULL ? NULL : own->items; item != NULL;
         item = item->next) {
        if (item->kind == ITEM_EXPECT) {
            diag(e->s, D_COLUMNS_WITHOUT_SCHEMA, item->span,
                 "without a schema there are no columns to expect anything of");
            return;
        }
    }
}

void quality_build(struct elab *e, struct output *output, const struct body *body)
{
    struct rules rules = {.e = e, .output = output, .tail = &output->rules};
    struct body quality;
    if (output->schema != NULL) {
        imply_key(&rules, output->schema);
        for (size_t i = 0; i < output->schema->marked.len; i++) {
            imply_column(&rules, output->schema->marked.at[i]);
        }
    }
    if (body_child(e, body, KIND_QUALITY, &quality)) {
        if (output->schema != NULL) {
            read_expects(&rules, &quality);
        } else {
            refuse_expects(e, body_block(body, KIND_QUALITY));
        }
        const struct value *schedule = body_value(&quality, "schedule");
        if (schedule != NULL) {
            output->quality_schedule =
                (struct text){schedule_from(e, schedule).expression, schedule->span};
        }
    }
    map_free(&rules.known);
}
