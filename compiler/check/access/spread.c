/* spread.c - see spread.h. */
#include "check/access/spread.h"

#include "check/access/live.h"
#include "check/access/owners.h"

#include <string.h>

struct spreader {
    struct cells *cells;
    const struct deployment *deployment;
    struct signatures *signatures;
    struct map described; /* (principal, domain) -> its implied contribution */
};

/* ---- by name, for principals of other accounts ----------------------------------------------- */

static struct giving named(const struct contribution *from, enum entry_resource resource,
                           const struct domain *domain, const struct output *output)
{
    struct giving giving = {.resource = resource, .domain = domain, .output = output};
    giving.what = *from;
    giving.what.columns = NULL;
    return giving;
}

static bool matches(const struct signatures *signatures, const bool *matching,
                    const struct output *output, size_t column)
{
    const uint32_t *numbers = signatures->of_column[output->decl.index];
    return matching[numbers[output->data.at[column]->decl.index]];
}

enum reach reach_by_name(const struct signatures *signatures, const bool *matching,
                         const struct output *output)
{
    enum reach reach =
        table_stands(output) ? signatures_reach(signatures, matching, output) : REACH_NONE;
    for (size_t i = 0; reach == REACH_COLUMNS && i < output->data.len; i++)
        if (matches(signatures, matching, output, i))
            return REACH_COLUMNS;
    return reach == REACH_COLUMNS ? REACH_TABLE_ALONE : reach;
}

static const unsigned char *matched_columns(const struct spreader *sp, const bool *matching,
                                            const struct output *output)
{
    unsigned char *open = arena_array(&sp->cells->arena, unsigned char, output->data.len + 1);
    for (size_t i = 0; i < output->data.len; i++)
        open[i] = matches(sp->signatures, matching, output, i);
    return open;
}

/* Beside a list of columns no other right can stand (rule 2.2.2). */
static void give_table(struct spreader *sp, const struct cell *cell, const struct output *output,
                       const bool *matching)
{
    enum reach reach = reach_by_name(sp->signatures, matching, output);
    const unsigned char *columns =
        reach == REACH_COLUMNS ? matched_columns(sp, matching, output) : NULL;
    for (const struct contribution *c = cell->whole.first; c && reach != REACH_NONE; c = c->next) {
        struct giving giving = named(c, ENTRY_TABLE, output->domain, output);
        unsigned gives = reach_gives(c->permissions, reach);
        bool listed = columns && gives & PERMIT_SELECT;
        giving.what.columns = listed ? columns : NULL;
        giving.what.permissions = listed ? PERMIT_SELECT : gives;
        giving.what.grantable = reach_shrinks(c->grantable, reach) & giving.what.permissions;
        cells_give(sp->cells, cell->principal, &giving);
    }
}

static void write_out_tables(struct spreader *sp, const struct cell *cell, const bool *matching)
{
    const struct deployment *d = sp->deployment;
    for (size_t i = 0; i < d->mesh->outputs.len; i++) {
        const struct output *output = d->mesh->outputs.at[i];
        const struct deployment_account *owner = account_of_catalog(d, output->domain);
        if (!cells_afford(sp->cells, output->data.len / 8 + 1, cell->at))
            return;
        if (principal_is_foreign(d, cell->principal, owner))
            give_table(sp, cell, output, matching);
    }
}

static void write_out_databases(struct spreader *sp, const struct cell *cell, const bool *matching)
{
    const struct deployment *d = sp->deployment;
    for (size_t i = 0; i < d->mesh->domains.len; i++) {
        const struct domain *domain = d->mesh->domains.at[i];
        if (!matching[sp->signatures->of_database[i]] ||
            !principal_is_foreign(d, cell->principal, d->domains[i].catalog))
            continue;
        for (const struct contribution *c = cell->whole.first; c; c = c->next) {
            struct giving giving = named(c, ENTRY_DATABASE, domain, NULL);
            cells_give(sp->cells, cell->principal, &giving);
        }
    }
}

static void write_out(struct spreader *sp)
{
    size_t count = sp->cells->list.len;
    for (size_t i = 0; i < count && !sp->cells->full; i++) {
        const struct cell *cell = sp->cells->list.at[i];
        bool tables = cell->resource == ENTRY_TAGGED_TABLES;
        if ((!tables && cell->resource != ENTRY_TAGGED_DATABASES) ||
            !principal_is_one(cell->principal) || sp->deployment->accounts.len < 2)
            continue;
        const bool *matching = signatures_matching(sp->signatures, cell->expression);
        if (tables)
            write_out_tables(sp, cell, matching);
        else
            write_out_databases(sp, cell, matching);
    }
}

/* ---- DESCRIBE on databases ------------------------------------------------------------------- */

/* The implied right lasts as long as the longest of those that imply it. */
static void imply(struct spreader *sp, const struct cell *cell, const struct domain *domain)
{
    for (int part = 0; part < 2; part++)
        for (const struct contribution *c = part ? cell->part.first : cell->whole.first; c;
             c = c->next) {
            struct contribution *had = map_get(&sp->described, cell->principal, domain);
            if (had) {
                bool longer = had->until && (!c->until || strcmp(c->until, had->until) > 0);
                had->until = longer ? c->until : had->until;
                continue;
            }
            struct giving giving = {.resource = ENTRY_DATABASE, .domain = domain};
            giving.what = (struct contribution){.permissions = PERMIT_DESCRIBE,
                                                .until = c->until,
                                                .implied = true,
                                                .cause = {.at = c->cause.at}};
            had = cells_give(sp->cells, cell->principal, &giving);
            if (had)
                map_put(&sp->described, cell->principal, domain, had);
        }
}

static void imply_by_tags(struct spreader *sp, const struct cell *cell)
{
    const struct deployment *d = sp->deployment;
    const bool *domains = signatures_domains(sp->signatures, cell->expression);
    for (size_t i = 0; i < d->mesh->domains.len; i++)
        if (domains[i] && cells_afford(sp->cells, 1, cell->at) &&
            !(principal_is_one(cell->principal) &&
              principal_is_foreign(d, cell->principal, d->domains[i].catalog)))
            imply(sp, cell, d->mesh->domains.at[i]);
}

static void imply_all(struct spreader *sp)
{
    size_t count = sp->cells->list.len;
    for (size_t i = 0; i < count && !sp->cells->full; i++) {
        const struct cell *cell = sp->cells->list.at[i];
        if (cell->output && cell->output->status == STATUS_PROPOSED)
            continue;
        if (cell->resource == ENTRY_TABLE || cell->resource == ENTRY_ALL_TABLES)
            imply(sp, cell, cell->domain);
        else if (cell->resource == ENTRY_TAGGED_TABLES)
            imply_by_tags(sp, cell);
    }
}

void spread_cells(struct session *s, const struct deployment *deployment,
                  struct signatures *signatures, struct cells *out)
{
    struct spreader sp = {.cells = out, .deployment = deployment, .signatures = signatures};
    cells_build(s, deployment->mesh, deployment, out);
    write_out(&sp);
    imply_all(&sp);
    map_free(&sp.described);
}
