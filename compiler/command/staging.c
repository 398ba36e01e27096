/* staging.c - the output folder: staged beside the target, put in its place in one step.
 *
 * The stage is named .<target>.meshc-<pid>-<attempt> and its owner holds a lock (flock) on it: a
 * stage that can be locked belongs to nobody any more, and is removed. */
#define _GNU_SOURCE /* renameat2 */
#include "command/staging.h"

#include "command/files.h"
#include "command/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE_MARK ".meshc-"

enum { ATTEMPTS = 100 }; /* against other runs at the same place */

static bool fail(struct session *s, const char *what, const char *path)
{
    int error = errno;
    diag(s, D_OUTPUT_FAILED, (struct span){0, 0}, "cannot %s '%s': %s", what, path,
         strerror(error));
    return false;
}

/* ---- the stage ------------------------------------------------------------------------------- */

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

/* True for ".<target>.meshc-<pid>...". */
static bool is_stage_name(const char *name)
{
    const char *mark = *name == '.' ? strstr(name, STAGE_MARK) : NULL;
    return mark && mark[strlen(STAGE_MARK)] >= '0' && mark[strlen(STAGE_MARK)] <= '9';
}

/* Removes stages that runs left behind which no longer live: of one target, or of every one (base
 * NULL). False when there is one that lives. */
static bool sweep_stages(struct session *s, const char *folder, const char *base)
{
    struct file_names names = {0};
    bool swept = true;
    const char *start = base ? arena_format(&s->arena, ".%s" STAGE_MARK, base) : ".";
    if (!files_in(s, folder, &names))
        return true;
    for (size_t i = 0; i < names.len; i++) {
        if (strncmp(names.at[i], start, strlen(start)) != 0 || !is_stage_name(names.at[i]))
            continue;
        const char *path = arena_format(&s->arena, "%s/%s", folder, names.at[i]);
        int lock = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (lock < 0)
            continue;
        if (flock(lock, LOCK_EX | LOCK_NB) == 0)
            files_remove_tree(s, path);
        else
            swept = false;
        close(lock);
    }
    return swept;
}

/* Locks a folder just made. False when another run, which took it for one left behind, was faster:
 * errno EAGAIN. Where there are no locks (some network file systems) nobody sweeps, and none is
 * needed. */
static bool lock_stage(const char *stage, int *lock)
{
    struct stat mine, there;
    errno = EAGAIN;
    *lock = open(stage, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*lock < 0) {
        errno = errno == ENOENT ? EAGAIN : errno;
        return false;
    }
    bool taken = flock(*lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!taken && fstat(*lock, &mine) == 0 && lstat(stage, &there) == 0 &&
        mine.st_ino == there.st_ino && mine.st_dev == there.st_dev)
        return true;
    close(*lock);
    *lock = -1;
    errno = EAGAIN;
    return false;
}

/* How many folders at the end of the path do not exist. */
static size_t missing_folders(struct session *s, const char *path)
{
    struct stat status;
    size_t missing = 0;
    while (lstat(path, &status) != 0 && errno == ENOENT) {
        const char *base;
        missing++;
        split_path(s, path, &path, &base);
    }
    return missing;
}

/* Removes the folders above the target that were made for it, as far as they are empty. */
static void remove_parents(struct staging *out)
{
    const char *path, *base;
    split_path(out->s, out->target, &path, &base);
    for (; out->parents > 0 && rmdir(path) == 0; out->parents--)
        split_path(out->s, path, &path, &base);
    out->parents = 0;
}

static bool make_stage(struct staging *out)
{
    struct session *s = out->s;
    const char *folder, *base;
    split_path(s, out->target, &folder, &base);
    out->parents = missing_folders(s, folder);
    if (!files_make_folders(folder))
        return fail(s, "make the folder", folder);
    sweep_stages(s, folder, base);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        const char *stage = arena_format(&s->arena, "%s/.%s" STAGE_MARK "%ld-%d", folder, base,
                                         (long)getpid(), attempt);
        if (mkdir(stage, 0777) != 0) {
            if (errno == EEXIST)
                continue; /* of a process with this number on another machine */
            return fail(s, "make the folder", stage);
        }
        if (lock_stage(stage, &out->lock)) {
            out->stage = stage;
            return true;
        }
        int error = errno;
        rmdir(stage);
        errno = error;
        if (error != EAGAIN)
            return fail(s, "open", stage);
    }
    return fail(s, "make a folder beside", out->target);
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

/* ---- what stands at the target --------------------------------------------------------------- */

/* Names that a manifest in this folder lists, as keys of known: "<prefix>/<path>". */
static void read_manifest(struct session *s, const char *target, const char *prefix,
                          struct map *known)
{
    const char *name = arena_format(&s->arena, "%smanifest.json", prefix);
    struct buf text = {0};
    if (!files_read(arena_format(&s->arena, "%s/%s", target, name), &text))
        return;
    struct arena memory = {0};
    json *tree = json_parse(&memory, text.at, text.len);
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
    arena_free(&memory);
    buf_free(&text);
}

/* The first file below a folder that is not known, or NULL; no look further than that. */
static const char *foreign_below(struct session *s, struct map *known, const char *folder,
                                 const char *prefix)
{
    struct file_names names = {0};
    const char *foreign = NULL;
    files_in(s, folder, &names);
    for (size_t i = 0; i < names.len && !foreign; i++) {
        const char *path = arena_format(&s->arena, "%s/%s", folder, names.at[i]);
        const char *shown = arena_format(&s->arena, "%s%s", prefix, names.at[i]);
        if (files_is_folder(path))
            foreign = foreign_below(s, known, path, arena_format(&s->arena, "%s/", shown));
        else if (!map_get(known, atom_of(&s->atoms, shown), NULL))
            foreign = shown;
    }
    return foreign;
}

/* The first file below the target that no manifest lists, or NULL. */
static const char *foreign_file(struct session *s, const char *target)
{
    struct file_names top = {0};
    struct map known = {0};
    if (!files_in(s, target, &top))
        return NULL;
    read_manifest(s, target, "", &known);
    for (size_t i = 0; i < top.len; i++)
        read_manifest(s, target, arena_format(&s->arena, "%s/", top.at[i]), &known);
    const char *foreign = foreign_below(s, &known, target, "");
    map_free(&known);
    return foreign;
}

/* The same of a folder that another build may replace while it is looked at: what was read of one
 * and listed of the other says nothing, so it is looked at again. */
static const char *foreign_in_place(struct session *s, const char *target)
{
    enum { TIMES = 100 };
    struct stat before, after;
    const char *foreign = NULL;
    for (int i = 0; i < TIMES; i++) {
        bool there = stat(target, &before) == 0;
        foreign = foreign_file(s, target);
        if (!foreign || (there && stat(target, &after) == 0 && before.st_ino == after.st_ino))
            return foreign;
    }
    return foreign;
}

/* True when the current folder is the target or lies in it: replaced, it would be gone under the
 * user's feet. */
static bool holds_current_folder(const char *target)
{
    char *here = realpath(".", NULL);
    size_t length = strlen(target);
    bool holds = here && strncmp(here, target, length) == 0 &&
                 (here[length] == '\0' || here[length] == '/' || strcmp(target, "/") == 0);
    free(here);
    return holds;
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
    if (holds_current_folder(target)) {
        struct diag *d = diag(s, D_OUTPUT_FAILED, (struct span){0, 0},
                              "cannot replace '%s': the current folder lies in it", target);
        diag_help(s, d, "name another folder with -o, or run meshc elsewhere");
        return false;
    }
    if (!sweep_stages(s, target, NULL)) { /* of builds of one environment */
        errno = EBUSY;
        return fail(s, "replace what another meshc is writing to,", target);
    }
    const char *foreign = foreign_in_place(s, target);
    if (!foreign)
        return true;
    struct diag *d = diag(s, D_OUTPUT_FOREIGN, (struct span){0, 0},
                          "'%s' holds '%s', which meshc did not write", target, foreign);
    diag_help(s, d, "the output folder is replaced as a whole: name another one with -o");
    return false;
}

/* ---- the three steps ------------------------------------------------------------------------- */

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
    remove_parents(out);
    interrupt_release();
    return false;
}

/* Exchanges stage and target; after it the stage holds what the target held, if anything. */
static bool swap(struct staging *out)
{
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (renameat2(AT_FDCWD, out->stage, AT_FDCWD, out->target, RENAME_EXCHANGE) == 0)
            return true;
        if (errno != ENOENT)
            break;
        if (rename(out->stage, out->target) == 0)
            return true;
        if (errno != ENOTEMPTY && errno != EEXIST) /* else another run has just made it */
            return false;
    }
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    /* A file system without exchange: two renames, undone when the second fails. */
    const char *old = arena_format(&out->s->arena, "%s-old", out->stage);
    if (rename(out->target, old) != 0)
        return errno == ENOENT && rename(out->stage, out->target) == 0;
    if (rename(out->stage, out->target) != 0) {
        int error = errno;
        (void)!rename(old, out->target);
        errno = error;
        return false;
    }
    out->stage = old;
    return true;
}

static void report_replace(struct staging *out)
{
    int error = errno;
    struct diag *d = diag(out->s, D_OUTPUT_FAILED, (struct span){0, 0}, "cannot replace '%s': %s",
                          out->target, strerror(error));
    if (error == EBUSY || error == EXDEV) /* a mount point, a lower layer of a container */
        diag_help(out->s, d, "remove it first, or name a folder below it: -o '%s/out'",
                  out->target);
}

bool staging_commit(struct staging *out)
{
    if (interrupt_pending() || !swap(out)) {
        if (!interrupt_pending())
            report_replace(out);
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
    remove_parents(out);
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
    const char *fresh =
        arena_format(&s->arena, "%s/.%s" STAGE_MARK "%ld", folder, base, (long)getpid());
    interrupt_hold();
    bool done = files_write(fresh, bytes->at, bytes->len, status.st_mode & 0700);
    if (done && chown(fresh, status.st_uid, status.st_gid) != 0) {
        /* Not permitted to most users: then it is theirs. */
    }
    done = done && chmod(fresh, status.st_mode & 07777) == 0 && !interrupt_pending() &&
           rename(fresh, target) == 0;
    if (!done) {
        if (!interrupt_pending())
            fail(s, "write", path);
        unlink(fresh);
    }
    interrupt_release();
    return done;
}

bool staging_sweep_file(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!is_stage_name(name))
        return false;
    long process = strtol(strstr(name, STAGE_MARK) + strlen(STAGE_MARK), NULL, 10);
    if (kill((pid_t)process, 0) != 0 && errno == ESRCH)
        unlink(path);
    return true;
}
