/* main.c - the command line. So far: parses nothing, loads the program and shows what is wrong with
 * its files. */
#include "base/buf.h"
#include "source/render.h"
#include "source/session.h"
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct session s;
    struct buf out = {0};
    const char *here = ".";
    session_init(&s);
    source_load_program(&s, argc > 1 ? (const char *const *)&argv[1] : &here,
                        argc > 1 ? (size_t)argc - 1 : 1);
    diag_sort(&s);
    render_diagnostics(&s, &out, RENDER_TEXT, isatty(STDERR_FILENO) != 0);
    render_summary(&s, &out);
    fprintf(stderr, "%s\n", out.at == NULL ? "" : out.at);
    int code = diag_exit_code(&s);
    buf_free(&out);
    session_free(&s);
    return code;
}
