/* render_parts.h - what the renderers share; nobody else includes it. */
#ifndef MESH_SOURCE_RENDER_PARTS_H
#define MESH_SOURCE_RENDER_PARTS_H

#include "base/buf.h"
#include "source/session.h"

/* "error", "warning", "note" */
const char *level_word(enum level level);

/* One thing to show of a text: a character as it is, or what stands for it when it could deceive a
 * reader or drive a terminal: control characters, the marks that reverse writing, bytes that are
 * not UTF-8. */
struct cell {
    char text[12];
    unsigned length; /* of text */
    unsigned width;  /* in columns; a tab has 0 and is its reader's affair */
    unsigned bytes;  /* of the source */
};

/* The cell at text, n > 0. Tabs stand for themselves. */
struct cell cell_at(const char *text, size_t n);
/* A text on one line, harmless on a terminal. */
void put_harmless(struct buf *out, const char *text);
/* The same text where it is UTF-8, else a harmless copy in the arena: for formats with escapes of
 * their own. */
const char *as_utf8(struct session *s, const char *text);

void render_text(struct session *s, struct buf *out, bool colour);
void render_sarif(struct session *s, struct buf *out);

#endif
