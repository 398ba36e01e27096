/* managed_rules_test.c - the table of AWS's managed rules: in order, so that it can be searched,
 * and each line of parameters is read to its end. */
#include "unit.h"

#include "check/managed_rules.h"

#include <string.h>

static void the_table_is_in_order(void **state)
{
    (void)state;
    size_t count;
    const struct managed_rule *rules = managed_rules(&count);
    assert_true(count > 500);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            assert_true(strcmp(rules[i - 1].identifier, rules[i].identifier) < 0);
        }
        assert_ptr_equal(managed_rule_find(rules[i].identifier), &rules[i]);
    }
    assert_null(managed_rule_find("NO_SUCH_RULE"));
    assert_null(managed_rule_find(""));
}

static void parameters_are_read_whole(void **state)
{
    (void)state;
    size_t count;
    const struct managed_rule *rules = managed_rules(&count);
    for (size_t i = 0; i < count; i++) {
        struct rule_parameter parameter;
        const char *at = rules[i].parameters;
        while (managed_rule_parameter(&at, &parameter)) {
            assert_true(*at == ' ' || *at == '\0');
        }
        assert_string_equal(at, "");
    }
}

static void a_parameter_says_what_it_is(void **state)
{
    (void)state;
    struct rule_parameter parameter;
    const char *at = "one two! three:i four!:b five:d";
    assert_true(managed_rule_parameter(&at, &parameter));
    assert_memory_equal(parameter.name, "one", parameter.length);
    assert_false(parameter.required);
    assert_int_equal(parameter.type, PARAMETER_TEXT);
    assert_true(managed_rule_parameter(&at, &parameter));
    assert_int_equal(parameter.length, 3);
    assert_true(parameter.required);
    assert_true(managed_rule_parameter(&at, &parameter));
    assert_int_equal(parameter.type, PARAMETER_INTEGER);
    assert_true(managed_rule_parameter(&at, &parameter));
    assert_true(parameter.required);
    assert_int_equal(parameter.type, PARAMETER_BOOL);
    assert_true(managed_rule_parameter(&at, &parameter));
    assert_int_equal(parameter.type, PARAMETER_NUMBER);
    assert_false(managed_rule_parameter(&at, &parameter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_in_order),
        cmocka_unit_test(parameters_are_read_whole),
        cmocka_unit_test(a_parameter_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
