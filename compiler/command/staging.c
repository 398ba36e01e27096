/* staging.c - the output folder: staged beside the target, put in its place in one step.
 *
 * The stage is named .<target>.meshc-<pid> and its owner holds a lock (flock) on it: a stage that can be locked belongs to
 * nobody any more, and is removed. */
#define _GNU_SOURCE /* renameat2 */
#include "command/staging.h"

#include "command/files.h"
#include "command/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(struct session *s, const char *what, const char *path)
{
    int error = errno;
    diag(s, D_OUTPUT_FAILED, (struct span){0, 0}, "cannot %s '%s': %s", what, path,
         strerror(error));
    return false;
}

/* ---- the stage -------------------------------------------------------------------------------------------------------------- */

/* Splits "a/b/out" into "a/b" and "out"; "out" into "." and "out". */
static void split_path(struct session *s, const char *path, const char **folder, const char **base)
{
    const char *slash = strrchr(path, '/');
    *base = slash ? slash + 1 : path;
    if (!slash)
        *folder = ".";
    else if (slash == path)
        *folder = "/";
    else
        *folder = arena_copy(&s->arena, path, (size_t)(slash - path));
}

/* Removes stages that runs left behind which no longer live. */
static void sweep_stages(struct session *s, const char *folder, const char *mark)
{
    struct file_names names = {0};
    if (!files_in(s, folder, &names))
        return;
    for (size_t i = 0; i < names.len; i++) {
        if (strncmp(names.at[i], mark, strlen(mark)) != 0)
            continue;
        const char *path = arena_format(&s->arena, "%s/%s", folder, names.at[i]);
        int lock = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (lock < 0)
            continue;
        if (flock(lock, LOCK_EX | LOCK_NB) == 0)
            files_remove_tree(s, path);
        close(lock);
    }
}

static bool make_stage(struct staging *out)
{
    struct session *s = out->s;
    const char *folder, *base;
    split_path(s, out->target, &folder, &base);
    if (!files_make_folders(folder))
        return fail(s, "make the folder", folder);
    const char *mark = arena_format(&s->arena, ".%s.meshc-", base);
    sweep_stages(s, folder, mark);
    const char *stage = arena_format(&s->arena, "%s/%s%ld", folder, mark, (long)getpid());
    if (mkdir(stage, 0777) != 0)
        return fail(s, "make the folder", stage);
    out->lock = open(stage, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (out->lock < 0 || flock(out->lock, LOCK_EX | LOCK_NB) != 0) {
        fail(s, "lock", stage);
        rmdir(stage);
        return false;
    }
    out->stage = stage;
    return true;
}

static bool take(struct sink *sink, const char *path, const struct buf *bytes, bool executable)
{
    struct staging *out = (struct staging *)sink;
    if (interrupt_pending())
        return false;
    const char *full = arena_format(&out->s->arena, "%s/%s%s", out->stage, out->prefix, path);
    if (!files_make_parents(out->s, full))
        return fail(out->s, "make the folder of", full);
    if (!files_write(full, bytes->at, bytes->len, executable ? 0777 : 0666))
        return fail(out->s, "write", full);
    return true;
}

/* ---- what stands at the target ------------------------------------------------------------------------------------------------ */

/* Names that a manifest in this folder lists, as keys of known: "<prefix>/<path>". */
static void read_manifest(struct session *s, const char *target, const char *prefix, struct map *known)
{
    const char *name = arena_format(&s->arena, "%smanifest.json", prefix);
    struct buf text = {0};
    if (!files_read(arena_format(&s->arena, "%s/%s", target, name), &text))
        return;
    json *tree = json_parse(text.at, text.len);
    const json *files = json_get(tree, "files");
    if (json_get(tree, "meshc") && json_is_array(files)) {
        map_put(known, atom_of(&s->atoms, name), NULL, s);
        for (const json *file = json_first(files); file; file = json_next(file)) {
            const char *path = json_text_of(json_get(file, "path"));
            if (path)
                map_put(known, atom_of(&s->atoms, arena_format(&s->arena, "%s%s", prefix, path)),
                        NULL, s);
        }
    }
    json_free(tree);
    buf_free(&text);
}

/* The first file below the target that no manifest lists, or NULL. */
static const char *foreign_file(struct session *s, const char *target)
{
    struct file_names names = {0}, top = {0};
    struct map known = {0};
    if (!files_in(s, target, &top))
        return NULL;
    read_manifest(s, target, "", &known);
    for (size_t i = 0; i < top.len; i++)
        read_manifest(s, target, arena_format(&s->arena, "%s/", top.at[i]), &known);
    files_below(s, target, &names);
    const char *foreign = NULL;
    for (size_t i = 0; i < names.len && !foreign; i++)
        if (!map_get(&known, atom_of(&s->atoms, names.at[i]), NULL))
            foreign = names.at[i];
    map_free(&known);
    return foreign;
}

/* True when the target is free to be made or replaced. */
static bool target_is_ours(struct session *s, const char *target)
{
    struct stat status;
    if (lstat(target, &status) != 0)
        return errno == ENOENT ? true : fail(s, "look at", target);
    if (!S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        return fail(s, "write to", target);
    }
    const char *foreign = foreign_file(s, target);
    if (!foreign)
        return true;
    struct diag *d = diag(s, D_OUTPUT_FOREIGN, (struct span){0, 0},
                          "'%s' holds '%s', which meshc did not write", target, foreign);
    diag_help(s, d, "the output folder is replaced as a whole: name another one with -o");
    return false;
}

/* ---- the three steps ------------------------------------------------------------------------------------------------------------ */

bool staging_begin(struct session *s, const char *target, struct staging *out)
{
    size_t length = strlen(target);
    while (length > 1 && target[length - 1] == '/')
        length--;
    target = arena_copy(&s->arena, target, length);
    char *resolved = realpath(target, NULL);
    *out = (struct staging){.s = s, .sink = {take}, .prefix = "", .lock = -1};
    out->target = resolved ? arena_copy(&s->arena, resolved, strlen(resolved)) : target;
    free(resolved);
    if (!target_is_ours(s, out->target))
        return false;
    interrupt_hold();
    if (make_stage(out))
        return true;
    interrupt_release();
    return false;
}

/* Exchanges stage and target; after it the stage holds what the target held, if anything. */
static bool swap(struct staging *out)
{
    if (renameat2(AT_FDCWD, out->stage, AT_FDCWD, out->target, RENAME_EXCHANGE) == 0)
        return true;
    if (errno == ENOENT)
        return rename(out->stage, out->target) == 0;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    /* A file system without exchange: two renames, undone when the second fails. */
    const char *old = arena_format(&out->s->arena, "%s-old", out->stage);
    if (rename(out->target, old) != 0)
        return false;
    if (rename(out->stage, out->target) != 0) {
        int error = errno;
        (void)!rename(old, out->target);
        errno = error;
        return false;
    }
    out->stage = old;
    return true;
}

bool staging_commit(struct staging *out)
{
    if (interrupt_pending() || !swap(out)) {
        if (!interrupt_pending())
            fail(out->s, "replace", out->target);
        staging_abandon(out);
        return false;
    }
    staging_abandon(out);
    return true;
}

void staging_abandon(struct staging *out)
{
    if (out->stage)
        files_remove_tree(out->s, out->stage);
    out->stage = NULL;
    if (out->lock >= 0)
        close(out->lock);
    out->lock = -1;
    interrupt_release();
}

bool staging_replace_file(struct session *s, const char *path, const struct buf *bytes)
{
    struct stat status;
    char *resolved = realpath(path, NULL);
    const char *target = resolved ? arena_copy(&s->arena, resolved, strlen(resolved)) : path;
    free(resolved);
    if (stat(target, &status) != 0)
        return fail(s, "look at", path);
    if (access(target, W_OK) != 0)
        return fail(s, "write", path);
    const char *folder, *base;
    split_path(s, target, &folder, &base);
    const char *fresh = arena_format(&s->arena, "%s/.%s.meshc-%ld", folder, base, (long)getpid());
    interrupt_hold();
    bool done = files_write(fresh, bytes->at, bytes->len, status.st_mode & 0777) &&
                chmod(fresh, status.st_mode & 07777) == 0 && !interrupt_pending() &&
                rename(fresh, target) == 0;
    if (!done) {
        if (!interrupt_pending())
            fail(s, "write", path);
        unlink(fresh);
    }
    interrupt_release();
    return done;
}
