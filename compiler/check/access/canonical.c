/* canonical.c - from cells to the entries that one deployment wants: legal ones alone, at most one
 * for each principal and resource, in an order that names alone decide. */
#include "check/access/cells.h"
#include "check/access/workers.h"

#include <stdlib.h>
#include <string.h>

struct maker {
    struct session *s;
    const struct deployment *deployment;
    struct entries *out;
    struct map described; /* (principal, domain): has a right on the database already */
};

/* A location names a bucket as the mesh writes it; in this deployment the bucket may have a suffix
 * or another name. */
static const char *deployed_location(struct maker *m, const char *location)
{
    static const char scheme[] = "s3://";
    const struct mesh *mesh = m->deployment->mesh;
    const char *bucket = location + sizeof scheme - 1;
    size_t length = strcspn(bucket, "/");
    const char *written = mesh->bucket.value, *name = m->deployment->mesh_bucket;
    for (size_t i = 0; i <= mesh->domains.len; i++) {
        if (written && name && strlen(written) == length && strncmp(written, bucket, length) == 0)
            return arena_format(&m->out->arena, "%s%s%s", scheme, name, bucket + length);
        if (i == mesh->domains.len)
            break;
        written = mesh->domains.at[i]->storage.bucket.value;
        name = m->deployment->domains[i].bucket;
    }
    for (size_t i = 0; i < mesh->zones.len; i++) {
        written = mesh->zones.at[i]->bucket.value;
        name = m->deployment->zones[i].bucket;
        if (written && strlen(written) == length && strncmp(written, bucket, length) == 0)
            return arena_format(&m->out->arena, "%s%s%s", scheme, name, bucket + length);
    }
    return location;
}

static void add_columns(struct maker *m, const struct cell *cell, struct entry *entry)
{
    const struct output *output = cell->output;
    const struct column **columns =
        arena_array(&m->out->arena, const struct column *, output->data.len + 1);
    for (size_t i = 0; i < output->data.len; i++)
        if (cell->columns[i])
            columns[entry->column_count++] = output->data.at[i];
    entry->columns = columns;
    entry->resource = ENTRY_COLUMNS;
    entry->permissions = PERMIT_SELECT;
}

static void add_cell(struct maker *m, const struct cell *cell)
{
    if (cell->output && cell->output->status == STATUS_PROPOSED)
        return; /* not made, so there is nothing to grant on: access_check says so */
    struct entry entry = {.principal = cell->principal, .resource = cell->resource, .at = cell->at};
    entry.domain = cell->domain;
    entry.output = cell->output;
    entry.permissions = cell->permissions;
    if (cell->location)
        entry.location = deployed_location(m, cell->location);
    if (cell->limited && !(cell->permissions & (PERMIT_SELECT | PERMIT_ALL)))
        add_columns(m, cell, &entry);
    entry.grantable = cell->grantable & entry.permissions;
    if (entry.permissions)
        vec_push(&m->out->arena, &m->out->list, entry);
}

/* Athena resolves names through the database: whoever has a right on a table gets DESCRIBE there,
 * unless it has any right on the database, which implies it (access.md 1.3, 1.4). */
static void add_describe(struct maker *m, const struct entry *entry)
{
    struct entry derived = {.principal = entry->principal,
                            .resource = ENTRY_DATABASE,
                            .domain = entry->domain,
                            .permissions = PERMIT_DESCRIBE,
                            .at = entry->at,
                            .derived = true};
    if (map_get(&m->described, entry->principal, entry->domain))
        return;
    map_put(&m->described, entry->principal, entry->domain, m);
    vec_push(&m->out->arena, &m->out->list, derived);
}

static void derive(struct maker *m)
{
    size_t written = m->out->list.len;
    for (size_t i = 0; i < written; i++)
        if (m->out->list.at[i].resource == ENTRY_DATABASE)
            map_put(&m->described, m->out->list.at[i].principal, m->out->list.at[i].domain, m);
    for (size_t i = 0; i < written; i++) {
        struct entry entry = m->out->list.at[i]; /* a copy: the list may move */
        if (entry.resource == ENTRY_TABLE || entry.resource == ENTRY_COLUMNS ||
            entry.resource == ENTRY_ALL_TABLES)
            add_describe(m, &entry);
    }
}

/* ---- order ----------------------------------------------------------------------------------- */

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* Tables and column lists of one table stand together, so that a batch can keep them together. */
static int rank(const struct entry *entry)
{
    return entry->resource == ENTRY_COLUMNS ? ENTRY_TABLE : (int)entry->resource;
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
        order = compare_texts(a->location, b->location);
    if (!order)
        order = (int)a->resource - (int)b->resource;
    if (!order)
        order = compare_texts(a->principal->decl.path, b->principal->decl.path);
    return order ? order : (int)a->principal->kind - (int)b->principal->kind;
}

void access_canonical(struct session *s, const struct deployment *deployment, struct entries *out)
{
    struct cells cells;
    struct maker m = {.s = s, .deployment = deployment, .out = out};
    cells_build(s, deployment->mesh, &cells);
    for (size_t i = 0; i < cells.list.len; i++)
        add_cell(&m, cells.list.at[i]);
    cells_free(&cells);
    workers_entries(s, deployment, out);
    derive(&m);
    map_free(&m.described);
    if (out->list.len)
        qsort(out->list.at, out->list.len, sizeof *out->list.at, by_names);
}
