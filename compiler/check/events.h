/* events.h - the events that start machines in one deployment: in which bucket an object has to
 * appear, and what has to be forwarded because it happens in another account than the machine's.
 *
 * An event appears on the default bus of the account in which it happens. Where the machine is in
 * another, one rule there forwards the event, under a role of its domain, to the default bus of the
 * machine's account, which has to let it in; forwarded once for each account, whatever waits for it
 * there, because each copy would be a start. */
#ifndef MESH_CHECK_EVENTS_H
#define MESH_CHECK_EVENTS_H

#include "base/map.h"
#include "model/deployment.h"

struct event_place { /* of a TRIGGER_OBJECT */
    atom bucket;     /* NULL: none is known */
    const char *prefix;
};

struct listener {
    const struct pipeline *pipeline;
    const struct trigger *trigger;
    struct event_place place;
};

struct watched { /* a bucket in which new objects start something */
    atom bucket;
    const struct domain *domain; /* whose store it is; NULL: the mesh's or none of the mesh */
    bool made;                   /* by this mesh, so that it tells EventBridge */
    VEC(struct listener) listeners;
};

struct events {
    struct session *s;
    const struct deployment *deployment;
    struct map by_bucket; /* (atom, NULL) -> struct watched */
    VEC(struct watched *) buckets;
};

/* An event's trigger that makes a rule: one that another trigger stands for has no cause left. */
bool event_has_rule(const struct trigger *trigger);
/* The pipeline's rules are made, and the role that they start it as. */
size_t event_rules(const struct pipeline *pipeline);

struct event_place event_place(struct session *s, const struct deployment *deployment,
                               const struct pipeline *pipeline, const struct trigger *trigger);

struct events *events_new(struct session *s, const struct deployment *deployment);
void events_free(struct events *events);
const struct watched *events_watched(const struct events *events, const char *bucket);

struct forward { /* one rule of a domain that sends its events to another account */
    const struct pipeline *cause;  /* its success; NULL: */
    const struct watched *watched; /* objects in one of its buckets */
    const struct deployment_account *to;
};

struct forwards {
    VEC(struct forward) list;
};

void events_forwards(const struct events *events, const struct domain *domain,
                     struct forwards *out);
/* The accounts that send events to machines of a domain: each has to be let in. */
struct senders {
    VEC(const struct deployment_account *) list;
};
void events_senders(const struct events *events, const struct domain *domain, struct senders *out);

#endif
