/* main.c - reads the command line and calls one command. */
#include "command/command.h"

#include <stdio.h>
#include <string.h>

/* Everything printed must have arrived: a full disk behind stdout is no success. */
static int close_output(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    perror("meshc: standard output");
    return code == EXIT_FINE ? EXIT_SYSTEM : code;
}

static void print_help(const struct verb_info *verb, FILE *to)
{
    struct buf text = {0};
    options_help(&text, verb);
    fwrite(text.at, 1, text.len, to);
    buf_free(&text);
}

static int print_version(void)
{
    puts("meshc " MESHC_VERSION "\n"
         "Copyright (c) 2026 The Mesh authors. MIT License.");
    return EXIT_FINE;
}

int main(int argc, char **argv)
{
    struct session s;
    session_init(&s);
    struct settings settings = {0};
    int code = EXIT_USAGE;
    if (argc == 1) {
        print_help(NULL, stderr);
    } else {
        switch (options_parse(&s, argc, argv, &settings)) {
        case PARSED:
            code = settings.verb->run(&s, &settings);
            break;
        case PARSED_HELP:
            print_help(settings.verb, stdout);
            code = EXIT_FINE;
            break;
        case PARSED_VERSION:
            code = print_version();
            break;
        case PARSED_WRONG:
            break;
        }
    }
    code = close_output(code);
    session_free(&s);
    return code;
}
