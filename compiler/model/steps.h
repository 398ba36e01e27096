/* steps.h - what steps.c and flow.c share while the steps of a pipeline are read. */
#ifndef MESH_MODEL_STEPS_H
#define MESH_MODEL_STEPS_H

#include "model/elab.h"

struct making { /* a list of steps while it is being made */
    struct elab *e;
    struct pipeline *pipeline;
    const struct step *outer; /* the step that the list stands in; NULL: none */
    bool after_failure;       /* in on_failure */
};

/* steps.c: the steps of a list; what was reported is left out and makes the pipeline broken. */
struct step *steps_read(const struct making *m, const struct item *items);

/* flow.c: the parts of parallel, choose and try; what a map goes over, and its options; the
 * conditions of a poll. False: reported. */
void ways_read(const struct making *m, const struct step_decl *decl, struct step *step);
bool map_source_read(const struct making *m, const struct step_decl *decl, struct step *step);
void map_options_read(const struct making *m, const struct body *body, struct step *step);
void poll_options_read(const struct making *m, const struct body *body, struct step *step);

#endif
