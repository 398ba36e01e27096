/* fuzz_predicate.c - row filters of any text: a predicate or at least one report, whose places lie
 * in the literal; and a canonical form is read again as itself. The first byte chooses the literal:
 * a string or a text block. */
#include "tests/unit/predicate_fixture.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* Did what was reported since `before` count as errors, all of them inside `whole`? */
static bool reported_inside(const struct filtered *f, size_t before, struct span whole)
{
    bool error = false;
    for (size_t i = before; i < f->s.diagnostics.list.len; i++) {
        const struct diag *d = f->s.diagnostics.list.at[i];
        if (d->span.lo < whole.lo || d->span.hi > whole.hi || d->span.lo >= d->span.hi) {
            abort();
        }
        error = error || d->level == LEVEL_ERROR;
    }
    return error;
}

/* The value of the literal is what stands between its quotes; where it has escapes, places cannot
 * be followed, which must do no harm. */
static const struct predicate *read_filter(struct filtered *f, const char *text, size_t size,
                                           const char *quotes)
{
    size_t before = f->s.diagnostics.list.len;
    char *literal = arena_format(&f->s.arena, "%s%.*s%s", quotes, (int)size, text, quotes);
    struct source *source = filtered_add(f, "filter.mesh", literal);
    if (source == NULL) {
        return NULL;
    }
    struct span whole = {source->base, source->base + source->size};
    struct text where = {arena_copy(&f->s.arena, text, size), whole};
    const struct predicate *predicate = predicate_read(&f->e, f->output, where);
    if (reported_inside(f, before, whole) != (predicate == NULL)) {
        abort();
    }
    return predicate;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct filtered f;
    if (size == 0 || memchr(data, '\0', size) != NULL) {
        return 0;
    }
    filtered_begin(&f, FILTERED_COLUMNS);
    const char *quotes = *data % 2 == 0 ? "\"" : "\"\"\"";
    const struct predicate *first = read_filter(&f, (const char *)data + 1, size - 1, quotes);
    if (first != NULL) {
        const char *canonical = first->canonical;
        const struct predicate *second = read_filter(&f, canonical, strlen(canonical), quotes);
        if (second == NULL || strcmp(second->canonical, canonical) != 0) {
            abort();
        }
    }
    filtered_end(&f);
    return 0;
}
