/* columns.c - columns of tables: names that collide, partition keys, primary keys, and types that a
 * format cannot hold. */
#include "check/areas.h"

#include <string.h>

static bool is_nested(const struct type *type)
{
    return type->kind == TYPE_ARRAY || type->kind == TYPE_MAP || type->kind == TYPE_STRUCT;
}

/* Every column has its own name in the catalog: no two names of a schema are the same. */
static bool named_as_written(const struct schema *schema)
{
    for (size_t i = 0; i < schema->columns.len; i++)
        if (schema->columns.at[i]->physical != schema->columns.at[i]->decl.name)
            return false;
    return true;
}

/* Glue's names are lower case: two columns that differ only in case are one. */
static void check_physical_names(struct session *s, const struct schema *schema)
{
    struct map seen = {0};
    if (named_as_written(schema))
        return;
    for (size_t i = 0; i < schema->columns.len; i++) {
        const struct column *column = schema->columns.at[i];
        const struct column *first = map_get(&seen, atom_of(&s->atoms, column->physical), NULL);
        if (first && first->decl.name != column->decl.name) {
            struct diag *d = diag(s, D_COLUMNS_COLLIDE, column->decl.at,
                                  "column '%s' is called '%s' in the catalog, as is '%s'",
                                  column->decl.name, column->physical, first->decl.name);
            diag_place(s, d, first->decl.at, "the other one");
        }
        map_put(&seen, atom_of(&s->atoms, column->physical), NULL, schema->columns.at[i]);
    }
    map_free(&seen);
}

static void check_keys(struct session *s, const struct schema *schema)
{
    for (size_t i = 0; i < schema->marked.len; i++) {
        const struct column *column = schema->marked.at[i];
        if ((column->key || column->unique) && is_nested(column->type))
            diag(s, D_KEY_IS_NESTED, column->type_at,
                 "a %s column cannot be a key: its values cannot be compared",
                 column->type->kind == TYPE_STRUCT  ? "struct"
                 : column->type->kind == TYPE_ARRAY ? "array"
                                                    : "map");
    }
}

/* ---- partitions ------------------------------------------------------------------------------ */

static void check_partition(struct session *s, const struct output *output)
{
    for (size_t i = 0; i < output->partition.len; i++) {
        const struct column *column = output->partition.at[i];
        enum type_kind kind = column->type->kind;
        if (is_nested(column->type) || kind == TYPE_BINARY || kind == TYPE_BOOLEAN ||
            kind == TYPE_FLOAT || kind == TYPE_DOUBLE) {
            struct diag *d = diag(s, D_PARTITION_TYPE, output->partition_at,
                                  "'%s' cannot partition '%s': its type is %.200s",
                                  column->decl.name, output->decl.path, column->type->glue);
            diag_place(s, d, column->type_at, "declared here");
            diag_help(s, d, "a partition key is part of a path: use a string, a number or a date");
        }
    }
    if (output->schema && !output->schema->broken && output->partition.len && !output->data.len)
        diag(s, D_ONLY_PARTITIONS, output->partition_at,
             "every column of '%s' is a partition key: a table needs one that is not",
             output->decl.path);
    if (output->schema && !output->schema->broken && !output->schema->columns.len)
        diag(s, D_NO_COLUMNS, output->decl.at, "'%s' has no columns: its schema '%s' is empty",
             output->decl.path, output->schema->decl.path);
}

/* ---- formats --------------------------------------------------------------------------------- */

/* The first type inside of one of these kinds, or NULL. */
static const struct type *find_kind(const struct type *type, unsigned kinds)
{
    if (kinds & 1u << type->kind)
        return type;
    const struct type *found = NULL;
    if (type->key)
        found = find_kind(type->key, kinds);
    if (!found && type->element)
        found = find_kind(type->element, kinds);
    for (size_t i = 0; !found && i < type->fields.len; i++)
        found = find_kind(type->fields.at[i].type, kinds);
    return found;
}

static const struct type *map_with_other_key(const struct type *type)
{
    if (type->kind == TYPE_MAP && type->key->kind != TYPE_STRING)
        return type;
    const struct type *found = type->element ? map_with_other_key(type->element) : NULL;
    for (size_t i = 0; !found && i < type->fields.len; i++)
        found = map_with_other_key(type->fields.at[i].type);
    return found;
}

/* These hold whatever type there is: their columns need no look. */
static bool holds_all(enum format format)
{
    return format == FORMAT_PARQUET || format == FORMAT_ORC || format == FORMAT_ION ||
           format == FORMAT_CLOUDTRAIL || format == FORMAT_HUDI || format == FORMAT_NONE;
}

/* What another format cannot hold: kinds of types, and why (Athena's pages on each serde). */
static const char *refused(enum format format, const struct type *type)
{
    enum { NESTED = 1u << TYPE_ARRAY | 1u << TYPE_MAP | 1u << TYPE_STRUCT };
    switch (format) {
    case FORMAT_REGEX:
    case FORMAT_GROK:
        if (find_kind(type, NESTED))
            return "a group of a pattern is text: it has no place for nested values";
        return find_kind(type, 1u << TYPE_BINARY) ? "text cannot hold binary values" : NULL;
    case FORMAT_CSV:
    case FORMAT_TSV:
        if (find_kind(type, NESTED))
            return "a line of delimited text has no place for nested values";
        return find_kind(type, 1u << TYPE_BINARY) ? "text cannot hold binary values" : NULL;
    case FORMAT_AVRO:
        if (find_kind(type, 1u << TYPE_TINYINT | 1u << TYPE_SMALLINT))
            return "Avro's smallest integer is int";
        if (find_kind(type, 1u << TYPE_CHAR | 1u << TYPE_VARCHAR))
            return "Avro's texts have no length: write string";
        return map_with_other_key(type) ? "the keys of Avro's maps are strings" : NULL;
    case FORMAT_JSON:
        if (find_kind(type, 1u << TYPE_BINARY))
            return "JSON cannot hold binary values";
        return map_with_other_key(type) ? "the keys of JSON objects are strings" : NULL;
    case FORMAT_ICEBERG:
        if (find_kind(type, 1u << TYPE_TINYINT | 1u << TYPE_SMALLINT))
            return "Iceberg's smallest integer is int";
        return find_kind(type, 1u << TYPE_CHAR | 1u << TYPE_VARCHAR)
                   ? "Iceberg's texts have no length: write string"
                   : NULL;
    case FORMAT_PARQUET:
    case FORMAT_ORC:
    case FORMAT_ION:
    case FORMAT_CLOUDTRAIL:
    case FORMAT_HUDI:
    case FORMAT_NONE:
        break;
    }
    return NULL;
}

static void check_format(struct session *s, const struct output *output)
{
    if (output->serde.library.value || holds_all(output->format))
        return; /* a library that is spelled out: its author knows what it holds */
    for (size_t i = 0; i < output->data.len; i++) {
        const struct column *column = output->data.at[i];
        const char *why = refused(output->format, column->type);
        if (!why)
            continue;
        struct diag *d = diag(s, D_FORMAT_CANNOT_HOLD, column->type_at,
                              "%s cannot hold %.200s, the type of '%s'",
                              format_word(output->format), column->type->glue, column->decl.name);
        diag_place(s, d, output->format_at, "the format of '%s'", output->decl.path);
        diag_help(s, d, "%s", why);
    }
}

void check_columns(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->schemas.len; i++) {
        check_physical_names(s, mesh->schemas.at[i]);
        check_keys(s, mesh->schemas.at[i]);
    }
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        check_partition(s, mesh->outputs.at[i]);
        check_format(s, mesh->outputs.at[i]);
    }
}
