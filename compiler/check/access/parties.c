/* parties.c - see parties.h. */
#include "check/access/parties.h"

#include "check/access/owners.h"
#include "check/made.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

struct known {
    const struct principal *principal;
    size_t place; /* in the list, from 1 */
};

struct gatherer {
    struct parties *out;
    const struct deployment *deployment;
    struct map by_arn; /* (atom of the ARN) -> its place in the list, from 1 */
    struct atoms atoms;
    VEC(struct known) known;
};

/* ---- one party ------------------------------------------------------------------------------- */

static enum party_kind kind_of(const struct principal *principal)
{
    switch (principal->kind) {
    case PRINCIPAL_USER:
        return PARTY_USER;
    case PRINCIPAL_GROUP:
        return PARTY_GROUP;
    case PRINCIPAL_ACCOUNT:
        return PARTY_ACCOUNT;
    case PRINCIPAL_ORGANIZATION:
        return PARTY_ORGANIZATION;
    case PRINCIPAL_ROLE:
    case PRINCIPAL_PIPELINE:
    case PRINCIPAL_FUNCTION:
    case PRINCIPAL_WAREHOUSE:
    case PRINCIPAL_TEAM: /* never asked */
        break;
    }
    return PARTY_ROLE;
}

const char *party_kind_word(enum party_kind kind)
{
    static const char *const words[] = {[PARTY_ROLE] = "role",
                                        [PARTY_USER] = "user",
                                        [PARTY_GROUP] = "group",
                                        [PARTY_ACCOUNT] = "account",
                                        [PARTY_ORGANIZATION] = "organization",
                                        [PARTY_STRANGER] = "stranger"};
    return words[kind];
}

/* Its role is the mesh's business: it was declared, or is made here. */
static bool is_one(const struct deployment *deployment, const struct principal *principal)
{
    switch (principal->kind) {
    case PRINCIPAL_TEAM:
        return false;
    case PRINCIPAL_ACCOUNT:
        return deployment->declared[principal->account->decl.index] != NULL;
    case PRINCIPAL_PIPELINE:
        return principal->pipeline->role || pipeline_is_made(principal->pipeline);
    case PRINCIPAL_FUNCTION:
        return principal->function->role || function_is_made(principal->function);
    case PRINCIPAL_WAREHOUSE:
        return principal->warehouse->role || warehouse_is_made(principal->warehouse);
    case PRINCIPAL_ROLE:
    case PRINCIPAL_USER:
    case PRINCIPAL_GROUP:
    case PRINCIPAL_ORGANIZATION:
        break;
    }
    return true;
}

static size_t place_of(struct gatherer *g, const struct principal *principal)
{
    struct parties *out = g->out;
    const struct deployment_account *account = account_of_principal(g->deployment, principal);
    const char *arn = principal_arn(g->out->arena, g->deployment, principal);
    atom key = atom_of(&g->atoms, arn);
    size_t place = (size_t)(uintptr_t)map_get(&g->by_arn, key, NULL);
    struct party party = {principal->decl.path, kind_of(principal), principal, account, arn};
    if (party.kind == PARTY_ORGANIZATION)
        party.account = NULL;
    if (!place) {
        vec_push(out->arena, &out->list, party);
        place = out->list.len;
        map_put(&g->by_arn, key, NULL, (void *)(uintptr_t)place);
    } else if (strcmp(party.name, out->list.at[place - 1].name) < 0) {
        out->list.at[place - 1] = party;
    }
    return place;
}

static void know(struct gatherer *g, const struct principal *principal)
{
    const struct principal *acting = principal_acting(principal);
    if (map_get(&g->out->numbers, acting, NULL) == NULL) {
        size_t place = place_of(g, acting);
        vec_push(g->out->arena, &g->known, ((struct known){acting, place}));
        map_put(&g->out->numbers, acting, NULL, (void *)(uintptr_t)place);
    }
}

static void add_strangers(struct gatherer *g)
{
    struct parties *out = g->out;
    for (size_t i = 0; i < g->deployment->accounts.len; i++) {
        const struct deployment_account *account = g->deployment->accounts.at[i];
        struct party stranger = {.kind = PARTY_STRANGER, .account = account};
        stranger.name = arena_format(out->arena, "stranger of %s", account_id(account));
        vec_push(out->arena, &out->list, stranger);
    }
}

/* ---- numbers --------------------------------------------------------------------------------- */

struct placed {
    struct party party;
    size_t place;
};

static int by_name(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    int order = strcmp(a->party.name, b->party.name);
    if (!order)
        order = strcmp(party_kind_word(a->party.kind), party_kind_word(b->party.kind));
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

/* Sorts the parties, and gives principals the new numbers. */
static void number(struct gatherer *g)
{
    struct parties *out = g->out;
    size_t count = out->list.len;
    struct placed *sorted = arena_array(out->arena, struct placed, count + 1);
    size_t *new_place = arena_array(out->arena, size_t, count + 1);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct placed){out->list.at[i], i};
    if (count)
        qsort(sorted, count, sizeof *sorted, by_name);
    for (size_t i = 0; i < count; i++) {
        out->list.at[i] = sorted[i].party;
        new_place[sorted[i].place] = i;
    }
    for (size_t i = 0; i < g->known.len; i++)
        map_set(&out->numbers, g->known.at[i].principal, NULL,
                (void *)(uintptr_t)(new_place[g->known.at[i].place - 1] + 1));
}

size_t party_number(const struct parties *parties, const struct principal *principal)
{
    return (size_t)(uintptr_t)map_get(&parties->numbers, principal_acting(principal), NULL) - 1;
}

size_t party_named(const struct parties *parties, const char *name)
{
    size_t lo = 0, hi = parties->list.len;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (strcmp(parties->list.at[mid].name, name) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    bool found = lo < parties->list.len && strcmp(parties->list.at[lo].name, name) == 0;
    return found ? lo : SIZE_MAX;
}

/* ---- sets ------------------------------------------------------------------------------------ */

party_set party_set_new(const struct parties *parties, struct arena *arena)
{
    return arena_array(arena, uint64_t, parties->words + 1);
}

void party_set_join(const struct parties *parties, party_set into, const uint64_t *other)
{
    for (size_t i = 0; i < parties->words; i++)
        into[i] |= other[i];
}

size_t party_set_count(const struct parties *parties, const uint64_t *set)
{
    size_t count = 0;
    for (size_t i = 0; i < parties->list.len; i++)
        count += party_set_has(set, i);
    return count;
}

bool party_set_empty(const struct parties *parties, const uint64_t *set)
{
    for (size_t i = 0; i < parties->words; i++)
        if (set[i])
            return false;
    return true;
}

/* ---- whom a grant reaches -------------------------------------------------------------------- */

static bool is_saml_group(const struct party *party)
{
    return party->kind == PARTY_GROUP && strstr(party->arn, ":saml-provider/") != NULL;
}

static bool can_act(const struct party *party)
{
    return party->kind != PARTY_ACCOUNT && party->kind != PARTY_ORGANIZATION;
}

/* Of an account: who lives there. Of an organization: everybody, accounts too. */
static party_set reached_by(const struct parties *parties, const struct party *grantee)
{
    bool all = grantee->kind == PARTY_ORGANIZATION;
    party_set set = party_set_new(parties, parties->arena);
    for (size_t i = 0; i < parties->list.len; i++) {
        const struct party *party = &parties->list.at[i];
        if (party != grantee && (all ? party->kind != PARTY_ORGANIZATION
                                     : can_act(party) && party->account == grantee->account))
            party_set_add(set, i);
    }
    return set;
}

/* One set for each account, however many groups it has; a group itself stands in it, which says
 * nothing new: it holds what it reaches so. */
static void note_reached(struct parties *parties)
{
    party_set *reached = arena_array(parties->arena, party_set, parties->list.len + 1);
    struct map of_account = {0};
    for (size_t i = 0; i < parties->list.len; i++) {
        const struct party *party = &parties->list.at[i];
        if (party->kind == PARTY_ORGANIZATION) {
            reached[i] = reached_by(parties, party);
        } else if (party->kind == PARTY_ACCOUNT || is_saml_group(party)) {
            struct party account = {.kind = PARTY_ACCOUNT, .account = party->account};
            reached[i] = map_get(&of_account, party->account, NULL);
            if (!reached[i]) {
                reached[i] = reached_by(parties, &account);
                map_put(&of_account, party->account, NULL, reached[i]);
            }
        }
    }
    parties->reached = reached;
    map_free(&of_account);
}

const uint64_t *party_reached(const struct parties *parties, size_t party,
                              const struct deployment_account *owner)
{
    const struct party *grantee = &parties->list.at[party];
    bool at_home = grantee->kind == PARTY_GROUP && grantee->account == owner;
    return at_home ? NULL : parties->reached[party];
}

static void add_named(const struct parties *parties, party_set set,
                      const struct principal *principal, bool inhabitants, struct map *seen)
{
    if (principal->kind == PRINCIPAL_TEAM) {
        if (map_get(seen, principal, NULL))
            return;
        map_put(seen, principal, NULL, seen);
        for (size_t i = 0; i < principal->members.len; i++)
            add_named(parties, set, principal->members.at[i], inhabitants, seen);
        return;
    }
    size_t party = party_number(parties, principal);
    if (party == SIZE_MAX)
        return;
    party_set_add(set, party);
    bool many = parties->list.at[party].kind == PARTY_ACCOUNT ||
                parties->list.at[party].kind == PARTY_ORGANIZATION;
    if (inhabitants && many)
        party_set_join(parties, set, parties->reached[party]);
}

void party_set_add_named(const struct parties *parties, party_set set,
                         const struct principal *principal)
{
    struct map seen = {0};
    add_named(parties, set, principal, true, &seen);
    map_free(&seen);
}

void party_set_add_members(const struct parties *parties, party_set set,
                           const struct principal *principal)
{
    struct map seen = {0};
    add_named(parties, set, principal, false, &seen);
    map_free(&seen);
}

/* ---- making ---------------------------------------------------------------------------------- */

void parties_make(struct arena *arena, const struct deployment *deployment,
                  const struct entries *entries, struct parties *out)
{
    const struct mesh *mesh = deployment->mesh;
    struct gatherer g = {.out = out, .deployment = deployment};
    *out = (struct parties){.arena = arena, .deployment = deployment};
    atoms_init(&g.atoms, arena);
    for (size_t i = 0; i < mesh->principals.len; i++)
        if (is_one(deployment, mesh->principals.at[i]))
            know(&g, mesh->principals.at[i]);
    for (size_t i = 0; i < entries->list.len; i++)
        know(&g, entries->list.at[i].principal);
    add_strangers(&g);
    number(&g);
    out->words = (out->list.len + 63) / 64;
    note_reached(out);
    map_free(&g.by_arn);
    atoms_free(&g.atoms);
}

void parties_free(struct parties *parties)
{
    map_free(&parties->numbers);
}
