/* format_check.c - the properties: the result parses, has the same tree, the same tokens and
 * comments in the same order, and formatting it again changes nothing. */
#include "format_check.h"

#include "source/session.h"
#include "syntax/format.h"
#include "syntax/parse.h"
#include "tree_dump.h"
#include <string.h>

/* What must stay: one line a token or comment; optional commas and the quotes of labels left out,
 * blanks in comments made one, text blocks left to the tree. */
static void essence(struct session *s, const struct source *source, struct buf *out)
{
    struct token_list tokens = {0};
    scan_tokens(s, source, &tokens);
    VEC(char) open = {0};
    for (size_t i = 0; i < tokens.list.len; i++) {
        struct token t = tokens.list.at[i];
        const char *at = source->text + (t.span.lo - source->base);
        size_t n = t.span.hi - t.span.lo;
        if (t.kind == TOKEN_PUNCTUATION && strchr("{[(", *at))
            vec_push(&s->arena, &open, *at);
        else if (t.kind == TOKEN_PUNCTUATION && strchr("}])", *at) && open.len)
            open.len--;
        if (*at == ',' && !(open.len && open.at[open.len - 1] == '('))
            continue;
        if (t.kind == TOKEN_BLOCKTEXT)
            continue;
        if (t.kind == TOKEN_QUOTED_LABEL)
            at++, n -= 2;
        bool colon = t.kind == TOKEN_QUOTED_LABEL || t.kind == TOKEN_LABEL;
        bool comment = t.kind == TOKEN_COMMENT || t.kind == TOKEN_DOC;
        for (const char *p = at; p < at + n - colon; p++)
            if (!comment || !strchr(" \t\r\n", *p))
                buf_putc(out, *p);
        buf_puts(out, colon ? ":\n" : "\n");
    }
}

/* Parses, formats, describes. False when the text has errors. */
static bool run(const char *text, size_t size, struct buf *formatted, struct buf *dump,
                struct buf *tokens)
{
    struct session s;
    session_init(&s);
    bool complete = false;
    const struct source *source = source_add(&s, "check.mesh", "check.mesh", text, size);
    if (source) {
        const struct tree *tree = parse_file(&s, source);
        complete = tree->complete;
        format_tree(&s, tree, formatted);
        if (complete) {
            tree_dump(tree, dump);
            essence(&s, source, tokens);
        }
    }
    session_free(&s);
    return complete;
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (!a->len || memcmp(a->at, b->at, a->len) == 0);
}

const char *format_check(const char *text, size_t size, bool *parsed, struct buf *formatted)
{
    struct buf dump = {0}, tokens = {0}, again = {0}, dump_again = {0}, tokens_again = {0};
    const char *fault = NULL;
    *parsed = run(text, size, formatted, &dump, &tokens);
    if (!*parsed && formatted->len)
        fault = "a text with errors was formatted";
    if (*parsed) {
        const char *result = formatted->len ? formatted->at : "";
        if (!run(result, formatted->len, &again, &dump_again, &tokens_again))
            fault = "the result does not parse";
        else if (!same(&tokens, &tokens_again))
            fault = "a token or comment was changed";
        else if (!same(&dump, &dump_again))
            fault = "the meaning was changed";
        else if (!same(formatted, &again))
            fault = "formatting the result changes it";
    }
    buf_free(&dump);
    buf_free(&tokens);
    buf_free(&again);
    buf_free(&dump_again);
    buf_free(&tokens_again);
    return fault;
}
