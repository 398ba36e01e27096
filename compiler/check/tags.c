/* tags.c - what Lake Formation asks of the tags on things, and what it would not do with them. */
#include "check/access/live.h"
#include "check/areas.h"
#include "check/limits.h"

/* Whoever sees any column sees the partition keys, whose tags are therefore their table's
 * (access.md 1.1). */
static void check_partition_keys(struct session *s, const struct output *output)
{
    for (size_t i = 0; i < output->partition.len; i++) {
        const struct column *column = output->partition.at[i];
        for (size_t k = 0; k < column->tags.list.len; k++) {
            const struct tagging *tagging = &column->tags.list.at[k];
            atom above = tag_value_of(output, NULL, tagging->tag);
            if (!tagging->value || tagging->value == above || tagging->lifted)
                continue;
            struct diag *d =
                diag(s, D_PARTITION_KEY_TAGGED, tagging->at,
                     "partition key '%s' cannot have a value of '%s' that its table has not",
                     column->decl.name, tagging->tag->decl.path);
            diag_place(s, d, output->partition_at, "'%s' is partitioned by it, and has '%s'",
                       output->decl.path, above ? above : "no value");
            diag_help(s, d, "give the value to the product, or do not partition by this column");
        }
    }
}

static void check_count(struct session *s, const struct taggings *tags, const struct decl *decl)
{
    size_t most = (size_t)limit_info(LIMIT_TAGS_OF_ONE)->figure;
    if (tags->list.len > most)
        diag(s, D_TOO_MANY_TAGS, decl->at,
             "'%s' has %zu tags; Lake Formation takes %zu of one thing", decl->path, tags->list.len,
             most);
}

static void note_crawled(struct session *s, const struct output *output)
{
    if (table_stands(output) || output->status == STATUS_PROPOSED)
        return;
    for (size_t i = 0; i < output->tags.list.len; i++) {
        const struct tagging *tagging = &output->tags.list.at[i];
        if (tagging_is_the_domains(output, tagging))
            continue;
        struct diag *d =
            diag(s, D_TAG_ON_CRAWLED, tagging->at,
                 "the table of '%s' is made by its crawler: nothing can be tagged before",
                 output->decl.path);
        diag_help(s, d, "tag the domain, or declare the columns: `of SCHEMA`");
        return;
    }
}

void check_tags(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->domains.len; i++)
        check_count(s, &mesh->domains.at[i]->tags, &mesh->domains.at[i]->decl);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        check_count(s, &output->tags, &output->decl);
        check_partition_keys(s, output);
        note_crawled(s, output);
    }
    for (size_t i = 0; i < mesh->schemas.len; i++)
        for (size_t k = 0; k < mesh->schemas.at[i]->marked.len; k++)
            check_count(s, &mesh->schemas.at[i]->marked.at[k]->tags,
                        &mesh->schemas.at[i]->marked.at[k]->decl);
}
