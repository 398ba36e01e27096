/* source.c - the texts of a run: checking their bytes, reading them, and finding lines and columns
 * again. */
#include "source/source.h"
#include "base/utf8.h"
#include "source/session.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- bytes ----------------------------------------------------------------------------------- */

/* True when one of the eight bytes is a NUL, a carriage return or not ASCII; now and then also when
 * none is, which only costs a slower look. */
static bool needs_a_look(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t returns = word ^ (ones * '\r');
    return ((word | (word - ones) | (returns - ones)) & tops) != 0;
}

/* The offset of the first byte that cannot be scanned, size when there is none. */
static size_t check_bytes(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size) {
        uint64_t word;
        uint32_t character;
        if (size - i >= sizeof word) {
            memcpy(&word, text + i, sizeof word);
            if (!needs_a_look(word)) {
                i += sizeof word;
                continue;
            }
        }
        size_t length = utf8_read(text + i, size - i, &character);
        if (length == 0 || character == 0 ||
            (character == '\r' && (i + 1 == size || text[i + 1] != '\n'))) {
            return i;
        }
        i += length;
    }
    return size;
}

static void report_byte(struct session *s, const struct source *source, size_t at)
{
    unsigned char byte = (unsigned char)source->text[at];
    uint32_t place = source->base + (uint32_t)at;
    struct span span = {place, place + 1};
    struct diag *d;
    if (byte == '\0') {
        d = diag(s, D_NUL_BYTE, span, "a NUL byte at offset %zu of the file", at);
        diag_help(s, d, "mesh files are UTF-8 text");
    } else if (byte == '\r') {
        d = diag(s, D_LONE_CARRIAGE_RETURN, span, "a carriage return without a line feed");
        diag_help(s, d, "end lines in a line feed");
    } else {
        d = diag(s, D_NOT_UTF8, span, "byte 0x%02x at offset %zu of the file is not UTF-8",
                 (unsigned)byte, at);
        diag_help(s, d, "save the file as UTF-8");
    }
}

const char *source_shown(struct session *s, const char *path)
{
    enum { HEAD = 80, TAIL = 120 };
    size_t length = strlen(path), head = HEAD, tail = length - TAIL;
    if (length <= HEAD + TAIL + 3) {
        return path;
    }
    while (head > 0 && ((unsigned char)path[head] & 0xc0) == 0x80) {
        head--;
    }
    while (tail < length && ((unsigned char)path[tail] & 0xc0) == 0x80) {
        tail++;
    }
    return arena_format(&s->arena, "%.*s...%s", (int)head, path, path + tail);
}

static void report_unreadable(struct session *s, const char *path, int reason)
{
    struct span nowhere = {0, 0};
    if (reason == ENOENT || reason == ENOTDIR) {
        diag(s, D_FILE_NOT_FOUND, nowhere, "'%s' does not exist", source_shown(s, path));
    } else {
        diag(s, D_CANNOT_READ, nowhere, "cannot read '%s': %s", source_shown(s, path),
             strerror(reason));
    }
}

/* ---- adding ---------------------------------------------------------------------------------- */

static bool starts_with(const char *text, size_t size, const char *start, size_t length)
{
    return size >= length && memcmp(text, start, length) == 0;
}

/* A source with its part of the position space, in no list yet; the text stays where it is. NULL
 * when it does not fit. */
static struct source *source_new(struct session *s, const char *path, const char *name,
                                 const char *text, size_t size)
{
    struct span nowhere = {0, 0};
    uint32_t base = s->sources.next == 0 ? 1 : s->sources.next;
    if (size > SOURCE_MAX) {
        diag(s, D_FILE_TOO_LARGE, nowhere, "'%s' is larger than %d MiB", path, SOURCE_MAX >> 20);
        return NULL;
    }
    if (size > SOURCES_MAX - base) {
        diag(s, D_MESH_TOO_LARGE, nowhere,
             "the files of the mesh are together larger than %u bytes, at '%s'",
             (unsigned)SOURCES_MAX, path);
        return NULL;
    }
    struct source *source = arena_new(&s->arena, struct source);
    *source = (struct source){
        .path = arena_copy(&s->arena, path, strlen(path)),
        .name = arena_copy(&s->arena, name, strlen(name)),
        .text = text,
        .base = base,
        .size = (uint32_t)size,
    };
    s->sources.next = base + (uint32_t)size + 1; /* the end of a file is a place in it */
    return source;
}

/* A text that ends in a NUL and lives as long as the session. */
static struct source_text look_at_text(const char *text, size_t size)
{
    struct source_text found = {.text = text, .size = size};
    if (starts_with(text, size, "\xff\xfe", 2) || starts_with(text, size, "\xfe\xff", 2)) {
        found.utf16 = true;
        return found;
    }
    if (starts_with(text, size, "\xef\xbb\xbf", 3)) {
        found.text += 3;
        found.size -= 3;
    }
    found.bad = check_bytes(found.text, found.size);
    return found;
}

struct source *source_take(struct session *s, const char *path, const char *name,
                           const struct source_text *text)
{
    if (text->text == NULL) {
        report_unreadable(s, path, text->error);
        return NULL;
    }
    if (text->utf16) {
        struct diag *d = diag(s, D_UTF16_TEXT, (struct span){0, 0}, "'%s' is UTF-16", path);
        diag_help(s, d, "save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8");
        return NULL;
    }
    struct source *source = source_new(s, path, name, text->text, text->size);
    if (source == NULL) {
        return NULL;
    }
    if (text->bad < text->size) {
        vec_push(&s->arena, &s->sources.broken, source);
        report_byte(s, source, text->bad);
        return NULL;
    }
    vec_push(&s->arena, &s->sources.files, source);
    return source;
}

struct source *source_add(struct session *s, const char *path, const char *name, const char *text,
                          size_t size)
{
    struct source_text taken = look_at_text(arena_copy(&s->arena, text, size), size);
    return source_take(s, path, name, &taken);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Reads to the end of the file, or a little beyond the largest size: what is longer is refused
 * later. The text is in the arena and ends in a NUL, because its memory was zeroed. NULL: errno. */
static const char *read_all(struct session *s, int file, size_t *size)
{
    struct stat status;
    size_t room = 64 << 10;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
        status.st_size <= SOURCE_MAX) {
        room = (size_t)status.st_size + 1; /* so that the second read sees the end */
    }
    char *text = arena_alloc(&s->arena, room + 1);
    for (*size = 0; *size <= SOURCE_MAX;) {
        if (*size == room) {
            char *larger = arena_alloc(&s->arena, 2 * room + 1);
            memcpy(larger, text, room);
            text = larger;
            room *= 2;
        }
        ssize_t got = read(file, text + *size, room - *size);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            *size += (size_t)got;
        } else if (errno != EINTR) {
            return NULL;
        }
    }
    return text;
}

struct source_text source_read(struct session *s, const char *path)
{
    bool standard_input = strcmp(path, "-") == 0;
    int file = STDIN_FILENO;
    while (!standard_input && (file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0) {
        if (errno != EINTR) {
            return (struct source_text){.error = errno};
        }
    }
    size_t size;
    const char *text = read_all(s, file, &size);
    struct source_text result = {.error = errno};
    if (text != NULL) {
        result = look_at_text(text, size);
    }
    if (!standard_input) {
        close(file);
    }
    return result;
}

struct source *source_load(struct session *s, const char *path, const char *name)
{
    struct source_text text = source_read(s, path);
    return source_take(s, strcmp(path, "-") == 0 ? "<stdin>" : path, name, &text);
}

/* ---- places ---------------------------------------------------------------------------------- */

/* The last of the list that begins at or before the offset. */
static struct source *find_in(struct source *const *list, size_t count, uint32_t offset)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (list[middle]->base <= offset) {
            low = middle + 1;
        } else {
            count = middle;
        }
    }
    return low == 0 || offset - list[low - 1]->base > list[low - 1]->size ? NULL : list[low - 1];
}

static struct source *find_source(const struct session *s, uint32_t offset)
{
    struct source *source = find_in(s->sources.files.at, s->sources.files.len, offset);
    return source != NULL ? source : find_in(s->sources.broken.at, s->sources.broken.len, offset);
}

const struct source *source_at(const struct session *s, uint32_t offset)
{
    return find_source(s, offset);
}

static void make_lines(struct session *s, struct source *source)
{
    uint32_t count = 1;
    const char *end = source->text + source->size, *at = source->text;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        count++;
        at++;
    }
    uint32_t *lines = arena_array(&s->arena, uint32_t, count);
    at = source->text;
    for (uint32_t i = 1; i < count; i++) {
        at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
        lines[i] = (uint32_t)(at - source->text);
    }
    source->lines = lines;
    source->line_count = count;
}

/* The line (from 0) that holds the offset. */
static uint32_t line_of(const struct source *source, uint32_t at)
{
    uint32_t low = 0, high = source->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->lines[middle] <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Counts on from the place asked for before when that is in the same line: many reports in a file
 * that is one line long must not cost a pass over the file each. */
static uint32_t column_of(struct source *source, uint32_t start, uint32_t at)
{
    uint32_t from = start, column = 1;
    if (source->counted_to > start && source->counted_to <= at) {
        from = source->counted_to;
        column = source->column;
    }
    column += (uint32_t)utf8_count(source->text + from, at - from);
    if (at > source->counted_to) {
        source->counted_to = at;
        source->column = column;
    }
    return column;
}

struct position source_position(struct session *s, uint32_t offset)
{
    struct source *source = find_source(s, offset);
    if (source == NULL) {
        return (struct position){0};
    }
    if (source->lines == NULL) {
        make_lines(s, source);
    }
    uint32_t at = offset - source->base, line = line_of(source, at);
    uint32_t column = column_of(source, source->lines[line], at);
    return (struct position){.source = source, .line = line + 1, .column = column};
}

const char *source_where(struct session *s, struct span span)
{
    struct position position = source_position(s, span.lo);
    return position.source == NULL
               ? ""
               : arena_format(&s->arena, "%s:%u:%u", position.source->name, (unsigned)position.line,
                              (unsigned)position.column);
}
