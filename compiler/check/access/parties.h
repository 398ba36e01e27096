/* parties.h - who there is in one deployment to have access: every principal once, under one name
 * (access.md 1.1), and one stranger for each account, who stands for everybody there whom the mesh
 * does not know.
 *
 * Two principals that are one in this deployment (one ARN, two accounts of one number) are one
 * party, called by the bytewise first of their names. Parties are numbered in the order of their
 * names, so that sets of them are bits and come out sorted. */
#ifndef MESH_CHECK_ACCESS_PARTIES_H
#define MESH_CHECK_ACCESS_PARTIES_H

#include "check/access/access.h"

enum party_kind {
    PARTY_ROLE,
    PARTY_USER,
    PARTY_GROUP,
    PARTY_ACCOUNT,
    PARTY_ORGANIZATION,
    PARTY_STRANGER
};

struct party {
    const char *name;
    enum party_kind kind;
    const struct principal *principal;        /* of that name; NULL: a stranger */
    const struct deployment_account *account; /* where it lives; of an ACCOUNT, itself; of an
                                                 ORGANIZATION NULL */
    const char *arn; /* may hold ${AWS::AccountId} and the like; NULL: a stranger */
};

/* A set of parties, as bits; of words as many as parties.words. */
typedef uint64_t *party_set;

struct parties {
    struct arena *arena;
    VEC(struct party) list;
    size_t words;
    struct map numbers;       /* principal -> its number, from 1 */
    const party_set *reached; /* by party: who gets what it is granted; NULL: itself alone */
    const struct deployment *deployment;
};

/* In the arena; entries name the roles that no declaration stands for. */
void parties_make(struct arena *arena, const struct deployment *deployment,
                  const struct entries *entries, struct parties *out);
void parties_free(struct parties *parties);

/* Of a principal that is no team; SIZE_MAX: it is no party (an account without a number). */
size_t party_number(const struct parties *parties, const struct principal *principal);
/* The number of the party of that name; SIZE_MAX: there is none. */
size_t party_named(const struct parties *parties, const char *name);
const char *party_kind_word(enum party_kind kind);

/* Who reaches what a party is granted on a catalog of `owner`, itself not counted (access.md 1.6):
 * the inhabitants of an account, of the account of a SAML group that is granted elsewhere,
 * everybody of an organization. NULL: nobody. */
const uint64_t *party_reached(const struct parties *parties, size_t party,
                              const struct deployment_account *owner);

party_set party_set_new(const struct parties *parties, struct arena *arena);
void party_set_join(const struct parties *parties, party_set into, const uint64_t *other);
size_t party_set_count(const struct parties *parties, const uint64_t *set);
bool party_set_empty(const struct parties *parties, const uint64_t *set);
static inline void party_set_add(party_set set, size_t party)
{
    set[party / 64] |= UINT64_C(1) << party % 64;
}
static inline bool party_set_has(const uint64_t *set, size_t party)
{
    return set[party / 64] >> party % 64 & 1;
}
/* Adds whom a principal of a promise stands for: a team's members; an account, its inhabitants
 * too; an organization, everybody. */
void party_set_add_named(const struct parties *parties, party_set set,
                         const struct principal *principal);
/* Adds a principal as somebody who is granted something: a team's members, else itself. */
void party_set_add_members(const struct parties *parties, party_set set,
                           const struct principal *principal);

#endif
