/* fuzz_parse.c - the whole front end on any bytes: loading, parsing, rendering of what it reported.
 * A file is complete or has at least one error, and every place that is reported lies in the file.
 */
#include "source/render.h"
#include "syntax/parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct session s;
    session_init(&s);
    struct source *source = source_add(&s, "fuzz.mesh", "fuzz.mesh", (const char *)data, size);
    struct tree *tree = source ? parse_file(&s, source) : NULL;
    diag_sort(&s);
    if (tree && tree->complete != (s.diagnostics.errors == 0))
        abort();
    for (size_t i = 0; source && i < s.diagnostics.list.len; i++) {
        struct span span = s.diagnostics.list.at[i]->span;
        if (span.lo < source->base || span.hi < span.lo || span.hi > source->base + source->size)
            abort();
    }
    struct buf text = {0};
    render_diagnostics(&s, &text, RENDER_TEXT, false);
    buf_free(&text);
    session_free(&s);
    return 0;
}
