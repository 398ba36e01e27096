/* retags.h - who may open tables to others by putting tags on their database, without any right on
 * the tables.
 *
 * Tags are put on things by whoever has ASSOCIATE on them and every right on the thing with grant
 * option (Lake Formation Developer Guide, "Assigning LF-Tags to Data Catalog resources"). Of a
 * table such a holder may let others have it anyhow; rights on a database are none on its tables,
 * and yet tables inherit its tags. */
#ifndef MESH_CHECK_ACCESS_RETAGS_H
#define MESH_CHECK_ACCESS_RETAGS_H

#include "check/access/effective.h"

struct retag { /* somebody, a database, and the first table that could be opened */
    size_t party;
    const struct domain *domain;
    const struct output *output;
    const struct entry *associate, *grantable; /* the rights that it rests on */
    const struct tag_condition *condition;     /* of a grant by tags: what does not hold yet */
    atom value;                                /* and would, with this */
    const struct entry *grant;                 /* whose expression that is */
};

struct retags {
    VEC(struct retag) list; /* by party, then in the order of the domains; each pair once */
};

/* Does the mesh say anything that could make one? */
bool retags_possible(const struct mesh *mesh);
void retags_find(struct effective *effective, struct retags *out);

#endif
