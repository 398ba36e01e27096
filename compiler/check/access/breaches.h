/* breaches.h - how a promise is broken: the ways in of each who breaks it, and the smallest edit
 * after which one of them is none (access.md 2, "Failure text"). */
#ifndef MESH_CHECK_ACCESS_BREACHES_H
#define MESH_CHECK_ACCESS_BREACHES_H

#include "check/access/proofs.h"
#include "check/access/reasons.h"

/* The first thing that somebody can do, and on what: select, "sales.orders.customer". */
unsigned breach_permission(const struct proof *proof);
const char *breach_thing(struct effective *effective, const struct proof *proof);
/* The ways of one party, of all the entries that were found to break the promise. */
void breach_reasons(struct effective *effective, const struct proof *proof, size_t party,
                    struct reasons *out);
/* What to change so that this is no way in any more; reason NULL: for the party at all. */
const char *breach_edit(struct effective *effective, const struct proof *proof, size_t party,
                        const struct reason *reason);

#endif
