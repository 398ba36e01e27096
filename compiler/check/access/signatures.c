/* signatures.c - tag values as small numbers. */
#include "check/access/signatures.h"

/* ---- keys ------------------------------------------------------------------------------------ */

static void add_keys(struct signatures *sigs, const struct tag_expression *expression)
{
    for (size_t i = 0; i < expression->list.len; i++) {
        const struct tag *tag = expression->list.at[i].tag;
        if (!map_get(&sigs->keys_of, tag, NULL)) {
            vec_push(&sigs->arena, &sigs->keys, tag);
            map_put(&sigs->keys_of, tag, NULL, (void *)(uintptr_t)sigs->keys.len);
        }
    }
}

static bool has_expression(const struct grant *grant)
{
    return grant->target == GRANT_TAGGED || grant->target == GRANT_TAGGED_DATABASES;
}

static void gather_keys(struct signatures *sigs, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->grants.len; i++)
        if (has_expression(mesh->grants.at[i]))
            add_keys(sigs, &mesh->grants.at[i]->expression);
    for (size_t i = 0; i < mesh->promises.len; i++)
        if (has_expression(mesh->promises.at[i]))
            add_keys(sigs, &mesh->promises.at[i]->expression);
    for (size_t i = 0; i < mesh->requests.len; i++)
        if (has_expression(mesh->requests.at[i]))
            add_keys(sigs, &mesh->requests.at[i]->expression);
}

/* ---- vectors --------------------------------------------------------------------------------- */

/* The number of a vector of values; the vector may be a scratch one. */
static uint32_t number_of(struct signatures *sigs, const atom *values)
{
    size_t size = sigs->keys.len * sizeof *values;
    size_t before = sigs->vectors.len;
    atom content = atom_put(&sigs->atoms, (const char *)values, size);
    uint32_t number = atom_number(content);
    while (sigs->vectors.len <= number)
        vec_push(&sigs->arena, &sigs->vectors, NULL);
    if (before <= number) {
        atom *copy = arena_array(&sigs->arena, atom, sigs->keys.len + 1);
        for (size_t i = 0; i < sigs->keys.len; i++)
            copy[i] = values[i];
        sigs->vectors.at[number] = copy;
    }
    return number;
}

static uint32_t database_number(struct signatures *sigs, const struct domain *domain, atom *values)
{
    for (size_t i = 0; i < sigs->keys.len; i++)
        values[i] = tag_value_of_database(domain, sigs->keys.at[i]);
    return number_of(sigs, values);
}

static uint32_t number_on(struct signatures *sigs, const struct output *output,
                          const struct column *column, atom *values)
{
    for (size_t i = 0; i < sigs->keys.len; i++)
        values[i] = tag_value_of(output, column, sigs->keys.at[i]);
    return number_of(sigs, values);
}

/* Columns of one schema under one signature of the table have the same numbers: kept once. */
static const uint32_t *column_numbers(struct signatures *sigs, struct map *known,
                                      const struct output *output, uint32_t table, atom *values)
{
    const struct schema *schema = output->schema;
    const void *key = sigs->vectors.at[table];
    uint32_t *numbers = map_get(known, schema, key);
    if (numbers)
        return numbers;
    numbers = arena_array(&sigs->arena, uint32_t, schema->columns.len + 1);
    for (size_t i = 0; i < schema->columns.len; i++)
        numbers[i] = table;
    for (size_t i = 0; sigs->keys.len > 0 && i < schema->marked.len; i++) {
        const struct column *column = schema->marked.at[i];
        if (column->tags.list.len > 0)
            numbers[column->decl.index] = number_on(sigs, output, column, values);
    }
    for (size_t i = 0; i < output->partition.len; i++)
        numbers[output->partition.at[i]->decl.index] = table;
    map_put(known, schema, key, numbers);
    return numbers;
}

static void note(struct signatures *sigs, struct map *seen, struct signature_set *set,
                 uint32_t number)
{
    const void *key = (const char *)sigs->vectors.at[number];
    if (!map_get(seen, set, key)) {
        map_put(seen, set, key, set);
        vec_push(&sigs->arena, &set->list, number);
    }
}

static void gather_domains(struct signatures *sigs, const struct mesh *mesh)
{
    struct signature_set *sets =
        arena_array(&sigs->arena, struct signature_set, mesh->domains.len + 1);
    struct map seen = {0};
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const uint32_t *columns = sigs->of_column[i];
        struct signature_set *set = &sets[output->domain->decl.index];
        if (output->status == STATUS_PROPOSED)
            continue;
        note(sigs, &seen, set, sigs->of_table[i]);
        if (sigs->keys.len == 0) /* nobody asks for a tag: all numbers are the same */
            continue;
        if (columns && map_get(&seen, set, columns)) /* of another table with that schema */
            continue;
        map_put(&seen, set, columns, set);
        for (size_t k = 0; columns && k < output->schema->columns.len; k++)
            note(sigs, &seen, set, columns[k]);
    }
    sigs->in_domain = sets;
    map_free(&seen);
}

void signatures_make(struct session *s, const struct mesh *mesh, struct signatures *out)
{
    *out = (struct signatures){
        .s = s, .mesh = mesh, .domain_count = mesh->domains.len, .table_count = mesh->outputs.len};
    atoms_init(&out->atoms, &out->arena);
    gather_keys(out, mesh);
    atom *values = arena_array(&out->arena, atom, out->keys.len + 1);
    uint32_t *databases = arena_array(&out->arena, uint32_t, mesh->domains.len + 1);
    uint32_t *tables = arena_array(&out->arena, uint32_t, mesh->outputs.len + 1);
    const uint32_t **columns = arena_array(&out->arena, const uint32_t *, mesh->outputs.len + 1);
    struct map known = {0};
    for (size_t i = 0; i < mesh->domains.len; i++)
        databases[i] = database_number(out, mesh->domains.at[i], values);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        tables[i] = number_on(out, output, NULL, values);
        if (output->schema)
            columns[i] = column_numbers(out, &known, output, tables[i], values);
    }
    out->of_database = databases;
    out->of_table = tables;
    out->of_column = columns;
    gather_domains(out, mesh);
    map_free(&known);
}

void signatures_free(struct signatures *sigs)
{
    map_free(&sigs->matches);
    map_free(&sigs->domains);
    map_free(&sigs->keys_of);
    atoms_free(&sigs->atoms);
    arena_free(&sigs->arena);
}

/* ---- expressions ----------------------------------------------------------------------------- */

static bool satisfies(const struct signatures *sigs, const atom *values,
                      const struct tag_condition *condition)
{
    size_t key = (size_t)(uintptr_t)map_get(&sigs->keys_of, condition->tag, NULL);
    atom value = key ? values[key - 1] : NULL;
    return value && tag_condition_has(condition, value);
}

static bool satisfies_all(const struct signatures *sigs, const atom *values,
                          const struct tag_expression *expression)
{
    for (size_t i = 0; i < expression->list.len; i++)
        if (!satisfies(sigs, values, &expression->list.at[i]))
            return false;
    return true;
}

const bool *signatures_matching(struct signatures *sigs, const struct tag_expression *expression)
{
    bool *matching = map_get(&sigs->matches, expression->text, NULL);
    if (matching)
        return matching;
    matching = arena_array(&sigs->arena, bool, sigs->vectors.len + 1);
    map_put(&sigs->matches, expression->text, NULL, matching);
    sigs->work += sigs->vectors.len * (expression->list.len + 1);
    if (!session_affords(sigs->s, sigs->work, expression->list.at[0].at))
        return matching;
    for (size_t i = 0; i < sigs->vectors.len; i++)
        matching[i] = sigs->vectors.at[i] && satisfies_all(sigs, sigs->vectors.at[i], expression);
    return matching;
}

const bool *signatures_domains(struct signatures *sigs, const struct tag_expression *expression)
{
    const bool *matching = signatures_matching(sigs, expression);
    bool *found = map_get(&sigs->domains, expression->text, NULL);
    if (found)
        return found;
    found = arena_array(&sigs->arena, bool, sigs->domain_count + 1);
    map_put(&sigs->domains, expression->text, NULL, found);
    for (size_t i = 0; i < sigs->domain_count; i++)
        for (size_t k = 0; !found[i] && k < sigs->in_domain[i].list.len; k++)
            found[i] = matching[sigs->in_domain[i].list.at[k]];
    return found;
}

enum reach signatures_reach(const struct signatures *sigs, const bool *matching,
                            const struct output *output)
{
    uint32_t index = output->decl.index;
    const uint32_t *columns = sigs->of_column[index];
    bool table = matching[sigs->of_table[index]];
    size_t matched = 0;
    if (!columns)
        return table ? REACH_WHOLE : REACH_NONE;
    for (size_t i = 0; i < output->data.len; i++)
        matched += matching[columns[output->data.at[i]->decl.index]];
    if (matched == output->data.len && (table || !output->partition.len))
        return REACH_WHOLE;
    if (matched || (table && output->partition.len))
        return REACH_COLUMNS;
    return table ? REACH_TABLE_ALONE : REACH_NONE;
}

/* ---- in part --------------------------------------------------------------------------------- */

/* Lake Formation Developer Guide, "Granting permissions on Data Catalog resources using LF-Tags".
 * ALL is SELECT and more. */
unsigned reach_shrinks(unsigned permissions, enum reach reach)
{
    switch (reach) {
    case REACH_WHOLE:
        return permissions;
    case REACH_COLUMNS:
        return (permissions & (PERMIT_SELECT | PERMIT_ALL) ? PERMIT_SELECT : 0) |
               (permissions & ~(unsigned)PERMIT_SELECT ? PERMIT_DESCRIBE : 0);
    case REACH_TABLE_ALONE:
        return permissions & ~(unsigned)PERMIT_SELECT ? PERMIT_DESCRIBE : 0;
    case REACH_NONE:
        break;
    }
    return 0;
}

unsigned reach_gives(unsigned permissions, enum reach reach)
{
    bool part = reach == REACH_COLUMNS || reach == REACH_TABLE_ALONE;
    return reach_shrinks(permissions, reach) | (permissions && part ? PERMIT_DESCRIBE : 0);
}
