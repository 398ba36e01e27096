/* json.h - JSON trees (cJSON's) and our own writer. The implementation is the only file that
 * includes cJSON.
 *
 * A tree lives in an arena and dies with it; a container knows its arena, so that what is set in it
 * needs none. Texts and keys are referred to, not copied: they must outlive the tree (literals,
 * atoms, arena texts). Members stand in the order in which they were set. Numbers are written as
 * given: integers never pass through a double. The writer exists because cJSON_Print loses digits,
 * differs between versions and has another layout. */
#ifndef MESH_BASE_JSON_H
#define MESH_BASE_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct cJSON json;

json *json_object(struct arena *arena);
json *json_array(struct arena *arena);
json *json_text(struct arena *arena, const char *text);
json *json_int(struct arena *arena, int64_t number);
/* A number in JSON's own spelling, e.g. a decimal as the mesh wrote it. */
json *json_number(struct arena *arena, const char *digits);
json *json_bool(struct arena *arena, bool value);
json *json_null(struct arena *arena);

/* Both return item, which then belongs there. A NULL item is left out. */
json *json_set(json *object, const char *key, json *item);
json *json_add(json *array, json *item);

/* The same for a new item; containers are returned to be filled. Nothing when text is NULL. */
json *json_set_object(json *object, const char *key);
json *json_set_array(json *object, const char *key);
void json_set_text(json *object, const char *key, const char *text);
void json_set_int(json *object, const char *key, int64_t number);
void json_set_bool(json *object, const char *key, bool value);
void json_set_null(json *object, const char *key);
json *json_add_object(json *array);
json *json_add_array(json *array);
void json_add_text(json *array, const char *text);

json *json_get(const json *object, const char *key);
void json_remove(json *object, const char *key);
size_t json_count(const json *container);
json *json_at(const json *container, size_t index); /* linear */
json *json_first(const json *container);
json *json_next(const json *item);
const char *json_key(const json *item);
bool json_is_object(const json *item);
bool json_is_array(const json *item);
const char *json_text_of(const json *item); /* NULL when it is no text */

/* Two blanks of indentation, "key": value, {} and [] when empty; no newline at the end. Texts are
 * escaped so that the bytes are ASCII-safe JSON: quotes, backslash, control characters; other UTF-8
 * passes as it is. */
void json_write(struct buf *out, const json *tree);
/* The same for a part of a text that is written piece by piece: its lines stand depth levels
 * further in. */
void json_write_inside(struct buf *out, const json *tree, size_t depth);
/* On one line without blanks, for JSON inside JSON (dashboards, Scheduler input). */
void json_write_compact(struct buf *out, const json *tree);
/* A quoted, escaped JSON string. */
void json_write_string(struct buf *out, const char *text);
/* NULL when text is no JSON; nesting above 1000 is refused. Texts and keys are copied to the arena.
 */
json *json_parse(struct arena *arena, const char *text, size_t length);

#endif
