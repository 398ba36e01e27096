/* proofs.c - see proofs.h: which entries, and which ways that are no grants, give what a promise
 * forbids. */
#include "check/access/proofs.h"

#include "check/access/aim.h"
#include "check/access/ways.h"
#include "model/predicate.h"

#include <string.h>

struct prover {
    struct effective *e;
    struct aim aim;
    struct proof *proof;
    struct arena scratch;
    struct map seen; /* (what, mark): domains and classes that are done */
};

const char *verdict_word(enum verdict verdict)
{
    static const char *const words[] = {[VERDICT_PROVEN] = "proven",
                                        [VERDICT_BROKEN] = "broken",
                                        [VERDICT_UNPROVABLE] = "unprovable"};
    return words[verdict];
}

static unsigned first_bit(unsigned permissions)
{
    return permissions & (0u - permissions);
}

/* ---- whom it speaks of ----------------------------------------------------------------------- */

static void except_product(struct prover *p, const struct excepted_product *excepted)
{
    for (size_t i = 0; i < excepted->outputs.len; i++)
        glue_roles_add(p->proof->glue, &p->e->parties, p->proof->excepted, excepted->outputs.at[i]);
}

static void speak(struct prover *p)
{
    struct parties *parties = &p->e->parties;
    struct proof *proof = p->proof;
    const struct grant *promise = proof->promise;
    proof->spoken = party_set_new(parties, &p->e->arena);
    proof->excepted = party_set_new(parties, &p->e->arena);
    proof->broken = party_set_new(parties, &p->e->arena);
    proof->passed_on = party_set_new(parties, &p->e->arena);
    for (size_t i = 0; promise->everyone && i < parties->list.len; i++)
        party_set_add(proof->spoken, i);
    for (size_t i = 0; i < promise->to.len; i++)
        party_set_add_named(parties, proof->spoken, promise->to.at[i]);
    for (size_t i = 0; i < promise->except_for.len; i++)
        party_set_add_named(parties, proof->excepted, promise->except_for.at[i]);
    for (size_t i = 0; i < promise->except_products.len; i++)
        except_product(p, &promise->except_products.at[i]);
    for (size_t i = 0; i < parties->words; i++) {
        proof->excepted[i] &= proof->spoken[i];
        proof->spoken[i] &= ~proof->excepted[i];
    }
}

/* ---- entries --------------------------------------------------------------------------------- */

/* Notes that the route gives some permission; whom it breaks the promise for. */
static void hit(struct prover *p, const struct hit *found)
{
    const struct parties *parties = &p->e->parties;
    struct proof *proof = p->proof;
    const uint64_t *reached =
        party_reached(parties, found->route.grantee, found->route.entry->owner);
    bool breaks = false;
    for (size_t i = 0; i < parties->words; i++) {
        uint64_t who = reached ? reached[i] : 0;
        if (found->route.grantee / 64 == i)
            who |= UINT64_C(1) << found->route.grantee % 64;
        who &= proof->spoken[i];
        proof->broken[i] |= who;
        breaks |= who != 0;
    }
    if (breaks)
        vec_push(&p->e->arena, &proof->hits, *found);
}

static void pass_on(struct prover *p, const struct hit *found)
{
    if (!party_set_has(p->proof->passed_on, found->route.grantee)) {
        party_set_add(p->proof->passed_on, found->route.grantee);
        vec_push(&p->e->arena, &p->proof->passes, *found);
    }
}

/* The first column of the table that is aimed at and that the route shows. */
static size_t shown_column(struct prover *p, const struct route *route, const struct output *output)
{
    for (size_t i = 0; i < table_column_count(output); i++)
        if (aim_at_column(&p->aim, output, i) && route_shows(p->e, route, output, i))
            return i;
    return ANY_COLUMN;
}

static void judge_route(struct prover *p, const struct route *route, const struct output *output)
{
    struct hit found = {.route = *route, .output = output, .column = ANY_COLUMN};
    unsigned given = route_permissions(route) & p->aim.permissions;
    unsigned passed = route_grantable(route) & p->aim.permissions;
    bool aimed = aim_at_table(&p->aim, output);
    if (given & ~(unsigned)PERMIT_SELECT && aimed)
        found.permission = first_bit(given & ~(unsigned)PERMIT_SELECT);
    if (given & PERMIT_SELECT) {
        found.column = shown_column(p, route, output);
        if (found.column != ANY_COLUMN)
            found.permission = PERMIT_SELECT;
    }
    if (found.permission)
        hit(p, &found);
    if (passed && party_set_has(p->proof->excepted, route->grantee) &&
        ((passed & ~(unsigned)PERMIT_SELECT && aimed) ||
         (passed & PERMIT_SELECT && shown_column(p, route, output) != ANY_COLUMN))) {
        found.permission = first_bit(passed);
        pass_on(p, &found);
    }
    if (table_permissions_spelled(route->entry->permissions) & PERMIT_ALTER &&
        route->reach == REACH_WHOLE && aimed && !route->entry->derived &&
        party_set_has(p->proof->spoken, route->grantee)) {
        found.permission = PERMIT_ALTER;
        vec_push(&p->e->arena, &p->proof->alters, found);
    }
}

/* What is done once for a domain or a class, whatever tables of it are looked at. Two tables of one
 * domain may differ in whether a column is aimed at. */
static bool first_time(struct prover *p, const void *thing, size_t mark)
{
    if (map_get(&p->seen, thing, (const char *)p + mark))
        return false;
    map_put(&p->seen, thing, (const char *)p + mark, p);
    return true;
}

static void judge_items(struct prover *p, const struct item *const *items, size_t from, size_t to,
                        enum reach reach, const struct output *output)
{
    for (size_t i = from; i < to; i++) {
        const struct route route = {items[i]->entry, items[i]->party, reach};
        judge_route(p, &route, output);
    }
}

static void judge_class(struct prover *p, const struct table_class *class,
                        const struct output *output)
{
    const struct effective *e = p->e;
    for (size_t m = 0; m < class->matches.len; m++) {
        const struct class_match *match = &class->matches.at[m];
        size_t from = e->first_on_expression[match->expression];
        size_t to = e->first_on_expression[match->expression + 1];
        for (size_t i = from; i < to; i++)
            if (e->on_expression[i]->entry->owner == class->owner)
                judge_items(p, e->on_expression, i, i + 1, match->reach, output);
    }
}

/* A filter shows by its rows what its predicate looks at. */
static void note_tellings(struct prover *p, const struct output *output)
{
    const struct effective *e = p->e;
    uint32_t index = output->decl.index;
    for (size_t i = e->first_on_table[index]; i < e->first_on_table[index + 1]; i++) {
        const struct item *item = e->on_table[i];
        const struct predicate *where = item->entry->where;
        if (!where || !(p->aim.permissions & PERMIT_SELECT) ||
            !party_set_has(p->proof->spoken, item->party))
            continue;
        for (size_t c = 0; c < table_column_count(output); c++)
            for (size_t k = 0; k < where->columns.len; k++)
                if (where->columns.at[k] == table_column(output, c) &&
                    aim_at_column(&p->aim, output, c))
                    vec_push(&p->e->arena, &p->proof->tellings,
                             ((struct telling){item->entry, output, c}));
    }
}

static size_t aimed_columns(struct prover *p, const struct output *output)
{
    size_t aimed = 0;
    for (size_t i = 0; i < table_column_count(output); i++)
        aimed += aim_at_column(&p->aim, output, i);
    return aimed;
}

static void judge_ways(struct prover *p, const struct output *output)
{
    struct parties *parties = &p->e->parties;
    party_set led = party_set_new(parties, &p->scratch);
    ways_join(p->e->ways, output, led);
    for (size_t i = 0; i < parties->words; i++) {
        if (led[i] & p->proof->spoken[i] && !p->proof->by_way)
            p->proof->by_way = output;
        p->proof->broken[i] |= led[i] & p->proof->spoken[i];
    }
}

static void judge_table(struct prover *p, const struct output *output)
{
    const struct effective *e = p->e;
    uint32_t index = output->decl.index, domain = output->domain->decl.index;
    if (!effective_has(e, output) || !aim_at_table(&p->aim, output))
        return;
    bool selects = p->aim.permissions & PERMIT_SELECT;
    size_t columns = selects ? aimed_columns(p, output) : 0;
    if (!columns && !(p->aim.permissions & ~(unsigned)PERMIT_SELECT))
        return;
    p->proof->aimed += columns ? columns : 1;
    if (!p->proof->unsure && (!output->schema || output_is_hybrid(output)))
        p->proof->unsure = output;
    judge_items(p, e->on_table, e->first_on_table[index], e->first_on_table[index + 1], REACH_WHOLE,
                output);
    if (first_time(p, output->domain, columns > 0))
        judge_items(p, e->on_domain, e->first_on_domain[domain], e->first_on_domain[domain + 1],
                    REACH_WHOLE, output);
    const struct table_class *class = &e->classes.at[e->class_of[index]];
    if (p->aim.listed || first_time(p, class, 2))
        judge_class(p, class, output);
    if (columns || p->aim.permissions & PERMIT_DESCRIBE)
        judge_ways(p, output);
    note_tellings(p, output);
    arena_reset(&p->scratch);
}

/* ---- targets --------------------------------------------------------------------------------- */

static void judge_tables(struct prover *p)
{
    const struct grant *promise = p->proof->promise;
    struct effective *e = p->e;
    if (promise->target == GRANT_TABLE) {
        for (size_t i = 0; i < promise->outputs.len; i++)
            judge_table(p, promise->outputs.at[i]);
        return;
    }
    for (size_t i = 0; i < e->mesh->outputs.len; i++) {
        const struct output *output = e->mesh->outputs.at[i];
        if (!session_affords(e->s, e->work += 2, promise->at))
            return;
        if (promise->target != GRANT_ALL_TABLES || output->domain == promise->domain)
            judge_table(p, output);
    }
    /* Also of a domain whose tables the mesh does not know. */
    if (promise->target == GRANT_ALL_TABLES && first_time(p, promise->domain, 1)) {
        uint32_t domain = promise->domain->decl.index;
        for (size_t i = e->first_on_domain[domain]; i < e->first_on_domain[domain + 1]; i++) {
            struct hit found = {
                .route = {e->on_domain[i]->entry, e->on_domain[i]->party, REACH_WHOLE},
                .column = ANY_COLUMN};
            unsigned given = route_permissions(&found.route) & p->aim.permissions;
            unsigned passed = route_grantable(&found.route) & p->aim.permissions;
            found.permission = first_bit(given);
            if (given)
                hit(p, &found);
            found.permission = first_bit(passed);
            if (passed && party_set_has(p->proof->excepted, found.route.grantee))
                pass_on(p, &found);
        }
    }
}

/* Databases, locations, tags, catalogs, links: what an entry says of them is said at once. */
static void judge_others(struct prover *p)
{
    struct effective *e = p->e;
    for (size_t i = 0; i < e->item_count; i++) {
        const struct item *item = &e->items[i];
        struct hit found = {.route = {item->entry, item->party, REACH_WHOLE}, .column = ANY_COLUMN};
        unsigned given = aim_at_entry(&p->aim, item, false);
        unsigned passed = aim_at_entry(&p->aim, item, true);
        if (given) {
            found.permission = first_bit(given);
            hit(p, &found);
        }
        if (passed && party_set_has(p->proof->excepted, item->party)) {
            found.permission = first_bit(passed);
            pass_on(p, &found);
        }
    }
    p->proof->aimed = aim_count(&p->aim);
}

/* Columns on which the target cannot be told, because a key of it has no value there. */
static void count_uncovered(struct prover *p)
{
    const struct grant *promise = p->proof->promise;
    struct effective *e = p->e;
    for (size_t i = 0; i < promise->expression.list.len; i++) {
        struct uncovered found = {.tag = promise->expression.list.at[i].tag};
        size_t key = (size_t)(uintptr_t)map_get(&e->signatures.keys_of, found.tag, NULL);
        if (found.tag->default_value || !key)
            continue;
        for (size_t o = 0; o < e->mesh->outputs.len; o++) {
            const struct output *output = e->mesh->outputs.at[o];
            if (!effective_has(e, output))
                continue;
            for (size_t c = 0; c < table_column_count(output); c++) {
                uint32_t signature = table_column_signature(e, output, c);
                found.columns += !e->signatures.vectors.at[signature][key - 1];
            }
        }
        if (found.columns)
            vec_push(&e->arena, &p->proof->uncovered, found);
    }
}

static void prove(struct effective *e, const struct glue_roles *glue, const struct grant *promise,
                  struct proof *out)
{
    struct prover p = {.e = e, .proof = out};
    out->promise = promise;
    out->glue = glue;
    aim_make(e, promise, &p.aim);
    speak(&p);
    if (target_is_tables(promise->target)) {
        judge_tables(&p);
        if (promise->target == GRANT_TAGGED)
            count_uncovered(&p);
    } else {
        judge_others(&p);
    }
    out->verdict = !party_set_empty(&e->parties, out->broken) ? VERDICT_BROKEN
                   : out->unsure                              ? VERDICT_UNPROVABLE
                                                              : VERDICT_PROVEN;
    map_free(&p.seen);
    arena_free(&p.scratch);
}

void proofs_make(struct effective *effective, struct proofs *out)
{
    const struct mesh *mesh = effective->mesh;
    *out = (struct proofs){0};
    if (!mesh->promises.len)
        return;
    struct glue_roles *glue = arena_new(&effective->arena, struct glue_roles);
    glue_roles_make(&effective->arena, mesh, glue);
    for (size_t i = 0; i < mesh->promises.len; i++) {
        struct proof proof = {0};
        prove(effective, glue, mesh->promises.at[i], &proof);
        vec_push(&effective->arena, &out->list, proof);
    }
}
