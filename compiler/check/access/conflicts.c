/* conflicts.c - what several grants mean together for one principal: access.md section 3, one
 * function a row. */
#include "check/access/cells.h"
#include "check/access/statements.h"

/* Permissions beside which a limit to columns has no effect, or which AWS refuses beside one. */
enum { WIDER = PERMIT_ALTER | PERMIT_DROP | PERMIT_INSERT | PERMIT_DELETE | PERMIT_ALL };

/* The first statement of a list that gives any of these permissions. */
static const struct contribution *giving(const struct contribution *list, unsigned permissions,
                                         enum grant_target target)
{
    for (; list; list = list->next)
        if (permissions_expand(list->grant->permissions, target) & permissions)
            return list;
    return NULL;
}

static enum grant_target target_of(const struct cell *cell)
{
    return cell->resource == ENTRY_ALL_TABLES ? GRANT_ALL_TABLES : GRANT_TABLE;
}

static void report(struct session *s, const struct cell *cell, const struct contribution *other,
                   enum diag_code code, const char *why)
{
    struct diag *d =
        diag(s, code, cell->part->grant->target_at, "the limit to columns has no effect for '%s'",
             cell->principal->decl.path);
    diag_place(s, d, other->grant->target_at, "%s", why);
    if (code == D_LIMIT_BESIDE_WIDER)
        diag_help(s, d, "Lake Formation cannot keep both: use a second role for the wider right");
    else
        diag_help(s, d, "delete the one that is not meant");
}

/* True when both statements name the same principal or team: then the author sees both names side
 * by side. */
static bool same_name(const struct contribution *a, const struct contribution *b)
{
    return a->named == b->named;
}

/* cell has a limit; wide is the cell of the same table, or of all tables of its domain. */
static void check_pair(struct session *s, const struct cell *cell, const struct cell *wide)
{
    const struct contribution *other = giving(wide->whole, WIDER, target_of(wide));
    if (other) {
        report(s, cell, other, D_LIMIT_BESIDE_WIDER, "this gives a right that knows no columns");
        return;
    }
    other = giving(wide->whole, PERMIT_SELECT, target_of(wide));
    if (other) {
        report(s, cell, other,
               same_name(cell->part, other) ? D_LIMIT_WITHOUT_EFFECT : D_LIMIT_WIDENED_BY_TEAM,
               "this gives select on every column");
        return;
    }
    other = giving(wide->whole, PERMIT_DESCRIBE, target_of(wide));
    if (other && wide->resource == ENTRY_ALL_TABLES)
        report(s, cell, other, D_LIMIT_BESIDE_WIDER, "this gives describe on every table");
    else if (other)
        diag(s, D_DESCRIBE_IMPLIED, other->grant->target_at,
             "describe is left out for '%s': select on columns implies it, and Lake Formation "
             "refuses both",
             cell->principal->decl.path);
}

static void check_limits(struct session *s, const struct cells *cells)
{
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (!cell->limited)
            continue;
        const struct cell *all = cells_find(cells, cell->principal, ENTRY_ALL_TABLES, cell->domain);
        if (cell->whole)
            check_pair(s, cell, cell);
        if (all)
            check_pair(s, cell, all);
    }
}

/* `all on domain X` reads no row; a holder that has nothing else there may not know. */
/* Limits of one principal and table become one list, which has one grant option (access.md 3). */
static void check_options(struct session *s, const struct cell *cell)
{
    const struct contribution *first = cell->part;
    for (const struct contribution *c = first ? first->next : NULL; c; c = c->next) {
        if (!c->grant->grantable == !first->grant->grantable)
            continue;
        struct diag *d = diag(s, D_GRANT_OPTIONS_DIFFER, c->grant->target_at,
                              "'%s' has columns of '%s' with and without grant option",
                              cell->principal->decl.path, cell->output->decl.path);
        diag_place(s, d, first->grant->target_at, "the other columns");
        diag_help(s, d, "Lake Formation keeps one list of columns: give both the same option");
        return;
    }
}

static void note_databases(struct session *s, const struct cells *cells)
{
    struct map reads = {0};
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (cell->resource == ENTRY_ALL_TABLES || cell->resource == ENTRY_TABLE)
            map_put(&reads, cell->principal, cell->domain, s);
    }
    for (size_t i = 0; i < cells->list.len; i++) {
        const struct cell *cell = cells->list.at[i];
        if (cell->resource != ENTRY_DATABASE || !(cell->permissions & PERMIT_ALL) ||
            map_get(&reads, cell->principal, cell->domain))
            continue;
        struct diag *d =
            diag(s, D_DATABASE_READS_NOTHING, cell->whole->grant->target_at,
                 "permissions on a database read no row: '%s' may read nothing of '%s'",
                 cell->principal->decl.path, cell->domain->decl.path);
        diag_help(s, d, "to let it read, grant read on %s.*", cell->domain->decl.path);
    }
    map_free(&reads);
}

void access_check(struct session *s, const struct mesh *mesh)
{
    struct cells cells;
    statements_check(s, mesh);
    cells_build(s, mesh, &cells);
    check_limits(s, &cells);
    for (size_t i = 0; i < cells.list.len; i++)
        check_options(s, cells.list.at[i]);
    note_databases(s, &cells);
    cells_free(&cells);
}
