/* format_pieces.c - from tokens and tree to pieces: optional commas go, comments find their place,
 * brackets their pair, gaps and sums are computed. Every pass is linear. */
#include "syntax/format_pieces.h"

#include "base/utf8.h"
#include <string.h>

static bool is_name(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i && ((c >= '0' && c <= '9') || c == '-')))
            return false;
    }
    return n > 0;
}

static uint32_t count_columns(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] >= 0x80)
            return (uint32_t)(i + utf8_count(text + i, n - i));
    return (uint32_t)n;
}

/* Cuts blanks and line ends off a comment, quotes off a label that needs none; measures. */
static void shape(struct piece *piece)
{
    if (piece_is_comment(piece)) {
        while (piece->size && strchr(" \t\r\n", piece->text[piece->size - 1]))
            piece->size--;
        if (piece->size >= 2 && piece->text[1] == '/')
            piece->flags |= PIECE_LINE_COMMENT | PIECE_HARD;
    } else if (piece->kind == TOKEN_QUOTED_LABEL && is_name(piece->text + 1, piece->size - 3)) {
        piece->text++;
        piece->size -= 3;
        piece->flags |= PIECE_UNQUOTE;
    }
    const char *newline = NULL;
    if (piece->kind == TOKEN_BLOCKTEXT || piece_is_comment(piece))
        newline = memchr(piece->text, '\n', piece->size);
    if (newline)
        piece->flags |= PIECE_HARD;
    size_t first_line = newline ? (size_t)(newline - piece->text) : piece->size;
    piece->columns =
        count_columns(piece->text, first_line) + (piece->flags & PIECE_UNQUOTE ? 1 : 0);
}

static uint8_t newlines_between(const char *from, const char *to)
{
    uint8_t n = 0;
    for (; from < to && n < 2; from++)
        n = (uint8_t)(n + (*from == '\n'));
    return n;
}

static void take_tokens(struct session *s, struct pieces *pieces)
{
    const struct source *source = pieces->source;
    struct token_list tokens = {0};
    scan_tokens(s, source, &tokens);
    pieces->count = tokens.list.len;
    pieces->at = arena_array(pieces->arena, struct piece, pieces->count);
    const char *end = source->text;
    for (size_t i = 0; i < pieces->count; i++) {
        const struct token *token = &tokens.list.at[i];
        struct piece *piece = &pieces->at[i];
        piece->kind = (uint8_t)token->kind;
        piece->at = token->span.lo;
        piece->text = source->text + (token->span.lo - source->base);
        piece->size = token->span.hi - token->span.lo;
        piece->newlines = newlines_between(end, piece->text);
        shape(piece);
        end = piece->text + piece->size + (piece->flags & PIECE_UNQUOTE ? 2 : 0);
    }
}

/* Whether a doc comment would come to document the next item if a comma went away. */
static bool keeps_doc_away(const struct piece *kept, size_t count, const struct piece *comma)
{
    bool line_comment = count && kept[count - 1].flags & PIECE_LINE_COMMENT;
    if (line_comment && comma[1].kind == TOKEN_DOC && !comma[1].newlines)
        return true;
    while (count && piece_is_comment(&kept[count - 1]))
        if (kept[--count].kind == TOKEN_DOC)
            return true;
    return false;
}

/* Whether piece i is a comma that may stand or not: before the next item or the end of a body or
 * list. `around` is the bracket it stands in. */
static bool is_optional(const struct piece *at, size_t kept, size_t i, char around)
{
    if (!piece_is(&at[i], ',') || around == '(')
        return false;
    if (around == '{' && keeps_doc_away(at, kept, &at[i]))
        return false;
    do
        i++;
    while (piece_is_comment(&at[i]));
    return at[i].flags & PIECE_ITEM || piece_is(&at[i], '}') || piece_is(&at[i], ']');
}

/* Takes out the optional commas. All others are places where an overlong line may be broken. */
static void drop_commas(struct pieces *pieces)
{
    struct piece *at = pieces->at;
    VEC(char) open = {0};
    vec_push(pieces->arena, &open, '\0');
    size_t kept = 0;
    int newlines = 0; /* before commas just taken out */
    uint32_t after = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        if (piece_is(&at[i], '{') || piece_is(&at[i], '[') || piece_is(&at[i], '('))
            vec_push(pieces->arena, &open, at[i].text[0]);
        else if (piece_is(&at[i], '}') || piece_is(&at[i], ']') || piece_is(&at[i], ')'))
            open.len -= open.len > 1;
        if (is_optional(at, kept, i, open.at[open.len - 1])) {
            newlines += at[i].newlines;
            after = PIECE_AFTER_COMMA;
            continue;
        }
        struct piece piece = at[i];
        piece.flags |= after;
        if (kept && piece_is(&at[kept - 1], ',') && !piece_is_comment(&piece))
            piece.flags |= PIECE_FILL;
        /* A comment behind a comma that begins its line goes to the end of the line before, if that
         * takes it. */
        if (!piece_is_comment(&piece) || piece.newlines)
            newlines += piece.newlines;
        else
            newlines = kept && at[kept - 1].flags & PIECE_LINE_COMMENT;
        piece.newlines = (uint8_t)(newlines > 2 ? 2 : newlines);
        newlines = 0;
        after = 0;
        at[kept++] = piece;
    }
    pieces->count = kept;
}

static void match_brackets(struct pieces *pieces)
{
    struct piece *at = pieces->at;
    VEC(uint32_t) open = {0};
    VEC(uint32_t) lines = {0}; /* line breaks seen when the bracket opened */
    uint32_t line = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        line += at[i].newlines;
        if (piece_is(&at[i], '{') || piece_is(&at[i], '[')) {
            vec_push(pieces->arena, &open, (uint32_t)i);
            vec_push(pieces->arena, &lines, line);
        } else if ((piece_is(&at[i], '}') || piece_is(&at[i], ']')) && open.len) {
            at[i].flags |= PIECE_CLOSE;
            uint32_t o = open.at[--open.len];
            at[o].match = (uint32_t)i;
            if (o + 1 < i) {
                at[o].flags |= PIECE_OPEN;
                if (lines.at[open.len] != line)
                    at[o].flags |= PIECE_HARD;
            }
            lines.len--;
        }
        if (at[i].flags & PIECE_HARD && !(at[i].flags & (PIECE_OPEN | PIECE_LINE_COMMENT)))
            line++; /* a text of several lines */
    }
}

/* Places the comments [from, to) between the pieces from - 1 and to, where one item ends and
 * another may begin. Comments of one line stay on one line: only what begins its line can be
 * documentation. */
static void place_between(struct piece *at, size_t from, size_t to)
{
    bool after_open = from && at[from - 1].flags & PIECE_OPEN;
    bool to_item = at[to].flags & PIECE_ITEM;
    for (size_t lo = from, hi; lo < to; lo = hi) { /* one line of comments after the other */
        bool hard = false;
        for (hi = lo; hi < to && (hi == lo || !at[hi].newlines); hi++)
            hard = hard || at[hi].flags & PIECE_HARD;
        bool same_line = from && lo == from && !at[lo].newlines;
        bool reaches = hi == to && !at[to].newlines && !hard && at[to].kind != TOKEN_END;
        size_t before = hi; /* comments [before, hi) go with the item that follows */
        if (reaches && to_item && (!same_line || after_open))
            before = lo;
        else if (reaches && at[to].flags & PIECE_ELEMENT) /* commas of bodies go */
            for (size_t i = hi; i > lo; i--)
                if (at[i - 1].flags & PIECE_AFTER_COMMA)
                    before = i - 1;
        bool trail = same_line && !(after_open && reaches);
        for (size_t i = lo; i < hi; i++)
            at[i].place = i >= before ? PLACE_BEFORE : trail || i > lo ? PLACE_TRAIL : PLACE_LINE;
        if (before < hi) { /* the item begins with its comment */
            at[before].flags |= at[to].flags & (PIECE_ITEM | PIECE_ELEMENT);
            at[before].align = at[to].align;
            at[to].flags &= ~(uint32_t)(PIECE_ITEM | PIECE_ELEMENT);
        }
    }
}

static void place_comments(struct pieces *pieces)
{
    struct piece *at = pieces->at;
    for (size_t i = 0, to; i < pieces->count; i = to + 1) {
        for (to = i; piece_is_comment(&at[to]);)
            to++;
        if (to == i)
            continue;
        if (at[to].flags & (PIECE_ITEM | PIECE_CLOSE) || at[to].kind == TOKEN_END) {
            place_between(at, i, to);
        } else {
            for (size_t k = i; k < to; k++)
                at[k].place = PLACE_INSIDE;
        }
    }
}

static uint8_t gap_before(const struct piece *before, const struct piece *piece)
{
    if (piece->flags & PIECE_ITEM)
        return piece_is(before, '{') ? 1 : piece_is(before, '[') ? 0 : 2;
    if (piece->flags & PIECE_TOUCH || before->flags & PIECE_TIGHT)
        return 0;
    if (piece_is(before, '{'))
        return piece_is(piece, '}') ? 0 : 1;
    if (piece_is(before, '(') || piece_is(before, '['))
        return 0;
    return !(piece_is(piece, ',') || piece_is(piece, ')') || piece_is(piece, ']'));
}

static void sum(struct pieces *pieces)
{
    struct piece *at = pieces->at;
    uint32_t column = 0, hard = 0, breaks = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        at[i].gap = i ? gap_before(&at[i - 1], &at[i]) : 0;
        at[i].column = column;
        at[i].hard = hard;
        at[i].breaks = breaks;
        column += at[i].gap + at[i].columns;
        hard += at[i].flags & PIECE_HARD ? 1 : 0;
        breaks += at[i].flags & (PIECE_OPEN | PIECE_CLAUSE | PIECE_FILL) ? 1 : 0;
    }
    uint32_t clause_end = column, break_end = column;
    for (size_t i = pieces->count; i-- > 0;) {
        at[i].clause_end = clause_end;
        at[i].break_end = break_end;
        bool list = at[i].flags & PIECE_OPEN && piece_is(&at[i], '[');
        uint32_t through = at[i].column + at[i].gap + at[i].columns;
        if (at[i].flags & PIECE_LINE_COMMENT)
            through = at[i].column;
        if (at[i].flags & (PIECE_OPEN | PIECE_HARD))
            break_end = through;
        if (at[i].flags & PIECE_HARD || (at[i].flags & PIECE_OPEN && !list))
            clause_end = through;
        if (at[i].flags & (PIECE_CLAUSE | PIECE_FILL))
            break_end = at[i].column;
        if (at[i].flags & PIECE_CLAUSE)
            clause_end = at[i].column;
    }
}

void format_pieces(struct session *s, const struct tree *tree, struct arena *arena,
                   struct pieces *out)
{
    *out = (struct pieces){.arena = arena, .source = tree->source};
    take_tokens(s, out);
    format_marks(tree, out);
    drop_commas(out);
    match_brackets(out);
    place_comments(out);
    sum(out);
}
