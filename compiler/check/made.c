/* made.c - see made.h. */
#include "check/made.h"

bool output_is_made(const struct output *output)
{
    return !output_exists(output) && output->status != STATUS_PROPOSED;
}

bool table_is_made(const struct output *output)
{
    return output_is_made(output) && output->schema;
}

bool product_has_stack(const struct product *product)
{
    for (size_t i = 0; product->own_stack && i < product->outputs.len; i++) {
        if (output_is_made(product->outputs.at[i])) {
            return true;
        }
    }
    return false;
}

bool pipeline_is_made(const struct pipeline *pipeline)
{
    return !pipeline->existing && !pipeline->domain->existing;
}

bool function_is_made(const struct function *function)
{
    return !function->domain || !function->domain->existing;
}

bool warehouse_is_made(const struct warehouse *warehouse)
{
    return !warehouse->domain || !warehouse->domain->existing;
}

void check_is_made(struct session *s, const struct decl *decl, const char *word,
                   const struct domain *domain)
{
    if (!domain || !domain->existing) {
        return;
    }
    struct diag *d = diag(s, D_EITHER_OR, decl->at,
                          "%s '%s' would not be made: domain '%s' exists and is only referred to",
                          word, decl->path, domain->decl.path);
    diag_place(s, d, domain->decl.at, "the domain");
    diag_help(s, d, "declare it outside of the domain, or in another one");
}

static void not_made(struct session *s, struct span at, const char *what, const struct decl *decl)
{
    struct diag *d =
        diag(s, D_NOT_MADE, at, "%s of '%s' is not made: it exists and is only referred to", what,
             decl->path);
    diag_place(s, d, decl->at, "declared here");
    diag_help(s, d, "remove it here, or leave `existing` out where the mesh is to make it");
}

static void check_output_parts(struct session *s, const struct output *output)
{
    if (output->crawl.given) {
        not_made(s, output->crawl.at, "the crawler", &output->decl);
    }
    if (output->quality_schedule.value) {
        not_made(s, output->quality_schedule.at, "the ruleset", &output->decl);
    }
}

static void check_pipeline_parts(struct session *s, const struct pipeline *pipeline)
{
    if (pipeline->steps) {
        not_made(s, pipeline->steps->at, "the machine", &pipeline->decl);
    }
    for (size_t i = 0; i < pipeline->triggers.len; i++) {
        not_made(s, pipeline->triggers.at[i].at, "the schedule", &pipeline->decl);
    }
    for (size_t i = 0; i < pipeline->events.len; i++) {
        not_made(s, pipeline->events.at[i].at, "the trigger", &pipeline->decl);
    }
}

/* A ruleset is made with its table; a crawler is told of where it is declared. */
static void check_evaluated(struct session *s, const struct pipeline *pipeline)
{
    for (size_t i = 0; pipeline_is_made(pipeline) && i < pipeline->all_steps.len; i++) {
        const struct step *step = pipeline->all_steps.at[i];
        if (step->kind == STEP_CHECK && step->output && step->output->rules &&
            output_exists(step->output) && !step->output->quality_schedule.value) {
            not_made(s, step->at, "the ruleset", &step->output->decl);
        }
    }
}

/* A link to a table stands with the database of a domain; what it leads to need not be there. */
static void check_link_parts(struct session *s, const struct link *link)
{
    check_is_made(s, &link->decl, "link", link->output ? link->inside : NULL);
    if (link->output && link->output->status == STATUS_PROPOSED) {
        struct diag *d = diag(s, D_LINK_TO_PROPOSED, link->to_at,
                              "'%s' is only proposed: it is not made, so the link leads nowhere",
                              link->output->decl.path);
        diag_place(s, d, link->output->decl.at, "declared here");
        diag_help(s, d, "give it the status `draft`, or add the link when it has one");
    }
}

void check_existing(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->links.len; i++) {
        check_link_parts(s, mesh->links.at[i]);
    }
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        if (output_exists(mesh->outputs.at[i])) {
            check_output_parts(s, mesh->outputs.at[i]);
        }
    }
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        if (pipeline->existing) {
            check_pipeline_parts(s, pipeline);
        } else {
            check_is_made(s, &pipeline->decl, "pipeline", pipeline->domain);
        }
        check_evaluated(s, pipeline);
    }
}
