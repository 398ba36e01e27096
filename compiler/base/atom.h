/* atom.h - interned names: one pointer for equal texts, compared by value (==).
 *
 * An atom is a NUL-terminated text that can be printed as it is; its length and its number stand
 * before it. Numbers are given in order of first appearance, from 0: the words of
 * grammar/keywords.def are interned first, so that a keyword is an atom with a small number.
 *
 * Threads may share a table, each through a struct atoms of its own: who looks up what is there
 * waits for nobody. Which numbers their new atoms get, and where those lie, is then chance: nothing
 * that is shown may depend on it. */
#ifndef MESH_BASE_ATOM_H
#define MESH_BASE_ATOM_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

typedef const char *atom;

struct atom_table;

struct atoms {
    struct atom_table *table; /* maybe shared */
    struct arena *arena;      /* where the texts live that are put in through this */
};

void atoms_init(struct atoms *atoms, struct arena *arena);
/* The same table for another thread, whose texts go into that arena. */
struct atoms atoms_share(const struct atoms *atoms, struct arena *arena);
/* The other threads have ended: gives back what they might still have been reading. */
void atoms_unshare(struct atoms *atoms);
/* Ends the table, whoever shares it. */
void atoms_free(struct atoms *atoms);
size_t atoms_count(const struct atoms *atoms);
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
