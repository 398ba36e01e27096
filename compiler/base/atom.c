/* atom.c - the table of interned names: open addressing over texts that carry their number and
 * length in front. */
#include "base/atom.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024 };

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
    return hash ^ (hash >> 32);
}

static uint64_t eight_bytes(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

/* Up to seven bytes as a word, without a loop: texts of one length differ in it where they differ.
 */
static uint64_t few_bytes(const char *text, size_t length)
{
    if (length >= 4) {
        uint32_t first, last;
        memcpy(&first, text, sizeof first);
        memcpy(&last, text + length - sizeof last, sizeof last);
        return (uint64_t)first << 32 | last;
    }
    const unsigned char *at = (const unsigned char *)text;
    return length == 0 ? 0 : (uint64_t)at[0] << 16 | (uint64_t)at[length / 2] << 8 | at[length - 1];
}

/* Eight bytes a step, the last eight overlapping: the scanner asks for every word and every text of
 * the program. Never shown, never stored. */
static uint64_t hash_text(const char *text, size_t length)
{
    uint64_t hash = UINT64_C(0x2545f4914f6cdd1d) ^ length;
    if (length < sizeof hash) {
        hash = mix(hash, few_bytes(text, length));
    } else {
        for (size_t i = 0; i + sizeof hash < length; i += sizeof hash) {
            hash = mix(hash, eight_bytes(text + i));
        }
        hash = mix(hash, eight_bytes(text + length - sizeof hash));
    }
    return mix(hash, hash >> 29);
}

/* The slot where the text is or would be. There is always an empty one. */
static struct atom_slot *slot_of(const struct atoms *atoms, uint64_t hash, const char *text,
                                 size_t length)
{
    size_t mask = atoms->capacity - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        struct atom_slot *slot = &atoms->slots[i];
        if (slot->text == NULL || (slot->hash == hash && atom_length(slot->text) == length &&
                                   memcmp(slot->text, text, length) == 0)) {
            return slot;
        }
    }
}

static void set_capacity(struct atoms *atoms, size_t capacity)
{
    struct atom_slot *old = atoms->slots;
    size_t count = atoms->capacity, mask = capacity - 1;
    atoms->slots = calloc(capacity, sizeof *atoms->slots);
    if (atoms->slots == NULL) {
        memory_exhausted();
    }
    atoms->capacity = capacity;
    for (size_t i = 0; i < count; i++) {
        if (old[i].text != NULL) { /* all different: the first empty slot is the right one */
            size_t to = (size_t)old[i].hash & mask;
            while (atoms->slots[to].text != NULL) {
                to = (to + 1) & mask;
            }
            atoms->slots[to] = old[i];
        }
    }
    free(old);
}

void atoms_init(struct atoms *atoms, struct arena *arena)
{
    *atoms = (struct atoms){.arena = arena};
    set_capacity(atoms, FIRST_CAPACITY);
}

void atoms_free(struct atoms *atoms)
{
    free(atoms->slots);
    *atoms = (struct atoms){0};
}

atom atom_put(struct atoms *atoms, const char *text, size_t length)
{
    uint64_t hash = hash_text(text, length);
    struct atom_slot *slot = slot_of(atoms, hash, text, length);
    if (slot->text != NULL) {
        return slot->text;
    }
    if (length >= UINT32_MAX || atoms->count >= UINT32_MAX) {
        memory_exhausted(); /* far above the limits of the sources: comes from no program */
    }
    if (atoms->count + atoms->count / 2 >= atoms->capacity) {
        set_capacity(atoms, atoms->capacity * 2);
        slot = slot_of(atoms, hash, text, length);
    }
    struct atom_head *head = arena_alloc(atoms->arena, sizeof *head + length + 1);
    *head = (struct atom_head){.number = (uint32_t)atoms->count++, .length = (uint32_t)length};
    char *copy = (char *)(head + 1);
    if (length > 0) {
        memcpy(copy, text, length);
    }
    *slot = (struct atom_slot){hash, copy};
    return copy;
}

atom atom_of(struct atoms *atoms, const char *text)
{
    return atom_put(atoms, text, strlen(text));
}

atom atom_find(const struct atoms *atoms, const char *text, size_t length)
{
    return slot_of(atoms, hash_text(text, length), text, length)->text;
}
