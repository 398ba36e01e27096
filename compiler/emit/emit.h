/* emit.h - a plan written as files: templates, state machines, grants, programs, the manifest.
 *
 * Files are handed out one by one, in a fixed order, as soon as they are made, so that memory stays
 * flat. Bytes depend on the mesh alone: not on paths, clock, locale or the order of files. */
#ifndef MESH_EMIT_EMIT_H
#define MESH_EMIT_EMIT_H

#include "plan/plan.h"

/* Takes one finished file; path is relative to the deployment's folder. False: stop, the reason was
 * reported. */
struct sink {
    bool (*take)(struct sink *sink, const char *path, const struct buf *bytes, bool executable);
};

struct stack_use {           /* texts live in the session's arena */
    const char *environment; /* NULL: the mesh has none */
    const char *name;
    const char *account; /* 12 digits; NULL: unknown */
    size_t resources, bytes;
};

struct emit_counts {
    size_t stacks, resources, machines, grants, files, bytes;
    VEC(struct stack_use) uses; /* of each stack, in the order of writing */
};

/* Writes everything of one deployment; false when the sink stopped. */
bool emit_deployment(struct session *s, const struct deployment *deployment, struct sink *sink,
                     struct emit_counts *counts);

#endif
