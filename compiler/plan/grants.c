/* grants.c - grants/<account>.json as trees: the canonical entries of a deployment in batches, and
 * what the grant program needs to know beside them. Everything of Lake Formation that changes in
 * place goes this way and not through CloudFormation, which replaces grants, grants in parallel and
 * cannot revoke the defaults. */
#include "plan/grants.h"

#include "check/access/owners.h"
#include "check/limits.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

/* The 12 digits, or the token that the program replaces. */
static const char *catalog_id(const struct plan *plan)
{
    return plan_account_text(plan->account);
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

char *grants_id(struct grants *grants)
{
    return arena_array(&grants->memory, char, ID_SIZE);
}

static void set_day(struct grants *grants, json *slice, const char *key, const char *day)
{
    json_set(slice, key, day ? json_text(&grants->memory, day) : json_null(&grants->memory));
}

void grants_note(struct plan *plan, struct grants *grants, const char *id, struct span at,
                 const char *from, const char *until)
{
    json_set_text(grants->sources, id, source_where(plan->s, at));
    if (from || until) {
        json *slice = json_set_object(grants->slices, id);
        set_day(grants, slice, "from", from);
        set_day(grants, slice, "until", until);
    }
}

/* Names every entry, by place in ids. */
static void name_entries(struct plan *plan, struct grants *grants)
{
    size_t count = grants->entries.list.len;
    grants->ids = arena_array_(&grants->memory, count, sizeof *grants->ids);
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &grants->entries.list.at[i];
        char *id = grants->ids[i];
        entry_id(entry_tree(plan, entry, id), 'g', &grants->text, id);
        grants_note(plan, grants, id, entry->at, entry->from, entry->until);
        plan_reset(plan);
    }
}

/* ---- whose they are -------------------------------------------------------------------------- */

/* Sorts by owner and leaves the order otherwise: one count, one pass. What a consumer passes on
 * stands behind all others. */
struct owned *grants_owned(struct plan *plan)
{
    const struct deployment *d = plan->deployment;
    if (plan->owned)
        return plan->owned;
    struct owned *owned = plan->owned = arena_new(&plan->s->arena, struct owned);
    struct entries *entries = &owned->entries;
    struct map places = {0};
    access_canonical(plan->s, d, entries);
    live_tags_make(plan->s, d, &owned->live);
    for (size_t i = 0; i < d->accounts.len; i++)
        map_set(&places, d->accounts.at[i], NULL, (void *)(uintptr_t)(i + 1));
    size_t count = entries->list.len;
    size_t *place = arena_array(&entries->arena, size_t, count);
    size_t *next = arena_array(&entries->arena, size_t, d->accounts.len + 2);
    owned->first = arena_array(&plan->s->arena, size_t, d->accounts.len + 2);
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &entries->list.at[i];
        place[i] = entry->acting == entry->owner
                       ? (size_t)(uintptr_t)map_get(&places, entry->owner, NULL) - 1
                       : d->accounts.len;
        owned->first[place[i] + 1]++;
    }
    for (size_t i = 0; i <= d->accounts.len; i++)
        next[i + 1] = owned->first[i + 1] += owned->first[i];
    struct entry *sorted = arena_array(&entries->arena, struct entry, count);
    for (size_t i = 0; i < count; i++)
        sorted[next[place[i]]++] = entries->list.at[i];
    entries->list.at = sorted;
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

/* What this mesh makes in the account: the defaults (IAM_ALLOWED_PRINCIPALS) are revoked from what
 * is managed, and stay on what is in hybrid access mode. */
static void set_made(struct plan *plan, json *out, bool hybrid)
{
    const struct mesh *mesh = plan->mesh;
    const struct deployment *deployment = plan->deployment;
    VEC(const char *) names = {0};
    VEC(const struct table_names *) made = {0};
    json *databases = json_set_array(out, "databases");
    json *tables = json_set_array(out, "tables");
    for (size_t i = 0; i < mesh->domains.len; i++)
        if (!mesh->domains.at[i]->existing && deployment->domains[i].catalog == plan->account &&
            mesh->domains.at[i]->storage.hybrid == hybrid)
            vec_push(&plan->s->arena, &names, deployment->domains[i].database);
    for (size_t i = 0; i < mesh->outputs.len; i++)
        if (table_is_made(mesh->outputs.at[i]) && output_is_hybrid(mesh->outputs.at[i]) == hybrid &&
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
    const struct owned *owned = grants_owned(plan);
    size_t place = account_place(d, account);
    plan->account = grants->account = account;
    grants->entries.list.at = owned->entries.list.at + owned->first[place];
    grants->entries.list.len = owned->first[place + 1] - owned->first[place];
    bool any = grants->entries.list.len || account->has_stacks || grants_takes(plan, account) ||
               grants_asked(plan, account) ||
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
    json_set_int(head, "format", 2);
    json_set_text(head, "mesh", plan->mesh->decl.name);
    json_set(head, "environment", d->name ? json_text(memory, d->name) : json_null(memory));
    json_set_text(head, "account", account_id(grants->account));
    json_set(head, "region", d->region ? json_text(memory, d->region) : json_null(memory));
    set_settings(plan, grants, json_set_object(head, "settings"));
    set_made(plan, json_set_object(head, "managed"), false);
    set_made(plan, json_set_object(head, "hybrid"), true);
    grants->sources = json_object(memory);
    grants->slices = json_object(memory);
    name_entries(plan, grants);
    grants_labels(plan, grants, head);
    grants_requests(plan, grants, head);
    grants_taking(plan, grants, head);
    json_set(head, "slices", grants->slices);
    json_set(head, "sources", grants->sources);
    return head;
}

void plan_grants_free(struct plan *plan, struct grants *grants)
{
    plan_reset(plan);
    buf_free(&grants->text);
    arena_free(&grants->memory);
}

void plan_grants_end(struct plan *plan)
{
    if (plan->owned) {
        arena_free(&plan->owned->entries.arena);
        live_tags_free(&plan->owned->live);
        grants_requests_free(plan->owned);
    }
}
