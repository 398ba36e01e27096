/* objects.h - which objects of S3 the roles that the compiler makes may read with rights of their
 * own, past Lake Formation (access.md 1.5): told by the same needs that plan/iam renders. */
#ifndef MESH_CHECK_ACCESS_OBJECTS_H
#define MESH_CHECK_ACCESS_OBJECTS_H

#include "model/deployment.h"

struct object_right {
    const struct principal *role; /* whose name stands for the role */
    const char *pattern;          /* "bucket/prefix*" */
    size_t literal;               /* so many bytes of it stand for themselves */
    bool open;                    /* anything may follow these; else they are one object's key */
};

struct object_rights {
    struct arena *arena;
    VEC(struct object_right) list;
};

void object_rights_find(const struct deployment *deployment, struct object_rights *out);

#endif
