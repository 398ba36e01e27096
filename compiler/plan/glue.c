/* glue.c - a domain's database and its tables: columns, serde, and what the mesh promises about
 * them as catalog parameters under the prefix `mesh.` (facts.c). */
#include "check/catalog.h"
#include "plan/glue.h"
#include "plan/plan.h"
#include "plan/text.h"

#include <string.h>

/* ---- formats --------------------------------------------------------------------------------- */

struct classes {
    const char *classification, *library, *input, *output;
};

#define HIVE_IO    "org.apache.hadoop.hive.ql.io."
#define HIVE_SERDE "org.apache.hadoop.hive.serde2."
#define TEXT_CLASSES                                                                               \
    "org.apache.hadoop.mapred.TextInputFormat", HIVE_IO "HiveIgnoreKeyTextOutputFormat"

/* Source: Athena user guide, "Choose a SerDe for your data", and the DDL that SHOW CREATE TABLE
 * prints for each. */
static const struct classes parquet_classes = {"parquet", HIVE_IO "parquet.serde.ParquetHiveSerDe",
                                               HIVE_IO "parquet.MapredParquetInputFormat",
                                               HIVE_IO "parquet.MapredParquetOutputFormat"};
static const struct classes orc_classes = {
    "orc", HIVE_IO "orc.OrcSerde", HIVE_IO "orc.OrcInputFormat", HIVE_IO "orc.OrcOutputFormat"};
static const struct classes avro_classes = {"avro", HIVE_SERDE "avro.AvroSerDe",
                                            HIVE_IO "avro.AvroContainerInputFormat",
                                            HIVE_IO "avro.AvroContainerOutputFormat"};
static const struct classes json_classes = {"json", "org.openx.data.jsonserde.JsonSerDe",
                                            TEXT_CLASSES};
static const struct classes plain_csv_classes = {"csv", HIVE_SERDE "lazy.LazySimpleSerDe",
                                                 TEXT_CLASSES};
static const struct classes quoted_csv_classes = {"csv", HIVE_SERDE "OpenCSVSerde", TEXT_CLASSES};

static const struct classes regex_classes = {"regex", HIVE_SERDE "RegexSerDe", TEXT_CLASSES};
static const struct classes grok_classes = {"grok", "com.amazonaws.glue.serde.GrokSerDe",
                                            TEXT_CLASSES};
static const struct classes ion_classes = {"ion", "com.amazon.ionhiveserde.IonHiveSerDe",
                                           "com.amazon.ionhiveserde.formats.IonInputFormat",
                                           "com.amazon.ionhiveserde.formats.IonOutputFormat"};
/* "Create a table for CloudTrail logs": its input format makes one row of each record of a file. */
static const struct classes cloudtrail_classes = {
    "cloudtrail", "org.apache.hive.hcatalog.data.JsonSerDe",
    "com.amazon.emr.cloudtrail.CloudTrailInputFormat", HIVE_IO "HiveIgnoreKeyTextOutputFormat"};
/* "Query Apache Hudi datasets": a table that is copied on write. */
static const struct classes hudi_classes = {"hudi", HIVE_IO "parquet.serde.ParquetHiveSerDe",
                                            "org.apache.hudi.hadoop.HoodieParquetInputFormat",
                                            HIVE_IO "parquet.MapredParquetOutputFormat"};

/* NULL: Iceberg, whose files say it themselves. */
static const struct classes *classes_of(const struct output *output)
{
    switch (output->format) {
    case FORMAT_PARQUET:
    case FORMAT_NONE:
        return &parquet_classes;
    case FORMAT_ORC:
        return &orc_classes;
    case FORMAT_AVRO:
        return &avro_classes;
    case FORMAT_JSON:
        return &json_classes;
    case FORMAT_CSV:
    case FORMAT_TSV:
        return output->options.quote.value ? &quoted_csv_classes : &plain_csv_classes;
    case FORMAT_REGEX:
        return &regex_classes;
    case FORMAT_GROK:
        return &grok_classes;
    case FORMAT_ION:
        return &ion_classes;
    case FORMAT_CLOUDTRAIL:
        return &cloudtrail_classes;
    case FORMAT_HUDI:
        return &hudi_classes;
    case FORMAT_ICEBERG:
        break;
    }
    return NULL;
}

/* The files that a serde reads, where the mesh does not say: those of its own format, else lines of
 * text, as Hive and Athena take them (CREATE TABLE without STORED AS). */
static const struct classes *classes_of_library(const char *library)
{
    static const struct classes text = {NULL, NULL, TEXT_CLASSES};
    const struct classes *known[] = {&parquet_classes, &orc_classes,        &avro_classes,
                                     &ion_classes,     &quoted_csv_classes, &json_classes};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i]->library, library))
            return known[i];
    return &text;
}

static const char *delimiter_of(const struct output *output)
{
    if (output->options.delimiter.value)
        return output->options.delimiter.value;
    return output->format == FORMAT_TSV ? "\t" : ",";
}

static void csv_parameters(json *parameters, const struct output *output)
{
    const struct format_options *options = &output->options;
    const char *delimiter = delimiter_of(output);
    if (options->quote.value) {
        json_set_text(parameters, "separatorChar", delimiter);
        json_set_text(parameters, "quoteChar", options->quote.value);
        json_set_text(parameters, "escapeChar",
                      options->escape.value ? options->escape.value : "\\");
        return;
    }
    json_set_text(parameters, "field.delim", delimiter);
    json_set_text(parameters, "serialization.format", delimiter);
    json_set_text(parameters, "escape.delim", options->escape.value);
}

static void serde_parameters(struct plan *plan, json *parameters, const struct output *output)
{
    switch (output->format) {
    case FORMAT_CSV:
    case FORMAT_TSV:
        csv_parameters(parameters, output);
        return;
    case FORMAT_AVRO:
        json_set_text(parameters, "avro.schema.literal", plan_avro_schema(plan, output));
        break;
    case FORMAT_JSON:
        json_set_text(parameters, "ignore.malformed.json",
                      output->options.ignore_malformed ? "true" : NULL);
        break;
    case FORMAT_REGEX:
        json_set(parameters, "input.regex", plan_literal(plan, output->options.pattern.value));
        break;
    case FORMAT_GROK:
        json_set(parameters, "input.format", plan_literal(plan, output->options.pattern.value));
        json_set(parameters, "input.grokCustomPatterns",
                 plan_literal(plan, output->options.custom.value));
        break;
    case FORMAT_PARQUET:
    case FORMAT_ORC:
    case FORMAT_ICEBERG:
    case FORMAT_ION:
    case FORMAT_CLOUDTRAIL:
    case FORMAT_HUDI:
    case FORMAT_NONE:
        break;
    }
    json_set_text(parameters, "serialization.format", "1");
}

/* ---- descriptions ---------------------------------------------------------------------------- */

const char *plan_fitted(struct plan *plan, const char *text, enum limit limit, bool one_line)
{
    if (!text)
        return NULL;
    size_t max = (size_t)limit_info(limit)->figure, length = strlen(text), characters = 0, cut = 0;
    bool breaks = one_line && strpbrk(text, "\r\n");
    if (length <= max && !breaks)
        return text;
    for (size_t i = 0; i < length; i++) {
        if (((unsigned char)text[i] & 0xC0) == 0x80)
            continue;
        if (characters + 3 <= max && (i == 0 || text[i] == ' ' || text[i] == '\n'))
            cut = i;
        characters++;
    }
    bool whole = !description_is_cut(text, limit);
    char *copy = arena_alloc(&plan->scratch, length + 4);
    memcpy(copy, text, whole ? length : cut);
    if (!whole)
        memcpy(copy + cut, "...", 4);
    for (char *p = copy; one_line && *p; p++)
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    return copy;
}

static json *columns_of(struct plan *plan, struct column *const *columns, size_t count)
{
    json *list = json_array(&plan->scratch);
    for (size_t i = 0; i < count; i++) {
        const struct column *column = columns[i];
        json *item = json_add_object(list);
        json_set_text(item, "Name", column->physical);
        json_set_text(item, "Type", column->type->glue);
        json_set(
            item, "Comment",
            plan_literal(plan, plan_fitted(plan, column->decl.doc, LIMIT_COLUMN_COMMENT, true)));
    }
    return list;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static json *storage_descriptor(struct plan *plan, const struct output *output)
{
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    const struct serde *own = &output->serde;
    const struct classes *classes =
        own->library.value ? classes_of_library(own->library.value) : classes_of(output);
    json *storage = json_object(&plan->scratch);
    json_set(storage, "Columns", columns_of(plan, output->data.at, output->data.len));
    json_set_text(storage, "Location", names->uri);
    const char *input = own->input.value ? own->input.value : classes ? classes->input : NULL;
    const char *out = own->output.value ? own->output.value : classes ? classes->output : NULL;
    json_set_text(storage, "InputFormat", input);
    json_set_text(storage, "OutputFormat", out);
    json *serde = json_set_object(storage, "SerdeInfo");
    const char *library = own->library.value ? own->library.value
                          : classes          ? classes->library
                                             : NULL;
    json_set_text(serde, "SerializationLibrary", library);
    json *parameters = json_set_object(serde, "Parameters");
    if (!own->library.value)
        serde_parameters(plan, parameters, output);
    for (const struct data *d = own->properties ? own->properties->first : NULL; d; d = d->next)
        json_set(parameters, d->key, plan_literal(plan, d->text));
    return storage;
}

static const char *plain_number(struct plan *plan, int64_t number)
{
    return plan_format(plan, "%lld", (long long)number);
}

/* The readers' own spelling of a compression. */
static const char *codec(struct plan *plan, const char *word, const char *none)
{
    char *copy = arena_copy(&plan->scratch, word, strlen(word));
    for (char *c = copy; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    return strcmp(word, "none") ? copy : none;
}

/* What engines read; the product's own `properties` come after and win. */
static void engine_parameters(struct plan *plan, struct facts *facts, const struct output *output)
{
    const struct format_options *options = &output->options;
    const struct classes *classes = classes_of(output);
    bool text = output->format == FORMAT_CSV || output->format == FORMAT_TSV;
    fact(facts, "EXTERNAL", "TRUE");
    if (!output->serde.library.value || output->format != FORMAT_NONE)
        fact(facts, "classification", classes ? classes->classification : NULL);
    if (text)
        fact(facts, "delimiter", delimiter_of(output));
    if (options->skip_header.text)
        fact(facts, "skip.header.line.count", plain_number(plan, options->skip_header.number));
    if (options->compression.value && output->format == FORMAT_ORC)
        fact(facts, "orc.compress", codec(plan, options->compression.value, "NONE"));
    else if (options->compression.value && !text)
        fact(facts, "parquet.compression", codec(plan, options->compression.value, "UNCOMPRESSED"));
}

/* Athena user guide, "Set up partition projection": the keys of a table's properties. */
static void projection_parameters(struct plan *plan, struct facts *facts,
                                  const struct output *output)
{
    if (!output->projection.len)
        return;
    fact(facts, "projection.enabled", "true");
    for (size_t i = 0; i < output->projection.len; i++) {
        const struct projection *p = &output->projection.at[i];
        const char *prefix = plan_format(plan, "projection.%s", p->column->physical);
        const struct {
            const char *key, *value;
        } rows[] = {
            {"type", projection_word(p->type)}, {"values", p->values},
            {"range", p->range.value},          {"format", p->format.value},
            {"interval", p->interval.text},     {"interval.unit", p->unit.value},
            {"digits", p->digits.text},
        };
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            fact(facts, plan_format(plan, "%s.%s", prefix, rows[k].key), rows[k].value);
    }
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    fact(facts, "storage.location.template", names->uri_template);
}

/* What Hive's catalog knows of a table. */
static void hive_table(struct plan *plan, json *input, const struct output *output)
{
    json_set_text(input, "Name", plan->deployment->tables[output->decl.index].table);
    const char *doc = output->decl.doc ? output->decl.doc : output->product->decl.doc;
    json_set(input, "Description",
             plan_literal(plan, plan_fitted(plan, doc, LIMIT_TABLE_DESCRIPTION, false)));
    json_set_text(input, "TableType", "EXTERNAL_TABLE");
    struct facts facts = {plan, json_set_object(input, "Parameters"), output->properties,
                          output->decl.at};
    engine_parameters(plan, &facts, output);
    projection_parameters(plan, &facts, output);
    plan_table_facts(&facts, output);
    json_set(input, "PartitionKeys", columns_of(plan, output->partition.at, output->partition.len));
    json_set(input, "StorageDescriptor", storage_descriptor(plan, output));
}

static void table(struct plan *plan, struct stack *stack, const struct output *output)
{
    json *resource = plan_resource(plan, stack, "AWS::Glue::Table", output->decl.at, "Table",
                                   plan_local(&output->decl, output->domain));
    plan_last(stack)->retain = true;
    plan_keep(plan, output, "table", plan_last(stack)->id);
    json_set(resource, "CatalogId", plan_account(plan));
    const struct domain_names *home = &plan->deployment->domains[output->domain->decl.index];
    json_set(resource, "DatabaseName",
             plan_ref_or(plan, output->domain, "database", home->database));
    if (output_is_iceberg(output)) { /* Glue writes its first file */
        plan_last(stack)->depends_on =
            plan_made_bucket(plan, plan->deployment->tables[output->decl.index].bucket);
        plan_iceberg_table(plan, resource, output);
    } else {
        hive_table(plan, json_set_object(resource, "TableInput"), output);
    }
}

static void database(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    json *resource =
        plan_resource(plan, stack, "AWS::Glue::Database", domain->decl.at, "Database", NULL);
    plan_last(stack)->retain = true;
    plan_keep(plan, domain, "database", plan_last(stack)->id);
    json_set(resource, "CatalogId", plan_account(plan));
    json *input = json_set_object(resource, "DatabaseInput");
    json_set_text(input, "Name", plan->deployment->domains[domain->decl.index].database);
    json_set(
        input, "Description",
        plan_literal(plan, plan_fitted(plan, domain->decl.doc, LIMIT_TABLE_DESCRIPTION, false)));
    /* No LocationUri: it would let CREATE_TABLE alone reach everything below it (access.md 1.5). */
    json_set_array(input, "CreateTableDefaultPermissions");
    struct facts facts = {plan, json_set_object(input, "Parameters"), NULL, domain->decl.at};
    plan_domain_facts(&facts, domain);
}

void plan_glue(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    if (stack_has_catalog(plan->deployment, stack->head))
        database(plan, stack);
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        if (!stack_has_tables(plan->deployment, stack->head, product))
            continue;
        for (size_t j = 0; j < product->outputs.len; j++)
            if (table_is_made(product->outputs.at[j]))
                table(plan, stack, product->outputs.at[j]);
    }
}
