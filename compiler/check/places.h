/* places.h - where the tables of a deployment lie in S3: which prefixes its stacks register with
 * Lake Formation, which outputs want lifecycle rules. Counted by check/stacks.c, made by plan/. All
 * in the session's arena. */
#ifndef MESH_CHECK_PLACES_H
#define MESH_CHECK_PLACES_H

#include "model/deployment.h"

struct root { /* a location that one domain's stack registers; no other root lies above it */
    const struct domain *domain;
    const struct deployment_account *account; /* of the domain's catalog, which registers it */
    const char *bucket;
    const char *prefix; /* without a slash at the end; "" is the whole bucket */
    bool hybrid;
    struct span at;
};

struct log {                     /* a made bucket whose access log goes to another bucket */
    const char *target, *source; /* target: first, see run_of */
};

struct expiry {                  /* an output with lifecycle rules */
    const char *bucket, *prefix; /* bucket: first, see run_of */
    const struct output *output;
};

struct mixed { /* of two locations, one of which lies in the other, one is hybrid */
    struct root inner, outer;
};

struct places {
    VEC(struct root) roots;          /* by domain's path, then bucket, then prefix */
    size_t *first_root, *root_count; /* by domain index: its part of roots */
    VEC(struct expiry) expiries;     /* by bucket, then prefix */
    VEC(struct mixed) mixed;
    VEC(struct log) logs; /* by target, then source */
};

struct places *places_new(struct session *s, const struct deployment *deployment);
const struct expiry *places_expiries(const struct places *places, const char *bucket,
                                     size_t *count);
/* Does one of a domain's registered locations lie in the bucket? */
bool places_in_bucket(const struct places *places, const struct domain *domain, const char *bucket);
/* The logs that go to a bucket. */
const struct log *places_logs(const struct places *places, const char *target, size_t *count);
/* The bucket that a store's log goes to; NULL. */
const char *log_target(const struct deployment *deployment, const struct domain *domain,
                       const struct storage *storage);

#endif
