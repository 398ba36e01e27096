/* format.h - printf for short texts: names, paths, ARNs. */
#ifndef MESH_BASE_FORMAT_H
#define MESH_BASE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* vsnprintf, but several times faster where the format has nothing beside %s, %.*s, %u, %zu and %%:
 * those are joined without stdio. What stands in room is of use only when the result is below size.
 */
size_t format_text(char *room, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

#endif
