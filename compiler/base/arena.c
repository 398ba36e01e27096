/* arena.c - bump allocation out of chunks that come zeroed from the system; and vec_grow, which
 * extends in place. */
#define _DEFAULT_SOURCE /* madvise, MAP_ANONYMOUS: beyond POSIX */
#include "base/arena.h"
#include "base/format.h"
#include "base/vec.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct arena_chunk {
    struct arena_chunk *next;
    size_t mapped; /* bytes from mmap, 0: from calloc */
    alignas(max_align_t) char bytes[];
};

enum { CHUNK_FIRST = 64 << 10, CHUNK_MOST = 4 << 20, HUGE_PAGE = 2 << 20 };

_Noreturn void memory_exhausted(void)
{
    static const char message[] = "meshc: out of memory\n";
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0) {
        /* Nowhere left to say it: the exit code has to do. */
    }
    _Exit(3);
}

/* Pages of 4 KiB cost a large mesh more time, one fault each, than elaborating it: where the system
 * has large ones it is asked for them. NULL: it has no such memory. */
static struct arena_chunk *chunk_map(size_t size)
{
#ifdef MADV_HUGEPAGE
    size = (size + HUGE_PAGE - 1) & ~((size_t)HUGE_PAGE - 1);
    char *start =
        mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
        return NULL;
    }
    size_t before = (size_t)(-(uintptr_t)start & (HUGE_PAGE - 1));
    if (before > 0) {
        munmap(start, before);
    }
    munmap(start + before + size, HUGE_PAGE - before);
    madvise(start + before, size, MADV_HUGEPAGE);
    struct arena_chunk *chunk = (struct arena_chunk *)(void *)(start + before);
    chunk->mapped = size;
    return chunk;
#else
    (void)size;
    return NULL;
#endif
}

/* A chunk of that size, its head counted. */
static struct arena_chunk *chunk_new(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = size >= HUGE_PAGE ? chunk_map(size) : NULL;
    if (chunk == NULL) {
        chunk = calloc(1, size);
    }
    if (chunk == NULL) {
        memory_exhausted();
    }
    arena->total += size;
    return chunk;
}

/* What does not fit into the newest chunk: a chunk of its own for a large object, else the next,
 * larger chunk. */
void *arena_alloc_slow(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4) {
        memory_exhausted();
    }
    size_t whole = arena->total < CHUNK_FIRST     ? CHUNK_FIRST
                   : arena->total < HUGE_PAGE / 2 ? arena->total
                                                  : CHUNK_MOST;
    if (size > whole / 4) {
        struct arena_chunk *chunk = chunk_new(arena, sizeof *chunk + size);
        if (arena->chunks == NULL) {
            arena->chunks = chunk;
        } else { /* behind the newest, whose free part stays in use */
            chunk->next = arena->chunks->next;
            arena->chunks->next = chunk;
        }
        return chunk->bytes;
    }
    struct arena_chunk *chunk = chunk_new(arena, whole);
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->at = chunk->bytes + size;
    arena->end = (char *)chunk + whole;
    return chunk->bytes;
}

static void *alloc_bytes(struct arena *arena, size_t size)
{
    return arena_alloc_aligned(arena, size, 1);
}

void *arena_array_(struct arena *arena, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size) {
        memory_exhausted();
    }
    return arena_alloc(arena, n * size);
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = alloc_bytes(arena, length + 1);
    if (length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

char *arena_vformat(struct arena *arena, const char *format, va_list arguments)
{
    char room[512];
    va_list again;
    va_copy(again, arguments);
    size_t length = format_text(room, sizeof room, format, arguments);
    char *result;
    if (length < sizeof room) {
        result = arena_copy(arena, room, length);
    } else {
        result = alloc_bytes(arena, length + 1);
        format_text(result, length + 1, format, again);
    }
    va_end(again);
    return result;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *result = arena_vformat(arena, format, arguments);
    va_end(arguments);
    return result;
}

void arena_free(struct arena *arena)
{
    for (struct arena_chunk *chunk = arena->chunks, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        if (chunk->mapped > 0) {
            munmap(chunk, chunk->mapped);
        } else {
            free(chunk);
        }
    }
    *arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *kept = arena->chunks;
    if (kept == NULL || arena->at == NULL) {
        arena_free(arena);
        return;
    }
    struct arena rest = {.chunks = kept->next};
    arena_free(&rest);
    kept->next = NULL;
    memset(kept->bytes, 0, (size_t)(arena->at - kept->bytes));
    arena->at = kept->bytes;
    arena->total = sizeof *kept + (size_t)(arena->end - kept->bytes);
}

void *vec_grow(struct arena *arena, void *items, size_t len, size_t *cap, size_t size)
{
    size_t old = *cap, grown = old == 0 ? 4 : old * 2;
    if (grown > SIZE_MAX / size / 2) {
        memory_exhausted();
    }
    *cap = grown;
    size_t more = (grown - old) * size;
    if (items != NULL && (char *)items + old * size == arena->at &&
        more <= (size_t)(arena->end - arena->at)) {
        arena->at += more; /* the newest block of the arena: it grows where it stands */
        return items;
    }
    void *block = arena_array_(arena, grown, size);
    if (len > 0) {
        memcpy(block, items, len * size);
    }
    return block;
}
