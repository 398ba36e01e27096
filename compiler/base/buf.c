/* buf.c - the growing byte buffer: doubles, keeps a NUL behind its end. */
#include "base/buf.h"
#include "base/arena.h"
#include "base/format.h"
#include <stdint.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

char *buf_grow(struct buf *buf, size_t n)
{
    if (n > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4) {
        memory_exhausted();
    }
    size_t cap = buf->cap * 2 > FIRST_CAPACITY ? buf->cap * 2 : FIRST_CAPACITY;
    if (cap < buf->len + n + 1) {
        cap = buf->len + n + 1;
    }
    char *at = realloc(buf->at, cap);
    if (at == NULL) {
        memory_exhausted();
    }
    buf->at = at;
    buf->cap = cap;
    return buf->at + buf->len;
}

void buf_put(struct buf *buf, const char *bytes, size_t n)
{
    char *to = buf_reserve(buf, n);
    if (n > 0) {
        memcpy(to, bytes, n);
    }
    buf_advance(buf, n);
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_put(buf, text, strlen(text));
}

void buf_repeat(struct buf *buf, char c, size_t n)
{
    memset(buf_reserve(buf, n), c, n);
    buf_advance(buf, n);
}

void buf_format(struct buf *buf, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    char *to = buf_reserve(buf, 120);
    size_t length = format_text(to, buf->cap - buf->len, format, arguments);
    if (length >= buf->cap - buf->len) {
        to = buf_reserve(buf, length);
        format_text(to, length + 1, format, again);
    }
    buf_advance(buf, length);
    va_end(again);
    va_end(arguments);
}

void buf_free(struct buf *buf)
{
    free(buf->at);
    *buf = (struct buf){0};
}
