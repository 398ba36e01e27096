/* render.h - how diagnostics look: text for people, short for editors, JSON lines, GitHub
 * annotations, SARIF. */
#ifndef MESH_SOURCE_RENDER_H
#define MESH_SOURCE_RENDER_H

#include "base/buf.h"
#include "source/diag.h"

enum render_format { RENDER_TEXT, RENDER_SHORT, RENDER_JSON, RENDER_GITHUB, RENDER_SARIF };

/* Appends everything that diag_sort left in the queue. Colour concerns RENDER_TEXT alone. */
void render_diagnostics(struct session *s, struct buf *out, enum render_format format, bool colour);
/* One place with its label, as diagnostics show theirs; the label alone where it has no place. */
void render_place(struct session *s, struct buf *out, struct span at, const char *label,
                  bool colour);
/* A text on one line, harmless on a terminal. */
void render_harmless(struct buf *out, const char *text);
/* "2 errors, 1 warning" or "" when there are none. */
void render_summary(struct session *s, struct buf *out);

#endif
