/* front.c - what the verbs share: from operands to a checked program, and from diagnostics to an
 * exit code. */
#include "base/day.h"
#include "check/check.h"
#include "command/command.h"
#include "model/model.h"
#include "source/divide.h"
#include "syntax/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- progress: one line on a terminal, once a run takes longer than a second ----------------- */

struct progress {
    struct timespec start, shown;
    bool visible;
};

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

static void show_progress(struct session *s, const char *what)
{
    struct progress *progress = s->progress_data;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds_between(&progress->start, &now) < 1.0 ||
        seconds_between(&progress->shown, &now) < 0.1)
        return;
    progress->shown = now;
    progress->visible = true;
    fprintf(stderr, "\r\033[K  %.60s", what);
}

static void hide_progress(struct session *s)
{
    struct progress *progress = s->progress_data;
    if (progress && progress->visible)
        fputs("\r\033[K", stderr);
    s->progress = NULL;
}

/* ---- settings -------------------------------------------------------------------------------- */

/* How many threads there are, when the environment says it. */
static bool threads_setting(struct session *s)
{
    const char *text = getenv("MESHC_THREADS");
    if (!text || !*text)
        return true;
    char *end;
    long threads = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || threads < 1 || threads > THREADS_MAX) {
        fprintf(stderr, "meshc: MESHC_THREADS is '%s', not a number from 1 to %d\n", text,
                (int)THREADS_MAX);
        return false;
    }
    s->threads = (unsigned)threads;
    return true;
}

bool front_settings(struct session *s, const struct settings *settings)
{
    for (size_t i = 0; i < settings->levels.len; i++) {
        const char *level = settings->levels.at[i];
        const char *wrong = NULL;
        if (strcmp(level, "error") == 0)
            s->diagnostics.werror = true;
        else
            wrong = diag_configure(s, level);
        if (wrong) {
            fprintf(stderr, "meshc: -W%s: %s\n", level, wrong);
            return false;
        }
    }
    if (!threads_setting(s))
        return false;
    s->as_of = settings->as_of ? settings->as_of : day_of_time(&s->arena, (int64_t)time(NULL));
    if (isatty(STDERR_FILENO) && settings->format == RENDER_TEXT) {
        struct progress *progress = arena_new(&s->arena, struct progress);
        clock_gettime(CLOCK_MONOTONIC, &progress->start);
        s->progress = show_progress;
        s->progress_data = progress;
    }
    return true;
}

/* ---- running --------------------------------------------------------------------------------- */

/* Leaves only the deployment that --env names. */
static void select_environment(struct session *s, const char *name, struct program *out)
{
    struct deployments *all = &out->deployments;
    for (size_t i = 0; i < all->list.len; i++)
        if (all->list.at[i]->name && strcmp(all->list.at[i]->name, name) == 0) {
            all->list.at[0] = all->list.at[i];
            all->list.len = 1;
            return;
        }
    out->no_environment = true;
    struct diag *d = diag(s, D_NO_SUCH_ENVIRONMENT, out->mesh->decl.at,
                          "the mesh has no environment '%s'", name);
    if (out->mesh->environments.len) {
        struct buf names = {0};
        for (size_t i = 0; i < out->mesh->environments.len; i++)
            buf_format(&names, "%s%s", i ? ", " : "", out->mesh->environments.at[i]->decl.name);
        diag_help(s, d, "it has: %s", names.at);
        buf_free(&names);
    }
}

void front_run(struct session *s, const struct settings *settings, struct program *out)
{
    static const char *const here[] = {"."};
    size_t count = settings->operands.len;
    if (!source_load_program(s, count ? settings->operands.at : here, count ? count : 1))
        return;
    struct tree **trees = parse_all(s);
    if (s->progress)
        s->progress(s, "checking");
    out->mesh = model_build(s, trees, s->sources.files.len);
    session_drop_trees(s);
    deployments_make(s, out->mesh, &out->deployments);
    if (settings->environment)
        select_environment(s, settings->environment, out);
    check_mesh(s, out->mesh, &out->deployments);
}

/* ---- reporting ------------------------------------------------------------------------------- */

bool front_colour(const struct settings *settings, int file)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    switch (settings->color) {
    case WHEN_ALWAYS:
        return true;
    case WHEN_NEVER:
        return false;
    case WHEN_AUTO:
        break;
    }
    return isatty(file) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

int front_report(struct session *s, const struct settings *settings, const struct program *program)
{
    struct buf text = {0};
    hide_progress(s);
    diag_sort(s);
    render_diagnostics(s, &text, settings->format, front_colour(settings, STDERR_FILENO));
    if (settings->format == RENDER_TEXT && text.len) {
        render_summary(s, &text);
        buf_putc(&text, '\n');
    }
    if (text.len)
        fwrite(text.at, 1, text.len, stderr);
    buf_free(&text);
    return program && program->no_environment ? EXIT_USAGE : diag_exit_code(s);
}

void front_count(struct buf *out, size_t count, const char *what)
{
    buf_format(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}
