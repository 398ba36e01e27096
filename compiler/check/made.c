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
