/* fmt.c - the verb fmt: files rewritten in the canonical style, or shown where they are not. */
#include "base/diff.h"
#include "command/command.h"
#include "command/files.h"
#include "command/staging.h"
#include "syntax/format.h"
#include "syntax/parse.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct formatter {
    struct session *s;
    const struct settings *settings;
    size_t changed, unchanged;
};

/* Shows or writes the canonical text of a file that has another one. */
static void treat(struct formatter *f, const struct source *source, const struct buf *text)
{
    f->changed++;
    if (f->settings->diff) {
        struct buf out = {0};
        diff_unified(&out, source->path, source->path, source->text, source->size, text->at,
                     text->len);
        fwrite(out.at, 1, out.len, stdout);
        buf_free(&out);
    } else if (f->settings->check || staging_replace_file(f->s, source->path, text)) {
        if (!f->settings->quiet)
            puts(source->path);
    }
}

/* The bytes of the file itself, which the source has not: a byte order mark is not part of its
 * text. */
static bool has_mark(const char *path)
{
    unsigned char bytes[3] = {0};
    FILE *file = fopen(path, "rb");
    bool mark = file && fread(bytes, 1, 3, file) == 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
    if (file)
        fclose(file);
    return mark;
}

static void format_source(struct formatter *f, const struct source *source)
{
    bool standard_input = strcmp(source->path, "-") == 0 || strcmp(source->path, "<stdin>") == 0;
    struct tree *tree = parse_file(f->s, source);
    if (!tree->complete)
        return;
    struct buf text = {0};
    buf_puts(&text, "");
    format_tree(f->s, tree, &text);
    bool same = text.len == source->size && memcmp(text.at, source->text, text.len) == 0;
    if (standard_input && !f->settings->check && !f->settings->diff)
        fwrite(text.at, 1, text.len, stdout);
    else if (same && (standard_input || !has_mark(source->path)))
        f->unchanged++;
    else
        treat(f, source, &text);
    buf_free(&text);
}

static bool is_mesh_file(const char *path)
{
    size_t length = strlen(path);
    bool hidden = path[0] == '.' || strstr(path, "/.") != NULL;
    return !hidden && length > 5 && strcmp(path + length - 5, ".mesh") == 0;
}

/* What a walk came upon: a mesh file, something of that name which must not be opened, or what a
 * killed run left. */
static void format_found(struct formatter *f, const char *path, bool mesh)
{
    struct stat status;
    if (staging_sweep_file(path) || !mesh)
        return;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        if (!S_ISDIR(status.st_mode)) /* a link to a folder is not followed */
            diag(f->s, D_NOT_A_MESH_FILE, (struct span){0, 0}, "'%s' is not a regular file", path);
        return;
    }
    const struct source *source = source_load(f->s, path, path);
    if (source)
        format_source(f, source);
}

static void format_operand(struct formatter *f, const char *path)
{
    struct session *s = f->s;
    struct stat status;
    if (strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        struct file_names names = {0};
        files_below(s, path, &names);
        for (size_t i = 0; i < names.len; i++)
            format_found(f,
                         strcmp(path, ".") == 0
                             ? names.at[i]
                             : arena_format(&s->arena, "%s/%s", path, names.at[i]),
                         is_mesh_file(names.at[i]));
        return;
    }
    const struct source *source = source_load(s, path, path);
    if (source)
        format_source(f, source);
}

int command_fmt(struct session *s, const struct settings *settings)
{
    struct formatter f = {.s = s, .settings = settings};
    if (!front_settings(s, settings))
        return EXIT_USAGE;
    if (!settings->operands.len)
        format_operand(&f, ".");
    for (size_t i = 0; i < settings->operands.len; i++)
        format_operand(&f, settings->operands.at[i]);
    int code = front_report(s, settings, NULL);
    bool found = f.changed && (settings->check || settings->diff);
    return code == EXIT_FINE && found ? EXIT_MESH : code;
}
