/* options.h - the command line as a table: verbs, options, their help. Parsing, --help, the man
 * page and the shell completions are all read from it. */
#ifndef MESH_COMMAND_OPTIONS_H
#define MESH_COMMAND_OPTIONS_H

#include "base/vec.h"
#include "source/render.h"
#include <stdbool.h>

struct session;
struct settings;

enum answer_format { ANSWER_TEXT, ANSWER_JSON, ANSWER_CSV };
enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

struct settings {
    const struct verb_info *verb;
    VEC(const char *) operands;
    VEC(const char *) levels; /* the arguments of -W, in order */
    const char *output;       /* -o */
    const char *environment;  /* --env */
    const char *as_of;        /* --as-of */
    enum render_format format;
    enum when color;
    const char *as;            /* who --as */
    enum answer_format answer; /* who --format */
    bool check, diff, quiet, stats, all, proofs;
};

struct verb_info {
    const char *name;
    const char *operands; /* "[PATH...]" */
    const char *summary;  /* one line */
    const char *text;     /* a paragraph for the man page */
    bool hidden;          /* for the build of meshc itself */
    int (*run)(struct session *s, const struct settings *settings);
};

struct option_info {
    const char *name;     /* "output": --output */
    char letter;          /* 'o', or 0 */
    const char *argument; /* "DIR", or NULL */
    const char *words;    /* what the argument may be, "text|short"; NULL: free */
    const char *verbs;    /* " build fmt ": names between blanks; NULL: all that are not hidden */
    const char *summary;
};

enum parse_result { PARSED, PARSED_HELP, PARSED_VERSION, PARSED_WRONG };

/* Reads the command line into settings. PARSED_WRONG: the message was printed to stderr. */
enum parse_result options_parse(struct session *s, int argc, char **argv, struct settings *out);

const struct verb_info *options_verbs(size_t *count);
const struct option_info *options_list(size_t *count);
bool option_fits(const struct option_info *option, const struct verb_info *verb);

/* --help; verb NULL: of the whole program. */
void options_help(struct buf *out, const struct verb_info *verb);

#endif
