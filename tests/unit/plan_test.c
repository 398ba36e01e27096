/* plan_test.c - texts with unknown accounts, roles, logical ids, rulesets, places and buckets of a
 * plan. */
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/iam.h"
#include "check/areas.h"
#include "check/places.h"
#include "plan/plan.h"
#include "plan/quality.h"
#include "plan/text.h"
#include "plan_fixture.h"

static void expect_json(json *tree, const char *expected)
{
    struct buf text = {0};
    json_write_compact(&text, tree);
    assert_string_equal(text.at, expected);
    buf_free(&text);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static void arns_are_plain_where_all_is_known(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->home.id = "123456789012";
    f->deployment.region = "eu-west-1";
    f->deployment.partition = "aws";
    fixture_plan(f);
    expect_json(plan_arn(f->plan, "lambda", ARN_REGION | ARN_ACCOUNT, "function:f"),
                "\"arn:aws:lambda:eu-west-1:123456789012:function:f\"");
    expect_json(plan_arn(f->plan, "s3", 0, "b/${x}"), "\"arn:aws:s3:::b/${x}\"");
    fixture_free(f);
}

static void unknown_parts_become_substitutions_and_texts_do_not(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fixture_plan(f);
    expect_json(plan_arn(f->plan, "s3", 0, "b/${AWS::AccountId}/${x"),
                "{\"Fn::Sub\":\"arn:${AWS::Partition}:s3:::b/${!AWS::AccountId}/${x\"}");
    expect_json(plan_token_text(f->plan, "a ${b} ${AWS::Region}"),
                "{\"Fn::Sub\":\"a ${!b} ${AWS::Region}\"}");
    expect_json(plan_token_text(f->plan, "a ${b}"), "\"a ${b}\"");
    assert_string_equal(plan_arn_state(f->plan, "sns", ARN_REGION | ARN_ACCOUNT, "t"),
                        "arn:${Partition}:sns:${Region}:${AccountId}:t");
    fixture_free(f);
}

static void principals_are_named_by_arn(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->home.id = "123456789012";
    fixture_plan(f);
    f->owner.aws_name = "Boss";
    assert_string_equal(plan_principal_text(f->plan, &f->owner),
                        "arn:${AWS::Partition}:iam::123456789012:role/Boss");
    struct account other = {.id.value = "210987654321"};
    const struct deployment_account there = {.id = "210987654321"}, *declared[] = {&there};
    f->deployment.declared = declared;
    f->owner.account = &other;
    assert_string_equal(plan_principal_text(f->plan, &f->owner),
                        "arn:${AWS::Partition}:iam::210987654321:role/Boss");
    f->owner.arn.value = "arn:aws:iam::111122223333:saml-provider/x:group/y";
    expect_json(plan_principal(f->plan, &f->owner),
                "\"arn:aws:iam::111122223333:saml-provider/x:group/y\"");
    fixture_free(f);
}

/* ---- resources ------------------------------------------------------------------------------- */

static void logical_ids_are_made_of_names_and_differ(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fixture_plan(f);
    struct stack *stack = f->plan->stacks.at[1];
    struct span at = {0};
    plan_resource(f->plan, stack, "AWS::Glue::Table", at, "Table", "orders_v1");
    assert_string_equal(plan_last(stack)->id, "TableOrdersV1");
    plan_resource(f->plan, stack, "AWS::Glue::Table", at, "Table", "orders.v1");
    assert_int_equal(strlen(plan_last(stack)->id), strlen("TableOrdersV1") + 8);
    char name[400];
    memset(name, 'x', sizeof name);
    name[399] = '\0';
    plan_resource(f->plan, stack, "AWS::Glue::Table", at, "Table", name);
    assert_true(strlen(plan_last(stack)->id) <= 255);
    plan_stack_free(f->plan, stack);
    plan_resource(f->plan, stack, "AWS::Glue::Table", at, "Table", "orders.v1");
    assert_string_equal(plan_last(stack)->id, "TableOrdersV1");
    plan_stack_free(f->plan, stack);
    fixture_free(f);
}

static void rights_of_one_resource_share_a_statement(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->home.id = "123456789012";
    fixture_plan(f);
    struct stack *stack = f->plan->stacks.at[1];
    struct rights rights = {0};
    plan_right(f->plan, &rights, "s3:PutObject", json_text(&f->plan->scratch, "b"));
    plan_right(f->plan, &rights, "s3:ListBucket", json_text(&f->plan->scratch, "a"));
    plan_right(f->plan, &rights, "s3:PutObject", json_text(&f->plan->scratch, "c"));
    plan_right(f->plan, &rights, "s3:GetObject", json_text(&f->plan->scratch, "c"));
    plan_right(f->plan, &rights, "s3:GetObject", json_text(&f->plan->scratch, "b"));
    plan_right(f->plan, &rights, "s3:GetObject", json_text(&f->plan->scratch, "b"));
    plan_right_if(f->plan, &rights, "s3:GetObject", json_text(&f->plan->scratch, "b"), "Bool", "k",
                  json_text(&f->plan->scratch, "true"));
    plan_role(f->plan, stack, (struct span){0}, "Role", "x", "shop-x", "glue.amazonaws.com",
              &rights);
    json *policy = json_at(json_get(plan_last(stack)->properties, "Policies"), 0);
    struct buf text = {0};
    json_write_compact(&text, json_get(json_get(policy, "PolicyDocument"), "Statement"));
    assert_string_equal(text.at,
                        "[{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],"
                        "\"Resource\":[\"b\",\"c\"]},"
                        "{\"Effect\":\"Allow\",\"Action\":[\"s3:ListBucket\"],\"Resource\":\"a\"},"
                        "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\"],\"Resource\":\"b\","
                        "\"Condition\":{\"Bool\":{\"k\":\"true\"}}}]");
    buf_free(&text);
    assert_true(stack->has_roles);
    plan_stack_free(f->plan, stack);
    fixture_free(f);
}

/* ---- rulesets -------------------------------------------------------------------------------- */

static struct data *text_data(struct fixture *f, const char *text)
{
    struct data *data = arena_new(&f->s.arena, struct data);
    data->kind = DATA_TEXT;
    data->text = text;
    return data;
}

static struct data *number_data(struct fixture *f, const char *text)
{
    struct data *data = text_data(f, text);
    data->kind = DATA_NUMBER;
    return data;
}

static struct data *list_data(struct fixture *f, struct data *first, struct data *second)
{
    struct data *data = text_data(f, NULL);
    data->kind = DATA_LIST;
    data->first = first;
    first->next = second;
    return data;
}

static struct rule *rule_of(struct fixture *f, enum rule_kind kind, int column)
{
    struct rule *rule = arena_new(&f->s.arena, struct rule);
    rule->kind = kind;
    if (column >= 0)
        vec_push(&f->s.arena, &rule->columns, &f->columns[column]);
    return rule;
}

static void expect_ruleset(struct fixture *f, struct rule *rule, const char *expected)
{
    f->output.rules = rule;
    const char *text = plan_ruleset(f->plan, &f->output);
    if (expected)
        assert_string_equal(text, expected);
    else
        assert_null(text);
}

static struct rule *compared(struct fixture *f, int column, enum comparison how, struct data *with)
{
    struct rule *rule = rule_of(f, RULE_COMPARE, column);
    rule->comparison = how;
    rule->operand = with;
    return rule;
}

static void numbers_have_no_exponent(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"0", "0"},       {"-1.50", "-1.5"}, {"1e6", "1000000"}, {"1.5E-3", "0.0015"},
        {"0.10", "0.1"},  {"12e-1", "1.2"},  {"1e-400", NULL},   {"100", "100"},
        {"007.5", "7.5"}, {"1.0", "1"},      {"-0.5", "-0.5"},   {"1e99999999999", NULL},
    };
    struct fixture *f = fixture_new();
    fixture_plan(f);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *number = dqdl_number(f->plan, rows[i][0]);
        if (rows[i][1])
            assert_string_equal(number, rows[i][1]);
        else
            assert_true(strlen(number) < 10000);
    }
    fixture_free(f);
}

static void rules_are_canonical(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fixture_plan(f);
    struct rule *unique = rule_of(f, RULE_UNIQUE, COLUMN_ID);
    unique->next = rule_of(f, RULE_COMPLETE, COLUMN_NOTE);
    unique->next->next = compared(f, COLUMN_AMOUNT, COMPARE_GE, number_data(f, "0"));
    expect_ruleset(
        f, unique,
        "Rules = [ IsUnique \"id\", IsComplete \"note\", ColumnValues \"amount\" >= 0 ]");

    struct rule *between = rule_of(f, RULE_BETWEEN, COLUMN_AMOUNT);
    between->operand = number_data(f, "-1");
    between->upper = number_data(f, "1e3");
    between->severity.value = "warning";
    between->dimension.value = "accuracy";
    expect_ruleset(f, between,
                   "Rules = [ (ColumnValues \"amount\" >= -1) and (ColumnValues \"amount\" <= 1000)"
                   " labels=[\"dimension\"=\"accuracy\", \"severity\"=\"warning\"] ]");

    struct rule *pattern = rule_of(f, RULE_MATCHES, COLUMN_ID);
    pattern->operand = text_data(f, "^\\d+\"$");
    pattern->where.value = "region = \"EU\"";
    expect_ruleset(f, pattern,
                   "Rules = [ ColumnValues \"id\" matches \"^\\\\d+\\\"$\" where \"region = "
                   "\\\"EU\\\"\" ]");
    fixture_free(f);
}

static void groups_nest_and_hand_down_their_predicate(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fixture_plan(f);
    struct rule *inner = rule_of(f, RULE_ALL, -1);
    inner->children = rule_of(f, RULE_COMPLETE, COLUMN_ID);
    inner->children->next = rule_of(f, RULE_COMPLETE, COLUMN_NOTE);
    inner->children->next->where.value = "flag";
    struct rule *any = rule_of(f, RULE_ANY, -1);
    any->children = rule_of(f, RULE_UNIQUE, COLUMN_ID);
    any->children->next = inner;
    any->where.value = "amount > 0";
    expect_ruleset(
        f, any,
        "Rules = [ (IsUnique \"id\" where \"amount > 0\") or ((IsComplete \"id\" where "
        "\"amount > 0\") and (IsComplete \"note\" where \"(amount > 0) and (flag)\")) ]");
    fixture_free(f);
}

static void what_dqdl_cannot_say_is_said_in_sql(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fixture_plan(f);
    expect_ruleset(f, compared(f, COLUMN_NOTE, COMPARE_EQ, text_data(f, "2024-01-01")),
                   "Rules = [ CustomSql \"select count(*) from primary where not (`note` = "
                   "'2024-01-01')\" = 0 ]");
    expect_ruleset(f, compared(f, COLUMN_DAY, COMPARE_GE, text_data(f, "2024-01-01")),
                   "Rules = [ ColumnValues \"day\" >= \"2024-01-01\" ]");
    expect_ruleset(f, compared(f, COLUMN_NOTE, COMPARE_GE, text_data(f, "it's")),
                   "Rules = [ CustomSql \"select count(*) from primary where not (`note` >= "
                   "'it\\\\'s')\" = 0 ]");
    struct rule *list = rule_of(f, RULE_IN, COLUMN_NOTE);
    list->operand = list_data(f, text_data(f, "a"), text_data(f, "09:30"));
    expect_ruleset(f, list,
                   "Rules = [ CustomSql \"select count(*) from primary where not (`note` in ('a', "
                   "'09:30'))\" = 0 ]");
    list->operand = list_data(f, text_data(f, "a"), text_data(f, "b"));
    expect_ruleset(f, list, "Rules = [ ColumnValues \"note\" in [\"a\", \"b\"] ]");
    struct rule *together = rule_of(f, RULE_UNIQUE, COLUMN_ID);
    vec_push(&f->s.arena, &together->columns, &f->columns[COLUMN_DAY]);
    together->where.value = "flag";
    expect_ruleset(f, together,
                   "Rules = [ CustomSql \"select count(*) from (select `id`, `day` from primary "
                   "where (flag) and `id` is not null and `day` is not null group by `id`, `day` "
                   "having count(*) > 1)\" = 0 ]");
    fixture_free(f);
}

static void expect_reports(struct fixture *f, struct rule *rule, size_t errors, size_t warnings)
{
    f->output.rules = rule;
    check_rulesets(&f->s, &f->mesh);
    assert_int_equal(f->s.diagnostics.errors, errors);
    assert_int_equal(f->s.diagnostics.warnings, warnings);
}

static void what_a_ruleset_cannot_hold_is_left_out_and_said(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fixture_plan(f);
    struct rule *other = rule_of(f, RULE_REFERENCES, COLUMN_ID);
    expect_ruleset(f, other, NULL);
    expect_reports(f, other, 0, 1);
    struct rule *any = rule_of(f, RULE_ANY, -1);
    any->children = rule_of(f, RULE_COMPLETE, COLUMN_ID);
    any->children->next = other;
    expect_ruleset(f, any, NULL);
    expect_reports(f, any, 0, 2);
    struct rule *fresh = rule_of(f, RULE_METRIC, COLUMN_SOLD);
    fresh->metric = METRIC_FRESHNESS;
    fresh->comparison = COMPARE_LE;
    fresh->operand = number_data(f, "129600");
    expect_ruleset(f, fresh, "Rules = [ DataFreshness \"sold\" <= 36 hours ]");
    expect_reports(f, fresh, 0, 2);
    fresh->operand = number_data(f, "90");
    expect_reports(f, fresh, 1, 2);
    struct rule *sql = rule_of(f, RULE_SQL, -1);
    sql->sql.value = "select count(*)\nfrom primary where note = 'x'";
    sql->comparison = COMPARE_GT;
    sql->operand = number_data(f, "0");
    expect_ruleset(f, sql,
                   "Rules = [ CustomSql \"select count(*) from primary where note = 'x'\" > 0 ]");
    expect_reports(f, sql, 1, 2);
    sql->sql.value = "select 'a\nb'";
    expect_reports(f, sql, 2, 2);
    sql->sql.value = "select 1 -- one\nfrom primary";
    expect_reports(f, sql, 3, 2);
    fixture_free(f);
}

/* ---- places and buckets ---------------------------------------------------------------------- */

static void a_domain_registers_its_folder_once(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    fixture_plan(f);
    assert_int_equal(f->plan->places->roots.len, 1);
    assert_string_equal(f->plan->places->roots.at[0].prefix, "sales");
    fixture_free(f);
}

static void a_location_below_another_is_not_registered_again(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct output more[3];
    struct table_names names[4] = {f->table_names[0]};
    static const char *const prefixes[] = {"lake/", "lake/inner/", "lake-two/"};
    for (uint32_t i = 0; i < 3; i++) {
        more[i] = f->output;
        more[i].decl.index = i + 1;
        names[i + 1] =
            (struct table_names){"sales_data", "t", "other", prefixes[i], "s3://other/", NULL};
        vec_push(&f->s.arena, &f->mesh.outputs, &more[i]);
    }
    f->deployment.tables = names;
    fixture_plan(f);
    assert_int_equal(f->plan->places->roots.len, 3);
    assert_string_equal(f->plan->places->roots.at[0].prefix, "lake");
    assert_string_equal(f->plan->places->roots.at[1].prefix, "lake-two");
    assert_string_equal(f->plan->places->roots.at[2].prefix, "sales");
    fixture_free(f);
}

static const json *properties_of(const struct stack *stack, const char *id)
{
    for (size_t i = 0; i < stack->resources.len; i++)
        if (!strcmp(stack->resources.at[i].id, id))
            return stack->resources.at[i].properties;
    return NULL;
}

static void lifecycles_stand_with_the_bucket_and_in_order(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->output.lifecycle.infrequent_access = (struct amount){.text = "90d", .base = 90 * 86400};
    f->output.lifecycle.delete = (struct amount){.text = "12h", .base = 43200};
    check_storage(&f->s, &f->deployment);
    assert_int_equal(f->s.diagnostics.errors, 1);
    f->table_names[0].bucket = "somebody-elses";
    check_storage(&f->s, &f->deployment);
    assert_int_equal(f->s.diagnostics.errors, 2);
    f->table_names[0].bucket = "shop-data";

    f->output.lifecycle.delete = (struct amount){.text = "1y", .base = 365LL * 86400};
    check_storage(&f->s, &f->deployment);
    assert_int_equal(f->s.diagnostics.errors, 2);
    fixture_plan(f);
    struct stack *governance = f->plan->stacks.at[0];
    plan_stack(f->plan, governance);
    const json *block = json_get(properties_of(governance, "Bucket"), "LifecycleConfiguration");
    const json *rule = json_at(json_get(block, "Rules"), 0);
    assert_string_equal(json_text_of(json_get(rule, "Prefix")), "sales/orders/");
    assert_non_null(json_get(rule, "NoncurrentVersionExpiration"));
    plan_stack_free(f->plan, governance);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arns_are_plain_where_all_is_known),
        cmocka_unit_test(unknown_parts_become_substitutions_and_texts_do_not),
        cmocka_unit_test(principals_are_named_by_arn),
        cmocka_unit_test(logical_ids_are_made_of_names_and_differ),
        cmocka_unit_test(rights_of_one_resource_share_a_statement),
        cmocka_unit_test(numbers_have_no_exponent),
        cmocka_unit_test(rules_are_canonical),
        cmocka_unit_test(groups_nest_and_hand_down_their_predicate),
        cmocka_unit_test(what_dqdl_cannot_say_is_said_in_sql),
        cmocka_unit_test(what_a_ruleset_cannot_hold_is_left_out_and_said),
        cmocka_unit_test(a_domain_registers_its_folder_once),
        cmocka_unit_test(a_location_below_another_is_not_registered_again),
        cmocka_unit_test(lifecycles_stand_with_the_bucket_and_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
