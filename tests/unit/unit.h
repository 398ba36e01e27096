/* unit.h - cmocka with what it needs in front of it, and a generator of numbers that is the same in
 * every run. */
#ifndef MESH_TESTS_UNIT_H
#define MESH_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* xorshift64: state is not 0. */
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
