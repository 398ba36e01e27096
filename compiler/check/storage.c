/* storage.c - what lies in the buckets of a deployment: lifecycles of tables, and the results of
 * queries, which lie outside of every table. */
#include "check/storage.h"
#include "check/areas.h"
#include "check/limits.h"
#include "check/made.h"
#include "check/places.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

enum { SECONDS_OF_DAY = 24 * 60 * 60 };

/* ---- lifecycles ------------------------------------------------------------------------------ */

struct bucket { /* that the deployment makes */
    const char *name;
    const struct domain *domain; /* NULL: the mesh's */
    struct span at;
    size_t rules;
};

struct buckets {
    VEC(struct bucket *) list;
    struct map by_name;
};

int64_t lifecycle_days(const struct amount *amount)
{
    return amount->text ? (amount->base + SECONDS_OF_DAY - 1) / SECONDS_OF_DAY : 0;
}

bool has_lifecycle(const struct output *output)
{
    const struct lifecycle *life = &output->lifecycle;
    return life->infrequent_access.text || life->archive.text || life->delete.text;
}

/* S3 refuses a rule whose steps are out of order, and STANDARD_IA before 30 days. */
static void check_order(struct session *s, const struct lifecycle *life)
{
    const struct amount *steps[] = {&life->infrequent_access, &life->archive, &life->delete};
    static const char *const words[] = {"infrequent_access", "archive", "delete"};
    int64_t least = limit_info(LIMIT_TRANSITION_DAYS)->figure;
    int last = -1;
    for (int i = 0; i < 3; i++) {
        int64_t days = lifecycle_days(steps[i]);
        if (!steps[i]->text) {
            continue;
        }
        if (i == 0 && days < least) {
            diag(s, D_LIFECYCLE_ORDER, steps[i]->at,
                 "'infrequent_access' is at least %lld days, S3 moves nothing younger",
                 (long long)least);
            return;
        }
        if (last >= 0 && days <= lifecycle_days(steps[last])) {
            struct diag *d = diag(s, D_LIFECYCLE_ORDER, steps[i]->at,
                                  "'%s' has to come later than '%s'", words[i], words[last]);
            diag_place(s, d, steps[last]->at, "'%s' is here", words[last]);
            return;
        }
        last = i;
    }
}

/* Rules belong to the bucket's own stack: for buckets that are only referred to there is none. */
static void refuse_lifecycle(struct session *s, const struct lifecycle *life, const char *bucket)
{
    struct span at = life->delete.text    ? life->delete.at
                     : life->archive.text ? life->archive.at
                                          : life->infrequent_access.at;
    struct diag *d =
        diag(s, D_LIFECYCLE_EXISTING, at,
             "the lifecycle cannot be set: bucket '%s' is not made by this mesh", bucket);
    diag_help(s, d, "set the rule where the bucket is managed and remove 'lifecycle' here");
}

static void add_bucket(struct session *s, struct buckets *buckets, const char *name,
                       const struct domain *domain, struct span at)
{
    struct bucket *bucket = arena_new(&s->arena, struct bucket);
    bucket->name = name;
    bucket->domain = domain;
    bucket->at = at;
    if (map_put(&buckets->by_name, atom_of(&s->atoms, name), NULL, bucket) == bucket) {
        vec_push(&s->arena, &buckets->list, bucket);
    }
}

static void list_buckets(struct session *s, const struct deployment *deployment,
                         struct buckets *buckets)
{
    const struct mesh *mesh = deployment->mesh;
    if (deployment->mesh_bucket) {
        add_bucket(s, buckets, deployment->mesh_bucket, NULL, mesh->bucket.at);
    }
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        for (size_t k = 0; k < domain_store_count(domain); k++) {
            struct store store = domain_store(deployment, domain, k);
            if (store.made) {
                add_bucket(s, buckets, store.bucket, domain, store.storage->at);
            }
        }
    }
}

static void check_lifecycle(struct session *s, const struct output *output, const char *name,
                            const struct buckets *buckets)
{
    struct bucket *bucket = map_get(&buckets->by_name, atom_of(&s->atoms, name), NULL);
    if (bucket) {
        bucket->rules++;
        check_order(s, &output->lifecycle);
    } else {
        refuse_lifecycle(s, &output->lifecycle, name);
    }
}

static void check_lifecycles(struct session *s, const struct deployment *deployment,
                             const struct buckets *buckets)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const struct table_names *names = &deployment->tables[output->decl.index];
        if (has_lifecycle(output) && output_is_made(output) && names->bucket && names->prefix) {
            check_lifecycle(s, output, names->bucket, buckets);
        }
    }
    size_t limit = (size_t)limit_info(LIMIT_LIFECYCLE_RULES)->figure;
    for (size_t i = 0; i < buckets->list.len; i++) {
        const struct bucket *bucket = buckets->list.at[i];
        if (bucket->rules > limit) {
            diag(s, D_LIFECYCLE_RULES, bucket->at,
                 "bucket '%s' has %zu lifecycle rules, S3 takes %zu", bucket->name, bucket->rules,
                 limit);
        }
    }
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* AWS KMS API: KeyId. */
static bool is_key(const char *key)
{
    const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-";
    if (strncmp(key, "arn:", 4) == 0) {
        const char *resource = strrchr(key, ':');
        return strstr(key, ":kms:") &&
               (strncmp(resource, ":key/", 5) == 0 || strncmp(resource, ":alias/", 7) == 0) &&
               strchr(resource, '/')[1];
    }
    if (strncmp(key, "alias/", 6) == 0) {
        return key[6] && strspn(key + 6, letters) == strlen(key + 6) && strlen(key) <= 256;
    }
    const char *id = strncmp(key, "mrk-", 4) == 0 ? key + 4 : key;
    return strspn(id, "0123456789abcdef-") == strlen(id) && strlen(id) == (id == key ? 36u : 32u);
}

static void check_key(struct session *s, const struct storage *storage)
{
    const struct text *key = &storage->kms_key;
    if (!key->value || is_key(key->value)) {
        return;
    }
    struct diag *d = diag(s, D_BAD_KEY, key->at, "'%.80s' is no key of KMS", key->value);
    diag_help(s, d, "write its ARN, its id, or an alias: \"alias/sales\"");
}

/* ---- rules that reach other tables ----------------------------------------------------------- */

struct placed {
    const struct output *output;
    const char *bucket, *prefix;
};

static int by_bucket_and_prefix(const struct placed *x, const struct placed *y)
{
    int order = strcmp(x->bucket, y->bucket);
    return order ? order : strcmp(x->prefix, y->prefix);
}

static const struct amount *delete_of(const struct placed *placed)
{
    return &placed->output->lifecycle.delete;
}

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = by_bucket_and_prefix(x, y);
    return order ? order : strcmp(x->output->decl.path, y->output->decl.path);
}

static bool inside(const struct placed *inner, const struct placed *outer)
{
    return strcmp(inner->bucket, outer->bucket) == 0 &&
           strncmp(inner->prefix, outer->prefix, strlen(outer->prefix)) == 0;
}

/* A rule deletes whatever lies below its prefix, other tables too. */
static void check_reach(struct session *s, const struct placed *table, const struct placed *rule)
{
    const struct amount *kept = longest_retention(table->output);
    const struct amount *deleted = &rule->output->lifecycle.delete;
    if (table->output == rule->output || !kept || deleted->base >= kept->base) {
        return;
    }
    struct diag *d =
        diag(s, D_DELETED_TOO_EARLY, deleted->at,
             "this deletes after %s what lies in the folder of '%s': '%s', which is "
             "promised to be kept for %s",
             deleted->text, rule->output->decl.path, table->output->decl.path, kept->text);
    diag_place(s, d, kept->at, "the promise");
    diag_help(s, d, "give '%s' a place outside of %s", table->output->decl.path, rule->prefix);
}

/* Tables in the order of their places: what lies around one stands before it. Of the rules around a
 * place only the one that deletes first matters. */
static void check_nested_rules(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    struct placed *all = arena_array(&s->arena, struct placed, mesh->outputs.len + 1);
    const struct placed **around =
        arena_array(&s->arena, const struct placed *, mesh->outputs.len + 1);
    size_t count = 0, depth = 0;
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct table_names *names = &deployment->tables[mesh->outputs.at[i]->decl.index];
        if (output_is_made(mesh->outputs.at[i]) && names->bucket && names->prefix) {
            all[count++] = (struct placed){mesh->outputs.at[i], names->bucket, names->prefix};
        }
    }
    qsort(all, count, sizeof *all, by_place);
    for (size_t i = 0, end; i < count; i = end) {
        while (depth && !inside(&all[i], around[depth - 1])) {
            depth--;
        }
        bool shorter = false;
        int64_t least = depth ? delete_of(around[depth - 1])->base : INT64_MAX;
        for (end = i; end < count && by_bucket_and_prefix(&all[end], &all[i]) == 0; end++) {
            if (delete_of(&all[end])->text && delete_of(&all[end])->base < least) {
                least = delete_of(&all[end])->base;
                around[depth] = &all[end];
                shorter = true;
            }
        }
        depth += shorter ? 1 : 0;
        for (size_t k = i; depth && k < end; k++) {
            check_reach(s, &all[k], around[depth - 1]);
        }
    }
}

/* ---- access logs ----------------------------------------------------------------------------- */

/* S3 delivers logs to buckets of the same account that are encrypted with its own keys; the policy
 * that lets it in is written where the bucket is made. */
static void check_log(struct session *s, const struct deployment *deployment,
                      const struct domain *domain, const struct storage *storage,
                      const struct buckets *buckets)
{
    const struct text *log = &storage->log;
    if (storage->logs && storage->logs->encryption == ENCRYPTION_KMS) {
        struct diag *d = diag(s, D_LOG_BUCKET, log->at,
                              "S3 writes no access log into a bucket encrypted with a key of KMS");
        diag_place(s, d, storage->logs->at, "the zone");
        diag_help(s, d, "write `encryption: s3` there");
    }
    const struct bucket *made =
        log->value ? map_get(&buckets->by_name, atom_of(&s->atoms, log->value), NULL) : NULL;
    if (!made) {
        return;
    }
    if (!made->domain) { /* the mesh's, which is made first */
        if (account_of_domain(deployment, domain) != deployment->governance) {
            struct diag *d =
                diag(s, D_LOG_BUCKET, log->at,
                     "bucket '%s' is in another account: S3 logs into its own alone", log->value);
            diag_place(s, d, made->at, "here");
            diag_help(s, d, "log into a zone of this domain");
        }
        return;
    }
    struct diag *d = diag(s, D_LOG_BUCKET, log->at, "bucket '%s' is made by %s", log->value,
                          made->domain == domain ? "this domain" : "another domain's stack");
    diag_place(s, d, made->at, "here");
    diag_help(s, d,
              made->domain == domain
                  ? "name the zone, without quotes"
                  : "log into a zone of this domain, the mesh's bucket or one that exists");
}

static void check_stores(struct session *s, const struct deployment *deployment,
                         const struct buckets *buckets)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        for (size_t k = 0; k < domain_store_count(mesh->domains.at[i]); k++) {
            struct store store = domain_store(deployment, mesh->domains.at[i], k);
            check_key(s, store.storage);
            if (store.made) {
                check_log(s, deployment, mesh->domains.at[i], store.storage, buckets);
            }
        }
    }
}

/* ---- results of queries ---------------------------------------------------------------------- */

/* The tables that could hold results: at a bucket's root or in the folder of results. By place, the
 * first by name where two share one. */
static void list_suspects(struct session *s, const struct deployment *deployment,
                          struct map *suspects)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        struct output *output = mesh->outputs.at[i];
        const struct table_names *names = &deployment->tables[output->decl.index];
        if (!names->bucket || !names->prefix ||
            (names->prefix[0] && strncmp(names->prefix, RESULTS_FOLDER, strlen(RESULTS_FOLDER)))) {
            continue;
        }
        atom place =
            atom_of(&s->atoms, arena_format(&s->arena, "%s/%s", names->bucket, names->prefix));
        const struct output *first = map_put(suspects, place, NULL, output);
        if (strcmp(output->decl.path, first->decl.path) < 0) {
            map_set(suspects, place, NULL, output);
        }
    }
}

/* The table that lies at the place (bucket/prefix/) or above it, or NULL. */
static const struct output *covering(struct session *s, const struct map *suspects,
                                     const char *place)
{
    for (const char *end = strchr(place, '/'); end; end = strchr(end + 1, '/')) {
        atom above = atom_put(&s->atoms, place, (size_t)(end + 1 - place));
        const struct output *output = map_get(suspects, above, NULL);
        if (output) {
            return output;
        }
    }
    return NULL;
}

static void check_results(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    struct map suspects = {0};
    list_suspects(s, deployment, &suspects);
    for (size_t i = 0; suspects.count && i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        const char *bucket = deployment->domains[domain->decl.index].bucket;
        if (domain->existing || !bucket) {
            continue;
        }
        const char *place =
            arena_format(&s->arena, "%s/%s", bucket, name_results_prefix(&s->arena, domain));
        const struct output *table = covering(s, &suspects, place);
        if (!table) {
            continue;
        }
        struct diag *d =
            diag(s, D_RESULTS_IN_TABLE, table->location.value ? table->location.at : table->decl.at,
                 "query results of domain '%s' would lie inside this table", domain->decl.path);
        diag_help(s, d, "results are written to s3://%s: give the table a place of its own", place);
    }
    map_free(&suspects);
}

static void check_bytes_limits(struct session *s, const struct mesh *mesh)
{
    int64_t least = limit_info(LIMIT_BYTES_CUTOFF)->figure;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        if (!domain->existing && domain->bytes_limit.text && domain->bytes_limit.base < least) {
            diag(s, D_BYTES_LIMIT, domain->bytes_limit.at,
                 "Athena takes no bytes_limit below %lldMB", (long long)(least / 1000000));
        }
    }
}

/* ---- hybrid access --------------------------------------------------------------------------- */

/* A location is registered once, with all that lies below it. */
static void check_hybrid(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    bool any = false;
    for (size_t i = 0; i < mesh->outputs.len && !any; i++) {
        any = output_is_hybrid(mesh->outputs.at[i]);
    }
    if (!any) {
        return;
    }
    const struct places *places = places_new(s, deployment);
    for (size_t i = 0; i < places->mixed.len; i++) {
        const struct mixed *mixed = &places->mixed.at[i];
        struct diag *d =
            diag(s, D_HYBRID_MIXED, mixed->inner.at,
                 "this is %sregistered in hybrid access mode, and what it lies in is%s",
                 mixed->inner.hybrid ? "" : "not ", mixed->outer.hybrid ? "" : " not");
        diag_place(s, d, mixed->outer.at, "s3://%s/%s", mixed->outer.bucket, mixed->outer.prefix);
        diag_help(s, d, "give one of them another place");
    }
}

void check_storage(struct session *s, const struct deployment *deployment)
{
    struct buckets buckets = {0};
    list_buckets(s, deployment, &buckets);
    check_lifecycles(s, deployment, &buckets);
    check_nested_rules(s, deployment);
    check_hybrid(s, deployment);
    check_stores(s, deployment, &buckets);
    map_free(&buckets.by_name);
    check_results(s, deployment);
    check_bytes_limits(s, deployment->mesh);
}
