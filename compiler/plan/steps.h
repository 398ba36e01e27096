/* steps.h - what steps.c, loops.c and flow.c share while they write the states of steps. */
#ifndef MESH_PLAN_STEPS_H
#define MESH_PLAN_STEPS_H

#include "plan/states.h"

/* ---- states (steps.c) ------------------------------------------------------------------------ */

json *add_state(json *states, const char *name, const char *type);
/* The state of a step's name, with its comment. */
json *step_state(struct machine *machine, const struct step *step, const char *type);
/* Next, or End where next is NULL. */
void link_state(json *state, const char *next);
void set_amount(json *state, const char *key, const struct amount *amount);
void set_retry(struct machine *machine, json *state, const struct step *step);
void set_catch(struct machine *machine, json *state);
enum result_mode result_of(const struct step *step);
void set_result(struct machine *machine, json *state, const struct step *step);
/* What stands in a task after its parameters: times, result, retry, catch, where it goes on. */
void finish(struct machine *machine, json *state, const struct step *step, const char *next);
/* "arn:aws:states:::<rest>" */
json *integration(struct machine *machine, const char *rest);
/* Resource and Parameters of what a poll repeats: a lambda or a call. */
void set_polled(struct machine *machine, json *state, const struct step *step);

/* ---- steps that are several states ----------------------------------------------------------- */

/* loops.c */
void crawl_step(struct machine *machine, const struct step *step, const char *next);
void check_step(struct machine *machine, const struct step *step, const char *next);
void poll_step(struct machine *machine, const struct step *step, const char *next);

/* flow.c: set, raw, parallel, map, choose, try */
void flow_step(struct machine *machine, const struct step *step, const char *next);
/* A condition as a rule of a Choice state, without Next. */
json *test_rule(struct machine *machine, const struct test *test);

#endif
