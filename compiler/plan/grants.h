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
};

struct grants {
    struct arena memory; /* of the head */
    const struct deployment_account *account;
    struct entries entries; /* borrowed from owned */
    char (*ids)[ID_SIZE];
    size_t next; /* the entry that the next batch begins with */
};

/* entries.c: bodies of Lake Formation's API. They live in plan->scratch. */
json *entry_tree(struct plan *plan, const struct entry *entry, const char *id);
json *entry_database(struct plan *plan, const char *catalog, const char *name);
json *entry_table(struct plan *plan, const char *catalog, const struct table_names *names);
/* The names of an entry's columns, in order. */
json *entry_columns(struct plan *plan, const struct entry *entry);
const char *entry_filter_name(struct plan *plan, const struct entry *entry);
/* Names a tree after what it says: LETTER-, 16 hex digits. A member Id does not count. */
void entry_id(const json *tree, char letter, struct buf *text, char *id);
/* A copy in `memory` that begins with the tree's name under `key`; returns the name, which lives
 * there too. */
const char *entry_named(struct arena *memory, json *list, const char *key, char letter,
                        const json *tree);

/* A day of a slice; NULL: open. */
void grants_day(struct arena *memory, json *slice, const char *key, const char *day);

/* labels.c: members tags, associations, filters and optins of the account's file. */
void grants_labels(struct plan *plan, struct grants *grants, json *head, json *sources);

/* taking.c: member taking, what the account does with what others share with it; left out where
 * that is nothing. The days of entries that end go to slices. */
void grants_taking(struct plan *plan, struct grants *grants, json *head, json *slices,
                   json *sources);
/* There is something to take. */
bool grants_takes(struct plan *plan, const struct deployment_account *account);

#endif
