/* reasons.c - see reasons.h. */
#include "check/access/reasons.h"

#include "base/buf.h"
#include "check/access/cells.h"
#include "check/access/located.h"
#include "check/access/proofs.h"
#include "model/predicate.h"

#include <stdlib.h>
#include <string.h>

struct teller {
    struct effective *e;
    struct arena *arena;
    const struct question *question;
    struct reason reason;
};

static void line(struct teller *t, struct span at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void line(struct teller *t, struct span at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct reason_line fresh = {at, arena_vformat(t->arena, format, arguments)};
    va_end(arguments);
    vec_push(t->arena, &t->reason.lines, fresh);
}

const char *column_path(struct arena *arena, const struct output *output, size_t column)
{
    const struct column *found = column == ANY_COLUMN ? NULL : table_column(output, column);
    return found ? arena_format(arena, "%s.%s", output->decl.path, found->decl.name)
                 : output->decl.path;
}

/* ---- through whom ---------------------------------------------------------------------------- */

static const char *account_name(const struct deployment_account *account)
{
    return account->account ? account->account->decl.path : account_id(account);
}

static struct span place_of(const struct party *party)
{
    if (party->principal)
        return party->principal->decl.at;
    return party->account->account ? party->account->account->decl.at : (struct span){0, 0};
}

static void tell_through(struct teller *t, size_t grantee)
{
    const struct party *party = &t->e->parties.list.at[t->question->party];
    const struct party *through = &t->e->parties.list.at[grantee];
    if (party == through)
        return;
    if (through->kind == PARTY_ORGANIZATION)
        line(t, place_of(through), "organization '%s' may hold any account, and '%s' with it",
             through->name, party->name);
    else if (through->kind == PARTY_GROUP)
        line(t, place_of(through),
             "what group '%s' is granted elsewhere is shared with all of its account, '%s' too",
             through->name, party->name);
    else if (party->kind == PARTY_STRANGER)
        line(t, place_of(through), "'%s' is whoever else is in account '%s'", party->name,
             account_name(party->account));
    else
        line(t, place_of(party), "'%s' is in account '%s'", party->name,
             account_name(party->account));
}

/* The way from a team down to a principal that is in it, told from the principal up. */
static bool tell_team(struct teller *t, const struct principal *team,
                      const struct principal *principal, struct map *seen)
{
    if (map_get(seen, team, NULL))
        return false;
    map_put(seen, team, NULL, t);
    for (size_t i = 0; i < team->members.len; i++) {
        const struct principal *member = team->members.at[i];
        bool found =
            party_number(&t->e->parties, member) == party_number(&t->e->parties, principal);
        if (member->kind == PRINCIPAL_TEAM)
            found = tell_team(t, member, principal, seen);
        if (found) {
            line(t, team->decl.at, "'%s' is in team '%s'", member->decl.path, team->decl.path);
            return true;
        }
    }
    return false;
}

static void tell_named(struct teller *t, const struct entry *entry, const struct cause *cause)
{
    const struct principal *named = cause->named;
    if (!named || named == entry->principal)
        return;
    if (named->kind == PRINCIPAL_TEAM) {
        struct map seen = {0};
        tell_team(t, named, entry->principal, &seen);
        map_free(&seen);
    } else {
        line(t, named->decl.at, "'%s' runs as '%s'", named->decl.path, entry->principal->decl.path);
    }
}

/* ---- the statement --------------------------------------------------------------------------- */

static const char *words_of(struct teller *t, const struct grant *grant)
{
    struct buf words = {0};
    for (size_t i = 0; i < grant->written_count; i++)
        buf_format(&words, "%s%s", i ? ", " : "", permission_word(grant->written[i].bit));
    const char *copy = arena_copy(t->arena, words.at ? words.at : "", words.len);
    buf_free(&words);
    return copy;
}

static void tell_derived(struct teller *t, const struct entry *entry, const struct cause *cause)
{
    const char *name = entry->principal->decl.path;
    if (cause->step && cause->input)
        line(t, cause->at, "step '%s' reads it as an input, under '%s'", cause->step->name, name);
    else if (cause->step)
        line(t, cause->at, "step '%s' works on it, under '%s'", cause->step->name, name);
    else
        line(t, cause->at, "'%s' works on it", name);
    if (cause->input)
        line(t, cause->input->at, "the input");
}

/* The value that a column has, so that the expression matches; where it comes from. */
static void tell_tag(struct teller *t, const struct tag_condition *condition)
{
    const struct question *q = t->question;
    const struct column *column =
        q->column == ANY_COLUMN ? NULL : table_column(q->output, q->column);
    if (column && table_column_is_key(q->output, q->column))
        column = NULL; /* has the table's */
    const char *name = column ? column->decl.name : q->output->decl.path;
    atom value = tag_value_of(q->output, column, condition->tag);
    const struct tagging *source = tag_source_of(q->output, column, condition->tag);
    const struct tag *tag = condition->tag;
    if (!value)
        return;
    if (source)
        line(t, source->at, "'%s' has %s: %s from here", name, tag->decl.path, value);
    else
        line(t, tag->decl.at.lo ? tag->decl.at : condition->at,
             "'%s' has %s: %s, which is the default", name, tag->decl.path, value);
}

static void tell_grant(struct teller *t, const struct route *route, const struct cause *cause)
{
    const struct grant *grant = cause->grant;
    const struct principal *named = cause->named ? cause->named : route->entry->principal;
    const struct tag_expression *expression =
        grant->target == GRANT_TAGGED && t->question->output ? &grant->expression : NULL;
    line(t, grant->target_at, "'%s' is granted %s here", named->decl.path, words_of(t, grant));
    for (size_t i = 0; expression && i < expression->list.len; i++)
        tell_tag(t, &expression->list.at[i]);
    if (grant->where)
        line(t, grant->where_at, "only rows where %s", grant->where->canonical);
    if (grant->until)
        line(t, grant->until_at, "until %s", grant->until);
}

/* Does the cause by itself give what is asked? An entry has several. */
static bool answers(const struct question *q, const struct entry *entry, const struct cause *cause)
{
    const struct grant *grant = cause->grant;
    if (!grant)
        return true;
    unsigned given = permissions_expand(grant->permissions, grant->target);
    bool database = entry->resource == ENTRY_DATABASE || entry->resource == ENTRY_TAGGED_DATABASES;
    given = database    ? database_permissions_implied(given)
            : q->output ? table_permissions_implied(given)
                        : given | (given ? (unsigned)PERMIT_DESCRIBE : 0);
    if (!(given & q->permission))
        return false;
    return !q->output || q->column == ANY_COLUMN || table_column_is_key(q->output, q->column) ||
           grant_opens(grant, table_column(q->output, q->column));
}

static bool told(const struct reasons *reasons, const struct cause *cause, bool held)
{
    for (size_t i = 0; i < reasons->list.len; i++)
        if (cause->grant && reasons->list.at[i].grant == cause->grant &&
            reasons->list.at[i].held == held)
            return true;
    return false;
}

static void finish(struct teller *t, struct reasons *out)
{
    if (t->reason.lines.len)
        vec_push(t->arena, &out->list, t->reason);
    t->reason = (struct reason){0};
}

void reasons_of_route(struct effective *effective, struct arena *arena,
                      const struct question *question, const struct route *route,
                      struct reasons *out)
{
    struct teller t = {.e = effective, .arena = arena, .question = question};
    const struct entry *entry = route->entry;
    bool held = route->grantee == question->party;
    for (const struct cause *cause = entry->causes; cause; cause = cause->next) {
        if (!answers(question, entry, cause) || told(out, cause, held))
            continue;
        tell_through(&t, route->grantee);
        tell_named(&t, entry, cause);
        if (cause->grant)
            tell_grant(&t, route, cause);
        else
            tell_derived(&t, entry, cause);
        t.reason.grant = cause->grant;
        t.reason.held = held;
        finish(&t, out);
    }
    if (!entry->causes) {
        tell_through(&t, route->grantee);
        line(&t, entry->at, "'%s' has a right on a table there, and so sees the database",
             entry->principal->decl.path);
        t.reason.held = held;
        finish(&t, out);
    }
}

/* ---- ways that are no grants ----------------------------------------------------------------- */

static const char *location_of(const struct teller *t, const struct output *output)
{
    return t->e->deployment->tables[output->decl.index].uri;
}

/* The lines of the first cause of a right that such a way rests on. */
static void tell_right(struct teller *t, const struct route *route)
{
    const struct entry *entry = route->entry;
    const struct cause *cause = entry->causes;
    tell_through(t, route->grantee);
    if (!cause) {
        line(t, entry->at, "'%s' is granted this", entry->principal->decl.path);
        return;
    }
    tell_named(t, entry, cause);
    if (cause->grant)
        line(t, cause->grant->target_at, "'%s' is granted %s here",
             (cause->named ? cause->named : entry->principal)->decl.path,
             words_of(t, cause->grant));
    else
        tell_derived(t, entry, cause);
}

static void tell_overlap(struct teller *t, const struct way_in *way)
{
    struct question outer = *t->question;
    struct reasons reasons = {0};
    struct routes routes = {0};
    struct view view;
    outer.output = way->outer;
    outer.column = ANY_COLUMN;
    view_open(t->e, outer.party, &view);
    view_routes(&view, t->arena, way->outer, &routes);
    for (size_t i = 0; i < routes.list.len; i++)
        if (route_permissions(&routes.list.at[i]) & PERMIT_SELECT)
            reasons_of_route(t->e, t->arena, &outer, &routes.list.at[i], &reasons);
    view_close(&view);
    reasons_sort(&reasons);
    for (size_t i = 0; reasons.list.len && i < reasons.list.at[0].lines.len; i++)
        vec_push(t->arena, &t->reason.lines, reasons.list.at[0].lines.at[i]);
}

static void tell_way(struct teller *t, const struct way_in *way)
{
    const struct output *output = t->question->output;
    const struct span place = located_at(output);
    switch (way->kind) {
    case WAY_SECOND_TABLE:
        tell_right(t, &way->location);
        line(t, place, "'%s' lies there, at %s", output->decl.path, location_of(t, output));
        tell_right(t, &way->maker);
        line(t, way->maker.entry->at, "with both, another table can be laid over the same files");
        t->reason.edit = "give the two rights to different principals, or data_location_access on "
                         "a place that no product lies in";
        break;
    case WAY_OBJECTS:
        line(t, way->role->decl.at, "the role of '%s' reads s3://%s past Lake Formation",
             way->role->decl.path, way->objects);
        line(t, place, "'%s' lies there, at %s", output->decl.path, location_of(t, output));
        t->reason.edit = arena_format(t->arena, "let '%s' read another place, or query '%s'",
                                      way->role->decl.path, output->decl.path);
        break;
    case WAY_OVERLAP:
        t->reason.edit = arena_format(t->arena, "let '%s' lie outside of '%s': `location:`",
                                      output->decl.path, way->outer->decl.path);
        line(t, place, "the files of '%s' lie in the location of '%s', %s", output->decl.path,
             way->outer->decl.path, location_of(t, way->outer));
        tell_overlap(t, way);
        break;
    }
}

void reasons_of_ways(struct effective *effective, struct arena *arena,
                     const struct question *question, struct reasons *out)
{
    struct teller t = {.e = effective, .arena = arena, .question = question};
    struct ways_in found = {0};
    if (!(question->permission & (PERMIT_SELECT | PERMIT_DESCRIBE)))
        return;
    ways_find(effective->ways, arena, question->party, question->output, &found);
    for (size_t i = 0; i < found.list.len; i++) {
        tell_way(&t, &found.list.at[i]);
        finish(&t, out);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

static int by_length(const void *left, const void *right)
{
    const struct reason *a = left, *b = right;
    if (a->held != b->held)
        return a->held ? -1 : 1;
    if (a->lines.len != b->lines.len)
        return a->lines.len < b->lines.len ? -1 : 1;
    uint32_t x = a->lines.at[0].at.lo, y = b->lines.at[0].at.lo;
    if (x != y)
        return x < y ? -1 : 1;
    x = a->lines.at[a->lines.len - 1].at.lo;
    y = b->lines.at[b->lines.len - 1].at.lo;
    return (x > y) - (x < y);
}

void reasons_sort(struct reasons *reasons)
{
    if (reasons->list.len)
        qsort(reasons->list.at, reasons->list.len, sizeof *reasons->list.at, by_length);
}

void reasons_find(struct effective *effective, struct arena *arena, const struct question *question,
                  struct reasons *out)
{
    struct view view;
    struct routes routes = {0};
    const bool column = question->permission == PERMIT_SELECT && question->column != ANY_COLUMN;
    view_open(effective, question->party, &view);
    view_routes(&view, arena, question->output, &routes);
    for (size_t i = 0; i < routes.list.len; i++) {
        const struct route *route = &routes.list.at[i];
        if (route_permissions(route) & question->permission &&
            (!column || route_shows(effective, route, question->output, question->column)))
            reasons_of_route(effective, arena, question, route, out);
    }
    view_close(&view);
    reasons_of_ways(effective, arena, question, out);
    reasons_sort(out);
}
