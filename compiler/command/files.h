/* files.h - the file system as the commands need it: whole files, folders, trees. Failures leave
 * errno; nothing is reported here. */
#ifndef MESH_COMMAND_FILES_H
#define MESH_COMMAND_FILES_H

#include "base/buf.h"
#include "base/vec.h"
#include <stdbool.h>
#include <sys/types.h>

struct session;

struct file_names {
    const char **at; /* sorted bytewise */
    size_t len, cap;
};

/* Writes a new file whole; false (and no file) when anything fails, a full disk at close included.
 */
bool files_write(const char *path, const char *bytes, size_t n, mode_t mode);
/* Of regular files alone. */
bool files_read(const char *path, struct buf *out);
/* Makes a folder and those above it; an existing one is fine. */
bool files_make_folders(const char *path);
/* Makes the folders above a file. */
bool files_make_parents(struct session *s, const char *path);
/* Names of the entries of a folder, without . and .. */
bool files_in(struct session *s, const char *folder, struct file_names *out);
/* A link is none. */
bool files_is_folder(const char *path);
/* Paths of everything below a folder that is no folder itself, relative to it. Links are not
 * followed. */
void files_below(struct session *s, const char *folder, struct file_names *out);
/* Removes a folder with all that is in it; links are removed, not followed. */
void files_remove_tree(struct session *s, const char *folder);

#endif
