/* trusts.c - see trusts.h. */
#include "check/access/trusts.h"

#include "check/steps.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

const char *const trusted_always[] = {
    "whoever may change settings of Lake Formation, IAM, KMS or policies of buckets",
    "whoever deploys the stacks",
    "the grant program was applied, and its verify passes",
    "who may assume which role, and who is in which group",
    "administrators of accounts that hold shares",
    "copies: other products, results of queries, extracts",
    "outside engines may not filter by themselves, and Lake Formation works as documented",
    NULL};

const char *trust_word(enum trust_kind kind)
{
    static const char *const words[] = {[TRUST_ADMINISTRATOR] = "administrator",
                                        [TRUST_REGISTRATION] = "registration role",
                                        [TRUST_ROLE] = "existing role",
                                        [TRUST_ESCAPE] = "listed escape"};
    return words[kind];
}

struct finder {
    struct arena *arena;
    const struct deployment *deployment;
    struct trusts *out;
    struct map seen;
};

static void trust(struct finder *f, enum trust_kind kind, const void *thing, const char *name,
                  struct span at)
{
    if (map_get(&f->seen, thing, (const char *)f + kind))
        return;
    map_put(&f->seen, thing, (const char *)f + kind, f);
    vec_push(f->arena, &f->out->list, ((struct trust){kind, name, at}));
    f->out->counts[kind]++;
}

static void trust_admin(struct finder *f, const struct principal *admin)
{
    admin = principal_acting(admin);
    if (admin->kind != PRINCIPAL_TEAM) {
        trust(f, TRUST_ADMINISTRATOR, admin, admin->decl.path, admin->decl.at);
        return;
    }
    if (map_get(&f->seen, admin, NULL))
        return;
    map_put(&f->seen, admin, NULL, f);
    for (size_t i = 0; i < admin->members.len; i++)
        trust_admin(f, admin->members.at[i]);
}

/* Services whose settings decide who reads what. */
static bool touches(const char *service, size_t length)
{
    static const char *const services[] = {"iam",  "s3",  "kms", "lakeformation",
                                           "glue", "ram", "sts"};
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        size_t k = 0;
        while (k < length && services[i][k] && (service[k] | 0x20) == (services[i][k] | 0x20))
            k++;
        if (k == length && !services[i][k])
            return true;
    }
    return false;
}

/* "AWS::S3::BucketPolicy" */
static bool type_touches(const char *type)
{
    static const char vendor[] = "AWS::";
    if (!type || strncmp(type, vendor, sizeof vendor - 1) != 0)
        return false;
    const char *service = type + sizeof vendor - 1, *end = strstr(service, "::");
    return end && touches(service, (size_t)(end - service));
}

/* "s3:getObject", "aws-sdk:glue:..." */
static bool call_touches(const char *target)
{
    static const char sdk[] = "aws-sdk:";
    if (!target)
        return false;
    if (strncmp(target, sdk, sizeof sdk - 1) == 0)
        target += sizeof sdk - 1;
    return touches(target, strcspn(target, ":"));
}

static bool step_touches(const struct step *step)
{
    return (step->kind == STEP_RAW && raw_works(step)) ||
           (step->kind == STEP_CALL && call_touches(step->target.value)) ||
           (step->kind == STEP_POLL && step->body && step_touches(step->body));
}

static void trust_escapes(struct finder *f)
{
    const struct mesh *mesh = f->deployment->mesh;
    for (size_t i = 0; i < mesh->resources.len; i++) {
        const struct cfn_resource *resource = mesh->resources.at[i];
        if (type_touches(resource->type.value))
            trust(f, TRUST_ESCAPE, resource,
                  arena_format(f->arena, "resource %s", resource->decl.path), resource->decl.at);
    }
    for (size_t i = 0; i < mesh->patches.len; i++) {
        const struct patch *patch = mesh->patches.at[i];
        if (type_touches(patch->type.value))
            trust(f, TRUST_ESCAPE, patch, arena_format(f->arena, "patch of %s", patch->type.value),
                  patch->type.at);
    }
    for (size_t i = 0; i < mesh->pipelines.len; i++)
        for (size_t k = 0; k < mesh->pipelines.at[i]->all_steps.len; k++) {
            const struct step *step = mesh->pipelines.at[i]->all_steps.at[k];
            if (step->name && step_touches(step))
                trust(f, TRUST_ESCAPE, step,
                      arena_format(f->arena, "step '%s' of %s", step->name,
                                   mesh->pipelines.at[i]->decl.path),
                      step->at);
        }
}

static int by_name(const void *left, const void *right)
{
    const struct trust *a = left, *b = right;
    return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : strcmp(a->name, b->name);
}

void trusts_find(struct arena *arena, const struct deployment *deployment, struct trusts *out)
{
    const struct mesh *mesh = deployment->mesh;
    struct finder f = {.arena = arena, .deployment = deployment, .out = out};
    *out = (struct trusts){0};
    for (size_t i = 0; i < mesh->admins.len; i++)
        trust_admin(&f, mesh->admins.at[i]);
    for (size_t i = 0; i < mesh->domains.len; i++)
        if (!mesh->domains.at[i]->existing && mesh->domains.at[i]->products.len)
            trust(&f, TRUST_REGISTRATION, mesh->domains.at[i],
                  name_registration_role(arena, deployment, mesh->domains.at[i]),
                  mesh->domains.at[i]->decl.at);
    for (size_t i = 0; i < mesh->principals.len; i++) {
        const struct principal *role = mesh->principals.at[i];
        if (role->kind == PRINCIPAL_ROLE && !role->create)
            trust(&f, TRUST_ROLE, role, role->decl.path, role->decl.at);
    }
    trust_escapes(&f);
    map_free(&f.seen);
    if (out->list.len) /* files may change their names: their order is nobody's */
        qsort(out->list.at, out->list.len, sizeof *out->list.at, by_name);
}

void trusts_list(struct session *s, struct arena *arena, const struct deployment *deployment,
                 json *list)
{
    struct trusts trusts;
    trusts_find(arena, deployment, &trusts);
    for (size_t i = 0; i < trusts.list.len; i++) {
        json *trust = json_add_object(list);
        json_set_text(trust, "what", trust_word(trusts.list.at[i].kind));
        json_set_text(trust, "name", trusts.list.at[i].name);
        json_set_text(trust, "source", source_where(s, trusts.list.at[i].at));
    }
    for (size_t i = 0; trusted_always[i]; i++)
        json_set_text(json_add_object(list), "what", trusted_always[i]);
}
