/* who_names.c - what the operands of `who` name: permissions, targets, principals. */
#include "command/who.h"

#include "base/suggest.h"
#include "check/access/legal.h"

#include <stdio.h>
#include <string.h>

static bool unknown(const char *what, const char *name, const struct suggestion *near)
{
    fprintf(stderr, "meshc: the mesh has no %s '%s'", what, name);
    if (near->best)
        fprintf(stderr, "; did you mean '%s'?", near->best);
    fputc('\n', stderr);
    return false;
}

/* ---- permissions ----------------------------------------------------------------------------- */

static bool resolve_permission(struct inquiry *inquiry)
{
    struct suggestion near = suggest_for(inquiry->permission_word);
    for (unsigned bit = PERMIT_SELECT; bit <= PERMIT_LAST; bit <<= 1) {
        if (strcmp(permission_word(bit), inquiry->permission_word) == 0) {
            inquiry->permission = bit;
            return true;
        }
        suggest_offer(&near, permission_word(bit));
    }
    const unsigned sets[] = {PERMIT_ALL, PERMIT_READ, PERMIT_WRITE, PERMIT_MANAGE};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strcmp(permission_word(sets[i]), inquiry->permission_word) == 0) {
            fprintf(stderr, "meshc: '%s' is a set of permissions: ask for one of them, %s\n",
                    inquiry->permission_word, "for example select, insert, describe");
            return false;
        }
    fprintf(stderr, "meshc: there is no permission '%s'", inquiry->permission_word);
    if (near.best)
        fprintf(stderr, "; did you mean '%s'?", near.best);
    fputs("\nTry one of select, insert, delete, alter, drop, describe, create_table, ...\n",
          stderr);
    return false;
}

/* ---- targets --------------------------------------------------------------------------------- */

/* The part of name that is before its last dot, when that is `path`. */
static const char *after(const char *name, const char *path)
{
    size_t length = strlen(path);
    return strncmp(name, path, length) == 0 && name[length] == '.' ? name + length + 1 : NULL;
}

static size_t column_named(const struct output *output, const char *name)
{
    for (size_t i = 0; i < table_column_count(output); i++) {
        const struct column *column = table_column(output, i);
        if (column && (strcmp(column->decl.name, name) == 0 || strcmp(column->physical, name) == 0))
            return i;
    }
    return ANY_COLUMN;
}

/* product, product.column, product.output, product.output.column, domain.* */
static bool resolve_table(struct session *s, const struct mesh *mesh, struct inquiry *inquiry,
                          struct suggestion *near)
{
    struct about *about = &inquiry->about;
    const char *name = inquiry->target;
    about->kind = ABOUT_TABLES;
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const char *domain = after(name, output->domain->decl.path);
        if (strcmp(output->decl.path, name) == 0 || strcmp(output->product->decl.path, name) == 0 ||
            (domain && strcmp(domain, "*") == 0))
            vec_push(&s->arena, &about->outputs, output);
        suggest_offer(near, output->decl.path);
    }
    for (size_t i = 0; !about->outputs.len && i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const char *rest = after(name, output->decl.path);
        if (!rest && output->product->outputs.len == 1)
            rest = after(name, output->product->decl.path);
        about->column = rest ? column_named(output, rest) : ANY_COLUMN;
        if (about->column != ANY_COLUMN)
            vec_push(&s->arena, &about->outputs, output);
    }
    return about->outputs.len > 0;
}

/* A column that is not there, of a table that is. */
static void offer_columns(struct session *s, const struct mesh *mesh, const char *name,
                          struct suggestion *near)
{
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        if (!after(name, output->decl.path))
            continue;
        for (size_t k = 0; k < table_column_count(output); k++)
            if (table_column(output, k))
                suggest_offer(near, arena_format(&s->arena, "%s.%s", output->decl.path,
                                                 table_column(output, k)->decl.name));
    }
}

static bool resolve_other(struct session *s, const struct mesh *mesh, struct inquiry *inquiry,
                          struct suggestion *near)
{
    struct about *about = &inquiry->about;
    const char *name = inquiry->target;
    if (strncmp(name, "s3://", strlen("s3://")) == 0) {
        bool slash = name[strlen(name) - 1] == '/';
        about->kind = ABOUT_LOCATION;
        about->location = slash ? name : arena_format(&s->arena, "%s/", name);
        return true;
    }
    about->kind = ABOUT_DATABASE;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        if (strcmp(mesh->domains.at[i]->decl.path, name) == 0)
            about->domain = mesh->domains.at[i];
        suggest_offer(near, mesh->domains.at[i]->decl.path);
    }
    const unsigned of_tags = PERMIT_ASSOCIATE | PERMIT_GRANT_WITH_LF_TAG_EXPRESSION;
    for (size_t i = 0; i < mesh->tags.len; i++) {
        bool wanted = !about->domain || (inquiry->permission & of_tags);
        if (wanted && strcmp(mesh->tags.at[i]->decl.path, name) == 0) {
            about->kind = ABOUT_TAG;
            about->tag = mesh->tags.at[i];
        }
        suggest_offer(near, mesh->tags.at[i]->decl.path);
    }
    if (!about->domain && !about->tag && strcmp(name, "catalog") == 0)
        about->kind = ABOUT_CATALOG;
    return about->domain || about->tag || about->kind == ABOUT_CATALOG;
}

/* Has what is named a permission of that kind at all? */
static bool fits(const struct inquiry *inquiry)
{
    static const enum grant_target targets[] = {
        [ABOUT_TABLES] = GRANT_TABLE,      [ABOUT_DATABASE] = GRANT_DATABASE,
        [ABOUT_LOCATION] = GRANT_LOCATION, [ABOUT_TAG] = GRANT_TAG,
        [ABOUT_CATALOG] = GRANT_CATALOG,
    };
    const struct about *about = &inquiry->about;
    enum grant_target target = targets[about->kind];
    if (inquiry->kind != WHO_CAN || legal_permissions(target) & inquiry->permission) {
        if (inquiry->kind != WHO_CAN || about->column == ANY_COLUMN ||
            inquiry->permission == PERMIT_SELECT)
            return true;
        fprintf(stderr, "meshc: a column has no permission but select\n");
        return false;
    }
    fprintf(stderr, "meshc: '%s' is %s, which has no permission '%s'", inquiry->target,
            target_noun(target), inquiry->permission_word);
    if (about->kind == ABOUT_DATABASE && (legal_permissions(GRANT_TABLE) & inquiry->permission))
        fprintf(stderr, "; its tables are '%s.*'", inquiry->target);
    fputc('\n', stderr);
    return false;
}

static bool resolve_target(struct session *s, const struct mesh *mesh, struct inquiry *inquiry)
{
    struct suggestion near = suggest_for(inquiry->target);
    inquiry->about = (struct about){.column = ANY_COLUMN};
    if (!resolve_table(s, mesh, inquiry, &near) && !resolve_other(s, mesh, inquiry, &near)) {
        offer_columns(s, mesh, inquiry->target, &near);
        return unknown("product, column, domain or tag", inquiry->target, &near);
    }
    return fits(inquiry);
}

/* ---- principals ------------------------------------------------------------------------------ */

static void resolve_principal(const struct mesh *mesh, struct inquiry *inquiry)
{
    for (size_t i = 0; i < mesh->principals.len; i++)
        if (strcmp(mesh->principals.at[i]->decl.path, inquiry->as) == 0)
            inquiry->principal = mesh->principals.at[i];
}

void who_unknown(const struct mesh *mesh, const char *name)
{
    struct suggestion near = suggest_for(name);
    for (size_t i = 0; i < mesh->principals.len; i++)
        suggest_offer(&near, mesh->principals.at[i]->decl.path);
    unknown("principal", name, &near);
}

bool who_parties(struct effective *effective, struct arena *arena, const struct inquiry *inquiry,
                 party_set *out)
{
    *out = party_set_new(&effective->parties, arena);
    if (inquiry->principal) {
        party_set_add_members(&effective->parties, *out, inquiry->principal);
        return true;
    }
    size_t party = party_named(&effective->parties, inquiry->as);
    if (party != SIZE_MAX)
        party_set_add(*out, party);
    return party != SIZE_MAX;
}

bool who_resolve(struct session *s, const struct mesh *mesh, struct inquiry *inquiry)
{
    if (inquiry->permission_word && !resolve_permission(inquiry))
        return false;
    if (inquiry->as)
        resolve_principal(mesh, inquiry);
    return !inquiry->target || resolve_target(s, mesh, inquiry);
}
