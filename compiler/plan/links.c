/* links.c - declared resource links: databases and tables of the Glue catalog that stand for those
 * of another account. One to a database stands in the governance stack of its account, one to a
 * table with the database of its domain. */
#include "model/names.h"
#include "plan/plan.h"
#include "plan/text.h"

/* Shape of TargetDatabase and TargetTable: registry schemas of AWS::Glue::Database and
 * AWS::Glue::Table. */
static json *target_of(struct plan *plan, const struct link *link)
{
    const struct deployment *d = plan->deployment;
    const struct deployment_account *owner = account_of_link_target(d, link);
    json *target = json_object(&plan->scratch);
    json_set(target, "CatalogId",
             owner ? plan_account_of(plan, owner) : json_text(&plan->scratch, link->owner.value));
    if (link->output) {
        const struct table_names *names = &d->tables[link->output->decl.index];
        json_set_text(target, "DatabaseName", names->database);
        json_set_text(target, "Name", names->table);
    } else {
        json_set_text(target, "DatabaseName",
                      link->domain ? d->domains[link->domain->decl.index].database
                                   : link->database.value);
    }
    return target;
}

static void add_database(struct plan *plan, struct stack *stack, const struct link *link)
{
    json *database =
        plan_resource(plan, stack, "AWS::Glue::Database", link->decl.at, "Link", link->decl.name);
    json_set(database, "CatalogId", plan_account(plan));
    json *input = json_set_object(database, "DatabaseInput");
    json_set_text(input, "Name", name_link(&plan->scratch, plan->deployment, link));
    json_set(input, "TargetDatabase", target_of(plan, link));
}

static void add_table(struct plan *plan, struct stack *stack, const struct link *link)
{
    json *table =
        plan_resource(plan, stack, "AWS::Glue::Table", link->decl.at, "Link", link->decl.name);
    json_set(table, "CatalogId", plan_account(plan));
    const char *database = plan->deployment->domains[link->inside->decl.index].database;
    json_set(table, "DatabaseName", plan_ref_or(plan, link->inside, "database", database));
    json *input = json_set_object(table, "TableInput");
    json_set_text(input, "Name", name_link(&plan->scratch, plan->deployment, link));
    json_set(input, "TargetTable", target_of(plan, link));
}

void plan_links(struct plan *plan, struct stack *stack)
{
    bool with_database = stack->domain && stack_has_catalog(plan->deployment, stack->head);
    for (size_t i = 0; i < plan->mesh->links.len; i++) {
        const struct link *link = plan->mesh->links.at[i];
        if (link_is_itself(plan->deployment, link))
            continue;
        if (link->output && link->inside == stack->domain && with_database)
            add_table(plan, stack, link);
        else if (!link->output && !stack->domain &&
                 account_of_link(plan->deployment, link) == stack->head->account)
            add_database(plan, stack, link);
    }
}
