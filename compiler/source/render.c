/* render.c - the door to the renderers, what they share, and the formats of one line a report. */
#include "source/render.h"
#include "base/json.h"
#include "base/utf8.h"
#include "source/render_parts.h"
#include <stdio.h>
#include <string.h>

const char *level_word(enum level level)
{
    return level == LEVEL_ERROR ? "error" : level == LEVEL_WARNING ? "warning" : "note";
}

/* ---- harmless text --------------------------------------------------------------------------- */

static bool is_harmful(uint32_t c)
{
    return c < ' ' || (c >= 0x7f && c < 0xa0) ||                           /* C0, DEL, C1 */
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || /* reverse writing */
           c == 0x200e || c == 0x200f || c == 0x061c || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

struct cell cell_at(const char *text, size_t n)
{
    struct cell cell = {0};
    uint32_t character;
    size_t length = utf8_read(text, n, &character);
    cell.bytes = length == 0 ? 1 : (unsigned)length;
    if (length == 0 || (is_harmful(character) && character != '\t')) {
        uint32_t shown = length == 0 ? (unsigned char)*text : character;
        int written = snprintf(cell.text, sizeof cell.text, shown < 0x100 ? "\\x%02x" : "\\u{%x}",
                               (unsigned)shown);
        cell.length = cell.width = (unsigned)written;
    } else {
        memcpy(cell.text, text, length);
        cell.length = (unsigned)length;
        cell.width = character == '\t' ? 0 : utf8_width(character);
    }
    return cell;
}

void put_harmless(struct buf *out, const char *text)
{
    size_t n = strlen(text), plain = 0;
    while (n > 0) {
        while (plain < n && text[plain] >= ' ' && text[plain] < 0x7f) {
            plain++;
        }
        buf_put(out, text, plain);
        text += plain;
        n -= plain;
        plain = 0;
        if (n > 0) {
            struct cell cell = cell_at(text, n);
            buf_put(out, *text == '\t' ? " " : cell.text, cell.length);
            text += cell.bytes;
            n -= cell.bytes;
        }
    }
}

const char *as_utf8(struct session *s, const char *text)
{
    size_t length = strlen(text);
    if (utf8_check(text, length) == length) {
        return text;
    }
    struct buf copy = {0};
    put_harmless(&copy, text);
    const char *result = arena_copy(&s->arena, copy.at, copy.len);
    buf_free(&copy);
    return result;
}

/* ---- short ----------------------------------------------------------------------------------- */

/* path:line:column: error[M0301]: message - what editors and the matchers of CI systems read. */
static void render_short(struct session *s, struct buf *out)
{
    for (size_t i = 0; i < s->diagnostics.list.len; i++) {
        const struct diag *d = s->diagnostics.list.at[i];
        struct position at = source_position(s, d->span.lo);
        if (at.source == NULL) {
            buf_puts(out, "meshc: ");
        } else {
            put_harmless(out, at.source->path);
            buf_format(out, ":%u:%u: ", (unsigned)at.line, (unsigned)at.column);
        }
        buf_format(out, "%s[%s]: ", level_word(d->level), diag_info(d->code)->code);
        put_harmless(out, d->message);
        buf_putc(out, '\n');
    }
}

/* ---- JSON lines ------------------------------------------------------------------------------ */

/* Lines and columns from 1, the end exclusive; the offset counts bytes from 0, without a byte order
 * mark. All null where there is no place. */
static void set_place(struct session *s, json *object, struct span span)
{
    struct position from = source_position(s, span.lo);
    struct position to = source_position(s, span.hi > span.lo ? span.hi : span.lo);
    const struct {
        const char *key;
        uint32_t number;
    } numbers[] = {{"line", from.line},
                   {"column", from.column},
                   {"end_line", to.line},
                   {"end_column", to.column},
                   {"offset", from.source == NULL ? 0 : span.lo - from.source->base}};
    json_set(object, "file",
             from.source == NULL ? json_null(&s->arena)
                                 : json_text(&s->arena, as_utf8(s, from.source->path)));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_set(object, numbers[i].key,
                 from.source == NULL ? json_null(&s->arena)
                                     : json_int(&s->arena, numbers[i].number));
    }
}

static void render_json(struct session *s, struct buf *out)
{
    for (size_t i = 0; i < s->diagnostics.list.len; i++) {
        const struct diag *d = s->diagnostics.list.at[i];
        const struct diag_info *info = diag_info(d->code);
        json *object = json_object(&s->arena);
        json_set_text(object, "code", info->code);
        json_set_text(object, "name", info->slug);
        json_set_text(object, "level", level_word(d->level));
        json_set_text(object, "message", as_utf8(s, d->message));
        set_place(s, object, d->span);
        json *places = json_set_array(object, "places");
        for (const struct diag_place *place = d->places; place != NULL; place = place->next) {
            json *item = json_add_object(places);
            json_set_text(item, "label", as_utf8(s, place->label));
            set_place(s, item, place->span);
        }
        json_set(object, "help",
                 d->help == NULL ? json_null(&s->arena)
                                 : json_text(&s->arena, as_utf8(s, d->help)));
        json_write_compact(out, object);
        buf_putc(out, '\n');
    }
}

/* ---- GitHub ---------------------------------------------------------------------------------- */

/* Workflow commands end at a line end, which put_harmless leaves none of, and their
 * properties at a comma or colon. */
static void put_percent(struct buf *out, const char *text, const char *special)
{
    struct buf harmless = {0};
    put_harmless(&harmless, text);
    for (size_t i = 0; i < harmless.len; i++) {
        char c = harmless.at[i];
        if (strchr(special, c) != NULL) {
            buf_format(out, "%%%02X", (unsigned)(unsigned char)c);
        } else {
            buf_putc(out, c);
        }
    }
    buf_free(&harmless);
}

static void put_github(struct session *s, struct buf *out, const struct diag *d)
{
    static const char in_property[] = "%:,", in_message[] = "%";
    const struct diag_info *info = diag_info(d->code);
    struct position from = source_position(s, d->span.lo);
    buf_format(out, "::%s ", d->level == LEVEL_NOTE ? "notice" : level_word(d->level));
    if (from.source != NULL) {
        struct position to = source_position(s, d->span.hi);
        buf_puts(out, "file=");
        put_percent(out, from.source->path, in_property);
        buf_format(out, ",line=%u,col=%u,", (unsigned)from.line, (unsigned)from.column);
        if (to.source == from.source && to.line == from.line && to.column > from.column) {
            buf_format(out, "endColumn=%u,", (unsigned)to.column);
        }
    }
    buf_format(out, "title=%s %s::", info->code, info->slug);
    put_percent(out, d->message, in_message);
    for (const struct diag_place *place = d->places; place != NULL; place = place->next) {
        struct position at = source_position(s, place->span.lo);
        buf_puts(out, "%0A");
        if (at.source != NULL) {
            put_percent(out, at.source->path, in_message);
            buf_format(out, ":%u:%u: ", (unsigned)at.line, (unsigned)at.column);
        }
        put_percent(out, place->label, in_message);
    }
    if (d->help != NULL) {
        buf_puts(out, "%0Ahelp: ");
        put_percent(out, d->help, in_message);
    }
    buf_putc(out, '\n');
}

/* ---- the door -------------------------------------------------------------------------------- */

void render_diagnostics(struct session *s, struct buf *out, enum render_format format, bool colour)
{
    switch (format) {
    case RENDER_TEXT:
        render_text(s, out, colour);
        break;
    case RENDER_SHORT:
        render_short(s, out);
        break;
    case RENDER_JSON:
        render_json(s, out);
        break;
    case RENDER_GITHUB:
        for (size_t i = 0; i < s->diagnostics.list.len; i++) {
            put_github(s, out, s->diagnostics.list.at[i]);
        }
        break;
    case RENDER_SARIF:
        render_sarif(s, out);
        break;
    }
}

void render_summary(struct session *s, struct buf *out)
{
    const struct diagnostics *all = &s->diagnostics;
    const struct {
        size_t count;
        const char *word;
    } parts[] = {{all->errors, "error"}, {all->warnings, "warning"}, {all->notes, "note"}};
    const char *separator = "";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].count > 0) {
            buf_format(out, "%s%zu %s%s", separator, parts[i].count, parts[i].word,
                       parts[i].count == 1 ? "" : "s");
            separator = ", ";
        }
    }
    if (all->dropped > 0) {
        buf_format(out, " (%zu not shown)", all->dropped);
    }
}
