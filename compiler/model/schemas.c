/* schemas.c - schemas and named types: columns in order, includes, cycles, references between
 * columns. */
#include "model/elab.h"

#include "base/suggest.h"
#include <string.h>

enum {
    SCHEMA_DEPTH = 200, /* schemas inside schemas */
    FEW_COLUMNS = 32,   /* up to here a list is searched, above it a map */
    COLUMNS_MAX = 10000 /* of one schema with its includes; Glue documents no figure */
};

const struct column_notes no_column_notes;

struct column *schema_column(struct elab *e, const struct schema *schema, atom name)
{
    if (schema->columns.len > FEW_COLUMNS) {
        return map_get(&e->columns, schema, name);
    }
    for (size_t i = 0; i < schema->columns.len; i++) {
        if (schema->columns.at[i]->decl.name == name) {
            return schema->columns.at[i];
        }
    }
    return NULL;
}

struct column *column_resolve(struct elab *e, const struct schema *schema,
                              const struct value *value)
{
    if (value->kind != VALUE_PATH && value->kind != VALUE_STRING) {
        if (value->kind != VALUE_ERROR && report_once(e, value)) {
            diag(e->s, D_WRONG_TYPE, value->span,
                 "the name of a column is expected here; this is %s", value_word(value));
        }
        return NULL;
    }
    if (schema == NULL) {
        return NULL;
    }
    struct column *column = schema_column(e, schema, value->text);
    if (column == NULL && !schema->broken) {
        struct diag *d = diag(e->s, D_UNKNOWN_COLUMN, value->span, "schema '%s' has no column '%s'",
                              schema->decl.path, value->text);
        struct suggestion suggestion = suggest_for(value->text);
        for (size_t i = 0; i < schema->columns.len && e->suggestions++ < 1000000; i++) {
            suggest_offer(&suggestion, schema->columns.at[i]->decl.name);
        }
        diag_suggest(e->s, d, suggestion.best);
        diag_place(e->s, d, schema->decl.at, "the schema");
    }
    return column;
}

/* ---- columns --------------------------------------------------------------------------------- */

/* Puts a column at the end unless its name is taken; `at`: where to report that. */
static void add_column(struct elab *e, struct schema *schema, struct column *column, struct span at)
{
    const struct column *same = schema_column(e, schema, column->decl.name);
    if (same != NULL) {
        struct diag *d =
            diag(e->s, D_DUPLICATE_COLUMN, at, "a second column '%s'", column->decl.name);
        diag_place(e->s, d, same->decl.at, "the first one is here");
        e->work += 10; /* a report costs more than a column */
        return;
    }
    if (schema->columns.len == COLUMNS_MAX) {
        if (report_once(e, schema)) {
            struct diag *d = diag(e->s, D_TOO_MANY_COLUMNS, at,
                                  "schema '%s' has more than %d columns, includes expanded",
                                  schema->decl.path, (int)COLUMNS_MAX);
            diag_help(e->s, d, "a struct holds columns that belong together");
        }
        schema->broken = true;
        return;
    }
    column->decl.index = (uint32_t)schema->columns.len;
    vec_push(e->arena, &schema->columns, column);
    if (schema->columns.len == FEW_COLUMNS + 1) {
        for (size_t i = 0; i < schema->columns.len; i++) {
            map_put(&e->columns, schema, schema->columns.at[i]->decl.name, schema->columns.at[i]);
        }
    } else if (schema->columns.len > FEW_COLUMNS) {
        map_put(&e->columns, schema, column->decl.name, column);
    }
}

static void read_column(struct elab *e, const struct declared *d, const struct column_decl *decl)
{
    struct schema *schema = d->thing;
    struct column *column = arena_new(e->arena, struct column);
    struct taggings inner = {0};
    if (decl->label.text == NULL) {
        return;
    }
    column->physical = names_lower(e, decl->label.text);
    column->notes = &no_column_notes;
    struct type *type = type_from(e, d->domain, decl->type, column, &inner);
    column->decl = (struct decl){
        decl->label.text, decl->label.text, decl->label.span, item_doc(&decl->item), 0, false};
    column->type = type;
    column->type_at = type_span(decl->type);
    annotations_apply(e, decl->annotations, column, d->domain);
    tags_lift(e, &column->tags, &inner, decl->label.span);
    schema->broken = schema->broken || type->kind == TYPE_ERROR;
    add_column(e, schema, column, decl->label.span);
}

/* `include Other`: its columns, each a struct of its own because place and key position differ. */
static void read_include(struct elab *e, const struct declared *d, const struct include *include)
{
    struct schema *schema = d->thing;
    if (include->schema.text == NULL) {
        return;
    }
    struct declared *other =
        names_resolve(e, KINDS(KIND_SCHEMA), d->domain, include->schema.text, include->schema.span);
    if (other == NULL || !schema_complete(e, other, include->schema.span)) {
        schema->broken = true;
        return;
    }
    if (other->type != NULL) {
        diag(e->s, D_WRONG_KIND, include->schema.span, "'%s' is a type; a schema is expected here",
             include->schema.text);
        return;
    }
    const struct schema *from = other->thing;
    schema->broken = schema->broken || from->broken;
    for (size_t i = 0; i < from->columns.len && schema->columns.len < COLUMNS_MAX; i++) {
        if (!elab_affords(e, 1, include->schema.span)) {
            schema->broken = true;
            return;
        }
        struct column *column = arena_new(e->arena, struct column);
        *column = *from->columns.at[i];
        add_column(e, schema, column, include->schema.span);
    }
}

/* Lists the columns that have more than a type, and counts those of the key. */
static void mark_columns(struct elab *e, struct schema *schema)
{
    uint32_t position = 0;
    for (size_t i = 0; i < schema->columns.len; i++) {
        struct column *column = schema->columns.at[i];
        if (column->key) {
            column->key_position = ++position;
        }
        if (column->key || column->required || column->unique ||
            column->notes != &no_column_notes || column->tags.list.len > 0) {
            vec_push(e->arena, &schema->marked, column);
        }
    }
}

static void read_schema(struct elab *e, const struct declared *d)
{
    struct schema *schema = d->thing;
    schema->columns.at = arena_array(e->arena, struct column *, d->block->columns);
    schema->columns.cap = d->block->columns; /* most schemas include nothing */
    schema->decl.doc = item_doc(&d->block->item);
    for (const struct item *item = d->block->items; item != NULL; item = item->next) {
        item_ahead(item);
        if (item->kind == ITEM_COLUMN) {
            read_column(e, d, item_as_const(column_decl, item));
        } else if (item->kind == ITEM_INCLUDE) {
            read_include(e, d, item_as_const(include, item));
        } else if (item->kind == ITEM_ERROR) {
            schema->broken = true;
        }
    }
    mark_columns(e, schema);
}

static void read_type(struct elab *e, const struct declared *d)
{
    struct column *prototype = d->thing;
    struct decl decl = prototype->decl;
    struct taggings inner = {0};
    prototype->notes = &no_column_notes;
    struct type *type = type_from(e, NULL, d->type->type, prototype, &inner);
    prototype->decl = decl;
    prototype->type = type;
    prototype->type_at = type_span(d->type->type);
    annotations_apply(e, d->type->annotations, prototype, NULL);
    tags_lift(e, &prototype->tags, &inner, decl.at);
    if (inner.list.len > 0) {
        struct taggings *inside = arena_new(e->arena, struct taggings);
        tags_gather(e, inside, &inner);
        map_put(&e->insides, prototype, NULL, inside);
    }
}

/* ---- order and cycles ------------------------------------------------------------------------ */

static void report_cycle(struct elab *e, const struct declared *d, struct span used_at)
{
    const char *text = "";
    size_t i = 0;
    while (e->chain.at[i] != d) {
        i++;
    }
    size_t shown = 0;
    for (; i < e->chain.len && shown < 20; i++, shown++) {
        text = arena_format(e->arena, "%s%s -> ", text,
                            ((const struct decl *)e->chain.at[i]->thing)->path);
    }
    const struct decl *decl = d->thing;
    struct diag *report = diag(e->s, D_SCHEMA_CYCLE, used_at, "'%s' holds itself: %s%s", decl->path,
                               text, i < e->chain.len ? "..." : decl->path);
    diag_place(e->s, report, decl->at, "declared here");
}

static void complete(struct elab *e, struct declared *d)
{
    unsigned around = e->depth;
    e->depth = 0;
    d->progress = PROGRESS_BUSY;
    vec_push(e->arena, &e->chain, d);
    if (d->type != NULL) {
        read_type(e, d);
    } else {
        read_schema(e, d);
    }
    e->chain.len--;
    d->progress = PROGRESS_DONE;
    d->depth = e->depth + 1;
    e->depth = around;
}

bool schema_complete(struct elab *e, struct declared *d, struct span used_at)
{
    if (d->progress == PROGRESS_BUSY) {
        report_cycle(e, d, used_at);
        return false;
    }
    if (d->progress == PROGRESS_NEW && e->chain.len < SCHEMA_DEPTH) {
        complete(e, d);
    }
    if (d->progress == PROGRESS_NEW || (d->depth >= SCHEMA_DEPTH && e->chain.len > 0)) {
        diag(e->s, D_SCHEMA_TOO_DEEP, used_at,
             "schemas and types stand inside each other more than %d deep", SCHEMA_DEPTH);
        return false;
    }
    e->depth = d->depth > e->depth ? d->depth : e->depth;
    return true;
}

void schemas_build(struct elab *e)
{
    for (size_t i = 0; i < e->of_kind[KIND_SCHEMA].len; i++) {
        schema_complete(e, e->of_kind[KIND_SCHEMA].at[i], (struct span){0, 0});
    }
}

/* ---- references ------------------------------------------------------------------------------ */

static void resolve_reference(struct elab *e, const struct pending *p)
{
    atom path = p->path->text;
    const char *dot = strrchr(path, '.');
    if (dot == NULL) {
        diag(e->s, D_REFERENCE_FORM, p->path->span,
             "a product and its column are expected: product.column");
        return;
    }
    atom product = atom_put(&e->s->atoms, path, (size_t)(dot - path));
    struct span at = {p->path->span.lo, p->path->span.lo + (uint32_t)(dot - path)};
    struct declared *d = names_resolve(e, KINDS_PRODUCT, p->scope, product, at);
    if (d == NULL) {
        return;
    }
    struct output *output = d->thing;
    if (d->kind == KIND_PRODUCT) {
        const struct product *of = d->thing;
        if (of->outputs.len != 1) {
            diag(e->s, D_NEEDS_ONE_OUTPUT, at, "product '%s' has several outputs: name one",
                 of->decl.path);
            return;
        }
        output = of->outputs.at[0];
    }
    struct value column = {.kind = VALUE_PATH,
                           .text = atom_of(&e->s->atoms, dot + 1),
                           .span = {at.hi + 1, p->path->span.hi}};
    struct column *found = column_resolve(e, output->schema, &column);
    if (found == NULL) {
        return;
    }
    if (p->from) {
        p->notes->from.output = output;
        p->notes->from.column = found;
    } else {
        p->notes->references.output = output;
        p->notes->references.column = found;
    }
}

void notes_copied(struct elab *e, const struct column_notes *from, struct column_notes *to)
{
    if (from->references.at.lo != 0 || from->from.at.lo != 0) {
        vec_push(e->arena, &e->copies, (struct notes_copy){from, to});
    }
}

void schemas_references(struct elab *e)
{
    for (size_t i = 0; i < e->pending.len; i++) {
        resolve_reference(e, &e->pending.at[i]);
    }
    for (size_t i = 0; i < e->copies.len;
         i++) { /* in the order made: copies of copies come later */
        const struct column_notes *from = e->copies.at[i].from;
        struct column_notes *to = e->copies.at[i].to;
        if (to->references.at.lo == from->references.at.lo) {
            to->references = from->references;
        }
        if (to->from.at.lo == from->from.at.lo) {
            to->from = from->from;
        }
    }
}
