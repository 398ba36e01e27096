/* limits.c - the table of limits.def as an array. */
#include "check/limits.h"

const struct limit_info *limit_info(enum limit limit)
{
    static const struct limit_info table[] = {
#define LIMIT(id, figure, unit, text, source) [LIMIT_##id] = {figure, unit, text, source},
#include "check/limits.def"
#undef LIMIT
    };
    return &table[limit];
}
