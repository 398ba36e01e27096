/* requests.h - how far the grants of a deployment answer a request. */
#ifndef MESH_CHECK_ACCESS_REQUESTS_H
#define MESH_CHECK_ACCESS_REQUESTS_H

#include "check/access/effective.h"
#include "check/access/owners.h"

enum answer {
    ANSWER_NO,   /* pending */
    ANSWER_PART, /* a grant with `because` gives less */
    ANSWER_YES   /* each of whom it is for holds all of it */
};
const char *answer_word(enum answer answer); /* "no", "part", "yes" */

enum answer request_answer(struct effective *effective, const struct grant *request);

struct lack { /* something of a request that one of whom it is for does not hold */
    size_t party;
    const char *on; /* "sales.orders", a domain; NULL: the whole target */
    unsigned permissions;
    bool other_rows; /* it holds some rows of these columns */
    VEC(const char *)
    columns; /* SELECT on a table: which of those asked for; empty: the whole table */
};

struct lacks {
    VEC(struct lack) list;
    size_t more; /* that are left out */
};

/* What is missing, at most LACKS_SHOWN of it: by principal, then table by table. In the arena. */
enum { LACKS_SHOWN = 20 };
void request_lacks(struct effective *effective, struct arena *arena, const struct grant *request,
                   struct lacks *out);

/* Is it for the owner of this account's catalog to answer? By tags: of each that has a catalog. */
bool request_concerns(const struct effective *effective, const struct owners *owners,
                      const struct grant *request, const struct deployment_account *account);
/* Whom it is for, a team's members one by one. In the arena. */
party_set request_for(struct effective *effective, struct arena *arena,
                      const struct grant *request);
/* "sales.orders", "sales.orders(id, amount)", "sales.orders except (id)"; another target as
 * written. */
const char *statement_target(struct session *s, struct arena *arena, const struct grant *statement);

/* A statement as it was written, on one line. */
const char *statement_text(struct session *s, struct arena *arena, struct span at);

#endif
