/* grants.h - what the files share that make grants/<account>.json; its members are the build
 * contract with the grant program (runtime/grants/desired.sh). */
#ifndef MESH_PLAN_GRANTS_H
#define MESH_PLAN_GRANTS_H

#include "check/access/access.h"
#include "check/access/live.h"
#include "plan/plan.h"

enum { ID_SIZE = sizeof "g-0123456789abcdef" };

/* The entries of the deployment by the account whose catalog they are on: a part of `list` each. */
struct owned {
    struct entries entries;
    size_t *first; /* by place in deployment->accounts, one more at the end */
    struct live_tags live;
    struct asked *asked; /* requests.c; NULL: the mesh has no requests, or nobody looked yet */
};

/* The entries of the plan's deployment, made when first asked for. */
struct owned *grants_owned(struct plan *plan);

struct grants {
    struct arena memory; /* of the head */
    const struct deployment_account *account;
    struct entries entries; /* borrowed from owned */
    char (*ids)[ID_SIZE];
    size_t next; /* the entry that the next batch begins with */
    /* Of the head: the line of what has a name, and the days of what ends, by name. */
    json *sources, *slices;
    struct buf text; /* see entry_id */
};

/* entries.c: bodies of Lake Formation's API. They live in plan->scratch. */
json *entry_tree(struct plan *plan, const struct entry *entry, const char *id);
json *entry_database(struct plan *plan, const char *catalog, const char *name);
json *entry_table(struct plan *plan, const char *catalog, const struct table_names *names);
/* The names of an entry's columns, in order. */
json *entry_columns(struct plan *plan, const struct entry *entry);
const char *entry_filter_name(struct plan *plan, const struct entry *entry);
/* Names a tree after what it says: LETTER-, 16 hex digits. A member Id or id does not count, so
 * that it may be `id` itself. */
void entry_id(const json *tree, char letter, struct buf *text, char *id);

/* Room for a name, which lives as long as the head. */
char *grants_id(struct grants *grants);
/* Notes where what is called so comes from, and its days; NULL: open. */
void grants_note(struct plan *plan, struct grants *grants, const char *id, struct span at,
                 const char *from, const char *until);

/* The head's trees are made in plan->scratch: it is written before the first batch empties that.
 * labels.c: members tags, associations, filters and optins of the account's file. */
void grants_labels(struct plan *plan, struct grants *grants, json *head);

/* taking.c: member taking, what the account does with what others share with it; left out where
 * that is nothing. */
void grants_taking(struct plan *plan, struct grants *grants, json *head);
/* There is something to take. */
bool grants_takes(struct plan *plan, const struct deployment_account *account);

/* requests.c: member requests, what others ask of the account's owner and how far it is granted.
 * Nothing is done for it; the program shows it. */
void grants_requests(struct plan *plan, struct grants *grants, json *head);
bool grants_asked(struct plan *plan, const struct deployment_account *account);
void grants_requests_free(struct owned *owned);

#endif
