/* atom.c - the table of interned names: open addressing over texts that carry their number and
 * length in front.
 *
 * The table is in shards, by the top bits of the hash, so that threads that add names seldom meet.
 * Adding takes the lock of the shard; looking up takes none: a slot is filled before its text is
 * published, and an array of slots that grew away stays as long as somebody may be reading it. */
#include "base/atom.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SHARD_BITS = 4, SHARDS = 1 << SHARD_BITS, FIRST_CAPACITY = 64 };

struct slot {
    uint64_t hash;      /* so that other texts are told apart without going to see them */
    _Atomic(atom) text; /* NULL: an empty slot; published last */
};

struct slots {
    struct slots *older; /* what readers may still be in */
    size_t mask;         /* a power of two, less one */
    struct slot at[];
};

struct adding {
    pthread_mutex_t lock;
    size_t count; /* of the texts in the shard */
};

struct atom_table {
    _Atomic(struct slots *) slots[SHARDS]; /* apart from the locks: read all the time */
    struct adding adding[SHARDS];
    atomic_size_t count;
    bool shared;
};

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
static inline uint64_t hash_text(const char *text, size_t length)
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

/* ---- slots ----------------------------------------------------------------------------------- */

static size_t shard_of(uint64_t hash)
{
    return (size_t)(hash >> (64 - SHARD_BITS));
}

static struct slots *slots_new(size_t capacity)
{
    struct slots *slots = calloc(1, sizeof *slots + capacity * sizeof *slots->at);
    if (slots != NULL) {
        slots->mask = capacity - 1;
        return slots;
    }
    memory_exhausted();
}

static void slots_free(struct slots *slots)
{
    while (slots != NULL) {
        struct slots *older = slots->older;
        free(slots);
        slots = older;
    }
}

/* The atom of the text, or NULL and the slot where it would be. There is always an empty one. */
static inline atom find(struct slots *slots, uint64_t hash, const char *text, size_t length,
                        struct slot **empty)
{
    for (size_t i = (size_t)hash & slots->mask;; i = (i + 1) & slots->mask) {
        struct slot *slot = &slots->at[i];
        atom there = atomic_load_explicit(&slot->text, memory_order_acquire);
        if (there == NULL) {
            *empty = slot;
            return NULL;
        }
        if (slot->hash == hash && atom_length(there) == length &&
            memcmp(there, text, length) == 0) {
            return there;
        }
    }
}

static void fill(struct slot *slot, uint64_t hash, atom text)
{
    slot->hash = hash;
    atomic_store_explicit(&slot->text, text, memory_order_release);
}

/* Twice as many slots; the caller has the lock. */
static struct slots *grow(struct atom_table *table, size_t shard, struct slots *old)
{
    struct slots *slots = slots_new((old->mask + 1) * 2);
    for (size_t i = 0; i <= old->mask; i++) {
        atom text = atomic_load_explicit(&old->at[i].text, memory_order_relaxed);
        if (text != NULL) { /* all different: the first empty slot is the right one */
            size_t to = (size_t)old->at[i].hash & slots->mask;
            while (atomic_load_explicit(&slots->at[to].text, memory_order_relaxed) != NULL) {
                to = (to + 1) & slots->mask;
            }
            fill(&slots->at[to], old->at[i].hash, text);
        }
    }
    if (table->shared) {
        slots->older = old;
    } else {
        free(old);
    }
    atomic_store_explicit(&table->slots[shard], slots, memory_order_release);
    return slots;
}

/* ---- the table ------------------------------------------------------------------------------- */

void atoms_init(struct atoms *atoms, struct arena *arena)
{
    struct atom_table *table = calloc(1, sizeof *table);
    if (table == NULL) {
        memory_exhausted();
    }
    for (size_t i = 0; i < SHARDS; i++) {
        atomic_init(&table->slots[i], slots_new(FIRST_CAPACITY));
        pthread_mutex_init(&table->adding[i].lock, NULL);
    }
    *atoms = (struct atoms){.table = table, .arena = arena};
}

struct atoms atoms_share(const struct atoms *atoms, struct arena *arena)
{
    atoms->table->shared = true;
    return (struct atoms){.table = atoms->table, .arena = arena};
}

void atoms_unshare(struct atoms *atoms)
{
    for (size_t i = 0; i < SHARDS; i++) {
        struct slots *slots = atomic_load_explicit(&atoms->table->slots[i], memory_order_relaxed);
        slots_free(slots->older);
        slots->older = NULL;
    }
    atoms->table->shared = false;
}

void atoms_free(struct atoms *atoms)
{
    for (size_t i = 0; i < SHARDS; i++) {
        slots_free(atomic_load_explicit(&atoms->table->slots[i], memory_order_relaxed));
        pthread_mutex_destroy(&atoms->table->adding[i].lock);
    }
    free(atoms->table);
    *atoms = (struct atoms){0};
}

size_t atoms_count(const struct atoms *atoms)
{
    return atomic_load_explicit(&atoms->table->count, memory_order_relaxed);
}

static atom copy_text(struct atoms *atoms, const char *text, size_t length)
{
    size_t number = atomic_fetch_add_explicit(&atoms->table->count, 1, memory_order_relaxed);
    if (length >= UINT32_MAX || number >= UINT32_MAX) {
        memory_exhausted(); /* far above the limits of the sources: comes from no program */
    }
    struct atom_head *head = arena_alloc(atoms->arena, sizeof *head + length + 1);
    *head = (struct atom_head){.number = (uint32_t)number, .length = (uint32_t)length};
    char *copy = (char *)(head + 1);
    if (length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

/* The text was not there when its slots were looked through: it may be by now. Out of the way of
 * atom_put, which seldom needs it. */
__attribute__((noinline)) static atom add(struct atoms *atoms, uint64_t hash, const char *text,
                                          size_t length)
{
    size_t shard = shard_of(hash);
    struct adding *adding = &atoms->table->adding[shard];
    struct slot *empty;
    pthread_mutex_lock(&adding->lock);
    struct slots *slots = atomic_load_explicit(&atoms->table->slots[shard], memory_order_relaxed);
    atom result = find(slots, hash, text, length, &empty);
    if (result == NULL) {
        if (adding->count + adding->count / 2 >= slots->mask) {
            slots = grow(atoms->table, shard, slots);
            find(slots, hash, text, length, &empty);
        }
        result = copy_text(atoms, text, length);
        fill(empty, hash, result);
        adding->count++;
    }
    pthread_mutex_unlock(&adding->lock);
    return result;
}

static inline atom look_up(const struct atoms *atoms, uint64_t hash, const char *text,
                           size_t length)
{
    struct slot *empty;
    return find(atomic_load_explicit(&atoms->table->slots[shard_of(hash)], memory_order_acquire),
                hash, text, length, &empty);
}

atom atom_put(struct atoms *atoms, const char *text, size_t length)
{
    uint64_t hash = hash_text(text, length);
    atom found = look_up(atoms, hash, text, length);
    return found != NULL ? found : add(atoms, hash, text, length);
}

atom atom_of(struct atoms *atoms, const char *text)
{
    return atom_put(atoms, text, strlen(text));
}

atom atom_find(const struct atoms *atoms, const char *text, size_t length)
{
    return look_up(atoms, hash_text(text, length), text, length);
}
