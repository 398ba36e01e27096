/* check.c - the verb check: everything that is wrong with a mesh, and nothing written. */
#include "command/command.h"

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

int command_check(struct session *s, const struct settings *settings)
{
    struct program program = {0};
    if (!front_settings(s, settings))
        return EXIT_USAGE;
    front_run(s, settings, &program);
    int code = front_report(s, settings, &program);
    if (code == EXIT_FINE && !settings->quiet)
        summarize(program.mesh);
    return code;
}
