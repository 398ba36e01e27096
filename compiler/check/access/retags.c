/* retags.c - see retags.h. */
#include "check/access/retags.h"

#include "check/access/live.h"

bool retags_possible(const struct mesh *mesh)
{
    bool associates = false, databases = false, tagged = false;
    for (size_t i = 0; i < mesh->grants.len; i++) {
        const struct grant *grant = mesh->grants.at[i];
        associates |= grant->target == GRANT_TAG && grant->permissions & PERMIT_ASSOCIATE;
        databases |= grant->grantable &&
                     (grant->target == GRANT_DATABASE || grant->target == GRANT_TAGGED_DATABASES);
        tagged |= grant->target == GRANT_TAGGED;
    }
    return associates && databases && tagged;
}

struct retagger {
    struct effective *e;
    struct view view; /* of the one who tags */
    const struct deployment_account *owner;
    struct retag found;
};

/* The right to put a value of the tag that satisfies the condition on things of the catalog. */
static const struct entry *right_to(const struct retagger *r, const struct tag_condition *wanted,
                                    atom *value)
{
    struct item_range items = view_items(&r->view, &r->view.granters.at[0], ITEM_ON_TAG);
    for (size_t i = 0; i < items.len; i++) {
        const struct entry *entry = items.at[i].entry;
        const struct tag_condition *given = &entry->expression->list.at[0];
        if (entry->owner != r->owner || given->tag != wanted->tag ||
            !(entry->permissions & PERMIT_ASSOCIATE))
            continue;
        for (size_t k = 0; k < given->values.len; k++)
            if (tag_condition_has(wanted, given->values.at[k])) {
                *value = given->values.at[k];
                return entry;
            }
    }
    return NULL;
}

/* A value of its own stays whatever the database has. */
static bool inherits(const struct output *output, const struct tag *tag)
{
    const struct tagging *source = tag_source_of(output, NULL, tag);
    return !source || tagging_is_the_domains(output, source);
}

/* Could the expression be made to match the table? It does not yet. */
static bool could_match(struct retagger *r, const struct output *output,
                        const struct tag_expression *expression)
{
    bool changes = false;
    for (size_t i = 0; i < expression->list.len; i++) {
        const struct tag_condition *condition = &expression->list.at[i];
        atom value = NULL;
        if (tag_condition_has(condition, tag_value_of(output, NULL, condition->tag)))
            continue;
        const struct entry *associate =
            inherits(output, condition->tag) ? right_to(r, condition, &value) : NULL;
        if (!associate)
            return false;
        if (!changes) {
            r->found.associate = associate;
            r->found.condition = condition;
            r->found.value = value;
        }
        changes = true;
    }
    return changes;
}

/* Whoever may select all of the table gains nothing. */
static bool sees_all(struct effective *e, size_t party, const struct output *output)
{
    struct table_access access;
    struct view view;
    view_open(e, party, &view);
    bool all = view_table(&view, &view.arena, output, &access);
    for (size_t i = 0; i < table_column_count(output) && all; i++)
        all = i < access.count && access.columns[i].all;
    view_close(&view);
    return all;
}

static bool opens(struct retagger *r, const struct output *output)
{
    struct effective *e = r->e;
    for (size_t i = 0; i < e->expressions.len; i++) {
        size_t end = e->first_on_expression[i + 1];
        if (!session_affords(e->s, ++e->work, output->decl.at))
            return false;
        if (!could_match(r, output, e->expressions.at[i]))
            continue;
        for (size_t k = e->first_on_expression[i]; k < end; k++) {
            const struct item *item = e->on_expression[k];
            unsigned given = table_permissions_implied(item->entry->permissions);
            if (item->entry->owner == r->owner && given & PERMIT_SELECT &&
                !sees_all(e, item->party, output)) {
                r->found.output = output;
                r->found.grant = item->entry;
                return true;
            }
        }
    }
    return false;
}

/* An entry that lets it pass on rights on the database; NULL: it may not pass on all that it takes.
 * DROP is not shared with other accounts, nor asked of them. */
static const struct entry *grantable_of(struct retagger *r, const struct domain *domain)
{
    const struct party *party = &r->e->parties.list.at[r->view.party];
    unsigned needed = PERMIT_DESCRIBE | PERMIT_CREATE_TABLE | PERMIT_ALTER |
                      (party->account == r->owner ? PERMIT_DROP : 0);
    struct plain_access access;
    view_database(&r->view, domain, &access);
    if (needed & ~access.grantable)
        return NULL;
    const struct effective *e = r->e;
    for (size_t i = e->first_of_party[r->view.party]; i < e->first_of_party[r->view.party + 1]; i++)
        if (e->items[i].entry->grantable && e->items[i].entry->owner == r->owner &&
            (e->items[i].kind == ITEM_ON_TAGGED_DATABASES ||
             (e->items[i].kind == ITEM_ON_DATABASE && e->items[i].entry->domain == domain)))
            return e->items[i].entry;
    return NULL;
}

static void retag_domain(struct retagger *r, const struct domain *domain, struct retags *out)
{
    r->owner = account_of_catalog(r->e->deployment, domain);
    r->found = (struct retag){.party = r->view.party, .domain = domain};
    r->found.grantable = grantable_of(r, domain);
    if (!r->found.grantable)
        return;
    for (size_t i = 0; i < domain->products.len; i++)
        for (size_t k = 0; k < domain->products.at[i]->outputs.len; k++) {
            const struct output *output = domain->products.at[i]->outputs.at[k];
            if (effective_has(r->e, output) && opens(r, output)) {
                vec_push(&r->e->arena, &out->list, r->found);
                return;
            }
        }
}

void retags_find(struct effective *effective, struct retags *out)
{
    struct retagger r = {.e = effective};
    *out = (struct retags){0};
    for (size_t i = 0; i < effective->parties.list.len; i++) {
        view_open(effective, i, &r.view);
        bool tags = view_items(&r.view, &r.view.granters.at[0], ITEM_ON_TAG).len > 0;
        for (size_t k = 0; k < effective->mesh->domains.len && tags; k++)
            retag_domain(&r, effective->mesh->domains.at[k], out);
        view_close(&r.view);
    }
}
