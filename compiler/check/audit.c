/* audit.c - rules over the audit: its log does not record itself, and what it records fits a
 * trail. */
#include "check/audit.h"
#include "check/areas.h"

#include "base/map.h"
#include "check/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- places ---------------------------------------------------------------------------------- */

static void add_place(struct audit_places *out, const char *bucket, const char *prefix)
{
    if (bucket) {
        const char *place = arena_format(out->arena, "%s/%s", bucket, prefix ? prefix : "");
        vec_push(out->arena, &out->list, place);
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted; what lies inside another place is recorded with that one. */
static void settle(struct audit_places *out)
{
    size_t kept = 0;
    if (out->list.len > 0) {
        qsort(out->list.at, out->list.len, sizeof *out->list.at, by_text);
    }
    for (size_t i = 0; i < out->list.len; i++) {
        const char *last = kept ? out->list.at[kept - 1] : NULL;
        if (!last || strncmp(last, out->list.at[i], strlen(last)) != 0) {
            out->list.at[kept++] = out->list.at[i];
        }
    }
    out->list.len = kept;
}

void audit_places(const struct deployment *deployment, struct audit_places *out)
{
    const struct mesh *mesh = deployment->mesh;
    const struct audit *audit = mesh->audit;
    for (size_t i = 0; i < audit->events.len; i++) {
        const struct table_names *names = &deployment->tables[audit->events.at[i]->decl.index];
        add_place(out, names->bucket, names->prefix);
    }
    if (!audit->chosen) {
        add_place(out, deployment->mesh_bucket, NULL);
        for (size_t i = 0; i < mesh->domains.len; i++) {
            add_place(out, deployment->domains[i].bucket, NULL);
        }
        for (size_t i = 0; i < mesh->outputs.len; i++) {
            const char *bucket = deployment->tables[i].bucket;
            if (bucket != deployment->domains[mesh->outputs.at[i]->domain->decl.index].bucket) {
                add_place(out, bucket, NULL);
            }
        }
    }
    settle(out);
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* Each delivery would be an event, and so the next delivery. */
static void check_log(struct session *s, const struct audit *audit,
                      const struct audit_places *places)
{
    const char *bucket = audit->existing ? audit->bucket.value : NULL;
    size_t length = bucket ? strlen(bucket) : 0;
    for (size_t i = 0; bucket && i < places->list.len; i++) {
        const char *place = places->list.at[i];
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
    size_t most = (size_t)limit_info(LIMIT_TRAIL_SELECTORS)->figure;
    size_t count = places.list.len + AUDIT_FIXED_SELECTORS;
    if (count > most) {
        struct diag *d =
            diag(s, D_AUDIT_SELECTORS, audit->decl.at,
                 "the audit has %zu event selectors, a trail of CloudTrail takes %zu", count, most);
        diag_help(s, d, "name fewer, or whole domains: products in one folder count once");
    }
}
