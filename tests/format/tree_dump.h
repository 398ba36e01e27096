/* tree_dump.h - everything a tree says, places left out, as text: two files mean the same when
 * their dumps are equal. */
#ifndef MESH_TESTS_TREE_DUMP_H
#define MESH_TESTS_TREE_DUMP_H

#include "base/buf.h"
#include "syntax/tree.h"

void tree_dump(const struct tree *tree, struct buf *out);

#endif
