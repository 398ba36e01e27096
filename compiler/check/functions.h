/* functions.h - what the texts and figures of a function mean: one answer for the check and the
 * plan. */
#ifndef MESH_CHECK_FUNCTIONS_H
#define MESH_CHECK_FUNCTIONS_H

#include "model/model.h"

struct code_place {
    const char *bucket; /* not terminated */
    size_t bucket_length;
    const char *key;
};

/* Takes s3://BUCKET/KEY apart; false where text is none. */
bool code_place(const char *text, struct code_place *out);
/* Lambda counts memory in units that it calls MB; -1 where the size is no whole number of them. */
int64_t memory_megabytes(const struct amount *memory);

#endif
