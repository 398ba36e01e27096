/* functions.h - what the texts and figures of a function mean: one answer for the check and the
 * plan. */
#ifndef MESH_CHECK_FUNCTIONS_H
#define MESH_CHECK_FUNCTIONS_H

#include "model/deployment.h"

struct code_place {
    const char *bucket; /* not terminated */
    size_t bucket_length;
    const char *key;
};

/* Takes s3://BUCKET/KEY apart; false where text is none. */
bool code_place(const char *text, struct code_place *out);
/* Lambda counts memory in units that it calls MB; -1 where the size is no whole number of them. */
int64_t memory_megabytes(const struct amount *memory);

/* Accounts other than the function's own whose pipelines call it: each once, by id. */
struct caller_accounts {
    struct arena *arena;
    VEC(const struct deployment_account *) list;
};
void function_caller_accounts(const struct deployment *deployment, const struct function *function,
                              struct caller_accounts *out);

#endif
