/* diff.h - the difference of two texts, line by line, as a unified diff.
 *
 * Bounded: memory is linear in the lines, time in the lines times a constant (a minimal script up
 * to some hundred changes in a place, a good one beyond). */
#ifndef MESH_BASE_DIFF_H
#define MESH_BASE_DIFF_H

#include "base/buf.h"
#include <stdbool.h>

/* Appends a unified diff with 3 lines of context that turns old_text into new_text. False, and
 * nothing appended, when the texts are equal. */
bool diff_unified(struct buf *out, const char *old_name, const char *new_name, const char *old_text,
                  size_t old_size, const char *new_text, size_t new_size);

#endif
