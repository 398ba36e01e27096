/* stacks.h - the stacks of a deployment: which there are, in which account, what each has, and how
 * much of CloudFormation's limits they use. Listed and counted from the model, made by plan/. */
#ifndef MESH_CHECK_STACKS_H
#define MESH_CHECK_STACKS_H

#include "model/deployment.h"

enum stack_kind {
    STACK_GOVERNANCE, /* of one account: what belongs to no domain */
    STACK_CATALOG,    /* of a domain with `catalog:`: its database, in the catalog's account */
    STACK_DOMAIN,     /* of a domain: all the rest */
    STACK_PRODUCT     /* of a product with `stack: product` */
};

struct stack_head {
    enum stack_kind kind;
    const struct deployment_account *account;
    const struct domain *domain;   /* NULL: GOVERNANCE */
    const struct product *product; /* PRODUCT */
    const char *name;              /* data-mesh-sales */
    const char *file;              /* stacks/sales.template.json */
    struct span at;                /* where reports on it point */
};

struct stack_heads { /* in the order in which they are deployed */
    VEC(struct stack_head) list;
};

void stacks_list(struct session *s, const struct deployment *deployment, struct stack_heads *out);

/* The bucket, workgroup, pipelines and dashboard of its domain stand in this stack. */
bool stack_has_data(const struct stack_head *head);
/* The same, or what the mesh itself has beside what each account does. */
bool stack_has_shared(const struct stack_head *head);
/* The database of its domain, the registration of locations, the evaluations of rulesets. */
bool stack_has_catalog(const struct deployment *deployment, const struct stack_head *head);
/* The tables of the product, their rulesets and crawlers, the alarms on their quality. */
bool stack_has_tables(const struct deployment *deployment, const struct stack_head *head,
                      const struct product *product);
/* What queries and watches the product from its domain's account. */
bool stack_has_watch(const struct deployment *deployment, const struct stack_head *head,
                     const struct product *product);

/* An alarm of the domain goes to no channel: then it has a topic of its own. */
bool domain_has_topic(const struct domain *domain);

/* Adds the way out of a full template. */
void stack_way_out(struct session *s, struct diag *d, const struct stack_head *head);

/* How many resources plan/ makes of each stack, in the order of stacks_list. */
const size_t *stack_sizes(struct session *s, const struct deployment *deployment,
                          const struct stack_heads *heads);

#endif
