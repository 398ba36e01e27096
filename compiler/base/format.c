/* format.c - joins texts by memcpy; what it does not know goes to vsnprintf as a whole. */
#include "base/format.h"
#include "base/arena.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct joined {
    char *room;
    size_t size, length; /* length grows beyond size: nothing is stored there */
};

static void put(struct joined *out, const char *text, size_t length)
{
    if (length < out->size && out->length < out->size - length) {
        memcpy(out->room + out->length, text, length);
    }
    out->length += length;
}

static void put_number(struct joined *out, size_t number)
{
    char digits[24], *at = digits + sizeof digits;
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(out, at, (size_t)(digits + sizeof digits - at));
}

/* One conversion, at the byte behind its percent sign; returns what follows it, NULL when it is
 * none of ours. */
static const char *convert(struct joined *out, const char *format, va_list *arguments)
{
    if (format[0] == 's') {
        const char *text = va_arg(*arguments, const char *);
        if (text == NULL) {
            return NULL;
        }
        put(out, text, strlen(text));
        return format + 1;
    }
    if (format[0] == 'u') {
        put_number(out, va_arg(*arguments, unsigned));
        return format + 1;
    }
    if (format[0] == '%') {
        put(out, format, 1);
        return format + 1;
    }
    if (format[0] == 'z' && format[1] == 'u') {
        put_number(out, va_arg(*arguments, size_t));
        return format + 2;
    }
    if (strncmp(format, ".*s", 3) == 0) {
        int most = va_arg(*arguments, int);
        const char *text = va_arg(*arguments, const char *);
        if (text == NULL || most < 0) {
            return NULL;
        }
        put(out, text, strnlen(text, (size_t)most));
        return format + 3;
    }
    return NULL;
}

static bool join(struct joined *out, const char *format, va_list *arguments)
{
    for (;;) {
        size_t plain = 0;
        while (format[plain] != '\0' && format[plain] != '%') {
            plain++;
        }
        put(out, format, plain);
        format += plain;
        if (*format == '\0') {
            return true;
        }
        format = convert(out, format + 1, arguments);
        if (format == NULL) {
            return false;
        }
    }
}

size_t format_text(char *room, size_t size, const char *format, va_list arguments)
{
    struct joined out = {room, size, 0};
    va_list copy;
    va_copy(copy, arguments);
    bool joined = join(&out, format, &copy);
    va_end(copy);
    if (joined) {
        if (size > 0) {
            room[out.length < size ? out.length : size - 1] = '\0';
        }
        return out.length;
    }
    int length = vsnprintf(room, size, format, arguments);
    if (length < 0) {
        memory_exhausted();
    }
    return (size_t)length;
}
