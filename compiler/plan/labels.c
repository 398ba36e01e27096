/* labels.c - what the grant program puts on tables besides grants: LF-tags, data filters, opt-ins
 * to hybrid locations (members tags, associations, filters, optins of grants/<account>.json). */
#include "plan/grants.h"

#include "check/access/signatures.h"
#include "model/names.h"
#include "model/predicate.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- tags ------------------------------------------------------------------------------------ */

static int by_path(const void *left, const void *right)
{
    const struct tag *const *a = left, *const *b = right;
    return strcmp((*a)->decl.path, (*b)->decl.path);
}

static void set_tags(struct plan *plan, const struct grants *grants, json *out)
{
    const struct mesh *mesh = plan->mesh;
    VEC(const struct tag *) live = {0};
    for (size_t i = 0; i < mesh->tags.len; i++)
        if (tag_is_live(&plan->owned->live, grants->account, mesh->tags.at[i]))
            vec_push(&plan->s->arena, &live, mesh->tags.at[i]);
    if (live.len)
        qsort(live.at, live.len, sizeof *live.at, by_path);
    for (size_t i = 0; i < live.len; i++) {
        json *tag = json_add_object(out);
        json_set_text(tag, "key", name_tag_key(&plan->s->arena, plan->deployment, live.at[i]));
        json *values = json_set_array(tag, "values");
        for (size_t k = 0; k < live.at[i]->values.len; k++)
            json_add_text(values, name_tag_value(&plan->s->arena, live.at[i]->values.at[k]));
    }
}

static json *association_resource(struct plan *plan, const struct association *association)
{
    json *resource = json_object(&plan->scratch);
    const char *catalog = plan_account_text(plan->account);
    if (!association->output) {
        const char *name = plan->deployment->domains[association->domain->decl.index].database;
        json_set(resource, "Database", entry_database(plan, catalog, name));
        return resource;
    }
    json *table =
        entry_table(plan, catalog, &plan->deployment->tables[association->output->decl.index]);
    if (association->columns.len) {
        json *columns = json_set_array(table, "ColumnNames");
        for (size_t i = 0; i < association->columns.len; i++)
            json_add_text(columns, association->columns.at[i]->physical);
    }
    json_set(resource, association->columns.len ? "TableWithColumns" : "Table", table);
    return resource;
}

/* By kind, then names: databases, tables, columns. */
static int by_place(const void *left, const void *right)
{
    const struct association *a = left, *b = right;
    int order = (a->columns.len ? 2 : a->output ? 1 : 0) - (b->columns.len ? 2 : b->output ? 1 : 0);
    if (!order)
        order = strcmp(a->output ? a->output->decl.path : a->domain->decl.path,
                       b->output ? b->output->decl.path : b->domain->decl.path);
    if (!order && a->columns.len)
        order = strcmp(a->columns.at[0]->physical, b->columns.at[0]->physical);
    return order;
}

static void set_associations(struct plan *plan, struct grants *grants, json *out)
{
    struct associations all = {0};
    associations_make(&plan->owned->live, grants->account, &all);
    if (all.list.len)
        qsort(all.list.at, all.list.len, sizeof *all.list.at, by_place);
    for (size_t i = 0; i < all.list.len; i++) {
        const struct association *association = &all.list.at[i];
        char *id = grants_id(grants);
        json *tree = json_add_object(out);
        json_set_text(tree, "id", id);
        json_set(tree, "resource", association_resource(plan, association));
        json *tags = json_set_array(tree, "tags");
        for (size_t k = 0; k < association->tags.list.len; k++) {
            const struct tagging *tagging = &association->tags.list.at[k];
            json *tag = json_add_object(tags);
            json_set_text(tag, "key", name_tag_key(&plan->scratch, plan->deployment, tagging->tag));
            json_set_text(tag, "value", name_tag_value(&plan->scratch, tagging->value));
        }
        entry_id(tree, 't', &grants->text, id);
        grants_note(plan, grants, id, association->tags.list.at[0].at, NULL, NULL);
    }
}

/* ---- filters --------------------------------------------------------------------------------- */

static json *filter_data(struct plan *plan, const struct entry *entry, const char *name)
{
    const struct table_names *names = &plan->deployment->tables[entry->output->decl.index];
    json *data = json_object(&plan->scratch);
    json_set_text(data, "TableCatalogId", plan_account_text(plan->account));
    json_set_text(data, "DatabaseName", names->database);
    json_set_text(data, "TableName", names->table);
    json_set_text(data, "Name", name);
    json *rows = json_set_object(data, "RowFilter");
    if (entry->where)
        json_set_text(rows, "FilterExpression", entry->where->canonical);
    else
        json_set_object(rows, "AllRowsWildcard");
    if (entry->columns)
        json_set(data, "ColumnNames", entry_columns(plan, entry));
    else
        json_set_object(data, "ColumnWildcard");
    return data;
}

/* Entries of one table follow each other; a filter that several principals have is defined once. */
static void set_filters(struct plan *plan, struct grants *grants, json *out)
{
    struct map seen = {0};
    for (size_t i = 0; i < grants->entries.list.len; i++) {
        const struct entry *entry = &grants->entries.list.at[i];
        if (entry->resource != ENTRY_FILTER)
            continue;
        atom name = atom_of(&plan->s->atoms, entry_filter_name(plan, entry));
        if (map_get(&seen, entry->output, name))
            continue;
        map_put(&seen, entry->output, name, grants);
        json_add(out, filter_data(plan, entry, name));
        grants_note(plan, grants, name, entry->at, NULL, NULL);
    }
    map_free(&seen);
}

/* ---- opt-ins --------------------------------------------------------------------------------- */

struct opting {
    struct plan *plan;
    struct grants *grants;
    json *out;
    VEC(const struct output *) hybrid;    /* the account's, by name */
    VEC(const struct domain *) databases; /* the same */
    struct map seen;                      /* (principal, table or database) */
};

/* To a table, or (output NULL) to the database of a domain. */
static void opt_in(struct opting *o, const struct entry *entry, const struct domain *domain,
                   const struct output *output)
{
    struct plan *plan = o->plan;
    const void *thing = output ? (const void *)output : domain;
    const char *catalog = plan_account_text(plan->account);
    if (map_get(&o->seen, entry->principal, thing))
        return;
    map_put(&o->seen, entry->principal, thing, o);
    char *id = grants_id(o->grants);
    json *tree = json_add_object(o->out);
    json_set_text(tree, "id", id);
    json_set_text(tree, "principal", plan_principal_text(plan, entry->principal));
    json *resource = json_set_object(tree, "resource");
    if (output)
        json_set(resource, "Table",
                 entry_table(plan, catalog, &plan->deployment->tables[output->decl.index]));
    else
        json_set(
            resource, "Database",
            entry_database(plan, catalog, plan->deployment->domains[domain->decl.index].database));
    entry_id(tree, 'o', &o->grants->text, id);
    grants_note(plan, o->grants, id, entry->at, NULL, NULL);
}

static bool is_here(const struct plan *plan, const struct output *output)
{
    return output_is_hybrid(output) && table_stands(output) &&
           account_of_catalog(plan->deployment, output->domain) == plan->account;
}

static void opt_in_by_tags(struct opting *o, const struct entry *entry,
                           struct signatures *signatures)
{
    const bool *matching = signatures_matching(signatures, entry->expression);
    for (size_t i = 0; i < o->hybrid.len; i++)
        if (signatures_reach(signatures, matching, o->hybrid.at[i]) != REACH_NONE)
            opt_in(o, entry, o->hybrid.at[i]->domain, o->hybrid.at[i]);
}

static void opt_in_by_tags_of_databases(struct opting *o, const struct entry *entry,
                                        struct signatures *signatures)
{
    const bool *matching = signatures_matching(signatures, entry->expression);
    for (size_t i = 0; i < o->databases.len; i++)
        if (matching[signatures->of_database[o->databases.at[i]->decl.index]])
            opt_in(o, entry, o->databases.at[i], NULL);
}

static void opt_in_tables(struct opting *o, const struct entry *entry)
{
    for (size_t i = 0; i < o->hybrid.len; i++)
        if (o->hybrid.at[i]->domain == entry->domain)
            opt_in(o, entry, entry->domain, o->hybrid.at[i]);
}

static int by_name(const void *left, const void *right)
{
    const struct output *const *a = left, *const *b = right;
    return strcmp((*a)->decl.path, (*b)->decl.path);
}

static int by_domain(const void *left, const void *right)
{
    const struct domain *const *a = left, *const *b = right;
    return strcmp((*a)->decl.path, (*b)->decl.path);
}

static void gather_hybrid(struct opting *o)
{
    const struct mesh *mesh = o->plan->mesh;
    for (size_t i = 0; i < mesh->outputs.len; i++)
        if (is_here(o->plan, mesh->outputs.at[i]))
            vec_push(&o->plan->s->arena, &o->hybrid, mesh->outputs.at[i]);
    if (o->hybrid.len)
        qsort(o->hybrid.at, o->hybrid.len, sizeof *o->hybrid.at, by_name);
    for (size_t i = 0; i < mesh->domains.len; i++)
        if (mesh->domains.at[i]->storage.hybrid &&
            account_of_catalog(o->plan->deployment, mesh->domains.at[i]) == o->plan->account)
            vec_push(&o->plan->s->arena, &o->databases, mesh->domains.at[i]);
    if (o->databases.len)
        qsort(o->databases.at, o->databases.len, sizeof *o->databases.at, by_domain);
}

/* One for each principal and each hybrid table or database that it can reach, by name also for
 * grants by tags (rule 2.2.13). */
static void set_optins(struct opting *o)
{
    struct signatures signatures;
    gather_hybrid(o);
    if (!o->hybrid.len && !o->databases.len)
        return;
    signatures_make(o->plan->s, o->plan->mesh, &signatures);
    for (size_t i = 0; i < o->grants->entries.list.len; i++) {
        const struct entry *entry = &o->grants->entries.list.at[i];
        if (entry->output && is_here(o->plan, entry->output))
            opt_in(o, entry, entry->domain, entry->output);
        else if (entry->resource == ENTRY_DATABASE && entry->domain->storage.hybrid)
            opt_in(o, entry, entry->domain, NULL);
        else if (entry->resource == ENTRY_ALL_TABLES)
            opt_in_tables(o, entry);
        else if (entry->resource == ENTRY_TAGGED_TABLES)
            opt_in_by_tags(o, entry, &signatures);
        else if (entry->resource == ENTRY_TAGGED_DATABASES)
            opt_in_by_tags_of_databases(o, entry, &signatures);
    }
    signatures_free(&signatures);
}

void grants_labels(struct plan *plan, struct grants *grants, json *head)
{
    struct opting opting = {.plan = plan, .grants = grants};
    set_tags(plan, grants, json_set_array(head, "tags"));
    set_associations(plan, grants, json_set_array(head, "associations"));
    set_filters(plan, grants, json_set_array(head, "filters"));
    opting.out = json_set_array(head, "optins");
    set_optins(&opting);
    map_free(&opting.seen);
}
