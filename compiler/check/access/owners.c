/* owners.c - see owners.h. */
#include "check/access/owners.h"

#include "check/made.h"
#include "model/names.h"

#include <string.h>

static const char scheme[] = "s3://";

/* That of the first domain with tables in it, else of the domain that has the bucket. */
void owners_make(struct session *s, const struct deployment *deployment, struct owners *out)
{
    const struct mesh *mesh = deployment->mesh;
    *out = (struct owners){.s = s, .deployment = deployment};
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        const char *bucket = deployment->tables[i].bucket;
        if (bucket && output_is_made(output))
            map_put(&out->buckets, atom_of(&s->atoms, bucket), NULL,
                    (void *)(uintptr_t)account_of_catalog(deployment, output->domain));
    }
    for (size_t i = 0; i < mesh->domains.len; i++)
        if (deployment->domains[i].bucket)
            map_put(&out->buckets, atom_of(&s->atoms, deployment->domains[i].bucket), NULL,
                    (void *)(uintptr_t)deployment->domains[i].catalog);
}

void owners_free(struct owners *owners)
{
    map_free(&owners->buckets);
}

const struct deployment_account *owner_of_location(const struct owners *owners,
                                                   const char *location)
{
    const char *bucket = location + strlen(scheme);
    const struct deployment_account *owner =
        map_get(&owners->buckets, atom_put(&owners->s->atoms, bucket, strcspn(bucket, "/")), NULL);
    return owner ? owner : owners->deployment->governance;
}

const char *location_deployed(struct session *s, const struct deployment *deployment,
                              const char *location)
{
    const char *bucket = location + strlen(scheme);
    size_t length = strcspn(bucket, "/");
    const char *name = bucket_deployed(deployment, bucket, length);
    return atom_of(&s->atoms, name
                                  ? arena_format(&s->arena, "%s%s%s", scheme, name, bucket + length)
                                  : location);
}

bool account_has_catalog(const struct deployment *deployment,
                         const struct deployment_account *account)
{
    for (size_t i = 0; i < deployment->mesh->domains.len; i++)
        if (deployment->domains[i].catalog == account)
            return true;
    return false;
}

size_t account_place(const struct deployment *deployment, const struct deployment_account *account)
{
    size_t place = 0;
    while (deployment->accounts.at[place] != account)
        place++;
    return place;
}

bool principal_is_one(const struct principal *principal)
{
    return principal->kind != PRINCIPAL_ACCOUNT && principal->kind != PRINCIPAL_ORGANIZATION;
}

bool principal_is_foreign(const struct deployment *deployment, const struct principal *principal,
                          const struct deployment_account *owner)
{
    return principal->kind == PRINCIPAL_ORGANIZATION ||
           account_of_principal(deployment, principal) != owner;
}

const char *principal_arn(struct arena *arena, const struct deployment *deployment,
                          const struct principal *principal)
{
    principal = principal_acting(principal);
    if (principal->arn.value)
        return principal->arn.value;
    const struct deployment_account *account = account_of_principal(deployment, principal);
    const char *id = account->id ? account->id : "${AWS::AccountId}";
    const char *partition = deployment->partition ? deployment->partition : "${AWS::Partition}";
    const char *rest = name_principal(arena, deployment, principal);
    return rest ? arena_format(arena, "arn:%s:iam::%s:%s", partition, id, rest) : id;
}
