/* domains.c - domains: owner, account, database, tags, workgroup, alerts; their storage is in
 * storage.c. */
#include "model/elab.h"

static void build_domain(struct elab *e, struct declared *d)
{
    struct domain *domain = d->thing;
    struct body body, inner;
    body_of_block(e, d->block, defaults_of(e, NULL, KIND_DOMAIN), &body);
    body_describe(e, &body, &d->block->item, &domain->decl);
    domain->owner = body_principal(e, &body, "owner", KINDS_PRINCIPAL, domain, &domain->owner_at);
    domain->contact = body_text(&body, "contact");
    domain->account = body_account(e, &body, "account");
    domain->catalog = body_account(e, &body, "catalog");
    domain->database = body_text(&body, "database");
    domain->existing = body_bool(&body, "existing", false);
    struct declared *alerts = body_ref(e, &body, "alerts", KINDS(KIND_CHANNEL), domain);
    domain->alerts = alerts != NULL ? alerts->thing : e->mesh->alerts;
    storage_read(e, domain, d->block, &body);
    if (body_child(e, &body, KIND_TAGS, &inner)) {
        tags_from_block(e, &inner, &domain->tags);
    }
    if (body_child(e, &body, KIND_QUERY, &inner)) {
        domain->bytes_limit = body_amount(&inner, "bytes_limit");
        int encryption = body_choice(&inner, "encryption");
        domain->kms_results = encryption >= 0 ? encryption == ENCRYPTION_KMS : domain->kms_results;
    }
}

void domains_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_DOMAIN].len; i++) {
        build_domain(e, e->of_kind[KIND_DOMAIN].at[i]);
    }
    /* A principal declared in a domain lives in the domain's account. */
    for (size_t i = 0; i < e->mesh->principals.len; i++) {
        struct principal *principal = e->mesh->principals.at[i];
        if (principal->account == NULL && principal->domain != NULL) {
            principal->account = principal->domain->account;
        }
    }
}
