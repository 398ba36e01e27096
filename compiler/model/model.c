/* model.c - elaboration as a whole: which pass comes when, and the words of the model's
 * enumerations. */
#include "model/elab.h"

#include <stdlib.h>
#include <string.h>

const char *status_word(enum status status)
{
    static const char *const words[] = {[STATUS_PROPOSED] = "proposed",
                                        [STATUS_DRAFT] = "draft",
                                        [STATUS_ACTIVE] = "active",
                                        [STATUS_DEPRECATED] = "deprecated",
                                        [STATUS_RETIRED] = "retired"};
    return words[status];
}

const char *format_word(enum format format)
{
    static const char *const words[] = {
        [FORMAT_PARQUET] = "parquet",
        [FORMAT_ORC] = "orc",
        [FORMAT_AVRO] = "avro",
        [FORMAT_JSON] = "json",
        [FORMAT_CSV] = "csv",
        [FORMAT_TSV] = "tsv",
        [FORMAT_ICEBERG] = "iceberg",
        [FORMAT_REGEX] = "regex",
        [FORMAT_GROK] = "grok",
        [FORMAT_ION] = "ion",
        [FORMAT_CLOUDTRAIL] = "cloudtrail",
        [FORMAT_HUDI] = "hudi",
        [FORMAT_NONE] = "parquet",
    };
    return words[format];
}

const char *projection_word(enum projection_type type)
{
    static const char *const words[] = {[PROJECTION_ENUM] = "enum",
                                        [PROJECTION_INTEGER] = "integer",
                                        [PROJECTION_DATE] = "date",
                                        [PROJECTION_INJECTED] = "injected"};
    return words[type];
}

const char *transform_word(enum transform transform)
{
    static const char *const words[] = {
        [TRANSFORM_IDENTITY] = "identity", [TRANSFORM_YEAR] = "year", [TRANSFORM_MONTH] = "month",
        [TRANSFORM_DAY] = "day",           [TRANSFORM_HOUR] = "hour", [TRANSFORM_BUCKET] = "bucket",
        [TRANSFORM_TRUNCATE] = "truncate",
    };
    return words[transform];
}

const struct storage *output_storage(const struct output *output)
{
    return output->zone != NULL ? output->zone : &output->domain->storage;
}

bool output_exists(const struct output *output)
{
    return output->existing || output->product->existing || output->domain->existing;
}

bool output_is_partitioned_by(const struct output *output, const struct column *column)
{
    for (size_t i = 0; i < output->partition.len; i++) {
        if (output->partition.at[i] == column) {
            return true;
        }
    }
    return false;
}

bool output_is_hybrid(const struct output *output)
{
    return output_storage(output)->hybrid;
}

bool output_is_iceberg(const struct output *output)
{
    return output->format == FORMAT_ICEBERG && output->serde.library.value == NULL;
}

const char *promise_word(enum promise promise)
{
    static const char *const words[] = {
        [PROMISE_FRESHNESS] = "freshness",
        [PROMISE_LATENCY] = "latency",
        [PROMISE_AVAILABILITY] = "availability",
        [PROMISE_RETENTION] = "retention",
        [PROMISE_FREQUENCY] = "frequency",
        [PROMISE_TIME_OF_AVAILABILITY] = "time_of_availability",
        [PROMISE_END_OF_SUPPORT] = "end_of_support",
        [PROMISE_END_OF_LIFE] = "end_of_life",
        [PROMISE_TIME_TO_REPAIR] = "time_to_repair",
    };
    return promise < PROMISE_COUNT ? words[promise] : "?";
}

static int by_path(const void *left, const void *right)
{
    const struct decl *const *a = left, *const *b = right; /* a thing begins with its decl */
    return strcmp((*a)->path, (*b)->path);
}

#define SORT(list)                                                                                 \
    do {                                                                                           \
        if ((list).len > 1) {                                                                      \
            qsort((list).at, (list).len, sizeof *(list).at, by_path);                              \
        }                                                                                          \
    } while (0)

/* What hangs on a thing of the mesh is put in the order of names: what comes out of it does not
 * depend on the order of files. The lists of the mesh itself stay in the order of declaration. */
static void sort_members(struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->domains.len; i++) {
        struct domain *domain = mesh->domains.at[i];
        SORT(domain->products);
        SORT(domain->pipelines);
        SORT(domain->functions);
        SORT(domain->warehouses);
        SORT(domain->made_roles);
    }
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        SORT(mesh->outputs.at[i]->producers);
    }
    for (size_t i = 0; i < mesh->functions.len; i++) {
        SORT(mesh->functions.at[i]->callers);
    }
    for (size_t i = 0; i < mesh->principals.len; i++) {
        SORT(mesh->principals.at[i]->runs.pipelines);
        SORT(mesh->principals.at[i]->runs.functions);
        SORT(mesh->principals.at[i]->runs.warehouses);
        SORT(mesh->principals.at[i]->runs.crawls);
    }
}

/* Once they are read, which goes by their place, and before pipelines name all of a product. */
static void sort_outputs(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_PRODUCT].len; i++) {
        struct product *product = e->of_kind[KIND_PRODUCT].at[i]->thing;
        SORT(product->outputs);
    }
}

/* Each pass uses only what those before it made. */
static void elaborate(struct elab *e, struct tree *const *trees, size_t count)
{
    tags_predeclare(e);
    names_declare(e, trees, count);
    defaults_read(e);
    principals_build(e);
    principals_members(e);
    channels_build(e);
    mesh_read(e);
    tags_build(e);
    schemas_build(e);
    products_schemas(e);
    schemas_references(e);
    domains_build(e);
    environments_build(e); /* names zones */
    products_build(e);
    sort_outputs(e);
    functions_build(e);
    pipelines_build(e);
    warehouses_build(e);
    policies_build(e);
    guardrails_build(e);
    audit_build(e);
    links_build(e);
    resources_build(e);
    patches_build(e, trees, count);
    sort_members(e->mesh);
}

struct mesh *model_build(struct session *s, struct tree *const *trees, size_t count)
{
    struct mesh *mesh = arena_new(&s->arena, struct mesh);
    struct elab e = {.s = s, .arena = &s->arena, .mesh = mesh};
    elaborate(&e, trees, count);
    map_free(&e.names);
    map_free(&e.folded);
    map_free(&e.once);
    map_free(&e.ghosts);
    map_free(&e.columns);
    map_free(&e.physicals);
    map_free(&e.insides);
    map_free(&e.types);
    map_free(&e.shares);
    map_free(&e.rates);
    map_free(&e.defaults);
    return mesh;
}
