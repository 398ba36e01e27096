/* glue_roles.c - see glue_roles.h. */
#include "check/access/glue_roles.h"

#include "check/access/rights.h"

#include <string.h>

const char *crawler_path(struct arena *arena, const struct output *output)
{
    return arena_format(arena, "crawler of %s", output->decl.path);
}

const char *evaluation_path(struct arena *arena, const struct domain *domain)
{
    return arena_format(arena, "quality of %s", domain->decl.path);
}

void glue_roles_make(struct arena *arena, const struct mesh *mesh, struct glue_roles *out)
{
    out->evaluators = arena_array(arena, struct evaluators, mesh->outputs.len + 1);
    for (size_t i = 0; i < mesh->domains.len; i++) {
        struct outputs outputs = {0};
        evaluated_outputs(arena, mesh->domains.at[i], &outputs);
        for (size_t k = 0; k < outputs.list.len; k++)
            vec_push(arena, &out->evaluators[outputs.list.at[k]->decl.index].domains,
                     mesh->domains.at[i]);
    }
}

/* Also of what is only proposed, whose roles are still to come. */
bool glue_works_for(const struct glue_roles *roles, const struct output *output)
{
    return output->crawl.given || output->quality_schedule.value ||
           roles->evaluators[output->decl.index].domains.len;
}

static void add_called(const struct parties *parties, party_set set, const char *path)
{
    size_t party = party_named(parties, path);
    if (party != SIZE_MAX)
        party_set_add(set, party);
}

void glue_roles_add(const struct glue_roles *roles, const struct parties *parties, party_set set,
                    const struct output *output)
{
    const struct evaluators *evaluators = &roles->evaluators[output->decl.index];
    if (output->crawl.given && output->crawl.role)
        party_set_add_named(parties, set, output->crawl.role);
    else if (output->crawl.given)
        add_called(parties, set, crawler_path(parties->arena, output));
    for (size_t i = 0; i < evaluators->domains.len; i++)
        add_called(parties, set, evaluation_path(parties->arena, evaluators->domains.at[i]));
}

bool is_glue_role(const struct glue_roles *roles, const struct parties *parties, size_t party,
                  const struct output *output)
{
    const struct evaluators *evaluators = &roles->evaluators[output->decl.index];
    const char *name = parties->list.at[party].name;
    bool is = output->crawl.given && !output->crawl.role &&
              strcmp(name, crawler_path(parties->arena, output)) == 0;
    for (size_t i = 0; i < evaluators->domains.len && !is; i++)
        is = strcmp(name, evaluation_path(parties->arena, evaluators->domains.at[i])) == 0;
    return is;
}
