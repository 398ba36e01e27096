/* slices.c - see slices.h. */
#include "check/access/slices.h"

#include "base/day.h"
#include <stdlib.h>
#include <string.h>

bool slice_has(const struct slice *slice, const char *until)
{
    return !until || (slice->until && strcmp(until, slice->until) >= 0);
}

static int by_day(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void slices_make(struct arena *arena, const struct cell *cell, struct slices *out)
{
    VEC(const char *) ends = {0};
    for (int part = 0; cell->ends && part < 2; part++)
        for (const struct contribution *c = part ? cell->part.first : cell->whole.first; c;
             c = c->next)
            if (c->until)
                vec_push(arena, &ends, c->until);
    if (ends.len)
        qsort(ends.at, ends.len, sizeof *ends.at, by_day);
    const char *from = NULL;
    for (size_t i = 0; i < ends.len; i++) {
        if (i && strcmp(ends.at[i], ends.at[i - 1]) == 0)
            continue;
        vec_push(arena, &out->list, (struct slice){from, ends.at[i]});
        from = day_later(arena, ends.at[i], 1);
    }
    vec_push(arena, &out->list, (struct slice){from, NULL});
}
