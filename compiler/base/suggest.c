/* suggest.c - optimal string alignment distance (insert, delete, replace, swap neighbours), given
 * up early. */
#include "base/suggest.h"
#include <string.h>

enum { LONGEST = 64 }; /* longer words are no typing mistakes worth a guess */

static unsigned char folded(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A set of the letters in a word, as bits: words that differ in many letters need no table. */
static uint32_t letters_of(const char *word, size_t length)
{
    uint32_t set = 0;
    for (size_t i = 0; i < length; i++) {
        set |= UINT32_C(1) << (folded(word[i]) & 31);
    }
    return set;
}

static size_t bits(uint32_t set)
{
    size_t n = 0;
    for (; set != 0; set &= set - 1) {
        n++;
    }
    return n;
}

/* The distance, or any number above limit when it is above. Words have at most LONGEST bytes. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb, size_t limit)
{
    size_t rows[3][LONGEST + 1];
    size_t *two = rows[0], *one = rows[1], *row = rows[2];
    for (size_t j = 0; j <= nb; j++) {
        one[j] = j;
    }
    for (size_t i = 1; i <= na; i++) {
        size_t smallest = row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned char x = folded(a[i - 1]), y = folded(b[j - 1]);
            row[j] = least(least(one[j], row[j - 1]) + 1, one[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == folded(b[j - 2]) && y == folded(a[i - 2])) {
                row[j] = least(row[j], two[j - 2] + 1);
            }
            smallest = least(smallest, row[j]);
        }
        /* A swap reaches back over one row, at the cost of one. */
        if (smallest > limit + 1) {
            return smallest;
        }
        size_t *spare = two;
        two = one;
        one = row;
        row = spare;
    }
    return one[nb];
}

struct suggestion suggest_for(const char *word)
{
    size_t length = strlen(word);
    return (struct suggestion){
        .word = word, .distance = SIZE_MAX, .length = length, .letters = letters_of(word, length)};
}

void suggest_offer(struct suggestion *suggestion, const char *candidate)
{
    size_t mine = suggestion->length, other = strlen(candidate);
    size_t longer = mine > other ? mine : other, shorter = least(mine, other);
    if (longer > LONGEST || longer == 0 || suggestion->distance == 0) {
        return;
    }
    size_t limit = longer < 6 ? 1 : longer / 3;
    limit = least(least(limit, suggestion->distance - 1), longer - 1);
    if (longer - shorter > limit ||
        bits(suggestion->letters ^ letters_of(candidate, other)) > 2 * limit) {
        return;
    }
    size_t found = distance(suggestion->word, mine, candidate, other, limit);
    if (found <= limit) {
        suggestion->best = candidate;
        suggestion->distance = found;
    }
}
