/* program.h - the shell programs of the output: files of runtime/ with a few assignments in front.
 */
#ifndef MESH_EMIT_PROGRAM_H
#define MESH_EMIT_PROGRAM_H

#include "base/buf.h"
#include "source/session.h"

struct assignment {
    const char *name;  /* MESH_ACCOUNT */
    const char *value; /* written in single quotes, whatever it holds */
};

/* Appends runtime/<file> with the assignments (up to a NULL name) after its line "# @header". */
void emit_program(struct buf *out, const char *file, const struct assignment *assignments);

#endif
