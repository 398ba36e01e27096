/* live.c - see live.h. */
#include "check/access/live.h"

#include "check/access/owners.h"

#include <stdlib.h>
#include <string.h>

bool table_stands(const struct output *output)
{
    return output->status != STATUS_PROPOSED && (output->schema || output_exists(output));
}

/* ---- what things carry ----------------------------------------------------------------------- */

bool tagging_is_the_domains(const struct output *output, const struct tagging *tagging)
{
    const struct taggings *above = &output->domain->tags;
    for (size_t i = 0; i < above->list.len; i++)
        if (above->list.at[i].tag == tagging->tag)
            return above->list.at[i].at.lo == tagging->at.lo;
    return false;
}

/* ---- live ------------------------------------------------------------------------------------ */

static bool *place_of(const struct live_tags *tags, const struct deployment_account *account,
                      const struct tag *tag)
{
    const struct deployment *d = tags->deployment;
    return &tags->live[account_place(d, account) * d->mesh->tags.len + tag->decl.index];
}

static void carry(struct live_tags *tags, const struct deployment_account *account,
                  const struct taggings *taggings)
{
    for (size_t i = 0; i < taggings->list.len; i++)
        if (taggings->list.at[i].value)
            *place_of(tags, account, taggings->list.at[i].tag) = true;
}

static void carry_of_mesh(struct live_tags *tags)
{
    const struct deployment *d = tags->deployment;
    struct map seen = {0}; /* (schema, account): its columns were looked at */
    for (size_t i = 0; i < d->mesh->domains.len; i++)
        carry(tags, d->domains[i].catalog, &d->mesh->domains.at[i]->tags);
    for (size_t i = 0; i < d->mesh->outputs.len; i++) {
        const struct output *output = d->mesh->outputs.at[i];
        const struct deployment_account *account = account_of_catalog(d, output->domain);
        if (!table_stands(output))
            continue;
        carry(tags, account, &output->tags);
        if (!output->schema || map_get(&seen, output->schema, account))
            continue;
        map_put(&seen, output->schema, account, tags);
        for (size_t k = 0; k < output->schema->marked.len; k++)
            carry(tags, account, &output->schema->marked.at[k]->tags);
    }
    map_free(&seen);
}

/* What statements name: a tag with a default is on every database then, and who may use a tag
 * itself needs it to be there. */
static void name(struct live_tags *tags, const struct grant *grant)
{
    const struct deployment *d = tags->deployment;
    for (size_t i = 0; i < grant->expression.list.len; i++) {
        const struct tag *tag = grant->expression.list.at[i].tag;
        if (!tag->default_value && grant->target != GRANT_TAG)
            continue;
        for (size_t k = 0; k < d->mesh->domains.len; k++)
            *place_of(tags, d->domains[k].catalog, tag) = true;
    }
}

void live_tags_make(struct session *s, const struct deployment *deployment, struct live_tags *out)
{
    const struct mesh *mesh = deployment->mesh;
    *out = (struct live_tags){.s = s, .deployment = deployment};
    out->live = arena_array(&out->arena, bool, deployment->accounts.len * mesh->tags.len + 1);
    carry_of_mesh(out);
    for (size_t i = 0; i < mesh->grants.len; i++) {
        const struct grant *grant = mesh->grants.at[i];
        if (!session_affords(s, i * mesh->domains.len / 64, grant->at))
            return;
        name(out, grant);
    }
}

void live_tags_free(struct live_tags *tags)
{
    arena_free(&tags->arena);
}

bool tag_is_live(const struct live_tags *tags, const struct deployment_account *account,
                 const struct tag *tag)
{
    return *place_of(tags, account, tag);
}

bool expression_is_live(const struct live_tags *tags, const struct deployment_account *account,
                        const struct tag_expression *expression)
{
    for (size_t i = 0; i < expression->list.len; i++)
        if (!tag_is_live(tags, account, expression->list.at[i].tag))
            return false;
    return true;
}

/* ---- associations ---------------------------------------------------------------------------- */

static int by_key(const void *left, const void *right)
{
    const struct tagging *a = left, *b = right;
    return strcmp(a->tag->decl.path, b->tag->decl.path);
}

static void sort_tags(struct taggings *tags)
{
    if (tags->list.len)
        qsort(tags->list.at, tags->list.len, sizeof *tags->list.at, by_key);
}

static void add_database(struct live_tags *tags, const struct domain *domain,
                         const struct deployment_account *account, struct associations *out)
{
    const struct mesh *mesh = tags->deployment->mesh;
    struct association fresh = {.domain = domain};
    for (size_t i = 0; i < mesh->tags.len; i++) {
        const struct tag *tag = mesh->tags.at[i];
        atom value = tag_value_of_database(domain, tag);
        if (value && tag_is_live(tags, account, tag))
            vec_push(&tags->arena, &fresh.tags.list,
                     (struct tagging){mesh->tags.at[i], value, domain->decl.at, false});
    }
    sort_tags(&fresh.tags);
    if (fresh.tags.list.len)
        vec_push(&tags->arena, &out->list, fresh);
}

static void add_table(struct live_tags *tags, const struct output *output, struct associations *out)
{
    struct association fresh = {.domain = output->domain, .output = output};
    for (size_t i = 0; i < output->tags.list.len; i++)
        if (!tagging_is_the_domains(output, &output->tags.list.at[i]))
            vec_push(&tags->arena, &fresh.tags.list, output->tags.list.at[i]);
    sort_tags(&fresh.tags);
    if (fresh.tags.list.len)
        vec_push(&tags->arena, &out->list, fresh);
}

/* What the values of a column read as: columns that have the same share an association. */
static atom text_of(struct live_tags *tags, const struct taggings *taggings)
{
    const char *text = "";
    for (size_t i = 0; i < taggings->list.len; i++)
        text = arena_format(&tags->arena, "%s%s=%s;", text, taggings->list.at[i].tag->decl.path,
                            taggings->list.at[i].value);
    return atom_of(&tags->s->atoms, text);
}

static void add_column(struct live_tags *tags, const struct output *output,
                       const struct column *column, struct map *places, struct associations *out)
{
    struct association fresh = {.domain = output->domain, .output = output};
    for (size_t i = 0; i < column->tags.list.len; i++) {
        const struct tagging *tagging = &column->tags.list.at[i];
        /* A lifted value that is below what is inherited does not count. */
        if (tagging->value && tag_source_of(output, column, tagging->tag) == tagging)
            vec_push(&tags->arena, &fresh.tags.list, *tagging);
    }
    if (!fresh.tags.list.len)
        return;
    sort_tags(&fresh.tags);
    atom text = text_of(tags, &fresh.tags);
    size_t place = (size_t)(uintptr_t)map_get(places, text, NULL);
    if (!place) {
        vec_push(&tags->arena, &out->list, fresh);
        place = out->list.len;
        map_put(places, text, NULL, (void *)(uintptr_t)place);
    }
    vec_push(&tags->arena, &out->list.at[place - 1].columns, column);
}

static void add_columns(struct live_tags *tags, const struct output *output,
                        struct associations *out)
{
    struct map places = {0};
    for (size_t i = 0; output->schema && i < output->schema->marked.len; i++) {
        const struct column *column = output->schema->marked.at[i];
        if (column->tags.list.len && !output_is_partitioned_by(output, column))
            add_column(tags, output, column, &places, out);
    }
    map_free(&places);
}

void associations_make(struct live_tags *tags, const struct deployment_account *account,
                       struct associations *out)
{
    const struct deployment *d = tags->deployment;
    for (size_t i = 0; i < d->mesh->domains.len; i++)
        if (d->domains[i].catalog == account)
            add_database(tags, d->mesh->domains.at[i], account, out);
    for (int columns = 0; columns < 2; columns++)
        for (size_t i = 0; i < d->mesh->outputs.len; i++) {
            const struct output *output = d->mesh->outputs.at[i];
            if (account_of_catalog(d, output->domain) != account || !table_stands(output))
                continue;
            if (columns)
                add_columns(tags, output, out);
            else
                add_table(tags, output, out);
        }
}
