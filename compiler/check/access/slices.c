/* slices.c - see slices.h. */
#include "check/access/slices.h"

#include <stdlib.h>
#include <string.h>

bool slice_has(const struct slice *slice, const char *until)
{
    return !until || (slice->until && strcmp(until, slice->until) >= 0);
}

static int digits(const char *text, int count)
{
    int number = 0;
    while (count-- > 0)
        number = number * 10 + (*text++ - '0');
    return number;
}

const char *day_after(struct arena *arena, const char *text)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2) + 1;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > lengths[month - 1] + (month == 2 && leap)) {
        day = 1;
        month++;
    }
    if (month > 12) {
        month = 1;
        year++;
    }
    return arena_format(arena, "%04d-%02d-%02d", year, month, day);
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
        from = day_after(arena, ends.at[i]);
    }
    vec_push(arena, &out->list, (struct slice){from, NULL});
}
