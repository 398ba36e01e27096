/* grants.c - grants/<account>.json as trees: the canonical entries of a deployment in batches, and
 * what the grant program needs to know beside them. Everything of Lake Formation that changes in
 * place goes this way and not through CloudFormation, which replaces grants, grants in parallel and
 * cannot revoke the defaults. */
#include "check/access/access.h"
#include "check/limits.h"
#include "plan/text.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_SIZE = sizeof "g-0123456789abcdef" };

/* The entries of the deployment by the account whose catalog they are on: a part of `list` each. */
struct owned {
    struct entries entries;
    size_t *first; /* by place in deployment->accounts, one more at the end */
};

struct grants {
    struct arena memory; /* of the head */
    const struct deployment_account *account;
    struct entries entries; /* borrowed from owned */
    char (*ids)[ID_SIZE];
    size_t next; /* the entry that the next batch begins with */
};

/* The 12 digits, or the token that the program replaces. */
static const char *catalog_id(const struct plan *plan)
{
    return plan_account_text(plan->account);
}

/* ---- one entry ------------------------------------------------------------------------------- */

static json *database_resource(struct plan *plan, const struct entry *entry)
{
    json *database = json_object(&plan->scratch);
    json_set_text(database, "CatalogId", catalog_id(plan));
    json_set_text(database, "Name", plan->deployment->domains[entry->domain->decl.index].database);
    return database;
}

static json *table_resource(struct plan *plan, const struct entry *entry)
{
    json *table = json_object(&plan->scratch);
    json_set_text(table, "CatalogId", catalog_id(plan));
    if (entry->output) {
        const struct table_names *names = &plan->deployment->tables[entry->output->decl.index];
        json_set_text(table, "DatabaseName", names->database);
        json_set_text(table, "Name", names->table);
    } else {
        json_set_text(table, "DatabaseName",
                      plan->deployment->domains[entry->domain->decl.index].database);
        json_set_object(table, "TableWildcard");
    }
    return table;
}

static json *location_resource(struct plan *plan, const struct entry *entry)
{
    /* s3://bucket/prefix/ becomes arn:aws:s3:::bucket/prefix */
    const char *rest = entry->location + strlen("s3://");
    size_t length = strlen(rest);
    while (length && rest[length - 1] == '/')
        length--;
    json *location = json_object(&plan->scratch);
    json_set_text(location, "CatalogId", catalog_id(plan));
    const char *path = arena_copy(&plan->scratch, rest, length);
    json_set_text(location, "ResourceArn", plan_arn_text(plan, "s3", 0, path));
    return location;
}

static json *resource_of(struct plan *plan, const struct entry *entry)
{
    json *resource = json_object(&plan->scratch);
    switch (entry->resource) {
    case ENTRY_CATALOG:
        json_set_object(resource, "Catalog");
        break;
    case ENTRY_DATABASE:
        json_set(resource, "Database", database_resource(plan, entry));
        break;
    case ENTRY_ALL_TABLES:
    case ENTRY_TABLE:
        json_set(resource, "Table", table_resource(plan, entry));
        break;
    case ENTRY_COLUMNS: {
        json *table = json_set(resource, "TableWithColumns", table_resource(plan, entry));
        json *columns = json_set_array(table, "ColumnNames");
        for (size_t i = 0; i < entry->column_count; i++)
            json_add_text(columns, entry->columns[i]->physical);
        break;
    }
    case ENTRY_LOCATION:
        json_set(resource, "DataLocation", location_resource(plan, entry));
        break;
    case ENTRY_FILTER:
    case ENTRY_TAG:
    case ENTRY_TAGGED_DATABASES:
    case ENTRY_TAGGED_TABLES:
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

static json *entry_tree(struct plan *plan, const struct entry *entry, const char *id)
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

/* The hash of what an entry says, by way of a text of no further use. It names the entry in logs
 * and stays while the entry stays. */
static uint64_t entry_hash(const json *tree, struct buf *text)
{
    text->len = 0;
    for (const json *part = json_first(tree); part; part = json_next(part))
        if (strcmp(json_key(part), "Id") != 0)
            json_write_compact(text, part);
    return hash_bytes(HASH_START, text->at, text->len);
}

/* ---- batches --------------------------------------------------------------------------------- */

/* Entries of one table stay in one batch where they fit, so that a switch from full to limited has
 * a short gap. */
static size_t same_table(const struct entries *entries, size_t from)
{
    size_t to = from + 1;
    const struct output *output = entries->list.at[from].output;
    while (output && to < entries->list.len && entries->list.at[to].output == output)
        to++;
    return to - from;
}

static size_t batch_end(const struct entries *entries, size_t from)
{
    size_t end = from, most = from + (size_t)limit_info(LIMIT_BATCH_ENTRIES)->figure;
    while (end < entries->list.len) {
        size_t next = end + same_table(entries, end);
        if (next > most)
            return end > from ? end : most;
        end = next;
    }
    return end;
}

json *plan_grants_batch(struct plan *plan, struct grants *grants)
{
    size_t from = grants->next, end = batch_end(&grants->entries, from);
    plan_reset(plan);
    if (from == end)
        return NULL;
    json *batch = json_object(&plan->scratch);
    json_set_text(batch, "CatalogId", catalog_id(plan));
    json *entries = json_set_array(batch, "Entries");
    for (size_t i = from; i < end; i++)
        json_add(entries, entry_tree(plan, &grants->entries.list.at[i], grants->ids[i]));
    grants->next = end;
    return batch;
}

/* Names every entry: by place in ids, with the line that it comes from in sources. */
static void name_entries(struct plan *plan, struct grants *grants, json *sources)
{
    size_t count = grants->entries.list.len;
    struct buf text = {0};
    grants->ids = arena_array_(&grants->memory, count, sizeof *grants->ids);
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &grants->entries.list.at[i];
        char *id = grants->ids[i];
        uint64_t hash = entry_hash(entry_tree(plan, entry, id), &text);
        snprintf(id, ID_SIZE, "g-%016llx", (unsigned long long)hash);
        json_set_text(sources, id, source_where(plan->s, entry->at));
        plan_reset(plan);
    }
    buf_free(&text);
}

/* ---- whose they are -------------------------------------------------------------------------- */

static size_t place_of(const struct deployment *d, const struct deployment_account *account)
{
    size_t place = 0;
    while (d->accounts.at[place] != account)
        place++;
    return place;
}

/* Which account registers what lies in a bucket: that of the first domain with tables there. */
static void note_buckets(struct plan *plan, struct map *buckets)
{
    const struct deployment *d = plan->deployment;
    struct atoms *atoms = &plan->s->atoms;
    for (size_t i = 0; i < plan->mesh->outputs.len; i++) {
        const struct output *output = plan->mesh->outputs.at[i];
        const char *bucket = d->tables[i].bucket;
        if (bucket && output_is_made(output))
            map_put(buckets, atom_of(atoms, bucket), NULL,
                    (void *)(uintptr_t)account_of_catalog(d, output->domain));
    }
    for (size_t i = 0; i < plan->mesh->domains.len; i++)
        if (d->domains[i].bucket)
            map_put(buckets, atom_of(atoms, d->domains[i].bucket), NULL,
                    (void *)(uintptr_t)d->domains[i].catalog);
}

static const struct deployment_account *owner_of(struct plan *plan, const struct map *buckets,
                                                 const struct entry *entry)
{
    const struct deployment_account *owner = NULL;
    if (entry->domain || entry->output) {
        owner = account_of_catalog(plan->deployment,
                                   entry->domain ? entry->domain : entry->output->domain);
    } else if (entry->location) {
        const char *bucket = entry->location + strlen("s3://");
        owner = map_get(buckets, atom_put(&plan->s->atoms, bucket, strcspn(bucket, "/")), NULL);
    }
    return owner ? owner : plan->deployment->governance;
}

/* Sorts by owner and leaves the order otherwise: one count, one pass. */
static const struct owned *owned_of(struct plan *plan)
{
    const struct deployment *d = plan->deployment;
    if (plan->owned)
        return plan->owned;
    struct owned *owned = plan->owned = arena_new(&plan->s->arena, struct owned);
    struct entries *entries = &owned->entries;
    struct map buckets = {0}, places = {0};
    access_canonical(plan->s, d, entries);
    note_buckets(plan, &buckets);
    for (size_t i = 0; i < d->accounts.len; i++)
        map_set(&places, d->accounts.at[i], NULL, (void *)(uintptr_t)(i + 1));
    size_t count = entries->list.len;
    size_t *place = arena_array(&entries->arena, size_t, count);
    size_t *next = arena_array(&entries->arena, size_t, d->accounts.len + 1);
    owned->first = arena_array(&plan->s->arena, size_t, d->accounts.len + 1);
    for (size_t i = 0; i < count; i++) {
        const void *owner = owner_of(plan, &buckets, &entries->list.at[i]);
        place[i] = (size_t)(uintptr_t)map_get(&places, owner, NULL) - 1;
        owned->first[place[i] + 1]++;
    }
    for (size_t i = 0; i < d->accounts.len; i++)
        next[i + 1] = owned->first[i + 1] += owned->first[i];
    struct entry *sorted = arena_array(&entries->arena, struct entry, count);
    for (size_t i = 0; i < count; i++)
        sorted[next[place[i]]++] = entries->list.at[i];
    entries->list.at = sorted;
    map_free(&buckets);
    map_free(&places);
    return owned;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int by_table(const void *left, const void *right)
{
    const struct table_names *a = *(const struct table_names *const *)left;
    const struct table_names *b = *(const struct table_names *const *)right;
    int order = strcmp(a->database, b->database);
    return order != 0 ? order : strcmp(a->table, b->table);
}

/* What the defaults of the account (IAM_ALLOWED_PRINCIPALS) are revoked from: what this mesh makes.
 */
static void set_managed(struct plan *plan, json *managed)
{
    const struct mesh *mesh = plan->mesh;
    const struct deployment *deployment = plan->deployment;
    VEC(const char *) names = {0};
    VEC(const struct table_names *) made = {0};
    json *databases = json_set_array(managed, "databases");
    json *tables = json_set_array(managed, "tables");
    for (size_t i = 0; i < mesh->domains.len; i++)
        if (!mesh->domains.at[i]->existing && deployment->domains[i].catalog == plan->account)
            vec_push(&plan->s->arena, &names, deployment->domains[i].database);
    for (size_t i = 0; i < mesh->outputs.len; i++)
        if (table_is_made(mesh->outputs.at[i]) &&
            account_of_catalog(deployment, mesh->outputs.at[i]->domain) == plan->account)
            vec_push(&plan->s->arena, &made, &deployment->tables[i]);
    if (names.len)
        qsort(names.at, names.len, sizeof *names.at, by_text);
    if (made.len)
        qsort(made.at, made.len, sizeof *made.at, by_table);
    for (size_t i = 0; i < names.len; i++)
        json_add_text(databases, names.at[i]);
    for (size_t i = 0; i < made.len; i++) {
        json *table = json_add_object(tables);
        json_set_text(table, "database", made.at[i]->database);
        json_set_text(table, "table", made.at[i]->table);
    }
}

/* An administrator lives in the account of the data lake; a team stands for its members. */
static void add_admin(struct plan *plan, const struct principal *admin, json *admins,
                      struct map *seen)
{
    if (map_get(seen, admin, NULL))
        return;
    map_put(seen, admin, NULL, seen);
    for (size_t i = 0; i < admin->members.len; i++)
        add_admin(plan, admin->members.at[i], admins, seen);
    if (admin->kind == PRINCIPAL_TEAM ||
        account_of_principal(plan->deployment, admin) != plan->account)
        return;
    atom arn = atom_of(&plan->s->atoms, plan_principal_text(plan, admin));
    if (!map_get(seen, arn, seen)) { /* two names of one principal */
        map_put(seen, arn, seen, seen);
        json_add_text(admins, arn);
    }
}

static void set_settings(struct plan *plan, struct grants *grants, json *settings)
{
    json *admins = json_set_array(settings, "admins");
    struct map seen = {0};
    for (size_t i = 0; i < plan->mesh->admins.len; i++)
        add_admin(plan, plan->mesh->admins.at[i], admins, &seen);
    map_free(&seen);
    int64_t version = plan->deployment->sharing_version;
    json_set(settings, "cross_account_version",
             version ? json_int(&grants->memory, version) : json_null(&grants->memory));
}

struct grants *plan_grants(struct plan *plan, const struct deployment_account *account)
{
    const struct deployment *d = plan->deployment;
    struct grants *grants = arena_new(&plan->s->arena, struct grants);
    const struct owned *owned = owned_of(plan);
    size_t place = place_of(d, account);
    plan->account = grants->account = account;
    grants->entries.list.at = owned->entries.list.at + owned->first[place];
    grants->entries.list.len = owned->first[place + 1] - owned->first[place];
    bool any = grants->entries.list.len || account->has_stacks ||
               (account->is_governance && (plan->mesh->domains.len || plan->mesh->admins.len));
    return any ? grants : NULL;
}

size_t plan_grants_count(const struct grants *grants)
{
    return grants->entries.list.len;
}

const json *plan_grants_head(struct plan *plan, struct grants *grants)
{
    const struct deployment *d = plan->deployment;
    struct arena *memory = &grants->memory;
    json *head = json_object(memory);
    json_set_int(head, "format", 1);
    json_set_text(head, "mesh", plan->mesh->decl.name);
    json_set(head, "environment", d->name ? json_text(memory, d->name) : json_null(memory));
    json_set_text(head, "account", grants->account->id ? grants->account->id : "self");
    json_set(head, "region", d->region ? json_text(memory, d->region) : json_null(memory));
    set_settings(plan, grants, json_set_object(head, "settings"));
    set_managed(plan, json_set_object(head, "managed"));
    name_entries(plan, grants, json_set_object(head, "sources"));
    return head;
}

void plan_grants_free(struct plan *plan, struct grants *grants)
{
    plan_reset(plan);
    arena_free(&grants->memory);
}

void plan_grants_end(struct plan *plan)
{
    if (plan->owned)
        arena_free(&plan->owned->entries.arena);
}
