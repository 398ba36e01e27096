/* stacks_test.c - the resources that check/stacks.c counts are those that plan/ makes, stack by
 * stack, in every mesh of the tree that builds. */
#include "folder.h"
#include <stdio.h>

#include "check/check.h"
#include "check/stacks.h"
#include "plan/plan.h"

static void counts_agree(const char *folder)
{
    struct session s;
    struct deployments deployments = {0};
    size_t stacks = 0;
    folder_load(&s, folder, &deployments);
    for (size_t i = 0; i < deployments.list.len; i++) {
        struct stack_heads heads = {0};
        stacks_list(&s, deployments.list.at[i], &heads);
        const size_t *sizes = stack_sizes(&s, deployments.list.at[i], &heads);
        struct plan *plan = plan_new(&s, deployments.list.at[i]);
        for (size_t k = 0; k < plan->stacks.len; k++, stacks++) {
            struct stack *stack = plan->stacks.at[k];
            plan_stack(plan, stack);
            size_t have = stack->resources.len;
            size_t want = sizes[k];
            if (have != want) {
                print_error("%s: %s has %zu resources, %zu are counted\n", folder,
                            stack->head->name, have, want);
            }
            assert_int_equal(have, want);
            plan_stack_free(plan, stack);
        }
        plan_free(plan);
    }
    assert_true(stacks > 0);
    session_free(&s);
}

static void resources_are_counted_as_they_are_made(void **state)
{
    (void)state;
    static const char *const folders[] = {"samples/hello",
                                          "samples/logs",
                                          "samples/retail",
                                          "samples/sales",
                                          "tests/plan/zones",
                                          "tests/plan/formats",
                                          "tests/plan/iceberg",
                                          "tests/plan/keys",
                                          "tests/plan/accounts",
                                          "tests/plan/wide",
                                          "tests/plan_states/environments",
                                          "tests/plan_states/steps",
                                          "tests/plan_states/triggers",
                                          "tests/services/all",
                                          "tests/resources/all",
                                          "tests/resources/hostile",
                                          "tests/services/accounts"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        counts_agree(folders[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resources_are_counted_as_they_are_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
