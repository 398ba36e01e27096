/* plan_glue_test.c - tables and databases of the catalog: classes of the formats, facts,
 * descriptions that are too long. */
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/areas.h"
#include "check/places.h"
#include "model/names.h"
#include "plan_fixture.h"

static const json *properties_of(const struct stack *stack, const char *id)
{
    for (size_t i = 0; i < stack->resources.len; i++)
        if (!strcmp(stack->resources.at[i].id, id))
            return stack->resources.at[i].properties;
    return NULL;
}

static struct stack *sales_stack(struct fixture *f)
{
    fixture_plan(f);
    struct stack *stack = f->plan->stacks.at[1];
    plan_stack(f->plan, stack);
    return stack;
}

static const json *table_input(const struct stack *stack)
{
    return json_get(properties_of(stack, "TableOrders"), "TableInput");
}

static const char *parameter(const struct stack *stack, const char *key)
{
    return json_text_of(json_get(json_get(table_input(stack), "Parameters"), key));
}

static const json *serde_of(const struct stack *stack)
{
    return json_get(json_get(table_input(stack), "StorageDescriptor"), "SerdeInfo");
}

static const char *serde_parameter(const struct stack *stack, const char *key)
{
    return json_text_of(json_get(json_get(serde_of(stack), "Parameters"), key));
}

static const char *library(const struct stack *stack)
{
    return json_text_of(json_get(serde_of(stack), "SerializationLibrary"));
}

static void done(struct fixture *f, struct stack *stack)
{
    plan_stack_free(f->plan, stack);
    fixture_free(f);
}

static void plain_csv_is_read_lazily(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->output.format = FORMAT_CSV;
    f->output.options.escape.value = "\\";
    f->output.options.skip_header = (struct amount){.text = "1", .number = 1};
    struct stack *stack = sales_stack(f);
    assert_string_equal(library(stack), "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe");
    assert_string_equal(serde_parameter(stack, "field.delim"), ",");
    assert_string_equal(serde_parameter(stack, "escape.delim"), "\\");
    assert_string_equal(parameter(stack, "skip.header.line.count"), "1");
    assert_int_equal(f->s.diagnostics.list.len, 0);
    done(f, stack);
}

static void quoted_csv_warns_of_types_it_misreads(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->output.format = FORMAT_TSV;
    f->output.options.quote.value = "\"";
    struct stack *stack = sales_stack(f);
    assert_string_equal(library(stack), "org.apache.hadoop.hive.serde2.OpenCSVSerde");
    assert_string_equal(serde_parameter(stack, "separatorChar"), "\t");
    check_catalog(&f->s, &f->mesh);
    assert_int_equal(f->s.diagnostics.warnings, 3); /* date, timestamp, array */
    done(f, stack);
}

static void avro_carries_its_schema(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->output.format = FORMAT_AVRO;
    f->columns[COLUMN_NOTE].physical = "n-o";
    struct stack *stack = sales_stack(f);
    const char *schema = serde_parameter(stack, "avro.schema.literal");
    json *tree = json_parse(&f->plan->scratch, schema, strlen(schema));
    assert_non_null(tree);
    assert_int_equal(json_count(json_get(tree, "fields")), FIXTURE_COLUMNS - 1);
    check_catalog(&f->s, &f->mesh);
    assert_int_equal(f->s.diagnostics.errors, 1); /* a hyphen in a name */
    done(f, stack);
}

static void facts_reach_the_catalog(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct tag pii = {.decl = {.name = "pii", .path = "pii"}};
    struct tagging near = {&pii, "direct", {0}, false}, far = {&pii, "none", {0}, false};
    vec_push(&f->s.arena, &f->columns[COLUMN_NOTE].tags.list, near);
    vec_push(&f->s.arena, &f->columns[COLUMN_NOTE].tags.list, far);
    vec_push(&f->s.arena, &f->output.tags.list, far);
    f->columns[COLUMN_ID].key = true;
    f->columns[COLUMN_ID].key_position = 1;
    f->orders.version.value = "1.0.0";
    struct promised regulatory = {.value.text = "7y", .driver = "regulatory"};
    struct promised first = {.value.text = "24h", .next = &regulatory};
    f->output.promises[PROMISE_FRESHNESS] = &first;
    struct input inside = {.output = &f->output}, outside = {.external = "TMS"};
    vec_push(&f->s.arena, &f->output.inputs, inside);
    vec_push(&f->s.arena, &f->output.inputs, outside);
    struct data own = {.kind = DATA_TEXT, .key = "classification", .text = "mine"};
    struct data map = {.kind = DATA_MAP, .first = &own};
    f->output.properties = &map;
    struct stack *stack = sales_stack(f);
    assert_string_equal(parameter(stack, "mesh.owner"), "Boss");
    assert_string_equal(parameter(stack, "mesh.version"), "1.0.0");
    assert_string_equal(parameter(stack, "mesh.sla.freshness"), "24h, 7y (regulatory)");
    assert_string_equal(parameter(stack, "mesh.tag.pii"), "none");
    assert_string_equal(parameter(stack, "mesh.key"), "id");
    assert_string_equal(parameter(stack, "mesh.columns"),
                        "{\"id\":{\"key\":1},\"note\":{\"tags\":{\"pii\":\"direct\"}}}");
    assert_string_equal(parameter(stack, "mesh.inputs"), "sales.orders");
    assert_string_equal(parameter(stack, "mesh.sources"), "[\"TMS\"]");
    assert_string_equal(parameter(stack, "classification"), "mine");
    done(f, stack);
}

static void long_descriptions_are_cut_at_a_word(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    char text[700] = "";
    for (int i = 0; i < 60; i++)
        strcat(text, "\xc3\xa4t\nwords ");
    f->columns[COLUMN_ID].decl.doc = text;
    f->columns[COLUMN_NOTE].decl.doc = "one\ntwo";
    struct stack *stack = sales_stack(f);
    const json *columns = json_get(json_get(table_input(stack), "StorageDescriptor"), "Columns");
    const char *comment = json_text_of(json_get(json_at(columns, COLUMN_ID), "Comment"));
    size_t characters = 0;
    for (const char *p = comment; *p; p++)
        characters += ((unsigned char)*p & 0xC0) != 0x80;
    assert_in_range(characters, 240, 255);
    assert_string_equal(comment + strlen(comment) - 8, "words...");
    assert_null(strchr(comment, '\n'));
    assert_string_equal(json_text_of(json_get(json_at(columns, COLUMN_NOTE), "Comment")),
                        "one two");
    check_catalog(&f->s, &f->mesh);
    assert_int_equal(f->s.diagnostics.notes, 1);
    done(f, stack);
}

static void what_is_not_ours_is_not_made(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->output.status = STATUS_PROPOSED;
    struct stack *stack = sales_stack(f);
    assert_null(properties_of(stack, "TableOrders"));
    assert_null(properties_of(stack, "QueryOrders"));
    assert_non_null(properties_of(stack, "Database"));
    assert_int_equal(f->plan->places->roots.len, 0);
    done(f, stack);
}

static void results_do_not_lie_in_a_table(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->table_names[0].prefix = RESULTS_FOLDER "else/";
    check_storage(&f->s, &f->deployment);
    assert_int_equal(f->s.diagnostics.errors, 0);
    f->table_names[0].prefix = RESULTS_FOLDER;
    check_storage(&f->s, &f->deployment);
    assert_int_equal(f->s.diagnostics.errors, 1);
    f->table_names[0].prefix = "";
    check_storage(&f->s, &f->deployment);
    assert_int_equal(f->s.diagnostics.errors, 2);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_csv_is_read_lazily),
        cmocka_unit_test(quoted_csv_warns_of_types_it_misreads),
        cmocka_unit_test(avro_carries_its_schema),
        cmocka_unit_test(facts_reach_the_catalog),
        cmocka_unit_test(long_descriptions_are_cut_at_a_word),
        cmocka_unit_test(what_is_not_ours_is_not_made),
        cmocka_unit_test(results_do_not_lie_in_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
