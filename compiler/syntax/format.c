/* format.c - the canonical text of a file.
 *
 * The rules, complete. A line holds at most 100 columns (characters). An item is a declaration,
 * member, column, step, statement or part (branch, when, otherwise) in a body, or an element of a
 * list.
 *
 * 1. Brackets `{}` and `[]` stay on one line if the author wrote them on one line and the line
 * fits; else what they hold stands one item a line, two blanks deeper. On one line, members stand
 * two blanks apart, elements have `, ` between them and none after the last; over several lines
 * each element has a comma after it. No commas between members, but for one that keeps a doc
 * comment from documenting what follows.
 *
 * 2. A line break that is in no bracket is not kept: what fits on one line is put there. A
 * statement, a column's or type's annotations, a block's head that do not fit are filled up to
 * column 100 and go on two blanks deeper, at the next clause or annotation; a clause that alone is
 * too long goes on four blanks deeper, after a comma or before `and` and `or`; a body that
 * follows then begins on a line of its own. A text that cannot be broken may be longer than a line.
 *
 * 3. At most one blank line between items, none at the begin and end of a body or the file. At file
 * level one blank line parts a declaration of several lines from its neighbours, their comments
 * included.
 *
 * 4. Values of members, columns and steps that stand on one line each, line after line, begin in
 * one column; so do the braces of blocks and branches on one line each. A blank line, a comment's
 * line, an item of several lines, one of the other sort or a label longer than 40 columns end such
 * a group; so does a line that would not fit when aligned but fits alone: it stands alone.
 *
 * 5. A comment stays where it is: on a line of its own it is indented like an item of its body; at
 * the end of a line it stays there two blanks apart, in one column with those of the lines directly
 * before and after if these are items on one line; between two tokens it stays between them. Its
 * text is kept, but for blanks at the ends of lines; further lines of a block comment move with its
 * first one. It is never counted when a line is measured unless code follows it.
 *
 * 6. Quotes of labels go where an identifier is quoted. A text block that begins below its quotes
 * is indented two blanks deeper than the line of these, its closing quotes like the line; any other
 * is copied byte for byte, line ends aside.
 *
 * Everything here depends only on the pieces and on which brackets were written over several lines;
 * both are the same in the result, and so formatting it again changes nothing. */
#include "syntax/format.h"

#include "base/utf8.h"
#include "syntax/format_pieces.h"
#include <string.h>

enum { WIDTH_MAX = 100, INDENT = 2, HANG_CLAUSE = 2, HANG_FILL = 4, ALIGN_MAX = 40, TAB_STOP = 8 };

struct printer {
    struct arena *arena; /* for the lines of bodies */
    const struct source *source;
    const struct piece *at;
    struct buf *out;
    uint32_t column; /* characters on the line so far */
    uint32_t indent; /* of the line */
};

/* One line, or item of several lines, of a body that is broken over lines. */
struct line {
    uint32_t from, to;  /* pieces of the item, or a comment */
    uint32_t trail;     /* comments [to, trail) at the end of its line */
    bool item, element; /* not a comment's line; of a list */
    bool whole;         /* on one line */
    bool blank;         /* a blank line before it */
    uint8_t align;
    uint32_t pad; /* blanks for alignment, before the piece `pad_at` */
    uint32_t pad_at;
    uint32_t comment_at; /* column of the comment at the end */
};

struct lines {
    VEC(struct line) list;
};

static void print_body(struct printer *p, uint32_t from, uint32_t to, uint32_t indent);

/* ---- text ------------------------------------------------------------------------------------ */

static void put(struct printer *p, const char *text, size_t n, uint32_t columns)
{
    buf_put(p->out, text, n);
    p->column += columns;
}

static void blanks(struct printer *p, uint32_t n)
{
    buf_repeat(p->out, ' ', n);
    p->column += n;
}

static void new_line(struct printer *p, uint32_t indent)
{
    buf_putc(p->out, '\n');
    p->column = 0;
    p->indent = indent;
    blanks(p, indent);
}

static const char *line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? newline : end;
}

/* Copies a text of several lines as it is, but for CR before LF. */
static void put_verbatim(struct printer *p, const char *text, const char *end)
{
    for (const char *next; (next = line_end(text, end)) < end; text = next + 1) {
        buf_put(p->out, text, (size_t)(next - text) - (next > text && next[-1] == '\r'));
        buf_putc(p->out, '\n');
        p->column = 0;
    }
    put(p, text, (size_t)(end - text), (uint32_t)utf8_count(text, (size_t)(end - text)));
}

/* How many blanks begin a line of a text block; SIZE_MAX where nothing follows them. */
static size_t text_indent(const char *line, const char *end)
{
    size_t n = 0;
    while (line + n < end && (line[n] == ' ' || line[n] == '\t'))
        n++;
    return line + n == end || line[n] == '\r' ? SIZE_MAX : n;
}

/* A text block whose first line holds only the quotes moves with the line it begins on: the
 * indentation that its lines have in common, which is no part of the text (syntax/literal.c),
 * becomes that of the line and INDENT more. */
static void put_text_block(struct printer *p, const char *text, const char *end)
{
    const char *last = end - 3, *first = line_end(text + 3, last);
    size_t common = SIZE_MAX;
    if (first < last && text_indent(text + 3, first) == SIZE_MAX)
        for (const char *at = first + 1, *next; at < last; at = next + 1) {
            next = line_end(at, last);
            size_t indent = text_indent(at, next);
            common = indent < common ? indent : common;
        }
    if (common == SIZE_MAX) {
        put_verbatim(p, text, end);
        return;
    }
    buf_puts(p->out, "\"\"\"\n");
    for (const char *at = first + 1, *next; at <= last; at = next + 1) {
        next = line_end(at, last);
        const char *stop = next < last && next > at && next[-1] == '\r' ? next - 1 : next;
        bool blank = text_indent(at, next) == SIZE_MAX;
        p->column = 0;
        if (blank && next == last) { /* before the closing quotes */
            blanks(p, p->indent);
        } else if (!blank || (size_t)(stop - at) > common) {
            blanks(p, p->indent + INDENT);
            at += common;
            put(p, at, (size_t)(stop - at), (uint32_t)utf8_count(at, (size_t)(stop - at)));
        }
        if (next < last)
            buf_putc(p->out, '\n');
    }
    put(p, last, 3, 3);
}

/* The width of the blanks that begin a line, and where they end. */
static uint32_t leading(const char **at, const char *end)
{
    uint32_t width = 0;
    for (; *at < end && (**at == ' ' || **at == '\t'); ++*at)
        width = **at == ' ' ? width + 1 : (width / TAB_STOP + 1) * TAB_STOP;
    return width;
}

/* The column at which a piece began in the source. */
static uint32_t source_column(const struct printer *p, const struct piece *piece)
{
    const char *from = piece->text;
    while (from > p->source->text && from[-1] != '\n')
        from--;
    uint32_t column = leading(&from, piece->text);
    return column + (uint32_t)utf8_count(from, (size_t)(piece->text - from));
}

static uint32_t at_most(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* A comment of several lines: the further lines move as far as the first, but none of them beyond
 * the margin. Columns above WIDTH_MAX count as that, so that a comment far to the right does not
 * drag its lines along. */
static void put_block_comment(struct printer *p, const struct piece *piece)
{
    const char *end = piece->text + piece->size;
    const char *first_end = line_end(piece->text, end);
    uint32_t least = UINT32_MAX;
    for (const char *at = first_end; at < end; at = line_end(at, end)) {
        at++;
        uint32_t width = leading(&at, end);
        if (at < end && *at != '\n' && *at != '\r')
            least = at_most(least, width);
    }
    uint32_t old = at_most(source_column(p, piece), WIDTH_MAX), new = at_most(p->column, WIDTH_MAX);
    uint32_t less = old > new ? at_most(old - new, least) : 0, more = new > old ? new - old : 0;
    for (const char *at = piece->text, *next; at < end; at = next + 1) {
        next = line_end(at, end);
        bool first = at == piece->text;
        uint32_t width = first ? 0 : leading(&at, next);
        const char *last = next;
        while (last > at && (last[-1] == ' ' || last[-1] == '\t' || last[-1] == '\r'))
            last--;
        if (!first) {
            buf_putc(p->out, '\n');
            p->column = 0;
            if (last > at)
                blanks(p, width - less + more);
        }
        put(p, at, (size_t)(last - at), (uint32_t)utf8_count(at, (size_t)(last - at)));
    }
}

static void put_piece(struct printer *p, const struct piece *piece)
{
    bool several_lines =
        piece->flags & PIECE_HARD && !(piece->flags & (PIECE_OPEN | PIECE_LINE_COMMENT));
    if (!several_lines)
        put(p, piece->text, piece->size, piece->columns);
    else if (piece->kind == TOKEN_BLOCKTEXT)
        put_text_block(p, piece->text, piece->text + piece->size);
    else
        put_block_comment(p, piece);
    if (piece->flags & PIECE_UNQUOTE)
        buf_putc(p->out, ':'); /* counted in its columns */
}

/* ---- one item -------------------------------------------------------------------------------- */

/* Prints pieces on one line, without the gap of the first, with more blanks before one of them. */
static void print_whole(struct printer *p, uint32_t from, uint32_t to, uint32_t pad_at,
                        uint32_t pad)
{
    for (uint32_t i = from; i < to; i++) {
        const struct piece *piece = &p->at[i];
        if (i > from && piece->flags & PIECE_ELEMENT && piece->gap == 2)
            put(p, ", ", 2, 2);
        else if (i > from)
            blanks(p, piece->gap);
        if (i == pad_at)
            blanks(p, pad);
        put_piece(p, piece);
    }
}

/* Columns from the begin of a piece, gap included, to a place further on, but not beyond the item's
 * end. */
static uint32_t distance(const struct printer *p, uint32_t from, uint32_t end, uint32_t to,
                         uint32_t tail)
{
    return at_most(end, p->at[to].column + tail) - p->at[from].column;
}

/* Whether an item that is too long for a line goes on in a new one before piece i. */
static bool breaks_before(const struct printer *p, uint32_t i, uint32_t to, uint32_t tail,
                          uint32_t hang)
{
    const struct piece *piece = &p->at[i];
    if (piece->flags & PIECE_CLAUSE) {
        uint32_t clause = distance(p, i, piece->clause_end, to, tail);
        if (p->column + clause <= WIDTH_MAX)
            return false;
        if (hang + clause - piece->gap <= WIDTH_MAX)
            return true;
    }
    return p->column + distance(p, i, piece->break_end, to, tail) > WIDTH_MAX;
}

/* Comments at the end of the line, the first at a column or two blanks on. */
static void print_trail(struct printer *p, uint32_t from, uint32_t to, uint32_t column)
{
    for (uint32_t i = from; i < to; i++) {
        blanks(p, i > from ? 1 : column > p->column ? column - p->column : INDENT);
        put_piece(p, &p->at[i]);
    }
}

/* Whether the brackets that open at a piece may stand on one line and fit, begun at a column. */
static bool brackets_fit(const struct printer *p, uint32_t open, uint32_t to, uint32_t tail,
                         uint32_t column)
{
    const struct piece *piece = &p->at[open];
    uint32_t columns = distance(p, open, p->at[piece->match].break_end, to, tail) - piece->gap;
    return p->at[piece->match + 1].hard == piece->hard && column + columns <= WIDTH_MAX;
}

/* Prints brackets and what they hold; returns the piece after them. */
static uint32_t print_brackets(struct printer *p, uint32_t open, bool whole)
{
    uint32_t close = p->at[open].match, indent = p->indent, from = open + 1;
    if (whole) {
        print_whole(p, open, close + 1, 0, 0);
        return close + 1;
    }
    put_piece(p, &p->at[open]);
    while (p->at[from].place == PLACE_TRAIL)
        from++;
    print_trail(p, open + 1, from, 0);
    print_body(p, from, close, indent + INDENT);
    new_line(p, indent);
    put_piece(p, &p->at[close]);
    return close + 1;
}

/* Ends the line before a piece of an item that does not stand on one line, or puts the gap. True
 * when the line was ended for the sake of a body, which is broken over lines then. */
static bool print_joint(struct printer *p, uint32_t i, uint32_t to, uint32_t tail, uint32_t base,
                        bool ended)
{
    const struct piece *piece = &p->at[i];
    bool comment = piece->place == PLACE_INSIDE && piece->flags & PIECE_HARD;
    uint32_t hang = base + (piece->flags & PIECE_FILL ? HANG_FILL : HANG_CLAUSE);
    if (piece->flags & PIECE_OPEN && piece_is(piece, '{') &&
        (ended || (p->indent != base && !brackets_fit(p, i, to, tail, p->column + piece->gap)))) {
        new_line(p, base);
        return true;
    }
    if (ended || (comment && piece->newlines) ||
        (piece->flags & (PIECE_CLAUSE | PIECE_FILL) && breaks_before(p, i, to, tail, hang)))
        new_line(p, hang);
    else
        blanks(p, comment ? INDENT : piece->gap);
    return false;
}

/* Prints an item that does not stand on one line. */
static void print_broken(struct printer *p, uint32_t from, uint32_t to, uint32_t tail)
{
    uint32_t base = p->indent;
    bool ended = false; /* the line, by a comment */
    for (uint32_t i = from; i < to;) {
        const struct piece *piece = &p->at[i];
        bool broken = i > from && print_joint(p, i, to, tail, base, ended);
        ended = piece->place == PLACE_INSIDE && piece->flags & PIECE_HARD;
        if (piece->flags & PIECE_OPEN) {
            i = print_brackets(p, i, !broken && brackets_fit(p, i, to, tail, p->column));
        } else {
            put_piece(p, piece);
            i++;
        }
    }
}

/* ---- bodies ---------------------------------------------------------------------------------- */

/* Columns of a line's item on one line, its comma included, alignment not. */
static uint32_t item_columns(const struct printer *p, const struct line *line)
{
    const struct piece *from = &p->at[line->from];
    return p->at[line->to].column - from->column - from->gap + (line->element ? 1 : 0);
}

/* Columns of what stands before the blanks of alignment. */
static uint32_t head_columns(const struct printer *p, const struct line *line)
{
    const struct piece *from = &p->at[line->from];
    return p->at[line->pad_at].column - from->column - from->gap;
}

static struct line read_item(const struct printer *p, uint32_t from, uint32_t to, uint32_t indent)
{
    const struct piece *at = p->at;
    struct line line = {.from = from, .item = true, .element = at[from].flags & PIECE_ELEMENT};
    uint32_t i = from;
    do
        i = at[i].flags & PIECE_OPEN ? at[i].match + 1 : i + 1;
    while (i < to && !(at[i].flags & PIECE_ITEM) && at[i].place != PLACE_LINE &&
           at[i].place != PLACE_TRAIL);
    line.to = i;
    bool breakable = at[i].breaks > at[from].breaks;
    line.whole =
        at[i].hard == at[from].hard && (!breakable || indent + item_columns(p, &line) <= WIDTH_MAX);
    if (line.whole && at[from].align != ALIGN_NONE) {
        for (i = from; i < line.to && !(at[i].flags & PIECE_PAD);)
            i++;
        line.pad_at = i;
        if (i < line.to && head_columns(p, &line) <= ALIGN_MAX)
            line.align = at[from].align;
    }
    return line;
}

static void read_lines(const struct printer *p, uint32_t from, uint32_t to, uint32_t indent,
                       struct lines *lines)
{
    for (uint32_t i = from; i < to;) {
        bool comment = piece_is_comment(&p->at[i]) && p->at[i].place == PLACE_LINE;
        struct line line = {.from = i, .to = i + 1};
        if (!comment)
            line = read_item(p, i, to, indent);
        line.blank = i > from && p->at[i].newlines > 1;
        for (i = line.to; i < to && p->at[i].place == PLACE_TRAIL;)
            i++;
        line.trail = i;
        /* A comment of several lines at its end makes an item one of several lines for its
         * neighbours. */
        if (p->at[i].hard - p->at[line.to].hard >
            (i > line.to && p->at[i - 1].flags & PIECE_LINE_COMMENT))
            line.align = ALIGN_NONE;
        vec_push(p->arena, &lines->list, line);
    }
}

/* Aligns lines [from, to), except those that would not fit then. */
static void align_group(struct printer *p, struct line *at, size_t from, size_t to, uint32_t indent,
                        bool check)
{
    uint32_t most = 0;
    for (size_t i = from; i < to; i++) {
        uint32_t head = head_columns(p, &at[i]);
        most = head > most ? head : most;
    }
    size_t begin = from;
    for (size_t i = from; i < to; i++) {
        uint32_t columns = indent + item_columns(p, &at[i]);
        at[i].pad = most - head_columns(p, &at[i]);
        if (check && columns <= WIDTH_MAX && columns + at[i].pad > WIDTH_MAX) {
            at[i].pad = 0;
            align_group(p, at, begin, i, indent, false);
            begin = i + 1;
        }
    }
    if (begin > from)
        align_group(p, at, begin, to, indent, false);
}

static void align_lines(struct printer *p, struct lines *lines, uint32_t indent)
{
    struct line *at = lines->list.at;
    for (size_t from = 0, to; from < lines->list.len; from = to) {
        to = from + 1;
        if (at[from].align == ALIGN_NONE)
            continue;
        while (to < lines->list.len && at[to].align == at[from].align && !at[to].blank)
            to++;
        align_group(p, at, from, to, indent, true);
    }
}

/* Whether the comment at the end of a line stands in a column with its neighbours. */
static bool comment_aligned(const struct printer *p, const struct line *line, uint32_t indent)
{
    if (!line->whole || line->trail == line->to)
        return false;
    for (uint32_t i = line->to; i < line->trail; i++)
        if (p->at[i].flags & PIECE_HARD && !(p->at[i].flags & PIECE_LINE_COMMENT))
            return false;
    return indent + item_columns(p, line) + line->pad <= WIDTH_MAX;
}

static void align_comments(const struct printer *p, struct lines *lines, uint32_t indent)
{
    struct line *at = lines->list.at;
    for (size_t from = 0, to; from < lines->list.len; from = to) {
        uint32_t most = 0;
        for (to = from; to < lines->list.len && comment_aligned(p, &at[to], indent); to++) {
            if (to > from && at[to].blank)
                break;
            uint32_t columns = indent + item_columns(p, &at[to]) + at[to].pad;
            most = columns > most ? columns : most;
        }
        for (size_t i = from; i < to; i++)
            at[i].comment_at = most + INDENT;
        if (to == from)
            to++;
    }
}

/* At file level a blank line parts what has several lines from its neighbours. */
static void part_declarations(struct lines *lines)
{
    struct line *at = lines->list.at;
    size_t last = 0;
    bool blank = false, any = false;
    for (size_t i = 0; i < lines->list.len; i++) {
        blank = blank || at[i].blank;
        if (!at[i].item)
            continue;
        if (any && !blank && !(at[last].whole && at[i].whole))
            at[last + 1].blank = true;
        last = i;
        any = true;
        blank = false;
    }
}

static void print_line(struct printer *p, const struct line *line, uint32_t indent)
{
    if (line->blank)
        buf_putc(p->out, '\n');
    if (line->from)
        new_line(p, indent);
    if (!line->item)
        put_piece(p, &p->at[line->from]);
    else if (line->whole)
        print_whole(p, line->from, line->to, line->pad_at, line->pad);
    else
        print_broken(p, line->from, line->to, line->element ? 1 : 0);
    if (line->element)
        put(p, ",", 1, 1);
    print_trail(p, line->to, line->trail, line->comment_at);
}

/* Prints pieces [from, to), one item or comment a line, each line begun by a line end. */
static void print_body(struct printer *p, uint32_t from, uint32_t to, uint32_t indent)
{
    struct lines lines = {0};
    read_lines(p, from, to, indent, &lines);
    align_lines(p, &lines, indent);
    align_comments(p, &lines, indent);
    if (from == 0)
        part_declarations(&lines);
    for (size_t i = 0; i < lines.list.len; i++)
        print_line(p, &lines.list.at[i], indent);
}

void format_tree(struct session *s, const struct tree *tree, struct buf *out)
{
    if (!tree->complete)
        return;
    struct arena arena = {0};
    struct pieces pieces;
    size_t start = out->len;
    format_pieces(s, tree, &arena, &pieces);
    struct printer p = {.arena = &arena, .source = tree->source, .at = pieces.at, .out = out};
    print_body(&p, 0, (uint32_t)(pieces.count - 1), 0);
    if (out->len > start)
        buf_putc(out, '\n');
    arena_free(&arena);
}
