/* who_matrix.h - what the texts of `who` share beside the grid. */
#ifndef MESH_COMMAND_WHO_MATRIX_H
#define MESH_COMMAND_WHO_MATRIX_H

#include "command/who.h"
#include "source/render.h"

/* All that everybody has: for each table principals by columns, both grouped where they are alike;
 * of a large mesh principals by domains. */
void who_matrix(struct page *page, struct effective *effective);

/* "what analysts has, in environment 'prod':" */
void who_heading(struct page *page, const struct effective *effective, const char *text);
/* "a, b, c, d and 12 more" */
const char *who_names(const struct parties *parties, struct arena *arena, const uint64_t *set);

#endif
