/* command.h - the verbs of the command line. One file a verb; each has a row in the table of
 * options.c. */
#ifndef MESH_COMMAND_COMMAND_H
#define MESH_COMMAND_COMMAND_H

#include "command/options.h"
#include "model/deployment.h"
#include "source/session.h"

/* Exit codes, as the README and the man page document them. */
enum { EXIT_FINE = 0, EXIT_MESH = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 3 };

int command_check(struct session *s, const struct settings *settings);
int command_build(struct session *s, const struct settings *settings);
int command_fmt(struct session *s, const struct settings *settings);
int command_who(struct session *s, const struct settings *settings);
int command_explain(struct session *s, const struct settings *settings);
int command_init(struct session *s, const struct settings *settings);
int command_completion(struct session *s, const struct settings *settings);
int command_manual(struct session *s, const struct settings *settings);

/* ---- shared by the verbs: front.c ------------------------------------------------------------ */

struct program {
    struct mesh *mesh;
    struct deployments deployments;
    bool no_environment; /* --env names none: wrong usage */
};

/* Loads, parses, elaborates and checks what the operands name (the current folder when there are
 * none). */
void front_run(struct session *s, const struct settings *settings, struct program *out);
/* Applies -W, -Werror and the progress display to the session; false after a message when a -W is
 * wrong. */
bool front_settings(struct session *s, const struct settings *settings);
/* Is what goes to a file (STDOUT_FILENO, STDERR_FILENO) to be coloured? */
bool front_colour(const struct settings *settings, int file);
/* Shows what was reported, on stderr, and returns the exit code that follows from it; program may
 * be NULL. */
int front_report(struct session *s, const struct settings *settings, const struct program *program);
/* "1 domain", "3 domains". */
void front_count(struct buf *out, size_t count, const char *what);

#endif
