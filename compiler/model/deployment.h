/* deployment.h - one deployment of the mesh: an environment's accounts and region, what stands in
 * which account, and the physical names that follow.
 *
 * Names are computed here and nowhere else (language.md section 2, "Names by default"); checks
 * judge them, plans use them. Where the mesh names no account or region the field is NULL, and
 * texts that need it carry ${AWS::AccountId}, ${AWS::Region}, ${AWS::Partition} (plan/text.h). */
#ifndef MESH_MODEL_DEPLOYMENT_H
#define MESH_MODEL_DEPLOYMENT_H

#include "model/model.h"

enum { ACCOUNT_DIGITS = 12 };

/* An account of a deployment: stacks stand there, or principals live there. Compared by address. */
struct deployment_account {
    const char *id;                /* 12 digits; NULL: the mesh names none, it is the deployer's */
    const struct account *account; /* the first that has this number; NULL: none is declared */
    bool is_governance;            /* what the mesh shares stands here */
    bool has_stacks;               /* governance, domains, catalogs, links, guardrails */
    bool has_governance_stack;     /* something here belongs to no domain */
};

struct table_names {
    const char *database; /* sales_data */
    const char *table;    /* sales_transactions */
    const char *bucket;   /* data-mesh */
    const char *prefix;   /* sales/transactions/ : ends with /, or is empty */
    const char *uri;      /* s3://data-mesh/sales/transactions/ */
    /* s3://data-mesh/sales/transactions/${day}/, where partitions are projected; else NULL */
    const char *uri_template;
};

struct domain_names {
    const char *database;
    const char
        *bucket; /* where its products lie by default; NULL: none is known (reported by a check) */
    const char *bucket_called; /* the same as texts of the mesh call it: without a suffix */
    bool
        bucket_made_here; /* in the domain's own stack; else the mesh's bucket or an existing one */
    const char *workgroup;
    const char *topic;                        /* SNS topic of the domain's alerts */
    const struct deployment_account *account; /* where its data and pipelines are */
    const struct deployment_account *catalog; /* that keeps its database; mostly the same */
};

struct zone_names { /* of a further zone */
    const char *bucket, *bucket_called;
    bool made; /* in the domain's stack */
};

struct store { /* the domain's own bucket, or one of its zones */
    const struct storage *storage;
    const char *bucket; /* NULL: none is known */
    const char *called; /* by texts of the mesh */
    bool made;          /* in the domain's stack */
};

/* A bucket that the mesh, a domain or a zone has: what texts of the mesh call it, in every
 * environment alike, and its name in this one. */
struct bucket_name {
    const char *called, *name;
};

struct deployment {
    const struct mesh *mesh;
    const struct environment *environment; /* NULL: the mesh has none */
    const char *name;                      /* of the environment; NULL */
    const char *region;                    /* NULL: unknown */
    const char *partition; /* "aws", "aws-cn", "aws-us-gov"; NULL when the region is unknown */
    const char *suffix;    /* "" when there is none */
    bool schedules;        /* false: schedules: off */
    struct {
        const struct deployment_account **at;
        size_t len;
    } accounts;                                  /* each once, by id, the unknown one first */
    const struct deployment_account *governance; /* one of them */
    int64_t sharing_version; /* of Lake Formation between accounts; 0: it stays as it is */
    const struct deployment_account *const *declared; /* by account->decl.index; NULL: no number */
    const char *mesh_bucket;                          /* NULL: the mesh has none */
    const struct domain_names *domains;               /* by domain->decl.index */
    const struct zone_names *zones;                   /* by storage->index */
    const struct bucket_name *buckets;                /* by what they are called, each once */
    size_t bucket_count;
    const struct table_names *tables; /* by output->decl.index */
    const char *const *machines;      /* by pipeline->decl.index */
};

/* One for each environment, or a single one when there are none; reports what cannot be deployed.
 */
struct deployments {
    VEC(struct deployment *) list;
};

/* The 12 digits as files and people are told of them; "self": the mesh names none. */
const char *account_id(const struct deployment_account *account);
/* The account that a principal lives in; of an `account` itself, that account. Never NULL: a
 * principal whose ARN has no account is governance's. */
const struct deployment_account *account_of_principal(const struct deployment *deployment,
                                                      const struct principal *principal);
/* The account that the ARN of a principal names, as 12 digits of it, where the deployment cannot
 * tell whether that is its own, which has no number: it is taken for it. NULL: nothing is in doubt.
 */
const char *account_in_doubt(const struct deployment *deployment,
                             const struct principal *principal);
/* The account where the data and pipelines of a domain are; NULL: governance's. */
const struct deployment_account *account_of_domain(const struct deployment *deployment,
                                                   const struct domain *domain);
/* The account that keeps the metadata of a domain: grants on its things are made there. */
const struct deployment_account *account_of_catalog(const struct deployment *deployment,
                                                    const struct domain *domain);
/* The account that keeps what a link leads to; NULL: one outside the deployment. */
const struct deployment_account *account_of_link_target(const struct deployment *deployment,
                                                        const struct link *link);
const struct deployment_account *account_of_link(const struct deployment *deployment,
                                                 const struct link *link);
/* The account of this number; NULL: the deployment has none. */
const struct deployment_account *account_by_id(const struct deployment *deployment, const char *id);
/* Where the function of a guardrail is that judges in the account `watched`: one of the mesh has
 * its place, an ARN names it, a name is of a function there. NULL: outside the deployment. */
const struct deployment_account *guardrail_home(const struct deployment *deployment,
                                                const struct guardrail *guardrail,
                                                const struct deployment_account *watched);
/* Does a guardrail watch this account? */
bool guardrail_watches(const struct deployment *deployment, const struct guardrail *guardrail,
                       const struct deployment_account *account);

/* For deployment.c: lists the accounts of `deployment` (its mesh, environment and name are set) and
 * notes in `domains` where each domain stands; reports accounts without a number. */
void accounts_place(struct session *s, struct deployment *deployment, struct domain_names *domains);
/* The bucket that the environment names for a domain's own storage (zone NULL) or a zone; NULL: it
 * names none. */
const struct text *environment_bucket(const struct deployment *deployment,
                                      const struct domain *domain, const struct storage *zone);
/* The name of a bucket here, of which a text gives the first `length` bytes; NULL: the mesh has no
 * such bucket. */
const char *bucket_deployed(const struct deployment *deployment, const char *called, size_t length);
/* A domain's stores: its own bucket first, then its zones. */
size_t domain_store_count(const struct domain *domain);
struct store domain_store(const struct deployment *deployment, const struct domain *domain,
                          size_t i);
/* Where an output lies when its location names no bucket. */
struct store output_store(const struct deployment *deployment, const struct output *output);

/* " in environment 'dev'", for the end of a clause; "" where the mesh has none. */
const char *in_environment(struct session *s, const struct deployment *deployment);

void deployments_make(struct session *s, const struct mesh *mesh, struct deployments *out);

#endif
