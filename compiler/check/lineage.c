/* lineage.c - inputs between products: shared, without cycles, and classifications that never fall
 * along the way. */
#include "check/areas.h"

#include <string.h>

/* ---- sharing --------------------------------------------------------------------------------- */

static bool is_shared(const struct product *producer, const struct domain *consumer)
{
    if (producer->domain == consumer || producer->shared_with_everyone)
        return true;
    for (size_t i = 0; i < producer->shared_with.len; i++)
        if (producer->shared_with.at[i] == consumer)
            return true;
    return false;
}

static void require_sharing(struct session *s, const struct product *producer,
                            const struct domain *consumer, struct span at)
{
    if (is_shared(producer, consumer))
        return;
    struct diag *d = diag(s, D_INPUT_NOT_SHARED, at, "'%s' is not shared with domain '%s'",
                          producer->decl.path, consumer->decl.path);
    diag_place(s, d, producer->decl.at, "its owner decides here");
    diag_help(s, d, "add 'shared_with: [%s]' to '%s'", consumer->decl.path, producer->decl.path);
}

/* An evaluation reads the product too, under a role of the pipeline's domain. */
static void check_evaluations(struct session *s, const struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->all_steps.len; i++) {
        const struct step *step = pipeline->all_steps.at[i];
        if (step->kind == STEP_CHECK && step->output)
            require_sharing(s, step->output->product, pipeline->domain, step->at);
    }
}

static void check_inputs(struct session *s, const struct output *output)
{
    for (size_t i = 0; i < output->inputs.len; i++) {
        const struct input *input = &output->inputs.at[i];
        if (!input->output)
            continue;
        require_sharing(s, input->output->product, output->domain, input->at);
        if (input->output->status == STATUS_RETIRED)
            diag(s, D_INPUT_RETIRED, input->at, "'%s' is retired", input->output->decl.path);
        else if (input->output->status == STATUS_DEPRECATED) {
            struct diag *d = diag(s, D_INPUT_DEPRECATED, input->at, "'%s' is deprecated",
                                  input->output->decl.path);
            if (input->output->replaced_by)
                diag_help(s, d, "it is replaced by '%s'", input->output->replaced_by->decl.path);
        }
    }
}

/* ---- cycles ---------------------------------------------------------------------------------- */

/* Walks inputs depth first without recursion, for chains may be as long as the mesh is large. */
struct walk {
    struct session *s;
    const struct mesh *mesh;
    unsigned char *state; /* by output: 0 new, 1 on the way, 2 done */
    size_t *next;         /* by output: the input to follow next */
    struct {
        const struct output **at;
        size_t len;
    } path;
};

static void report_cycle(struct walk *w, const struct input *closing)
{
    size_t first = w->path.len;
    while (first > 0 && w->path.at[first - 1] != closing->output)
        first--;
    struct diag *d = diag(w->s, D_INPUT_CYCLE, closing->at, "'%s' is made from itself",
                          closing->output->decl.path);
    for (size_t i = first; i + 1 <= w->path.len && i < first + 8; i++)
        diag_place(w->s, d, w->path.at[i]->decl.at, "'%s' is on the way round",
                   w->path.at[i]->decl.path);
    diag_help(w->s, d, "data flows one way: take the input out where it turns back");
}

static void walk_from(struct walk *w, const struct output *start)
{
    w->path.at[w->path.len++] = start;
    w->state[start->decl.index] = 1;
    while (w->path.len) {
        const struct output *here = w->path.at[w->path.len - 1];
        size_t *next = &w->next[here->decl.index];
        if (*next == here->inputs.len) {
            w->state[here->decl.index] = 2;
            w->path.len--;
            continue;
        }
        const struct input *input = &here->inputs.at[(*next)++];
        if (!input->output || w->state[input->output->decl.index] == 2)
            continue;
        if (w->state[input->output->decl.index] == 1) {
            report_cycle(w, input);
            continue;
        }
        w->state[input->output->decl.index] = 1;
        w->path.at[w->path.len++] = input->output;
    }
}

static void check_cycles(struct session *s, const struct mesh *mesh)
{
    size_t count = mesh->outputs.len;
    struct walk w = {.s = s, .mesh = mesh};
    w.state = arena_array(&s->arena, unsigned char, count + 1);
    w.next = arena_array(&s->arena, size_t, count + 1);
    w.path.at = arena_array(&s->arena, const struct output *, count + 1);
    for (size_t i = 0; i < count; i++)
        if (!w.state[i])
            walk_from(&w, mesh->outputs.at[i]);
}

/* ---- classification -------------------------------------------------------------------------- */

static size_t rank_of(const struct tag *tag, atom value)
{
    for (size_t i = 0; i < tag->values.len; i++)
        if (tag->values.at[i] == value)
            return i;
    return 0;
}

/* The effective value of a key on a column: its own, its table's, the default. */
static atom effective(const struct output *output, const struct column *column,
                      const struct tag *tag)
{
    atom value = tag_value_of(output, column, tag);
    return value ? value : tag->default_value;
}

static void check_from(struct session *s, const struct mesh *mesh, const struct output *output,
                       const struct column *column)
{
    if (!column->notes->from.column || column->notes->declassified.value)
        return;
    for (size_t i = 0; i < mesh->tags.len; i++) {
        const struct tag *tag = mesh->tags.at[i];
        atom here = effective(output, column, tag);
        atom there = effective(column->notes->from.output, column->notes->from.column, tag);
        if (!tag->ordered || !there || (here && rank_of(tag, here) >= rank_of(tag, there)))
            continue;
        struct diag *d = diag(s, D_CLASSIFICATION_FALLS, column->notes->from.at,
                              "%s falls from '%s' to '%s' on the way to '%s'", tag->decl.name,
                              there, here ? here : "nothing", column->decl.path);
        diag_place(s, d, column->notes->from.column->decl.at, "it is '%s' here", there);
        diag_help(s, d, "raise it here, or say why it may fall: @declassify(\"...\")");
    }
}

void check_lineage(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        check_inputs(s, output);
        for (size_t k = 0; output->schema && k < output->schema->marked.len; k++)
            check_from(s, mesh, output, output->schema->marked.at[k]);
    }
    for (size_t i = 0; i < mesh->pipelines.len; i++)
        check_evaluations(s, mesh->pipelines.at[i]);
    check_cycles(s, mesh);
}
