/* principals.c - roles, users, groups, teams, accounts and organizations. */
#include "model/elab.h"

#include <string.h>

static enum principal_kind principal_kind(enum kind kind)
{
    if (kind == KIND_USER) {
        return PRINCIPAL_USER;
    }
    if (kind == KIND_GROUP) {
        return PRINCIPAL_GROUP;
    }
    if (kind == KIND_TEAM) {
        return PRINCIPAL_TEAM;
    }
    if (kind == KIND_ACCOUNT) {
        return PRINCIPAL_ACCOUNT;
    }
    return kind == KIND_ORGANIZATION ? PRINCIPAL_ORGANIZATION : PRINCIPAL_ROLE;
}

static void check_arn(struct elab *e, const struct text *arn)
{
    if (arn->value != NULL && strncmp(arn->value, "arn:", 4) != 0) {
        diag(e->s, D_NOT_AN_ARN, arn->at, "an ARN begins with \"arn:\"");
    }
}

/* IAM group names do not reach Lake Formation: a group is one of SAML, Identity Center or
 * QuickSight, by ARN. */
static void check_group(struct elab *e, const struct declared *d, const struct body *body)
{
    if (d->kind == KIND_GROUP && body_text(body, "arn").value == NULL &&
        !body_broken(body, "arn")) {
        struct diag *report =
            diag(e->s, D_MISSING_ATTRIBUTE, d->block->name.span, "'group' needs 'arn'");
        diag_help(e->s, report,
                  "Lake Formation knows groups of SAML, Identity Center and QuickSight, by "
                  "their ARN, and none of IAM");
    }
}

/* `create` and `trusts`: a role that the mesh makes. */
static void read_making(struct elab *e, struct principal *role, const struct body *body)
{
    role->create = body_bool(body, "create", false);
    for (const struct value *v = value_items(body_value(body, "trusts")); v != NULL; v = v->next) {
        vec_push(e->arena, &role->trusts, value_text(v));
    }
    if (role->create && role->arn.value != NULL) {
        diag(e->s, D_EITHER_OR, role->arn.at, "a role that is made gets its ARN from AWS");
        role->create = false;
    }
    if (role->trusts.len > 0 && !body_bool(body, "create", false)) {
        struct diag *d = diag(e->s, D_EITHER_OR, role->trusts.at[0].at,
                              "who may assume a role that exists is not the mesh's to say");
        diag_help(e->s, d, "add `create: true` to make the role, or remove 'trusts'");
    }
    if (!role->create) {
        return;
    }
    if (role->domain != NULL) {
        vec_push(e->arena, &role->domain->made_roles, role);
    } else {
        vec_push(e->arena, &e->mesh->made_roles, role);
    }
}

/* Lake Formation knows an organization and its units by their ARN alone ("Granting to AWS
 * Organizations"). */
static void check_organization(struct elab *e, const struct declared *d, const struct body *body)
{
    struct text arn = body_text(body, "arn");
    if (d->kind != KIND_ORGANIZATION || body_broken(body, "arn")) {
        return;
    }
    if (arn.value == NULL) {
        struct diag *report =
            diag(e->s, D_MISSING_ATTRIBUTE, d->block->name.span, "'organization' needs 'arn'");
        diag_help(e->s, report,
                  "of an organization, "
                  "\"arn:aws:organizations::123456789012:organization/o-example\", or "
                  "of a unit, \"arn:aws:organizations::123456789012:ou/o-example/"
                  "ou-exam-ple12345\"");
    } else if (strncmp(arn.value, "arn:", 4) == 0 &&
               (strstr(arn.value, ":organizations::") == NULL ||
                (strstr(arn.value, ":organization/o-") == NULL &&
                 strstr(arn.value, ":ou/o-") == NULL))) {
        diag(e->s, D_NOT_AN_ARN, arn.at, "this is the ARN of no organization and of no unit");
    }
}

static void build_principal(struct elab *e, struct declared *d)
{
    struct principal *principal = d->thing;
    struct body body;
    body_of_block(e, d->block, NULL, &body);
    body_describe(e, &body, &d->block->item, &principal->decl);
    principal->kind = principal_kind(d->kind);
    principal->domain = d->domain;
    principal->aws_name = principal->decl.name;
    principal->decl.index = (uint32_t)e->mesh->principals.len;
    vec_push(e->arena, &e->mesh->principals, principal);
    if (d->kind == KIND_ACCOUNT) {
        struct account *account = arena_new(e->arena, struct account);
        account->decl = principal->decl;
        account->decl.index = (uint32_t)e->mesh->accounts.len;
        account->id = body_text(&body, "id");
        vec_push(e->arena, &e->mesh->accounts, account);
        principal->account = account;
        return;
    }
    struct text name = body_text(&body, "name");
    principal->aws_name = name.value != NULL ? name.value : principal->decl.name;
    principal->arn = body_text(&body, "arn");
    check_arn(e, &principal->arn);
    if (d->kind == KIND_ROLE) {
        read_making(e, principal, &body);
    }
    check_group(e, d, &body);
    check_organization(e, d, &body);
    if (name.value != NULL && principal->arn.value != NULL) {
        struct diag *report =
            diag(e->s, D_EITHER_OR, principal->arn.at, "a name and an ARN; one of them says it");
        diag_place(e->s, report, name.at, "the name");
    }
}

/* `account:` of a role, once all accounts are known. */
static void place_principal(struct elab *e, struct declared *d)
{
    struct principal *principal = d->thing;
    for (const struct item *item = d->block->items; item != NULL; item = item->next) {
        const struct member *member = item_as_const(member, item);
        if (item->kind == ITEM_MEMBER && member->label.text != NULL && d->kind != KIND_ACCOUNT &&
            strcmp(member->label.text, "account") == 0 && member->value->kind == VALUE_PATH) {
            struct declared *account =
                names_resolve_value(e, KINDS(KIND_ACCOUNT), d->domain, member->value);
            if (account != NULL) {
                principal->account = ((struct principal *)account->thing)->account;
            }
        }
    }
}

static void list_principal(struct elab *e, struct principal *principal)
{
    principal->decl.index = (uint32_t)e->mesh->principals.len;
    vec_push(e->arena, &e->mesh->principals, principal);
}

void principals_build(struct elab *e)
{
    static const enum kind kinds[] = {KIND_ACCOUNT, KIND_ROLE, KIND_USER,
                                      KIND_GROUP,   KIND_TEAM, KIND_ORGANIZATION};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (size_t i = 0; i < e->of_kind[kinds[k]].len; i++) {
            build_principal(e, e->of_kind[kinds[k]].at[i]);
        }
    }
    for (size_t k = 1; k < sizeof kinds / sizeof *kinds; k++) {
        for (size_t i = 0; i < e->of_kind[kinds[k]].len; i++) {
            place_principal(e, e->of_kind[kinds[k]].at[i]);
        }
    }
    for (size_t i = 0; i < e->mesh->pipelines.len; i++) {
        list_principal(e, e->mesh->pipelines.at[i]->self);
    }
    for (size_t i = 0; i < e->mesh->functions.len; i++) {
        list_principal(e, e->mesh->functions.at[i]->self);
    }
    for (size_t i = 0; i < e->mesh->warehouses.len; i++) {
        list_principal(e, e->mesh->warehouses.at[i]->self);
    }
}

const struct principal *principal_acting(const struct principal *principal)
{
    const struct principal *role = principal->pipeline != NULL    ? principal->pipeline->role
                                   : principal->function != NULL  ? principal->function->role
                                   : principal->warehouse != NULL ? principal->warehouse->role
                                                                  : NULL;
    return role != NULL ? role : principal;
}

/* ---- teams ----------------------------------------------------------------------------------- */

static void read_members(struct elab *e, struct declared *d)
{
    struct principal *team = d->thing;
    for (const struct item *item = d->block->items; item != NULL; item = item->next) {
        const struct member *member = item_as_const(member, item);
        if (item->kind != ITEM_MEMBER || member->label.text == NULL ||
            strcmp(member->label.text, "members") != 0) {
            continue;
        }
        for (const struct value *value = value_items(member->value); value != NULL;
             value = value->next) {
            struct principal *found =
                value->kind != VALUE_PATH
                    ? NULL /* reported with the body */
                    : names_principal(e, d->domain, value, KINDS_PRINCIPAL | KINDS_RUNNING);
            if (found != NULL) {
                vec_push(e->arena, &team->members, found);
            }
        }
    }
}

/* Is a team inside itself? Walks with a mark for each team: 1 on the way, 2 done. */
static bool team_cycles(struct elab *e, struct principal *team, unsigned char *marks,
                        unsigned depth)
{
    if (team->kind != PRINCIPAL_TEAM || marks[team->decl.index] == 2) {
        return false;
    }
    if (marks[team->decl.index] == 1 || depth > 200) {
        diag(e->s, D_TEAM_CYCLE, team->decl.at, "team '%s' %s", team->decl.path,
             depth > 200 ? "is inside others more than 200 deep" : "holds itself");
        return true;
    }
    marks[team->decl.index] = 1;
    size_t kept = 0;
    for (size_t i = 0; i < team->members.len; i++) {
        if (!team_cycles(e, team->members.at[i], marks, depth + 1)) {
            team->members.at[kept++] = team->members.at[i];
        }
    }
    team->members.len = kept; /* without the one that closes a circle, so that nobody runs in it */
    marks[team->decl.index] = 2;
    return false;
}

void principals_members(struct elab *e)
{
    unsigned char *marks = arena_alloc(e->arena, e->mesh->principals.len + 1);
    for (size_t i = 0; i < e->of_kind[KIND_TEAM].len; i++) {
        read_members(e, e->of_kind[KIND_TEAM].at[i]);
    }
    for (size_t i = 0; i < e->of_kind[KIND_TEAM].len; i++) {
        team_cycles(e, e->of_kind[KIND_TEAM].at[i]->thing, marks, 0);
    }
}
