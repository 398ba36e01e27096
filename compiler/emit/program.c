/* program.c - the shell programs of the output: files of runtime/ with a few assignments in front.
 *
 * All data of a mesh stays in the JSON files beside them. What is assigned here are names that were
 * checked already; they are quoted all the same, so that no text of a mesh can become shell code.
 */
#include "emit/program.h"

#include "base/embedded.h"

#include <string.h>

static void put_quoted(struct buf *out, const char *value)
{
    buf_putc(out, '\'');
    for (const char *quote; (quote = strchr(value, '\'')) != NULL; value = quote + 1) {
        buf_put(out, value, (size_t)(quote - value));
        buf_puts(out, "'\\''");
    }
    buf_puts(out, value);
    buf_puts(out, "'\n");
}

void emit_program(struct buf *out, const char *file, const struct assignment *assignments)
{
    static const char marker[] = "# @header\n";
    size_t size = 0;
    const char *text = embedded_file(file, &size);
    const char *at = strstr(text, marker);
    size_t head = at ? (size_t)(at - text) + sizeof marker - 1 : 0;

    buf_put(out, text, head);
    buf_puts(out, "MESH_FORMAT=1\n");
    for (; assignments->name; assignments++) {
        buf_puts(out, assignments->name);
        buf_putc(out, '=');
        put_quoted(out, assignments->value);
    }
    buf_put(out, text + head, size - head);
}
