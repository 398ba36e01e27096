/* predicate_lex.c - the words of a row filter, and where each stands in the file. */
#include "model/predicate_parts.h"

#include <string.h>
#include <strings.h>

/* ---- places ---------------------------------------------------------------------------------- */

/* A text in quotes. Escapes of two characters have a place of their own; \u.... are not followed:
 * false, and the whole text is the place. */
static bool locate_string(struct predicate_reader *r, const char *raw, size_t n, uint32_t base)
{
    size_t j = 0;
    for (size_t i = 0; i < n; i++, j++) {
        if (j == r->length) {
            return false;
        }
        r->places[j] = base + (uint32_t)i;
        if (raw[i] == '\\' && (++i == n || raw[i] == 'u')) {
            return false;
        }
    }
    r->places[j] = base + (uint32_t)n;
    return j == r->length;
}

/* A text block: each line of the text is the end of a line of the file (indentation and carriage
 * returns are gone). */
static bool locate_block(struct predicate_reader *r, const char *raw, size_t n, uint32_t base)
{
    const char *line = r->text, *end = r->text + r->length, *at = raw, *stop = raw + n;
    const char *first = memchr(raw, '\n', n);
    if (first != NULL && strspn(raw, " \t\r") == (size_t)(first - raw)) {
        at = first + 1; /* nothing stands behind the opening quotes */
    }
    for (;;) {
        const char *line_end = memchr(line, '\n', (size_t)(end - line));
        const char *raw_end = at < stop ? memchr(at, '\n', (size_t)(stop - at)) : NULL;
        line_end = line_end != NULL ? line_end : end;
        raw_end = raw_end != NULL ? raw_end : stop;
        size_t length = (size_t)(line_end - line);
        const char *tail =
            raw_end > at && raw_end < stop && raw_end[-1] == '\r' ? raw_end - 1 : raw_end;
        if ((size_t)(tail - at) < length || memcmp(tail - length, line, length) != 0) {
            return false;
        }
        for (size_t i = 0; i <= length; i++) { /* its newline, or the end, too */
            r->places[(size_t)(line - r->text) + i] =
                base + (uint32_t)(tail - length - raw) + (uint32_t)i;
        }
        if (line_end == end) {
            return true;
        }
        line = line_end + 1;
        if (raw_end == stop) {
            return false;
        }
        at = raw_end + 1;
    }
}

static bool locate(struct predicate_reader *r)
{
    const struct source *source = source_at(r->e->s, r->whole.lo);
    if (source == NULL || r->whole.hi - r->whole.lo < 2) {
        return false;
    }
    const char *raw = source->text + (r->whole.lo - source->base);
    size_t n = r->whole.hi - r->whole.lo;
    if (n >= 6 && strncmp(raw, "\"\"\"", 3) == 0) {
        return locate_block(r, raw + 3, n - 6, r->whole.lo + 3);
    }
    return *raw == '"' && locate_string(r, raw + 1, n - 2, r->whole.lo + 1);
}

struct span predicate_span(const struct predicate_reader *r, uint32_t lo, uint32_t hi)
{
    if (!r->located || lo >= hi) {
        return r->whole;
    }
    return (struct span){r->places[lo], r->places[hi]};
}

struct diag *predicate_report(struct predicate_reader *r, enum diag_code code, uint32_t lo,
                              uint32_t hi, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vformat(r->e->arena, format, arguments);
    va_end(arguments);
    r->broken = true;
    return diag(r->e->s, code, predicate_span(r, lo, hi), "%s", message);
}

/* ---- words ----------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool begins_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool in_name(char c)
{
    return begins_name(c) || is_digit(c) || c == '$';
}

static const struct {
    const char *word;
    enum lexeme_kind kind;
} keywords[] = {
    {"AND", LEX_AND},   {"OR", LEX_OR},       {"NOT", LEX_NOT}, {"BETWEEN", LEX_BETWEEN},
    {"IN", LEX_IN},     {"LIKE", LEX_LIKE},   {"IS", LEX_IS},   {"NULL", LEX_NULL},
    {"TRUE", LEX_TRUE}, {"FALSE", LEX_FALSE},
};

static enum lexeme_kind word_kind(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (strlen(keywords[i].word) == n && strncasecmp(keywords[i].word, word, n) == 0) {
            return keywords[i].kind;
        }
    }
    return LEX_NAME;
}

static struct lexeme broken(uint32_t lo, uint32_t hi)
{
    return (struct lexeme){LEX_BROKEN, COMPARE_EQ, lo, hi};
}

static struct lexeme lex_word(struct predicate_reader *r, uint32_t lo)
{
    uint32_t hi = lo;
    while (in_name(r->text[hi])) {
        hi++;
    }
    enum lexeme_kind kind = word_kind(r->text + lo, hi - lo);
    if (kind == LEX_NAME && r->text[hi] == '-' && begins_name(r->text[hi + 1])) {
        while (in_name(r->text[hi]) || (r->text[hi] == '-' && in_name(r->text[hi + 1]))) {
            hi++;
        }
        struct diag *d = predicate_report(r, D_ROW_FILTER_SYNTAX, lo, hi,
                                          "a name with '-' in it stands in double quotes");
        diag_help(r->e->s, d, "write \"%.*s\"", (int)(hi - lo), r->text + lo);
        return broken(lo, hi);
    }
    return (struct lexeme){kind, COMPARE_EQ, lo, hi};
}

/* Lake Formation's PredicateString takes no control characters but tab and newline, nor U+FFFE and
 * U+FFFF (AWS API model). */
static bool is_refused(const char *p)
{
    unsigned char c = (unsigned char)*p;
    return (c < ' ' && c != '\t' && c != '\n' && c != '\r') ||
           (c == 0xef && (unsigned char)p[1] == 0xbf && (unsigned char)p[2] >= 0xbe);
}

/* From a quote to the next one that is not doubled. */
static struct lexeme lex_quoted(struct predicate_reader *r, uint32_t lo)
{
    char quote = r->text[lo];
    uint32_t hi = lo + 1;
    for (;; hi++) {
        if (hi == r->length) {
            predicate_report(r, D_ROW_FILTER_SYNTAX, lo, lo + 1, "this quote is never closed");
            return broken(lo, hi);
        }
        if (is_refused(r->text + hi)) {
            predicate_report(r, D_ROW_FILTER_SYNTAX, hi, hi + 1,
                             "Lake Formation takes no control character here");
        }
        if (r->text[hi] == quote && r->text[++hi] != quote) {
            break;
        }
    }
    if (quote == '"' && hi - lo == 2) {
        predicate_report(r, D_ROW_FILTER_SYNTAX, lo, hi, "a column has a name");
        return broken(lo, hi);
    }
    return (struct lexeme){quote == '"' ? LEX_QUOTED : LEX_TEXT, COMPARE_EQ, lo, hi};
}

/* Lake Formation documents no form of numbers; this is what PartiQL and Redshift both read. */
enum { DIGITS_MAX = 38 };

static struct lexeme lex_number(struct predicate_reader *r, uint32_t lo)
{
    uint32_t first = lo + (r->text[lo] == '-' || r->text[lo] == '+'), hi = first, fraction = 0;
    enum lexeme_kind kind = LEX_INTEGER;
    const char *wrong = NULL;
    hi += (uint32_t)strspn(r->text + hi, "0123456789");
    uint32_t whole = hi - first;
    if (whole > 1 && r->text[first] == '0') {
        wrong = "a number does not begin with 0; a text stands in quotes: '007'";
    }
    if (r->text[hi] == '.' && is_digit(r->text[hi + 1])) {
        kind = LEX_DECIMAL;
        fraction = (uint32_t)strspn(r->text + hi + 1, "0123456789");
        hi += 1 + fraction;
    }
    if (whole == 0 || in_name(r->text[hi]) || r->text[hi] == '.') {
        while (in_name(r->text[hi]) || r->text[hi] == '.') {
            hi++;
        }
        wrong = "numbers are written 5, -5 or 0.5; a text stands in quotes";
    }
    if (wrong != NULL) {
        struct diag *d = predicate_report(r, D_ROW_FILTER_SYNTAX, lo, hi, "this is no number");
        diag_help(r->e->s, d, "%s", wrong);
        return broken(lo, hi);
    }
    if (whole + fraction > DIGITS_MAX) {
        predicate_report(r, D_ROW_FILTER_SYNTAX, lo, hi,
                         "a number of %u digits: at most %d are possible", whole + fraction,
                         (int)DIGITS_MAX);
        return broken(lo, hi);
    }
    return (struct lexeme){kind, COMPARE_EQ, lo, hi};
}

/* ---- signs ----------------------------------------------------------------------------------- */

static const struct sign { /* longer ones first */
    const char *text;
    enum lexeme_kind kind;
    enum comparison comparison;
    const char *instead; /* LEX_BROKEN: what to write */
    const char *until;   /* LEX_BROKEN: all up to here belongs to it; NULL */
} signs[] = {
    {"<=", LEX_COMPARISON, COMPARE_LE, NULL, NULL},
    {">=", LEX_COMPARISON, COMPARE_GE, NULL, NULL},
    {"<>", LEX_COMPARISON, COMPARE_NE, NULL, NULL},
    {"!=", LEX_COMPARISON, COMPARE_NE, NULL, NULL},
    {"==", LEX_BROKEN, 0, "equal is written `=`", NULL},
    {"&&", LEX_BROKEN, 0, "write AND", NULL},
    {"--", LEX_BROKEN, 0, "a comment stands outside the quotes", "\n"},
    {"/*", LEX_BROKEN, 0, "a comment stands outside the quotes", "*/"},
    {"||", LEX_OPERATOR, 0, NULL, NULL},
    {"=", LEX_COMPARISON, COMPARE_EQ, NULL, NULL},
    {"<", LEX_COMPARISON, COMPARE_LT, NULL, NULL},
    {">", LEX_COMPARISON, COMPARE_GT, NULL, NULL},
    {"+", LEX_OPERATOR, 0, NULL, NULL},
    {"-", LEX_OPERATOR, 0, NULL, NULL},
    {"*", LEX_OPERATOR, 0, NULL, NULL},
    {"/", LEX_OPERATOR, 0, NULL, NULL},
    {"%", LEX_OPERATOR, 0, NULL, NULL},
    {"(", LEX_OPEN, 0, NULL, NULL},
    {")", LEX_CLOSE, 0, NULL, NULL},
    {",", LEX_COMMA, 0, NULL, NULL},
    {".", LEX_DOT, 0, NULL, NULL},
    {"!", LEX_BROKEN, 0, "write NOT", NULL},
    {"[", LEX_BROKEN, 0, "Lake Formation does not reach into arrays and maps", "]"},
    {"`", LEX_BROKEN, 0, "a name stands in double quotes, a text in single ones", "`"},
    {"\xe2\x80\x98", LEX_BROKEN, 0, "a text stands in straight quotes: 'EU'", "\xe2\x80\x99"},
    {"\xe2\x80\x9c", LEX_BROKEN, 0, "a text stands in straight quotes: 'EU'", "\xe2\x80\x9d"},
};

/* What stands here and is no sign of ours: a character, or letters of other scripts together. */
static struct lexeme lex_unknown(struct predicate_reader *r, uint32_t lo)
{
    uint32_t hi = lo + 1;
    unsigned char c = (unsigned char)r->text[lo];
    if (c < ' ' || c == 127) {
        predicate_report(r, D_ROW_FILTER_SYNTAX, lo, hi,
                         "a control character means nothing in a row filter");
        return broken(lo, hi);
    }
    while (c >= 0x80 && (unsigned char)r->text[hi] >= 0x80) {
        hi++;
    }
    struct diag *d =
        predicate_report(r, D_ROW_FILTER_SYNTAX, lo, hi, "'%.*s' means nothing in a row filter",
                         (int)(hi - lo), r->text + lo);
    if (c >= 0x80) {
        diag_help(r->e->s, d, "a name with other letters than a to z stands in double quotes");
    }
    return broken(lo, hi);
}

static struct lexeme lex_sign(struct predicate_reader *r, uint32_t lo)
{
    const struct sign *sign = NULL;
    uint32_t hi = lo;
    for (size_t i = 0; i < sizeof signs / sizeof *signs && sign == NULL; i++) {
        size_t n = strlen(signs[i].text);
        if (strncmp(r->text + lo, signs[i].text, n) == 0) {
            sign = &signs[i];
            hi = lo + (uint32_t)n;
        }
    }
    if (sign == NULL) {
        return lex_unknown(r, lo);
    }
    if (sign->kind != LEX_BROKEN) {
        return (struct lexeme){sign->kind, sign->comparison, lo, hi};
    }
    struct diag *d = predicate_report(r, D_ROW_FILTER_SYNTAX, lo, hi,
                                      "'%s' means nothing in a row filter", sign->text);
    diag_help(r->e->s, d, "%s", sign->instead);
    const char *end = sign->until != NULL ? strstr(r->text + hi, sign->until) : NULL;
    if (end != NULL) {
        hi = (uint32_t)(end - r->text) + (uint32_t)strlen(sign->until);
    } else if (sign->until != NULL) {
        hi = r->length;
    }
    return broken(lo, hi);
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* Can what stands before a sign be its left side? Then it is no sign of a number. */
static bool ends_operand(const struct predicate_reader *r)
{
    if (r->lexemes.len == 0) {
        return false;
    }
    switch (r->lexemes.at[r->lexemes.len - 1].kind) {
    case LEX_NAME:
    case LEX_QUOTED:
    case LEX_TEXT:
    case LEX_INTEGER:
    case LEX_DECIMAL:
    case LEX_CLOSE:
        return true;
    case LEX_END:
    case LEX_BROKEN:
    case LEX_COMPARISON:
    case LEX_OPERATOR:
    case LEX_OPEN:
    case LEX_COMMA:
    case LEX_DOT:
    case LEX_AND:
    case LEX_OR:
    case LEX_NOT:
    case LEX_BETWEEN:
    case LEX_IN:
    case LEX_LIKE:
    case LEX_IS:
    case LEX_NULL:
    case LEX_TRUE:
    case LEX_FALSE:
        break;
    }
    return false;
}

static struct lexeme lex_one(struct predicate_reader *r, uint32_t at)
{
    char c = r->text[at], next = r->text[at + 1];
    if (begins_name(c)) {
        return lex_word(r, at);
    }
    if (c == '\'' || c == '"') {
        return lex_quoted(r, at);
    }
    if (is_digit(c) || ((c == '-' || c == '+' || c == '.') && is_digit(next) && !ends_operand(r))) {
        return lex_number(r, at);
    }
    return lex_sign(r, at);
}

void predicate_lex(struct predicate_reader *r)
{
    uint32_t at = 0;
    r->located = locate(r);
    for (;;) {
        at += (uint32_t)strspn(r->text + at, " \t\r\n");
        if (at >= r->length) {
            break;
        }
        struct lexeme l = lex_one(r, at);
        vec_push(r->e->arena, &r->lexemes, l);
        at = l.hi;
    }
    vec_push(r->e->arena, &r->lexemes, (struct lexeme){LEX_END, COMPARE_EQ, r->length, r->length});
}

atom predicate_name(struct predicate_reader *r, const struct lexeme *l)
{
    char name[PREDICATE_BYTES_MAX + 1];
    size_t n = 0;
    uint32_t quote = l->kind == LEX_QUOTED;
    for (uint32_t i = l->lo + quote; i < l->hi - quote; i++) {
        name[n++] = r->text[i];
        i += quote != 0 && r->text[i] == '"'; /* doubled */
    }
    return names_lower(r->e, atom_put(&r->e->s->atoms, name, n));
}
