/* parse_dump.c - shows what the parser makes of files: the tree on stdout, one construct a line,
 * and the diagnostics as text on stderr. `-q` leaves the tree out, `-s` only counts (one line a
 * file: errors, warnings), `-t` prints the time. */
#include "source/render.h"
#include "syntax/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void items(const struct item *item, int depth);
static void values(const struct value *value, const char *between);

static void indent(int depth)
{
    printf("%*s", depth * 2, "");
}

static void name(const struct name *n)
{
    printf(name_is_quoted(n) ? "\"%s\"" : "%s", n->text ? n->text : "?");
}

static void condition(const struct condition *c)
{
    static const char *const words[] = {
        "", "==", "!=", "<", "<=", ">", ">=", "like", "is", "in", "and", "or", "not"};
    if (c->op == OP_VALUE) {
        values(c->operand, "");
        return;
    }
    printf("(%s", words[c->op]);
    const struct condition *sides[] = {c->left, c->right};
    for (int i = 0; i < 2; i++) {
        if (sides[i]) {
            putchar(' ');
            condition(sides[i]);
        }
    }
    if (c->operand) {
        putchar(' ');
        values(c->operand, "");
    }
    if (c->comparison) {
        putchar(' ');
        values(c->comparison, "");
    }
    if (c->is.text)
        printf(" %s", c->is.text);
    putchar(')');
}

static void braces(const struct item *first)
{
    printf("{");
    if (first) {
        putchar('\n');
        items(first, 20);
        indent(20);
    }
    printf("}");
}

static void value(const struct value *v)
{
    static const char *const kinds[] = {"error",   "string", "block",  "int",      "dec",
                                        "bool",    "null",   "date",   "version",  "duration",
                                        "percent", "size",   "path",   "list",     "map",
                                        "call",    "ladder", "choice", "condition"};
    printf("%s", kinds[v->kind]);
    if (v->text)
        printf(":%s", v->text);
    if (v->kind == VALUE_CONDITION) {
        condition(v->condition);
    } else if (v->kind == VALUE_MAP) {
        braces(v->items);
    } else if (v->first || v->kind == VALUE_LIST) {
        putchar('[');
        values(v->first, " ");
        putchar(']');
    }
    if (v->has_options) {
        printf(" options");
        braces(v->options);
    }
}

static void values(const struct value *v, const char *between)
{
    for (; v; v = between[0] ? v->next : NULL) {
        value(v);
        if (v->next && between[0])
            printf("%s", between);
    }
}

static void list(const char *word, const struct value *v)
{
    if (v) {
        printf(" %s[", word);
        values(v, " ");
        putchar(']');
    }
}

static void annotations(const struct annotation *a)
{
    for (; a; a = a->next) {
        printf(" @%s", a->word.text);
        list("", a->arguments);
        if (a->named)
            braces(a->named);
    }
}

static void type(const struct type_expr *t)
{
    if (t->parts->field.text)
        printf("%s: ", t->parts->field.text);
    printf("%s", t->word.text ? t->word.text : "?");
    list("", t->parts->numbers);
    if (t->parts->arguments) {
        putchar('<');
        for (const struct type_expr *a = t->parts->arguments; a; a = a->next) {
            type(a);
            printf(a->next ? ", " : ">");
        }
    }
}

static void step(const struct step_decl *s, int depth)
{
    static const char *const parts[] = {"branch", "when", "otherwise", "try", "catch"};
    printf("step ");
    name(&s->label);
    printf(" %s%s%s", s->word.text ? s->word.text : "?", s->verb == VERB_NONE ? "?" : "",
           s->wait_until ? " until" : "");
    list("", s->operands);
    putchar('\n');
    if (s->polled) {
        indent(depth + 1);
        step(s->polled, depth + 1);
    }
    items(s->options, depth + 1);
    for (const struct part *p = s->parts; p; p = p->next) {
        indent(depth + 1);
        printf("%s ", parts[p->kind]);
        if (p->name.text)
            name(&p->name);
        if (p->condition)
            condition(p->condition);
        list("", p->errors);
        putchar('\n');
        items(p->steps, depth + 2);
    }
}

static void access(const struct access *a)
{
    static const char *const verbs[] = {"grant", "request", "forbid"};
    static const char *const targets[] = {"path",     "domain",  "tagged", "domains-tagged",
                                          "location", "catalog", "tag",    "link"};
    printf("%s", verbs[a->verb]);
    list("", a->permissions);
    printf(" on %s ", targets[a->target.kind]);
    if (a->target.name.text)
        name(&a->target.name);
    list(a->target.except ? "except" : "columns", a->target.columns);
    for (const struct tag_test *t = a->target.tests; t; t = t->next) {
        printf(" %s op%d", t->key.text, (int)t->op);
        list("", t->values);
    }
    list("to", a->to);
    list("except", a->to_except);
    list("where", a->where);
    list("until", a->until);
    list("because", a->because);
    if (a->grant_option)
        printf(" grant-option");
    list("", a->grant_option_permissions);
    annotations(a->annotations);
    putchar('\n');
}

static void expect(const struct expect *e, int depth)
{
    static const char *const forms[] = {"unique",  "complete", "compare", "in",
                                        "matches", "between",  "metric",  "references",
                                        "sql",     "any",      "all"};
    printf("expect %s", forms[e->form]);
    if (e->metric.text)
        printf(" %s", e->metric.text);
    list("", e->columns);
    if (e->op)
        printf(" op%d", (int)e->op);
    list("", e->operands);
    if (e->product.text)
        printf(" %s", e->product.text);
    list("", e->referenced);
    list("", e->sql);
    list("where", e->where);
    annotations(e->annotations);
    putchar('\n');
    items(e->children, depth + 1);
}

static void every(const struct every *e)
{
    printf("every %s", e->subject.text);
    if (e->where) {
        printf(" where ");
        condition(e->where);
    }
    printf(e->must ? " must" : " should");
    for (const struct condition *c = e->have; c; c = c->next) {
        putchar(' ');
        condition(c);
    }
    list("because", e->because);
    annotations(e->annotations);
    putchar('\n');
}

static void block(const struct block *b, int depth)
{
    printf("%s%s ", b->word.text, b->kind == KIND_NONE ? "?" : "");
    if (b->name.text)
        name(&b->name);
    if (b->of.text)
        printf(" of %s", b->of.text);
    annotations(b->annotations);
    printf("%s%s\n", b->has_body ? " {}" : "", b->broken ? " broken" : "");
    items(b->items, depth + 1);
}

static void typed(const char *word, const struct name *label, const struct type_expr *t,
                  const struct annotation *a)
{
    printf("%s ", word);
    name(label);
    printf(" ");
    type(t);
    annotations(a);
    putchar('\n');
}

static void items(const struct item *item, int depth)
{
    for (; item; item = item->next) {
        indent(depth);
        if (item->doc)
            printf("/// %zu bytes ", atom_length(item->doc->text));
        switch (item->kind) {
        case ITEM_ERROR:
            printf("error\n");
            break;
        case ITEM_BLOCK:
            block(item_as_const(block, item), depth);
            break;
        case ITEM_MEMBER:
            name(&item_as_const(member, item)->label);
            printf(": ");
            values(item_as_const(member, item)->value, "");
            putchar('\n');
            break;
        case ITEM_COLUMN: {
            const struct column_decl *c = item_as_const(column_decl, item);
            typed("column", &c->label, c->type, c->annotations);
            break;
        }
        case ITEM_INCLUDE:
            printf("include %s\n", item_as_const(include, item)->schema.text);
            break;
        case ITEM_TYPE: {
            const struct type_decl *t = item_as_const(type_decl, item);
            typed("type", &t->name, t->type, t->annotations);
            break;
        }
        case ITEM_STEP:
            step(item_as_const(step_decl, item), depth);
            break;
        case ITEM_ACCESS:
            access(item_as_const(access, item));
            break;
        case ITEM_EXPECT:
            expect(item_as_const(expect, item), depth);
            break;
        case ITEM_EVERY:
            every(item_as_const(every, item));
            break;
        }
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int one_file(const char *path, const char *mode)
{
    struct session s;
    session_init(&s);
    struct source *source = source_load(&s, path, path);
    double start = seconds();
    if (source && strcmp(mode, "-T") == 0) {
        struct token_list tokens = {0};
        scan_tokens(&s, source, &tokens);
        double time = seconds() - start;
        printf("%s: scan: %zu tokens, %u bytes, %.3f s, %.1f MB/s\n", path, tokens.list.len,
               source->size, time, source->size / time / 1e6);
        session_free(&s);
        return 0;
    }
    struct tree *tree = source ? parse_file(&s, source) : NULL;
    double time = seconds() - start;
    if (source && strcmp(mode, "-t") == 0)
        printf("%s: scan and parse: %u bytes, %.3f s, %.1f MB/s, %.1f MB of memory\n", path,
               source->size, time, source->size / time / 1e6, (double)s.arena.total / 1e6);
    diag_sort(&s);
    if (strcmp(mode, "-s") == 0) {
        printf("%zu %zu", s.diagnostics.errors, s.diagnostics.warnings);
        for (size_t i = 0; i < s.diagnostics.list.len; i++) {
            struct diag *d = s.diagnostics.list.at[i];
            printf(" %s:%u", diag_info(d->code)->code, source_position(&s, d->span.lo).line);
        }
        putchar('\n');
    } else {
        if (tree && mode[0] == 0)
            items(tree->items, 0);
        struct buf text = {0};
        render_diagnostics(&s, &text, RENDER_TEXT, false);
        if (text.len)
            fwrite(text.at, 1, text.len, stderr);
        buf_free(&text);
    }
    int errors = s.diagnostics.errors > 0;
    session_free(&s);
    return errors;
}

int main(int argc, char **argv)
{
    const char *mode = "";
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1])
            mode = argv[i];
        else
            failed |= one_file(argv[i], mode);
    }
    return failed;
}
