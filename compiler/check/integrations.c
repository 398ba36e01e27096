/* integrations.c - see integrations.h. */
#include "check/integrations.h"

#include "base/suggest.h"

#include <string.h>

static const struct integration rows[] = {
#define INTEGRATION(action, sync, token) {action, sync, token},
#include "check/integrations.def"
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct integration *integration_find(const char *action)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].action, action) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const char *integration_near(const char *action)
{
    struct suggestion suggestion = suggest_for(action);
    for (size_t i = 0; i < ROWS; i++) {
        suggest_offer(&suggestion, rows[i].action);
    }
    return suggestion.best && suggestion.distance <= 2 ? suggestion.best : NULL;
}

const char *step_action(const struct step *step)
{
    return step->kind == STEP_BATCH ? "batch:submitJob"
           : step->kind == STEP_EMR ? "emr-serverless:startJobRun"
                                    : step->target.value;
}

bool step_waits(const struct step *step)
{
    const struct integration *row = integration_find(step_action(step));
    return step->wait == WAIT_DONE && row && *row->sync;
}

const char *integration_of(struct arena *arena, const struct step *step)
{
    const char *action = step_action(step);
    const struct integration *row = integration_find(action);
    const char *suffix = step->wait == WAIT_TOKEN ? ".waitForTaskToken"
                         : step_waits(step)       ? row->sync
                                                  : "";
    return arena_format(arena, "%s%s%s", row ? "" : "aws-sdk:", action, suffix);
}
