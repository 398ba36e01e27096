/* scope.c - which names a mesh declares, and what a name means where it is used.
 *
 * Names are full paths ("sales.transactions"), one space of names for each kind; principals share
 * one, types and schemas share one, products and outputs share one. Names in a broken declaration
 * count as declared, so that one mistake is one report. */
#include "model/elab.h"

#include "base/suggest.h"
#include <string.h>

enum {
    SUGGESTIONS_MAX = 1000000
}; /* candidates compared in a run: bounds the time of a mesh full of mistakes */

static enum kind space_of(enum kind kind)
{
    if (kind < NAMED_KINDS && (KINDS_PRINCIPAL >> kind & 1) != 0) {
        return KIND_ROLE;
    }
    return kind == KIND_OUTPUT ? KIND_PRODUCT : kind;
}

static struct decl *decl_of(const struct declared *d)
{
    return d->thing;
}

bool report_once(struct elab *e, const void *place)
{
    if (map_get(&e->once, place, NULL) != NULL) {
        return false;
    }
    map_set(&e->once, place, NULL, e);
    return true;
}

atom names_join(struct elab *e, atom scope, atom name)
{
    size_t a = atom_length(scope), b = atom_length(name);
    char small[256];
    char *text = a + b + 2 <= sizeof small ? small : arena_alloc(e->arena, a + b + 2);
    memcpy(text, scope, a);
    text[a] = '.';
    memcpy(text + a + 1, name, b + 1);
    return atom_put(&e->s->atoms, text, a + b + 1);
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Of eight bytes at once: the sums reach the top bit of a byte that is at least 'A', above 'Z'. */
static bool some_capital(const char *text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t word;
    memcpy(&word, text, sizeof word);
    uint64_t low = word & ~tops, from_a = low + ones * (0x80 - 'A'),
             above_z = low + ones * (0x7f - 'Z');
    return (from_a & ~above_z & ~word & tops) != 0;
}

/* Asked of every column: the last eight bytes overlap those before. */
static bool has_capital(const char *text, size_t n)
{
    size_t i = 0;
    if (n >= sizeof(uint64_t)) {
        for (; i + sizeof(uint64_t) < n; i += sizeof(uint64_t)) {
            if (some_capital(text + i)) {
                return true;
            }
        }
        return some_capital(text + n - sizeof(uint64_t));
    }
    while (i < n && !is_capital(text[i])) {
        i++;
    }
    return i < n;
}

atom names_lower(struct elab *e, atom text)
{
    size_t n = atom_length(text);
    if (!has_capital(text, n)) {
        return text;
    }
    char small[256];
    char *lower = n < sizeof small ? small : arena_alloc(e->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        lower[i] = (char)(is_capital(text[i]) ? text[i] - 'A' + 'a' : text[i]);
    }
    return atom_put(&e->s->atoms, lower, n);
}

struct diag *not_supported(struct elab *e, struct span at, const char *what)
{
    return diag(e->s, D_NOT_SUPPORTED_YET, at, "%s not supported yet", what);
}

/* ---- looking up ------------------------------------------------------------------------------ */

static struct declared *find_path(struct elab *e, enum kind space, atom path)
{
    return path == NULL ? NULL : map_get(&e->names, path, kind_info(space));
}

static struct declared *find_in_space(struct elab *e, enum kind space, const struct domain *scope,
                                      atom text)
{
    if (scope != NULL) {
        size_t a = atom_length(scope->decl.path), b = atom_length(text);
        char small[256];
        char *path = a + b + 2 <= sizeof small ? small : arena_alloc(e->arena, a + b + 2);
        memcpy(path, scope->decl.path, a);
        path[a] = '.';
        memcpy(path + a + 1, text, b + 1);
        struct declared *d = find_path(e, space, atom_find(&e->s->atoms, path, a + b + 1));
        if (d != NULL) {
            return d;
        }
    }
    return find_path(e, space, text);
}

struct declared *names_find(struct elab *e, uint64_t kinds, const struct domain *scope, atom text)
{
    enum kind last = KIND_NONE;
    for (unsigned k = 1; k < NAMED_KINDS && kinds >> k != 0; k++) {
        enum kind space = space_of((enum kind)k);
        if ((kinds >> k & 1) == 0 || space == last) {
            continue;
        }
        last = space;
        struct declared *d = find_in_space(e, space, scope, text);
        if (d != NULL && (kinds >> d->kind & 1) != 0) {
            return d;
        }
    }
    return NULL;
}

/* "role, user or team" */
static const char *kinds_words(struct elab *e, uint64_t kinds)
{
    const char *text = "";
    for (unsigned k = 1; k < NAMED_KINDS && kinds >> k != 0; k++) {
        if ((kinds >> k & 1) != 0) {
            uint64_t rest = kinds >> k >> 1;
            const char *joint = *text == '\0' ? "" : rest != 0 ? ", " : " or ";
            text = arena_format(e->arena, "%s%s%s", text, joint, kind_info((enum kind)k)->word);
        }
    }
    return text;
}

static const char *declared_word(const struct declared *d)
{
    return d->type != NULL ? "type" : kind_info(d->kind)->word;
}

void suggest_declared(struct elab *e, struct diag *d, uint64_t kinds, const struct domain *scope,
                      atom text)
{
    struct suggestion suggestion = suggest_for(text);
    const char *elsewhere = NULL; /* called so inside a domain */
    for (unsigned k = 1; k < NAMED_KINDS && kinds >> k != 0; k++) {
        for (size_t i = 0; (kinds >> k & 1) != 0 && i < e->of_kind[k].len; i++) {
            if (e->suggestions++ >= SUGGESTIONS_MAX) {
                return;
            }
            const struct declared *candidate = e->of_kind[k].at[i];
            const struct decl *decl = decl_of(candidate);
            suggest_offer(&suggestion,
                          scope != NULL && candidate->domain == scope ? decl->name : decl->path);
            if (elsewhere == NULL && decl->path != decl->name && strcmp(decl->name, text) == 0) {
                elsewhere = decl->path;
            }
        }
    }
    diag_suggest(e->s, d, elsewhere != NULL ? elsewhere : suggestion.best);
}

static struct declared *find_anywhere(struct elab *e, const struct domain *scope, atom text)
{
    for (unsigned k = 1; k < KIND_COUNT && (kind_info((enum kind)k)->head & HEAD_TOP) != 0; k++) {
        struct declared *d = find_in_space(e, space_of((enum kind)k), scope, text);
        if (d != NULL) {
            return d;
        }
    }
    return NULL;
}

struct declared *names_resolve(struct elab *e, uint64_t kinds, const struct domain *scope,
                               atom text, struct span at)
{
    struct declared *found = names_find(e, kinds, scope, text);
    if (found != NULL) {
        return found;
    }
    const char *wanted = kinds_words(e, kinds);
    struct declared *other = find_anywhere(e, scope, text);
    if (other != NULL) {
        struct diag *d =
            diag(e->s, D_WRONG_KIND, at, "'%s' is %s %s; %s %s is expected here", text,
                 article(declared_word(other)), declared_word(other), article(wanted), wanted);
        if (decl_of(other)->at.lo != 0) {
            diag_place(e->s, d, decl_of(other)->at, "declared here");
        }
        return NULL;
    }
    struct diag *d = diag(e->s, D_UNKNOWN_NAME, at, "no %s is called '%s'", wanted, text);
    suggest_declared(e, d, kinds, scope, text);
    return NULL;
}

struct declared *names_resolve_value(struct elab *e, uint64_t kinds, const struct domain *scope,
                                     const struct value *value)
{
    if (value == NULL || value->kind == VALUE_ERROR) {
        return NULL;
    }
    if (value->kind != VALUE_PATH) {
        if (report_once(e, value)) {
            diag(e->s, D_WRONG_TYPE, value->span, "the name of %s %s is expected here; this is %s",
                 article(kinds_words(e, kinds)), kinds_words(e, kinds), value_word(value));
        }
        return NULL;
    }
    struct declared *found = names_find(e, kinds, scope, value->text);
    if (found == NULL && report_once(e, value)) {
        return names_resolve(e, kinds, scope, value->text, value->span);
    }
    return found;
}

struct principal *names_principal(struct elab *e, const struct domain *scope,
                                  const struct value *value, uint64_t kinds)
{
    struct declared *d = names_resolve_value(e, kinds, scope, value);
    if (d == NULL) {
        return NULL;
    }
    return d->kind == KIND_PIPELINE    ? ((struct pipeline *)d->thing)->self
           : d->kind == KIND_FUNCTION  ? ((struct function *)d->thing)->self
           : d->kind == KIND_WAREHOUSE ? ((struct warehouse *)d->thing)->self
                                       : d->thing;
}

/* ---- declaring ------------------------------------------------------------------------------- */

/* A name in the space that differs only in case. Names of lower case stand in `names` alone, others
 * in both maps. */
static struct declared *same_but_case(struct elab *e, struct declared *d, enum kind space)
{
    atom path = decl_of(d)->path, lower = names_lower(e, path);
    if (lower == path) {
        return e->folded.count == 0 ? NULL : map_get(&e->folded, path, kind_info(space));
    }
    struct declared *first = map_put(&e->folded, lower, kind_info(space), d);
    return first != d ? first : map_get(&e->names, lower, kind_info(space));
}

/* Puts the thing's path into its space; false after reporting that it is taken. */
static bool claim(struct elab *e, struct declared *d)
{
    enum kind space = space_of(d->kind);
    struct decl *decl = decl_of(d);
    struct declared *first = map_put(&e->names, decl->path, kind_info(space), d);
    const char *word = declared_word(d);
    if (first != d) {
        if (decl_of(first)->at.lo == 0) {
            diag(e->s, D_DUPLICATE_NAME, decl->at, "%s '%s' is predeclared", word, decl->path);
            return false;
        }
        decl->again = true;
        struct diag *report =
            diag(e->s, D_DUPLICATE_NAME, decl->at, "%s '%s' is declared twice", word, decl->path);
        diag_place(e->s, report, decl_of(first)->at, "first declared here, as %s %s",
                   article(declared_word(first)), declared_word(first));
        return false;
    }
    first = same_but_case(e, d, space);
    if (first != NULL) {
        decl->again = true;
        struct diag *report =
            diag(e->s, D_NAMES_DIFFER_IN_CASE, decl->at, "'%s' and '%s' differ only in case",
                 decl->path, decl_of(first)->path);
        diag_place(e->s, report, decl_of(first)->at, "the other is declared here");
    }
    return true;
}

struct declared *names_add(struct elab *e, enum kind kind, void *thing, struct domain *domain)
{
    struct declared *d = arena_new(e->arena, struct declared);
    d->kind = kind;
    d->thing = thing;
    d->domain = domain;
    vec_push(e->arena, &e->of_kind[kind], d);
    claim(e, d);
    return d;
}

/* The model's struct behind a kind; kinds without one of their own are a bare decl. */
static size_t thing_size(enum kind kind)
{
    static const size_t sizes[KIND_COUNT] = {
        [KIND_ENVIRONMENT] = sizeof(struct environment),
        [KIND_ROLE] = sizeof(struct principal),
        [KIND_TAG] = sizeof(struct tag),
        [KIND_SCHEMA] = sizeof(struct schema),
        [KIND_DOMAIN] = sizeof(struct domain),
        [KIND_PRODUCT] = sizeof(struct product),
        [KIND_PIPELINE] = sizeof(struct pipeline),
        [KIND_GUARDRAIL] = sizeof(struct guardrail),
        [KIND_CHANNEL] = sizeof(struct channel),
        [KIND_FUNCTION] = sizeof(struct function),
        [KIND_WAREHOUSE] = sizeof(struct warehouse),
        [KIND_LINK] = sizeof(struct link),
        [KIND_RESOURCE] = sizeof(struct cfn_resource),
    };
    size_t size = sizes[space_of(kind)];
    return size != 0 ? size : sizeof(struct decl);
}

/* A domain that nobody declared: what belongs to it is elaborated all the same. */
static struct domain *ghost_domain(struct elab *e, atom name)
{
    struct domain *ghost = map_get(&e->ghosts, name, NULL);
    if (ghost == NULL) {
        ghost = arena_new(e->arena, struct domain);
        ghost->decl.name = ghost->decl.path = name;
        ghost->decl.index = (uint32_t)e->mesh->domains.len;
        ghost->storage.versioning = true;
        vec_push(e->arena, &e->mesh->domains, ghost);
        map_set(&e->ghosts, name, NULL, ghost);
    }
    return ghost;
}

/* The domain before the dot of a declared name. */
static struct domain *domain_of_path(struct elab *e, const struct block *block, const char *dot)
{
    atom name = atom_put(&e->s->atoms, block->name.text, (size_t)(dot - block->name.text));
    struct declared *d = find_path(e, KIND_DOMAIN, name);
    if (d != NULL) {
        return d->thing;
    }
    struct span at = {block->name.span.lo, block->name.span.lo + (uint32_t)atom_length(name)};
    struct diag *report = diag(e->s, D_UNKNOWN_NAME, at, "no domain is called '%s'", name);
    suggest_declared(e, report, KINDS(KIND_DOMAIN), NULL, name);
    return ghost_domain(e, name);
}

/* Kinds that belong to a domain always. */
static bool needs_domain(enum kind kind)
{
    return kind == KIND_PRODUCT || kind == KIND_PIPELINE;
}

/* Fills name, path and domain of a declaration; false when it has no name that could be used. */
static bool name_of_block(struct elab *e, const struct block *block, struct decl *decl,
                          struct domain **domain)
{
    const char *word = kind_info(block->kind)->word;
    atom written = block->name.text;
    const char *dot = strrchr(written, '.');
    decl->at = block->name.span;
    if (dot == NULL) {
        decl->name = written;
        decl->path = *domain == NULL ? written : names_join(e, (*domain)->decl.path, written);
        if (*domain == NULL && needs_domain(block->kind)) {
            struct diag *d = diag(e->s, D_NAME_WITHOUT_DOMAIN, block->name.span,
                                  "a %s belongs to a domain", word);
            diag_help(e->s, d, "write `%s DOMAIN.%s`, or put it inside the domain's braces", word,
                      written);
            *domain = ghost_domain(e, atom_of(&e->s->atoms, "?"));
        }
        return true;
    }
    if (*domain != NULL || dot != strchr(written, '.') ||
        (kind_info(block->kind)->head & HEAD_PATH) == 0) {
        struct diag *d =
            diag(e->s, D_NAME_IS_PATH, block->name.span, "the name of a %s %s", word,
                 *domain != NULL               ? "inside a domain is a single word"
                 : dot != strchr(written, '.') ? "has two parts at the most: DOMAIN.NAME"
                                               : "is a single word");
        if (*domain != NULL) {
            diag_help(e->s, d, "write `%s %s`", word, dot + 1);
        }
        return false;
    }
    *domain = domain_of_path(e, block, dot);
    decl->name = atom_of(&e->s->atoms, dot + 1);
    decl->path = written;
    return true;
}

/* The outputs of a product: its `output` blocks, or one without a name. */
static void declare_outputs(struct elab *e, struct product *product, const struct declared *d)
{
    const struct block *block = d->block;
    bool first = find_path(e, KIND_PRODUCT, product->decl.path) == d;
    for (const struct item *item = block->items; item != NULL; item = item->next) {
        item_ahead(item);
        const struct block *inner = item_as_const(block, item);
        if (item->kind != ITEM_BLOCK || inner->kind != KIND_OUTPUT || inner->name.text == NULL) {
            continue;
        }
        struct output *output = arena_new(e->arena, struct output);
        output->decl =
            (struct decl){.name = inner->name.text, .at = inner->name.span, .again = !first};
        output->decl.path = names_join(e, product->decl.path, inner->name.text);
        output->product = product;
        vec_push(e->arena, &product->outputs, output);
        if (first) { /* else the product is declared twice, which is enough */
            names_add(e, KIND_OUTPUT, output, product->domain)->block = inner;
        }
    }
    if (product->outputs.len == 0) {
        struct output *output = arena_new(e->arena, struct output);
        output->decl = (struct decl){
            .path = product->decl.path, .at = product->decl.at, .again = product->decl.again};
        output->product = product;
        product->outputs.at = arena_array(e->arena, struct output *, 1);
        product->outputs.at[0] = output;
        product->outputs.len = product->outputs.cap = 1;
    }
    for (size_t i = 0; i < product->outputs.len; i++) {
        struct output *output = product->outputs.at[i];
        output->domain = product->domain;
        output->decl.index = (uint32_t)e->mesh->outputs.len;
        vec_push(e->arena, &e->mesh->outputs, output);
    }
}

#define LIST_ADD(list, type)                                                                       \
    do {                                                                                           \
        type *listed_ = d->thing;                                                                  \
        listed_->decl.index = (uint32_t)e->mesh->list.len;                                         \
        vec_push(e->arena, &e->mesh->list, listed_);                                               \
    } while (0)

static void list_product(struct elab *e, struct declared *d)
{
    struct product *product = d->thing;
    LIST_ADD(products, struct product);
    product->domain = d->domain;
    vec_push(e->arena, &d->domain->products, product);
    declare_outputs(e, product, d);
}

/* The principal that the name of something that runs stands for. */
static struct principal *stand_in(struct elab *e, const struct declared *d,
                                  enum principal_kind kind)
{
    struct principal *self = arena_new(e->arena, struct principal);
    self->decl = *decl_of(d);
    self->kind = kind;
    self->domain = d->domain;
    self->aws_name = self->decl.name;
    return self;
}

static void list_pipeline(struct elab *e, struct declared *d)
{
    struct pipeline *pipeline = d->thing;
    LIST_ADD(pipelines, struct pipeline);
    pipeline->domain = d->domain;
    vec_push(e->arena, &d->domain->pipelines, pipeline);
    pipeline->self = stand_in(e, d, PRINCIPAL_PIPELINE);
    pipeline->self->pipeline = pipeline;
}

static void list_function(struct elab *e, struct declared *d)
{
    struct function *function = d->thing;
    LIST_ADD(functions, struct function);
    function->domain = d->domain;
    if (d->domain != NULL) {
        vec_push(e->arena, &d->domain->functions, function);
    }
    function->self = stand_in(e, d, PRINCIPAL_FUNCTION);
    function->self->function = function;
}

static void list_warehouse(struct elab *e, struct declared *d)
{
    struct warehouse *warehouse = d->thing;
    LIST_ADD(warehouses, struct warehouse);
    warehouse->domain = d->domain;
    if (d->domain != NULL) {
        vec_push(e->arena, &d->domain->warehouses, warehouse);
    }
    warehouse->self = stand_in(e, d, PRINCIPAL_WAREHOUSE);
    warehouse->self->warehouse = warehouse;
}

static void list_resource(struct elab *e, struct declared *d)
{
    struct cfn_resource *resource = d->thing;
    LIST_ADD(resources, struct cfn_resource);
    resource->domain = d->domain;
    if (d->domain != NULL) {
        vec_push(e->arena, &d->domain->resources, resource);
    }
}

/* Puts a new thing into the mesh's list of its sort; principals are listed by principals.c. */
static void list_thing(struct elab *e, struct declared *d)
{
    if (d->kind == KIND_PRODUCT) {
        list_product(e, d);
    } else if (d->kind == KIND_PIPELINE) {
        list_pipeline(e, d);
    } else if (d->kind == KIND_FUNCTION) {
        list_function(e, d);
    } else if (d->kind == KIND_WAREHOUSE) {
        list_warehouse(e, d);
    } else if (d->kind == KIND_SCHEMA) {
        LIST_ADD(schemas, struct schema);
    } else if (d->kind == KIND_DOMAIN) {
        LIST_ADD(domains, struct domain);
        ((struct domain *)d->thing)->storage.versioning = true;
    } else if (d->kind == KIND_CHANNEL) {
        LIST_ADD(channels, struct channel);
        ((struct channel *)d->thing)->domain = d->domain;
    } else if (d->kind == KIND_ENVIRONMENT) {
        LIST_ADD(environments, struct environment);
    } else if (d->kind == KIND_TAG) {
        LIST_ADD(tags, struct tag);
    } else if (d->kind == KIND_GUARDRAIL) {
        LIST_ADD(guardrails, struct guardrail);
    } else if (d->kind == KIND_LINK) {
        LIST_ADD(links, struct link);
    } else if (d->kind == KIND_RESOURCE) {
        list_resource(e, d);
    }
}

static void declare_block(struct elab *e, const struct block *block, struct domain *domain)
{
    const struct kind_info *info = kind_info(block->kind);
    if (info->later) {
        not_supported(e, block->word.span, arena_format(e->arena, "a block '%s' is", info->word));
    }
    if (block->kind == KIND_AUDIT) {
        vec_push(e->arena, &e->audits, block);
        annotations_refuse(e, block->annotations, info->word);
        return;
    }
    if (block->name.text == NULL || (info->head & HEAD_STRING) != 0) {
        return; /* reported by the parser where a name is wanted */
    }
    struct decl *decl = arena_alloc(e->arena, thing_size(block->kind));
    if (!name_of_block(e, block, decl, &domain)) {
        return;
    }
    struct declared *d = arena_new(e->arena, struct declared);
    *d = (struct declared){.kind = block->kind, .thing = decl, .block = block, .domain = domain};
    vec_push(e->arena, &e->of_kind[block->kind], d);
    claim(e, d);
    list_thing(e, d);
    annotations_refuse(e, block->annotations, info->word);
}

static void declare_type(struct elab *e, const struct type_decl *type)
{
    if (type->name.text == NULL) {
        return;
    }
    struct column *prototype = arena_new(e->arena, struct column);
    prototype->decl = (struct decl){
        type->name.text, type->name.text, type->name.span, item_doc(&type->item), 0, false};
    struct declared *d = arena_new(e->arena, struct declared);
    *d = (struct declared){.kind = KIND_SCHEMA, .thing = prototype, .type = type};
    vec_push(e->arena, &e->of_kind[KIND_SCHEMA], d);
    claim(e, d);
}

static void declare_defaults(struct elab *e, const struct block *block, struct domain *domain)
{
    vec_push(e->arena, &e->default_blocks, (struct default_block){block, domain});
}

static void declare_mesh(struct elab *e, const struct block *block)
{
    if (e->mesh_block != NULL) {
        struct diag *d = diag(e->s, D_SEVERAL_MESH_BLOCKS,
                              block->name.text != NULL ? block->name.span : block->word.span,
                              "a program has one `mesh` block");
        diag_place(e->s, d, e->mesh_block->word.span, "the other stands here");
        return;
    }
    e->mesh_block = block;
    annotations_refuse(e, block->annotations, "mesh");
    for (const struct item *item = block->items; item != NULL; item = item->next) {
        const struct block *inner = item_as_const(block, item);
        if (item->kind == ITEM_BLOCK && inner->kind == KIND_DEFAULTS) {
            declare_defaults(e, inner, NULL);
        }
    }
}

static void declare_items(struct elab *e, const struct item *items, struct domain *domain);

/* What a declared domain holds stands where the domain does. */
static void declare_inside(struct elab *e, const struct block *block)
{
    if (block->name.text != NULL) {
        struct declared *d = find_path(e, KIND_DOMAIN, block->name.text);
        declare_items(e, block->items, d != NULL ? d->thing : ghost_domain(e, block->name.text));
    }
}

static void declare_items(struct elab *e, const struct item *items, struct domain *domain)
{
    for (const struct item *item = items; item != NULL; item = item->next) {
        item_ahead(item);
        const struct block *block = item_as_const(block, item);
        if (item->kind == ITEM_TYPE) {
            declare_type(e, item_as_const(type_decl, item));
        }
        if (item->kind != ITEM_BLOCK || block->kind == KIND_NONE) {
            continue;
        }
        if (block->kind == KIND_DOMAIN) {
            declare_inside(e, block);
        } else if (block->kind == KIND_MESH) {
            declare_mesh(e, block);
        } else if (block->kind == KIND_DEFAULTS) {
            declare_defaults(e, block, domain);
        } else if ((kind_info(block->kind)->head & HEAD_TOP) != 0) {
            declare_block(e, block, domain);
        }
    }
}

static void declare_domains(struct elab *e, const struct item *items)
{
    for (const struct item *item = items; item != NULL; item = item->next) {
        const struct block *block = item_as_const(block, item);
        if (item->kind == ITEM_BLOCK && block->kind == KIND_DOMAIN) {
            declare_block(e, block, NULL);
        }
    }
}

/* The name of what runs stands for the role it runs as: it is no principal's, and one thing's. */
static void check_running_names(struct elab *e)
{
    static const enum kind kinds[] = {KIND_PIPELINE, KIND_FUNCTION, KIND_WAREHOUSE};
    static const size_t count = sizeof kinds / sizeof *kinds;
    for (size_t k = 0; k < count; k++) {
        const char *word = kind_info(kinds[k])->word;
        for (size_t i = 0; i < e->of_kind[kinds[k]].len; i++) {
            const struct decl *decl = decl_of(e->of_kind[kinds[k]].at[i]);
            const struct declared *other = find_path(e, KIND_ROLE, decl->path);
            for (size_t before = 0; before < k && other == NULL; before++) {
                other = find_path(e, kinds[before], decl->path);
            }
            if (other != NULL) {
                struct diag *d =
                    diag(e->s, D_DUPLICATE_NAME, decl->at,
                         "'%s' is the name of %s %s too, and a %s's name stands for "
                         "the role it runs as",
                         decl->path, article(declared_word(other)), declared_word(other), word);
                diag_place(e->s, d, decl_of(other)->at, "the %s", declared_word(other));
            }
        }
    }
}

void names_declare(struct elab *e, struct tree *const *trees, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        declare_domains(e, trees[i]->items);
    }
    for (size_t i = 0; i < count; i++) {
        declare_items(e, trees[i]->items, NULL);
    }
    check_running_names(e);
}
