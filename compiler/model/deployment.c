/* deployment.c - the deployments of a mesh: one for each environment, with its region and all
 * physical names; its accounts are accounts.c's.
 *
 * Names by default (language.md section 2): database DOMAIN_data, table DOMAIN_PRODUCT[_OUTPUT],
 * location BUCKET/DOMAIN/PRODUCT/[OUTPUT/]. A suffix is joined to every name, said or made up, of
 * what this deployment makes; what exists keeps its name, and so do the buckets that an environment
 * names. */
#include "model/deployment.h"

#include "base/suggest.h"

#include <stdlib.h>
#include <string.h>

struct maker {
    struct session *s;
    const struct mesh *mesh;
    struct deployment *deployment;
    struct domain_names *domains;
    struct zone_names *zones;
    struct table_names *tables;
    const char **machines;
};

/* ---- spelling -------------------------------------------------------------------------------- */

/* Lower case, hyphens as underscores: a name of Glue. */
static const char *glue_name(struct session *s, const char *text)
{
    char *name = arena_copy(&s->arena, text, strlen(text));
    for (char *c = name; *c != '\0'; c++) {
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c == '-' ? '_' : *c);
    }
    return name;
}

/* Lower case, underscores as hyphens: a name of S3. */
static const char *bucket_name(struct session *s, const char *text)
{
    char *name = arena_copy(&s->arena, text, strlen(text));
    for (char *c = name; *c != '\0'; c++) {
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c == '_' ? '-' : *c);
    }
    return name;
}

static const char *suffixed(const struct maker *m, const char *name, char joint)
{
    const char *suffix = m->deployment->suffix;
    return *suffix == '\0' ? name : arena_format(&m->s->arena, "%s%c%s", name, joint, suffix);
}

/* ---- regions -------------------------------------------------------------------- */

static const char *partition_of(const char *region)
{
    return region == NULL                       ? NULL
           : strncmp(region, "cn-", 3) == 0     ? "aws-cn"
           : strncmp(region, "us-gov-", 7) == 0 ? "aws-us-gov"
           : strncmp(region, "eusc-", 5) == 0   ? "aws-eusc"
                                                : "aws";
}

static void check_region(struct session *s, const struct text *region)
{
    static const char *const regions[] = {
#define REGION(code) code,
#include "model/regions.def"
#undef REGION
    };
    if (region->value == NULL) {
        return;
    }
    struct suggestion suggestion = suggest_for(region->value);
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        if (strcmp(regions[i], region->value) == 0) {
            return;
        }
        suggest_offer(&suggestion, regions[i]);
    }
    struct diag *d =
        diag(s, D_UNKNOWN_REGION, region->at, "there is no region '%s'", region->value);
    diag_suggest(s, d, suggestion.best);
}

/* ---- domains --------------------------------------------------------------------------------- */

const struct text *environment_bucket(const struct deployment *deployment,
                                      const struct domain *domain, const struct storage *zone)
{
    const struct environment *environment = deployment->environment;
    for (size_t i = 0; environment != NULL && i < environment->buckets.len; i++) {
        if (environment->buckets.at[i].domain == domain &&
            environment->buckets.at[i].zone == zone) {
            return &environment->buckets.at[i].bucket;
        }
    }
    return NULL;
}

/* What is made for it alone: MESH-DOMAIN or MESH-DOMAIN-ZONE. */
static const char *own_bucket(const struct maker *m, const struct domain *domain, const char *zone)
{
    const char *name =
        arena_format(&m->s->arena, "%s-%s%s%s", m->mesh->decl.name, domain->decl.name,
                     zone == NULL ? "" : "-", zone == NULL ? "" : zone);
    return bucket_name(m->s, name);
}

/* One that exists, and so has a written name, keeps it. */
static const char *here(const struct maker *m, const struct storage *storage, const char *called)
{
    return storage->existing && storage->bucket.value != NULL ? called : suffixed(m, called, '-');
}

static void name_bucket(const struct maker *m, const struct domain *domain,
                        struct domain_names *names)
{
    const struct storage *storage = &domain->storage;
    const struct text *bound = environment_bucket(m->deployment, domain, NULL);
    names->bucket_made_here = storage->declared && !storage->existing;
    if (storage->bucket.value != NULL) {
        names->bucket_called = storage->bucket.value;
    } else if (storage->declared) {
        names->bucket_called = own_bucket(m, domain, NULL);
    } else if (bound == NULL && names->account == m->deployment->governance) {
        names->bucket_called = m->mesh->bucket.value;
    }
    if (bound != NULL) {
        names->bucket = bound->value;
    } else if (!storage->declared && storage->bucket.value == NULL) {
        names->bucket = names->bucket_called == NULL ? NULL : m->deployment->mesh_bucket;
    } else {
        names->bucket = here(m, storage, names->bucket_called);
    }
}

static void name_zone(const struct maker *m, const struct storage *zone)
{
    struct zone_names *names = &m->zones[zone->index];
    const struct text *bound = environment_bucket(m->deployment, zone->domain, zone);
    names->made = !zone->existing;
    names->bucket_called =
        zone->bucket.value != NULL ? zone->bucket.value : own_bucket(m, zone->domain, zone->name);
    names->bucket = bound != NULL ? bound->value : here(m, zone, names->bucket_called);
}

size_t domain_store_count(const struct domain *domain)
{
    return 1 + domain->zones.len;
}

static struct store zone_store(const struct deployment *d, const struct storage *zone)
{
    const struct zone_names *names = &d->zones[zone->index];
    return (struct store){zone, names->bucket, names->bucket_called,
                          names->made && !zone->domain->existing};
}

struct store domain_store(const struct deployment *d, const struct domain *domain, size_t i)
{
    if (i > 0) {
        return zone_store(d, domain->zones.at[i - 1]);
    }
    const struct domain_names *names = &d->domains[domain->decl.index];
    bool made = names->bucket_made_here && names->bucket != NULL && !domain->existing;
    return (struct store){&domain->storage, names->bucket, names->bucket_called, made};
}

struct store output_store(const struct deployment *d, const struct output *output)
{
    return output->zone != NULL ? zone_store(d, output->zone) : domain_store(d, output->domain, 0);
}

/* Two that are called alike and are not one here: the first by name counts. */
static int by_called(const void *a, const void *b)
{
    const struct bucket_name *x = a, *y = b;
    int order = strcmp(x->called, y->called);
    return order != 0 ? order : strcmp(x->name, y->name);
}

static void list_buckets(const struct maker *m)
{
    struct deployment *d = m->deployment;
    const struct mesh *mesh = m->mesh;
    size_t most = 1 + mesh->domains.len + mesh->zones.len, count = 0;
    struct bucket_name *all = arena_array(&m->s->arena, struct bucket_name, most);
    if (d->mesh_bucket != NULL) {
        all[count++] = (struct bucket_name){mesh->bucket.value, d->mesh_bucket};
    }
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain_names *names = &m->domains[i];
        if (names->bucket_called != NULL && names->bucket != d->mesh_bucket) {
            all[count++] = (struct bucket_name){names->bucket_called, names->bucket};
        }
    }
    for (size_t i = 0; i < mesh->zones.len; i++) {
        all[count++] = (struct bucket_name){m->zones[i].bucket_called, m->zones[i].bucket};
    }
    if (count > 0) {
        qsort(all, count, sizeof *all, by_called);
    }
    d->buckets = all;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(all[i].called, all[d->bucket_count - 1].called) != 0) {
            all[d->bucket_count++] = all[i];
        }
    }
}

const char *bucket_deployed(const struct deployment *d, const char *called, size_t length)
{
    size_t lo = 0, hi = d->bucket_count;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        int order = strncmp(d->buckets[middle].called, called, length);
        if (order == 0 && d->buckets[middle].called[length] == '\0') {
            return d->buckets[middle].name;
        }
        lo = order < 0 ? middle + 1 : lo;
        hi = order < 0 ? hi : middle;
    }
    return NULL;
}

static void name_domain(const struct maker *m, const struct domain *domain)
{
    struct arena *arena = &m->s->arena;
    struct domain_names *names = &m->domains[domain->decl.index];
    const char *database = domain->database.value;
    if (database == NULL) {
        database = arena_format(arena, "%s_data", glue_name(m->s, domain->decl.name));
    }
    names->database = domain->existing ? database : suffixed(m, database, '_');
    name_bucket(m, domain, names);
    const char *own = arena_format(arena, "%s-%s", m->mesh->decl.name, domain->decl.name);
    names->workgroup = suffixed(m, own, '-');
    names->topic = suffixed(m, arena_format(arena, "%s-alerts", own), '-');
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const char *table_name(const struct maker *m, const struct output *output)
{
    const struct product *product = output->product;
    const char *name = output->table.value;
    if (name == NULL) {
        const char *domain = glue_name(m->s, output->domain->decl.name);
        const char *own = glue_name(m->s, product->decl.name);
        name = output->decl.name == NULL ? arena_format(&m->s->arena, "%s_%s", domain, own)
                                         : arena_format(&m->s->arena, "%s_%s_%s", domain, own,
                                                        glue_name(m->s, output->decl.name));
    }
    return output->existing ? name : suffixed(m, name, '_');
}

/* Path in the bucket, with a / at its end unless it is empty. */
static const char *prefix_of(const struct maker *m, const char *path)
{
    size_t n = strlen(path);
    return n == 0 || path[n - 1] == '/' ? path : arena_format(&m->s->arena, "%s/", path);
}

/* The location up to the folder in which the first ${column} stands. */
static const char *fixed_part(const struct maker *m, const struct output *output)
{
    const char *location = output->location.value;
    size_t n = location == NULL || output->location_template == NULL
                   ? 0
                   : (size_t)(strstr(location, "${") - location);
    if (n == 0) {
        return output->location_template == NULL ? location : "";
    }
    while (n > 0 && location[n - 1] != '/') {
        n--;
    }
    return arena_copy(&m->s->arena, location, n);
}

static void name_place(const struct maker *m, const struct output *output,
                       struct table_names *names)
{
    struct arena *arena = &m->s->arena;
    const char *location = fixed_part(m, output);
    names->bucket = output_store(m->deployment, output).bucket;
    if (location != NULL && strncmp(location, "s3://", 5) == 0) {
        const char *slash = strchr(location + 5, '/');
        size_t n = slash == NULL ? strlen(location + 5) : (size_t)(slash - (location + 5));
        names->bucket = arena_copy(arena, location + 5, n);
        names->prefix = prefix_of(m, slash == NULL ? "" : slash + 1);
    } else if (location != NULL) {
        names->prefix = prefix_of(m, location);
    } else {
        const char *output_name = output->decl.name;
        names->prefix =
            arena_format(arena, "%s/%s/%s%s", output->domain->decl.name, output->product->decl.name,
                         output_name == NULL ? "" : output_name, output_name == NULL ? "" : "/");
    }
    if (names->bucket != NULL) {
        names->uri = arena_format(arena, "s3://%s/%s", names->bucket, names->prefix);
    }
    if (names->uri != NULL && output->location_template != NULL) {
        const char *path = output->location_template + strlen(location);
        names->uri_template = prefix_of(m, arena_format(arena, "%s%s", names->uri, path));
    }
}

static void name_output(const struct maker *m, const struct output *output)
{
    struct table_names *names = &m->tables[output->decl.index];
    names->database = m->domains[output->domain->decl.index].database;
    names->table = table_name(m, output);
    name_place(m, output, names);
}

static void name_machine(const struct maker *m, const struct pipeline *pipeline)
{
    const char *name =
        pipeline->machine.value != NULL ? pipeline->machine.value : pipeline->decl.name;
    m->machines[pipeline->decl.index] = pipeline->existing ? name : suffixed(m, name, '-');
}

/* ---- deployments ----------------------------------------------------------------------------- */

static const char *either(const struct text *near, const struct text *far)
{
    return near != NULL && near->value != NULL ? near->value : far->value;
}

static struct deployment *make(struct session *s, const struct mesh *mesh,
                               const struct environment *environment)
{
    struct deployment *d = arena_new(&s->arena, struct deployment);
    struct maker m = {.s = s, .mesh = mesh, .deployment = d};
    d->mesh = mesh;
    d->environment = environment;
    d->name = environment == NULL ? NULL : environment->decl.name;
    d->region = either(environment == NULL ? NULL : &environment->region, &mesh->region);
    d->partition = partition_of(d->region);
    d->suffix =
        environment == NULL || environment->suffix.value == NULL ? "" : environment->suffix.value;
    d->schedules = environment == NULL || !environment->schedules_off;
    d->mesh_bucket = mesh->bucket.value == NULL ? NULL : suffixed(&m, mesh->bucket.value, '-');
    d->domains = m.domains = arena_array(&s->arena, struct domain_names, mesh->domains.len);
    d->zones = m.zones = arena_array(&s->arena, struct zone_names, mesh->zones.len);
    d->tables = m.tables = arena_array(&s->arena, struct table_names, mesh->outputs.len);
    m.machines = arena_array(&s->arena, const char *, mesh->pipelines.len);
    d->machines = m.machines;
    accounts_place(s, d, m.domains);
    for (size_t i = 0; i < mesh->domains.len; i++) {
        name_domain(&m, mesh->domains.at[i]);
    }
    for (size_t i = 0; i < mesh->zones.len; i++) {
        name_zone(&m, mesh->zones.at[i]);
    }
    list_buckets(&m);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        name_output(&m, mesh->outputs.at[i]);
    }
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        name_machine(&m, mesh->pipelines.at[i]);
    }
    return d;
}

/* Two deployments with stacks in one account need different names; also in two regions, because
 * roles and buckets are named for all of them. */
static void check_apart(struct session *s, const struct deployments *all)
{
    struct map seen = {0}; /* (account, suffix) -> deployment */
    for (size_t i = 0; i < all->list.len; i++) {
        struct deployment *d = all->list.at[i];
        atom suffix = atom_of(&s->atoms, d->suffix);
        const struct deployment *first = d;
        const char *id = NULL;
        for (size_t k = 0; first == d && k < d->accounts.len; k++) {
            const struct deployment_account *account = d->accounts.at[k];
            if (account->has_stacks || account->is_governance) {
                id = account->id;
                first = map_put(&seen, atom_of(&s->atoms, id == NULL ? "" : id), suffix, d);
            }
        }
        if (first == d) {
            continue;
        }
        struct diag *report =
            diag(s, D_ENVIRONMENTS_COLLIDE, d->environment->decl.at,
                 "environments '%s' and '%s' have the same account%s%s and suffix", first->name,
                 d->name, id == NULL ? "" : " ", id == NULL ? "" : id);
        diag_place(s, report, first->environment->decl.at, "the other one");
        diag_help(s, report, "give one of them a `suffix`");
    }
    map_free(&seen);
}

const char *in_environment(struct session *s, const struct deployment *deployment)
{
    return deployment->name ? arena_format(&s->arena, " in environment '%s'", deployment->name)
                            : "";
}

void deployments_make(struct session *s, const struct mesh *mesh, struct deployments *out)
{
    check_region(s, &mesh->region);
    size_t names = mesh->domains.len + mesh->outputs.len + mesh->principals.len;
    for (size_t i = 0; i < mesh->environments.len; i++) {
        if (i > 0 && !session_affords(s, i * names, mesh->environments.at[i]->decl.at)) {
            break;
        }
        check_region(s, &mesh->environments.at[i]->region);
        vec_push(&s->arena, &out->list, make(s, mesh, mesh->environments.at[i]));
    }
    if (mesh->environments.len == 0) {
        vec_push(&s->arena, &out->list, make(s, mesh, NULL));
    }
    check_apart(s, out);
}
