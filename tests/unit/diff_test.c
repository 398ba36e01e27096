/* diff_test.c - unified diffs: known ones, and that random ones are right and minimal. */
#include "unit.h"
#include "base/diff.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(const char *old_text, const char *new_text, const char *expected)
{
    struct buf out = {0};
    bool differ =
        diff_unified(&out, "a", "b", old_text, strlen(old_text), new_text, strlen(new_text));
    assert_int_equal(differ, expected != NULL);
    if (expected) {
        assert_string_equal(out.at, expected);
    }
    buf_free(&out);
}

static void known_differences(void **state)
{
    (void)state;
    check("", "", NULL);
    check("a\nb\n", "a\nb\n", NULL);
    check("", "a\n", "--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n");
    check("a\nb\n", "", "--- a\n+++ b\n@@ -1,2 +0,0 @@\n-a\n-b\n");
    check("a\nb\nc\n", "a\nx\nc\n", "--- a\n+++ b\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
    check("a\nb", "a\nb\n",
          "--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
}

static void near_changes_share_a_hunk(void **state)
{
    (void)state;
    check("1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
          "--- a\n+++ b\n@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n");
    check("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
          "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n"
          "@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n");
}

/* Applies a diff to lines of one letter each; false where it does not fit. */
static bool apply(const char *old_text, const char *diff, struct buf *out, size_t *changed)
{
    const char *from = old_text;
    diff = strchr(strchr(diff, '\n') + 1, '\n') + 1;
    while (*diff) {
        if (*diff == '@') {
            char *end;
            long line = strtol(diff + 4, &end, 10);
            bool none = strncmp(end, ",0 ", 3) == 0;
            while (from < old_text + 2 * (line - !none)) {
                buf_put(out, from, 2);
                from += 2;
            }
        } else {
            if (*diff != '+' && (from[0] != diff[1] || from[1] != '\n')) {
                return false;
            }
            if (*diff != '-') {
                buf_put(out, diff + 1, 2);
            }
            from += *diff == '+' ? 0 : 2;
            *changed += *diff != ' ';
        }
        diff = strchr(diff, '\n') + 1;
    }
    buf_puts(out, from);
    return true;
}

/* Lines of the longest common subsequence. */
static size_t common(const char *a, const char *b)
{
    static size_t table[41][41];
    size_t n = strlen(a) / 2, m = strlen(b) / 2;
    for (size_t i = n + 1; i-- > 0;) {
        for (size_t j = m + 1; j-- > 0;) {
            size_t right = j < m ? table[i][j + 1] : 0, down = i < n ? table[i + 1][j] : 0;
            bool equal = i < n && j < m && a[2 * i] == b[2 * j];
            table[i][j] = equal ? table[i + 1][j + 1] + 1 : right > down ? right : down;
        }
    }
    return table[0][0];
}

static void random_differences_are_right_and_minimal(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 5000; round++) {
        char text[2][81] = {{0}};
        uint64_t letters = 1 + random_next(&seed) % 5;
        for (int t = 0; t < 2; t++) {
            size_t lines = random_next(&seed) % 40;
            for (size_t i = 0; i < lines; i++) {
                text[t][2 * i] = (char)('a' + random_next(&seed) % letters);
                text[t][2 * i + 1] = '\n';
            }
        }
        struct buf diff = {0}, result = {0};
        size_t changed = 0, old_size = strlen(text[0]), new_size = strlen(text[1]);
        if (diff_unified(&diff, "a", "b", text[0], old_size, text[1], new_size)) {
            assert_true(apply(text[0], diff.at, &result, &changed));
            assert_string_equal(result.at, text[1]);
            assert_int_equal(changed, old_size / 2 + new_size / 2 - 2 * common(text[0], text[1]));
        } else {
            assert_string_equal(text[0], text[1]);
        }
        buf_free(&diff);
        buf_free(&result);
    }
}

/* Two long texts with nothing in common but by chance end in good time. */
static void long_texts_are_bounded(void **state)
{
    uint64_t seed = 9;
    struct buf old_text = {0}, new_text = {0}, diff = {0};
    (void)state;
    for (int i = 0; i < 50000; i++) {
        buf_format(&old_text, "%d\n", (int)(random_next(&seed) % 1000));
        buf_format(&new_text, "%d\n", (int)(random_next(&seed) % 1000));
    }
    assert_true(
        diff_unified(&diff, "a", "b", old_text.at, old_text.len, new_text.at, new_text.len));
    assert_in_range(diff.len, 50000, 1000000);
    buf_free(&old_text);
    buf_free(&new_text);
    buf_free(&diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_differences),
        cmocka_unit_test(near_changes_share_a_hunk),
        cmocka_unit_test(random_differences_are_right_and_minimal),
        cmocka_unit_test(long_texts_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
