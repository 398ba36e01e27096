/* map.h - a hash map from a pair of words (usually atoms) to a pointer.
 *
 * The second word is for keys in a scope: map_get(map, domain, name). NULL is a fine key and is no
 * value. Iteration order is not offered on purpose: output must not depend on it. */
#ifndef MESH_BASE_MAP_H
#define MESH_BASE_MAP_H

#include <stddef.h>

struct map_slot {
    const void *first, *second;
    void *value;
};

struct map {
    struct map_slot *slots; /* malloc'd */
    size_t capacity, count;
};

void *map_get(const struct map *map, const void *first, const void *second);
/* Puts value (not NULL) unless the key is there; returns the value that stands there afterwards. */
void *map_put(struct map *map, const void *first, const void *second, void *value);
/* Puts value (not NULL) whether or not the key is there. */
void map_set(struct map *map, const void *first, const void *second, void *value);
void map_free(struct map *map);

#endif
