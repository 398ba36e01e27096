/* format.h - the canonical text of a file: one style, no options. */
#ifndef MESH_SYNTAX_FORMAT_H
#define MESH_SYNTAX_FORMAT_H

#include "base/buf.h"
#include "syntax/tree.h"

struct session;

/* Appends the canonical text of a tree that parsed without error (tree->complete). Keeps every
 * comment; formatting its own output changes nothing; the meaning is the same. */
void format_tree(struct session *s, const struct tree *tree, struct buf *out);

#endif
