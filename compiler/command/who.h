/* who.h - the answers of the verb who, one file each; who.c reads the question. */
#ifndef MESH_COMMAND_WHO_H
#define MESH_COMMAND_WHO_H

#include "base/buf.h"
#include "check/access/effective.h"
#include "check/access/proofs.h"

/* All that one deployment gives, as a JSON object that stands `depth` levels inside a text. */
void who_all_json(struct buf *out, struct effective *effective, const struct proofs *proofs,
                  size_t depth);

#endif
