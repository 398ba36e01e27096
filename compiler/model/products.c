/* products.c - products and their outputs. */
#include "model/elab.h"

#include "base/suggest.h"
#include <stdlib.h>
#include <string.h>

/* ---- schemas of outputs ---------------------------------------------------------------------- */

/* Stands in where a schema was named that does not exist: nothing is reported about its columns. */
static struct schema *broken_schema(struct elab *e)
{
    if (e->broken_schema == NULL) {
        e->broken_schema = arena_new(e->arena, struct schema);
        e->broken_schema->broken = true;
        e->broken_schema->decl.name = e->broken_schema->decl.path = atom_of(&e->s->atoms, "?");
    }
    return e->broken_schema;
}

static struct schema *schema_of(struct elab *e, const struct name *of, const struct domain *scope)
{
    if (of->text == NULL) {
        return NULL;
    }
    struct declared *d = names_resolve(e, KINDS(KIND_SCHEMA), scope, of->text, of->span);
    if (d != NULL && d->type != NULL) {
        diag(e->s, D_WRONG_KIND, of->span, "'%s' is a type; a schema is expected here", of->text);
        d = NULL;
    }
    return d == NULL ? broken_schema(e) : d->thing;
}

/* The output blocks of a product's block, in the order in which scope.c made outputs of them. */
static const struct block *next_output(const struct item **at)
{
    for (; *at != NULL; *at = (*at)->next) {
        const struct block *block = item_as_const(block, *at);
        if ((*at)->kind == ITEM_BLOCK && block->kind == KIND_OUTPUT && block->name.text != NULL) {
            *at = (*at)->next;
            return block;
        }
    }
    return NULL;
}

void products_schemas(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_PRODUCT].len; i++) {
        const struct declared *d = e->of_kind[KIND_PRODUCT].at[i];
        struct product *product = d->thing;
        struct schema *schema = schema_of(e, &d->block->of, d->domain);
        const struct item *at = d->block->items;
        for (size_t k = 0; k < product->outputs.len; k++) {
            bool named = product->outputs.at[k]->decl.name != NULL;
            const struct block *block = named ? next_output(&at) : NULL;
            struct schema *own = block == NULL ? NULL : schema_of(e, &block->of, d->domain);
            product->outputs.at[k]->schema = own != NULL ? own : schema;
        }
    }
}

/* ---- inputs ---------------------------------------------------------------------------------- */

static int by_output(const void *left, const void *right)
{
    const struct input *a = left, *b = right;
    return strcmp(a->output->decl.path, b->output->decl.path);
}

static void read_input(struct elab *e, struct output *output, const struct value *value)
{
    struct input input = {.at = value->span};
    struct body options;
    if (value->has_options) {
        body_read(e, KIND_INPUT_OPTIONS, value->options, value->span, NULL, &options);
        input.description = body_text(&options, "description").value;
    }
    if (value->kind == VALUE_STRING) {
        input.external = value->text;
        vec_push(e->arena, &output->inputs, input);
        return;
    }
    struct declared *d = names_resolve_value(e, KINDS_PRODUCT, output->domain, value);
    if (d == NULL) {
        return;
    }
    if (d->kind == KIND_OUTPUT) {
        input.output = d->thing;
        vec_push(e->arena, &output->inputs, input);
        return;
    }
    const struct product *product = d->thing;
    if (!elab_affords(e, product->outputs.len, value->span)) {
        return;
    }
    size_t before = output->inputs.len;
    for (size_t i = 0; i < product->outputs.len; i++) { /* a product means all its outputs */
        input.output = product->outputs.at[i];
        vec_push(e->arena, &output->inputs, input);
    }
    qsort(output->inputs.at + before, output->inputs.len - before, sizeof *output->inputs.at,
          by_output);
}

static struct output *single_output(struct elab *e, const struct declared *d, struct span at)
{
    if (d == NULL || d->kind == KIND_OUTPUT) {
        return d == NULL ? NULL : d->thing;
    }
    const struct product *product = d->thing;
    if (product->outputs.len != 1) {
        diag(e->s, D_NEEDS_ONE_OUTPUT, at, "product '%s' has several outputs: name one",
             product->decl.path);
    }
    return product->outputs.at[0];
}

/* `replaced_by: v2` may name an output of the same product. */
static void read_replaced_by(struct elab *e, struct output *output, const struct body *body)
{
    const struct value *value = body_value(body, "replaced_by");
    if (value == NULL) {
        return;
    }
    struct declared *d = NULL;
    if (strchr(value->text, '.') == NULL) {
        atom path = names_join(e, output->product->decl.path, value->text);
        d = names_find(e, KINDS(KIND_OUTPUT), NULL, path);
    }
    if (d == NULL) {
        d = names_resolve_value(e, KINDS_PRODUCT, output->domain, value);
    }
    output->replaced_by = single_output(e, d, value->span);
}

/* ---- promises -------------------------------------------------------------------------------- */

static void read_sla(struct elab *e, struct output *output, const struct body *body)
{
    struct body sla, options;
    if (!body_child(e, body, KIND_SLA, &sla)) {
        return;
    }
    for (int p = 0; p < PROMISE_COUNT; p++) {
        struct promised **tail = &output->promises[p];
        const struct value *value = body_value(&sla, promise_word((enum promise)p));
        for (value = value_items(value); value != NULL; value = value->next) {
            struct promised *promised = arena_new(e->arena, struct promised);
            promised->value = value_amount(value);
            if (value->has_options) {
                body_read(e, KIND_SLA_OPTIONS, value->options, value->span, NULL, &options);
                promised->driver = body_text(&options, "driver").value;
            }
            *tail = promised;
            tail = &promised->next;
        }
    }
}

static void read_lifecycle(struct elab *e, struct output *output, const struct body *body)
{
    struct body inner;
    if (body_child(e, body, KIND_LIFECYCLE, &inner)) {
        output->lifecycle.infrequent_access = body_amount(&inner, "infrequent_access");
        output->lifecycle.archive = body_amount(&inner, "archive");
        output->lifecycle.delete = body_amount(&inner, "delete");
    }
}

static void read_crawl(struct elab *e, struct output *output, const struct body *body)
{
    struct body inner;
    if (!body_child(e, body, KIND_CRAWL, &inner)) {
        return;
    }
    output->crawl.given = true;
    output->crawl.at = inner.head;
    const struct value *schedule = body_value(&inner, "schedule");
    if (schedule != NULL) {
        output->crawl.schedule = (struct text){schedule_as_cron(e, schedule), schedule->span};
    }
    output->crawl.role = body_principal(e, &inner, "role", KINDS(KIND_ROLE), output->domain, NULL);
    if (output->crawl.role != NULL) {
        vec_push(e->arena, &output->crawl.role->runs.crawls, output);
    }
}

/* ---- outputs and products -------------------------------------------------------------------- */

static void read_output(struct elab *e, struct output *output, const struct body *body)
{
    struct body inner;
    if (!elab_affords(e, 1, output->decl.at)) {
        output->schema = broken_schema(e);
        return;
    }
    int status = body_choice(body, "status");
    output->status = status < 0 ? STATUS_DRAFT : (enum status)status;
    output->version = body_text(body, "version");
    output->existing = body_bool(body, "existing", false);
    output->table = value_text(body_own(body, "table") ? body_own(body, "table")->value : NULL);
    layout_read(e, output, body);
    for (const struct value *v = value_items(body_value(body, "inputs")); v != NULL; v = v->next) {
        read_input(e, output, v);
    }
    if (body_child(e, body, KIND_PROPERTIES, &inner)) {
        output->properties = data_map(e, &inner, DATA_TEXTS);
    }
    read_sla(e, output, body);
    read_lifecycle(e, output, body);
    read_crawl(e, output, body);
    read_replaced_by(e, output, body);
    if (body_child(e, body, KIND_TAGS, &inner)) {
        tags_from_block(e, &inner, &output->tags);
    }
    tags_inherit(e, &output->tags, &output->domain->tags);
    if (output->schema == NULL && !output->crawl.given && !output->existing) {
        struct diag *d =
            diag(e->s, D_NO_SCHEMA, output->decl.at, "'%s' has no schema", output->decl.path);
        diag_help(e->s, d,
                  "write `of SCHEMA` after the name; only what is crawled or exists goes without");
        output->schema = broken_schema(e);
    }
    quality_build(e, output, body);
}

static void read_shared_with(struct elab *e, struct product *product, const struct body *body)
{
    for (const struct value *v = value_items(body_value(body, "shared_with")); v != NULL;
         v = v->next) {
        if (v->kind == VALUE_PATH && strcmp(v->text, "everyone") == 0) {
            product->shared_with_everyone = true;
            continue;
        }
        struct declared *d = names_resolve_value(e, KINDS(KIND_DOMAIN), NULL, v);
        if (d != NULL && elab_affords(e, 4, v->span)) {
            vec_push(e->arena, &product->shared_with, d->thing);
        }
    }
}

static void read_outputs(struct elab *e, struct product *product, const struct block *block,
                         struct body *body)
{
    const struct item *at = block->items;
    const struct block *inner = next_output(&at);
    if (inner == NULL) {
        product->outputs.at[0]->decl.doc = product->decl.doc;
        read_output(e, product->outputs.at[0], body);
        return;
    }
    body_deepen(e, body);
    for (size_t i = 0; i < product->outputs.len; i++, inner = next_output(&at)) {
        struct output *output = product->outputs.at[i];
        struct body own;
        body_of_block(e, inner, body, &own);
        annotations_refuse(e, inner->annotations, "output");
        body_describe(e, &own, &inner->item, &output->decl);
        if (output->decl.doc == NULL) {
            output->decl.doc = product->decl.doc;
        }
        read_output(e, output, &own);
    }
    static const char *const of_outputs[] = {"location", "table"};
    for (size_t i = 0; i < 2; i++) {
        const struct member *member = body_own(body, of_outputs[i]);
        if (member != NULL) {
            diag(e->s, D_BELONGS_TO_OUTPUT, member->label.span,
                 "a product with named outputs has no '%s' of its own: it belongs into the outputs",
                 of_outputs[i]);
        }
    }
}

static void build_product(struct elab *e, struct declared *d)
{
    struct product *product = d->thing;
    struct body body, inner;
    body_of_block(e, d->block, defaults_of(e, d->domain, KIND_PRODUCT), &body);
    body_describe(e, &body, &d->block->item, &product->decl);
    product->owner =
        body_principal(e, &body, "owner", KINDS_PRINCIPAL, d->domain, &product->owner_at);
    if (product->owner == NULL) {
        product->owner = d->domain->owner;
        product->owner_at = product->owner_at.lo != 0 ? product->owner_at : d->domain->owner_at;
    }
    int status = body_choice(&body, "status");
    product->status = status < 0 ? STATUS_DRAFT : (enum status)status;
    product->version = body_text(&body, "version");
    product->title = body_text(&body, "title");
    product->purpose = body_text(&body, "purpose");
    product->limitations = body_text(&body, "limitations");
    product->usage = body_text(&body, "usage");
    product->support = body_text(&body, "support");
    product->existing = body_bool(&body, "existing", false);
    product->own_stack = body_choice(&body, "stack") == 1;
    product->own_stack_at =
        product->own_stack ? body_value(&body, "stack")->span : product->decl.at;
    read_shared_with(e, product, &body);
    if (elab_affords(e, 1, product->decl.at) && body_child(e, &body, KIND_CUSTOM, &inner)) {
        product->custom = data_map(e, &inner, 0);
    }
    read_outputs(e, product, d->block, &body);
}

void products_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_PRODUCT].len; i++) {
        build_product(e, e->of_kind[KIND_PRODUCT].at[i]);
    }
}
