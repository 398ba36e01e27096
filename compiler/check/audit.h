/* audit.h - the places in S3 whose reads and writes the audit records, by the account whose trail
 * does: one answer for the check and the plan. */
#ifndef MESH_CHECK_AUDIT_H
#define MESH_CHECK_AUDIT_H

#include "model/deployment.h"

/* Values of selectors beside the places: the two categories of events, and the type of object. */
enum { AUDIT_FIXED_SELECTORS = 3 };

struct audit_place {
    const struct deployment_account *account; /* that owns the bucket */
    const char *path;                         /* "bucket/" or "bucket/prefix/" */
};

struct audit_places {
    struct arena *arena;
    VEC(struct audit_place) list; /* by account, then path; each once */
};

/* The mesh has an audit. Buckets that hold no product are the mesh's too. */
void audit_places(const struct deployment *deployment, struct audit_places *out);
/* Those of one account. */
const struct audit_place *audit_places_of(const struct audit_places *places,
                                          const struct deployment_account *account, size_t *count);

#endif
