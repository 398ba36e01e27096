/* requests.c - see requests.h. */
#include "check/access/requests.h"

#include "base/buf.h"
#include "check/access/aim.h"
#include "check/access/cells.h"
#include "check/access/owners.h"
#include "check/access/spread.h"

#include <string.h>

const char *answer_word(enum answer answer)
{
    static const char *const words[] = {
        [ANSWER_NO] = "no", [ANSWER_PART] = "part", [ANSWER_YES] = "yes"};
    return words[answer];
}

party_set request_for(struct effective *effective, struct arena *arena, const struct grant *request)
{
    party_set set = party_set_new(&effective->parties, arena);
    for (size_t i = 0; i < request->to.len; i++)
        party_set_add_members(&effective->parties, set, request->to.at[i]);
    return set;
}

/* The tables that it may be about: those named, else all. */
static struct output *const *candidates(const struct aim *aim, size_t *count)
{
    bool named = aim->statement->target == GRANT_TABLE;
    *count = named ? aim->statement->outputs.len : aim->effective->mesh->outputs.len;
    return named ? aim->statement->outputs.at : aim->effective->mesh->outputs.at;
}

/* ---- in full --------------------------------------------------------------------------------- */

struct asker { /* goes through what a request is about, for one party after another */
    struct effective *effective;
    struct aim aim;
    struct view view; /* of the party */
    struct arena *arena;
    struct lacks *out;
    size_t most;  /* that are noted; 0: the first one is enough */
    size_t found; /* things that it is about */
};

/* False: that is enough. */
static bool note(struct asker *a, const struct lack *lack)
{
    if (a->out->list.len < a->most)
        vec_push(a->arena, &a->out->list, *lack);
    else
        a->out->more++;
    return a->most > 0;
}

/* As the mesh writes it, like the target. */
static const char *column_name(const struct output *output, size_t i)
{
    const struct column *column = table_column(output, i);
    return column ? column->decl.name : "*";
}

/* Of the columns aimed at, those that the party sees in no row, or in some rows alone. */
static bool note_columns(struct asker *a, const struct output *output,
                         const struct table_access *access, struct lack lack)
{
    size_t aimed = 0;
    for (size_t i = 0; i < table_column_count(output); i++) {
        bool some = false, all = i < access->count && access->columns[i].all;
        for (size_t k = 0; i < access->count && k < access->words; k++)
            some = some || access->columns[i].rows[k];
        if (!aim_at_column(&a->aim, output, i))
            continue;
        aimed++;
        if (!all && some == lack.other_rows)
            vec_push(a->arena, &lack.columns, column_name(output, i));
    }
    if (!lack.columns.len)
        return true;
    if (lack.columns.len == aimed && !a->aim.listed && !a->aim.matching)
        lack.columns.len = 0;
    return note(a, &lack);
}

static bool lacks_of_table(struct asker *a, const struct output *output)
{
    struct arena scratch = {0};
    struct table_access access;
    struct lack lack = {.party = a->view.party, .on = output->decl.path};
    view_table(&a->view, &scratch, output, &access);
    lack.permissions = a->aim.permissions & ~(unsigned)PERMIT_SELECT & ~access.held;
    bool go_on = !lack.permissions || note(a, &lack);
    lack.permissions = PERMIT_SELECT;
    for (int other_rows = 0; a->aim.permissions & PERMIT_SELECT && other_rows < 2; other_rows++) {
        lack.other_rows = other_rows;
        go_on = go_on && note_columns(a, output, &access, lack);
    }
    arena_free(&scratch);
    return go_on;
}

static void lacks_of_tables(struct asker *a)
{
    struct effective *e = a->effective;
    size_t count;
    struct output *const *outputs = candidates(&a->aim, &count);
    for (size_t i = 0; i < count; i++) {
        if (!session_affords(e->s, ++e->work, a->aim.statement->at))
            return;
        if (!aim_at_output(&a->aim, outputs[i]))
            continue;
        a->found++;
        if (!lacks_of_table(a, outputs[i]))
            return;
    }
}

static void lacks_of_databases(struct asker *a)
{
    const struct mesh *mesh = a->effective->mesh;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        struct plain_access access;
        if (!aim_at_database(&a->aim, mesh->domains.at[i]))
            continue;
        a->found++;
        view_database(&a->view, mesh->domains.at[i], &access);
        struct lack lack = {.party = a->view.party,
                            .on = mesh->domains.at[i]->decl.path,
                            .permissions = a->aim.permissions & ~access.held};
        if (lack.permissions && !note(a, &lack))
            return;
    }
}

/* A location is held by a right on it or on what it lies in; every value of a tag, in each account
 * that has the tag. */
static void lacks_of_others(struct asker *a)
{
    const struct effective *e = a->effective;
    size_t party = a->view.party;
    unsigned held = 0;
    for (size_t i = e->first_of_party[party]; i < e->first_of_party[party + 1]; i++)
        if (aim_covered_by(&a->aim, &e->items[i]))
            held |= aim_at_entry(&a->aim, &e->items[i], false);
    struct lack lack = {.party = party, .permissions = a->aim.permissions & ~held};
    a->found++;
    if (lack.permissions)
        note(a, &lack);
}

static void lacks_of_party(struct asker *a, size_t party)
{
    enum grant_target target = a->aim.statement->target;
    view_open(a->effective, party, &a->view);
    if (target_is_tables(target))
        lacks_of_tables(a);
    else if (target == GRANT_DATABASE || target == GRANT_TAGGED_DATABASES)
        lacks_of_databases(a);
    else
        lacks_of_others(a);
    view_close(&a->view);
}

/* Finds what is missing; false: the request is about nothing, or for nobody. */
static bool ask(struct effective *effective, struct arena *arena, const struct grant *request,
                size_t most, struct lacks *out)
{
    struct asker a = {.effective = effective, .arena = arena, .out = out, .most = most};
    *out = (struct lacks){0};
    aim_make(effective, request, &a.aim);
    party_set wanted = request_for(effective, arena, request);
    for (size_t i = 0; i < effective->parties.list.len; i++)
        if (party_set_has(wanted, i) && (most || !out->more))
            lacks_of_party(&a, i);
    return a.found > 0;
}

void request_lacks(struct effective *effective, struct arena *arena, const struct grant *request,
                   struct lacks *out)
{
    ask(effective, arena, request, LACKS_SHOWN, out);
}

/* ---- in part --------------------------------------------------------------------------------- */

/* Does the grant alone, as an expression may shrink it, give something of what is asked? */
static bool gives_of_table(const struct aim *grant, const struct aim *asked,
                           const struct output *output, enum reach reach)
{
    struct entry entry = {
        .resource = grant->matching ? ENTRY_TAGGED_TABLES : ENTRY_TABLE,
        .permissions = permissions_expand(grant->statement->permissions, grant->statement->target),
        .expression = &grant->statement->expression,
    };
    struct route route = {&entry, 0, reach};
    unsigned given = route_permissions(&route) & asked->permissions;
    if (given & ~(unsigned)PERMIT_SELECT)
        return true;
    for (size_t i = 0; given & PERMIT_SELECT && i < table_column_count(output); i++)
        if (aim_at_column(asked, output, i) &&
            (aim_at_column(grant, output, i) || table_column_is_key(output, i)))
            return true;
    return false;
}

/* What a grant gives to principals near the catalog and far from it may differ: by tags, those of
 * other accounts get it by name. */
enum { NEAR = 1, FAR = 2 };

/* Is somebody of these both granted it and among those it is wanted for? Nothing is shared with the
 * account whose catalog it is on. */
static bool gives_to_any(const struct effective *e, const uint64_t *to, const uint64_t *wanted,
                         const struct deployment_account *owner, int places)
{
    for (size_t i = 0; i < e->parties.list.len; i++) {
        const struct party *party = &e->parties.list.at[i];
        if (!party_set_has(to, i) || !party_set_has(wanted, i) ||
            (party->kind == PARTY_ACCOUNT && party->account == owner))
            continue;
        bool far = principal_is_one(party->principal) &&
                   principal_is_foreign(e->deployment, party->principal, owner);
        if (places & (far ? FAR : NEAR))
            return true;
    }
    return false;
}

static bool gives_of_output(const struct aim *grant, const struct aim *asked, const uint64_t *to,
                            const uint64_t *wanted, const struct output *output)
{
    const struct effective *e = asked->effective;
    const struct deployment_account *owner = account_of_catalog(e->deployment, output->domain);
    if (!grant->matching)
        return gives_of_table(grant, asked, output, REACH_WHOLE) &&
               gives_to_any(e, to, wanted, owner, NEAR | FAR);
    enum reach near = signatures_reach(&e->signatures, grant->matching, output);
    enum reach far = reach_by_name(&e->signatures, grant->matching, output);
    return (gives_of_table(grant, asked, output, near) &&
            gives_to_any(e, to, wanted, owner, NEAR)) ||
           (gives_of_table(grant, asked, output, far) && gives_to_any(e, to, wanted, owner, FAR));
}

static bool gives(const struct aim *grant, const struct aim *asked, const uint64_t *to,
                  const uint64_t *wanted)
{
    size_t count;
    struct output *const *outputs = candidates(asked, &count);
    for (size_t i = 0; i < count; i++)
        if (aim_at_output(asked, outputs[i]) && aim_at_output(grant, outputs[i]) &&
            gives_of_output(grant, asked, to, wanted, outputs[i]))
            return true;
    return false;
}

static bool meets_set(const struct parties *parties, const uint64_t *a, const uint64_t *b)
{
    for (size_t i = 0; i < parties->words; i++)
        if (a[i] & b[i])
            return true;
    return false;
}

static bool caused_by(const struct entry *entry, const struct grant *grant)
{
    for (const struct cause *cause = entry->causes; cause; cause = cause->next)
        if (cause->grant == grant)
            return true;
    return false;
}

static bool gives_other(struct effective *e, const struct grant *grant, const struct aim *asked,
                        const uint64_t *wanted)
{
    for (size_t i = 0; i < e->item_count; i++)
        if (party_set_has(wanted, e->items[i].party) && aim_at_entry(asked, &e->items[i], false) &&
            caused_by(e->items[i].entry, grant))
            return true;
    return false;
}

static bool in_part(struct effective *e, const struct aim *asked, const uint64_t *wanted,
                    struct arena *arena)
{
    for (size_t i = 0; i < e->mesh->grants.len; i++) {
        const struct grant *grant = e->mesh->grants.at[i];
        struct aim aim;
        if (!grant->because)
            continue;
        if (!session_affords(e->s, e->work += e->mesh->outputs.len / 16 + 1, grant->at))
            return false;
        party_set to = request_for(e, arena, grant);
        if (!meets_set(&e->parties, to, wanted))
            continue;
        if (!target_is_tables(asked->statement->target)) {
            if (gives_other(e, grant, asked, wanted))
                return true;
        } else if (target_is_tables(grant->target)) {
            aim_make(e, grant, &aim);
            if (gives(&aim, asked, to, wanted))
                return true;
        }
    }
    return false;
}

enum answer request_answer(struct effective *effective, const struct grant *request)
{
    struct arena arena = {0};
    struct aim aim;
    struct lacks lacks;
    aim_make(effective, request, &aim);
    party_set wanted = request_for(effective, &arena, request);
    bool all = ask(effective, &arena, request, 0, &lacks) && !lacks.more;
    enum answer answer = all                                        ? ANSWER_YES
                         : in_part(effective, &aim, wanted, &arena) ? ANSWER_PART
                                                                    : ANSWER_NO;
    arena_free(&arena);
    return answer;
}

/* ---- whose it is to answer ------------------------------------------------------------------- */

bool request_concerns(const struct effective *effective, const struct owners *owners,
                      const struct grant *request, const struct deployment_account *account)
{
    const struct deployment *d = effective->deployment;
    switch (request->target) {
    case GRANT_TABLE:
        return account_of_catalog(d, request->outputs.at[0]->domain) == account;
    case GRANT_DATABASE:
    case GRANT_ALL_TABLES:
        return account_of_catalog(d, request->domain) == account;
    case GRANT_LOCATION:
        return owner_of_location(owners, location_deployed(effective->s, d, request->location)) ==
               account;
    case GRANT_LINK:
        return account_of_link(d, request->link) == account;
    case GRANT_CATALOG:
        return d->governance == account;
    case GRANT_TAGGED:
    case GRANT_TAGGED_DATABASES:
    case GRANT_TAG:
        break;
    }
    return account_has_catalog(d, account);
}

/* ---- words ----------------------------------------------------------------------------------- */

static const char *as_written(struct session *s, struct arena *arena, struct span at)
{
    const struct source *source = at.lo ? source_at(s, at.lo) : NULL;
    return source ? arena_copy(arena, source->text + (at.lo - source->base), at.hi - at.lo) : "";
}

/* The product's path where all its outputs are meant, else the output's: which of them was written
 * tells when there is one. */
static const char *table_path(const char *written, const struct grant *statement)
{
    const struct output *output = statement->outputs.at[0];
    size_t length = strcspn(written, " \t\r\n(");
    const char *dot = strrchr(output->decl.path, '.');
    if (output->decl.path == output->product->decl.path || statement->outputs.len > 1 || !dot)
        return output->product->decl.path;
    size_t last = strlen(dot + 1);
    bool named = length >= last && memcmp(written + length - last, dot + 1, last) == 0;
    return named ? output->decl.path : output->product->decl.path;
}

const char *statement_target(struct session *s, struct arena *arena, const struct grant *statement)
{
    const char *written = as_written(s, arena, statement->target_at);
    struct buf text = {0};
    if (statement->target != GRANT_TABLE)
        return written;
    buf_puts(&text, table_path(written, statement));
    if (statement->has_columns)
        buf_puts(&text, statement->except ? " except (" : "(");
    for (size_t i = 0; i < statement->columns.len; i++)
        if (statement->columns.at[i])
            buf_format(&text, "%s%s", i ? ", " : "", statement->columns.at[i]->decl.name);
    if (statement->has_columns)
        buf_putc(&text, ')');
    const char *copy = arena_copy(arena, text.at, text.len);
    buf_free(&text);
    return copy;
}

const char *statement_text(struct session *s, struct arena *arena, struct span at)
{
    const char *written = as_written(s, arena, at);
    struct buf text = {0};
    for (; *written; written++) {
        bool blank = strchr(" \t\r\n", *written) != NULL;
        if (!blank)
            buf_putc(&text, *written);
        else if (text.len && text.at[text.len - 1] != ' ')
            buf_putc(&text, ' ');
    }
    const char *copy = arena_copy(arena, text.at ? text.at : "", text.len);
    buf_free(&text);
    return copy;
}
