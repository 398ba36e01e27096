/* requests.h - how far what a mesh asks for is granted in the deployment of a plan. */
#ifndef MESH_PLAN_REQUESTS_H
#define MESH_PLAN_REQUESTS_H

#include "check/access/requests.h"
#include "plan/plan.h"

/* Of mesh->requests.at[request]; worked out once, and known until plan_grants_end. */
enum answer plan_request_answer(struct plan *plan, size_t request);

#endif
