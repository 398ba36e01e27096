/* day.c - see day.h. Numbers of days as in the civil calendar extended backwards (400 years have
 * 146,097 days). */
#include "base/day.h"

#include <string.h>

static int number(const char *digits, int count)
{
    int value = 0;
    while (count-- > 0)
        value = value * 10 + (*digits++ - '0');
    return value;
}

bool day_has_shape(const char *text)
{
    static const char shape[] = "9999-99-99";
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == '9' ? text[i] < '0' || text[i] > '9' : text[i] != '-')
            return false;
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + leap;
}

bool day_exists(const char *text)
{
    int year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, month);
}

int64_t day_number(const char *text)
{
    int64_t year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
    year -= month <= 2; /* years begin in March, so that a leap day is a year's last */
    int64_t era = year / 400, of_era = year % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static const char *day_text(struct arena *arena, int64_t days)
{
    days += 719468;
    int64_t era = days / 146097, of_era = days % 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * month + 2) / 5 + 1;
    month += month < 10 ? 3 : -9;
    year += era * 400 + (month <= 2);
    return arena_format(arena, "%04d-%02d-%02d", (int)year, (int)month, (int)day);
}

const char *day_later(struct arena *arena, const char *text, int by)
{
    return day_text(arena, day_number(text) + by);
}

const char *day_of_time(struct arena *arena, int64_t seconds)
{
    return day_text(arena, seconds / 86400);
}
