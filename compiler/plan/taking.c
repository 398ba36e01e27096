/* taking.c - what an account does with what others share with it (access.md 4.3): accept the
 * shares, see the owner's database under a link of its own, and let its principals see the link. */
#include "plan/grants.h"

#include "check/access/owners.h"
#include "check/limits.h"
#include "model/names.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

/* One principal that is to see a link, and how long. */
struct sight {
    const struct principal *principal;
    const struct domain *domain;
    const char *until;
    struct span at;
};

struct taker {
    struct plan *plan;
    const struct deployment_account *account;
    VEC(const struct deployment_account *) owners;
    VEC(const struct domain *) domains;
    VEC(struct sight) sights;
    struct map linked; /* (principal, domain): it has a right on a link to that */
    struct map seen;   /* (owner, NULL), (domain, NULL), (principal, domain) -> place from 1 */
};

/* It is shared with this account, or with somebody in it. */
static bool is_shared(const struct taker *t, const struct entry *entry)
{
    const struct deployment *d = t->plan->deployment;
    return entry->owner != t->account && entry->principal->kind != PRINCIPAL_ORGANIZATION &&
           entry->resource != ENTRY_LINK && account_of_principal(d, entry->principal) == t->account;
}

static void see(struct taker *t, const struct entry *entry)
{
    struct arena *arena = &t->plan->s->arena;
    size_t place = (size_t)(uintptr_t)map_get(&t->seen, entry->principal, entry->domain);
    if (place) {
        struct sight *sight = &t->sights.at[place - 1];
        bool longer = sight->until && (!entry->until || strcmp(entry->until, sight->until) > 0);
        sight->until = longer ? entry->until : sight->until;
        return;
    }
    if (!map_get(&t->linked, entry->principal, entry->domain)) {
        vec_push(arena, &t->sights,
                 (struct sight){entry->principal, entry->domain, entry->until, entry->at});
        map_put(&t->seen, entry->principal, entry->domain, (void *)(uintptr_t)t->sights.len);
    }
    if (!map_get(&t->seen, entry->domain, NULL)) {
        map_put(&t->seen, entry->domain, NULL, t);
        vec_push(arena, &t->domains, entry->domain);
    }
}

static int by_id(const void *left, const void *right)
{
    const struct deployment_account *const *a = left, *const *b = right;
    return strcmp((*a)->id ? (*a)->id : "", (*b)->id ? (*b)->id : "");
}

static int by_domain(const void *left, const void *right)
{
    const struct domain *const *a = left, *const *b = right;
    return strcmp((*a)->decl.path, (*b)->decl.path);
}

static int by_sight(const void *left, const void *right)
{
    const struct sight *a = left, *b = right;
    int order = strcmp(a->domain->decl.path, b->domain->decl.path);
    return order ? order : strcmp(a->principal->decl.path, b->principal->decl.path);
}

/* Whoever is granted the link itself sees it already. */
static void note_links(struct taker *t)
{
    const struct entries *entries = &t->plan->owned->entries;
    for (size_t i = 0; i < entries->list.len; i++) {
        const struct entry *entry = &entries->list.at[i];
        if (entry->link && entry->link->domain && entry->owner == t->account)
            map_put(&t->linked, entry->principal, entry->link->domain, t);
    }
}

static void gather(struct taker *t)
{
    const struct entries *entries = &t->plan->owned->entries;
    note_links(t);
    for (size_t i = 0; i < entries->list.len; i++) {
        const struct entry *entry = &entries->list.at[i];
        if (!is_shared(t, entry))
            continue;
        if (!map_get(&t->seen, entry->owner, NULL)) {
            map_put(&t->seen, entry->owner, NULL, t);
            vec_push(&t->plan->s->arena, &t->owners, entry->owner);
        }
        if (entry->domain && principal_is_one(entry->principal))
            see(t, entry);
    }
    if (t->owners.len)
        qsort(t->owners.at, t->owners.len, sizeof *t->owners.at, by_id);
    if (t->domains.len)
        qsort(t->domains.at, t->domains.len, sizeof *t->domains.at, by_domain);
    if (t->sights.len)
        qsort(t->sights.at, t->sights.len, sizeof *t->sights.at, by_sight);
}

/* ---- as trees -------------------------------------------------------------------------------- */

static const char *seen_name(const struct taker *t, const struct domain *domain, bool *declared)
{
    return name_seen_database(&t->plan->s->arena, t->plan->deployment, domain, t->account,
                              declared);
}

static void set_links(const struct taker *t, json *out)
{
    const struct deployment *d = t->plan->deployment;
    for (size_t i = 0; i < t->domains.len; i++) {
        const struct domain *domain = t->domains.at[i];
        bool declared;
        json *link = json_add_object(out);
        json_set_text(link, "name", seen_name(t, domain, &declared));
        json_set_text(link, "catalog", plan_account_text(d->domains[domain->decl.index].catalog));
        json_set_text(link, "database", d->domains[domain->decl.index].database);
        json_set_bool(link, "declared", declared);
    }
}

static void set_sight(const struct taker *t, const struct sight *sight, json *tree)
{
    struct plan *plan = t->plan;
    bool declared;
    json_set_text(json_set_object(tree, "Principal"), "DataLakePrincipalIdentifier",
                  plan_principal_text(plan, sight->principal));
    json_set(json_set_object(tree, "Resource"), "Database",
             entry_database(plan, plan_account_text(t->account),
                            seen_name(t, sight->domain, &declared)));
    json_add_text(json_set_array(tree, "Permissions"), "DESCRIBE");
    json_set_array(tree, "PermissionsWithGrantOption");
}

/* The entries of a new batch. */
static json *add_batch(json *out, const struct deployment_account *catalog)
{
    json *batch = json_add_object(out);
    json_set_text(batch, "CatalogId", plan_account_text(catalog));
    return json_set_array(batch, "Entries");
}

static void set_batches(const struct taker *t, struct grants *grants, json *out)
{
    size_t most = (size_t)limit_info(LIMIT_BATCH_ENTRIES)->figure;
    json *entries = NULL;
    for (size_t i = 0; i < t->sights.len; i++) {
        const struct sight *sight = &t->sights.at[i];
        char *id = grants_id(grants);
        if (i % most == 0)
            entries = add_batch(out, t->account);
        json *tree = json_add_object(entries);
        json_set_text(tree, "Id", id);
        set_sight(t, sight, tree);
        entry_id(tree, 'g', &grants->text, id);
        grants_note(t->plan, grants, id, sight->at, NULL, sight->until);
    }
}

/* What the account passes on, one batch after another of each owner. */
static void add_passed_on(const struct taker *t, struct grants *grants, json *out)
{
    const struct owned *owned = t->plan->owned;
    size_t first = owned->first[t->plan->deployment->accounts.len];
    size_t most = (size_t)limit_info(LIMIT_BATCH_ENTRIES)->figure, count = 0;
    const struct deployment_account *owner = NULL;
    json *entries = NULL;
    for (size_t i = first; i < owned->entries.list.len; i++) {
        const struct entry *entry = &owned->entries.list.at[i];
        if (entry->acting != t->account)
            continue;
        if (entry->owner != owner || count == most) {
            entries = add_batch(out, entry->owner);
            owner = entry->owner;
            count = 0;
        }
        count++;
        char *id = grants_id(grants);
        json *tree = json_add(entries, entry_tree(t->plan, entry, id));
        entry_id(tree, 'g', &grants->text, id);
        grants_note(t->plan, grants, id, entry->at, entry->from, entry->until);
    }
}

bool grants_takes(struct plan *plan, const struct deployment_account *account)
{
    struct taker t = {.plan = plan, .account = account};
    bool any = false;
    for (size_t i = 0; !any && i < plan->owned->entries.list.len; i++)
        any = is_shared(&t, &plan->owned->entries.list.at[i]);
    return any;
}

void grants_taking(struct plan *plan, struct grants *grants, json *head)
{
    struct taker t = {.plan = plan, .account = grants->account};
    if (plan->deployment->accounts.len < 2)
        return;
    gather(&t);
    if (t.owners.len) {
        json *taking = json_set_object(head, "taking");
        json *owners = json_set_array(taking, "owners");
        for (size_t i = 0; i < t.owners.len; i++)
            json_add_text(owners, plan_account_text(t.owners.at[i]));
        set_links(&t, json_set_array(taking, "links"));
        json *batches = json_set_array(taking, "batches");
        set_batches(&t, grants, batches);
        add_passed_on(&t, grants, batches);
    }
    map_free(&t.linked);
    map_free(&t.seen);
}
