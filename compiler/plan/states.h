/* states.h - a machine of Step Functions while it is being written; shared by states.c, steps.c and
 * payload.c.
 *
 * The language is Amazon States Language with JSONPath. A definition is written in two spellings:
 * for a template, where unknown parts of ARNs are Fn::Sub and "${" of the mesh is escaped, and for
 * a file, where they are the tokens ${AccountId}, ${Region}, ${Partition}. Texts of the mesh reach
 * it through states_value, ARNs through states_arn. */
#ifndef MESH_PLAN_STATES_H
#define MESH_PLAN_STATES_H

#include "base/map.h"
#include "plan/plan.h"

/* Where a failing task goes: handlers of the tries around it, then on_failure. */
struct catcher {
    const struct catcher *outer;
    const struct way *way; /* the handler; NULL: on_failure, which takes every error */
    const char *target;
};

struct machine {
    struct plan *plan;
    const struct pipeline *pipeline;
    json *states;                   /* the object of states, in the order of writing */
    struct map names;               /* atoms of the names taken */
    bool template;                  /* which of the two spellings */
    const struct catcher *catchers; /* innermost first; NULL: none */
    const char *input;              /* the path of `input`: "$", inside a poll "$.Input" */
};

/* A text of the mesh, and an ARN (see plan/text.h), as they stand in the definition. */
json *states_value(struct machine *machine, const char *text);
json *states_arn(struct machine *machine, const char *service, unsigned parts, const char *rest);
json *states_arn_in(struct machine *machine, const struct deployment_account *account,
                    const char *service, unsigned parts, const char *rest);
/* A free name "<step>: <what>" of at most 80 bytes. */
const char *states_name(struct machine *machine, const char *step, const char *what);

/* payload.c: data of the mesh as payload templates. Values that are computed have keys that end in
 * ".$". */
json *payload_map(struct machine *machine, const struct data *map);
/* "$.day", "$$.Execution.Id" or an intrinsic: an EXPRESSION as it stands in a path. */
const char *payload_expression(struct machine *machine, const struct data *expression);
/* The values of a map as a list, without their keys, set as the member `key` of object. */
void payload_values(struct machine *machine, json *object, const char *key, const struct data *map);
/* "$.a['b-c'].d" from what stands after the root of a path. */
const char *payload_path(struct plan *plan, const char *root, const char *path);

/* steps.c: adds the states of one step to machine->states; next is the name of the state after it,
 * NULL at the end. */
void step_states(struct machine *machine, const struct step *step, const char *next);
/* The same for a list of steps; next comes after the last. */
void steps_states(struct machine *machine, const struct step *steps, const char *next);

/* scheduler.c: data as JSON on one line, for JSON inside JSON; how long a start is tried. */
const char *plan_compact(struct plan *plan, json *tree);
void plan_retry_policy(json *target, const struct trigger *trigger);

/* scheduler.c, crawler.c: schedules of a machine; of quality rules; crawlers of a domain. */
void plan_schedules(struct plan *plan, struct stack *stack, const struct pipeline *pipeline,
                    const char *machine_id);
void plan_quality_schedules(struct plan *plan, struct stack *stack);
void plan_crawlers(struct plan *plan, struct stack *stack);

#endif
