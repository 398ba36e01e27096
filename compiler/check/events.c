/* events.c - see events.h. */
#include "check/events.h"

#include "check/made.h"

#include <string.h>

bool event_has_rule(const struct trigger *trigger)
{
    return trigger->kind == TRIGGER_OBJECT || trigger->causes.len > 0;
}

size_t event_rules(const struct pipeline *pipeline)
{
    size_t count = 0;
    for (size_t i = 0; i < pipeline->events.len; i++) {
        count += event_has_rule(&pipeline->events.at[i]) ? 1 : 0;
    }
    return count;
}

/* ---- buckets --------------------------------------------------------------------------------- */

struct event_place event_place(struct session *s, const struct deployment *deployment,
                               const struct pipeline *pipeline, const struct trigger *trigger)
{
    const char *text = trigger->place.value;
    if (strncmp(text, "s3://", 5) != 0) {
        const char *bucket = deployment->domains[pipeline->domain->decl.index].bucket;
        return (struct event_place){bucket ? atom_of(&s->atoms, bucket) : NULL, text};
    }
    text += 5;
    size_t length = strcspn(text, "/");
    return (struct event_place){atom_put(&s->atoms, text, length),
                                text[length] ? text + length + 1 : ""};
}

static struct watched *watch(struct events *e, atom bucket)
{
    struct watched *watched = map_get(&e->by_bucket, bucket, NULL);
    if (!watched) {
        watched = arena_new(&e->s->arena, struct watched);
        watched->bucket = bucket;
        map_set(&e->by_bucket, bucket, NULL, watched);
        vec_push(&e->s->arena, &e->buckets, watched);
    }
    return watched;
}

static void listen(struct events *e, const struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->events.len; i++) {
        const struct trigger *trigger = &pipeline->events.at[i];
        if (trigger->kind != TRIGGER_OBJECT) {
            continue;
        }
        struct event_place place = event_place(e->s, e->deployment, pipeline, trigger);
        if (place.bucket) {
            struct listener listener = {pipeline, trigger, place};
            vec_push(&e->s->arena, &watch(e, place.bucket)->listeners, listener);
        }
    }
}

/* Whose they are: the domain that makes one, else the first that names it. */
static void find_owners(struct events *e)
{
    const struct deployment *d = e->deployment;
    for (size_t i = 0; i < d->mesh->domains.len; i++) {
        const struct domain *domain = d->mesh->domains.at[i];
        for (size_t k = 0; k < domain_store_count(domain); k++) {
            struct store store = domain_store(d, domain, k);
            struct watched *watched =
                store.bucket ? map_get(&e->by_bucket, atom_of(&e->s->atoms, store.bucket), NULL)
                             : NULL;
            bool shared = d->mesh_bucket && store.bucket && !strcmp(d->mesh_bucket, store.bucket);
            if (watched && !shared && (store.made || !watched->domain)) {
                watched->domain = domain;
                watched->made |= store.made && !domain->existing;
            }
        }
    }
    struct watched *shared =
        d->mesh_bucket ? map_get(&e->by_bucket, atom_of(&e->s->atoms, d->mesh_bucket), NULL) : NULL;
    if (shared) {
        shared->made = true;
    }
}

struct events *events_new(struct session *s, const struct deployment *deployment)
{
    struct events *e = arena_new(&s->arena, struct events);
    e->s = s;
    e->deployment = deployment;
    for (size_t i = 0; i < deployment->mesh->pipelines.len; i++) {
        if (pipeline_is_made(deployment->mesh->pipelines.at[i])) {
            listen(e, deployment->mesh->pipelines.at[i]);
        }
    }
    if (e->buckets.len) {
        find_owners(e);
    }
    return e;
}

void events_free(struct events *events)
{
    map_free(&events->by_bucket);
}

const struct watched *events_watched(const struct events *events, const char *bucket)
{
    return events->buckets.len
               ? map_get(&events->by_bucket, atom_of(&events->s->atoms, bucket), NULL)
               : NULL;
}

/* ---- between accounts ------------------------------------------------------------------------ */

static void forward(const struct events *e, struct forward forward, struct map *seen,
                    const struct deployment_account *from, const struct pipeline *to,
                    struct forwards *out)
{
    forward.to = account_of_domain(e->deployment, to->domain);
    const void *thing = forward.cause ? (const void *)forward.cause : (const void *)forward.watched;
    if (forward.to != from && pipeline_is_made(to) && !map_get(seen, thing, forward.to)) {
        map_set(seen, thing, forward.to, seen);
        vec_push(&e->s->arena, &out->list, forward);
    }
}

void events_forwards(const struct events *events, const struct domain *domain, struct forwards *out)
{
    const struct deployment *d = events->deployment;
    const struct deployment_account *from = account_of_domain(d, domain);
    struct map seen = {0};
    if (d->accounts.len < 2 || domain->existing) {
        return;
    }
    for (size_t i = 0; i < domain->pipelines.len; i++) {
        const struct pipeline *cause = domain->pipelines.at[i];
        for (size_t k = 0; k < cause->starts.len; k++) {
            forward(events, (struct forward){.cause = cause}, &seen, from, cause->starts.at[k],
                    out);
        }
    }
    for (size_t i = 0; i < domain_store_count(domain); i++) {
        struct store store = domain_store(d, domain, i);
        const struct watched *watched = store.bucket ? events_watched(events, store.bucket) : NULL;
        for (size_t k = 0; watched && watched->domain == domain && k < watched->listeners.len;
             k++) {
            forward(events, (struct forward){.watched = watched}, &seen, from,
                    watched->listeners.at[k].pipeline, out);
        }
    }
    map_free(&seen);
}

static void add_sender(const struct events *e, const struct domain *from,
                       const struct deployment_account *home, struct map *seen, struct senders *out)
{
    const struct deployment_account *account = account_of_domain(e->deployment, from);
    if (account != home && !map_get(seen, account, NULL)) {
        map_set(seen, account, NULL, seen);
        vec_push(&e->s->arena, &out->list, account);
    }
}

void events_senders(const struct events *events, const struct domain *domain, struct senders *out)
{
    const struct deployment *d = events->deployment;
    const struct deployment_account *home = account_of_domain(d, domain);
    struct map seen = {0};
    if (d->accounts.len < 2) {
        return;
    }
    for (size_t i = 0; i < domain->pipelines.len; i++) {
        const struct pipeline *pipeline = domain->pipelines.at[i];
        for (size_t k = 0; pipeline_is_made(pipeline) && k < pipeline->events.len; k++) {
            const struct trigger *trigger = &pipeline->events.at[k];
            for (size_t n = 0; n < trigger->causes.len; n++) {
                add_sender(events, trigger->causes.at[n]->domain, home, &seen, out);
            }
            struct event_place place = {0};
            if (trigger->kind == TRIGGER_OBJECT) {
                place = event_place(events->s, d, pipeline, trigger);
            }
            const struct watched *watched =
                place.bucket ? events_watched(events, place.bucket) : NULL;
            if (watched && watched->domain) {
                add_sender(events, watched->domain, home, &seen, out);
            }
        }
    }
    map_free(&seen);
}
