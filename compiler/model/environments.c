/* environments.c - environments: region, governance account, suffix, numbers of accounts, names of
 * buckets. */
#include "model/elab.h"

#include <string.h>

static void read_accounts(struct elab *e, struct environment *environment, const struct body *body)
{
    static const struct attr_info id = {.word = "accounts", .type = ATTR_ACCOUNT_ID, .detail = ""};
    for (const struct item *item = body->items; item != NULL; item = item->next) {
        const struct member *member = item_as_const(member, item);
        if (item->kind != ITEM_MEMBER || !value_check(e, &id, member->value)) {
            continue;
        }
        struct declared *d =
            names_resolve(e, KINDS(KIND_ACCOUNT), NULL, member->label.text, member->label.span);
        if (d != NULL) {
            struct account *account = ((struct principal *)d->thing)->account;
            vec_push(e->arena, &environment->accounts,
                     (struct account_binding){account, value_text(member->value)});
        }
    }
}

static void read_buckets(struct elab *e, struct environment *environment, const struct body *body)
{
    static const struct attr_info name = {.word = "buckets", .type = ATTR_TEXT, .detail = ""};
    for (const struct item *item = body->items; item != NULL; item = item->next) {
        const struct member *member = item_as_const(member, item);
        if (item->kind != ITEM_MEMBER || !value_check(e, &name, member->value)) {
            continue;
        }
        const char *dot = strchr(member->label.text, '.');
        atom domain = dot == NULL ? member->label.text
                                  : atom_put(&e->s->atoms, member->label.text,
                                             (size_t)(dot - member->label.text));
        struct declared *d = names_resolve(e, KINDS(KIND_DOMAIN), NULL, domain, member->label.span);
        struct bucket_binding binding = {.bucket = value_text(member->value)};
        if (d == NULL) {
            continue;
        }
        binding.domain = d->thing;
        if (dot != NULL) {
            struct value zone = {.kind = VALUE_PATH, .span = member->label.span};
            zone.text = atom_of(&e->s->atoms, dot + 1);
            binding.zone = zone_resolve(e, binding.domain, &zone);
        }
        if (dot == NULL || binding.zone != NULL) {
            vec_push(e->arena, &environment->buckets, binding);
        }
    }
}

static void build_environment(struct elab *e, struct declared *d)
{
    struct environment *environment = d->thing;
    struct body body, inner;
    body_of_block(e, d->block, NULL, &body);
    body_describe(e, &body, &d->block->item, &environment->decl);
    environment->region = body_text(&body, "region");
    environment->account_id = body_text(&body, "account");
    environment->suffix = body_text(&body, "suffix");
    environment->schedules_off = !body_bool(&body, "schedules", true);
    if (body_child(e, &body, KIND_ACCOUNTS, &inner)) {
        read_accounts(e, environment, &inner);
    }
    if (body_child(e, &body, KIND_BUCKETS, &inner)) {
        read_buckets(e, environment, &inner);
    }
    const char *suffix = environment->suffix.value;
    if (suffix != NULL &&
        (*suffix == '\0' ||
         strspn(suffix, "abcdefghijklmnopqrstuvwxyz0123456789") != strlen(suffix))) {
        diag(e->s, D_BAD_SUFFIX, environment->suffix.at,
             "a suffix is of lower-case letters and digits, so that it fits every name");
        environment->suffix.value = "x"; /* names are judged with one that fits */
    }
}

/* Each is a whole output of its own, written beside the others. */
enum { ENVIRONMENTS_MAX = 1000 };

void environments_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_ENVIRONMENT].len; i++) {
        struct declared *d = e->of_kind[KIND_ENVIRONMENT].at[i];
        if (i == ENVIRONMENTS_MAX) {
            diag(e->s, D_TOO_MANY_ENVIRONMENTS, ((const struct decl *)d->thing)->at,
                 "the mesh has %zu environments, meshc takes %d", e->of_kind[KIND_ENVIRONMENT].len,
                 (int)ENVIRONMENTS_MAX);
            e->mesh->environments.len = ENVIRONMENTS_MAX;
            return;
        }
        build_environment(e, e->of_kind[KIND_ENVIRONMENT].at[i]);
    }
}
