/* utf8.h - checking, reading and measuring UTF-8 text. */
#ifndef MESH_BASE_UTF8_H
#define MESH_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed character at text (1 to 4), 0 when there is none: overlong forms,
 * surrogates, values above U+10FFFF and cut ones are not well-formed. *character is set when it is.
 * n is not 0. */
size_t utf8_read(const char *text, size_t n, uint32_t *character);
/* The offset of the first byte that is not well-formed, n when there is none. */
size_t utf8_check(const char *text, size_t n);
/* The number of characters; text is well-formed. */
size_t utf8_count(const char *text, size_t n);
/* Columns of a terminal: 0 for combining marks, 2 for wide characters (CJK, emoji), else 1. */
unsigned utf8_width(uint32_t character);

#endif
