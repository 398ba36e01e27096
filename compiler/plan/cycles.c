/* cycles.c - resources of a stack that wait for each other in a circle, which CloudFormation cannot
 * make. Only what the mesh refers to by itself can close one: the compiler's own resources do not.
 *
 * The edges are read from the finished properties, so that whatever meets there counts: what the
 * mesh wrote, what a patch put in, the right to a queue in the policy of a role. */
#include "plan/resources.h"

#include <string.h>

struct edge {
    struct edge *next;
    size_t to;
    struct span at; /* of the reference in the mesh; of the resource where the compiler wrote it */
};

struct graph {
    struct plan *plan;
    struct stack *stack;
    struct map ids;     /* logical id -> place among the resources, plus 1 */
    struct map written; /* a value of the template -> what the mesh wrote for it */
    struct edge **edges;
    struct edge **tail;  /* where the next edge of the resource being read goes */
    struct span here;    /* the nearest place in the mesh */
    size_t *way;         /* resources on the way down, in order */
    struct edge **taken; /* by resource on the way: the edge to go on with */
    size_t depth;
    unsigned char *state;
};

enum { NEW, ON_THE_WAY, DONE };

static void add_edge(struct graph *g, const char *id, size_t length)
{
    size_t to = (uintptr_t)map_get(&g->ids, atom_put(&g->plan->s->atoms, id, length), NULL);
    if (to == 0) {
        return; /* a pseudo parameter, or a name of Fn::Sub's own */
    }
    struct edge *edge = arena_new(&g->plan->scratch, struct edge);
    edge->to = to - 1;
    edge->at = g->here;
    *g->tail = edge;
    g->tail = &edge->next;
}

/* ${Id} and ${Id.Attribute}; ${!x} is a text. */
static void read_substitution(struct graph *g, const char *text)
{
    for (const char *p = text; (p = strstr(p, "${")) != NULL; p++) {
        if (p[2] != '!') {
            add_edge(g, p + 2, strcspn(p + 2, ".}"));
        }
    }
}

/* {"Ref": ..} and the like are values of one member; with others beside it the key is only a key.
 */
static bool read_intrinsic(struct graph *g, const json *object)
{
    const json *value = json_is_object(object) ? json_first(object) : NULL;
    if (value == NULL || json_next(value) != NULL) {
        return false;
    }
    const char *key = json_key(value);
    const char *text = json_text_of(json_is_array(value) ? json_first(value) : value);
    if (text == NULL) {
        return false;
    }
    if (strcmp(key, "Ref") == 0 || strcmp(key, "Fn::GetAtt") == 0) {
        add_edge(g, text, strlen(text));
        return true;
    }
    if (strcmp(key, "Fn::Sub") == 0) {
        read_substitution(g, text);
        return true;
    }
    return false;
}

static void read_value(struct graph *g, const json *value)
{
    struct span outer = g->here;
    const struct data *data = map_get(&g->written, value, NULL);
    if (data != NULL) {
        g->here = data->at;
    }
    if (!read_intrinsic(g, value) && (json_is_object(value) || json_is_array(value))) {
        for (const json *part = json_first(value); part != NULL; part = json_next(part)) {
            read_value(g, part);
        }
    }
    g->here = outer;
}

static void read_resource(struct graph *g, size_t index)
{
    const struct resource *resource = &g->stack->resources.at[index];
    g->tail = &g->edges[index];
    g->here = resource->at;
    read_value(g, resource->properties);
    if (resource->depends_on != NULL) {
        add_edge(g, resource->depends_on, strlen(resource->depends_on));
    }
    for (size_t i = 0; i < resource->after.len; i++) {
        add_edge(g, resource->after.at[i], strlen(resource->after.at[i]));
    }
}

/* As the mesh knows it: what it spells out by its name, what the compiler makes by its type too. */
static const char *name_of(const struct graph *g, size_t index)
{
    const struct resource *resource = &g->stack->resources.at[index];
    struct session *s = g->plan->s;
    const struct source *source = source_at(s, resource->at.lo);
    if (source == NULL) {
        return resource->id;
    }
    const char *text = source->text + (resource->at.lo - source->base);
    int length = (int)(resource->at.hi - resource->at.lo);
    bool spelled_out = strncmp(resource->id, "Resource", strlen("Resource")) == 0;
    return spelled_out ? arena_format(&s->arena, "'%.*s'", length, text)
                       : arena_format(&s->arena, "the %s of '%.*s'", resource->type, length, text);
}

static void report(struct graph *g, const struct edge *closing)
{
    struct session *s = g->plan->s;
    size_t last = g->depth - 1, first = last;
    while (g->way[first] != closing->to) {
        first--;
    }
    const char *here = name_of(g, g->way[last]), *there = name_of(g, closing->to);
    struct diag *d;
    if (first == last) {
        d = diag(s, D_REFERENCE_CYCLE, closing->at, "%s refers to itself", here);
    } else {
        d = diag(s, D_REFERENCE_CYCLE, closing->at, "%s refers to %s, which waits for it", here,
                 there);
    }
    for (size_t i = first; i < last && i < first + 8; i++) {
        const struct edge *edge = g->taken[g->way[i]];
        diag_place(s, d, edge->at, "%s refers to %s", name_of(g, g->way[i]), name_of(g, edge->to));
    }
    diag_help(s, d,
              "CloudFormation makes one after the other: write the name or ARN of one as a text");
}

/* Depth first without recursion; a circle is told where it closes. */
static void walk(struct graph *g, size_t start)
{
    g->way[g->depth++] = start;
    g->state[start] = ON_THE_WAY;
    g->taken[start] = g->edges[start];
    while (g->depth > 0) {
        size_t here = g->way[g->depth - 1];
        const struct edge *edge = g->taken[here];
        if (edge == NULL) {
            g->state[here] = DONE;
            if (--g->depth > 0) {
                struct edge **taken = &g->taken[g->way[g->depth - 1]];
                *taken = (*taken)->next;
            }
        } else if (g->state[edge->to] == NEW) {
            g->state[edge->to] = ON_THE_WAY;
            g->taken[edge->to] = g->edges[edge->to];
            g->way[g->depth++] = edge->to;
        } else {
            if (g->state[edge->to] == ON_THE_WAY) {
                report(g, edge);
            }
            g->taken[here] = edge->next;
        }
    }
}

void plan_judge_cycles(struct plan *plan, struct stack *stack)
{
    size_t count = stack->resources.len;
    struct graph g = {.plan = plan, .stack = stack};
    if (plan->late.len == 0) {
        return;
    }
    for (size_t i = 0; i < plan->late.len; i++) {
        map_set(&g.written, plan->late.at[i].object, NULL,
                (void *)(uintptr_t)plan->late.at[i].data);
    }
    for (size_t i = 0; i < count; i++) {
        map_set(&g.ids, atom_of(&plan->s->atoms, stack->resources.at[i].id), NULL,
                (void *)(uintptr_t)(i + 1));
    }
    g.edges = arena_array(&plan->scratch, struct edge *, count);
    g.taken = arena_array(&plan->scratch, struct edge *, count);
    g.way = arena_array(&plan->scratch, size_t, count);
    g.state = arena_array(&plan->scratch, unsigned char, count);
    for (size_t i = 0; i < count; i++) {
        read_resource(&g, i);
    }
    for (size_t i = 0; i < count; i++) {
        if (g.state[i] == NEW) {
            walk(&g, i);
        }
    }
    map_free(&g.ids);
    map_free(&g.written);
}
