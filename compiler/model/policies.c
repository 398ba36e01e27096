/* policies.c - the statements of policies, names resolved. What AWS would make of them is judged in
 * check/access. */
#include "model/elab.h"

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

/* ---- targets --------------------------------------------------------------------------------- */

static bool read_database(struct elab *e, const struct name *name, struct grant *grant)
{
    struct declared *d = names_resolve(e, KINDS(KIND_DOMAIN), NULL, name->text, name->span);
    grant->target = GRANT_DATABASE;
    grant->domain = d == NULL ? NULL : d->thing;
    return d != NULL;
}

/* domain.* */
static bool read_all_tables(struct elab *e, const struct name *name, size_t length,
                            struct grant *grant)
{
    atom domain = atom_put(&e->s->atoms, name->text, length);
    struct span at = {name->span.lo, name->span.lo + (uint32_t)length};
    struct declared *d = names_resolve(e, KINDS(KIND_DOMAIN), NULL, domain, at);
    grant->target = GRANT_ALL_TABLES;
    grant->domain = d == NULL ? NULL : d->thing;
    return d != NULL;
}

static void read_columns(struct elab *e, const struct target *target, struct grant *grant)
{
    size_t count = 0;
    if (!target->has_columns && !target->except) {
        return;
    }
    for (const struct value *v = target->columns; v != NULL; v = v->next) {
        count++;
    }
    grant->has_columns = true;
    grant->except = target->except;
    grant->columns.at = arena_array(e->arena, struct column *, count + 1);
    grant->columns.spans = arena_array(e->arena, struct span, count + 1);
    const struct output *output = grant->outputs.at[0];
    if (output->schema == NULL) {
        diag(e->s, D_COLUMNS_WITHOUT_SCHEMA, target->span,
             "'%s' has no schema whose columns could be named", output->decl.path);
        return;
    }
    for (const struct value *v = target->columns; v != NULL; v = v->next) {
        struct column *column = column_resolve(e, output->schema, v);
        if (column != NULL) {
            grant->columns.at[grant->columns.len] = column;
            grant->columns.spans[grant->columns.len++] = v->span;
        }
    }
}

static bool read_table(struct elab *e, const struct target *target, const struct domain *inside,
                       struct grant *grant)
{
    const struct name *name = &target->name;
    size_t length = atom_length(name->text);
    if (length > 2 && strcmp(name->text + length - 2, ".*") == 0) {
        return read_all_tables(e, name, length - 2, grant);
    }
    struct declared *d = names_find(e, KINDS_PRODUCT, inside, name->text);
    if (d == NULL && names_find(e, KINDS(KIND_DOMAIN), NULL, name->text) != NULL) {
        struct diag *report =
            diag(e->s, D_WRONG_KIND, name->span,
                 "'%s' is a domain; a product or output is expected here", name->text);
        diag_help(e->s, report, "`domain %s` is its database, `%s.*` all its tables", name->text,
                  name->text);
        return false;
    }
    d = d != NULL ? d : names_resolve(e, KINDS_PRODUCT, inside, name->text, name->span);
    if (d == NULL) {
        return false;
    }
    grant->target = GRANT_TABLE;
    if (d->kind == KIND_OUTPUT) {
        vec_push(e->arena, &grant->outputs, d->thing);
    } else {
        const struct product *product = d->thing;
        if (!elab_affords(e, product->outputs.len, name->span)) {
            return false;
        }
        for (size_t i = 0; i < product->outputs.len; i++) {
            vec_push(e->arena, &grant->outputs, product->outputs.at[i]);
        }
    }
    if ((target->has_columns || target->except) && grant->outputs.len > 1) {
        diag(e->s, D_NEEDS_ONE_OUTPUT, name->span,
             "product '%s' has several outputs: columns need one", name->text);
        return false;
    }
    read_columns(e, target, grant);
    return true;
}

static bool read_location(struct elab *e, const struct name *name, struct grant *grant)
{
    const char *text = name->text;
    size_t n = atom_length(text);
    grant->target = GRANT_LOCATION;
    if (strncmp(text, "s3://", 5) != 0 || text[5] == '\0' || text[5] == '/') {
        diag(e->s, D_BAD_LOCATION, name->span, "a location is \"s3://bucket/path/\"");
        return false;
    }
    grant->location = text[n - 1] == '/' ? text : arena_format(e->arena, "%s/", text);
    return true;
}

static bool read_target(struct elab *e, const struct target *target, const struct domain *inside,
                        struct grant *grant)
{
    grant->target_at = target->span;
    switch (target->kind) {
    case TARGET_TAGGED:
    case TARGET_DOMAINS_TAGGED:
        not_supported(e, target->span, "a grant by tags is");
        return false;
    case TARGET_CATALOG:
        grant->target = GRANT_CATALOG;
        return true;
    case TARGET_TAG:
        not_supported(e, target->span, "a grant on a tag is");
        return false;
    case TARGET_LINK:
        not_supported(e, target->span, "a grant on a link is");
        return false;
    case TARGET_PATH:
    case TARGET_DOMAIN:
    case TARGET_LOCATION:
        break;
    }
    if (target->name.text == NULL) {
        return false; /* reported by the parser */
    }
    if (target->kind == TARGET_PATH) {
        return read_table(e, target, inside, grant);
    }
    return target->kind == TARGET_DOMAIN ? read_database(e, &target->name, grant)
                                         : read_location(e, &target->name, grant);
}

/* ---- grantees -------------------------------------------------------------------------------- */

static void read_grantees(struct elab *e, const struct access *access, struct grant *grant)
{
    for (const struct value *v = access->to; v != NULL; v = v->next) {
        if (v->kind == VALUE_PATH && strcmp(v->text, "everyone") == 0) {
            struct diag *d =
                diag(e->s, D_GRANT_TO_EVERYONE, v->span, "a grant names whom it is for");
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

/* Clauses that a later version compiles; false when there is one. */
static bool clauses_supported(struct elab *e, const struct access *access)
{
    bool whole = true;
    if (access->where != NULL && access->where->kind != VALUE_ERROR) {
        not_supported(e, access->where->span, "a grant of some rows (`where`) is");
        whole = false;
    }
    if (access->until != NULL && access->until->kind != VALUE_ERROR) {
        not_supported(e, access->until->span, "a grant with an end (`until`) is");
        whole = false;
    }
    return whole;
}

static void read_access(struct elab *e, const struct declared *policy, const struct access *access)
{
    struct span verb = {access->item.span.lo, access->item.span.lo};
    struct grant *grant = arena_new(e->arena, struct grant);
    if (access->verb != ACCESS_GRANT) {
        verb.hi += access->verb == ACCESS_REQUEST ? 7 : 6;
        not_supported(e, verb, access->verb == ACCESS_REQUEST ? "`request` is" : "`forbid` is");
        return;
    }
    grant->at = access->item.span;
    grant->inside = policy->domain;
    grant->because = value_text(access->because).value;
    annotations_refuse(e, access->annotations, "grant");
    read_permissions(e, access, grant);
    read_grant_option(e, access, grant);
    read_grantees(e, access, grant);
    bool whole = clauses_supported(e, access);
    if (read_target(e, &access->target, policy->domain, grant) && whole &&
        grant->permissions != 0) {
        vec_push(e->arena, &e->mesh->grants, grant);
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
