/* owners.h - in which account of a deployment a thing that is granted on belongs, and where a
 * principal stands to it (access.md 4.1). */
#ifndef MESH_CHECK_ACCESS_OWNERS_H
#define MESH_CHECK_ACCESS_OWNERS_H

#include "model/deployment.h"

struct owners {
    struct session *s;
    const struct deployment *deployment;
    struct map buckets; /* name, as an atom -> the account that registers what lies in it */
};

void owners_make(struct session *s, const struct deployment *deployment, struct owners *out);
void owners_free(struct owners *owners);
/* Of s3://bucket/prefix/ as it is in the deployment. */
const struct deployment_account *owner_of_location(const struct owners *owners,
                                                   const char *location);

/* A location names a bucket as the mesh writes it; in this deployment it may have a suffix or
 * another name. An atom. */
const char *location_deployed(struct session *s, const struct deployment *deployment,
                              const char *location);

/* The accounts that keep a database of the mesh. */
bool account_has_catalog(const struct deployment *deployment,
                         const struct deployment_account *account);
/* The place of an account in deployment->accounts. */
size_t account_place(const struct deployment *deployment, const struct deployment_account *account);
/* A role, user or group: not a whole account, nor several. */
bool principal_is_one(const struct principal *principal);
/* It is a role, user or group of another account than `owner`, or another account, or an
 * organization. */
bool principal_is_foreign(const struct deployment *deployment, const struct principal *principal,
                          const struct deployment_account *owner);
/* What is granted to it is granted to: an ARN, or the number of an account. It may hold
 * ${AWS::AccountId} and the like. Two declarations that come to one are one principal. */
const char *principal_arn(struct arena *arena, const struct deployment *deployment,
                          const struct principal *principal);

#endif
