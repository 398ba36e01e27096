/* cfn_types.h - what is known of types of CloudFormation resources: which hold data, which the
 * compiler makes, and which of their properties it computes for others. */
#ifndef MESH_CHECK_CFN_TYPES_H
#define MESH_CHECK_CFN_TYPES_H

#include "base/suggest.h"

#include <stdbool.h>
#include <stddef.h>

/* What it holds is lost with it: kept when its stack goes, unless the mesh says otherwise. */
bool cfn_type_holds_data(const char *type);
/* plan/ makes some. */
bool cfn_type_is_made(const char *type);
void cfn_type_offer(struct suggestion *suggestion);
/* Has a type the form AWS::SERVICE::RESOURCE, ORGANIZATION::SERVICE::RESOURCE or Custom::NAME? */
bool cfn_type_is_formed(const char *type);
/* What says a property of a type that others compute too, by its path ("TableInput.Name"); NULL: it
 * is free. */
const char *cfn_fixed_property(const char *type, const char *path);

#endif
