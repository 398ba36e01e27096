/* catalog.c - tables against the Data Catalog and the readers of its formats: descriptions,
 * parameters, columns that a reader misreads, names that a crawler gives. */
#include "check/catalog.h"
#include "base/utf8.h"
#include "check/areas.h"
#include "check/made.h"

#include <string.h>

/* ---- descriptions ---------------------------------------------------------------------------- */

bool description_is_cut(const char *text, enum limit limit)
{
    size_t most = (size_t)limit_info(limit)->figure, length = text ? strlen(text) : 0;
    return length > most && utf8_count(text, length) > most;
}

static void check_description(struct session *s, const char *text, enum limit limit, struct span at)
{
    if (description_is_cut(text, limit)) {
        diag(s, D_DESCRIPTION_CUT, at,
             "the description has %zu characters, the catalog takes %lld: it is cut",
             utf8_count(text, strlen(text)), (long long)limit_info(limit)->figure);
    }
}

static void check_comments(struct session *s, const struct schema *schema)
{
    for (size_t i = 0; i < schema->columns.len; i++) {
        const struct column *column = schema->columns.at[i];
        check_description(s, column->decl.doc, LIMIT_COLUMN_COMMENT, column->decl.at);
    }
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* What is put together from several texts (mesh.columns and the like) is measured when it is
 * written. */
static void check_parameter(struct session *s, struct span at, const char *prefix, const char *key,
                            const char *value)
{
    size_t longest_key = (size_t)limit_info(LIMIT_PARAMETER_KEY)->figure;
    size_t most = (size_t)limit_info(LIMIT_PARAMETER_VALUE)->figure;
    size_t key_length = strlen(prefix) + strlen(key), length = value ? strlen(value) : 0;
    if (length > most) {
        diag(s, D_PARAMETER_SIZE, at, "catalog parameter '%s%s' has %zu bytes, Glue takes %zu",
             prefix, key, length, most);
    }
    if (key_length > longest_key) {
        diag(s, D_PARAMETER_SIZE, at,
             "the key of catalog parameter '%s%.*s...' has %zu bytes, Glue takes %zu", prefix,
             (int)(40 - strlen(prefix)), key, key_length, longest_key);
    }
}

static void check_parameters(struct session *s, const struct output *output)
{
    const struct product *product = output->product;
    const struct {
        const char *key, *value;
    } texts[] = {
        {"contact", output->domain->contact.value},
        {"version", output->version.value ? output->version.value : product->version.value},
        {"title", product->title.value},
        {"purpose", product->purpose.value},
        {"limitations", product->limitations.value},
        {"usage", product->usage.value},
        {"support", product->support.value},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].value) {
            check_parameter(s, output->decl.at, "mesh.", texts[i].key, texts[i].value);
        }
    }
    for (const struct data *d = product->custom ? product->custom->first : NULL; d; d = d->next) {
        bool text = d->kind == DATA_TEXT || d->kind == DATA_NUMBER;
        check_parameter(s, output->decl.at, "mesh.custom.", d->key, text ? d->text : NULL);
    }
    for (const struct data *d = output->properties ? output->properties->first : NULL; d;
         d = d->next) {
        check_parameter(s, d->key_at, "", d->key, d->text);
    }
    for (size_t i = 0; i < output->tags.list.len; i++) {
        check_parameter(s, output->decl.at, "mesh.tag.", output->tags.list.at[i].tag->decl.path,
                        NULL);
    }
}

/* ---- formats --------------------------------------------------------------------------------- */

/* Athena's OpenCSVSerde reads these besides text; the others fail or silently mean something else.
 */
static bool open_csv_reads(const struct type *type)
{
    return type->kind == TYPE_STRING || type->kind == TYPE_BOOLEAN || type->kind == TYPE_BIGINT ||
           type->kind == TYPE_INT || type->kind == TYPE_DOUBLE || type->kind == TYPE_ERROR;
}

static void check_quoted_csv(struct session *s, const struct output *output)
{
    const struct format_options *options = &output->options;
    for (size_t i = 0; options->quote.value && i < output->data.len; i++) {
        const struct column *column = output->data.at[i];
        if (open_csv_reads(column->type)) {
            continue;
        }
        struct diag *d = diag(s, D_QUOTED_CSV_TYPE, options->quote.at,
                              "quoted csv does not hold %.200s: column '%s' would be misread",
                              column->type->glue, column->decl.name);
        diag_place(s, d, column->type_at, "its type is given here");
        diag_help(s, d,
                  "declare the column as string and convert it in queries, "
                  "or leave 'quote' out");
    }
}

static void check_avro_name(struct session *s, const struct column *column, const char *name)
{
    for (const char *p = name; *p; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_';
        if (!letter && (p == name || *p < '0' || *p > '9')) {
            diag(s, D_AVRO_NAME, column->decl.at,
                 "avro takes no '%s' as a name: letters, digits and underscores, no digit first",
                 name);
            return;
        }
    }
}

/* Names of fields at any depth. */
static void check_avro_fields(struct session *s, const struct column *column,
                              const struct type *type)
{
    if (type->element) {
        check_avro_fields(s, column, type->element);
    }
    for (size_t i = 0; i < type->fields.len; i++) {
        check_avro_name(s, column, type->fields.at[i].name);
        check_avro_fields(s, column, type->fields.at[i].type);
    }
}

static void check_readers(struct session *s, const struct output *output)
{
    if (output->serde.library.value) { /* spelled out: its author knows what it reads */
        return;
    }
    if (output->format == FORMAT_CSV || output->format == FORMAT_TSV) {
        check_quoted_csv(s, output);
    }
    for (size_t i = 0; output->format == FORMAT_AVRO && i < output->data.len; i++) {
        const struct column *column = output->data.at[i];
        check_avro_name(s, column, column->physical);
        check_avro_fields(s, column, column->type);
    }
}

/* ---- tables ---------------------------------------------------------------------------------- */

void check_catalog(struct session *s, const struct mesh *mesh)
{
    bool *seen = arena_array(&s->arena, bool, mesh->schemas.len + 1);
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        if (!domain->existing) {
            check_description(s, domain->decl.doc, LIMIT_TABLE_DESCRIPTION, domain->decl.at);
        }
    }
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        if (!table_is_made(output)) {
            continue;
        }
        const char *doc = output->decl.doc ? output->decl.doc : output->product->decl.doc;
        check_description(s, doc, LIMIT_TABLE_DESCRIPTION, output->decl.at);
        check_parameters(s, output);
        check_readers(s, output);
        if (!seen[output->schema->decl.index]) { /* many tables of one schema: once */
            seen[output->schema->decl.index] = true;
            check_comments(s, output->schema);
        }
    }
}

/* ---- crawlers -------------------------------------------------------------------------------- */

bool crawled_as_named(const struct table_names *names, size_t *prefix)
{
    size_t end = strlen(names->prefix);
    end -= end > 0; /* the last slash */
    size_t start = end;
    while (start > 0 && names->prefix[start - 1] != '/') {
        start--;
    }
    size_t folder = end - start, table = strlen(names->table);
    *prefix = folder <= table ? table - folder : 0;
    return folder > 0 && folder <= table &&
           strncmp(names->table + *prefix, names->prefix + start, folder) == 0;
}

void check_crawlers(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const struct table_names *names = &deployment->tables[output->decl.index];
        size_t prefix;
        if (!output->crawl.given || output->schema || !output_is_made(output) || !names->prefix ||
            !names->table || crawled_as_named(names, &prefix)) {
            continue;
        }
        struct diag *d = diag(s, D_CRAWLED_TABLE_NAME, output->crawl.at,
                              "the crawler will not call the table '%s'", names->table);
        diag_help(s, d, "it takes the name of the last folder of %s: let `table:` end in it",
                  names->uri);
    }
}
