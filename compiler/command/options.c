/* options.c - the command line as a table, and its one reader. */
#include "command/options.h"

#include "base/day.h"
#include "base/suggest.h"
#include "command/command.h"

#include <stdio.h>
#include <string.h>

static const struct verb_info verbs[] = {
    {"init", "[DIR]", "write a small mesh that compiles, with its pre-commit hooks",
     "Writes mesh.mesh, a first domain and a pre-commit configuration into DIR (default: the "
     "current folder). Files that exist are never touched.",
     false, command_init},
    {"check", "[PATH...]", "check a mesh and report everything that is wrong with it",
     "Reads the mesh that each PATH belongs to: the folder at or above it that holds mesh.mesh, or "
     "PATH itself where there is none; - is standard input. Nothing is written. How many bytes a "
     "template, a machine, a ruleset or a policy would have is known to build alone.",
     false, command_check},
    {"build", "[PATH...]", "check a mesh and write everything AWS needs for it",
     "Checks like check, then writes templates, state machines, grants and the programs that bring "
     "them to AWS. The output folder is replaced as a whole or not at all; one that holds files "
     "which meshc did not write is left alone.",
     false, command_build},
    {"fmt", "[PATH...]", "rewrite files in the one canonical style",
     "Formats the files named, and all *.mesh files below folders named (default: the current "
     "folder); - formats standard input to standard output. A file that does not parse is never "
     "touched.",
     false, command_fmt},
    {"who", "can PERMISSION TARGET | sees --as NAME | why NAME TARGET | --all",
     "tell who may do what, and why",
     "`who can select sales.orders.amount` names everybody who may, or could get to; `who sees "
     "--as analysts` shows all that a principal or team has; `who why analysts "
     "sales.orders.amount` shows each way in, line by line, or what comes nearest; `who --all` "
     "shows everything. The mesh is that of the current folder, or of the PATH that follows. What "
     "Lake Formation allows is shown; IAM may still stop somebody. Grants with an end are shown "
     "like others, unless --as-of names a day. Promises (`forbid`) that are broken do not matter "
     "here, other errors do.",
     false, command_who},
    {"explain", "[CODE...]", "explain a diagnostic, with a wrong and a right example",
     "Takes codes (M0301) or names (unknown-attribute); without one, lists them all.", false,
     command_explain},
    {"completion", "bash|zsh", "print the completion script of a shell",
     "To be sourced, or put where the shell looks for completions.", false, command_completion},
    {"manual", "", "print the man page", "Used when meshc is built.", true, command_manual},
};

static const struct option_info options[] = {
    {"output", 'o', "DIR", NULL, " build ", "folder to write to (default: out)"},
    {"env", 0, "NAME", NULL, " build check who ", "only this environment (default: every one)"},
    {"all", 0, NULL, NULL, " who ", "everything that everybody has"},
    {"as", 0, "NAME", NULL, " who ", "a role, user, group, account, team, pipeline, ..."},
    {"format", 0, "FORMAT", "text|json|csv", " who ", "how the answer is written (default: text)"},
    {"as-of", 0, "DATE", NULL, " build check ",
     "judge ends of grants by this day (default: today, UTC); what is written never depends on it"},
    {"as-of", 0, "DATE", NULL, " who ",
     "what stands on this day; without it, what has an end stands too"},
    {"check", 0, NULL, NULL, " fmt ",
     "write nothing; name the files that are not in the style, exit 1"},
    {"diff", 0, NULL, NULL, " fmt ", "write nothing; show what would change, exit 1 if anything"},
    {"format", 0, "FORMAT", "text|short|json|github|sarif", " check build fmt ",
     "how diagnostics are shown (default: text)"},
    {"warn", 'W', "CODE=LEVEL", NULL, " check build ",
     "give a diagnostic another level: off, note, warning, error; -Werror: every warning is an "
     "error"},
    {"proofs", 0, NULL, NULL, " check ",
     "list the promises that hold, and what their proofs rest on; with --format json as JSON, "
     "those that are broken with every way in"},
    {"stats", 0, NULL, NULL, " build ",
     "show how much of CloudFormation's limits each stack uses; with --format json as JSON"},
    {"quiet", 'q', NULL, NULL, " check build fmt init ", "no summary on standard output"},
    {"color", 0, "WHEN", "auto|always|never", " check build fmt who ",
     "colour diagnostics (default: auto; NO_COLOR is honoured)"},
    {"help", 'h', NULL, NULL, NULL, "show this help"},
    {"version", 0, NULL, NULL, NULL, "show the version"},
};

enum { VERBS = sizeof verbs / sizeof *verbs, OPTIONS = sizeof options / sizeof *options };

const struct verb_info *options_verbs(size_t *count)
{
    *count = VERBS;
    return verbs;
}

const struct option_info *options_list(size_t *count)
{
    *count = OPTIONS;
    return options;
}

bool option_fits(const struct option_info *option, const struct verb_info *verb)
{
    if (!option->verbs)
        return true;
    size_t length = strlen(verb->name);
    for (const char *at = option->verbs; (at = strstr(at, verb->name)) != NULL; at++)
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void wrong_start(void)
{
    fputs("meshc: ", stderr);
}

static enum parse_result wrong_end(const struct verb_info *verb)
{
    if (verb)
        fprintf(stderr, "Try 'meshc %s --help'.\n", verb->name);
    else
        fputs("Try 'meshc --help'.\n", stderr);
    return PARSED_WRONG;
}

/* The index of word in "a|b|c", or -1. */
static int word_index(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (int index = 0;; index++) {
        size_t n = strcspn(words, "|");
        if (n == length && strncmp(words, word, n) == 0)
            return index;
        if (!words[n])
            return -1;
        words += n + 1;
    }
}

/* Of several rows with one name, that of the verb. */
static const struct option_info *find_long(const char *name, size_t length,
                                           const struct verb_info *verb)
{
    const struct option_info *found = NULL;
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option_info *option = &options[i];
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0 &&
            (!found || (verb && option_fits(option, verb))))
            found = option;
    }
    return found;
}

static const struct option_info *find_short(char letter)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (letter && options[i].letter == letter)
            return &options[i];
    return NULL;
}

static enum parse_result unknown_option(const char *text, const struct verb_info *verb)
{
    size_t length = strcspn(text, "=");
    wrong_start();
    fprintf(stderr, "unknown option '%.*s'", (int)length, text);
    if (text[1] == '-') {
        struct suggestion near = suggest_for(text + 2);
        for (size_t i = 0; i < OPTIONS; i++)
            if (!verb || option_fits(&options[i], verb))
                suggest_offer(&near, options[i].name);
        if (near.best)
            fprintf(stderr, "; did you mean '--%s'?", near.best);
    }
    fputc('\n', stderr);
    return wrong_end(verb);
}

static bool set_day(struct settings *out, const char *argument)
{
    if (!day_has_shape(argument) || argument[strlen("2027-01-31")] || !day_exists(argument)) {
        wrong_start();
        fprintf(stderr, "--as-of takes a day, for example 2027-01-31, not '%s'\n", argument);
        return false;
    }
    out->as_of = argument;
    return true;
}

/* Puts one option with its argument into the settings; false after a message. */
static bool set_option(struct session *s, struct settings *out, const struct option_info *option,
                       const char *argument)
{
    int index = option->words && argument ? word_index(option->words, argument) : 0;
    if (index < 0) {
        wrong_start();
        fprintf(stderr, "--%s takes %s, not '%s'\n", option->name, option->words, argument);
        return false;
    }
    if (strcmp(option->name, "output") == 0)
        out->output = argument;
    else if (strcmp(option->name, "all") == 0)
        out->all = true;
    else if (strcmp(option->name, "as") == 0)
        out->as = argument;
    else if (strcmp(option->name, "format") == 0 && strcmp(out->verb->name, "who") == 0)
        out->answer = (enum answer_format)index;
    else if (strcmp(option->name, "env") == 0)
        out->environment = argument;
    else if (strcmp(option->name, "as-of") == 0)
        return set_day(out, argument);
    else if (strcmp(option->name, "check") == 0)
        out->check = true;
    else if (strcmp(option->name, "diff") == 0)
        out->diff = true;
    else if (strcmp(option->name, "quiet") == 0)
        out->quiet = true;
    else if (strcmp(option->name, "proofs") == 0)
        out->proofs = true;
    else if (strcmp(option->name, "stats") == 0)
        out->stats = true;
    else if (strcmp(option->name, "format") == 0)
        out->format = (enum render_format)index;
    else if (strcmp(option->name, "color") == 0)
        out->color = (enum when)index;
    else if (strcmp(option->name, "warn") == 0)
        vec_push(&s->arena, &out->levels, argument);
    return true;
}

struct reader {
    struct session *s;
    int argc, at;
    char **argv;
    struct settings *out;
};

/* One word that begins with '-': an option with its argument, maybe the next word. */
static enum parse_result read_option(struct reader *r, const char *word)
{
    const struct verb_info *verb = r->out->verb;
    bool is_long = word[1] == '-';
    const char *attached = NULL;
    const struct option_info *option;
    if (is_long) {
        size_t length = strcspn(word + 2, "=");
        option = find_long(word + 2, length, verb);
        attached = word[2 + length] == '=' ? word + 3 + length : NULL;
    } else {
        option = find_short(word[1]);
        attached = word[1] && word[2] ? word + 2 : NULL;
    }
    if (!option || (!is_long && attached && !option->argument))
        return unknown_option(word, verb);
    if (strcmp(option->name, "help") == 0)
        return PARSED_HELP;
    if (strcmp(option->name, "version") == 0)
        return PARSED_VERSION;
    if (!verb || !option_fits(option, verb)) {
        wrong_start();
        if (verb)
            fprintf(stderr, "'%s' has no option '%s'\n", verb->name, word);
        else
            fprintf(stderr, "a command must stand before '%s'\n", word);
        return wrong_end(verb);
    }
    if (option->argument && !attached) {
        if (r->at == r->argc) {
            wrong_start();
            fprintf(stderr, "'%s' takes an argument: %s\n", word, option->argument);
            return wrong_end(verb);
        }
        attached = r->argv[r->at++];
    }
    if (option->argument && !*attached) {
        wrong_start();
        fprintf(stderr, "the argument of '--%s' is empty\n", option->name);
        return wrong_end(verb);
    } else if (!option->argument && attached) {
        wrong_start();
        fprintf(stderr, "'--%s' takes no argument\n", option->name);
        return wrong_end(verb);
    }
    return set_option(r->s, r->out, option, attached) ? PARSED : wrong_end(verb);
}

static enum parse_result read_verb(struct reader *r, const char *word)
{
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, word) == 0) {
            r->out->verb = &verbs[i];
            return PARSED;
        }
    struct suggestion near = suggest_for(word);
    for (size_t i = 0; i < VERBS; i++)
        if (!verbs[i].hidden)
            suggest_offer(&near, verbs[i].name);
    wrong_start();
    fprintf(stderr, "unknown command '%s'", word);
    if (near.best)
        fprintf(stderr, "; did you mean '%s'?", near.best);
    fputc('\n', stderr);
    return wrong_end(NULL);
}

enum parse_result options_parse(struct session *s, int argc, char **argv, struct settings *out)
{
    struct reader r = {.s = s, .argc = argc, .at = 1, .argv = argv, .out = out};
    bool operands_only = false;
    while (r.at < argc) {
        const char *word = argv[r.at++];
        enum parse_result result = PARSED;
        if (!operands_only && strcmp(word, "--") == 0)
            operands_only = true;
        else if (!operands_only && word[0] == '-' && word[1])
            result = read_option(&r, word);
        else if (!out->verb)
            result = read_verb(&r, word);
        else
            vec_push(&s->arena, &out->operands, word);
        if (result != PARSED)
            return result;
    }
    if (!out->verb) {
        wrong_start();
        fputs("no command given\n", stderr);
        return wrong_end(NULL);
    }
    return PARSED;
}

/* ---- help ------------------------------------------------------------------------------------ */

/* "  left        text", the text wrapped at 80 columns under its own beginning. */
static void help_row(struct buf *out, const char *left, const char *text)
{
    enum { INDENT = 26, WIDTH = 80 };
    size_t start = out->len;
    buf_format(out, "  %s", left);
    size_t column = out->len - start;
    if (column + 2 > INDENT) {
        buf_putc(out, '\n');
        column = 0;
    }
    buf_repeat(out, ' ', INDENT - column);
    column = INDENT;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column > INDENT && column + 1 + word > WIDTH) {
            buf_putc(out, '\n');
            buf_repeat(out, ' ', INDENT);
            column = INDENT;
        } else if (column > INDENT) {
            buf_putc(out, ' ');
            column++;
        }
        buf_put(out, text, word);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
    buf_putc(out, '\n');
}

static void help_options(struct buf *out, const struct verb_info *verb)
{
    buf_puts(out, "\nOptions:\n");
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option_info *option = &options[i];
        if (verb ? !option_fits(option, verb) : option->verbs != NULL)
            continue;
        struct buf left = {0};
        if (option->letter)
            buf_format(&left, "-%c, ", option->letter);
        else
            buf_puts(&left, "    ");
        buf_format(&left, "--%s", option->name);
        if (option->argument)
            buf_format(&left, " %s", option->argument);
        struct buf right = {0};
        buf_puts(&right, option->summary);
        if (option->words)
            buf_format(&right, ": %s", option->words);
        help_row(out, left.at, right.at);
        buf_free(&right);
        buf_free(&left);
    }
}

void options_help(struct buf *out, const struct verb_info *verb)
{
    if (verb) {
        buf_format(out, "Usage: meshc %s [OPTION...] %s\n\n", verb->name, verb->operands);
        buf_format(out, "meshc %s: %s.\n", verb->name, verb->summary);
        help_options(out, verb);
    } else {
        buf_puts(out, "Usage: meshc COMMAND [OPTION...] [OPERAND...]\n\n"
                      "A compiler for data meshes on AWS: says at compile time what is wrong with "
                      "a mesh, and writes\n"
                      "the CloudFormation templates, state machines and Lake Formation grants of "
                      "one that is right.\n"
                      "\nCommands:\n");
        for (size_t i = 0; i < VERBS; i++)
            if (!verbs[i].hidden)
                help_row(out, verbs[i].name, verbs[i].summary);
        help_options(out, NULL);
        buf_puts(out, "\nEvery command has its own --help.\n");
    }
    buf_puts(
        out,
        "\nExit codes: 0 fine, 1 errors in the mesh, 2 wrong usage, 3 input/output or system.\n");
}
