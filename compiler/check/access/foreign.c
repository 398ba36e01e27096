/* foreign.c - what Lake Formation asks of grants to principals of other accounts, to accounts and
 * to organizations (reference of Lake Formation, rules 2.2.7 and 2.2.8). */
#include "check/access/foreign.h"

#include "check/access/owners.h"
#include "check/limits.h"

struct judge {
    struct session *s;
    const struct deployment *deployment;
    struct owners owners;
};

static struct span to_of(const struct contribution *c)
{
    const struct grant *grant = c->cause.grant;
    for (size_t i = 0; grant && i < grant->to.len; i++)
        if (grant->to.at[i] == c->cause.named)
            return grant->to_at.at[i];
    return c->cause.at;
}

static struct span target_of(const struct contribution *c)
{
    return c->cause.grant ? c->cause.grant->target_at : c->cause.at;
}

/* The owner of what a cell is about; of tags: NULL, there are several. */
static const struct deployment_account *owner_of(const struct judge *j, const struct cell *cell)
{
    if (cell->domain)
        return account_of_catalog(j->deployment, cell->domain);
    if (cell->location)
        return owner_of_location(&j->owners, cell->location);
    if (cell->link)
        return account_of_link(j->deployment, cell->link);
    return cell->expression ? NULL : j->deployment->governance;
}

/* ---- accounts -------------------------------------------------------------------------------- */

static void check_own(struct judge *j, const struct cell *cell, const struct contribution *c)
{
    if (!c->cause.grant)
        return;
    struct diag *d = diag(j->s, D_GRANT_TO_OWN_ACCOUNT, to_of(c),
                          "'%s' is the account that this belongs to: nothing is granted there",
                          cell->principal->decl.path);
    diag_help(j->s, d, "its administrators have every right; grant to a role of it");
}

static void check_account_option(struct judge *j, const struct cell *cell,
                                 const struct contribution *c)
{
    bool tag = cell->resource == ENTRY_TAG;
    if (!c->cause.grant || c->grantable)
        return;
    struct diag *d = diag(j->s, tag ? D_ACCOUNT_NEEDS_OPTION : D_ACCOUNT_WITHOUT_OPTION, to_of(c),
                          tag ? "a right on a tag is given to '%s' with grant option, or not at all"
                              : "'%s' cannot pass this on: only its administrators have it",
                          cell->principal->decl.path);
    diag_help(j->s, d, "write `with grant option`");
}

static void check_account_rights(struct judge *j, const struct cell *cell,
                                 const struct contribution *c)
{
    const unsigned barred =
        cell->resource == ENTRY_DATABASE || cell->resource == ENTRY_TAGGED_DATABASES
            ? PERMIT_DROP | PERMIT_ALL
        : cell->resource == ENTRY_TAG ? ~(unsigned)(PERMIT_DESCRIBE | PERMIT_ASSOCIATE)
                                      : 0;
    unsigned bit = 1;
    if (!(c->permissions & barred))
        return;
    while (!(c->permissions & barred & bit))
        bit <<= 1;
    struct diag *d =
        diag(j->s, D_NOT_FOR_OTHER_ACCOUNTS, target_of(c), "no other account is granted '%s' on %s",
             permission_word(bit), cell->resource == ENTRY_TAG ? "a tag" : "a database");
    diag_place(j->s, d, to_of(c), "this is not one principal of the own account");
    if (cell->resource == ENTRY_TAG)
        diag_help(j->s, d, "accounts take associate and describe");
    else
        diag_help(j->s, d, "name the rights that are needed: describe, create_table, alter");
}

/* ---- one cell -------------------------------------------------------------------------------- */

/* Shares to single principals, and to organizations by tags, came with version 3. */
static void check_version(struct judge *j, const struct cell *cell, const struct contribution *c)
{
    int64_t version = j->deployment->sharing_version;
    bool by_tags =
        cell->resource == ENTRY_TAGGED_TABLES || cell->resource == ENTRY_TAGGED_DATABASES;
    bool needs = principal_is_one(cell->principal) ||
                 (by_tags && cell->principal->kind == PRINCIPAL_ORGANIZATION);
    if (!needs || !version || version >= 3)
        return;
    struct diag *d = diag(j->s, D_SHARING_VERSION, to_of(c),
                          "version %lld of sharing between accounts cannot grant this to '%s'",
                          (long long)version, cell->principal->decl.path);
    diag_place(j->s, d, j->deployment->mesh->cross_account_version.at, "the version is set here");
    diag_help(j->s, d, "versions from 3 on can; 4 is the default");
}

static void check_cell(struct judge *j, const struct cell *cell)
{
    const struct deployment_account *owner = owner_of(j, cell);
    bool one = principal_is_one(cell->principal);
    bool foreign = owner ? principal_is_foreign(j->deployment, cell->principal, owner) : !one;
    bool account = cell->principal->kind == PRINCIPAL_ACCOUNT;
    for (const struct contribution *c = cell->whole.first; c; c = c->next) {
        if (account && owner && !foreign && !c->implied)
            check_own(j, cell, c);
        if (!foreign || c->implied)
            continue;
        check_version(j, cell, c);
        if (!one)
            check_account_rights(j, cell, c);
        if (account)
            check_account_option(j, cell, c);
    }
    for (const struct contribution *c = cell->part.first; c && foreign; c = c->next) {
        check_version(j, cell, c);
        if (account)
            check_account_option(j, cell, c);
    }
}

/* A link stands in one account, and its entry is seen there alone. */
static void check_link(struct judge *j, const struct cell *cell)
{
    const struct deployment_account *owner = owner_of(j, cell);
    const struct contribution *c = cell->whole.first;
    if (!principal_is_foreign(j->deployment, cell->principal, owner))
        return;
    struct diag *d = diag(j->s, D_LINK_IS_LOCAL, to_of(c),
                          "link '%s' is seen in its own account alone; '%s' is not there",
                          cell->link->decl.path, cell->principal->decl.path);
    diag_place(j->s, d, cell->link->decl.at, "the link");
    diag_help(j->s, d, "grant on what it leads to, and declare a link in the account of '%s'",
              cell->principal->decl.path);
}

/* ---- written out ----------------------------------------------------------------------------- */

/* How many entries came of each statement by tags. */
static void check_written_out(struct judge *j, const struct cells *cells)
{
    struct map counts = {0};
    size_t most = (size_t)limit_info(LIMIT_WRITTEN_OUT)->figure;
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        const struct contribution *c = cell->whole.first ? cell->whole.first : cell->part.first;
        const struct grant *grant = c ? c->cause.grant : NULL;
        if (!grant || grant->target != GRANT_TAGGED || cell->resource != ENTRY_TABLE)
            continue;
        size_t count = (size_t)(uintptr_t)map_get(&counts, grant, NULL) + 1;
        map_set(&counts, grant, NULL, (void *)(uintptr_t)count);
        if (count != most + 1)
            continue;
        struct diag *d =
            diag(j->s, D_TAGS_WRITTEN_OUT, grant->target_at,
                 "for principals of other accounts this comes to more than %zu entries", most);
        diag_help(j->s, d,
                  "tags are shared with whole accounts only: grant to the account with grant "
                  "option, and let it grant on");
    }
    map_free(&counts);
}

void foreign_check(struct session *s, const struct deployment *deployment,
                   const struct cells *cells)
{
    struct judge j = {.s = s, .deployment = deployment};
    owners_make(s, deployment, &j.owners);
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (cell->link)
            check_link(&j, cell);
        else
            check_cell(&j, cell);
    }
    check_written_out(&j, cells);
    owners_free(&j.owners);
}
