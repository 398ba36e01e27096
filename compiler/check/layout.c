/* layout.c - how the files of a table are laid out and read: patterns of lines, projected partition
 * keys, transforms of Iceberg partitions. */
#include "check/areas.h"
#include "check/rulesets.h"
#include "model/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- patterns -------------------------------------------------------------------------------- */

/* After the [ of a class: its end. Classes of Java's patterns nest. */
static const char *skip_class(const char *p)
{
    int depth = 1;
    if (*p == '^')
        p++;
    if (*p == ']') /* the first one stands for itself */
        p++;
    for (; *p && depth; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '[')
            depth++;
        else if (*p == ']')
            depth--;
    }
    return p;
}

/* After a backslash: the end of what it quotes. \Q quotes everything up to \E. */
static const char *skip_escape(const char *p)
{
    if (*p != 'Q')
        return *p ? p + 1 : p;
    const char *end = strstr(p, "\\E");
    return end ? end + 2 : p + strlen(p);
}

struct groups {
    size_t capturing; /* (...) and (?<name>...) */
    size_t open;      /* that are never closed */
    bool stray;       /* a ) closes none */
};

static struct groups groups_of(const char *pattern)
{
    struct groups groups = {0};
    for (const char *p = pattern; *p;) {
        char c = *p++;
        if (c == '\\')
            p = skip_escape(p);
        else if (c == '[')
            p = skip_class(p);
        else if (c == '(') {
            groups.open++;
            groups.capturing += *p != '?' || (p[1] == '<' && p[2] != '=' && p[2] != '!');
        } else if (c == ')' && groups.open)
            groups.open--;
        else if (c == ')')
            groups.stray = true;
    }
    return groups;
}

/* RegexSerDe refuses every line of a table whose columns are not as many as the groups. */
static void check_groups(struct session *s, const struct output *output)
{
    const struct text *pattern = &output->options.pattern;
    struct groups groups = groups_of(pattern->value);
    size_t columns = output->data.len;
    if (groups.open || groups.stray) {
        diag(s, D_PATTERN_GROUPS, pattern->at, "the pattern has %s",
             groups.stray ? "a ')' that closes nothing" : "a group that is not closed");
        return;
    }
    if (groups.capturing == columns)
        return;
    struct diag *d = diag(s, D_PATTERN_GROUPS, pattern->at,
                          "the pattern has %zu group%s, the table %zu column%s", groups.capturing,
                          groups.capturing == 1 ? "" : "s", columns, columns == 1 ? "" : "s");
    diag_place(s, d, output->schema->decl.at, "its schema%s",
               output->partition.len ? ", whose partition keys do not count" : "");
    diag_help(s, d, "each column is one group; a group that is none is written (?:...)");
}

/* ---- projection ------------------------------------------------------------------------------ */

static bool is_integer(enum type_kind kind)
{
    return kind >= TYPE_TINYINT && kind <= TYPE_BIGINT;
}

static bool is_text(enum type_kind kind)
{
    return kind == TYPE_STRING || kind == TYPE_VARCHAR || kind == TYPE_CHAR;
}

static void check_projected_type(struct session *s, const struct projection *p)
{
    enum type_kind kind = p->column->type->kind;
    bool fits = kind == TYPE_ERROR || is_text(kind);
    if (p->type == PROJECTION_INTEGER)
        fits = fits || is_integer(kind);
    else if (p->type == PROJECTION_DATE)
        fits = fits || kind == TYPE_DATE || kind == TYPE_TIMESTAMP;
    else
        fits = true; /* the table refuses what is no key at all */
    if (fits)
        return;
    struct diag *d = diag(s, D_PROJECTION_TYPE, p->at,
                          "a projection of type '%s' gives no %.200s, the type of '%s'",
                          projection_word(p->type), p->column->type->glue, p->column->decl.name);
    diag_place(s, d, p->column->type_at, "its type is given here");
    diag_help(s, d,
              p->type == PROJECTION_DATE ? "declare it as string or date, or project integers"
                                         : "declare it as a whole number or a string");
}

struct bounds { /* of a range */
    const char *low, *high;
};

/* "low,high" without the blanks around them; false when it is not two values. */
static bool split_range(struct session *s, const char *range, struct bounds *out)
{
    const char *comma = strchr(range, ',');
    if (!comma || strchr(comma + 1, ','))
        return false;
    const char *parts[] = {range, comma + 1}, *ends[] = {comma, comma + strlen(comma)};
    const char *trimmed[2];
    for (int i = 0; i < 2; i++) {
        while (*parts[i] == ' ')
            parts[i]++;
        while (ends[i] > parts[i] && *(ends[i] - 1) == ' ')
            ends[i]--;
        if (ends[i] <= parts[i])
            return false;
        trimmed[i] = arena_copy(&s->arena, parts[i], (size_t)(ends[i] - parts[i]));
    }
    *out = (struct bounds){trimmed[0], trimmed[1]};
    return true;
}

static bool whole_number(const char *text, long long *out)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return *text != '+' && *text != ' ' && end != text && !*end && !errno;
}

static void check_integers(struct session *s, const struct projection *p,
                           const struct bounds *bounds)
{
    long long low, high;
    if (!whole_number(bounds->low, &low) || !whole_number(bounds->high, &high))
        diag(s, D_PROJECTION_VALUE, p->range.at,
             "a range of integers is two whole numbers: \"1,12\"");
    else if (low > high)
        diag(s, D_PROJECTION_VALUE, p->range.at, "the range ends before it begins");
}

/* NOW, NOW-3YEARS, NOW + 1 DAY (Athena user guide: "Supported types for partition projection"). */
static bool relative_date(const char *text)
{
    static const char *const units[] = {"YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"};
    if (strncmp(text, "NOW", 3))
        return false;
    text += 3 + strspn(text + 3, " ");
    if (!*text)
        return true;
    if (*text != '+' && *text != '-')
        return false;
    text += 1 + strspn(text + 1, " ");
    size_t digits = strspn(text, "0123456789");
    text += digits + strspn(text + digits, " ");
    for (size_t i = 0; digits && i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i]);
        if (!strncmp(text, units[i], n) && (!text[n] || !strcmp(text + n, "S")))
            return true;
    }
    return false;
}

/* Is the date written like the format? Formats with names of months, texts or fields of one letter
 * are taken as they are: their dates have no fixed length. */
static bool written_like(const char *date, const char *format)
{
    if (strpbrk(format, "'[{") || strstr(format, "MMM"))
        return true;
    for (const char *f = format; *f;) {
        size_t n = strspn(f, (const char[]){*f, '\0'});
        bool letter = (*f >= 'a' && *f <= 'z') || (*f >= 'A' && *f <= 'Z');
        if (letter && (n == 1 || !strchr("yuMdHhmsS", *f)))
            return true;
        for (size_t i = 0; i < n; i++, date++)
            if (letter ? *date < '0' || *date > '9' : *date != *f)
                return false;
        f += n;
    }
    return !*date;
}

static void check_dates(struct session *s, const struct projection *p, const struct bounds *bounds)
{
    const char *both[] = {bounds->low, bounds->high}, *format = p->format.value;
    for (int i = 0; i < 2; i++) {
        if (relative_date(both[i]) || written_like(both[i], format))
            continue;
        struct diag *d = diag(s, D_PROJECTION_VALUE, p->range.at,
                              "'%s' is no date written as \"%s\"", both[i], format);
        diag_place(s, d, p->format.at, "the format");
        diag_help(s, d, "or write NOW, or a distance from it such as NOW-3YEARS");
        return;
    }
}

/* Days and months are steps by themselves; anything finer or coarser has to say its own. */
static void check_step(struct session *s, const struct projection *p)
{
    const char *format = p->format.value;
    bool given = p->interval.text || p->unit.value;
    bool obvious = !strpbrk(format, "HhKkmsSAnN") && strpbrk(format, "MLdD");
    if (given ? p->interval.text && p->unit.value : obvious)
        return;
    struct diag *d = diag(s, D_PROJECTION_VALUE,
                          p->interval.text ? p->interval.at
                          : p->unit.value  ? p->unit.at
                                           : p->format.at,
                          given ? "'interval' and 'unit' stand together"
                                : "dates written as \"%s\" need 'interval' and 'unit'",
                          format);
    diag_help(s, d, "for example `interval: 1  unit: %s`", obvious ? "DAYS" : "HOURS");
}

static void check_projection(struct session *s, const struct projection *p)
{
    struct bounds bounds;
    check_projected_type(s, p);
    if (p->type == PROJECTION_DATE)
        check_step(s, p);
    if (!p->range.value)
        return;
    if (!split_range(s, p->range.value, &bounds))
        diag_help(s,
                  diag(s, D_PROJECTION_VALUE, p->range.at,
                       "a range is two values with a comma between them"),
                  p->type == PROJECTION_DATE ? "for example \"2024-01-01,NOW\""
                                             : "for example \"1,12\"");
    else if (p->type == PROJECTION_INTEGER)
        check_integers(s, p, &bounds);
    else
        check_dates(s, p, &bounds);
}

/* ---- Iceberg --------------------------------------------------------------------------------- */

/* Which types a transform takes (Iceberg table spec: "Partition transforms"; Athena user guide:
 * "Create Iceberg tables"). */
static bool transforms(enum transform transform, enum type_kind kind)
{
    switch (transform) {
    case TRANSFORM_IDENTITY:
        return kind < TYPE_ARRAY;
    case TRANSFORM_YEAR:
    case TRANSFORM_MONTH:
    case TRANSFORM_DAY:
        return kind == TYPE_DATE || kind == TYPE_TIMESTAMP;
    case TRANSFORM_HOUR:
        return kind == TYPE_TIMESTAMP;
    case TRANSFORM_BUCKET:
        return kind < TYPE_ARRAY && kind != TYPE_BOOLEAN && kind != TYPE_FLOAT &&
               kind != TYPE_DOUBLE;
    case TRANSFORM_TRUNCATE:
        return kind == TYPE_INT || kind == TYPE_BIGINT || kind == TYPE_DECIMAL ||
               kind == TYPE_STRING || kind == TYPE_BINARY;
    }
    return true;
}

/* Iceberg takes a column once a transform, and once for all of year, month, day and hour; a
 * partition is not called like another column. */
static void check_apart(struct session *s, const struct output *output)
{
    static const char times[] = "time";
    struct map seen = {0}, names = {0};
    for (size_t i = 0; i < output->schema->columns.len; i++)
        map_put(&names, atom_of(&s->atoms, output->schema->columns.at[i]->physical), NULL,
                output->schema->columns.at[i]);
    for (size_t i = 0; i < output->partitioning.len; i++) {
        struct partition_field *field = &output->partitioning.at[i];
        bool time = field->transform >= TRANSFORM_YEAR && field->transform <= TRANSFORM_HOUR;
        const char *what = time ? times : transform_word(field->transform);
        const struct partition_field *first =
            map_put(&seen, field->column, atom_of(&s->atoms, what), field);
        const char *name = name_partition(&s->arena, field);
        const struct column *column = map_get(&names, atom_of(&s->atoms, name), NULL);
        if (first != field) {
            struct diag *d = diag(s, D_PARTITION_TRANSFORM, field->at,
                                  "Iceberg partitions by '%s' once%s", field->column->decl.name,
                                  time ? ": the finest of year, month, day and hour will do" : "");
            diag_place(s, d, first->at, "it does so here");
        } else if (field->transform != TRANSFORM_IDENTITY && column) {
            struct diag *d = diag(s, D_PARTITION_TRANSFORM, field->at,
                                  "this partition is called '%s', as is a column", name);
            diag_place(s, d, column->decl.at, "the column");
        }
    }
    map_free(&seen);
    map_free(&names);
}

/* What works on files behind the back of a table that keeps a list of them. */
static void check_kept_files(struct session *s, const struct output *output)
{
    const struct lifecycle *life = &output->lifecycle;
    bool hudi = output->format == FORMAT_HUDI && !output->serde.library.value;
    if (!hudi && !output_is_iceberg(output))
        return;
    const struct amount *gone = life->archive.text ? &life->archive : &life->delete;
    if (gone->text) {
        struct diag *d = diag(s, D_LIFECYCLE_BREAKS_TABLE, gone->at,
                              "the table keeps a list of its files: one that is %s breaks it",
                              life->archive.text ? "archived" : "deleted by its age");
        diag_place(s, d, output->format_at, "the format");
        diag_help(s, d, "delete rows by a pipeline, and let the table expire its old snapshots");
    }
    if (output->crawl.given && output->schema) {
        struct diag *d = diag(s, D_CRAWL_OF_TABLE, output->crawl.at,
                              "a crawler adds nothing to a table of %s: it knows its own files",
                              format_word(output->format));
        diag_help(s, d, "remove `crawl`");
    }
}

static void check_partitioning(struct session *s, const struct output *output)
{
    if (output->partitioning.len)
        check_apart(s, output);
    for (size_t i = 0; i < output->partitioning.len; i++) {
        const struct partition_field *field = &output->partitioning.at[i];
        const struct type *type = field->column->type;
        if (type->kind == TYPE_ERROR || transforms(field->transform, type->kind))
            continue;
        struct diag *d =
            diag(s, D_PARTITION_TRANSFORM, field->at,
                 "Iceberg cannot partition by %s of %.200s, the type of '%s'",
                 transform_word(field->transform), type->glue, field->column->decl.name);
        diag_place(s, d, field->column->type_at, "declared here");
    }
}

/* Glue and Spectrum read the partitions that stand in the catalog; a projected table has none there
 * (Athena user guide, "Use partition projection": considerations). */
static void check_projected_rules(struct session *s, const struct output *output)
{
    if (!output->projection.len || !has_ruleset(output))
        return;
    const struct rule *rule = output->rules;
    while (rule->next && rule->implied)
        rule = rule->next;
    struct diag *d =
        diag(s, D_PROJECTED_RULES, rule->at,
             "rules on '%s' will see no row: its partitions are projected", output->decl.path);
    diag_place(s, d, output->projection.at[0].at, "projected for Athena alone");
    diag_help(s, d,
              "evaluations read the catalog's partitions: let a pipeline or crawler add "
              "them, or put the rules on a table made from this one");
}

/* ---- classes --------------------------------------------------------------------------------- */

static void check_class(struct session *s, const struct text *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$.";
    const char *value = name->value;
    if (!value ||
        (*value && strspn(value, letters) == strlen(value) && *value != '.' && strchr(value, '.')))
        return;
    struct diag *d = diag(s, D_BAD_CLASS, name->at, "'%.80s' is no name of a Java class", value);
    diag_help(s, d, "write it with its package: \"org.openx.data.jsonserde.JsonSerDe\"");
}

void check_layout(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        for (size_t k = 0; k < output->projection.len; k++)
            check_projection(s, &output->projection.at[k]);
        check_partitioning(s, output);
        check_kept_files(s, output);
        check_projected_rules(s, output);
        check_class(s, &output->serde.library);
        check_class(s, &output->serde.input);
        check_class(s, &output->serde.output);
        if (output->format == FORMAT_REGEX && !output->serde.library.value &&
            output->options.pattern.value && *output->options.pattern.value && output->schema &&
            !output->schema->broken)
            check_groups(s, output);
    }
}
