/* render_text.c - diagnostics for people, in the layout that users of rustc know:
 *
 *     error[M0302 duplicate-name]: product 'orders' is declared twice
 *       --> shop.mesh:12:9
 *        |
 *      4 | product orders {
 *        |         ------ first declared here
 *     ...
 *     12 | product orders {
 *        |         ^^^^^^
 *        |
 *        = help: rename one of them
 */
#include "source/render.h"
#include "source/render_parts.h"
#include <stdlib.h>
#include <string.h>

/* Places shown of one diagnostic; columns shown of one line, and of those the ones before the
 * place. */
enum { MARKS_MAX = 40, COLUMNS_MAX = 200, COLUMNS_BEFORE = 60 };

enum paint {
    PAINT_NONE,
    PAINT_BOLD,
    PAINT_ERROR,
    PAINT_WARNING,
    PAINT_NOTE,
    PAINT_FRAME,
    PAINT_HELP
};

struct page {
    struct session *s;
    struct buf *out;
    bool colour;
    unsigned digits; /* of the largest line number of the diagnostic at hand */
};

struct mark {
    const struct source *source;
    uint32_t group;  /* marks of one file stand together; 0 is the file of the diagnostic itself */
    uint32_t line;   /* from 1 */
    uint32_t lo, hi; /* bytes of the line; lo is its length where the line end itself is meant */
    const char *label;
    bool primary;
};

struct line {
    const char *text;
    size_t from, to; /* the part that is shown */
    size_t size;     /* without the line end */
};

static void paint(struct page *page, enum paint colour)
{
    static const char *const codes[] = {"\033[0m",    "\033[1m",    "\033[1;31m", "\033[1;33m",
                                        "\033[1;32m", "\033[1;34m", "\033[1;36m"};
    if (page->colour) {
        buf_puts(page->out, codes[colour]);
    }
}

static void put_painted(struct page *page, enum paint colour, const char *text)
{
    paint(page, colour);
    buf_puts(page->out, text);
    paint(page, PAINT_NONE);
}

static enum paint paint_of(enum level level)
{
    return level == LEVEL_ERROR ? PAINT_ERROR : level == LEVEL_WARNING ? PAINT_WARNING : PAINT_NOTE;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* source_position has made the table of lines by now. */
static struct line line_of(const struct source *source, uint32_t line)
{
    uint32_t start = source->lines[line - 1];
    uint32_t end = line < source->line_count ? source->lines[line] - 1 : source->size;
    if (end > start && source->text[end - 1] == '\r') {
        end--;
    }
    return (struct line){source->text + start, 0, end - start, end - start};
}

/* The column after the cell; tabs go to the next multiple of eight. */
static size_t advance(size_t column, const struct cell *cell)
{
    return cell->text[0] == '\t' ? (column / 8 + 1) * 8 : column + cell->width;
}

static bool is_long(const struct line *line)
{
    size_t column = 0;
    for (size_t i = 0; i < line->size && column <= COLUMNS_MAX;) {
        struct cell cell = cell_at(line->text + i, line->size - i);
        column = advance(column, &cell);
        i += cell.bytes;
    }
    return column > COLUMNS_MAX;
}

/* Narrows a long line to what stands around a place, so that nobody has to scroll through a
 * generated line. */
static void cut_around(struct line *line, size_t place)
{
    size_t column = 0;
    line->from = place < line->size ? place : line->size;
    for (unsigned i = 0; i < COLUMNS_BEFORE && line->from > 0; i++) {
        do {
            line->from--;
        } while (line->from > 0 && ((unsigned char)line->text[line->from] & 0xc0) == 0x80);
    }
    for (line->to = line->from; line->to < line->size && column < COLUMNS_MAX;) {
        struct cell cell = cell_at(line->text + line->to, line->size - line->to);
        column = advance(column, &cell);
        line->to += cell.bytes;
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void begin_row(struct page *page, const char *sign)
{
    buf_repeat(page->out, ' ', page->digits + 1);
    put_painted(page, PAINT_FRAME, sign);
}

static void put_empty_row(struct page *page)
{
    begin_row(page, "|");
    buf_putc(page->out, '\n');
}

static void put_line(struct page *page, const struct line *line, uint32_t number)
{
    paint(page, PAINT_FRAME);
    buf_format(page->out, "%*u |", (int)page->digits, (unsigned)number);
    paint(page, PAINT_NONE);
    if (line->size > 0) {
        buf_putc(page->out, ' ');
    }
    if (line->from > 0) {
        buf_puts(page->out, "...");
    }
    for (size_t i = line->from; i < line->to;) {
        struct cell cell = cell_at(line->text + i, line->size - i);
        buf_put(page->out, cell.text, cell.length);
        i += cell.bytes;
    }
    if (line->to < line->size) {
        buf_puts(page->out, "...");
    }
    buf_putc(page->out, '\n');
}

/* Where a row below a line has got to: the byte above, and the column for the width of tabs. */
struct pen {
    size_t at, column;
};

static struct pen begin_under(struct page *page, const struct line *line)
{
    struct pen pen = {line->from, page->digits + 3};
    begin_row(page, "| ");
    if (line->from > 0) {
        buf_repeat(page->out, ' ', 3);
        pen.column += 3;
    }
    return pen;
}

/* Moves on below the next cell: with blanks (tabs below tabs), or with fill where that is not 0. */
static void pass_cell(struct page *page, const struct line *line, struct pen *pen, char fill)
{
    struct cell cell = cell_at(line->text + pen->at, line->size - pen->at);
    size_t next = advance(pen->column, &cell);
    if (fill == 0 && cell.text[0] == '\t') {
        buf_putc(page->out, '\t');
    } else {
        buf_repeat(page->out, fill == 0 ? ' ' : fill, next - pen->column);
    }
    pen->at += cell.bytes;
    pen->column = next;
}

static void pass_to(struct page *page, const struct line *line, struct pen *pen, size_t byte)
{
    while (pen->at < byte && pen->at < line->to) {
        pass_cell(page, line, pen, 0);
    }
}

static const struct mark *mark_over(const struct mark *marks, size_t count, size_t byte)
{
    const struct mark *over = NULL;
    for (size_t i = 0; i < count; i++) {
        if (marks[i].lo <= byte && byte < marks[i].hi && (over == NULL || marks[i].primary)) {
            over = &marks[i];
        }
    }
    return over;
}

/* ^^^^ under the place itself, ---- under the others. */
static void put_underlines(struct page *page, const struct line *line, const struct mark *marks,
                           size_t count, enum paint colour)
{
    struct pen pen = begin_under(page, line);
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        end = marks[i].hi > end ? marks[i].hi : end;
    }
    while (pen.at < end && pen.at < line->to) {
        const struct mark *mark = mark_over(marks, count, pen.at);
        if (mark == NULL) {
            pass_cell(page, line, &pen, 0);
            continue;
        }
        paint(page, mark->primary ? colour : PAINT_FRAME);
        size_t before = pen.column;
        while (pen.at < end && pen.at < line->to && mark_over(marks, count, pen.at) == mark) {
            pass_cell(page, line, &pen, mark->primary ? '^' : '-');
        }
        if (pen.column == before) { /* nothing but a combining mark */
            buf_putc(page->out, mark->primary ? '^' : '-');
        }
        paint(page, PAINT_NONE);
    }
    const struct mark *mark = mark_over(marks, count, line->size);
    if (mark != NULL && line->to == line->size) { /* the line end */
        put_painted(page, mark->primary ? colour : PAINT_FRAME, mark->primary ? "^" : "-");
    }
}

/* A bar below a place, which takes one of the columns of the cell above it. */
static void put_bar(struct page *page, const struct line *line, struct pen *pen)
{
    put_painted(page, PAINT_FRAME, "|");
    if (pen->at < line->to) {
        struct cell cell = cell_at(line->text + pen->at, line->size - pen->at);
        size_t next = advance(pen->column, &cell);
        buf_repeat(page->out, ' ', next > pen->column ? next - pen->column - 1 : 0);
        pen->column = next;
        pen->at += cell.bytes;
    }
}

/* Bars for the labels left of one, and that one; bars for all of them where it is NULL. */
static void put_hanging_row(struct page *page, const struct line *line, const struct mark *marks,
                            size_t count, const struct mark *label)
{
    struct pen pen = begin_under(page, line);
    for (size_t i = 0; i < count; i++) {
        if (marks[i].label != NULL && pen.at <= marks[i].lo &&
            (label == NULL || marks[i].lo < label->lo)) {
            pass_to(page, line, &pen, marks[i].lo);
            put_bar(page, line, &pen);
        }
    }
    if (label != NULL) {
        pass_to(page, line, &pen, label->lo);
        paint(page, PAINT_FRAME);
        put_harmless(page->out, label->label);
        paint(page, PAINT_NONE);
    }
    buf_putc(page->out, '\n');
}

/* The labels that are not beside the underlines, from right to left, each hanging from its place:
 *
 *      |  -----  ^^^^^  ---- last
 *      |  |
 *      |  first
 */
static void put_hanging_labels(struct page *page, const struct line *line, const struct mark *marks,
                               size_t count)
{
    put_hanging_row(page, line, marks, count, NULL);
    for (size_t i = count; i-- > 0;) {
        if (marks[i].label != NULL) {
            put_hanging_row(page, line, marks, count, &marks[i]);
        }
    }
}

/* One line of the source with everything that is marked in it; marks ascend by place. */
static void put_marked_line(struct page *page, const struct mark *marks, size_t count,
                            const struct line *line, enum paint colour)
{
    put_line(page, line, marks[0].line);
    put_underlines(page, line, marks, count, colour);
    const struct mark *last = &marks[count - 1];
    size_t hanging = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        hanging += marks[i].label != NULL;
    }
    if (last->label != NULL) {
        buf_putc(page->out, ' ');
        paint(page, last->primary ? colour : PAINT_FRAME);
        put_harmless(page->out, last->label);
        paint(page, PAINT_NONE);
    }
    buf_putc(page->out, '\n');
    if (hanging > 0) {
        put_hanging_labels(page, line, marks, count - 1);
    }
}

/* ---- excerpts -------------------------------------------------------------------------------- */

static bool make_mark(struct session *s, struct span span, const char *label, struct mark *mark)
{
    struct position at = source_position(s, span.lo);
    if (at.source == NULL) {
        return false;
    }
    struct line line = line_of(at.source, at.line);
    size_t lo = span.lo - at.source->base - (size_t)(line.text - at.source->text);
    size_t hi = span.hi > span.lo ? lo + (span.hi - span.lo) : lo + 1;
    lo = lo < line.size ? lo : line.size;
    if (hi > line.size) { /* it goes on in the next line, or is the line end */
        for (hi = line.size; hi > lo && strchr(" \t", line.text[hi - 1]) != NULL; hi--) {
        }
    }
    *mark = (struct mark){
        .source = at.source,
        .line = at.line,
        .lo = (uint32_t)lo,
        .hi = (uint32_t)(hi > lo ? hi : lo + 1),
        .label = label,
    };
    return true;
}

static int by_place(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;
    if (a->group != b->group) {
        return a->group < b->group ? -1 : 1;
    }
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    if (a->lo != b->lo) {
        return a->lo < b->lo ? -1 : 1;
    }
    return (int)a->primary - (int)b->primary;
}

/* The marks of a diagnostic in the order in which they are shown. */
static size_t collect_marks(struct page *page, const struct diag *d, struct mark marks[MARKS_MAX])
{
    size_t count = 0;
    if (make_mark(page->s, d->span, NULL, &marks[0])) {
        marks[0].primary = true;
        count = 1;
    }
    const struct diag_place *place = d->places;
    for (; place != NULL && count < MARKS_MAX; place = place->next) {
        count += make_mark(page->s, place->span, place->label, &marks[count]);
    }
    uint32_t largest = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t group = 0;
        while (marks[group].source != marks[i].source) {
            group++;
        }
        marks[i].group = group;
        largest = marks[i].line > largest ? marks[i].line : largest;
    }
    page->digits = 1;
    for (; largest >= 10; largest /= 10) {
        page->digits++;
    }
    if (count > 1) {
        qsort(marks, count, sizeof *marks, by_place);
    }
    return count;
}

/* --> for the file of the diagnostic, ::: for others; the place is that of the diagnostic or the
 * first of the file. */
static void put_file(struct page *page, const struct diag *d, const struct mark *mark)
{
    struct line line = line_of(mark->source, mark->line);
    bool own = source_at(page->s, d->span.lo) == mark->source;
    uint32_t start = mark->source->base + (uint32_t)(line.text - mark->source->text);
    struct position at = source_position(page->s, own ? d->span.lo : start + mark->lo);
    buf_repeat(page->out, ' ', page->digits);
    put_painted(page, PAINT_FRAME, own ? "--> " : "::: ");
    put_harmless(page->out, at.source->path);
    buf_format(page->out, ":%u:%u\n", (unsigned)at.line, (unsigned)at.column);
    put_empty_row(page);
}

/* Between two shown lines of a file: nothing, the one line between them, or an ellipsis. */
static void put_gap(struct page *page, const struct mark *before, const struct mark *after)
{
    if (after->line == before->line + 2) {
        struct line between = line_of(before->source, before->line + 1);
        if (is_long(&between)) {
            cut_around(&between, 0);
        }
        put_line(page, &between, before->line + 1);
    } else if (after->line > before->line + 2) {
        put_painted(page, PAINT_FRAME, "...");
        buf_putc(page->out, '\n');
    }
}

static void put_excerpts(struct page *page, const struct diag *d, const struct mark *marks,
                         size_t count)
{
    size_t next;
    for (size_t i = 0; i < count; i = next) {
        struct line line = line_of(marks[i].source, marks[i].line);
        if (i == 0 || marks[i].source != marks[i - 1].source) {
            if (i > 0) {
                put_empty_row(page);
            }
            put_file(page, d, &marks[i]);
        } else {
            put_gap(page, &marks[i - 1], &marks[i]);
        }
        next = i + 1;
        if (is_long(&line)) { /* each place has a cut of its own */
            cut_around(&line, marks[i].lo);
        } else {
            while (next < count && marks[next].source == marks[i].source &&
                   marks[next].line == marks[i].line) {
                next++;
            }
        }
        put_marked_line(page, &marks[i], next - i, &line, paint_of(d->level));
    }
}

/* = help: text */
static void put_remark(struct page *page, const char *word, const char *text)
{
    buf_repeat(page->out, ' ', page->digits + 1);
    put_painted(page, PAINT_FRAME, "= ");
    put_painted(page, PAINT_HELP, word);
    buf_puts(page->out, ": ");
    put_harmless(page->out, text);
    buf_putc(page->out, '\n');
}

static void put_diagnostic(struct page *page, const struct diag *d)
{
    const struct diag_info *info = diag_info(d->code);
    struct mark marks[MARKS_MAX];
    size_t count = collect_marks(page, d, marks), shown = 0;
    paint(page, paint_of(d->level));
    buf_format(page->out, "%s[%s %s]", level_word(d->level), info->code, info->slug);
    paint(page, PAINT_NONE);
    paint(page, PAINT_BOLD);
    buf_puts(page->out, ": ");
    put_harmless(page->out, d->message);
    paint(page, PAINT_NONE);
    buf_putc(page->out, '\n');
    put_excerpts(page, d, marks, count);
    for (size_t i = 0; i < count; i++) {
        shown += !marks[i].primary;
    }
    size_t places = 0;
    for (const struct diag_place *place = d->places; place != NULL; place = place->next) {
        places++;
    }
    if (count > 0 && (d->help != NULL || places > shown)) {
        put_empty_row(page);
    }
    if (places > shown) {
        put_remark(page, "note",
                   arena_format(&page->s->arena, "and %zu more place%s", places - shown,
                                places - shown == 1 ? "" : "s"));
    }
    if (d->help != NULL) {
        put_remark(page, "help", d->help);
    }
    buf_putc(page->out, '\n');
}

void render_text(struct session *s, struct buf *out, bool colour)
{
    struct page page = {.s = s, .out = out, .colour = colour};
    for (size_t i = 0; i < s->diagnostics.list.len; i++) {
        put_diagnostic(&page, s->diagnostics.list.at[i]);
    }
}

void render_place(struct session *s, struct buf *out, struct span at, const char *label,
                  bool colour)
{
    struct page page = {.s = s, .out = out, .colour = colour, .digits = 1};
    const struct diag here = {.span = at};
    struct mark mark;
    if (at.lo == 0 || !make_mark(s, at, label, &mark)) {
        buf_repeat(out, ' ', 2);
        put_painted(&page, PAINT_FRAME, "= ");
        put_harmless(out, label);
        buf_putc(out, '\n');
        return;
    }
    for (uint32_t number = mark.line; number >= 10; number /= 10) {
        page.digits++;
    }
    struct line line = line_of(mark.source, mark.line);
    if (is_long(&line)) {
        cut_around(&line, mark.lo);
    }
    put_file(&page, &here, &mark);
    put_marked_line(&page, &mark, 1, &line, PAINT_FRAME);
}

void render_harmless(struct buf *out, const char *text)
{
    put_harmless(out, text);
}
