/* aim.h - what a promise or a request is about in one deployment: which columns, tables, databases,
 * locations, values of tags, and which permissions on them. */
#ifndef MESH_CHECK_ACCESS_AIM_H
#define MESH_CHECK_ACCESS_AIM_H

#include "check/access/effective.h"

struct aim {
    struct effective *effective;
    const struct grant *statement;
    unsigned permissions;         /* sets and ALL spelled out for the target */
    const bool *matching;         /* TAGGED_..: by signature; NULL */
    bool listed;                  /* it lists columns */
    const unsigned char *columns; /* then: a flag for each column of its one table */
    const char *location;         /* LOCATION: as it is in this deployment */
};

void aim_make(struct effective *effective, const struct grant *statement, struct aim *out);
bool target_is_tables(enum grant_target target);

bool aim_at_column(const struct aim *aim, const struct output *output, size_t column);
/* Some column of the table, or the table itself. */
bool aim_at_table(const struct aim *aim, const struct output *output);
/* Is the table among those that the statement names, in its domain, or aimed at by its tags? */
bool aim_at_output(const struct aim *aim, const struct output *output);
bool aim_at_database(const struct aim *aim, const struct domain *domain);
/* Targets that are no tables: which of the permissions an entry gives on one of them, or lets its
 * holder pass on. */
unsigned aim_at_entry(const struct aim *aim, const struct item *item, bool grantable);
/* Is all that is aimed at within what the entry is on? A location in what it lies in; each value
 * of a tag. */
bool aim_covered_by(const struct aim *aim, const struct item *item);
/* How many things that are no tables. */
size_t aim_count(const struct aim *aim);

#endif
