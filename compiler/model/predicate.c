/* predicate.c - a row filter from its text to its canonical form, and the name of a data filter. */
#include "model/predicate.h"
#include "model/predicate_parts.h"

#include "base/buf.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

/* ---- printing -------------------------------------------------------------------------------- */

struct printer {
    struct buf out;
    unsigned depth, deepest; /* of parentheses, lists of IN apart */
};

static void print_name(struct buf *out, const char *name)
{
    bool plain = (*name >= 'a' && *name <= 'z') || *name == '_';
    if (plain && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0' &&
        !predicate_is_reserved(name)) {
        buf_puts(out, name);
        return;
    }
    buf_puts(out, "\"");
    for (; *name != '\0'; name++) {
        buf_put(out, name, 1);
        if (*name == '"') {
            buf_puts(out, "\"");
        }
    }
    buf_puts(out, "\"");
}

static const char *comparison_sign(enum comparison comparison)
{
    static const char *const signs[] = {
        [COMPARE_EQ] = "=",  [COMPARE_NE] = "<>", [COMPARE_LT] = "<",
        [COMPARE_LE] = "<=", [COMPARE_GT] = ">",  [COMPARE_GE] = ">=",
    };
    return signs[comparison];
}

/* The values with a text between them. */
static void print_values(struct buf *out, const struct predicate_node *node, const char *between)
{
    for (const struct predicate_value *v = node->values; v != NULL; v = v->next) {
        buf_puts(out, v->text);
        if (v->next != NULL) {
            buf_puts(out, between);
        }
    }
}

static void print_condition(struct buf *out, const struct predicate_node *node)
{
    const char *not = node->negated ? " NOT" : "";
    print_name(out, node->column->physical);
    for (size_t i = 0; i < node->fields.len; i++) {
        buf_puts(out, ".");
        print_name(out, node->fields.at[i]->name);
    }
    switch (node->kind) {
    case PREDICATE_COMPARE:
        buf_format(out, " %s ", comparison_sign(node->comparison));
        print_values(out, node, "");
        break;
    case PREDICATE_BETWEEN:
        buf_format(out, "%s BETWEEN ", not );
        print_values(out, node, " AND ");
        break;
    case PREDICATE_IN:
        buf_format(out, "%s IN (", not );
        print_values(out, node, ", ");
        buf_puts(out, ")");
        break;
    case PREDICATE_LIKE:
        buf_format(out, "%s LIKE ", not );
        print_values(out, node, "");
        break;
    case PREDICATE_NULL:
        buf_format(out, " IS%s NULL", not );
        break;
    case PREDICATE_AND:
    case PREDICATE_OR:
    case PREDICATE_NOT:
        break;
    }
}

static void print_tree(struct printer *p, const struct predicate_node *node);

static void print_grouped(struct printer *p, const struct predicate_node *node)
{
    p->depth++;
    p->deepest = p->depth > p->deepest ? p->depth : p->deepest;
    buf_puts(&p->out, "(");
    print_tree(p, node);
    buf_puts(&p->out, ")");
    p->depth--;
}

/* Nobody should have to know what binds closer: lists inside lists, and what NOT is about, stand in
 * parentheses. */
static void print_tree(struct printer *p, const struct predicate_node *node)
{
    if (node->kind == PREDICATE_NOT) {
        buf_puts(&p->out, "NOT ");
        print_grouped(p, node->first);
        return;
    }
    if (node->kind != PREDICATE_AND && node->kind != PREDICATE_OR) {
        print_condition(&p->out, node);
        return;
    }
    for (const struct predicate_node *inner = node->first; inner != NULL; inner = inner->next) {
        if (inner->kind == PREDICATE_AND || inner->kind == PREDICATE_OR) {
            print_grouped(p, inner);
        } else {
            print_tree(p, inner);
        }
        if (inner->next != NULL) {
            buf_puts(&p->out, node->kind == PREDICATE_AND ? " AND " : " OR ");
        }
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

static void too_long(struct predicate_reader *r, size_t length, const char *what)
{
    struct diag *d =
        predicate_report(r, D_ROW_FILTER_TOO_LARGE, 0, 0,
                         "the row filter is %zu bytes long%s: Lake Formation takes at most %d",
                         length, what, (int)PREDICATE_BYTES_MAX);
    diag_help(r->e->s, d,
              "several grants give the rows of all their filters; or let a column hold what the "
              "rows are chosen by");
}

/* What is read must be printable: the canonical form obeys the limits too, so that it can be read
 * again. */
static void print(struct predicate_reader *r)
{
    struct printer p = {0};
    print_tree(&p, r->predicate->tree);
    if (p.out.len > PREDICATE_BYTES_MAX) {
        too_long(r, p.out.len, " once its parentheses and quotes are written out");
    } else if (p.deepest > PREDICATE_DEPTH_MAX) {
        predicate_too_deep(r, 0, 0);
    } else {
        r->predicate->canonical = arena_copy(r->e->arena, p.out.at, p.out.len);
    }
    buf_free(&p.out);
}

static void read_all(struct predicate_reader *r)
{
    predicate_lex(r);
    struct predicate_node *tree = predicate_parse(r);
    if (tree == NULL) {
        return;
    }
    predicate_resolve(r, tree);
    r->predicate->tree = tree;
    if (!r->broken) {
        print(r);
    }
}

const struct predicate *predicate_read(struct elab *e, const struct output *output,
                                       struct text where)
{
    size_t length = strlen(where.value);
    struct predicate_reader r = {.e = e, .output = output, .text = where.value, .whole = where.at};
    r.predicate = arena_new(e->arena, struct predicate);
    r.predicate->at = where.at;
    if (length > PREDICATE_BYTES_MAX) {
        too_long(&r, length, "");
        return NULL;
    }
    r.length = (uint32_t)length;
    read_all(&r);
    map_free(&r.used);
    return r.broken ? NULL : r.predicate;
}

/* ---- data filters ---------------------------------------------------------------------------- */

static int by_physical(const void *left, const void *right)
{
    const struct column *const *a = left, *const *b = right;
    return strcmp((*a)->physical, (*b)->physical);
}

static void put_columns(struct buf *out, const struct column *const *columns, size_t count)
{
    const struct column **sorted = calloc(count + 1, sizeof *sorted);
    if (sorted == NULL) {
        memory_exhausted();
    }
    if (count > 0) {
        memcpy(sorted, columns, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, by_physical);
    }
    for (size_t i = 0; i < count; i++) {
        buf_format(out, "%zu:%s,", strlen(sorted[i]->physical), sorted[i]->physical);
    }
    free(sorted);
}

const char *predicate_filter_name(struct arena *arena, const struct column *const *columns,
                                  size_t count, const struct predicate *where)
{
    struct buf text = {0};
    char digest[65];
    if (columns == NULL) {
        buf_puts(&text, "*");
    } else {
        put_columns(&text, columns, count);
    }
    buf_puts(&text, "|");
    buf_puts(&text, where != NULL ? where->canonical : "TRUE");
    hash_sha256(digest, text.at, text.len);
    buf_free(&text);
    return arena_format(arena, "mesh_%.16s", digest);
}
