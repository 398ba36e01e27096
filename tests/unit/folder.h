/* folder.h - a mesh of the tree, from its folder to what is deployed, for tests of what is made of
 * it. */
#ifndef MESH_TESTS_UNIT_FOLDER_H
#define MESH_TESTS_UNIT_FOLDER_H

#include "unit.h"

#include "model/deployment.h"
#include "model/model.h"
#include "syntax/parse.h"

/* Begins the session, which the caller frees. The mesh has no error. */
static inline void folder_load(struct session *s, const char *folder,
                               struct deployments *deployments)
{
    session_init(s);
    assert_true(source_load_program(s, &folder, 1));
    size_t files = s->sources.files.len;
    struct tree **trees = arena_array(&s->arena, struct tree *, files);
    for (size_t i = 0; i < files; i++) {
        trees[i] = parse_file(s, s->sources.files.at[i]);
    }
    deployments_make(s, model_build(s, trees, files), deployments);
    assert_int_equal(s->diagnostics.errors, 0);
}

#endif
