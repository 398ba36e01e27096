/* roles.c - rules over roles that things run as. Of those that the mesh makes: whom they trust, and
 * that they are there before what runs as them; of those that exist: what they lack, perhaps. */
#include "check/roles.h"
#include "check/areas.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "check/access/rights.h"
#include "check/catalog.h"
#include "check/made.h"

#include <stdlib.h>
#include <string.h>

/* ---- trust ----------------------------------------------------------------------------------- */

static bool made_of(const char *text, size_t length, const char *more)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr(more, c)) {
            return false;
        }
    }
    return length > 0;
}

/* "states.amazonaws.com", "states.eu-west-1.amazonaws.com.cn". */
static bool is_service(const char *text)
{
    const char *end = strstr(text, ".amazonaws.com");
    if (!end || end == text || !made_of(text, (size_t)(end - text), ".-")) {
        return false;
    }
    end += strlen(".amazonaws.com");
    return *end == '\0' || strcmp(end, ".cn") == 0;
}

static bool is_account(const char *text)
{
    return strlen(text) == 12 && strspn(text, "0123456789") == 12;
}

/* What follows arn:PARTITION:iam::ACCOUNT: or the same of sts; NULL where it is no such ARN. */
static const char *iam_rest(const char *text)
{
    if (strncmp(text, "arn:aws", 7) != 0) {
        return NULL;
    }
    const char *service = strchr(text + 4, ':');
    if (!service || (strncmp(service, ":iam::", 6) != 0 && strncmp(service, ":sts::", 6) != 0)) {
        return NULL;
    }
    const char *account = service + 6;
    bool whole = strspn(account, "0123456789") == 12 && account[12] == ':' && account[13];
    return whole && !strpbrk(account + 13, "*? ") ? account + 13 : NULL;
}

enum trusted trusted_kind(const char *text)
{
    static const char *const arns[] = {"role/", "user/", "assumed-role/", "federated-user/"};
    const char *rest = iam_rest(text);
    if (is_account(text)) {
        return TRUSTED_ACCOUNT;
    }
    if (is_service(text)) {
        return TRUSTED_SERVICE;
    }
    if (!rest) {
        return TRUSTED_NOBODY;
    }
    if (strncmp(rest, "saml-provider/", 14) == 0 || strncmp(rest, "oidc-provider/", 14) == 0) {
        return TRUSTED_PROVIDER;
    }
    for (size_t i = 0; i < sizeof arns / sizeof *arns; i++) {
        size_t length = strlen(arns[i]);
        if (strncmp(rest, arns[i], length) == 0 && rest[length]) {
            return TRUSTED_ARN;
        }
    }
    return strcmp(rest, "root") == 0 ? TRUSTED_ARN : TRUSTED_NOBODY;
}

static void check_trusted(struct session *s, const struct text *text)
{
    struct diag *d;
    switch (trusted_kind(text->value)) {
    case TRUSTED_SERVICE:
    case TRUSTED_ACCOUNT:
    case TRUSTED_ARN:
        break;
    case TRUSTED_PROVIDER:
        d = diag(s, D_ROLE_TRUST, text->at,
                 "a provider of identities is trusted under conditions, which this does not say");
        diag_help(s, d,
                  "make the role where its conditions can be written, and name it here "
                  "without `create`");
        break;
    case TRUSTED_NOBODY:
        d = diag(s, D_ROLE_TRUST, text->at, "'%s' is nobody that a role can trust", text->value);
        diag_help(s, d,
                  strchr(text->value, '*')
                      ? "name each service, account, role or user: a role that everybody may take "
                        "on is open to the world"
                      : "write a service like \"glue.amazonaws.com\", the 12 digits of an account, "
                        "or the ARN of a role or user");
        break;
    }
}

static void check_trust(struct session *s, const struct principal *role)
{
    bool runs = role->runs.pipelines.len || role->runs.functions.len || role->runs.warehouses.len ||
                role->runs.crawls.len;
    for (size_t i = 0; i < role->trusts.len; i++) {
        check_trusted(s, &role->trusts.at[i]);
    }
    if (!runs && role->trusts.len == 0) {
        struct diag *d = diag(s, D_ROLE_TRUST, role->decl.at,
                              "nobody could take on role '%s': nothing runs as it and it trusts "
                              "nobody",
                              role->decl.path);
        diag_help(s, d,
                  "say who may, `trusts: [\"glue.amazonaws.com\"]`, or name it as the `role` "
                  "of what is to run as it");
    }
}

/* ---- order of the stacks --------------------------------------------------------------------- */

/* Governance's stack stands first, the domains' follow in no order that counts: what is made in one
 * of them is there for that domain alone. */
static void check_reach(struct session *s, const struct principal *role,
                        const struct domain *domain, const struct decl *user)
{
    if (!role || !role->create || !role->domain || role->domain == domain) {
        return;
    }
    struct diag *d = diag(s, D_MADE_ELSEWHERE, user->at,
                          "'%s' runs as role '%s', which may not be there yet: the stack of domain "
                          "'%s' makes it",
                          user->path, role->decl.path, role->domain->decl.path);
    diag_place(s, d, role->decl.at, "made here");
    diag_help(s, d, "declare the role outside of the domains: governance's stack stands first");
}

/* ---- descriptions ---------------------------------------------------------------------------- */

const char *unknown_to_iam(const char *text)
{
    uint32_t c;
    for (size_t length; *text; text += length) {
        length = utf8_read(text, strlen(text), &c);
        bool printed = (c >= 0x20 && c <= 0x7e) || (c >= 0xa1 && c <= 0xff);
        if (!printed && c != '\t' && c != '\n' && c != '\r') {
            return text;
        }
    }
    return NULL;
}

static void check_role_description(struct session *s, const struct principal *role)
{
    const char *doc = role->decl.doc, *unknown = doc ? unknown_to_iam(doc) : NULL;
    uint32_t c;
    if (unknown) {
        size_t length = utf8_read(unknown, strlen(unknown), &c);
        struct diag *d = diag(s, D_ROLE_DESCRIPTION, role->decl.at,
                              "IAM takes no '%.*s' (U+%04X) in the description of a role: it is "
                              "left out",
                              (int)length, unknown, (unsigned)c);
        diag_help(s, d, "IAM knows letters and signs of Latin-1 alone");
    } else if (description_is_cut(doc, LIMIT_ROLE_DESCRIPTION)) {
        diag(s, D_DESCRIPTION_CUT, role->decl.at,
             "the description has %zu characters, IAM takes %lld: it is cut",
             utf8_count(doc, strlen(doc)), (long long)limit_info(LIMIT_ROLE_DESCRIPTION)->figure);
    }
}

void check_roles(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->principals.len; i++) {
        const struct principal *role = mesh->principals.at[i];
        if (role->create) {
            check_is_made(s, &role->decl, "role", role->domain);
            check_trust(s, role);
            check_role_description(s, role);
        }
    }
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        check_reach(s, pipeline->role, pipeline->domain, &pipeline->decl);
    }
    for (size_t i = 0; i < mesh->functions.len; i++) {
        const struct function *function = mesh->functions.at[i];
        check_reach(s, function->role, function->domain, &function->decl);
    }
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        const struct warehouse *warehouse = mesh->warehouses.at[i];
        check_reach(s, warehouse->role, warehouse->domain, &warehouse->decl);
    }
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        check_reach(s, output->crawl.role, output->domain, &output->decl);
    }
}

/* ---- roles that exist ------------------------------------------------------------------------ */

static int by_text(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* Each action once. Traces are off under a role that is not made here. */
static void write_actions(struct session *s, const struct needs *needs, struct buf *out)
{
    const char **actions = arena_array(&s->arena, const char *, needs->list.len + 1);
    size_t count = 0;
    for (size_t i = 0; i < needs->list.len; i++) {
        if (strncmp(needs->list.at[i].action, "xray:", 5) != 0) {
            actions[count++] = needs->list.at[i].action;
        }
    }
    qsort(actions, count, sizeof *actions, by_text);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(actions[i], actions[i - 1]) != 0) {
            buf_format(out, "%s%s", i ? ", " : "", actions[i]);
        }
    }
}

struct user { /* of a role that exists */
    const char *word;
    const struct decl *decl;
    const struct principal *role;
    const char *service;
};

/* A role that exists already is never given rights: what is needed of it is told once. */
static void tell_needs(struct session *s, const struct user *user, const struct needs *needs)
{
    struct buf text = {0};
    write_actions(s, needs, &text);
    struct diag *d = diag(s, D_ROLE_NEEDS_RIGHTS, user->decl->at,
                          "%s '%s' runs under the role '%s', which this mesh does not make",
                          user->word, user->decl->path, user->role->decl.path);
    diag_help(s, d, "it must be trusted by %s and allow %s", user->service,
              text.at ? text.at : "nothing");
    buf_free(&text);
}

static bool exists(const struct principal *role)
{
    return role && !role->create;
}

void check_existing_roles(struct session *s, const struct deployment *deployment)
{
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->pipelines.len; i++) {
        const struct pipeline *pipeline = mesh->pipelines.at[i];
        struct needs needs = {.arena = &s->arena};
        if (pipeline_is_made(pipeline) && exists(pipeline->role)) {
            needs_of_pipeline(deployment, pipeline, &needs);
            tell_needs(
                s,
                &(struct user){"pipeline", &pipeline->decl, pipeline->role, "states.amazonaws.com"},
                &needs);
        }
    }
    for (size_t i = 0; i < mesh->functions.len; i++) {
        const struct function *function = mesh->functions.at[i];
        struct needs needs = {.arena = &s->arena};
        if (function_is_made(function) && exists(function->role)) {
            needs_of_function(deployment, function, &needs);
            tell_needs(
                s,
                &(struct user){"function", &function->decl, function->role, "lambda.amazonaws.com"},
                &needs);
        }
    }
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        const struct warehouse *warehouse = mesh->warehouses.at[i];
        struct needs needs = {.arena = &s->arena};
        if (warehouse_is_made(warehouse) && exists(warehouse->role)) {
            needs_of_warehouse(deployment, warehouse, &needs);
            tell_needs(s,
                       &(struct user){"warehouse", &warehouse->decl, warehouse->role,
                                      "redshift.amazonaws.com and "
                                      "redshift-serverless.amazonaws.com"},
                       &needs);
        }
    }
}
