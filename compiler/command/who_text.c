/* who_text.c - the answers of `who can` and `who sees` for people: one row for each thing and
 * limit, what is alike told once. The matrix of `who --all` is in who_matrix.c. */
#include "command/who_grid.h"
#include "command/who_matrix.h"

#include <stdlib.h>
#include <string.h>

/* Names that are told of several; tables from which on those that are alike are told together. */
enum { NAMES_SHOWN = 4, TABLES_APART = 40 };

void who_heading(struct page *page, const struct effective *effective, const char *text)
{
    const char *environment = effective->deployment->name;
    render_harmless(page->out, text);
    if (environment)
        buf_format(page->out, ", in environment '%s'", environment);
    if (effective->day)
        buf_format(page->out, ", on %s", effective->day);
    buf_puts(page->out, ":\n\n");
}

static const char *answer_of(struct arena *arena, const struct fact *fact)
{
    const char *may = fact->may == MAY_REACH ? "can reach" : may_word(fact->may);
    return fact->pass_on ? arena_format(arena, "%s, may pass on", may) : may;
}

static const char *limits_of(struct arena *arena, const struct fact *fact)
{
    if (!fact->columns)
        return fact->rows ? arena_format(arena, "where %s", fact->rows) : NULL;
    return fact->rows ? arena_format(arena, "%s where %s", fact->columns, fact->rows)
                      : fact->columns;
}

/* ---- who can --------------------------------------------------------------------------------- */

static void who_can(struct page *page, struct effective *effective, const struct inquiry *inquiry)
{
    struct arena arena = {0};
    struct facts facts = {0};
    struct grid grid;
    bool several = inquiry->about.outputs.len > 1 || inquiry->about.kind == ABOUT_LOCATION ||
                   inquiry->about.kind == ABOUT_TAG;
    bool accounts = effective->deployment->accounts.len > 1;
    who_heading(page, effective,
                arena_format(&arena, "who can %s '%s'", inquiry->permission_word, inquiry->target));
    facts_of_question(effective, &arena, inquiry, &facts);
    grid_begin(&grid, 6);
    static const char *const head[] = {"PRINCIPAL", "KIND", "ACCOUNT", "ANSWER", "ON", "OF IT"};
    for (size_t i = 0; i < 6; i++)
        grid_add(&grid, head[i]);
    for (size_t i = 0; i < facts.list.len; i++) {
        const struct fact *fact = &facts.list.at[i];
        const struct party *party = &effective->parties.list.at[fact->party];
        grid_add(&grid, party->name);
        grid_add(&grid, party_kind_word(party->kind));
        grid_add(&grid, accounts && party->account ? account_id(party->account) : NULL);
        grid_add(&grid, answer_of(&arena, fact));
        grid_add(&grid, several ? fact->thing : NULL);
        grid_add(&grid, inquiry->about.column == ANY_COLUMN ? limits_of(&arena, fact)
                        : fact->rows ? arena_format(&arena, "where %s", fact->rows)
                                     : NULL);
    }
    if (facts.list.len)
        grid_put(page, &grid);
    else
        buf_format(page->out, "  no grant, role or policy of this mesh gives %s on it\n",
                   inquiry->permission_word);
    grid_free(&grid);
    arena_free(&arena);
}

/* ---- who sees -------------------------------------------------------------------------------- */

struct seen { /* a row, and who of a team has it */
    const char *kind, *thing, *permissions, *answer, *limits;
    party_set who;
    size_t order;
};

struct sight {
    struct effective *effective;
    struct arena arena;
    VEC(struct seen) list;
    struct map rows; /* by their text -> place in the list, from 1 */
    struct atoms texts;
    party_set asked;
};

static bool same_limits(const struct fact *a, const struct fact *b)
{
    return a->kind == b->kind && strcmp(a->thing, b->thing) == 0 && a->may == b->may &&
           a->pass_on == b->pass_on && !a->columns && !b->columns && !a->rows && !b->rows;
}

/* Permissions with nothing to tell them apart share a row: "select, describe". */
static size_t join_permissions(struct sight *sight, const struct facts *facts, size_t from,
                               struct seen *out)
{
    size_t to = from;
    struct buf words = {0};
    do
        buf_format(&words, "%s%s", to > from ? ", " : "",
                   permission_word(facts->list.at[to].permission));
    while (++to < facts->list.len && same_limits(&facts->list.at[from], &facts->list.at[to]));
    out->permissions = arena_copy(&sight->arena, words.at, words.len);
    buf_free(&words);
    return to;
}

static void see(struct sight *sight, struct seen seen, size_t party)
{
    const char *text = arena_format(&sight->arena, "%s\n%s\n%s\n%s\n%s", seen.kind, seen.thing,
                                    seen.permissions, seen.answer, seen.limits ? seen.limits : "");
    atom key = atom_of(&sight->texts, text);
    size_t place = (size_t)(uintptr_t)map_get(&sight->rows, key, NULL);
    if (!place) {
        seen.who = party_set_new(&sight->effective->parties, &sight->arena);
        seen.order = sight->list.len;
        vec_push(&sight->arena, &sight->list, seen);
        place = sight->list.len;
        map_put(&sight->rows, key, NULL, (void *)(uintptr_t)place);
    }
    party_set_add(sight->list.at[place - 1].who, party);
}

static void see_all(struct sight *sight, size_t party, const struct catalog_order *order)
{
    struct view view;
    struct facts facts = {0};
    view_open(sight->effective, party, &view);
    facts_of_party(&view, &sight->arena, order, &facts);
    for (size_t i = 0; i < facts.list.len;) {
        const struct fact *fact = &facts.list.at[i];
        struct seen seen = {.kind = fact->kind,
                            .thing = fact->thing,
                            .answer = answer_of(&sight->arena, fact),
                            .limits = limits_of(&sight->arena, fact)};
        i = join_permissions(sight, &facts, i, &seen);
        see(sight, seen, party);
    }
    view_close(&view);
}

static size_t kind_order(const char *kind)
{
    static const char *const kinds[] = {"table", "database", "location", "tag", "link", "catalog"};
    size_t i = 0;
    while (strcmp(kinds[i], kind) != 0)
        i++;
    return i;
}

static int by_thing(const void *left, const void *right)
{
    const struct seen *a = left, *b = right;
    if (kind_order(a->kind) != kind_order(b->kind))
        return kind_order(a->kind) < kind_order(b->kind) ? -1 : 1;
    int order = strcmp(a->thing, b->thing);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

const char *who_names(const struct parties *parties, struct arena *arena, const uint64_t *set)
{
    size_t count = party_set_count(parties, set), shown = 0;
    struct buf text = {0};
    for (size_t i = 0; i < parties->list.len && shown < NAMES_SHOWN; i++)
        if (party_set_has(set, i))
            buf_format(&text, "%s%s", shown++ ? ", " : "", parties->list.at[i].name);
    if (count > shown)
        buf_format(&text, " and %zu more", count - shown);
    const char *copy = arena_copy(arena, text.at ? text.at : "", text.len);
    buf_free(&text);
    return copy;
}

/* Of which members it is told, where it is not all. */
static const char *only_for(struct sight *sight, const struct seen *seen)
{
    const struct parties *parties = &sight->effective->parties;
    bool all = true;
    for (size_t i = 0; i < parties->words; i++)
        all &= seen->who[i] == sight->asked[i];
    return all ? NULL : who_names(parties, &sight->arena, seen->who);
}

/* The rows of a thing as one text, to find things that are alike. */
static const char *rows_text(struct sight *sight, size_t from, size_t to)
{
    struct buf text = {0};
    const char *dot = strchr(sight->list.at[from].thing, '.');
    bool table = strcmp(sight->list.at[from].kind, "table") == 0;
    buf_put(&text, sight->list.at[from].thing,
            table && dot ? (size_t)(dot - sight->list.at[from].thing)
                         : strlen(sight->list.at[from].thing));
    for (size_t i = from; i < to; i++) {
        const struct seen *seen = &sight->list.at[i];
        const char *who = only_for(sight, seen);
        buf_format(&text, "\n%s|%s|%s|%s", seen->permissions, seen->answer,
                   seen->limits ? seen->limits : "", who ? who : "");
    }
    const char *copy = arena_copy(&sight->arena, text.at, text.len);
    buf_free(&text);
    return copy;
}

static size_t end_of_thing(const struct sight *sight, size_t from)
{
    size_t to = from;
    while (to < sight->list.len &&
           strcmp(sight->list.at[to].thing, sight->list.at[from].thing) == 0 &&
           strcmp(sight->list.at[to].kind, sight->list.at[from].kind) == 0)
        to++;
    return to;
}

struct alike {
    size_t from, to, count;
};

/* Things with their rows; of many tables, one of each sort, with how many there are. */
static void put_things(struct page *page, struct sight *sight)
{
    VEC(struct alike) things = {0};
    struct map sorts = {0};
    bool apart = sight->effective->mesh->outputs.len <= TABLES_APART;
    for (size_t from = 0, to; from < sight->list.len; from = to) {
        to = end_of_thing(sight, from);
        atom sort = atom_of(&sight->texts, rows_text(sight, from, to));
        size_t place = apart ? 0 : (size_t)(uintptr_t)map_get(&sorts, sort, NULL);
        if (place) {
            things.at[place - 1].count++;
            continue;
        }
        vec_push(&sight->arena, &things, ((struct alike){from, to, 1}));
        map_put(&sorts, sort, NULL, (void *)(uintptr_t)things.len);
    }
    struct grid grid;
    grid_begin(&grid, 5);
    static const char *const head[] = {"ON", "PERMISSIONS", "ANSWER", "ONLY", "OF IT"};
    for (size_t i = 0; i < 5; i++)
        grid_add(&grid, head[i]);
    for (size_t i = 0; i < things.len; i++)
        for (size_t k = things.at[i].from; k < things.at[i].to; k++) {
            const struct seen *seen = &sight->list.at[k];
            const char *name =
                arena_format(&sight->arena, "%s%s%s", strcmp(seen->kind, "table") ? seen->kind : "",
                             strcmp(seen->kind, "table") ? " " : "", seen->thing);
            if (things.at[i].count > 1)
                name = arena_format(&sight->arena, "%s and %zu more", name, things.at[i].count - 1);
            grid_add(&grid, k == things.at[i].from ? name : NULL);
            grid_add(&grid, seen->permissions);
            grid_add(&grid, seen->answer);
            grid_add(&grid, only_for(sight, seen));
            grid_add(&grid, seen->limits);
        }
    grid_put(page, &grid);
    grid_free(&grid);
    map_free(&sorts);
}

static void who_sees(struct page *page, struct effective *effective, const struct inquiry *inquiry)
{
    struct sight sight = {.effective = effective};
    struct catalog_order order;
    if (!who_parties(effective, &sight.arena, inquiry, &sight.asked)) {
        arena_free(&sight.arena);
        return;
    }
    atoms_init(&sight.texts, &sight.arena);
    catalog_order_make(effective, &sight.arena, &order);
    for (size_t i = 0; i < effective->parties.list.len; i++)
        if (party_set_has(sight.asked, i))
            see_all(&sight, i, &order);
    const char *name = inquiry->as;
    if (inquiry->principal && inquiry->principal->kind == PRINCIPAL_TEAM)
        name = arena_format(&sight.arena, "%s (%s)", name,
                            who_names(&effective->parties, &sight.arena, sight.asked));
    who_heading(page, effective, arena_format(&sight.arena, "what %s has", name));
    if (sight.list.len) {
        qsort(sight.list.at, sight.list.len, sizeof *sight.list.at, by_thing);
        put_things(page, &sight);
    } else {
        buf_puts(page->out, "  no grant, role or policy of this mesh gives it anything\n");
    }
    map_free(&sight.rows);
    atoms_free(&sight.texts);
    arena_free(&sight.arena);
}

void who_text(struct page *page, struct effective *effective, const struct inquiry *inquiry)
{
    if (inquiry->kind == WHO_CAN)
        who_can(page, effective, inquiry);
    else if (inquiry->kind == WHO_SEES)
        who_sees(page, effective, inquiry);
    else if (inquiry->kind == WHO_WHY)
        who_why_text(page, effective, inquiry);
    else
        who_matrix(page, effective);
}
