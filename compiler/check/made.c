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
