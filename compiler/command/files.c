/* files.c - the file system as the commands need it: whole files, folders, trees. */
#include "command/files.h"

#include "source/session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int file, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(file, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

bool files_write(const char *path, const char *bytes, size_t n, mode_t mode)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0)
        return false;
    bool written = write_all(file, bytes, n);
    int error = errno;
    if (close(file) != 0 && written) {
        written = false;
        error = errno;
    }
    if (!written)
        unlink(path);
    errno = error;
    return written;
}

bool files_read(const char *path, struct buf *out)
{
    struct stat status;
    /* O_NONBLOCK: a pipe that nobody writes to is no reason to wait. */
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return false;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(file);
        errno = EINVAL;
        return false;
    }
    ssize_t n;
    do {
        n = read(file, buf_reserve(out, 65536), 65536);
        if (n > 0)
            out->len += (size_t)n;
    } while (n > 0 || (n < 0 && errno == EINTR));
    int error = errno;
    close(file);
    buf_putc(out, '\0'); /* so that the text is one, also when empty */
    out->len--;
    errno = error;
    return n == 0;
}

bool files_make_folders(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0) {
        errno = ENOTDIR;
        return S_ISDIR(status.st_mode);
    }
    char copy[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof copy) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(copy, path, length + 1);
    bool made = true;
    for (char *at = copy + 1; made && at; at = *at ? at + 1 : NULL) {
        at += strcspn(at, "/");
        char end = *at;
        *at = '\0';
        made = mkdir(copy, 0777) == 0 || errno == EEXIST;
        *at = end;
        if (!end)
            break;
    }
    return made;
}

bool files_make_parents(struct session *s, const char *path)
{
    const char *slash = strrchr(path, '/');
    return !slash || slash == path ||
           files_make_folders(arena_copy(&s->arena, path, (size_t)(slash - path)));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool files_in(struct session *s, const char *folder, struct file_names *out)
{
    DIR *stream = opendir(folder);
    if (!stream)
        return false;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            vec_push(&s->arena, out, arena_copy(&s->arena, name, strlen(name)));
    }
    closedir(stream);
    if (out->len)
        qsort(out->at, out->len, sizeof *out->at, by_name);
    return true;
}

bool files_is_folder(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Depth is that of the file system, whose paths are limited by PATH_MAX. */
static void collect_below(struct session *s, const char *folder, const char *prefix,
                          struct file_names *out)
{
    struct file_names names = {0};
    files_in(s, folder, &names);
    for (size_t i = 0; i < names.len; i++) {
        const char *path = arena_format(&s->arena, "%s/%s", folder, names.at[i]);
        const char *shown = arena_format(&s->arena, "%s%s", prefix, names.at[i]);
        if (files_is_folder(path))
            collect_below(s, path, arena_format(&s->arena, "%s/", shown), out);
        else
            vec_push(&s->arena, out, shown);
    }
}

void files_below(struct session *s, const char *folder, struct file_names *out)
{
    collect_below(s, folder, "", out);
}

void files_remove_tree(struct session *s, const char *folder)
{
    struct file_names names = {0};
    files_in(s, folder, &names);
    for (size_t i = 0; i < names.len; i++) {
        const char *path = arena_format(&s->arena, "%s/%s", folder, names.at[i]);
        if (files_is_folder(path))
            files_remove_tree(s, path);
        else
            unlink(path);
    }
    rmdir(folder);
}
