/* requests.h - how far the grants of a deployment answer a request. */
#ifndef MESH_CHECK_ACCESS_REQUESTS_H
#define MESH_CHECK_ACCESS_REQUESTS_H

#include "check/access/effective.h"

enum answer {
    ANSWER_NO,   /* pending */
    ANSWER_PART, /* a grant with `because` gives less */
    ANSWER_YES   /* each of whom it is for holds all of it */
};
const char *answer_word(enum answer answer); /* "no", "part", "yes" */

enum answer request_answer(struct effective *effective, const struct grant *request);
/* Whom it is for, a team's members one by one. In the arena. */
party_set request_for(struct effective *effective, struct arena *arena,
                      const struct grant *request);
/* "sales.orders", "sales.orders(id, amount)", "sales.orders except (id)"; another target as
 * written. */
const char *statement_target(struct session *s, struct arena *arena, const struct grant *statement);

/* A statement as it was written, on one line. */
const char *statement_text(struct session *s, struct arena *arena, struct span at);

#endif
