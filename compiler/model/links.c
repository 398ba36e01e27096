/* links.c - declared resource links: a database or table of another account under a name of its
 * own. */
#include "model/elab.h"

static void read_outside(struct elab *e, struct link *link, const struct value *value)
{
    struct body options;
    link->database = value_text(value);
    body_read(e, KIND_LINK_OPTIONS, value->has_options ? value->options : NULL, value->span, NULL,
              &options);
    link->owner = body_text(&options, "account");
    if (link->owner.value == NULL && !body_broken(&options, "account")) {
        struct diag *d = diag(e->s, D_LINK_TARGET, value->span,
                              "a database outside the mesh needs the number of its account");
        diag_help(e->s, d, "write `to: \"%s\" { account: 123456789012 }`", value->text);
    }
}

static void read_inside(struct elab *e, struct link *link, const struct value *value)
{
    struct declared *d = names_resolve_value(e, KINDS(KIND_DOMAIN) | KINDS_PRODUCT, NULL, value);
    if (value->has_options) {
        diag(e->s, D_LINK_TARGET, value->span, "'%s' is of this mesh, which knows its account",
             value->text);
    }
    if (d == NULL) {
        return;
    }
    if (d->kind == KIND_DOMAIN) {
        link->domain = d->thing;
        vec_push(e->arena, &link->domain->links, link);
    } else if (d->kind == KIND_OUTPUT) {
        link->output = d->thing;
    } else if (((struct product *)d->thing)->outputs.len == 1) {
        link->output = ((struct product *)d->thing)->outputs.at[0];
    } else {
        diag(e->s, D_NEEDS_ONE_OUTPUT, value->span, "product '%s' has several outputs: name one",
             value->text);
    }
}

/* A table stands in a database: a link to one says in which, and with it in which account. */
static void check_place(struct elab *e, const struct link *link, const struct body *body)
{
    const struct member *account = body_own(body, "account"), *domain = body_own(body, "domain");
    if (link->output != NULL && domain == NULL && !body_broken(body, "domain")) {
        struct diag *d =
            diag(e->s, D_LINK_PLACE, link->decl.at,
                 "a link to a table stands in the database of a domain, and none is named");
        diag_help(e->s, d, "write `domain: NAME`, or link to the whole database: `to: %s`",
                  link->output->domain->decl.path);
    } else if (link->output != NULL && account != NULL) {
        diag(e->s, D_LINK_PLACE, account->label.span,
             "a link to a table stands where the database of its domain does");
    } else if (link->output == NULL && link->to_at.lo != 0 && domain != NULL) {
        diag(e->s, D_LINK_PLACE, domain->label.span,
             "a link to a database stands in an account, not in the database of a domain");
    }
}

static void build_link(struct elab *e, struct declared *d)
{
    struct link *link = d->thing;
    struct body body;
    body_of_block(e, d->block, NULL, &body);
    body_describe(e, &body, &d->block->item, &link->decl);
    link->account = body_account(e, &body, "account");
    struct declared *inside = body_ref(e, &body, "domain", KINDS(KIND_DOMAIN), NULL);
    link->inside = inside == NULL ? NULL : inside->thing;
    const struct value *to = body_value(&body, "to");
    if (to == NULL) {
        return;
    }
    link->to_at = to->span;
    uint32_t errors = (uint32_t)e->s->diagnostics.errors;
    if (to->kind == VALUE_STRING) {
        read_outside(e, link, to);
    } else if (to->kind == VALUE_PATH) {
        read_inside(e, link, to);
    } else {
        struct diag *report =
            diag(e->s, D_LINK_TARGET, to->span, "a link leads to a database or a table");
        diag_help(e->s, report,
                  "name a domain, a product, an output, or a database outside the "
                  "mesh as `\"name\" { account: 123456789012 }`");
    }
    if (errors == e->s->diagnostics.errors) {
        check_place(e, link, &body);
    }
}

void links_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_LINK].len; i++) {
        build_link(e, e->of_kind[KIND_LINK].at[i]);
    }
}
