/* made.h - what of a mesh a deployment makes: nothing that exists already or is only proposed. */
#ifndef MESH_CHECK_MADE_H
#define MESH_CHECK_MADE_H

#include "model/model.h"

bool output_is_made(const struct output *output);
/* The same, and its columns are declared: without them its crawler makes the table. */
bool table_is_made(const struct output *output);
/* `stack: product`, and something of it is made. */
bool product_has_stack(const struct product *product);
bool pipeline_is_made(const struct pipeline *pipeline);
bool function_is_made(const struct function *function);
bool warehouse_is_made(const struct warehouse *warehouse);
/* Reports what is declared to be made in a domain that is only referred to; domain may be NULL. */
void check_is_made(struct session *s, const struct decl *decl, const char *word,
                   const struct domain *domain);
/* Reports the parts of what exists that stand in the mesh and are not made with it. */
void check_existing(struct session *s, const struct mesh *mesh);

#endif
