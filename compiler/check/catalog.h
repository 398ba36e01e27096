/* catalog.h - what the Data Catalog makes of texts and names: one answer for the reports of
 * catalog.c and for the tables and crawlers of plan/. */
#ifndef MESH_CHECK_CATALOG_H
#define MESH_CHECK_CATALOG_H

#include "check/limits.h"
#include "model/deployment.h"

/* Has a description more characters than the catalog takes? text may be NULL. */
bool description_is_cut(const char *text, enum limit limit);

/* A crawler that makes a table calls it after the last folder of its files, with a prefix. True
 * when that can give the name which the mesh gives; then *prefix is the length of the prefix. */
bool crawled_as_named(const struct table_names *names, size_t *prefix);

#endif
