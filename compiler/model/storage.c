/* storage.c - where the data of a domain lies: its own bucket and its further zones. */
#include "model/elab.h"

#include "base/suggest.h"
#include <string.h>

/* ---- zones by name --------------------------------------------------------------------------- */

static struct storage *zone_named(const struct domain *domain, atom name)
{
    for (size_t i = 0; i < domain->zones.len; i++) {
        if (domain->zones.at[i]->name == name) {
            return domain->zones.at[i];
        }
    }
    return NULL;
}

const struct storage *zone_resolve(struct elab *e, const struct domain *domain,
                                   const struct value *value)
{
    const struct storage *zone = zone_named(domain, value->text);
    if (zone != NULL || domain->decl.at.lo == 0) { /* a domain that is none was reported */
        return zone;
    }
    struct diag *d = diag(e->s, D_UNKNOWN_ZONE, value->span, "domain '%s' has no storage zone '%s'",
                          domain->decl.path, value->text);
    struct suggestion suggestion = suggest_for(value->text);
    for (size_t i = 0; i < domain->zones.len; i++) {
        suggest_offer(&suggestion, domain->zones.at[i]->name);
    }
    if (suggestion.best != NULL) {
        diag_suggest(e->s, d, suggestion.best);
    } else {
        diag_help(e->s, d, "write `storage %s { }` in the domain", value->text);
    }
    return NULL;
}

/* ---- one zone -------------------------------------------------------------------------------- */

/* A key of KMS is named, or made for a bucket that is made. */
static void read_encryption(struct elab *e, struct storage *storage, const struct body *body)
{
    storage->encryption = body_choice(body, "encryption") == 1 ? ENCRYPTION_KMS : ENCRYPTION_S3;
    storage->kms_key = body_text(body, "kms_key");
    if (storage->kms_key.value != NULL && storage->encryption != ENCRYPTION_KMS) {
        if (body_own(body, "encryption") != NULL) {
            diag(e->s, D_EITHER_OR, storage->kms_key.at, "a key of KMS, but `encryption: s3`");
        }
        storage->encryption = ENCRYPTION_KMS;
    }
    if (storage->encryption == ENCRYPTION_KMS && storage->existing &&
        storage->kms_key.value == NULL && !body_broken(body, "kms_key")) {
        struct diag *d = diag(e->s, D_KEY_NOT_NAMED, body->head,
                              "the bucket exists, so the mesh makes no key for it");
        diag_help(e->s, d, "name the key that it is encrypted with: `kms_key: \"alias/...\"`");
    }
}

/* `log:` of storages that name a zone: known once all zones are. */
struct logged {
    struct storage *storage;
    const struct value *zone;
    bool own; /* not by defaults */
};

struct logs {
    VEC(struct logged) list;
};

static void read_log(struct elab *e, struct storage *storage, const struct body *body,
                     struct logs *logs)
{
    const struct value *value = body_value(body, "log");
    if (value == NULL) {
        return;
    }
    if (storage->existing) {
        if (body_own(body, "log") != NULL) {
            struct diag *d =
                diag(e->s, D_LOG_BUCKET, value->span,
                     "the bucket exists: where its access log goes is set where it is made");
            diag_help(e->s, d, "remove 'log'");
        }
    } else if (value->kind == VALUE_PATH) {
        vec_push(e->arena, &logs->list,
                 ((struct logged){storage, value, body_own(body, "log") != NULL}));
    } else {
        storage->log = value_text(value);
    }
}

static void read_block(struct elab *e, struct storage *storage, const struct block *block,
                       const struct body *fallback, struct logs *logs)
{
    struct body body;
    body_of_block(e, block, fallback, &body);
    storage->declared = true;
    storage->at = block->name.text != NULL ? block->name.span : block->word.span;
    storage->bucket =
        value_text(body_own(&body, "bucket") ? body_own(&body, "bucket")->value : NULL);
    storage->existing = body_bool(&body, "existing", false);
    read_encryption(e, storage, &body);
    storage->versioning = body_bool(&body, "versioning", true);
    storage->hybrid = body_bool(&body, "hybrid", false);
    read_log(e, storage, &body, logs);
    if (storage->existing && storage->bucket.value == NULL) {
        diag(e->s, D_MISSING_ATTRIBUTE, storage->at, "storage that exists needs its 'bucket'");
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

/* The storage that a block speaks of; NULL when it is said twice (reported). */
static struct storage *storage_of(struct elab *e, struct domain *domain, const struct block *block)
{
    bool zone = block->name.text != NULL;
    struct storage *storage = zone ? zone_named(domain, block->name.text) : &domain->storage;
    if (storage != NULL && storage->declared) {
        struct diag *d = zone ? diag(e->s, D_DUPLICATE_BLOCK, block->name.span,
                                     "a second zone '%s'", block->name.text)
                              : diag(e->s, D_DUPLICATE_BLOCK, block->word.span,
                                     "the domain's bucket is said twice");
        diag_place(e->s, d, storage->at, "here");
        return NULL;
    }
    if (storage == NULL) {
        storage = arena_new(e->arena, struct storage);
        storage->name = block->name.text;
        storage->domain = domain;
        storage->index = (uint32_t)e->mesh->zones.len;
        vec_push(e->arena, &e->mesh->zones, storage);
        vec_push(e->arena, &domain->zones, storage);
    }
    return storage;
}

/* ---- all of a domain ------------------------------------------------------------------------- */

/* A zone that takes logs is not logged into itself by what all zones have by default. */
static void resolve_log(struct elab *e, const struct domain *domain, const struct logged *logged)
{
    struct storage *storage = logged->storage;
    storage->log.at = logged->zone->span;
    storage->logs = zone_resolve(e, domain, logged->zone);
    if (storage->logs == storage) {
        storage->logs = NULL;
        if (logged->own) {
            diag(e->s, D_LOG_BUCKET, logged->zone->span,
                 "a bucket that logs into itself would log its own log");
        }
    }
}

/* A zone belongs to one domain: `defaults domain { storage NAME { } }` would make many. */
static void refuse_default_zones(struct elab *e, const struct body *body)
{
    for (; body != NULL; body = body->fallback) {
        for (const struct item *item = body->items; item != NULL; item = item->next) {
            const struct block *block = item_as_const(block, item);
            if (item->kind == ITEM_BLOCK && block->kind == KIND_STORAGE && report_once(e, block)) {
                struct diag *d = diag(e->s, D_MISPLACED_BLOCK, block->word.span,
                                      "the defaults of domains hold no storage");
                diag_help(e->s, d, "write `defaults storage { ... }`: it holds for all zones");
            }
        }
    }
}

void storage_read(struct elab *e, struct domain *domain, const struct block *block,
                  const struct body *body)
{
    const struct body *fallback = defaults_of(e, domain, KIND_STORAGE);
    struct logs logs = {0};
    domain->storage.domain = domain;
    read_bucket(domain, body);
    refuse_default_zones(e, body->fallback);
    for (const struct item *item = block->items; item != NULL; item = item->next) {
        const struct block *inner = item_as_const(block, item);
        struct storage *storage = item->kind == ITEM_BLOCK && inner->kind == KIND_STORAGE
                                      ? storage_of(e, domain, inner)
                                      : NULL;
        if (storage != NULL) {
            read_block(e, storage, inner, fallback, &logs);
        }
    }
    for (size_t i = 0; i < logs.list.len; i++) {
        resolve_log(e, domain, &logs.list.at[i]);
    }
    domain->kms_results = domain->storage.encryption == ENCRYPTION_KMS;
}
