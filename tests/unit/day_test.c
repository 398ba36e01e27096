/* day_test.c - days of the calendar against the C library's, what is no day, and the ends of the
 * years that can be written. */
#include "unit.h"
#include "base/day.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FIRST_YEAR = 1900, LAST_YEAR = 2200, SECONDS_A_DAY = 86400 };

/* Days since 1970 of a first of January by the plain rule of the calendar, one year after the
 * other: gmtime is asked about days, not about where they begin. */
static int64_t new_year(int year)
{
    int64_t days = 0;
    for (int y = 1970; y < year; y++)
        days += 365 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
    for (int y = year; y < 1970; y++)
        days -= 365 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
    return days;
}

static void every_day_is_as_gmtime_has_it(void **state)
{
    struct arena arena = {0};
    char before[16] = "";
    (void)state;
    for (int64_t day = new_year(FIRST_YEAR); day < new_year(LAST_YEAR + 1); day++) {
        time_t seconds = (time_t)(day * SECONDS_A_DAY);
        struct tm civil;
        char text[16];
        assert_non_null(gmtime_r(&seconds, &civil));
        assert_int_equal(strftime(text, sizeof text, "%Y-%m-%d", &civil), 10);
        assert_true(day_has_shape(text));
        assert_true(day_exists(text));
        assert_int_equal(day_number(text), day);
        assert_string_equal(day_of_time(&arena, day * SECONDS_A_DAY), text);
        if (*before != '\0') {
            assert_string_equal(day_later(&arena, before, 1), text);
            assert_string_equal(day_later(&arena, text, -1), before);
            assert_true(strcmp(before, text) < 0); /* they compare as texts */
        }
        memcpy(before, text, sizeof before);
        arena_reset(&arena);
    }
    assert_string_equal(before, "2200-12-31");
    arena_free(&arena);
}

/* Of everything that has the shape in these years, exactly those exist that gmtime gives. */
static void no_other_day_exists(void **state)
{
    (void)state;
    for (int year = FIRST_YEAR; year <= LAST_YEAR; year++) {
        int found = 0;
        for (int month = 0; month <= 99; month++)
            for (int day = 0; day <= 99; day++) {
                char text[40]; /* of any int: what the compiler sees */
                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                assert_true(day_has_shape(text));
                found += day_exists(text);
            }
        assert_int_equal(found, new_year(year + 1) - new_year(year));
    }
}

static void a_day_ends_with_its_last_second(void **state)
{
    struct arena arena = {0};
    (void)state;
    assert_string_equal(day_of_time(&arena, 0), "1970-01-01");
    assert_string_equal(day_of_time(&arena, SECONDS_A_DAY - 1), "1970-01-01");
    assert_string_equal(day_of_time(&arena, SECONDS_A_DAY), "1970-01-02");
    assert_string_equal(day_of_time(&arena, INT64_C(4107542399)), "2100-02-28");
    assert_string_equal(day_of_time(&arena, INT64_C(4107542400)), "2100-03-01");
    arena_free(&arena);
}

static void the_first_and_last_years_count_too(void **state)
{
    struct arena arena = {0};
    (void)state;
    assert_true(day_exists("0001-01-01"));
    assert_false(day_exists("0000-12-31"));
    assert_true(day_exists("9999-12-31"));
    assert_int_equal(day_number("1970-01-01"), 0);
    assert_int_equal(day_number("0001-01-01"), -719162);
    assert_int_equal(day_number("9999-12-31"), 2932896);
    assert_string_equal(day_later(&arena, "0001-01-01", 2932896 + 719162), "9999-12-31");
    assert_string_equal(day_later(&arena, "9999-12-31", -(2932896 + 719162)), "0001-01-01");
    assert_string_equal(day_later(&arena, "2026-11-25", 0), "2026-11-25");
    arena_free(&arena);
}

static void leap_days_are_those_of_the_gregorian_calendar(void **state)
{
    (void)state;
    assert_true(day_exists("2024-02-29"));
    assert_true(day_exists("2000-02-29"));
    assert_true(day_exists("1600-02-29"));
    assert_false(day_exists("2023-02-29"));
    assert_false(day_exists("1900-02-29"));
    assert_false(day_exists("2100-02-29"));
    assert_false(day_exists("2024-02-30"));
}

static void what_has_not_the_shape_is_no_day(void **state)
{
    /* Each in a block of its own size, so that reading beyond its end is seen. */
    static const char *const others[] = {
        "",           "2",          "2027",        "2027-",      "2027-06",    "2027-06-",
        "2027-06-3",  "2027/06/30", "27-06-30",    "2027-6-30",  "2027-06 30", "-027-06-30",
        "+027-06-30", " 2027-06-3", "2o27-06-30",  "2027-0x-30", "2027-06-3x", "2027--6-30",
        "20270630",   "2027-06:30", "\xd9\xa1-06", "2027-06-\n", "0x27-06-30", "x2027-06-30",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct arena arena = {0};
        assert_false(day_has_shape(arena_copy(&arena, others[i], strlen(others[i]))));
        arena_free(&arena);
    }
    assert_true(day_has_shape("2027-06-30"));
    assert_true(day_has_shape("2027-99-99")); /* the shape says nothing of the calendar */
    assert_false(day_exists("2027-99-99"));
    assert_false(day_exists("2027-13-01"));
    assert_false(day_exists("2027-00-01"));
    assert_false(day_exists("2027-01-00"));
    assert_false(day_exists("2027-04-31"));
    assert_true(day_exists("2027-06-30T12:00"));
    assert_int_equal(day_number("2027-06-30T12:00"), day_number("2027-06-30"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_is_as_gmtime_has_it),
        cmocka_unit_test(no_other_day_exists),
        cmocka_unit_test(a_day_ends_with_its_last_second),
        cmocka_unit_test(the_first_and_last_years_count_too),
        cmocka_unit_test(leap_days_are_those_of_the_gregorian_calendar),
        cmocka_unit_test(what_has_not_the_shape_is_no_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
