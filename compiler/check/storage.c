/* storage.c - what lies in the buckets of a deployment: lifecycles of tables, and the results of
 * queries, which lie outside of every table. */
#include "check/storage.h"
#include "check/areas.h"
#include "check/limits.h"
#include "check/made.h"
#include "model/names.h"

#include <string.h>

enum { SECONDS_OF_DAY = 24 * 60 * 60 };

/* ---- lifecycles ------------------------------------------------------------------------------ */

struct bucket { /* that the deployment makes */
    const char *name;
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

static void add_bucket(struct session *s, struct buckets *buckets, const char *name, struct span at)
{
    struct bucket *bucket = arena_new(&s->arena, struct bucket);
    bucket->name = name;
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
        add_bucket(s, buckets, deployment->mesh_bucket, mesh->bucket.at);
    }
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        const struct domain_names *names = &deployment->domains[domain->decl.index];
        if (!domain->existing && names->bucket_made_here && names->bucket) {
            add_bucket(s, buckets, names->bucket, domain->storage.at);
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

static void check_lifecycles(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    struct buckets buckets = {0};
    list_buckets(s, deployment, &buckets);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const struct table_names *names = &deployment->tables[output->decl.index];
        if (has_lifecycle(output) && output_is_made(output) && names->bucket && names->prefix) {
            check_lifecycle(s, output, names->bucket, &buckets);
        }
    }
    size_t limit = (size_t)limit_info(LIMIT_LIFECYCLE_RULES)->figure;
    for (size_t i = 0; i < buckets.list.len; i++) {
        const struct bucket *bucket = buckets.list.at[i];
        if (bucket->rules > limit) {
            diag(s, D_LIFECYCLE_RULES, bucket->at,
                 "bucket '%s' has %zu lifecycle rules, S3 takes %zu", bucket->name, bucket->rules,
                 limit);
        }
    }
    map_free(&buckets.by_name);
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

void check_storage(struct session *s, const struct deployment *deployment)
{
    check_lifecycles(s, deployment);
    check_results(s, deployment);
    check_bytes_limits(s, deployment->mesh);
}
