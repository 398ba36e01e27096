/* model.h - the typed mesh: what a domain, a product, a schema, a policy *is*, with every name
 * resolved and every default applied. Made once from the trees (model_build), never changed
 * afterwards. Nothing in here is per environment: names in AWS, accounts and regions of one
 * deployment are in deployment.h.
 *
 * Everything is in the order of declaration (files by name, then place). `index` numbers the things
 * of one sort from 0, so that others can keep arrays beside the model. Places (spans) are kept
 * wherever a message may want to point. */
#ifndef MESH_MODEL_MODEL_H
#define MESH_MODEL_MODEL_H

#include "base/map.h"
#include "model/data.h"
#include "model/policy.h"

struct tree;

/* ---- principals, accounts, environments ------------------------------------------------------ */

struct account {
    struct decl decl;
    struct text id; /* 12 digits, when given outside environments */
};

enum principal_kind {
    PRINCIPAL_ROLE,
    PRINCIPAL_USER,
    PRINCIPAL_GROUP,
    PRINCIPAL_ACCOUNT,
    PRINCIPAL_ORGANIZATION,
    PRINCIPAL_TEAM,
    PRINCIPAL_PIPELINE,  /* the role a pipeline runs as */
    PRINCIPAL_FUNCTION,  /* the role a function runs as */
    PRINCIPAL_WAREHOUSE, /* the role a warehouse reads as */
};

struct principal {
    struct decl decl;
    enum principal_kind kind;
    const char *aws_name;    /* name:, else the last part of the path */
    struct text arn;         /* as given */
    struct account *account; /* account:, else that of its domain; NULL: the mesh's */
    struct domain *domain;   /* declared inside it, or NULL */
    struct pipeline *pipeline;
    struct function *function;
    struct warehouse *warehouse;
    VEC(struct principal *) members; /* of a team, as written */
    /* Of a role: */
    bool create; /* it is made, here */
    VEC(struct text) trusts;
    struct { /* what names it as its role */
        VEC(struct pipeline *) pipelines;
        VEC(struct function *) functions;
        VEC(struct warehouse *) warehouses;
        VEC(struct output *) crawls;
    } runs;
};

/* The role that a pipeline, function or warehouse names where it names one; else the principal. */
const struct principal *principal_acting(const struct principal *principal);

struct account_binding {
    struct account *account;
    struct text id;
};

struct bucket_binding {
    struct domain *domain;
    const struct storage *zone; /* NULL: the domain's own bucket */
    struct text bucket;
};

struct environment {
    struct decl decl;
    struct text region, account_id, suffix;
    bool schedules_off;
    VEC(struct account_binding) accounts;
    VEC(struct bucket_binding) buckets;
};

/* ---- tags ------------------------------------------------------------------------------------ */

struct tag {
    struct decl decl;
    bool ordered;
    VEC(atom) values;   /* lowest first where ordered */
    atom default_value; /* NULL */
    bool predeclared;
};

struct tagging { /* one `key: value` on a thing */
    struct tag *tag;
    atom value;
    struct span at;
    bool lifted; /* from inside a column's type: counts where it is above what is inherited */
};

struct taggings {
    VEC(struct tagging) list;
};

/* ---- types and schemas ----------------------------------------------------------------------- */

enum type_kind {
    TYPE_ERROR,
    TYPE_BOOLEAN,
    TYPE_TINYINT,
    TYPE_SMALLINT,
    TYPE_INT,
    TYPE_BIGINT,
    TYPE_FLOAT,
    TYPE_DOUBLE,
    TYPE_DECIMAL,
    TYPE_CHAR,
    TYPE_VARCHAR,
    TYPE_STRING,
    TYPE_BINARY,
    TYPE_DATE,
    TYPE_TIMESTAMP,
    TYPE_ARRAY,
    TYPE_MAP,
    TYPE_STRUCT
};

struct type {
    enum type_kind kind;
    int precision, scale;       /* decimal; char, varchar: precision is the length */
    struct type *key, *element; /* map; array, map */
    VEC(struct field) fields;   /* struct */
    const char *glue;           /* Glue's spelling: "array<struct<a:int>>", lower case, no blanks */
};

struct field {
    const char *name;
    struct type *type;
    struct taggings tags; /* of the named type or column behind it */
};

/* What few columns have: apart, because a mesh has many columns. */
struct column_notes {
    struct data *allowed;           /* @in: a list; NULL */
    struct data *minimum, *maximum; /* @range; NULL: open */
    struct text pattern;            /* @matches */
    struct amount max_length;       /* @length */
    struct amount id, inner_id;     /* @id: Iceberg's number, that of the first field inside */
    struct {
        struct output *output;
        struct column *column;
        struct span at;
    } references, from; /* @references, @from */
    struct text declassified, deprecated, renamed_from, example;
};
extern const struct column_notes no_column_notes; /* of a column that has none */

struct column {
    struct decl decl;     /* path: its name too; index: its place in the schema */
    const char *physical; /* the catalog's name, lower case: @physical or the name */
    struct type *type;
    struct span type_at;
    bool key, required, unique;
    uint32_t key_position;            /* from 1 */
    const struct column_notes *notes; /* never NULL; may be shared */
    struct taggings tags;             /* its own and its named type's, own first */
};

struct schema {
    struct decl decl;
    VEC(struct column *) columns; /* includes expanded, in place */
    VEC(struct column *) marked;  /* those of them with a key, a constraint, notes or tags: few */
    bool broken;                  /* something in it was reported */
};

/* ---- domains --------------------------------------------------------------------------------- */

enum encryption { ENCRYPTION_S3, ENCRYPTION_KMS };

struct storage { /* a domain's own bucket, or one of its further zones */
    atom name;   /* of a zone; NULL: the domain's own */
    struct domain *domain;
    uint32_t index;     /* of a zone, in mesh.zones */
    bool declared;      /* a `storage` block or `bucket:` stands in the domain */
    struct text bucket; /* NULL: made up from names */
    bool existing;
    enum encryption encryption;
    struct text kms_key;
    bool versioning;            /* default true */
    struct text log;            /* bucket for access logs; or: */
    const struct storage *logs; /* a zone of the domain that takes them; NULL */
    bool hybrid;                /* registered in hybrid access mode */
    struct span at;
};

struct domain {
    struct decl decl;
    struct principal *owner;
    struct span owner_at;
    struct text contact;
    struct account *account; /* NULL: the mesh's */
    struct account *catalog; /* that keeps its metadata; NULL: its own */
    struct text database;
    struct storage storage;
    VEC(struct storage *) zones;
    struct taggings tags;
    struct amount bytes_limit; /* query { } */
    bool kms_results;          /* results of queries are encrypted with a key of KMS */
    struct channel *alerts;    /* its own, else the mesh's; NULL: a topic of the domain is made */
    bool existing;
    VEC(struct product *) products;
    VEC(struct pipeline *) pipelines;
    VEC(struct function *) functions;
    VEC(struct warehouse *) warehouses;
    VEC(struct link *) links;           /* that lead to its database */
    VEC(struct principal *) made_roles; /* declared inside it with `create: true` */
    VEC(struct cfn_resource *) resources;
};

/* ---- products -------------------------------------------------------------------------------- */

enum status { STATUS_PROPOSED, STATUS_DRAFT, STATUS_ACTIVE, STATUS_DEPRECATED, STATUS_RETIRED };

enum format {
    FORMAT_PARQUET,
    FORMAT_ORC,
    FORMAT_AVRO,
    FORMAT_JSON,
    FORMAT_CSV,
    FORMAT_TSV,
    FORMAT_ICEBERG,
    FORMAT_REGEX,
    FORMAT_GROK,
    FORMAT_ION,
    FORMAT_CLOUDTRAIL,
    FORMAT_HUDI,
    FORMAT_NONE /* not given: parquet */
};

enum promise {
    PROMISE_FRESHNESS,
    PROMISE_LATENCY,
    PROMISE_AVAILABILITY,
    PROMISE_RETENTION,
    PROMISE_FREQUENCY,
    PROMISE_TIME_OF_AVAILABILITY,
    PROMISE_END_OF_SUPPORT,
    PROMISE_END_OF_LIFE,
    PROMISE_TIME_TO_REPAIR,
    PROMISE_COUNT
};

struct promised { /* one value of a service level; several values of one level follow by next */
    struct amount value; /* text as written also for dates and texts */
    const char *driver;
    struct promised *next;
};

enum rule_kind {
    RULE_UNIQUE,
    RULE_KEY /* all columns of the primary key */,
    RULE_COMPLETE,
    RULE_COMPARE,
    RULE_IN,
    RULE_MATCHES,
    RULE_BETWEEN,
    RULE_METRIC,
    RULE_REFERENCES,
    RULE_SQL,
    RULE_LENGTH,
    RULE_ANY,
    RULE_ALL
};

enum metric {
    METRIC_COMPLETENESS,
    METRIC_UNIQUENESS,
    METRIC_DISTINCT_COUNT,
    METRIC_MEAN,
    METRIC_SUM,
    METRIC_STDDEV,
    METRIC_LENGTH,
    METRIC_FRESHNESS,
    METRIC_ROW_COUNT,
    METRIC_COLUMN_COUNT
};

enum comparison { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE };

struct rule {
    struct rule *next;
    enum rule_kind kind;
    enum metric metric;
    enum comparison comparison;
    bool between; /* METRIC: operands are two bounds, inclusive */
    bool implied; /* from an annotation of the schema, not from an `expect` */
    struct span at;
    VEC(struct column *) columns;
    struct data *operand, *upper; /* COMPARE, METRIC, SQL, MATCHES (text); BETWEEN: both; IN: a
                                     list; freshness: seconds as NUMBER with `duration` set; shares
                                     (completeness, uniqueness) as NUMBER of one: 0.99 for 99% */
    struct amount duration;       /* freshness */
    struct output *references;
    VEC(struct column *) referenced;
    struct text sql, where;
    struct rule *children; /* ANY, ALL */
    struct text severity, dimension;
};

struct format_options {
    struct text delimiter, quote, escape, compression;
    struct text pattern, custom; /* regex, grok */
    struct amount skip_header;
    bool ignore_malformed;
};

struct serde {
    struct text library, input, output;
    struct data *properties; /* a map */
    struct span at;
};

enum projection_type { PROJECTION_ENUM, PROJECTION_INTEGER, PROJECTION_DATE, PROJECTION_INJECTED };

struct projection { /* of one partition key; texts as Athena reads them */
    struct column *column;
    enum projection_type type;
    struct text range, format, unit;
    struct amount interval, digits;
    const char *values; /* ENUM: joined by commas */
    struct span at;
};

enum transform {
    TRANSFORM_IDENTITY,
    TRANSFORM_YEAR,
    TRANSFORM_MONTH,
    TRANSFORM_DAY,
    TRANSFORM_HOUR,
    TRANSFORM_BUCKET,
    TRANSFORM_TRUNCATE
};

struct partition_field { /* of an Iceberg table: the column stays among its data */
    struct column *column;
    enum transform transform;
    int64_t width; /* BUCKET: how many; TRUNCATE: how long */
    struct span at;
};

struct input {
    struct output *output; /* NULL: a source outside the mesh */
    const char *external;
    const char *description;
    struct span at;
};

struct crawl {
    bool given;
    struct text schedule; /* an expression of EventBridge: "cron(...)" */
    struct principal *role;
    struct span at;
};

struct lifecycle {
    struct amount infrequent_access, archive, delete;
};

/* A table of a product. A product without named outputs has exactly one, with a NULL name and the
 * product's path. */
struct output {
    struct decl decl;
    struct product *product;
    struct domain *domain;
    struct schema *schema; /* NULL with crawl or existing */
    enum status status;
    struct text version;
    struct output *replaced_by;
    enum format format;
    struct span format_at;
    struct format_options options;
    struct serde serde;
    struct data *properties;    /* a map, texts */
    const struct storage *zone; /* NULL: the domain's own bucket */
    struct text location, table;
    const char *location_template;  /* location with ${name in the catalog}; NULL: it has none */
    VEC(struct column *) partition; /* in the order of `partition:`; Iceberg: empty */
    VEC(struct column *) data;      /* the schema's other columns */
    struct span partition_at;
    VEC(struct projection) projection;        /* in the order of `partition` */
    VEC(struct partition_field) partitioning; /* Iceberg */
    VEC(struct input) inputs;
    struct promised *promises[PROMISE_COUNT];
    struct rule *rules; /* implied ones first, in column order; then as written; each said once */
    struct text quality_schedule; /* an expression of EventBridge */
    struct lifecycle lifecycle;
    struct crawl crawl;
    struct taggings
        tags; /* its own, then the product's, then the domain's, nearest of a key first */
    bool existing;
    VEC(struct pipeline *) producers;
};

struct product {
    struct decl decl;
    struct domain *domain;
    struct principal *owner; /* its own or the domain's */
    struct span owner_at;
    enum status status;
    struct text version, title, purpose, limitations, usage, support;
    VEC(struct output *) outputs; /* at least one */
    VEC(struct domain *) shared_with;
    bool shared_with_everyone;
    struct data *custom; /* a map */
    bool existing;
    bool own_stack; /* stack: product */
    struct span own_stack_at;
};

/* ---- pipelines ------------------------------------------------------------------------------- */

enum step_kind {
    STEP_LAMBDA,
    STEP_GLUE,
    STEP_ATHENA,
    STEP_BATCH,
    STEP_EMR,
    STEP_CALL,
    STEP_CRAWL,
    STEP_CHECK,
    STEP_RUN,
    STEP_WAIT,
    STEP_NOTIFY,
    STEP_SUCCEED,
    STEP_FAIL,
    STEP_SET,
    STEP_RAW,
    STEP_PARALLEL,
    STEP_MAP,
    STEP_POLL,
    STEP_CHOOSE,
    STEP_TRY
};

enum wait_mode { WAIT_DONE, WAIT_TOKEN, WAIT_NO };
enum result_mode { RESULT_DEFAULT, RESULT_REPLACE, RESULT_DISCARD, RESULT_PATH };
enum jitter { JITTER_DEFAULT, JITTER_FULL, JITTER_NONE };

struct retry {
    struct retry *next;
    struct span at;
    VEC(const char *) errors; /* empty: States.ALL */
    struct amount attempts, interval, max_delay;
    const char *backoff; /* a decimal, as written */
    enum jitter jitter;
};

/* A condition of `when`, `until`, `fail`. What is compared is an EXPRESSION; with what, an
 * EXPRESSION too or a literal. */
enum test_kind {
    TEST_EQ,
    TEST_NE,
    TEST_LT,
    TEST_LE,
    TEST_GT,
    TEST_GE,
    TEST_LIKE,
    TEST_SET,
    TEST_STRING,
    TEST_NUMBER,
    TEST_BOOLEAN,
    TEST_TIMESTAMP,
    TEST_NULL,
    TEST_TRUE, /* a path alone */
    TEST_AND,
    TEST_OR,
    TEST_NOT
};

struct test {
    enum test_kind kind;
    struct span at;
    struct data *operand, *value;
    struct test *left, *right; /* AND, OR; NOT has left */
};

/* A list of steps inside a step: a branch of parallel, a way of choose, a handler of try. */
struct way {
    struct way *next;
    struct span at;
    const char *name;         /* branch */
    struct test *when;        /* choose; NULL: otherwise */
    VEC(const char *) errors; /* catch; empty: States.ALL */
    struct span errors_at;
    struct step *steps;
};

enum map_source { MAP_INPUT, MAP_OBJECTS, MAP_CSV, MAP_JSONL, MAP_MANIFEST };

struct mapping { /* what only `map` has */
    enum map_source source;
    struct data *items; /* MAP_INPUT: an EXPRESSION */
    struct text place;  /* the others: s3://bucket/prefix */
    struct amount concurrency, batch, tolerate;
    struct text results; /* s3://bucket/prefix */
};

struct step {
    struct step *next;
    const struct step *outer; /* the step that it stands in; NULL: the pipeline's own list */
    const char *name;         /* free text, up to 80 characters; NULL: what a poll repeats */
    struct span at;           /* of the name */
    const char *doc;
    enum step_kind kind;
    bool after_failure;        /* in on_failure */
    struct text target;        /* lambda, glue, batch: name or ARN; emr: id; athena: the SQL; call:
                                  "service:action"; fail: the error; notify: the message */
    struct data *target_input; /* emr: an EXPRESSION instead */
    struct text cause;         /* fail */
    struct text queue;         /* batch */
    struct output *output;     /* crawl, check */
    struct function *function; /* lambda: one that the mesh declares */
    struct pipeline *run;
    struct channel *channel;
    struct domain *workgroup; /* athena { workgroup: DOMAIN }; default the pipeline's domain */
    struct amount seconds;    /* wait 30s */
    struct text until;        /* wait until "2027-01-31T00:00:00Z" */
    struct data *wait_input;  /* wait input.seconds / wait until input.when: an EXPRESSION */
    bool wait_until;
    struct amount timeout, heartbeat;
    struct amount every, give_up; /* crawl, check, poll: 30s, 1h by default */
    enum wait_mode wait;
    struct span wait_at; /* of `wait:`, empty when it was not given */
    enum result_mode result;
    const char *result_path; /* after `input.` */
    struct data *arguments;  /* a map; NULL. set, raw: the value */
    struct retry *retries;
    struct way *ways;         /* parallel, choose, try (its handlers) */
    struct step *body;        /* map, try: the steps inside; poll: the step it repeats */
    struct mapping *map;      /* map */
    struct test *done, *fail; /* poll: until, fail */
};

enum trigger_kind {
    TRIGGER_SCHEDULE, /* rate, cron, at of EventBridge Scheduler */
    TRIGGER_RUN,      /* on: a pipeline has run well */
    TRIGGER_REFRESH,  /* on: a product was refreshed, which is the same of what produces it */
    TRIGGER_OBJECT    /* on_object: an object was created in S3 */
};

struct trigger {
    enum trigger_kind kind;
    const char *expression; /* SCHEDULE: "rate(1 hour)", "cron(...)", "at(...)" */
    int64_t period;         /* SCHEDULE: seconds between runs as far as known, else 0 */
    struct text timezone;
    struct decl *source;          /* RUN, REFRESH: the pipeline, product or output */
    VEC(struct output *) outputs; /* REFRESH: those of source */
    VEC(struct pipeline *)
    causes;             /* RUN, REFRESH: whose success starts it; what a trigger before
                           this one has is left out, for one run is one start */
    struct text place;  /* OBJECT: s3://bucket/prefix, or below the domain's bucket */
    struct data *input; /* a map; EXPRESSIONs in it speak of the event */
    struct amount retries, max_age;
    bool has_options;
    struct span at;
};

struct pipeline {
    struct decl decl;
    struct domain *domain;
    struct text machine;           /* name: */
    VEC(struct trigger) triggers;  /* by the clock */
    VEC(struct trigger) events;    /* by what happens */
    VEC(struct pipeline *) starts; /* those whose events have it as a cause, each once */
    struct principal *role;        /* NULL: one is made */
    struct principal *self;        /* the principal that its name stands for */
    VEC(struct output *) produces;
    struct amount timeout;
    bool express;
    bool overlap_skip;
    struct step *steps, *on_failure;
    VEC(struct step *) all_steps; /* also those inside others, in the order of writing */
    struct channel *alerts;       /* its own, else the domain's, else the mesh's */
    bool existing;
    bool broken; /* a step was reported and is not in the lists */
};

/* ---- guardrails, channels -------------------------------------------------------------------- */

struct guardrail {
    struct decl decl;
    struct text managed;       /* identifier of an AWS managed rule */
    struct text lambda;        /* name or ARN of a function */
    struct function *function; /* the same where the mesh declares it */
    VEC(struct text) resources;
    struct data *parameters;
    struct text frequency;          /* One_Hour, Three_Hours, ... */
    VEC(struct account *) accounts; /* empty: all */
};

/* A database or table of another account under a name of this one: a resource link. */
struct link {
    struct decl decl;        /* its name is the link's in Glue */
    struct account *account; /* where it stands; NULL: the mesh's */
    struct domain *domain;   /* to: a domain's database */
    struct output *output;   /* to: a table */
    struct domain *inside;   /* whose database a link to a table stands in */
    struct text database;    /* to: "database" { account: 123456789012 }, outside the mesh */
    struct text owner;       /* of that: 12 digits */
    struct span to_at;
};

struct channel {
    struct decl decl;
    struct domain *domain; /* NULL: governance's */
    VEC(struct text) emails;
    struct text arn; /* an existing topic */
};

/* ---- functions, warehouses, audit ------------------------------------------------------------ */

struct function {
    struct decl decl;
    struct domain *domain; /* NULL: governance's */
    struct text name;      /* in Lambda; NULL: the declared one */
    struct text code;      /* "s3://bucket/key" */
    struct text handler, runtime;
    struct amount memory, timeout;
    struct data *variables; /* a map of texts; NULL */
    struct principal *role; /* NULL: one is made */
    struct span role_at;
    struct principal *self;         /* the principal that its name stands for */
    VEC(struct pipeline *) callers; /* pipelines with a step that calls it, each once */
};

struct warehouse {
    struct decl decl;
    struct domain *domain; /* NULL: governance's */
    VEC(struct domain *) domains;
    struct amount capacity;
    struct principal *role; /* NULL: one is made */
    struct span role_at;
    struct principal *self;
};

struct audit {
    struct decl decl; /* name NULL: it has none */
    struct text bucket;
    bool existing; /* the bucket is */
    struct amount retention;
    bool chosen; /* events: says which; else every bucket of the mesh */
    VEC(struct output *) events;
};

/* ---- the way out ----------------------------------------------------------------------------- */

struct dependency {
    const struct cfn_resource *resource;
    struct span at;
};

struct cfn_resource { /* a resource of CloudFormation, spelled out */
    struct decl decl;
    struct domain *domain; /* NULL: governance's */
    struct text type;
    struct data *properties; /* a map; NULL */
    bool retain, retain_given;
    VEC(struct dependency) depends_on;
};

enum patch_scope { PATCH_ALL, PATCH_DOMAIN, PATCH_DECLARATION };

struct patch { /* properties merged into resources of a type */
    struct text type;
    enum patch_scope scope;
    struct domain *domain; /* it stands in; NULL: in none */
    struct span within;    /* DECLARATION: all of it; a resource belongs to what its place is in */
    struct data *properties; /* a map */
    uint32_t index;
};

/* ---- the whole ------------------------------------------------------------------------------- */

struct mesh {
    struct decl decl; /* path NULL when there is no `mesh` block: then the name is "mesh" */
    struct text region, account_id, bucket;
    struct amount cross_account_version; /* of Lake Formation, 1 to 5; text NULL: not given */
    VEC(struct principal *) admins;
    struct channel *alerts;
    VEC(struct environment *) environments;
    VEC(struct account *) accounts;
    VEC(struct principal *) principals;
    VEC(struct tag *) tags;
    VEC(struct schema *) schemas;
    VEC(struct domain *) domains;
    VEC(struct storage *) zones;
    VEC(struct product *) products;
    VEC(struct output *) outputs;
    VEC(struct pipeline *) pipelines;
    VEC(struct grant *) grants, requests, promises; /* promises: forbid */
    VEC(struct guardrail *) guardrails;
    VEC(struct channel *) channels;
    VEC(struct function *) functions;
    VEC(struct warehouse *) warehouses;
    VEC(struct principal *) made_roles; /* of no domain */
    struct audit *audit;                /* NULL: none */
    bool recorder;                      /* of AWS Config: it is made */
    struct span recorder_at;
    VEC(struct link *) links;
    VEC(struct cfn_resource *) resources;
    VEC(struct patch *) patches;
    bool refers; /* something in it is ref(..), get(..) or sub(..) */
};

/* Elaborates parsed files into the mesh. Reports everything that is wrong on the way; never NULL.
 */
struct mesh *model_build(struct session *s, struct tree *const *trees, size_t count);

/* It, its product or its domain is only referred to. */
bool output_exists(const struct output *output);
bool output_is_partitioned_by(const struct output *output, const struct column *column);
/* Its files are Iceberg's: they say how they are read, and how they are partitioned. */
bool output_is_iceberg(const struct output *output);
/* Its location is registered in hybrid access mode: IAM_ALLOWED_PRINCIPALS stays on its table. */
bool output_is_hybrid(const struct output *output);
/* Its zone's, or its domain's own. */
const struct storage *output_storage(const struct output *output);

/* The value of a key after inheritance and default, NULL when there is none (access.md 1.2): on a
 * column (of its table when column is NULL), on the database of a domain. */
atom tag_value_of(const struct output *output, const struct column *column, const struct tag *tag);
/* Where that value was written; NULL: nowhere, it is the default, or there is none. */
const struct tagging *tag_source_of(const struct output *output, const struct column *column,
                                    const struct tag *tag);
atom tag_value_of_database(const struct domain *domain, const struct tag *tag);
/* Its place among the values, lowest first where they are ordered; -1: it is none of them. */
int tag_value_index(const struct tag *tag, atom value);

/* Words of the enumerations, as the language writes them. */
const char *status_word(enum status status);
const char *format_word(enum format format);
const char *projection_word(enum projection_type type);
const char *transform_word(enum transform transform);
const char *promise_word(enum promise promise);

#endif
