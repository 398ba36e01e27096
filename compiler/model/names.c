/* names.c - see names.h. Everything is made from names of the mesh alone, so that a new product
 * changes no name that stands. */
#include "model/names.h"

#include "base/hash.h"

#include <inttypes.h>
#include <string.h>

/* Figures of IAM (role name), SNS (topic name), Glue (crawler, ruleset), EventBridge (rule,
 * statement), Redshift Serverless (namespace, workgroup), CloudTrail, S3 and AWS Config. */
enum {
    ROLE_NAME_MAX = 64,
    RULE_NAME_MAX = 64,
    TOPIC_NAME_MAX = 256,
    GLUE_NAME_MAX = 255,
    WAREHOUSE_NAME_MAX = 64,
    TRAIL_NAME_MAX = 128,
    BUCKET_NAME_MAX = 63,
    RECORDER_NAME_MAX = 256
};

static const char *fitted(struct arena *arena, const char *text, size_t limit)
{
    size_t length = strlen(text);
    if (length <= limit) {
        return text;
    }
    uint64_t hash = hash_bytes(HASH_START, text, length);
    return arena_format(arena, "%.*s-%08" PRIx32, (int)(limit - 9), text,
                        (uint32_t)(hash ^ hash >> 32));
}

const char *name_joined(struct arena *arena, const struct deployment *deployment,
                        const struct domain *domain, const char *what, size_t limit)
{
    const char *mesh = deployment->mesh->decl.name ? deployment->mesh->decl.name : "mesh";
    const char *suffix = deployment->suffix ? deployment->suffix : "";
    char *text =
        arena_format(arena, "%s%s%s%s%s%s%s", mesh, suffix[0] ? "-" : "", suffix, domain ? "-" : "",
                     domain ? domain->decl.path : "", what ? "-" : "", what ? what : "");
    for (char *c = text; *c; c++) {
        bool plain =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (!plain) {
            *c = '-';
        }
    }
    return fitted(arena, text, limit);
}

const char *name_pipeline_role(struct arena *arena, const struct deployment *deployment,
                               const struct pipeline *pipeline)
{
    return name_joined(arena, deployment, pipeline->domain, pipeline->decl.name, ROLE_NAME_MAX);
}

/* A pipeline may be called `scheduler` or `quality`: roles that are no pipeline's have two hyphens
 * before their purpose. */
const char *name_scheduler_role(struct arena *arena, const struct deployment *deployment,
                                const struct domain *domain)
{
    return name_joined(arena, deployment, domain, "-scheduler", ROLE_NAME_MAX);
}

const char *name_start_role(struct arena *arena, const struct deployment *deployment,
                            const struct pipeline *pipeline)
{
    return name_joined(arena, deployment, pipeline->domain,
                       arena_format(arena, "-start-%s", pipeline->decl.name), ROLE_NAME_MAX);
}

const char *name_start_rule(struct arena *arena, const struct deployment *deployment,
                            const struct pipeline *pipeline, const char *what)
{
    return name_joined(arena, deployment, pipeline->domain,
                       arena_format(arena, "%s-on-%s", pipeline->decl.name, what), RULE_NAME_MAX);
}

const char *name_forward_role(struct arena *arena, const struct deployment *deployment,
                              const struct domain *domain)
{
    return name_joined(arena, deployment, domain, "-forward", ROLE_NAME_MAX);
}

const char *name_forward_rule(struct arena *arena, const struct deployment *deployment,
                              const struct domain *domain, const char *what)
{
    return name_joined(arena, deployment, domain, arena_format(arena, "-forward-%s", what),
                       RULE_NAME_MAX);
}

const char *name_sender(struct arena *arena, const struct deployment *deployment,
                        const struct domain *domain, const char *account)
{
    return name_joined(arena, deployment, domain, arena_format(arena, "-from-%s", account),
                       RULE_NAME_MAX);
}

const char *name_quality_role(struct arena *arena, const struct deployment *deployment,
                              const struct domain *domain)
{
    return name_joined(arena, deployment, domain, "-quality", ROLE_NAME_MAX);
}

const char *name_registration_role(struct arena *arena, const struct deployment *deployment,
                                   const struct domain *domain)
{
    return name_joined(arena, deployment, domain, "-lakeformation", ROLE_NAME_MAX);
}

/* "orders" or "orders-v1": an output without a name has its product's path. */
static const char *output_word(struct arena *arena, const struct output *output)
{
    const char *product = output->product->decl.name;
    return output->decl.name && output->decl.name != product
               ? arena_format(arena, "%s-%s", product, output->decl.name)
               : product;
}

const char *name_crawler_role(struct arena *arena, const struct deployment *deployment,
                              const struct output *output)
{
    return name_joined(arena, deployment, output->domain,
                       arena_format(arena, "-crawl-%s", output_word(arena, output)), ROLE_NAME_MAX);
}

static const char *table_joined(struct arena *arena, const struct deployment *deployment,
                                const struct output *output, const char *what)
{
    const struct table_names *names = &deployment->tables[output->decl.index];
    return fitted(arena, arena_format(arena, "%s.%s%s", names->database, names->table, what),
                  GLUE_NAME_MAX);
}

const char *name_crawler(struct arena *arena, const struct deployment *deployment,
                         const struct output *output)
{
    return table_joined(arena, deployment, output, "");
}

const char *name_ruleset(struct arena *arena, const struct deployment *deployment,
                         const struct output *output)
{
    return table_joined(arena, deployment, output, "");
}

const char *name_results_prefix(struct arena *arena, const struct domain *domain)
{
    return arena_format(arena, RESULTS_FOLDER "%s/", domain->decl.path);
}

bool store_key_is_made(const struct store *store)
{
    return store->made && store->storage->encryption == ENCRYPTION_KMS &&
           store->storage->kms_key.value == NULL;
}

/* No name of a bucket holds an underscore or a slash, so no two aliases are the same. */
const char *name_store_key(struct arena *arena, const struct store *store)
{
    if (store->storage->encryption != ENCRYPTION_KMS || store->storage->kms_key.value != NULL ||
        !store->made) {
        return store->storage->kms_key.value;
    }
    char *alias = arena_format(arena, "alias/%s", store->bucket);
    for (char *c = alias; *c != '\0'; c++) {
        *c = (char)(*c == '.' ? '_' : *c);
    }
    return alias;
}

bool results_key_is_made(const struct domain *domain)
{
    return domain->kms_results && domain->storage.kms_key.value == NULL && !domain->existing;
}

const char *name_results_key(struct arena *arena, const struct deployment *deployment,
                             const struct domain *domain)
{
    if (!domain->kms_results || domain->storage.kms_key.value != NULL) {
        return domain->kms_results ? domain->storage.kms_key.value : NULL;
    }
    return arena_format(arena, "alias/%s/results",
                        deployment->domains[domain->decl.index].workgroup);
}

const char *name_partition(struct arena *arena, const struct partition_field *field)
{
    const char *column = field->column->physical;
    switch (field->transform) {
    case TRANSFORM_IDENTITY:
        break;
    case TRANSFORM_TRUNCATE:
        return arena_format(arena, "%s_trunc", column);
    case TRANSFORM_YEAR:
    case TRANSFORM_MONTH:
    case TRANSFORM_DAY:
    case TRANSFORM_HOUR:
    case TRANSFORM_BUCKET:
        return arena_format(arena, "%s_%s", column, transform_word(field->transform));
    }
    return column;
}

const char *name_link(struct arena *arena, const struct deployment *deployment,
                      const struct link *link)
{
    const char *suffix = deployment->suffix ? deployment->suffix : "";
    char *name = arena_format(arena, "%s%s%s", link->decl.name, suffix[0] ? "_" : "", suffix);
    for (char *c = name; *c; c++) {
        if (*c == '-') {
            *c = '_';
        } else if (*c >= 'A' && *c <= 'Z') {
            *c = (char)(*c - 'A' + 'a');
        }
    }
    return name;
}

bool link_is_itself(const struct deployment *deployment, const struct link *link)
{
    struct arena scratch = {0};
    const char *name = name_link(&scratch, deployment, link);
    bool same = account_of_link(deployment, link) == account_of_link_target(deployment, link);
    if (same && link->output) {
        const struct table_names *names = &deployment->tables[link->output->decl.index];
        same = link->inside == link->output->domain && strcmp(names->table, name) == 0;
    } else if (same) {
        const char *database = link->domain ? deployment->domains[link->domain->decl.index].database
                                            : link->database.value;
        same = strcmp(database, name) == 0;
    }
    arena_free(&scratch);
    return same;
}

static const char *lower(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text, strlen(text));
    for (char *c = copy; *c; c++) {
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    }
    return copy;
}

/* The name of a declared link to the database of a domain in that account; NULL: there is none. */
static const char *declared_link(struct arena *arena, const struct deployment *deployment,
                                 const struct domain *domain,
                                 const struct deployment_account *account)
{
    for (size_t i = 0; i < domain->links.len; i++) {
        if (account_of_link(deployment, domain->links.at[i]) == account) {
            return name_link(arena, deployment, domain->links.at[i]);
        }
    }
    return NULL;
}

/* Another database or link of that account has the name. */
static bool is_taken(struct arena *arena, const struct deployment *deployment, const char *name,
                     const struct deployment_account *account)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        if (deployment->domains[i].catalog == account &&
            strcmp(deployment->domains[i].database, name) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < mesh->links.len; i++) {
        const struct link *link = mesh->links.at[i];
        if (link->output == NULL && account_of_link(deployment, link) == account &&
            strcmp(name_link(arena, deployment, link), name) == 0) {
            return true;
        }
    }
    return false;
}

const char *name_seen_database(struct arena *arena, const struct deployment *deployment,
                               const struct domain *domain,
                               const struct deployment_account *account, bool *declared)
{
    const char *name = deployment->domains[domain->decl.index].database;
    const struct deployment_account *owner = account_of_catalog(deployment, domain);
    const char *link = declared_link(arena, deployment, domain, account);
    *declared = link != NULL;
    if (link != NULL) {
        return link;
    }
    return is_taken(arena, deployment, name, account)
               ? arena_format(arena, "%s_%s", name,
                              owner->account != NULL ? owner->account->decl.name
                              : owner->id != NULL    ? owner->id
                                                     : "owner")
               : name;
}

const char *name_tag_key(struct arena *arena, const struct deployment *deployment,
                         const struct tag *tag)
{
    const char *suffix = deployment->suffix;
    return name_tag_value(arena, suffix[0] != '\0'
                                     ? arena_format(arena, "%s_%s", tag->decl.path, suffix)
                                     : tag->decl.path);
}

const char *name_tag_value(struct arena *arena, const char *value)
{
    return lower(arena, value);
}

const char *name_topic(struct arena *arena, const struct deployment *deployment,
                       const struct channel *channel)
{
    return name_joined(arena, deployment, channel->domain, channel->decl.name, TOPIC_NAME_MAX);
}

/* ---- functions, warehouses, made roles ------------------------------------------------------- */

static const char *suffixed(struct arena *arena, const struct deployment *deployment,
                            const char *name)
{
    const char *suffix = deployment->suffix;
    return suffix && suffix[0] ? arena_format(arena, "%s-%s", name, suffix) : name;
}

const char *name_function(struct arena *arena, const struct deployment *deployment,
                          const struct function *function)
{
    const char *own = function->name.value;
    return suffixed(arena, deployment, own ? own : function->decl.name);
}

const char *name_function_log(struct arena *arena, const struct deployment *deployment,
                              const struct function *function)
{
    return arena_format(arena, "/aws/lambda/%s", name_function(arena, deployment, function));
}

const char *name_function_role(struct arena *arena, const struct deployment *deployment,
                               const struct function *function)
{
    return name_joined(arena, deployment, function->domain,
                       arena_format(arena, "-function-%s", function->decl.name), ROLE_NAME_MAX);
}

const char *name_warehouse_role(struct arena *arena, const struct deployment *deployment,
                                const struct warehouse *warehouse)
{
    return name_joined(arena, deployment, warehouse->domain,
                       arena_format(arena, "-warehouse-%s", warehouse->decl.name), ROLE_NAME_MAX);
}

const char *name_role(struct arena *arena, const struct deployment *deployment,
                      const struct principal *role)
{
    return role->create ? suffixed(arena, deployment, role->aws_name) : role->aws_name;
}

const char *name_principal(struct arena *arena, const struct deployment *deployment,
                           const struct principal *principal)
{
    switch (principal->kind) {
    case PRINCIPAL_ROLE:
        return arena_format(arena, "role/%s", name_role(arena, deployment, principal));
    case PRINCIPAL_USER:
        return arena_format(arena, "user/%s", principal->aws_name);
    case PRINCIPAL_GROUP:
        return arena_format(arena, "group/%s", principal->aws_name);
    case PRINCIPAL_PIPELINE:
        return arena_format(arena, "role/%s",
                            name_pipeline_role(arena, deployment, principal->pipeline));
    case PRINCIPAL_FUNCTION:
        return arena_format(arena, "role/%s",
                            name_function_role(arena, deployment, principal->function));
    case PRINCIPAL_WAREHOUSE:
        return arena_format(arena, "role/%s",
                            name_warehouse_role(arena, deployment, principal->warehouse));
    case PRINCIPAL_ACCOUNT:
    case PRINCIPAL_ORGANIZATION:
    case PRINCIPAL_TEAM: /* replaced by its members before */
        break;
    }
    return NULL;
}

const char *name_warehouse(struct arena *arena, const struct deployment *deployment,
                           const struct warehouse *warehouse)
{
    return lower(arena, name_joined(arena, deployment, warehouse->domain, warehouse->decl.name,
                                    WAREHOUSE_NAME_MAX));
}

const char *name_shown_database(struct arena *arena, const struct deployment *deployment,
                                const struct warehouse *warehouse, const struct domain *domain)
{
    const struct deployment_account *account = account_of_domain(deployment, warehouse->domain);
    if (account_of_catalog(deployment, domain) == account) {
        return deployment->domains[domain->decl.index].database;
    }
    return declared_link(arena, deployment, domain, account);
}

/* ---- audit and recorder ---------------------------------------------------------------------- */

const char *name_trail(struct arena *arena, const struct deployment *deployment)
{
    const struct audit *audit = deployment->mesh->audit;
    const char *own = audit->decl.name ? audit->decl.name : "audit";
    return name_joined(arena, deployment, NULL, own, TRAIL_NAME_MAX);
}

const char *name_audit_bucket(struct arena *arena, const struct deployment *deployment)
{
    const struct text *bucket = &deployment->mesh->audit->bucket;
    if (bucket->value) {
        return suffixed(arena, deployment, bucket->value);
    }
    return lower(arena, name_joined(arena, deployment, NULL, "audit", BUCKET_NAME_MAX));
}

const char *name_recorder(struct arena *arena, const struct deployment *deployment)
{
    return name_joined(arena, deployment, NULL, "recorder", RECORDER_NAME_MAX);
}

const char *name_recorder_role(struct arena *arena, const struct deployment *deployment)
{
    return name_joined(arena, deployment, NULL, "-recorder", ROLE_NAME_MAX);
}

/* Buckets are named for all accounts: in another than governance's the number tells them apart. */
const char *name_recorder_bucket(struct arena *arena, const struct deployment *deployment,
                                 const struct deployment_account *account)
{
    const char *what =
        account->is_governance ? "config" : arena_format(arena, "config-%s", account->id);
    return lower(arena, name_joined(arena, deployment, NULL, what, BUCKET_NAME_MAX));
}
