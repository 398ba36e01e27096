/* arena.h - memory that lives as long as its arena and is given back at once.
 *
 * Everything of a run is allocated here; nothing is freed one by one. All memory handed out is
 * zeroed and aligned for any object. When the system has no more memory the process ends with exit
 * code 3 and a message (memory_exhausted): nothing has been written by then, see command/staging.h.
 */
#ifndef MESH_BASE_ARENA_H
#define MESH_BASE_ARENA_H

#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks; /* newest first */
    char *at, *end;             /* free part of the newest chunk */
    size_t total;               /* bytes taken from the system */
};

/* For arena_alloc alone: there is no room in the newest chunk. */
void *arena_alloc_slow(struct arena *arena, size_t size);

static inline void *arena_alloc_aligned(struct arena *arena, size_t size, size_t alignment)
{
    size_t pad = (size_t)(-(uintptr_t)arena->at & (alignment - 1));
    size_t left = (size_t)(arena->end - arena->at);
    if (arena->at == NULL || left < pad || left - pad < size) {
        return arena_alloc_slow(arena, size);
    }
    char *result = arena->at + pad;
    arena->at = result + size;
    return result;
}

/* Inline, because a node of the tree costs little more than this. The size of an object is a
 * multiple of its alignment, so the strictest alignment is due only to its multiples. */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
    size_t strictest = alignof(max_align_t);
    return arena_alloc_aligned(arena, size, size % strictest == 0 ? strictest : alignof(uint64_t));
}

/* n objects of size bytes, checked for overflow. */
void *arena_array_(struct arena *arena, size_t n, size_t size);
/* A NUL-terminated copy of length bytes. */
char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
/* Gives everything back; the arena is empty and usable again. */
void arena_free(struct arena *arena);
/* The same, but keeps the newest chunk for what comes next. */
void arena_reset(struct arena *arena);
#define arena_new(arena, type)      ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, n) ((type *)arena_array_((arena), (n), sizeof(type)))

/* The one answer to a failed malloc: message on stderr, _Exit(3). */
_Noreturn void memory_exhausted(void);

#endif
