/* iceberg.h - the numbers by which Iceberg knows fields, for check/iceberg.c and plan/iceberg.c. */
#ifndef MESH_CHECK_ICEBERG_H
#define MESH_CHECK_ICEBERG_H

#include "model/model.h"

struct field_ids {
    int64_t id;    /* of the column */
    int64_t inner; /* of the first field inside its type; the others follow */
};

/* Of each column of a table, by its place among output->data. Columns without @id are numbered as
 * Iceberg numbers a new table (TypeUtil.assignFreshIds): columns from 1, then what is inside each.
 */
struct field_ids *iceberg_ids(struct arena *arena, const struct output *output);

#endif
