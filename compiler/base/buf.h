/* buf.h - a growing byte buffer for text that is being written. Outside the arenas, because it is the one thing
 * that grows large and is given back early. Always NUL-terminated once something was put. */
#ifndef MESH_BASE_BUF_H
#define MESH_BASE_BUF_H

#include <stddef.h>

struct buf {
    char *at;
    size_t len, cap;
};

void buf_put(struct buf *buf, const char *bytes, size_t n);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_repeat(struct buf *buf, char c, size_t n);
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes; returns where they go, buf->len is left to the caller. */
char *buf_reserve(struct buf *buf, size_t n);
void buf_free(struct buf *buf);

#endif
