/* crawler.c - Glue crawlers of products that have `crawl`. A crawler adds tables and partitions and
 * never changes what the mesh declares; it reads with Lake Formation's credentials. */
#include "plan/states.h"

#include "check/catalog.h"
#include "model/names.h"
#include "plan/rights.h"
#include "plan/text.h"

#include <string.h>

static json *crawler_role(struct plan *plan, struct stack *stack, const struct output *output)
{
    if (output->crawl.role) {
        return plan_principal(plan, output->crawl.role);
    }
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    needs_of_crawler(plan->deployment, output, &needs);
    rights_of_needs(plan, &needs, &rights);
    const char *id = plan_role(plan, stack, output->crawl.at, "RoleForCrawlerOf",
                               plan_local(&output->decl, output->domain),
                               name_crawler_role(&plan->scratch, plan->deployment, output),
                               "glue.amazonaws.com", &rights);
    return plan_get(plan, id, "Arn");
}

/* A declared table is the target itself: the crawler finds its partitions, and they inherit all but
 * their values from the table. */
static void set_table_target(struct plan *plan, json *crawler, const struct output *output)
{
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    json *target =
        json_add_object(json_set_array(json_set_object(crawler, "Targets"), "CatalogTargets"));
    json_set_text(target, "DatabaseName", names->database);
    json_add(json_set_array(target, "Tables"), plan_ref_or(plan, output, "table", names->table));
    json_set_text(crawler, "Configuration",
                  "{\"Version\":1.0,\"CrawlerOutput\":{\"Partitions\":"
                  "{\"AddOrUpdateBehavior\":\"InheritFromTable\"}}}");
}

/* A crawler calls a table after its folder; a prefix makes that the name which the mesh knows. */
static void set_folder_target(struct plan *plan, json *crawler, const struct output *output)
{
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    size_t prefix;
    json_set_text(crawler, "DatabaseName", names->database);
    if (crawled_as_named(names, &prefix) && prefix > 0) {
        json_set_text(crawler, "TablePrefix", plan_format(plan, "%.*s", (int)prefix, names->table));
    }
    json *targets = json_set_object(crawler, "Targets");
    bool hudi = output->format == FORMAT_HUDI;
    if (hudi || output->format == FORMAT_ICEBERG) { /* read by the metadata in the folder */
        json *target =
            json_add_object(json_set_array(targets, hudi ? "HudiTargets" : "IcebergTargets"));
        json_add_text(json_set_array(target, "Paths"), names->uri);
    } else {
        json *target = json_add_object(json_set_array(targets, "S3Targets"));
        json_set_text(target, "Path", names->uri);
    }
}

static void add_crawler(struct plan *plan, struct stack *stack, const struct output *output)
{
    json *role = crawler_role(plan, stack, output);
    json *crawler = plan_resource(plan, stack, "AWS::Glue::Crawler", output->crawl.at, "Crawler",
                                  plan_local(&output->decl, output->domain));
    json_set_text(crawler, "Name", name_crawler(&plan->scratch, plan->deployment, output));
    json_set(crawler, "Role", role);
    if (output->schema) {
        set_table_target(plan, crawler, output);
    } else {
        set_folder_target(plan, crawler, output);
    }
    json *change = json_set_object(crawler, "SchemaChangePolicy");
    json_set_text(change, "UpdateBehavior", "LOG");
    json_set_text(change, "DeleteBehavior", "LOG");
    json_set_text(json_set_object(crawler, "RecrawlPolicy"), "RecrawlBehavior", "CRAWL_EVERYTHING");
    json *lake = json_set_object(crawler, "LakeFormationConfiguration");
    json_set_bool(lake, "UseLakeFormationCredentials", true);
    if (output->crawl.schedule.value && plan->deployment->schedules) {
        json_set_text(json_set_object(crawler, "Schedule"), "ScheduleExpression",
                      output->crawl.schedule.value);
    }
}

void plan_crawlers(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        if (!stack_has_tables(plan->deployment, stack->head, product)) {
            continue;
        }
        for (size_t k = 0; k < product->outputs.len; k++) {
            const struct output *output = product->outputs.at[k];
            if (output->crawl.given && output_is_made(output)) {
                add_crawler(plan, stack, output);
            }
        }
    }
}
