/* parse.c - the doors of the front end: one file to its tree, one file to its tokens. */
#include "source/divide.h"
#include "syntax/build.h"

#include <parse.h>

/* Doc comments that nothing took; silent when part of the file was not understood. */
static void report_unused_docs(struct parse *ps)
{
    for (size_t i = 0; i < ps->docs.len && !ps->syntax_errors; i++) {
        if (ps->docs.at[i].used)
            continue;
        struct diag *d = diag(ps->s, D_DOC_COMMENT_UNUSED, ps->docs.at[i].span,
                              "this doc comment documents nothing");
        diag_help(ps->s, d,
                  "it belongs above a declaration, column, output or step; elsewhere write //");
    }
}

/* What was taken for a follow-up of an error was one by itself if nothing else was said of the
 * file. */
static void report_unsaid(struct parse *ps, size_t errors_before)
{
    if (!ps->tree->complete && ps->s->diagnostics.errors == errors_before)
        diag(ps->s, D_SYNTAX_ERROR, ps->unsaid.lo ? ps->unsaid : ps->last->span,
             "this is not understood here");
}

struct tree *parse_file(struct session *s, const struct source *source)
{
    struct parse state, *ps = &state;
    size_t errors_before = s->diagnostics.errors;
    scan_open(ps, s, source);
    ps->tree = arena_new(&s->trees, struct tree);
    ps->tree->source = source;
    ps->tree->complete = true;
    if (mesh_parse(ps) != 0)
        ps->tree->complete = false;
    report_unsaid(ps, errors_before);
    report_unused_docs(ps);
    struct tree *tree = ps->tree;
    scan_close(ps);
    return tree;
}

struct parsing {
    struct source *const *sources;
    struct tree **trees;
};

static void parse_piece(struct session *own, void *data, size_t i)
{
    struct parsing *all = data;
    if (own->progress)
        own->progress(own, all->sources[i]->name);
    all->trees[i] = parse_file(own, all->sources[i]);
}

struct tree **parse_all(struct session *s)
{
    size_t files = s->sources.files.len;
    struct tree **trees = arena_array(&s->arena, struct tree *, files);
    struct parsing all = {s->sources.files.at, trees};
    divide(s, files, s->sources.next, parse_piece, &all);
    return trees;
}

void scan_tokens(struct session *s, const struct source *source, struct token_list *out)
{
    struct parse ps;
    scan_open(&ps, s, source);
    ps.raw = true;
    struct lexeme token = {0};
    do {
        scan_next(&ps, &token);
        if (token.kind == TOKEN_END)
            token.span.lo = token.span.hi = source->base + source->size;
        vec_push(&s->arena, &out->list, (struct token){(enum token_kind)token.kind, token.span});
    } while (token.kind != TOKEN_END);
    scan_close(&ps);
}

size_t scan_bare(struct session *s, const struct source *source)
{
    struct parse ps;
    scan_open(&ps, s, source);
    ps.raw = true;
    struct lexeme token = {0};
    size_t count = 0;
    do {
        scan_next(&ps, &token);
        count++;
    } while (token.kind != TOKEN_END);
    scan_close(&ps);
    return count;
}
