/* model_dump.c - prints the model and the deployments of a mesh compactly, for the goldens of
 * tests/model.
 *
 *     model_dump FILE...       what elaboration made of it, then its diagnostics in their short
 * form */
#include "model/deployment.h"
#include "model/predicate.h"
#include "source/render.h"
#include "syntax/parse.h"

#include <stdio.h>
#include <string.h>

static void text(const char *label, const char *value)
{
    if (value != NULL) {
        printf(" %s=%s", label, value);
    }
}

static void truth(const char *label, bool value)
{
    if (value) {
        printf(" %s", label);
    }
}

static void doc(const struct decl *decl)
{
    if (decl->doc != NULL) {
        printf(" \"%s\"", decl->doc);
    }
}

static void data(const struct data *d)
{
    static const char *const roots[] = {"input", "result", "context", "call"};
    if (d == NULL) {
        printf("-");
        return;
    }
    if (d->key != NULL) {
        printf("%s: ", d->key);
    }
    switch (d->kind) {
    case DATA_TEXT:
        printf("\"%s\"", d->text);
        break;
    case DATA_NUMBER:
        printf("%s", d->text);
        break;
    case DATA_BOOL:
        printf("%s", d->truth ? "true" : "false");
        break;
    case DATA_NULL:
        printf("null");
        break;
    case DATA_EXPRESSION:
        printf("<%s %s>", roots[d->root], d->text);
        break;
    case DATA_LIST:
    case DATA_MAP:
        break;
    }
    if (d->kind == DATA_LIST || d->kind == DATA_MAP || d->first != NULL) {
        printf(d->kind == DATA_MAP ? "{" : "[");
        for (const struct data *item = d->first; item != NULL; item = item->next) {
            data(item);
            printf(item->next != NULL ? ", " : "");
        }
        printf(d->kind == DATA_MAP ? "}" : "]");
    }
}

static void tags(const struct taggings *taggings)
{
    for (size_t i = 0; i < taggings->list.len; i++) {
        printf(" #%s:%s", taggings->list.at[i].tag->decl.name, taggings->list.at[i].value);
    }
}

static void column(const struct column *c)
{
    printf("  %s: %s", c->decl.name, c->type->glue);
    if (strcmp(c->decl.name, c->physical) != 0) {
        text("physical", c->physical);
    }
    if (c->key) {
        printf(" key%u", c->key_position);
    }
    truth("required", c->required);
    truth("unique", c->unique);
    if (c->notes->allowed != NULL) {
        printf(" in ");
        data(c->notes->allowed);
    }
    if (c->notes->minimum != NULL || c->notes->maximum != NULL) {
        printf(" range ");
        data(c->notes->minimum);
        printf("..");
        data(c->notes->maximum);
    }
    text("matches", c->notes->pattern.value);
    text("length", c->notes->max_length.text);
    if (c->notes->references.column != NULL) {
        printf(" references %s.%s", c->notes->references.output->decl.path,
               c->notes->references.column->decl.name);
    }
    if (c->notes->from.column != NULL) {
        printf(" from %s.%s", c->notes->from.output->decl.path, c->notes->from.column->decl.name);
    }
    text("declassified", c->notes->declassified.value);
    text("deprecated", c->notes->deprecated.value);
    text("renamed_from", c->notes->renamed_from.value);
    text("example", c->notes->example.value);
    tags(&c->tags);
    doc(&c->decl);
    printf("\n");
}

static void rule(const struct rule *r, int depth)
{
    static const char *const kinds[] = {"unique",  "key",     "complete", "compare",    "in",
                                        "matches", "between", "metric",   "references", "sql",
                                        "length",  "any",     "all"};
    static const char *const operators[] = {"==", "!=", "<", "<=", ">", ">="};
    printf("%*s%s%s", depth, "", r->implied ? "implied " : "", kinds[r->kind]);
    for (size_t i = 0; i < r->columns.len; i++) {
        printf(" %s", r->columns.at[i]->decl.name);
    }
    if (r->kind == RULE_METRIC) {
        printf(" metric%d", (int)r->metric);
    }
    text("sql", r->sql.value);
    if (r->operand != NULL) {
        printf(" %s ", r->kind == RULE_IN || r->upper != NULL ? "in" : operators[r->comparison]);
        data(r->operand);
    }
    if (r->upper != NULL) {
        printf("..");
        data(r->upper);
    }
    if (r->references != NULL) {
        printf(" -> %s", r->references->decl.path);
        for (size_t i = 0; i < r->referenced.len; i++) {
            printf(" %s", r->referenced.at[i]->decl.name);
        }
    }
    text("where", r->where.value);
    text("severity", r->severity.value);
    text("dimension", r->dimension.value);
    printf("\n");
    for (const struct rule *child = r->children; child != NULL; child = child->next) {
        rule(child, depth + 2);
    }
}

static void output(const struct output *o)
{
    printf("  output %s of %s %s format=%s", o->decl.path,
           o->schema != NULL ? o->schema->decl.path : "-", status_word(o->status),
           o->format == FORMAT_NONE ? "-" : format_word(o->format));
    text("version", o->version.value);
    text("location", o->location.value);
    text("table", o->table.value);
    text("delimiter", o->options.delimiter.value);
    text("skip_header", o->options.skip_header.text);
    text("compression", o->options.compression.value);
    text("serde", o->serde.library.value);
    truth("existing", o->existing);
    for (size_t i = 0; i < o->partition.len; i++) {
        printf(" by:%s", o->partition.at[i]->decl.name);
    }
    for (size_t i = 0; i < o->inputs.len; i++) {
        const struct input *in = &o->inputs.at[i];
        printf(" <-%s", in->output != NULL ? in->output->decl.path : in->external);
    }
    text("replaced_by", o->replaced_by != NULL ? o->replaced_by->decl.path : NULL);
    for (int p = 0; p < PROMISE_COUNT; p++) {
        for (const struct promised *v = o->promises[p]; v != NULL; v = v->next) {
            printf(" %s=%s%s%s", promise_word((enum promise)p), v->value.text, v->driver ? "/" : "",
                   v->driver ? v->driver : "");
        }
    }
    text("delete", o->lifecycle.delete.text);
    if (o->crawl.given) {
        text("crawl", o->crawl.schedule.value != NULL ? o->crawl.schedule.value : "yes");
    }
    text("quality_schedule", o->quality_schedule.value);
    tags(&o->tags);
    if (o->properties != NULL) {
        printf(" properties=");
        data(o->properties);
    }
    printf("\n");
    for (const struct rule *r = o->rules; r != NULL; r = r->next) {
        rule(r, 4);
    }
}

static void product(const struct product *p)
{
    printf("product %s", p->decl.path);
    text("owner", p->owner != NULL ? p->owner->decl.path : NULL);
    text("title", p->title.value);
    truth("everyone", p->shared_with_everyone);
    for (size_t i = 0; i < p->shared_with.len; i++) {
        text("shared_with", p->shared_with.at[i]->decl.path);
    }
    if (p->custom != NULL) {
        printf(" custom=");
        data(p->custom);
    }
    doc(&p->decl);
    printf("\n");
    for (size_t i = 0; i < p->outputs.len; i++) {
        output(p->outputs.at[i]);
    }
}

static void steps(const char *label, const struct step *first)
{
    static const char *const kinds[] = {
        [STEP_LAMBDA] = "lambda",     [STEP_GLUE] = "glue",     [STEP_ATHENA] = "athena",
        [STEP_BATCH] = "batch",       [STEP_EMR] = "emr",       [STEP_CALL] = "call",
        [STEP_CRAWL] = "crawl",       [STEP_CHECK] = "check",   [STEP_RUN] = "run",
        [STEP_WAIT] = "wait",         [STEP_NOTIFY] = "notify", [STEP_SUCCEED] = "succeed",
        [STEP_FAIL] = "fail",         [STEP_SET] = "set",       [STEP_RAW] = "raw",
        [STEP_PARALLEL] = "parallel", [STEP_MAP] = "map",       [STEP_POLL] = "poll",
        [STEP_CHOOSE] = "choose",     [STEP_TRY] = "try",
    };
    for (const struct step *s = first; s != NULL; s = s->next) {
        printf("  %s %s: %s", label, s->name, kinds[s->kind]);
        text("target", s->target.value);
        text("cause", s->cause.value);
        text("product", s->output != NULL ? s->output->decl.path : NULL);
        text("run", s->run != NULL ? s->run->decl.path : NULL);
        text("channel", s->channel != NULL ? s->channel->decl.path : NULL);
        text("workgroup", s->workgroup != NULL ? s->workgroup->decl.path : NULL);
        text("seconds", s->seconds.text);
        text("until", s->until.value);
        text("timeout", s->timeout.text);
        text("heartbeat", s->heartbeat.text);
        text("result", s->result == RESULT_PATH ? s->result_path : NULL);
        if (s->arguments != NULL) {
            printf(" arguments=");
            data(s->arguments);
        }
        for (const struct retry *r = s->retries; r != NULL; r = r->next) {
            printf(" retry(%zu errors", r->errors.len);
            text("attempts", r->attempts.text);
            text("interval", r->interval.text);
            text("backoff", r->backoff);
            text("max_delay", r->max_delay.text);
            printf(" jitter%d)", (int)r->jitter);
        }
        printf("\n");
    }
}

static void pipeline(const struct pipeline *p)
{
    printf("pipeline %s", p->decl.path);
    text("name", p->machine.value);
    text("role", p->role != NULL ? p->role->decl.path : NULL);
    for (size_t i = 0; i < p->produces.len; i++) {
        text("produces", p->produces.at[i]->decl.path);
    }
    for (size_t i = 0; i < p->triggers.len; i++) {
        const struct trigger *t = &p->triggers.at[i];
        printf(" %s/%llds", t->expression, (long long)t->period);
        text("timezone", t->timezone.value);
        text("retries", t->retries.text);
        text("max_age", t->max_age.text);
        if (t->input != NULL) {
            data(t->input);
        }
    }
    text("timeout", p->timeout.text);
    truth("express", p->express);
    truth("skip", p->overlap_skip);
    truth("existing", p->existing);
    text("alerts", p->alerts != NULL ? p->alerts->decl.path : NULL);
    doc(&p->decl);
    printf("\n");
    steps("step", p->steps);
    steps("on_failure", p->on_failure);
}

static void target(const struct grant *g)
{
    static const char *const targets[] = {"database", "table",     "tables", "location", "catalog",
                                          "tagged",   "databases", "tag",    "link"};
    printf(" on %s %s", targets[g->target],
           g->domain != NULL            ? g->domain->decl.path
           : g->location != NULL        ? g->location
           : g->link != NULL            ? g->link->decl.path
           : g->expression.list.len > 0 ? g->expression.text
                                        : "");
    for (size_t i = 0; i < g->outputs.len; i++) {
        printf("%s ", g->outputs.at[i]->decl.path);
    }
    if (g->has_columns) {
        printf("%s(", g->except ? "except" : "");
        const char *between = "";
        for (size_t i = 0; i < g->columns.len; i++) {
            if (g->columns.at[i] == NULL) {
                continue; /* reported */
            }
            printf("%s%s", between, g->columns.at[i]->decl.name);
            between = " ";
        }
        printf(")");
    }
}

static void statement(const char *verb, const struct grant *g)
{
    printf("%s", verb);
    for (size_t i = 0; i < g->written_count; i++) {
        printf(" %s", permission_word(g->written[i].bit));
    }
    target(g);
    printf(" to%s", g->everyone ? " everyone" : "");
    for (size_t i = 0; i < g->to.len; i++) {
        printf(" %s", g->to.at[i]->decl.path);
    }
    for (size_t i = 0; i < g->except_for.len; i++) {
        printf("%s %s", i > 0 ? "" : " except", g->except_for.at[i]->decl.path);
    }
    text("inside", g->inside != NULL ? g->inside->decl.path : NULL);
    text("where", g->where != NULL ? g->where->canonical : NULL);
    text("until", g->until);
    text("because", g->because);
    printf("\n");
}

static void grant(const struct grant *g)
{
    statement("grant", g);
}

static void request(const struct grant *g)
{
    statement("request", g);
}

static void promise(const struct grant *g)
{
    statement("forbid", g);
}

static void domain(const struct domain *d)
{
    printf("domain %s", d->decl.path);
    text("owner", d->owner != NULL ? d->owner->decl.path : NULL);
    text("contact", d->contact.value);
    text("account", d->account != NULL ? d->account->decl.path : NULL);
    text("database", d->database.value);
    if (d->storage.declared) {
        printf(" storage(%s%s%s%s)",
               d->storage.bucket.value != NULL ? d->storage.bucket.value : "-",
               d->storage.existing ? " existing" : "",
               d->storage.encryption == ENCRYPTION_KMS ? " kms" : "",
               d->storage.versioning ? "" : " unversioned");
    }
    text("bytes_limit", d->bytes_limit.text);
    text("alerts", d->alerts != NULL ? d->alerts->decl.path : NULL);
    truth("existing", d->existing);
    tags(&d->tags);
    doc(&d->decl);
    printf("\n");
}

static void principal(const struct principal *p)
{
    static const char *const kinds[] = {"role",         "user", "group",   "account",
                                        "organization", "team", "pipeline"};
    printf("%s %s aws=%s", kinds[p->kind], p->decl.path, p->aws_name);
    text("arn", p->arn.value);
    text("account", p->account != NULL ? p->account->decl.path : NULL);
    for (size_t i = 0; i < p->members.len; i++) {
        printf(" +%s", p->members.at[i]->decl.path);
    }
    doc(&p->decl);
    printf("\n");
}

static void others(const struct mesh *m)
{
    for (size_t i = 0; i < m->tags.len; i++) {
        const struct tag *t = m->tags.at[i];
        printf("tag %s", t->decl.path);
        for (size_t k = 0; k < t->values.len; k++) {
            printf("%s%s", k == 0 ? " " : t->ordered ? " < " : " | ", t->values.at[k]);
        }
        text("default", t->default_value);
        printf("\n");
    }
    for (size_t i = 0; i < m->guardrails.len; i++) {
        const struct guardrail *g = m->guardrails.at[i];
        printf("guardrail %s", g->decl.path);
        text("managed", g->managed.value);
        text("lambda", g->lambda.value);
        text("frequency", g->frequency.value);
        for (size_t k = 0; k < g->resources.len; k++) {
            printf(" %s", g->resources.at[k].value);
        }
        if (g->parameters != NULL) {
            data(g->parameters);
        }
        printf("\n");
    }
    for (size_t i = 0; i < m->channels.len; i++) {
        const struct channel *c = m->channels.at[i];
        printf("channel %s", c->decl.path);
        text("arn", c->arn.value);
        for (size_t k = 0; k < c->emails.len; k++) {
            printf(" %s", c->emails.at[k].value);
        }
        printf("\n");
    }
}

static void deployment(const struct deployment *d)
{
    const struct mesh *m = d->mesh;
    printf("deployment %s region=%s account=%s partition=%s suffix='%s' schedules=%s bucket=%s\n",
           d->name != NULL ? d->name : "-", d->region != NULL ? d->region : "-",
           d->governance->id != NULL ? d->governance->id : "-",
           d->partition != NULL ? d->partition : "-", d->suffix, d->schedules ? "on" : "off",
           d->mesh_bucket != NULL ? d->mesh_bucket : "-");
    for (size_t i = 0; d->accounts.len > 1 && i < d->accounts.len; i++) {
        const struct deployment_account *a = d->accounts.at[i];
        printf("  account %s %s%s%s%s\n", a->id != NULL ? a->id : "-",
               a->account != NULL ? a->account->decl.path : "-",
               a->is_governance ? " governance" : "", a->has_stacks ? " stacks" : "",
               a->has_governance_stack ? " own stack" : "");
    }
    for (size_t i = 0; i < m->domains.len; i++) {
        const struct domain_names *n = &d->domains[i];
        printf("  %s: %s %s%s %s %s", m->domains.at[i]->decl.path, n->database,
               n->bucket != NULL ? n->bucket : "-", n->bucket_made_here ? " (made)" : "",
               n->workgroup, n->topic);
        if (d->accounts.len > 1) {
            printf(" in %s catalog %s", n->account->id, n->catalog->id);
        }
        printf("\n");
    }
    for (size_t i = 0; i < m->outputs.len; i++) {
        const struct table_names *n = &d->tables[i];
        printf("  %s: %s.%s %s\n", m->outputs.at[i]->decl.path, n->database, n->table,
               n->uri != NULL ? n->uri : "-");
    }
    for (size_t i = 0; i < m->pipelines.len; i++) {
        printf("  %s: %s\n", m->pipelines.at[i]->decl.path, d->machines[i]);
    }
}

static void mesh(const struct mesh *m)
{
    printf("mesh %s", m->decl.name);
    text("region", m->region.value);
    text("account", m->account_id.value);
    text("bucket", m->bucket.value);
    text("alerts", m->alerts != NULL ? m->alerts->decl.path : NULL);
    for (size_t i = 0; i < m->admins.len; i++) {
        text("admin", m->admins.at[i]->decl.path);
    }
    doc(&m->decl);
    printf("\n");
#define EACH(list, print)                                                                          \
    for (size_t i = 0; i < m->list.len; i++) {                                                     \
        print(m->list.at[i]);                                                                      \
    }
    EACH(principals, principal)
    EACH(domains, domain)
    for (size_t i = 0; i < m->schemas.len; i++) {
        printf("schema %s%s\n", m->schemas.at[i]->decl.path,
               m->schemas.at[i]->broken ? " broken" : "");
        for (size_t k = 0; k < m->schemas.at[i]->columns.len; k++) {
            column(m->schemas.at[i]->columns.at[k]);
        }
    }
    EACH(products, product)
    EACH(pipelines, pipeline)
    EACH(grants, grant)
    EACH(requests, request)
    EACH(promises, promise)
    others(m);
}

int main(int argc, char **argv)
{
    struct session s;
    struct tree *trees[64];
    size_t count = 0;
    session_init(&s);
    for (int i = 1; i < argc && count < 64; i++) {
        struct source *source = source_load(&s, argv[i], argv[i]);
        if (source != NULL) {
            trees[count++] = parse_file(&s, source);
        }
    }
    struct mesh *m = model_build(&s, trees, count);
    struct deployments all = {0};
    deployments_make(&s, m, &all);
    mesh(m);
    for (size_t i = 0; i < all.list.len; i++) {
        deployment(all.list.at[i]);
    }
    struct buf out = {0};
    diag_sort(&s);
    render_diagnostics(&s, &out, RENDER_TEXT, false);
    printf("%s", out.at == NULL ? "" : out.at);
    buf_free(&out);
    session_free(&s);
    return 0;
}
