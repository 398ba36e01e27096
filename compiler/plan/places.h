/* places.h - where the tables of a deployment lie in S3, worked out once a plan: which buckets the
 * deployment makes, which prefixes its stacks register with Lake Formation, which outputs want
 * lifecycle rules. All in the session's arena. */
#ifndef MESH_PLAN_PLACES_H
#define MESH_PLAN_PLACES_H

#include "plan/plan.h"

struct root { /* a location that one domain's stack registers; no other root lies above it */
    const struct domain *domain;
    const char *bucket;
    const char *prefix; /* without a slash at the end; "" is the whole bucket */
    struct span at;
};

struct expiry { /* an output with lifecycle rules */
    const struct output *output;
    const char *bucket, *prefix;
};

struct placed {
    const char *key; /* bucket/prefix/ */
    const struct output *output;
};

struct places {
    VEC(struct root) roots;          /* by domain's path, then bucket, then prefix */
    size_t *first_root, *root_count; /* by domain index: its part of roots */
    VEC(struct expiry) expiries;     /* by bucket, then prefix */
    const char **buckets;            /* that the deployment makes, sorted */
    size_t bucket_count;
    struct placed *tables; /* all, by key */
    size_t table_count;
};

struct places *places_new(struct session *s, const struct deployment *deployment);
/* The table that lies at bucket/prefix or above it; NULL when there is none. prefix ends with / or
 * is empty. */
const struct output *places_covering(struct session *s, const struct places *places,
                                     const char *bucket, const char *prefix);
bool places_makes_bucket(const struct places *places, const char *bucket);
const struct expiry *places_expiries(const struct places *places, const char *bucket,
                                     size_t *count);

#endif
