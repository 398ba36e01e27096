/* elab.h - what the files of elaboration share: the state of a run, declared names, bodies of
 * blocks.
 *
 * Elaboration goes over all trees in passes (model.c): names first, then each area in the order in
 * which one needs another. Only files of model/ include this. */
#ifndef MESH_MODEL_ELAB_H
#define MESH_MODEL_ELAB_H

#include "model/model.h"
#include "syntax/tree.h"

/* ---- names (scope.c) ------------------------------------------------------------------------- */

enum progress { PROGRESS_NEW, PROGRESS_BUSY, PROGRESS_DONE };

/* A declaration as the names know it. Every thing begins with its struct decl. */
struct declared {
    enum kind kind; /* KIND_SCHEMA for types too */
    enum progress progress;
    unsigned depth;            /* schemas and types inside it, itself counted, once done */
    void *thing;               /* struct product *, struct schema *, ... */
    const struct block *block; /* NULL: type, predeclared tag, output without a block */
    const struct type_decl *type;
    struct domain *domain; /* it belongs to; NULL: none */
    struct type *as_type;  /* of a schema or type, once done */
};

/* Kinds that names are declared of come first in kinds.def: a set of them is a word of bits. */
#define NAMED_KINDS ((unsigned)KIND_OUTPUT + 1)
_Static_assert(NAMED_KINDS < 64, "a set of kinds fits into 64 bits");

#define KINDS(kind) (UINT64_C(1) << (kind))
#define KINDS_PRINCIPAL                                                                            \
    (KINDS(KIND_ROLE) | KINDS(KIND_USER) | KINDS(KIND_GROUP) | KINDS(KIND_ACCOUNT) |               \
     KINDS(KIND_TEAM) | KINDS(KIND_ORGANIZATION))
#define KINDS_PRODUCT (KINDS(KIND_PRODUCT) | KINDS(KIND_OUTPUT))
/* Their names stand for the role they run as. */
#define KINDS_RUNNING (KINDS(KIND_PIPELINE) | KINDS(KIND_WAREHOUSE) | KINDS(KIND_FUNCTION))

/* ---- bodies (attributes.c) ------------------------------------------------------------------- */

enum { BODY_ATTRS_MAX = 28, BODY_NESTS_MAX = 20 };

/* The members and blocks between braces, checked against kinds.def. What a body does not have,
 * `fallback` may: the defaults of its domain, then those of the mesh; for an output the product. */
struct body {
    enum kind kind;
    struct span head; /* where something missing is reported */
    const struct item *items;
    const struct body *fallback;
    const struct member
        *members[BODY_ATTRS_MAX]; /* by row of the kind; only ones whose value fits */
    uint32_t given; /* bits of rows that stand in it; members has no value where it was reported */
    const struct block *blocks[BODY_NESTS_MAX]; /* by row, the first of each */
    const struct body **children; /* by row, only of bodies that others fall back on */
};

struct pending { /* @references or @from of a column: resolved when products are known */
    struct column_notes *notes;
    const struct value *path;
    struct domain *scope;
    bool from;
};

struct notes_copy { /* of a named type's, for a column that has more */
    const struct column_notes *from;
    struct column_notes *to;
};

struct default_block {
    const struct block *block;
    struct domain *domain; /* NULL: the mesh */
};

struct elab {
    struct session *s;
    struct arena *arena;
    struct mesh *mesh;
    const struct block *mesh_block;
    struct map names;     /* (path, space) -> struct declared */
    struct map folded;    /* (path in lower case, space) -> struct declared */
    struct map once;      /* (place in the tree, NULL): a name there was reported */
    struct map ghosts;    /* (name, NULL) -> struct domain that nobody declared */
    struct map columns;   /* (schema, name) -> struct column; only of schemas with many columns */
    struct map physicals; /* (schema, name in the catalog) -> struct column: predicate_types.c */
    struct map types;     /* (Glue's spelling, NULL) and what types are made of -> struct type */
    struct map shares;    /* (a percentage as written, NULL) -> its text as a share of one */
    struct map rates;     /* (a duration as written, NULL) -> its text as a rate of EventBridge */
    struct map insides;   /* (prototype of a `type`, NULL) -> struct taggings found inside it */
    struct map defaults;  /* (struct domain or the mesh, kind_info) -> struct body */
    VEC(struct declared *) of_kind[KIND_COUNT];
    VEC(struct default_block) default_blocks;
    VEC(const struct block *) audits; /* apart, because they may have no name */
    VEC(struct pending) pending;
    VEC(struct notes_copy) copies; /* whose references are known later */
    unsigned depth;                /* the deepest one met in what is being elaborated */
    VEC(struct declared *) chain;  /* schemas and types being elaborated, outermost first */
    struct type *simple[TYPE_STRUCT + 1];
    atom type_words[TYPE_STRUCT + 1]; /* Glue's own types, by kind */
    size_t work;                      /* done so far for what is repeated: see session_affords */
    size_t suggestions;               /* candidates compared so far: bounded */
    const struct domain *references_from; /* what elaborates data sets it; NULL: no domain */
    struct tag *pii;
    struct schema *broken_schema;
};

/* Counts work for what something written stands for; false when it is too much (see
 * session_affords). */
static inline bool elab_affords(struct elab *e, size_t work, struct span at)
{
    return session_affords(e->s, e->work += work, at);
}

/* scope.c */
void names_declare(struct elab *e, struct tree *const *trees, size_t count);
struct declared *names_add(struct elab *e, enum kind kind, void *thing, struct domain *domain);
/* What `text` names among the kinds, as seen from inside scope (NULL: outside domains); NULL,
 * silently. */
struct declared *names_find(struct elab *e, uint64_t kinds, const struct domain *scope, atom text);
/* The same; reports what is unknown or of another kind, once for each place. */
struct declared *names_resolve(struct elab *e, uint64_t kinds, const struct domain *scope,
                               atom text, struct span at);
struct declared *names_resolve_value(struct elab *e, uint64_t kinds, const struct domain *scope,
                                     const struct value *value);
struct principal *names_principal(struct elab *e, const struct domain *scope,
                                  const struct value *value, uint64_t kinds);
/* "scope.name" as an atom. */
atom names_join(struct elab *e, atom scope, atom name);
/* The text in lower case as an atom; the text itself where it is lower case. */
atom names_lower(struct elab *e, atom text);
/* True the first time it is asked for a place. */
bool report_once(struct elab *e, const void *place);
void suggest_declared(struct elab *e, struct diag *d, uint64_t kinds, const struct domain *scope,
                      atom text);
struct diag *not_supported(struct elab *e, struct span at, const char *what);

/* attributes.c */
void body_read(struct elab *e, enum kind kind, const struct item *items, struct span head,
               const struct body *fallback, struct body *out);
void body_of_block(struct elab *e, const struct block *block, const struct body *fallback,
                   struct body *out);
/* The block of a kind inside body, or what body falls back on; false when there is none. */
bool body_child(struct elab *e, const struct body *body, enum kind inner, struct body *out);
/* Makes body one that others can fall back on: reads its blocks too. */
void body_deepen(struct elab *e, struct body *body);
/* The block of a kind in the body itself; NULL. */
const struct block *body_block(const struct body *body, enum kind inner);
bool body_has(const struct body *body, const char *word);
bool body_broken(const struct body *body, const char *word);
const struct value *body_value(const struct body *body, const char *word);
/* The member in the body itself, without what it falls back on. */
const struct member *body_own(const struct body *body, const char *word);
struct text body_text(const struct body *body, const char *word);
struct amount body_amount(const struct body *body, const char *word);
/* Place in the row's list of words, -1 when not given. */
int body_choice(const struct body *body, const char *word);
bool body_bool(const struct body *body, const char *word, bool otherwise);
struct declared *body_ref(struct elab *e, const struct body *body, const char *word, uint64_t kinds,
                          const struct domain *scope);
struct principal *body_principal(struct elab *e, const struct body *body, const char *word,
                                 uint64_t kinds, const struct domain *scope, struct span *at);
/* The account that an attribute names; NULL. */
struct account *body_account(struct elab *e, const struct body *body, const char *word);
/* Sets doc: the doc comment or `description:`; both is an error. */
void body_describe(struct elab *e, const struct body *body, const struct item *item,
                   struct decl *decl);
/* Place of a word in "a|b|c", -1 when it is not there. */
int word_in_list(const char *list, const char *word);
/* Items of a list value, or the value itself. */
const struct value *value_items(const struct value *value);
bool value_check(struct elab *e, const struct attr_info *attr, const struct value *value);
struct text value_text(const struct value *value);
struct amount value_amount(const struct value *value);
/* "a" or "an". */
const char *article(const char *noun);
const char *value_word(const struct value *value); /* "a whole number", for messages */
void defaults_read(struct elab *e);
const struct body *defaults_of(struct elab *e, const struct domain *domain, enum kind kind);

/* data.c */
enum {
    DATA_EXPRESSIONS = 1,
    DATA_TEXTS = 2,     /* numbers and truths become texts */
    DATA_REFERENCES = 4 /* named as seen from elab's references_from */
};
struct data *data_from(struct elab *e, const struct value *value, unsigned flags);
/* A map of the members, nearest body first. NULL when there is none. */
struct data *data_map(struct elab *e, const struct body *body, unsigned flags);
struct data *data_literal(struct elab *e, const struct value *value);

/* references.c: is it ref, get or sub? The data of such a call; reports. */
bool is_reference_word(const char *word);
struct data *reference_from(struct elab *e, const struct value *call);

/* storage.c: the domain's own bucket and its further zones */
void storage_read(struct elab *e, struct domain *domain, const struct block *block,
                  const struct body *body);
/* The zone that a value names, of the domain; reports. */
const struct storage *zone_resolve(struct elab *e, const struct domain *domain,
                                   const struct value *value);

/* layout.c: where an output's files lie, how they are read and partitioned */
void layout_read(struct elab *e, struct output *output, const struct body *body);
/* projection.c: after the partition keys; false when something of it was reported */
bool projection_read(struct elab *e, struct output *output, const struct body *body);

/* schedule.c */
struct schedule {
    const char *expression; /* NULL: reported */
    int64_t period;
};
struct schedule schedule_from(struct elab *e, const struct value *value);
const char *schedule_as_cron(struct elab *e, const struct value *value);

/* tags.c */
void tags_predeclare(struct elab *e);
/* The place of a value that a statement names; -1: reported. */
int tags_value_named(struct elab *e, const struct tag *tag, const struct value *value);
void tags_build(struct elab *e);
void tags_from_block(struct elab *e, const struct body *body, struct taggings *out);
void tags_from_annotation(struct elab *e, const struct annotation *a, struct taggings *out);
bool tags_put(struct elab *e, struct taggings *out,
              struct tagging tagging); /* unless the key is there */
void tags_inherit(struct elab *e, struct taggings *out, const struct taggings *from);
/* Lifting (access.md 1.2). Gathers what stands inside a type: the strongest value of an ordered
 * tag; of a plain one the value, or NULL where there are two. */
void tags_gather(struct elab *e, struct taggings *out, const struct taggings *inner);
/* Puts what was gathered on the column: a higher value of an ordered tag replaces its own. */
void tags_lift(struct elab *e, struct taggings *out, const struct taggings *inner, struct span at);

/* types.c */
/* The type; `named` gets the constraints and tags of a `type` that it names directly (NULL: not
 * wanted), `inner` what tags stand inside it. */
struct type *type_from(struct elab *e, const struct domain *scope, const struct type_expr *expr,
                       struct column *named, struct taggings *inner);
struct type *type_simple(struct elab *e, enum type_kind kind);

/* annotations.c */
/* Applies a column's (or type's) annotations. */
void annotations_apply(struct elab *e, const struct annotation *first, struct column *column,
                       struct domain *scope);
void annotations_refuse(struct elab *e, const struct annotation *first, const char *what);

/* schemas.c */
void schemas_build(struct elab *e);
/* Makes sure that a schema or type is elaborated; false when it is inside itself or too deep
 * (reported). */
bool schema_complete(struct elab *e, struct declared *d, struct span used_at);
void schemas_references(struct elab *e);
void notes_copied(struct elab *e, const struct column_notes *from, struct column_notes *to);
struct column *schema_column(struct elab *e, const struct schema *schema, atom name);
/* The column a value names; reports. */
struct column *column_resolve(struct elab *e, const struct schema *schema,
                              const struct value *value);

/* the areas */
void mesh_read(struct elab *e);
void environments_build(struct elab *e);
void principals_build(struct elab *e);
void principals_members(struct elab *e);
void domains_build(struct elab *e);
void products_build(struct elab *e);
/* products_schemas first: which schema each output has, so that columns can be referred to from
 * everywhere. */
void products_schemas(struct elab *e);
void quality_build(struct elab *e, struct output *output, const struct body *body);
void pipelines_build(struct elab *e);
/* triggers.c: what starts a pipeline; resolved once all pipelines are known */
void triggers_read(struct elab *e, struct pipeline *pipeline, const struct body *body);
void triggers_resolve(struct elab *e);
void steps_build(struct elab *e, struct pipeline *pipeline, const struct block *steps,
                 const struct block *on_failure);
void policies_build(struct elab *e);
void guardrails_build(struct elab *e);
void channels_build(struct elab *e);
void functions_build(struct elab *e);
void warehouses_build(struct elab *e);
void audit_build(struct elab *e);
void links_build(struct elab *e);
/* resources.c */
void resources_build(struct elab *e);
void patches_build(struct elab *e, struct tree *const *trees, size_t count);

#endif
