/* sql_test.c - names and texts in the SQL of Redshift: whatever they hold, they stay one word, and
 * no line ends inside a statement. */
#include "unit.h"

#include "emit/sql.h"

#include <string.h>

static const char *const hostile[] = {
    "plain",
    "",
    "a\"b",
    "a'b",
    "\"; DROP SCHEMA public; --",
    "'; DROP SCHEMA public; --",
    "back\\slash",
    "\\",
    "\\'",
    "\\\\'; SELECT 1 --",
    "line\nbreak",
    "line\r\nbreak",
    "-- comment",
    "/* comment */",
    "$$dollar$$",
    "${AWS::AccountId}",
    "%s%n",
    "caf\xc3\xa9",
};

/* Reads a word in quotes as Redshift does; what follows it, NULL where it does not end. */
static const char *read_word(const char *at, char quote, bool escapes, char *out)
{
    assert_int_equal(*at, quote);
    for (at++; *at; at++) {
        if (*at == quote && at[1] != quote) {
            *out = '\0';
            return at + 1;
        }
        if (*at == quote || (escapes && *at == '\\')) {
            at++;
            *out++ = (char)(*at == 'n' ? '\n' : *at == 'r' ? '\r' : *at);
        } else {
            *out++ = *at;
        }
    }
    return NULL;
}

static void words_are_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        char back[256];
        struct buf out = {0};
        sql_literal(&out, hostile[i]);
        const char *end = read_word(out.at, '\'', true, back);
        assert_non_null(end);
        assert_string_equal(end, "");
        assert_string_equal(back, hostile[i]);
        assert_null(strpbrk(out.at, "\r\n"));
        out.len = 0;
        sql_identifier(&out, hostile[i]);
        end = read_word(out.at, '"', false, back);
        assert_non_null(end);
        assert_string_equal(end, "");
        assert_null(strpbrk(out.at, "\r\n"));
        if (!strpbrk(hostile[i], "\r\n")) {
            assert_string_equal(back, hostile[i]);
        }
        buf_free(&out);
    }
}

/* A whole text of hostile names: one statement a line, each of the one form that deploy.sh runs. */
static void statements_stay_one_a_line(void **state)
{
    (void)state;
    enum { COUNT = sizeof hostile / sizeof *hostile };
    struct domain domains[COUNT] = {0};
    struct domain *list[COUNT];
    struct domain_names names[COUNT] = {0};
    struct mesh mesh = {0};
    struct deployment deployment = {.mesh = &mesh, .domains = names};
    struct warehouse warehouse = {.decl = {.name = "bi", .path = "sales.bi"}};
    struct buf out = {0};
    struct arena arena = {0};
    struct deployment_account account = {.is_governance = true};
    deployment.governance = &account;
    for (size_t i = 0; i < COUNT; i++) {
        names[i].account = names[i].catalog = &account;
        domains[i].decl.name = domains[i].decl.path = hostile[i];
        domains[i].decl.index = (uint32_t)i;
        names[i].database = hostile[COUNT - 1 - i];
        list[i] = &domains[i];
    }
    warehouse.domains.at = list;
    warehouse.domains.len = warehouse.domains.cap = COUNT;
    emit_sql(&arena, &out, &deployment, &warehouse);
    const char *line = out.at;
    for (size_t i = 0; i < COUNT + 1; i++) {
        static const char create[] = "CREATE EXTERNAL SCHEMA IF NOT EXISTS ";
        static const char from[] = " FROM DATA CATALOG DATABASE ";
        char word[256];
        const char *end = strchr(line, '\n');
        assert_non_null(end);
        if (i == 0) {
            assert_int_equal(strncmp(line, "-- ", 3), 0);
        } else {
            assert_int_equal(strncmp(line, create, strlen(create)), 0);
            const char *at = read_word(line + strlen(create), '"', false, word);
            assert_non_null(at);
            assert_int_equal(strncmp(at, from, strlen(from)), 0);
            at = read_word(at + strlen(from), '\'', true, word);
            assert_non_null(at);
            assert_string_equal(word, names[i - 1].database);
            assert_int_equal(strncmp(at, " IAM_ROLE default;\n", 19), 0);
        }
        line = end + 1;
    }
    assert_string_equal(line, "");
    buf_free(&out);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read_back),
        cmocka_unit_test(statements_stay_one_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
