/* build.c - the verb build: a checked mesh written as files, completely or not at all. */
#include "command/command.h"
#include "command/staging.h"
#include "command/stats.h"
#include "emit/emit.h"

#include <stdio.h>

static void summarize(const struct emit_counts *counts, const char *target)
{
    struct buf text = {0};
    buf_puts(&text, "wrote ");
    front_count(&text, counts->files, "file");
    buf_format(&text, " to %s: ", target);
    front_count(&text, counts->stacks, "stack");
    buf_puts(&text, " with ");
    front_count(&text, counts->resources, "resource");
    buf_puts(&text, ", ");
    front_count(&text, counts->machines, "state machine");
    buf_format(&text, ", %zu %s", counts->grants,
               counts->grants == 1 ? "grant entry" : "grant entries");
    puts(text.at);
    buf_free(&text);
}

static void show_stats(struct session *s, const struct emit_counts *counts, bool as_data)
{
    struct buf text = {0};
    if (as_data)
        stats_json(s, &text, counts);
    else
        stats_table(&text, counts);
    fwrite(text.at, 1, text.len, stdout);
    buf_free(&text);
}

/* Where one environment alone is built its folder is what is replaced, else the whole. */
static const char *target_of(struct session *s, const struct settings *settings)
{
    const char *folder = settings->output ? settings->output : "out";
    if (!settings->environment)
        return folder;
    return arena_format(&s->arena, "%s/%s", folder, settings->environment);
}

static bool emit_all(struct session *s, const struct settings *settings,
                     const struct program *program, struct staging *out, struct emit_counts *counts)
{
    for (size_t i = 0; i < program->deployments.list.len; i++) {
        const struct deployment *deployment = program->deployments.list.at[i];
        if (i > 0 && !session_affords(s, 0, deployment->environment->decl.at))
            return false;
        if (deployment->name && !settings->environment)
            out->prefix = arena_format(&s->arena, "%s/", deployment->name);
        if (!emit_deployment(s, deployment, &out->sink, counts))
            return false;
    }
    return s->diagnostics.errors == 0;
}

int command_build(struct session *s, const struct settings *settings)
{
    struct program program = {0};
    struct emit_counts counts = {0};
    struct staging out;
    const char *target = target_of(s, settings);

    if (!front_settings(s, settings))
        return EXIT_USAGE;
    front_run(s, settings, &program);
    bool done = false;
    if (!s->diagnostics.errors && staging_begin(s, target, &out)) {
        if (emit_all(s, settings, &program, &out, &counts))
            done = staging_commit(&out);
        else
            staging_abandon(&out);
    }
    int code = front_report(s, settings, &program);
    bool as_data = settings->stats && settings->format == RENDER_JSON;
    if (done && !settings->quiet && !as_data)
        summarize(&counts, target);
    if (done && settings->stats)
        show_stats(s, &counts, as_data);
    return code;
}
