/* canonical.c - from cells to the entries that one deployment wants: legal ones alone, at most one
 * for each principal and resource on any day, in an order that names alone decide. */
#include "check/access/spread.h"

#include "base/day.h"
#include "check/access/live.h"
#include "check/access/owners.h"
#include "check/access/passing.h"
#include "check/access/slices.h"
#include "model/predicate.h"

#include <stdlib.h>
#include <string.h>

struct maker {
    struct session *s;
    const struct deployment *deployment;
    struct entries *out;
    const struct cells *cells;
    struct live_tags live;
    struct owners owners;
    size_t first;  /* of the cell that is being made */
    size_t before; /* of its slice */
};

/* ---- one entry ------------------------------------------------------------------------------- */

/* The causes of a list that count in a slice, before the rest. */
static const struct cause *causes_of(struct maker *m, const struct contributions *list,
                                     const struct slice *slice, const struct cause *rest)
{
    struct cause *first = NULL, *last = NULL;
    for (const struct contribution *c = list->first; c; c = c->next) {
        if (c->implied || !slice_has(slice, c->until))
            continue;
        struct cause *fresh = arena_new(&m->out->arena, struct cause);
        *fresh = c->cause;
        fresh->next = NULL;
        if (last)
            last->next = fresh;
        else
            first = fresh;
        last = fresh;
    }
    if (!last)
        return rest;
    last->next = rest;
    return first;
}

static struct entry entry_of(struct maker *m, const struct cell *cell, const struct slice *slice)
{
    struct entry entry = {.principal = cell->principal,
                          .resource = cell->resource,
                          .domain = cell->domain,
                          .output = cell->output,
                          .link = cell->link,
                          .location = cell->location,
                          .expression = cell->expression,
                          .all_values = cell->all_values,
                          .from = slice->from,
                          .until = slice->until,
                          .at = cell->at};
    entry.causes = causes_of(m, &cell->part, slice, NULL);
    entry.causes = causes_of(m, &cell->whole, slice, entry.causes);
    entry.derived = true;
    for (const struct cause *c = entry.causes; c; c = c->next)
        entry.derived &= c->grant == NULL;
    return entry;
}

static bool same_columns(const struct entry *a, const struct entry *b)
{
    bool same = a->column_count == b->column_count && !a->columns == !b->columns;
    for (size_t i = 0; same && i < a->column_count; i++)
        same = a->columns[i] == b->columns[i];
    return same;
}

static const char *rows_of(const struct entry *entry)
{
    return entry->where ? entry->where->canonical : "";
}

/* They say the same, on whatever days. */
static bool same(const struct entry *a, const struct entry *b)
{
    return a->resource == b->resource && a->owner == b->owner && a->permissions == b->permissions &&
           a->grantable == b->grantable && same_columns(a, b) &&
           strcmp(rows_of(a), rows_of(b)) == 0;
}

/* An account that the thing belongs to is granted nothing: its administrators have everything. */
static bool is_the_owner(const struct maker *m, const struct entry *entry)
{
    return entry->principal->kind == PRINCIPAL_ACCOUNT &&
           account_of_principal(m->deployment, entry->principal) == entry->owner;
}

/* The owner's account grants what any statement of its own asks for. */
static const struct deployment_account *acting_for(const struct maker *m, const struct entry *entry)
{
    const struct deployment_account *acting = entry->owner;
    for (const struct cause *c = entry->causes; c; c = c->next) {
        acting = c->grant ? grant_acts_from(m->deployment, c->grant, entry->owner) : entry->owner;
        if (acting == entry->owner)
            break;
    }
    return acting;
}

/* Adds an entry, or lengthens the one of the slice before that says the same. */
static void add(struct maker *m, struct entry entry)
{
    entry.grantable &= entry.permissions;
    if (!entry.permissions || is_the_owner(m, &entry))
        return;
    entry.acting = acting_for(m, &entry);
    for (size_t i = m->first; i < m->before; i++) {
        struct entry *had = &m->out->list.at[i];
        if (had->until && entry.from && same(had, &entry) &&
            strcmp(day_later(&m->out->arena, had->until, 1), entry.from) == 0) {
            had->until = entry.until;
            return;
        }
    }
    vec_push(&m->out->arena, &m->out->list, entry);
}

/* ---- tables ---------------------------------------------------------------------------------- */

struct sum {
    unsigned permissions, grantable, implied;
};

static struct sum sum_of(const struct contributions *list, const struct slice *slice)
{
    struct sum sum = {0};
    for (const struct contribution *c = list->first; c; c = c->next) {
        if (!slice_has(slice, c->until))
            continue;
        sum.permissions |= c->implied ? 0 : c->permissions;
        sum.implied |= c->implied ? c->permissions : 0;
        sum.grantable |= c->grantable;
    }
    /* ALL swallows the rest, but for what may be passed on where ALL may not. */
    if (sum.grantable & PERMIT_ALL)
        sum.permissions = PERMIT_ALL;
    else if (sum.permissions & PERMIT_ALL)
        sum.permissions = PERMIT_ALL | (sum.permissions & sum.grantable);
    return sum;
}

static void set_columns(struct maker *m, struct entry *entry, const unsigned char *open)
{
    const struct output *output = entry->output;
    const struct column **columns =
        arena_array(&m->out->arena, const struct column *, output->data.len + 1);
    for (size_t i = 0; i < output->data.len; i++)
        if (open[i])
            columns[entry->column_count++] = output->data.at[i];
    entry->columns = columns;
}

/* One filter: the columns of `like` on its rows. It counts once, however often it is said. */
static void add_filter(struct maker *m, const struct entry *base, const struct contribution *like)
{
    struct entry entry = *base;
    entry.resource = ENTRY_FILTER;
    entry.permissions = PERMIT_SELECT;
    entry.where = like->where;
    if (like->columns)
        set_columns(m, &entry, like->columns);
    for (size_t i = m->before; i < m->out->list.len; i++)
        if (same(&m->out->list.at[i], &entry))
            return;
    add(m, entry);
}

/* All lists of columns without a limit to rows are one. */
static bool join_lists(const struct cell *cell, const struct slice *slice, unsigned char *open)
{
    bool any = false;
    for (const struct contribution *c = cell->part.first; c; c = c->next) {
        if (c->where || !slice_has(slice, c->until))
            continue;
        any = true;
        for (size_t i = 0; i < cell->output->data.len; i++)
            open[i] |= c->columns[i];
    }
    return any;
}

static bool covers(const struct output *output, const unsigned char *wide,
                   const unsigned char *narrow)
{
    for (size_t i = 0; i < output->data.len; i++)
        if (!wide[i] && (!narrow || narrow[i]))
            return false;
    return true;
}

/* Beside a limit to rows a list of columns becomes a filter of all rows; it makes one idle that
 * has no further column (access.md 3). */
static void add_limits(struct maker *m, const struct cell *cell, const struct slice *slice,
                       struct entry base)
{
    unsigned char *open = arena_array(&m->out->arena, unsigned char, cell->output->data.len + 1);
    bool listed = join_lists(cell, slice, open), rows = false;
    base.grantable = sum_of(&cell->part, slice).grantable;
    for (const struct contribution *c = cell->part.first; c; c = c->next)
        rows |= c->where && slice_has(slice, c->until) &&
                !(listed && covers(cell->output, open, c->columns));
    if (!rows && listed) {
        base.resource = ENTRY_COLUMNS;
        base.permissions = PERMIT_SELECT;
        set_columns(m, &base, open);
        add(m, base);
        return;
    }
    if (listed)
        add_filter(m, &base, &(struct contribution){.columns = open});
    for (const struct contribution *c = cell->part.first; c; c = c->next)
        if (c->where && slice_has(slice, c->until) &&
            !(listed && covers(cell->output, open, c->columns)))
            add_filter(m, &base, c);
}

/* Does it select all tables of the domain, on every day of the slice? */
static bool selects_all_tables(const struct maker *m, const struct cell *cell,
                               const struct slice *slice)
{
    const struct cell *all = cells_find(m->cells, cell->principal, ENTRY_ALL_TABLES, cell->domain);
    return all && (sum_of(&all->whole, slice).permissions & (PERMIT_SELECT | PERMIT_ALL));
}

/* A limit beside the whole has no effect, and is left out: the checks say so. */
static void add_table(struct maker *m, const struct cell *cell, const struct slice *slice)
{
    struct sum whole = sum_of(&cell->whole, slice), part = sum_of(&cell->part, slice);
    struct entry base = entry_of(m, cell, slice);
    if (cell->output->status == STATUS_PROPOSED)
        return; /* not made, so there is nothing to grant on: the checks say so */
    base.owner = account_of_catalog(m->deployment, cell->domain);
    base.permissions = whole.permissions;
    base.grantable = whole.grantable;
    if (part.permissions && !(whole.permissions & (PERMIT_SELECT | PERMIT_ALL)) &&
        !selects_all_tables(m, cell, slice))
        add_limits(m, cell, slice, base);
    else
        add(m, base);
}

/* ---- the others ------------------------------------------------------------------------------ */

/* Of a tag, a principal of another account is given what Lake Formation shares, and the rest in its
 * own account alone; what is tagged it has been given by name. */
static bool is_for_own(const struct cell *cell, const struct entry *entry)
{
    const unsigned shared = PERMIT_DESCRIBE | PERMIT_ASSOCIATE;
    return cell->resource != ENTRY_TAG || entry->permissions & ~shared ||
           entry->permissions != entry->grantable;
}

/* On tags of every account that knows them. */
static void add_by_tags(struct maker *m, const struct cell *cell, struct entry entry)
{
    const struct deployment *d = m->deployment;
    for (size_t i = 0; i < d->accounts.len; i++) {
        entry.owner = d->accounts.at[i];
        bool here = account_has_catalog(d, entry.owner) &&
                    expression_is_live(&m->live, entry.owner, cell->expression);
        bool left_out = principal_is_one(cell->principal) && is_for_own(cell, &entry) &&
                        principal_is_foreign(d, cell->principal, entry.owner);
        if (here && !left_out)
            add(m, entry);
    }
}

static void add_slice(struct maker *m, const struct cell *cell, const struct slice *slice)
{
    m->before = m->out->list.len;
    if (cell->resource == ENTRY_TABLE) {
        add_table(m, cell, slice);
        return;
    }
    struct sum sum = sum_of(&cell->whole, slice);
    struct entry entry = entry_of(m, cell, slice);
    entry.permissions = sum.permissions ? sum.permissions : sum.implied;
    entry.grantable = sum.grantable;
    entry.owner = m->deployment->governance;
    if (cell->resource == ENTRY_TAGGED_TABLES || cell->resource == ENTRY_TAGGED_DATABASES ||
        cell->resource == ENTRY_TAG) {
        add_by_tags(m, cell, entry);
        return;
    }
    if (cell->domain)
        entry.owner = account_of_catalog(m->deployment, cell->domain);
    else if (cell->location)
        entry.owner = owner_of_location(&m->owners, cell->location);
    else if (cell->link)
        entry.owner = account_of_link(m->deployment, cell->link);
    add(m, entry);
}

static void add_cell(struct maker *m, const struct cell *cell)
{
    struct slices slices = {0};
    m->first = m->out->list.len;
    slices_make(&m->out->arena, cell, &slices);
    for (size_t i = 0; i < slices.list.len; i++)
        add_slice(m, cell, &slices.list.at[i]);
}

/* ---- order ----------------------------------------------------------------------------------- */

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* Tables, columns and filters of one table stand together, so that a batch can keep them together.
 */
static int rank(const struct entry *entry)
{
    return entry->resource == ENTRY_COLUMNS || entry->resource == ENTRY_FILTER
               ? ENTRY_TABLE
               : (int)entry->resource;
}

static const char *thing_text(const struct entry *entry)
{
    return entry->location     ? entry->location
           : entry->expression ? entry->expression->text
           : entry->link       ? entry->link->decl.path
                               : NULL;
}

static int by_columns(const struct entry *a, const struct entry *b)
{
    int order = !a->columns - !b->columns;
    for (size_t i = 0; !order && i < a->column_count && i < b->column_count; i++)
        order = strcmp(a->columns[i]->physical, b->columns[i]->physical);
    return order                               ? order
           : a->column_count < b->column_count ? -1
                                               : a->column_count > b->column_count;
}

static int by_names(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = rank(a) - rank(b);
    if (!order)
        order = compare_texts(a->domain ? a->domain->decl.path : NULL,
                              b->domain ? b->domain->decl.path : NULL);
    if (!order)
        order = compare_texts(a->output ? a->output->decl.path : NULL,
                              b->output ? b->output->decl.path : NULL);
    if (!order)
        order = compare_texts(thing_text(a), thing_text(b));
    if (!order)
        order = (int)a->resource - (int)b->resource;
    if (!order)
        order = compare_texts(a->principal->decl.path, b->principal->decl.path);
    if (!order)
        order = (int)a->principal->kind - (int)b->principal->kind;
    if (!order)
        order = compare_texts(a->owner->id, b->owner->id);
    if (!order)
        order = compare_texts(a->from, b->from);
    if (!order)
        order = strcmp(rows_of(a), rows_of(b));
    return order ? order : by_columns(a, b);
}

void access_canonical(struct session *s, const struct deployment *deployment, struct entries *out)
{
    struct cells cells;
    struct signatures signatures;
    struct maker m = {.s = s, .deployment = deployment, .out = out};
    signatures_make(s, deployment->mesh, &signatures);
    spread_cells(s, deployment, &signatures, &cells);
    m.cells = &cells;
    live_tags_make(s, deployment, &m.live);
    owners_make(s, deployment, &m.owners);
    for (size_t i = 0; i < cells.list.len; i++)
        add_cell(&m, cells.list.at[i]);
    owners_free(&m.owners);
    live_tags_free(&m.live);
    cells_free(&cells);
    signatures_free(&signatures);
    if (out->list.len)
        qsort(out->list.at, out->list.len, sizeof *out->list.at, by_names);
}
