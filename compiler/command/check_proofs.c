/* check_proofs.c - `check --proofs --format json`: what becomes of each promise in each
 * environment, every way in of one that is broken, and what the proofs rest on. The form is
 * documented in grammar/reference.md. */
#include "command/check_proofs.h"

#include "check/access/breaches.h"
#include "check/access/requests.h"
#include "check/access/trusts.h"
#include "command/access_json.h"

/* Ways of one principal that are told. */
enum { WAYS_TOLD = 20 };

static void add_breach(struct arena *arena, struct effective *e, const struct proof *proof,
                       size_t party, json *list)
{
    struct reasons reasons = {0};
    json *breach = json_add_object(list);
    json_set_party(breach, "principal", &e->parties.list.at[party]);
    breach_reasons(e, proof, party, &reasons);
    json *ways = json_set_array(breach, "ways");
    for (size_t i = 0; i < reasons.list.len && i < WAYS_TOLD; i++) {
        const struct reason *reason = &reasons.list.at[i];
        json_set(json_add_reason(e->s, ways, reason), "edit",
                 json_text(arena, breach_edit(e, proof, party, reason)));
    }
    json_set_int(breach, "ways_more",
                 reasons.list.len > WAYS_TOLD ? (int64_t)(reasons.list.len - WAYS_TOLD) : 0);
}

static void set_unsure(struct session *s, const struct output *unsure, json *promise)
{
    if (!unsure) {
        json_set_null(promise, "unprovable");
        return;
    }
    json *object = json_set_object(promise, "unprovable");
    json_set_text(object, "on", unsure->decl.path);
    json_set_text(object, "source", source_where(s, unsure->decl.at));
    json_set_text(object, "why", unsure->schema ? "hybrid" : "columns");
}

static void add_promise(struct arena *arena, struct effective *e, const struct proof *proof,
                        json *list)
{
    struct session *s = e->s;
    bool broken = proof->verdict == VERDICT_BROKEN;
    json *promise = json_add_object(list);
    json_set_text(promise, "source", source_where(s, proof->promise->at));
    json_set_text(promise, "text", statement_text(s, arena, proof->promise->at));
    json_set_optional(promise, "because", proof->promise->because);
    json_set_text(promise, "verdict", verdict_word(proof->verdict));
    json_set_int(promise, "about", (int64_t)proof->aimed);
    json_set_optional(promise, "permission",
                      broken ? permission_word(breach_permission(proof)) : NULL);
    json_set_optional(promise, "on", broken ? breach_thing(e, proof) : NULL);
    json *breaches = json_set_array(promise, "broken_by");
    for (size_t i = 0; i < e->parties.list.len; i++)
        if (party_set_has(proof->broken, i) &&
            session_affords(s, e->work += proof->hits.len, proof->promise->at))
            add_breach(arena, e, proof, i, breaches);
    json_set_parties(promise, "passed_on_by", &e->parties, proof->passed_on);
    set_unsure(s, proof->unsure, promise);
}

static json *deployment_json(struct session *s, struct arena *arena,
                             const struct deployment *deployment, struct effective *e)
{
    struct proofs proofs;
    json *object = json_object(arena);
    json_set_int(object, "format", 1);
    json_set_text(object, "mesh", deployment->mesh->decl.name);
    json_set_optional(object, "environment", deployment->name);
    proofs_make(e, &proofs);
    json *promises = json_set_array(object, "promises");
    for (size_t i = 0; i < proofs.list.len; i++)
        add_promise(arena, e, &proofs.list.at[i], promises);
    trusts_list(s, arena, deployment, json_set_array(object, "trusts"));
    return object;
}

void check_proofs_json(struct session *s, const struct deployments *deployments, struct buf *out)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < deployments->list.len; i++) {
        struct arena arena = {0};
        struct entries entries = {0};
        struct effective effective;
        access_canonical(s, deployments->list.at[i], &entries);
        effective_make(s, deployments->list.at[i], &entries, &effective);
        buf_puts(out, i ? ",\n  " : "\n  ");
        json_write_inside(out, deployment_json(s, &arena, deployments->list.at[i], &effective), 1);
        effective_free(&effective);
        arena_free(&entries.arena);
        arena_free(&arena);
    }
    buf_puts(out, "\n]\n");
}
