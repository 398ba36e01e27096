/* format_pieces.h - what the formatter works on: the tokens and comments of a file in their order,
 * each with what the tree says about it (an item begins here, this bracket belongs to a type, ...)
 * and with sums that answer "does this stretch fit on one line" at once. Private to format*.c.
 *
 * Nothing is ever added to or taken from the row of pieces except optional commas, so no token or
 * comment can be lost: the formatter decides white space alone. */
#ifndef MESH_SYNTAX_FORMAT_PIECES_H
#define MESH_SYNTAX_FORMAT_PIECES_H

#include "syntax/parse.h"
#include "syntax/tree.h"

enum {
    PIECE_ITEM = 1,           /* an item of a body or list begins here, or a comment before it */
    PIECE_ELEMENT = 2,        /* it is an item of a list */
    PIECE_PAD = 4,            /* alignment puts blanks before this piece */
    PIECE_TOUCH = 8,          /* no blank before it */
    PIECE_TIGHT = 16,         /* no blank after it */
    PIECE_CLAUSE = 32,        /* an overlong statement goes on here in a new line */
    PIECE_FILL = 64,          /* and if that is not enough, here */
    PIECE_OPEN = 128,         /* '{' or '[' with something in it: can be broken over lines */
    PIECE_CLOSE = 256,        /* '}' or ']' */
    PIECE_HARD = 512,         /* cannot stand inside a line: see sums below */
    PIECE_UNQUOTE = 1024,     /* a label without its quotes; text is the name */
    PIECE_AFTER_COMMA = 2048, /* an optional comma stood before it */
    PIECE_LINE_COMMENT = 4096
};

/* Where a comment belongs; PLACE_CODE is no comment. */
enum place {
    PLACE_CODE,
    PLACE_LINE,   /* a line of its own between items */
    PLACE_TRAIL,  /* the end of the line of what precedes */
    PLACE_BEFORE, /* on the line of the item that follows, before it */
    PLACE_INSIDE  /* between two tokens of one item */
};

/* What is aligned in an item that stands on one line. */
enum align { ALIGN_NONE, ALIGN_VALUE /* after the label */, ALIGN_BRACE };

struct piece {
    const char *text;
    uint32_t at;      /* place in the file: span.lo */
    uint32_t size;    /* bytes */
    uint32_t columns; /* characters of its first line */
    uint32_t flags;
    uint8_t kind; /* enum token_kind */
    uint8_t place, align;
    uint8_t gap;      /* blanks before it on one line; 2 in a list is ", " */
    uint8_t newlines; /* between it and the piece before, at most 2 */
    uint32_t match;   /* PIECE_OPEN: the closing piece */
    /* Sums over all pieces before this one, so that a difference says it for a stretch. */
    uint32_t column; /* columns, gaps included, were all on one line; without this piece's gap */
    uint32_t hard;   /* pieces that forbid one line: comments to the end of the line, texts of
                      * several lines, brackets that the author broke */
    uint32_t breaks; /* places where a line could be broken */
    /* Columns at which the stretch that begins here could next end its line. */
    uint32_t clause_end, break_end; /* the former keeps lists whole */
};

struct pieces {
    struct arena *arena;
    const struct source *source;
    struct piece *at;
    size_t count; /* the last one is TOKEN_END */
};

/* All of a file's pieces, ready to print. */
void format_pieces(struct session *s, const struct tree *tree, struct arena *arena,
                   struct pieces *out);
/* Puts the tree's knowledge into the flags: pieces are still one a token. */
void format_marks(const struct tree *tree, struct pieces *pieces);

static inline bool piece_is(const struct piece *piece, char punctuation)
{
    return piece->kind == TOKEN_PUNCTUATION && piece->size == 1 && piece->text[0] == punctuation;
}

static inline bool piece_is_comment(const struct piece *piece)
{
    return piece->kind == TOKEN_COMMENT || piece->kind == TOKEN_DOC;
}

#endif
