/* places.c - see places.h. */
#include "check/places.h"
#include "check/made.h"
#include "check/storage.h"

#include <stdlib.h>
#include <string.h>

/* ---- locations to register ------------------------------------------------------------------- */

/* Each account registers for itself: one place in two accounts is two roots. */
static int by_account(const struct root *x, const struct root *y)
{
    const char *a = x->account->id, *b = y->account->id;
    return strcmp(a ? a : "", b ? b : "");
}

static int by_place(const void *a, const void *b)
{
    const struct root *x = a, *y = b;
    int order = by_account(x, y);
    if (!order)
        order = strcmp(x->bucket, y->bucket);
    if (!order)
        order = strcmp(x->prefix, y->prefix);
    return order ? order : strcmp(x->domain->decl.path, y->domain->decl.path);
}

static int by_domain(const void *a, const void *b)
{
    const struct root *x = a, *y = b;
    if (x->domain == y->domain)
        return by_place(a, b);
    return strcmp(x->domain->decl.path, y->domain->decl.path);
}

struct folders { /* already proposed: the domain's folder in its own bucket, in each zone */
    bool *of_domain, *of_zone;
};

/* Tables below the domain's own folder share one registration; others get one each. */
static void propose_root(struct session *s, const struct deployment *d, const struct output *output,
                         const struct folders *folders, struct places *places)
{
    const struct domain *domain = output->domain;
    const struct table_names *names = &d->tables[output->decl.index];
    struct store home = output_store(d, output);
    size_t folder = strlen(domain->decl.path);
    struct root root = {domain,
                        d->domains[domain->decl.index].catalog,
                        names->bucket,
                        NULL,
                        home.storage->hybrid,
                        output->location.at};
    if (home.bucket && !strcmp(home.bucket, names->bucket) &&
        !strncmp(names->prefix, domain->decl.path, folder) && names->prefix[folder] == '/') {
        bool *seen = output->zone ? &folders->of_zone[output->zone->index]
                                  : &folders->of_domain[domain->decl.index];
        if (*seen)
            return;
        *seen = true;
        root.prefix = domain->decl.path;
        root.at = domain->decl.at;
    } else {
        size_t length = strlen(names->prefix);
        root.prefix = arena_copy(&s->arena, names->prefix, length ? length - 1 : 0);
    }
    if (!root.at.lo)
        root.at = output->decl.at;
    vec_push(&s->arena, &places->roots, root);
}

/* Is a root of the same account and bucket at the first `length` bytes of this one's prefix? */
static const struct root *find_root(const struct places *places, size_t count,
                                    const struct root *below, size_t length)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct root *root = &places->roots.at[mid];
        int order = by_account(root, below);
        if (!order)
            order = strcmp(root->bucket, below->bucket);
        if (!order)
            order = strncmp(root->prefix, below->prefix, length);
        if (!order && root->prefix[length])
            order = 1;
        if (!order)
            return root;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* The location above this one; NULL. */
static const struct root *root_above(const struct places *places, size_t count,
                                     const struct root *root)
{
    const struct root *above = root->prefix[0] ? find_root(places, count, root, 0) : NULL;
    for (const char *end = strchr(root->prefix, '/'); end && !above; end = strchr(end + 1, '/'))
        above = find_root(places, count, root, (size_t)(end - root->prefix));
    return above;
}

static void note_mixed(struct session *s, struct places *places, const struct root *inner,
                       const struct root *outer)
{
    if (inner->hybrid != outer->hybrid)
        vec_push(&s->arena, &places->mixed, ((struct mixed){*inner, *outer}));
}

/* Removes doubles (the first domain by name keeps a place) and what lies below another root. */
static void reduce_roots(struct session *s, struct places *places)
{
    size_t count = 0, kept = 0;
    struct root *all = places->roots.at;
    qsort(all, places->roots.len, sizeof *all, by_place);
    for (size_t i = 0; i < places->roots.len; i++)
        if (!count || by_account(&all[i], &all[count - 1]) ||
            strcmp(all[i].bucket, all[count - 1].bucket) ||
            strcmp(all[i].prefix, all[count - 1].prefix))
            all[count++] = all[i];
        else
            note_mixed(s, places, &all[i], &all[count - 1]);
    struct root *top = arena_array(&s->arena, struct root, count);
    for (size_t i = 0; i < count; i++) {
        const struct root *above = root_above(places, count, &all[i]);
        if (above)
            note_mixed(s, places, &all[i], above);
        else
            top[kept++] = all[i];
    }
    qsort(top, kept, sizeof *top, by_domain);
    places->roots.at = top;
    places->roots.len = places->roots.cap = kept;
}

static void index_roots(struct session *s, const struct mesh *mesh, struct places *places)
{
    places->first_root = arena_array(&s->arena, size_t, mesh->domains.len);
    places->root_count = arena_array(&s->arena, size_t, mesh->domains.len);
    for (size_t i = 0; i < places->roots.len; i++) {
        uint32_t domain = places->roots.at[i].domain->decl.index;
        if (!places->root_count[domain]++)
            places->first_root[domain] = i;
    }
}

static void list_roots(struct session *s, const struct deployment *d, struct places *places)
{
    const struct mesh *mesh = d->mesh;
    const struct folders folders = {arena_array(&s->arena, bool, mesh->domains.len),
                                    arena_array(&s->arena, bool, mesh->zones.len + 1)};
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const struct table_names *names = &d->tables[output->decl.index];
        if (output_is_made(output) && names->bucket && names->prefix)
            propose_root(s, d, output, &folders, places);
    }
    if (places->roots.len)
        reduce_roots(s, places);
    index_roots(s, mesh, places);
}

bool places_in_bucket(const struct places *places, const struct domain *domain, const char *bucket)
{
    const struct root *roots = places->roots.at + places->first_root[domain->decl.index];
    for (size_t i = 0; i < places->root_count[domain->decl.index]; i++)
        if (!strcmp(roots[i].bucket, bucket))
            return true;
    return false;
}

/* ---- runs ------------------------------------------------------------------------------------ */

static const char *first_text(const char *items, size_t size, size_t i)
{
    const char *text;
    memcpy(&text, items + i * size, sizeof text);
    return text;
}

/* Of structs that begin with a text and are sorted by it: those whose text is the key. */
static const void *run_of(const void *structs, size_t len, size_t size, const char *key,
                          size_t *count)
{
    const char *items = structs;
    size_t lo = 0, hi = len;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (strcmp(first_text(items, size, mid), key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    size_t end = lo;
    while (end < len && !strcmp(first_text(items, size, end), key))
        end++;
    *count = end - lo;
    return len ? items + lo * size : NULL;
}

/* ---- lifecycles ------------------------------------------------------------------------------ */

static int by_bucket(const void *a, const void *b)
{
    const struct expiry *x = a, *y = b;
    int order = strcmp(x->bucket, y->bucket);
    if (!order)
        order = strcmp(x->prefix, y->prefix);
    return order ? order : strcmp(x->output->decl.path, y->output->decl.path);
}

static void list_expiries(struct session *s, const struct deployment *d, struct places *places)
{
    const struct mesh *mesh = d->mesh;
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const struct table_names *names = &d->tables[output->decl.index];
        if (has_lifecycle(output) && output_is_made(output) && names->bucket && names->prefix)
            vec_push(&s->arena, &places->expiries,
                     (struct expiry){names->bucket, names->prefix, output});
    }
    if (places->expiries.len)
        qsort(places->expiries.at, places->expiries.len, sizeof *places->expiries.at, by_bucket);
}

const struct expiry *places_expiries(const struct places *places, const char *bucket, size_t *count)
{
    return run_of(places->expiries.at, places->expiries.len, sizeof(struct expiry), bucket, count);
}

/* ---- access logs ----------------------------------------------------------------------------- */

static int by_target(const void *a, const void *b)
{
    const struct log *x = a, *y = b;
    int order = strcmp(x->target, y->target);
    return order ? order : strcmp(x->source, y->source);
}

const char *log_target(const struct deployment *d, const struct domain *domain,
                       const struct storage *storage)
{
    for (size_t i = 0; storage->logs && i < domain_store_count(domain); i++) {
        struct store store = domain_store(d, domain, i);
        if (store.storage == storage->logs)
            return store.bucket;
    }
    return storage->log.value;
}

static void list_logs(struct session *s, const struct deployment *d, struct places *places)
{
    const struct mesh *mesh = d->mesh;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        for (size_t k = 0; k < domain_store_count(domain); k++) {
            struct store store = domain_store(d, domain, k);
            const char *target = store.made ? log_target(d, domain, store.storage) : NULL;
            if (target)
                vec_push(&s->arena, &places->logs, ((struct log){target, store.bucket}));
        }
    }
    if (places->logs.len)
        qsort(places->logs.at, places->logs.len, sizeof *places->logs.at, by_target);
}

const struct log *places_logs(const struct places *places, const char *target, size_t *count)
{
    return run_of(places->logs.at, places->logs.len, sizeof(struct log), target, count);
}

struct places *places_new(struct session *s, const struct deployment *deployment)
{
    struct places *places = arena_new(&s->arena, struct places);
    list_roots(s, deployment, places);
    list_expiries(s, deployment, places);
    list_logs(s, deployment, places);
    return places;
}
