/* who.c - the verb who: reads the question, and answers it from the effective access of each
 * deployment. */
#include "command/who.h"

#include "check/access/promised.h"
#include "command/command.h"

#include <stdio.h>
#include <string.h>

/* ---- one deployment -------------------------------------------------------------------------- */

static void answer(struct session *s, const struct deployment *deployment, struct buf *out)
{
    struct entries entries = {0};
    struct effective effective;
    struct proofs proofs;
    access_canonical(s, deployment, &entries);
    effective_make(s, deployment, &entries, &effective);
    proofs_make(&effective, &proofs);
    who_all_json(out, &effective, &proofs, 1);
    effective_free(&effective);
    arena_free(&entries.arena);
}

static int wrong(const char *message)
{
    fprintf(stderr, "meshc: %s\nTry 'meshc who --help'.\n", message);
    return EXIT_USAGE;
}

int command_who(struct session *s, const struct settings *settings)
{
    struct program program = {0};
    if (!settings->all || settings->answer != ANSWER_JSON)
        return wrong("who is not supported yet but for --all --format json");
    if (!front_settings(s, settings))
        return EXIT_USAGE;
    front_run(s, settings, &program);
    if (s->diagnostics.errors > promised_errors(s) || !program.mesh)
        return front_report(s, settings, &program);
    struct buf out = {0};
    buf_puts(&out, "[");
    for (size_t i = 0; i < program.deployments.list.len; i++) {
        buf_puts(&out, i ? ",\n  " : "\n  ");
        answer(s, program.deployments.list.at[i], &out);
    }
    buf_puts(&out, "\n]\n");
    fwrite(out.at, 1, out.len, stdout);
    buf_free(&out);
    return EXIT_FINE;
}
