/* effective.c - see effective.h: the indexes over a deployment's entries, and classes of tables. */
#include "check/access/effective.h"

#include "check/access/ways.h"
#include "check/made.h"

#include <stdlib.h>
#include <string.h>

/* Days compare as their texts do. */
bool entry_stands(const struct entry *entry, const char *day)
{
    return !day || ((!entry->from || strcmp(entry->from, day) <= 0) &&
                    (!entry->until || strcmp(day, entry->until) <= 0));
}

/* ---- items ----------------------------------------------------------------------------------- */

static enum item_kind kind_of(const struct entry *entry)
{
    switch (entry->resource) {
    case ENTRY_TABLE:
    case ENTRY_COLUMNS:
    case ENTRY_FILTER:
        return ITEM_ON_TABLE;
    case ENTRY_ALL_TABLES:
        return ITEM_ON_ALL_TABLES;
    case ENTRY_TAGGED_TABLES:
        return ITEM_ON_TAGGED_TABLES;
    case ENTRY_DATABASE:
        return ITEM_ON_DATABASE;
    case ENTRY_TAGGED_DATABASES:
        return ITEM_ON_TAGGED_DATABASES;
    case ENTRY_LOCATION:
        return ITEM_ON_LOCATION;
    case ENTRY_TAG:
        return ITEM_ON_TAG;
    case ENTRY_LINK:
        return ITEM_ON_LINK;
    case ENTRY_CATALOG:
        break;
    }
    return ITEM_ON_CATALOG;
}

static uint32_t expression_number(struct effective *e, const struct tag_expression *expression)
{
    size_t number = (size_t)(uintptr_t)map_get(&e->expression_numbers, expression->text, NULL);
    if (!number) {
        vec_push(&e->arena, &e->expressions, expression);
        number = e->expressions.len;
        map_put(&e->expression_numbers, expression->text, NULL, (void *)(uintptr_t)number);
    }
    return (uint32_t)number - 1;
}

static uint32_t key_of(struct effective *e, const struct entry *entry, enum item_kind kind)
{
    if (kind == ITEM_ON_TABLE)
        return entry->output->decl.index;
    if (kind == ITEM_ON_ALL_TABLES || kind == ITEM_ON_DATABASE)
        return entry->domain->decl.index;
    return kind == ITEM_ON_TAGGED_TABLES ? expression_number(e, entry->expression) : 0;
}

static int by_party(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    if (a->party != b->party)
        return a->party < b->party ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static void make_items(struct effective *e)
{
    size_t count = e->entries->list.len;
    e->items = arena_array(&e->arena, struct item, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &e->entries->list.at[i];
        if (!entry_stands(entry, e->day))
            continue;
        size_t party = party_number(&e->parties, entry->principal);
        enum item_kind kind = kind_of(entry);
        e->items[e->item_count] = (struct item){(uint32_t)party, kind, key_of(e, entry, kind),
                                                (uint32_t)e->item_count, entry};
        e->item_count++;
    }
    if (e->item_count)
        qsort(e->items, e->item_count, sizeof *e->items, by_party);
    e->first_of_party = arena_array(&e->arena, size_t, e->parties.list.len + 1);
    for (size_t i = 0; i < e->item_count; i++) {
        e->items[i].number = (uint32_t)i;
        e->first_of_party[e->items[i].party + 1]++;
    }
    for (size_t i = 0; i < e->parties.list.len; i++)
        e->first_of_party[i + 1] += e->first_of_party[i];
}

/* The items of one kind by their key: where those of each begin, and they themselves. */
static const struct item **index_by_key(struct effective *e, enum item_kind kind, size_t keys,
                                        size_t **first_out)
{
    size_t *first = arena_array(&e->arena, size_t, keys + 2);
    for (size_t i = 0; i < e->item_count; i++)
        if (e->items[i].kind == kind)
            first[e->items[i].key + 2]++;
    for (size_t i = 1; i <= keys; i++)
        first[i + 1] += first[i];
    const struct item **sorted = arena_array(&e->arena, const struct item *, first[keys + 1] + 1);
    for (size_t i = 0; i < e->item_count; i++)
        if (e->items[i].kind == kind)
            sorted[first[e->items[i].key + 1]++] = &e->items[i];
    *first_out = first;
    return sorted;
}

/* ---- classes --------------------------------------------------------------------------------- */

struct classifier {
    struct effective *e;
    struct atoms keys; /* their numbers are those of the classes */
    VEC(uint32_t) words;
    struct map account_numbers;
};

static int by_number(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Owner, table and the different signatures of its columns, sorted. */
static void describe(struct classifier *c, const struct output *output)
{
    struct effective *e = c->e;
    uint32_t index = output->decl.index;
    const uint32_t *columns = e->signatures.of_column[index];
    const void *owner = account_of_catalog(e->deployment, output->domain);
    uint32_t head[] = {(uint32_t)(uintptr_t)map_get(&c->account_numbers, owner, NULL),
                       e->signatures.of_table[index], output->partition.len > 0, columns != NULL};
    c->words.len = 0;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        vec_push(&e->arena, &c->words, head[i]);
    size_t first = c->words.len, kept = first;
    for (size_t i = 0; columns && i < output->data.len; i++)
        vec_push(&e->arena, &c->words, columns[output->data.at[i]->decl.index]);
    if (c->words.len > first)
        qsort(c->words.at + first, c->words.len - first, sizeof *c->words.at, by_number);
    for (size_t i = first; i < c->words.len; i++)
        if (i == first || c->words.at[i] != c->words.at[kept - 1])
            c->words.at[kept++] = c->words.at[i];
    c->words.len = kept;
}

static void add_class(struct effective *e, const struct output *example)
{
    struct table_class class = {.owner = account_of_catalog(e->deployment, example->domain),
                                .example = example};
    for (uint32_t i = 0; i < e->expressions.len; i++) {
        struct tag_condition *first = &e->expressions.at[i]->list.at[0];
        if (!session_affords(e->s, e->work += example->data.len + 1, first->at))
            break;
        const bool *matching = signatures_matching(&e->signatures, e->expressions.at[i]);
        enum reach reach = signatures_reach(&e->signatures, matching, example);
        if (reach != REACH_NONE)
            vec_push(&e->arena, &class.matches, ((struct class_match){i, reach}));
    }
    vec_push(&e->arena, &e->classes, class);
}

static void make_classes(struct effective *e)
{
    struct classifier c = {.e = e};
    atoms_init(&c.keys, &e->arena);
    for (size_t i = 0; i < e->deployment->accounts.len; i++)
        map_put(&c.account_numbers, e->deployment->accounts.at[i], NULL,
                (void *)(uintptr_t)(i + 1));
    e->class_of = arena_array(&e->arena, uint32_t, e->mesh->outputs.len + 1);
    for (size_t i = 0; i < e->mesh->outputs.len; i++) {
        const struct output *output = e->mesh->outputs.at[i];
        e->class_of[i] = UINT32_MAX;
        if (!effective_has(e, output))
            continue;
        describe(&c, output);
        atom key = atom_put(&c.keys, (const char *)c.words.at, c.words.len * sizeof *c.words.at);
        e->class_of[i] = atom_number(key);
        if (e->class_of[i] == e->classes.len)
            add_class(e, output);
    }
    atoms_free(&c.keys);
    map_free(&c.account_numbers);
}

/* ---- the whole ------------------------------------------------------------------------------- */

void effective_make_on(struct session *s, const struct deployment *deployment,
                       const struct entries *entries, const char *day, struct effective *out)
{
    const struct mesh *mesh = deployment->mesh;
    *out = (struct effective){
        .s = s, .deployment = deployment, .mesh = mesh, .entries = entries, .day = day};
    parties_make(&out->arena, deployment, entries, &out->parties);
    signatures_make(s, mesh, &out->signatures);
    make_items(out);
    out->on_table = index_by_key(out, ITEM_ON_TABLE, mesh->outputs.len, &out->first_on_table);
    out->on_domain =
        index_by_key(out, ITEM_ON_ALL_TABLES, mesh->domains.len, &out->first_on_domain);
    out->on_expression =
        index_by_key(out, ITEM_ON_TAGGED_TABLES, out->expressions.len, &out->first_on_expression);
    make_classes(out);
    out->ways = ways_new(out);
}

void effective_make(struct session *s, const struct deployment *deployment,
                    const struct entries *entries, struct effective *out)
{
    effective_make_on(s, deployment, entries, NULL, out);
}

void effective_free(struct effective *effective)
{
    signatures_free(&effective->signatures);
    parties_free(&effective->parties);
    map_free(&effective->expression_numbers);
    arena_free(&effective->arena);
}

bool effective_has(const struct effective *effective, const struct output *output)
{
    (void)effective;
    return output->status != STATUS_PROPOSED;
}

/* ---- columns --------------------------------------------------------------------------------- */

size_t table_column_count(const struct output *output)
{
    return output->schema ? output->data.len + output->partition.len : 1;
}

const struct column *table_column(const struct output *output, size_t i)
{
    if (!output->schema)
        return NULL;
    return i < output->data.len ? output->data.at[i] : output->partition.at[i - output->data.len];
}

bool table_column_is_key(const struct output *output, size_t i)
{
    return output->schema && i >= output->data.len;
}

uint32_t table_column_signature(const struct effective *effective, const struct output *output,
                                size_t i)
{
    uint32_t index = output->decl.index;
    const uint32_t *columns = effective->signatures.of_column[index];
    return columns && i < output->data.len ? columns[output->data.at[i]->decl.index]
                                           : effective->signatures.of_table[index];
}
