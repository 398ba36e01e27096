/* staging.h - the output folder: it appears completely or not at all.
 *
 * Files are written into a folder beside the target, which takes the target's place in one step at
 * the end; the old one is then removed. Only what meshc wrote is ever replaced or removed: a target
 * that holds anything its manifests do not list is refused. A run that is killed leaves its folder
 * behind, and the next run beside it removes it. */
#ifndef MESH_COMMAND_STAGING_H
#define MESH_COMMAND_STAGING_H

#include "emit/emit.h"

struct staging {
    struct sink sink; /* first: the sink is the output */
    struct session *s;
    const char *target; /* as the user named it, links resolved */
    const char *stage;  /* the folder being written; NULL when there is none */
    const char *prefix; /* of the paths taken: "" or "prod/" */
    size_t parents;     /* folders above the target that were made for it */
    int lock;           /* open and locked while this process owns the stage */
};

/* Each reports its failure and returns false; nothing is left behind then. */
bool staging_begin(struct session *s, const char *target, struct staging *out);
bool staging_commit(struct staging *out);
/* Gives up: the target stays as it is. */
void staging_abandon(struct staging *out);

/* Replaces one file in one step; used by fmt. A run that is killed leaves .<file>.meshc-<pid>
 * behind. */
bool staging_replace_file(struct session *s, const char *path, const struct buf *bytes);
/* Removes a path that staging_replace_file left behind, if it is one and its process is gone; false
 * if it is none. */
bool staging_sweep_file(const char *path);

#endif
