/* diff.c - lines become numbers (equal lines, equal number), then Myers' algorithm in linear space:
 * two searches, one from each end, meet in the middle; both halves are solved alone. A search that
 * has gone on for COST_MAX rounds is cut at the furthest point reached, which bounds the time and
 * costs at most a few lines more in the diff. */
#include "base/diff.h"

#include "base/hash.h"
#include "base/vec.h"
#include <stdint.h>
#include <string.h>

enum { CONTEXT = 3, COST_MAX = 256 };

struct line {
    const char *at;
    size_t size; /* with its newline, if it has one */
    uint64_t hash;
    int32_t id;
    bool changed; /* gone from the old text, or new in the new one */
};

struct text {
    VEC(struct line) lines;
};

struct compare {
    struct line *a, *b;
    int32_t *forward, *backward; /* furthest column on each diagonal, indexed by diagonal */
};

struct box {
    int32_t a_lo, a_hi, b_lo, b_hi;
};

static void split(struct arena *arena, struct text *text, const char *at, size_t size)
{
    const char *end = at + size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        struct line line = {at, (size_t)(next - at),
                            hash_bytes(HASH_START, at, (size_t)(next - at)), 0, false};
        vec_push(arena, &text->lines, line);
        at = next;
    }
}

/* Gives equal lines of both texts equal numbers. */
static void number_lines(struct arena *arena, struct text *old, struct text *new)
{
    size_t count = old->lines.len + new->lines.len, capacity = 16;
    while (capacity < 2 * count)
        capacity *= 2;
    struct line **slots = arena_array(arena, struct line *, capacity);
    int32_t next = 0;
    for (size_t i = 0; i < count; i++) {
        struct line *line =
            i < old->lines.len ? &old->lines.at[i] : &new->lines.at[i - old->lines.len];
        size_t slot = (size_t)(line->hash ^ line->hash >> 32) & (capacity - 1);
        while (slots[slot] && (slots[slot]->hash != line->hash || slots[slot]->size != line->size ||
                               memcmp(slots[slot]->at, line->at, line->size) != 0))
            slot = (slot + 1) & (capacity - 1);
        if (!slots[slot]) {
            slots[slot] = line;
            line->id = next++;
        }
        line->id = slots[slot]->id;
    }
}

/* The diagonals of one search; lo and hi widen by one a round until they meet the box's own. */
struct front {
    int32_t *reach;
    int32_t lo, hi;
};

static void widen(struct front *front, int32_t least, int32_t most, int32_t unreached)
{
    if (front->lo > least) {
        front->lo--;
        front->reach[front->lo - 1] = unreached;
    } else {
        front->lo++;
    }
    if (front->hi < most) {
        front->hi++;
        front->reach[front->hi + 1] = unreached;
    } else {
        front->hi--;
    }
}

static bool inside(const struct front *front, int32_t diagonal)
{
    return front->lo <= diagonal && diagonal <= front->hi;
}

/* The point on the furthest forward path that is nearest to the end: where a search that is too
 * long is cut. */
static void cut(const struct front *front, struct box box, int32_t *x_out, int32_t *y_out)
{
    int32_t best = -1;
    for (int32_t d = front->hi; d >= front->lo; d -= 2) {
        int32_t x = front->reach[d] < box.a_hi ? front->reach[d] : box.a_hi;
        int32_t y = x - d;
        if (y > box.b_hi) {
            y = box.b_hi;
            x = y + d;
        }
        if (x + y > best) {
            best = x + y;
            *x_out = x;
            *y_out = y;
        }
    }
}

static bool forward_round(const struct compare *c, struct box box, struct front *forward,
                          const struct front *backward, bool odd, int32_t *x_out, int32_t *y_out)
{
    widen(forward, box.a_lo - box.b_hi, box.a_hi - box.b_lo, -1);
    for (int32_t d = forward->hi; d >= forward->lo; d -= 2) {
        int32_t below = forward->reach[d - 1], above = forward->reach[d + 1];
        int32_t x = below < above ? above : below + 1, y = x - d;
        while (x < box.a_hi && y < box.b_hi && c->a[x].id == c->b[y].id)
            x++, y++;
        forward->reach[d] = x;
        if (odd && inside(backward, d) && backward->reach[d] <= x) {
            *x_out = x;
            *y_out = y;
            return true;
        }
    }
    return false;
}

static bool backward_round(const struct compare *c, struct box box, const struct front *forward,
                           struct front *backward, bool odd, int32_t *x_out, int32_t *y_out)
{
    widen(backward, box.a_lo - box.b_hi, box.a_hi - box.b_lo, INT32_MAX);
    for (int32_t d = backward->hi; d >= backward->lo; d -= 2) {
        int32_t below = backward->reach[d - 1], above = backward->reach[d + 1];
        int32_t x = below < above ? below : above - 1, y = x - d;
        while (box.a_lo < x && box.b_lo < y && c->a[x - 1].id == c->b[y - 1].id)
            x--, y--;
        backward->reach[d] = x;
        if (!odd && inside(forward, d) && x <= forward->reach[d]) {
            *x_out = x;
            *y_out = y;
            return true;
        }
    }
    return false;
}

/* A point that a short script goes through. The box is not empty and its first and last lines
 * differ. */
static void middle(const struct compare *c, struct box box, int32_t *x, int32_t *y)
{
    int32_t first = box.a_lo - box.b_lo, last = box.a_hi - box.b_hi;
    bool odd = (first - last) & 1;
    struct front forward = {c->forward, first, first}, backward = {c->backward, last, last};
    forward.reach[first] = box.a_lo;
    backward.reach[last] = box.a_hi;
    for (int cost = 1;; cost++) {
        if (forward_round(c, box, &forward, &backward, odd, x, y) ||
            backward_round(c, box, &forward, &backward, odd, x, y))
            return;
        if (cost == COST_MAX) {
            cut(&forward, box, x, y);
            return;
        }
    }
}

static void compare(const struct compare *c, struct box box)
{
    for (;;) {
        while (box.a_lo < box.a_hi && box.b_lo < box.b_hi && c->a[box.a_lo].id == c->b[box.b_lo].id)
            box.a_lo++, box.b_lo++;
        while (box.a_lo < box.a_hi && box.b_lo < box.b_hi &&
               c->a[box.a_hi - 1].id == c->b[box.b_hi - 1].id)
            box.a_hi--, box.b_hi--;
        if (box.a_lo == box.a_hi || box.b_lo == box.b_hi)
            break;
        int32_t x = 0, y = 0;
        middle(c, box, &x, &y);
        compare(c, (struct box){box.a_lo, x, box.b_lo, y});
        box.a_lo = x;
        box.b_lo = y;
    }
    for (int32_t i = box.a_lo; i < box.a_hi; i++)
        c->a[i].changed = true;
    for (int32_t i = box.b_lo; i < box.b_hi; i++)
        c->b[i].changed = true;
}

static void put_line(struct buf *out, char mark, const struct line *line)
{
    buf_putc(out, mark);
    buf_put(out, line->at, line->size);
    if (line->at[line->size - 1] != '\n')
        buf_puts(out, "\n\\ No newline at end of file\n");
}

static void put_range(struct buf *out, char mark, size_t from, size_t count)
{
    buf_format(out, " %c%zu", mark, count ? from + 1 : from);
    if (count != 1)
        buf_format(out, ",%zu", count);
}

/* The next run of changed lines at or after (*i, *j); false at the end of both texts. */
static bool next_change(const struct text *old, const struct text *new, size_t *i, size_t *j)
{
    while (*i < old->lines.len && *j < new->lines.len && !old->lines.at[*i].changed &&
           !new->lines.at[*j].changed)
        ++*i, ++*j;
    return *i < old->lines.len || *j < new->lines.len;
}

static void skip_change(const struct text *old, const struct text *new, size_t *i, size_t *j)
{
    while (*i < old->lines.len && old->lines.at[*i].changed)
        ++*i;
    while (*j < new->lines.len &&new->lines.at[*j].changed)
        ++*j;
}

/* Writes old lines [i, i_end) and new lines [j, j_end) as one hunk. */
static void put_hunk(struct buf *out, const struct text *old, const struct text *new, size_t i,
                     size_t i_end, size_t j, size_t j_end)
{
    buf_puts(out, "@@");
    put_range(out, '-', i, i_end - i);
    put_range(out, '+', j, j_end - j);
    buf_puts(out, " @@\n");
    while (i < i_end || j < j_end) {
        if (i < i_end && old->lines.at[i].changed) {
            put_line(out, '-', &old->lines.at[i++]);
        } else if (j < j_end && new->lines.at[j].changed) {
            put_line(out, '+', &new->lines.at[j++]);
        } else {
            put_line(out, ' ', &old->lines.at[i++]);
            j++;
        }
    }
}

static void put_hunks(struct buf *out, const struct text *old, const struct text *new)
{
    size_t i = 0, j = 0;
    while (next_change(old, new, &i, &j)) {
        size_t before = i < CONTEXT ? i : CONTEXT; /* between changes both texts run in step */
        size_t i_lo = i - before, j_lo = j - before, i_hi, j_hi;
        do {
            skip_change(old, new, &i, &j);
            i_hi = i;
            j_hi = j;
        } while (next_change(old, new, &i, &j) && i - i_hi <= 2 * CONTEXT);
        size_t after = old->lines.len - i_hi < CONTEXT ? old->lines.len - i_hi : CONTEXT;
        put_hunk(out, old, new, i_lo, i_hi + after, j_lo, j_hi + after);
        i = i_hi + after;
        j = j_hi + after;
    }
}

bool diff_unified(struct buf *out, const char *old_name, const char *new_name, const char *old_text,
                  size_t old_size, const char *new_text, size_t new_size)
{
    if (old_size == new_size && (!old_size || memcmp(old_text, new_text, old_size) == 0))
        return false;
    struct arena arena = {0};
    struct text old = {0}, new = {0};
    split(&arena, &old, old_text, old_size);
    split(&arena, &new, new_text, new_size);
    number_lines(&arena, &old, &new);
    int32_t a_len = (int32_t)old.lines.len, b_len = (int32_t) new.lines.len;
    /* Diagonals run from -b_len to a_len, and a search looks one beyond each end. */
    size_t diagonals = old.lines.len + new.lines.len + 3;
    struct compare c = {old.lines.at, new.lines.at,
                        arena_array(&arena, int32_t, diagonals) + b_len + 1,
                        arena_array(&arena, int32_t, diagonals) + b_len + 1};
    compare(&c, (struct box){0, a_len, 0, b_len});
    buf_format(out, "--- %s\n+++ %s\n", old_name, new_name);
    put_hunks(out, &old, &new);
    arena_free(&arena);
    return true;
}
