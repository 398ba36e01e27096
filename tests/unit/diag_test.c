/* diag_test.c - the registry, levels, the order of reports, and how they look. */
#include "unit.h"
#include "base/json.h"
#include "source/render.h"
#include "source/session.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct span nowhere = {0, 0};

/* The nth place (from 0) where the word stands in the source. */
static struct span find(const struct source *source, const char *word, int nth)
{
    const char *at = strstr(source->text, word);
    while (nth-- > 0) {
        at = strstr(at + 1, word);
    }
    uint32_t lo = source->base + (uint32_t)(at - source->text);
    return (struct span){lo, lo + (uint32_t)strlen(word)};
}

static struct source *add(struct session *s, const char *path, const char *text)
{
    struct source *source = source_add(s, path, path, text, strlen(text));
    assert_non_null(source);
    return source;
}

static void registry_is_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < D_COUNT; i++) {
        const struct diag_info *info = diag_info((enum diag_code)i);
        assert_true(i == 0 || strcmp(diag_info((enum diag_code)(i - 1))->code, info->code) < 0);
        assert_int_equal(diag_find(info->code), i);
        assert_int_equal(diag_find(info->code + 1), i);
        assert_int_equal(diag_find(info->slug), i);
        assert_true(info->level != LEVEL_OFF && *info->title != '\0' && *info->text != '\0');
        assert_int_equal(info->wrong == NULL, info->right == NULL);
    }
    assert_int_equal(diag_find("m1"), D_FILE_NOT_FOUND);
    assert_int_equal(diag_find("10"), D_NOT_UTF8);
    assert_int_equal(diag_find("M9999"), D_COUNT);
    assert_int_equal(diag_find(""), D_COUNT);
    assert_int_equal(diag_find("not-utf"), D_COUNT);
}

/* Any code of that level by default; D_COUNT when the registry has none yet. */
static enum diag_code any_of(enum level level)
{
    size_t i = 0;
    while (i < D_COUNT && diag_info((enum diag_code)i)->level != level) {
        i++;
    }
    return (enum diag_code)i;
}

static void levels_can_be_set(void **state)
{
    struct session s;
    char argument[100];
    enum diag_code warning = any_of(LEVEL_WARNING);
    (void)state;
    session_init(&s);
    assert_non_null(diag_configure(&s, "M0010"));
    assert_non_null(diag_configure(&s, "M9999=off"));
    assert_non_null(strstr(diag_configure(&s, "not-utf9=off"), "not-utf8"));
    assert_non_null(diag_configure(&s, "M0010=loud"));
    assert_non_null(diag_configure(&s, "M0010=off"));
    assert_null(diag_configure(&s, "M0010=error"));
    assert_int_equal(diag(&s, D_NOT_UTF8, nowhere, "x")->level, LEVEL_ERROR);
    assert_int_equal(diag_exit_code(&s), 1);
    diag(&s, D_CANNOT_READ, nowhere, "x");
    assert_int_equal(diag_exit_code(&s), 3);
    if (warning != D_COUNT) {
        const char *code = diag_info(warning)->code;
        assert_int_equal(diag(&s, warning, nowhere, "x")->level, LEVEL_WARNING);
        s.diagnostics.werror = true;
        assert_int_equal(diag(&s, warning, nowhere, "x")->level, LEVEL_ERROR);
        snprintf(argument, sizeof argument, "%s=warning", code);
        assert_null(diag_configure(&s, argument));
        assert_int_equal(diag(&s, warning, nowhere, "x")->level, LEVEL_WARNING);
        snprintf(argument, sizeof argument, "%s=off", code);
        assert_null(diag_configure(&s, argument));
        size_t before = s.diagnostics.list.len;
        struct diag *d = diag(&s, warning, nowhere, "x");
        diag_place(&s, d, nowhere, "y");
        diag_help(&s, d, "z");
        assert_int_equal(s.diagnostics.list.len, before);
    }
    session_free(&s);
}

static void reports_are_sorted_and_told_once(void **state)
{
    struct session s;
    (void)state;
    session_init(&s);
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t place = 1 + i * 7919 % 100;
        diag(&s, i % 2 ? D_NOT_UTF8 : D_NUL_BYTE, (struct span){place, place + 1}, "m%u",
             (unsigned)(i % 5));
    }
    diag_sort(&s);
    const struct diagnostics *all = &s.diagnostics;
    assert_int_equal(all->errors, all->list.len);
    assert_int_equal(all->list.len, 100);
    for (size_t i = 1; i < all->list.len; i++) {
        const struct diag *a = all->list.at[i - 1], *b = all->list.at[i];
        assert_true(a->span.lo < b->span.lo || (a->span.lo == b->span.lo && a->order < b->order));
    }
    diag_sort(&s);
    assert_int_equal(all->list.len, 100);
    session_free(&s);
}

static void too_many_reports_are_counted(void **state)
{
    struct session s;
    struct buf out = {0};
    (void)state;
    session_init(&s);
    for (uint32_t i = 0; i < DIAG_MAX + 5; i++) {
        struct diag *d = diag(&s, D_NOT_UTF8, (struct span){i + 1, i + 2}, "m");
        diag_place(&s, d, nowhere, "place");
    }
    diag_sort(&s);
    assert_int_equal(s.diagnostics.list.len, DIAG_MAX);
    assert_int_equal(s.diagnostics.errors, DIAG_MAX + 5);
    render_summary(&s, &out);
    assert_string_equal(out.at, "10005 errors (5 not shown)");
    buf_free(&out);
    session_free(&s);
}

static void long_messages_are_cut(void **state)
{
    struct session s;
    char text[3001];
    (void)state;
    session_init(&s);
    for (size_t i = 0; i < 1500; i++) {
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    }
    text[3000] = '\0';
    const char *message = diag(&s, D_NOT_UTF8, nowhere, "x%s", text)->message;
    size_t length = strlen(message);
    assert_in_range(length, 900, 1003);
    assert_string_equal(message + length - 5, "\xc3\xa9...");
    session_free(&s);
}

/* ---- looks ----------------------------------------------------------------------------------- */

static void expect_rendered(struct session *s, enum render_format format, const char *expected)
{
    struct buf out = {0};
    diag_sort(s);
    render_diagnostics(s, &out, format, false);
    assert_string_equal(out.at, expected);
    buf_free(&out);
    session_free(s);
    session_init(s);
}

static void text_shows_places_in_several_files(void **state)
{
    struct session s;
    (void)state;
    session_init(&s);
    struct source *shop =
        add(&s, "shop.mesh", "product orders {\n}\n\n\n\n\n\n\n\n\nproduct orders {\n}\n");
    struct source *other = add(&s, "other.mesh", "role Boss\n");
    struct diag *d = diag(&s, D_NOT_UTF8, find(shop, "orders", 1), "declared twice");
    diag_place(&s, d, find(shop, "orders", 0), "first declared here");
    diag_place(&s, d, find(other, "Boss", 0), "by him");
    diag_help(&s, d, "rename one");
    expect_rendered(&s, RENDER_TEXT,
                    "error[M0010 not-utf8]: declared twice\n"
                    "  --> shop.mesh:11:9\n"
                    "   |\n"
                    " 1 | product orders {\n"
                    "   |         ------ first declared here\n"
                    "...\n"
                    "11 | product orders {\n"
                    "   |         ^^^^^^\n"
                    "   |\n"
                    "  ::: other.mesh:1:6\n"
                    "   |\n"
                    " 1 | role Boss\n"
                    "   |      ---- by him\n"
                    "   |\n"
                    "   = help: rename one\n\n");
    session_free(&s);
}

static void text_hangs_labels_of_one_line(void **state)
{
    struct session s;
    (void)state;
    session_init(&s);
    struct source *f = add(&s, "f.mesh", "\tone two\tthree\r\n");
    struct diag *d = diag(&s, D_NOT_UTF8, find(f, "two", 0), "x");
    diag_place(&s, d, find(f, "three", 0), "third");
    diag_place(&s, d, find(f, "one", 0), "first");
    expect_rendered(&s, RENDER_TEXT,
                    "error[M0010 not-utf8]: x\n"
                    " --> f.mesh:1:6\n"
                    "  |\n"
                    "1 | \tone two\tthree\n"
                    "  | \t--- ^^^\t----- third\n"
                    "  | \t|\n"
                    "  | \tfirst\n\n");
    session_free(&s);
}

static void text_is_harmless_and_aligned(void **state)
{
    struct session s;
    (void)state;
    session_init(&s);
    struct source *f = add(&s, "f.mesh", "\xe6\x97\xa5\x1b[1m b\xcc\x81 end\n");
    diag(&s, D_NOT_UTF8, find(f, "b", 0), "bell \a here");
    expect_rendered(&s, RENDER_TEXT,
                    "error[M0010 not-utf8]: bell \\x07 here\n"
                    " --> f.mesh:1:7\n"
                    "  |\n"
                    "1 | \xe6\x97\xa5\\x1b[1m b\xcc\x81 end\n"
                    "  |           ^\n\n");
    f = add(&s, "f.mesh", "a {\n  b\n}");
    diag(&s, D_NOT_UTF8, (struct span){f->base + 2, f->base + f->size}, "lines");
    diag(&s, D_NOT_UTF8, (struct span){f->base + f->size, f->base + f->size}, "end");
    expect_rendered(&s, RENDER_TEXT,
                    "error[M0010 not-utf8]: lines\n"
                    " --> f.mesh:1:3\n"
                    "  |\n"
                    "1 | a {\n"
                    "  |   ^\n\n"
                    "error[M0010 not-utf8]: end\n"
                    " --> f.mesh:3:2\n"
                    "  |\n"
                    "3 | }\n"
                    "  |  ^\n\n");
    session_free(&s);
}

static void text_cuts_long_lines(void **state)
{
    struct session s;
    struct buf out = {0};
    (void)state;
    char *text = malloc(1000001);
    assert_non_null(text);
    memset(text, 'x', 1000000);
    memcpy(text + 500000, "GUILTY", 6);
    text[1000000] = '\0';
    session_init(&s);
    struct source *f = add(&s, "f.mesh", text);
    diag(&s, D_NOT_UTF8, find(f, "GUILTY", 0), "long");
    render_diagnostics(&s, &out, RENDER_TEXT, false);
    assert_non_null(strstr(out.at, "1 | ...xxx"));
    assert_non_null(strstr(out.at, "GUILTY"));
    assert_non_null(strstr(out.at, "x...\n"));
    assert_in_range(out.len, 300, 500);
    free(text);
    buf_free(&out);
    session_free(&s);
}

static void other_formats(void **state)
{
    struct session s;
    (void)state;
    session_init(&s);
    for (int format = RENDER_SHORT; format <= RENDER_GITHUB; format++) {
        static const char *const expected[] = {
            [RENDER_SHORT] = "meshc: error[M0010]: no place\n"
                             "a,b.mesh:2:1: error[M0010]: 100% \"wrong\"\n",
            [RENDER_JSON] =
                "{\"code\":\"M0010\",\"name\":\"not-utf8\",\"level\":\"error\",\"message\":\"no "
                "place\",\"file\":null,\"line\":null,\"column\":null,\"end_line\":null,"
                "\"end_column\":null,\"offset\":null,\"places\":[],\"help\":null}\n"
                "{\"code\":\"M0010\",\"name\":\"not-utf8\",\"level\":\"error\",\"message\":\"100% "
                "\\\"wrong\\\"\",\"file\":\"a,b.mesh\",\"line\":2,\"column\":1,\"end_line\":2,"
                "\"end_column\":4,\"offset\":4,\"places\":[{\"label\":\"label\",\"file\":"
                "\"a,b.mesh\",\"line\":1,\"column\":1,\"end_line\":1,\"end_column\":4,"
                "\"offset\":0}],\"help\":\"help\"}\n",
            [RENDER_GITHUB] =
                "::error title=M0010 not-utf8::no place\n"
                "::error file=a%2Cb.mesh,line=2,col=1,endColumn=4,title=M0010 not-utf8::"
                "100%25 \"wrong\"%0Aa,b.mesh:1:1: label%0Ahelp: help\n",
        };
        struct source *f = add(&s, "a,b.mesh", "one\ntwo\n");
        struct diag *d = diag(&s, D_NOT_UTF8, find(f, "two", 0), "100%% \"wrong\"");
        diag_place(&s, d, find(f, "one", 0), "label");
        diag_help(&s, d, "help");
        diag(&s, D_NOT_UTF8, nowhere, "no place");
        expect_rendered(&s, (enum render_format)format, expected[format]);
    }
    session_free(&s);
}

static void sarif_names_rules_and_results(void **state)
{
    struct session s;
    struct buf out = {0};
    (void)state;
    session_init(&s);
    struct source *f = add(&s, "dir/a b.mesh", "one two\n");
    struct diag *d = diag(&s, D_NUL_BYTE, find(f, "two", 0), "m");
    diag_place(&s, d, find(f, "one", 0), "label");
    diag(&s, D_FILE_NOT_FOUND, nowhere, "n");
    diag_sort(&s);
    render_diagnostics(&s, &out, RENDER_SARIF, false);
    json *log = json_parse(&s.arena, out.at, out.len);
    assert_non_null(log);
    const json *run = json_first(json_get(log, "runs"));
    const json *rules = json_get(json_get(json_get(run, "tool"), "driver"), "rules");
    const json *results = json_get(run, "results");
    assert_int_equal(json_count(rules), 2);
    assert_int_equal(json_count(results), 2);
    assert_string_equal(json_text_of(json_get(json_first(rules), "id")), "M0001");
    const json *second = json_at(results, 1);
    assert_string_equal(json_text_of(json_get(second, "ruleId")), "M0012");
    const json *physical = json_get(json_first(json_get(second, "locations")), "physicalLocation");
    assert_string_equal(json_text_of(json_get(json_get(physical, "artifactLocation"), "uri")),
                        "dir/a%20b.mesh");
    assert_int_equal(json_count(json_get(second, "relatedLocations")), 1);
    buf_free(&out);
    session_free(&s);
}

/* Any spans over any text: nothing is read out of bounds, and every format can be written. */
static void any_span_can_be_shown(void **state)
{
    static const char *const pieces[] = {
        "a", "\n", "\r\n", "\t", "\xcc\x81", "\xe6\x97\xa5", "\x1b", "                    "};
    uint64_t seed = 11;
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct session s;
        struct buf out = {0};
        char text[6000] = "";
        session_init(&s);
        for (size_t n = random_next(&seed) % 250; n > 0; n--) {
            strcat(text, pieces[random_next(&seed) % 8]);
        }
        add(&s, "a.mesh", text);
        add(&s, "b.mesh", text);
        for (int i = 0; i < 10; i++) {
            uint32_t most = s.sources.next + 2;
            struct span span = {(uint32_t)(random_next(&seed) % most),
                                (uint32_t)(random_next(&seed) % most)};
            struct diag *d = diag(&s, D_NOT_UTF8, span, "%d", i);
            for (uint64_t n = random_next(&seed) % 20; n > 0; n--) {
                span.lo = (uint32_t)(random_next(&seed) % most);
                span.hi = span.lo + (uint32_t)(random_next(&seed) % 10);
                diag_place(&s, d, span, "label");
            }
        }
        diag_sort(&s);
        for (int format = RENDER_TEXT; format <= RENDER_SARIF; format++) {
            render_diagnostics(&s, &out, (enum render_format)format, round % 2 == 0);
        }
        buf_free(&out);
        session_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registry_is_in_order),
        cmocka_unit_test(levels_can_be_set),
        cmocka_unit_test(reports_are_sorted_and_told_once),
        cmocka_unit_test(too_many_reports_are_counted),
        cmocka_unit_test(long_messages_are_cut),
        cmocka_unit_test(text_shows_places_in_several_files),
        cmocka_unit_test(text_hangs_labels_of_one_line),
        cmocka_unit_test(text_is_harmless_and_aligned),
        cmocka_unit_test(text_cuts_long_lines),
        cmocka_unit_test(other_formats),
        cmocka_unit_test(sarif_names_rules_and_results),
        cmocka_unit_test(any_span_can_be_shown),
    };
    return cmocka_run_group_tests_name("diagnostics", tests, NULL, NULL);
}
