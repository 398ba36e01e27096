/* iceberg.c - Iceberg tables: schema with the ids of its fields, partition spec, properties.
 *
 * Glue writes the table's first metadata file from OpenTableFormatInput.IcebergInput and, at each
 * update of the stack, the next one. Beside it there may be no TableInput ("Table metadata is
 * expected only via TableInput or via IcebergTableInputProperties"), so what the mesh says of the
 * table stands among the table's properties.
 *
 * Fields are known by their numbers (check/iceberg.h). Inside a column they go as in Iceberg's
 * TypeUtil.assignFreshIds: all fields of a struct, then what is inside each, in order. */
#include "check/iceberg.h"
#include "check/limits.h"
#include "model/names.h"
#include "plan/glue.h"
#include "plan/plan.h"
#include "plan/text.h"

#include <string.h>

/* ---- types ----------------------------------------------------------------------------------- */

static const char *primitive(struct plan *plan, const struct type *type)
{
    switch (type->kind) {
    case TYPE_BOOLEAN:
        return "boolean";
    case TYPE_INT:
        return "int";
    case TYPE_BIGINT:
        return "long";
    case TYPE_FLOAT:
        return "float";
    case TYPE_DOUBLE:
        return "double";
    case TYPE_DECIMAL:
        return plan_format(plan, "decimal(%d,%d)", type->precision, type->scale);
    case TYPE_BINARY:
        return "binary";
    case TYPE_DATE:
        return "date";
    case TYPE_TIMESTAMP:
        return "timestamp"; /* without a zone, as Athena makes it */
    case TYPE_STRING:
    case TYPE_CHAR: /* refused by check/columns.c, as are the two below */
    case TYPE_VARCHAR:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_ERROR:
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT:
        break;
    }
    return "string";
}

static json *type_tree(struct plan *plan, const struct type *type, int64_t *next);

static json *struct_tree(struct plan *plan, const struct type *type, int64_t *next)
{
    json *tree = json_object(&plan->scratch);
    json_set_text(tree, "type", "struct");
    json *fields = json_set_array(tree, "fields");
    int64_t first = *next;
    *next += (int64_t)type->fields.len;
    for (size_t i = 0; i < type->fields.len; i++) {
        json *field = json_add_object(fields);
        json_set_int(field, "id", first + (int64_t)i);
        json_set_text(field, "name", type->fields.at[i].name);
        json_set_bool(field, "required", false);
        json_set(field, "type", type_tree(plan, type->fields.at[i].type, next));
    }
    return tree;
}

static json *map_tree(struct plan *plan, const struct type *type, int64_t *next)
{
    json *tree = json_object(&plan->scratch);
    int64_t key = *next, value = *next + 1;
    *next += 2;
    json_set_text(tree, "type", "map");
    json_set_int(tree, "key-id", key);
    json_set(tree, "key", type_tree(plan, type->key, next));
    json_set_int(tree, "value-id", value);
    json_set_bool(tree, "value-required", false);
    json_set(tree, "value", type_tree(plan, type->element, next));
    return tree;
}

static json *list_tree(struct plan *plan, const struct type *type, int64_t *next)
{
    json *tree = json_object(&plan->scratch);
    json_set_text(tree, "type", "list");
    json_set_int(tree, "element-id", (*next)++);
    json_set_bool(tree, "element-required", false);
    json_set(tree, "element", type_tree(plan, type->element, next));
    return tree;
}

static json *type_tree(struct plan *plan, const struct type *type, int64_t *next)
{
    if (type->kind == TYPE_STRUCT)
        return struct_tree(plan, type, next);
    if (type->kind == TYPE_MAP)
        return map_tree(plan, type, next);
    if (type->kind == TYPE_ARRAY)
        return list_tree(plan, type, next);
    return json_text(&plan->scratch, primitive(plan, type));
}

/* What the registry calls a text: the word of a plain type, or the JSON of a nested one. */
static const char *type_text(struct plan *plan, const struct type *type, int64_t *next)
{
    if (type->kind < TYPE_ARRAY)
        return primitive(plan, type);
    struct buf text = {0};
    json_write_compact(&text, type_tree(plan, type, next));
    const char *copy = arena_copy(&plan->scratch, text.at, text.len);
    buf_free(&text);
    return copy;
}

/* ---- schema and partitions ------------------------------------------------------------------- */

/* Iceberg: rows are told apart by fields that are never null, and by no floating point. */
static bool identifies(const struct output *output)
{
    bool any = false;
    for (size_t i = 0; i < output->data.len; i++) {
        const struct column *column = output->data.at[i];
        any = any || column->key;
        if (column->key && (column->type->kind == TYPE_FLOAT || column->type->kind == TYPE_DOUBLE))
            return false;
    }
    return any;
}

static void schema(struct plan *plan, json *table, const struct output *output)
{
    json *schema = json_set_object(table, "Schema");
    json_set_text(schema, "Type", "struct");
    json *fields = json_set_array(schema, "Fields");
    bool identified = identifies(output);
    json *keys = identified ? json_set_array(schema, "IdentifierFieldIds") : NULL;
    const struct field_ids *ids = iceberg_ids(&plan->scratch, output);
    for (size_t i = 0; i < output->data.len; i++) {
        const struct column *column = output->data.at[i];
        json *field = json_add_object(fields);
        int64_t next = ids[i].inner;
        json_set_int(field, "Id", ids[i].id);
        json_set_text(field, "Name", column->physical);
        json_set(field, "Type", plan_literal(plan, type_text(plan, column->type, &next)));
        json_set_bool(field, "Required", column->required || (identified && column->key));
        const char *doc = plan_fitted(plan, column->decl.doc, LIMIT_COLUMN_COMMENT, true);
        json_set(field, "Doc", plan_literal(plan, doc));
        if (keys && column->key)
            json_add(keys, json_int(&plan->scratch, ids[i].id));
    }
}

static const char *transform_text(struct plan *plan, const struct partition_field *field)
{
    const char *word = transform_word(field->transform);
    return field->width ? plan_format(plan, "%s[%lld]", word, (long long)field->width) : word;
}

static void partition_spec(struct plan *plan, json *table, const struct output *output)
{
    if (!output->partitioning.len)
        return;
    const struct field_ids *ids = iceberg_ids(&plan->scratch, output);
    json *fields = json_set_array(json_set_object(table, "PartitionSpec"), "Fields");
    for (size_t i = 0; i < output->partitioning.len; i++) {
        const struct partition_field *source = &output->partitioning.at[i];
        json *field = json_add_object(fields);
        json_set_text(field, "Name", name_partition(&plan->scratch, source));
        json_set_int(field, "SourceId", ids[source->column->decl.index].id);
        json_set_text(field, "Transform", transform_text(plan, source));
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

/* Iceberg's own keys first; the product's `properties` win (fact). */
static void properties(struct plan *plan, json *table, const struct output *output)
{
    struct facts facts = {plan, json_set_object(table, "Properties"), output->properties,
                          output->decl.at};
    const char *doc = output->decl.doc ? output->decl.doc : output->product->decl.doc;
    const char *compression = output->options.compression.value;
    fact(&facts, "comment", plan_fitted(plan, doc, LIMIT_TABLE_DESCRIPTION, false));
    fact(&facts, "format-version", "2");
    fact(&facts, "write.format.default", "parquet");
    if (compression)
        fact(&facts, "write.parquet.compression-codec",
             strcmp(compression, "none") ? compression : "uncompressed");
    plan_table_facts(&facts, output);
}

void plan_iceberg_table(struct plan *plan, json *resource, const struct output *output)
{
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    json_set_text(resource, "Name", names->table);
    json *iceberg =
        json_set_object(json_set_object(resource, "OpenTableFormatInput"), "IcebergInput");
    json_set_text(iceberg, "MetadataOperation", "CREATE");
    json_set_text(iceberg, "Version", "2");
    json *table = json_set_object(iceberg, "IcebergTableInput");
    json_set_text(table, "Location", names->uri);
    schema(plan, table, output);
    partition_spec(plan, table, output);
    properties(plan, table, output);
}
