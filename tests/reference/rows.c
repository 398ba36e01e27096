/* rows.c - which rows of grammar/kinds.def files use: `KIND` for a block, the options of a value or
 * the verb of a step, `KIND attribute` for a member. One line each time one is used; without files,
 * every row there is. tests/reference/run asks it what the examples of the reference show. Keys of
 * free maps are no rows, and what stands in `defaults` is not counted: it shows that a default may
 * be set, not what it means. */
#include "source/session.h"
#include "syntax/parse.h"

#include <stdio.h>

static const char *const ids[] = {
    "NONE",
#define KIND(id, ...) #id,
#include "grammar/kinds.def"
};

static void body(const struct item *item, enum kind kind);

static void options(const struct value *value, enum kind kind)
{
    if (value->has_options && kind != KIND_NONE) {
        puts(ids[kind]);
        body(value->options, kind);
    }
    if (value->kind == VALUE_LIST) {
        for (const struct value *v = value->first; v != NULL; v = v->next) {
            options(v, kind);
        }
    }
}

static void member(const struct member *member, enum kind outer)
{
    const struct attr_info *row = attr_find(outer, member->label.text);
    if (outer == KIND_PROJECTION) { /* a free map whose values have options */
        options(member->value, KIND_PROJECTION_OPTIONS);
    } else if (row != NULL && kind_info(outer)->body != BODY_MAP) {
        printf("%s %s\n", ids[outer], row->word);
        options(member->value, row->options);
    }
}

static void step(const struct step_decl *step)
{
    enum kind kind = kind_find(KIND_STEPS, step->word.text);
    puts(ids[kind]);
    body(step->options, kind);
    for (const struct part *part = step->parts; part != NULL; part = part->next) {
        body(part->steps, KIND_STEPS);
    }
    if (step->polled != NULL) { /* the call of a poll has its options in the poll's braces */
        puts(ids[kind_find(KIND_STEPS, step->polled->word.text)]);
    }
}

static void body(const struct item *item, enum kind kind)
{
    for (; item != NULL; item = item->next) {
        if (item->kind == ITEM_BLOCK) {
            const struct block *block = item_as_const(block, item);
            puts(ids[block->kind]);
            if (block->kind != KIND_DEFAULTS) {
                body(block->items, block->kind);
            }
        } else if (item->kind == ITEM_MEMBER) {
            member(item_as_const(member, item), kind);
        } else if (item->kind == ITEM_STEP) {
            step(item_as_const(step_decl, item));
        }
    }
}

static bool file(const char *path)
{
    struct session s;
    session_init(&s);
    const struct source *source = source_load(&s, path, path);
    const struct tree *tree = source == NULL ? NULL : parse_file(&s, source);
    bool whole = tree != NULL && tree->complete;
    if (whole) {
        body(tree->items, KIND_NONE);
    } else {
        fprintf(stderr, "%s: does not parse\n", path);
    }
    session_free(&s);
    return whole;
}

static void table(void)
{
    for (int k = KIND_NONE + 1; k < KIND_COUNT; k++) {
        size_t count = 0;
        const struct attr_info *row = attr_first((enum kind)k, &count);
        puts(ids[k]);
        for (size_t i = 0; i < count; i++) {
            printf("%s %s\n", ids[k], row[i].word);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        table();
    }
    bool whole = true;
    for (int i = 1; i < argc; i++) {
        whole = file(argv[i]) && whole;
    }
    return whole ? 0 : 1;
}
