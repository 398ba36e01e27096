/* located.h - the tables of a deployment in the order of their locations: what lies below a
 * location is a range of them, and what lies around a table is found without looking at all. */
#ifndef MESH_CHECK_ACCESS_LOCATED_H
#define MESH_CHECK_ACCESS_LOCATED_H

#include "model/deployment.h"

#define NOWHERE SIZE_MAX

struct located {
    const struct deployment *deployment;
    const struct output **order;
    size_t count;
    size_t *place; /* by output index; NOWHERE: it is not there, or its location is not known */
    size_t *outer; /* by place: the nearest other one whose location holds it; NOWHERE */
};

struct range { /* of places */
    size_t from, to;
};

void located_make(struct arena *arena, const struct deployment *deployment, struct located *out);
/* s3://bucket/prefix/ */
const char *located_uri(const struct located *located, size_t place);
/* Where the mesh says where a table lies. */
struct span located_at(const struct output *output);
/* Those whose location begins with the first `length` bytes of text. */
struct range located_below(const struct located *located, const char *text, size_t length);

#endif
