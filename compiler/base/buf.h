/* buf.h - a growing byte buffer for text that is being written. Outside the arenas, because it is
 * the one thing that grows large and is given back early. Always NUL-terminated once something was
 * put. */
#ifndef MESH_BASE_BUF_H
#define MESH_BASE_BUF_H

#include <stddef.h>

struct buf {
    char *at;
    size_t len, cap;
};

void buf_put(struct buf *buf, const char *bytes, size_t n);
void buf_puts(struct buf *buf, const char *text);
void buf_repeat(struct buf *buf, char c, size_t n);
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_free(struct buf *buf);
char *buf_grow(struct buf *buf, size_t n);

/* Room for n more bytes; returns where they go, buf->len is left to the caller. */
static inline char *buf_reserve(struct buf *buf, size_t n)
{
    /* one byte more for the NUL */
    return buf->cap - buf->len > n ? buf->at + buf->len : buf_grow(buf, n);
}

/* Takes n bytes that were written to reserved room. */
static inline void buf_advance(struct buf *buf, size_t n)
{
    buf->len += n;
    buf->at[buf->len] = '\0';
}

static inline void buf_putc(struct buf *buf, char c)
{
    *buf_reserve(buf, 1) = c;
    buf_advance(buf, 1);
}

#endif
