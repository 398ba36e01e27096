/* pipelines.c - rules over pipelines as a whole, and what the products they write promise. Their
 * steps are judged by steps.c and flow.c, what starts them by triggers.c. Figures are those of
 * limits.def. */
#include "check/pipelines.h"

#include "base/buf.h"
#include "base/map.h"
#include "check/limits.h"
#include "check/promises.h"
#include "check/steps.h"
#include "check/triggers.h"

#include <string.h>

static int64_t figure(enum limit limit)
{
    return limit_info(limit)->figure;
}

static void produced(struct session *s, const struct pipeline *pipeline)
{
    const struct product *before = NULL; /* the outputs of a product stand together */
    for (size_t i = 0; i < pipeline->produces.len; i++) {
        const struct product *product = pipeline->produces.at[i]->product;
        if (product->status == STATUS_RETIRED && product != before) {
            struct diag *d = diag(s, D_PIPELINE_ON_RETIRED, pipeline->decl.at,
                                  "it produces '%s', which is retired", product->decl.path);
            diag_place(s, d, product->decl.at, "declared here");
        }
        before = product;
    }
}

static void whole(struct session *s, const struct pipeline *pipeline)
{
    if (!pipeline->steps && !pipeline->broken) {
        diag(s, D_PIPELINE_WITHOUT_STEPS, pipeline->decl.at, "pipeline '%s' has no steps",
             pipeline->decl.path);
    }
    check_seconds(s, &pipeline->timeout, "the timeout");
    produced(s, pipeline);
    if (!pipeline->express) {
        return;
    }
    if (pipeline->overlap_skip) {
        diag(s, D_EXPRESS_PIPELINE, pipeline->decl.at,
             "the runs of an express machine cannot be listed, so `overlap: skip` "
             "needs `type: standard`");
    }
    if (pipeline->timeout.text && pipeline->timeout.base > figure(LIMIT_EXPRESS_SECONDS)) {
        diag(s, D_EXPRESS_PIPELINE, pipeline->timeout.at,
             "an express machine runs for %lld s at the most",
             (long long)figure(LIMIT_EXPRESS_SECONDS));
    }
}

/* ---- promises -------------------------------------------------------------------------------- */

/* The trigger that starts any of the producers most often; NULL when one of them may be started in
 * another way or at times that are not known. */
static const struct trigger *most_frequent(const struct output *output)
{
    const struct trigger *best = NULL;
    for (size_t i = 0; i < output->producers.len; i++) {
        const struct pipeline *pipeline = output->producers.at[i];
        if (pipeline->triggers.len == 0 || pipeline->events.len > 0) {
            return NULL;
        }
        for (size_t k = 0; k < pipeline->triggers.len; k++) {
            const struct trigger *trigger = &pipeline->triggers.at[k];
            if (trigger->period <= 0) {
                return NULL;
            }
            if (!best || trigger->period < best->period) {
                best = trigger;
            }
        }
    }
    return best;
}

static void freshness(struct session *s, const struct output *output)
{
    const struct promised *promise = output->promises[PROMISE_FRESHNESS];
    const struct trigger *trigger = most_frequent(output);
    if (promise && trigger && promise->value.base > 0 && promise->value.base < trigger->period) {
        struct diag *d = diag(s, D_FRESHER_THAN_SCHEDULE, promise->value.at,
                              "'%s' cannot be %s fresh: it is written every %lld s",
                              output->decl.path, promise->value.text, (long long)trigger->period);
        diag_place(s, d, trigger->at, "the schedule of what produces it");
    }
}

static void unwatched(struct session *s, const struct output *output)
{
    static const char *const reasons[] = {
        [WATCH_NO_PRODUCER] = "no pipeline of this mesh produces it",
        [WATCH_TOO_SHORT] = "an alarm looks at a minute at least",
        [WATCH_TOO_LONG] = "an alarm looks back seven days at most",
        [WATCH_OTHER_ACCOUNT] =
            ("a pipeline of another account produces it, and an alarm sees the runs "
             "of its own account alone"),
        [WATCH_MANY_PRODUCERS] = "more pipelines produce it than the nine that an alarm can sum up",
    };
    struct watch_window window;
    enum watchable watchable = watch_freshness(output, &window);
    if (watchable != WATCH_YES && watchable != WATCH_NOTHING) {
        diag(s, D_PROMISE_UNWATCHED, output->promises[PROMISE_FRESHNESS]->value.at,
             "nobody will notice when '%s' is not fresh: %s", output->decl.path,
             reasons[watchable]);
    }
}

/* Marks the outputs that something evaluates: a check step of any pipeline. */
static bool *evaluated(struct session *s, const struct mesh *mesh)
{
    bool *marks = arena_array(&s->arena, bool, mesh->outputs.len + 1);
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        for (size_t k = 0; k < pipeline->all_steps.len; k++) {
            const struct step *step = pipeline->all_steps.at[k];
            if (step->kind == STEP_CHECK && step->output) {
                marks[step->output->decl.index] = true;
            }
        }
    }
    return marks;
}

static void promises(struct session *s, const struct mesh *mesh)
{
    const bool *checked = evaluated(s, mesh);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        bool ours = !output->existing && !output->product->existing && !output->domain->existing &&
                    output->status != STATUS_PROPOSED && output->status != STATUS_RETIRED;
        freshness(s, output);
        unwatched(s, output);
        const struct rule *rule = output->rules;
        while (rule && rule->implied) {
            rule = rule->next;
        }
        if (ours && rule && !checked[output->decl.index] && !output->quality_schedule.value) {
            struct diag *d =
                diag(s, D_RULES_NOT_EVALUATED, rule->at,
                     "nothing in this mesh evaluates the quality rules of '%s'", output->decl.path);
            diag_help(s, d,
                      "add a step `check %s` to the pipeline that writes it, or `schedule:` to its "
                      "quality",
                      output->decl.path);
        }
    }
}

void check_pipelines(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        if (!pipeline->existing) {
            whole(s, pipeline);
            check_triggers(s, pipeline);
            check_steps(s, pipeline);
        }
    }
    check_rings(s, mesh);
    promises(s, mesh);
}

/* ---- one deployment -------------------------------------------------------------------------- */

/* Characters that Step Functions refuses in names of machines, and those that CloudWatch cannot
 * log. */
static void machine_name(struct session *s, const struct pipeline *pipeline, const char *name)
{
    struct span at = pipeline->machine.value ? pipeline->machine.at : pipeline->decl.at;
    size_t length = text_characters(name);
    if (length == 0 || length > (size_t)figure(LIMIT_MACHINE_NAME)) {
        diag(s, D_MACHINE_NAME, at, "the machine's name '%s' has %zu characters, 1 to %lld fit",
             name, length, (long long)figure(LIMIT_MACHINE_NAME));
    } else if (!text_only(name, strlen(name), "-_.")) {
        struct diag *d =
            diag(s, D_MACHINE_NAME, at, "the machine's name '%s' cannot be logged", name);
        diag_help(s, d, "use letters, digits, hyphens, underscores and dots");
    }
}

void check_machines(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        const char *name = deployment->machines[pipeline->decl.index];
        if (!name || pipeline->existing || pipeline->domain->existing) {
            continue;
        }
        machine_name(s, pipeline, name);
    }
}
