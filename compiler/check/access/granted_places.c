/* granted_places.c - see granted_places.h. */
#include "check/access/granted_places.h"

#include "check/places.h"

#include <string.h>

struct judge {
    struct session *s;
    const struct deployment *deployment;
    struct map roots; /* s3://bucket/prefix/ of a registered location, as an atom -> its root */
};

static const char scheme[] = "s3://";

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

static void add_root(struct judge *j, const struct root *root)
{
    const char *place = arena_format(&j->s->arena, "%s%s/%s%s", scheme, root->bucket, root->prefix,
                                     root->prefix[0] ? "/" : "");
    map_put(&j->roots, atom_of(&j->s->atoms, place), NULL, (void *)(uintptr_t)root);
}

void granted_places_check(struct session *s, const struct deployment *deployment,
                          const struct cells *cells)
{
    struct judge j = {.s = s, .deployment = deployment};
    const struct places *places = NULL;
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (cell->resource != ENTRY_LOCATION || !statement_of(cell))
            continue;
        if (!places) {
            places = places_new(s, deployment);
            for (size_t k = 0; k < places->roots.len; k++)
                add_root(&j, &places->roots.at[k]);
        }
        check_location(&j, cell);
    }
    map_free(&j.roots);
}
