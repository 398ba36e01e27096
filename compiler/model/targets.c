/* targets.c - what a statement of a policy is about: a table, a database, tags, a location. */
#include "model/targets.h"

#include "base/buf.h"
#include <stdlib.h>
#include <string.h>

/* ---- domains and tables ---------------------------------------------------------------------- */
/* ---- targets --------------------------------------------------------------------------------- */

static bool read_database(struct elab *e, const struct name *name, struct grant *grant)
{
    struct declared *d = names_resolve(e, KINDS(KIND_DOMAIN), NULL, name->text, name->span);
    grant->target = GRANT_DATABASE;
    grant->domain = d == NULL ? NULL : d->thing;
    return d != NULL;
}

/* domain.* */
static bool read_all_tables(struct elab *e, const struct name *name, size_t length,
                            struct grant *grant)
{
    atom domain = atom_put(&e->s->atoms, name->text, length);
    struct span at = {name->span.lo, name->span.lo + (uint32_t)length};
    struct declared *d = names_resolve(e, KINDS(KIND_DOMAIN), NULL, domain, at);
    grant->target = GRANT_ALL_TABLES;
    grant->domain = d == NULL ? NULL : d->thing;
    return d != NULL;
}

static void read_columns(struct elab *e, const struct target *target, struct grant *grant)
{
    size_t count = 0;
    if (!target->has_columns && !target->except) {
        return;
    }
    for (const struct value *v = target->columns; v != NULL; v = v->next) {
        count++;
    }
    grant->has_columns = true;
    grant->except = target->except;
    grant->columns.at = arena_array(e->arena, struct column *, count + 1);
    grant->columns.spans = arena_array(e->arena, struct span, count + 1);
    const struct output *output = grant->outputs.at[0];
    if (output->schema == NULL) {
        diag(e->s, D_COLUMNS_WITHOUT_SCHEMA, target->span,
             "'%s' has no schema whose columns could be named", output->decl.path);
        return;
    }
    for (const struct value *v = target->columns; v != NULL; v = v->next) {
        grant->columns.at[grant->columns.len] = column_resolve(e, output->schema, v);
        grant->columns.spans[grant->columns.len++] = v->span;
    }
}

/* `sales.orders.amount`: columns are listed. */
static bool report_column(struct elab *e, const struct domain *inside, const struct name *name)
{
    const char *dot = strrchr(name->text, '.');
    atom table =
        dot != NULL ? atom_put(&e->s->atoms, name->text, (size_t)(dot - name->text)) : NULL;
    if (table == NULL || names_find(e, KINDS_PRODUCT, inside, table) == NULL) {
        return false;
    }
    struct diag *report =
        diag(e->s, D_UNKNOWN_NAME, name->span, "no product or output is called '%s'", name->text);
    diag_help(e->s, report, "columns are listed behind their table: %s(%s)", table, dot + 1);
    return true;
}

/* `sales` and `domain.sales`: a domain is a database, or all of its tables. */
static bool report_domain(struct elab *e, const struct name *name)
{
    static const char word[] = "domain.";
    bool dotted = strncmp(name->text, word, sizeof word - 1) == 0;
    atom domain = dotted ? atom_of(&e->s->atoms, name->text + sizeof word - 1) : name->text;
    if (names_find(e, KINDS(KIND_DOMAIN), NULL, domain) == NULL) {
        return false;
    }
    struct diag *d = diag(e->s, D_WRONG_KIND, name->span,
                          "'%s' is a domain; a product or output is expected here", domain);
    diag_help(e->s, d, "`domain %s` is its database, `%s.*` all its tables", domain, domain);
    return true;
}

static bool read_table(struct elab *e, const struct target *target, struct grant *grant)
{
    const struct domain *inside = grant->inside;
    const struct name *name = &target->name;
    size_t length = atom_length(name->text);
    if (length > 2 && strcmp(name->text + length - 2, ".*") == 0) {
        return read_all_tables(e, name, length - 2, grant);
    }
    struct declared *d = names_find(e, KINDS_PRODUCT, inside, name->text);
    if (d == NULL && (report_domain(e, name) || report_column(e, inside, name))) {
        return false;
    }
    d = d != NULL ? d : names_resolve(e, KINDS_PRODUCT, inside, name->text, name->span);
    if (d == NULL) {
        return false;
    }
    grant->target = GRANT_TABLE;
    if (d->kind == KIND_OUTPUT) {
        vec_push(e->arena, &grant->outputs, d->thing);
    } else {
        const struct product *product = d->thing;
        if (!elab_affords(e, product->outputs.len, name->span)) {
            return false;
        }
        for (size_t i = 0; i < product->outputs.len; i++) {
            vec_push(e->arena, &grant->outputs, product->outputs.at[i]);
        }
    }
    if ((target->has_columns || target->except) && grant->outputs.len > 1) {
        diag(e->s, D_NEEDS_ONE_OUTPUT, name->span,
             "product '%s' has several outputs: columns need one", name->text);
        return false;
    }
    read_columns(e, target, grant);
    return true;
}

static bool read_location(struct elab *e, const struct name *name, struct grant *grant)
{
    const char *text = name->text;
    size_t n = atom_length(text);
    grant->target = GRANT_LOCATION;
    if (strncmp(text, "s3://", 5) != 0 || text[5] == '\0' || text[5] == '/') {
        diag(e->s, D_BAD_LOCATION, name->span, "a location is \"s3://bucket/path/\"");
        return false;
    }
    grant->location = text[n - 1] == '/' ? text : arena_format(e->arena, "%s/", text);
    return true;
}

/* ---- tags ------------------------------------------------------------------------------------ */

static bool satisfies(enum operator op, int index, int bound)
{
    return op == OP_LT   ? index < bound
           : op == OP_LE ? index <= bound
           : op == OP_GT ? index > bound
           : op == OP_GE ? index >= bound
           : op == OP_NE ? index != bound
                         : index == bound;
}

/* Marks in `wanted` the values that satisfy a test; false when it was reported. */
static bool read_test(struct elab *e, const struct tag *tag, const struct tag_test *test,
                      bool *wanted)
{
    bool compares = test->op != OP_EQ && test->op != OP_NE;
    if (compares && !tag->ordered) {
        struct diag *d = diag(e->s, D_TAG_NOT_ORDERED, test->span,
                              "the values of tag '%s' have no order", tag->decl.name);
        diag_place(e->s, d, tag->decl.at, "they are said with `|`");
        diag_help(e->s, d, "name those that are meant: %s: %s | ...", tag->decl.name,
                  tag->values.len > 0 ? tag->values.at[0] : "value");
        return false;
    }
    for (const struct value *v = test->values; v != NULL; v = v->next) {
        int bound = tags_value_named(e, tag, v);
        if (bound < 0 || !elab_affords(e, tag->values.len / 64 + 1, v->span)) {
            return false;
        }
        for (size_t i = 0; i < tag->values.len; i++) {
            wanted[i] |= satisfies(test->op, (int)i, bound);
        }
    }
    return true;
}

static struct tag_condition *condition_of(struct tag_expression *expression, const struct tag *tag)
{
    for (size_t i = 0; i < expression->list.len; i++) {
        if (expression->list.at[i].tag == tag) {
            return &expression->list.at[i];
        }
    }
    return NULL;
}

/* Adds a condition, or narrows the one that its key has already. */
static bool add_condition(struct elab *e, const struct tag *tag, const struct tag_test *test,
                          const bool *wanted, struct tag_expression *out)
{
    struct tag_condition *before = condition_of(out, tag);
    struct tag_condition fresh = {.tag = tag, .at = test->span};
    for (size_t i = 0; i < tag->values.len; i++) {
        if (wanted[i] && (before == NULL || tag_condition_has(before, tag->values.at[i]))) {
            vec_push(e->arena, &fresh.values, tag->values.at[i]);
        }
    }
    if (fresh.values.len == 0) {
        diag(e->s, D_TAG_CONDITION_EMPTY, test->span, "no value of tag '%s' satisfies this",
             tag->decl.name);
        return false;
    }
    if (before == NULL) {
        vec_push(e->arena, &out->list, fresh);
    } else {
        before->values = fresh.values;
    }
    return true;
}

static int by_key(const void *left, const void *right)
{
    const struct tag_condition *a = left, *b = right;
    return strcmp(a->tag->decl.path, b->tag->decl.path);
}

static void name_expression(struct elab *e, struct tag_expression *expression)
{
    struct buf text = {0};
    if (expression->list.len > 0) {
        qsort(expression->list.at, expression->list.len, sizeof *expression->list.at, by_key);
    }
    for (size_t i = 0; i < expression->list.len; i++) {
        const struct tag_condition *condition = &expression->list.at[i];
        buf_format(&text, "%s%s", i > 0 ? ";" : "", condition->tag->decl.path);
        for (size_t k = 0; k < condition->values.len; k++) {
            buf_format(&text, "%c%s", k > 0 ? '|' : '=', condition->values.at[k]);
        }
    }
    expression->text = atom_put(&e->s->atoms, text.at == NULL ? "" : text.at, text.len);
    buf_free(&text);
}

static bool read_expression(struct elab *e, const struct target *target, struct grant *grant)
{
    bool whole = target->tests != NULL;
    for (const struct tag_test *test = target->tests; test != NULL; test = test->next) {
        struct declared *d =
            names_resolve(e, KINDS(KIND_TAG), NULL, test->key.text, test->key.span);
        const struct tag *tag = d == NULL ? NULL : d->thing;
        if (tag == NULL || tag->values.len == 0 ||
            !elab_affords(e, (grant->expression.list.len + tag->values.len) / 64 + 1, test->span)) {
            whole = false;
            continue;
        }
        bool *wanted = arena_array(e->arena, bool, tag->values.len);
        whole &= read_test(e, tag, test, wanted) &&
                 add_condition(e, tag, test, wanted, &grant->expression);
    }
    name_expression(e, &grant->expression);
    return whole;
}

/* tag pii, tag pii(none, indirect) */
static bool read_tag(struct elab *e, const struct target *target, struct grant *grant)
{
    struct declared *d =
        names_resolve(e, KINDS(KIND_TAG), NULL, target->name.text, target->name.span);
    if (d == NULL) {
        return false;
    }
    struct tag_condition condition = {.tag = d->thing, .at = target->span};
    const struct tag *tag = d->thing;
    bool *wanted = arena_array(e->arena, bool, tag->values.len + 1);
    grant->all_values = target->columns == NULL;
    for (const struct value *v = target->columns; v != NULL; v = v->next) {
        int index = tags_value_named(e, tag, v);
        if (index < 0) {
            return false;
        }
        if (wanted[index]) {
            diag(e->s, D_SAID_TWICE, v->span, "'%s' is said twice", v->text);
        }
        wanted[index] = true;
    }
    for (size_t i = 0; i < tag->values.len; i++) {
        if (grant->all_values || wanted[i]) {
            vec_push(e->arena, &condition.values, tag->values.at[i]);
        }
    }
    vec_push(e->arena, &grant->expression.list, condition);
    name_expression(e, &grant->expression);
    return condition.values.len > 0;
}

/* ---- the others ------------------------------------------------------------------------------ */

static bool read_link(struct elab *e, const struct name *name, struct grant *grant)
{
    struct declared *d = names_resolve(e, KINDS(KIND_LINK), grant->inside, name->text, name->span);
    grant->link = d == NULL ? NULL : d->thing;
    return d != NULL;
}

/* The targets that are named; the name is there. */
static bool read_named(struct elab *e, const struct target *target, struct grant *grant)
{
    switch (target->kind) {
    case TARGET_PATH:
        return read_table(e, target, grant);
    case TARGET_DOMAIN:
        return read_database(e, &target->name, grant);
    case TARGET_LOCATION:
        return read_location(e, &target->name, grant);
    case TARGET_TAG:
        grant->target = GRANT_TAG;
        return read_tag(e, target, grant);
    case TARGET_LINK:
        grant->target = GRANT_LINK;
        return read_link(e, &target->name, grant);
    case TARGET_CATALOG:
    case TARGET_TAGGED:
    case TARGET_DOMAINS_TAGGED:
        break;
    }
    return false;
}

bool target_read(struct elab *e, const struct target *target, struct grant *grant)
{
    grant->target_at = target->span;
    if (target->kind == TARGET_CATALOG) {
        grant->target = GRANT_CATALOG;
        return true;
    }
    if (target->kind == TARGET_TAGGED || target->kind == TARGET_DOMAINS_TAGGED) {
        grant->target = target->kind == TARGET_TAGGED ? GRANT_TAGGED : GRANT_TAGGED_DATABASES;
        return read_expression(e, target, grant);
    }
    /* Without a name: reported by the parser. */
    return target->name.text != NULL && read_named(e, target, grant);
}
