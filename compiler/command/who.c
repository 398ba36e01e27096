/* who.c - the verb who: reads the question, and has it answered from the effective access of each
 * deployment. */
#include "command/who.h"

#include "check/access/promised.h"
#include "command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- the question ---------------------------------------------------------------------------- */

static bool wrong(const char *message)
{
    fprintf(stderr, "meshc: %s\nTry 'meshc who --help'.\n", message);
    return false;
}

/* Takes the operands of the question away; what is left names the mesh. */
static bool read_question(const struct settings *settings, struct settings *rest,
                          struct inquiry *out)
{
    const char *const *words = settings->operands.at;
    size_t count = settings->operands.len, taken = 0;
    const char *verb = count ? words[0] : "";
    *out = (struct inquiry){.as = settings->as};
    if (settings->all) {
        out->kind = WHO_ALL;
        if (settings->as)
            return wrong("--all is everybody: without --as");
    } else if (strcmp(verb, "can") == 0 && count >= 3) {
        *out = (struct inquiry){WHO_CAN, words[1], words[2], NULL, 0, {0}, NULL};
        taken = 3;
        if (settings->as)
            return wrong("`who can` asks who it is: without --as");
    } else if (strcmp(verb, "sees") == 0 && settings->as) {
        out->kind = WHO_SEES;
        taken = 1;
    } else if (strcmp(verb, "why") == 0 && count >= 3) {
        *out = (struct inquiry){WHO_WHY, NULL, words[2], words[1], 0, {0}, NULL};
        taken = 3;
    } else {
        return wrong("who takes one of: can PERMISSION TARGET, sees --as NAME, why NAME TARGET, "
                     "--all");
    }
    *rest = *settings;
    rest->operands.at += taken;
    rest->operands.len -= taken;
    return true;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static size_t terminal_width(void)
{
    enum { USUAL = 100, LEAST = 40 };
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;
    if (!width && isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    return width >= LEAST && width < 10000 ? width : USUAL;
}

/* Promises are of every day. */
static void answer_all_json(struct effective *e, struct buf *out)
{
    struct proofs proofs;
    struct effective always = {0};
    if (e->day)
        effective_make(e->s, e->deployment, e->entries, &always);
    proofs_make(e->day ? &always : e, &proofs);
    who_all_json(out, e, &proofs, 1);
    if (e->day)
        effective_free(&always);
}

static void answer(struct effective *e, const struct settings *settings,
                   const struct inquiry *inquiry, struct buf *out)
{
    struct page page = {out, terminal_width(), front_colour(settings, STDOUT_FILENO)};
    switch (settings->answer) {
    case ANSWER_TEXT:
        who_text(&page, e, inquiry);
        break;
    case ANSWER_JSON:
        if (inquiry->kind == WHO_ALL)
            answer_all_json(e, out);
        else
            who_json(out, e, inquiry, 1);
        break;
    case ANSWER_CSV:
        who_csv(out, e, inquiry);
        break;
    }
}

/* What stands before the answer of one deployment. */
static const char *between(enum answer_format format, const struct buf *out)
{
    bool first = out->len == 1;
    if (format == ANSWER_JSON)
        return first ? "\n  " : ",\n  ";
    bool apart = out->len < 2 || out->at[out->len - 2] == '\n';
    return format == ANSWER_TEXT && !apart ? "\n" : "";
}

static int answer_all(struct session *s, const struct settings *settings,
                      const struct program *program, const struct inquiry *inquiry)
{
    struct buf out = {0};
    bool known = !inquiry->as || inquiry->principal;
    if (settings->answer == ANSWER_JSON)
        buf_putc(&out, '[');
    else if (settings->answer == ANSWER_CSV)
        who_csv_head(&out);
    for (size_t i = 0; i < program->deployments.list.len; i++) {
        struct entries entries = {0};
        struct effective effective;
        access_canonical(s, program->deployments.list.at[i], &entries);
        effective_make_on(s, program->deployments.list.at[i], &entries, settings->as_of,
                          &effective);
        known = known || party_named(&effective.parties, inquiry->as) != SIZE_MAX;
        buf_puts(&out, between(settings->answer, &out));
        answer(&effective, settings, inquiry, &out);
        effective_free(&effective);
        arena_free(&entries.arena);
    }
    if (settings->answer == ANSWER_JSON)
        buf_puts(&out, "\n]\n");
    if (known)
        fwrite(out.at, 1, out.len, stdout);
    else
        who_unknown(program->mesh, inquiry->as);
    buf_free(&out);
    return known ? EXIT_FINE : EXIT_USAGE;
}

int command_who(struct session *s, const struct settings *settings)
{
    struct program program = {0};
    struct settings rest;
    struct inquiry inquiry;
    if (!read_question(settings, &rest, &inquiry) || !front_settings(s, &rest))
        return EXIT_USAGE;
    front_run(s, &rest, &program);
    if (s->diagnostics.errors > promised_errors(s) || !program.mesh)
        return front_report(s, &rest, &program);
    if (!who_resolve(s, program.mesh, &inquiry))
        return EXIT_USAGE;
    return answer_all(s, settings, &program, &inquiry);
}
