/* json_test.c - the JSON writer and parser, against each other and against fixed texts. */
#include "unit.h"
#include "base/json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *written(const json *tree, bool compact)
{
    struct buf out = {0};
    (compact ? json_write_compact : json_write)(&out, tree);
    return out.at; /* freed by the caller */
}

static void expect_written(const json *tree, bool compact, const char *expected)
{
    char *text = written(tree, compact);
    assert_string_equal(text, expected);
    free(text);
}

static void layout_is_two_blanks(void **state)
{
    struct arena memory = {0};
    json *root = json_object(&memory);
    json *list = json_set_array(root, "list");
    (void)state;
    json_add(list, json_int(&memory, 1));
    json_add(list, NULL);
    json_set_bool(json_add_object(list), "a", true);
    json_set_object(root, "empty");
    json_set_array(root, "none");
    json_set_null(root, "null");
    json_set_text(root, "text", "x");
    json_set_text(root, "absent", NULL);
    expect_written(root, false,
                   "{\n  \"list\": [\n    1,\n    {\n      \"a\": true\n    }\n  ],\n"
                   "  \"empty\": {},\n  \"none\": [],\n  \"null\": null,\n  \"text\": \"x\"\n}");
    expect_written(root, true,
                   "{\"list\":[1,{\"a\":true}],\"empty\":{},\"none\":[],\"null\":null,"
                   "\"text\":\"x\"}");
    expect_written(json_get(root, "list"), true, "[1,{\"a\":true}]");
    expect_written(json_get(root, "text"), false, "\"x\"");
    arena_free(&memory);
}

static void numbers_keep_their_spelling(void **state)
{
    struct arena memory = {0};
    static const char *const spellings[] = {"0",
                                            "-0",
                                            "1000000000000000",
                                            "9007199254740993",
                                            "0.30000000000000004",
                                            "1e400",
                                            "-1.50E+2",
                                            "123456789012345678901234567890"};
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        json *made = json_number(&memory, spellings[i]);
        json *parsed = json_parse(&memory, spellings[i], strlen(spellings[i]));
        assert_non_null(parsed);
        expect_written(made, false, spellings[i]);
        expect_written(parsed, false, spellings[i]);
    }
    json *least = json_int(&memory, INT64_MIN), *most = json_int(&memory, INT64_MAX);
    expect_written(least, true, "-9223372036854775808");
    expect_written(most, true, "9223372036854775807");
    arena_free(&memory);
}

static void texts_are_escaped(void **state)
{
    struct arena memory = {0};
    json *text =
        json_text(&memory, "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f \xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80");
    (void)state;
    expect_written(text, true,
                   "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f "
                   "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80\"");
    arena_free(&memory);
}

static void trees_can_be_read(void **state)
{
    struct arena memory = {0};
    static const char text[] = " {\"a\": [10, 20, 30], \"A\": \"upper\", \"o\": {}} \n";
    json *root = json_parse(&memory, text, sizeof text - 1);
    (void)state;
    assert_non_null(root);
    json *list = json_get(root, "a");
    assert_true(json_is_object(root) && json_is_array(list) && !json_is_object(list));
    assert_int_equal(json_count(list), 3);
    assert_int_equal(json_count(json_get(root, "o")), 0);
    expect_written(json_at(list, 2), true, "30");
    assert_null(json_at(list, 3));
    assert_null(json_get(root, "missing"));
    assert_string_equal(json_text_of(json_get(root, "A")), "upper");
    assert_null(json_text_of(list));
    assert_string_equal(json_key(json_next(json_first(root))), "A");
    arena_free(&memory);
}

static void parser_accepts_only_json(void **state)
{
    struct arena memory = {0};
    static const char *const good[] = {"{}",          "[]",
                                       "\"\"",        "true",
                                       "false",       "null",
                                       " [ 1 , 2 ] ", "{\"a\":{\"b\":[{}]}}",
                                       "-0.5e-7",     "\"\\u00e9\\ud83d\\ude00\\/\"",
                                       "\"\xc3\xa9\""};
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[1,]",
                                      "[,1]",
                                      "{\"a\":1,}",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "{\"a\" 1}",
                                      "01",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "-",
                                      "nul",
                                      "truex",
                                      "1 2",
                                      "[1 2]",
                                      "\"",
                                      "\"\\\"",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\u0000\"",
                                      "\"\\ud800\"",
                                      "\"\\ud800\\u0041\"",
                                      "\"\\udc00\"",
                                      "\"\t\"",
                                      "\"\xff\"",
                                      "\"\xc0\x80\"",
                                      "'a'",
                                      "[1]]",
                                      "/**/1",
                                      "NaN",
                                      "\xef\xbb\xbf{}"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        json *tree = json_parse(&memory, good[i], strlen(good[i]));
        assert_non_null(tree);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(json_parse(&memory, bad[i], strlen(bad[i])));
    }
    assert_null(json_parse(&memory, "1\0", 2));
    json *escaped = json_parse(&memory, "\"\\u00e9\\ud83d\\ude00\\n\"", 22);
    assert_string_equal(json_text_of(escaped), "\xc3\xa9\xf0\x9f\x98\x80\n");
    arena_free(&memory);
}

static void depth_is_limited(void **state)
{
    struct arena memory = {0};
    struct buf text = {0};
    (void)state;
    buf_repeat(&text, '[', 1000);
    buf_repeat(&text, ']', 1000);
    json *deep = json_parse(&memory, text.at, text.len);
    assert_non_null(deep);
    expect_written(deep, true, text.at);
    text.len = 0;
    buf_repeat(&text, '[', 1001);
    buf_repeat(&text, ']', 1001);
    assert_null(json_parse(&memory, text.at, text.len));
    text.len = 0;
    buf_repeat(&text, '[', 1000000);
    assert_null(json_parse(&memory, text.at, text.len));
    buf_free(&text);
    arena_free(&memory);
}

/* A random tree. Texts are literals, because trees refer to them. */
static json *random_tree(struct arena *memory, uint64_t *seed, unsigned depth)
{
    static const char *const texts[] = {"",   "plain",    "\"quoted\"",           "back\\slash",
                                        "\n", "\x01\x7f", "\xc3\xa9\xe6\x97\xa5", "key: value"};
    uint64_t choice = random_next(seed) % (depth > 0 ? 7 : 5);
    if (choice < 5) {
        return choice == 0   ? json_null(memory)
               : choice == 1 ? json_bool(memory, random_next(seed) % 2)
               : choice == 2 ? json_int(memory, (int64_t)random_next(seed))
               : choice == 3 ? json_number(memory, "-12.50e+3")
                             : json_text(memory, texts[random_next(seed) % 8]);
    }
    json *container = choice == 5 ? json_object(memory) : json_array(memory);
    for (size_t n = random_next(seed) % 6; n > 0; n--) {
        json *item = random_tree(memory, seed, depth - 1);
        if (choice == 5) {
            json_set(container, texts[random_next(seed) % 8], item);
        } else {
            json_add(container, item);
        }
    }
    return container;
}

static void what_is_written_reads_the_same(void **state)
{
    uint64_t seed = 2024;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct arena memory = {0};
        json *tree = random_tree(&memory, &seed, 6);
        for (int compact = 0; compact < 2; compact++) {
            char *text = written(tree, compact);
            json *again = json_parse(&memory, text, strlen(text));
            assert_non_null(again);
            expect_written(again, compact, text);
            free(text);
        }
        arena_free(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_is_two_blanks),
        cmocka_unit_test(numbers_keep_their_spelling),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(trees_can_be_read),
        cmocka_unit_test(parser_accepts_only_json),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(what_is_written_reads_the_same),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
