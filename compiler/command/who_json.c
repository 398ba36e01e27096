/* who_json.c - `who --all --format json`: every principal with all that it has and can reach. The
 * form is documented in grammar/reference.md, for programs that compare it. */
#include "command/access_json.h"
#include "command/who.h"

#include "base/json.h"
#include "check/access/holdings.h"
#include "check/access/requests.h"
#include "model/names.h"

/* The words of permissions in the order of Lake Formation's API; SELECT of a table apart, because
 * it stands with its columns. */
static void set_words(json *object, const char *key, unsigned permissions)
{
    json *list = json_set_array(object, key);
    for (unsigned bit = PERMIT_SELECT; bit <= PERMIT_LAST; bit <<= 1)
        if (permissions & bit)
            json_add_text(list, permission_word(bit));
}

static void set_plain(json *object, const struct plain_access *access)
{
    set_words(object, "permissions", access->held);
    set_words(object, "reach", access->reached & ~access->held);
    set_words(object, "grantable", access->grantable);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void set_group(const struct output *output, const struct select_group *group, json *select)
{
    json *object = json_add_object(select);
    json *columns = json_set_array(object, "columns");
    for (size_t i = 0; i < group->columns.len; i++)
        json_add_text(columns, table_column_name(output, group->columns.at[i]));
    if (group->all) {
        json_set_text(object, "rows", "all");
    } else {
        json *rows = json_set_array(object, "rows");
        for (size_t i = 0; i < group->rows.len; i++)
            json_add_text(rows, group->rows.at[i]);
    }
    json_set_text(object, "how", group->held ? "yes" : "reach");
}

static json *table_json(struct arena *arena, const struct effective *e, const struct output *output,
                        const struct table_access *access)
{
    const struct table_names *names = &e->deployment->tables[output->decl.index];
    struct select_groups groups;
    unsigned reached = access->reached & ~(unsigned)PERMIT_SELECT;
    json *table = json_object(arena);
    json_set_text(table, "product", output->decl.path);
    json_set_text(table, "catalog", account_id(account_of_catalog(e->deployment, output->domain)));
    json_set_text(table, "database", names->database);
    json_set_text(table, "table", names->table);
    json *select = json_set_array(table, "select");
    select_groups_make(arena, access, &groups);
    for (size_t i = 0; i < groups.list.len; i++) {
        set_group(output, &groups.list.at[i], select);
        reached |= groups.list.at[i].held ? 0 : PERMIT_SELECT;
    }
    set_words(table, "permissions", access->held & ~(unsigned)PERMIT_SELECT);
    set_words(table, "reach", reached);
    set_words(table, "grantable", access->grantable);
    return table;
}

/* ---- locations, tags, catalogs --------------------------------------------------------------- */

static void set_locations(const struct view *view, struct arena *arena, json *access)
{
    struct things things;
    json *list = json_set_array(access, "locations");
    things_find(view, arena, ITEM_ON_LOCATION, &things);
    for (size_t i = 0; i < things.list.len; i++) {
        json *location = json_add_object(list);
        json_set_text(location, "location", things.list.at[i].name);
        set_plain(location, &things.list.at[i].access);
    }
}

static void set_tags(const struct view *view, struct arena *arena, json *access)
{
    struct things things;
    json *list = json_set_array(access, "tags");
    things_find(view, arena, ITEM_ON_TAG, &things);
    for (size_t i = 0; i < things.list.len; i++) {
        const struct thing *thing = &things.list.at[i];
        json *row = json_add_object(list);
        json_set_text(row, "tag", thing->name);
        json_set_text(row, "catalog", account_id(thing->owner));
        json_set_text(row, "key", name_tag_key(arena, view->effective->deployment, thing->tag));
        json *values = json_set_array(row, "values");
        for (size_t k = 0; k < thing->values.len; k++)
            json_add_text(values, name_tag_value(arena, thing->values.at[k]));
        set_plain(row, &thing->access);
    }
}

static void set_catalogs(const struct view *view, struct arena *arena, json *access)
{
    struct things things;
    json *list = json_set_array(access, "catalog");
    things_find(view, arena, ITEM_ON_CATALOG, &things);
    for (size_t i = 0; i < things.list.len; i++) {
        json *catalog = json_add_object(list);
        json_set_text(catalog, "catalog", account_id(things.list.at[i].owner));
        set_plain(catalog, &things.list.at[i].access);
    }
}

/* ---- one principal --------------------------------------------------------------------------- */

static void set_databases(const struct view *view, const struct catalog_order *orders, json *access)
{
    const struct deployment *d = view->effective->deployment;
    json *list = json_set_array(access, "databases");
    for (size_t i = 0; i < orders->domain_count; i++) {
        const struct domain *domain = orders->domains[i];
        struct plain_access found;
        view_database(view, domain, &found);
        if (!found.held && !found.reached && !found.grantable)
            continue;
        json *database = json_add_object(list);
        json_set_text(database, "domain", domain->decl.path);
        json_set_text(database, "catalog", account_id(account_of_catalog(d, domain)));
        json_set_text(database, "database", d->domains[domain->decl.index].database);
        set_plain(database, &found);
    }
}

static bool has_anything(const json *access)
{
    for (const json *part = json_first(access); part; part = json_next(part))
        if (json_is_array(part) && json_count(part))
            return true;
    return false;
}

/* NULL: it has and reaches nothing. */
static json *access_json(struct effective *e, size_t party, const struct catalog_order *orders,
                         struct arena *arena)
{
    struct view view;
    json *access = json_object(arena);
    view_open(e, party, &view);
    json_set_party(access, "principal", &e->parties.list.at[party]);
    json *tables = json_set_array(access, "tables");
    for (size_t i = 0; i < orders->output_count; i++) {
        struct table_access found;
        if (view_table(&view, arena, orders->outputs[i], &found))
            json_add(tables, table_json(arena, e, orders->outputs[i], &found));
    }
    set_databases(&view, orders, access);
    set_locations(&view, arena, access);
    set_tags(&view, arena, access);
    set_catalogs(&view, arena, access);
    view_close(&view);
    return has_anything(access) ? access : NULL;
}

/* ---- promises -------------------------------------------------------------------------------- */

static json *forbids_json(struct arena *arena, const struct effective *e,
                          const struct proofs *proofs)
{
    json *list = json_array(arena);
    for (size_t i = 0; i < proofs->list.len; i++) {
        const struct proof *proof = &proofs->list.at[i];
        json *forbid = json_add_object(list);
        json_set_text(forbid, "source", source_where(e->s, proof->promise->at));
        json_set_text(forbid, "verdict", verdict_word(proof->verdict));
        json_set_parties(forbid, "broken_by", &e->parties, proof->broken);
        json_set_parties(forbid, "passed_on_by", &e->parties, proof->passed_on);
    }
    return list;
}

static json *requests_json(struct arena *arena, struct effective *e)
{
    json *list = json_array(arena);
    for (size_t i = 0; i < e->mesh->requests.len; i++) {
        const struct grant *request = e->mesh->requests.at[i];
        json *object = json_add_object(list);
        json_set_text(object, "source", source_where(e->s, request->at));
        json_set_parties(object, "for", &e->parties, request_for(e, arena, request));
        json_set_text(object, "target", statement_target(e->s, arena, request));
        json_set_text(object, "answered", answer_word(request_answer(e, request)));
    }
    return list;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* `"key": value` a level further in than the object. */
static void put_member(struct buf *out, const char *key, const json *value, size_t depth)
{
    buf_putc(out, '\n');
    buf_repeat(out, ' ', 2 * depth + 2);
    json_write_string(out, key);
    buf_puts(out, ": ");
    json_write_inside(out, value, depth + 1);
}

static void put_access(struct buf *out, struct effective *e, const uint64_t *only, size_t depth)
{
    struct arena arena = {0}, kept = {0};
    struct catalog_order orders;
    bool any = false;
    catalog_order_make(e, &kept, &orders);
    buf_putc(out, '\n');
    buf_repeat(out, ' ', 2 * depth + 2);
    buf_puts(out, "\"access\": [");
    for (size_t i = 0; i < e->parties.list.len; i++) {
        const json *access =
            only && !party_set_has(only, i) ? NULL : access_json(e, i, &orders, &arena);
        if (access) {
            buf_puts(out, any ? ",\n" : "\n");
            buf_repeat(out, ' ', 2 * depth + 4);
            json_write_inside(out, access, depth + 2);
            any = true;
        }
        arena_reset(&arena);
    }
    if (any) {
        buf_putc(out, '\n');
        buf_repeat(out, ' ', 2 * depth + 2);
    }
    buf_puts(out, "]");
    arena_free(&arena);
    arena_free(&kept);
}

static json *principals_json(struct arena *arena, const struct effective *e, const uint64_t *only)
{
    json *principals = json_array(arena);
    for (size_t i = 0; i < e->parties.list.len; i++) {
        const struct party *party = &e->parties.list.at[i];
        if (only && !party_set_has(only, i))
            continue;
        json *principal = json_add_object(principals);
        json_set_party(principal, "name", party);
        if (party->arn)
            json_set_text(principal, "arn", party->arn);
        else
            json_set_null(principal, "arn");
    }
    return principals;
}

static void begin_object(struct buf *out, struct arena *arena, const struct effective *e,
                         size_t depth)
{
    const struct deployment *d = e->deployment;
    buf_putc(out, '{');
    put_member(out, "format", json_int(arena, 1), depth);
    buf_putc(out, ',');
    put_member(out, "mesh", json_text(arena, d->mesh->decl.name), depth);
    buf_putc(out, ',');
    put_member(out, "environment", d->name ? json_text(arena, d->name) : json_null(arena), depth);
    buf_putc(out, ',');
    if (e->day) {
        put_member(out, "as_of", json_text(arena, e->day), depth);
        buf_putc(out, ',');
    }
}

static void end_object(struct buf *out, size_t depth)
{
    buf_putc(out, '\n');
    buf_repeat(out, ' ', 2 * depth);
    buf_putc(out, '}');
}

void who_all_json(struct buf *out, struct effective *effective, const struct proofs *proofs,
                  size_t depth)
{
    struct arena arena = {0};
    begin_object(out, &arena, effective, depth);
    put_member(out, "principals", principals_json(&arena, effective, NULL), depth);
    buf_putc(out, ',');
    put_access(out, effective, NULL, depth);
    buf_putc(out, ',');
    put_member(out, "forbids", forbids_json(&arena, effective, proofs), depth);
    buf_putc(out, ',');
    put_member(out, "requests", requests_json(&arena, effective), depth);
    end_object(out, depth);
    arena_free(&arena);
}

/* ---- the other questions --------------------------------------------------------------------- */

static json *answers_json(struct arena *arena, struct effective *e, const struct inquiry *inquiry)
{
    json *list = json_array(arena);
    struct facts facts = {0};
    facts_of_question(e, arena, inquiry, &facts);
    for (size_t i = 0; i < facts.list.len; i++) {
        const struct fact *fact = &facts.list.at[i];
        json *answer = json_add_object(list);
        json_set_party(answer, "principal", &e->parties.list.at[fact->party]);
        json_set_text(answer, "on", fact->thing);
        json_set_optional(answer, "columns", fact->columns);
        json_set_text(answer, "answer", may_word(fact->may));
        json_set_optional(answer, "rows", fact->rows);
        json_set_bool(answer, "pass_on", fact->pass_on);
    }
    return list;
}

static void add_ways(struct arena *arena, struct effective *e, const struct question *question,
                     json *list)
{
    struct reasons reasons = {0};
    reasons_find(e, arena, question, &reasons);
    json *object = json_add_object(list);
    json_set_party(object, "principal", &e->parties.list.at[question->party]);
    json_set_text(object, "target", column_path(arena, question->output, question->column));
    json *ways = json_set_array(object, "ways");
    for (size_t i = 0; i < reasons.list.len; i++)
        json_add_reason(e->s, ways, &reasons.list.at[i]);
}

static json *ways_json(struct arena *arena, struct effective *e, const struct inquiry *inquiry,
                       const uint64_t *asked)
{
    json *list = json_array(arena);
    for (size_t i = 0; i < e->parties.list.len; i++)
        for (size_t k = 0; party_set_has(asked, i) && k < inquiry->about.outputs.len; k++) {
            struct question question = {i, PERMIT_SELECT, inquiry->about.outputs.at[k],
                                        inquiry->about.column};
            add_ways(arena, e, &question, list);
        }
    return list;
}

void who_json(struct buf *out, struct effective *effective, const struct inquiry *inquiry,
              size_t depth)
{
    struct arena arena = {0};
    party_set asked = party_set_new(&effective->parties, &arena);
    if (inquiry->as)
        who_parties(effective, &arena, inquiry, &asked);
    begin_object(out, &arena, effective, depth);
    if (inquiry->kind == WHO_CAN) {
        put_member(out, "permission", json_text(&arena, inquiry->permission_word), depth);
        buf_putc(out, ',');
        put_member(out, "target", json_text(&arena, inquiry->target), depth);
        buf_putc(out, ',');
        put_member(out, "answers", answers_json(&arena, effective, inquiry), depth);
    } else if (inquiry->kind == WHO_SEES) {
        put_member(out, "principals", principals_json(&arena, effective, asked), depth);
        buf_putc(out, ',');
        put_access(out, effective, asked, depth);
    } else {
        put_member(out, "why", ways_json(&arena, effective, inquiry, asked), depth);
    }
    end_object(out, depth);
    arena_free(&arena);
}
