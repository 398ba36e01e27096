/* rights.h - what the roles that the compiler makes must be able to do in AWS, as facts: nothing
 * more, each with the reason it is there for. plan/iam renders them; the same facts tell what a
 * role that exists already needs, and say to the proofs of access which roles reach S3 past Lake
 * Formation. */
#ifndef MESH_CHECK_ACCESS_RIGHTS_H
#define MESH_CHECK_ACCESS_RIGHTS_H

#include "model/deployment.h"

/* Which parts the ARN of a resource has. */
enum { RIGHT_REGION = 1, RIGHT_ACCOUNT = 2 };

struct need {
    const char *action;  /* "lambda:InvokeFunction" */
    const char *service; /* of the resource's ARN; NULL: arn is given, or "*" */
    unsigned parts;      /* RIGHT_ bits */
    const struct deployment_account *account; /* of the ARN; NULL: the role's own */
    const char *rest; /* "function:ExtractSalesData"; may hold the token ${AWS::Region} */
    const char *arn;  /* as the mesh wrote it; NULL with a NULL service: "*" */
    /* What an argument refers to, in the stack of the machine: `rest` is then what fits whatever it
     * is, for a role that stands in another stack. before NULL: it is the ARN; else it stands
     * between before and after in the ARN's last part. */
    const struct data *named;
    const char *before, *after;
    const char *condition_operator, *condition_key, *condition_value; /* NULL: none */
};

struct needs {
    struct arena *arena;   /* where texts and items live */
    VEC(struct need) list; /* in the order of steps; one may stand twice */
};

/* The role of a machine: its steps, the delivery of its logs and traces. */
void needs_of_pipeline(const struct deployment *deployment, const struct pipeline *pipeline,
                       struct needs *out);
/* The role that starts the machines of a domain, the evaluations of its rulesets, or both (as bits)
 * on schedule. */
enum { START_MACHINES = 1, START_EVALUATIONS = 2 };
void needs_of_scheduler(const struct deployment *deployment, const struct domain *domain,
                        unsigned starts, struct needs *out);
/* The role that starts a pipeline's machine when something has happened. */
void needs_of_start(const struct deployment *deployment, const struct pipeline *pipeline,
                    struct needs *out);
/* The role that sends events to the default bus of another account. */
void needs_of_forward(const struct deployment_account *to, struct needs *out);
/* The role under which Glue evaluates rulesets for a domain. */
void needs_of_quality(const struct deployment *deployment, const struct domain *domain,
                      struct needs *out);
/* The role of an output's crawler. */
void needs_of_crawler(const struct deployment *deployment, const struct output *output,
                      struct needs *out);

/* The role of a function: its log, and the tables of the pipelines that call it. */
void needs_of_function(const struct deployment *deployment, const struct function *function,
                       struct needs *out);
/* The role that a warehouse reads as. */
void needs_of_warehouse(const struct deployment *deployment, const struct warehouse *warehouse,
                        struct needs *out);
/* A role that is made with `create: true`: what all that names it needs. */
void needs_of_role(const struct deployment *deployment, const struct principal *role,
                   struct needs *out);
/* The role of the recorder, beside AWS's own policy for it. */
void needs_of_recorder(const struct deployment *deployment,
                       const struct deployment_account *account, struct needs *out);

/* The tables that a function reads and writes: what the pipelines that call it produce, and the
 * inputs of that. Each once; what is written stands first. */
struct function_tables {
    struct arena *arena;
    size_t written; /* so many of them are produced */
    VEC(const struct output *) list;
};
void function_tables(const struct function *function, struct function_tables *out);

/* What the role needs that registers a domain's locations, besides their objects: the keys of KMS
 * that its buckets are encrypted with. */
void needs_of_store_key(const struct deployment *deployment, const struct domain *domain,
                        const struct store *store, struct needs *out);

/* The outputs that a domain's evaluation role looks at: checked by a step of its pipelines, or its
 * own with a schedule. Each once, in the order of the mesh. */
struct outputs {
    VEC(struct output *) list;
};
void evaluated_outputs(struct arena *arena, const struct domain *domain, struct outputs *out);

/* Names and ARNs as steps write them. */
/* A name in the ARN or condition of a right, for IAM to take as it is: '*', '?' and "${" are signs
 * to it (IAM User Guide, "Special characters": ${*}, ${?}, ${$}). */
const char *iam_literal(struct arena *arena, const char *text);
bool is_arn(const char *text);
/* "CleanOrders" of a job's name or of its ARN. */
const char *glue_job_name(const char *target);

#endif
