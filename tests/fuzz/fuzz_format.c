/* fuzz_format.c - libFuzzer target: whatever parses can be formatted, and nothing but its layout
 * changes. */
#include "../format/format_check.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf formatted = {0};
    bool parsed;
    const char *fault = format_check((const char *)data, size, &parsed, &formatted);
    if (fault) {
        fprintf(stderr, "fuzz_format: %s\n%s\n", fault, formatted.len ? formatted.at : "");
        abort();
    }
    buf_free(&formatted);
    return 0;
}
