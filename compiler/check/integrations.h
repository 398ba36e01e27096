/* integrations.h - what Step Functions can call: the optimised integrations by table, everything
 * else through the SDK integration. */
#ifndef MESH_CHECK_INTEGRATIONS_H
#define MESH_CHECK_INTEGRATIONS_H

#include "model/model.h"

struct integration {
    const char *action; /* "glue:startJobRun" */
    const char *sync;   /* ".sync": it can wait for the end; "": it cannot */
    bool token;         /* it can wait for a callback */
};

/* The row of "service:action"; NULL: not optimised. */
const struct integration *integration_find(const char *action);
/* The optimised action whose name is nearest, when it is near; NULL. */
const char *integration_near(const char *action);

/* "service:action" that a call, batch or emr step takes. */
const char *step_action(const struct step *step);
/* Waits for the end of what it starts: asked for or by default, and possible. */
bool step_waits(const struct step *step);
/* "glue:startJobRun.sync", "aws-sdk:s3:listBuckets.waitForTaskToken": what stands after
 * arn:aws:states::: */
const char *integration_of(struct arena *arena, const struct step *step);

#endif
