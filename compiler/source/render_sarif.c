/* render_sarif.c - SARIF 2.1.0, which code hosts and editors read: the rules that were met, and the
 * results. */
#include "base/json.h"
#include "source/render_parts.h"
#include <string.h>

/* A path as a URI: relative ones stay relative, everything but unreserved characters is
 * percent-encoded. */
static const char *uri_of(struct session *s, const char *path)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    struct buf out = {0};
    if (*path == '/') {
        buf_puts(&out, "file://");
    }
    for (; *path != '\0'; path++) {
        unsigned char byte = (unsigned char)*path;
        if (strchr(plain, *path) != NULL) {
            buf_putc(&out, *path);
        } else {
            buf_put(&out, (char[]){'%', hex[byte >> 4], hex[byte & 15]}, 3);
        }
    }
    const char *uri = arena_copy(&s->arena, out.at == NULL ? "" : out.at, out.len);
    buf_free(&out);
    return uri;
}

static json *message(struct session *s, const char *text)
{
    json *object = json_object(&s->arena);
    json_set_text(object, "text", as_utf8(s, text));
    return object;
}

/* NULL where there is no place. */
static json *physical_location(struct session *s, struct span span)
{
    struct position from = source_position(s, span.lo);
    if (from.source == NULL) {
        return NULL;
    }
    struct position to = source_position(s, span.hi > span.lo ? span.hi : span.lo);
    json *location = json_object(&s->arena);
    json *file = json_set_object(location, "artifactLocation");
    json_set_text(file, "uri", uri_of(s, from.source->path));
    json *region = json_set_object(location, "region");
    json_set_int(region, "startLine", from.line);
    json_set_int(region, "startColumn", from.column);
    json_set_int(region, "endLine", to.line);
    json_set_int(region, "endColumn", to.column);
    return location;
}

static json *rule(struct session *s, const struct diag_info *info)
{
    json *object = json_object(&s->arena);
    json_set_text(object, "id", info->code);
    json_set_text(object, "name", info->slug);
    json_set(object, "shortDescription", message(s, info->title));
    json_set(object, "fullDescription", message(s, info->text));
    json *defaults = json_set_object(object, "defaultConfiguration");
    json_set_text(defaults, "level", level_word(info->level));
    return object;
}

/* Sets index[code] for every code that was met. */
static json *rules(struct session *s, int index[D_COUNT])
{
    json *list = json_array(&s->arena);
    int count = 0;
    for (size_t i = 0; i < D_COUNT; i++) {
        index[i] = -1;
    }
    for (size_t i = 0; i < s->diagnostics.list.len; i++) {
        index[s->diagnostics.list.at[i]->code] = 0;
    }
    for (size_t i = 0; i < D_COUNT; i++) {
        if (index[i] == 0) {
            json_add(list, rule(s, diag_info((enum diag_code)i)));
            index[i] = count++;
        }
    }
    return list;
}

static json *related(struct session *s, const struct diag_place *place)
{
    json *list = place == NULL ? NULL : json_array(&s->arena);
    for (int id = 1; place != NULL; place = place->next, id++) {
        json *item = json_add_object(list);
        json_set_int(item, "id", id);
        json_set(item, "physicalLocation", physical_location(s, place->span));
        json_set(item, "message", message(s, place->label));
    }
    return list;
}

static json *result(struct session *s, const struct diag *d, int rule_index)
{
    json *object = json_object(&s->arena);
    json_set_text(object, "ruleId", diag_info(d->code)->code);
    json_set_int(object, "ruleIndex", rule_index);
    json_set_text(object, "level", level_word(d->level));
    const char *text =
        d->help == NULL ? d->message : arena_format(&s->arena, "%s\nhelp: %s", d->message, d->help);
    json_set(object, "message", message(s, text));
    json *physical = physical_location(s, d->span);
    if (physical != NULL) {
        json *locations = json_set_array(object, "locations");
        json_set(json_add_object(locations), "physicalLocation", physical);
    }
    json_set(object, "relatedLocations", related(s, d->places));
    return object;
}

void render_sarif(struct session *s, struct buf *out)
{
    int *index = arena_array(&s->arena, int, D_COUNT);
    json *log = json_object(&s->arena);
    json_set_text(log, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_set_text(log, "version", "2.1.0");
    json *run = json_add_object(json_set_array(log, "runs"));
    json *driver = json_set_object(json_set_object(run, "tool"), "driver");
    json_set_text(driver, "name", "meshc");
    json_set_text(driver, "version", MESHC_VERSION);
    json_set(driver, "rules", rules(s, index));
    json_set_text(run, "columnKind", "unicodeCodePoints");
    json *results = json_set_array(run, "results");
    for (size_t i = 0; i < s->diagnostics.list.len; i++) {
        const struct diag *d = s->diagnostics.list.at[i];
        json_add(results, result(s, d, index[d->code]));
    }
    json_write(out, log);
    buf_putc(out, '\n');
}
