/* watch.c - what is promised and nobody can watch: promises that no alarm looks at, dashboards with
 * more than they can show. Freshness is judged with the pipelines (pipelines.c). */
#include "check/areas.h"

#include "check/limits.h"
#include "check/made.h"
#include "check/promises.h"
#include "check/rulesets.h"

/* ---- promises -------------------------------------------------------------------------------- */

/* One note a promise: what a mesh promises in a hundred products, it promises once. */
static void not_watched(struct session *s, const struct mesh *mesh, enum promise promise)
{
    size_t count = 0;
    struct span first = {0};
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const struct promised *promised = output->promises[promise];
        if (promised && output_is_made(output) && output->status != STATUS_RETIRED) {
            first = count++ == 0 ? promised->value.at : first;
        }
    }
    if (count == 0) {
        return;
    }
    struct diag *d = diag(s, D_PROMISES_NOT_WATCHED, first,
                          "nothing here notices when the promised %s is not kept (%zu %s)",
                          promise_word(promise), count, count == 1 ? "table" : "tables");
    diag_help(s, d,
              "alarms watch runs, freshness and rules of quality; it stands in the catalog for "
              "its readers");
}

void check_promises(struct session *s, const struct mesh *mesh)
{
    static const enum promise promises[] = {PROMISE_LATENCY, PROMISE_AVAILABILITY,
                                            PROMISE_FREQUENCY, PROMISE_TIME_OF_AVAILABILITY,
                                            PROMISE_TIME_TO_REPAIR};
    for (size_t i = 0; i < sizeof promises / sizeof *promises; i++) {
        not_watched(s, mesh, promises[i]);
    }
}

/* ---- dashboards ------------------------------------------------------------------------------ */

static size_t dashboard_metrics(const struct deployment *deployment, const struct domain *domain)
{
    bool sees_quality =
        account_of_catalog(deployment, domain) == account_of_domain(deployment, domain);
    size_t metrics = 0;
    for (size_t i = 0; i < domain->pipelines.len; i++) {
        metrics += pipeline_is_made(domain->pipelines.at[i]) ? METRICS_OF_PIPELINE : 0;
    }
    for (size_t i = 0; sees_quality && i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            const struct output *output = product->outputs.at[k];
            metrics += table_is_made(output) && has_ruleset(output) ? METRICS_OF_QUALITY : 0;
        }
    }
    return metrics;
}

void check_dashboards(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    size_t most = (size_t)limit_info(LIMIT_DASHBOARD_METRICS)->figure;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        size_t metrics = domain->existing ? 0 : dashboard_metrics(deployment, domain);
        if (metrics > most) {
            struct diag *d = diag(s, D_DASHBOARD_FULL, domain->decl.at,
                                  "the dashboard of domain '%s' would show %zu metrics, CloudWatch "
                                  "takes %zu: the last ones are left out",
                                  domain->decl.path, metrics, most);
            diag_help(s, d, "alarms watch all of them; a smaller domain has a whole dashboard");
        }
    }
}
