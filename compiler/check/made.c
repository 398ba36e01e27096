/* made.c - see made.h. */
#include "check/made.h"

bool output_is_made(const struct output *output)
{
    return !output->existing && !output->product->existing && !output->domain->existing &&
           output->status != STATUS_PROPOSED;
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
