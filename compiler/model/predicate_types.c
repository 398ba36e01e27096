/* predicate_types.c - the columns that a row filter looks at, and what they may be compared with.
 */
#include "model/predicate_parts.h"

#include "base/suggest.h"
#include <stdlib.h>
#include <string.h>

/* ---- names ----------------------------------------------------------------------------------- */

static int by_name(const void *left, const void *right)
{
    return strcmp(left, *(const char *const *)right);
}

bool predicate_is_reserved(const char *name)
{
#define WORD(word) #word,
    static const char *const words[] = {
#include "model/predicate_words.def"
    };
#undef WORD
    return bsearch(name, words, sizeof words / sizeof *words, sizeof *words, by_name) != NULL;
}

/* Columns by their names in the catalog, put into the table when a filter first asks for one of a
 * schema's. */
struct column *predicate_column(struct predicate_reader *r, atom name)
{
    struct schema *schema = r->output->schema;
    struct map *columns = &r->e->physicals;
    if (map_get(columns, schema, NULL) == NULL) {
        for (size_t i = 0; i < schema->columns.len; i++) {
            map_put(columns, schema, schema->columns.at[i]->physical, schema->columns.at[i]);
        }
        map_put(columns, schema, NULL, schema);
    }
    return map_get(columns, schema, name);
}

/* Names that Redshift keeps for itself: Lake Formation filters no rows of a table with one of them
 * (AWS: Lake Formation developer guide, "Data filtering limitations"). */
static const char *const system_columns[] = {"ctid",      "oid",       "xmin",          "cmin",
                                             "xmax",      "cmax",      "tableoid",      "insertxid",
                                             "deletexid", "importoid", "redcatuniqueid"};

static void refuse_system_columns(struct predicate_reader *r)
{
    for (size_t i = 0; i < sizeof system_columns / sizeof *system_columns; i++) {
        atom name = atom_find(&r->e->s->atoms, system_columns[i], strlen(system_columns[i]));
        const struct column *column = name != NULL ? predicate_column(r, name) : NULL;
        if (column == NULL) {
            continue;
        }
        struct diag *d =
            predicate_report(r, D_ROW_FILTER_SYSTEM_COLUMN, 0, 0,
                             "Lake Formation filters no rows of a table with a column called '%s'",
                             column->physical);
        diag_place(r->e->s, d, column->decl.at, "the column");
        diag_help(r->e->s, d, "give it another name in the catalog: @physical(\"%s_\")",
                  column->physical);
    }
}

static void unknown_column(struct predicate_reader *r, const struct lexeme *l, atom name)
{
    const struct schema *schema = r->output->schema;
    if (schema->broken) {
        r->broken = true;
        return;
    }
    struct diag *d =
        predicate_report(r, D_ROW_FILTER_UNKNOWN_COLUMN, l->lo, l->hi,
                         "the table of '%s' has no column '%s'", r->output->decl.path, name);
    const struct column *meant = schema_column(r->e, schema, name);
    diag_place(r->e->s, d, schema->decl.at, "the schema");
    if (meant != NULL) {
        diag_help(r->e->s, d, "a filter speaks of names in the catalog: '%s' is called '%s' there",
                  name, meant->physical);
        return;
    }
    struct suggestion suggestion = suggest_for(name);
    for (size_t i = 0; i < schema->columns.len && r->e->suggestions++ < 1000000; i++) {
        suggest_offer(&suggestion, schema->columns.at[i]->physical);
    }
    diag_suggest(r->e->s, d, suggestion.best);
}

static void unknown_field(struct predicate_reader *r, const struct lexeme *l,
                          const struct type *type, atom name)
{
    struct diag *d = predicate_report(r, D_ROW_FILTER_UNKNOWN_COLUMN, l->lo, l->hi,
                                      "this struct has no field '%s'", name);
    struct suggestion suggestion = suggest_for(name);
    for (size_t i = 0; i < type->fields.len && r->e->suggestions++ < 1000000; i++) {
        suggest_offer(&suggestion, type->fields.at[i].name);
    }
    diag_suggest(r->e->s, d, suggestion.best);
}

static const struct field *find_field(struct predicate_reader *r, const struct lexeme *l,
                                      const struct type *type)
{
    atom name = predicate_name(r, l);
    if (!elab_affords(r->e, type->fields.len, r->whole)) {
        r->broken = true;
        return NULL;
    }
    for (size_t i = 0; i < type->fields.len; i++) {
        if (strcmp(type->fields.at[i].name, name) == 0) {
            return &type->fields.at[i];
        }
    }
    unknown_field(r, l, type, name);
    return NULL;
}

/* ---- types ----------------------------------------------------------------------------------- */

/* What kinds of columns a row filter may look at. AWS lists STRING, CHAR, VARCHAR, INT, LONG,
 * BIGINT, FLOAT, DECIMAL, DOUBLE, BOOLEAN and STRUCT, and says that others are an error; for
 * timestamps users have met it (aws/aws-cli issue 10397). Of the two small integers nothing is
 * known: they are let pass with a warning. */
enum family { FAMILY_NONE, FAMILY_TEXT, FAMILY_INTEGER, FAMILY_DECIMAL, FAMILY_TRUTH };

static enum family family_of(enum type_kind kind)
{
    switch (kind) {
    case TYPE_STRING:
    case TYPE_CHAR:
    case TYPE_VARCHAR:
        return FAMILY_TEXT;
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
        return FAMILY_INTEGER;
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
        return FAMILY_DECIMAL;
    case TYPE_BOOLEAN:
        return FAMILY_TRUTH;
    case TYPE_ERROR:
    case TYPE_BINARY:
    case TYPE_DATE:
    case TYPE_TIMESTAMP:
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT:
        break;
    }
    return FAMILY_NONE;
}

static struct diag *report_at(struct predicate_reader *r, enum diag_code code, struct span at,
                              const char *message)
{
    r->broken = true;
    return diag(r->e->s, code, at, "%s", message);
}

static void refuse_type(struct predicate_reader *r, const struct predicate_node *node,
                        const struct lexeme *name, const struct type *type)
{
    int n = (int)(name->hi - name->lo);
    const char *text = r->text + name->lo;
    struct diag *d = report_at(
        r, D_ROW_FILTER_COLUMN_TYPE, node->at,
        arena_format(r->e->arena,
                     "'%.*s' is of type %.40s: Lake Formation chooses rows by texts, numbers and "
                     "booleans only",
                     n, text, type->glue));
    if (type->kind == TYPE_STRUCT && type->fields.len > 0) {
        diag_help(r->e->s, d, "name a field of it: %.*s.%s", n, text, type->fields.at[0].name);
    } else if (type->kind == TYPE_DATE || type->kind == TYPE_TIMESTAMP) {
        diag_help(r->e->s, d,
                  "let a string or int column hold what the rows are chosen by, such "
                  "as the day as \"2027-01-31\" or the year");
    } else {
        diag_help(r->e->s, d, "let a column of its own hold what the rows are chosen by");
    }
    diag_place(r->e->s, d, node->column->decl.at, "the column");
}

/* A small integer: AWS does not say whether it filters by it. */
static void warn_of_type(struct predicate_reader *r, const struct predicate_node *node,
                         const struct type *type)
{
    struct diag *d = diag(r->e->s, D_ROW_FILTER_TYPE_UNDOCUMENTED, node->at,
                          "AWS documents no row filters on columns of type %s, and may refuse this "
                          "one",
                          type->glue);
    diag_help(r->e->s, d, "an int holds the same values");
    diag_place(r->e->s, d, node->column->decl.at, "the column");
}

/* ---- columns --------------------------------------------------------------------------------- */

static void note_use(struct predicate_reader *r, struct column *column)
{
    if (map_get(&r->used, column, NULL) == NULL) {
        map_put(&r->used, column, NULL, column);
        vec_push(r->e->arena, &r->predicate->columns, column);
    }
}

/* Finds the column of a condition and goes down into it; the type that is compared, NULL: reported.
 */
static const struct type *resolve(struct predicate_reader *r, struct predicate_node *node)
{
    const struct lexeme *l = &r->lexemes.at[node->path]; /* names, with dots between them */
    atom name = predicate_name(r, l);
    node->column = predicate_column(r, name);
    if (node->column == NULL) {
        unknown_column(r, l, name);
        return NULL;
    }
    note_use(r, node->column);
    const struct type *type = node->column->type;
    for (size_t i = 1; i < node->parts && type->kind == TYPE_STRUCT; i++, l += 2) {
        const struct field *field = find_field(r, l + 2, type);
        if (field == NULL) {
            return NULL;
        }
        vec_push(r->e->arena, &node->fields, field);
        r->predicate->nested = true;
        type = field->type;
    }
    if (type->kind == TYPE_ERROR) {
        r->broken = true;
        return NULL;
    }
    if (family_of(type->kind) == FAMILY_NONE) {
        refuse_type(r, node, l, type);
        return NULL;
    }
    if (node->fields.len + 1 < node->parts) {
        predicate_report(r, D_ROW_FILTER_UNKNOWN_COLUMN, l[2].lo, l[2].hi,
                         "'%.*s' is of type %.40s, which has no fields", (int)(l->hi - l->lo),
                         r->text + l->lo, type->glue);
        return NULL;
    }
    if (type->kind == TYPE_TINYINT || type->kind == TYPE_SMALLINT) {
        warn_of_type(r, node, type);
    }
    return type;
}

/* ---- values ---------------------------------------------------------------------------------- */

static const char *value_noun(enum predicate_value_kind kind)
{
    static const char *const nouns[] = {
        [VALUE_IS_TEXT] = "a text",
        [VALUE_IS_INTEGER] = "a whole number",
        [VALUE_IS_DECIMAL] = "a number with a fraction",
        [VALUE_IS_TRUTH] = "a boolean",
        [VALUE_IS_DATE] = "a date",
        [VALUE_IS_TIMESTAMP] = "a timestamp",
    };
    return nouns[kind];
}

static bool fits(enum family family, enum predicate_value_kind kind)
{
    switch (family) {
    case FAMILY_TEXT:
        return kind == VALUE_IS_TEXT;
    case FAMILY_INTEGER:
        return kind == VALUE_IS_INTEGER;
    case FAMILY_DECIMAL:
        return kind == VALUE_IS_INTEGER || kind == VALUE_IS_DECIMAL;
    case FAMILY_TRUTH:
        return kind == VALUE_IS_TRUTH;
    case FAMILY_NONE:
        break;
    }
    return false;
}

/* A text whose content is a number, or the like: what was meant is clear. */
static const char *meant(struct predicate_reader *r, enum family family,
                         const struct predicate_value *value)
{
    size_t n = strlen(value->text);
    if (family == FAMILY_TEXT && value->kind != VALUE_IS_TEXT && value->text[n - 1] != '\'') {
        return arena_format(r->e->arena, "a text stands in quotes: '%s'", value->text);
    }
    if (family == FAMILY_TEXT && value->kind != VALUE_IS_TEXT) {
        return arena_format(r->e->arena, "a text stands alone: %s", strchr(value->text, '\''));
    }
    if (value->kind != VALUE_IS_TEXT || n < 3) {
        return NULL;
    }
    size_t digits = strspn(value->text + 1, "0123456789");
    if ((family == FAMILY_INTEGER || family == FAMILY_DECIMAL) && digits + 2 == n) {
        return arena_format(r->e->arena, "a number stands without quotes: %.*s", (int)digits,
                            value->text + 1);
    }
    return family == FAMILY_TRUTH ? "a boolean is compared with TRUE or FALSE" : NULL;
}

/* Can an integer column hold the number? Bits: of its type. */
static bool in_range(const char *text, enum type_kind kind)
{
    int bits = kind == TYPE_TINYINT ? 7 : kind == TYPE_SMALLINT ? 15 : kind == TYPE_INT ? 31 : 63;
    int64_t most = bits == 63 ? INT64_MAX : ((int64_t)1 << bits) - 1, number = 0;
    bool negative = *text == '-';
    for (const char *p = text + negative; *p != '\0'; p++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, *p - '0', &number)) { /* downwards: there is one more */
            return false;
        }
    }
    return number >= -most - negative;
}

static void check_value(struct predicate_reader *r, const struct predicate_node *node,
                        const struct type *type, const struct predicate_value *value)
{
    enum family family = family_of(type->kind);
    struct diag *d;
    if (!fits(family, value->kind)) {
        d = report_at(r, D_ROW_FILTER_VALUE_TYPE, value->at,
                      arena_format(r->e->arena, "a column of type %.40s is compared with %s",
                                   type->glue, value_noun(value->kind)));
        const char *way_out = meant(r, family, value);
        if (way_out != NULL) {
            diag_help(r->e->s, d, "%s", way_out);
        }
    } else if (family == FAMILY_INTEGER && !in_range(value->text, type->kind)) {
        d = report_at(
            r, D_ROW_FILTER_VALUE_TYPE, value->at,
            arena_format(r->e->arena, "no %s is as large as %s", type->glue, value->text));
    } else {
        return;
    }
    diag_place(r->e->s, d, node->column->decl.at, "the column");
}

/* What goes by the operator, not by the value. */
static void check_operator(struct predicate_reader *r, const struct predicate_node *node,
                           const struct type *type)
{
    enum family family = family_of(type->kind);
    const char *why = NULL;
    if (node->kind == PREDICATE_NULL && output_is_partitioned_by(r->output, node->column)) {
        struct diag *d = report_at(r, D_ROW_FILTER_NULL_PARTITION, node->at,
                                   arena_format(r->e->arena,
                                                "'%s' is a partition key: Lake Formation does not "
                                                "ask whether one is NULL",
                                                node->column->physical));
        diag_help(r->e->s, d, "leave the condition out, or compare the key with its values");
    } else if (node->kind == PREDICATE_LIKE && family != FAMILY_TEXT) {
        why = "LIKE compares texts";
    } else if (family == FAMILY_TRUTH &&
               (node->kind == PREDICATE_BETWEEN ||
                (node->kind == PREDICATE_COMPARE && node->comparison != COMPARE_EQ &&
                 node->comparison != COMPARE_NE))) {
        why = "booleans have no order";
    }
    if (why != NULL) {
        struct diag *d = report_at(
            r, D_ROW_FILTER_VALUE_TYPE, node->at,
            arena_format(r->e->arena, "%s; this column is of type %.40s", why, type->glue));
        diag_place(r->e->s, d, node->column->decl.at, "the column");
        return;
    }
    for (const struct predicate_value *v = node->values; v != NULL; v = v->next) {
        check_value(r, node, type, v);
    }
}

/* ---- the tree -------------------------------------------------------------------------------- */

static void resolve_tree(struct predicate_reader *r, struct predicate_node *node)
{
    if (node->kind != PREDICATE_AND && node->kind != PREDICATE_OR && node->kind != PREDICATE_NOT) {
        const struct type *type = resolve(r, node);
        if (type != NULL) {
            check_operator(r, node, type);
        }
        return;
    }
    for (struct predicate_node *inner = node->first; inner != NULL; inner = inner->next) {
        resolve_tree(r, inner);
    }
}

void predicate_resolve(struct predicate_reader *r, struct predicate_node *tree)
{
    refuse_system_columns(r);
    resolve_tree(r, tree);
}
