/* schedule.c - every(..), cron(..) and at(..) as expressions of EventBridge.
 *
 * Rules: EventBridge Scheduler user guide, "Schedule types". rate(1 hour) but rate(2 hours); cron
 * has six fields, one of day-of-month and day-of-week is `?`. */
#include "model/elab.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static struct schedule refuse(struct elab *e, const struct value *value, const char *why)
{
    if (report_once(e, value)) {
        diag(e->s, D_BAD_SCHEDULE, value->span, "%s", why);
    }
    return (struct schedule){0};
}

/* ---- every(1h) ------------------------------------------------------------------------------- */

static char *rate_text(struct elab *e, int64_t seconds)
{
    int64_t unit = seconds % 86400 == 0 ? 86400 : seconds % 3600 == 0 ? 3600 : 60;
    const char *word = unit == 86400 ? "day" : unit == 3600 ? "hour" : "minute";
    int64_t n = seconds / unit;
    return arena_format(e->arena, "rate(%lld %s%s)", (long long)n, word, n == 1 ? "" : "s");
}

static struct schedule rate(struct elab *e, const struct value *call)
{
    const struct value *value = call->first;
    if (value == NULL || value->kind != VALUE_DURATION || value->next != NULL) {
        return refuse(e, value != NULL ? value : call,
                      "every(..) takes a duration, for example every(1h)");
    }
    int64_t seconds = value_amount(value).base;
    if (value->unit == UNIT_SECOND || value->unit == UNIT_MONTH || value->unit == UNIT_YEAR) {
        return refuse(e, value, "a schedule counts in minutes, hours, days or weeks");
    }
    if (seconds <= 0 || seconds > INT64_C(1000) * 366 * 86400) {
        return refuse(e, value,
                      seconds <= 0 ? "a schedule takes at least a minute"
                                   : "a schedule this long never runs");
    }
    char *text = map_get(&e->rates, value->text, NULL);
    if (text == NULL) {
        text = rate_text(e, seconds);
        map_put(&e->rates, value->text, NULL, text);
    }
    return (struct schedule){text, seconds};
}

/* ---- cron(...) ------------------------------------------------------------------------------- */

static const struct field_rule {
    const char *name;
    int low, high;
    const char *words; /* three letters each */
    const char *marks; /* of ? L W # */
} fields[] = {
    {"minutes", 0, 59, "", ""},
    {"hours", 0, 23, "", ""},
    {"day of month", 1, 31, "", "?LW"},
    {"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", ""},
    {"day of week", 1, 7, "SUNMONTUEWEDTHUFRISAT", "?L#"},
    {"year", 1970, 2199, "", ""},
};
enum { CRON_FIELDS = 6, CRON_DAY = 2, CRON_WEEKDAY = 4 };

/* A number or word of the field; -1 when it is none. Moves *at behind it. */
static int cron_number(const struct field_rule *rule, const char **at)
{
    const char *p = *at;
    if (isdigit((unsigned char)*p)) {
        char *end;
        long n = strtol(p, &end, 10);
        *at = end;
        return n >= rule->low && n <= rule->high ? (int)n : -1;
    }
    for (int i = 0; rule->words[i] != '\0'; i += 3) {
        bool same = true;
        for (int k = 0; k < 3 && same; k++) {
            same = toupper((unsigned char)p[k]) == rule->words[i + k];
        }
        if (same) {
            *at = p + 3;
            return i / 3 + rule->low;
        }
    }
    return -1;
}

/* One item between commas: * ? L LW 15W MON#2 5L, a number, a range, each maybe with /step. */
static bool cron_item(const struct field_rule *rule, const char **at)
{
    const char *p = *at;
    bool whole = true;
    if (*p == '?' && strchr(rule->marks, '?') != NULL) {
        *at = p + 1;
        return true;
    }
    if (*p == '*') {
        p++;
    } else if (*p == 'L' && strchr(rule->marks, 'L') != NULL) {
        p++;
        if (*p == 'W' && strchr(rule->marks, 'W') != NULL) {
            p++;
        }
        *at = p;
        return true;
    } else {
        int low = cron_number(rule, &p);
        if (low < 0) {
            return false;
        }
        whole = false;
        if (*p == '-') {
            p++;
            int high = cron_number(rule, &p);
            if (high < 0) {
                return false;
            }
        } else if ((*p == 'W' || *p == 'L') && strchr(rule->marks, *p) != NULL) {
            p++;
        } else if (*p == '#' && strchr(rule->marks, '#') != NULL) {
            *at = p + 2;
            return p[1] >= '1' && p[1] <= '5';
        }
    }
    if (*p == '/') {
        char *end;
        long step = isdigit((unsigned char)p[1]) ? strtol(p + 1, &end, 10) : 0;
        if (step < 1 || step > rule->high) {
            return false;
        }
        p = end;
    }
    (void)whole;
    *at = p;
    return true;
}

static bool cron_field(const struct field_rule *rule, const char *text)
{
    const char *at = text;
    for (;;) {
        if (!cron_item(rule, &at)) {
            return false;
        }
        if (*at == '\0') {
            return strchr(text, '?') == NULL || strcmp(text, "?") == 0;
        }
        if (*at++ != ',') {
            return false;
        }
    }
}

/* Seconds between runs where every run has the same distance and it can be told at a glance. */
static int64_t cron_period(char *const *f)
{
    bool daily = (strcmp(f[2], "*") == 0 || strcmp(f[2], "?") == 0) && strcmp(f[3], "*") == 0 &&
                 (strcmp(f[4], "*") == 0 || strcmp(f[4], "?") == 0);
    bool one_minute = strspn(f[0], "0123456789") == strlen(f[0]);
    bool one_hour = strspn(f[1], "0123456789") == strlen(f[1]);
    const char *step;
    if (!daily) {
        return 0;
    }
    if (one_minute && one_hour) {
        return 86400;
    }
    if (one_minute && strcmp(f[1], "*") == 0) {
        return 3600;
    }
    if (one_minute && (step = strchr(f[1], '/')) != NULL && 24 % atoi(step + 1) == 0) {
        return (int64_t)atoi(step + 1) * 3600;
    }
    if ((step = strchr(f[0], '/')) != NULL && strcmp(f[1], "*") == 0 && 60 % atoi(step + 1) == 0) {
        return (int64_t)atoi(step + 1) * 60;
    }
    return 0;
}

/* A cron of Unix has five fields, 0 to 7 as days of the week, and no year: the same in six. */
static const char *six_fields(struct elab *e, char *const *f)
{
    const char *day = f[2], *weekday = f[4];
    if (strcmp(weekday, "*") == 0) {
        weekday = "?";
    } else if (strcmp(day, "*") == 0) {
        day = "?";
    }
    if (strlen(weekday) == 1 && isdigit((unsigned char)*weekday)) {
        static const char *const names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"};
        weekday = *weekday <= '7' ? names[*weekday - '0'] : weekday;
    }
    return arena_format(e->arena, "cron(\"%s %s %s %s %s *\")", f[0], f[1], day, f[3], weekday);
}

static struct schedule cron(struct elab *e, const struct value *call)
{
    const struct value *value = call->first;
    if (value == NULL || value->kind != VALUE_STRING || value->next != NULL) {
        return refuse(e, value != NULL ? value : call, "cron(..) takes a text of six fields");
    }
    char *text = arena_copy(e->arena, value->text, strlen(value->text));
    char *f[CRON_FIELDS + 2];
    int count = 0;
    for (char *rest = NULL, *p = strtok_r(text, " ", &rest); p != NULL && count < CRON_FIELDS + 1;
         p = strtok_r(NULL, " ", &rest)) {
        f[count++] = p;
    }
    if (count != CRON_FIELDS) {
        if (report_once(e, value)) {
            struct diag *d = diag(e->s, D_BAD_SCHEDULE, value->span,
                                  "cron(..) has six fields: minutes, "
                                  "hours, day of month, month, day of week, year");
            if (count == CRON_FIELDS - 1) {
                diag_help(e->s, d, "in six fields: %s", six_fields(e, f));
            }
        }
        return (struct schedule){0};
    }
    for (int i = 0; i < CRON_FIELDS; i++) {
        if (!cron_field(&fields[i], f[i])) {
            return refuse(e, value,
                          arena_format(e->arena, "'%s' does not fit the field '%s' of cron", f[i],
                                       fields[i].name));
        }
    }
    if ((strcmp(f[CRON_DAY], "?") == 0) == (strcmp(f[CRON_WEEKDAY], "?") == 0)) {
        return refuse(e, value, "one of day of month and day of week is '?', the other is not");
    }
    int64_t period = cron_period(f);
    const char *expression =
        arena_format(e->arena, "cron(%s %s %s %s %s %s)", f[0], f[1], f[2], f[3], f[4], f[5]);
    return (struct schedule){expression, period};
}

/* ---- at(...) and the rest -------------------------------------------------------------------- */

static struct schedule at_time(struct elab *e, const struct value *call)
{
    const struct value *value = call->first;
    if (value != NULL && value->kind == VALUE_STRING && value->next == NULL) {
        const char *pattern = "dddd-dd-ddTdd:dd:dd", *text = value->text;
        size_t i = 0;
        while (pattern[i] != '\0' &&
               (pattern[i] == 'd' ? isdigit((unsigned char)text[i]) : text[i] == pattern[i])) {
            i++;
        }
        bool fits = pattern[i] == '\0' && text[i] == '\0' && atoi(text + 5) >= 1 &&
                    atoi(text + 5) <= 12 && atoi(text + 8) >= 1 && atoi(text + 8) <= 31 &&
                    atoi(text + 11) <= 23 && atoi(text + 14) <= 59 && atoi(text + 17) <= 59;
        if (fits) {
            return (struct schedule){arena_format(e->arena, "at(%s)", text), 0};
        }
    }
    return refuse(e, value != NULL ? value : call,
                  "at(..) takes a time like \"2027-01-31T02:00:00\"");
}

struct schedule schedule_from(struct elab *e, const struct value *value)
{
    if (value == NULL || value->kind != VALUE_CALL) {
        return (struct schedule){0};
    }
    if (strcmp(value->text, "every") == 0) {
        return rate(e, value);
    }
    if (strcmp(value->text, "cron") == 0) {
        return cron(e, value);
    }
    if (strcmp(value->text, "at") == 0) {
        return at_time(e, value);
    }
    return refuse(e, value,
                  arena_format(e->arena, "'%s' is no schedule: every(..), cron(..) and at(..) are",
                               value->text));
}

/* Glue takes cron alone: every(1h) as a cron where one says the same. */
const char *schedule_as_cron(struct elab *e, const struct value *value)
{
    struct schedule schedule = schedule_from(e, value);
    if (schedule.expression == NULL || strncmp(schedule.expression, "cron", 4) == 0) {
        return schedule.expression;
    }
    int64_t minutes = schedule.period / 60;
    if (minutes >= 5 && minutes < 60 && 60 % minutes == 0) {
        return arena_format(e->arena, "cron(0/%d * * * ? *)", (int)minutes);
    }
    if (minutes == 60) {
        return "cron(0 * * * ? *)";
    }
    if (minutes > 60 && minutes < 1440 && minutes % 60 == 0 && 24 % (minutes / 60) == 0) {
        return arena_format(e->arena, "cron(0 0/%d * * ? *)", (int)(minutes / 60));
    }
    if (minutes == 1440) {
        return "cron(0 0 * * ? *)";
    }
    refuse(e, value, "Glue takes cron(..) alone, and no cron says this");
    return NULL;
}
