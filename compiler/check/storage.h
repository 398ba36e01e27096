/* storage.h - times of a lifecycle, for the reports of storage.c and the rules of plan/s3.c. */
#ifndef MESH_CHECK_STORAGE_H
#define MESH_CHECK_STORAGE_H

#include "model/model.h"

/* Whole days, rounded up: nothing moves or goes before the time that was written. 0: not given. */
int64_t lifecycle_days(const struct amount *amount);
/* Of several values of the promise; NULL: nothing is promised. */
const struct amount *longest_retention(const struct output *output);
bool has_lifecycle(const struct output *output);

#endif
