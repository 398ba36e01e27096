/* trusts.h - what the proofs of a deployment rest on and do not look into (access.md 2, "Trusted
 * base"), by the names that the mesh knows. */
#ifndef MESH_CHECK_ACCESS_TRUSTS_H
#define MESH_CHECK_ACCESS_TRUSTS_H

#include "base/json.h"
#include "model/deployment.h"

enum trust_kind {
    TRUST_ADMINISTRATOR, /* of the data lake */
    TRUST_REGISTRATION,  /* the role that a domain's locations are registered with */
    TRUST_ROLE,          /* it exists: what it may do in S3 and KMS is not the mesh's to say */
    TRUST_ESCAPE,        /* spelled out, about IAM, S3, KMS, Lake Formation, Glue, RAM or STS */
    TRUST_KINDS
};

struct trust {
    enum trust_kind kind;
    const char *name;
    struct span at;
};

struct trusts {
    VEC(struct trust) list; /* by kind, then by name; each once */
    size_t counts[TRUST_KINDS];
};

void trusts_find(struct arena *arena, const struct deployment *deployment, struct trusts *out);
/* Adds them all, those of every mesh too: {"what", "name", "source"}, {"what"}. The list's texts
 * live in the arena. */
void trusts_list(struct session *s, struct arena *arena, const struct deployment *deployment,
                 json *list);
const char *trust_word(enum trust_kind kind); /* "administrator", ... */
/* What is trusted besides, whatever the mesh: lines, ended by NULL. */
extern const char *const trusted_always[];

#endif
