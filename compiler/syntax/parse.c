/* parse.c - the doors of the front end: one file to its tree, one file to its tokens. */
#include "syntax/build.h"

void scan_tokens(struct session *s, const struct source *source, struct token_list *out)
{
    struct parse ps;
    scan_open(&ps, s, source);
    ps.raw = true;
    struct lexeme token;
    do {
        token = scan_next(&ps);
        if (token.kind == TOKEN_END)
            token.span.lo = token.span.hi = source->base + source->size;
        vec_push(&s->arena, &out->list, (struct token){(enum token_kind)token.kind, token.span});
    } while (token.kind != TOKEN_END);
    scan_close(&ps);
}
