/* map.c - open addressing with linear probing; a slot without a value is empty. Nothing is ever
 * taken out. */
#include "base/map.h"
#include "base/arena.h"
#include <stdint.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

static size_t hash_pair(const void *first, const void *second)
{
    uint64_t hash = (uint64_t)(uintptr_t)first * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 32) ^ (uint64_t)(uintptr_t)second) * UINT64_C(0xd6e8feb86659fd93);
    return (size_t)(hash ^ (hash >> 32));
}

static struct map_slot *slot_of(const struct map *map, const void *first, const void *second)
{
    size_t mask = map->capacity - 1;
    for (size_t i = hash_pair(first, second) & mask;; i = (i + 1) & mask) {
        struct map_slot *slot = &map->slots[i];
        if (slot->value == NULL || (slot->first == first && slot->second == second)) {
            return slot;
        }
    }
}

static void grow(struct map *map)
{
    struct map old = *map;
    map->capacity = old.capacity == 0 ? FIRST_CAPACITY : old.capacity * 2;
    map->slots = calloc(map->capacity, sizeof *map->slots);
    if (map->slots == NULL) {
        memory_exhausted();
    }
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].value != NULL) {
            *slot_of(map, old.slots[i].first, old.slots[i].second) = old.slots[i];
        }
    }
    free(old.slots);
}

/* The slot of the key, with room to fill it. */
static struct map_slot *slot_for(struct map *map, const void *first, const void *second)
{
    if (map->count + map->count / 2 >= map->capacity) {
        grow(map);
    }
    struct map_slot *slot = slot_of(map, first, second);
    if (slot->value == NULL) {
        slot->first = first;
        slot->second = second;
        map->count++;
    }
    return slot;
}

void *map_get(const struct map *map, const void *first, const void *second)
{
    return map->count == 0 ? NULL : slot_of(map, first, second)->value;
}

void *map_put(struct map *map, const void *first, const void *second, void *value)
{
    struct map_slot *slot = slot_for(map, first, second);
    if (slot->value == NULL) {
        slot->value = value;
    }
    return slot->value;
}

void map_set(struct map *map, const void *first, const void *second, void *value)
{
    slot_for(map, first, second)->value = value;
}

void map_free(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}
