/* program.c - which files a program is made of: from the paths of the command line to the root, and
 * from there to every .mesh file below it, in an order that depends on nothing but their names. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "base/utf8.h"
#include "base/buf.h"
#include "source/divide.h"
#include "source/session.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct span nowhere = {0, 0};

/* A folder as it is shown and as it stands below the root; "" is the current folder and the root
 * itself. */
struct folder {
    const char *path, *name;
};

struct found {
    const char *path, *name;
    dev_t device;
    ino_t number;
    off_t size;
    int rank; /* of several names for one file: 0 given by the user, 1 found, 2 a link */
};

struct search {
    struct session *s;
    const char *root_path;      /* as shown */
    const char *root_real;      /* absolute, without links; NULL when the paths have no root */
    VEC(struct folder) folders; /* to be walked; grows while it is read */
    VEC(struct folder) links;   /* links to folders, walked when everything else was */
    VEC(struct found) files;
    struct atoms walked;       /* folders seen, as the bytes of device and number */
    const char *below, *shown; /* a folder below the root, and how the user spells it */
};

/* ---- paths ----------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static const char *join(struct search *f, const char *folder, const char *name)
{
    if (*folder == '\0' || *name == '\0') {
        return *folder == '\0' ? name : folder;
    }
    return arena_format(&f->s->arena, "%s%s%s", folder, ends_with(folder, "/") ? "" : "/", name);
}

/* Without "." and doubled slashes; the current folder is "". ".." stays, because a link may stand
 * before it. */
static const char *tidy(struct search *f, const char *path)
{
    char *tidied = arena_alloc(&f->s->arena, strlen(path) + 1), *to = tidied;
    if (*path == '/') {
        *to++ = '/';
    }
    for (size_t length; *(path += strspn(path, "/")) != '\0'; path += length) {
        length = strcspn(path, "/");
        if (length == 1 && *path == '.') {
            continue;
        }
        if (to > tidied && to[-1] != '/') {
            *to++ = '/';
        }
        memcpy(to, path, length);
        to += length;
    }
    return tidied;
}

/* The folder that holds a tidy path. */
static const char *parent(struct search *f, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *last = slash == NULL ? path : slash + 1;
    if (*last == '\0' && slash == path) {
        return "/";
    }
    if (*path == '\0' || strcmp(last, "..") == 0) {
        return join(f, path, "..");
    }
    size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    return arena_copy(&f->s->arena, path, length);
}

static const char *or_here(const char *path)
{
    return *path == '\0' ? "." : path;
}

/* The absolute path without links, in the arena; NULL with errno. */
static const char *real_path(struct search *f, const char *path)
{
    char *real = realpath(or_here(path), NULL);
    if (real == NULL) {
        return NULL;
    }
    const char *copy = arena_copy(&f->s->arena, real, strlen(real));
    free(real);
    return copy;
}

/* What follows the folder in the path ("" for the folder itself), NULL when it is not inside. */
static const char *inside(const char *folder, const char *path)
{
    size_t length = strlen(folder);
    if (strncmp(folder, path, length) != 0) {
        return NULL;
    }
    if (strcmp(folder, "/") == 0) {
        return path + 1;
    }
    return path[length] == '\0' ? path + length : path[length] == '/' ? path + length + 1 : NULL;
}

/* Names are shown and written to UTF-8 files. */
static bool is_printable(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f) {
            return false;
        }
    }
    return utf8_check(name, length) == length;
}

static void report_errno(struct search *f, const char *path)
{
    if (errno == ENOENT || errno == ENOTDIR) {
        diag(f->s, D_FILE_NOT_FOUND, nowhere, "'%s' does not exist", source_shown(f->s, path));
    } else {
        diag(f->s, D_CANNOT_READ, nowhere, "cannot read '%s': %s", source_shown(f->s, path),
             strerror(errno));
    }
}

/* ---- walking --------------------------------------------------------------------------------- */

static void add_file(struct search *f, const char *path, const char *name,
                     const struct stat *status, int rank)
{
    if (!is_printable(name)) {
        diag(f->s, D_BAD_FILE_NAME, nowhere, "the name of '%s' is not printable UTF-8",
             source_shown(f->s, path));
        return;
    }
    struct found file = {path, name, status->st_dev, status->st_ino, status->st_size, rank};
    vec_push(&f->s->arena, &f->files, file);
}

/* A link below the root: it may lead to a place below the root, not to a folder that holds it. */
static void add_link(struct search *f, const char *path, const char *name, bool mesh)
{
    struct stat status;
    const char *target = stat(path, &status) == 0 ? real_path(f, path) : NULL;
    if (target == NULL) {
        if (errno == ELOOP) {
            diag(f->s, D_LINK_LOOP, nowhere, "the link '%s' leads to itself",
                 source_shown(f->s, path));
        } else if (mesh && (errno == ENOENT || errno == ENOTDIR)) {
            diag(f->s, D_FILE_NOT_FOUND, nowhere, "the link '%s' leads to nothing",
                 source_shown(f->s, path));
        } else if (mesh) {
            report_errno(f, path);
        }
        return;
    }
    bool folder = S_ISDIR(status.st_mode);
    if (!folder && !mesh) {
        return;
    }
    const char *holder = real_path(f, parent(f, path));
    if (f->root_real != NULL && inside(f->root_real, target) == NULL) {
        struct diag *d = diag(f->s, D_LINK_LEAVES_ROOT, nowhere,
                              "the link '%s' leads out of the mesh, to '%s'", path, target);
        diag_help(f->s, d, "a mesh is what lies below '%s'", or_here(f->root_path));
    } else if (folder && holder != NULL && inside(target, holder) != NULL) {
        diag(f->s, D_LINK_LOOP, nowhere, "the link '%s' leads to a folder that holds it", path);
    } else if (folder) {
        struct folder link = {path, name};
        vec_push(&f->s->arena, &f->links, link);
    } else if (S_ISREG(status.st_mode)) {
        add_file(f, path, name, &status, 2);
    } else {
        diag(f->s, D_NOT_A_MESH_FILE, nowhere, "'%s' is not a regular file", path);
    }
}

static void add_entry(struct search *f, const struct folder *folder, const char *entry)
{
    struct stat status;
    char *copy = arena_copy(&f->s->arena, entry, strlen(entry));
    const char *path = join(f, folder->path, copy), *name = join(f, folder->name, copy);
    bool mesh = ends_with(entry, ".mesh");
    if (lstat(path, &status) != 0) {
        report_errno(f, path);
    } else if (S_ISDIR(status.st_mode)) {
        struct folder below = {path, name};
        vec_push(&f->s->arena, &f->folders, below);
    } else if (S_ISLNK(status.st_mode)) {
        add_link(f, path, name, mesh);
    } else if (mesh && S_ISREG(status.st_mode)) {
        add_file(f, path, name, &status, 1);
    } else if (mesh) {
        diag(f->s, D_NOT_A_MESH_FILE, nowhere, "'%s' is not a regular file", path);
    }
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool walked_before(struct search *f, const char *path)
{
    struct stat status;
    if (stat(or_here(path), &status) != 0) {
        return false; /* opening it will say why */
    }
    const uint64_t key[] = {(uint64_t)status.st_dev, (uint64_t)status.st_ino};
    size_t before = atoms_count(&f->walked);
    atom_put(&f->walked, (const char *)key, sizeof key);
    return atoms_count(&f->walked) == before;
}

static void walk_folder(struct search *f, struct folder folder)
{
    VEC(const char *) names = {0};
    struct dirent *entry;
    if (walked_before(f, folder.path)) {
        return;
    }
    DIR *entries = opendir(or_here(folder.path));
    if (entries == NULL) {
        report_errno(f, or_here(folder.path));
        return;
    }
    while (errno = 0, (entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] != '.') {
            vec_push(&f->s->arena, &names,
                     arena_copy(&f->s->arena, entry->d_name, strlen(entry->d_name)));
        }
    }
    if (errno != 0) {
        report_errno(f, or_here(folder.path));
    }
    closedir(entries);
    if (names.len > 1) {
        qsort(names.at, names.len, sizeof *names.at, by_text);
    }
    for (size_t i = 0; i < names.len; i++) {
        add_entry(f, &folder, names.at[i]);
    }
}

/* Links to folders come last, so that a folder is known by its own name where it has one below the
 * root. */
static void walk(struct search *f)
{
    size_t folder = 0, link = 0;
    while (folder < f->folders.len || link < f->links.len) {
        bool real = folder < f->folders.len;
        walk_folder(f, real ? f->folders.at[folder++] : f->links.at[link++]);
    }
}

/* ---- from the command line to the root ------------------------------------------------------- */

static bool holds_mesh(struct search *f, const char *folder)
{
    struct stat mesh;
    return stat(join(f, folder, "mesh.mesh"), &mesh) == 0 && S_ISREG(mesh.st_mode);
}

/* A folder so many levels above the tidy one, which is "" or ends in "..": as it is spelled from
 * there, unless no system call would take that. */
static const char *above(struct search *f, const char *folder, const char *real, size_t levels)
{
    enum { LONGEST = 2048 }; /* half of what a call takes: names below the root follow */
    size_t before = strlen(folder);
    if (levels == 0 || before + 3 * levels > LONGEST) {
        return levels == 0 ? folder : real;
    }
    struct buf text = {0};
    buf_puts(&text, folder);
    for (size_t i = 0; i < levels; i++) {
        buf_puts(&text, "/..");
    }
    const char *path = arena_copy(&f->s->arena, text.at, text.len);
    buf_free(&text);
    return before == 0 ? path + 1 : path;
}

/* The nearest folder at or above the tidy one that holds mesh.mesh; NULL when there is none, or it
 * cannot be looked for, which is reported. Above the names that the user gave, the way up is that
 * of the real path: a chain of ".." grows beyond what a system call takes. */
static const char *find_root(struct search *f, const char *folder)
{
    while (*folder != '\0' && strcmp(folder, "/") != 0 && strcmp(folder, "..") != 0 &&
           !ends_with(folder, "/..")) {
        if (holds_mesh(f, folder)) {
            return folder;
        }
        folder = parent(f, folder);
    }
    const char *real = real_path(f, folder);
    if (real == NULL) {
        struct diag *d = diag(f->s, D_CANNOT_READ, nowhere,
                              "cannot look for the root of the mesh at or above '%s': %s",
                              source_shown(f->s, or_here(folder)), strerror(errno));
        diag_help(f->s, d, "the root is the nearest folder that holds mesh.mesh");
        return NULL;
    }
    for (size_t levels = 0;; levels++) {
        if (holds_mesh(f, real)) {
            return above(f, folder, real, levels);
        }
        if (strcmp(real, "/") == 0) {
            return NULL;
        }
        real = parent(f, real);
    }
}

struct given {
    const char *path;   /* tidy */
    const char *folder; /* itself or the one that holds it */
    const char *root;   /* real path, NULL when there is none */
    struct stat status;
};

/* The root of the first path is that of the program; whether all have the same. */
static bool agree_on_root(struct search *f, struct given *given, size_t count)
{
    size_t errors_before = f->s->diagnostics.errors;
    for (size_t i = 0; i < count; i++) {
        const char *root = find_root(f, given[i].folder);
        if (f->s->diagnostics.errors > errors_before) {
            return false;
        }
        given[i].root = root == NULL ? NULL : real_path(f, root);
        if (i == 0) {
            f->root_path = root;
            f->root_real = given[i].root;
        }
        const char *first = given[0].root, *other = given[i].root;
        if (first == NULL ? other != NULL : other == NULL || strcmp(first, other) != 0) {
            struct diag *d =
                diag(f->s, D_SEVERAL_MESHES, nowhere, "'%s' and '%s' belong to different meshes",
                     or_here(given[0].path), or_here(given[i].path));
            diag_help(f->s, d, "run meshc once for each");
            return false;
        }
    }
    return true;
}

/* The name of a given path below the root; where there is no root, a lone file has its own, several
 * as they were given. */
static const char *name_of(struct search *f, const struct given *given, bool alone)
{
    bool folder = S_ISDIR(given->status.st_mode);
    const char *slash = strrchr(given->path, '/');
    const char *last = folder ? "" : slash == NULL ? given->path : slash + 1;
    if (f->root_real == NULL) {
        return alone ? last : given->path;
    }
    const char *real = real_path(f, given->folder);
    const char *below = real == NULL ? NULL : inside(f->root_real, real);
    return below == NULL ? given->path : join(f, below, last);
}

static void begin_at(struct search *f, struct given *given, bool alone)
{
    const char *name = name_of(f, given, alone);
    if (S_ISDIR(given->status.st_mode)) {
        vec_push(&f->s->arena, &f->folders, ((struct folder){given->path, name}));
    } else if (S_ISREG(given->status.st_mode) && !ends_with(given->path, ".mesh")) {
        diag(f->s, D_NOT_A_MESH_FILE, nowhere, "the name of '%s' does not end in .mesh",
             given->path);
    } else {
        add_file(f, given->path, name, &given->status, 0);
    }
}

static void begin(struct search *f, struct given *given, size_t count)
{
    if (f->root_path != NULL) {
        vec_push(&f->s->arena, &f->folders, ((struct folder){f->root_path, ""}));
        const char *real = real_path(f, given[0].folder);
        f->below = real == NULL ? NULL : inside(f->root_real, real);
        f->shown = given[0].folder;
    } else if (count == 1 && S_ISDIR(given[0].status.st_mode)) {
        f->root_path = given[0].path;
        f->root_real = real_path(f, given[0].path);
    }
    for (size_t i = 0; i < count; i++) {
        begin_at(f, &given[i], count == 1);
    }
}

/* ---- loading --------------------------------------------------------------------------------- */

static int by_identity(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if (a->device != b->device) {
        return a->device < b->device ? -1 : 1;
    }
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return a->rank != b->rank ? a->rank - b->rank : strcmp(a->name, b->name);
}

static int by_name(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Below the folder that the user named first, paths are spelled from there and not by way of the
 * root. */
static const char *shown_path(struct search *f, const struct found *file)
{
    const char *rest = NULL;
    if (file->rank != 0 && f->below != NULL && *f->below != '\0') {
        rest = inside(f->below, file->name);
    }
    return rest == NULL ? file->path : join(f, f->shown, rest);
}

struct reading {
    const char **paths;
    struct source_text *texts;
};

static void read_piece(struct session *own, void *data, size_t i)
{
    struct reading *all = data;
    all->texts[i] = source_read(own, all->paths[i]);
}

/* Several at once where that pays; taken one by one, because their places follow each other. */
static void read_files(struct search *f, const struct found *files, size_t count)
{
    struct arena *arena = &f->s->arena;
    struct reading all = {arena_array(arena, const char *, count),
                          arena_array(arena, struct source_text, count)};
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        all.paths[i] = shown_path(f, &files[i]);
        bytes += (size_t)files[i].size;
    }
    divide(f->s, count, bytes, read_piece, &all);
    for (size_t i = 0; i < count; i++) {
        source_take(f->s, all.paths[i], files[i].name, &all.texts[i]);
    }
}

static void load(struct search *f)
{
    size_t kept = 0;
    if (f->files.len == 0) {
        return;
    }
    struct found *files = f->files.at;
    qsort(files, f->files.len, sizeof *files, by_identity);
    for (size_t i = 0; i < f->files.len; i++) {
        if (kept == 0 || files[i].device != files[kept - 1].device ||
            files[i].number != files[kept - 1].number) {
            files[kept++] = files[i];
        }
    }
    qsort(files, kept, sizeof *files, by_name);
    read_files(f, files, kept);
}

/* The paths that exist, tidy; the others are reported. */
static size_t look_at(struct search *f, const char *const *paths, size_t count, struct given *given)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct given *one = &given[found];
        one->path = tidy(f, paths[i]);
        if (stat(*paths[i] == '\0' ? "" : or_here(one->path), &one->status) != 0) {
            report_errno(f, paths[i]);
            continue;
        }
        one->folder = S_ISDIR(one->status.st_mode) ? one->path : parent(f, one->path);
        found++;
    }
    return found;
}

bool source_load_program(struct session *s, const char *const *paths, size_t count)
{
    static const char *const here[] = {"."};
    struct search search = {.s = s};
    size_t files_before = s->sources.files.len, errors_before = s->diagnostics.errors;
    if (count == 0) {
        paths = here;
        count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(paths[i], "-") == 0) {
            if (count == 1) {
                return source_load(s, "-", "<stdin>") != NULL;
            }
            diag(s, D_STDIN_WITH_FILES, nowhere, "'-' stands beside other paths");
            return false;
        }
    }
    atoms_init(&search.walked, &s->arena);
    struct given *given = arena_array(&s->arena, struct given, count);
    size_t found = look_at(&search, paths, count, given);
    if (found > 0 && agree_on_root(&search, given, found)) {
        begin(&search, given, found);
        walk(&search);
        load(&search);
        if (search.files.len == 0 && s->diagnostics.errors == errors_before) {
            struct diag *d =
                diag(s, D_NO_MESH_FILES, nowhere, "no .mesh file in '%s'", or_here(given[0].path));
            diag_help(s, d, "meshc init writes a small mesh to begin with");
        }
    }
    atoms_free(&search.walked);
    return s->sources.files.len > files_before;
}
