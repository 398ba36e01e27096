/* glue.h - what the files of Glue share: catalog parameters (facts) and the Avro schema of a table.
 */
#ifndef MESH_PLAN_GLUE_H
#define MESH_PLAN_GLUE_H

#include "check/limits.h"
#include "plan/plan.h"

struct facts { /* the Parameters of a table or database being filled */
    struct plan *plan;
    json *parameters;
    const struct data *own; /* the product's `properties`: its keys are left to it; NULL */
    struct span at;
};

/* Sets one parameter unless value is NULL; reports one that is too long. */
void fact(struct facts *facts, const char *key, const char *value);
/* Everything under `mesh.`, then the product's own properties. */
void plan_table_facts(struct facts *facts, const struct output *output);
void plan_domain_facts(struct facts *facts, const struct domain *domain);

/* text with at most as many characters as the limit; a longer one is cut at a word and ends in
 * "...". one_line: no line breaks. */
const char *plan_fitted(struct plan *plan, const char *text, enum limit limit, bool one_line);

/* Fills the properties of an AWS::Glue::Table whose files are Iceberg's. */
void plan_iceberg_table(struct plan *plan, json *resource, const struct output *output);

/* The schema as Avro's JSON, which the Avro serde takes its columns from; reports what Avro cannot
 * say. */
const char *plan_avro_schema(struct plan *plan, const struct output *output);

#endif
