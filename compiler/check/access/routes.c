/* routes.c - what an entry gives on a table, and all entries that give something there. */
#include "check/access/effective.h"

#include "check/access/legal.h"
#include "model/predicate.h"

#include <stdlib.h>

/* ---- permissions ----------------------------------------------------------------------------- */

unsigned permissions_spelled(unsigned permissions, enum grant_target target)
{
    const unsigned every = legal_permissions(target) & ~(unsigned)(PERMIT_SETS | PERMIT_ALL);
    return permissions & PERMIT_ALL ? every : permissions;
}

unsigned table_permissions_spelled(unsigned permissions)
{
    return permissions_spelled(permissions, GRANT_TABLE);
}

/* INSERT and DELETE let their holder "insert, update, and read" (Lake Formation Developer Guide,
 * "Lake Formation permissions reference"). */
unsigned table_permissions_implied(unsigned permissions)
{
    permissions = table_permissions_spelled(permissions);
    if (permissions & (PERMIT_INSERT | PERMIT_DELETE))
        permissions |= PERMIT_INSERT | PERMIT_DELETE | PERMIT_SELECT;
    return permissions ? permissions | PERMIT_DESCRIBE : 0;
}

unsigned database_permissions_spelled(unsigned permissions)
{
    return permissions_spelled(permissions, GRANT_DATABASE);
}

unsigned database_permissions_implied(unsigned permissions)
{
    permissions = database_permissions_spelled(permissions);
    return permissions ? permissions | PERMIT_DESCRIBE : 0;
}

unsigned route_permissions(const struct route *route)
{
    return table_permissions_implied(reach_gives(route->entry->permissions, route->reach));
}

unsigned route_grantable(const struct route *route)
{
    return table_permissions_spelled(reach_shrinks(route->entry->grantable, route->reach));
}

/* ---- columns and rows ------------------------------------------------------------------------ */

static int by_place(const void *left, const void *right)
{
    const struct column *const *a = left, *const *b = right;
    return ((*a)->decl.index > (*b)->decl.index) - ((*a)->decl.index < (*b)->decl.index);
}

/* An entry has its columns in the order of the table. */
static bool lists(const struct entry *entry, const struct column *column)
{
    return entry->column_count &&
           bsearch(&column, entry->columns, entry->column_count, sizeof *entry->columns, by_place);
}

bool route_shows(struct effective *effective, const struct route *route,
                 const struct output *output, size_t column)
{
    const struct entry *entry = route->entry;
    if (!(route_permissions(route) & PERMIT_SELECT))
        return false;
    bool key = table_column_is_key(output, column);
    bool listed =
        entry->resource == ENTRY_COLUMNS || (entry->resource == ENTRY_FILTER && entry->columns);
    if (listed)
        return key ? entry->column_count > 0 : lists(entry, table_column(output, column));
    if (entry->resource == ENTRY_TAGGED_TABLES && route->reach == REACH_COLUMNS && !key)
        return signatures_matching(
            &effective->signatures,
            entry->expression)[table_column_signature(effective, output, column)];
    return true;
}

const char *route_rows(const struct route *route)
{
    return route->entry->where ? route->entry->where->canonical : NULL;
}

/* ---- all of a table -------------------------------------------------------------------------- */

static void add_item(struct arena *arena, const struct item *item, enum reach reach,
                     struct routes *out)
{
    vec_push(arena, &out->list, ((struct route){item->entry, item->party, reach}));
}

void effective_routes(struct effective *e, struct arena *arena, const struct output *output,
                      struct routes *out)
{
    uint32_t index = output->decl.index, domain = output->domain->decl.index;
    if (!effective_has(e, output))
        return;
    for (size_t i = e->first_on_table[index]; i < e->first_on_table[index + 1]; i++)
        add_item(arena, e->on_table[i], REACH_WHOLE, out);
    for (size_t i = e->first_on_domain[domain]; i < e->first_on_domain[domain + 1]; i++)
        add_item(arena, e->on_domain[i], REACH_WHOLE, out);
    const struct table_class *class = &e->classes.at[e->class_of[index]];
    for (size_t m = 0; m < class->matches.len; m++) {
        const struct class_match *match = &class->matches.at[m];
        size_t end = e->first_on_expression[match->expression + 1];
        for (size_t i = e->first_on_expression[match->expression]; i < end; i++)
            if (e->on_expression[i]->entry->owner == class->owner)
                add_item(arena, e->on_expression[i], match->reach, out);
    }
}
