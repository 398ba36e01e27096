/* fuzz_scan.c - the scanner on any bytes that loading lets pass: it ends, its tokens lie in the
 * text, in order. */
#include "source/session.h"
#include "syntax/parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct session s;
    session_init(&s);
    struct source *source = source_add(&s, "fuzz.mesh", "fuzz.mesh", (const char *)data, size);
    if (source) {
        struct token_list tokens = {0};
        scan_tokens(&s, source, &tokens);
        uint32_t end = source->base;
        for (size_t i = 0; i < tokens.list.len; i++) {
            struct span span = tokens.list.at[i].span;
            if (span.lo < end || span.hi < span.lo || span.hi > source->base + source->size)
                abort();
            end = span.hi;
        }
        if (tokens.list.len == 0 || tokens.list.at[tokens.list.len - 1].kind != TOKEN_END)
            abort();
    }
    session_free(&s);
    return 0;
}
