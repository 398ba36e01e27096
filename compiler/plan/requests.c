/* requests.c - what the mesh asks for and how far it is granted, for those who answer: a member of
 * grants/<account>.json, which the program shows to people, and of the manifest. */
#include "plan/requests.h"

#include "check/access/effective.h"
#include "plan/grants.h"

#include <stdlib.h>
#include <string.h>

struct asked { /* of one deployment */
    struct effective effective;
    struct owners owners;
    enum answer *answers; /* by place in mesh->requests */
};

static struct asked *asked_of(struct plan *plan)
{
    const struct mesh *mesh = plan->mesh;
    struct owned *owned = grants_owned(plan);
    if (owned->asked || !mesh->requests.len)
        return owned->asked;
    struct asked *asked = owned->asked = arena_new(&plan->s->arena, struct asked);
    effective_make(plan->s, plan->deployment, &owned->entries, &asked->effective);
    owners_make(plan->s, plan->deployment, &asked->owners);
    asked->answers = arena_array(&plan->s->arena, enum answer, mesh->requests.len);
    for (size_t i = 0; i < mesh->requests.len; i++)
        asked->answers[i] = request_answer(&asked->effective, mesh->requests.at[i]);
    return asked;
}

enum answer plan_request_answer(struct plan *plan, size_t request)
{
    return asked_of(plan)->answers[request];
}

bool grants_asked(struct plan *plan, const struct deployment_account *account)
{
    const struct asked *asked = asked_of(plan);
    for (size_t i = 0; i < plan->mesh->requests.len; i++)
        if (request_concerns(&asked->effective, &asked->owners, plan->mesh->requests.at[i],
                             account))
            return true;
    return false;
}

void grants_requests_free(struct owned *owned)
{
    if (owned->asked) {
        effective_free(&owned->asked->effective);
        owners_free(&owned->asked->owners);
    }
}

/* ---- the member ------------------------------------------------------------------------------ */

/* In the words of the mesh. */
static void set_words(json *object, unsigned permissions)
{
    json *list = json_set_array(object, "permissions");
    for (unsigned bit = 1; bit <= PERMIT_MANAGE; bit <<= 1)
        if (permissions & bit)
            json_add_text(list, permission_word(bit));
}

static void set_missing(struct grants *grants, struct effective *e, const struct grant *request,
                        json *object)
{
    struct lacks lacks;
    request_lacks(e, &grants->memory, request, &lacks);
    json *missing = json_set_array(object, "missing");
    for (size_t i = 0; i < lacks.list.len; i++) {
        const struct lack *lack = &lacks.list.at[i];
        json *one = json_add_object(missing);
        json_set_text(one, "principal", e->parties.list.at[lack->party].arn);
        set_words(one, lack->permissions);
        json_set(one, "on",
                 lack->on ? json_text(&grants->memory, lack->on) : json_null(&grants->memory));
        json *columns = json_set_array(one, "columns");
        for (size_t k = 0; k < lack->columns.len; k++)
            json_add_text(columns, lack->columns.at[k]);
        json_set_text(one, "rows", lack->other_rows ? "others" : "all");
    }
    json_set_int(object, "missing_more", (int64_t)lacks.more);
}

struct asking { /* a request, and what puts it in order */
    const char *target, *id, *source;
    json *tree;
};

/* The names of files decide only between requests that are alike. */
static int by_target(const void *left, const void *right)
{
    const struct asking *a = left, *b = right;
    int order = strcmp(a->target, b->target);
    if (!order)
        order = strcmp(a->id, b->id);
    return order ? order : strcmp(a->source, b->source);
}

/* The id is of what is asked, so it stays when the answer changes. */
static struct asking asking_of(struct plan *plan, struct grants *grants, size_t i)
{
    struct asked *asked = asked_of(plan);
    struct effective *e = &asked->effective;
    const struct grant *request = plan->mesh->requests.at[i];
    const char *target = statement_target(plan->s, &grants->memory, request);
    const char *source = source_where(plan->s, request->at);
    char *id = grants_id(grants);
    json *tree = json_object(&grants->memory);
    json_set_text(tree, "id", id);
    json *principals = json_set_array(tree, "principals");
    party_set wanted = request_for(e, &grants->memory, request);
    for (size_t k = 0; k < e->parties.list.len; k++)
        if (party_set_has(wanted, k))
            json_add_text(principals, e->parties.list.at[k].arn);
    set_words(tree, request->permissions);
    json_set_text(tree, "target", target);
    entry_id(tree, 'r', &grants->text, id);
    json_set(tree, "because",
             request->because ? json_text(&grants->memory, request->because)
                              : json_null(&grants->memory));
    json_set_text(tree, "source", source);
    json_set_text(tree, "answered", answer_word(asked->answers[i]));
    if (asked->answers[i] == ANSWER_PART)
        set_missing(grants, e, request, tree);
    return (struct asking){target, id, source, tree};
}

void grants_requests(struct plan *plan, struct grants *grants, json *head)
{
    struct asked *asked = asked_of(plan);
    const struct mesh *mesh = plan->mesh;
    struct asking *asking = arena_array(&grants->memory, struct asking, mesh->requests.len);
    json *list = json_set_array(head, "requests");
    size_t count = 0;
    for (size_t i = 0; i < mesh->requests.len; i++)
        if (request_concerns(&asked->effective, &asked->owners, mesh->requests.at[i],
                             grants->account))
            asking[count++] = asking_of(plan, grants, i);
    if (count)
        qsort(asking, count, sizeof *asking, by_target);
    for (size_t i = 0; i < count; i++)
        json_add(list, asking[i].tree);
}
