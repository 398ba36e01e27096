/* avro.c - a table's columns as an Avro schema: the Avro serde reads its columns from the table
 * property avro.schema.literal, not from the catalog. Every field may be null, as every column of
 * the catalog may. Its names are letters, digits and underscores (check/catalog.c). */
#include "plan/glue.h"
#include "plan/text.h"

#include <string.h>

struct avro {
    struct plan *plan;
    struct buf *out;
    unsigned records; /* names of nested records are numbered: they must differ in one schema */
};

static void write_type(struct avro *avro, const struct type *type);

static void write_field(struct avro *avro, const char *name, const struct type *type)
{
    buf_puts(avro->out, "{\"name\":");
    json_write_string(avro->out, name);
    buf_puts(avro->out, ",\"type\":[\"null\",");
    write_type(avro, type);
    buf_puts(avro->out, "],\"default\":null}");
}

static void write_struct(struct avro *avro, const struct type *type)
{
    buf_format(avro->out, "{\"type\":\"record\",\"name\":\"record%u\",\"fields\":[",
               ++avro->records);
    for (size_t i = 0; i < type->fields.len; i++) {
        buf_puts(avro->out, i ? "," : "");
        write_field(avro, type->fields.at[i].name, type->fields.at[i].type);
    }
    buf_puts(avro->out, "]}");
}

static void write_items(struct avro *avro, const char *kind, const char *member,
                        const struct type *element)
{
    buf_format(avro->out, "{\"type\":\"%s\",\"%s\":[\"null\",", kind, member);
    write_type(avro, element);
    buf_puts(avro->out, "]}");
}

static void write_type(struct avro *avro, const struct type *type)
{
    switch (type->kind) {
    case TYPE_BOOLEAN:
        buf_puts(avro->out, "\"boolean\"");
        return;
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
        buf_puts(avro->out, "\"int\"");
        return;
    case TYPE_BIGINT:
        buf_puts(avro->out, "\"long\"");
        return;
    case TYPE_FLOAT:
        buf_puts(avro->out, "\"float\"");
        return;
    case TYPE_DOUBLE:
        buf_puts(avro->out, "\"double\"");
        return;
    case TYPE_DECIMAL:
        buf_format(avro->out,
                   "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":%d,\"scale\":%d}",
                   type->precision, type->scale);
        return;
    case TYPE_BINARY:
        buf_puts(avro->out, "\"bytes\"");
        return;
    case TYPE_DATE:
        buf_puts(avro->out, "{\"type\":\"int\",\"logicalType\":\"date\"}");
        return;
    case TYPE_TIMESTAMP:
        buf_puts(avro->out, "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}");
        return;
    case TYPE_ARRAY:
        write_items(avro, "array", "items", type->element);
        return;
    case TYPE_MAP:
        write_items(avro, "map", "values", type->element);
        return;
    case TYPE_STRUCT:
        write_struct(avro, type);
        return;
    case TYPE_STRING:
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_ERROR:
        break;
    }
    buf_puts(avro->out, "\"string\"");
}

const char *plan_avro_schema(struct plan *plan, const struct output *output)
{
    struct buf text = {0};
    struct avro avro = {.plan = plan, .out = &text};
    buf_puts(&text, "{\"type\":\"record\",\"name\":\"row\",\"fields\":[");
    for (size_t i = 0; i < output->data.len; i++) {
        const struct column *column = output->data.at[i];
        buf_puts(&text, i ? "," : "");
        write_field(&avro, column->physical, column->type);
    }
    buf_puts(&text, "]}");
    const char *copy = arena_copy(&plan->scratch, text.at, text.len);
    buf_free(&text);
    return copy;
}
