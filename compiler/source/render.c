/* render.c - first the shortest form; the others follow. */
#include "source/render.h"
#include "source/session.h"

void render_diagnostics(struct session *s, struct buf *out, enum render_format format, bool colour)
{
    (void)format;
    (void)colour;
    for (size_t i = 0; i < s->diagnostics.list.len; i++) {
        const struct diag *d = s->diagnostics.list.at[i];
        struct position at = source_position(s, d->span.lo);
        if (at.source != NULL) {
            buf_format(out, "%s:%u:%u: ", at.source->path, at.line, at.column);
        }
        buf_format(out, "%s[%s]: %s\n", d->level == LEVEL_ERROR ? "error" : "warning",
                   diag_info(d->code)->code, d->message);
    }
}

void render_summary(struct session *s, struct buf *out)
{
    if (s->diagnostics.errors > 0) {
        buf_format(out, "%zu errors", s->diagnostics.errors);
    }
}
