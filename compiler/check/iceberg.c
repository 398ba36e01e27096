/* iceberg.c - numbers of the fields of Iceberg tables: given, and told apart. */
#include "check/iceberg.h"
#include "check/areas.h"

#include <stdlib.h>

/* How many fields, elements, keys and values are inside a type. */
static int64_t inner_fields(const struct type *type)
{
    int64_t count = (int64_t)type->fields.len;
    if (type->element)
        count += 1 + inner_fields(type->element);
    if (type->key)
        count += 1 + inner_fields(type->key);
    for (size_t i = 0; i < type->fields.len; i++)
        count += inner_fields(type->fields.at[i].type);
    return count;
}

struct field_ids *iceberg_ids(struct arena *arena, const struct output *output)
{
    struct field_ids *ids = arena_array(arena, struct field_ids, output->data.len + 1);
    int64_t next = 1;
    for (size_t i = 0; i < output->data.len; i++) {
        const struct amount *id = &output->data.at[i]->notes->id;
        ids[i].id = id->text ? id->number : next++;
    }
    for (size_t i = 0; i < output->data.len; i++) {
        const struct column_notes *notes = output->data.at[i]->notes;
        if (notes->id.text) {
            ids[i].inner = notes->inner_id.text ? notes->inner_id.number : ids[i].id + 1;
        } else {
            ids[i].inner = next;
            next += inner_fields(output->data.at[i]->type);
        }
    }
    return ids;
}

struct range { /* of numbers that a column takes */
    int64_t first, last;
    const struct column *column;
};

static int by_first(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->column->decl.index < y->column->decl.index ? -1 : 1;
}

static void check_ids(struct session *s, const struct output *output)
{
    const struct field_ids *ids = iceberg_ids(&s->arena, output);
    struct range *ranges = arena_array(&s->arena, struct range, 2 * output->data.len + 1);
    size_t count = 0;
    for (size_t i = 0; i < output->data.len; i++) {
        const struct column *column = output->data.at[i];
        int64_t inner = inner_fields(column->type);
        ranges[count++] = (struct range){ids[i].id, ids[i].id, column};
        if (inner)
            ranges[count++] = (struct range){ids[i].inner, ids[i].inner + inner - 1, column};
    }
    qsort(ranges, count, sizeof *ranges, by_first);
    const struct range *widest = count ? &ranges[0] : NULL;
    for (size_t i = 1; i < count; i++) {
        if (ranges[i].first <= widest->last) {
            const struct column *one = ranges[i].column, *other = widest->column;
            const struct column *at = one->notes->id.text ? one : other;
            struct diag *d = diag(s, D_FIELD_NUMBER, at->notes->id.at,
                                  "number %lld is a field of '%s' and of '%s'",
                                  (long long)ranges[i].first, one->decl.name, other->decl.name);
            diag_place(s, d, at == one ? other->decl.at : one->decl.at, "the other column");
            diag_help(s, d, "a new column takes a number that no field of the table ever had");
            return;
        }
        widest = ranges[i].last > widest->last ? &ranges[i] : widest;
    }
}

void check_field_numbers(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->outputs.len; i++)
        if (output_is_iceberg(mesh->outputs.at[i]) && mesh->outputs.at[i]->schema)
            check_ids(s, mesh->outputs.at[i]);
}
