/* init.c - the verb init: a small mesh that compiles, from runtime/init/, and the hooks that keep
 * it so. */
#include "base/embedded.h"
#include "command/command.h"
#include "command/files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What is written, and which file of runtime/ it is. */
static const struct {
    const char *path, *embedded;
} files[] = {
    {"mesh.mesh", "init-mesh.mesh"},
    {"sales.mesh", "init-sales.mesh"},
    {".pre-commit-config.yaml", "init-pre-commit.yaml"},
};

enum { FILES = sizeof files / sizeof *files };

static int give_up(const char *what, const char *path)
{
    fprintf(stderr, "meshc: cannot %s '%s': %s\n", what, path, strerror(errno));
    return EXIT_SYSTEM;
}

int command_init(struct session *s, const struct settings *settings)
{
    if (settings->operands.len > 1) {
        fputs("meshc: init takes one folder\nTry 'meshc init --help'.\n", stderr);
        return EXIT_USAGE;
    }
    const char *folder = settings->operands.len ? settings->operands.at[0] : ".";
    if (!files_make_folders(folder))
        return give_up("make the folder", folder);
    for (size_t i = 0; i < FILES; i++) {
        const char *path = arena_format(&s->arena, "%s/%s", folder, files[i].path);
        size_t size;
        const char *text = embedded_file(files[i].embedded, &size);
        if (files_write(path, text, size, 0666)) {
            if (!settings->quiet)
                printf("wrote %s\n", path);
        } else if (errno == EEXIST) {
            if (!settings->quiet)
                printf("kept  %s (it was there)\n", path);
        } else {
            return give_up("write", path);
        }
    }
    if (!settings->quiet)
        printf("next: meshc build%s%s\n", strcmp(folder, ".") == 0 ? "" : " ",
               strcmp(folder, ".") == 0 ? "" : folder);
    return EXIT_FINE;
}
