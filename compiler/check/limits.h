/* limits.h - every limit of AWS that meshc judges, in one table: name, figure, where it comes from.
 */
#ifndef MESH_CHECK_LIMITS_H
#define MESH_CHECK_LIMITS_H

#include <stdint.h>

enum limit {
#define LIMIT(id, figure, unit, text, source) LIMIT_##id,
#include "check/limits.def"
#undef LIMIT
    LIMIT_COUNT
};

struct limit_info {
    int64_t figure;
    const char *unit;   /* "characters", "resources", ... */
    const char *text;   /* "length of a state's name" */
    const char *source; /* the AWS page or schema */
};

const struct limit_info *limit_info(enum limit limit);

#endif
