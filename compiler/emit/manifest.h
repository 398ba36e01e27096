/* manifest.h - manifest.json: what a build wrote, in which order it is deployed, and which line
 * each resource is from. */
#ifndef MESH_EMIT_MANIFEST_H
#define MESH_EMIT_MANIFEST_H

#include "plan/plan.h"

struct manifest {
    struct plan *plan;
    struct arena memory; /* of the tree */
    json *tree, *stacks, *grants, *states, *warehouses, *files;
    json *requests; /* NULL: the mesh asks for nothing */
};

void manifest_init(struct manifest *manifest, struct plan *plan);
/* The stack's resources must be there (plan_stack). */
void manifest_stack(struct manifest *manifest, const struct stack *stack);
void manifest_machine(struct manifest *manifest, const struct pipeline *pipeline, const char *path);
void manifest_grants(struct manifest *manifest, const struct deployment_account *account,
                     const char *desired, const char *program);
void manifest_warehouse(struct manifest *manifest, const struct warehouse *warehouse,
                        const char *path);
/* What is asked for, with its answer; after the grants, which know it. */
void manifest_requests(struct manifest *manifest);
void manifest_file(struct manifest *manifest, const char *path, const struct buf *bytes);
/* Appends the text with its final newline. */
void manifest_write(struct manifest *manifest, struct buf *out);
void manifest_free(struct manifest *manifest);

#endif
