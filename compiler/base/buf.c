/* buf.c - the growing byte buffer: doubles, keeps a NUL behind its end. */
#include "base/buf.h"
#include "base/arena.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

char *buf_reserve(struct buf *buf, size_t n) {
    if (buf->cap - buf->len <= n) { /* one byte more for the NUL */
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
    }
    return buf->at + buf->len;
}

static void advance(struct buf *buf, size_t n) {
    buf->len += n;
    buf->at[buf->len] = '\0';
}

void buf_put(struct buf *buf, const char *bytes, size_t n) {
    char *to = buf_reserve(buf, n);
    if (n > 0) {
        memcpy(to, bytes, n);
    }
    advance(buf, n);
}

void buf_puts(struct buf *buf, const char *text) {
    buf_put(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c) {
    *buf_reserve(buf, 1) = c;
    advance(buf, 1);
}

void buf_repeat(struct buf *buf, char c, size_t n) {
    memset(buf_reserve(buf, n), c, n);
    advance(buf, n);
}

void buf_format(struct buf *buf, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    char *to = buf_reserve(buf, 120);
    int length = vsnprintf(to, buf->cap - buf->len, format, arguments);
    if (length < 0) {
        memory_exhausted();
    }
    if ((size_t)length >= buf->cap - buf->len) {
        to = buf_reserve(buf, (size_t)length);
        vsnprintf(to, (size_t)length + 1, format, again);
    }
    advance(buf, (size_t)length);
    va_end(again);
    va_end(arguments);
}

void buf_free(struct buf *buf) {
    free(buf->at);
    *buf = (struct buf){0};
}
