/* check.c - the verb check: everything that is wrong with a mesh, and nothing written. */
#include "command/command.h"

#include "check/access/promised.h"
#include "check/access/requests.h"
#include "check/access/trusts.h"
#include "command/check_proofs.h"
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

/* "proven: 7 promises, 3 environments (trusts 3 administrators, 1 listed escape)" */
static void summarize_proofs(const struct program *program, const struct trusts *trusts)
{
    struct buf text = {0};
    buf_puts(&text, "proven: ");
    front_count(&text, program->mesh->promises.len, "promise");
    if (program->mesh->environments.len) {
        buf_puts(&text, ", ");
        front_count(&text, program->deployments.list.len, "environment");
    }
    buf_puts(&text, " (trusts ");
    front_count(&text, trusts->counts[TRUST_ADMINISTRATOR], trust_word(TRUST_ADMINISTRATOR));
    buf_puts(&text, ", ");
    front_count(&text, trusts->counts[TRUST_ESCAPE], trust_word(TRUST_ESCAPE));
    buf_puts(&text, ")");
    puts(text.at);
    buf_free(&text);
}

/* Each promise with its place, then what the proofs rest on. */
static void list_proofs(struct session *s, const struct mesh *mesh, const struct trusts *trusts)
{
    struct buf text = {0};
    for (size_t i = 0; i < mesh->promises.len; i++) {
        const struct grant *promise = mesh->promises.at[i];
        buf_format(&text, "\n%s: proven\n  ", source_where(s, promise->at));
        render_harmless(&text, statement_text(s, &s->arena, promise->at));
        buf_putc(&text, '\n');
    }
    buf_puts(&text, "\nwhat they rest on:\n");
    for (size_t i = 0; i < trusts->list.len; i++) {
        const struct trust *trust = &trusts->list.at[i];
        buf_format(&text, "  %s: ", trust_word(trust->kind));
        render_harmless(&text, trust->name);
        buf_format(&text, " (%s)\n", source_where(s, trust->at));
    }
    for (size_t i = 0; trusted_always[i]; i++)
        buf_format(&text, "  %s\n", trusted_always[i]);
    fwrite(text.at, 1, text.len, stdout);
    buf_free(&text);
}

static void tell_proofs(struct session *s, const struct settings *settings,
                        const struct program *program)
{
    struct trusts trusts;
    if (!program->mesh->promises.len || !program->deployments.list.len)
        return;
    trusts_find(&s->arena, program->deployments.list.at[0], &trusts);
    summarize_proofs(program, &trusts);
    if (settings->proofs)
        list_proofs(s, program->mesh, &trusts);
}

/* Also of promises that are broken; nothing where other errors keep them from being judged. */
static void put_proofs(struct session *s, const struct program *program)
{
    struct buf text = {0};
    if (s->diagnostics.errors > promised_errors(s) || !program->mesh || program->no_environment)
        return;
    check_proofs_json(s, &program->deployments, &text);
    fwrite(text.at, 1, text.len, stdout);
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
    if (settings->proofs && settings->format == RENDER_JSON) {
        put_proofs(s, &program);
        return code;
    }
    if (code == EXIT_FINE && !settings->quiet)
        summarize(program.mesh);
    if (code == EXIT_FINE && (!settings->quiet || settings->proofs))
        tell_proofs(s, settings, &program);
    return code;
}
