/* accounts.c - what does not work across accounts: steps, roles that workers run as, and a data
 * lake without an administrator of its own. */
#include "check/areas.h"
#include "check/made.h"
#include "model/names.h"

struct judge {
    struct session *s;
    const struct deployment *deployment;
};

/* ---- steps ----------------------------------------------------------------------------------- */

/* A machine calls services of its own account; only topics and functions let others in. */
static void check_step(struct judge *j, const struct step *step,
                       const struct deployment_account *home)
{
    const struct deployment *d = j->deployment;
    const struct deployment_account *there = home;
    const char *what = NULL, *out = NULL;
    if (step->run) {
        there = account_of_domain(d, step->run->domain);
        what = arena_format(&j->s->arena, "pipeline '%s' runs", step->run->decl.path);
        out = "let it start by itself when an input was refreshed: `on: [...]`";
    } else if (step->output) {
        there = account_of_catalog(d, step->output->domain);
        what = arena_format(&j->s->arena, "the table of '%s' is kept", step->output->decl.path);
        out = step->kind == STEP_CRAWL
                  ? "give the product `crawl { schedule: ... }`, which runs there by itself"
                  : "give the product `quality { schedule: ... }`, which runs there by itself";
    } else if (step->kind == STEP_ATHENA && step->workgroup) {
        there = account_of_domain(d, step->workgroup);
        what = arena_format(&j->s->arena, "the workgroup of '%s' is", step->workgroup->decl.path);
        out = "run the query in the workgroup of the pipeline's own domain";
    }
    if (there == home) {
        return;
    }
    struct diag *report = diag(j->s, D_STEP_IN_OTHER_ACCOUNT, step->at,
                               "this step works in account %s, and %s in %s%s", home->id, what,
                               there->id, in_environment(j->s, j->deployment));
    diag_help(j->s, report, "%s", out);
}

static void check_steps(struct judge *j, const struct pipeline *pipeline)
{
    const struct deployment_account *home = account_of_domain(j->deployment, pipeline->domain);
    for (size_t i = 0; i < pipeline->all_steps.len; i++) {
        check_step(j, pipeline->all_steps.at[i], home);
    }
}

/* ---- roles ----------------------------------------------------------------------------------- */

/* A service takes on a role of its own account alone (IAM: iam:PassRole). */
static void check_role(struct judge *j, const struct principal *role, const char *worker,
                       const struct decl *decl, const struct deployment_account *home)
{
    if (!role) {
        return;
    }
    const struct deployment_account *there = account_of_principal(j->deployment, role);
    if (there == home) {
        return;
    }
    struct diag *report =
        diag(j->s, D_ROLE_IN_OTHER_ACCOUNT, decl->at,
             "%s '%s' is in account %s, its role '%s' in %s%s", worker, decl->path, home->id,
             role->decl.path, there->id, in_environment(j->s, j->deployment));
    diag_place(j->s, report, role->decl.at, "the role");
    diag_help(j->s, report, "name a role of that account, or leave `role` out: then one is made");
}

static void check_workers_roles(struct judge *j)
{
    const struct deployment *d = j->deployment;
    const struct mesh *mesh = d->mesh;
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        if (pipeline_is_made(pipeline)) {
            check_role(j, pipeline->role, "pipeline", &pipeline->decl,
                       account_of_domain(d, pipeline->domain));
        }
    }
    for (size_t i = 0; i < mesh->functions.len; i++) {
        const struct function *function = mesh->functions.at[i];
        check_role(j, function->role, "function", &function->decl,
                   account_of_domain(d, function->domain));
    }
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        const struct warehouse *warehouse = mesh->warehouses.at[i];
        check_role(j, warehouse->role, "warehouse", &warehouse->decl,
                   account_of_domain(d, warehouse->domain));
    }
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        if (output->crawl.given && output_is_made(output)) {
            check_role(j, output->crawl.role, "the crawler of", &output->decl,
                       account_of_catalog(d, output->domain));
        }
    }
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        for (size_t k = 0; k < domain->made_roles.len; k++) {
            check_role(j, domain->made_roles.at[k], "domain", &domain->decl,
                       account_of_domain(d, domain));
        }
    }
}

/* ---- buckets --------------------------------------------------------------------------------- */

/* The mesh's bucket stands before every catalog, and would have to name a role that is made later.
 */
static void refuse_shared_bucket(struct judge *j, const struct domain *domain)
{
    struct diag *report =
        diag(j->s, D_CATALOG_NEEDS_BUCKET, domain->decl.at,
             "the catalog of domain '%s' is in account %s, and its data in the bucket that all "
             "share%s",
             domain->decl.path, j->deployment->domains[domain->decl.index].catalog->id,
             in_environment(j->s, j->deployment));
    diag_help(j->s, report, "give the domain a bucket of its own: `storage { }`");
}

/* A bucket that is not the mesh's has a policy that is not the mesh's either; so has a key. */
static void judge_store(struct judge *j, const struct domain *domain, const struct store *store)
{
    const struct storage *storage = store->storage;
    bool key = storage->kms_key.value != NULL;
    if (store->bucket == NULL || (store->made && !key)) {
        return;
    }
    if (store->bucket == j->deployment->mesh_bucket) {
        refuse_shared_bucket(j, domain);
        return;
    }
    bool both = key && !store->made;
    struct diag *report = diag(
        j->s, D_CATALOG_NEEDS_POLICY, storage->at.lo ? storage->at : domain->decl.at,
        "the catalog of domain '%s' is in account %s, and the %s bucket '%s' %s not made here%s",
        domain->decl.path, j->deployment->domains[domain->decl.index].catalog->id,
        both          ? "policies of the key and of"
        : store->made ? "policy of the key of"
                      : "policy of",
        store->bucket, both ? "are" : "is", in_environment(j->s, j->deployment));
    diag_help(j->s, report, "let the role '%s' of account %s in, which alone reads and writes",
              name_registration_role(&j->s->arena, j->deployment, domain),
              j->deployment->domains[domain->decl.index].catalog->id);
}

/* Glue writes the first file of an Iceberg table when its stack makes it (Lake Formation: creating
 * Apache Iceberg tables). The catalog's stack comes before the bucket's, whose policy names a role
 * of it; the stack of a product comes after both. */
static void judge_iceberg(struct judge *j, const struct output *output, const struct store *store)
{
    const struct domain *domain = output->domain;
    if (!store->made || !output_is_iceberg(output) || !table_is_made(output) ||
        output->product->own_stack) {
        return;
    }
    struct diag *report = diag(
        j->s, D_ICEBERG_BEFORE_BUCKET, output->format_at.lo ? output->format_at : output->decl.at,
        "the catalog of domain '%s' is made before its bucket, where this table has its first "
        "file%s",
        domain->decl.path, in_environment(j->s, j->deployment));
    diag_help(j->s, report,
              "give the product a stack of its own, which is made after both: "
              "`stack: product`");
}

/* Each bucket of the domain in which tables lie, once. */
static void judge_stores(struct judge *j, const struct domain *domain)
{
    struct map seen = {0};
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            struct store store = output_store(j->deployment, product->outputs.at[k]);
            judge_iceberg(j, product->outputs.at[k], &store);
            if (!map_get(&seen, store.storage, NULL)) {
                map_set(&seen, store.storage, NULL, j);
                judge_store(j, domain, &store);
            }
        }
    }
    map_free(&seen);
}

static void check_buckets(struct judge *j)
{
    const struct deployment *d = j->deployment;
    for (size_t i = 0; i < d->mesh->domains.len; i++) {
        const struct domain *domain = d->mesh->domains.at[i];
        const struct domain_names *names = &d->domains[i];
        if (!domain->existing && names->catalog != names->account) {
            judge_stores(j, domain);
        }
    }
}

/* ---- administrators -------------------------------------------------------------------------- */

static void note_admin(struct judge *j, const struct principal *admin, struct map *led)
{
    if (admin->kind == PRINCIPAL_TEAM) {
        for (size_t i = 0; i < admin->members.len; i++) {
            note_admin(j, admin->members.at[i], led);
        }
        return;
    }
    map_put(led, account_of_principal(j->deployment, admin), NULL, led);
}

/* A mesh that names administrators means to have one in each data lake. */
static void check_admins(struct judge *j)
{
    const struct deployment *d = j->deployment;
    struct map led = {0}, lakes = {0};
    if (d->mesh->admins.len == 0) {
        return;
    }
    for (size_t i = 0; i < d->mesh->admins.len; i++) {
        note_admin(j, d->mesh->admins.at[i], &led);
    }
    for (size_t i = 0; i < d->mesh->domains.len; i++) {
        struct domain *domain = d->mesh->domains.at[i];
        const struct deployment_account *account = account_of_catalog(d, domain);
        if (domain->existing || map_get(&led, account, NULL) ||
            map_put(&lakes, account, NULL, domain) != domain) {
            continue;
        }
        struct diag *report =
            diag(j->s, D_ACCOUNT_WITHOUT_ADMIN, domain->decl.at,
                 "the database of domain '%s' is in account %s, where no administrator lives%s",
                 domain->decl.path, account->id ? account->id : "of the deployment",
                 in_environment(j->s, j->deployment));
        diag_help(j->s, report, "add a role of that account to the mesh's `admins`");
    }
    map_free(&led);
    map_free(&lakes);
}

void check_accounts(struct session *s, const struct deployment *deployment)
{
    struct judge j = {.s = s, .deployment = deployment};
    if (deployment->accounts.len < 2) {
        return;
    }
    for (size_t i = 0; i < deployment->mesh->pipelines.len; i++) {
        if (pipeline_is_made(deployment->mesh->pipelines.at[i])) {
            check_steps(&j, deployment->mesh->pipelines.at[i]);
        }
    }
    check_workers_roles(&j);
    check_buckets(&j);
    check_admins(&j);
}
