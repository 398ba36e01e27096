/* check.c - the verb check: everything that is wrong with a mesh, and nothing written. */
#include "command/command.h"

#include "plan/plan.h"

#include <stdio.h>

static void summarize(const struct mesh *mesh)
{
    struct buf text = {0};
    buf_puts(&text, "ok: ");
    front_count(&text, mesh->domains.len, "domain");
    buf_puts(&text, ", ");
    front_count(&text, mesh->products.len, "product");
    buf_puts(&text, ", ");
    front_count(&text, mesh->pipelines.len, "pipeline");
    buf_puts(&text, ", ");
    front_count(&text, mesh->grants.len, "grant");
    puts(text.at);
    buf_free(&text);
}

/* References and patches are judged where the stacks are made. */
static void judge_plans(struct session *s, const struct program *program)
{
    const struct mesh *mesh = program->mesh;
    if (!mesh || s->diagnostics.errors || (!mesh->refers && mesh->patches.len == 0))
        return;
    for (size_t i = 0; i < program->deployments.list.len; i++)
        plan_judge(s, program->deployments.list.at[i]);
}

int command_check(struct session *s, const struct settings *settings)
{
    struct program program = {0};
    if (!front_settings(s, settings))
        return EXIT_USAGE;
    front_run(s, settings, &program);
    judge_plans(s, &program);
    int code = front_report(s, settings, &program);
    if (code == EXIT_FINE && !settings->quiet)
        summarize(program.mesh);
    return code;
}
