/* suggest.h - "did you mean": the nearest word by edit distance, for every table of words there is.
 */
#ifndef MESH_BASE_SUGGEST_H
#define MESH_BASE_SUGGEST_H

#include <stddef.h>
#include <stdint.h>

struct suggestion {
    const char *word; /* what was written */
    const char *best; /* the nearest offered so far, NULL when none is near enough */
    size_t distance;
    size_t length;    /* of word */
    uint32_t letters; /* of word, as a set: a cheap first test */
};

struct suggestion suggest_for(const char *word);
/* Case-insensitive Damerau-Levenshtein, at most a third of the longer word (at least 1); the first
 * of equals wins. */
void suggest_offer(struct suggestion *suggestion, const char *candidate);

#endif
