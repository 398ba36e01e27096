/* statements.c - each grant by itself: permission and target fit, columns make sense, the domain
 * may grant it. */
#include "base/day.h"
#include "check/access/cells.h"
#include "check/access/glue_roles.h"
#include "check/access/legal.h"
#include "check/access/passing.h"
#include "check/access/signatures.h"
#include "check/limits.h"
#include "model/predicate.h"

#include <string.h>

unsigned legal_permissions(enum grant_target target)
{
    switch (target) {
    case GRANT_DATABASE:
    case GRANT_TAGGED_DATABASES:
        return PERMIT_ALL | PERMIT_ALTER | PERMIT_CREATE_TABLE | PERMIT_DESCRIBE | PERMIT_DROP |
               PERMIT_SETS;
    case GRANT_TABLE:
    case GRANT_ALL_TABLES:
    case GRANT_TAGGED:
        return PERMIT_ALL | PERMIT_ALTER | PERMIT_DELETE | PERMIT_DESCRIBE | PERMIT_DROP |
               PERMIT_INSERT | PERMIT_SELECT | PERMIT_SETS;
    case GRANT_LOCATION:
        return PERMIT_DATA_LOCATION_ACCESS;
    case GRANT_CATALOG:
        return PERMIT_CREATE_DATABASE | PERMIT_CREATE_LF_TAG;
    case GRANT_TAG:
        return PERMIT_ALTER | PERMIT_DROP | PERMIT_ASSOCIATE | PERMIT_DESCRIBE |
               PERMIT_GRANT_WITH_LF_TAG_EXPRESSION;
    case GRANT_LINK:
        return PERMIT_DESCRIBE | PERMIT_DROP;
    }
    return 0;
}

const char *target_noun(enum grant_target target)
{
    switch (target) {
    case GRANT_DATABASE:
        return "a database";
    case GRANT_TABLE:
        return "a table";
    case GRANT_ALL_TABLES:
        return "all tables of a domain";
    case GRANT_LOCATION:
        return "a location";
    case GRANT_CATALOG:
        return "the catalog";
    case GRANT_TAGGED:
        return "tables by their tags";
    case GRANT_TAGGED_DATABASES:
        return "databases by their tags";
    case GRANT_TAG:
        return "a tag";
    case GRANT_LINK:
        return "a link";
    }
    return "";
}

/* The likely intent behind a permission that does not fit its target. */
static void help_intent(struct session *s, struct diag *d, const struct grant *grant, unsigned bit)
{
    const unsigned tables = legal_permissions(GRANT_TABLE);
    if (grant->target == GRANT_DATABASE && (tables & bit))
        diag_help(s, d, "rows belong to tables: write '%s.*' for all tables of the domain",
                  grant->domain->decl.path);
    else if (bit == PERMIT_CREATE_TABLE && grant->target != GRANT_DATABASE)
        diag_help(s, d, "tables are made in a database: write 'domain %s'",
                  grant->domain ? grant->domain->decl.path : "NAME");
    else if (bit == PERMIT_DATA_LOCATION_ACCESS)
        diag_help(s, d, "it is granted on a location: write 'location \"s3://bucket/prefix/\"'");
    else if (bit == PERMIT_CREATE_DATABASE)
        diag_help(s, d, "databases are made in the catalog: write 'on catalog'");
    else if (grant->target == GRANT_LINK)
        diag_help(s, d, "rights on a link are none on what it leads to: grant on that");
    else if (bit == PERMIT_ASSOCIATE || bit == PERMIT_GRANT_WITH_LF_TAG_EXPRESSION)
        diag_help(s, d, "it is granted on a tag: write 'tag NAME' or 'tag NAME(value, ...)'");
    else if (bit == PERMIT_CREATE_LF_TAG)
        diag_help(s, d, "tags are made in the account: write 'on catalog'");
    else if (grant->target == GRANT_TAG)
        diag_help(s, d,
                  "a tag takes associate, describe, alter, drop and "
                  "grant_with_lf_tag_expression");
    else if (grant->target == GRANT_LOCATION)
        diag_help(s, d, "a location takes data_location_access alone");
}

static void check_permissions(struct session *s, const struct grant *grant, bool promise)
{
    unsigned legal = legal_permissions(grant->target) | (promise ? PERMIT_ALL : 0u);
    for (size_t i = 0; i < grant->written_count; i++) {
        unsigned bit = grant->written[i].bit;
        if (!(bit & legal)) {
            struct diag *d = diag(s, D_PERMISSION_DOES_NOT_FIT, grant->written[i].at,
                                  "there is no permission '%s' on %s", permission_word(bit),
                                  target_noun(grant->target));
            diag_place(s, d, grant->target_at, "this is %s", target_noun(grant->target));
            help_intent(s, d, grant, bit);
        } else if (grant->has_columns && bit != PERMIT_SELECT && !promise) {
            struct diag *d = diag(s, D_COLUMNS_NEED_SELECT, grant->written[i].at,
                                  "'%s' cannot be limited to columns", permission_word(bit));
            diag_place(s, d, grant->target_at, "columns are listed here");
            diag_help(s, d, "only 'select' can; it implies describe");
        } else if (grant->limits_rows && bit != PERMIT_SELECT) {
            struct diag *d = diag(s, D_ROWS_NEED_SELECT, grant->written[i].at,
                                  "'%s' cannot be limited to rows", permission_word(bit));
            diag_place(s, d, grant->where_at, "the rows");
            diag_help(s, d, "only 'select' can; it implies describe");
        } else if (promise && (bit & PERMIT_SETS)) {
            struct diag *d =
                diag(s, D_PROMISE_OF_A_SET, grant->written[i].at,
                     "`forbid` takes permissions, and '%s' is a set of them", permission_word(bit));
            diag_help(s, d, "name those that are meant, or write `all`: any of them");
        }
    }
}

/* Partition keys are visible to whoever may select any column (access.md 1.1). */
static void check_partition_key(struct session *s, const struct grant *grant, size_t index)
{
    const struct column *column = grant->columns.at[index];
    const struct output *output = grant->outputs.at[0];
    for (size_t i = 0; i < output->partition.len; i++) {
        if (output->partition.at[i] != column)
            continue;
        struct span at = grant->columns.spans[index];
        if (grant->except) {
            struct diag *d = diag(s, D_PARTITION_KEY_HIDDEN, at,
                                  "partition key '%s' cannot be hidden", column->decl.name);
            diag_place(s, d, output->partition_at, "'%s' is partitioned here", output->decl.path);
            diag_help(s, d, "whoever may select any column sees the partition keys");
        } else {
            diag(s, D_PARTITION_KEY_LISTED, at,
                 "partition key '%s' need not be listed: it is visible with any column",
                 column->decl.name);
        }
    }
}

static void check_columns(struct session *s, const struct grant *grant)
{
    if (!grant->has_columns || grant->outputs.len != 1)
        return;
    const struct output *output = grant->outputs.at[0];
    struct map listed = {0};
    size_t data = 0;
    bool unresolved = false;
    for (size_t i = 0; i < grant->columns.len; i++) {
        struct column *column = grant->columns.at[i];
        if (!column) {
            unresolved = true; /* reported by the model */
            continue;
        }
        if (map_get(&listed, column, NULL))
            diag(s, D_COLUMN_LISTED_TWICE, grant->columns.spans[i], "column '%s' is listed twice",
                 column->decl.name);
        map_put(&listed, column, NULL, column);
        check_partition_key(s, grant, i);
    }
    for (size_t i = 0; i < output->data.len; i++)
        data += (map_get(&listed, output->data.at[i], NULL) != NULL) != grant->except;
    map_free(&listed);
    if (!data && !unresolved && output->schema)
        diag(s, D_NO_COLUMN_LEFT, grant->target_at, "no column of '%s' is left to select",
             output->decl.path);
}

static void check_status(struct session *s, const struct grant *grant)
{
    for (size_t i = 0; grant->target == GRANT_TABLE && i < grant->outputs.len; i++) {
        const struct output *output = grant->outputs.at[i];
        if (output->status == STATUS_RETIRED)
            diag(s, D_GRANT_ON_RETIRED, grant->target_at,
                 "'%s' is retired: nobody is granted more on it", output->decl.path);
        else if (output->status == STATUS_PROPOSED)
            diag(s, D_GRANT_ON_PROPOSED, grant->target_at,
                 "'%s' is only proposed: it is not made, so the grant waits", output->decl.path);
    }
}

/* A policy inside a domain grants on that domain's things alone (language.md, "Who may grant"). */
static void check_granter(struct session *s, const struct grant *grant)
{
    const struct domain *owner = grant->domain;
    if (!owner && grant->outputs.len)
        owner = grant->outputs.at[0]->domain;
    if (!owner && grant->link)
        owner = grant->link->inside;
    if (!grant->inside || owner == grant->inside || grant_passes_on(grant))
        return;
    if (grant->target == GRANT_LOCATION)
        return; /* judged with the locations of the deployment */
    struct diag *d =
        diag(s, D_NOT_ITS_OWN, grant->target_at,
             "a policy of domain '%s' grants on its own things alone", grant->inside->decl.path);
    if (owner)
        diag_help(s, d,
                  "this belongs to domain '%s': grant it there, or in a policy at the top level",
                  owner->decl.path);
    else
        diag_help(s, d, "write it in a policy at the top level");
}

/* ---- rows, tags ------------------------------------------------------------------------------ */

/* A data filter is of one table, and what it gives cannot be passed on (access.md 1.3). */
static void check_rows(struct session *s, const struct grant *grant)
{
    if (!grant->limits_rows)
        return;
    if (grant->target != GRANT_TABLE || grant->outputs.len != 1) {
        struct diag *d = diag(s, D_ROWS_NEED_ONE_OUTPUT, grant->where_at,
                              "`where` limits the rows of one table, and this is on %s",
                              grant->outputs.len > 1 ? "several" : target_noun(grant->target));
        diag_place(s, d, grant->target_at, "here");
        diag_help(s, d, "write one grant for each product whose rows are limited");
    } else if (!grant->outputs.at[0]->schema) {
        diag(s, D_COLUMNS_WITHOUT_SCHEMA, grant->where_at,
             "'%s' has no schema whose columns a filter could speak of",
             grant->outputs.at[0]->decl.path);
    } else if (grant->has_columns && grant->where && grant->where->nested) {
        struct diag *d = diag(s, D_NESTED_CELLS, grant->where_at,
                              "rows cannot be told by what is inside a struct where columns are "
                              "listed too");
        diag_place(s, d, grant->target_at, "the columns");
        diag_help(s, d, "grant all columns on these rows, or compare columns of the table itself");
    } else if (grant->grantable) {
        struct diag *d = diag(s, D_ROWS_PASSED_ON, grant->grantable_at,
                              "a grant of some rows cannot be passed on");
        diag_place(s, d, grant->where_at, "the rows");
        diag_help(s, d, "drop the grant option, or grant all rows");
    }
}

/* A grant that ends is judged by a day that changes reports alone (access.md 6). */
static void check_end(struct session *s, const struct grant *grant)
{
    enum { SOON = 14 };
    if (!grant->until || !s->as_of)
        return;
    int64_t left = day_number(grant->until) - day_number(s->as_of);
    if (left < 0) {
        struct diag *d = diag(s, D_GRANT_ENDS, grant->until_at, "this grant has ended");
        diag_help(s, d, "delete it; the program revokes what it gave");
    } else if (left <= SOON) {
        struct diag *d = left == 0
                             ? diag(s, D_GRANT_ENDS, grant->until_at, "this grant ends today")
                             : diag(s, D_GRANT_ENDS, grant->until_at, "this grant ends in %d day%s",
                                    (int)left, left == 1 ? "" : "s");
        diag_help(s, d, "set a later day if it is still needed");
    }
}

/* Alter and drop are of a key with all its values. */
static void check_tag(struct session *s, const struct grant *grant)
{
    for (size_t i = 0; grant->target == GRANT_TAG && !grant->all_values && i < grant->written_count;
         i++)
        if (grant->written[i].bit & (PERMIT_ALTER | PERMIT_DROP)) {
            struct diag *d = diag(s, D_TAG_KEY_AS_WHOLE, grant->written[i].at,
                                  "'%s' is of a tag with all its values",
                                  permission_word(grant->written[i].bit));
            diag_place(s, d, grant->target_at, "some values are named here");
            diag_help(s, d, "write `tag %s` without values",
                      grant->expression.list.at[0].tag->decl.path);
        }
}

static void check_expression(struct session *s, const struct grant *grant)
{
    size_t bytes = 0, most = (size_t)limit_info(LIMIT_TAG_EXPRESSION)->figure;
    size_t values = (size_t)limit_info(LIMIT_CONDITION_VALUES)->figure;
    if (grant->target != GRANT_TAGGED && grant->target != GRANT_TAGGED_DATABASES)
        return;
    for (size_t i = 0; i < grant->expression.list.len; i++) {
        const struct tag_condition *condition = &grant->expression.list.at[i];
        bytes += strlen(condition->tag->decl.path);
        for (size_t k = 0; k < condition->values.len; k++)
            bytes += strlen(condition->values.at[k]);
        if (condition->values.len > values)
            diag(s, D_TAG_EXPRESSION_TOO_LONG, condition->at,
                 "%zu values of '%s' satisfy this; Lake Formation takes %zu of one key",
                 condition->values.len, condition->tag->decl.path, values);
    }
    if (bytes > most)
        diag(s, D_TAG_EXPRESSION_TOO_LONG, grant->target_at,
             "keys and values of this expression have %zu bytes; Lake Formation takes %zu", bytes,
             most);
}

static void check_grantees(struct session *s, const struct mesh *mesh, const struct grant *grant)
{
    for (size_t i = 0; i < grant->to.len; i++) {
        const struct principal *principal = grant->to.at[i];
        if (principal->kind == PRINCIPAL_TEAM && !principal->members.len)
            diag(s, D_EMPTY_TEAM, grant->to_at.at[i],
                 "team '%s' has no members, so nobody is granted this", principal->decl.path);
        for (size_t k = 0; k < mesh->admins.len; k++)
            if (mesh->admins.at[k] == principal)
                diag(s, D_GRANT_TO_ADMIN, grant->to_at.at[i],
                     "'%s' is a data lake administrator: no grant narrows what it may do",
                     principal->decl.path);
    }
}

/* What may be passed on is a part of what is granted (Lake Formation API:
 * PermissionsWithGrantOption). */
static void check_grant_option(struct session *s, const struct grant *grant)
{
    unsigned granted = permissions_expand(grant->permissions, grant->target);
    unsigned passed = permissions_expand(grant->grantable, grant->target);
    if (passed & ~granted) {
        struct diag *d = diag(s, D_GRANT_OPTION_WITHOUT_GRANT, grant->grantable_at,
                              "a grant option for what is not granted");
        if (granted & PERMIT_ALL)
            diag_help(s, d,
                      "`all` is passed on as a whole: write `with grant option`, or grant "
                      "the permissions one by one");
        else
            diag_help(s, d,
                      "name permissions of the grant, or write `with grant option` for all "
                      "of them");
    } else if (passed && grant->has_columns) {
        diag(s, D_GRANT_OPTION_ON_COLUMNS, grant->grantable_at,
             "whether Lake Formation passes on a limit to columns, its documents say differently");
    }
}

/* Where only some columns of a table match, what is not SELECT shrinks to DESCRIBE (rule 2.2.15).
 */
static void check_partial(struct session *s, const struct grant *grant,
                          struct signatures *signatures)
{
    enum { SHRINKS = PERMIT_ALL | PERMIT_ALTER | PERMIT_DROP | PERMIT_INSERT | PERMIT_DELETE };
    const struct output *first = NULL;
    size_t tables = 0;
    if (grant->target != GRANT_TAGGED ||
        !(permissions_expand(grant->permissions, grant->target) & SHRINKS))
        return;
    const bool *matching = signatures_matching(signatures, &grant->expression);
    for (size_t i = 0; i < signatures->table_count; i++) {
        const struct output *output = signatures->mesh->outputs.at[i];
        if (!session_affords(s, signatures->work += output->data.len / 16 + 1, grant->at))
            return;
        if (signatures_reach(signatures, matching, output) == REACH_COLUMNS) {
            first = first ? first : output;
            tables++;
        }
    }
    if (!tables)
        return;
    struct diag *d = diag(s, D_TAGS_MATCH_PARTLY, grant->target_at,
                          "only some columns of %zu table%s match: there this gives select on "
                          "them, and describe",
                          tables, tables == 1 ? "" : "s");
    for (size_t i = 0; i < first->data.len; i++)
        if (!matching[signatures->of_column[first->decl.index][first->data.at[i]->decl.index]]) {
            diag_place(s, d, first->data.at[i]->decl.at, "this column of '%s' does not match",
                       first->decl.path);
            break;
        }
    diag_help(s, d,
              "to write, a principal needs the whole table: grant on it by name, or widen the "
              "expression");
}

static void check_grant(struct session *s, const struct mesh *mesh, const struct grant *grant)
{
    check_permissions(s, grant, false);
    check_columns(s, grant);
    check_rows(s, grant);
    check_end(s, grant);
    check_tag(s, grant);
    check_expression(s, grant);
    check_status(s, grant);
    check_granter(s, grant);
    check_grant_option(s, grant);
    check_grantees(s, mesh, grant);
}

static bool works_for_any(const struct glue_roles *glue, const struct excepted_product *excepted)
{
    for (size_t i = 0; i < excepted->outputs.len; i++)
        if (glue_works_for(glue, excepted->outputs.at[i]))
            return true;
    return false;
}

/* A product is named for the roles of Glue: of one that has none the name says nothing. */
static void check_exceptions(struct session *s, const struct grant *promise,
                             const struct glue_roles *glue)
{
    for (size_t i = 0; i < promise->except_products.len; i++) {
        const struct excepted_product *excepted = &promise->except_products.at[i];
        if (works_for_any(glue, excepted))
            continue;
        struct diag *d =
            diag(s, D_WRONG_KIND, excepted->at,
                 "'%s' is neither crawled nor evaluated, so no role stands for it", excepted->name);
        diag_help(s, d,
                  "principals, pipelines, warehouses, functions, and products that are crawled, "
                  "checked by a step or on a schedule of their quality can be excepted");
    }
}

static void check_promises(struct session *s, const struct mesh *mesh)
{
    struct glue_roles glue;
    if (!mesh->promises.len)
        return;
    glue_roles_make(&s->arena, mesh, &glue);
    for (size_t i = 0; i < mesh->promises.len; i++) {
        check_permissions(s, mesh->promises.at[i], true);
        check_exceptions(s, mesh->promises.at[i], &glue);
    }
}

void access_check(struct session *s, const struct mesh *mesh)
{
    struct signatures signatures;
    signatures_make(s, mesh, &signatures);
    for (size_t i = 0; i < mesh->grants.len; i++) {
        check_grant(s, mesh, mesh->grants.at[i]);
        check_partial(s, mesh->grants.at[i], &signatures);
    }
    for (size_t i = 0; i < mesh->requests.len; i++) {
        check_permissions(s, mesh->requests.at[i], false);
        check_columns(s, mesh->requests.at[i]);
    }
    check_promises(s, mesh);
    signatures_free(&signatures);
}
