/* promises.c - see promises.h. Figures of PutMetricAlarm: a period is a multiple of 60 s and at
 * most a day; all periods together are at most 7 days, and at most a day where one is below an
 * hour. */
#include "check/promises.h"

#include "check/made.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, WEEK = 7 * DAY };

/* Within a day one period is enough. Above, the fewest equal periods whose length is whole minutes;
 * a promise that has none is watched in hours, rounded up. */
static void fit(int64_t seconds, struct watch_window *window)
{
    if (seconds <= DAY) {
        window->period = (seconds + MINUTE - 1) / MINUTE * MINUTE;
        window->periods = 1;
        return;
    }
    for (int64_t n = (seconds + DAY - 1) / DAY; n <= seconds / HOUR; n++) {
        if (seconds % (n * MINUTE) == 0) {
            window->period = seconds / n;
            window->periods = n;
            return;
        }
    }
    window->period = HOUR;
    window->periods = (seconds + HOUR - 1) / HOUR;
}

enum watchable watch_freshness(const struct output *output, struct watch_window *window)
{
    const struct promised *promise = output->promises[PROMISE_FRESHNESS];
    if (!promise || promise->value.base <= 0 || !output_is_made(output) ||
        output->status == STATUS_RETIRED) {
        return WATCH_NOTHING;
    }
    if (promise->value.base < MINUTE) {
        return WATCH_TOO_SHORT;
    }
    if (promise->value.base > WEEK) {
        return WATCH_TOO_LONG;
    }
    if (output->producers.len == 0) {
        return WATCH_NO_PRODUCER;
    }
    for (size_t i = 0; i < output->producers.len; i++) {
        if (output->producers.at[i]->domain->account != output->domain->account) {
            return WATCH_OTHER_ACCOUNT;
        }
    }
    if (output->producers.len > PRODUCERS_MAX) {
        return WATCH_MANY_PRODUCERS;
    }
    fit(promise->value.base, window);
    return WATCH_YES;
}
