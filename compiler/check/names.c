/* names.c - names in AWS of one deployment: what a service allows, how long it may be, and that no
 * two things share one. */
#include "check/areas.h"
#include "check/functions.h"
#include "check/limits.h"

#include "check/made.h"
#include "check/stacks.h"
#include "model/names.h"

#include <string.h>

#define PLAIN_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const char database_kind[] = "database", table_kind[] = "table";

struct judge {
    struct session *s;
    const struct deployment *deployment;
    struct map seen; /* (name, kind of thing) -> where it is declared */
};

static void too_long(struct judge *j, struct span at, const char *what, const char *name,
                     enum limit limit)
{
    const struct limit_info *info = limit_info(limit);
    struct diag *d =
        diag(j->s, D_AWS_NAME_TOO_LONG, at, "the name of the %s has %zu characters%s: '%.80s'",
             what, strlen(name), in_environment(j->s, j->deployment), name);
    diag_help(j->s, d, "at most %lld fit (%s)", (long long)info->figure, info->source);
}

/* One thing of a kind may have a name, in all accounts or (account not NULL) in one; `kind` is
 * compared by address. */
static void claim(struct judge *j, const char *kind, const struct deployment_account *account,
                  const char *name, const struct decl *owner)
{
    bool apart = account && j->deployment->accounts.len > 1;
    atom key = atom_of(&j->s->atoms,
                       apart ? arena_format(&j->s->arena, "%s %s", account->id, name) : name);
    const struct decl *first = map_put(&j->seen, key, kind, (void *)(uintptr_t)owner);
    if (first->at.lo == owner->at.lo || first->again || owner->again)
        return;
    struct diag *d =
        diag(j->s, D_NAMES_COLLIDE, owner->at, "the %s of '%s' and of '%s' is the same%s: '%s'",
             kind, owner->path, first->path, in_environment(j->s, j->deployment), name);
    diag_place(j->s, d, first->at, "the other one");
}

/* ---- Glue ------------------------------------------------------------------------------------ */

/* Athena reads names of letters, digits and underscores without quotes; Glue stores lower case
 * (Athena: names). */
static bool is_glue_name(const char *name)
{
    return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

/* given: the name as the mesh writes it, or NULL; what is wrong with it is so in all environments.
 */
static void check_glue_name(struct judge *j, struct span at, const char *what, const char *given,
                            const char *name)
{
    if (!is_glue_name(name)) {
        struct diag *d = diag(j->s, D_BAD_GLUE_NAME, at, "'%s' cannot be the name of a %s",
                              given && !is_glue_name(given) ? given : name, what);
        diag_help(j->s, d, "lower-case letters, digits and underscores can");
    } else if (strlen(name) > (size_t)limit_info(LIMIT_GLUE_NAME)->figure) {
        too_long(j, at, what, name, LIMIT_GLUE_NAME);
    }
}

static void check_columns_of(struct judge *j, const struct schema *schema)
{
    size_t longest = (size_t)limit_info(LIMIT_GLUE_NAME)->figure;
    size_t longest_type = (size_t)limit_info(LIMIT_COLUMN_TYPE)->figure;
    for (size_t i = 0; i < schema->columns.len; i++) {
        const struct column *column = schema->columns.at[i];
        bool nested = column->type->kind >= TYPE_ARRAY; /* the others are short */
        if (strlen(column->physical) > longest)
            too_long(j, column->decl.at, "column", column->physical, LIMIT_GLUE_NAME);
        if (nested && column->type->glue && strlen(column->type->glue) > longest_type)
            too_long(j, column->type_at, "type", column->type->glue, LIMIT_COLUMN_TYPE);
    }
}

/* ---- S3 -------------------------------------------------------------------------------------- */

static const char made_bucket[] = "bucket"; /* kind of a name, for claim */

static bool is_address(const char *name)
{
    return strspn(name, "0123456789.") == strlen(name) && strchr(name, '.') != NULL;
}

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), n = strlen(end);
    return length >= n && strcmp(name + length - n, end) == 0;
}

/* What is wrong with the name of a bucket, or NULL (S3: bucket naming rules). */
static const char *bucket_fault(const char *name)
{
    size_t length = strlen(name);
    if (length < 3 || length > (size_t)limit_info(LIMIT_BUCKET_NAME)->figure)
        return "it has 3 to 63 characters";
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != length)
        return "it has lower-case letters, digits, hyphens and points alone";
    if (strchr("-.", name[0]) || strchr("-.", name[length - 1]))
        return "it begins and ends with a letter or digit";
    if (strstr(name, "..") || strstr(name, ".-") || strstr(name, "-."))
        return "no point stands beside a point or a hyphen";
    if (is_address(name))
        return "it does not look like an address";
    if (strncmp(name, "xn--", 4) == 0 || strncmp(name, "sthree-", 7) == 0)
        return "it does not begin with 'xn--' or 'sthree-'";
    if (ends_with(name, "-s3alias") || ends_with(name, "--ol-s3") || ends_with(name, "--x-s3"))
        return "S3 keeps this ending for itself";
    return NULL;
}

static void report_bucket(struct judge *j, struct span at, const char *name, const char *where)
{
    const char *fault = name ? bucket_fault(name) : NULL;
    if (!fault)
        return;
    struct diag *d =
        diag(j->s, D_BAD_BUCKET_NAME, at, "'%s' cannot be the name of a bucket%s", name, where);
    diag_help(j->s, d, "%s", fault);
}

static void check_bucket(struct judge *j, struct span at, const char *name)
{
    report_bucket(j, at, name, in_environment(j->s, j->deployment));
}

/* ---- IAM ------------------------------------------------------------------------------------- */

static void check_principal(struct judge *j, const struct principal *principal)
{
    if (principal->arn.value || !principal->aws_name)
        return;
    if (principal->kind != PRINCIPAL_ROLE && principal->kind != PRINCIPAL_USER)
        return;
    static const char role[] = "role";
    const char *full = name_role(&j->s->arena, j->deployment, principal);
    const char *name = strrchr(full, '/'); /* a path may stand before it */
    name = name ? name + 1 : full;
    if (!iam_name_is_formed(full)) {
        struct diag *d =
            diag(j->s, D_BAD_PRINCIPAL_NAME, principal->decl.at,
                 "'%s' cannot be the name of a role or user in IAM", principal->aws_name);
        diag_help(j->s, d, "letters, digits and _ + = , . @ - can; a path before it has no blanks");
    } else if (strlen(name) > (size_t)limit_info(LIMIT_ROLE_NAME)->figure) {
        too_long(j, principal->decl.at, role, name, LIMIT_ROLE_NAME);
    } else if (principal->create) {
        claim(j, role, account_of_principal(j->deployment, principal), name, &principal->decl);
    }
}

/* ---- links and stacks ------------------------------------------------------------------------ */

/* A link shares its names with the databases of its account, or the tables of its database. */
static void check_link(struct judge *j, const struct link *link)
{
    const struct deployment *d = j->deployment;
    const char *name = name_link(&j->s->arena, d, link);
    check_glue_name(j, link->decl.at, "link", NULL, name);
    if (!link->to_at.lo || link_is_itself(d, link))
        return;
    if (link->output && link->inside)
        claim(j, table_kind, account_of_link(d, link),
              arena_format(&j->s->arena, "%s.%s", d->domains[link->inside->decl.index].database,
                           name),
              &link->decl);
    else if (!link->output)
        claim(j, database_kind, account_of_link(d, link), name, &link->decl);
}

static void check_stack_names(struct judge *j)
{
    static const char stack[] = "stack", file[] = "file";
    struct stack_heads heads = {0};
    stacks_list(j->s, j->deployment, &heads);
    for (size_t i = 0; i < heads.list.len; i++) {
        const struct stack_head *head = &heads.list.at[i];
        if (head->domain && !head->domain->decl.at.lo)
            continue; /* the stand-in for a domain that nobody declares */
        const struct decl *owner = head->product  ? &head->product->decl
                                   : head->domain ? &head->domain->decl
                                                  : &j->deployment->mesh->decl;
        const char *name = strrchr(head->file, '/') + 1;
        if (strlen(name) > (size_t)limit_info(LIMIT_FILE_NAME)->figure)
            too_long(j, head->at, file, name, LIMIT_FILE_NAME);
        claim(j, stack, head->account, head->name, owner);
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

/* A zone as the owner of a name: it is no declaration of its own. */
static const struct decl *zone_decl(struct judge *j, const struct storage *zone)
{
    struct decl *decl = arena_new(&j->s->arena, struct decl);
    decl->path = arena_format(&j->s->arena, "%s.%s", zone->domain->decl.path, zone->name);
    decl->at = zone->at;
    return decl;
}

static void report_no_bucket(struct judge *j, const struct domain *domain)
{
    const struct deployment *d = j->deployment;
    if (d->mesh_bucket) {
        struct diag *report =
            diag(j->s, D_NO_BUCKET, domain->decl.at,
                 "domain '%s' has no bucket for its products%s: the mesh's is in account %s, "
                 "the domain in %s",
                 domain->decl.path, in_environment(j->s, j->deployment), d->governance->id,
                 d->domains[domain->decl.index].account->id);
        diag_help(j->s, report, "give it 'storage { }' or 'bucket: \"...\"'");
    } else {
        struct diag *report = diag(j->s, D_NO_BUCKET, domain->decl.at,
                                   "domain '%s' has no bucket for its products", domain->decl.path);
        diag_help(j->s, report,
                  "give it 'storage { }' or 'bucket: \"...\"', or give the mesh a bucket");
    }
}

/* Where it is told what the bucket is called; the mesh's own is judged with the mesh. */
static void check_store(struct judge *j, const struct domain *domain, const struct store *store)
{
    const struct storage *storage = store->storage, *zone = storage->name ? storage : NULL;
    const struct text *bound = environment_bucket(j->deployment, domain, zone);
    struct span at = bound                   ? bound->at
                     : storage->bucket.value ? storage->bucket.at
                     : zone                  ? zone->at
                                             : domain->decl.at;
    if (store->bucket && store->bucket != j->deployment->mesh_bucket)
        check_bucket(j, at, store->bucket);
    if (storage->log.value && !storage->logs)
        check_bucket(j, storage->log.at, storage->log.value);
}

static void check_domain(struct judge *j, const struct domain *domain)
{
    const struct domain_names *names = &j->deployment->domains[domain->decl.index];
    struct span at = domain->database.value ? domain->database.at : domain->decl.at;
    check_glue_name(j, at, database_kind, domain->database.value, names->database);
    claim(j, database_kind, names->catalog, names->database, &domain->decl);
    if (strlen(names->workgroup) > (size_t)limit_info(LIMIT_WORKGROUP_NAME)->figure)
        too_long(j, domain->decl.at, "workgroup", names->workgroup, LIMIT_WORKGROUP_NAME);
    if (strcmp(domain->decl.name, "governance") == 0)
        diag(j->s, D_DOMAIN_GOVERNANCE, domain->decl.at,
             "no domain is called 'governance': the mesh's own stack is");
    if (!names->bucket && domain->products.len > 0)
        report_no_bucket(j, domain);
    for (size_t i = 0; i < domain_store_count(domain); i++) {
        struct store store = domain_store(j->deployment, domain, i);
        const struct decl *owner = &domain->decl;
        check_store(j, domain, &store);
        if (i > 0)
            owner = zone_decl(j, store.storage);
        if (store.made)
            claim(j, made_bucket, NULL, store.bucket, owner);
    }
}

static void check_output(struct judge *j, const struct output *output)
{
    static const char location[] = "location";
    const struct table_names *names = &j->deployment->tables[output->decl.index];
    struct span at = output->table.value ? output->table.at : output->decl.at;
    if (!names->table || !output->domain->decl.at.lo)
        return;
    check_glue_name(j, at, table_kind, output->table.value, names->table);
    claim(j, table_kind, account_of_catalog(j->deployment, output->domain),
          arena_format(&j->s->arena, "%s.%s", names->database, names->table), &output->decl);
    if (names->uri && !output->existing) {
        claim(j, location, NULL, names->uri_template ? names->uri_template : names->uri,
              &output->decl);
        if (output->location.value && strncmp(output->location.value, "s3://", 5) == 0)
            check_bucket(j, output->location.at, names->bucket);
    }
}

/* It is the same in all environments. */
static void check_code_bucket(struct judge *j, const struct function *function)
{
    struct code_place place;
    if (!function->code.value || !code_place(function->code.value, &place))
        return; /* reported elsewhere */
    const char *name = arena_format(&j->s->arena, "%.*s", (int)place.bucket_length, place.bucket);
    report_bucket(j, function->code.at, name, "");
}

/* Letters, digits, hyphens and underscores (Lambda API: FunctionName). */
static void check_function(struct judge *j, const struct function *function)
{
    static const char kind[] = "function";
    const char *name = name_function(&j->s->arena, j->deployment, function);
    const char *given = function->name.value; /* a declared name is an identifier */
    const struct span at = given ? function->name.at : function->decl.at;
    if (given && strspn(name, PLAIN_CHARACTERS "-_") != strlen(name)) {
        struct diag *d =
            diag(j->s, D_FUNCTION_TEXT, at, "'%s' cannot be the name of a function", name);
        diag_help(j->s, d, "letters, digits, hyphens and underscores can");
    } else if (strlen(name) > (size_t)limit_info(LIMIT_FUNCTION_NAME)->figure) {
        too_long(j, at, kind, name, LIMIT_FUNCTION_NAME);
    }
    check_code_bucket(j, function);
    if (function_is_made(function))
        claim(j, kind, account_of_domain(j->deployment, function->domain), name, &function->decl);
}

/* What has a file of its own: states/<domain>.<pipeline>.asl.json, sql/<warehouse>.sql. */
static void check_file(struct judge *j, const struct decl *decl, const char *ending)
{
    if (strlen(decl->path) + strlen(ending) > (size_t)limit_info(LIMIT_FILE_NAME)->figure)
        too_long(j, decl->at, "file", arena_format(&j->s->arena, "%s%s", decl->path, ending),
                 LIMIT_FILE_NAME);
}

static void check_warehouse(struct judge *j, const struct warehouse *warehouse)
{
    static const char kind[] = "namespace";
    check_file(j, &warehouse->decl, ".sql");
    if (warehouse_is_made(warehouse))
        claim(j, kind, account_of_domain(j->deployment, warehouse->domain),
              name_warehouse(&j->s->arena, j->deployment, warehouse), &warehouse->decl);
}

/* The mesh's own buckets share their names with those of the domains. */
static void check_own_bucket(struct judge *j, const char *word, struct span at, const char *name)
{
    struct decl *owner = arena_new(&j->s->arena, struct decl);
    owner->path = word;
    owner->at = at;
    check_bucket(j, at, name);
    if (name)
        claim(j, made_bucket, NULL, name, owner);
}

static void check_own_buckets(struct judge *j)
{
    const struct deployment *deployment = j->deployment;
    const struct mesh *mesh = deployment->mesh;
    const struct audit *audit = mesh->audit;
    struct arena *arena = &j->s->arena;
    check_own_bucket(j, "mesh", mesh->bucket.at, deployment->mesh_bucket);
    if (audit && audit->existing)
        check_bucket(j, audit->bucket.at, audit->bucket.value);
    else if (audit)
        check_own_bucket(j, "audit", audit->bucket.value ? audit->bucket.at : audit->decl.at,
                         name_audit_bucket(arena, deployment));
    if (mesh->recorder)
        check_own_bucket(j, "recorder", mesh->recorder_at,
                         name_recorder_bucket(arena, deployment, deployment->governance));
}

/* Columns are called the same everywhere. */
void check_column_names(struct session *s, const struct mesh *mesh)
{
    static const struct deployment none;
    struct judge j = {.s = s, .deployment = &none};
    for (size_t i = 0; i < mesh->schemas.len; i++)
        check_columns_of(&j, mesh->schemas.at[i]);
}

void check_names(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    struct judge j = {.s = s, .deployment = deployment};
    check_own_buckets(&j);
    for (size_t i = 0; i < mesh->domains.len; i++)
        if (mesh->domains.at[i]->decl.at.lo) /* not the stand-in for one that was not named */
            check_domain(&j, mesh->domains.at[i]);
    for (size_t i = 0; i < mesh->outputs.len; i++)
        check_output(&j, mesh->outputs.at[i]);
    for (size_t i = 0; i < mesh->functions.len; i++)
        check_function(&j, mesh->functions.at[i]);
    for (size_t i = 0; i < mesh->warehouses.len; i++)
        check_warehouse(&j, mesh->warehouses.at[i]);
    for (size_t i = 0; i < mesh->pipelines.len; i++)
        check_file(&j, &mesh->pipelines.at[i]->decl, ".asl.json");
    for (size_t i = 0; i < mesh->links.len; i++)
        check_link(&j, mesh->links.at[i]);
    check_stack_names(&j);
    for (size_t i = 0; i < mesh->principals.len; i++)
        check_principal(&j, mesh->principals.at[i]);
    map_free(&j.seen);
}
