/* promised.c - see promised.h: what is reported of promises and requests, and how it is shown. */
#include "check/access/promised.h"

#include "base/buf.h"
#include "check/access/breaches.h"
#include "check/access/requests.h"
#include "check/access/retags.h"

#include <string.h>

/* Principals whose ways in are shown, and ways of each (access.md 2, "Failure text"). */
enum { SHOWN_PARTIES = 3, SHOWN_WAYS = 3 };

struct judge { /* of one deployment */
    struct session *s;
    struct effective effective;
    struct entries entries;
    struct proofs proofs;
    VEC(const struct grant *) pending; /* requests */
    struct retags retags;
    const struct proof *proof; /* being reported */
    bool clouded; /* the mesh has other errors: what seems to be missing may be what they are about
                   */
    const char *where; /* " in environment 'dev'", where it is told; "" */
};

/* There is nothing that it is about, or nobody. */
static bool promises_nothing(const struct judge *j, const struct proof *proof)
{
    return proof->verdict == VERDICT_PROVEN && !j->clouded &&
           (!proof->aimed || party_set_empty(&j->effective.parties, proof->spoken));
}

/* ---- what there is to tell ------------------------------------------------------------------- */

enum finding { FIND_VERDICT, FIND_PASSED_ON, FIND_ALTERED, FIND_UNCOVERED, FIND_TELLING, FINDINGS };

/* Strangers stand together: their names have the numbers of accounts. */
static void put_set(struct buf *out, const struct parties *parties, const uint64_t *set)
{
    for (size_t i = 0; i < parties->list.len; i++)
        if (party_set_has(set, i))
            buf_format(out, "\n%s",
                       parties->list.at[i].principal ? parties->list.at[i].name : "stranger");
}

/* Of a promise in one deployment, as a text: environments with the same are told of once. Empty:
 * nothing. */
static void put_outcome(struct buf *out, const struct judge *j, const struct proof *proof,
                        enum finding finding)
{
    const struct parties *parties = &j->effective.parties;
    switch (finding) {
    case FIND_VERDICT:
        if (proof->verdict != VERDICT_PROVEN || promises_nothing(j, proof))
            buf_puts(out, verdict_word(proof->verdict));
        put_set(out, parties, proof->broken);
        break;
    case FIND_PASSED_ON:
        put_set(out, parties, proof->passed_on);
        break;
    case FIND_ALTERED:
        for (size_t i = 0; proof->verdict != VERDICT_BROKEN && i < proof->alters.len; i++)
            buf_format(out, "%u ", proof->alters.at[i].route.entry->at.lo);
        break;
    case FIND_UNCOVERED:
        for (size_t i = 0; i < proof->uncovered.len; i++)
            buf_format(out, "%s ", proof->uncovered.at[i].tag->decl.path);
        break;
    case FIND_TELLING:
        for (size_t i = 0; i < proof->tellings.len; i++)
            buf_format(out, "%u ", proof->tellings.at[i].entry->at.lo);
        break;
    case FINDINGS:
        break;
    }
}

/* ---- a broken promise ------------------------------------------------------------------------ */

static bool placed(const struct diag *d, const struct reason_line *line)
{
    for (const struct diag_place *place = d->places; place; place = place->next)
        if (place->span.lo == line->at.lo && strcmp(place->label, line->text) == 0)
            return true;
    return false;
}

static void place_reason(struct session *s, struct diag *d, const struct reason *reason)
{
    for (size_t i = 0; i < reason->lines.len; i++)
        if (reason->lines.at[i].at.lo && !placed(d, &reason->lines.at[i]))
            diag_place(s, d, reason->lines.at[i].at, "%s", reason->lines.at[i].text);
}

static void help_edit(struct judge *j, struct diag *d, size_t party, const struct reasons *reasons,
                      size_t more)
{
    const char *edit = breach_edit(&j->effective, j->proof, party,
                                   reasons->list.len ? &reasons->list.at[0] : NULL);
    if (more)
        diag_help(j->s, d, "%s; %zu more way%s in %s not shown: `meshc who why`", edit, more,
                  more == 1 ? "" : "s", more == 1 ? "is" : "are");
    else
        diag_help(j->s, d, "%s", edit);
}

/* "'a', 'b' and 4 more" */
static const char *names_of(struct judge *j, const uint64_t *set)
{
    const struct parties *parties = &j->effective.parties;
    size_t count = party_set_count(parties, set), shown = 0;
    struct buf text = {0};
    for (size_t i = 0; i < parties->list.len && shown < SHOWN_PARTIES; i++)
        if (party_set_has(set, i)) {
            bool last = shown + 1 == count && shown;
            buf_format(&text, "%s'%s'",
                       last    ? " and "
                       : shown ? ", "
                               : "",
                       parties->list.at[i].name);
            shown++;
        }
    if (count > shown)
        buf_format(&text, " and %zu more", count - shown);
    const char *copy = arena_copy(&j->s->arena, text.at ? text.at : "", text.len);
    buf_free(&text);
    return copy;
}

static void report_broken(struct judge *j)
{
    const struct parties *parties = &j->effective.parties;
    const struct proof *proof = j->proof;
    struct diag *d =
        diag(j->s, D_PROMISE_BROKEN, proof->promise->target_at,
             "the promise is broken%s: %s can %s '%s'", j->where, names_of(j, proof->broken),
             permission_word(breach_permission(proof)), breach_thing(&j->effective, proof));
    struct reasons first = {0};
    size_t shown = 0, more = 0, first_party = 0;
    for (size_t i = 0; i < parties->list.len && shown < SHOWN_PARTIES; i++) {
        struct reasons reasons = {0};
        if (!party_set_has(proof->broken, i))
            continue;
        breach_reasons(&j->effective, proof, i, &reasons);
        for (size_t k = 0; k < reasons.list.len && k < SHOWN_WAYS; k++)
            place_reason(j->s, d, &reasons.list.at[k]);
        more += reasons.list.len > SHOWN_WAYS ? reasons.list.len - SHOWN_WAYS : 0;
        if (!shown++) {
            first = reasons;
            first_party = i;
        }
    }
    help_edit(j, d, first_party, &first, more);
}

/* ---- the other findings ---------------------------------------------------------------------- */

static void report_unsure(struct judge *j)
{
    const struct output *output = j->proof->unsure;
    struct diag *d = diag(j->s, D_PROMISE_UNPROVABLE, j->proof->promise->target_at,
                          "the promise cannot be proven%s: %s", j->where,
                          output->schema ? "it is about a table in hybrid access mode"
                                         : "it is about a table whose columns are not known");
    diag_place(j->s, d, output->decl.at, "'%s'", output->decl.path);
    if (output->schema)
        diag_help(j->s, d,
                  "whoever has rights by IAM reads it past Lake Formation: take `hybrid` from its "
                  "storage, or name the products that the promise is about");
    else
        diag_help(j->s, d, "declare its schema: `product %s of SCHEMA`", output->decl.path);
}

static void report_passes(struct judge *j)
{
    const struct proof *proof = j->proof;
    struct diag *d = diag(j->s, D_PROMISE_PASSED_ON, proof->promise->target_at,
                          "what the promise forbids can be passed on%s by %s", j->where,
                          names_of(j, proof->passed_on));
    for (size_t i = 0; i < proof->passes.len && i < SHOWN_PARTIES; i++) {
        const struct entry *entry = proof->passes.at[i].route.entry;
        for (const struct cause *c = entry->causes; c; c = c->next)
            if (c->grant && c->grant->grantable) {
                diag_place(j->s, d, c->grant->grantable_at, "'%s' may grant it to others",
                           entry->principal->decl.path);
                break;
            }
    }
    diag_help(j->s, d, "without grant option, only what the mesh says is granted");
}

static void report_alters(struct judge *j)
{
    const struct hit *hit = &j->proof->alters.at[0];
    const struct entry *entry = hit->route.entry;
    struct diag *d = diag(j->s, D_PROMISE_PASSED_ON, j->proof->promise->target_at,
                          "what the promise is about can be changed%s by '%s', who may alter '%s'",
                          j->where, entry->principal->decl.path, hit->output->decl.path);
    diag_place(j->s, d, entry->at, "the right");
    diag_help(j->s, d, "a column that gets another name gets its table's tags");
}

static void report_nothing(struct judge *j)
{
    const struct proof *proof = j->proof;
    bool nobody = proof->aimed > 0;
    struct diag *d =
        diag(j->s, D_PROMISES_NOTHING, proof->promise->target_at,
             "the promise promises nothing%s: %s", j->where,
             nobody ? "everybody is excepted" : "there is nothing in the mesh that it is about");
    if (!nobody && proof->promise->target == GRANT_TAGGED)
        diag_help(j->s, d, "no column has such tags: is a tag missing, or the value another one?");
}

static void report_uncovered(struct judge *j, const struct uncovered *found)
{
    struct diag *d =
        diag(j->s, D_PROMISE_UNTAGGED, j->proof->promise->target_at,
             "the promise does not cover %zu column%s%s without a value of '%s'", found->columns,
             found->columns == 1 ? "" : "s", j->where, found->tag->decl.path);
    diag_place(j->s, d, found->tag->decl.at, "the tag has no default");
    diag_help(j->s, d, "give it one: `default: %s`",
              found->tag->values.at[found->tag->values.len - 1]);
}

static void report_telling(struct judge *j, const struct telling *telling)
{
    const struct entry *entry = telling->entry;
    const char *column = table_column(telling->output, telling->column)->decl.name;
    const struct grant *grant = entry->causes ? entry->causes->grant : NULL;
    struct diag *d = diag(j->s, D_FILTER_TELLS, grant ? grant->where_at : entry->at,
                          "the rows that '%s' sees%s tell the value of '%s', which a promise keeps "
                          "from it",
                          entry->principal->decl.path, j->where, column);
    diag_place(j->s, d, j->proof->promise->target_at, "the promise");
    diag_help(j->s, d, "choose rows by a column that its reader may see");
}

/* ---- all of a promise ------------------------------------------------------------------------ */

static void report(struct judge *j, enum finding finding)
{
    const struct proof *proof = j->proof;
    switch (finding) {
    case FIND_VERDICT:
        if (proof->verdict == VERDICT_BROKEN)
            report_broken(j);
        else if (proof->verdict == VERDICT_UNPROVABLE)
            report_unsure(j);
        else
            report_nothing(j);
        break;
    case FIND_PASSED_ON:
        report_passes(j);
        break;
    case FIND_ALTERED:
        report_alters(j);
        break;
    case FIND_UNCOVERED:
        for (size_t i = 0; i < proof->uncovered.len; i++)
            report_uncovered(j, &proof->uncovered.at[i]);
        break;
    case FIND_TELLING:
        for (size_t i = 0; i < proof->tellings.len; i++)
            report_telling(j, &proof->tellings.at[i]);
        break;
    case FINDINGS:
        break;
    }
}

struct court { /* all deployments */
    struct session *s;
    VEC(struct judge *) judges;
};

/* The environment is named where not all fare alike. */
static const char *place_name(const struct court *court, const struct judge *j, bool alike)
{
    return alike ? "" : in_environment(court->s, j->effective.deployment);
}

static bool same_text(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (!a->len || memcmp(a->at, b->at, a->len) == 0);
}

/* Tells each outcome once, of the first environment that has it; it has one text for each. */
static void tell_apart(const struct court *court, struct buf *texts, void *data,
                       void (*tell)(struct judge *j, void *data))
{
    bool alike = true;
    for (size_t i = 1; i < court->judges.len; i++)
        alike = alike && same_text(&texts[0], &texts[i]);
    for (size_t i = 0; i < court->judges.len; i++) {
        struct judge *j = court->judges.at[i];
        bool known = !texts[i].len;
        for (size_t k = 0; k < i && !known; k++)
            known = same_text(&texts[k], &texts[i]);
        j->where = place_name(court, j, alike);
        if (!known)
            tell(j, data);
    }
    for (size_t i = 0; i < court->judges.len; i++)
        buf_free(&texts[i]);
}

struct telling_of { /* a promise and what is told of it */
    size_t promise;
    enum finding finding;
};

static void tell_finding(struct judge *j, void *data)
{
    const struct telling_of *of = data;
    j->proof = &j->proofs.list.at[of->promise];
    report(j, of->finding);
}

static void tell_promises(const struct court *court, const struct mesh *mesh)
{
    struct buf *texts = arena_array(&court->s->arena, struct buf, court->judges.len);
    for (size_t i = 0; i < mesh->promises.len; i++)
        for (enum finding finding = 0; finding < FINDINGS; finding++) {
            struct telling_of of = {i, finding};
            for (size_t k = 0; k < court->judges.len; k++) {
                struct judge *j = court->judges.at[k];
                texts[k] = (struct buf){0};
                put_outcome(&texts[k], j, &j->proofs.list.at[i], finding);
            }
            tell_apart(court, texts, &of, tell_finding);
        }
}

/* ---- requests -------------------------------------------------------------------------------- */

/* All that are pending are told of at once. */
static void tell_pending(struct judge *j, void *data)
{
    (void)data;
    size_t count = j->pending.len;
    struct span at = j->pending.at[0]->target_at;
    struct diag *d =
        count == 1
            ? diag(j->s, D_REQUEST_PENDING, at, "a request is pending%s", j->where)
            : diag(j->s, D_REQUEST_PENDING, at, "%zu requests are pending%s", count, j->where);
    for (size_t i = 1; i < count; i++)
        diag_place(j->s, d, j->pending.at[i]->target_at, "pending");
    diag_help(j->s, d, "its owner grants it, or less and says `because`");
}

static void tell_requests(const struct court *court, const struct mesh *mesh)
{
    struct buf *texts = arena_array(&court->s->arena, struct buf, court->judges.len);
    for (size_t k = 0; k < court->judges.len; k++) {
        struct judge *j = court->judges.at[k];
        texts[k] = (struct buf){0};
        for (size_t i = 0; i < mesh->requests.len; i++)
            if (request_answer(&j->effective, mesh->requests.at[i]) == ANSWER_NO) {
                vec_push(&j->effective.arena, &j->pending, mesh->requests.at[i]);
                buf_format(&texts[k], " %zu", i);
            }
    }
    tell_apart(court, texts, NULL, tell_pending);
}

/* ---- tags put on databases ------------------------------------------------------------------- */

/* The statement that gives it; NULL: it is derived. */
static const struct grant *first_grant(const struct entry *entry)
{
    return entry->causes ? entry->causes->grant : NULL;
}

static void tell_retag(struct judge *j, const struct retag *retag)
{
    const char *who = j->effective.parties.list.at[retag->party].name;
    const char *tag = retag->condition->tag->decl.path;
    const struct grant *grant = first_grant(retag->grant), *rights = first_grant(retag->grantable);
    const struct grant *associate = first_grant(retag->associate);
    struct diag *d =
        diag(j->s, D_RETAG_OPENS, associate ? associate->target_at : retag->associate->at,
             "'%s' may tag database '%s' with %s: %s%s, and so open '%s' to '%s'", who,
             retag->domain->decl.path, tag, retag->value, j->where, retag->output->decl.path,
             retag->grant->principal->decl.path);
    diag_place(j->s, d, rights ? rights->grantable_at : retag->grantable->at,
               "every right on the database, to be passed on: with it, tags are put on it");
    diag_place(j->s, d, grant ? grant->target_at : retag->grant->at,
               "then this matches '%s', which has no value of '%s' of its own",
               retag->output->decl.path, tag);
    diag_help(j->s, d,
              "grant the domain without grant option, or other values of the tag; or write the "
              "tag on the product, where the database's does not count");
}

/* Each of the first environment that has it. */
static void tell_retags(const struct court *court)
{
    struct map told = {0};
    bool alike = true;
    for (size_t k = 0; k < court->judges.len; k++) {
        struct judge *j = court->judges.at[k];
        retags_find(&j->effective, &j->retags);
        alike = alike && j->retags.list.len == court->judges.at[0]->retags.list.len;
    }
    for (size_t k = 0; k < court->judges.len; k++) {
        struct judge *j = court->judges.at[k];
        j->where = place_name(court, j, alike);
        for (size_t i = 0; i < j->retags.list.len; i++) {
            const struct retag *retag = &j->retags.list.at[i];
            atom who = atom_of(&court->s->atoms, j->effective.parties.list.at[retag->party].name);
            if (map_get(&told, retag->domain, who))
                continue;
            map_put(&told, retag->domain, who, j);
            tell_retag(j, retag);
        }
    }
    map_free(&told);
}

/* ---- the check ------------------------------------------------------------------------------- */

static struct judge *judge_new(struct session *s, const struct deployment *deployment)
{
    struct judge *j = arena_new(&s->arena, struct judge);
    j->s = s;
    j->clouded = s->diagnostics.errors > 0;
    access_canonical(s, deployment, &j->entries);
    effective_make(s, deployment, &j->entries, &j->effective);
    proofs_make(&j->effective, &j->proofs);
    return j;
}

void promised_check(struct session *s, const struct mesh *mesh,
                    const struct deployments *deployments)
{
    struct court court = {.s = s};
    bool retags = retags_possible(mesh);
    if (!mesh->promises.len && !mesh->requests.len && !retags)
        return;
    for (size_t i = 0; i < deployments->list.len; i++) {
        const struct deployment *deployment = deployments->list.at[i];
        if (i > 0 && !session_affords(s, 0, deployment->environment->decl.at))
            break;
        vec_push(&s->arena, &court.judges, judge_new(s, deployment));
    }
    tell_promises(&court, mesh);
    tell_requests(&court, mesh);
    if (retags)
        tell_retags(&court);
    for (size_t i = 0; i < court.judges.len; i++) {
        effective_free(&court.judges.at[i]->effective);
        arena_free(&court.judges.at[i]->entries.arena);
    }
}

size_t promised_errors(const struct session *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->diagnostics.list.len; i++) {
        const struct diag *d = s->diagnostics.list.at[i];
        count += d->level == LEVEL_ERROR &&
                 (d->code == D_PROMISE_BROKEN || d->code == D_PROMISE_UNPROVABLE);
    }
    return count;
}
