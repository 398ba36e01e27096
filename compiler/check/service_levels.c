/* service_levels.c - promises against each other: nothing is fresher than what it is made from,
 * nothing is deleted before it was promised to be gone. */
#include "check/areas.h"
#include "check/storage.h"

static const struct amount *promise_of(const struct output *output, enum promise promise)
{
    const struct promised *promised = output->promises[promise];
    return promised && promised->value.base > 0 ? &promised->value : NULL;
}

/* A product is at best as fresh as its stalest input. */
static void check_freshness(struct session *s, const struct output *output)
{
    const struct amount *own = promise_of(output, PROMISE_FRESHNESS);
    for (size_t i = 0; own && i < output->inputs.len; i++) {
        const struct input *input = &output->inputs.at[i];
        const struct amount *source =
            input->output ? promise_of(input->output, PROMISE_FRESHNESS) : NULL;
        if (!source || source->base <= own->base)
            continue;
        struct diag *d = diag(s, D_FRESHER_THAN_INPUT, own->at,
                              "'%s' promises data at most %s old, but its input '%s' may be %s old",
                              output->decl.path, own->text, input->output->decl.path, source->text);
        diag_place(s, d, input->at, "the input");
        diag_place(s, d, source->at, "what it promises");
    }
}

const struct amount *longest_retention(const struct output *output)
{
    const struct amount *longest = NULL;
    for (const struct promised *p = output->promises[PROMISE_RETENTION]; p; p = p->next)
        if (p->value.base > (longest ? longest->base : 0))
            longest = &p->value;
    return longest;
}

static void check_deletion(struct session *s, const struct output *output)
{
    const struct amount *kept = longest_retention(output);
    const struct amount *deleted = &output->lifecycle.delete;
    if (!kept || !deleted->text || deleted->base >= kept->base)
        return;
    struct diag *d = diag(s, D_DELETED_TOO_EARLY, deleted->at,
                          "'%s' is deleted after %s, but promised to be kept for %s",
                          output->decl.path, deleted->text, kept->text);
    diag_place(s, d, kept->at, "the promise");
}

void check_service_levels(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        check_freshness(s, mesh->outputs.at[i]);
        check_deletion(s, mesh->outputs.at[i]);
    }
}
