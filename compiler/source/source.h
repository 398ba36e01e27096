/* source.h - the files of a run and places in them.
 *
 * All files share one position space: each has a base, a place is a pair of byte offsets in that
 * space (8 bytes, and it says which file). Line and column are computed only when shown. Texts are
 * checked when loaded: UTF-8, no NUL, no lone CR, size; what is loaded is safe to scan. A byte
 * order mark is skipped. */
#ifndef MESH_SOURCE_SOURCE_H
#define MESH_SOURCE_SOURCE_H

#include "base/vec.h"
#include <stdbool.h>
#include <stdint.h>

struct session;

struct span {
    uint32_t lo, hi; /* [lo, hi) ; {0, 0} is no place: positions begin at 1 */
};

struct source {
    const char *path; /* as the user would write it: what diagnostics show */
    const char *name; /* relative to the root: what outputs show */
    const char *text; /* size bytes and a NUL; pristine */
    uint32_t base, size;
    const uint32_t *lines; /* offsets of line starts, made when first asked for */
    uint32_t line_count;
    uint32_t counted_to,
        column; /* where source_position last counted a column, for very long lines */
};

struct sources {
    VEC(struct source *) files;  /* ascending by base */
    VEC(struct source *) broken; /* likewise; kept only to show what is wrong with their bytes */
    uint32_t next;               /* base of the next file; 0 before the first */
};

struct position {
    const struct source *source;
    uint32_t line, column; /* from 1; the column counts Unicode characters */
};

/* Largest file and largest program, in bytes. */
enum { SOURCE_MAX = 64 << 20 };
#define SOURCES_MAX UINT32_C(2000000000)

/* Adds a text of the program; reports what is wrong with its bytes. NULL when it cannot be scanned.
 */
struct source *source_add(struct session *s, const char *path, const char *name, const char *text,
                          size_t size);
/* Reads a file; "-" is standard input. NULL after reporting why. */
struct source *source_load(struct session *s, const char *path, const char *name);

/* The same in two steps: the first reports nothing, and needs nothing of the session but memory. */
struct source_text {
    const char *text; /* without a byte order mark; NULL: it cannot be read */
    size_t size;
    size_t bad; /* the first byte that cannot be scanned; size when there is none */
    bool utf16;
    int error; /* why it cannot be read: errno */
};
struct source_text source_read(struct session *s, const char *path);
struct source *source_take(struct session *s, const char *path, const char *name,
                           const struct source_text *text);

/* Finds the program: for each path the root (nearest folder at or above it that holds mesh.mesh,
 * then every *.mesh below the root, hidden folders skipped, links that leave the root or loop
 * reported); with no root the given files and folders themselves. Files are loaded in order of
 * their names. False when nothing could be loaded. */
bool source_load_program(struct session *s, const char *const *paths, size_t count);

const struct source *source_at(const struct session *s, uint32_t offset);
struct position source_position(struct session *s, uint32_t offset);
/* "dir/file.mesh:12:3" relative to the root, in the arena: for manifests and the like. */
/* The path as messages show it: a very long one without its middle. */
const char *source_shown(struct session *s, const char *path);
const char *source_where(struct session *s, struct span span);

static inline struct span span_join(struct span a, struct span b)
{
    return (struct span){a.lo ? a.lo : b.lo, b.hi ? b.hi : a.hi};
}

#endif
