/* ways.c - see ways.h. */
#include "check/access/ways.h"

#include "check/access/located.h"
#include "check/access/objects.h"
#include "check/made.h"

#include <stdlib.h>
#include <string.h>

struct lead { /* a way of one party to a range of tables */
    struct range range;
    struct way_in way;
};

struct leads {
    VEC(struct lead) list;
};

struct ways {
    struct effective *e;
    struct located located;
    struct leads *of_party;    /* by party */
    VEC(uint32_t) led;         /* the parties that have leads, each once */
    party_set *through_others; /* by place: who reaches it by overlap; NULL: nobody */
};

/* ---- a second table -------------------------------------------------------------------------- */

static void lead(struct ways *ways, size_t party, struct range range, struct way_in way)
{
    struct leads *leads = &ways->of_party[party];
    if (range.from == range.to)
        return;
    if (!leads->list.len)
        vec_push(&ways->e->arena, &ways->led, (uint32_t)party);
    vec_push(&ways->e->arena, &leads->list, ((struct lead){range, way}));
}

static bool any_database(struct effective *e, const struct entry *entry)
{
    const bool *matching = signatures_matching(&e->signatures, entry->expression);
    for (size_t i = 0; i < e->mesh->domains.len; i++)
        if (e->deployment->domains[i].catalog == entry->owner &&
            matching[e->signatures.of_database[i]])
            return true;
    return false;
}

/* An entry that lets its holder make tables somewhere. */
static bool makes_tables(struct effective *e, const struct item *item)
{
    unsigned permissions = item->entry->permissions;
    switch (item->kind) {
    case ITEM_ON_DATABASE:
        return permissions & (PERMIT_CREATE_TABLE | PERMIT_ALL);
    case ITEM_ON_TAGGED_DATABASES:
        return permissions & (PERMIT_CREATE_TABLE | PERMIT_ALL) && any_database(e, item->entry);
    case ITEM_ON_CATALOG:
        return permissions & PERMIT_CREATE_DATABASE;
    case ITEM_ON_TABLE:
    case ITEM_ON_ALL_TABLES:
    case ITEM_ON_TAGGED_TABLES:
    case ITEM_ON_LOCATION:
    case ITEM_ON_TAG:
    case ITEM_ON_LINK:
        break;
    }
    return false;
}

static bool may_alter_somewhere(const struct view *view)
{
    for (size_t i = 0; i < view->granters.len; i++)
        for (enum item_kind kind = ITEM_ON_TABLE; kind <= ITEM_ON_TAGGED_TABLES; kind++) {
            struct item_range items = view_items(view, &view->granters.at[i], kind);
            for (size_t k = 0; k < items.len; k++)
                if (items.at[k].entry->permissions & (PERMIT_ALTER | PERMIT_ALL))
                    return true;
        }
    return false;
}

/* ALTER on a table it may read: its location can be set anew. */
static bool find_alterable(struct view *view, struct route *out)
{
    struct effective *e = view->effective;
    struct arena arena = {0};
    bool found = false;
    if (!may_alter_somewhere(view))
        return false;
    for (size_t i = 0; i < e->mesh->outputs.len && !found; i++) {
        struct routes routes = {0};
        unsigned may = 0;
        if (!session_affords(e->s, e->work += 8, e->mesh->outputs.at[i]->decl.at))
            break;
        view_routes(view, &arena, e->mesh->outputs.at[i], &routes);
        for (size_t k = 0; k < routes.list.len; k++) {
            unsigned permissions = route_permissions(&routes.list.at[k]);
            if ((permissions & PERMIT_ALTER) && !(may & PERMIT_ALTER))
                *out = routes.list.at[k];
            may |= permissions;
        }
        found = (may & PERMIT_ALTER) && (may & PERMIT_SELECT);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return found;
}

static bool find_maker(struct view *view, struct route *out)
{
    for (size_t i = 0; i < view->granters.len; i++) {
        const struct granter *granter = &view->granters.at[i];
        for (enum item_kind kind = ITEM_ON_DATABASE; kind <= ITEM_ON_CATALOG; kind++) {
            struct item_range items = view_items(view, granter, kind);
            for (size_t k = 0; k < items.len; k++)
                if (view_counts(view, granter, items.at[k].entry->owner) &&
                    makes_tables(view->effective, &items.at[k])) {
                    *out = (struct route){items.at[k].entry, items.at[k].party, REACH_WHOLE};
                    return true;
                }
        }
    }
    return find_alterable(view, out);
}

static void second_tables(struct ways *ways, size_t party)
{
    struct view view;
    struct way_in way = {.kind = WAY_SECOND_TABLE};
    view_open(ways->e, party, &view);
    bool makes = find_maker(&view, &way.maker);
    for (size_t i = 0; makes && i < view.granters.len; i++) {
        const struct granter *granter = &view.granters.at[i];
        struct item_range items = view_items(&view, granter, ITEM_ON_LOCATION);
        for (size_t k = 0; k < items.len; k++) {
            const struct entry *entry = items.at[k].entry;
            if (!view_counts(&view, granter, entry->owner))
                continue;
            way.location = (struct route){entry, items.at[k].party, REACH_WHOLE};
            lead(ways, party,
                 located_below(&ways->located, entry->location, strlen(entry->location)), way);
        }
    }
    view_close(&view);
}

static void find_second_tables(struct ways *ways)
{
    struct effective *e = ways->e;
    party_set located = party_set_new(&e->parties, &e->arena);
    for (size_t i = 0; i < e->item_count; i++) {
        if (e->items[i].kind != ITEM_ON_LOCATION)
            continue;
        uint32_t party = e->items[i].party;
        const uint64_t *reached = party_reached(&e->parties, party, e->items[i].entry->owner);
        party_set_add(located, party);
        if (reached)
            party_set_join(&e->parties, located, reached);
    }
    for (size_t i = 0; i < e->parties.list.len; i++)
        if (party_set_has(located, i))
            second_tables(ways, i);
}

/* ---- objects --------------------------------------------------------------------------------- */

/* A pattern "bucket/prefix*" and a table's location overlap where one begins with the other; an
 * exact key lies in the locations that it begins with. */
static void lead_to_objects(struct ways *ways, size_t party, const struct object_right *right)
{
    const char *key = arena_format(&ways->e->arena, "s3://%s", right->pattern);
    size_t literal = strlen("s3://") + right->literal;
    struct way_in way = {.kind = WAY_OBJECTS, .role = right->role, .objects = right->pattern};
    if (right->open)
        lead(ways, party, located_below(&ways->located, key, literal), way);
    for (size_t i = strlen("s3://"); i < literal; i++) {
        if (key[i] != '/' || (right->open && i + 1 == literal))
            continue;
        struct range range = located_below(&ways->located, key, i + 1);
        size_t end = range.from;
        while (end < range.to && strlen(located_uri(&ways->located, end)) == i + 1)
            end++;
        lead(ways, party, (struct range){range.from, end}, way);
    }
}

static void find_objects(struct ways *ways)
{
    struct object_rights rights = {.arena = &ways->e->arena};
    object_rights_find(ways->e->deployment, &rights);
    for (size_t i = 0; i < rights.list.len; i++) {
        size_t party = party_number(&ways->e->parties, rights.list.at[i].role);
        if (party != SIZE_MAX)
            lead_to_objects(ways, party, &rights.list.at[i]);
    }
}

/* ---- overlaps -------------------------------------------------------------------------------- */

/* Who may select any part of the table, by rights. */
static void join_readers(struct effective *e, struct arena *arena, const struct output *output,
                         party_set into)
{
    struct routes routes = {0};
    effective_routes(e, arena, output, &routes);
    e->work += routes.list.len;
    for (size_t i = 0; i < routes.list.len; i++) {
        const struct route *route = &routes.list.at[i];
        if (!(route_permissions(route) & PERMIT_SELECT))
            continue;
        const uint64_t *reached = party_reached(&e->parties, route->grantee, route->entry->owner);
        party_set_add(into, route->grantee);
        if (reached)
            party_set_join(&e->parties, into, reached);
    }
}

/* What has the same location stands together, from `from` to `to`: each is read by the readers of
 * the others, and of what holds them all. */
static void overlap_equals(struct ways *ways, size_t from, size_t to, party_set *readers,
                           const uint64_t *above)
{
    const struct parties *parties = &ways->e->parties;
    party_set before = party_set_new(parties, &ways->e->arena);
    if (above)
        party_set_join(parties, before, above);
    for (size_t i = from; i < to; i++) {
        ways->through_others[i] = party_set_new(parties, &ways->e->arena);
        party_set_join(parties, ways->through_others[i], before);
        party_set_join(parties, before, readers[i]);
    }
    party_set behind = party_set_new(parties, &ways->e->arena);
    for (size_t i = to; i-- > from;) {
        party_set_join(parties, ways->through_others[i], behind);
        party_set_join(parties, behind, readers[i]);
    }
    for (size_t i = from; i < to; i++) /* for what lies further in */
        readers[i] = before;
}

static void find_overlaps(struct ways *ways)
{
    struct effective *e = ways->e;
    struct arena scratch = {0};
    party_set *readers = arena_array(&e->arena, party_set, ways->located.count + 1);
    ways->through_others = arena_array(&e->arena, party_set, ways->located.count + 1);
    for (size_t i = 0; i < ways->located.count; i++)
        if (ways->located.outer[i] != NOWHERE)
            readers[ways->located.outer[i]] = readers[i] = party_set_new(&e->parties, &e->arena);
    for (size_t from = 0, to; from < ways->located.count; from = to) {
        for (to = from + 1;
             to < ways->located.count &&
             strcmp(located_uri(&ways->located, to), located_uri(&ways->located, from)) == 0;)
            to++;
        if (!readers[from] || !session_affords(e->s, e->work, ways->located.order[from]->decl.at))
            continue;
        for (size_t i = from; i < to; i++) {
            readers[i] = party_set_new(&e->parties, &e->arena);
            join_readers(e, &scratch, ways->located.order[i], readers[i]);
            arena_reset(&scratch);
        }
        size_t outer = ways->located.outer[from];
        overlap_equals(ways, from, to, readers, outer == NOWHERE ? NULL : readers[outer]);
    }
    arena_free(&scratch);
}

/* ---- questions ------------------------------------------------------------------------------- */

static bool leads_to(const struct lead *lead, size_t place)
{
    return lead->range.from <= place && place < lead->range.to;
}

bool ways_reach(const struct ways *ways, size_t party, const struct output *output)
{
    size_t place = ways->located.place[output->decl.index];
    const struct leads *leads = &ways->of_party[party];
    if (place == NOWHERE)
        return false;
    for (size_t i = 0; i < leads->list.len; i++)
        if (leads_to(&leads->list.at[i], place))
            return true;
    return ways->through_others[place] && party_set_has(ways->through_others[place], party);
}

void ways_join(const struct ways *ways, const struct output *output, party_set into)
{
    size_t place = ways->located.place[output->decl.index];
    if (place == NOWHERE)
        return;
    for (size_t i = 0; i < ways->led.len; i++)
        if (ways_reach(ways, ways->led.at[i], output))
            party_set_add(into, ways->led.at[i]);
    if (ways->through_others[place])
        party_set_join(&ways->e->parties, into, ways->through_others[place]);
}

static bool reads(struct ways *ways, struct arena *arena, size_t party, const struct output *output)
{
    party_set readers = party_set_new(&ways->e->parties, arena);
    join_readers(ways->e, arena, output, readers);
    return party_set_has(readers, party);
}

static void find_readable(struct ways *ways, struct arena *arena, size_t party, size_t place,
                          struct ways_in *out)
{
    if (reads(ways, arena, party, ways->located.order[place]))
        vec_push(arena, &out->list,
                 ((struct way_in){.kind = WAY_OVERLAP, .outer = ways->located.order[place]}));
}

/* Those whose location holds this one's, then those behind it that have the same. */
static void find_outer_readable(struct ways *ways, struct arena *arena, size_t party, size_t place,
                                struct ways_in *out)
{
    const char *uri = located_uri(&ways->located, place);
    for (size_t i = ways->located.outer[place]; i != NOWHERE; i = ways->located.outer[i])
        find_readable(ways, arena, party, i, out);
    for (size_t i = place + 1;
         i < ways->located.count && strcmp(located_uri(&ways->located, i), uri) == 0; i++)
        find_readable(ways, arena, party, i, out);
}

void ways_find(struct ways *ways, struct arena *arena, size_t party, const struct output *output,
               struct ways_in *out)
{
    size_t place = ways->located.place[output->decl.index];
    const struct leads *leads = &ways->of_party[party];
    if (place == NOWHERE)
        return;
    for (size_t i = 0; i < leads->list.len; i++)
        if (leads_to(&leads->list.at[i], place))
            vec_push(arena, &out->list, leads->list.at[i].way);
    if (ways->through_others[place] && party_set_has(ways->through_others[place], party))
        find_outer_readable(ways, arena, party, place, out);
}

struct ways *ways_new(struct effective *effective)
{
    struct ways *ways = arena_new(&effective->arena, struct ways);
    ways->e = effective;
    effective->ways = ways;
    located_make(&effective->arena, effective->deployment, &ways->located);
    ways->of_party = arena_array(&effective->arena, struct leads, effective->parties.list.len + 1);
    find_second_tables(ways);
    find_objects(ways);
    find_overlaps(ways);
    return ways;
}
