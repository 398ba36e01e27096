/* domains.c - domains: owner, account, database, storage, tags, workgroup, alerts. */
#include "model/elab.h"

static void read_storage(struct elab *e, struct domain *domain, const struct block *block)
{
    struct storage *storage = &domain->storage;
    struct body body;
    if (block->name.text != NULL) {
        not_supported(e, block->name.span, "a further storage zone is");
        return;
    }
    if (storage->declared) {
        struct diag *d =
            diag(e->s, D_DUPLICATE_BLOCK, block->word.span, "the domain's bucket is said twice");
        diag_place(e->s, d, storage->at, "here");
        return;
    }
    body_of_block(e, block, NULL, &body);
    storage->declared = true;
    storage->at = block->word.span;
    storage->bucket = body_text(&body, "bucket");
    storage->existing = body_bool(&body, "existing", false);
    storage->encryption = body_choice(&body, "encryption") == 1 ? ENCRYPTION_KMS : ENCRYPTION_S3;
    storage->kms_key = body_text(&body, "kms_key");
    storage->versioning = body_bool(&body, "versioning", true);
    storage->log = body_text(&body, "log");
    if (storage->existing && storage->bucket.value == NULL) {
        diag(e->s, D_MISSING_ATTRIBUTE, block->word.span, "storage that exists needs its 'bucket'");
    }
    if (storage->kms_key.value != NULL && storage->encryption != ENCRYPTION_KMS) {
        if (body_has(&body, "encryption")) {
            diag(e->s, D_EITHER_OR, storage->kms_key.at, "a key of KMS, but `encryption: s3`");
        }
        storage->encryption = ENCRYPTION_KMS;
    }
}

/* `bucket: "x"` is short for storage { bucket: "x"  existing: true }. */
static void read_bucket(struct domain *domain, const struct body *body)
{
    struct text bucket = body_text(body, "bucket");
    if (bucket.value != NULL) {
        domain->storage.declared = domain->storage.existing = true;
        domain->storage.bucket = bucket;
        domain->storage.at = bucket.at;
    }
}

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
    read_bucket(domain, &body);
    for (const struct item *item = d->block->items; item != NULL; item = item->next) {
        const struct block *block = item_as_const(block, item);
        if (item->kind == ITEM_BLOCK && block->kind == KIND_STORAGE) {
            read_storage(e, domain, block);
        }
    }
    if (body_child(e, &body, KIND_TAGS, &inner)) {
        tags_from_block(e, &inner, &domain->tags);
    }
    if (body_child(e, &body, KIND_QUERY, &inner)) {
        domain->bytes_limit = body_amount(&inner, "bytes_limit");
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
