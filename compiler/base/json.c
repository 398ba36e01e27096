/* json.c - the one file that includes cJSON: building trees, reading them, writing them.
 *
 * Nodes are cJSON's, but stand in arenas, as all texts and keys do (cJSON's "reference" nodes):
 * nothing of a tree is freed by itself. Numbers are nodes of cJSON's raw kind, so that their
 * spelling survives. cJSON is the tree alone: its printer and its parser both put numbers through a
 * double. */
#include "base/json.h"
#include "base/arena.h"
#include "base/utf8.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* ---- building -------------------------------------------------------------------------------- */

static json *node(struct arena *arena, int type)
{
    json *item = arena_new(arena, json);
    item->type = type;
    return item;
}

/* cJSON has no use for the text of a container: there stands its arena. */
static json *container(struct arena *arena, int type)
{
    json *item = node(arena, type);
    item->valuestring = (char *)(void *)arena;
    return item;
}

static struct arena *arena_of(const json *item)
{
    return (struct arena *)(void *)item->valuestring;
}

/* cJSON's field is not const; nothing writes through it. */
static json *spelled(struct arena *arena, int type, const char *text)
{
    json *item = node(arena, type | cJSON_IsReference);
    memcpy(&item->valuestring, &text, sizeof text);
    return item;
}

json *json_object(struct arena *arena)
{
    return container(arena, cJSON_Object);
}

json *json_array(struct arena *arena)
{
    return container(arena, cJSON_Array);
}

json *json_text(struct arena *arena, const char *text)
{
    return spelled(arena, cJSON_String, text);
}

json *json_int(struct arena *arena, int64_t number)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        *--at = '-';
    }
    size_t length = (size_t)(digits + sizeof digits - at);
    return json_number(arena, arena_copy(arena, at, length));
}

json *json_number(struct arena *arena, const char *digits)
{
    return spelled(arena, cJSON_Raw, digits);
}

json *json_bool(struct arena *arena, bool value)
{
    return node(arena, value ? cJSON_True : cJSON_False);
}

json *json_null(struct arena *arena)
{
    return node(arena, cJSON_NULL);
}

json *json_set(json *object, const char *key, json *item)
{
    if (item != NULL) {
        cJSON_AddItemToObjectCS(object, key, item);
    }
    return item;
}

json *json_add(json *array, json *item)
{
    if (item != NULL) {
        cJSON_AddItemToArray(array, item);
    }
    return item;
}

json *json_set_object(json *object, const char *key)
{
    return json_set(object, key, json_object(arena_of(object)));
}

json *json_set_array(json *object, const char *key)
{
    return json_set(object, key, json_array(arena_of(object)));
}

void json_set_text(json *object, const char *key, const char *text)
{
    if (text != NULL) {
        json_set(object, key, json_text(arena_of(object), text));
    }
}

void json_set_int(json *object, const char *key, int64_t number)
{
    json_set(object, key, json_int(arena_of(object), number));
}

void json_set_bool(json *object, const char *key, bool value)
{
    json_set(object, key, json_bool(arena_of(object), value));
}

void json_set_null(json *object, const char *key)
{
    json_set(object, key, json_null(arena_of(object)));
}

json *json_add_object(json *array)
{
    return json_add(array, json_object(arena_of(array)));
}

json *json_add_array(json *array)
{
    return json_add(array, json_array(arena_of(array)));
}

void json_add_text(json *array, const char *text)
{
    if (text != NULL) {
        json_add(array, json_text(arena_of(array), text));
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

void json_remove(json *object, const char *key)
{
    (void)cJSON_DetachItemFromObjectCaseSensitive(object, key); /* its memory is the arena's */
}

json *json_get(const json *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

json *json_first(const json *container)
{
    return container == NULL ? NULL : container->child;
}

json *json_next(const json *item)
{
    return item->next;
}

size_t json_count(const json *container)
{
    size_t count = 0;
    for (const json *item = json_first(container); item != NULL; item = item->next) {
        count++;
    }
    return count;
}

json *json_at(const json *container, size_t index)
{
    json *item = json_first(container);
    while (item != NULL && index-- > 0) {
        item = item->next;
    }
    return item;
}

const char *json_key(const json *item)
{
    return item->string;
}

bool json_is_object(const json *item)
{
    return cJSON_IsObject(item);
}

bool json_is_array(const json *item)
{
    return cJSON_IsArray(item);
}

const char *json_text_of(const json *item)
{
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* What follows the backslash; 'u' for the long form, 0 for bytes that stand for themselves. */
static const char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b',         't',           'n',          'u',
    'f', 'r', 'u', 'u', 'u', 'u', 'u', 'u', 'u',         'u',           'u',          'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\', [0x7f] = 'u',
};

/* Is one of eight bytes a quote, a backslash or a control character? In a byte below 0x80 a
 * subtraction that borrows, or for 0x7f an addition, sets the top bit. Exact for UTF-8. */
static inline bool has_escape(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
    uint64_t found = (word - ones * ' ') | (quote - ones) | (slash - ones) | (word + ones);
    return (found & ~word & (ones << 7)) != 0;
}

/* Copies text up to the first byte that is escaped; returns how many bytes those are. */
static inline size_t copy_plain(char *to, const char *text, size_t n)
{
    uint64_t word;
    size_t i = 0;
    for (; i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, text + i, sizeof word);
        if (has_escape(word)) {
            break;
        }
        memcpy(to + i, &word, sizeof word);
    }
    if (n >= sizeof word && i + sizeof word > n) { /* the rest as a word that ends with the text */
        memcpy(&word, text + n - sizeof word, sizeof word);
        if (!has_escape(word)) {
            memcpy(to + n - sizeof word, &word, sizeof word);
            return n;
        }
    }
    for (; i < n && escapes[(unsigned char)text[i]] == 0; i++) {
        to[i] = text[i];
    }
    return i;
}

void json_write_string(struct buf *out, const char *text)
{
    size_t n = strlen(text);
    char *to = buf_reserve(out, n + 2); /* all that is needed, nearly always */
    *to++ = '"';
    for (;;) {
        size_t plain = copy_plain(to, text, n);
        to += plain;
        if (plain == n) {
            break;
        }
        unsigned char byte = (unsigned char)text[plain];
        text += plain + 1;
        n -= plain + 1;
        buf_advance(out, (size_t)(to - out->at) - out->len);
        if (escapes[byte] == 'u') {
            buf_format(out, "\\u%04x", (unsigned)byte);
        } else {
            buf_put(out, (char[]){'\\', escapes[byte]}, 2);
        }
        to = buf_reserve(out, n + 1);
    }
    *to++ = '"';
    buf_advance(out, (size_t)(to - out->at) - out->len);
}

static void write_scalar(struct buf *out, const json *item)
{
    switch (item->type & 0xff) {
    case cJSON_String:
        json_write_string(out, item->valuestring);
        break;
    case cJSON_Raw:
        buf_puts(out, item->valuestring);
        break;
    case cJSON_True:
        buf_put(out, "true", 4);
        break;
    case cJSON_False:
        buf_put(out, "false", 5);
        break;
    default:
        buf_put(out, "null", 4);
        break;
    }
}

struct writer {
    struct buf *out;
    bool compact;
    const json **open; /* the containers around the current item: nodes do not know their parents */
    size_t depth, cap;
    size_t outside; /* levels around the tree */
};

static inline void break_line(struct writer *writer)
{
    enum { SHORT = 32 };
    size_t blanks = 2 * (writer->outside + writer->depth);
    if (!writer->compact) {
        char *to = buf_reserve(writer->out, 1 + blanks + SHORT);
        to[0] = '\n';
        memset(to + 1, ' ',
               SHORT); /* of a fixed size: two moves; what is too many is overwritten */
        if (blanks > SHORT) {
            memset(to + 1 + SHORT, ' ', blanks - SHORT);
        }
        buf_advance(writer->out, 1 + blanks);
    }
}

static void push(struct writer *writer, const json *container)
{
    if (writer->depth == writer->cap) {
        writer->cap = writer->cap == 0 ? 32 : writer->cap * 2;
        writer->open = realloc(writer->open, writer->cap * sizeof *writer->open);
        if (writer->open == NULL) {
            memory_exhausted();
        }
    }
    writer->open[writer->depth++] = container;
}

/* Writes an item as far as its first child, which it returns. */
static const json *write_begin(struct writer *writer, const json *item)
{
    struct buf *out = writer->out;
    if (item->string != NULL && writer->depth > 0) {
        json_write_string(out, item->string);
        buf_putc(out, ':');
        if (!writer->compact) {
            buf_putc(out, ' ');
        }
    }
    int kind = item->type & 0xff;
    bool object = kind == cJSON_Object;
    if (!object && kind != cJSON_Array) {
        write_scalar(out, item);
        return NULL;
    }
    if (item->child == NULL) {
        buf_put(out, object ? "{}" : "[]", 2);
        return NULL;
    }
    buf_putc(out, object ? '{' : '[');
    push(writer, item);
    break_line(writer);
    return item->child;
}

/* Without recursion: no depth of a tree is too much for it. */
static void write_tree(struct buf *out, const json *tree, size_t outside, bool compact)
{
    struct writer writer = {.out = out, .compact = compact, .outside = outside};
    const json *item = write_begin(&writer, tree);
    while (item != NULL) {
        const json *child = write_begin(&writer, item);
        if (child != NULL) {
            item = child;
            continue;
        }
        while (item->next == NULL) { /* the last of its container: close that, too */
            item = writer.open[--writer.depth];
            break_line(&writer);
            buf_putc(out, (item->type & 0xff) == cJSON_Object ? '}' : ']');
            if (writer.depth == 0) {
                free(writer.open);
                return;
            }
        }
        buf_putc(out, ',');
        break_line(&writer);
        item = item->next;
    }
}

void json_write(struct buf *out, const json *tree)
{
    write_tree(out, tree, 0, false);
}

void json_write_inside(struct buf *out, const json *tree, size_t depth)
{
    write_tree(out, tree, depth, false);
}

void json_write_compact(struct buf *out, const json *tree)
{
    write_tree(out, tree, 0, true);
}

/* ---- parsing (RFC 8259, to the letter) ------------------------------------------------------- */

enum { DEPTH_MAX = 1000 };

struct reader {
    struct arena *arena;
    const char *at, *end;
    struct buf text; /* the text being decoded */
    unsigned depth;
};

static json *read_value(struct reader *reader);

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && strchr(" \t\n\r", *reader->at) && *reader->at != '\0') {
        reader->at++;
    }
}

static bool next_is(struct reader *reader, char c)
{
    if (reader->at < reader->end && *reader->at == c) {
        reader->at++;
        return true;
    }
    return false;
}

static bool read_hex(struct reader *reader, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++, reader->at++) {
        char c = reader->at < reader->end ? *reader->at : '\0';
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16) {
            return false;
        }
        *value = *value << 4 | digit;
    }
    return true;
}

static void put_character(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_putc(out, (char)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    buf_putc(out, (char)(leads[more] | c >> (6 * more)));
    while (more-- > 0) {
        buf_putc(out, (char)(0x80 | (c >> (6 * more) & 0x3f)));
    }
}

/* After the backslash. A NUL has no place in our texts and is refused like a lone surrogate. */
static bool read_escape(struct reader *reader)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    if (reader->at == reader->end || *reader->at == '\0') {
        return false;
    }
    char c = *reader->at++;
    const char *letter = strchr(letters, c);
    if (letter != NULL) {
        buf_putc(&reader->text, meanings[letter - letters]);
        return true;
    }
    uint32_t high, low;
    if (c != 'u' || !read_hex(reader, &high) || high == 0 || (high >= 0xdc00 && high <= 0xdfff)) {
        return false;
    }
    if (high >= 0xd800 && high <= 0xdbff) {
        if (!next_is(reader, '\\') || !next_is(reader, 'u') || !read_hex(reader, &low) ||
            low < 0xdc00 || low > 0xdfff) {
            return false;
        }
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
    put_character(&reader->text, high);
    return true;
}

/* A string into reader->text. */
static bool read_string(struct reader *reader)
{
    reader->text.len = 0;
    buf_put(&reader->text, "", 0);
    if (!next_is(reader, '"')) {
        return false;
    }
    for (;;) {
        const char *run = reader->at;
        while (reader->at < reader->end && *reader->at != '"' && *reader->at != '\\' &&
               (unsigned char)*reader->at >= ' ') {
            reader->at++;
        }
        buf_put(&reader->text, run, (size_t)(reader->at - run));
        if (next_is(reader, '"')) {
            return utf8_check(reader->text.at, reader->text.len) == reader->text.len;
        }
        if (!next_is(reader, '\\') || !read_escape(reader)) {
            return false;
        }
    }
}

static const char *kept(struct reader *reader)
{
    return arena_copy(reader->arena, reader->text.at, reader->text.len);
}

static bool skip_digits(struct reader *reader)
{
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
        reader->at++;
    }
    return reader->at > start;
}

static json *read_number(struct reader *reader)
{
    const char *start = reader->at;
    next_is(reader, '-');
    if (!next_is(reader, '0') && !skip_digits(reader)) {
        return NULL;
    }
    if (next_is(reader, '.') && !skip_digits(reader)) {
        return NULL;
    }
    if (next_is(reader, 'e') || next_is(reader, 'E')) {
        if (!next_is(reader, '+')) {
            next_is(reader, '-');
        }
        if (!skip_digits(reader)) {
            return NULL;
        }
    }
    return json_number(reader->arena,
                       arena_copy(reader->arena, start, (size_t)(reader->at - start)));
}

static bool read_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0) {
        return false;
    }
    reader->at += length;
    return true;
}

static bool read_member(struct reader *reader, json *object)
{
    skip_blanks(reader);
    if (!read_string(reader)) {
        return false;
    }
    const char *key = kept(reader);
    skip_blanks(reader);
    return next_is(reader, ':') && json_set(object, key, read_value(reader)) != NULL;
}

/* After the opening bracket. */
static json *read_container(struct reader *reader, json *items, char close)
{
    bool object = close == '}';
    bool fine = ++reader->depth <= DEPTH_MAX;
    skip_blanks(reader);
    if (fine && !next_is(reader, close)) {
        do {
            fine =
                object ? read_member(reader, items) : json_add(items, read_value(reader)) != NULL;
            skip_blanks(reader);
        } while (fine && next_is(reader, ','));
        fine = fine && next_is(reader, close);
    }
    reader->depth--;
    return fine ? items : NULL;
}

static json *read_value(struct reader *reader)
{
    skip_blanks(reader);
    if (next_is(reader, '{')) {
        return read_container(reader, json_object(reader->arena), '}');
    }
    if (next_is(reader, '[')) {
        return read_container(reader, json_array(reader->arena), ']');
    }
    if (reader->at < reader->end && *reader->at == '"') {
        return read_string(reader) ? json_text(reader->arena, kept(reader)) : NULL;
    }
    if (read_word(reader, "true")) {
        return json_bool(reader->arena, true);
    }
    if (read_word(reader, "false")) {
        return json_bool(reader->arena, false);
    }
    return read_word(reader, "null") ? json_null(reader->arena) : read_number(reader);
}

json *json_parse(struct arena *arena, const char *text, size_t length)
{
    struct reader reader = {.arena = arena, .at = text, .end = text + length};
    json *tree = read_value(&reader);
    skip_blanks(&reader);
    buf_free(&reader.text);
    return reader.at == reader.end ? tree : NULL;
}
