/* layout_test.c - patterns of lines, values of projected keys, transforms and numbers of Iceberg:
 * tables of what fits and what does not. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "check/areas.h"
#include "check/iceberg.h"
#include "plan_fixture.h"

/* The fixture has seven columns that are no partition keys. */
enum { DATA_COLUMNS = FIXTURE_COLUMNS - 1 };

static size_t errors_of_pattern(const char *pattern)
{
    struct fixture *f = fixture_new();
    f->output.format = FORMAT_REGEX;
    f->output.options.pattern.value = pattern;
    check_layout(&f->s, &f->mesh);
    size_t errors = f->s.diagnostics.errors;
    fixture_free(f);
    return errors;
}

static void groups_are_counted_as_java_counts_them(void **state)
{
    (void)state;
    static const char *const seven[] = {
        "()()()()()()()",
        "(a(b)(c(d)))(e)(f)(g)",
        "(?:x)(1)(2)(3)(4)(5)(6)(7)",
        "(?<name>1)(2)(3)(4)(5)(6)(7)",
        "(?<=x)(?<!y)(?=z)(?!w)(?i)(?>v)(1)(2)(3)(4)(5)(6)(7)",
        "\\((1)(2)(3)(4)(5)(6)(7)\\)",
        "[(](1)(2)(3)[^)(](4)(5)(6)(7)",
        "[](](1)(2)(3)(4)(5)(6)(7)",
        "[a[(]&&[^(]](1)(2)(3)(4)(5)(6)(7)",
        "\\Q((\\E(1)(2)(3)(4)(5)(6)(7)\\Q(",
        "[\\](](1)(2)(3)(4)(5)(6)(7)",
    };
    static const char *const others[] = {
        "",
        "(1)(2)(3)(4)(5)(6)",
        "(1)(2)(3)(4)(5)(6)(7)(8)",
        "(?:1)(2)(3)(4)(5)(6)(7)",
        "\\\\((1)(2)(3)(4)(5)(6)(7))",
        "(1)(2)(3)(4)(5)(6)(7", /* as many, but one is not closed; one closes nothing */
        "(1)(2)(3)(4)(5)(6)(7))",
    };
    for (size_t i = 0; i < sizeof seven / sizeof *seven; i++)
        if (errors_of_pattern(seven[i]))
            fail_msg("%s has %d groups", seven[i], DATA_COLUMNS);
    for (size_t i = 1; i < sizeof others / sizeof *others; i++)
        if (!errors_of_pattern(others[i]))
            fail_msg("%s has not %d groups", others[i], DATA_COLUMNS);
}

/* ---- projection ------------------------------------------------------------------------------ */

static size_t errors_of(struct projection p, int column)
{
    struct fixture *f = fixture_new();
    p.column = &f->columns[column];
    vec_push(&f->s.arena, &f->output.projection, p);
    check_layout(&f->s, &f->mesh);
    size_t errors = f->s.diagnostics.errors;
    fixture_free(f);
    return errors;
}

static void ranges_of_integers(void **state)
{
    (void)state;
    static const struct {
        const char *range;
        size_t errors;
    } rows[] = {
        {"1,12", 0}, {"-5, 5", 0}, {"0,0", 0},   {"9223372036854775807,9223372036854775807", 0},
        {"12,1", 1}, {"1", 1},     {"1,2,3", 1}, {"1,9223372036854775808", 1},
        {"a,b", 1},  {"1,", 1},    {"+1,2", 1},  {"1.5,2", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct projection p = {.type = PROJECTION_INTEGER, .range.value = rows[i].range};
        if (errors_of(p, COLUMN_ID) != rows[i].errors)
            fail_msg("\"%s\"", rows[i].range);
    }
}

static void ranges_of_dates(void **state)
{
    (void)state;
    static const struct {
        const char *range, *format, *interval, *unit;
        size_t errors;
    } rows[] = {
        {"2024/01/01,NOW", "yyyy/MM/dd", NULL, NULL, 0},
        {"NOW-3YEARS,NOW+1MONTH", "yyyy-MM-dd", NULL, NULL, 0},
        {"NOW - 1 WEEK, NOW", "yyyy-MM", NULL, NULL, 0},
        {"2024/01/01/00,NOW", "yyyy/MM/dd/HH", "1", "HOURS", 0},
        {"2024/01/01/00,NOW", "yyyy/MM/dd/HH", NULL, NULL, 1}, /* finer than a day */
        {"2024,NOW", "yyyy", NULL, NULL, 1},                   /* no step of its own */
        {"2024,NOW", "yyyy", "1", "YEARS", 0},
        {"2024-01-01,NOW", "yyyy-MM-dd", "1", NULL, 1},
        {"2024-01-01,NOW", "yyyy-MM-dd", NULL, "DAYS", 1},
        {"2024-01-01,NOW", "yyyy/MM/dd", NULL, NULL, 1},
        {"2024-1-1,NOW", "yyyy-MM-dd", NULL, NULL, 1},
        {"2024-1-1,NOW", "yyyy-M-d", NULL, NULL, 0},
        {"2024-Jan-01,NOW", "yyyy-MMM-dd", NULL, NULL, 0},
        {"2024-01-01", "yyyy-MM-dd", NULL, NULL, 1},
        {"2024-01-01,NOWADAYS", "yyyy-MM-dd", NULL, NULL, 1},
        {"2024-01-01,NOW-YEARS", "yyyy-MM-dd", NULL, NULL, 1},
        {"2024-01-01,NOW-3EONS", "yyyy-MM-dd", NULL, NULL, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct projection p = {.type = PROJECTION_DATE,
                               .range.value = rows[i].range,
                               .format.value = rows[i].format,
                               .interval.text = rows[i].interval,
                               .unit.value = rows[i].unit};
        size_t errors = errors_of(p, COLUMN_ID);
        if (errors != rows[i].errors)
            fail_msg("row %zu, \"%s\": %zu errors", i, rows[i].range, errors);
    }
}

static void types_of_projected_keys(void **state)
{
    (void)state;
    struct projection date = {
        .type = PROJECTION_DATE, .range.value = "NOW,NOW", .format.value = "yyyy-MM-dd"};
    struct projection integer = {.type = PROJECTION_INTEGER, .range.value = "1,2"};
    struct projection values = {.type = PROJECTION_ENUM, .values = "a,b"};
    assert_int_equal(errors_of(date, COLUMN_ID), 0);
    assert_int_equal(errors_of(date, COLUMN_DAY), 0);
    assert_int_equal(errors_of(date, COLUMN_SOLD), 0);
    assert_int_equal(errors_of(date, COLUMN_AMOUNT), 1);
    assert_int_equal(errors_of(integer, COLUMN_ID), 0);
    assert_int_equal(errors_of(integer, COLUMN_DAY), 1);
    assert_int_equal(errors_of(values, COLUMN_ID), 0);
}

/* ---- Iceberg --------------------------------------------------------------------------------- */

static struct fixture *iceberg_fixture(void)
{
    struct fixture *f = fixture_new();
    f->output.format = FORMAT_ICEBERG;
    f->output.partition.len = 0;
    f->output.data.at = f->schema.columns.at;
    f->output.data.len = f->schema.columns.len;
    for (int i = 0; i < FIXTURE_COLUMNS; i++)
        f->columns[i].decl.index = (uint32_t)i;
    return f;
}

static void transforms_fit_types(void **state)
{
    (void)state;
    static const struct {
        enum transform transform;
        int column;
        size_t errors;
    } rows[] = {
        {TRANSFORM_IDENTITY, COLUMN_FLAG, 0}, {TRANSFORM_IDENTITY, COLUMN_TAGS, 1},
        {TRANSFORM_YEAR, COLUMN_DAY, 0},      {TRANSFORM_MONTH, COLUMN_SOLD, 0},
        {TRANSFORM_DAY, COLUMN_ID, 1},        {TRANSFORM_HOUR, COLUMN_SOLD, 0},
        {TRANSFORM_HOUR, COLUMN_DAY, 1},      {TRANSFORM_BUCKET, COLUMN_ID, 0},
        {TRANSFORM_BUCKET, COLUMN_AMOUNT, 1}, {TRANSFORM_BUCKET, COLUMN_FLAG, 1},
        {TRANSFORM_TRUNCATE, COLUMN_ID, 0},   {TRANSFORM_TRUNCATE, COLUMN_DAY, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture *f = iceberg_fixture();
        struct partition_field field = {
            .column = &f->columns[rows[i].column], .transform = rows[i].transform, .width = 8};
        vec_push(&f->s.arena, &f->output.partitioning, field);
        check_layout(&f->s, &f->mesh);
        if (f->s.diagnostics.errors != rows[i].errors)
            fail_msg("row %zu: %zu errors", i, f->s.diagnostics.errors);
        fixture_free(f);
    }
}

static void times_of_one_column_once(void **state)
{
    (void)state;
    struct fixture *f = iceberg_fixture();
    const enum transform both[] = {TRANSFORM_DAY, TRANSFORM_HOUR};
    for (int i = 0; i < 2; i++) {
        struct partition_field field = {.column = &f->columns[COLUMN_SOLD], .transform = both[i]};
        vec_push(&f->s.arena, &f->output.partitioning, field);
    }
    check_layout(&f->s, &f->mesh);
    assert_int_equal(f->s.diagnostics.errors, 1);
    fixture_free(f);
}

static void fields_keep_their_numbers(void **state)
{
    (void)state;
    struct fixture *f = iceberg_fixture();
    struct column_notes notes = {.id = {.text = "30", .number = 30}};
    const struct field_ids *ids = iceberg_ids(&f->s.arena, &f->output);
    assert_int_equal(ids[COLUMN_ID].id, 1);
    assert_int_equal(ids[COLUMN_REGION].id, FIXTURE_COLUMNS);
    assert_int_equal(ids[COLUMN_TAGS].inner, FIXTURE_COLUMNS + 1);
    f->columns[COLUMN_REGION].notes = &notes; /* what stands before it does not move */
    ids = iceberg_ids(&f->s.arena, &f->output);
    assert_int_equal(ids[COLUMN_NOTE].id, COLUMN_NOTE + 1);
    assert_int_equal(ids[COLUMN_REGION].id, 30);
    check_field_numbers(&f->s, &f->mesh);
    assert_int_equal(f->s.diagnostics.errors, 0);
    notes.id.number = FIXTURE_COLUMNS; /* that of the element of tags */
    check_field_numbers(&f->s, &f->mesh);
    assert_int_equal(f->s.diagnostics.errors, 1);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_counted_as_java_counts_them),
        cmocka_unit_test(ranges_of_integers),
        cmocka_unit_test(ranges_of_dates),
        cmocka_unit_test(types_of_projected_keys),
        cmocka_unit_test(transforms_fit_types),
        cmocka_unit_test(times_of_one_column_once),
        cmocka_unit_test(fields_keep_their_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
