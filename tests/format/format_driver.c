/* format_driver.c - what tests/format/run drives.
 *
 *     format_driver print FILE        the formatted text on stdout
 *     format_driver check FILE...     a line for each: "ok", "unparsed" (has errors) or "fault:
 * why", a blank, the path format_driver diff FILE         a unified diff from the text to the
 * formatted one format_driver time FILE         seconds for scanning, parsing and formatting, and
 * for formatting alone */
#include "base/diff.h"
#include "format_check.h"
#include "source/render.h"
#include "source/session.h"
#include "syntax/format.h"
#include "syntax/parse.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t n;
    do {
        char *to = buf_reserve(out, 1 << 16);
        n = fread(to, 1, 1 << 16, file);
        out->len += n;
    } while (n);
    bool good = !ferror(file);
    fclose(file);
    return good;
}

static int check(const char *path)
{
    struct buf text = {0}, formatted = {0};
    bool parsed = false;
    const char *fault = "cannot be read";
    if (read_file(path, &text))
        fault = format_check(text.len ? text.at : "", text.len, &parsed, &formatted);
    if (fault)
        printf("fault: %s: %s\n", fault, path);
    else
        printf("%s %s\n", parsed ? "ok" : "unparsed", path);
    buf_free(&text);
    buf_free(&formatted);
    return fault != NULL;
}

/* Says on stderr why a text does not parse. */
static void show_errors(const char *path, const struct buf *text)
{
    struct session s;
    struct buf out = {0};
    session_init(&s);
    const struct source *source = source_add(&s, path, path, text->len ? text->at : "", text->len);
    if (source)
        parse_file(&s, source);
    diag_sort(&s);
    render_diagnostics(&s, &out, RENDER_SHORT, false);
    fwrite(out.len ? out.at : "", 1, out.len, stderr);
    buf_free(&out);
    session_free(&s);
}

static int print(const char *path, bool as_diff)
{
    struct buf text = {0}, formatted = {0}, shown = {0};
    bool parsed = false;
    if (!read_file(path, &text))
        return 3;
    const char *fault = format_check(text.len ? text.at : "", text.len, &parsed, &formatted);
    if (fault)
        fprintf(stderr, "%s: %s\n", path, fault);
    if (!parsed)
        show_errors(path, &text);
    if (as_diff)
        diff_unified(&shown, path, path, text.len ? text.at : "", text.len,
                     formatted.len ? formatted.at : "", formatted.len);
    const struct buf *result = as_diff ? &shown : &formatted;
    fwrite(result->len ? result->at : "", 1, result->len, stdout);
    buf_free(&text);
    buf_free(&formatted);
    buf_free(&shown);
    return fault || !parsed;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int take_time(const char *path)
{
    struct buf text = {0}, formatted = {0};
    struct session s;
    if (!read_file(path, &text))
        return 3;
    session_init(&s);
    double start = now();
    const struct source *source = source_add(&s, path, path, text.len ? text.at : "", text.len);
    const struct tree *tree = source ? parse_file(&s, source) : NULL;
    double parsed = now();
    if (tree)
        format_tree(&s, tree, &formatted);
    double end = now();
    double megabytes = (double)text.len / 1e6;
    printf("%.1f MB: parsed in %.3f s, formatted in %.3f s (%.0f MB/s), %zu bytes out\n", megabytes,
           parsed - start, end - parsed, megabytes / (end - parsed), formatted.len);
    buf_free(&text);
    buf_free(&formatted);
    session_free(&s);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: format_driver print|check|diff|time FILE...\n", stderr);
        return 2;
    }
    if (strcmp(argv[1], "print") == 0 || strcmp(argv[1], "diff") == 0)
        return print(argv[2], argv[1][0] == 'd');
    if (strcmp(argv[1], "time") == 0)
        return take_time(argv[2]);
    int bad = 0;
    for (int i = 2; i < argc; i++)
        bad |= check(argv[i]);
    return bad;
}
