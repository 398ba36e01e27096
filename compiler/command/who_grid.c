/* who_grid.c - see who_grid.h. */
#include "command/who_grid.h"

#include "source/render.h"

#include <stdio.h>
#include <string.h>

enum { INDENT = 2, BETWEEN = 2, BELOW = 6, WRAP_MIN = 20 };

void grid_begin(struct grid *grid, size_t columns)
{
    *grid = (struct grid){.columns = columns};
}

/* Harmless from here on, so that widths are those of what is shown. */
void grid_add(struct grid *grid, const char *cell)
{
    struct buf text = {0};
    if (cell)
        render_harmless(&text, cell);
    vec_push(&grid->arena, &grid->cells,
             text.len ? arena_copy(&grid->arena, text.at, text.len) : "");
    buf_free(&text);
}

size_t grid_rows(const struct grid *grid)
{
    return grid->cells.len / grid->columns;
}

void grid_free(struct grid *grid)
{
    arena_free(&grid->arena);
}

static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static const char *cell_at_row(const struct grid *grid, size_t row, size_t column)
{
    return grid->cells.at[row * grid->columns + column];
}

/* Of each column; 0: it is empty but for its head. */
static size_t *widths_of(const struct grid *grid, struct arena *arena)
{
    size_t *widths = arena_array(arena, size_t, grid->columns);
    for (size_t c = 0; c < grid->columns; c++) {
        for (size_t r = 1; r < grid_rows(grid); r++) {
            size_t width = width_of(cell_at_row(grid, r, c));
            widths[c] = width > widths[c] ? width : widths[c];
        }
        size_t head = width_of(cell_at_row(grid, 0, c));
        widths[c] = widths[c] && head > widths[c] ? head : widths[c];
    }
    return widths;
}

static void end_line(struct buf *out)
{
    while (out->len && out->at[out->len - 1] == ' ')
        out->at[--out->len] = '\0';
    buf_putc(out, '\n');
}

static void put_cell(struct buf *out, const char *cell, size_t width)
{
    buf_puts(out, cell);
    buf_repeat(out, ' ', width - width_of(cell) + BETWEEN);
}

/* The last cell of a line, broken between words. */
static void put_wrapped(struct page *page, const char *text, size_t column)
{
    size_t at = column;
    while (*text) {
        size_t bytes = strcspn(text, " ");
        char word[256];
        snprintf(word, sizeof word, "%.*s", (int)(bytes < sizeof word ? bytes : sizeof word - 1),
                 text);
        size_t width = width_of(word);
        if (at > column && at + 1 + width > page->width) {
            end_line(page->out);
            buf_repeat(page->out, ' ', column);
            at = column;
        } else if (at > column) {
            buf_putc(page->out, ' ');
            at++;
        }
        buf_put(page->out, text, bytes);
        at += width;
        text += bytes;
        text += strspn(text, " ");
    }
}

/* Where there is no room beside the others. */
static void put_below(struct page *page, const char *text)
{
    end_line(page->out);
    buf_repeat(page->out, ' ', BELOW);
    put_wrapped(page, text, BELOW);
}

void grid_put(struct page *page, const struct grid *grid)
{
    struct arena arena = {0};
    const size_t *widths = widths_of(grid, &arena);
    size_t last = grid->columns, before = INDENT;
    while (last > 0 && !widths[last - 1])
        last--;
    for (size_t c = 0; c + 1 < last; c++)
        before += widths[c] ? widths[c] + BETWEEN : 0;
    bool wraps = last && before + WRAP_MIN <= page->width;
    for (size_t r = 0; r < grid_rows(grid); r++) {
        buf_repeat(page->out, ' ', INDENT);
        for (size_t c = 0; c < last; c++) {
            const char *cell = cell_at_row(grid, r, c);
            if (c + 1 == last && wraps)
                put_wrapped(page, cell, before);
            else if (c + 1 == last && *cell && before + width_of(cell) > page->width)
                put_below(page, cell);
            else if (widths[c])
                put_cell(page->out, cell, widths[c]);
        }
        end_line(page->out);
    }
    arena_free(&arena);
}

void grid_put_bands(struct page *page, const struct grid *grid)
{
    struct arena arena = {0};
    const size_t *widths = widths_of(grid, &arena);
    for (size_t from = 1, to; from < grid->columns; from = to) {
        size_t width = INDENT + widths[0];
        for (to = from; to < grid->columns; to++) {
            size_t more = widths[to] ? widths[to] + BETWEEN : 0;
            if (to > from && width + more > page->width)
                break;
            width += more;
        }
        if (from > 1)
            buf_putc(page->out, '\n');
        for (size_t r = 0; r < grid_rows(grid); r++) {
            buf_repeat(page->out, ' ', INDENT);
            put_cell(page->out, cell_at_row(grid, r, 0), widths[0]);
            for (size_t c = from; c < to; c++)
                if (widths[c])
                    put_cell(page->out, cell_at_row(grid, r, c), widths[c]);
            end_line(page->out);
        }
    }
    arena_free(&arena);
}
