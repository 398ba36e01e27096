/* passing.c - see passing.h. */
#include "check/access/passing.h"

#include "check/made.h"

static const struct domain *owner_of(const struct grant *grant)
{
    return grant->outputs.len ? grant->outputs.at[0]->domain : grant->domain;
}

bool grant_passes_on(const struct grant *grant)
{
    const struct domain *owner = owner_of(grant);
    return grant->inside && owner && owner != grant->inside &&
           (grant->target == GRANT_TABLE || grant->target == GRANT_ALL_TABLES ||
            grant->target == GRANT_DATABASE);
}

const struct deployment_account *grant_acts_from(const struct deployment *deployment,
                                                 const struct grant *grant,
                                                 const struct deployment_account *owner)
{
    return grant_passes_on(grant) ? account_of_domain(deployment, grant->inside) : owner;
}

/* ---- what an account holds ------------------------------------------------------------------- */

static bool has_output(const struct grant *grant, const struct output *output)
{
    if (grant->target == GRANT_ALL_TABLES)
        return grant->domain == output->domain;
    for (size_t i = 0; grant->target == GRANT_TABLE && i < grant->outputs.len; i++)
        if (grant->outputs.at[i] == output)
            return true;
    return false;
}

/* All columns that `part` leaves open, `whole` does. */
static bool has_columns(const struct grant *whole, const struct grant *part)
{
    const struct output *output = whole->outputs.len ? whole->outputs.at[0] : NULL;
    if (!whole->has_columns)
        return true;
    for (size_t i = 0; output && i < output->data.len; i++) {
        const struct column *column = output->data.at[i];
        if (grant_opens(part, column) && !grant_opens(whole, column))
            return false;
    }
    return true;
}

static bool gives_to(const struct deployment *deployment, const struct grant *grant,
                     const struct deployment_account *account)
{
    for (size_t i = 0; i < grant->to.len; i++)
        if (grant->to.at[i]->kind == PRINCIPAL_ACCOUNT &&
            account_of_principal(deployment, grant->to.at[i]) == account)
            return true;
    return false;
}

/* `whole` gives all of `part`'s permissions with grant option, on all that it is about. */
static bool covers(const struct grant *whole, const struct grant *part)
{
    unsigned held = permissions_expand(whole->grantable, whole->target);
    unsigned wanted = permissions_expand(part->permissions, part->target);
    if ((wanted & ~held) && !(held & PERMIT_ALL))
        return false;
    if (part->target == GRANT_TABLE) {
        for (size_t i = 0; i < part->outputs.len; i++)
            if (!has_output(whole, part->outputs.at[i]))
                return false;
        return has_columns(whole, part);
    }
    return whole->target == part->target && whole->domain == part->domain;
}

/* The statement that lets the account pass this on; NULL: none does. */
static const struct grant *leave_for(struct session *s, const struct deployment *deployment,
                                     const struct grant *grant,
                                     const struct deployment_account *account)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->grants.len; i++) {
        const struct grant *whole = mesh->grants.at[i];
        if (i % 64 == 0 && !session_affords(s, i / 64, grant->at))
            return whole;
        if (whole != grant && whole->grantable && !whole->limits_rows && covers(whole, grant) &&
            gives_to(deployment, whole, account))
            return whole;
    }
    return NULL;
}

/* ---- reports --------------------------------------------------------------------------------- */

static void check_inside(struct session *s, const struct deployment *deployment,
                         const struct grant *grant, const struct deployment_account *account)
{
    for (size_t i = 0; i < grant->to.len; i++) {
        const struct principal *principal = grant->to.at[i];
        if (principal->kind == PRINCIPAL_TEAM ||
            (principal->kind != PRINCIPAL_ACCOUNT && principal->kind != PRINCIPAL_ORGANIZATION &&
             account_of_principal(deployment, principal) == account))
            continue;
        struct diag *d = diag(s, D_PASSED_ON_OUTSIDE, grant->to_at.at[i],
                              "'%s' is not in the account of domain '%s'", principal->decl.path,
                              grant->inside->decl.path);
        diag_place(s, d, grant->target_at, "this was shared with that account");
        diag_help(s, d,
                  "what is shared can be passed on inside an account alone: its owner grants "
                  "it to others");
    }
}

static void check_grant(struct session *s, const struct deployment *deployment,
                        const struct grant *grant)
{
    const struct deployment_account *account = account_of_domain(deployment, grant->inside);
    if (leave_for(s, deployment, grant, account)) {
        check_inside(s, deployment, grant, account);
        return;
    }
    struct diag *d =
        diag(s, D_NOT_ITS_OWN, grant->target_at,
             "a policy of domain '%s' grants on its own things alone", grant->inside->decl.path);
    diag_help(
        s, d,
        "this belongs to domain '%s': grant it there, or in a policy at the top level; or let "
        "it be granted to the account of '%s' with grant option",
        owner_of(grant)->decl.path, grant->inside->decl.path);
}

/* ---- what pipelines write -------------------------------------------------------------------- */

static bool gives_insert(const struct cell *cell)
{
    for (const struct contribution *c = cell ? cell->whole.first : NULL; c; c = c->next)
        if (c->cause.grant && (c->permissions & (PERMIT_INSERT | PERMIT_ALL)))
            return true;
    return false;
}

/* `produces` gives write access in the pipeline's own domain alone. */
static void check_pipeline(struct session *s, const struct cells *cells,
                           const struct pipeline *pipeline)
{
    const struct principal *role = principal_acting(pipeline->self);
    for (size_t i = 0; i < pipeline->produces.len; i++) {
        const struct output *output = pipeline->produces.at[i];
        if (output->domain == pipeline->domain ||
            gives_insert(cells_find(cells, role, ENTRY_TABLE, output)) ||
            gives_insert(cells_find(cells, role, ENTRY_ALL_TABLES, output->domain)))
            continue;
        struct diag *d = diag(s, D_PRODUCES_ELSEWHERE, pipeline->decl.at,
                              "pipeline '%s' writes '%s', which belongs to another domain",
                              pipeline->decl.path, output->decl.path);
        diag_place(s, d, output->decl.at, "this is of domain '%s'", output->domain->decl.path);
        diag_help(s, d, "let that domain say so in its policy: grant write on %s to %s",
                  output->decl.path, role->decl.path);
    }
}

void passing_check(struct session *s, const struct deployment *deployment,
                   const struct cells *cells)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->grants.len; i++)
        if (grant_passes_on(mesh->grants.at[i]))
            check_grant(s, deployment, mesh->grants.at[i]);
    for (size_t i = 0; i < mesh->pipelines.len; i++)
        if (pipeline_is_made(mesh->pipelines.at[i]))
            check_pipeline(s, cells, mesh->pipelines.at[i]);
}
