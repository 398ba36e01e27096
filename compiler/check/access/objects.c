/* objects.c - see objects.h. */
#include "check/access/objects.h"

#include "check/access/rights.h"
#include "check/made.h"

#include <string.h>

/* s3:GetObject, s3:GetObjectVersion, s3:Get*, s3:*, *: whatever gives an object's bytes. */
static bool reads_objects(const char *action)
{
    static const char wanted[] = "s3:GetObject";
    size_t literal = strcspn(action, "*");
    return strncmp(action, wanted, sizeof wanted - 1) == 0 ||
           (action[literal] == '*' && strncmp(action, wanted, literal) == 0);
}

/* What follows "arn:aws:s3:::" in an ARN; "" stands for every bucket. */
static const char *place_of(const struct need *need)
{
    if (need->service)
        return need->rest;
    const char *place = need->arn ? strstr(need->arn, ":::") : NULL;
    return place ? place + strlen(":::") : "";
}

static void add_right(const struct principal *role, const struct need *need,
                      struct object_rights *out)
{
    const char *place = place_of(need);
    struct object_right right = {.role = role,
                                 .pattern = arena_copy(out->arena, place, strlen(place))};
    const char *token = strstr(right.pattern, "${");
    right.literal = strcspn(right.pattern, "*?");
    if (token && (size_t)(token - right.pattern) < right.literal)
        right.literal = (size_t)(token - right.pattern);
    right.open = right.literal < strlen(right.pattern) || !*right.pattern;
    vec_push(out->arena, &out->list, right);
}

static void add_rights(const struct principal *role, const struct needs *needs,
                       struct object_rights *out)
{
    for (size_t i = 0; i < needs->list.len; i++)
        if (reads_objects(needs->list.at[i].action))
            add_right(role, &needs->list.at[i], out);
}

/* Steps of the other kinds come with no right in S3. */
static bool may_read(const struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->all_steps.len; i++)
        switch ((int)pipeline->all_steps.at[i]->kind) {
        case STEP_ATHENA:
        case STEP_BATCH:
        case STEP_EMR:
        case STEP_CALL:
        case STEP_MAP:
        case STEP_POLL:
            return true;
        default:
            break;
        }
    return false;
}

static void needs_of(const struct deployment *deployment, const struct principal *principal,
                     struct needs *out)
{
    if (principal->kind == PRINCIPAL_ROLE && principal->create)
        needs_of_role(deployment, principal, out);
    else if (principal_acting(principal) != principal)
        return; /* a role that is declared: told of there */
    else if (principal->pipeline && pipeline_is_made(principal->pipeline) &&
             may_read(principal->pipeline))
        needs_of_pipeline(deployment, principal->pipeline, out);
    else if (principal->function && function_is_made(principal->function))
        needs_of_function(deployment, principal->function, out);
    else if (principal->warehouse && warehouse_is_made(principal->warehouse))
        needs_of_warehouse(deployment, principal->warehouse, out);
}

/* The roles of crawlers and evaluations are not asked: they read data with Lake Formation's
 * credentials alone (rights.c). */
void object_rights_find(const struct deployment *deployment, struct object_rights *out)
{
    const struct mesh *mesh = deployment->mesh;
    struct arena scratch = {0};
    for (size_t i = 0; i < mesh->principals.len; i++) {
        struct needs needs = {.arena = &scratch};
        needs_of(deployment, mesh->principals.at[i], &needs);
        add_rights(mesh->principals.at[i], &needs, out);
        arena_reset(&scratch);
    }
    arena_free(&scratch);
}
