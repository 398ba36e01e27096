/* rights.h - facts of check/access/rights.h as rights that plan/iam renders. */
#ifndef MESH_PLAN_RIGHTS_H
#define MESH_PLAN_RIGHTS_H

#include "check/access/rights.h"
#include "plan/iam.h"

void rights_of_needs(struct plan *plan, const struct needs *needs, struct rights *out);

#endif
