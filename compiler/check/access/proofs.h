/* proofs.h - what becomes of the promises (`forbid`) in one deployment, and of the requests
 * (access.md 2). A promise is broken by whatever gives a forbidden permission on its target to
 * somebody it speaks of: held or reached, of some rows or all, with an end or without. */
#ifndef MESH_CHECK_ACCESS_PROOFS_H
#define MESH_CHECK_ACCESS_PROOFS_H

#include "check/access/effective.h"
#include "check/access/glue_roles.h"

enum verdict { VERDICT_PROVEN, VERDICT_BROKEN, VERDICT_UNPROVABLE };
const char *verdict_word(enum verdict verdict);

#define ANY_COLUMN SIZE_MAX

struct hit { /* an entry that gives somebody a forbidden permission, and a place where it does */
    struct route route;
    unsigned permission;         /* PERMIT_ bit: the first of those it gives */
    const struct output *output; /* of a table; NULL */
    size_t column;               /* or ANY_COLUMN */
};

struct uncovered { /* columns on which a key of the target has no value */
    const struct tag *tag;
    size_t columns;
};

struct telling { /* a row filter that looks at a forbidden column */
    const struct entry *entry;
    const struct output *output;
    size_t column;
};

struct proof {
    const struct grant *promise;
    const struct glue_roles *glue;
    enum verdict verdict;
    party_set spoken;    /* whom it speaks of: WHO without LIST */
    party_set excepted;  /* of WHO, who is excepted */
    party_set broken;    /* of them, who breaks it */
    party_set passed_on; /* of the excepted, who may pass it on */
    VEC(struct hit) hits;
    VEC(struct hit) alters; /* of spoken, who may change the definition of what matches */
    VEC(struct hit) passes; /* held with grant option by the excepted */
    VEC(struct uncovered) uncovered;
    VEC(struct telling) tellings;
    size_t aimed;                /* how many columns, or tables, or other things it is about */
    const struct output *unsure; /* the first table on which nothing can be proven; NULL */
    const struct output *by_way; /* the first table to which a way leads that is no grant; NULL */
};

struct proofs { /* of one deployment, in the order of the mesh */
    VEC(struct proof) list;
};

/* In the arena of effective. */
void proofs_make(struct effective *effective, struct proofs *out);

#endif
