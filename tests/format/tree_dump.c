/* tree_dump.c - one line a construct, indented by depth. Whether a label was quoted is left out:
 * the formatter may take quotes away. */
#include "tree_dump.h"

struct dump {
    struct buf *out;
    size_t depth;
};

static void dump_items(struct dump *d, const char *what, const struct item *items);
static void dump_values(struct dump *d, const char *what, const struct value *values);
static void dump_conditions(struct dump *d, const char *what, const struct condition *c);

static void line(struct dump *d, const char *what, const char *text)
{
    buf_repeat(d->out, ' ', d->depth);
    buf_puts(d->out, what);
    buf_puts(d->out, " ");
    buf_puts(d->out, text ? text : "-");
    buf_puts(d->out, "\n");
}

static void number(struct dump *d, const char *what, long long n)
{
    buf_repeat(d->out, ' ', d->depth);
    buf_format(d->out, "%s %lld\n", what, n);
}

static void dump_values(struct dump *d, const char *what, const struct value *values)
{
    for (const struct value *v = values; v; v = v->next) {
        line(d, what, v->text);
        d->depth++;
        number(d, "kind", v->kind);
        number(d, "unit", v->unit);
        number(d, "number", v->number);
        number(d, "options", v->has_options);
        if (v->kind == VALUE_CONDITION)
            dump_conditions(d, "condition", v->condition);
        else if (v->kind == VALUE_MAP)
            dump_items(d, "member", v->items);
        else
            dump_values(d, "part", v->first);
        dump_items(d, "option", v->options);
        d->depth--;
    }
}

static void dump_conditions(struct dump *d, const char *what, const struct condition *c)
{
    for (; c; c = c->next) {
        number(d, what, c->op);
        d->depth++;
        if (c->is.text)
            line(d, "is", c->is.text);
        dump_conditions(d, "left", c->left);
        dump_conditions(d, "right", c->right);
        dump_values(d, "operand", c->operand);
        dump_values(d, "comparison", c->comparison);
        d->depth--;
    }
}

static void dump_annotations(struct dump *d, const struct annotation *annotations)
{
    for (const struct annotation *a = annotations; a; a = a->next) {
        line(d, "@", a->word.text);
        d->depth++;
        number(d, "arguments", a->has_arguments);
        dump_values(d, "argument", a->arguments);
        dump_items(d, "named", a->named);
        d->depth--;
    }
}

static void dump_type(struct dump *d, const struct type_expr *types)
{
    for (const struct type_expr *t = types; t; t = t->next) {
        line(d, "type", t->word.text);
        d->depth++;
        line(d, "field", t->parts->field.text);
        dump_type(d, t->parts->arguments);
        dump_values(d, "number", t->parts->numbers);
        d->depth--;
    }
}

static void dump_target(struct dump *d, const struct target *t)
{
    line(d, "target", t->name.text);
    number(d, "kind", t->kind);
    number(d, "columns", t->has_columns * 2 + t->except);
    dump_values(d, "column", t->columns);
    for (const struct tag_test *test = t->tests; test; test = test->next) {
        line(d, "test", test->key.text);
        number(d, "operator", test->op);
        dump_values(d, "value", test->values);
    }
}

static void dump_step(struct dump *d, const struct step_decl *step)
{
    line(d, "step", step->label.text);
    line(d, "verb", step->word.text);
    number(d, "until", step->wait_until * 2 + step->has_options);
    dump_values(d, "operand", step->operands);
    dump_items(d, "option", step->options);
    for (const struct part *p = step->parts; p; p = p->next) {
        line(d, "part", p->name.text);
        d->depth++;
        number(d, "kind", p->kind);
        dump_conditions(d, "when", p->condition);
        dump_values(d, "errors", p->errors);
        dump_items(d, "step", p->steps);
        d->depth--;
    }
    if (step->polled)
        dump_step(d, step->polled);
}

static void dump_access(struct dump *d, const struct access *a)
{
    number(d, "access", a->verb);
    dump_values(d, "permission", a->permissions);
    dump_target(d, &a->target);
    dump_values(d, "to", a->to);
    dump_values(d, "to except", a->to_except);
    dump_values(d, "where", a->where);
    dump_values(d, "until", a->until);
    dump_values(d, "because", a->because);
    number(d, "grant option", a->grant_option);
    dump_values(d, "of", a->grant_option_permissions);
    dump_annotations(d, a->annotations);
}

static void dump_expect(struct dump *d, const struct expect *e)
{
    number(d, "expect", e->form);
    dump_values(d, "column", e->columns);
    line(d, "metric", e->metric.text);
    number(d, "operator", e->op);
    dump_values(d, "operand", e->operands);
    line(d, "product", e->product.text);
    dump_values(d, "referenced", e->referenced);
    dump_values(d, "sql", e->sql);
    dump_items(d, "child", e->children);
    dump_values(d, "where", e->where);
    dump_annotations(d, e->annotations);
}

static void dump_every(struct dump *d, const struct every *e)
{
    line(d, "every", e->subject.text);
    dump_conditions(d, "where", e->where);
    number(d, "must", e->must);
    dump_conditions(d, "have", e->have);
    dump_values(d, "because", e->because);
    dump_annotations(d, e->annotations);
}

static void dump_block(struct dump *d, const struct block *b)
{
    line(d, "block", b->word.text);
    number(d, "kind", b->kind);
    line(d, "name", b->name.text);
    line(d, "of", b->of.text);
    number(d, "body", b->has_body);
    dump_annotations(d, b->annotations);
    dump_items(d, "item", b->items);
}

static void dump_item(struct dump *d, const struct item *i)
{
    switch (i->kind) {
    case ITEM_ERROR:
        line(d, "error", NULL);
        break;
    case ITEM_BLOCK:
        dump_block(d, item_as_const(block, i));
        break;
    case ITEM_MEMBER:
        line(d, "label", item_as_const(member, i)->label.text);
        dump_values(d, "value", item_as_const(member, i)->value);
        break;
    case ITEM_COLUMN:
        line(d, "column", item_as_const(column_decl, i)->label.text);
        dump_type(d, item_as_const(column_decl, i)->type);
        dump_annotations(d, item_as_const(column_decl, i)->annotations);
        break;
    case ITEM_INCLUDE:
        line(d, "include", item_as_const(include, i)->schema.text);
        break;
    case ITEM_TYPE:
        line(d, "type", item_as_const(type_decl, i)->name.text);
        dump_type(d, item_as_const(type_decl, i)->type);
        dump_annotations(d, item_as_const(type_decl, i)->annotations);
        break;
    case ITEM_STEP:
        dump_step(d, item_as_const(step_decl, i));
        break;
    case ITEM_ACCESS:
        dump_access(d, item_as_const(access, i));
        break;
    case ITEM_EXPECT:
        dump_expect(d, item_as_const(expect, i));
        break;
    case ITEM_EVERY:
        dump_every(d, item_as_const(every, i));
        break;
    }
}

static void dump_items(struct dump *d, const char *what, const struct item *items)
{
    for (const struct item *i = items; i; i = i->next) {
        line(d, what, item_doc(i));
        d->depth++;
        dump_item(d, i);
        d->depth--;
    }
}

void tree_dump(const struct tree *tree, struct buf *out)
{
    struct dump d = {out, 0};
    dump_items(&d, "top", tree->items);
}
