/* aim.c - see aim.h. */
#include "check/access/aim.h"

#include "check/access/cells.h"
#include "check/access/owners.h"

#include <string.h>

bool target_is_tables(enum grant_target target)
{
    return target == GRANT_TABLE || target == GRANT_ALL_TABLES || target == GRANT_TAGGED;
}

/* ---- making ---------------------------------------------------------------------------------- */

static const unsigned char *flag_columns(struct effective *e, const struct grant *statement)
{
    const struct output *output = statement->outputs.at[0];
    size_t count = table_column_count(output);
    unsigned char *flags = arena_array(&e->arena, unsigned char, count + 1);
    struct map listed = {0};
    for (size_t i = 0; i < statement->columns.len; i++)
        if (statement->columns.at[i])
            map_put(&listed, statement->columns.at[i], NULL, flags);
    for (size_t i = 0; i < count; i++) {
        const struct column *column = table_column(output, i);
        bool named = column && map_get(&listed, column, NULL);
        flags[i] = named != statement->except;
    }
    map_free(&listed);
    return flags;
}

void aim_make(struct effective *effective, const struct grant *statement, struct aim *out)
{
    *out = (struct aim){
        .effective = effective,
        .statement = statement,
        .permissions = permissions_spelled(
            permissions_expand(statement->permissions, statement->target), statement->target),
        .listed = statement->has_columns && statement->outputs.len == 1};
    if (statement->target == GRANT_TAGGED || statement->target == GRANT_TAGGED_DATABASES)
        out->matching = signatures_matching(&effective->signatures, &statement->expression);
    if (out->listed)
        out->columns = flag_columns(effective, statement);
    if (statement->target == GRANT_LOCATION)
        out->location = location_deployed(effective->s, effective->deployment, statement->location);
}

/* ---- tables ---------------------------------------------------------------------------------- */

bool aim_at_column(const struct aim *aim, const struct output *output, size_t column)
{
    if (aim->matching)
        return aim->matching[table_column_signature(aim->effective, output, column)];
    return !aim->listed || aim->columns[column];
}

bool aim_at_table(const struct aim *aim, const struct output *output)
{
    return !aim->matching ||
           signatures_reach(&aim->effective->signatures, aim->matching, output) != REACH_NONE;
}

bool aim_at_output(const struct aim *aim, const struct output *output)
{
    const struct grant *statement = aim->statement;
    if (!effective_has(aim->effective, output))
        return false;
    if (statement->target == GRANT_ALL_TABLES)
        return output->domain == statement->domain;
    for (size_t i = 0; statement->target == GRANT_TABLE && i < statement->outputs.len; i++)
        if (statement->outputs.at[i] == output)
            return true;
    return statement->target == GRANT_TAGGED && aim_at_table(aim, output);
}

/* ---- the others ------------------------------------------------------------------------------ */

bool aim_at_database(const struct aim *aim, const struct domain *domain)
{
    return aim->matching ? aim->matching[aim->effective->signatures.of_database[domain->decl.index]]
                         : aim->statement->domain == domain;
}

/* A tag grant on databases reaches some database that is aimed at. */
static bool meets_databases(const struct aim *aim, const struct entry *entry)
{
    struct effective *e = aim->effective;
    const bool *matching = signatures_matching(&e->signatures, entry->expression);
    for (size_t i = 0; i < e->mesh->domains.len; i++)
        if (aim_at_database(aim, e->mesh->domains.at[i]) &&
            e->deployment->domains[i].catalog == entry->owner &&
            matching[e->signatures.of_database[i]])
            return true;
    return false;
}

static bool meets_values(const struct tag_condition *a, const struct tag_condition *b)
{
    for (size_t i = 0; a->tag == b->tag && i < a->values.len; i++)
        if (tag_condition_has(b, a->values.at[i]))
            return true;
    return false;
}

static bool holds_values(const struct tag_condition *all, const struct tag_condition *some)
{
    for (size_t i = 0; i < some->values.len; i++)
        if (!tag_condition_has(all, some->values.at[i]))
            return false;
    return true;
}

/* One is the other, or lies in it. */
static bool meets_location(const char *a, const char *b)
{
    size_t shorter = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return strncmp(a, b, shorter) == 0;
}

static bool meets(const struct aim *aim, const struct item *item)
{
    const struct grant *statement = aim->statement;
    const struct entry *entry = item->entry;
    switch (statement->target) {
    case GRANT_DATABASE:
    case GRANT_TAGGED_DATABASES:
        return item->kind == ITEM_ON_DATABASE
                   ? aim_at_database(aim, entry->domain)
                   : item->kind == ITEM_ON_TAGGED_DATABASES && meets_databases(aim, entry);
    case GRANT_LOCATION:
        return item->kind == ITEM_ON_LOCATION && meets_location(entry->location, aim->location);
    case GRANT_CATALOG:
        return item->kind == ITEM_ON_CATALOG;
    case GRANT_TAG:
        return item->kind == ITEM_ON_TAG &&
               meets_values(&entry->expression->list.at[0], &statement->expression.list.at[0]);
    case GRANT_LINK:
        return item->kind == ITEM_ON_LINK && entry->link == statement->link;
    case GRANT_TABLE:
    case GRANT_ALL_TABLES:
    case GRANT_TAGGED:
        break;
    }
    return false;
}

bool aim_covered_by(const struct aim *aim, const struct item *item)
{
    const struct entry *entry = item->entry;
    if (!meets(aim, item))
        return false;
    if (item->kind == ITEM_ON_LOCATION)
        return strncmp(aim->location, entry->location, strlen(entry->location)) == 0;
    return item->kind != ITEM_ON_TAG ||
           holds_values(&entry->expression->list.at[0], &aim->statement->expression.list.at[0]);
}

static unsigned implied(enum grant_target target, unsigned permissions)
{
    if (target == GRANT_DATABASE || target == GRANT_TAGGED_DATABASES)
        return database_permissions_implied(permissions);
    if (target == GRANT_TAG && permissions)
        return permissions | PERMIT_DESCRIBE;
    return permissions;
}

unsigned aim_at_entry(const struct aim *aim, const struct item *item, bool grantable)
{
    enum grant_target target = aim->statement->target;
    unsigned permissions =
        grantable ? item->entry->grantable : implied(target, item->entry->permissions);
    if (grantable && (target == GRANT_DATABASE || target == GRANT_TAGGED_DATABASES))
        permissions = database_permissions_spelled(permissions);
    permissions &= aim->permissions;
    return permissions && meets(aim, item) ? permissions : 0;
}

size_t aim_count(const struct aim *aim)
{
    const struct mesh *mesh = aim->effective->mesh;
    size_t count = 0;
    if (!aim->matching)
        return 1;
    for (size_t i = 0; i < mesh->domains.len; i++)
        count += aim_at_database(aim, mesh->domains.at[i]);
    return count;
}
