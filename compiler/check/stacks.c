/* stacks.c - which stacks a deployment has, and how many resources each: counted from the model,
 * one for each that plan/ makes. A saved query that is too long for Athena is counted and not made;
 * so many columns fill a template by their bytes long before. */
#include "check/stacks.h"
#include "check/areas.h"
#include "check/events.h"
#include "check/functions.h"
#include "check/limits.h"
#include "check/made.h"
#include "check/places.h"
#include "check/promises.h"
#include "check/rulesets.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

/* ---- which there are ------------------------------------------------------------------------- */

static void add_stack(struct session *s, const struct deployment *deployment,
                      struct stack_head head, const char *part, bool second,
                      struct stack_heads *out)
{
    struct arena *arena = &s->arena;
    const char *what = head.product ? head.product->decl.name : head.domain ? NULL : part;
    const char *id = second ? head.account->id : NULL;
    if (id) {
        what = what ? arena_format(arena, "%s-%s", what, id) : id;
    }
    head.name = name_joined(arena, deployment, head.domain, what,
                            (size_t)limit_info(LIMIT_STACK_NAME)->figure);
    head.file =
        arena_format(arena, "stacks/%s%s%s.template.json", part, id ? "-" : "", id ? id : "");
    vec_push(arena, &out->list, head);
}

static void add_governance(struct session *s, const struct deployment *deployment,
                           const struct deployment_account *account, struct stack_heads *out)
{
    if (account->has_governance_stack) {
        struct stack_head head = {STACK_GOVERNANCE,         account, NULL, NULL, NULL, NULL,
                                  deployment->mesh->decl.at};
        add_stack(s, deployment, head, "governance", !account->is_governance, out);
    }
}

/* Catalog before data: a bucket's policy names the role that the catalog's stack makes. */
static void add_domain(struct session *s, const struct deployment *deployment,
                       const struct domain *domain, struct stack_heads *out)
{
    const struct domain_names *names = &deployment->domains[domain->decl.index];
    const char *part = domain->decl.path;
    bool apart = names->catalog != names->account;
    struct span at = domain->decl.at;
    if (apart) {
        add_stack(s, deployment,
                  (struct stack_head){STACK_CATALOG, names->catalog, domain, NULL, NULL, NULL, at},
                  part, true, out);
    }
    add_stack(s, deployment,
              (struct stack_head){STACK_DOMAIN, names->account, domain, NULL, NULL, NULL, at}, part,
              false, out);
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        if (product_has_stack(product)) {
            struct stack_head head = {STACK_PRODUCT, names->catalog,       domain, product, NULL,
                                      NULL,          product->own_stack_at};
            add_stack(s, deployment, head, product->decl.path, apart, out);
        }
    }
}

static int by_path(const void *a, const void *b)
{
    const struct domain *const *x = a, *const *y = b;
    return strcmp((*x)->decl.path, (*y)->decl.path);
}

static int by_file(const void *a, const void *b)
{
    return strcmp(((const struct stack_head *)a)->file, ((const struct stack_head *)b)->file);
}

void stacks_list(struct session *s, const struct deployment *deployment, struct stack_heads *out)
{
    const struct mesh *mesh = deployment->mesh;
    const struct domain **domains =
        arena_array(&s->arena, const struct domain *, mesh->domains.len);
    size_t count = 0;
    for (size_t i = 0; i < mesh->domains.len; i++) {
        if (!mesh->domains.at[i]->existing) {
            domains[count++] = mesh->domains.at[i];
        }
    }
    if (count) {
        qsort(domains, count, sizeof *domains, by_path);
    }
    add_governance(s, deployment, deployment->governance, out);
    for (size_t i = 0; i < deployment->accounts.len; i++) {
        if (deployment->accounts.at[i] != deployment->governance) {
            add_governance(s, deployment, deployment->accounts.at[i], out);
        }
    }
    for (size_t i = 0; i < count; i++) {
        size_t first = out->list.len;
        add_domain(s, deployment, domains[i], out);
        while (first < out->list.len && out->list.at[first].kind != STACK_PRODUCT) {
            first++;
        }
        if (first < out->list.len) {
            qsort(out->list.at + first, out->list.len - first, sizeof *out->list.at, by_file);
        }
    }
}

bool stack_has_data(const struct stack_head *head)
{
    return head->kind == STACK_DOMAIN;
}

bool stack_has_shared(const struct stack_head *head)
{
    return stack_has_data(head) || (head->kind == STACK_GOVERNANCE && head->account->is_governance);
}

static bool apart(const struct deployment *deployment, const struct domain *domain)
{
    const struct domain_names *names = &deployment->domains[domain->decl.index];
    return names->catalog != names->account;
}

bool stack_has_catalog(const struct deployment *deployment, const struct stack_head *head)
{
    return head->kind == STACK_CATALOG ||
           (head->kind == STACK_DOMAIN && !apart(deployment, head->domain));
}

bool stack_has_tables(const struct deployment *deployment, const struct stack_head *head,
                      const struct product *product)
{
    return product_has_stack(product)
               ? head->product == product
               : product->domain == head->domain && stack_has_catalog(deployment, head);
}

bool stack_has_watch(const struct deployment *deployment, const struct stack_head *head,
                     const struct product *product)
{
    return product_has_stack(product) && !apart(deployment, product->domain)
               ? head->product == product
               : product->domain == head->domain && head->kind == STACK_DOMAIN;
}

/* ---- counting -------------------------------------------------------------------------------- */

enum { RECORDER_RESOURCES = 5 /* with its role, channel, bucket and the bucket's policy */ };

struct tally {              /* of one domain */
    size_t domain, catalog; /* resources of its stacks; catalog counts as domain without one */
    bool runs, watched, evaluated; /* it has pipelines, freshness alarms, rulesets */
    bool evaluates;                /* quality, by schedule or step */
    bool starts, schedules;        /* machines; evaluations */
    size_t locations;              /* at most so many are registered */
};

struct product_tally {
    size_t tables, watch; /* resources that stand with its tables, with its watch */
};

static struct product_tally tally_product(struct tally *tally, const struct product *product)
{
    struct product_tally own = {0};
    for (size_t k = 0; k < product->outputs.len; k++) {
        const struct output *output = product->outputs.at[k];
        struct watch_window window;
        if (output->quality_schedule.value && output->status != STATUS_PROPOSED) {
            tally->catalog++;
            tally->evaluates = tally->schedules = true;
        }
        if (!output_is_made(output)) {
            continue;
        }
        tally->locations++;
        if (output->crawl.given) {
            own.tables += output->crawl.role ? 1 : 2; /* with its role */
        }
        if (watch_freshness(output, &window) == WATCH_YES) {
            own.watch++;
            tally->watched = true;
        }
        if (output->schema) {
            own.tables++;
            own.watch++; /* saved query */
            if (has_ruleset(output)) {
                own.tables += 2; /* with its alarm */
                tally->evaluated = true;
            }
        }
    }
    return own;
}

static bool checks_quality(const struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->all_steps.len; i++) {
        const struct step *step = pipeline->all_steps.at[i];
        if (step->kind == STEP_CHECK && step->output) {
            return true;
        }
    }
    return false;
}

static void tally_pipeline(struct tally *tally, const struct pipeline *pipeline)
{
    if (!pipeline_is_made(pipeline)) {
        return;
    }
    tally->domain += pipeline->role ? 2 : 3;     /* machine, log group, role */
    tally->domain += 1 + pipeline->triggers.len; /* alarm */
    size_t rules = event_rules(pipeline);
    tally->domain += rules ? rules + 1 : 0; /* with the role */
    tally->runs = true;
    tally->starts |= pipeline->triggers.len > 0;
    tally->evaluates |= checks_quality(pipeline);
}

/* Namespace and workgroup. */
static size_t warehouse_size(const struct warehouse *warehouse)
{
    return warehouse->role ? 2 : 3;
}

static bool goes_to_topic(const struct domain *domain, const struct pipeline *pipeline)
{
    return !domain->alerts && !(pipeline && pipeline->alerts);
}

static bool output_alarms(const struct output *output)
{
    struct watch_window window;
    return output_is_made(output) && (watch_freshness(output, &window) == WATCH_YES ||
                                      (output->schema && has_ruleset(output)));
}

bool domain_has_topic(const struct domain *domain)
{
    for (size_t i = 0; i < domain->pipelines.len; i++) {
        const struct pipeline *pipeline = domain->pipelines.at[i];
        if (pipeline_is_made(pipeline) && goes_to_topic(domain, pipeline)) {
            return true;
        }
    }
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        for (size_t k = 0; k < product->outputs.len; k++) {
            const struct output *output = product->outputs.at[k];
            const struct pipeline *producer =
                output->producers.len ? output->producers.at[0] : NULL;
            if (goes_to_topic(domain, producer) && output_alarms(output)) {
                return true;
            }
        }
    }
    return false;
}

/* Counts of one deployment while they are made. */
struct count {
    struct session *s;
    const struct deployment *deployment;
    struct map by_thing; /* (domain, product or account, NULL) -> 1 + place of its stack;
                            (domain, catalog_of) -> that of its catalog's */
    size_t stacks, *sizes, *columns; /* so many, and one for what has no stack */
    struct events *events;           /* NULL: there is one account alone */
};

/* With the group of its log, and a permission for each other account that calls it. */
static size_t function_size(const struct count *count, const struct function *function)
{
    struct caller_accounts callers = {.arena = &count->s->arena};
    function_caller_accounts(count->deployment, function, &callers);
    return (function->role ? 2 : 3) + callers.list.len;
}

/* Rules that send events to other accounts, with their role; statements that let others' in. */
static size_t exchange_size(const struct count *count, const struct domain *domain)
{
    struct forwards forwards = {0};
    struct senders senders = {0};
    if (!count->events) {
        return 0;
    }
    events_forwards(count->events, domain, &forwards);
    events_senders(count->events, domain, &senders);
    return forwards.list.len + (forwards.list.len ? 1 : 0) + senders.list.len;
}

static const char catalog_of[] = "catalog";

static void *place_number(size_t place)
{
    return (void *)(uintptr_t)(place + 1); /* NULL is nothing */
}

/* The place after the last where there is no such stack, because something was reported. */
static size_t place_of(const struct count *count, const void *thing, const void *of)
{
    void *place = map_get(&count->by_thing, thing, of);
    return place ? (size_t)(uintptr_t)place - 1 : count->stacks;
}

static void note_places(struct count *count, const struct stack_heads *heads)
{
    for (size_t i = 0; i < heads->list.len; i++) {
        const struct stack_head *head = &heads->list.at[i];
        const void *thing = head->kind == STACK_GOVERNANCE ? (const void *)head->account
                            : head->product                ? (const void *)head->product
                                                           : (const void *)head->domain;
        if (head->kind != STACK_CATALOG) {
            map_set(&count->by_thing, thing, NULL, place_number(i));
        }
        if (head->domain && stack_has_catalog(count->deployment, head)) {
            map_set(&count->by_thing, head->domain, catalog_of, place_number(i));
        }
    }
}

static size_t columns_of(const struct product *product)
{
    size_t columns = 0;
    for (size_t k = 0; k < product->outputs.len; k++) {
        columns += table_is_made(product->outputs.at[k]) ? product->outputs.at[k]->data.len : 0;
    }
    return columns;
}

static struct tally count_domain(struct count *count, const struct domain *domain)
{
    struct tally tally = {.domain = 1, .catalog = 1}; /* workgroup; database */
    size_t data = place_of(count, domain, NULL), catalog = place_of(count, domain, catalog_of);
    for (size_t i = 0; i < domain_store_count(domain); i++) {
        struct store store = domain_store(count->deployment, domain, i);
        tally.domain += store.made ? 2 : 0;                /* with its policy */
        tally.domain += store_key_is_made(&store) ? 2 : 0; /* with its alias */
    }
    tally.domain += results_key_is_made(domain) ? 2 : 0;
    for (size_t i = 0; i < domain->products.len; i++) {
        const struct product *product = domain->products.at[i];
        struct product_tally own = tally_product(&tally, product);
        bool alone = product_has_stack(product);
        size_t tables = alone ? place_of(count, product, NULL) : catalog;
        count->sizes[tables] += own.tables;
        count->sizes[alone && data == catalog ? tables : data] += own.watch;
        count->columns[tables] += columns_of(product);
    }
    for (size_t i = 0; i < domain->pipelines.len; i++) {
        tally_pipeline(&tally, domain->pipelines.at[i]);
    }
    tally.domain += exchange_size(count, domain);
    tally.domain += domain->made_roles.len + domain->resources.len;
    for (size_t i = 0; i < domain->functions.len; i++) {
        tally.domain += function_size(count, domain->functions.at[i]);
    }
    for (size_t i = 0; i < domain->warehouses.len; i++) {
        tally.domain += warehouse_size(domain->warehouses.at[i]);
    }
    bool board = tally.runs || tally.watched || (tally.evaluated && data == catalog);
    tally.domain += board ? 1 : 0;
    tally.domain += domain_has_topic(domain) ? 2 : 0; /* with its policy */
    tally.catalog += tally.evaluates ? 1 : 0;         /* role of evaluations */
    if (data == catalog) {
        tally.domain += tally.starts || tally.schedules ? 1 : 0; /* role of the scheduler */
    } else {
        tally.domain += tally.starts ? 1 : 0;
        tally.catalog += tally.schedules ? 1 : 0;
    }
    count->sizes[data] += tally.domain;
    count->sizes[catalog] += tally.catalog;
    return tally;
}

/* The rule, and with a function the permission to call it: where a function of the mesh is, and
 * else where it is called. */
static void count_guardrail(struct count *count, const struct guardrail *guardrail,
                            const struct deployment_account *watched)
{
    if (!guardrail->managed.value && !guardrail->lambda.value) {
        return;
    }
    count->sizes[place_of(count, watched, NULL)]++;
    if (!guardrail->managed.value) {
        const struct deployment_account *home =
            guardrail_home(count->deployment, guardrail, watched);
        bool permitted = guardrail->function || home == watched;
        count->sizes[place_of(count, home, NULL)] += permitted ? 1 : 0;
    }
}

/* What stands in the governance account alone. */
static void count_shared(struct count *count)
{
    const struct deployment *deployment = count->deployment;
    const struct mesh *mesh = deployment->mesh;
    size_t size = deployment->mesh_bucket ? 2 : 0;
    if (mesh->audit) {
        size += mesh->audit->existing ? 0 : 2; /* bucket and its policy */
    }
    for (size_t i = 0; i < mesh->functions.len; i++) {
        size += mesh->functions.at[i]->domain ? 0 : function_size(count, mesh->functions.at[i]);
    }
    for (size_t i = 0; i < mesh->warehouses.len; i++) {
        size += mesh->warehouses.at[i]->domain ? 0 : warehouse_size(mesh->warehouses.at[i]);
    }
    for (size_t i = 0; i < mesh->resources.len; i++) {
        size += mesh->resources.at[i]->domain ? 0 : 1;
    }
    if (size) {
        count->sizes[place_of(count, deployment->governance, NULL)] += size;
    }
}

static void count_governance(struct count *count, const struct stack_heads *heads)
{
    const struct deployment *deployment = count->deployment;
    const struct mesh *mesh = deployment->mesh;
    size_t everywhere = (mesh->recorder ? RECORDER_RESOURCES : 0) + (mesh->audit ? 1u : 0u);
    for (size_t i = 0; i < mesh->channels.len; i++) { /* topic and policy */
        const struct channel *channel = mesh->channels.at[i];
        if (!channel->arn.value && !(channel->domain && channel->domain->existing)) {
            const void *thing = channel->domain ? (const void *)channel->domain
                                                : (const void *)deployment->governance;
            count->sizes[place_of(count, thing, NULL)] += 2;
        }
    }
    count_shared(count);
    for (size_t i = 0; i < mesh->made_roles.len; i++) {
        count->sizes[place_of(count, account_of_principal(deployment, mesh->made_roles.at[i]),
                              NULL)]++;
    }
    for (size_t i = 0; i < mesh->links.len; i++) {
        const struct link *link = mesh->links.at[i];
        bool stands = link->to_at.lo && !link_is_itself(deployment, link) &&
                      !(link->inside && link->inside->existing);
        if (stands && link->output) {
            count->sizes[place_of(count, link->inside, catalog_of)]++;
        } else if (stands) {
            count->sizes[place_of(count, account_of_link(deployment, link), NULL)]++;
        }
    }
    for (size_t i = 0; i < mesh->guardrails.len; i++) {
        const struct guardrail *guardrail = mesh->guardrails.at[i];
        for (size_t k = 0; k < deployment->accounts.len; k++) {
            if (guardrail_watches(deployment, guardrail, deployment->accounts.at[k])) {
                count_guardrail(count, guardrail, deployment->accounts.at[k]);
            }
        }
    }
    for (size_t i = 0; i < heads->list.len; i++) {
        const struct stack_head *head = &heads->list.at[i];
        bool here = head->kind == STACK_GOVERNANCE && head->account->has_stacks;
        count->sizes[i] += here ? everywhere : 0;
    }
}

/* Locations are placed only where they can matter: exact says everywhere. */
static void count_all(struct count *count, const struct stack_heads *heads, bool exact)
{
    struct session *s = count->s;
    const struct mesh *mesh = count->deployment->mesh;
    size_t limit = (size_t)limit_info(LIMIT_TEMPLATE_RESOURCES)->figure;
    struct places *places = NULL;
    count->stacks = heads->list.len;
    count->sizes = arena_array(&s->arena, size_t, count->stacks + 1);
    count->columns = arena_array(&s->arena, size_t, count->stacks + 1);
    note_places(count, heads);
    count_governance(count, heads);
    if (count->deployment->accounts.len > 1) {
        count->events = events_new(s, count->deployment);
    }
    for (size_t i = 0; i < mesh->domains.len; i++) {
        const struct domain *domain = mesh->domains.at[i];
        if (domain->existing) {
            continue;
        }
        struct tally tally = count_domain(count, domain);
        size_t *size = &count->sizes[place_of(count, domain, catalog_of)];
        if (!exact && (*size + tally.locations + 1) * 10 <= limit * 9) {
            continue;
        }
        places = places ? places : places_new(s, count->deployment);
        size_t roots = places->root_count[domain->decl.index];
        *size += roots ? roots + 1 : 0; /* with the role that reads them */
    }
    map_free(&count->by_thing);
    if (count->events) {
        events_free(count->events);
    }
}

const size_t *stack_sizes(struct session *s, const struct deployment *deployment,
                          const struct stack_heads *heads)
{
    struct count count = {.s = s, .deployment = deployment};
    count_all(&count, heads, true);
    return count.sizes;
}

/* ---- reports --------------------------------------------------------------------------------- */

void stack_way_out(struct session *s, struct diag *d, const struct stack_head *head)
{
    const struct domain *domain = head->domain;
    if (head->product) {
        diag_help(s, d, "move some of the %zu outputs of '%s' to another product",
                  head->product->outputs.len, head->product->decl.path);
    } else if (domain) {
        diag_help(s, d,
                  "`stack: product` gives a product a stack of its own; or move some of the %zu "
                  "products and %zu pipelines of '%s' to another domain",
                  domain->products.len, domain->pipelines.len, domain->decl.path);
    }
}

static void check_size(struct session *s, const struct stack_head *head, size_t count)
{
    size_t limit = (size_t)limit_info(LIMIT_TEMPLATE_RESOURCES)->figure;
    if (count * 10 <= limit * 9) {
        return;
    }
    struct diag *d =
        diag(s, count > limit ? D_TEMPLATE_RESOURCES : D_TEMPLATE_NEARLY_FULL, head->at,
             "the template of stack '%s' has %zu resources of the %zu that CloudFormation takes",
             head->name, count, limit);
    stack_way_out(s, d, head);
}

/* Columns are most of a large template. Where they alone are more than it takes, its trees are not
 * made: they would be a thousand times as large as the mesh. */
static void check_columns_fit(struct session *s, const struct stack_head *head, size_t columns)
{
    enum { COLUMN_BYTES = 40 }; /* {"Name": "c","Type": "int"} and its line ends at the least */
    size_t limit = (size_t)limit_info(LIMIT_TEMPLATE_BYTES)->figure;
    if (columns <= limit / COLUMN_BYTES) {
        return;
    }
    struct diag *d = diag(s, D_TEMPLATE_BYTES, head->at,
                          "the template of stack '%s' has %zu columns, more than the %zu bytes "
                          "that CloudFormation takes can hold",
                          head->name, columns, limit);
    stack_way_out(s, d, head);
}

/* Each guardrail is looked for in each account. */
static size_t guardrail_work(const struct deployment *deployment)
{
    size_t named = 0;
    for (size_t i = 0; i < deployment->mesh->guardrails.len; i++) {
        named += 1 + deployment->mesh->guardrails.at[i]->accounts.len;
    }
    return named * deployment->accounts.len;
}

void check_stacks(struct session *s, const struct deployment *deployment)
{
    struct stack_heads heads = {0};
    struct count count = {.s = s, .deployment = deployment};
    stacks_list(s, deployment, &heads);
    if (!session_affords(s, guardrail_work(deployment), deployment->mesh->decl.at)) {
        return;
    }
    count_all(&count, &heads, false);
    for (size_t i = 0; i < heads.list.len; i++) {
        check_size(s, &heads.list.at[i], count.sizes[i]);
        check_columns_fit(s, &heads.list.at[i], count.columns[i]);
    }
}
