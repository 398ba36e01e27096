/* crawler.c - Glue crawlers of products that have `crawl`. A crawler adds tables and partitions and
 * never changes what the mesh declares; it reads with Lake Formation's credentials. */
#include "plan/states.h"

#include "model/names.h"
#include "plan/rights.h"
#include "plan/text.h"

static json *crawler_role(struct plan *plan, struct stack *stack, const struct output *output) {
    if (output->crawl.role) {
        return plan_principal(plan, output->crawl.role);
    }
    struct needs needs = {.arena = &plan->scratch};
    struct rights rights = {0};
    needs_of_crawler(plan->deployment, output, &needs);
    rights_of_needs(plan, &needs, &rights);
    const char *id = plan_role(plan, stack, output->crawl.at, "RoleForCrawlerOf", output->decl.path,
                               name_crawler_role(&plan->scratch, plan->deployment, output),
                               "glue.amazonaws.com", &rights);
    return plan_get(id, "Arn");
}

static void add_crawler(struct plan *plan, struct stack *stack, const struct output *output) {
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    json *role = crawler_role(plan, stack, output);
    json *crawler = plan_resource(plan, stack, "AWS::Glue::Crawler", output->crawl.at, "Crawler",
                                  output->decl.path);
    json_set_text(crawler, "Name", name_crawler(&plan->scratch, plan->deployment, output));
    json_set(crawler, "Role", role);
    json_set_text(crawler, "DatabaseName", names->database);
    json *target =
        json_add(json_set(json_set(crawler, "Targets", json_object()), "S3Targets", json_array()),
                 json_object());
    json_set_text(target, "Path", names->uri);
    json *change = json_set(crawler, "SchemaChangePolicy", json_object());
    json_set_text(change, "UpdateBehavior", "LOG");
    json_set_text(change, "DeleteBehavior", "LOG");
    json_set_text(json_set(crawler, "RecrawlPolicy", json_object()), "RecrawlBehavior",
                  "CRAWL_EVERYTHING");
    json *lake = json_set(crawler, "LakeFormationConfiguration", json_object());
    json_set(lake, "UseLakeFormationCredentials", json_bool(true));
    if (output->crawl.schedule.value && plan->deployment->schedules) {
        json_set_text(json_set(crawler, "Schedule", json_object()), "ScheduleExpression",
                      output->crawl.schedule.value);
    }
}

void plan_crawlers(struct plan *plan, struct stack *stack) {
    const struct domain *domain = stack->domain;
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            const struct output *output = product->outputs.at[k];
            if (output->crawl.given && plan_emits(output)) {
                add_crawler(plan, stack, output);
            }
        }
    }
}
