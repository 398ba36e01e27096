/* audit.h - the places in S3 whose reads and writes the audit records: one answer for the check and
 * the plan. */
#ifndef MESH_CHECK_AUDIT_H
#define MESH_CHECK_AUDIT_H

#include "model/deployment.h"

/* Values of selectors beside the places: the two categories of events, and the type of object. */
enum { AUDIT_FIXED_SELECTORS = 3 };

struct audit_places {
    struct arena *arena;
    VEC(const char *) list; /* "bucket/" or "bucket/prefix/", sorted, each once */
};

/* The mesh has an audit. Buckets that hold no product are the mesh's too. */
void audit_places(const struct deployment *deployment, struct audit_places *out);

#endif
