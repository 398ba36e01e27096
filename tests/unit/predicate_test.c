/* predicate_test.c - row filters: what is read and how it is printed, what is refused with which
 * message at which word, names of data filters, and input that nobody would write. */
#include "unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "predicate_fixture.h"

/* ---- reading --------------------------------------------------------------------------------- */

/* The filter that a literal, with its quotes, stands for: as parsed, not elaborated. */
static const struct predicate *read_literal(struct filtered *f, const char *literal)
{
    static const char policy[] = "policy p { grant select on sales.orders to Analyst where %s }\n";
    char *text = malloc(sizeof policy + strlen(literal));
    assert_non_null(text);
    sprintf(text, policy, literal);
    f->source = filtered_add(f, "policy.mesh", text);
    free(text);
    const struct tree *tree = parse_file(&f->s, f->source);
    assert_int_equal(f->s.diagnostics.errors, 0);
    const struct item *item = item_as_const(block, tree->items)->items;
    return predicate_read(&f->e, f->output, value_text(item_as_const(access, item)->where));
}

/* The literal of a text: a string where it can be one, with escapes where they are needed. */
static const struct predicate *read_text(struct filtered *f, const char *text)
{
    struct buf literal = {0};
    buf_puts(&literal, "\"");
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\') {
            buf_puts(&literal, "\\");
        }
        if ((unsigned char)*p < ' ') {
            buf_format(&literal, "\\u%04x", (unsigned)*p);
        } else {
            buf_put(&literal, p, 1);
        }
    }
    buf_puts(&literal, "\"");
    const struct predicate *predicate = read_literal(f, literal.at);
    buf_free(&literal);
    return predicate;
}

/* The first error; NULL when there is none. */
static const struct diag *first_error(struct filtered *f)
{
    diag_sort(&f->s);
    for (size_t i = 0; i < f->s.diagnostics.list.len; i++) {
        if (f->s.diagnostics.list.at[i]->level == LEVEL_ERROR) {
            return f->s.diagnostics.list.at[i];
        }
    }
    return NULL;
}

/* ---- canonical forms ------------------------------------------------------------------------- */

static const struct {
    const char *text, *canonical; /* NULL: it is canonical */
} good[] = {
    {"region = 'EU'", NULL},
    {"region='EU'", "region = 'EU'"},
    {"  region\t=\n'EU'  ", "region = 'EU'"},
    {"REGION = 'EU'", "region = 'EU'"},
    {"\"Region\" = 'EU'", "region = 'EU'"},
    {"Mixed = 'x'", "mixed = 'x'"},
    {"region = 'it''s'", NULL},
    {"region = ''", NULL},
    {"region = ''''", NULL},
    {"region = '--x/*y*/ AND \"or\"'", NULL},
    {"region = 'Zürich ✓ \xf0\x9f\x8d\xa7'", NULL},
    {"region = ' two  blanks '", NULL},
    {"region <> 'EU'", NULL},
    {"region != 'EU'", "region <> 'EU'"},
    {"region < 'a' and region <= 'b' AND region > 'c' AnD region >= 'd'",
     "region < 'a' AND region <= 'b' AND region > 'c' AND region >= 'd'"},
    {"amount >= 5", NULL},
    {"amount >= -5.250", NULL},
    {"amount >= +5", "amount >= 5"},
    {"amount>=-5", "amount >= -5"},
    {"price = 12345678901234567890123456789012345678", NULL},
    {"weight < 0.5", NULL},
    {"id = 9223372036854775807 OR id = -9223372036854775808", NULL},
    {"items = 2147483647 OR items = -2147483648", NULL},
    {"tier IN (127, -128) OR rank IN (32767, -32768)", NULL},
    {"year = 2027 AND country = 'CH'", NULL},
    {"active = true", "active = TRUE"},
    {"active <> False", "active <> FALSE"},
    {"active IN (TRUE)", NULL},
    {"amount BETWEEN 1 AND 10", NULL},
    {"amount not between 1 and 10 and region = 'x'",
     "amount NOT BETWEEN 1 AND 10 AND region = 'x'"},
    {"region BETWEEN 'A' AND 'M'", NULL},
    {"region in('EU','US')", "region IN ('EU', 'US')"},
    {"items NOT IN (1, 2, 3)", NULL},
    {"city LIKE '%ich'", NULL},
    {"code not like '_x'", "code NOT LIKE '_x'"},
    {"region is null", "region IS NULL"},
    {"region IS NOT NULL", NULL},
    /* parentheses */
    {"(region = 'EU')", "region = 'EU'"},
    {"(((region = 'EU')))", "region = 'EU'"},
    {"items = 1 AND items = 2 OR items = 3", "(items = 1 AND items = 2) OR items = 3"},
    {"items = 1 OR items = 2 AND items = 3", "items = 1 OR (items = 2 AND items = 3)"},
    {"(items = 1 OR items = 2) AND items = 3", NULL},
    {"items = 1 AND (items = 2 AND items = 3)", "items = 1 AND items = 2 AND items = 3"},
    {"(items = 1 AND items = 2)", "items = 1 AND items = 2"},
    {"((items = 1 AND items = 2)) OR ((items = 3 OR items = 4))",
     "(items = 1 AND items = 2) OR items = 3 OR items = 4"},
    {"NOT items = 1", "NOT (items = 1)"},
    {"NOT (items = 1)", NULL},
    {"NOT items = 1 AND items = 2", "NOT (items = 1) AND items = 2"},
    {"NOT (items = 1 AND items = 2)", NULL},
    {"not not items = 1", "NOT (NOT (items = 1))"},
    {"NOT items IN (1)", "NOT (items IN (1))"},
    /* names: words of PartiQL and others that are no plain names are quoted */
    {"order = 'x'", "\"order\" = 'x'"},
    {"date = '2027-01-31'", "\"date\" = '2027-01-31'"},
    {"\"odd \"\"name\"\"\" = 'x'", NULL},
    {"old_name = 'x'", NULL},
    {"customer.name = 'x'", NULL},
    {"Customer . Name = 'x'", "customer.name = 'x'"},
    {"customer.home.city = 'x' AND customer.age > 5", NULL},
    {"customer.home.\"Zip-Code\" = 5", "customer.home.\"zip-code\" = 5"},
};

static void what_is_good_is_printed_in_one_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *canonical = good[i].canonical != NULL ? good[i].canonical : good[i].text;
        struct filtered f;
        filtered_begin(&f, FILTERED_COLUMNS);
        const struct predicate *predicate = read_text(&f, good[i].text);
        const struct diag *d = first_error(&f);
        if (predicate == NULL || d != NULL) {
            fail_msg("%s: %s", good[i].text, d != NULL ? d->message : "no predicate");
        }
        assert_string_equal(predicate->canonical, canonical);
        filtered_end(&f);
    }
}

static void what_is_canonical_stays_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct filtered f;
        filtered_begin(&f, FILTERED_COLUMNS);
        const struct predicate *first = read_text(&f, good[i].text);
        const struct predicate *second = read_text(&f, first->canonical);
        assert_non_null(second);
        assert_string_equal(first->canonical, second->canonical);
        filtered_end(&f);
    }
}

static void columns_are_told_once(void **state)
{
    (void)state;
    struct filtered f;
    filtered_begin(&f, FILTERED_COLUMNS);
    const struct predicate *p =
        read_text(&f, "region = 'a' OR (amount > 1 AND REGION = 'b') OR year = 5");
    assert_int_equal(p->columns.len, 3);
    assert_string_equal(p->columns.at[0]->physical, "region");
    assert_string_equal(p->columns.at[1]->physical, "amount");
    assert_string_equal(p->columns.at[2]->physical, "year");
    assert_false(p->nested);
    assert_int_equal(p->tree->kind, PREDICATE_OR);
    p = read_text(&f, "customer.name = 'a' OR customer.age = 1");
    assert_int_equal(p->columns.len, 1);
    assert_string_equal(p->columns.at[0]->physical, "customer");
    assert_int_equal(p->tree->first->fields.len, 1);
    assert_true(p->nested);
    filtered_end(&f);
}

/* ---- meaning --------------------------------------------------------------------------------- */

enum { LEVELS = 5, VALUES = 6 };

/* Writes a random condition on `items`, by the precedence of SQL (NOT, AND, OR) and with needless
 * parentheses now and then; returns the set of values of items for which it holds, as bits. What
 * stands in it may bind as loosely as `loosest`: 0 OR, 1 AND, 2 NOT. */
static unsigned write_random(struct buf *out, uint64_t *random, int level, unsigned loosest)
{
    const unsigned all = (1u << VALUES) - 1;
    unsigned set = 0, form = level == 0 ? 3 : (unsigned)(random_next(random) % 4);
    bool group = form < loosest || random_next(random) % 5 == 0;
    buf_puts(out, group ? "(" : "");
    if (form == 3) {
        unsigned value = (unsigned)(random_next(random) % VALUES);
        bool not = random_next(random) % 2 == 0;
        buf_format(out, not ? "items NOT IN (%u)" : "items=%u", value);
        set = not ? all & ~(1u << value) : 1u << value;
    } else if (form == 2) {
        buf_puts(out, "not ");
        set = all & ~write_random(out, random, level - 1, 2);
    } else {
        size_t count = 2 + random_next(random) % 2;
        set = form == 1 ? all : 0;
        for (size_t i = 0; i < count; i++) {
            buf_puts(out, i == 0 ? "" : form == 1 ? " and " : " or ");
            unsigned operand = write_random(out, random, level - 1, form);
            set = form == 1 ? set & operand : set | operand;
        }
    }
    buf_puts(out, group ? ")" : "");
    return set;
}

static bool holds(const struct predicate_node *node, unsigned items)
{
    if (node->kind == PREDICATE_NOT) {
        return !holds(node->first, items);
    }
    if (node->kind != PREDICATE_AND && node->kind != PREDICATE_OR) {
        bool equal = strtoul(node->values->text, NULL, 10) == items;
        return equal != node->negated;
    }
    for (const struct predicate_node *n = node->first; n != NULL; n = n->next) {
        assert_true(n->kind != node->kind); /* such are one list */
        if (holds(n, items) == (node->kind == PREDICATE_OR)) {
            return node->kind == PREDICATE_OR;
        }
    }
    return node->kind == PREDICATE_AND;
}

static unsigned meaning(const struct predicate *predicate)
{
    unsigned set = 0;
    for (unsigned items = 0; items < VALUES; items++) {
        set |= (unsigned)holds(predicate->tree, items) << items;
    }
    return set;
}

static void the_canonical_form_means_the_same(void **state)
{
    (void)state;
    uint64_t random = 31012027;
    size_t read = 0;
    for (int round = 0; round < 1500; round++) {
        struct filtered f;
        struct buf text = {0};
        filtered_begin(&f, FILTERED_COLUMNS);
        unsigned set = write_random(&text, &random, LEVELS, 0);
        const struct predicate *first = read_text(&f, text.at);
        if (first != NULL) { /* else it is too long */
            const struct predicate *second = read_text(&f, first->canonical);
            if (meaning(first) != set || meaning(second) != set) {
                fail_msg("%s: %s", text.at, first->canonical);
            }
            read++;
        }
        buf_free(&text);
        filtered_end(&f);
    }
    assert_true(read > 1000);
}

/* ---- mistakes -------------------------------------------------------------------------------- */

static const struct {
    const char *text, *code, *word; /* word: where it is reported; "": at the whole text */
    const char *says;               /* in the message or the help */
} bad[] = {
    /* M0640 */
    {"", "M0640", "", "without `where`"},
    {"  ", "M0640", "", "is empty"},
    {"region", "M0640", "region", "region = TRUE"},
    {"region =", "M0640", "=", "ends here: a value is expected"},
    {"region = 'EU' AND", "M0640", "AND", "ends here: a condition is expected"},
    {"region = 'EU' OR AND items = 5", "M0640", "AND", "a condition is expected"},
    {"region == 'EU'", "M0640", "==", "`=`"},
    {"region = EU", "M0640", "EU", "'EU'"},
    {"region = \"EU\"", "M0640", "\"EU\"", "'EU'"},
    {"region = 'EU", "M0640", "'", "never closed"},
    {"\"region = 'EU'", "M0640", "\"", "never closed"},
    {"\"\" = 'EU'", "M0640", "\"\"", "a column has a name"},
    {"region = 'EU' && items = 5", "M0640", "&&", "AND"},
    {"region = 'EU'; DROP TABLE x", "M0640", ";", "means nothing"},
    {"region = 'EU' -- always", "M0640", "--", "comment"},
    {"region = 'EU' /* always */ AND items = 1", "M0640", "/*", "comment"},
    {"region 'EU'", "M0640", "'EU'", "an operator is expected"},
    {"region = 'EU' items = 5", "M0640", "items", "AND, OR or the end"},
    {"(region = 'EU'", "M0640", "(", "never closed"},
    {"region = 'EU')", "M0640", ")", "closes nothing"},
    {"()", "M0640", ")", "a condition is expected"},
    {"NOT", "M0640", "NOT", "a condition is expected"},
    {"'EU' = region", "M0640", "'EU'", "region = 'EU'"},
    {"5 <= amount", "M0640", "5", "amount >= 5"},
    {"TRUE", "M0640", "TRUE", "without `where`"},
    {"region = NULL", "M0640", "NULL", "IS NULL"},
    {"region IN ('a', NULL)", "M0640", "NULL", "IS NULL"},
    {"region IS 'EU'", "M0640", "'EU'", "NULL is expected"},
    {"active IS TRUE", "M0640", "TRUE", "= TRUE"},
    {"region IN ()", "M0640", ")", "a value is expected"},
    {"region IN 'EU'", "M0640", "'EU'", "a list of values"},
    {"region IN ('a' 'b')", "M0640", "'b'", "',' or ')'"},
    {"region IN ('a'", "M0640", "(", "never closed"},
    {"region IN ('a',)", "M0640", ")", "a value is expected"},
    {"region NOT = 'EU'", "M0640", "=", "IN, LIKE or BETWEEN"},
    {"amount BETWEEN 1", "M0640", "1", "upper bound"},
    {"amount BETWEEN 1 OR 5", "M0640", "OR", "upper bound"},
    {"amount = 1e5", "M0640", "1e5", "no number"},
    {"amount = .5", "M0640", ".5", "no number"},
    {"amount = 5.", "M0640", "5.", "no number"},
    {"amount = 007", "M0640", "007", "does not begin with 0"},
    {"amount = 1.2.3", "M0640", "1.2.3", "no number"},
    {"amount = 123456789012345678901234567890123456789", "M0640",
     "123456789012345678901234567890123456789", "39 digits"},
    {"aws-region = 'x'", "M0640", "aws-region", "\"aws-region\""},
    {"straße = 'x'", "M0640", "ß", "double quotes"},
    {"区域 = 'x'", "M0640", "区域", "double quotes"},
    {"region = \xe2\x80\x98"
     "EU\xe2\x80\x99",
     "M0640", "\xe2\x80\x98", "straight quotes"},
    {"tags[0] = 'x'", "M0640", "[", "arrays"},
    {"customer. = 'x'", "M0640", "=", "the name of a field"},
    {"region = 'a\x01'", "M0640", "", "control character"},
    {"region \x01= 'a'", "M0640", "", "control character"},
    /* M0641 */
    {"lower(region) = 'eu'", "M0641", "lower", "no functions"},
    {"region = upper('eu')", "M0641", "upper", "no functions"},
    {"EXISTS (SELECT 1)", "M0641", "EXISTS", "no functions"},
    {"region IN (SELECT region FROM x)", "M0641", "SELECT", "nothing else"},
    {"region = (select region from x)", "M0641", "select", "nothing else"},
    {"CASE WHEN items = 1 THEN TRUE END", "M0641", "CASE", "nothing else"},
    {"region = city", "M0641", "city", "another column"},
    {"items = id + 1", "M0641", "id", "another column"},
    {"items + 1 = 2", "M0641", "+", "calculates"},
    {"items = 1 + 1", "M0641", "+", "calculates"},
    {"items -1 = 2", "M0641", "-", "calculates"},
    {"items = -id", "M0641", "-", "calculates"},
    {"region = 'a' || 'b'", "M0641", "||", "calculates"},
    {"region LIKE 'a!%' ESCAPE '!'", "M0641", "ESCAPE", "no ESCAPE"},
    /* M0643 */
    {"regoin = 'EU'", "M0643", "regoin", "did you mean 'region'?"},
    {"renamed = 'x'", "M0643", "renamed", "'old_name'"},
    {"customer.nam = 'x'", "M0643", "nam", "did you mean 'name'?"},
    {"region.x = 'x'", "M0643", "x", "no fields"},
    {"region = 'EU' AND regoin = 'x'", "M0643", "regoin", "region"},
    /* M0644 */
    {"day = DATE '2027-01-31'", "M0644", "day", "of type date"},
    {"day = '2027-01-31'", "M0644", "day", "of type date"},
    {"sold > TIMESTAMP '2027-01-31 00:00:00'", "M0644", "sold", "of type timestamp"},
    {"sold IS NULL", "M0644", "sold", "of type timestamp"},
    {"customer.since IS NULL", "M0644", "customer.since", "'since' is of type date"},
    {"photo = 'x'", "M0644", "photo", "of type binary"},
    {"tags = 'x'", "M0644", "tags", "of type array<string>"},
    {"tags.x = 'x'", "M0644", "tags.x", "of type array<string>"},
    {"labels = 'x'", "M0644", "labels", "of type map<string,string>"},
    {"customer = 'x'", "M0644", "customer", "customer.name"},
    /* M0645 */
    {"region = 5", "M0645", "5", "'5'"},
    {"region = TRUE", "M0645", "TRUE", "a boolean"},
    {"date = DATE '2027-01-31'", "M0645", "DATE '2027-01-31'", "'2027-01-31'"},
    {"amount = '5'", "M0645", "'5'", "without quotes: 5"},
    {"amount = 'x'", "M0645", "'x'", "a text"},
    {"items = 2.5", "M0645", "2.5", "a fraction"},
    {"items = 2147483648", "M0645", "2147483648", "no int is as large"},
    {"items = -2147483649", "M0645", "-2147483649", "no int is as large"},
    {"id = 9223372036854775808", "M0645", "9223372036854775808", "no bigint is as large"},
    {"items IN (1, 'x', 3)", "M0645", "'x'", "a text"},
    {"items BETWEEN 1 AND 2.5", "M0645", "2.5", "a fraction"},
    {"active = 1", "M0645", "1", "a whole number"},
    {"active = 'true'", "M0645", "'true'", "TRUE or FALSE"},
    {"active > FALSE", "M0645", "active", "no order"},
    {"active BETWEEN FALSE AND TRUE", "M0645", "active", "no order"},
    {"amount LIKE '5%'", "M0645", "amount", "LIKE compares texts"},
    {"region LIKE 5", "M0645", "5", "'5'"},
    /* M0646 */
    {"year IS NULL", "M0646", "year", "partition key"},
    {"country IS NOT NULL", "M0646", "country", "partition key"},
};

static bool says(const struct diag *d, const char *words)
{
    return strstr(d->message, words) != NULL || (d->help != NULL && strstr(d->help, words) != NULL);
}

/* The place as it stands in the file; a quote is escaped there. */
static bool stands_at(struct filtered *f, const struct diag *d, const char *word)
{
    const char *at = f->source->text + (d->span.lo - f->source->base);
    size_t n = d->span.hi - d->span.lo, i = 0;
    if (*word == '\0') {
        return *at == '"' && at[n - 1] == '"';
    }
    for (; *word != '\0' && i < n; word++, i++) {
        i += at[i] == '\\';
        if (at[i] != *word) {
            return false;
        }
    }
    return *word == '\0' && i == n;
}

static void mistakes_are_told_at_their_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct filtered f;
        filtered_begin(&f, FILTERED_COLUMNS);
        if (read_text(&f, bad[i].text) != NULL) {
            fail_msg("%s: read", bad[i].text);
        }
        const struct diag *d = first_error(&f);
        if (d == NULL || f.s.diagnostics.errors != 1) {
            fail_msg("%s: %zu errors", bad[i].text, f.s.diagnostics.errors);
        }
        if (strcmp(diag_info(d->code)->code, bad[i].code) != 0 || !says(d, bad[i].says) ||
            !stands_at(&f, d, bad[i].word)) {
            fail_msg("%s: %s %s (%s) at %.*s", bad[i].text, diag_info(d->code)->code, d->message,
                     d->help != NULL ? d->help : "-", (int)(d->span.hi - d->span.lo),
                     f.source->text + (d->span.lo - f.source->base));
        }
        filtered_end(&f);
    }
}

static void mistakes_do_not_hide_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t errors;
    } rows[] = {
        {"regoin = 'a' AND amont = 5 OR day = 'x'", 3},
        {"lower(region) = 'a' AND upper(region) = 'b'", 2},
        {"(lower(region) = 'a' OR upper(region) = 'b') AND regoin = 'c'", 3},
        {"items BETWEEN 1 + 1 AND 5 AND regoin = 'c'", 2},
        {"items IN (1, x, 'y') AND regoin = 'c'", 2},
        {"region = 5 AND (amount = 'x' OR active > TRUE)", 3},
        {"NOT region == 'a' AND items = EU", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filtered f;
        filtered_begin(&f, FILTERED_COLUMNS);
        assert_null(read_text(&f, rows[i].text));
        if (f.s.diagnostics.errors != rows[i].errors) {
            fail_msg("%s: %zu errors", rows[i].text, f.s.diagnostics.errors);
        }
        filtered_end(&f);
    }
}

/* Literals of all forms, and the word at which the mistake is shown. */
static void places_are_found_in_every_literal(void **state)
{
    (void)state;
    static const struct {
        const char *literal, *word;
    } rows[] = {
        {"\"regoin = 'EU'\"", "regoin"},
        {"\"\\\"region\\\" = 'EU' AND regoin = 'x'\"", "regoin"},
        {"\"region = '\\u00e9' AND regoin = 'x'\"",
         "\"region = '\\u00e9' AND regoin = 'x'\""}, /* not followed: the whole */
        {"\"\"\"regoin = 'EU'\"\"\"", "regoin"},
        {"\"\"\"\n  regoin = 'EU'\n  \"\"\"", "regoin"},
        {"\"\"\"\n    region = 'EU'\n      AND regoin = 'x'\n    \"\"\"", "regoin"},
        {"\"\"\"\r\n    region = 'EU'\r\n      AND regoin = 'x'\r\n    \"\"\"", "regoin"},
        {"\"\"\"region = 'EU'\n      AND\n\n   regoin = 'x'\n\"\"\"", "regoin"},
        {"\"\"\"\n\n  region = 'a\\b'\n    \n  AND regoin = '\"'\"\"\"", "regoin"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filtered f;
        filtered_begin(&f, FILTERED_COLUMNS);
        assert_null(read_literal(&f, rows[i].literal));
        const struct diag *d = first_error(&f);
        assert_string_equal(diag_info(d->code)->code, "M0643");
        size_t n = d->span.hi - d->span.lo;
        const char *at = f.source->text + (d->span.lo - f.source->base);
        if (n != strlen(rows[i].word) || strncmp(at, rows[i].word, n) != 0) {
            fail_msg("%s: at %.*s", rows[i].literal, (int)n, at);
        }
        filtered_end(&f);
    }
}

static void names_of_the_system_forbid_filters(void **state)
{
    (void)state;
    struct filtered f;
    filtered_begin(&f, "region: string\noid: int\nyear: int\ncountry: string\n");
    assert_null(read_text(&f, "region = 'EU'"));
    assert_string_equal(diag_info(first_error(&f)->code)->code, "M0647");
    filtered_end(&f);
    filtered_begin(&f, "region: string\noid: int @physical(\"number\")\nyear: int\n"
                       "country: string\n");
    assert_non_null(read_text(&f, "region = 'EU'"));
    filtered_end(&f);
}

static void small_integers_are_warned_of(void **state)
{
    (void)state;
    struct filtered f;
    filtered_begin(&f, FILTERED_COLUMNS);
    assert_non_null(read_text(&f, "rank = 1 AND items = 1"));
    assert_int_equal(f.s.diagnostics.warnings, 1);
    assert_string_equal(diag_info(f.s.diagnostics.list.at[0]->code)->code, "M0648");
    filtered_end(&f);
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* head, then unit so many times, then tail. */
static char *repeated(const char *head, const char *unit, size_t times, const char *tail)
{
    struct buf text = {0};
    buf_puts(&text, head);
    for (size_t i = 0; i < times; i++) {
        buf_puts(&text, unit);
    }
    buf_puts(&text, tail);
    return text.at;
}

/* The code of the first error, "" for none. */
static const char *code_of(char *text)
{
    struct filtered f;
    filtered_begin(&f, FILTERED_COLUMNS);
    const struct predicate *predicate = read_text(&f, text);
    const struct diag *d = first_error(&f);
    const char *code = d != NULL ? diag_info(d->code)->code : "";
    assert_true((predicate != NULL) == (d == NULL));
    if (predicate != NULL) {
        const struct predicate *again = read_text(&f, predicate->canonical);
        assert_non_null(again);
        assert_string_equal(predicate->canonical, again->canonical);
    }
    filtered_end(&f);
    free(text);
    return code;
}

static void filters_have_a_length(void **state)
{
    (void)state;
    const size_t rest = strlen("region = ''");
    assert_string_equal(code_of(repeated("region = '", "x", PREDICATE_BYTES_MAX - rest, "'")), "");
    assert_string_equal(code_of(repeated("region = '", "x", PREDICATE_BYTES_MAX - rest + 1, "'")),
                        "M0642");
    assert_string_equal(code_of(repeated("region = '", "x", 5000000, "'")), "M0642");
    /* short enough as written, too long as printed */
    assert_string_equal(code_of(repeated("items=1", " OR items=1", 180, "")), "M0642");
    assert_string_equal(code_of(repeated("items=1", " OR items=1", 150, "")), "");
}

static void filters_nest_so_deep(void **state)
{
    (void)state;
    char *open = repeated("", "(", PREDICATE_DEPTH_MAX, "items = 1");
    assert_string_equal(code_of(repeated(open, ")", PREDICATE_DEPTH_MAX, "")), "");
    free(open);
    open = repeated("", "(", PREDICATE_DEPTH_MAX + 1, "items = 1");
    assert_string_equal(code_of(repeated(open, ")", PREDICATE_DEPTH_MAX + 1, "")), "M0642");
    free(open);
    assert_string_equal(code_of(repeated("", "NOT ", PREDICATE_DEPTH_MAX, "items = 1")), "");
    assert_string_equal(code_of(repeated("", "NOT ", PREDICATE_DEPTH_MAX + 1, "items = 1")),
                        "M0642");
    /* one level as written, two as printed */
    open = repeated("", "(id=1 AND id=2 OR ", 101, "id=3");
    assert_string_equal(code_of(repeated(open, ")", 101, "")), "M0642");
    free(open);
    /* no level is left open at all */
    assert_string_equal(code_of(repeated("", "(", PREDICATE_BYTES_MAX, "")), "M0642");
    assert_string_equal(code_of(repeated("", ")", PREDICATE_BYTES_MAX, "")), "M0640");
    assert_string_equal(code_of(repeated("", "NOT(", PREDICATE_BYTES_MAX / 4, "")), "M0642");
    assert_string_equal(code_of(repeated("a", ".a", 1000, "")), "M0640");
    assert_string_equal(code_of(repeated("a(", "(", 1000, "")), "M0641");
    assert_string_equal(code_of(repeated("region IN ('a'", ",'a'", 400, ")")), "");
}

/* Words of the grammar in any order: no crash, a mistake is reported or the canonical form is read
 * again. */
static void any_order_of_words_ends(void **state)
{
    (void)state;
    static const char *const words[] = {
        "region", "items", "customer", ".",   "name",    "(",          ")",   ",",
        "=",      "<>",    "<",        "AND", "OR",      "NOT",        "IN",  "IS",
        "NULL",   "LIKE",  "'x",       "'x'", "5",       "-5",         "2.5", "TRUE",
        "DATE",   "+",     "-",        "--",  "\"",      "\"region\"", "foo", "BETWEEN",
        ";",      "[",     "/*",       "''",  "\xc3\xa9"};
    uint64_t random = 20271125;
    for (int round = 0; round < 4000; round++) {
        struct buf text = {0};
        size_t n = 1 + random_next(&random) % 14;
        for (size_t i = 0; i < n; i++) {
            buf_puts(&text, words[random_next(&random) % (sizeof words / sizeof *words)]);
            buf_puts(&text, random_next(&random) % 4 != 0 ? " " : "");
        }
        code_of(text.at);
    }
}

/* ---- names of data filters ------------------------------------------------------------------- */

static void names_tell_filters_apart(void **state)
{
    (void)state;
    struct column a = {.physical = "a"}, b = {.physical = "b"}, ab = {.physical = "a,1:b"};
    const struct column *both[] = {&a, &b}, *turned[] = {&b, &a}, *one[] = {&ab};
    struct predicate eu = {.canonical = "region = 'EU'"}, us = {.canonical = "region = 'US'"};
    struct arena arena = {0};
    const char *all = predicate_filter_name(&arena, NULL, 0, &eu);
    assert_int_equal(strlen(all), 21);
    assert_int_equal(strspn(all + 5, "0123456789abcdef"), 16);
    /* content is never changed under a name, so the name of a content is for ever: what it hashes
       is "*|region = 'EU'" and "1:a,1:b,|TRUE" */
    assert_string_equal(all, "mesh_4c147286b0a4d24e");
    assert_string_equal(predicate_filter_name(&arena, both, 2, NULL), "mesh_9ee3ed3083b3ad7d");
    assert_string_equal(predicate_filter_name(&arena, both, 2, &eu),
                        predicate_filter_name(&arena, turned, 2, &eu));
    const char *const names[] = {
        all,
        predicate_filter_name(&arena, NULL, 0, &us),
        predicate_filter_name(&arena, NULL, 0, NULL),
        predicate_filter_name(&arena, both, 2, &eu),
        predicate_filter_name(&arena, both, 1, &eu),
        predicate_filter_name(&arena, both, 0, &eu),
        predicate_filter_name(&arena, one, 1, &eu),
        predicate_filter_name(&arena, both, 2, NULL),
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(names[i], names[k]);
        }
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_good_is_printed_in_one_way),
        cmocka_unit_test(what_is_canonical_stays_so),
        cmocka_unit_test(columns_are_told_once),
        cmocka_unit_test(the_canonical_form_means_the_same),
        cmocka_unit_test(mistakes_are_told_at_their_word),
        cmocka_unit_test(mistakes_do_not_hide_each_other),
        cmocka_unit_test(places_are_found_in_every_literal),
        cmocka_unit_test(names_of_the_system_forbid_filters),
        cmocka_unit_test(small_integers_are_warned_of),
        cmocka_unit_test(filters_have_a_length),
        cmocka_unit_test(filters_nest_so_deep),
        cmocka_unit_test(any_order_of_words_ends),
        cmocka_unit_test(names_tell_filters_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
