/* policies.c - the statements of policies, names resolved (their targets: targets.c). What AWS
 * would make of them is judged in check/access. */
#include "model/elab.h"

#include "model/predicate.h"
#include "model/targets.h"

#include "base/suggest.h"
#include <string.h>

static const struct {
    unsigned bit;
    const char *word;
    const char *wire; /* Lake Formation's; NULL: a set */
} permissions[] = {
    {PERMIT_ALL, "all", "ALL"},
    {PERMIT_SELECT, "select", "SELECT"},
    {PERMIT_ALTER, "alter", "ALTER"},
    {PERMIT_DROP, "drop", "DROP"},
    {PERMIT_DELETE, "delete", "DELETE"},
    {PERMIT_INSERT, "insert", "INSERT"},
    {PERMIT_DESCRIBE, "describe", "DESCRIBE"},
    {PERMIT_CREATE_DATABASE, "create_database", "CREATE_DATABASE"},
    {PERMIT_CREATE_TABLE, "create_table", "CREATE_TABLE"},
    {PERMIT_DATA_LOCATION_ACCESS, "data_location_access", "DATA_LOCATION_ACCESS"},
    {PERMIT_CREATE_LF_TAG, "create_lf_tag", "CREATE_LF_TAG"},
    {PERMIT_ASSOCIATE, "associate", "ASSOCIATE"},
    {PERMIT_GRANT_WITH_LF_TAG_EXPRESSION, "grant_with_lf_tag_expression",
     "GRANT_WITH_LF_TAG_EXPRESSION"},
    {PERMIT_READ, "read", NULL},
    {PERMIT_WRITE, "write", NULL},
    {PERMIT_MANAGE, "manage", NULL},
};
enum { PERMISSIONS = sizeof permissions / sizeof *permissions };

const char *permission_word(unsigned bit)
{
    for (size_t i = 0; i < PERMISSIONS; i++) {
        if (permissions[i].bit == bit) {
            return permissions[i].word;
        }
    }
    return "?";
}

const char *permission_wire(unsigned bit)
{
    for (size_t i = 0; i < PERMISSIONS; i++) {
        if (permissions[i].bit == bit) {
            return permissions[i].wire;
        }
    }
    return NULL;
}

static void unknown_permission(struct elab *e, const struct value *value)
{
    struct suggestion suggestion = suggest_for(value->text);
    struct diag *d =
        diag(e->s, D_UNKNOWN_PERMISSION, value->span, "there is no permission '%s'", value->text);
    for (size_t i = 0; i < PERMISSIONS; i++) {
        suggest_offer(&suggestion, permissions[i].word);
    }
    diag_suggest(e->s, d, suggestion.best);
}

/* The bit of a permission or set; 0: reported. */
static unsigned permission_of(struct elab *e, const struct value *value)
{
    if (value->kind == VALUE_ERROR || value->text == NULL) {
        return 0;
    }
    for (size_t i = 0; i < PERMISSIONS; i++) {
        if (strcmp(permissions[i].word, value->text) == 0) {
            return permissions[i].bit;
        }
    }
    unknown_permission(e, value);
    return 0;
}

static void read_permissions(struct elab *e, const struct access *access, struct grant *grant)
{
    for (const struct value *v = access->permissions; v != NULL; v = v->next) {
        unsigned bit = permission_of(e, v);
        if ((grant->permissions & bit) != 0) {
            diag(e->s, D_SAID_TWICE, v->span, "'%s' is said twice", v->text);
        } else if (bit != 0) {
            grant->permissions |= bit;
            grant->written[grant->written_count].bit = bit;
            grant->written[grant->written_count++].at = v->span;
        }
    }
}

/* `with grant option` is for all that is granted, `with grant option (describe)` for a part. */
static void read_grant_option(struct elab *e, const struct access *access, struct grant *grant)
{
    if (!access->grant_option) {
        return;
    }
    grant->grantable_at = access->grant_option_span;
    if (access->grant_option_permissions == NULL) {
        grant->grantable = grant->permissions;
    }
    for (const struct value *v = access->grant_option_permissions; v != NULL; v = v->next) {
        grant->grantable |= permission_of(e, v);
    }
}

/* ---- grantees -------------------------------------------------------------------------------- */

static void read_grantees(struct elab *e, const struct access *access, struct grant *grant)
{
    for (const struct value *v = access->to; v != NULL; v = v->next) {
        bool everyone = v->kind == VALUE_PATH && strcmp(v->text, "everyone") == 0;
        if (everyone && access->verb == ACCESS_FORBID) {
            grant->everyone = true;
            continue;
        }
        if (everyone) {
            struct diag *d = diag(e->s, D_GRANT_TO_EVERYONE, v->span, "a %s names whom it is for",
                                  access->verb == ACCESS_GRANT ? "grant" : "request");
            diag_help(
                e->s, d,
                "`everyone` stands in `forbid` and `shared_with`; a team is a set of principals");
            continue;
        }
        struct principal *principal =
            names_principal(e, grant->inside, v, KINDS_PRINCIPAL | KINDS_RUNNING);
        if (principal == NULL) {
            continue;
        }
        vec_push(e->arena, &grant->to, principal);
        vec_push(e->arena, &grant->to_at, v->span);
    }
}

static void except_product(struct elab *e, const struct declared *named, const struct value *value,
                           struct grant *grant)
{
    const struct product *product = named->kind == KIND_PRODUCT ? named->thing : NULL;
    struct excepted_product excepted = {.name = value->text, .at = value->span};
    for (size_t i = 0; i < (product == NULL ? 1 : product->outputs.len); i++) {
        vec_push(e->arena, &excepted.outputs,
                 product == NULL ? named->thing : product->outputs.at[i]);
    }
    vec_push(e->arena, &grant->except_products, excepted);
}

/* `except privacy_officers, sales.raw`: the name of a product stands for the roles under which Glue
 * works for it; that there is one is judged in check/access. */
static void read_exceptions(struct elab *e, const struct access *access, struct grant *grant)
{
    for (const struct value *v = access->to_except; v != NULL; v = v->next) {
        const uint64_t kinds = KINDS_PRINCIPAL | KINDS_RUNNING;
        struct declared *product =
            v->kind == VALUE_PATH && names_find(e, kinds, grant->inside, v->text) == NULL
                ? names_find(e, KINDS_PRODUCT, grant->inside, v->text)
                : NULL;
        if (product != NULL) {
            except_product(e, product, v, grant);
            continue;
        }
        struct principal *principal = names_principal(e, grant->inside, v, kinds);
        if (principal != NULL) {
            vec_push(e->arena, &grant->except_for, principal);
            vec_push(e->arena, &grant->except_for_at, v->span);
        }
    }
}

/* ---- clauses --------------------------------------------------------------------------------- */

static void refuse_clause(struct elab *e, struct span at, const char *clause, const char *statement,
                          const char *why)
{
    struct diag *d = diag(e->s, D_CLAUSE_NOT_HERE, at, "`%s` takes no `%s`", statement, clause);
    diag_help(e->s, d, "%s", why);
}

static void read_where(struct elab *e, const struct access *access, struct grant *grant)
{
    const struct value *where = access->where;
    if (where == NULL || where->kind == VALUE_ERROR) {
        return;
    }
    grant->where_at = where->span;
    grant->limits_rows = true;
    if (grant->target == GRANT_TABLE && grant->outputs.len == 1 &&
        grant->outputs.at[0]->schema != NULL) {
        grant->where = predicate_read(e, grant->outputs.at[0], value_text(where));
    }
}

static void read_until(const struct access *access, struct grant *grant)
{
    if (access->until != NULL && access->until->kind != VALUE_ERROR) {
        grant->until = access->until->text;
        grant->until_at = access->until->span;
    }
}

static void read_grant(struct elab *e, const struct access *access, struct grant *grant)
{
    read_grant_option(e, access, grant);
    read_where(e, access, grant);
    read_until(access, grant);
    if (access->to_except != NULL) {
        refuse_clause(e, access->to_except->span, "except", "grant",
                      "columns are left out after the target: x except (a)");
    }
    vec_push(e->arena, &e->mesh->grants, grant);
}

/* A request says what is wanted; a promise what must not be: neither needs the clauses of grants.
 */
static void read_other(struct elab *e, const struct access *access, struct grant *grant)
{
    bool promise = access->verb == ACCESS_FORBID;
    const char *word = promise ? "forbid" : "request";
    if (access->where != NULL) {
        refuse_clause(e, access->where->span, "where", word,
                      promise ? "a reader of some rows reads: the promise is about columns"
                              : "the owner decides on rows: say in `because` which are needed");
    }
    if (access->until != NULL) {
        refuse_clause(e, access->until->span, "until", word,
                      promise ? "a promise holds as long as it stands in the mesh"
                              : "the owner decides on the end: say it in `because`");
    }
    if (access->grant_option) {
        refuse_clause(e, access->grant_option_span, "with grant option", word,
                      promise ? "who may pass on is told with the proof"
                              : "it is the owner who decides on that");
    }
    if (promise) {
        read_exceptions(e, access, grant);
        vec_push(e->arena, &e->mesh->promises, grant);
    } else {
        if (access->to_except != NULL) {
            refuse_clause(e, access->to_except->span, "except", word, "name those that need it");
        }
        vec_push(e->arena, &e->mesh->requests, grant);
    }
}

static void read_access(struct elab *e, const struct declared *policy, const struct access *access)
{
    static const char *const words[] = {
        [ACCESS_GRANT] = "grant", [ACCESS_REQUEST] = "request", [ACCESS_FORBID] = "promise"};
    struct grant *grant = arena_new(e->arena, struct grant);
    grant->at = access->item.span;
    grant->inside = policy->domain;
    grant->because = value_text(access->because).value;
    annotations_refuse(e, access->annotations, words[access->verb]);
    read_permissions(e, access, grant);
    read_grantees(e, access, grant);
    if (!target_read(e, &access->target, grant) || grant->permissions == 0) {
        return;
    }
    if (access->verb == ACCESS_GRANT) {
        read_grant(e, access, grant);
    } else {
        read_other(e, access, grant);
    }
}

void policies_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_POLICY].len; i++) {
        const struct declared *policy = e->of_kind[KIND_POLICY].at[i];
        for (const struct item *item = policy->block->items; item != NULL; item = item->next) {
            if (item->kind == ITEM_ACCESS) {
                read_access(e, policy, item_as_const(access, item));
            }
        }
    }
}
