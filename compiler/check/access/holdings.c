/* holdings.c - see holdings.h. */
#include "check/access/holdings.h"

#include <stdlib.h>
#include <string.h>

/* ---- columns --------------------------------------------------------------------------------- */

/* Held rows, or those that are reached beyond them: all, or those of the bits. False: none. */
static bool rows_of(const struct table_access *access, size_t column, bool held, bool *all,
                    uint64_t *rows)
{
    const struct column_access *c = &access->columns[column];
    bool any = *all = held ? c->all : !c->all && c->reach_all;
    memset(rows, 0, access->words * sizeof *rows);
    for (size_t i = 0; !*all && i < access->words; i++) {
        rows[i] = held ? c->rows[i] : c->all ? 0 : c->reach[i] & ~c->rows[i];
        any = any || rows[i];
    }
    return any;
}

struct grouping {
    struct arena *arena;
    const struct table_access *access;
    struct select_groups *out;
    VEC(const uint64_t *) rows; /* by group */
    uint64_t *scratch;
};

/* The same group as the column before is the rule, so the last ones are looked at first. */
static struct select_group *group_of(struct grouping *g, bool held, bool all)
{
    size_t size = g->access->words * sizeof *g->scratch;
    for (size_t i = g->out->list.len; i-- > 0;) {
        struct select_group *group = &g->out->list.at[i];
        if (group->held == held && group->all == all &&
            (all || memcmp(g->rows.at[i], g->scratch, size) == 0))
            return group;
    }
    return NULL;
}

static void put_column(struct grouping *g, size_t column, bool held)
{
    const struct table_access *access = g->access;
    bool all;
    if (!rows_of(access, column, held, &all, g->scratch))
        return;
    struct select_group *group = group_of(g, held, all);
    if (!group) {
        struct select_group fresh = {.held = held, .all = all};
        uint64_t *rows = arena_array(g->arena, uint64_t, access->words + 1);
        memcpy(rows, g->scratch, access->words * sizeof *rows);
        for (size_t i = 0; !all && i < access->predicates.len; i++)
            if (rows[i / 64] >> i % 64 & 1)
                vec_push(g->arena, &fresh.rows, access->predicates.at[i]);
        vec_push(g->arena, &g->rows, rows);
        vec_push(g->arena, &g->out->list, fresh);
        group = &g->out->list.at[g->out->list.len - 1];
    }
    vec_push(g->arena, &group->columns, column);
}

void select_groups_make(struct arena *arena, const struct table_access *access,
                        struct select_groups *out)
{
    struct grouping g = {.arena = arena, .access = access, .out = out};
    *out = (struct select_groups){0};
    g.scratch = arena_array(arena, uint64_t, access->words + 1);
    for (size_t i = 0; i < access->count; i++) {
        put_column(&g, i, true);
        put_column(&g, i, false);
    }
}

const char *table_column_name(const struct output *output, size_t column)
{
    const struct column *found = table_column(output, column);
    return found ? found->physical : "*";
}

/* ---- what few have --------------------------------------------------------------------------- */

static const char *first_value(const struct thing *thing)
{
    return thing->values.len ? thing->values.at[0] : "";
}

static int by_thing(const void *left, const void *right)
{
    const struct thing *a = left, *b = right;
    int order = strcmp(account_id(a->owner), account_id(b->owner));
    if (!order)
        order = strcmp(a->name, b->name);
    return order ? order : strcmp(first_value(a), first_value(b));
}

static void add_thing(struct arena *arena, const struct granter *granter, const struct entry *entry,
                      struct thing thing, struct things *out)
{
    unsigned permissions = entry->permissions;
    if (thing.tag && permissions)
        permissions |= PERMIT_DESCRIBE;
    *(granter->itself ? &thing.access.held : &thing.access.reached) = permissions;
    thing.access.grantable = granter->itself ? entry->grantable : 0;
    vec_push(arena, &out->list, thing);
}

static void add_values(struct arena *arena, const struct granter *granter,
                       const struct entry *entry, struct things *out)
{
    const struct tag_condition *condition = &entry->expression->list.at[0];
    for (size_t i = 0; i < condition->values.len; i++) {
        struct thing thing = {
            .name = condition->tag->decl.path, .owner = entry->owner, .tag = condition->tag};
        vec_push(arena, &thing.values, condition->values.at[i]);
        add_thing(arena, granter, entry, thing, out);
    }
}

static void add_entry(struct arena *arena, const struct granter *granter, const struct entry *entry,
                      struct things *out)
{
    struct thing thing = {.name = "", .owner = entry->owner};
    if (entry->resource == ENTRY_TAG) {
        add_values(arena, granter, entry, out);
        return;
    }
    if (entry->resource == ENTRY_LOCATION)
        thing = (struct thing){.name = entry->location};
    else if (entry->resource == ENTRY_LINK)
        thing.name = entry->link->decl.path;
    add_thing(arena, granter, entry, thing, out);
}

/* Sorts them, and joins what is said of one thing. */
static void join_things(struct things *things)
{
    size_t kept = 0;
    struct thing *at = things->list.at;
    if (things->list.len)
        qsort(at, things->list.len, sizeof *at, by_thing);
    for (size_t i = 0; i < things->list.len; i++) {
        if (kept && by_thing(&at[kept - 1], &at[i]) == 0) {
            at[kept - 1].access.held |= at[i].access.held;
            at[kept - 1].access.reached |= at[i].access.reached;
            at[kept - 1].access.grantable |= at[i].access.grantable;
        } else {
            at[kept++] = at[i];
        }
    }
    things->list.len = kept;
    for (size_t i = 0; i < kept; i++)
        at[i].access.reached &= ~at[i].access.held;
}

static bool alike(const struct thing *a, const struct thing *b)
{
    return a->owner == b->owner && a->tag == b->tag && a->access.held == b->access.held &&
           a->access.reached == b->access.reached && a->access.grantable == b->access.grantable;
}

static int by_place(const struct tag *tag, atom value)
{
    return tag_value_index(tag, value);
}

static void insert_value(struct arena *arena, struct thing *into, atom value)
{
    size_t at = into->values.len;
    vec_push(arena, &into->values, value);
    for (; at > 0 && by_place(into->tag, into->values.at[at - 1]) > by_place(into->tag, value);
         at--)
        into->values.at[at] = into->values.at[at - 1];
    into->values.at[at] = value;
}

/* Values of one tag with equal rights stand together; a tag is given few kinds of rights. */
static void join_values(struct arena *arena, struct things *things)
{
    size_t kept = 0, first = 0; /* of this tag among the kept */
    for (size_t i = 0; i < things->list.len; i++) {
        struct thing *thing = &things->list.at[i];
        if (kept && (things->list.at[kept - 1].tag != thing->tag ||
                     things->list.at[kept - 1].owner != thing->owner))
            first = kept;
        size_t k = first;
        while (k < kept && !alike(&things->list.at[k], thing))
            k++;
        if (k < kept)
            insert_value(arena, &things->list.at[k], thing->values.at[0]);
        else
            things->list.at[kept++] = *thing;
    }
    things->list.len = kept;
}

void things_find(const struct view *view, struct arena *arena, enum item_kind kind,
                 struct things *out)
{
    *out = (struct things){0};
    for (size_t i = 0; i < view->granters.len; i++) {
        const struct granter *granter = &view->granters.at[i];
        struct item_range items = view_items(view, granter, kind);
        for (size_t k = 0; k < items.len; k++)
            if (view_counts(view, granter, items.at[k].entry->owner))
                add_entry(arena, granter, items.at[k].entry, out);
    }
    join_things(out);
    if (kind == ITEM_ON_TAG)
        join_values(arena, out);
}

/* ---- order ----------------------------------------------------------------------------------- */

struct sorter {
    const char *catalog, *database, *table;
    const void *thing;
};

static int by_names(const void *left, const void *right)
{
    const struct sorter *a = left, *b = right;
    int order = strcmp(a->catalog, b->catalog);
    if (!order)
        order = strcmp(a->database, b->database);
    return order ? order : strcmp(a->table, b->table);
}

static void sort_outputs(struct effective *e, struct arena *arena, struct catalog_order *out)
{
    const struct mesh *mesh = e->mesh;
    struct sorter *sorted = arena_array(arena, struct sorter, mesh->outputs.len + 1);
    out->outputs = arena_array(arena, const struct output *, mesh->outputs.len + 1);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const struct table_names *names = &e->deployment->tables[i];
        if (effective_has(e, output))
            sorted[out->output_count++] =
                (struct sorter){account_id(account_of_catalog(e->deployment, output->domain)),
                                names->database, names->table, output};
    }
    if (out->output_count)
        qsort(sorted, out->output_count, sizeof *sorted, by_names);
    for (size_t i = 0; i < out->output_count; i++)
        out->outputs[i] = sorted[i].thing;
}

static void sort_domains(struct effective *e, struct arena *arena, struct catalog_order *out)
{
    const struct mesh *mesh = e->mesh;
    struct sorter *sorted = arena_array(arena, struct sorter, mesh->domains.len + 1);
    out->domains = arena_array(arena, const struct domain *, mesh->domains.len + 1);
    out->domain_count = mesh->domains.len;
    for (size_t i = 0; i < mesh->domains.len; i++)
        sorted[i] = (struct sorter){account_id(e->deployment->domains[i].catalog),
                                    e->deployment->domains[i].database, "", mesh->domains.at[i]};
    if (out->domain_count)
        qsort(sorted, out->domain_count, sizeof *sorted, by_names);
    for (size_t i = 0; i < out->domain_count; i++)
        out->domains[i] = sorted[i].thing;
}

void catalog_order_make(struct effective *effective, struct arena *arena, struct catalog_order *out)
{
    *out = (struct catalog_order){0};
    sort_outputs(effective, arena, out);
    sort_domains(effective, arena, out);
}
