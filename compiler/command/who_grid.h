/* who_grid.h - texts in aligned columns, for terminals of any width. */
#ifndef MESH_COMMAND_WHO_GRID_H
#define MESH_COMMAND_WHO_GRID_H

#include "command/who.h"

struct grid {
    struct arena arena;
    size_t columns;
    VEC(const char *) cells; /* row by row; the first row is the head */
};

void grid_begin(struct grid *grid, size_t columns);
void grid_add(struct grid *grid, const char *cell); /* NULL: empty */
size_t grid_rows(const struct grid *grid);
/* Columns that have nothing below their head are left out; the last one is wrapped at the width,
 * or stands below where the others leave it no room. */
void grid_put(struct page *page, const struct grid *grid);
/* As many columns as fit beside the first, then the next ones below, the first repeated. */
void grid_put_bands(struct page *page, const struct grid *grid);
void grid_free(struct grid *grid);

#endif
