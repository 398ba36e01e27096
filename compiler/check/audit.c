/* audit.c - rules over the audit: its log does not record itself, and what it records fits a
 * trail. */
#include "check/audit.h"
#include "check/areas.h"

#include "base/map.h"
#include "check/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- places ---------------------------------------------------------------------------------- */

static void add_place(struct audit_places *out, const struct deployment_account *account,
                      const char *bucket, const char *prefix)
{
    if (bucket) {
        const char *path = arena_format(out->arena, "%s/%s", bucket, prefix ? prefix : "");
        vec_push(out->arena, &out->list, ((struct audit_place){account, path}));
    }
}

static int by_account(const struct deployment_account *a, const struct deployment_account *b)
{
    return strcmp(a->id ? a->id : "", b->id ? b->id : "");
}

static int by_place(const void *a, const void *b)
{
    const struct audit_place *x = a, *y = b;
    int order = by_account(x->account, y->account);
    return order ? order : strcmp(x->path, y->path);
}

/* Sorted; what lies inside another place is recorded with that one. */
static void settle(struct audit_places *out)
{
    size_t kept = 0;
    if (out->list.len > 0) {
        qsort(out->list.at, out->list.len, sizeof *out->list.at, by_place);
    }
    for (size_t i = 0; i < out->list.len; i++) {
        const struct audit_place *place = &out->list.at[i];
        const struct audit_place *last = kept ? &out->list.at[kept - 1] : NULL;
        if (!last || last->account != place->account ||
            strncmp(last->path, place->path, strlen(last->path)) != 0) {
            out->list.at[kept++] = *place;
        }
    }
    out->list.len = kept;
}

static void add_buckets(const struct deployment *deployment, struct audit_places *out)
{
    const struct mesh *mesh = deployment->mesh;
    add_place(out, deployment->governance, deployment->mesh_bucket, NULL);
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain_names *names = &deployment->domains[i];
        if (names->bucket != deployment->mesh_bucket) {
            add_place(out, names->account, names->bucket, NULL);
        }
    }
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct domain *domain = mesh->outputs.at[i]->domain;
        const struct domain_names *names = &deployment->domains[domain->decl.index];
        const char *bucket = deployment->tables[i].bucket;
        if (bucket != names->bucket) {
            add_place(out, names->account, bucket, NULL);
        }
    }
}

void audit_places(const struct deployment *deployment, struct audit_places *out)
{
    const struct audit *audit = deployment->mesh->audit;
    for (size_t i = 0; i < audit->events.len; i++) {
        const struct output *output = audit->events.at[i];
        const struct table_names *names = &deployment->tables[output->decl.index];
        add_place(out, deployment->domains[output->domain->decl.index].account, names->bucket,
                  names->prefix);
    }
    if (!audit->chosen) {
        add_buckets(deployment, out);
    }
    settle(out);
}

const struct audit_place *audit_places_of(const struct audit_places *places,
                                          const struct deployment_account *account, size_t *count)
{
    size_t lo = 0, hi = places->list.len;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        bool before = by_account(places->list.at[middle].account, account) < 0;
        lo = before ? middle + 1 : lo;
        hi = before ? hi : middle;
    }
    for (hi = lo; hi < places->list.len && places->list.at[hi].account == account;) {
        hi++;
    }
    *count = hi - lo;
    return &places->list.at[lo];
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* Each delivery would be an event, and so the next delivery. */
static void check_log(struct session *s, const struct audit *audit,
                      const struct audit_places *places)
{
    const char *bucket = audit->existing ? audit->bucket.value : NULL;
    size_t length = bucket ? strlen(bucket) : 0;
    for (size_t i = 0; bucket && i < places->list.len; i++) {
        const char *place = places->list.at[i].path;
        if (strncmp(place, bucket, length) == 0 && place[length] == '/') {
            struct diag *d =
                diag(s, D_AUDIT_LOG, audit->bucket.at,
                     "the log of the audit would record itself: '%s' is a bucket whose "
                     "reads and writes it records",
                     bucket);
            diag_help(s, d, "give the log a bucket of its own");
            return;
        }
    }
}

/* A retention of less than a day is none. */
static void check_retention(struct session *s, const struct audit *audit)
{
    const struct amount *retention = &audit->retention;
    if (retention->text && retention->base < 24 * 60 * 60) {
        diag(s, D_AUDIT_LOG, retention->at,
             "S3 keeps objects for whole days: at least 1d; this is %s", retention->text);
    }
}

/* Each account has a trail of its own. */
static void check_selectors(struct session *s, const struct audit *audit,
                            const struct audit_places *places)
{
    size_t most = (size_t)limit_info(LIMIT_TRAIL_SELECTORS)->figure, count;
    for (size_t i = 0; i < places->list.len; i += count) {
        audit_places_of(places, places->list.at[i].account, &count);
        if (count + AUDIT_FIXED_SELECTORS <= most) {
            continue;
        }
        const char *id = places->list.at[i].account->id;
        struct diag *d =
            diag(s, D_AUDIT_SELECTORS, audit->decl.at,
                 "the audit%s%s has %zu event selectors, a trail of CloudTrail takes "
                 "%zu",
                 id ? " in account " : "", id ? id : "", count + AUDIT_FIXED_SELECTORS, most);
        diag_help(s, d, "name fewer, or whole domains: products in one folder count once");
    }
}

void check_audit(struct session *s, const struct deployment *deployment)
{
    const struct audit *audit = deployment->mesh->audit;
    struct audit_places places = {.arena = &s->arena};
    if (!audit) {
        return;
    }
    audit_places(deployment, &places);
    check_log(s, audit, &places);
    check_retention(s, audit);
    check_selectors(s, audit, &places);
}
