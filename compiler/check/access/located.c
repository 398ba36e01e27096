/* located.c - see located.h; and the check that warns of tables that lie in one another. */
#include "check/access/located.h"

#include "check/areas.h"

#include <stdlib.h>
#include <string.h>

const char *located_uri(const struct located *located, size_t place)
{
    return located->deployment->tables[located->order[place]->decl.index].uri;
}

/* ---- order ----------------------------------------------------------------------------------- */

struct lying {
    const char *uri;
    const struct output *output;
};

static int by_location(const void *left, const void *right)
{
    const struct lying *a = left, *b = right;
    int order = strcmp(a->uri, b->uri);
    return order ? order : strcmp(a->output->decl.path, b->output->decl.path);
}

/* A location ends with a slash, so what begins with it lies in it. */
static void find_outer(struct arena *arena, struct located *located)
{
    size_t top = NOWHERE;
    located->outer = arena_array(arena, size_t, located->count + 1);
    for (size_t i = 0; i < located->count; i++) {
        const char *uri = located_uri(located, i);
        while (top != NOWHERE &&
               strncmp(uri, located_uri(located, top), strlen(located_uri(located, top))) != 0)
            top = located->outer[top];
        located->outer[i] = top;
        top = i;
    }
}

void located_make(struct arena *arena, const struct deployment *deployment, struct located *out)
{
    const struct mesh *mesh = deployment->mesh;
    struct lying *sorted = arena_array(arena, struct lying, mesh->outputs.len + 1);
    *out = (struct located){.deployment = deployment};
    out->place = arena_array(arena, size_t, mesh->outputs.len + 1);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        out->place[i] = NOWHERE;
        if (mesh->outputs.at[i]->status != STATUS_PROPOSED && deployment->tables[i].uri)
            sorted[out->count++] = (struct lying){deployment->tables[i].uri, mesh->outputs.at[i]};
    }
    if (out->count)
        qsort(sorted, out->count, sizeof *sorted, by_location);
    out->order = arena_array(arena, const struct output *, out->count + 1);
    for (size_t i = 0; i < out->count; i++) {
        out->order[i] = sorted[i].output;
        out->place[sorted[i].output->decl.index] = i;
    }
    find_outer(arena, out);
}

/* The first place whose location is not before the first `length` bytes of text; `after`: beyond
 * all that begin so. */
static size_t bound(const struct located *located, const char *text, size_t length, bool after)
{
    size_t lo = 0, hi = located->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = strncmp(located_uri(located, mid), text, length);
        if (order < 0 || (after && order == 0))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

struct range located_below(const struct located *located, const char *text, size_t length)
{
    return (struct range){bound(located, text, length, false), bound(located, text, length, true)};
}

/* ---- overlaps -------------------------------------------------------------------------------- */

struct span located_at(const struct output *output)
{
    return output->location.at.lo ? output->location.at : output->decl.at;
}

static void report_overlap(struct session *s, const struct located *located, size_t inner)
{
    const struct output *in = located->order[inner], *out = located->order[located->outer[inner]];
    const char *uri = located_uri(located, located->outer[inner]);
    if (in->decl.again || out->decl.again)
        return;
    bool same = strcmp(located_uri(located, inner), uri) == 0;
    struct diag *d =
        diag(s, D_LOCATIONS_OVERLAP, located_at(in), "'%s' lies %s '%s'", in->decl.path,
             same ? "in the same location as" : "in the location of", out->decl.path);
    diag_place(s, d, located_at(out), "'%s' lies in %s", out->decl.path, uri);
    diag_help(s, d, "whoever may select from '%s' reads the files of '%s'", out->decl.path,
              in->decl.path);
}

void check_overlaps(struct session *s, const struct deployment *deployment)
{
    struct arena arena = {0};
    struct located located;
    located_make(&arena, deployment, &located);
    for (size_t i = 0; i < located.count; i++)
        if (located.outer[i] != NOWHERE)
            report_overlap(s, &located, i);
    arena_free(&arena);
}
