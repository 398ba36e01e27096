/* sql.h - SQL for Redshift: the external schemas of a warehouse. */
#ifndef MESH_EMIT_SQL_H
#define MESH_EMIT_SQL_H

#include "base/buf.h"
#include "model/deployment.h"

/* One statement a line, comments on lines of their own: deploy.sh runs it line by line. */
void emit_sql(struct arena *arena, struct buf *out, const struct deployment *deployment,
              const struct warehouse *warehouse);

/* A name or text that is nothing else in SQL, whatever it holds. */
void sql_identifier(struct buf *out, const char *name);
void sql_literal(struct buf *out, const char *text);

#endif
