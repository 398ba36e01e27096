/* literal.c - what the scanner's tokens mean: names, numbers with and without units, dates, texts;
 * and its errors. */
#include "base/day.h"
#include "syntax/build.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct diag *lexical_error(struct parse *ps, enum diag_code code, struct span span,
                           const char *format, ...)
{
    ps->tree->complete = false;
    if (ps->error_line == ps->line)
        return NULL;
    ps->error_line = ps->line;
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_vformat(&ps->s->arena, format, arguments);
    va_end(arguments);
    return diag(ps->s, code, span, "%s", text);
}

static struct value *make(struct parse *ps, enum value_kind kind, struct span span,
                          const char *text, size_t length)
{
    struct value *value = arena_new(&ps->s->trees, struct value);
    value->kind = kind;
    value->span = span;
    value->text = atom_put(&ps->s->atoms, text, length);
    return value;
}

struct value *literal_error(struct parse *ps, struct span span)
{
    return make(ps, VALUE_ERROR, span, "", 0);
}

void literal_unclosed(struct parse *ps, struct span span)
{
    ps->errors++; /* what it swallowed is not missed a second time */
    lexical_error(ps, D_UNTERMINATED_COMMENT, (struct span){span.lo, span.lo + 2},
                  "the comment is never closed by */");
}

atom literal_name(struct parse *ps, const char *text, size_t length, struct span span)
{
    if (length > NAME_BYTES_MAX)
        lexical_error(ps, D_NAME_TOO_LONG, (struct span){span.lo, span.lo + 40},
                      "a name of %zu bytes: at most %d are possible", length, (int)NAME_BYTES_MAX);
    return atom_put(&ps->s->atoms, text, length);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static const struct unit_row {
    const char *word;
    enum unit unit;
    int64_t most; /* so that seconds or bytes fit into 63 bits */
} units[] = {
    {"s", UNIT_SECOND, INT64_MAX},
    {"m", UNIT_MINUTE, INT64_MAX / 60},
    {"h", UNIT_HOUR, INT64_MAX / 3600},
    {"d", UNIT_DAY, INT64_MAX / 86400},
    {"w", UNIT_WEEK, INT64_MAX / 604800},
    {"mo", UNIT_MONTH, INT64_MAX / 2678400},
    {"y", UNIT_YEAR, INT64_MAX / 31622400},
    {"KB", UNIT_KB, INT64_MAX / 1000},
    {"MB", UNIT_MB, INT64_MAX / 1000000},
    {"GB", UNIT_GB, INT64_MAX / 1000000000},
    {"TB", UNIT_TB, INT64_MAX / INT64_C(1000000000000)},
    {"KiB", UNIT_KIB, INT64_MAX >> 10},
    {"MiB", UNIT_MIB, INT64_MAX >> 20},
    {"GiB", UNIT_GIB, INT64_MAX >> 30},
    {"TiB", UNIT_TIB, INT64_MAX >> 40},
};

/* What people write for a unit; in lower case. */
static const struct {
    const char *word, *unit;
} unit_spellings[] = {
    {"sec", "s"},   {"secs", "s"},   {"second", "s"},  {"seconds", "s"}, {"min", "m"},
    {"mins", "m"},  {"minute", "m"}, {"minutes", "m"}, {"hr", "h"},      {"hrs", "h"},
    {"hour", "h"},  {"hours", "h"},  {"day", "d"},     {"days", "d"},    {"week", "w"},
    {"weeks", "w"}, {"wk", "w"},     {"mon", "mo"},    {"month", "mo"},  {"months", "mo"},
    {"yr", "y"},    {"yrs", "y"},    {"year", "y"},    {"years", "y"},   {"k", "KB"},
    {"kb", "KB"},   {"mb", "MB"},    {"g", "GB"},      {"gb", "GB"},     {"t", "TB"},
    {"tb", "TB"},   {"kib", "KiB"},  {"mib", "MiB"},   {"gib", "GiB"},   {"tib", "TiB"},
};

static const char *unit_suggest(const char *word)
{
    for (size_t i = 0; i < sizeof unit_spellings / sizeof *unit_spellings; i++)
        if (strcasecmp(unit_spellings[i].word, word) == 0)
            return unit_spellings[i].unit;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcasecmp(units[i].word, word) == 0)
            return units[i].word;
    return NULL;
}

static size_t digits(const char *p)
{
    size_t n = 0;
    while (p[n] >= '0' && p[n] <= '9')
        n++;
    return n;
}

/* The integer of n digits; false when it does not fit. */
static bool integer(const char *p, size_t n, bool negative, int64_t *out)
{
    int64_t number = 0;
    for (size_t i = 0; i < n; i++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, p[i] - '0',
                                   &number)) /* downwards: the smallest is larger */
            return false;
    if (!negative && number == INT64_MIN)
        return false;
    *out = negative ? number : -number;
    return true;
}

static struct value *too_large(struct parse *ps, struct span span, int64_t most, const char *unit)
{
    lexical_error(ps, D_NUMBER_TOO_LARGE, span,
                  "the number is too large: the largest here is %lld%s", (long long)most, unit);
    return literal_error(ps, span);
}

/* Digits and a word: a duration or a size. */
static struct value *with_unit(struct parse *ps, const char *text, size_t n, size_t length,
                               struct span span)
{
    const char *word = text + n;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(units[i].word, word) != 0)
            continue;
        int64_t number;
        if (!integer(text, n, false, &number) || number > units[i].most)
            return too_large(ps, span, units[i].most, units[i].word);
        struct value *value =
            make(ps, units[i].unit >= UNIT_KB ? VALUE_SIZE : VALUE_DURATION, span, text, length);
        value->unit = units[i].unit;
        value->number = number;
        return value;
    }
    size_t letters = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    struct diag *d;
    if (word[letters] || letters > 40)
        d = lexical_error(ps, D_BAD_LITERAL, span, "this is no number, date, version or duration");
    else
        d = lexical_error(ps, D_UNKNOWN_UNIT, (struct span){span.lo + (uint32_t)n, span.hi},
                          "unknown unit '%s'", word);
    const char *best = word[letters] ? NULL : unit_suggest(word);
    if (d && best && n < 40)
        diag_help(ps->s, d, "did you mean '%.*s%s'?", (int)n, text, best);
    else if (d && !word[letters])
        diag_help(ps->s, d,
                  "times are written in s, m, h, d, w, mo, y; sizes in KB, MB, GB, TB, KiB, MiB, "
                  "GiB, TiB");
    else if (d)
        diag_help(ps->s, d, "put it in quotes if it is a text");
    return literal_error(ps, span);
}

/* What follows "digits." or "digits e": decimal, version, percentage, or nothing that exists. */
static struct value *with_point(struct parse *ps, const char *text, const char *p, size_t length,
                                struct span span)
{
    bool negative = *text == '-';
    size_t n;
    if (*p == '.' && (n = digits(p + 1)) > 0) {
        p += 1 + n;
        if (*p == '.' && !negative && (n = digits(p + 1)) > 0 && p[1 + n] == 0)
            return make(ps, VALUE_VERSION, span, text, length);
    }
    if (*p == '%' && p[1] == 0)
        return make(ps, VALUE_PERCENT, span, text, length - 1);
    if (*p == 'e' || *p == 'E') {
        const char *q = p + 1 + (p[1] == '+' || p[1] == '-');
        if ((n = digits(q)) > 0)
            p = q + n;
    }
    if (*p == 0 && isinf(strtod(text, NULL))) {
        lexical_error(ps, D_NUMBER_TOO_LARGE, span,
                      "the number is too large: no reader of JSON takes more than %g", DBL_MAX);
        return literal_error(ps, span);
    }
    if (*p == 0)
        return make(ps, VALUE_DECIMAL, span, text, length);
    struct diag *d =
        lexical_error(ps, D_BAD_LITERAL, span, "this is no number, date, version or duration");
    char *end = NULL;
    bool unit = unit_suggest(p) != NULL;
    (void)end;
    if (d && unit)
        diag_help(ps->s, d, "durations and sizes are whole numbers of a smaller unit: 90m, 1500MB");
    else if (d)
        diag_help(ps->s, d, "a version has three parts, 1.4.0; a text stands in quotes");
    return literal_error(ps, span);
}

static struct value *with_dash(struct parse *ps, const char *text, size_t length, struct span span)
{
    if (digits(text) == 4 && text[4] == '-' && digits(text + 5) == 2 && text[7] == '-' &&
        digits(text + 8) == 2 && text[10] == 0) {
        if (day_exists(text))
            return make(ps, VALUE_DATE, span, text, length);
        lexical_error(ps, D_BAD_DATE, span, "the calendar has no day %s", text);
        return literal_error(ps, span);
    }
    struct diag *d =
        lexical_error(ps, D_BAD_LITERAL, span, "this is no number, date, version or duration");
    if (d)
        diag_help(ps->s, d,
                  digits(text) == 4
                      ? "dates are written 2027-01-31"
                      : "nothing is calculated here; put it in quotes if it is a text");
    return literal_error(ps, span);
}

struct value *literal_number(struct parse *ps, const char *text, size_t length, struct span span)
{
    bool negative = *text == '-';
    const char *start = text + negative;
    size_t n = digits(start);
    const char *p = start + n;
    if (*p == 0) {
        int64_t number;
        if (!integer(start, n, negative, &number))
            return too_large(ps, span, negative ? INT64_MIN : INT64_MAX, "");
        struct value *value = make(ps, VALUE_INTEGER, span, text, length);
        value->number = number;
        return value;
    }
    if (*p == '.' || *p == '%' || ((*p == 'e' || *p == 'E') && strpbrk(p + 1, "0123456789")))
        return with_point(ps, text, p, length, span);
    if (*p == '-' && !negative)
        return with_dash(ps, text, length, span);
    if (negative) {
        lexical_error(ps, D_BAD_LITERAL, span, "this is no number, date, version or duration");
        return literal_error(ps, span);
    }
    return with_unit(ps, text, n, length, span);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static int hex4(const char *p)
{
    int code = 0;
    for (int i = 0; i < 4; i++) {
        int c = (unsigned char)p[i], digit = c >= '0' && c <= '9'   ? c - '0'
                                             : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                             : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                                    : -1;
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code;
}

static char *put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* One escape at p, which points to the backslash. Returns its length in the source, 0 when it is
 * none; *wrong says why. */
static size_t escape(const char *p, char **out, const char **wrong)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *simple = p[1] ? strchr(from, p[1]) : NULL;
    *wrong = "unknown escape in a text";
    if (simple) {
        *(*out)++ = to[simple - from];
        return 2;
    }
    if (p[1] != 'u')
        return 0;
    int code = hex4(p + 2);
    if (code < 0) {
        *wrong = "\\u takes four hexadecimal digits";
        return 0;
    }
    if (code == 0) {
        *wrong = "a text has no NUL character";
        return 0;
    }
    if (code >= 0xd800 && code < 0xe000) {
        int low = code < 0xdc00 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
        if (low < 0xdc00 || low > 0xdfff) {
            *wrong = "half of a surrogate pair: the other half is missing";
            return 0;
        }
        *out =
            put_utf8(*out, 0x10000u + ((unsigned)(code - 0xd800) << 10) + (unsigned)(low - 0xdc00));
        return 12;
    }
    *out = put_utf8(*out, (unsigned)code);
    return 6;
}

/* CloudFormation puts a secret or parameter in the place of such a text wherever it stands in a
 * template, and knows no way to escape it. So it stands in no text of a mesh. */
void literal_reference(struct parse *ps, const char *text, struct span span)
{
    const char *found = strstr(text, "{{resolve:");
    if (!found)
        return;
    ps->tree->complete = false;
    struct diag *d = diag(ps->s, D_DYNAMIC_REFERENCE, span,
                          "CloudFormation would replace '%.40s' by what it refers to", found);
    diag_help(ps->s, d, "part the two braces by a blank, or leave the text out");
}

static struct value *make_text(struct parse *ps, enum value_kind kind, struct span span,
                               const char *text, size_t length)
{
    struct value *value = make(ps, kind, span, text, length);
    literal_reference(ps, value->text, span);
    return value;
}

struct value *literal_string(struct parse *ps, const char *text, size_t length, struct span span)
{
    const char *p = text + 1, *end = text + length - 1;
    while (p < end && *p != '\\' && (unsigned char)*p >= ' ' && *p != 127)
        p++;
    if (p == end)
        return make_text(ps, VALUE_STRING, span, text + 1, length - 2);
    char *copy = arena_alloc(&ps->scratch, length), *out = copy;
    for (p = text + 1; p < end;) {
        const char *wrong = "a control character in a text: write \\n, \\t or \\u....";
        size_t n = 1;
        if (*p == '\\')
            n = escape(p, &out, &wrong);
        else if ((unsigned char)*p < ' ' || *p == 127)
            n = 0;
        else
            *out++ = *p;
        if (n == 0) {
            uint32_t at = span.lo + (uint32_t)(p - text);
            struct span place = {at, at + (*p != '\\' ? 1 : p[1] == 'u' && p + 6 <= end ? 6 : 2)};
            if (p + 1 < end && (unsigned char)p[1] >= 0x80)
                place.hi = place.lo + 1;
            struct diag *d = lexical_error(ps, D_BAD_ESCAPE, place, "%s", wrong);
            if (d && *p == '\\' && p[1] != 'u')
                diag_help(ps->s, d,
                          "a backslash itself is written \\\\; in a text block \"\"\"...\"\"\" it "
                          "stands alone");
            return literal_error(ps, span);
        }
        p += n;
    }
    return make_text(ps, VALUE_STRING, span, copy, (size_t)(out - copy));
}

/* Blanks and tabs at the start of a line; the whole line, without its newline, is [*p, return). */
static const char *line_end(const char *p, const char *end, size_t *indent)
{
    const char *stop = memchr(p, '\n', (size_t)(end - p));
    if (!stop)
        stop = end;
    *indent = 0;
    while (p + *indent < stop && (p[*indent] == ' ' || p[*indent] == '\t'))
        ++*indent;
    return stop;
}

/* The first line counts when something stands on it, the last one when it is not blank before the
 * quotes. */
struct value *literal_block(struct parse *ps, const char *text, size_t length, struct span span)
{
    const char *from = text + 3, *end = text + length - 3;
    size_t indent, common = SIZE_MAX;
    const char *stop = line_end(from, end, &indent);
    bool opening = stop < end &&
                   (from + indent == stop || (from[indent] == '\r' && from + indent + 1 == stop));
    if (opening)
        from = stop + 1;
    for (const char *p = from; p < end; p = stop + 1) {
        stop = line_end(p, end, &indent);
        bool blank = p + indent == stop || p[indent] == '\r';
        if (!blank && (opening || p != from) && indent < common)
            common = indent;
    }
    if (common == SIZE_MAX)
        common = 0;
    char *copy = arena_alloc(&ps->scratch, length), *out = copy;
    for (const char *p = from; p < end; p = stop + 1) {
        stop = line_end(p, end, &indent);
        if (stop == end && p + indent == end && p != text + 3)
            break; /* blanks before the closing quotes */
        size_t skip = opening || p != from ? (indent < common ? indent : common) : 0;
        size_t n = (size_t)(stop - p) - skip;
        if (n > 0 && stop < end && stop[-1] == '\r')
            n--;
        memcpy(out, p + skip, n);
        out += n;
        if (stop < end)
            *out++ = '\n';
    }
    if (out > copy && out[-1] == '\n')
        out--;
    return make_text(ps, VALUE_BLOCKTEXT, span, copy, (size_t)(out - copy));
}
