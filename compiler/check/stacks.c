/* stacks.c - how many resources the templates of a deployment have, counted from the model: one for
 * each that plan/ makes. A saved query that is too long for Athena is counted and not made; so many
 * columns fill a template by their bytes long before. */
#include "check/stacks.h"
#include "check/areas.h"
#include "check/limits.h"
#include "check/made.h"
#include "check/places.h"
#include "check/promises.h"
#include "check/rulesets.h"
#include "model/names.h"

struct tally {
    size_t resources;
    bool alarms;      /* then there is a dashboard */
    bool own_topic;   /* an alarm has no channel */
    bool evaluates;   /* quality, by schedule or step */
    bool schedules;   /* anything */
    size_t locations; /* at most so many are registered */
};

const char *stack_name(struct arena *arena, const struct deployment *deployment,
                       const struct domain *domain)
{
    return name_joined(arena, deployment, domain, domain ? NULL : "governance",
                       (size_t)limit_info(LIMIT_STACK_NAME)->figure);
}

/* ---- counting -------------------------------------------------------------------------------- */

static void count_alarm(struct tally *tally, const struct domain *domain,
                        const struct pipeline *pipeline)
{
    tally->resources++;
    tally->alarms = true;
    tally->own_topic |= !(pipeline && pipeline->alerts) && !domain->alerts;
}

static void count_output(struct tally *tally, const struct output *output)
{
    struct watch_window window;
    const struct pipeline *producer = output->producers.len ? output->producers.at[0] : NULL;
    if (output->quality_schedule.value && output->status != STATUS_PROPOSED) {
        tally->resources++;
        tally->evaluates = tally->schedules = true;
    }
    if (!output_is_made(output)) {
        return;
    }
    tally->locations++;
    if (output->crawl.given) {
        tally->resources += output->crawl.role ? 1 : 2; /* with its role */
    }
    if (watch_freshness(output, &window) == WATCH_YES) {
        count_alarm(tally, output->domain, producer);
    }
    if (output->schema) {
        tally->resources += 2; /* table, saved query */
        if (has_ruleset(output)) {
            tally->resources++;
            count_alarm(tally, output->domain, producer);
        }
    }
}

static bool checks_quality(const struct pipeline *pipeline)
{
    const struct step *const blocks[] = {pipeline->steps, pipeline->on_failure};
    for (size_t i = 0; i < 2; i++) {
        for (const struct step *step = blocks[i]; step; step = step->next) {
            if (step->kind == STEP_CHECK && step->output) {
                return true;
            }
        }
    }
    return false;
}

static void count_pipeline(struct tally *tally, const struct pipeline *pipeline)
{
    if (!pipeline_is_made(pipeline)) {
        return;
    }
    tally->resources += pipeline->role ? 2 : 3; /* machine, log group, role */
    tally->resources += pipeline->triggers.len;
    tally->schedules |= pipeline->triggers.len > 0;
    tally->evaluates |= checks_quality(pipeline);
    count_alarm(tally, pipeline->domain, pipeline);
}

/* With the group of its log. */
static size_t function_size(const struct function *function)
{
    return function->role ? 2 : 3;
}

/* Namespace and workgroup. */
static size_t warehouse_size(const struct warehouse *warehouse)
{
    return warehouse->role ? 2 : 3;
}

static struct tally tally_of(const struct deployment *deployment, const struct domain *domain)
{
    const struct domain_names *names = &deployment->domains[domain->decl.index];
    struct tally tally = {.resources = 2}; /* database, workgroup */
    if (names->bucket_made_here && names->bucket) {
        tally.resources += 2; /* with its policy */
    }
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            count_output(&tally, product->outputs.at[k]);
        }
    }
    for (size_t i = 0; i < domain->pipelines.len; i++) {
        count_pipeline(&tally, domain->pipelines.at[i]);
    }
    tally.resources += domain->made_roles.len;
    for (size_t i = 0; i < domain->functions.len; i++) {
        tally.resources += function_size(domain->functions.at[i]);
    }
    for (size_t i = 0; i < domain->warehouses.len; i++) {
        tally.resources += warehouse_size(domain->warehouses.at[i]);
    }
    tally.resources += tally.alarms ? 1 : 0;    /* dashboard */
    tally.resources += tally.schedules ? 1 : 0; /* role of the scheduler */
    tally.resources += tally.evaluates ? 1 : 0; /* role of evaluations */
    tally.resources += tally.own_topic ? 2 : 0; /* with its policy */
    return tally;
}

static size_t governance_size(const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    size_t resources = deployment->mesh_bucket ? 2 : 0;
    resources += mesh->made_roles.len;
    if (mesh->audit) {
        resources += mesh->audit->existing ? 1 : 3; /* trail, bucket and its policy */
    }
    resources +=
        mesh->recorder ? 5 : 0; /* with its role, channel, bucket and the bucket's policy */
    for (size_t i = 0; i < mesh->functions.len; i++) {
        resources += mesh->functions.at[i]->domain ? 0 : function_size(mesh->functions.at[i]);
    }
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        resources += mesh->warehouses.at[i]->domain ? 0 : warehouse_size(mesh->warehouses.at[i]);
    }
    for (size_t i = 0; i < mesh->guardrails.len; i++) {
        const struct guardrail *guardrail = mesh->guardrails.at[i];
        if (guardrail->managed.value) {
            resources++;
        } else if (guardrail->lambda.value) {
            resources += 2; /* with the permission to call it */
        }
    }
    return resources;
}

/* Locations are placed only where they can matter: exact says everywhere. */
static size_t *sizes_of(struct session *s, const struct deployment *deployment, bool exact)
{
    const struct mesh *mesh = deployment->mesh;
    size_t limit = (size_t)limit_info(LIMIT_TEMPLATE_RESOURCES)->figure;
    size_t *sizes = arena_array(&s->arena, size_t, mesh->domains.len + 1);
    struct places *places = NULL;
    for (size_t i = 0; i < mesh->channels.len; i++) { /* topic and policy */
        const struct channel *channel = mesh->channels.at[i];
        sizes[channel->domain ? channel->domain->decl.index : mesh->domains.len] +=
            channel->arn.value ? 0 : 2;
    }
    sizes[mesh->domains.len] += governance_size(deployment);
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        if (domain->existing) {
            sizes[i] = 0;
            continue;
        }
        struct tally tally = tally_of(deployment, domain);
        sizes[i] += tally.resources;
        if (!exact && (sizes[i] + tally.locations + 1) * 10 <= limit * 9) {
            continue;
        }
        places = places ? places : places_new(s, deployment);
        size_t count = places->root_count[domain->decl.index];
        sizes[i] += count ? count + 1 : 0; /* with the role that reads them */
    }
    return sizes;
}

const size_t *stack_sizes(struct session *s, const struct deployment *deployment)
{
    return sizes_of(s, deployment, true);
}

/* ---- reports --------------------------------------------------------------------------------- */

static void check_size(struct session *s, const struct deployment *deployment,
                       const struct domain *domain, size_t count)
{
    size_t limit = (size_t)limit_info(LIMIT_TEMPLATE_RESOURCES)->figure;
    if (count * 10 <= limit * 9) {
        return;
    }
    struct diag *d = diag(s, count > limit ? D_TEMPLATE_RESOURCES : D_TEMPLATE_NEARLY_FULL,
                          domain ? domain->decl.at : deployment->mesh->decl.at,
                          "the template of stack '%s' has %zu resources of the %zu that "
                          "CloudFormation takes",
                          stack_name(&s->arena, deployment, domain), count, limit);
    if (domain) {
        diag_help(s, d, "move some of the %zu products and %zu pipelines of '%s' to another domain",
                  domain->products.len, domain->pipelines.len, domain->decl.path);
    }
}

/* Columns are most of a large template. Where they alone are more than it takes, its trees are not
 * made: they would be a thousand times as large as the mesh. */
static void check_columns_fit(struct session *s, const struct deployment *deployment,
                              const struct domain *domain)
{
    enum { COLUMN_BYTES = 40 }; /* {"Name": "c","Type": "int"} and its line ends at the least */
    size_t limit = (size_t)limit_info(LIMIT_TEMPLATE_BYTES)->figure, columns = 0;
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            columns += table_is_made(product->outputs.at[k]) ? product->outputs.at[k]->data.len : 0;
        }
    }
    if (columns <= limit / COLUMN_BYTES) {
        return;
    }
    struct diag *d = diag(s, D_TEMPLATE_BYTES, domain->decl.at,
                          "the template of stack '%s' has %zu columns, more than the %zu bytes "
                          "that CloudFormation takes can hold",
                          stack_name(&s->arena, deployment, domain), columns, limit);
    diag_help(s, d, "move some of the %zu products of '%s' to another domain", domain->products.len,
              domain->decl.path);
}

void check_stacks(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    const size_t *sizes = sizes_of(s, deployment, false);
    for (size_t i = 0; i < mesh->domains.len; i++) {
        check_size(s, deployment, mesh->domains.at[i], sizes[i]);
        check_columns_fit(s, deployment, mesh->domains.at[i]);
    }
    check_size(s, deployment, NULL, sizes[mesh->domains.len]);
}
