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
