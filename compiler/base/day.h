/* day.h - days of the calendar, as the language writes them: "2027-06-30". They compare as texts.
 */
#ifndef MESH_BASE_DAY_H
#define MESH_BASE_DAY_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

/* Of the shape 9999-99-99; looks at no more than is there. */
bool day_has_shape(const char *text);
/* A text that begins with that shape names a day that there is. */
bool day_exists(const char *text);
/* Days since 1970-01-01. */
int64_t day_number(const char *text);
/* `by` days later, in the years 0001 to 9999. */
const char *day_later(struct arena *arena, const char *text, int by);
/* The day in UTC of a time in seconds since 1970. */
const char *day_of_time(struct arena *arena, int64_t seconds);

#endif
