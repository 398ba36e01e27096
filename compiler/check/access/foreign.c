/* foreign.c - what Lake Formation asks of grants to principals of other accounts, to accounts and
 * to organizations (reference of Lake Formation, rules 2.2.7, 2.2.8 and 2.2.10). */
#include "check/access/foreign.h"

#include "check/access/owners.h"
#include "check/limits.h"
#include "check/made.h"

#include <string.h>

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

/* As the statement has it: the cell of two accounts that are one here has the name of the first. */
static const char *name_of(const struct cell *cell, const struct contribution *c)
{
    const struct principal *named = c->cause.named;
    bool alone = named && named->kind != PRINCIPAL_TEAM;
    return alone ? named->decl.path : cell->principal->decl.path;
}

static struct span target_of(const struct contribution *c)
{
    return c->cause.grant ? c->cause.grant->target_at : c->cause.at;
}

/* The owner of what a cell is about; of tags and what is tagged: NULL, there are several. */
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
                          "'%s' is the account that this belongs to%s: nothing is granted there",
                          name_of(cell, c), in_environment(j->s, j->deployment));
    diag_help(j->s, d, "its administrators have every right; grant to a role of it");
}

/* An account that cannot grant on; for a tag or a location AWS asks for the whole grant option. */
static void check_option(struct judge *j, const struct cell *cell, const struct contribution *c)
{
    bool whole = cell->resource == ENTRY_TAG || cell->resource == ENTRY_LOCATION;
    bool account = cell->principal->kind == PRINCIPAL_ACCOUNT;
    if (!c->cause.grant || (whole ? !(c->permissions & ~c->grantable) : c->grantable || !account))
        return;
    struct diag *d =
        whole ? diag(j->s, D_ACCOUNT_NEEDS_OPTION, to_of(c),
                     "a right on a %s is given to '%s' with grant option, or not at all",
                     cell->resource == ENTRY_TAG ? "tag" : "location", name_of(cell, c))
              : diag(j->s, D_ACCOUNT_WITHOUT_OPTION, to_of(c),
                     "'%s' cannot pass this on: only its administrators have it", name_of(cell, c));
    if (whole && !account)
        diag_place(j->s, d, target_of(c), "this is not of its account alone");
    diag_help(j->s, d, "write `with grant option`");
}

/* ---- what is not shared ---------------------------------------------------------------------- */

struct barred {
    unsigned permissions;
    const char *noun, *help;
};

static struct barred barred_on(enum entry_resource resource)
{
    switch (resource) {
    case ENTRY_DATABASE:
    case ENTRY_TAGGED_DATABASES:
        return (struct barred){PERMIT_DROP | PERMIT_ALL, "a database",
                               "name the rights that are needed: describe, create_table, alter"};
    case ENTRY_TAG:
        return (struct barred){PERMIT_ALTER | PERMIT_DROP | PERMIT_GRANT_WITH_LF_TAG_EXPRESSION,
                               "a tag", "others take associate and describe"};
    case ENTRY_CATALOG:
        return (struct barred){PERMIT_CREATE_DATABASE | PERMIT_CREATE_LF_TAG, "the catalog",
                               "grant it to a role of the account itself"};
    case ENTRY_ALL_TABLES:
    case ENTRY_TABLE:
    case ENTRY_COLUMNS:
    case ENTRY_FILTER:
    case ENTRY_LOCATION:
    case ENTRY_TAGGED_TABLES:
    case ENTRY_LINK:
        break;
    }
    return (struct barred){0};
}

/* True: it was reported. */
static bool check_rights(struct judge *j, const struct cell *cell, const struct contribution *c)
{
    const struct barred barred = barred_on(cell->resource);
    unsigned bit = 1;
    if (!(c->permissions & barred.permissions))
        return false;
    while (!(c->permissions & barred.permissions & bit))
        bit <<= 1;
    struct diag *d =
        diag(j->s, D_NOT_FOR_OTHER_ACCOUNTS, target_of(c),
             "nobody of another account is granted '%s' on %s", permission_word(bit), barred.noun);
    diag_place(j->s, d, to_of(c), "'%s' is not of the account that has it",
               cell->principal->decl.path);
    diag_help(j->s, d, "%s", barred.help);
    return true;
}

/* ---- one cell -------------------------------------------------------------------------------- */

/* Shares to single principals, and to organizations by tags, came with version 3; those of what is
 * in hybrid access mode, where the defaults stay, with version 4 (Lake Formation Developer Guide,
 * "Prerequisites for setting up hybrid access mode"). */
static void check_version(struct judge *j, const struct cell *cell, const struct contribution *c)
{
    int64_t version = j->deployment->sharing_version;
    bool by_tags =
        cell->resource == ENTRY_TAGGED_TABLES || cell->resource == ENTRY_TAGGED_DATABASES;
    bool needs = principal_is_one(cell->principal) ||
                 (by_tags && cell->principal->kind == PRINCIPAL_ORGANIZATION);
    bool hybrid = cell->output ? output_is_hybrid(cell->output)
                               : cell->domain && cell->domain->storage.hybrid;
    int least = hybrid ? 4 : needs ? 3 : 0;
    if (!version || version >= least)
        return;
    struct diag *d = diag(j->s, D_SHARING_VERSION, to_of(c),
                          "version %lld of sharing between accounts cannot grant this to '%s'",
                          (long long)version, cell->principal->decl.path);
    diag_place(j->s, d, j->deployment->mesh->cross_account_version.at, "the version is set here");
    diag_help(j->s, d,
              hybrid ? "what is in hybrid access mode is shared from version 4 on"
                     : "versions from 3 on can; 4 is the default");
}

/* The program takes rights of IAM_ALLOWED_PRINCIPALS away only from what the mesh makes, and while
 * these stand nothing is shared (rule 2.2.10). One message for all tables of a domain. */
static void check_found(struct judge *j, const struct cell *cell)
{
    const struct domain *domain = cell->domain;
    const struct output *output = cell->output;
    const struct contribution *c = cell->whole.first ? cell->whole.first : cell->part.first;
    bool hybrid = output ? output_is_hybrid(output) : domain && domain->storage.hybrid;
    const struct decl *found = domain && domain->existing        ? &domain->decl
                               : output && output_exists(output) ? &output->product->decl
                                                                 : NULL;
    if (!c || !c->cause.grant || !found || hybrid)
        return;
    struct diag *d = diag(j->s, D_SHARED_AS_FOUND, to_of(c),
                          "'%s' was there before the mesh: while IAM still decides there, '%s' of "
                          "another account gets nothing",
                          found->path, name_of(cell, c));
    diag_place(j->s, d, found->at, "the mesh takes no right away here");
    diag_help(j->s, d, "see to it that IAM_ALLOWED_PRINCIPALS has no right on it before `apply`");
}

/* A tag that is granted on is in every account that has a catalog, and a single principal has its
 * rights where it lives. What is tagged is written out for one of another account, and judged
 * there.
 */
static bool is_foreign_everywhere(const struct judge *j, const struct cell *cell)
{
    const struct deployment *d = j->deployment;
    return !principal_is_one(cell->principal) ||
           (cell->resource == ENTRY_TAG &&
            !account_has_catalog(d, account_of_principal(d, cell->principal)));
}

static void check_cell(struct judge *j, const struct cell *cell)
{
    const struct deployment_account *owner = owner_of(j, cell);
    bool foreign = owner ? principal_is_foreign(j->deployment, cell->principal, owner)
                         : is_foreign_everywhere(j, cell);
    bool account = cell->principal->kind == PRINCIPAL_ACCOUNT;
    for (const struct contribution *c = cell->whole.first; c; c = c->next) {
        if (account && owner && !foreign && !c->implied)
            check_own(j, cell, c);
        if (!foreign || c->implied)
            continue;
        check_version(j, cell, c);
        if (!check_rights(j, cell, c))
            check_option(j, cell, c);
    }
    for (const struct contribution *c = cell->part.first; c && foreign; c = c->next) {
        check_version(j, cell, c);
        check_option(j, cell, c);
    }
    if (foreign)
        check_found(j, cell);
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

/* ---- whose account --------------------------------------------------------------------------- */

/* Of those whose account is in doubt the first by name, leaving out those of account `but`. */
static const struct principal *first_in_doubt(const struct judge *j, const struct cells *cells,
                                              const char *but)
{
    const struct principal *first = NULL;
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct principal *principal = cells->list.at[i]->principal;
        const char *id = account_in_doubt(j->deployment, principal);
        if (id && !(but && strncmp(id, but, ACCOUNT_DIGITS) == 0) &&
            (!first || strcmp(principal->decl.path, first->decl.path) < 0))
            first = principal;
    }
    return first;
}

/* In a mesh that names no account every ARN is taken for one of its own, and what is granted by
 * tags goes out as to one: AWS refuses that if it is not (rule 2.2.7). Two accounts cannot both be
 * its own. Said once. */
static void check_doubts(struct judge *j, const struct cells *cells)
{
    const struct principal *first = first_in_doubt(j, cells, NULL);
    if (!first)
        return;
    const char *id = account_in_doubt(j->deployment, first);
    const struct principal *other = first_in_doubt(j, cells, id);
    struct diag *d =
        other ? diag(j->s, D_ACCOUNTS_UNTOLD, other->arn.at,
                     "'%s' and '%s' are of different accounts, and the mesh does not say which is "
                     "its own",
                     first->decl.path, other->decl.path)
              : diag(j->s, D_ACCOUNT_IN_DOUBT, first->arn.at,
                     "'%s' is of account %.12s, and the mesh does not say whether that is its own",
                     first->decl.path, id);
    if (other)
        diag_place(j->s, d, first->arn.at, "'%s'", first->decl.path);
    diag_help(j->s, d, "write the number of its own account: `account: %.12s` in the %s", id,
              j->deployment->environment ? "environment or the mesh" : "mesh");
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
    check_doubts(&j, cells);
    owners_free(&j.owners);
}
