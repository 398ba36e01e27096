/* athena.c - one workgroup a domain, whose settings bind its users, and one saved query a table to
 * start from. */
#include "check/limits.h"
#include "model/names.h"
#include "plan/plan.h"
#include "plan/text.h"

#include <string.h>

enum { ROWS_SHOWN = 100, DESCRIPTION_MAX = 1024 };

/* Results lie in the domain's bucket, outside of every table (check/storage.c): who may read
 * results is not who may read a table. */
static void result_settings(struct plan *plan, json *settings, const struct domain *domain)
{
    const struct domain_names *names = &plan->deployment->domains[domain->decl.index];
    if (!names->bucket)
        return;
    json *results = json_set_object(settings, "ResultConfiguration");
    const char *prefix = name_results_prefix(&plan->scratch, domain);
    json_set_text(results, "OutputLocation",
                  plan_format(plan, "s3://%s/%s", names->bucket, prefix));
    const char *key = name_results_key(&plan->scratch, plan->deployment, domain);
    json *encryption = json_set_object(results, "EncryptionConfiguration");
    json_set_text(encryption, "EncryptionOption", key ? "SSE_KMS" : "SSE_S3");
    if (results_key_is_made(domain))
        json_set(encryption, "KmsKey", plan_key_arn(plan, key));
    else
        json_set_text(encryption, "KmsKey", key);
}

static void workgroup(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    const struct domain_names *names = &plan->deployment->domains[domain->decl.index];
    json *group =
        plan_resource(plan, stack, "AWS::Athena::WorkGroup", domain->decl.at, "WorkGroup", NULL);
    plan_keep(plan, domain, "workgroup", plan_last(stack)->id);
    json_set_text(group, "Name", names->workgroup);
    json_set_text(group, "Description",
                  plan_format(plan, "Queries of domain %s", domain->decl.path));
    json_set_text(group, "State", "ENABLED");
    json_set_bool(group, "RecursiveDeleteOption", false);
    json *settings = json_set_object(group, "WorkGroupConfiguration");
    json_set_bool(settings, "EnforceWorkGroupConfiguration", true);
    json_set_bool(settings, "PublishCloudWatchMetricsEnabled", true);
    if (domain->bytes_limit.text)
        json_set_int(settings, "BytesScannedCutoffPerQuery", domain->bytes_limit.base);
    result_settings(plan, settings, domain);
}

/* A name in SQL's double quotes. */
static void put_name(struct buf *sql, const char *name)
{
    buf_putc(sql, '"');
    for (size_t plain; *name; name += plain) {
        plain = strcspn(name, "\"");
        buf_put(sql, name, plain);
        if (name[plain] == '"') {
            buf_puts(sql, "\"\"");
            plain++;
        }
    }
    buf_putc(sql, '"');
}

/* Athena asks every query for the values of an injected key; here they are parameters. */
static void put_injected(struct buf *sql, const struct output *output)
{
    const char *before = " WHERE ";
    for (size_t i = 0; i < output->projection.len; i++) {
        const struct projection *p = &output->projection.at[i];
        if (p->type != PROJECTION_INJECTED)
            continue;
        buf_puts(sql, before);
        put_name(sql, p->column->physical);
        buf_puts(sql, " = ?");
        before = " AND ";
    }
}

static const char *select_of(struct plan *plan, const struct output *output)
{
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    struct buf sql = {0};
    buf_puts(&sql, "SELECT ");
    size_t data = output->data.len, all = data + output->partition.len;
    for (size_t i = 0; i < all; i++) {
        const struct column *column =
            i < data ? output->data.at[i] : output->partition.at[i - data];
        buf_puts(&sql, i ? ", " : "");
        put_name(&sql, column->physical);
    }
    buf_puts(&sql, all ? " FROM " : "* FROM ");
    put_name(&sql, names->database);
    buf_putc(&sql, '.');
    put_name(&sql, names->table);
    put_injected(&sql, output);
    buf_format(&sql, " LIMIT %d", ROWS_SHOWN);
    const char *text = arena_copy(&plan->scratch, sql.at, sql.len);
    buf_free(&sql);
    return text;
}

static void named_query(struct plan *plan, struct stack *stack, const struct output *output)
{
    const char *workgroup = plan->deployment->domains[output->domain->decl.index].workgroup;
    const struct table_names *names = &plan->deployment->tables[output->decl.index];
    const char *text = select_of(plan, output);
    if (strlen(text) > (size_t)limit_info(LIMIT_NAMED_QUERY)->figure)
        return; /* a convenience, not a promise: a table with so many columns has none */
    json *query = plan_resource(plan, stack, "AWS::Athena::NamedQuery", output->decl.at, "Query",
                                plan_local(&output->decl, output->domain));
    json_set_text(query, "Name", plan_format(plan, "%.128s", names->table));
    json_set_text(query, "Description",
                  plan_format(plan, "First %d rows of %s", ROWS_SHOWN, output->decl.path));
    json_set(query, "Database", plan_ref_or(plan, output->domain, "database", names->database));
    json_set(query, "WorkGroup", plan_ref_or(plan, output->domain, "workgroup", workgroup));
    json_set(query, "QueryString", plan_literal(plan, text));
}

void plan_athena(struct plan *plan, struct stack *stack)
{
    const struct domain *domain = stack->domain;
    if (stack_has_data(stack->head))
        workgroup(plan, stack);
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        if (!stack_has_watch(plan->deployment, stack->head, product))
            continue;
        for (size_t j = 0; j < product->outputs.len; j++)
            if (table_is_made(product->outputs.at[j]))
                named_query(plan, stack, product->outputs.at[j]);
    }
}
