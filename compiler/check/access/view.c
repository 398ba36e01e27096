/* view.c - effective access of one party: what it holds itself, and what it reaches through its
 * account, an organization, or a way that is no grant. */
#include "check/access/effective.h"

#include "check/access/ways.h"

#include <stdlib.h>
#include <string.h>

struct class_view { /* routes by tags to the tables of a class */
    bool known;
    struct routes routes;
};

struct domain_view { /* routes by `domain.*` */
    bool known;
    struct routes routes;
};

/* ---- whose items count ----------------------------------------------------------------------- */

void view_open(struct effective *effective, size_t party, struct view *out)
{
    const struct parties *parties = &effective->parties;
    *out = (struct view){.effective = effective, .party = party};
    out->classes = arena_array(&out->arena, struct class_view, effective->classes.len + 1);
    out->domains = arena_array(&out->arena, struct domain_view, effective->mesh->domains.len + 1);
    vec_push(&out->arena, &out->granters, ((struct granter){party, true}));
    for (size_t i = 0; i < parties->list.len; i++)
        if (i != party && parties->reached[i] && party_set_has(parties->reached[i], party) &&
            effective->first_of_party[i + 1] > effective->first_of_party[i])
            vec_push(&out->arena, &out->granters, ((struct granter){i, false}));
}

void view_close(struct view *view)
{
    arena_free(&view->arena);
}

bool view_counts(const struct view *view, const struct granter *granter,
                 const struct deployment_account *owner)
{
    return granter->itself || party_reached(&view->effective->parties, granter->party, owner);
}

bool view_holds(const struct view *view, const struct route *route)
{
    return route->grantee == view->party;
}

static bool before(const struct item *item, enum item_kind kind, uint32_t key)
{
    return item->kind != kind ? item->kind < kind : item->key < key;
}

/* The first item of the party that is not before (kind, key). */
static const struct item *lower_bound(const struct effective *e, size_t party, enum item_kind kind,
                                      uint32_t key)
{
    const struct item *lo = e->items + e->first_of_party[party];
    const struct item *hi = e->items + e->first_of_party[party + 1];
    while (lo < hi) {
        const struct item *mid = lo + (hi - lo) / 2;
        if (before(mid, kind, key))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static struct item_range range_of(const struct effective *e, size_t party, enum item_kind kind,
                                  uint32_t key)
{
    const struct item *from = lower_bound(e, party, kind, key);
    const struct item *end = e->items + e->first_of_party[party + 1], *to = from;
    while (to < end && to->kind == kind && to->key == key)
        to++;
    return (struct item_range){from, (size_t)(to - from)};
}

struct item_range view_items(const struct view *view, const struct granter *granter,
                             enum item_kind kind)
{
    const struct item *from = lower_bound(view->effective, granter->party, kind, 0);
    const struct item *to = lower_bound(view->effective, granter->party, kind + 1, 0);
    return (struct item_range){from, (size_t)(to - from)};
}

/* ---- routes to a table ----------------------------------------------------------------------- */

static void add_range(const struct view *view, struct arena *arena, const struct granter *granter,
                      struct item_range range, enum reach reach, struct routes *out)
{
    for (size_t i = 0; i < range.len; i++)
        if (view_counts(view, granter, range.at[i].entry->owner))
            vec_push(arena, &out->list,
                     ((struct route){range.at[i].entry, range.at[i].party, reach}));
}

static const struct routes *domain_routes(struct view *view, const struct domain *domain)
{
    struct domain_view *found = &view->domains[domain->decl.index];
    for (size_t i = 0; !found->known && i < view->granters.len; i++)
        add_range(view, &view->arena, &view->granters.at[i],
                  range_of(view->effective, view->granters.at[i].party, ITEM_ON_ALL_TABLES,
                           domain->decl.index),
                  REACH_WHOLE, &found->routes);
    found->known = true;
    return &found->routes;
}

/* Only entries on the class's own catalog count. */
static void add_match(struct view *view, const struct granter *granter,
                      const struct table_class *class, const struct class_match *match,
                      struct routes *out)
{
    struct item_range range =
        range_of(view->effective, granter->party, ITEM_ON_TAGGED_TABLES, match->expression);
    for (size_t i = 0; i < range.len; i++)
        if (range.at[i].entry->owner == class->owner)
            add_range(view, &view->arena, granter, (struct item_range){&range.at[i], 1},
                      match->reach, out);
}

static const struct routes *class_routes(struct view *view, uint32_t number)
{
    const struct table_class *class = &view->effective->classes.at[number];
    struct class_view *found = &view->classes[number];
    for (size_t i = 0; !found->known && i < view->granters.len; i++) {
        const struct granter *granter = &view->granters.at[i];
        if (view_items(view, granter, ITEM_ON_TAGGED_TABLES).len == 0)
            continue;
        for (size_t m = 0; m < class->matches.len; m++)
            add_match(view, granter, class, &class->matches.at[m], &found->routes);
    }
    found->known = true;
    return &found->routes;
}

static void add_routes(struct arena *arena, const struct routes *from, struct routes *out)
{
    for (size_t i = 0; i < from->list.len; i++)
        vec_push(arena, &out->list, from->list.at[i]);
}

/* Held ones first, each part in the order found. */
static void held_first(const struct view *view, struct arena *arena, struct routes *routes)
{
    struct routes sorted = {0};
    for (int held = 1; held >= 0; held--)
        for (size_t i = 0; i < routes->list.len; i++)
            if (view_holds(view, &routes->list.at[i]) == (held == 1))
                vec_push(arena, &sorted.list, routes->list.at[i]);
    *routes = sorted;
}

void view_routes(struct view *view, struct arena *arena, const struct output *output,
                 struct routes *out)
{
    const struct effective *e = view->effective;
    if (!effective_has(e, output))
        return;
    for (size_t i = 0; i < view->granters.len; i++)
        add_range(view, arena, &view->granters.at[i],
                  range_of(e, view->granters.at[i].party, ITEM_ON_TABLE, output->decl.index),
                  REACH_WHOLE, out);
    add_routes(arena, domain_routes(view, output->domain), out);
    add_routes(arena, class_routes(view, e->class_of[output->decl.index]), out);
    if (view->granters.len > 1 && out->list.len > 1)
        held_first(view, arena, out);
}

/* ---- columns and rows ------------------------------------------------------------------------ */

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void gather_predicates(struct arena *arena, const struct routes *routes,
                              struct table_access *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < routes->list.len; i++)
        if (route_rows(&routes->list.at[i]))
            vec_push(arena, &out->predicates, route_rows(&routes->list.at[i]));
    if (out->predicates.len)
        qsort(out->predicates.at, out->predicates.len, sizeof *out->predicates.at, by_text);
    for (size_t i = 0; i < out->predicates.len; i++)
        if (!kept || strcmp(out->predicates.at[i], out->predicates.at[kept - 1]) != 0)
            out->predicates.at[kept++] = out->predicates.at[i];
    out->predicates.len = kept;
    out->words = (kept + 63) / 64;
}

static void show(struct table_access *out, struct column_access *column, const char *rows,
                 bool held)
{
    if (!rows) {
        *(held ? &column->all : &column->reach_all) = true;
        return;
    }
    const char **found = bsearch(&rows, out->predicates.at, out->predicates.len,
                                 sizeof *out->predicates.at, by_text);
    size_t bit = (size_t)(found - out->predicates.at);
    (held ? column->rows : column->reach)[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void join(const struct table_access *access, struct column_access *into,
                 const struct column_access *from)
{
    into->all |= from->all;
    into->reach_all |= from->reach_all;
    for (size_t i = 0; i < access->words; i++) {
        into->rows[i] |= from->rows[i];
        into->reach[i] |= from->reach[i];
    }
}

/* Whoever sees a column sees the partition keys of its rows (access.md 1.1). */
static void show_keys(const struct output *output, struct table_access *out)
{
    size_t data = output->schema ? output->data.len : out->count;
    if (data == out->count)
        return;
    struct column_access *key = &out->columns[data];
    for (size_t i = 0; i < out->count; i++)
        if (i != data)
            join(out, key, &out->columns[i]);
    for (size_t i = data + 1; i < out->count; i++)
        join(out, &out->columns[i], key);
}

static void make_columns(struct arena *arena, const struct output *output, struct table_access *out)
{
    out->count = table_column_count(output);
    out->columns = arena_array(arena, struct column_access, out->count + 1);
    for (size_t i = 0; out->words && i < out->count; i++) {
        out->columns[i].rows = arena_array(arena, uint64_t, out->words);
        out->columns[i].reach = arena_array(arena, uint64_t, out->words);
    }
}

bool view_table(struct view *view, struct arena *arena, const struct output *output,
                struct table_access *out)
{
    struct effective *e = view->effective;
    struct routes routes = {0};
    bool way = ways_reach(e->ways, view->party, output);
    *out = (struct table_access){0};
    view_routes(view, arena, output, &routes);
    if (!routes.list.len && !way)
        return false;
    gather_predicates(arena, &routes, out);
    make_columns(arena, output, out);
    for (size_t i = 0; i < routes.list.len; i++) {
        const struct route *route = &routes.list.at[i];
        bool held = view_holds(view, route);
        *(held ? &out->held : &out->reached) |= route_permissions(route);
        out->grantable |= held ? route_grantable(route) : 0;
        for (size_t c = 0; c < out->count; c++)
            if (route_shows(e, route, output, c))
                show(out, &out->columns[c], route_rows(route), held);
    }
    for (size_t c = 0; way && c < out->count; c++)
        out->columns[c].reach_all = true;
    if (way)
        out->reached |= PERMIT_SELECT | PERMIT_DESCRIBE;
    show_keys(output, out);
    out->reached &= ~out->held;
    return true;
}

bool column_reaches_more(const struct table_access *access, const struct column_access *column)
{
    if (column->all)
        return false;
    for (size_t i = 0; i < access->words; i++)
        if (column->reach[i] & ~column->rows[i])
            return true;
    return column->reach_all;
}

/* ---- databases ------------------------------------------------------------------------------- */

static void add_plain(const struct granter *granter, const struct entry *entry,
                      struct plain_access *out)
{
    unsigned permissions = database_permissions_implied(entry->permissions);
    *(granter->itself ? &out->held : &out->reached) |= permissions;
    if (granter->itself)
        out->grantable |= database_permissions_spelled(entry->grantable);
}

void view_database(const struct view *view, const struct domain *domain, struct plain_access *out)
{
    struct effective *e = view->effective;
    const struct deployment_account *owner = account_of_catalog(e->deployment, domain);
    uint32_t signature = e->signatures.of_database[domain->decl.index];
    *out = (struct plain_access){0};
    for (size_t i = 0; i < view->granters.len; i++) {
        const struct granter *granter = &view->granters.at[i];
        if (!view_counts(view, granter, owner))
            continue;
        struct item_range named = range_of(e, granter->party, ITEM_ON_DATABASE, domain->decl.index);
        struct item_range tagged = view_items(view, granter, ITEM_ON_TAGGED_DATABASES);
        for (size_t k = 0; k < named.len; k++)
            add_plain(granter, named.at[k].entry, out);
        for (size_t k = 0; k < tagged.len; k++) {
            const struct entry *entry = tagged.at[k].entry;
            if (entry->owner == owner &&
                signatures_matching(&e->signatures, entry->expression)[signature])
                add_plain(granter, entry, out);
        }
    }
    out->reached &= ~out->held;
}
