/* deployment.h - one deployment of the mesh: an environment's accounts and region, and the physical
 * names that follow.
 *
 * Names are computed here and nowhere else (language.md section 2, "Names by default"); checks
 * judge them, plans use them. Where the mesh names no account or region the field is NULL, and
 * texts that need it carry ${AWS::AccountId},
 * ${AWS::Region}, ${AWS::Partition} (see plan/text.h). */
#ifndef MESH_MODEL_DEPLOYMENT_H
#define MESH_MODEL_DEPLOYMENT_H

#include "model/model.h"

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
    bool
        bucket_made_here; /* in the domain's own stack; else the mesh's bucket or an existing one */
    const char *workgroup;
    const char *topic; /* SNS topic of the domain's alerts */
};

struct deployment {
    const struct mesh *mesh;
    const struct environment *environment; /* NULL: the mesh has none */
    const char *name;                      /* of the environment; NULL */
    const char *region;                    /* NULL: unknown */
    const char *account;                   /* 12 digits; NULL: unknown */
    const char *partition;   /* "aws", "aws-cn", "aws-us-gov"; NULL when the region is unknown */
    const char *suffix;      /* "" when there is none */
    bool schedules;          /* false: schedules: off */
    const char *mesh_bucket; /* NULL: the mesh has none */
    const struct domain_names *domains; /* by domain->decl.index */
    const struct table_names *tables;   /* by output->decl.index */
    const char *const *machines;        /* by pipeline->decl.index */
};

/* One for each environment, or a single one when there are none; reports what cannot be deployed
 * ("several accounts in one environment are not supported yet"). */
struct deployments {
    VEC(struct deployment *) list;
};

void deployments_make(struct session *s, const struct mesh *mesh, struct deployments *out);

#endif
