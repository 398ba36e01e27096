/* reasons.h - why somebody has access: each way in as a chain of lines of the mesh. Found on
 * demand, from routes and their causes (access.md 8). */
#ifndef MESH_CHECK_ACCESS_REASONS_H
#define MESH_CHECK_ACCESS_REASONS_H

#include "check/access/ways.h"

struct reason_line {
    struct span at; /* {0, 0}: no line of the mesh says it */
    const char *text;
};

struct reason { /* one way in */
    VEC(struct reason_line) lines;
    const struct grant *grant; /* the statement that gives it; NULL: none does */
    const char *edit;          /* of a way that is no grant: what closes it; NULL */
    bool held;                 /* else it is reached */
};

struct reasons {
    VEC(struct reason) list;
};

/* What is asked: a permission, on a column of an output, on the output (ANY_COLUMN), or on what the
 * entry itself is on (output NULL). */
struct question {
    size_t party;
    unsigned permission;
    const struct output *output;
    size_t column;
};

/* Adds a reason for each cause of the route that gives what is asked; what has been added for the
 * same statement and team is left out. */
void reasons_of_route(struct effective *effective, struct arena *arena,
                      const struct question *question, const struct route *route,
                      struct reasons *out);
void reasons_of_ways(struct effective *effective, struct arena *arena,
                     const struct question *question, struct reasons *out);
/* All of them for a question about an output, held ones first, then shortest first. */
void reasons_find(struct effective *effective, struct arena *arena, const struct question *question,
                  struct reasons *out);
void reasons_sort(struct reasons *reasons);

/* "sales.tx.customer", "sales.tx". */
const char *column_path(struct arena *arena, const struct output *output, size_t column);

#endif
