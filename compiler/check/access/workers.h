/* workers.h - what Lake Formation has to grant to the roles that the compiler makes for Glue
 * itself: no mesh can name them, so no policy can say it (access.md 1.7, rows `check` and `crawl`).
 */
#ifndef MESH_CHECK_ACCESS_WORKERS_H
#define MESH_CHECK_ACCESS_WORKERS_H

#include "check/access/access.h"

/* Adds the entries of evaluation roles and crawlers; the derived DESCRIBE on databases is left to
 * the caller. */
void workers_entries(struct session *s, const struct deployment *deployment, struct entries *out);

#endif
