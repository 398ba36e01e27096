/* who_json.c - `who --all --format json`: every principal with all that it has and can reach. The
 * form is documented in grammar/reference.md, for programs that compare it. */
#include "command/who.h"

#include "base/json.h"
#include "check/access/requests.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

static const char *id_of(const struct deployment_account *account)
{
    return account && account->id ? account->id : "self";
}

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

static bool is_any(const struct plain_access *access)
{
    return access->held || access->reached || access->grantable;
}

/* ---- tables ---------------------------------------------------------------------------------- */

struct shown { /* rows of a column by one of the two ways to have them */
    bool all;
    uint64_t *rows;
};

/* Held rows, or those that are reached beyond them; false: none. */
static bool rows_of(struct arena *arena, const struct table_access *access, size_t column,
                    bool held, struct shown *out)
{
    const struct column_access *c = &access->columns[column];
    bool any = held ? c->all : !c->all && c->reach_all;
    *out = (struct shown){any, arena_array(arena, uint64_t, access->words + 1)};
    for (size_t i = 0; !any && i < access->words; i++)
        out->rows[i] = held ? c->rows[i] : c->all ? 0 : c->reach[i] & ~c->rows[i];
    for (size_t i = 0; i < access->words; i++)
        any = any || out->rows[i];
    return any;
}

static bool same_rows(const struct table_access *access, const struct shown *a,
                      const struct shown *b)
{
    return a->all == b->all && (a->all || !access->words ||
                                memcmp(a->rows, b->rows, access->words * sizeof *a->rows) == 0);
}

static void set_rows(const struct table_access *access, const struct shown *shown, json *group)
{
    if (shown->all) {
        json_set_text(group, "rows", "all");
        return;
    }
    json *list = json_set_array(group, "rows");
    for (size_t i = 0; i < access->predicates.len; i++)
        if (shown->rows[i / 64] >> i % 64 & 1)
            json_add_text(list, access->predicates.at[i]);
}

static const char *column_name(const struct output *output, size_t column)
{
    const struct column *found = table_column(output, column);
    return found ? found->physical : "*";
}

struct group {
    struct shown shown;
    json *columns;
};

struct groups {
    VEC(struct group) of[2]; /* reached, held */
};

/* Adds one column to the group of its rows. */
static void put_column(struct arena *arena, const struct output *output,
                       const struct table_access *access, size_t column, bool held, json *select,
                       struct groups *groups)
{
    struct shown shown;
    if (!rows_of(arena, access, column, held, &shown))
        return;
    for (size_t i = 0; i < groups->of[held].len; i++)
        if (same_rows(access, &shown, &groups->of[held].at[i].shown)) {
            json_add_text(groups->of[held].at[i].columns, column_name(output, column));
            return;
        }
    json *group = json_add_object(select);
    struct group fresh = {shown, json_set_array(group, "columns")};
    json_add_text(fresh.columns, column_name(output, column));
    set_rows(access, &shown, group);
    json_set_text(group, "how", held ? "yes" : "reach");
    vec_push(arena, &groups->of[held], fresh);
}

static json *table_json(struct arena *arena, const struct effective *e, const struct output *output,
                        const struct table_access *access)
{
    const struct table_names *names = &e->deployment->tables[output->decl.index];
    struct groups groups = {0};
    json *table = json_object(arena);
    json_set_text(table, "product", output->decl.path);
    json_set_text(table, "catalog", id_of(account_of_catalog(e->deployment, output->domain)));
    json_set_text(table, "database", names->database);
    json_set_text(table, "table", names->table);
    json *select = json_set_array(table, "select");
    for (size_t i = 0; i < access->count; i++) {
        put_column(arena, output, access, i, true, select, &groups);
        put_column(arena, output, access, i, false, select, &groups);
    }
    unsigned reached = access->reached & ~(unsigned)PERMIT_SELECT;
    if (groups.of[false].len)
        reached |= PERMIT_SELECT;
    set_words(table, "permissions", access->held & ~(unsigned)PERMIT_SELECT);
    set_words(table, "reach", reached);
    set_words(table, "grantable", access->grantable);
    return table;
}

/* ---- locations, tags, catalogs: what few have ------------------------------------------------ */

struct thing {        /* a location, a value of a tag, a catalog; by what tells it from others */
    const char *name; /* location; key of a tag */
    const struct deployment_account *owner;
    const struct tag *tag;
    atom value;
    struct plain_access access;
};

struct things {
    VEC(struct thing) list;
};

static int by_thing(const void *left, const void *right)
{
    const struct thing *a = left, *b = right;
    int order = strcmp(id_of(a->owner), id_of(b->owner));
    if (!order)
        order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->value ? a->value : "", b->value ? b->value : "");
}

static void add_thing(struct arena *arena, const struct granter *granter, const struct entry *entry,
                      struct thing thing, struct things *out)
{
    unsigned permissions = entry->permissions;
    if (thing.tag && permissions)
        permissions |= PERMIT_DESCRIBE;
    *(granter->itself ? &thing.access.held : &thing.access.reached) = permissions;
    thing.access.grantable = granter->itself ? entry->grantable : 0;
    vec_push(arena, &out->list, thing);
}

static void add_values(struct arena *arena, const struct granter *granter,
                       const struct entry *entry, struct things *out)
{
    const struct tag_condition *condition = &entry->expression->list.at[0];
    for (size_t i = 0; i < condition->values.len; i++)
        add_thing(arena, granter, entry,
                  (struct thing){.name = condition->tag->decl.path,
                                 .owner = entry->owner,
                                 .tag = condition->tag,
                                 .value = condition->values.at[i]},
                  out);
}

/* Sorts them, and joins what is said of one thing. */
static void join_things(struct things *things)
{
    size_t kept = 0;
    struct thing *at = things->list.at;
    if (things->list.len)
        qsort(at, things->list.len, sizeof *at, by_thing);
    for (size_t i = 0; i < things->list.len; i++) {
        if (kept && by_thing(&at[kept - 1], &at[i]) == 0) {
            at[kept - 1].access.held |= at[i].access.held;
            at[kept - 1].access.reached |= at[i].access.reached;
            at[kept - 1].access.grantable |= at[i].access.grantable;
        } else {
            at[kept++] = at[i];
        }
    }
    things->list.len = kept;
    for (size_t i = 0; i < kept; i++)
        at[i].access.reached &= ~at[i].access.held;
}

static void find_things(const struct view *view, struct arena *arena, enum item_kind kind,
                        struct things *out)
{
    for (size_t i = 0; i < view->granters.len; i++) {
        const struct granter *granter = &view->granters.at[i];
        struct item_range items = view_items(view, granter, kind);
        for (size_t k = 0; k < items.len; k++) {
            const struct entry *entry = items.at[k].entry;
            if (!view_counts(view, granter, entry->owner))
                continue;
            if (kind == ITEM_ON_TAG)
                add_values(arena, granter, entry, out);
            else if (kind == ITEM_ON_LOCATION)
                add_thing(arena, granter, entry, (struct thing){.name = entry->location}, out);
            else
                add_thing(arena, granter, entry, (struct thing){.name = "", .owner = entry->owner},
                          out);
        }
    }
    join_things(out);
}

static void set_locations(const struct view *view, struct arena *arena, json *access)
{
    struct things things = {0};
    json *list = json_set_array(access, "locations");
    find_things(view, arena, ITEM_ON_LOCATION, &things);
    for (size_t i = 0; i < things.list.len; i++) {
        json *location = json_add_object(list);
        json_set_text(location, "location", things.list.at[i].name);
        set_plain(location, &things.list.at[i].access);
    }
}

static bool same_row(const struct thing *a, const struct thing *b)
{
    return a->owner == b->owner && a->tag == b->tag && a->access.held == b->access.held &&
           a->access.reached == b->access.reached && a->access.grantable == b->access.grantable;
}

static bool in_row(const struct things *things, const struct thing *first, atom value)
{
    for (size_t i = 0; i < things->list.len; i++)
        if (things->list.at[i].value == value && same_row(&things->list.at[i], first))
            return true;
    return false;
}

/* Values of one tag with equal rights share a row. */
static void set_tags(const struct view *view, struct arena *arena, json *access)
{
    const struct deployment *d = view->effective->deployment;
    struct things things = {0};
    json *list = json_set_array(access, "tags");
    find_things(view, arena, ITEM_ON_TAG, &things);
    for (size_t i = 0; i < things.list.len; i++) {
        const struct thing *thing = &things.list.at[i];
        bool first = true;
        for (size_t k = 0; k < i && first; k++)
            first = !same_row(&things.list.at[k], thing);
        if (!first)
            continue;
        json *row = json_add_object(list);
        json_set_text(row, "tag", thing->tag->decl.path);
        json_set_text(row, "catalog", id_of(thing->owner));
        json_set_text(row, "key", name_tag_key(arena, d, thing->tag));
        json *values = json_set_array(row, "values");
        for (size_t k = 0; k < thing->tag->values.len; k++)
            if (in_row(&things, thing, thing->tag->values.at[k]))
                json_add_text(values, name_tag_value(arena, thing->tag->values.at[k]));
        set_plain(row, &thing->access);
    }
}

static void set_catalogs(const struct view *view, struct arena *arena, json *access)
{
    struct things things = {0};
    json *list = json_set_array(access, "catalog");
    find_things(view, arena, ITEM_ON_CATALOG, &things);
    for (size_t i = 0; i < things.list.len; i++) {
        json *catalog = json_add_object(list);
        json_set_text(catalog, "catalog", id_of(things.list.at[i].owner));
        set_plain(catalog, &things.list.at[i].access);
    }
}

/* ---- one principal --------------------------------------------------------------------------- */

struct orders { /* tables and databases as they are shown */
    const struct output **outputs;
    const struct domain **domains;
    size_t output_count, domain_count;
};

struct sorter {
    const char *catalog, *database, *table;
    const void *thing;
};

static int by_names(const void *left, const void *right)
{
    const struct sorter *a = left, *b = right;
    int order = strcmp(a->catalog, b->catalog);
    if (!order)
        order = strcmp(a->database, b->database);
    return order ? order : strcmp(a->table, b->table);
}

static void sort_all(struct effective *e, struct arena *arena, struct orders *out)
{
    const struct mesh *mesh = e->mesh;
    size_t most = mesh->outputs.len > mesh->domains.len ? mesh->outputs.len : mesh->domains.len;
    struct sorter *sorted = arena_array(arena, struct sorter, most + 1);
    out->outputs = arena_array(arena, const struct output *, mesh->outputs.len + 1);
    out->domains = arena_array(arena, const struct domain *, mesh->domains.len + 1);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const struct table_names *names = &e->deployment->tables[i];
        if (effective_has(e, output))
            sorted[out->output_count++] =
                (struct sorter){id_of(account_of_catalog(e->deployment, output->domain)),
                                names->database, names->table, output};
    }
    if (out->output_count)
        qsort(sorted, out->output_count, sizeof *sorted, by_names);
    for (size_t i = 0; i < out->output_count; i++)
        out->outputs[i] = sorted[i].thing;
    out->domain_count = mesh->domains.len;
    for (size_t i = 0; i < mesh->domains.len; i++)
        sorted[i] = (struct sorter){id_of(e->deployment->domains[i].catalog),
                                    e->deployment->domains[i].database, "", mesh->domains.at[i]};
    if (out->domain_count)
        qsort(sorted, out->domain_count, sizeof *sorted, by_names);
    for (size_t i = 0; i < out->domain_count; i++)
        out->domains[i] = sorted[i].thing;
}

static void set_databases(const struct view *view, const struct orders *orders, json *access)
{
    const struct deployment *d = view->effective->deployment;
    json *list = json_set_array(access, "databases");
    for (size_t i = 0; i < orders->domain_count; i++) {
        const struct domain *domain = orders->domains[i];
        struct plain_access found;
        view_database(view, domain, &found);
        if (!is_any(&found))
            continue;
        json *database = json_add_object(list);
        json_set_text(database, "domain", domain->decl.path);
        json_set_text(database, "catalog", id_of(account_of_catalog(d, domain)));
        json_set_text(database, "database", d->domains[domain->decl.index].database);
        set_plain(database, &found);
    }
}

static void set_party(json *object, const char *name_key, const struct party *party)
{
    json_set_text(object, name_key, party->name);
    json_set_text(object, "kind", party_kind_word(party->kind));
    if (party->kind == PARTY_ORGANIZATION)
        json_set_null(object, "account");
    else
        json_set_text(object, "account", id_of(party->account));
}

static bool has_anything(const json *access)
{
    for (const json *part = json_first(access); part; part = json_next(part))
        if (json_is_array(part) && json_count(part))
            return true;
    return false;
}

/* NULL: it has and reaches nothing. */
static json *access_json(struct effective *e, size_t party, const struct orders *orders,
                         struct arena *arena)
{
    struct view view;
    json *access = json_object(arena);
    view_open(e, party, &view);
    set_party(access, "principal", &e->parties.list.at[party]);
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

static void set_names(json *object, const char *key, const struct parties *parties,
                      const uint64_t *set)
{
    json *names = json_set_array(object, key);
    for (size_t i = 0; i < parties->list.len; i++)
        if (party_set_has(set, i))
            json_add_text(names, parties->list.at[i].name);
}

static json *forbids_json(struct arena *arena, const struct effective *e,
                          const struct proofs *proofs)
{
    json *list = json_array(arena);
    for (size_t i = 0; i < proofs->list.len; i++) {
        const struct proof *proof = &proofs->list.at[i];
        json *forbid = json_add_object(list);
        json_set_text(forbid, "source", source_where(e->s, proof->promise->at));
        json_set_text(forbid, "verdict", verdict_word(proof->verdict));
        set_names(forbid, "broken_by", &e->parties, proof->broken);
        set_names(forbid, "passed_on_by", &e->parties, proof->passed_on);
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
        set_names(object, "for", &e->parties, request_for(e, arena, request));
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

static void put_access(struct buf *out, struct effective *e, size_t depth)
{
    struct arena arena = {0}, kept = {0};
    struct orders orders = {0};
    bool any = false;
    sort_all(e, &kept, &orders);
    buf_putc(out, '\n');
    buf_repeat(out, ' ', 2 * depth + 2);
    buf_puts(out, "\"access\": [");
    for (size_t i = 0; i < e->parties.list.len; i++) {
        const json *access = access_json(e, i, &orders, &arena);
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

void who_all_json(struct buf *out, struct effective *effective, const struct proofs *proofs,
                  size_t depth)
{
    const struct deployment *d = effective->deployment;
    struct arena arena = {0};
    json *principals = json_array(&arena);
    for (size_t i = 0; i < effective->parties.list.len; i++) {
        const struct party *party = &effective->parties.list.at[i];
        json *principal = json_add_object(principals);
        set_party(principal, "name", party);
        if (party->arn)
            json_set_text(principal, "arn", party->arn);
        else
            json_set_null(principal, "arn");
    }
    buf_putc(out, '{');
    put_member(out, "format", json_int(&arena, 1), depth);
    buf_putc(out, ',');
    put_member(out, "mesh", json_text(&arena, d->mesh->decl.name), depth);
    buf_putc(out, ',');
    put_member(out, "environment", d->name ? json_text(&arena, d->name) : json_null(&arena), depth);
    buf_putc(out, ',');
    put_member(out, "principals", principals, depth);
    buf_putc(out, ',');
    put_access(out, effective, depth);
    buf_putc(out, ',');
    put_member(out, "forbids", forbids_json(&arena, effective, proofs), depth);
    buf_putc(out, ',');
    put_member(out, "requests", requests_json(&arena, effective), depth);
    buf_putc(out, '\n');
    buf_repeat(out, ' ', 2 * depth);
    buf_putc(out, '}');
    arena_free(&arena);
}
