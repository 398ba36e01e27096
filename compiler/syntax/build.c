/* build.c - builders of the tree, called by the actions of grammar/mesh.y: blocks, members, values,
 * types, conditions. Steps and statements are in build_statements.c. */
#include "base/suggest.h"
#include "syntax/build.h"

#include <string.h>

/* ---- names ----------------------------------------------------------------------------------- */

struct name no_name(void)
{
    return (struct name){0};
}

struct name word_name(atom word, struct span span)
{
    return (struct name){.text = word, .span = span};
}

struct name text_name(const struct value *text)
{
    return (struct name){.text = text->text, .span = text->span};
}

struct name quoted_name(struct parse *ps, atom word, struct span span)
{
    const char *text = ps->source->text - ps->source->base;
    uint32_t end = span.hi;
    while (end > span.lo + 1 && text[end - 1] != '"')
        end--;
    return (struct name){.text = word, .span = {span.lo, end}};
}

/* ---- items ----------------------------------------------------------------------------------- */

/* The doc comment that stands above the token at that place. */
void doc_at(struct parse *ps, struct item *item, uint32_t place)
{
    size_t low = 0, high = ps->docs.len;
    if (high == 0 || ps->docs.at[high - 1].place < place)
        return;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ps->docs.at[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    struct doc *doc = &ps->docs.at[low];
    if (doc->place != place)
        return;
    doc->used = true;
    literal_reference(ps, doc->text, doc->span);
    struct name *kept = arena_new(&ps->s->trees, struct name);
    *kept = (struct name){doc->text, doc->span};
    item->doc = kept;
}

void add_declaration(struct parse *ps, struct item *item)
{
    if (ps->last_declaration)
        ps->last_declaration->next = item;
    else
        ps->tree->items = item;
    ps->last_declaration = item;
}

struct items add_item(struct parse *ps, struct items items, struct item *item)
{
    (void)ps;
    if (items.last)
        items.last->next = item;
    else
        items.first = item;
    items.last = item;
    return items;
}

void stray_comma(struct parse *ps, struct span span)
{
    ps->tree->complete = false;
    diag(ps->s, D_STRAY_COMMA, span, "no comma between declarations");
}

/* A comma separates: something stands before it (last), and no other comma after that, as there is
 * where `separated` is the same thing. */
static void comma_fits(struct parse *ps, const void *last, const void *separated, struct span comma)
{
    if (!last || last == separated) {
        ps->tree->complete = false;
        diag(ps->s, D_STRAY_COMMA, comma,
             last ? "two commas in a row" : "a comma before anything it could separate");
    }
}

struct items separate(struct parse *ps, struct items items, struct span comma)
{
    comma_fits(ps, items.last, ps->comma_item, comma);
    ps->comma_item = items.last;
    return items;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

/* The word begins no block here: says why, and which kind was probably meant. */
static enum kind unknown_block(struct parse *ps, atom word, struct span span, enum form form,
                               enum kind outer)
{
    ps->tree->complete = false;
    if (ps->error_line == ps->line) /* the scanner said something about this line */
        return KIND_NONE;
    if (form == FORM_MAP) {
        struct diag *d = diag(ps->s, D_UNKNOWN_BLOCK, span, "the key '%s' takes a colon", word);
        diag_help(ps->s, d, "in a map every key has one: %s: ...", word);
        return KIND_NONE;
    }
    if (outer != KIND_NONE && attr_find(outer, word)) {
        struct diag *d =
            diag(ps->s, D_UNKNOWN_BLOCK, span, "the attribute '%s' takes a colon", word);
        diag_help(ps->s, d, "write %s: ...", word);
        return KIND_NONE;
    }
    enum kind elsewhere = outer == KIND_NONE ? KIND_NONE : kind_find(KIND_NONE, word);
    if (elsewhere != KIND_NONE) {
        diag(ps->s, D_UNKNOWN_BLOCK, span, "'%s' does not stand inside '%s'", word,
             kind_info(outer)->word);
        return elsewhere;
    }
    const char *best = kind_suggest(outer, word);
    struct diag *d =
        diag(ps->s, D_UNKNOWN_BLOCK, span,
             outer == KIND_NONE ? "unknown declaration '%s'" : "unknown block '%s'", word);
    if (best)
        diag_suggest(ps->s, d, best);
    else if (outer != KIND_NONE)
        diag_help(ps->s, d, "attributes take a colon");
    return best ? kind_find(outer, best) : KIND_NONE;
}

struct block *block_begin(struct parse *ps, atom word, struct span span)
{
    struct bracket *top = top_bracket(ps);
    enum form form = top ? top->form : FORM_FILE;
    enum kind outer = top ? top->kind : KIND_NONE;
    struct block *block = arena_new(&ps->s->trees, struct block);
    block->item.kind = ITEM_BLOCK;
    block->item.span = span;
    block->word = word_name(word, span);
    if (!top)
        ps->errors = 0, ps->suspect = 0;
    doc_at(ps, &block->item, span.lo);
    bool known = !top || outer != KIND_NONE; /* which blocks may stand here */
    if (known && form != FORM_MAP)
        block->kind = kind_find(outer, word);
    ps->tree->patches |= block->kind == KIND_PATCH;
    ps->head = block;
    ps->pending = ps->brackets.len;
    ps->head_kind = block->kind;
    if (block->kind == KIND_NONE && (known || form == FORM_MAP)) {
        ps->head_kind = unknown_block(ps, word, span, form, outer);
        ps->skip_body = ps->head_kind == KIND_NONE && form != FORM_MAP;
    }
    return block;
}

static void bad_head(struct parse *ps, struct span span, const char *word, const char *what)
{
    ps->tree->complete = false;
    diag(ps->s, D_BAD_HEAD, span, "'%s' %s", word, what);
}

struct block *block_name(struct parse *ps, struct block *block, struct name name)
{
    block->name = name;
    if (block->kind == KIND_NONE)
        return block;
    unsigned head = kind_info(block->kind)->head;
    const char *word = block->word.text;
    bool quoted = name_is_quoted(&name);
    if (!(head & (HEAD_NAME | HEAD_NAME_OPTIONAL | HEAD_STRING | HEAD_PATH)))
        bad_head(ps, name.span, word, "has no name");
    else if (quoted && !(head & HEAD_STRING))
        bad_head(ps, name.span, word, "takes a name without quotes");
    else if (!quoted && (head & HEAD_STRING) && !(head & (HEAD_NAME | HEAD_NAME_OPTIONAL)))
        bad_head(ps, name.span, word, "takes a text in quotes");
    else if (!quoted && !(head & HEAD_PATH) && strpbrk(name.text, ".["))
        bad_head(ps, name.span, word, "takes a name of one word, without a dot");
    else if (!quoted && strpbrk(name.text, "*["))
        bad_head(ps, name.span, word, "takes a name");
    return block;
}

struct block *block_of(struct parse *ps, struct block *block, struct name schema)
{
    if (block->of.text && block->kind != KIND_NONE)
        bad_head(ps, schema.span, block->word.text, "takes one 'of'");
    else if (block->kind != KIND_NONE && !(kind_info(block->kind)->head & HEAD_OF))
        bad_head(ps, schema.span, block->word.text, "takes no 'of' and schema");
    block->of = schema;
    return block;
}

struct block *block_annotation(struct parse *ps, struct block *block, struct annotation *annotation)
{
    (void)ps;
    annotation->next = block->annotations;
    block->annotations = annotation;
    return block;
}

static void finish_block(struct parse *ps, struct block *block, struct span span)
{
    block->item.span = (struct span){block->word.span.lo, span.hi};
    block->annotations = annotations_in_order(block->annotations);
    if (ps->head == block)
        ps->head = NULL;
    if (block->kind == KIND_NONE || block->broken || block->name.text)
        return;
    unsigned head = kind_info(block->kind)->head;
    if ((head & HEAD_STRING) && !(head & HEAD_NAME_OPTIONAL))
        bad_head(ps, block->word.span, block->word.text, "needs a text in quotes");
    else if (head & HEAD_NAME)
        bad_head(ps, block->word.span, block->word.text, "needs a name");
}

struct block *block_end(struct parse *ps, struct block *block, struct items items, struct span body,
                        struct span span)
{
    block->has_body = true;
    block->body = body;
    block->items = items.first;
    block->columns = ps->columns;
    ps->columns = 0;
    finish_block(ps, block, span);
    return block;
}

struct block *block_short(struct parse *ps, struct block *block, struct span span)
{
    bool required =
        block->kind != KIND_NONE && !(kind_info(block->kind)->head & HEAD_BODY_OPTIONAL);
    if (required && !block->broken) {
        bad_head(ps, block->word.span, block->word.text, "needs a body in braces");
        ps->errors++;
        block->broken = true;
    }
    ps->skip_body = false;
    finish_block(ps, block, span);
    return block;
}

/* ---- members, columns, types declared -------------------------------------------------------- */

struct item *make_member(struct parse *ps, struct name label, struct value *value, struct span span)
{
    struct member *member = arena_new(&ps->s->trees, struct member);
    member->item.kind = ITEM_MEMBER;
    member->item.span = span;
    member->label = label;
    member->value = value;
    if (!value->has_options || value->kind != VALUE_PATH)
        return &member->item;
    /* `owner:` and on the next line `sla { ... }`, read as a value and its options */
    struct bracket *top = top_bracket(ps);
    const struct attr_info *attr =
        top && top->kind != KIND_NONE ? attr_find(top->kind, label.text) : NULL;
    if (attr && attr->options == KIND_NONE && kind_find(top->kind, value->text) != KIND_NONE) {
        ps->tree->complete = false;
        diag(ps->s, D_MISSING_VALUE, label.span, "the attribute '%s' has no value", label.text);
        value->kind = VALUE_ERROR;
        mark_broken(ps);
    }
    return &member->item;
}

struct item *make_type_declaration(struct parse *ps, struct name name, struct type_expr *type,
                                   struct annotations annotations, struct span span)
{
    struct type_decl *declaration = arena_new(&ps->s->trees, struct type_decl);
    declaration->item.kind = ITEM_TYPE;
    declaration->item.span = span;
    declaration->name = name;
    declaration->type = type;
    declaration->annotations = annotations.first;
    doc_at(ps, &declaration->item, span.lo);
    return &declaration->item;
}

struct item *misplaced_type(struct parse *ps, struct item *type)
{
    ps->tree->complete = false;
    diag(ps->s, D_MISPLACED_STATEMENT, item_as(type_decl, type)->name.span,
         "a type is declared at the level of the file");
    type->kind = ITEM_ERROR;
    return type;
}

struct item *make_column(struct parse *ps, struct name label, struct type_expr *type,
                         struct annotations annotations, struct span span)
{
    struct column_decl *column = arena_new(&ps->s->trees, struct column_decl);
    column->item.kind = ITEM_COLUMN;
    column->item.span = span;
    column->label = label;
    column->type = type;
    column->annotations = annotations.first;
    doc_at(ps, &column->item, span.lo);
    ps->columns++;
    return &column->item;
}

struct item *make_include(struct parse *ps, struct name schema, struct span span)
{
    struct include *include = arena_new(&ps->s->trees, struct include);
    include->item.kind = ITEM_INCLUDE;
    include->item.span = span;
    include->schema = schema;
    return &include->item;
}

/* ---- values ---------------------------------------------------------------------------------- */

static struct value *make_value(struct parse *ps, enum value_kind kind, struct span span)
{
    struct value *value = arena_new(&ps->s->trees, struct value);
    value->kind = kind;
    value->span = span;
    return value;
}

struct value *make_path(struct parse *ps, atom word, struct span span)
{
    struct value *value = make_value(ps, VALUE_PATH, span);
    value->text = word;
    return value;
}

struct value *make_operand(struct parse *ps, struct name name)
{
    struct value *value = make_path(ps, name.text, name.span);
    if (name_is_quoted(&name))
        value->kind = VALUE_STRING;
    return value;
}

struct value *make_bool(struct parse *ps, bool truth, struct span span)
{
    struct value *value = make_value(ps, VALUE_BOOL, span);
    value->number = truth;
    value->text = atom_of(&ps->s->atoms, truth ? "true" : "false");
    return value;
}

struct value *make_null(struct parse *ps, struct span span)
{
    struct value *value = make_value(ps, VALUE_NULL, span);
    value->text = atom_of(&ps->s->atoms, "null");
    return value;
}

struct value *make_call(struct parse *ps, atom word, struct span word_span, struct values arguments,
                        struct span span)
{
    (void)word_span;
    struct value *value = make_value(ps, VALUE_CALL, span);
    value->text = word;
    value->first = arguments.first;
    return value;
}

struct value *make_map(struct parse *ps, struct items items, struct span span)
{
    struct value *value = make_value(ps, VALUE_MAP, span);
    value->items = items.first;
    return value;
}

struct value *make_list(struct parse *ps, enum value_kind kind, struct values values,
                        struct span span)
{
    struct value *value = make_value(ps, kind, span);
    value->first = values.first;
    return value;
}

/* In a poll every value is read as a condition; a bare operand is just a value. */
struct value *make_condition_value(struct parse *ps, struct condition *condition)
{
    if (condition->op == OP_VALUE)
        return condition->operand;
    struct value *value = make_value(ps, VALUE_CONDITION, condition->span);
    value->condition = condition;
    return value;
}

struct value *missing_value(struct parse *ps, struct span span)
{
    return make_value(ps, VALUE_ERROR, span);
}

struct value *with_options(struct parse *ps, struct value *value, struct items items)
{
    (void)ps;
    value->has_options = true;
    value->options = items.first;
    return value;
}

struct values first_value(struct value *value)
{
    return (struct values){value, value};
}

struct values add_value(struct values values, struct value *value)
{
    if (values.last)
        values.last->next = value;
    else
        values.first = value;
    values.last = value;
    return values;
}

struct values list_comma(struct parse *ps, struct values values, struct span comma)
{
    comma_fits(ps, values.last, ps->comma_value, comma);
    ps->comma_value = values.last;
    return values;
}

struct values list_options(struct parse *ps, struct values values, struct items items)
{
    with_options(ps, values.last, items);
    return values;
}

/* ---- annotations ----------------------------------------------------------------------------- */

struct annotations add_annotation(struct annotations list, struct annotation *annotation)
{
    if (list.last)
        list.last->next = annotation;
    else
        list.first = annotation;
    list.last = annotation;
    return list;
}

struct annotation *annotations_in_order(struct annotation *list)
{
    struct annotation *reversed = NULL;
    while (list) {
        struct annotation *next = list->next;
        list->next = reversed;
        reversed = list;
        list = next;
    }
    return reversed;
}

struct annotation *make_annotation(struct parse *ps, atom word, struct span span)
{
    struct annotation *annotation = arena_new(&ps->s->trees, struct annotation);
    annotation->span = span;
    annotation->word = word_name(word, (struct span){span.lo + 1, span.hi});
    return annotation;
}

struct annotation_state *annotation_begin(struct parse *ps, atom word, struct span span)
{
    struct annotation_state *state = arena_new(&ps->scratch, struct annotation_state);
    state->annotation = make_annotation(ps, word, span);
    state->annotation->has_arguments = true;
    return state;
}

struct annotation_state *annotation_value(struct annotation_state *state, struct value *value)
{
    state->values = add_value(state->values, value);
    state->annotation->arguments = state->values.first;
    return state;
}

struct annotation_state *annotation_member(struct annotation_state *state, struct item *member)
{
    if (state->last)
        state->last->next = member;
    else
        state->annotation->named = member;
    state->last = member;
    return state;
}

struct annotation *annotation_end(struct annotation_state *state, struct span span)
{
    state->annotation->span = span;
    return state->annotation;
}

/* ---- types ----------------------------------------------------------------------------------- */

const struct type_parts no_type_parts = {0};

struct type_expr *make_type(struct parse *ps, atom word, struct span span)
{
    struct type_expr *type = arena_new(&ps->s->trees, struct type_expr);
    type->word = word_name(word, span);
    type->parts = &no_type_parts;
    return type;
}

/* Parts of the type's own, with what it has so far: at most two of them are made for a type. */
static struct type_parts *own_parts(struct parse *ps, struct type_expr *type, struct span span)
{
    struct type_parts *own = arena_new(&ps->s->trees, struct type_parts);
    *own = *type->parts;
    own->span = span;
    type->parts = own;
    return own;
}

struct type_expr *missing_type(struct parse *ps, struct span span)
{
    return make_type(ps, NULL, span);
}

struct type_expr *type_numbers(struct parse *ps, struct type_expr *type, struct values numbers,
                               struct span span)
{
    own_parts(ps, type, span)->numbers = numbers.first;
    return type;
}

struct type_expr *type_begin(struct parse *ps, atom word, struct span span, struct span angle)
{
    if (++ps->type_depth > NESTING_MAX) {
        ps->tree->complete = false;
        diag(ps->s, D_NESTING_TOO_DEEP, angle, "types nest at most %d deep", (int)NESTING_MAX);
        ps->panic = true;
    }
    return make_type(ps, word, span);
}

struct type_expr *type_end(struct parse *ps, struct type_expr *type, struct types arguments,
                           struct span span)
{
    ps->type_depth -= ps->type_depth > 0;
    own_parts(ps, type, span)->arguments = arguments.first;
    return type;
}

struct type_expr *type_field(struct parse *ps, struct name field, struct type_expr *type,
                             struct span span)
{
    own_parts(ps, type, span)->field = field;
    return type;
}

struct types first_type(struct type_expr *type)
{
    return (struct types){type, type};
}

struct types add_type(struct types types, struct type_expr *type)
{
    types.last->next = type;
    types.last = type;
    return types;
}

/* ---- conditions ------------------------------------------------------------------------------ */

static uint32_t depth_of(const struct condition *condition)
{
    return condition ? condition->depth : 0;
}

struct condition *make_logic(struct parse *ps, enum operator op, struct condition *left,
                             struct condition *right, struct span span)
{
    uint32_t depth = 1 + (depth_of(left) > depth_of(right) ? depth_of(left) : depth_of(right));
    if (depth > CONDITION_MAX) {
        if (ps->too_long != left) {
            ps->tree->complete = false;
            diag(ps->s, D_CONDITION_TOO_LONG, right ? right->span : span,
                 "a condition has at most %d parts in a chain", (int)CONDITION_MAX);
        }
        ps->too_long = left;
        return left;
    }
    struct condition *condition = arena_new(&ps->s->trees, struct condition);
    condition->op = op;
    condition->span = span;
    condition->left = left;
    condition->right = right;
    condition->depth = depth;
    return condition;
}

struct condition *make_test(struct parse *ps, enum operator op, struct value *operand,
                            struct value *comparison, struct span span)
{
    struct condition *condition = arena_new(&ps->s->trees, struct condition);
    condition->op = op;
    condition->span = span;
    condition->operand = operand;
    condition->comparison = comparison;
    condition->depth = 1;
    return condition;
}

struct condition *make_is(struct parse *ps, struct value *operand, struct name is, struct span span)
{
    static const char *const words[] = {"set", "string", "number", "boolean", "timestamp", "null"};
    struct condition *condition = make_test(ps, OP_IS, operand, NULL, span);
    struct suggestion suggestion = suggest_for(is.text);
    condition->is = is;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], is.text) == 0)
            return condition;
        suggest_offer(&suggestion, words[i]);
    }
    ps->tree->complete = false;
    struct diag *d = diag(ps->s, D_UNKNOWN_TEST, is.span, "unknown test 'is %s'", is.text);
    if (suggestion.best)
        diag_suggest(ps->s, d, suggestion.best);
    else
        diag_help(ps->s, d,
                  "write is set, is string, is number, is boolean, is timestamp or is null");
    return condition;
}

struct condition *parenthesized(struct condition *condition, struct span span)
{
    condition->span = span;
    return condition;
}

struct conditions first_condition(struct condition *condition)
{
    return (struct conditions){condition, condition};
}

struct conditions add_condition(struct conditions conditions, struct condition *condition)
{
    conditions.last->next = condition;
    conditions.last = condition;
    return conditions;
}
