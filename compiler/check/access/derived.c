/* derived.c - grants to the roles under which steps touch data: the row of each kind of step. */
#include "check/access/derived.h"

#include "check/access/glue_roles.h"
#include "check/access/live.h"
#include "check/access/rights.h"
#include "check/made.h"
#include "model/names.h"

enum { READS = PERMIT_SELECT | PERMIT_DESCRIBE };

struct deriver {
    struct cells *cells;
    const struct deployment *deployment; /* NULL: none */
    const struct principal *role;
    struct cause cause;
};

/* ---- one grant ------------------------------------------------------------------------------- */

static void give(const struct deriver *d, struct giving giving, unsigned permissions)
{
    giving.what.cause = d->cause;
    giving.what.permissions = permissions;
    cells_give(d->cells, d->role, &giving);
}

static void give_table(const struct deriver *d, const struct output *output, unsigned permissions)
{
    if (table_stands(output))
        give(d,
             (struct giving){.resource = ENTRY_TABLE, .domain = output->domain, .output = output},
             permissions);
}

/* ---- pipelines and functions ----------------------------------------------------------------- */

/* What a pipeline produces is written and read again, its inputs are read. Only Iceberg tables have
 * rows that can be deleted. */
static void touch(struct deriver *d, const struct pipeline *pipeline)
{
    d->cause.pipeline = pipeline;
    for (size_t i = 0; i < pipeline->produces.len; i++) {
        const struct output *output = pipeline->produces.at[i];
        unsigned writes = output_is_iceberg(output) ? PERMIT_INSERT | PERMIT_DELETE : PERMIT_INSERT;
        d->cause.input = NULL;
        give_table(d, output, READS | writes);
        for (size_t k = 0; k < output->inputs.len; k++) {
            d->cause.input = &output->inputs.at[k];
            if (output->inputs.at[k].output)
                give_table(d, output->inputs.at[k].output, READS);
        }
    }
}

/* Athena reads and writes with the rights of the role that runs the machine. */
static void queries(struct cells *cells, const struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->all_steps.len; i++) {
        const struct step *step = pipeline->all_steps.at[i];
        if (step->kind != STEP_ATHENA)
            continue;
        struct deriver d = {.cells = cells,
                            .role = principal_acting(pipeline->self),
                            .cause = {.step = step, .at = step->at}};
        touch(&d, pipeline);
        return;
    }
}

static const struct step *call_of(const struct pipeline *pipeline, const struct function *function)
{
    for (size_t i = 0; i < pipeline->all_steps.len; i++)
        if (pipeline->all_steps.at[i]->function == function)
            return pipeline->all_steps.at[i];
    return NULL;
}

/* A function touches data under its own role. */
static void called(struct cells *cells, const struct function *function)
{
    struct deriver d = {.cells = cells, .role = principal_acting(function->self)};
    for (size_t i = 0; i < function->callers.len; i++) {
        const struct pipeline *caller = function->callers.at[i];
        if (!pipeline_is_made(caller) ||
            !cells_afford(cells, caller->all_steps.len, function->decl.at))
            continue;
        d.cause.step = call_of(caller, function);
        d.cause.at = d.cause.step ? d.cause.step->at : function->decl.at;
        touch(&d, caller);
    }
}

/* ---- roles of Glue --------------------------------------------------------------------------- */

/* `path` names it for people: no mesh can name it. */
static struct principal *made_role(struct cells *cells, const char *path, const char *name,
                                   const struct domain *domain, struct span at)
{
    struct principal *role = arena_new(&cells->s->arena, struct principal);
    role->kind = PRINCIPAL_ROLE;
    role->decl = (struct decl){.name = path, .path = path, .at = at};
    role->aws_name = name;
    role->account = domain->catalog ? domain->catalog : domain->account;
    return role;
}

/* An evaluation reads every row, so the role that is handed to it reads the table. */
static void evaluations(struct cells *cells, const struct deployment *deployment,
                        const struct domain *domain)
{
    struct arena *arena = &cells->s->arena;
    struct outputs outputs = {0};
    evaluated_outputs(arena, domain, &outputs);
    struct deriver d = {.cells = cells};
    for (size_t i = 0; i < outputs.list.len; i++) {
        const struct output *output = outputs.list.at[i];
        if (!d.role)
            d.role =
                made_role(cells, evaluation_path(arena, domain),
                          name_quality_role(arena, deployment, domain), domain, domain->decl.at);
        d.cause.at = output->decl.at;
        give_table(&d, output, READS);
    }
}

/* A crawler of a declared table adds partitions to it; without declared columns it makes the table.
 */
static void crawler(struct cells *cells, const struct deployment *deployment,
                    const struct output *output)
{
    struct arena *arena = &cells->s->arena;
    struct deriver d = {
        .cells = cells, .role = output->crawl.role, .cause = {.at = output->crawl.at}};
    const char *uri = deployment->tables[output->decl.index].uri;
    if (!d.role)
        d.role = made_role(cells, crawler_path(arena, output),
                           name_crawler_role(arena, deployment, output), output->domain,
                           output->crawl.at);
    if (output->schema)
        give_table(&d, output, READS | PERMIT_ALTER);
    else
        give(&d, (struct giving){.resource = ENTRY_DATABASE, .domain = output->domain},
             PERMIT_CREATE_TABLE | PERMIT_DESCRIBE);
    if (uri)
        give(
            &d,
            (struct giving){.resource = ENTRY_LOCATION, .location = atom_of(&cells->s->atoms, uri)},
            PERMIT_DATA_LOCATION_ACCESS);
}

static void workers_of_glue(struct cells *cells, const struct mesh *mesh,
                            const struct deployment *deployment)
{
    for (size_t i = 0; i < mesh->domains.len; i++)
        if (!mesh->domains.at[i]->existing)
            evaluations(cells, deployment, mesh->domains.at[i]);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        if (output_is_made(output) && output->crawl.given)
            crawler(cells, deployment, output);
    }
}

void derived_grants(struct cells *cells, const struct mesh *mesh,
                    const struct deployment *deployment)
{
    for (size_t i = 0; i < mesh->pipelines.len; i++)
        if (pipeline_is_made(mesh->pipelines.at[i]))
            queries(cells, mesh->pipelines.at[i]);
    for (size_t i = 0; i < mesh->functions.len; i++)
        if (function_is_made(mesh->functions.at[i]))
            called(cells, mesh->functions.at[i]);
    if (deployment)
        workers_of_glue(cells, mesh, deployment);
}
