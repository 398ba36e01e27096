/* vec.h - growing arrays of any type inside an arena.
 *
 *     VEC(struct column *) columns = {0};
 *     vec_push(arena, &columns, column);
 *     for (size_t i = 0; i < columns.len; i++) use(columns.at[i]);
 *
 * Growing doubles and leaves the old block to the arena, so a vector costs at most twice its size.
 */
#ifndef MESH_BASE_VEC_H
#define MESH_BASE_VEC_H

#include "base/arena.h"

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *at;                                                                                  \
        size_t len, cap;                                                                           \
    }

#define vec_push(arena, vec, ...)                                                                  \
    ((vec)->len == (vec)->cap ? (void)((vec)->at = vec_grow((arena), (vec)->at, (vec)->len,        \
                                                            &(vec)->cap, sizeof *(vec)->at))       \
                              : (void)0,                                                           \
     (void)((vec)->at[(vec)->len++] = (__VA_ARGS__)))

/* A block with room for more than len items of size bytes, the old items copied into it. */
void *vec_grow(struct arena *arena, void *items, size_t len, size_t *cap, size_t size);

#endif
