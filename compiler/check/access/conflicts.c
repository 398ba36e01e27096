/* conflicts.c - what several grants mean together for one principal: access.md section 3, one
 * function a row. */
#include "check/access/foreign.h"
#include "check/access/granted_places.h"
#include "check/access/owners.h"
#include "check/access/passing.h"
#include "check/access/spread.h"
#include "check/limits.h"
#include "model/predicate.h"

/* Permissions beside which a limit to columns or rows has no effect, or which AWS refuses beside
 * one. */
enum { WIDER = PERMIT_ALTER | PERMIT_DROP | PERMIT_INSERT | PERMIT_DELETE | PERMIT_ALL };

/* The first of a list that gives any of these permissions. */
static const struct contribution *giving(const struct contributions *list, unsigned permissions)
{
    for (const struct contribution *c = list->first; c; c = c->next)
        if (c->permissions & permissions)
            return c;
    return NULL;
}

static struct span place_of(const struct contribution *c)
{
    return c->cause.grant ? c->cause.grant->target_at : c->cause.at;
}

static const char *limit_word(const struct contribution *limit)
{
    return limit->columns ? "columns" : "rows";
}

/* What a grant by tags comes to for a principal of another account: a limit that nobody wrote. */
static bool is_written_out(const struct contribution *c)
{
    return c->cause.grant && c->cause.grant->target == GRANT_TAGGED;
}

/* The first limit that somebody wrote; NULL: none did. */
static const struct contribution *written_limit(const struct cell *cell)
{
    const struct contribution *c = cell->part.first;
    while (c && is_written_out(c))
        c = c->next;
    return c;
}

/* What gives the wider right, in the words of the place that is shown. */
static void show_other(struct session *s, struct diag *d, const struct contribution *other,
                       const char *why)
{
    if (other->cause.grant)
        diag_place(s, d, other->cause.grant->target_at, "%s", why);
    else
        diag_place(s, d, other->cause.at, "it follows from this step: %s", why);
}

static void report(struct session *s, const struct cell *cell, const struct contribution *other,
                   enum diag_code code, const char *why)
{
    const struct contribution *written = written_limit(cell);
    struct diag *d =
        written ? diag(s, code, place_of(written), "the limit to %s has no effect for '%s'",
                       limit_word(written), cell->principal->decl.path)
                : diag(s, code, place_of(cell->part.first),
                       "'%s' has some columns of '%s' by their tags, and beside them a wider right",
                       cell->principal->decl.path, cell->output->decl.path);
    show_other(s, d, other, why);
    if (!other->cause.grant)
        diag_help(s, d, "delete the limited grant, or grant it to another role");
    else if (code == D_LIMIT_BESIDE_WIDER)
        diag_help(s, d, "Lake Formation cannot keep both: use a second role for the wider right");
    else
        diag_help(s, d, "delete the one that is not meant");
}

/* True when both statements name the same principal or team: then the author sees both names side
 * by side. */
static bool same_name(const struct contribution *a, const struct contribution *b)
{
    return a->cause.named == b->cause.named || !b->cause.grant;
}

/* Every column of every row: a limit beside it is left out. */
enum { READS = PERMIT_SELECT | PERMIT_ALL };

/* cell has a limit; wide is the cell of the same table, or of all tables of its domain. True: an
 * error was reported. */
static bool check_pair(struct session *s, const struct cell *cell, const struct cell *wide)
{
    const struct contribution *limit = written_limit(cell);
    const struct contribution *other = giving(&wide->whole, WIDER);
    if (other) {
        report(s, cell, other, D_LIMIT_BESIDE_WIDER, "this gives a right that knows no limit");
        return true;
    }
    other = giving(&wide->whole, PERMIT_SELECT);
    if (other) {
        bool same = same_name(limit, other);
        report(s, cell, other, same ? D_LIMIT_WITHOUT_EFFECT : D_LIMIT_WIDENED_BY_TEAM,
               "this gives select on every column");
        return same;
    }
    other = giving(&wide->whole, PERMIT_DESCRIBE);
    if (other && wide->resource == ENTRY_ALL_TABLES) {
        report(s, cell, other, D_LIMIT_BESIDE_WIDER, "this gives describe on every table");
        return true;
    }
    if (limit && other && other->cause.grant && !other->grantable)
        diag(s, D_DESCRIBE_IMPLIED, other->cause.grant->target_at,
             "describe is left out for '%s': select on %s implies it, and Lake Formation refuses "
             "both",
             cell->principal->decl.path, limit_word(limit));
    return false;
}

static const struct contribution *passing_on(const struct contributions *list, unsigned permissions)
{
    for (const struct contribution *c = list->first; c; c = c->next)
        if (c->grantable & permissions)
            return c;
    return NULL;
}

/* What is left out beside something else takes its grant option with it. all: the cell of all
 * tables, or NULL. */
static void check_option_kept(struct session *s, const struct cell *cell, const struct cell *all)
{
    const struct contribution *reads = giving(&cell->whole, READS);
    const struct contribution *lost;
    reads = reads || !all ? reads : giving(&all->whole, READS);
    if (!reads)
        lost = passing_on(&cell->whole, PERMIT_DESCRIBE);
    else if (passing_on(&cell->whole, READS) || (all && passing_on(&all->whole, READS)))
        return;
    else
        lost = passing_on(&cell->part, PERMIT_SELECT);
    if (!lost)
        return;
    struct diag *d = diag(s, D_GRANT_OPTION_LOST, lost->cause.grant->grantable_at,
                          "what '%s' may pass on of '%s' would be lost", cell->principal->decl.path,
                          cell->output->decl.path);
    if (reads) {
        show_other(s, d, reads, "this gives every column, without grant option");
        diag_help(s, d, "give that the grant option too, or delete the one that is not meant");
    } else {
        diag_place(s, d, place_of(cell->part.first),
                   "beside this limit describe is left out: Lake Formation refuses both");
        diag_help(s, d, "drop the grant option, or let a second role pass it on");
    }
}

/* What tags come to for a principal of another account is a part of the whole, if it has that:
 * nobody wrote a limit that could be meant otherwise. */
static void check_limit(struct session *s, const struct cell *cell, const struct cell *all)
{
    bool whole = giving(&cell->whole, READS) || (all && giving(&all->whole, READS));
    bool judged = written_limit(cell) || !whole;
    bool refused = judged && check_pair(s, cell, cell);
    refused |= judged && all && check_pair(s, cell, all);
    if (!refused)
        check_option_kept(s, cell, all);
}

/* Limits of one principal and table become one list, which has one grant option. */
static void check_options(struct session *s, const struct cell *cell)
{
    const struct contribution *first = cell->part.first;
    for (const struct contribution *c = first->next; c; c = c->next) {
        if (!c->grantable == !first->grantable)
            continue;
        struct diag *d = diag(s, D_GRANT_OPTIONS_DIFFER, place_of(c),
                              "'%s' has columns of '%s' with and without grant option",
                              cell->principal->decl.path, cell->output->decl.path);
        diag_place(s, d, place_of(first), "the other columns");
        diag_help(s, d, "Lake Formation keeps one list of columns: give both the same option");
        return;
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool has_further_columns(const struct output *output, const unsigned char *listed,
                                const unsigned char *columns)
{
    for (size_t i = 0; i < output->data.len; i++)
        if (!listed[i] && (!columns || columns[i]))
            return true;
    return false;
}

/* A list of columns is a filter of all rows, and one of all rows prevails over every other of the
 * same principal, for columns that it does not list too (not verified, so refused). */
static void check_beside_list(struct session *s, const struct cell *cell,
                              const struct contribution *list, const unsigned char *listed)
{
    for (const struct contribution *c = cell->part.first; c; c = c->next) {
        if (!c->where)
            continue;
        bool further = has_further_columns(cell->output, listed, c->columns);
        struct diag *d =
            diag(s, further ? D_ROWS_BESIDE_COLUMNS : D_ROWS_WITHOUT_EFFECT, place_of(c),
                 further ? "'%s' would see some columns of all rows, and others of some rows"
                         : "the limit to rows has no effect for '%s'",
                 cell->principal->decl.path);
        diag_place(s, d, place_of(list), "this gives columns of all rows");
        diag_help(s, d,
                  further ? "Lake Formation may show all rows of both: use a second role, or limit "
                            "the rows of both"
                          : "delete the one that is not meant");
        return;
    }
}

static void check_filters(struct session *s, const struct cell *cell)
{
    const struct contribution *list = NULL;
    unsigned char *listed = arena_array(&s->arena, unsigned char, cell->output->data.len + 1);
    struct map seen = {0};
    size_t filters = 0;
    for (const struct contribution *c = cell->part.first; c; c = c->next) {
        if (c->where) {
            const char *name = predicate_filter_name(&s->arena, NULL, 0, c->where);
            map_put(&seen, atom_of(&s->atoms, name), c->columns, listed);
            filters = seen.count;
            continue;
        }
        list = list ? list : c;
        for (size_t i = 0; i < cell->output->data.len; i++)
            listed[i] |= c->columns[i];
    }
    map_free(&seen);
    size_t most = (size_t)limit_info(LIMIT_FILTERS_OF_ONE)->figure;
    if (filters > most)
        diag(s, D_TOO_MANY_FILTERS, cell->at,
             "'%s' has %zu row filters on '%s'; Lake Formation takes %zu of one principal",
             cell->principal->decl.path, filters, cell->output->decl.path, most);
    if (list)
        check_beside_list(s, cell, list, listed);
}

/* ---- tags ------------------------------------------------------------------------------------ */

/* Its grants by tags, each principal's in one list. */
struct tagged {
    struct tagged *next;
    const struct cell *cell;
};

static void index_tagged(struct session *s, const struct cells *cells, struct map *index)
{
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (cell->resource != ENTRY_TAGGED_TABLES)
            continue;
        struct tagged *all = arena_new(&s->arena, struct tagged);
        *all = (struct tagged){map_get(index, cell->principal, NULL), cell};
        map_set(index, cell->principal, NULL, all);
    }
}

/* A grant by tags adds to a limit: it is a union. */
static void check_beside_tags(struct session *s, const struct cell *cell,
                              const struct tagged *tagged, struct signatures *signatures)
{
    const struct contribution *limit = written_limit(cell);
    for (; tagged && limit && limit->cause.grant; tagged = tagged->next) {
        const struct contribution *other = giving(&tagged->cell->whole, PERMIT_SELECT | WIDER);
        if (!other || !session_affords(s, cell->output->data.len / 64, cell->at))
            continue;
        const bool *matching = signatures_matching(signatures, tagged->cell->expression);
        if (signatures_reach(signatures, matching, cell->output) < REACH_COLUMNS)
            continue;
        struct diag *d = diag(s, D_LIMIT_BESIDE_TAGS, place_of(limit),
                              "'%s' is limited here, and sees more of '%s' by its tags",
                              cell->principal->decl.path, cell->output->decl.path);
        diag_place(s, d, place_of(other), "this adds the columns whose tags match");
        diag_help(s, d, "grants add up: narrow the expression if the limit is meant");
        return;
    }
}

/* ---- administrators -------------------------------------------------------------------------- */

/* An administrator of the catalog's account cannot be limited, and AWS refuses to try (rule
 * 2.2.11). */
static void check_admin(struct session *s, const struct cell *cell)
{
    const struct contribution *limit = written_limit(cell);
    if (!limit)
        return;
    struct diag *d =
        diag(s, D_LIMIT_TO_ADMIN, place_of(limit), "the limit to %s is refused for '%s'",
             limit_word(limit), cell->principal->decl.path);
    diag_help(s, d, "it is a data lake administrator: grant to another role");
}

static void check_limits(struct session *s, const struct deployment *deployment,
                         const struct cells *cells, struct signatures *signatures)
{
    struct map tagged = {0}, admins = {0};
    index_tagged(s, cells, &tagged);
    cells_admins(cells, deployment->mesh, &admins);
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (!cell->part.first)
            continue;
        const struct cell *all = cells_find(cells, cell->principal, ENTRY_ALL_TABLES, cell->domain);
        check_limit(s, cell, all);
        check_options(s, cell);
        check_filters(s, cell);
        if (principal_is_foreign(deployment, cell->principal,
                                 account_of_catalog(deployment, cell->domain)))
            continue;
        check_beside_tags(s, cell, map_get(&tagged, cell->principal, NULL), signatures);
        if (map_get(&admins, cell->principal, NULL))
            check_admin(s, cell);
    }
    map_free(&tagged);
    map_free(&admins);
}

/* ---- databases ------------------------------------------------------------------------------- */

/* `all on domain X` reads no row; a holder that has nothing else there may not know. */
static void note_databases(struct session *s, const struct cells *cells)
{
    struct map reads = {0};
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (cell->resource == ENTRY_ALL_TABLES || cell->resource == ENTRY_TABLE ||
            cell->resource == ENTRY_TAGGED_TABLES)
            map_put(&reads, cell->principal,
                    cell->resource == ENTRY_TAGGED_TABLES ? NULL : cell->domain, s);
    }
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        const struct contribution *all = giving(&cell->whole, PERMIT_ALL);
        if (cell->resource != ENTRY_DATABASE || !all || !all->cause.grant ||
            map_get(&reads, cell->principal, cell->domain) ||
            map_get(&reads, cell->principal, NULL))
            continue;
        struct diag *d =
            diag(s, D_DATABASE_READS_NOTHING, place_of(all),
                 "permissions on a database read no row: '%s' may read nothing of '%s'",
                 cell->principal->decl.path, cell->domain->decl.path);
        diag_help(s, d, "to let it read, grant read on %s.*", cell->domain->decl.path);
    }
    map_free(&reads);
}

/* ---- the whole ------------------------------------------------------------------------------- */

void access_check_deployment(struct session *s, const struct deployment *deployment)
{
    struct cells cells;
    struct signatures signatures;
    signatures_make(s, deployment->mesh, &signatures);
    spread_cells(s, deployment, &signatures, &cells);
    check_limits(s, deployment, &cells, &signatures);
    note_databases(s, &cells);
    foreign_check(s, deployment, &cells);
    passing_check(s, deployment, &cells);
    granted_places_check(s, deployment, &cells);
    cells_free(&cells);
    signatures_free(&signatures);
}
