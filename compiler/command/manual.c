/* manual.c - the man page, from the option table; `make` stores it as meshc.1. */
#include "command/command.h"

#include <stdio.h>

/* Text for troff: a backslash and a leading point or quote would be commands, a hyphen must stay
 * one. */
static void put_text(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
    }
}

static void put_option(const struct option_info *option)
{
    fputs(".TP\n", stdout);
    if (option->letter)
        printf("\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", stdout);
    put_text(option->name);
    fputs("\\fR", stdout);
    if (option->argument) {
        fputs(" \\fI", stdout);
        put_text(option->words ? option->words : option->argument);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    put_text(option->summary);
    putchar('\n');
}

static void put_verb(const struct verb_info *verb)
{
    size_t count;
    const struct option_info *options = options_list(&count);
    printf(".SS meshc %s", verb->name);
    fputs(" [OPTION...] ", stdout);
    put_text(verb->operands);
    putchar('\n');
    put_text(verb->text);
    putchar('\n');
    for (size_t i = 0; i < count; i++)
        if (options[i].verbs && option_fits(&options[i], verb))
            put_option(&options[i]);
}

int command_manual(struct session *s, const struct settings *settings)
{
    (void)s;
    (void)settings;
    size_t count, option_count;
    const struct verb_info *verbs = options_verbs(&count);
    const struct option_info *options = options_list(&option_count);
    fputs(".TH MESHC 1 \"\" \"meshc " MESHC_VERSION "\" \"User Commands\"\n"
          ".SH NAME\n"
          "meshc \\- compiler for data meshes on AWS\n"
          ".SH SYNOPSIS\n"
          "\\fBmeshc\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIOPERAND\\fR...]\n"
          ".SH DESCRIPTION\n"
          "Reads .mesh files, says what is wrong with the data mesh they describe, and writes the\n"
          "CloudFormation templates, Step Functions definitions and Lake Formation grants of one "
          "that\n"
          "is right. Diagnostics go to standard error, results to standard output.\n"
          ".SH COMMANDS\n",
          stdout);
    for (size_t i = 0; i < count; i++)
        if (!verbs[i].hidden)
            put_verb(&verbs[i]);
    fputs(".SH OPTIONS OF EVERY COMMAND\n", stdout);
    for (size_t i = 0; i < option_count; i++)
        if (!options[i].verbs)
            put_option(&options[i]);
    fputs(".SH EXIT STATUS\n"
          ".TP\n0\nEverything is fine.\n"
          ".TP\n1\nThe mesh has errors; fmt \\-\\-check or \\-\\-diff found something.\n"
          ".TP\n2\nThe command line is wrong.\n"
          ".TP\n3\nA file could not be read or written, or the system refused something.\n"
          ".SH ENVIRONMENT\n"
          ".TP\nNO_COLOR\nSet and not empty: no colours unless \\-\\-color=always.\n"
          ".TP\nMESHC_THREADS\nHow many threads read and check a mesh, 1 to 8: by itself one, "
          "for a large mesh as many as there are processors. The outcome is the same.\n",
          stdout);
    return EXIT_FINE;
}
