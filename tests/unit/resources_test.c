/* resources_test.c - the tables of resource types: each type that plan/ makes in a mesh of the tree
 * is one that a patch may name, and types have the form that is asked for. */
#include "folder.h"
#include <stdio.h>
#include <string.h>

#include "check/cfn_types.h"
#include "plan/plan.h"

static size_t look(const char *folder)
{
    struct session s;
    struct deployments deployments = {0};
    size_t seen = 0;
    folder_load(&s, folder, &deployments);
    struct plan *plan = plan_new(&s, deployments.list.at[0]);
    for (size_t i = 0; i < plan->stacks.len; i++) {
        struct stack *stack = plan->stacks.at[i];
        plan_stack(plan, stack);
        for (size_t k = 0; k < stack->resources.len; k++, seen++) {
            const char *type = stack->resources.at[k].type;
            if (strncmp(stack->resources.at[k].id, "Resource", strlen("Resource")) == 0) {
                continue; /* spelled out in the mesh, of whatever type */
            }
            if (!cfn_type_is_made(type) || !cfn_type_is_formed(type)) {
                print_error("%s: %s is not in check/made_types.def\n", folder, type);
            }
            assert_true(cfn_type_is_made(type) && cfn_type_is_formed(type));
        }
        plan_stack_free(plan, stack);
    }
    plan_free(plan);
    session_free(&s);
    return seen;
}

static void types_that_are_made_can_be_patched(void **state)
{
    (void)state;
    static const char *const folders[] = {
        "samples/hello",      "samples/retail",         "samples/sales",
        "samples/logs",       "tests/services/all",     "tests/plan_states/steps",
        "tests/plan/formats", "tests/plan/keys",        "tests/plan_states/triggers",
        "tests/plan/iceberg", "tests/services/accounts"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        assert_true(look(folders[i]) > 0);
    }
}

static void types_have_three_parts(void **state)
{
    (void)state;
    static const char *const good[] = {"AWS::SQS::Queue", "Custom::Thing", "Custom::A_b-c@d",
                                       "Acme::Data::Lake"};
    static const char *const bad[] = {"",         "AWS",         "AWS::SQS",         "AWS::SQS::",
                                      "::S::Q",   "AWS:SQS:Q",   "AWS::S::Q::R",     "AWS::S QS::Q",
                                      "Custom::", "Custom::a b", "AWS::SQS::Queue\""};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(cfn_type_is_formed(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(cfn_type_is_formed(bad[i]));
    }
}

static void data_is_kept(void **state)
{
    (void)state;
    /* The first and the last of the table too: it is searched by halves. */
    static const char *const kept[] = {"AWS::ACMPCA::CertificateAuthority", "AWS::DynamoDB::Table",
                                       "AWS::RDS::DBInstance", "AWS::S3::Bucket",
                                       "AWS::Timestream::Table"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        assert_true(cfn_type_holds_data(kept[i]));
    }
    assert_false(cfn_type_holds_data("AWS::SQS::Queue"));
    assert_false(cfn_type_holds_data("AWS::S3::BucketPolicy"));
}

static const char *const stateful[] = {
#define STATEFUL(type) type,
#include "check/stateful_types.def"
#undef STATEFUL
};

static const char *const made[] = {
#define MADE_TYPE(type) type,
#include "check/made_types.def"
};

static void tables_are_sorted(void **state)
{
    (void)state;
    for (size_t i = 1; i < sizeof stateful / sizeof *stateful; i++) {
        assert_true(strcmp(stateful[i - 1], stateful[i]) < 0);
    }
    for (size_t i = 1; i < sizeof made / sizeof *made; i++) {
        assert_true(strcmp(made[i - 1], made[i]) < 0);
    }
}

static void names_are_fixed(void **state)
{
    (void)state;
    assert_non_null(cfn_fixed_property("AWS::Glue::Table", "TableInput.Name"));
    assert_non_null(cfn_fixed_property("AWS::S3::Bucket", "BucketName"));
    assert_null(cfn_fixed_property("AWS::Glue::Table", "TableInput"));
    assert_null(cfn_fixed_property("AWS::Glue::Table", "TableInput.Retention"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_that_are_made_can_be_patched),
        cmocka_unit_test(types_have_three_parts),
        cmocka_unit_test(data_is_kept),
        cmocka_unit_test(tables_are_sorted),
        cmocka_unit_test(names_are_fixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
