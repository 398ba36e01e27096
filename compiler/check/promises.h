/* promises.h - which promises of a product can be watched from outside, and how: one answer for the
 * warnings of check/pipelines.c and the alarms of plan/cloudwatch.c. */
#ifndef MESH_CHECK_PROMISES_H
#define MESH_CHECK_PROMISES_H

#include "model/model.h"

/* An alarm looks at `periods` periods of `period` seconds. */
struct watch_window {
    int64_t period, periods;
};

enum watchable {
    WATCH_NOTHING, /* no freshness is promised, or nothing is emitted for it */
    WATCH_YES,
    WATCH_NO_PRODUCER,    /* no pipeline of the mesh refreshes it */
    WATCH_TOO_SHORT,      /* below a minute */
    WATCH_TOO_LONG,       /* above the seven days an alarm can look back */
    WATCH_OTHER_ACCOUNT,  /* a producer's runs are counted elsewhere */
    WATCH_MANY_PRODUCERS, /* more than one alarm can sum up */
};

/* An alarm takes 10 metrics, one of them the sum (CloudWatch User Guide, "Create a CloudWatch alarm
 * based on a metric math expression"). */
enum { PRODUCERS_MAX = 9 };

/* Lines of a domain's dashboard: each pipeline has so many, and each ruleset. */
enum { METRICS_OF_PIPELINE = 3, METRICS_OF_QUALITY = 2 };

/* Fills window when the answer is WATCH_YES. */
enum watchable watch_freshness(const struct output *output, struct watch_window *window);

#endif
