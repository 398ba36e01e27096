/* live.h - which LF-tags an account needs, and what they are put on (access.md 1.2).
 *
 * A tag is live in an account if something there carries it, or if a statement names it and its
 * default puts it on every database there. A live tag is defined with all its values; every value
 * that the mesh writes becomes an association, also where it repeats what is inherited; and a tag
 * with a default is put on each database that has no value of its own. */
#ifndef MESH_CHECK_ACCESS_LIVE_H
#define MESH_CHECK_ACCESS_LIVE_H

#include "model/deployment.h"

struct live_tags {
    struct arena arena;
    struct session *s;
    const struct deployment *deployment;
    bool *live; /* by the account's place, then tag->decl.index */
};

void live_tags_make(struct session *s, const struct deployment *deployment, struct live_tags *out);
void live_tags_free(struct live_tags *tags);
bool tag_is_live(const struct live_tags *tags, const struct deployment_account *account,
                 const struct tag *tag);
/* All keys of it are. */
bool expression_is_live(const struct live_tags *tags, const struct deployment_account *account,
                        const struct tag_expression *expression);

struct association {
    const struct domain *domain;
    const struct output *output;        /* NULL: on the domain's database */
    VEC(const struct column *) columns; /* in the order of the schema; none: on the table */
    struct taggings tags;               /* in the order of their keys' names */
};

/* Those of one account: databases, tables, columns, each in the order of the mesh. They live as
 * long as the tags. */
struct associations {
    VEC(struct association) list;
};
void associations_make(struct live_tags *tags, const struct deployment_account *account,
                       struct associations *out);

/* A table that is there to be tagged and granted on: not merely proposed, nor made by its crawler
 * one day. */
bool table_stands(const struct output *output);
/* Of an output's tags, which are its own and its product's, then the domain's that it has no value
 * for: this one is of the last. */
bool tagging_is_the_domains(const struct output *output, const struct tagging *tagging);

#endif
