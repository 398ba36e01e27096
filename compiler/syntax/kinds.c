/* kinds.c - grammar/kinds.def as tables in C, and looking words up in them.
 *
 * Called for every block and every member of a program. A kind has few rows and words differ early,
 * so a scan over the kind's own rows that compares the first byte first is as quick as a hash, and
 * needs nothing built at start. */
#include "syntax/kinds.h"

#include "base/suggest.h"
#include <string.h>

static const struct kind_info kinds[] = {
    {"", BODY_NONE, 0, false, ""},
#define KIND(id, word, body, head, later, doc) {word, body, head, later, doc},
#include "grammar/kinds.def"
};

static const struct attr_info attrs[] = {
#define ATTR(id, word, type, flags, options, detail, doc)                                          \
    {KIND_##id,      word,   type, (flags) | (KIND_##options ? (unsigned)ATTR_OPTIONS : 0u),       \
     KIND_##options, detail, doc},
#include "grammar/kinds.def"
};

static const struct nest_info nests[] = {
#define NEST(outer, inner, repeat, later) {KIND_##outer, KIND_##inner, repeat, later},
#include "grammar/kinds.def"
};

/* Where the rows of each kind begin: enumerators count the rows by line, a KIND row takes no number
 * of its own. */
#define GLUE_(a, b) a##b
#define GLUE(a, b)  GLUE_(a, b)
enum {
#define KIND(id, ...) ATTRS_##id, ATTRS_BEFORE_##id = ATTRS_##id - 1,
#define ATTR(...)     GLUE(ATTR_ROW_, __LINE__),
#include "grammar/kinds.def"
    ATTRS_END
};
enum {
#define KIND(id, ...) NESTS_##id, NESTS_BEFORE_##id = NESTS_##id - 1,
#define NEST(...)     GLUE(NEST_ROW_, __LINE__),
#include "grammar/kinds.def"
    NESTS_END
};
static const unsigned short attr_start[] = {0,
#define KIND(id, ...) ATTRS_##id,
#include "grammar/kinds.def"
                                            ATTRS_END};
static const unsigned short nest_start[] = {0,
#define KIND(id, ...) NESTS_##id,
#include "grammar/kinds.def"
                                            NESTS_END};

/* Kinds whose attributes and blocks `defaults` may hold. */
static const enum kind with_defaults[] = {KIND_PRODUCT, KIND_PIPELINE, KIND_DOMAIN, KIND_STORAGE,
                                          KIND_GUARDRAIL};
enum { WITH_DEFAULTS = sizeof with_defaults / sizeof *with_defaults };

const struct kind_info *kind_info(enum kind kind)
{
    return &kinds[kind];
}

static bool same_word(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0;
}

static enum kind find_top(const char *word)
{
    for (unsigned k = 1; k < KIND_COUNT && (kinds[k].head & HEAD_TOP) != 0; k++) {
        if (same_word(kinds[k].word, word)) {
            return (enum kind)k;
        }
    }
    return KIND_NONE;
}

static enum kind find_nested(enum kind outer, const char *word)
{
    for (size_t i = nest_start[outer]; i < nest_start[outer + 1]; i++) {
        if (same_word(kinds[nests[i].inner].word, word)) {
            return nests[i].inner;
        }
    }
    return KIND_NONE;
}

enum kind kind_find(enum kind outer, const char *word)
{
    if (outer == KIND_NONE) {
        return find_top(word);
    }
    if (outer == KIND_DEFAULTS) {
        for (size_t i = 0; i < WITH_DEFAULTS; i++) {
            enum kind found = find_nested(with_defaults[i], word);
            if (found != KIND_NONE) {
                return found;
            }
        }
        return KIND_NONE;
    }
    return find_nested(outer == KIND_ON_FAILURE ? KIND_STEPS : outer, word);
}

const char *kind_suggest(enum kind outer, const char *word)
{
    struct suggestion suggestion = suggest_for(word);
    if (outer == KIND_NONE) {
        for (unsigned k = 1; k < KIND_COUNT && (kinds[k].head & HEAD_TOP) != 0; k++) {
            suggest_offer(&suggestion, kinds[k].word);
        }
        return suggestion.best;
    }
    if (outer == KIND_ON_FAILURE) {
        outer = KIND_STEPS;
    }
    size_t count = outer == KIND_DEFAULTS ? WITH_DEFAULTS : 1;
    for (size_t n = 0; n < count; n++) {
        enum kind kind = outer == KIND_DEFAULTS ? with_defaults[n] : outer;
        for (size_t i = nest_start[kind]; i < nest_start[kind + 1]; i++) {
            suggest_offer(&suggestion, kinds[nests[i].inner].word);
        }
    }
    return suggestion.best;
}

const struct attr_info *attr_first(enum kind kind, size_t *count)
{
    *count = (size_t)(attr_start[kind + 1] - attr_start[kind]);
    return &attrs[attr_start[kind]];
}

const struct attr_info *attr_find(enum kind kind, const char *word)
{
    for (size_t i = attr_start[kind]; i < attr_start[kind + 1]; i++) {
        if (same_word(attrs[i].word, word)) {
            return &attrs[i];
        }
    }
    return NULL;
}

bool kind_may_nest(enum kind outer, enum kind inner)
{
    return nest_find(outer, inner) != NULL;
}

const struct nest_info *nest_find(enum kind outer, enum kind inner)
{
    for (size_t i = nest_start[outer]; i < nest_start[outer + 1]; i++) {
        if (nests[i].inner == inner) {
            return &nests[i];
        }
    }
    return NULL;
}

size_t nest_row(enum kind outer, const struct nest_info *nest)
{
    return (size_t)(nest - &nests[nest_start[outer]]);
}
