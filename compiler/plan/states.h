/* states.h - a machine of Step Functions while it is being written; shared by states.c, steps.c and
 * payload.c.
 *
 * The language is Amazon States Language with JSONPath. Texts of the mesh reach a definition only
 * through states_text, which reports one that CloudFormation would take for a substitution. */
#ifndef MESH_PLAN_STATES_H
#define MESH_PLAN_STATES_H

#include "base/map.h"
#include "plan/plan.h"

struct machine {
    struct plan *plan;
    const struct pipeline *pipeline;
    json *states;      /* the object of states, in the order of writing */
    struct map names;  /* atoms of the names taken */
    const char *catch; /* where a failing step goes; NULL: nowhere */
};

/* A text of the mesh as it stands in a definition. */
const char *states_text(struct machine *machine, const char *text, struct span at);
/* A free name "<step>: <what>" of at most 80 bytes. */
const char *states_name(struct machine *machine, const char *step, const char *what);

/* payload.c: data of the mesh as payload templates. Values that are computed have keys that end in
 * ".$". */
json *payload_map(struct machine *machine, const struct data *map);
/* "$.day", "$$.Execution.Id" or an intrinsic: an EXPRESSION as it stands in a path. */
const char *payload_expression(struct machine *machine, const struct data *expression);
/* "$.a['b-c'].d" from what stands after the root of a path. */
const char *payload_path(struct plan *plan, const char *root, const char *path);

/* steps.c: adds the states of one step to machine->states; next is the name of the state after it,
 * NULL at the end. */
void step_states(struct machine *machine, const struct step *step, const char *next);

/* scheduler.c, crawler.c: schedules of a machine; of quality rules; crawlers of a domain. */
void plan_schedules(struct plan *plan, struct stack *stack, const struct pipeline *pipeline,
                    const char *machine_id);
void plan_quality_schedules(struct plan *plan, struct stack *stack);
void plan_crawlers(struct plan *plan, struct stack *stack);
/* The ARN of the role under which rulesets of the domain are evaluated, made once a stack; as a
 * text of a machine. */
const char *plan_quality_role_state(struct plan *plan, const struct domain *domain);

#endif
