/* stats.h - build --stats: how much of CloudFormation's limits each stack uses. */
#ifndef MESH_COMMAND_STATS_H
#define MESH_COMMAND_STATS_H

#include "emit/emit.h"

/* Appends a table for people. */
void stats_table(struct buf *out, const struct emit_counts *counts);
/* Appends a document of JSON with its final newline. */
void stats_json(struct session *s, struct buf *out, const struct emit_counts *counts);

#endif
