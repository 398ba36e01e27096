/* predicate_parse.c - the grammar of row filters:
 *
 *     filter    = all { OR all }
 *     all       = factor { AND factor }
 *     factor    = NOT factor | "(" filter ")" | condition
 *     condition = column ( OPERATOR value
 *                        | [NOT] BETWEEN value AND value
 *                        | [NOT] IN "(" value { "," value } ")"
 *                        | [NOT] LIKE value
 *                        | IS [NOT] NULL )
 *     column    = name { "." name }
 *
 * by descent, each lexeme looked at once. After a mistake it goes on behind the next AND or OR, so
 * that one mistake hides no other. What is SQL but not Lake Formation's is told so. */
#include "model/predicate_parts.h"

#include <string.h>
#include <strings.h>

static const struct lexeme *peek(const struct predicate_reader *r)
{
    return &r->lexemes.at[r->at];
}

/* The one after it; LEX_END stands for all behind the end. */
static const struct lexeme *peek_next(const struct predicate_reader *r)
{
    return &r->lexemes.at[r->at + (r->at + 1 < r->lexemes.len)];
}

static const struct lexeme *take(struct predicate_reader *r)
{
    const struct lexeme *l = peek(r);
    r->at += l->kind != LEX_END;
    return l;
}

static bool accept(struct predicate_reader *r, enum lexeme_kind kind)
{
    bool there = peek(r)->kind == kind;
    r->at += there;
    return there;
}

static bool is_name(const struct lexeme *l)
{
    return l->kind == LEX_NAME || l->kind == LEX_QUOTED;
}

static bool is_word(const struct predicate_reader *r, const struct lexeme *l, const char *word)
{
    return l->kind == LEX_NAME && strlen(word) == l->hi - l->lo &&
           strncasecmp(r->text + l->lo, word, l->hi - l->lo) == 0;
}

/* ---- mistakes -------------------------------------------------------------------------------- */

enum { SHOWN_MAX = 40 };

/* A lexeme as messages show it. */
static const char *shown(const struct predicate_reader *r, const struct lexeme *l)
{
    if (l->kind == LEX_END) {
        return "the end";
    }
    int n = (int)(l->hi - l->lo);
    const char *more = "";
    if (n > SHOWN_MAX) {
        for (n = SHOWN_MAX; ((unsigned char)r->text[l->lo + (uint32_t)n] & 0xc0) == 0x80; n--) {
        }
        more = "...";
    }
    const char *quote = l->kind == LEX_TEXT || l->kind == LEX_QUOTED ? "" : "'";
    return arena_format(r->e->arena, "%s%.*s%s%s", quote, n, r->text + l->lo, more, quote);
}

/* Reports at a lexeme; the end is shown at the last one. NULL where it was reported already. */
static struct diag *report(struct predicate_reader *r, enum diag_code code, const struct lexeme *l,
                           const char *message)
{
    if (l->kind == LEX_BROKEN) {
        return NULL;
    }
    const struct lexeme *at = l->kind == LEX_END && l > r->lexemes.at ? l - 1 : l;
    return predicate_report(r, code, at->lo, at->hi, "%s", message);
}

static void help(struct predicate_reader *r, struct diag *d, const char *text)
{
    if (d != NULL) {
        diag_help(r->e->s, d, "%s", text);
    }
}

static struct diag *expected(struct predicate_reader *r, const char *what)
{
    const struct lexeme *l = peek(r);
    const char *message =
        l->kind == LEX_END
            ? arena_format(r->e->arena, "the row filter ends here: %s is expected", what)
            : arena_format(r->e->arena, "%s is expected here, not %s", what, shown(r, l));
    return report(r, D_ROW_FILTER_SYNTAX, l, message);
}

static void unsupported(struct predicate_reader *r, const struct lexeme *l, const char *what,
                        const char *way_out)
{
    help(r, report(r, D_ROW_FILTER_UNSUPPORTED, l, what), way_out);
}

static void calculates(struct predicate_reader *r)
{
    unsupported(r, peek(r), "a row filter calculates nothing",
                "a column of the table holds what is compared");
}

static void calls(struct predicate_reader *r, const struct lexeme *l)
{
    unsupported(r, l, "a row filter calls no functions",
                "a column of the table holds what is compared");
}

/* SQL that begins with a word where a name could stand. */
static bool is_sql(struct predicate_reader *r, const struct lexeme *l)
{
    if (is_name(l) && l[1].kind == LEX_OPEN) {
        calls(r, l);
        return true;
    }
    if (is_word(r, l, "select") || is_word(r, l, "case")) {
        unsupported(r, l, "a row filter compares columns with values, and nothing else",
                    "a column of the table holds what is compared");
        return true;
    }
    return false;
}

/* Goes on at the next AND or OR, outside of the parentheses that are open (so many at the mistake)
 * or open behind it. NULL, for what is not made. */
static struct predicate_node *recover(struct predicate_reader *r, unsigned open)
{
    for (;; r->at++) {
        enum lexeme_kind kind = peek(r)->kind;
        if (kind == LEX_END ||
            (open == 0 && (kind == LEX_AND || kind == LEX_OR || kind == LEX_CLOSE))) {
            return NULL;
        }
        open += kind == LEX_OPEN;
        open -= kind == LEX_CLOSE;
    }
}

/* ---- values ---------------------------------------------------------------------------------- */

/* A name stands where a value is expected. */
static void not_a_value(struct predicate_reader *r, const struct lexeme *l)
{
    if (is_sql(r, l)) {
        return;
    }
    if (predicate_column(r, predicate_name(r, l)) != NULL) {
        unsupported(r, l, "a row filter compares a column with a value, not with another column",
                    "a column of the table holds what the comparison gives");
        return;
    }
    uint32_t quote = l->kind == LEX_QUOTED;
    struct diag *d = expected(r, "a value");
    help(r, d,
         arena_format(r->e->arena, "a text stands in single quotes: '%.*s'",
                      (int)(l->hi - l->lo - 2 * quote), r->text + l->lo + quote));
}

static void no_value(struct predicate_reader *r)
{
    const struct lexeme *l = peek(r);
    if (is_name(l)) {
        not_a_value(r, l);
    } else if (l->kind == LEX_NULL) {
        help(r, report(r, D_ROW_FILTER_SYNTAX, l, "nothing compares with NULL"),
             "write IS NULL or IS NOT NULL");
    } else if (l->kind == LEX_OPERATOR) {
        calculates(r);
    } else if (l->kind == LEX_OPEN && is_word(r, l + 1, "select")) {
        is_sql(r, l + 1);
    } else {
        expected(r, "a value");
    }
}

static bool value_kind(const struct predicate_reader *r, const struct lexeme *l,
                       enum predicate_value_kind *kind)
{
    switch (l->kind) {
    case LEX_TEXT:
        *kind = VALUE_IS_TEXT;
        return true;
    case LEX_INTEGER:
        *kind = VALUE_IS_INTEGER;
        return true;
    case LEX_DECIMAL:
        *kind = VALUE_IS_DECIMAL;
        return true;
    case LEX_TRUE:
    case LEX_FALSE:
        *kind = VALUE_IS_TRUTH;
        return true;
    case LEX_NAME: /* DATE '2027-01-31' */
        *kind = is_word(r, l, "date") ? VALUE_IS_DATE : VALUE_IS_TIMESTAMP;
        return l[1].kind == LEX_TEXT && (is_word(r, l, "date") || is_word(r, l, "timestamp"));
    case LEX_END:
    case LEX_BROKEN:
    case LEX_QUOTED:
    case LEX_COMPARISON:
    case LEX_OPERATOR:
    case LEX_OPEN:
    case LEX_CLOSE:
    case LEX_COMMA:
    case LEX_DOT:
    case LEX_AND:
    case LEX_OR:
    case LEX_NOT:
    case LEX_BETWEEN:
    case LEX_IN:
    case LEX_LIKE:
    case LEX_IS:
    case LEX_NULL:
        break;
    }
    return false;
}

/* NULL: reported. */
static struct predicate_value *parse_value(struct predicate_reader *r)
{
    enum predicate_value_kind kind;
    if (!value_kind(r, peek(r), &kind)) {
        no_value(r);
        return NULL;
    }
    const struct lexeme *first = take(r);
    const struct lexeme *last = first->kind == LEX_NAME ? take(r) : first;
    struct predicate_value *value = arena_new(r->e->arena, struct predicate_value);
    value->kind = kind;
    value->at = predicate_span(r, first->lo, last->hi);
    if (kind == VALUE_IS_TRUTH) {
        value->text = first->kind == LEX_TRUE ? "TRUE" : "FALSE";
    } else {
        uint32_t plus = r->text[first->lo] == '+'; /* says nothing */
        value->text =
            arena_copy(r->e->arena, r->text + first->lo + plus, last->hi - first->lo - plus);
    }
    if (peek(r)->kind == LEX_OPERATOR) {
        calculates(r);
        return NULL;
    }
    return value;
}

/* ---- conditions ------------------------------------------------------------------------------ */

/* What stands where a condition should begin with its column. */
static void no_column(struct predicate_reader *r)
{
    const struct lexeme *l = peek(r), *sign = peek_next(r);
    enum predicate_value_kind kind;
    if (!value_kind(r, l, &kind) && l->kind != LEX_NULL) {
        if (l->kind == LEX_OPERATOR) {
            calculates(r);
        } else {
            expected(r, "a condition");
        }
        return;
    }
    struct diag *d = report(r, D_ROW_FILTER_SYNTAX, l, "a condition begins with a column");
    static const char *const turned[] = {
        [COMPARE_EQ] = "=",  [COMPARE_NE] = "<>", [COMPARE_LT] = ">",
        [COMPARE_LE] = ">=", [COMPARE_GT] = "<",  [COMPARE_GE] = "<=",
    };
    if (sign->kind == LEX_COMPARISON && is_name(sign + 1)) {
        help(r, d,
             arena_format(r->e->arena, "write `%.*s %s %.*s`", (int)(sign[1].hi - sign[1].lo),
                          r->text + sign[1].lo, turned[sign->comparison], (int)(l->hi - l->lo),
                          r->text + l->lo));
    } else if (l->kind == LEX_TRUE) {
        help(r, d, "a grant without `where` gives all rows");
    }
}

/* Passes a column's name; the number of names in it, 0: reported. */
static size_t parse_path(struct predicate_reader *r)
{
    size_t parts = 1;
    for (take(r); accept(r, LEX_DOT); parts++) {
        if (!is_name(peek(r))) {
            expected(r, "the name of a field");
            return 0;
        }
        take(r);
    }
    return parts;
}

static struct predicate_node *parse_between(struct predicate_reader *r, struct predicate_node *node)
{
    struct predicate_value *low = parse_value(r);
    if (low == NULL) {
        recover(r, 0);
        r->at += peek(r)->kind == LEX_AND; /* its own */
        return recover(r, 0);
    }
    if (!accept(r, LEX_AND)) {
        expected(r, "AND and the upper bound of BETWEEN");
        r->at += peek(r)->kind == LEX_OR; /* meant to be that AND */
        return recover(r, 0);
    }
    low->next = parse_value(r);
    node->kind = PREDICATE_BETWEEN;
    node->values = low;
    return low->next != NULL ? node : recover(r, 0);
}

static struct predicate_node *parse_list(struct predicate_reader *r, struct predicate_node *node)
{
    struct predicate_value *first = NULL, **tail = &first;
    const struct lexeme *open = peek(r);
    if (!accept(r, LEX_OPEN)) {
        help(r, expected(r, "a list of values"), "write IN ('a', 'b')");
        return recover(r, 0);
    }
    do {
        *tail = parse_value(r);
        if (*tail == NULL) {
            return recover(r, 1);
        }
        tail = &(*tail)->next;
    } while (accept(r, LEX_COMMA));
    if (peek(r)->kind == LEX_END) {
        report(r, D_ROW_FILTER_SYNTAX, open, "this '(' is never closed");
        return NULL;
    }
    if (!accept(r, LEX_CLOSE)) {
        expected(r, "',' or ')'");
        return recover(r, 1);
    }
    node->kind = PREDICATE_IN;
    node->values = first;
    return node;
}

static struct predicate_node *parse_compared(struct predicate_reader *r,
                                             struct predicate_node *node, enum predicate_kind kind)
{
    node->kind = kind;
    node->values = parse_value(r);
    if (node->values != NULL && is_word(r, peek(r), "escape")) {
        unsupported(r, peek(r), "LIKE has no ESCAPE here",
                    "% and _ always stand for other characters");
        return recover(r, 0);
    }
    return node->values != NULL ? node : recover(r, 0);
}

static struct predicate_node *parse_null(struct predicate_reader *r, struct predicate_node *node)
{
    node->kind = PREDICATE_NULL;
    node->negated = accept(r, LEX_NOT);
    if (accept(r, LEX_NULL)) {
        return node;
    }
    help(r, expected(r, "NULL"), "a boolean is compared: `= TRUE`, `= FALSE`");
    return recover(r, 0);
}

/* The column's name stands alone, or something that is no operator follows. */
static struct predicate_node *no_operator(struct predicate_reader *r)
{
    const struct lexeme *l = peek(r), *name = l - 1;
    if (l->kind == LEX_OPERATOR) {
        calculates(r);
    } else if (l->kind == LEX_AND || l->kind == LEX_OR || l->kind == LEX_CLOSE ||
               l->kind == LEX_END) {
        struct diag *d =
            report(r, D_ROW_FILTER_SYNTAX, name, "a condition compares a column with a value");
        help(r, d,
             arena_format(r->e->arena, "`%.*s = TRUE`, if it is a boolean",
                          (int)(name->hi - name->lo), r->text + name->lo));
    } else {
        expected(r, "an operator");
    }
    return recover(r, 0);
}

static struct predicate_node *parse_condition(struct predicate_reader *r)
{
    const struct lexeme *l = peek(r);
    struct predicate_node *node = arena_new(r->e->arena, struct predicate_node);
    if (!is_name(l)) {
        no_column(r);
        return recover(r, 0);
    }
    if (is_sql(r, l)) {
        return recover(r, 0);
    }
    node->path = r->at;
    node->parts = parse_path(r);
    if (node->parts == 0) {
        return recover(r, 0);
    }
    node->at = predicate_span(r, l->lo, (peek(r) - 1)->hi);
    if (peek(r)->kind == LEX_COMPARISON) {
        node->comparison = take(r)->comparison;
        return parse_compared(r, node, PREDICATE_COMPARE);
    }
    if (accept(r, LEX_IS)) {
        return parse_null(r, node);
    }
    node->negated = accept(r, LEX_NOT);
    if (accept(r, LEX_BETWEEN)) {
        return parse_between(r, node);
    }
    if (accept(r, LEX_IN)) {
        return parse_list(r, node);
    }
    if (accept(r, LEX_LIKE)) {
        return parse_compared(r, node, PREDICATE_LIKE);
    }
    if (node->negated) {
        expected(r, "IN, LIKE or BETWEEN");
        return recover(r, 0);
    }
    return no_operator(r);
}

/* ---- AND, OR, NOT ---------------------------------------------------------------------------- */

static struct predicate_node *parse_joined(struct predicate_reader *r, enum predicate_kind kind);

/* Behind its '('. */
static struct predicate_node *parse_group(struct predicate_reader *r)
{
    const struct lexeme *open = peek(r) - 1;
    struct predicate_node *node = parse_joined(r, PREDICATE_OR);
    if (peek(r)->kind == LEX_END) {
        if (!r->broken) { /* what is reported may have swallowed it */
            report(r, D_ROW_FILTER_SYNTAX, open, "this '(' is never closed");
        }
    } else {
        accept(r, LEX_CLOSE);
    }
    return node;
}

static struct predicate_node *parse_factor(struct predicate_reader *r)
{
    const struct lexeme *l = peek(r);
    struct predicate_node *node = NULL;
    if (l->kind != LEX_NOT && l->kind != LEX_OPEN) {
        node = parse_condition(r);
    } else if (r->depth == PREDICATE_DEPTH_MAX) {
        predicate_too_deep(r, l->lo, l->hi);
        r->at = r->lexemes.len - 1;
    } else {
        r->depth++;
        take(r);
        bool group = l->kind == LEX_OPEN || accept(r, LEX_OPEN);
        struct predicate_node *inner = group ? parse_group(r) : parse_factor(r);
        node = inner;
        if (inner != NULL && l->kind == LEX_NOT) {
            node = arena_new(r->e->arena, struct predicate_node);
            node->kind = PREDICATE_NOT;
            node->first = inner;
            node->at = predicate_span(r, l->lo, l->hi);
        }
        r->depth--;
    }
    enum lexeme_kind next = peek(r)->kind;
    if (next != LEX_AND && next != LEX_OR && next != LEX_CLOSE && next != LEX_END) {
        expected(r, "AND, OR or the end");
        recover(r, 0);
    }
    return node;
}

/* A list of operands joined by AND or OR; operands that are such a list themselves become part of
 * it, which says the same. */
static struct predicate_node *parse_joined(struct predicate_reader *r, enum predicate_kind kind)
{
    enum lexeme_kind word = kind == PREDICATE_OR ? LEX_OR : LEX_AND;
    struct predicate_node *list = arena_new(r->e->arena, struct predicate_node);
    struct predicate_node **tail = &list->first, *last = NULL;
    size_t count = 0;
    list->kind = kind;
    list->at = r->whole;
    do {
        struct predicate_node *node =
            kind == PREDICATE_OR ? parse_joined(r, PREDICATE_AND) : parse_factor(r);
        if (node != NULL) {
            count++;
            last = node;
            *tail = node->kind == kind ? node->first : node;
        }
        while (*tail != NULL) {
            tail = &(*tail)->next;
        }
    } while (accept(r, word));
    return count > 1 ? list : last;
}

void predicate_too_deep(struct predicate_reader *r, uint32_t lo, uint32_t hi)
{
    struct diag *d =
        predicate_report(r, D_ROW_FILTER_TOO_LARGE, lo, hi, "parentheses nest more than %d deep",
                         (int)PREDICATE_DEPTH_MAX);
    diag_help(r->e->s, d, "IN (..) stands for many conditions joined by OR");
}

struct predicate_node *predicate_parse(struct predicate_reader *r)
{
    if (peek(r)->kind == LEX_END) {
        help(r, report(r, D_ROW_FILTER_SYNTAX, peek(r), "the row filter is empty"),
             "a grant without `where` gives all rows");
        return NULL;
    }
    struct predicate_node *tree = parse_joined(r, PREDICATE_OR);
    if (peek(r)->kind == LEX_CLOSE) {
        report(r, D_ROW_FILTER_SYNTAX, peek(r), "this ')' closes nothing");
    }
    return tree;
}
