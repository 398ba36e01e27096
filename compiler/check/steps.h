/* steps.h - what the files that judge steps share. */
#ifndef MESH_CHECK_STEPS_H
#define MESH_CHECK_STEPS_H

#include "model/model.h"

/* steps.c: every step of a pipeline. */
void check_steps(struct session *s, const struct pipeline *pipeline);
/* A time that a state takes; what: "the timeout". */
void check_seconds(struct session *s, const struct amount *amount, const char *what);
size_t text_characters(const char *text);
/* Letters, digits and what is in `more`, at least one. */
bool text_only(const char *text, size_t length, const char *more);

/* flow.c: what a handler of a try takes; the states of plan/ are written by the same answer. */
bool way_takes_all(const struct way *way);
bool way_takes(const struct way *way, const char *error);
/* flow.c: the parts of one step; what it calls; where raw states go on; whether the steps of a list
 * are reached. */
void check_flow(struct session *s, const struct pipeline *pipeline, const struct step *step);
void check_call(struct session *s, const struct step *step);
void check_raw_targets(struct session *s, const struct pipeline *pipeline);
void check_order(struct session *s, const struct step *steps);
/* flow.c: does a state of the states language, spelled out, do work, or steps inside of it? The
 * others only say where the run goes. */
bool raw_works(const struct step *step);
void check_raised(struct session *s, const struct pipeline *pipeline);

/* expressions.c: a side of a condition, input.x or context.x, and result.x where there is one. */
void check_operand(struct session *s, const struct data *data, bool has_result);

#endif
