/* granted_places.c - see granted_places.h. */
#include "check/access/granted_places.h"

#include "check/access/owners.h"
#include "check/places.h"

#include <string.h>

/* A location that somebody is granted on. */
struct held {
    const struct held *next;
    const char *location;
};

struct judge {
    struct session *s;
    const struct deployment *deployment;
    const struct cells *cells;
    const struct places *places;
    const char **uris; /* s3://bucket/prefix/ of places->roots, in their order */
    struct map roots;  /* s3://bucket/prefix/ of a registered location, as an atom -> its root */
    struct map held;   /* see holder -> the first of its locations */
    struct map admins;
    struct map told; /* statements that were reported */
    size_t work;     /* see session_affords */
};

static const char scheme[] = "s3://";

/* ---- locations that are granted on ----------------------------------------------------------- */

/* The length of a location without its last folder: s3://bucket/a/b/ becomes s3://bucket/a/; of a
 * whole bucket: zero. */
static size_t above(const char *location, size_t length)
{
    size_t bucket = strlen(scheme) + strcspn(location + strlen(scheme), "/") + 1;
    if (length <= bucket)
        return 0;
    for (length--; location[length - 1] != '/';)
        length--;
    return length;
}

static bool is_registered(const struct judge *j, const char *location)
{
    bool found = false;
    for (size_t length = strlen(location); length && !found; length = above(location, length))
        found = map_get(&j->roots, atom_put(&j->s->atoms, location, length), NULL) != NULL;
    return found;
}

/* The first statement that grants on it: what is derived is on the mesh's own locations. */
static const struct grant *statement_of(const struct cell *cell)
{
    for (const struct contribution *c = cell->whole.first; c; c = c->next)
        if (c->cause.grant)
            return c->cause.grant;
    return NULL;
}

static void check_location(const struct judge *j, const struct cell *cell)
{
    const struct grant *grant = statement_of(cell);
    if (!grant || is_registered(j, cell->location))
        return;
    struct diag *d = diag(j->s, D_LOCATION_NOT_REGISTERED, grant->target_at,
                          "no stack of this mesh registers a location that holds %s%s",
                          cell->location, in_environment(j->s, j->deployment));
    diag_help(j->s, d,
              "without that Lake Formation refuses the grant: register it beforehand, or grant on "
              "the location of a product");
}

/* ---- locations that are not granted on ------------------------------------------------------- */

/* Whom a right on a location serves: a principal; all of an account; whoever may be in an
 * organization. */
static const void *holder(const struct judge *j, const struct principal *principal)
{
    return principal->kind == PRINCIPAL_ORGANIZATION ? (const void *)j
           : principal->kind == PRINCIPAL_ACCOUNT
               ? (const void *)account_of_principal(j->deployment, principal)
               : principal;
}

static void index_held(struct judge *j)
{
    for (size_t i = 0; i < j->cells->list.len; i++) {
        const struct cell *cell = j->cells->list.at[i];
        if (cell->resource != ENTRY_LOCATION)
            continue;
        const void *who = holder(j, cell->principal);
        struct held *held = arena_new(&j->s->arena, struct held);
        *held = (struct held){map_get(&j->held, who, NULL), cell->location};
        map_set(&j->held, who, NULL, held);
    }
}

/* Where a right on a location is wanted. */
struct wanted {
    unsigned permission;         /* without which nobody wants it */
    const char *place;           /* it must cover this */
    const struct domain *domain; /* or have a part of what this domain's tables lie in */
};

/* False: nothing that the cell is about lies in a registered location. The databases of a mesh have
 * no location, so that making a table always asks for a right on the table's own; which one that
 * will be nobody knows yet. */
static bool wants(const struct judge *j, const struct cell *cell, struct wanted *out)
{
    const struct places *places = j->places;
    *out = (struct wanted){.permission = PERMIT_ALTER};
    switch (cell->resource) {
    case ENTRY_TABLE:
        out->place = j->deployment->tables[cell->output->decl.index].uri;
        return cell->output->status != STATUS_PROPOSED && out->place &&
               is_registered(j, out->place);
    case ENTRY_ALL_TABLES:
        out->domain = cell->domain;
        return places->root_count[cell->domain->decl.index] > 0;
    case ENTRY_DATABASE:
        out->permission = PERMIT_CREATE_TABLE;
        return places->root_count[cell->domain->decl.index] > 0;
    case ENTRY_TAGGED_DATABASES:
        out->permission = PERMIT_CREATE_TABLE;
        return places->roots.len > 0;
    case ENTRY_TAGGED_TABLES:
        return places->roots.len > 0;
    case ENTRY_CATALOG:
    case ENTRY_COLUMNS:
    case ENTRY_FILTER:
    case ENTRY_LOCATION:
    case ENTRY_TAG:
    case ENTRY_LINK:
        break;
    }
    return false;
}

static bool lies_in(const char *inner, const char *outer)
{
    return strncmp(inner, outer, strlen(outer)) == 0;
}

static bool serves(struct judge *j, const struct wanted *wanted, const char *location)
{
    const struct places *places = j->places;
    if (wanted->place)
        return lies_in(wanted->place, location);
    if (!wanted->domain)
        return true;
    size_t first = places->first_root[wanted->domain->decl.index];
    for (size_t i = 0; i < places->root_count[wanted->domain->decl.index]; i++) {
        const char *root = j->uris[first + i];
        if (lies_in(root, location) || lies_in(location, root))
            return true;
    }
    return false;
}

static bool holds(struct judge *j, const void *who, const struct wanted *wanted, struct span at)
{
    for (const struct held *held = map_get(&j->held, who, NULL); held; held = held->next)
        if (!session_affords(j->s, ++j->work, at) || serves(j, wanted, held->location))
            return true;
    return false;
}

/* An administrator has a right on every location of its account ("Implicit Lake Formation
 * permissions"); what an account of others or an organization has it can hand on to its own. */
static bool may_point(struct judge *j, const struct cell *cell, const struct wanted *wanted)
{
    const struct deployment *d = j->deployment;
    const struct principal *principal = cell->principal;
    const struct deployment_account *home = account_of_principal(d, principal);
    const struct deployment_account *owner =
        cell->domain ? account_of_catalog(d, cell->domain) : NULL;
    if (holds(j, holder(j, principal), wanted, cell->at))
        return true;
    if (!owner || principal_is_foreign(d, principal, owner))
        return holds(j, home, wanted, cell->at) || holds(j, j, wanted, cell->at);
    return map_get(&j->admins, principal, NULL) != NULL;
}

/* As policies call it: in another environment its bucket may have another name. */
static const char *place_called(const struct judge *j, const struct domain *domain,
                                const char *bucket, const char *prefix)
{
    for (size_t i = 0; i < domain_store_count(domain); i++) {
        struct store store = domain_store(j->deployment, domain, i);
        if (store.bucket && strcmp(store.bucket, bucket) == 0) {
            bucket = store.called;
            break;
        }
    }
    size_t n = strlen(prefix);
    return arena_format(&j->s->arena, "%s%s/%s%s", scheme, bucket, prefix,
                        n == 0 || prefix[n - 1] == '/' ? "" : "/");
}

/* That of the table; of a domain's tables their folder, where that is one of the locations. */
static const char *place_to_grant(const struct judge *j, const struct cell *cell)
{
    if (cell->output) {
        const struct table_names *names = &j->deployment->tables[cell->output->decl.index];
        return place_called(j, cell->domain, names->bucket, names->prefix);
    }
    if (!cell->domain)
        return "s3://bucket/prefix/";
    const struct root *root = j->places->roots.at + j->places->first_root[cell->domain->decl.index];
    size_t count = j->places->root_count[cell->domain->decl.index], at = 0;
    for (size_t i = count; i-- > 0;)
        at = strcmp(root[i].prefix, cell->domain->decl.path) == 0 ? i : at;
    return place_called(j, cell->domain, root[at].bucket, root[at].prefix);
}

static struct span permission_at(const struct grant *grant, unsigned permission)
{
    for (size_t i = 0; i < grant->written_count; i++)
        if (permissions_expand(grant->written[i].bit, grant->target) & permission)
            return grant->written[i].at;
    return grant->at;
}

/* What it cannot do, and where it would need a right. */
struct lack {
    const char *deed, *where;
};

static struct lack lack_of(const struct judge *j, const struct cell *cell)
{
    struct arena *arena = &j->s->arena;
    const char *domain = cell->domain ? cell->domain->decl.path : NULL;
    if (cell->output)
        return (struct lack){arena_format(arena, "alter '%s'", cell->output->decl.path),
                             "its location"};
    if (cell->resource == ENTRY_ALL_TABLES)
        return (struct lack){arena_format(arena, "alter the tables of '%s'", domain),
                             "their locations"};
    if (cell->resource == ENTRY_DATABASE)
        return (struct lack){
            arena_format(arena, "make a table of '%s' in a registered location", domain),
            "a location"};
    return (struct lack){cell->resource == ENTRY_TAGGED_DATABASES
                             ? "make a table in a registered location"
                             : "alter a table in a registered location",
                         "a location"};
}

static void report_missing(struct judge *j, const struct cell *cell, const struct contribution *c,
                           const struct wanted *wanted)
{
    const struct grant *grant = c->cause.grant;
    const struct lack lack = lack_of(j, cell);
    bool foreign =
        cell->domain && principal_is_foreign(j->deployment, cell->principal,
                                             account_of_catalog(j->deployment, cell->domain));
    struct diag *d = diag(j->s, D_LOCATION_RIGHT_MISSING, permission_at(grant, wanted->permission),
                          "'%s' cannot %s: it has no right on %s", cell->principal->decl.path,
                          lack.deed, lack.where);
    diag_help(j->s, d, "grant data_location_access on location \"%s\" to %s%s",
              place_to_grant(j, cell), c->cause.named->decl.path,
              foreign ? " with grant option" : "");
}

/* CREATE_TABLE and ALTER of what lies in a registered location are of no use without a right on
 * that location (rule 2.2.12). `all` is not asked: it is given to whom a thing is left to, and
 * nobody says with it that this one will make tables. Each statement is reported once. */
static void check_right(struct judge *j, const struct cell *cell)
{
    struct wanted wanted;
    unsigned given = 0;
    for (const struct contribution *c = cell->whole.first; c; c = c->next)
        given |= c->cause.grant ? c->permissions : 0;
    if (!(given & (PERMIT_ALTER | PERMIT_CREATE_TABLE)) || cell->part.first ||
        !wants(j, cell, &wanted))
        return; /* beside a limit none of these rights can stand: that is reported */
    for (const struct contribution *c = cell->whole.first; c; c = c->next) {
        const struct grant *grant = c->cause.grant;
        bool written_out = grant && !cell->expression && grant->expression.list.len;
        if (!grant || written_out || !(c->permissions & wanted.permission) ||
            map_get(&j->told, grant, NULL) || may_point(j, cell, &wanted))
            continue;
        map_put(&j->told, grant, NULL, j);
        report_missing(j, cell, c, &wanted);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Most meshes grant neither locations nor what asks for a right on one: then no place is looked up.
 */
static bool speaks_of_places(const struct cells *cells)
{
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (cell->resource == ENTRY_LOCATION)
            return true;
        for (const struct contribution *c = cell->whole.first; c; c = c->next)
            if (c->permissions & (PERMIT_ALTER | PERMIT_CREATE_TABLE))
                return true;
    }
    return false;
}

void granted_places_check(struct session *s, const struct deployment *deployment,
                          const struct cells *cells)
{
    struct judge j = {.s = s, .deployment = deployment, .cells = cells};
    if (!speaks_of_places(cells))
        return;
    j.places = places_new(s, deployment);
    j.uris = arena_array(&s->arena, const char *, j.places->roots.len + 1);
    for (size_t i = 0; i < j.places->roots.len; i++) {
        const struct root *root = &j.places->roots.at[i];
        j.uris[i] = arena_format(&s->arena, "%s%s/%s%s", scheme, root->bucket, root->prefix,
                                 root->prefix[0] ? "/" : "");
        map_put(&j.roots, atom_of(&s->atoms, j.uris[i]), NULL, (void *)(uintptr_t)root);
    }
    index_held(&j);
    cells_admins(cells, deployment->mesh, &j.admins);
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (cell->resource == ENTRY_LOCATION)
            check_location(&j, cell);
        else
            check_right(&j, cell);
    }
    map_free(&j.roots);
    map_free(&j.held);
    map_free(&j.admins);
    map_free(&j.told);
}
