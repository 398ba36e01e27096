/* workers.c - grants to the roles under which Glue evaluates rulesets and crawls. */
#include "check/access/workers.h"

#include "check/access/rights.h"
#include "check/made.h"
#include "model/names.h"

struct hirer {
    struct session *s;
    const struct deployment *deployment;
    struct entries *out;
};

static struct principal *made_role(struct hirer *h, const char *name, const struct domain *domain,
                                   struct span at)
{
    struct principal *role = arena_new(&h->s->arena, struct principal);
    role->kind = PRINCIPAL_ROLE;
    role->decl = (struct decl){.name = name, .path = name, .at = at};
    role->aws_name = name;
    role->account = domain->catalog ? domain->catalog : domain->account;
    return role;
}

static void grant(struct hirer *h, const struct principal *role, struct entry entry, struct span at)
{
    entry.principal = role;
    entry.at = at;
    entry.derived = true;
    vec_push(&h->out->arena, &h->out->list, entry);
}

/* An evaluation reads every row, so the role that is handed to it reads the table. */
static void evaluation(struct hirer *h, const struct domain *domain)
{
    struct outputs outputs = {0};
    const struct principal *role = NULL;
    evaluated_outputs(&h->s->arena, domain, &outputs);
    for (size_t i = 0; i < outputs.list.len; i++) {
        const struct output *output = outputs.list.at[i];
        if (output->status == STATUS_PROPOSED || !output->schema) {
            continue;
        }
        if (!role) {
            role = made_role(h, name_quality_role(&h->s->arena, h->deployment, domain), domain,
                             domain->decl.at);
        }
        grant(h, role,
              (struct entry){.resource = ENTRY_TABLE,
                             .domain = output->domain,
                             .output = output,
                             .permissions = PERMIT_SELECT | PERMIT_DESCRIBE},
              output->decl.at);
    }
}

/* A crawler of a declared table adds partitions to it; without declared columns it makes the table.
 */
static void crawler(struct hirer *h, const struct output *output)
{
    const char *name = name_crawler_role(&h->s->arena, h->deployment, output);
    const struct principal *role = output->crawl.role
                                       ? output->crawl.role
                                       : made_role(h, name, output->domain, output->crawl.at);
    const struct table_names *names = &h->deployment->tables[output->decl.index];
    struct span at = output->crawl.at;
    if (output->schema) {
        grant(h, role,
              (struct entry){.resource = ENTRY_TABLE,
                             .domain = output->domain,
                             .output = output,
                             .permissions = PERMIT_ALTER | PERMIT_SELECT | PERMIT_DESCRIBE},
              at);
    } else {
        grant(h, role,
              (struct entry){.resource = ENTRY_DATABASE,
                             .domain = output->domain,
                             .permissions = PERMIT_CREATE_TABLE | PERMIT_DESCRIBE},
              at);
    }
    if (names->uri) {
        grant(h, role,
              (struct entry){.resource = ENTRY_LOCATION,
                             .location = names->uri,
                             .permissions = PERMIT_DATA_LOCATION_ACCESS},
              at);
    }
}

/* A function touches data under its own role: it writes what its callers produce and reads the
 * inputs of that. Only Iceberg tables have rows that can be deleted. */
static void called(struct hirer *h, const struct function *function)
{
    struct function_tables tables = {.arena = &h->s->arena};
    function_tables(function, &tables);
    for (size_t i = 0; i < tables.list.len; i++) {
        const struct output *output = tables.list.at[i];
        if (output->status == STATUS_PROPOSED || !output->schema) {
            continue;
        }
        unsigned write =
            output->format == FORMAT_ICEBERG ? PERMIT_INSERT | PERMIT_DELETE : PERMIT_INSERT;
        grant(h, principal_acting(function->self),
              (struct entry){.resource = ENTRY_TABLE,
                             .domain = output->domain,
                             .output = output,
                             .permissions = PERMIT_SELECT | PERMIT_DESCRIBE |
                                            (i < tables.written ? write : 0u)},
              function->decl.at);
    }
}

void workers_entries(struct session *s, const struct deployment *deployment, struct entries *out)
{
    struct hirer h = {.s = s, .deployment = deployment, .out = out};
    const struct mesh *mesh = deployment->mesh;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        if (!mesh->domains.at[i]->existing) {
            evaluation(&h, mesh->domains.at[i]);
        }
    }
    for (size_t i = 0; i < mesh->functions.len; i++) {
        if (function_is_made(mesh->functions.at[i])) {
            called(&h, mesh->functions.at[i]);
        }
    }
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        bool ours = !output->existing && !output->product->existing && !output->domain->existing &&
                    output->status != STATUS_PROPOSED;
        if (ours && output->crawl.given && (!output->crawl.role || output->crawl.role->create)) {
            crawler(&h, output);
        }
    }
}
