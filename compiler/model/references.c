/* references.c - ref(X), get(X.Attribute) and sub("...") in free data: what of the mesh they name.
 * Whether that stands in the same stack depends on the deployment: check/references.c. */
#include "model/elab.h"

#include "base/suggest.h"

#include <string.h>

/* In this order where one name is several things'. */
static const struct referable {
    enum kind kind;
    enum reference_kind reference;
} referables[] = {
    {KIND_RESOURCE, REFER_RESOURCE}, {KIND_FUNCTION, REFER_FUNCTION},
    {KIND_PIPELINE, REFER_MACHINE},  {KIND_CHANNEL, REFER_TOPIC},
    {KIND_ROLE, REFER_ROLE},         {KIND_OUTPUT, REFER_TABLE},
    {KIND_PRODUCT, REFER_TABLE},     {KIND_DOMAIN, REFER_DATABASE},
};

enum { REFERABLES = sizeof referables / sizeof *referables };

/* Known to CloudFormation in every template (User Guide: pseudo parameters). */
static const char *const pseudo_parameters[] = {
    "AWS::AccountId", "AWS::Partition", "AWS::Region",
    "AWS::StackId",   "AWS::StackName", "AWS::URLSuffix",
};

bool is_reference_word(const char *word)
{
    return strcmp(word, "ref") == 0 || strcmp(word, "get") == 0 || strcmp(word, "sub") == 0;
}

static struct reference *find(struct elab *e, const char *text, size_t length)
{
    atom name = atom_put(&e->s->atoms, text, length);
    for (size_t i = 0; i < REFERABLES; i++) {
        struct declared *d = names_find(e, KINDS(referables[i].kind), e->references_from, name);
        if (d == NULL || d->kind != referables[i].kind) {
            continue;
        }
        struct reference *reference = arena_new(e->arena, struct reference);
        reference->kind = referables[i].reference;
        reference->decl = d->thing;
        reference->thing = d->thing;
        if (d->kind == KIND_PRODUCT) {
            const struct product *product = d->thing;
            reference->thing = product->outputs.len == 1 ? product->outputs.at[0] : NULL;
        }
        return reference;
    }
    return NULL;
}

/* The longest beginning of the path that is a name; what is left is the attribute. */
static struct reference *find_longest(struct elab *e, const char *text, size_t length)
{
    for (size_t n = length; n > 0; n--) {
        if (text[n - 1] != '.') {
            continue;
        }
        struct reference *reference = find(e, text, n - 1);
        if (reference != NULL) {
            reference->attribute = arena_copy(e->arena, text + n, length - n);
            return reference;
        }
    }
    return NULL;
}

static struct data *refuse(struct elab *e, struct span at, const char *message, const char *help)
{
    struct diag *d = diag(e->s, D_BAD_REFERENCE, at, "%s", message);
    if (help != NULL) {
        diag_help(e->s, d, "%s", help);
    }
    return NULL;
}

static struct data *unknown(struct elab *e, struct span at, const char *text, bool attribute)
{
    uint64_t kinds = 0;
    for (size_t i = 0; i < REFERABLES; i++) {
        kinds |= KINDS(referables[i].kind);
    }
    const char *dot = attribute ? strrchr(text, '.') : NULL;
    atom name = atom_put(&e->s->atoms, text, dot != NULL ? (size_t)(dot - text) : strlen(text));
    names_resolve(e, kinds, e->references_from, name, at);
    return NULL;
}

/* Reports and gives NULL where it names nothing that could be meant. */
static struct data *named(struct elab *e, struct span at, const char *text, bool attribute)
{
    size_t length = strlen(text);
    struct reference *reference = attribute ? find_longest(e, text, length) : find(e, text, length);
    if (reference == NULL && attribute && find(e, text, length) != NULL) {
        return refuse(e, at, arena_format(e->arena, "get(..) takes an attribute of '%s'", text),
                      arena_format(e->arena, "write get(%s.Arn), for example", text));
    }
    if (reference == NULL && !attribute && find_longest(e, text, length) != NULL) {
        return refuse(e, at,
                      arena_format(e->arena, "ref(..) takes a name; '%s' has an attribute", text),
                      arena_format(e->arena, "write get(%s)", text));
    }
    if (reference == NULL) {
        return unknown(e, at, text, attribute);
    }
    if (reference->thing == NULL) {
        return refuse(e, at,
                      arena_format(e->arena, "'%s' has several tables", reference->decl->path),
                      "name one of its outputs: PRODUCT.OUTPUT");
    }
    struct data *data = arena_new(e->arena, struct data);
    data->kind = DATA_REFERENCE;
    data->at = at;
    data->text = text;
    data->reference = reference;
    return data;
}

/* ---- sub("...") ------------------------------------------------------------------------------ */

static struct data *part_text(struct elab *e, struct span at, const char *text, size_t length)
{
    struct data *data = arena_new(e->arena, struct data);
    data->kind = DATA_TEXT;
    data->at = at;
    data->text = arena_copy(e->arena, text, length);
    return data;
}

static struct data *pseudo(struct elab *e, struct span at, const char *text)
{
    for (size_t i = 0; i < sizeof pseudo_parameters / sizeof *pseudo_parameters; i++) {
        if (strcmp(pseudo_parameters[i], text) == 0) {
            struct data *data = arena_new(e->arena, struct data);
            struct reference *reference = arena_new(e->arena, struct reference);
            reference->kind = REFER_PSEUDO;
            data->kind = DATA_REFERENCE;
            data->at = at;
            data->text = pseudo_parameters[i];
            data->reference = reference;
            return data;
        }
    }
    struct suggestion suggestion = suggest_for(text);
    for (size_t i = 0; i < sizeof pseudo_parameters / sizeof *pseudo_parameters; i++) {
        suggest_offer(&suggestion, pseudo_parameters[i]);
    }
    struct diag *d = diag(e->s, D_BAD_REFERENCE, at, "there is no pseudo parameter '%s'", text);
    diag_suggest(e->s, d, suggestion.best);
    return NULL;
}

/* What stands between ${ and }. */
static struct data *part_named(struct elab *e, struct span at, const char *text)
{
    if (strncmp(text, "AWS::", 5) == 0) {
        return pseudo(e, at, text);
    }
    bool attribute = find(e, text, strlen(text)) == NULL && strchr(text, '.') != NULL;
    return named(e, at, text, attribute);
}

static struct data *substitution(struct elab *e, const struct value *value)
{
    struct data *data = arena_new(e->arena, struct data), **tail = &data->first;
    data->kind = DATA_SUBSTITUTION;
    data->at = value->span;
    data->text = value->text;
    for (const char *p = value->text; *p != '\0';) {
        const char *open = strstr(p, "${"), *close = open != NULL ? strchr(open, '}') : NULL;
        bool literal = open != NULL && open[2] == '!';
        struct data *part;
        if (open != NULL && close == NULL) {
            return refuse(e, value->span, "'${' without its '}'",
                          "write ${NAME}, ${NAME.ATTRIBUTE}, or ${!TEXT} for the text ${TEXT}");
        }
        if (open == NULL || open > p) {
            size_t length = open != NULL ? (size_t)(open - p) : strlen(p);
            part = part_text(e, value->span, p, length);
            p += length;
        } else if (literal) { /* ${!x} is the text ${x} */
            const char *text = arena_format(e->arena, "${%.*s}", (int)(close - open - 3), open + 3);
            part = part_text(e, value->span, text, strlen(text));
            p = close + 1;
        } else {
            part = part_named(e, value->span,
                              arena_copy(e->arena, open + 2, (size_t)(close - open - 2)));
            p = close + 1;
        }
        if (part == NULL) {
            return NULL;
        }
        *tail = part;
        tail = &part->next;
    }
    return data;
}

struct data *reference_from(struct elab *e, const struct value *call)
{
    const struct value *value = call->first;
    bool text = value != NULL && (value->kind == VALUE_STRING || value->kind == VALUE_BLOCKTEXT);
    bool sub = strcmp(call->text, "sub") == 0;
    if (value == NULL || value->next != NULL || (sub ? !text : value->kind != VALUE_PATH)) {
        return refuse(
            e, value != NULL ? value->span : call->span,
            sub ? "sub(..) takes a text, for example sub(\"${queue.Arn}/x\")"
                : arena_format(e->arena, "%s(..) takes the name of something declared", call->text),
            value != NULL && text && !sub ? "write it without quotes" : NULL);
    }
    return sub ? substitution(e, value)
               : named(e, value->span, value->text, strcmp(call->text, "get") == 0);
}
