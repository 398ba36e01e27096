/* atom.h - interned names: one pointer for equal texts, compared by value (==).
 *
 * An atom is a NUL-terminated text that can be printed as it is; its length and its number stand
 * before it. Numbers are given in order of first appearance, from 0: the words of
 * grammar/keywords.def are interned first, so that a keyword is an atom with a small number. */
#ifndef MESH_BASE_ATOM_H
#define MESH_BASE_ATOM_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

typedef const char *atom;

struct atom_slot {
    uint64_t hash; /* so that other texts are told apart without going to see them */
    atom text;
};

struct atoms {
    struct arena *arena;     /* where the texts live */
    struct atom_slot *slots; /* open addressing, a power of two; malloc'd */
    size_t capacity, count;
};

void atoms_init(struct atoms *atoms, struct arena *arena);
void atoms_free(struct atoms *atoms);
atom atom_put(struct atoms *atoms, const char *text, size_t length);
atom atom_of(struct atoms *atoms, const char *text);
/* The atom of that text if there is one, else NULL: looking up never grows the table. */
atom atom_find(const struct atoms *atoms, const char *text, size_t length);

struct atom_head { /* stands right before the text */
    uint32_t number, length;
};

static inline const struct atom_head *atom_head(atom text)
{
    return (const struct atom_head *)(const void *)(text - sizeof(struct atom_head));
}

static inline uint32_t atom_number(atom text)
{
    return atom_head(text)->number;
}

static inline size_t atom_length(atom text)
{
    return atom_head(text)->length;
}

#endif
