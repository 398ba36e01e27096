/* access_json.h - what the answers in JSON have in common: principals, and ways in. */
#ifndef MESH_COMMAND_ACCESS_JSON_H
#define MESH_COMMAND_ACCESS_JSON_H

#include "base/json.h"
#include "check/access/reasons.h"

/* The text, or null. */
void json_set_optional(json *object, const char *key, const char *text);
/* Members name_key, kind and account. */
void json_set_party(json *object, const char *name_key, const struct party *party);
/* The names of a set, in their order. */
void json_set_parties(json *object, const char *key, const struct parties *parties,
                      const uint64_t *set);
/* One way in: {"held", "lines": [{"source", "text"}]}; the object is returned. */
json *json_add_reason(struct session *s, json *ways, const struct reason *reason);

#endif
