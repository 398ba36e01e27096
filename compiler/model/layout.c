/* layout.c - where the files of an output lie, and how they are read and partitioned: location,
 * format and its options, serde, partition keys and transforms. */
#include "model/elab.h"

#include "base/suggest.h"
#include <string.h>

/* ---- format ---------------------------------------------------------------------------------- */

enum {
    FOR_CSV = 1 << FORMAT_CSV | 1 << FORMAT_TSV,
    FOR_JSON = 1 << FORMAT_JSON,
    FOR_PATTERNS = 1 << FORMAT_REGEX | 1 << FORMAT_GROK,
    FOR_GROK = 1 << FORMAT_GROK,
    FOR_COMPRESSED = 1 << FORMAT_PARQUET | 1 << FORMAT_ORC | 1 << FORMAT_ICEBERG
};

static const struct {
    const char *word;
    int formats;
    bool character; /* a single one */
} format_option_rules[] = {{"delimiter", FOR_CSV, true},      {"quote", FOR_CSV, true},
                           {"escape", FOR_CSV, true},         {"skip_header", FOR_CSV, false},
                           {"ignore_malformed", FOR_JSON, 0}, {"compression", FOR_COMPRESSED, 0},
                           {"pattern", FOR_PATTERNS, false},  {"custom", FOR_GROK, false}};

static void check_format_options(struct elab *e, enum format format, const struct body *options)
{
    for (size_t i = 0; i < sizeof format_option_rules / sizeof *format_option_rules; i++) {
        const struct member *member = body_own(options, format_option_rules[i].word);
        if (member == NULL) {
            continue;
        }
        if ((format_option_rules[i].formats >> format & 1) == 0) {
            diag(e->s, D_OPTION_NOT_FOR_FORMAT, member->label.span,
                 "format '%s' has no option '%s'", format_word(format), member->label.text);
        } else if (format_option_rules[i].character && strlen(member->value->text) != 1) {
            diag(e->s, D_OUT_OF_RANGE, member->value->span, "'%s' is a single character",
                 member->label.text);
        }
    }
}

/* Which compression a format has; Hive's and ORC's own words for what they share. */
static const struct {
    const char *word;
    int formats;
} compressions[] = {
    {"none", FOR_COMPRESSED},
    {"snappy", FOR_COMPRESSED},
    {"zstd", FOR_COMPRESSED},
    {"lz4", FOR_COMPRESSED},
    {"gzip", 1 << FORMAT_PARQUET | 1 << FORMAT_ICEBERG},
    {"zlib", 1 << FORMAT_ORC},
    {"lzo", 1 << FORMAT_PARQUET | 1 << FORMAT_ORC},
};

static void check_compression(struct elab *e, enum format format, const struct text *compression)
{
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++) {
        if ((FOR_COMPRESSED >> format & 1) == 0 || compression->value == NULL ||
            strcmp(compressions[i].word, compression->value) != 0 ||
            (compressions[i].formats >> format & 1) != 0) {
            continue;
        }
        struct diag *d =
            diag(e->s, D_OPTION_NOT_FOR_FORMAT, compression->at,
                 "format '%s' has no compression '%s'", format_word(format), compression->value);
        diag_help(e->s, d, "write `%s`",
                  format == FORMAT_ORC                      ? "zlib"
                  : strcmp(compression->value, "zlib") == 0 ? "gzip"
                                                            : "zstd");
    }
}

/* A line cannot be read without its pattern. */
static void check_pattern_given(struct elab *e, const struct output *output,
                                const struct body *options)
{
    const struct text *pattern = &output->options.pattern;
    if ((FOR_PATTERNS >> output->format & 1) == 0 ||
        (options != NULL && body_broken(options, "pattern"))) {
        return;
    }
    if (pattern->value == NULL || *pattern->value == '\0') {
        struct diag *d =
            diag(e->s, D_PATTERN_MISSING, pattern->value != NULL ? pattern->at : output->format_at,
                 "format '%s' needs a pattern", format_word(output->format));
        diag_help(e->s, d,
                  "write `%s { pattern: \"\"\"...\"\"\" }`: between three quotes nothing "
                  "has to be escaped",
                  format_word(output->format));
    }
}

static void read_format(struct elab *e, struct output *output, const struct body *body)
{
    const struct value *value = body_value(body, "format");
    int choice = body_choice(body, "format");
    struct body options;
    output->format = FORMAT_NONE;
    if (value == NULL || choice < 0) {
        return;
    }
    output->format = (enum format)choice;
    output->format_at = value->span;
    if (value->has_options) {
        body_read(e, KIND_FORMAT_OPTIONS, value->options, value->span, NULL, &options);
        check_format_options(e, output->format, &options);
        output->options.delimiter = body_text(&options, "delimiter");
        output->options.quote = body_text(&options, "quote");
        output->options.escape = body_text(&options, "escape");
        output->options.compression = body_text(&options, "compression");
        check_compression(e, output->format, &output->options.compression);
        output->options.pattern = body_text(&options, "pattern");
        output->options.custom = body_text(&options, "custom");
        output->options.skip_header = body_amount(&options, "skip_header");
        output->options.ignore_malformed = body_bool(&options, "ignore_malformed", false);
    }
    check_pattern_given(e, output, value->has_options ? &options : NULL);
}

static void read_serde(struct elab *e, struct output *output, const struct body *body)
{
    struct body serde, inner;
    if (!body_child(e, body, KIND_SERDE, &serde)) {
        return;
    }
    output->serde.library = body_text(&serde, "library");
    output->serde.input = body_text(&serde, "input");
    output->serde.output = body_text(&serde, "output");
    output->serde.at = serde.head;
    if (body_child(e, &serde, KIND_PROPERTIES, &inner)) {
        output->serde.properties = data_map(e, &inner, DATA_TEXTS);
    }
    const struct member *format = body_own(body, "format");
    if (format != NULL && format->value->span.lo == output->format_at.lo) {
        struct diag *d = diag(e->s, D_EITHER_OR, format->label.span,
                              "a format and a serde; one of them says it");
        diag_place(e->s, d, serde.head, "the serde");
    }
}

/* ---- location -------------------------------------------------------------------------------- */

/* A part of a path that is empty, "." or ".." (readers of files take these for a walk). */
static bool has_odd_part(const char *path)
{
    while (*path != '\0') {
        size_t n = strcspn(path, "/");
        if (n == 0 || (n <= 2 && strspn(path, ".") == n)) {
            return true;
        }
        path += path[n] == '/' ? n + 1 : n;
    }
    return false;
}

static bool location_fits(struct elab *e, const struct text *location)
{
    const char *text = location->value;
    bool whole = strncmp(text, "s3://", 5) == 0;
    if (whole ? text[5] == '\0' || text[5] == '/' : strstr(text, "://") != NULL) {
        diag(e->s, D_BAD_LOCATION, location->at,
             "a location is \"s3://bucket/path/\", or a path below the domain's bucket");
        return false;
    }
    if (*text == '\0' || has_odd_part(whole ? text + 5 : text)) {
        diag(e->s, D_BAD_LOCATION, location->at,
             "a path in a bucket begins with a name and has no part that is empty, '.' or '..'");
        return false;
    }
    return true;
}

static const struct projection *projected(const struct output *output, const struct column *column)
{
    for (size_t i = 0; i < output->projection.len; i++) {
        if (output->projection.at[i].column == column) {
            return &output->projection.at[i];
        }
    }
    return NULL;
}

/* The column that stands between ${ and }, name of length n; reports. */
static const struct column *template_column(struct elab *e, const struct output *output,
                                            const char *name, size_t n)
{
    struct value value = {.kind = VALUE_PATH, .span = output->location.at};
    value.text = atom_put(&e->s->atoms, name, n);
    const struct column *column =
        output->schema == NULL ? NULL : column_resolve(e, output->schema, &value);
    if (output->schema == NULL || (column != NULL && projected(output, column) == NULL)) {
        struct diag *d = diag(e->s, D_TEMPLATE_COLUMN, output->location.at,
                              "the location names '${%s}', which is not projected", value.text);
        diag_help(e->s, d,
                  "name it in `partition: [..]` and say its values in `projection { .. }`");
        return NULL;
    }
    return column;
}

/* Every projected key has to stand in the template, or Athena would read its files for each of its
 * values. */
static void check_template_complete(struct elab *e, const struct output *output, const bool *named)
{
    for (size_t i = 0; i < output->projection.len; i++) {
        const struct projection *p = &output->projection.at[i];
        if (!named[i]) {
            struct diag *d =
                diag(e->s, D_TEMPLATE_COLUMN, output->location.at,
                     "the location does not say where '${%s}' stands", p->column->decl.name);
            diag_place(e->s, d, p->at, "projected here");
        }
    }
}

/* The location with each ${column} as the catalog calls it. */
static void read_template(struct elab *e, struct output *output)
{
    const char *text = output->location.value, *open = strstr(text, "${");
    if (open == NULL) {
        return;
    }
    const char *bucket = strncmp(text, "s3://", 5) == 0 ? strchr(text + 5, '/') : text;
    if (bucket == NULL || open < bucket) {
        diag(e->s, D_BAD_LOCATION, output->location.at, "the name of a bucket holds no column");
        return;
    }
    bool *named = arena_array(e->arena, bool, output->projection.len + 1);
    const char *out = "";
    bool whole = true;
    for (; open != NULL; open = strstr(text, "${")) {
        const char *close = strchr(open, '}');
        if (close == NULL) {
            diag(e->s, D_BAD_LOCATION, output->location.at, "the location has '${' without '}'");
            return;
        }
        const struct column *column =
            template_column(e, output, open + 2, (size_t)(close - open) - 2);
        whole = whole && column != NULL;
        if (column != NULL) {
            named[projected(output, column) - output->projection.at] = true;
            out = arena_format(e->arena, "%s%.*s${%s}", out, (int)(open - text), text,
                               column->physical);
        }
        text = close + 1;
    }
    if (whole) {
        check_template_complete(e, output, named);
        output->location_template = arena_format(e->arena, "%s%s", out, text);
    }
}

static void read_location(struct elab *e, struct output *output, const struct body *body)
{
    const struct member *location = body_own(body, "location");
    output->location = value_text(location != NULL ? location->value : NULL);
    if (output->location.value != NULL && !location_fits(e, &output->location)) {
        output->location.value = NULL; /* judged as if it stood at its default */
    }
}

/* ---- partitions ------------------------------------------------------------------------------ */

static struct diag *bad_transform(struct elab *e, const struct value *value, const char *why)
{
    return diag(e->s, D_PARTITION_TRANSFORM, value->span, "%s", why);
}

/* The word's transform; reports an unknown one. */
static bool transform_named(struct elab *e, const struct value *value, enum transform *out)
{
    struct suggestion suggestion = suggest_for(value->text);
    for (int i = TRANSFORM_YEAR; i <= TRANSFORM_TRUNCATE; i++) {
        if (strcmp(transform_word((enum transform)i), value->text) == 0) {
            *out = (enum transform)i;
            return true;
        }
        suggest_offer(&suggestion, transform_word((enum transform)i));
    }
    struct diag *d = bad_transform(
        e, value, arena_format(e->arena, "Iceberg has no partition transform '%s'", value->text));
    if (suggestion.best != NULL) {
        diag_suggest(e->s, d, suggestion.best);
    } else {
        diag_help(e->s, d, "it has year, month, day, hour, bucket(n, column), truncate(n, column)");
    }
    return false;
}

/* day(placed), bucket(16, id); the column NULL when something was reported. */
static struct partition_field transform_from(struct elab *e, const struct schema *schema,
                                             const struct value *value)
{
    struct partition_field field = {.at = value->span};
    const struct value *argument = value->first;
    if (!transform_named(e, value, &field.transform)) {
        return field;
    }
    if (field.transform >= TRANSFORM_BUCKET) {
        if (argument == NULL || argument->kind != VALUE_INTEGER || argument->number < 1 ||
            argument->number > INT32_MAX || argument->next == NULL ||
            argument->next->next != NULL) {
            bad_transform(e, value,
                          arena_format(e->arena, "it is written %s(16, column)", value->text));
            return field;
        }
        field.width = argument->number;
        argument = argument->next;
    } else if (argument == NULL || argument->next != NULL) {
        bad_transform(e, value, arena_format(e->arena, "it is written %s(column)", value->text));
        return field;
    }
    field.column = column_resolve(e, schema, argument);
    return field;
}

/* All columns of an Iceberg table are data; values of some say in which files a row lies. */
static void read_partitioning(struct elab *e, struct output *output, const struct value *first)
{
    for (const struct value *v = first; v != NULL; v = v->next) {
        struct partition_field field = {.at = v->span};
        if (v->kind == VALUE_CALL) {
            field = transform_from(e, output->schema, v);
        } else {
            field.column = column_resolve(e, output->schema, v);
        }
        bool twice = false;
        for (size_t i = 0; i < output->partitioning.len; i++) {
            const struct partition_field *other = &output->partitioning.at[i];
            twice = twice || (other->column == field.column && other->transform == field.transform);
        }
        if (twice && field.column != NULL) {
            diag(e->s, D_DUPLICATE_COLUMN, v->span, "this partition is named twice");
        } else if (field.column != NULL && output->partitioning.len < 1000) {
            vec_push(e->arena, &output->partitioning, field);
        }
    }
}

static void read_keys(struct elab *e, struct output *output, const struct value *first)
{
    for (const struct value *v = first; v != NULL; v = v->next) {
        if (v->kind == VALUE_CALL) {
            struct diag *d =
                bad_transform(e, v, "only Iceberg partitions by a transform of a column");
            diag_help(e->s, d,
                      "write `format: iceberg`, or give the schema a column with the value");
            continue;
        }
        struct column *column = column_resolve(e, output->schema, v);
        bool twice = false;
        for (size_t i = 0; i < output->partition.len; i++) {
            twice = twice || output->partition.at[i] == column;
        }
        if (twice && column != NULL) {
            diag(e->s, D_DUPLICATE_COLUMN, v->span, "column '%s' is named twice", v->text);
        } else if (column != NULL && output->partition.len < 1000) {
            vec_push(e->arena, &output->partition, column);
        }
    }
}

/* The schema's columns that are no partition keys. */
static void list_data(struct elab *e, struct output *output)
{
    const struct schema *schema = output->schema;
    if (output->partition.len == 0) { /* the schema's own array: nobody adds to it any more */
        output->data.at = schema->columns.at;
        output->data.len = output->data.cap = schema->columns.len;
        return;
    }
    bool *taken = arena_array(e->arena, bool, schema->columns.len);
    for (size_t i = 0; i < output->partition.len; i++) {
        taken[output->partition.at[i]->decl.index] = true;
    }
    for (size_t i = 0; i < schema->columns.len; i++) {
        if (!taken[i]) {
            vec_push(e->arena, &output->data, schema->columns.at[i]);
        }
    }
}

static void read_partition(struct elab *e, struct output *output, const struct body *body)
{
    const struct value *value = body_value(body, "partition");
    if (value != NULL) {
        output->partition_at = value->span;
    }
    if (output->schema == NULL) {
        if (value != NULL) {
            diag(e->s, D_COLUMNS_WITHOUT_SCHEMA, value->span,
                 "there is no schema whose columns could be partition keys");
        }
        return;
    }
    if (output_is_iceberg(output)) {
        read_partitioning(e, output, value_items(value));
    } else {
        read_keys(e, output, value_items(value));
    }
    list_data(e, output);
}

static void read_zone(struct elab *e, struct output *output, const struct body *body)
{
    const struct value *value = body_value(body, "storage");
    if (value != NULL) {
        output->zone = zone_resolve(e, output->domain, value);
    }
}

void layout_read(struct elab *e, struct output *output, const struct body *body)
{
    read_zone(e, output, body);
    read_format(e, output, body);
    read_serde(e, output, body);
    read_partition(e, output, body);
    bool projected = projection_read(e, output, body);
    read_location(e, output, body);
    if (projected && output->location.value != NULL) {
        read_template(e, output);
    }
}
