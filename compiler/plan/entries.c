/* entries.c - an entry as the body that Lake Formation's API takes (botocore's model of the
 * service; the reference of permissions for which resource is which member). */
#include "plan/grants.h"

#include "base/hash.h"
#include "model/names.h"
#include "model/predicate.h"
#include "plan/text.h"

#include <stdio.h>
#include <string.h>

/* The 12 digits, or the token that the program replaces. */
static const char *catalog_of(const struct entry *entry)
{
    return plan_account_text(entry->owner);
}

json *entry_database(struct plan *plan, const char *catalog, const char *name)
{
    json *database = json_object(&plan->scratch);
    json_set_text(database, "CatalogId", catalog);
    json_set_text(database, "Name", name);
    return database;
}

json *entry_table(struct plan *plan, const char *catalog, const struct table_names *names)
{
    json *table = json_object(&plan->scratch);
    json_set_text(table, "CatalogId", catalog);
    json_set_text(table, "DatabaseName", names->database);
    json_set_text(table, "Name", names->table);
    return table;
}

static const char *database_name(struct plan *plan, const struct entry *entry)
{
    return plan->deployment->domains[entry->domain->decl.index].database;
}

static json *all_tables(struct plan *plan, const struct entry *entry)
{
    json *table = json_object(&plan->scratch);
    json_set_text(table, "CatalogId", catalog_of(entry));
    json_set_text(table, "DatabaseName", database_name(plan, entry));
    json_set_object(table, "TableWildcard");
    return table;
}

static json *one_table(struct plan *plan, const struct entry *entry)
{
    return entry_table(plan, catalog_of(entry),
                       &plan->deployment->tables[entry->output->decl.index]);
}

json *entry_columns(struct plan *plan, const struct entry *entry)
{
    json *columns = json_array(&plan->scratch);
    for (size_t i = 0; i < entry->column_count; i++)
        json_add_text(columns, entry->columns[i]->physical);
    return columns;
}

const char *entry_filter_name(struct plan *plan, const struct entry *entry)
{
    return predicate_filter_name(&plan->scratch, entry->columns, entry->column_count, entry->where);
}

static json *filter(struct plan *plan, const struct entry *entry)
{
    const struct table_names *names = &plan->deployment->tables[entry->output->decl.index];
    json *filter = json_object(&plan->scratch);
    json_set_text(filter, "TableCatalogId", catalog_of(entry));
    json_set_text(filter, "DatabaseName", names->database);
    json_set_text(filter, "TableName", names->table);
    json_set_text(filter, "Name", entry_filter_name(plan, entry));
    return filter;
}

/* s3://bucket/prefix/ becomes arn:aws:s3:::bucket/prefix */
static json *location(struct plan *plan, const struct entry *entry)
{
    const char *rest = entry->location + strlen("s3://");
    size_t length = strlen(rest);
    while (length && rest[length - 1] == '/')
        length--;
    json *location = json_object(&plan->scratch);
    json_set_text(location, "CatalogId", catalog_of(entry));
    const char *path = arena_copy(&plan->scratch, rest, length);
    json_set_text(location, "ResourceArn", plan_arn_text(plan, "s3", 0, path));
    return location;
}

/* ---- tags ------------------------------------------------------------------------------------ */

static void set_condition(struct plan *plan, json *out, const struct tag_condition *condition,
                          bool all)
{
    json_set_text(out, "TagKey", name_tag_key(&plan->scratch, plan->deployment, condition->tag));
    json *values = json_set_array(out, "TagValues");
    for (size_t i = 0; !all && i < condition->values.len; i++)
        json_add_text(values, name_tag_value(&plan->scratch, condition->values.at[i]));
    if (all) /* later values too */
        json_add_text(values, "*");
}

static json *tag(struct plan *plan, const struct entry *entry)
{
    json *tag = json_object(&plan->scratch);
    json_set_text(tag, "CatalogId", catalog_of(entry));
    set_condition(plan, tag, &entry->expression->list.at[0], entry->all_values);
    return tag;
}

static json *policy(struct plan *plan, const struct entry *entry)
{
    json *policy = json_object(&plan->scratch);
    json_set_text(policy, "CatalogId", catalog_of(entry));
    json_set_text(policy, "ResourceType",
                  entry->resource == ENTRY_TAGGED_TABLES ? "TABLE" : "DATABASE");
    json *expression = json_set_array(policy, "Expression");
    for (size_t i = 0; i < entry->expression->list.len; i++)
        set_condition(plan, json_add_object(expression), &entry->expression->list.at[i], false);
    return policy;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* The link's own entry, in the catalog of its account. */
static void set_link(struct plan *plan, json *resource, const struct entry *entry)
{
    const struct link *link = entry->link;
    const char *name = name_link(&plan->scratch, plan->deployment, link);
    if (!link->output) {
        json_set(resource, "Database", entry_database(plan, catalog_of(entry), name));
        return;
    }
    struct table_names names = {
        .database = plan->deployment->domains[link->inside->decl.index].database, .table = name};
    json_set(resource, "Table", entry_table(plan, catalog_of(entry), &names));
}

static json *resource_of(struct plan *plan, const struct entry *entry)
{
    json *resource = json_object(&plan->scratch);
    switch (entry->resource) {
    case ENTRY_CATALOG:
        json_set_object(resource, "Catalog");
        break;
    case ENTRY_DATABASE:
        json_set(resource, "Database",
                 entry_database(plan, catalog_of(entry), database_name(plan, entry)));
        break;
    case ENTRY_ALL_TABLES:
        json_set(resource, "Table", all_tables(plan, entry));
        break;
    case ENTRY_TABLE:
        json_set(resource, "Table", one_table(plan, entry));
        break;
    case ENTRY_COLUMNS:
        json_set(json_set(resource, "TableWithColumns", one_table(plan, entry)), "ColumnNames",
                 entry_columns(plan, entry));
        break;
    case ENTRY_FILTER:
        json_set(resource, "DataCellsFilter", filter(plan, entry));
        break;
    case ENTRY_LOCATION:
        json_set(resource, "DataLocation", location(plan, entry));
        break;
    case ENTRY_TAG:
        json_set(resource, "LFTag", tag(plan, entry));
        break;
    case ENTRY_TAGGED_DATABASES:
    case ENTRY_TAGGED_TABLES:
        json_set(resource, "LFTagPolicy", policy(plan, entry));
        break;
    case ENTRY_LINK:
        set_link(plan, resource, entry);
        break;
    }
    return resource;
}

static json *permissions_of(struct plan *plan, unsigned permissions)
{
    json *list = json_array(&plan->scratch);
    for (unsigned bit = 1; bit <= PERMIT_LAST; bit <<= 1)
        if (permissions & bit)
            json_add_text(list, permission_wire(bit));
    return list;
}

json *entry_tree(struct plan *plan, const struct entry *entry, const char *id)
{
    json *tree = json_object(&plan->scratch);
    json_set_text(tree, "Id", id);
    json *principal = json_set_object(tree, "Principal");
    json_set_text(principal, "DataLakePrincipalIdentifier",
                  plan_principal_text(plan, entry->principal));
    json_set(tree, "Resource", resource_of(plan, entry));
    json_set(tree, "Permissions", permissions_of(plan, entry->permissions));
    json_set(tree, "PermissionsWithGrantOption", permissions_of(plan, entry->grantable));
    return tree;
}

void entry_id(const json *tree, char letter, struct buf *text, char *id)
{
    text->len = 0;
    for (const json *part = json_first(tree); part; part = json_next(part))
        if (strcmp(json_key(part), "Id") != 0 && strcmp(json_key(part), "id") != 0)
            json_write_compact(text, part);
    uint64_t hash = hash_bytes(HASH_START, text->at, text->len);
    snprintf(id, ID_SIZE, "%c-%016llx", letter, (unsigned long long)hash);
}
