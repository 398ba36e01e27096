/* plan.h - the model turned into AWS resources, one deployment at a time; one file a service.
 *
 * A plan lists its stacks at once; the resources of a stack are made on demand (plan_stack) and
 * given back before the next (plan_stack_free), so that memory stays flat however large the mesh
 * is. */
#ifndef MESH_PLAN_PLAN_H
#define MESH_PLAN_PLAN_H

#include "base/json.h"
#include "check/made.h"
#include "check/stacks.h"
#include "model/deployment.h"

struct resource {
    const char *id;         /* logical id: letters and digits, made from names only */
    const char *type;       /* "AWS::Glue::Table" */
    json *properties;       /* in scratch */
    bool retain;            /* holds data: DeletionPolicy and UpdateReplacePolicy Retain */
    const char *depends_on; /* a logical id or NULL */
    struct {                /* of a resource that the mesh spells out: several */
        const char **at;
        size_t len, cap;
    } after;
    struct span at; /* the declaration it comes from */
};

struct stack {
    const struct stack_head *head;
    const char *description;
    const struct domain *domain;    /* head's; NULL: governance */
    bool has_roles;                 /* needs CAPABILITY_NAMED_IAM */
    VEC(struct resource) resources; /* sorted by id; ids outlive plan_stack_free */
};

struct late { /* a value that is filled in when all of its stack is made */
    json *object;
    const struct data *data;
};

struct plan {
    struct session *s;
    const struct mesh *mesh;
    const struct deployment *deployment;
    VEC(struct stack *) stacks;               /* deploy order: governance first */
    const struct deployment_account *account; /* where what is being made stands or acts */
    struct arena scratch; /* texts of the stack being made; emptied by plan_stack_free */

    /* What plan.c keeps for the others; empty again after plan_stack_free, except for places. */
    struct map ids;             /* logical ids taken in the stack being made */
    struct map made;            /* plan_made: (thing, role) -> logical id */
    VEC(struct late) late;      /* resources.c: references of the stack being made */
    struct map patches;         /* resources.c: by type and domain */
    bool *patched;              /* by patch: it reached something; NULL: none was looked for */
    struct places *places;      /* where all tables lie, see check/places.h */
    struct audit_places *audit; /* cloudtrail.c: made when first asked */
    struct events *events;      /* what starts machines, see check/events.h */
    struct owned *owned;        /* grants.c: entries by owner; made when first asked */
    struct publishers
        *publishers; /* sns.c: who publishes to which channel; made when first asked */
};

/* Makes every stack for what it reports, and gives it back: references and patches are judged where
 * the stacks are made. */
void plan_judge(struct session *s, const struct deployment *deployment);

/* Warns of patches that reached nothing, once all stacks were made. */
void plan_judge_patches(struct plan *plan);

/* Lists the stacks; reports nothing. */
struct plan *plan_new(struct session *s, const struct deployment *deployment);
/* Makes the resources of a stack; reports what does not fit (limits). */
void plan_stack(struct plan *plan, struct stack *stack);
void plan_stack_free(struct plan *plan, struct stack *stack);
/* What plan_machine and plan_grants_batch made ends here. */
void plan_reset(struct plan *plan);
void plan_free(struct plan *plan);

/* The definition of a pipeline's machine, as it stands in its template and in states/. It lives
 * until plan_reset. */
json *plan_machine(struct plan *plan, const struct pipeline *pipeline);

/* grants/<account>.json (format of the build contract) in pieces, because it is as large as all
 * tables together: a head with every member but the last, then the batches, which are that. */
struct grants;
/* What the administrator of one account does; NULL: nothing to grant or manage there. */
struct grants *plan_grants(struct plan *plan, const struct deployment_account *account);
size_t plan_grants_count(const struct grants *grants); /* entries in all batches */
const json *plan_grants_head(struct plan *plan, struct grants *grants);
/* After the head: the next batch, which lives until the following call; NULL: that was the last. */
json *plan_grants_batch(struct plan *plan, struct grants *grants);
void plan_grants_free(struct plan *plan, struct grants *grants);
/* After the last account. */
void plan_grants_end(struct plan *plan);

/* ---- for the files of plan/ ------------------------------------------------------------------ */

/* Adds a resource; id parts are joined in CamelCase of letters and digits: ("Table", "orders_v1")
 * -> "TableOrdersV1". Returns its properties, an empty object, to be filled. Ids are unique in a
 * stack: a clash gets a suffix from the hash of the names. */
json *plan_resource(struct plan *plan, struct stack *stack, const char *type, struct span at,
                    const char *prefix, const char *name);
/* A declaration's name inside its domain, for logical ids: "transactions", "orders.v1". */
const char *plan_local(const struct decl *decl, const struct domain *domain);
/* The resource added last, to set retain or depends_on. */
struct resource *plan_last(struct stack *stack);

/* The stack's resource that stands for a thing of the model in one role ("database", "table",
 * "topic", ...): plan_made returns the logical id that plan_keep noted, NULL when this stack made
 * none. Roles are literals, compared by content. */
void plan_keep(struct plan *plan, const void *thing, const char *role, const char *id);
const char *plan_made(struct plan *plan, const void *thing, const char *role);

/* The ARN of the topic that alerts of a domain (of one of its pipelines) go to, as a template value
 * for AlarmActions. */
json *plan_alert_topic(struct plan *plan, struct stack *stack, const struct domain *domain,
                       const struct pipeline *pipeline);
/* The ARN of a channel's topic: a Ref inside its own stack, else made from its name. */
json *plan_channel_topic(struct plan *plan, const struct channel *channel);
/* Free data (custom, parameters, inputs without expressions) as JSON. */
json *plan_data(struct plan *plan, const struct data *data);

/* Reports a template that CloudFormation would refuse for its size, or soon will; bytes as written.
 */
void plan_judge_size(struct plan *plan, const struct stack *stack, size_t bytes);

void plan_s3(struct plan *plan, struct stack *stack);
/* A bucket as the mesh makes them: private, encrypted, versioned, kept; `part` tells its logical id
 * from others of the stack; key NULL: keys of S3. Then its policy, which refuses what is not TLS;
 * the statements are returned, to add more. */
json *plan_bucket(struct plan *plan, struct stack *stack, struct span at, const char *part,
                  const char *name, bool versioned, json *key);
json *plan_bucket_policy(struct plan *plan, struct stack *stack, struct span at, const char *part,
                         const char *bucket, const char *name);
/* The logical id of a bucket of this stack by its name; NULL. */
const char *plan_made_bucket(struct plan *plan, const char *name);
/* Before what they encrypt, after the role of the registrations. */
void plan_kms(struct plan *plan, struct stack *stack);
/* The ARN of a key that plan_kms made, by its alias. */
json *plan_key_arn(struct plan *plan, const char *alias);
/* The role that a domain's locations are registered with: before keys and buckets. */
void plan_registration(struct plan *plan, struct stack *stack);
void plan_roles(struct plan *plan, struct stack *stack); /* before what runs as them */
void plan_lambda(struct plan *plan, struct stack *stack);
/* The ARN of a function that the mesh makes. */
json *plan_function_arn(struct plan *plan, const struct function *function);
void plan_redshift(struct plan *plan, struct stack *stack);
void plan_cloudtrail(struct plan *plan, struct stack *stack);
void plan_glue(struct plan *plan, struct stack *stack);
void plan_quality(struct plan *plan, struct stack *stack);
void plan_lakeformation(struct plan *plan, struct stack *stack);
void plan_athena(struct plan *plan, struct stack *stack);
void plan_states(struct plan *plan, struct stack *stack);
/* Rules that start machines when something has happened, and send events to other accounts. */
void plan_events(struct plan *plan, struct stack *stack);
void plan_cloudwatch(struct plan *plan, struct stack *stack);
void plan_sns(struct plan *plan, struct stack *stack); /* first: the topics of channels */
void plan_config(struct plan *plan, struct stack *stack);
void plan_links(struct plan *plan, struct stack *stack);

#endif
