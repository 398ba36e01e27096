/* accounts.c - which accounts a deployment has, and what stands in which.
 *
 * A declared account has its number from the environment, else its own. The governance account is
 * the environment's, else the mesh's, else the only one that domains name. Everything of which
 * neither says where it stands is governance's. */
#include "model/deployment.h"

#include <stdlib.h>
#include <string.h>

struct placing {
    struct session *s;
    struct deployment *deployment;
    VEC(struct deployment_account *) found;
    struct map by_number;                       /* (atom of the number, NULL) -> one of found */
    const struct deployment_account **declared; /* by account->decl.index */
    const char **numbers;                       /* the same, before they are accounts; NULL: none */
    bool *missed;                               /* reported as without a number */
    struct span rests_at; /* what would stand in a governance account that is not known */
    const char *rests;    /* NULL: nothing */
};

/* Where the account begins in "arn:aws:iam::123456789012:role/x"; NULL: this ARN has none. */
static const char *account_in_arn(const char *arn)
{
    for (int colons = 0; colons < 4; colons++) {
        arn = strchr(arn, ':');
        if (arn == NULL) {
            return NULL;
        }
        arn++;
    }
    bool number = strspn(arn, "0123456789") == ACCOUNT_DIGITS;
    return number && (arn[ACCOUNT_DIGITS] == ':' || arn[ACCOUNT_DIGITS] == '\0') ? arn : NULL;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void read_numbers(struct placing *p)
{
    const struct mesh *mesh = p->deployment->mesh;
    const struct environment *environment = p->deployment->environment;
    for (size_t i = 0; i < mesh->accounts.len; i++) {
        p->numbers[i] = mesh->accounts.at[i]->id.value;
    }
    for (size_t i = 0; environment != NULL && i < environment->accounts.len; i++) {
        const struct account_binding *binding = &environment->accounts.at[i];
        p->numbers[binding->account->decl.index] = binding->id.value;
    }
}

static void miss_number(struct placing *p, const struct account *account, struct span at)
{
    const struct deployment *d = p->deployment;
    if (p->missed[account->decl.index]) {
        return;
    }
    p->missed[account->decl.index] = true;
    struct diag *report =
        d->environment != NULL
            ? diag(p->s, D_ACCOUNT_WITHOUT_NUMBER, d->environment->decl.at,
                   "environment '%s' gives account '%s' no number", d->name, account->decl.path)
            : diag(p->s, D_ACCOUNT_WITHOUT_NUMBER, account->decl.at, "account '%s' has no number",
                   account->decl.path);
    if (d->environment != NULL) {
        diag_place(p->s, report, account->decl.at, "the account");
        diag_help(p->s, report, "write `accounts { %s: 123456789012 }`", account->decl.path);
    } else {
        diag_place(p->s, report, at, "it is used here");
        diag_help(p->s, report, "write `account %s { id: 123456789012 }`", account->decl.path);
    }
}

/* ---- accounts -------------------------------------------------------------------------------- */

static struct deployment_account *find(struct placing *p, const char *id)
{
    atom number = atom_of(&p->s->atoms, id != NULL ? id : "");
    struct deployment_account *account = map_get(&p->by_number, number, NULL);
    if (account == NULL) {
        account = arena_new(&p->s->arena, struct deployment_account);
        account->id = id;
        map_set(&p->by_number, number, NULL, account);
        vec_push(&p->s->arena, &p->found, account);
    }
    return account;
}

static struct deployment_account *mutable_account(const struct deployment_account *account)
{
    return (struct deployment_account *)(uintptr_t)account; /* found above, still being made */
}

/* The account that `declared` is here; the governance account without one, or when it has no
 * number (reported). */
static struct deployment_account *stands_in(struct placing *p, const struct account *declared,
                                            struct span at)
{
    if (declared == NULL) {
        return mutable_account(p->deployment->governance);
    }
    const struct deployment_account *account = p->declared[declared->decl.index];
    if (account == NULL) {
        miss_number(p, declared, at);
        return mutable_account(p->deployment->governance);
    }
    return mutable_account(account);
}

static int by_name(const void *a, const void *b)
{
    const struct account *const *x = a, *const *y = b;
    return strcmp((*x)->decl.path, (*y)->decl.path);
}

/* Every declared account with a number, the first by name giving its name to the number. */
static void list_declared(struct placing *p)
{
    const struct mesh *mesh = p->deployment->mesh;
    struct account **sorted =
        (struct account **)arena_array(&p->s->arena, struct account *, mesh->accounts.len);
    for (size_t i = 0; i < mesh->accounts.len; i++) {
        sorted[i] = mesh->accounts.at[i];
    }
    if (mesh->accounts.len > 0) {
        qsort(sorted, mesh->accounts.len, sizeof *sorted, by_name);
    }
    for (size_t i = 0; i < mesh->accounts.len; i++) {
        uint32_t index = sorted[i]->decl.index;
        if (p->numbers[index] == NULL) {
            continue;
        }
        struct deployment_account *account = find(p, p->numbers[index]);
        account->account = account->account != NULL ? account->account : sorted[i];
        p->declared[index] = account;
    }
}

/* ---- the governance account ------------------------------------------------------------------ */

static void rest(struct placing *p, struct span at, const char *what)
{
    if (p->rests == NULL) {
        p->rests = what;
        p->rests_at = at;
    }
}

/* The first thing that would stand in the governance account. */
static void find_resting(struct placing *p)
{
    const struct mesh *mesh = p->deployment->mesh;
    struct arena *arena = &p->s->arena;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        if (domain->account == NULL && domain->decl.at.lo != 0) {
            rest(p, domain->decl.at, arena_format(arena, "domain '%s'", domain->decl.path));
        }
    }
    if (mesh->bucket.value != NULL) {
        rest(p, mesh->bucket.at, "the mesh's bucket");
    }
    if (mesh->audit != NULL) {
        rest(p, mesh->audit->decl.at, "the audit");
    }
    for (size_t i = 0; i < mesh->guardrails.len; i++) {
        rest(p, mesh->guardrails.at[i]->decl.at, "its guardrails");
    }
    for (size_t i = 0; i < mesh->functions.len; i++) {
        if (mesh->functions.at[i]->domain == NULL) {
            rest(p, mesh->functions.at[i]->decl.at, "a function");
        }
    }
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        if (mesh->warehouses.at[i]->domain == NULL) {
            rest(p, mesh->warehouses.at[i]->decl.at, "a warehouse");
        }
    }
    for (size_t i = 0; i < mesh->channels.len; i++) {
        const struct channel *channel = mesh->channels.at[i];
        if (channel->domain == NULL && channel->arn.value == NULL) {
            rest(p, channel->decl.at, arena_format(arena, "channel '%s'", channel->decl.path));
        }
    }
    for (size_t i = 0; i < mesh->links.len; i++) {
        if (mesh->links.at[i]->account == NULL && mesh->links.at[i]->output == NULL) {
            rest(p, mesh->links.at[i]->decl.at,
                 arena_format(arena, "link '%s'", mesh->links.at[i]->decl.path));
        }
    }
    for (size_t i = 0; i < mesh->principals.len; i++) {
        const struct principal *principal = mesh->principals.at[i];
        if (principal->account == NULL && principal->arn.value == NULL &&
            (principal->kind == PRINCIPAL_ROLE || principal->kind == PRINCIPAL_USER)) {
            rest(p, principal->decl.at, arena_format(arena, "'%s'", principal->decl.path));
        }
    }
}

/* The only number that places of domains have; NULL: none, or several (then *several). */
static const char *only_number(struct placing *p, bool *several)
{
    const struct mesh *mesh = p->deployment->mesh;
    const char *only = NULL;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct account *const places[] = {mesh->domains.at[i]->account,
                                                mesh->domains.at[i]->catalog};
        for (size_t k = 0; k < 2; k++) {
            const char *id = places[k] == NULL ? NULL : p->numbers[places[k]->decl.index];
            if (id != NULL && only != NULL && strcmp(id, only) != 0) {
                *several = true;
            }
            only = only == NULL ? id : only;
        }
    }
    return *several ? NULL : only;
}

static const char *lowest(const struct placing *p)
{
    const char *least = NULL;
    for (size_t i = 0; i < p->found.len; i++) {
        const char *id = p->found.at[i]->id;
        least = least == NULL || strcmp(id, least) < 0 ? id : least;
    }
    return least;
}

/* Where nothing rests on it, any account of several does. */
static void find_governance(struct placing *p, const char *given)
{
    struct deployment *d = p->deployment;
    bool several = false;
    const char *id = given != NULL ? given : only_number(p, &several);
    if (several) {
        id = lowest(p);
        find_resting(p);
    }
    struct deployment_account *governance = find(p, id);
    governance->is_governance = true;
    d->governance = governance;
    if (p->rests == NULL) {
        return;
    }
    struct span at = d->environment != NULL ? d->environment->decl.at : p->rests_at;
    struct diag *report =
        d->environment != NULL
            ? diag(p->s, D_NO_GOVERNANCE_ACCOUNT, at,
                   "environment '%s' has several accounts and does not say which is governance's",
                   d->name)
            : diag(p->s, D_NO_GOVERNANCE_ACCOUNT, at,
                   "the mesh has several accounts and does not say which is governance's");
    if (d->environment != NULL) {
        diag_place(p->s, report, p->rests_at, "%s would stand there", p->rests);
    }
    diag_help(p->s, report, "write `account: 123456789012` in %s",
              d->environment != NULL ? "the environment or the mesh" : "the mesh");
}

/* ---- what stands where ----------------------------------------------------------------------- */

static void place_domain(struct placing *p, const struct domain *domain, struct domain_names *names)
{
    struct deployment_account *account = stands_in(p, domain->account, domain->decl.at);
    struct deployment_account *catalog =
        domain->catalog == NULL ? account : stands_in(p, domain->catalog, domain->decl.at);
    names->account = account;
    names->catalog = catalog;
    if (!domain->existing && domain->decl.at.lo != 0) {
        account->has_stacks = catalog->has_stacks = true;
    }
}

/* An ARN's account is one of the deployment, except where the mesh does not know its own. */
static void place_principal(struct placing *p, const struct principal *principal)
{
    if (principal->arn.value != NULL && principal->kind != PRINCIPAL_ORGANIZATION) {
        const char *id = account_in_arn(principal->arn.value);
        if (id != NULL && p->deployment->governance->id != NULL) {
            find(p, arena_copy(&p->s->arena, id, ACCOUNT_DIGITS));
        }
    } else if (principal->account != NULL && principal->kind != PRINCIPAL_ACCOUNT) {
        stands_in(p, principal->account, principal->decl.at);
    }
}

/* An account that is granted to needs its number. */
static void place_grantees(struct placing *p, const struct principal *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i]->kind == PRINCIPAL_ACCOUNT) {
            stands_in(p, list[i]->account, list[i]->decl.at);
        }
    }
}

static void place_governance(struct placing *p)
{
    const struct mesh *mesh = p->deployment->mesh;
    struct deployment_account *governance = mutable_account(p->deployment->governance);
    bool needed = mesh->bucket.value != NULL;
    for (size_t i = 0; i < mesh->channels.len; i++) {
        const struct channel *channel = mesh->channels.at[i];
        needed |= channel->domain == NULL && channel->arn.value == NULL;
    }
    for (size_t i = 0; i < mesh->functions.len; i++) {
        needed |= mesh->functions.at[i]->domain == NULL;
    }
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        needed |= mesh->warehouses.at[i]->domain == NULL;
    }
    for (size_t i = 0; i < mesh->made_roles.len; i++) {
        const struct principal *role = mesh->made_roles.at[i];
        struct deployment_account *account = stands_in(p, role->account, role->decl.at);
        account->has_stacks = account->has_governance_stack = true;
    }
    for (size_t i = 0; i < mesh->resources.len; i++) {
        needed |= mesh->resources.at[i]->domain == NULL;
    }
    governance->has_governance_stack |= needed;
    governance->has_stacks |= needed;
    for (size_t i = 0; i < mesh->links.len; i++) {
        const struct link *link = mesh->links.at[i];
        if (link->output == NULL) { /* one to a table stands with the tables of a domain */
            struct deployment_account *account = stands_in(p, link->account, link->decl.at);
            account->has_stacks = account->has_governance_stack = true;
        }
    }
}

static void place_guardrails(struct placing *p)
{
    const struct mesh *mesh = p->deployment->mesh;
    bool everywhere = mesh->recorder || mesh->audit != NULL;
    for (size_t i = 0; i < mesh->guardrails.len; i++) {
        const struct guardrail *guardrail = mesh->guardrails.at[i];
        everywhere |= guardrail->accounts.len == 0;
        for (size_t k = 0; k < guardrail->accounts.len; k++) {
            struct deployment_account *account =
                stands_in(p, guardrail->accounts.at[k], guardrail->decl.at);
            account->has_stacks = account->has_governance_stack = true;
        }
    }
    mutable_account(p->deployment->governance)->has_stacks |= everywhere;
    for (size_t i = 0; i < p->found.len; i++) {
        p->found.at[i]->has_governance_stack |= everywhere && p->found.at[i]->has_stacks;
    }
}

static int by_id(const void *a, const void *b)
{
    const struct deployment_account *const *x = a, *const *y = b;
    return strcmp((*x)->id != NULL ? (*x)->id : "", (*y)->id != NULL ? (*y)->id : "");
}

static void list_accounts(struct placing *p)
{
    struct deployment *d = p->deployment;
    d->accounts.len = p->found.len;
    d->accounts.at = arena_array(&p->s->arena, const struct deployment_account *, p->found.len);
    for (size_t i = 0; i < p->found.len; i++) {
        d->accounts.at[i] = p->found.at[i];
    }
    qsort(d->accounts.at, d->accounts.len, sizeof(struct deployment_account *), by_id);
}

/* From version 3 on a role of another account can be granted to directly; 4 has hybrid access
 * across accounts besides (Lake Formation Developer Guide, "Cross-account data sharing version
 * settings"). */
enum { SHARING_VERSION = 4 };

static int64_t sharing_version(const struct deployment *d)
{
    const struct amount *given = &d->mesh->cross_account_version;
    return given->text != NULL ? given->number : d->accounts.len > 1 ? SHARING_VERSION : 0;
}

void accounts_place(struct session *s, struct deployment *d, struct domain_names *domains)
{
    const struct mesh *mesh = d->mesh;
    size_t count = mesh->accounts.len;
    struct placing p = {.s = s, .deployment = d};
    p.declared = arena_array(&s->arena, const struct deployment_account *, count);
    p.numbers = arena_array(&s->arena, const char *, count);
    p.missed = arena_array(&s->arena, bool, count);
    d->declared = p.declared;
    read_numbers(&p);
    list_declared(&p);
    bool own = d->environment != NULL && d->environment->account_id.value != NULL;
    find_governance(&p, own ? d->environment->account_id.value : mesh->account_id.value);
    for (size_t i = 0; i < mesh->domains.len; i++) {
        place_domain(&p, mesh->domains.at[i], &domains[mesh->domains.at[i]->decl.index]);
    }
    for (size_t i = 0; i < mesh->principals.len; i++) {
        const struct principal *principal = mesh->principals.at[i];
        place_principal(&p, principal);
        place_grantees(&p, (const struct principal *const *)principal->members.at,
                       principal->members.len);
    }
    for (size_t i = 0; i < mesh->grants.len; i++) {
        place_grantees(&p, (const struct principal *const *)mesh->grants.at[i]->to.at,
                       mesh->grants.at[i]->to.len);
    }
    place_governance(&p);
    place_guardrails(&p);
    list_accounts(&p);
    d->sharing_version = sharing_version(d);
    map_free(&p.by_number);
}

/* ---- questions ------------------------------------------------------------------------------- */

const char *account_id(const struct deployment_account *account)
{
    return account != NULL && account->id != NULL ? account->id : "self";
}

const struct deployment_account *account_by_id(const struct deployment *deployment, const char *id)
{
    size_t lo = 0, hi = deployment->accounts.len;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        const struct deployment_account *account = deployment->accounts.at[middle];
        int order = account->id == NULL ? -1 : strncmp(account->id, id, ACCOUNT_DIGITS);
        if (order == 0) {
            return account;
        }
        lo = order < 0 ? middle + 1 : lo;
        hi = order < 0 ? hi : middle;
    }
    return NULL;
}

const struct deployment_account *account_of_principal(const struct deployment *deployment,
                                                      const struct principal *principal)
{
    const struct deployment_account *account = NULL;
    principal = principal_acting(principal);
    bool worker = principal->kind == PRINCIPAL_PIPELINE || principal->kind == PRINCIPAL_FUNCTION ||
                  principal->kind == PRINCIPAL_WAREHOUSE;
    if (principal->arn.value != NULL) {
        const char *id = account_in_arn(principal->arn.value);
        account = id == NULL ? NULL : account_by_id(deployment, id);
    } else if (worker) {
        account = account_of_domain(deployment, principal->domain);
    } else if (principal->account != NULL) {
        account = deployment->declared[principal->account->decl.index];
    }
    return account != NULL ? account : deployment->governance;
}

const char *account_in_doubt(const struct deployment *deployment, const struct principal *principal)
{
    principal = principal_acting(principal);
    bool one = principal->arn.value != NULL && principal->kind != PRINCIPAL_ORGANIZATION;
    const char *id =
        one && deployment->governance->id == NULL ? account_in_arn(principal->arn.value) : NULL;
    return id != NULL && account_by_id(deployment, id) == NULL ? id : NULL;
}

const struct deployment_account *account_of_catalog(const struct deployment *deployment,
                                                    const struct domain *domain)
{
    return deployment->domains[domain->decl.index].catalog;
}

const struct deployment_account *account_of_link(const struct deployment *deployment,
                                                 const struct link *link)
{
    if (link->inside != NULL) {
        return account_of_catalog(deployment, link->inside);
    }
    const struct deployment_account *account =
        link->account == NULL ? NULL : deployment->declared[link->account->decl.index];
    return account != NULL ? account : deployment->governance;
}

const struct deployment_account *account_of_link_target(const struct deployment *deployment,
                                                        const struct link *link)
{
    const struct domain *domain = link->output != NULL ? link->output->domain : link->domain;
    return domain != NULL              ? account_of_catalog(deployment, domain)
           : link->owner.value != NULL ? account_by_id(deployment, link->owner.value)
                                       : NULL;
}

const struct deployment_account *account_of_domain(const struct deployment *deployment,
                                                   const struct domain *domain)
{
    return domain != NULL ? deployment->domains[domain->decl.index].account
                          : deployment->governance;
}

const struct deployment_account *guardrail_home(const struct deployment *deployment,
                                                const struct guardrail *guardrail,
                                                const struct deployment_account *watched)
{
    const char *lambda = guardrail->lambda.value;
    const char *id =
        lambda != NULL && strncmp(lambda, "arn:", 4) == 0 ? account_in_arn(lambda) : NULL;
    if (guardrail->function != NULL) {
        return account_of_domain(deployment, guardrail->function->domain);
    }
    return id == NULL || deployment->governance->id == NULL ? watched
                                                            : account_by_id(deployment, id);
}

bool guardrail_watches(const struct deployment *deployment, const struct guardrail *guardrail,
                       const struct deployment_account *account)
{
    for (size_t i = 0; i < guardrail->accounts.len; i++) {
        if (deployment->declared[guardrail->accounts.at[i]->decl.index] == account) {
            return true;
        }
    }
    return guardrail->accounts.len == 0 && account->has_stacks;
}
