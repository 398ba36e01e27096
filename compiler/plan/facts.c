/* facts.c - what a mesh says about a table, as parameters of the catalog: one text a fact, under
 * the prefix `mesh.`.
 *
 * Lists of names are joined by commas (paths hold none); what has an inner form is compact JSON:
 * mesh.columns holds an object by column of its tags and constraints, because a column of
 * CloudFormation has no parameters of its own. */
#include "check/limits.h"
#include "plan/glue.h"
#include "plan/text.h"

#include <stdlib.h>
#include <string.h>

/* Single texts and keys are judged by check/catalog.c; what is put together is measured here. */
void fact(struct facts *facts, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    for (const struct data *d = facts->own ? facts->own->first : NULL; d; d = d->next)
        if (!strcmp(d->key, key))
            return;
    size_t most = (size_t)limit_info(LIMIT_PARAMETER_VALUE)->figure;
    if (strlen(value) > most)
        diag(facts->plan->s, D_PARAMETER_SIZE, facts->at,
             "catalog parameter '%s' has %zu bytes, Glue takes %zu", key, strlen(value), most);
    json_set(facts->parameters, key, plan_literal(facts->plan, value));
}

static const char *kept(struct facts *facts, struct buf *text)
{
    const char *copy = text->len ? arena_copy(&facts->plan->scratch, text->at, text->len) : NULL;
    buf_free(text);
    return copy;
}

static const char *compact(struct facts *facts, json *tree)
{
    struct buf text = {0};
    json_write_compact(&text, tree);
    return kept(facts, &text);
}

/* ---- columns --------------------------------------------------------------------------------- */

struct writer { /* a JSON object being written member by member */
    struct buf *out;
    const char *before; /* "{" until the first member, then "," */
};

static struct buf *member(struct writer *w, const char *key)
{
    buf_puts(w->out, w->before);
    w->before = ",";
    json_write_string(w->out, key);
    buf_putc(w->out, ':');
    return w->out;
}

static void text_member(struct writer *w, const char *key, const char *value)
{
    if (value)
        json_write_string(member(w, key), value);
}

static void data_member(struct facts *facts, struct writer *w, const char *key,
                        const struct data *data)
{
    if (!data)
        return;
    json *tree = plan_data(facts->plan, data);
    json_write_compact(member(w, key), tree);
}

static bool tag_repeated(const struct taggings *tags, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (tags->list.at[i].tag == tags->list.at[index].tag)
            return true;
    return false;
}

static int by_tag(const void *left, const void *right)
{
    const struct tagging *const *a = left, *const *b = right;
    return strcmp((*a)->tag->decl.path, (*b)->tag->decl.path);
}

/* The value of each key, nearest first, in the order of keys. */
static const struct tagging **sorted_tags(struct facts *facts, const struct taggings *tags,
                                          size_t *count)
{
    const struct tagging **sorted =
        arena_array(&facts->plan->scratch, const struct tagging *, tags->list.len + 1);
    *count = 0;
    for (size_t i = 0; i < tags->list.len; i++)
        if (!tag_repeated(tags, i))
            sorted[(*count)++] = &tags->list.at[i];
    if (*count > 1)
        qsort(sorted, *count, sizeof *sorted, by_tag);
    return sorted;
}

static void column_tags(struct facts *facts, struct writer *w, const struct taggings *tags)
{
    if (!tags->list.len)
        return;
    size_t count;
    const struct tagging **sorted = sorted_tags(facts, tags, &count);
    struct writer inner = {member(w, "tags"), "{"};
    for (size_t i = 0; i < count; i++)
        text_member(&inner, sorted[i]->tag->decl.name, sorted[i]->value);
    buf_putc(w->out, '}');
}

static void column_facts(struct facts *facts, struct writer *w, const struct column *column)
{
    column_tags(facts, w, &column->tags);
    if (column->key)
        buf_format(member(w, "key"), "%u", (unsigned)column->key_position);
    if (column->required)
        buf_puts(member(w, "required"), "true");
    if (column->unique)
        buf_puts(member(w, "unique"), "true");
    data_member(facts, w, "in", column->notes->allowed);
    data_member(facts, w, "minimum", column->notes->minimum);
    data_member(facts, w, "maximum", column->notes->maximum);
    text_member(w, "matches", column->notes->pattern.value);
    if (column->notes->max_length.text)
        buf_format(member(w, "length"), "%lld", (long long)column->notes->max_length.number);
    if (column->notes->references.column)
        text_member(w, "references",
                    plan_format(facts->plan, "%s.%s", column->notes->references.output->decl.path,
                                column->notes->references.column->decl.name));
    if (column->notes->from.column)
        text_member(w, "from",
                    plan_format(facts->plan, "%s.%s", column->notes->from.output->decl.path,
                                column->notes->from.column->decl.name));
    text_member(w, "declassified", column->notes->declassified.value);
    text_member(w, "deprecated", column->notes->deprecated.value);
    text_member(w, "renamed_from", column->notes->renamed_from.value);
    text_member(w, "example", column->notes->example.value);
}

static void columns(struct facts *facts, const struct schema *schema)
{
    struct buf text = {0};
    struct writer all = {&text, "{"};
    for (size_t i = 0; i < schema->columns.len; i++) {
        const struct column *column = schema->columns.at[i];
        size_t start = text.len;
        struct writer saved = all, one = {member(&all, column->physical), "{"};
        column_facts(facts, &one, column);
        if (*one.before == '{') { /* nothing to say: take its name back */
            text.len = start;
            all = saved;
        } else {
            buf_putc(&text, '}');
        }
    }
    if (text.len)
        buf_putc(&text, '}');
    fact(facts, "mesh.columns", kept(facts, &text));
}

static void key_columns(struct facts *facts, const struct schema *schema)
{
    struct buf text = {0};
    for (uint32_t position = 1; position <= schema->columns.len; position++) {
        const struct column *found = NULL;
        for (size_t i = 0; i < schema->columns.len && !found; i++)
            if (schema->columns.at[i]->key && schema->columns.at[i]->key_position == position)
                found = schema->columns.at[i];
        if (!found)
            break;
        buf_puts(&text, position > 1 ? "," : "");
        buf_puts(&text, found->physical);
    }
    fact(facts, "mesh.key", kept(facts, &text));
}

/* ---- the table ------------------------------------------------------------------------------- */

static void promises(struct facts *facts, const struct output *output)
{
    for (int i = 0; i < PROMISE_COUNT; i++) {
        struct buf text = {0};
        for (const struct promised *p = output->promises[i]; p; p = p->next) {
            buf_puts(&text, text.len ? ", " : "");
            buf_puts(&text, p->value.text);
            buf_puts(&text, i == PROMISE_AVAILABILITY ? "%" : "");
            if (p->driver)
                buf_format(&text, " (%s)", p->driver);
        }
        if (text.len)
            fact(facts, plan_format(facts->plan, "mesh.sla.%s", promise_word((enum promise)i)),
                 kept(facts, &text));
    }
}

static void tags(struct facts *facts, const struct taggings *list)
{
    size_t count;
    const struct tagging **sorted = sorted_tags(facts, list, &count);
    for (size_t i = 0; i < count; i++)
        fact(facts, plan_format(facts->plan, "mesh.tag.%s", sorted[i]->tag->decl.path),
             sorted[i]->value);
}

/* Lineage: products of the mesh as names, sources outside of it as a list of their own, for they
 * are free text. */
static void inputs(struct facts *facts, const struct output *output)
{
    struct buf names = {0};
    json *sources = json_array(&facts->plan->scratch);
    for (size_t i = 0; i < output->inputs.len; i++) {
        const struct input *input = &output->inputs.at[i];
        if (input->output) {
            buf_puts(&names, names.len ? "," : "");
            buf_puts(&names, input->output->decl.path);
        } else {
            json_add_text(sources, input->external);
        }
    }
    fact(facts, "mesh.inputs", kept(facts, &names));
    if (json_count(sources))
        fact(facts, "mesh.sources", compact(facts, sources));
}

static void custom(struct facts *facts, const struct data *map)
{
    for (const struct data *d = map ? map->first : NULL; d; d = d->next) {
        const char *value = d->kind == DATA_TEXT || d->kind == DATA_NUMBER
                                ? d->text
                                : compact(facts, plan_data(facts->plan, d));
        fact(facts, plan_format(facts->plan, "mesh.custom.%s", d->key), value);
    }
}

static void people(struct facts *facts, const struct principal *owner, const struct domain *domain)
{
    fact(facts, "mesh.domain", domain->decl.path);
    fact(facts, "mesh.owner", owner ? owner->decl.path : NULL);
    fact(facts, "mesh.contact", domain->contact.value);
}

void plan_table_facts(struct facts *facts, const struct output *output)
{
    const struct product *product = output->product;
    people(facts, product->owner, output->domain);
    fact(facts, "mesh.product", product->decl.path);
    fact(facts, "mesh.output", output->decl.name);
    fact(facts, "mesh.version",
         output->version.value ? output->version.value : product->version.value);
    fact(facts, "mesh.status", status_word(output->status));
    fact(facts, "mesh.replaced_by", output->replaced_by ? output->replaced_by->decl.path : NULL);
    fact(facts, "mesh.title", product->title.value);
    fact(facts, "mesh.purpose", product->purpose.value);
    fact(facts, "mesh.limitations", product->limitations.value);
    fact(facts, "mesh.usage", product->usage.value);
    fact(facts, "mesh.support", product->support.value);
    promises(facts, output);
    tags(facts, &output->tags);
    inputs(facts, output);
    if (output->schema) {
        key_columns(facts, output->schema);
        columns(facts, output->schema);
    }
    custom(facts, product->custom);
    for (const struct data *d = facts->own ? facts->own->first : NULL; d; d = d->next)
        json_set(facts->parameters, d->key, plan_literal(facts->plan, d->text));
}

void plan_domain_facts(struct facts *facts, const struct domain *domain)
{
    fact(facts, "mesh.mesh", facts->plan->mesh->decl.name);
    fact(facts, "mesh.environment", facts->plan->deployment->name);
    people(facts, domain->owner, domain);
    tags(facts, &domain->tags);
}
