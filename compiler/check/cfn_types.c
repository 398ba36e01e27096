/* cfn_types.c - see cfn_types.h. */
#include "check/cfn_types.h"

#include <stdlib.h>
#include <string.h>

static const char *const stateful[] = {
#define STATEFUL(type) type,
#include "check/stateful_types.def"
#undef STATEFUL
};

static const char *const made[] = {
#define MADE_TYPE(type) type,
#include "check/made_types.def"
};

static const struct fixed {
    const char *type, *path, *way_out;
} fixed[] = {
#define FIXED(type, path, way_out) {type, path, way_out},
#include "check/made_types.def"
};

static int by_name(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

bool cfn_type_holds_data(const char *type)
{
    return bsearch(type, stateful, sizeof stateful / sizeof *stateful, sizeof *stateful, by_name);
}

bool cfn_type_is_made(const char *type)
{
    return bsearch(type, made, sizeof made / sizeof *made, sizeof *made, by_name);
}

void cfn_type_offer(struct suggestion *suggestion)
{
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        suggest_offer(suggestion, made[i]);
    }
}

static size_t word_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

bool cfn_type_is_formed(const char *type)
{
    size_t parts = 0;
    const char *p = type;
    bool custom = strncmp(type, "Custom::", 8) == 0;
    if (custom) { /* its name may hold _ @ - */
        size_t length = strspn(type + 8, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789_@-");
        return length > 0 && length <= 60 && type[8 + length] == '\0';
    }
    for (;;) {
        size_t length = word_length(p);
        if (length == 0) {
            return false;
        }
        parts++;
        p += length;
        if (*p == '\0') {
            return parts == 3;
        }
        if (strncmp(p, "::", 2) != 0) {
            return false;
        }
        p += 2;
    }
}

const char *cfn_fixed_property(const char *type, const char *path)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (strcmp(fixed[i].type, type) == 0 && strcmp(fixed[i].path, path) == 0) {
            return fixed[i].way_out ? fixed[i].way_out : "it follows from names of the mesh";
        }
    }
    return NULL;
}
