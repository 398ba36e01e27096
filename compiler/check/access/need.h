/* need.h - how the files of access/ that work out needs put them down; not for others. */
#ifndef MESH_CHECK_NEED_H
#define MESH_CHECK_NEED_H

#include "check/access/rights.h"

static inline struct need *add(struct needs *out, const char *action, const char *service,
                               unsigned parts, const char *rest)
{
    struct need need = {.action = action, .service = service, .parts = parts, .rest = rest};
    vec_push(out->arena, &out->list, need);
    return &out->list.at[out->list.len - 1];
}

/* As the mesh wrote it. */
static inline void add_arn(struct needs *out, const char *action, const char *arn)
{
    add(out, action, NULL, 0, NULL)->arn = iam_literal(out->arena, arn);
}

static inline void on_condition(struct need *need, const char *operator, const char * key,
                                const char *value)
{
    need->condition_operator = operator;
    need->condition_key = key;
    need->condition_value = value;
}

static inline const char *joined(struct needs *out, const char *prefix, const char *name)
{
    return arena_format(out->arena, "%s%s", prefix, name);
}

/* Reading a table's entries in the catalog that keeps it, and, for a role of the account `home`,
 * those of the link of the same name there where that is another. What is above the table is left
 * out where `before`, the one before it, lies in the same database. */
void add_table_reads(const struct deployment *deployment, const struct deployment_account *home,
                     const struct output *output, const struct output *before, struct needs *out);
/* Changing a table's entry and adding partitions to it. */
void add_table_writes(const struct deployment *deployment, const struct output *output,
                      struct needs *out);
/* calls.c: what a call, batch or emr step does; what a distributed map of a machine reads, starts
 * and writes. */
void needs_of_call(const struct step *step, struct needs *out);
void needs_of_map(const char *machine, const struct mapping *map, struct needs *out);
/* An action on a function that the mesh makes. */
void add_function(const struct deployment *deployment, const struct function *function,
                  const char *action, struct needs *out);

#endif
