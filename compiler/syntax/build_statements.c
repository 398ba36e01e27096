/* build_statements.c - builders of the tree for steps, access, expectations and standards, called
 * by grammar/mesh.y. Lists that grow at the end of a statement (operands, annotations) are kept in
 * front and put in order at its end. */
#include "base/suggest.h"
#include "syntax/build.h"

#include <string.h>

static struct diag *complain(struct parse *ps, enum diag_code code, struct span span,
                             const char *text, const char *word)
{
    ps->tree->complete = false;
    return word ? diag(ps->s, code, span, "'%s' %s", word, text)
                : diag(ps->s, code, span, "%s", text);
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* Which operands a verb takes, as letters: n a name or text, t a text, p a path, d a duration or
 * path, v a call or path. */
static const struct verb_row {
    const char *word;
    enum verb verb;
    const char *operands; /* required ones, then '?' before each optional one */
    const char *what;     /* the first operand in words */
    enum form form;       /* of its braces */
    bool braces;          /* it needs them */
} verbs[] = {
    {"lambda", VERB_LAMBDA, "n", "the name of a function", FORM_ATTRS, false},
    {"glue", VERB_GLUE, "n", "the name of a Glue job", FORM_ATTRS, false},
    {"athena", VERB_ATHENA, "t", "the text of a query", FORM_ATTRS, false},
    {"batch", VERB_BATCH, "n", "the name of a job definition", FORM_ATTRS, false},
    {"emr", VERB_EMR, "n", "the name of an application", FORM_ATTRS, false},
    {"call", VERB_CALL, "t", "a text such as \"dynamodb:putItem\"", FORM_ATTRS, false},
    {"crawl", VERB_CRAWL, "p", "the name of a product", FORM_ATTRS, false},
    {"check", VERB_CHECK, "p", "the name of a product", FORM_ATTRS, false},
    {"run", VERB_RUN, "p", "the name of a pipeline", FORM_ATTRS, false},
    {"wait", VERB_WAIT, "d", "a duration, a path or 'until' and a time", FORM_ATTRS, false},
    {"notify", VERB_NOTIFY, "p?t", "the name of a channel and a text", FORM_ATTRS, false},
    {"succeed", VERB_SUCCEED, "", "nothing", FORM_ATTRS, false},
    {"fail", VERB_FAIL, "?t?t", "the name of an error and its cause, in quotes", FORM_ATTRS, false},
    {"set", VERB_SET, "", "a map in braces", FORM_MAP, true},
    {"raw", VERB_RAW, "", "a state in braces", FORM_MAP, true},
    {"parallel", VERB_PARALLEL, "", "branches in braces", FORM_PARALLEL, true},
    {"map", VERB_MAP, "v", "'over' and a path or call", FORM_ATTRS, true},
    {"poll", VERB_POLL, "", "a step and braces", FORM_POLL, true},
    {"choose", VERB_CHOOSE, "", "'when' and 'otherwise' in braces", FORM_CHOOSE, true},
    {"try", VERB_TRY, "", "steps in braces", FORM_STEPS, true},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

static const struct verb_row *verb_row(enum verb verb)
{
    for (size_t i = 0; i < VERBS; i++)
        if (verbs[i].verb == verb)
            return &verbs[i];
    return NULL;
}

/* The row of a verb; of the nearest one after a report, NULL when there is none. */
static const struct verb_row *find_verb(struct parse *ps, atom word, struct span span)
{
    struct suggestion suggestion = suggest_for(word);
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].word, word) == 0)
            return &verbs[i];
    }
    for (size_t i = 0; i < VERBS; i++)
        suggest_offer(&suggestion, verbs[i].word);
    ps->tree->complete = false;
    struct diag *d = diag(ps->s, D_UNKNOWN_VERB, span, "unknown verb '%s'", word);
    if (suggestion.best)
        diag_suggest(ps->s, d, suggestion.best);
    else
        diag_help(ps->s, d, "a step is a name, a colon and a verb: load: lambda LoadOrders");
    for (size_t i = 0; suggestion.best && i < VERBS; i++)
        if (strcmp(verbs[i].word, suggestion.best) == 0)
            return &verbs[i];
    return NULL;
}

static struct step_decl *new_step(struct parse *ps, struct name label, struct span span)
{
    struct step_decl *step = arena_new(&ps->s->trees, struct step_decl);
    step->item.kind = ITEM_STEP;
    step->item.span = span_join(label.span, span);
    step->label = label;
    return step;
}

struct step_decl *step_begin(struct parse *ps, struct name label, atom word, struct span span)
{
    struct step_decl *step = new_step(ps, label, span);
    const struct verb_row *row = find_verb(ps, word, span);
    step->word = word_name(word, span);
    if (row && strcmp(row->word, word) == 0)
        step->verb = row->verb;
    ps->step = step;
    ps->pending = ps->brackets.len;
    ps->step_form = row ? row->form : FORM_ATTRS;
    ps->step_kind = row ? kind_find(KIND_STEPS, row->word) : KIND_NONE;
    ps->skip_body = !row;
    return step;
}

struct step_decl *step_empty(struct parse *ps, struct name label, struct span span)
{
    struct step_decl *step = new_step(ps, label, span);
    ps->step = step;
    ps->pending = ps->brackets.len;
    ps->step_form = FORM_ATTRS;
    ps->step_kind = KIND_NONE;
    ps->skip_body = true;
    return step;
}

static void prepend(struct value **list, struct value *value)
{
    value->next = *list;
    *list = value;
}

static struct value *in_order(struct value *list)
{
    struct value *reversed = NULL;
    while (list) {
        struct value *next = list->next;
        list->next = reversed;
        reversed = list;
        list = next;
    }
    return reversed;
}

struct step_decl *step_operand(struct step_decl *step, struct value *operand)
{
    prepend(&step->operands, operand);
    return step;
}

struct step_decl *step_until(struct parse *ps, struct step_decl *step, struct value *operand,
                             struct span until)
{
    if (step->verb != VERB_WAIT && step->verb != VERB_NONE)
        complain(ps, D_WRONG_OPERAND, until, "takes no 'until'", step->word.text),
            ps->broken_step = step;
    else if (step->operands)
        complain(ps, D_WRONG_OPERAND, until, "takes a duration or 'until', not both",
                 step->word.text);
    step->wait_until = true;
    return step_operand(step, operand);
}

static bool operand_fits(char letter, const struct value *value, bool until)
{
    bool text = value->kind == VALUE_STRING || value->kind == VALUE_BLOCKTEXT,
         path = value->kind == VALUE_PATH;
    if (value->kind == VALUE_ERROR)
        return true;
    switch (letter) {
    case 'n':
        return text || path;
    case 't':
        return text;
    case 'p':
        return path;
    case 'd':
        return path || (until ? text : value->kind == VALUE_DURATION || value->kind == VALUE_ERROR);
    default:
        return path || value->kind == VALUE_CALL;
    }
}

static void check_operands(struct parse *ps, struct step_decl *step, bool braces)
{
    const struct verb_row *row = verb_row(step->verb);
    if (!row || step == ps->broken_step)
        return;
    const char *letter = row->operands;
    for (const struct value *value = step->operands; value; value = value->next) {
        letter += *letter == '?';
        if (*letter == 0 || !operand_fits(*letter, value, step->wait_until)) {
            struct diag *d = complain(ps, D_WRONG_OPERAND, value->span,
                                      *letter            ? "does not take this"
                                      : row->operands[0] ? "takes no more than that"
                                                         : "takes no operand",
                                      step->word.text);
            diag_help(ps->s, d, "'%s' takes %s", step->word.text, row->what);
            return;
        }
        letter++;
    }
    if (*letter != 0 && *letter != '?')
        complain(ps, D_WRONG_OPERAND, step->word.span,
                 arena_format(&ps->s->arena, "needs %s", row->what), step->word.text);
    else if (row->braces && !braces)
        complain(ps, D_WRONG_OPERAND, step->word.span,
                 arena_format(&ps->s->arena, "needs %s%s", row->what,
                              row->verb == VERB_MAP ? ", then steps in braces" : ""),
                 step->word.text);
}

static struct item *finish_step(struct parse *ps, struct step_decl *step, bool braces,
                                struct span span)
{
    step->item.span = span;
    step->operands = in_order(step->operands);
    check_operands(ps, step, braces);
    doc_at(ps, &step->item, span.lo);
    if (ps->step == step)
        ps->step = NULL;
    if (!braces)
        ps->skip_body = false;
    return &step->item;
}

struct item *step_end(struct parse *ps, struct step_decl *step, struct span span)
{
    return finish_step(ps, step, false, span);
}

struct item *step_options(struct parse *ps, struct step_decl *step, struct items options,
                          struct span span)
{
    step->has_options = true;
    step->options = options.first;
    return finish_step(ps, step, true, span);
}

struct item *step_parts(struct parse *ps, struct step_decl *step, struct parts parts,
                        struct span span)
{
    step->parts = parts.first;
    if (!parts.first && ps->errors == 0 && step != ps->broken_step && step->verb != VERB_NONE)
        complain(ps, D_WRONG_OPERAND, step->word.span,
                 step->verb == VERB_PARALLEL ? "needs at least one branch"
                                             : "needs at least one 'when'",
                 step->word.text);
    return finish_step(ps, step, true, span);
}

struct item *step_try(struct parse *ps, struct step_decl *step, struct items steps,
                      struct span body, struct parts catches, struct span span)
{
    struct part *tried = make_part(ps, PART_TRY, no_name(), NULL, NULL, steps, body);
    tried->next = catches.first;
    step->parts = tried;
    if (!catches.first && ps->errors == 0 && step != ps->broken_step && step->verb != VERB_NONE)
        complain(ps, D_WRONG_OPERAND, step->word.span, "needs 'catch' after its braces",
                 step->word.text);
    return finish_step(ps, step, true, span);
}

struct step_decl *poll_begin(struct parse *ps, struct step_decl *step, atom word, struct span span)
{
    const struct verb_row *row = find_verb(ps, word, span);
    struct step_decl *polled = new_step(ps, no_name(), span);
    polled->word = word_name(word, span);
    polled->item.span = span;
    if (row && row->form == FORM_ATTRS && !row->braces && strcmp(row->word, word) == 0)
        polled->verb = row->verb;
    else if (row && strcmp(row->word, word) == 0)
        complain(ps, D_WRONG_OPERAND, span, "cannot be polled", word);
    step->polled = polled;
    return step;
}

struct step_decl *poll_operand(struct step_decl *step, struct value *operand)
{
    if (step->polled)
        prepend(&step->polled->operands, operand);
    return step;
}

struct item *poll_end(struct parse *ps, struct step_decl *step, struct items options, bool braces,
                      struct span span)
{
    struct step_decl *polled = step->polled;
    if (polled) {
        polled->operands = in_order(polled->operands);
        for (const struct value *value = polled->operands; value; value = value->next)
            polled->item.span.hi = value->span.hi;
        if (step != ps->broken_step)
            check_operands(ps, polled, false);
    }
    step->has_options = braces;
    step->options = options.first;
    return finish_step(ps, step, braces, span);
}

void steps_follow(struct parse *ps)
{
    ps->steps_follow = true;
    ps->pending = ps->brackets.len;
}

struct part *make_part(struct parse *ps, enum part_kind kind, struct name name,
                       struct condition *condition, struct value *errors, struct items steps,
                       struct span span)
{
    struct part *part = arena_new(&ps->s->trees, struct part);
    part->kind = kind;
    part->span = span;
    part->name = name;
    part->condition = condition;
    part->errors = errors;
    part->steps = steps.first;
    return part;
}

struct parts first_part(struct part *part)
{
    return (struct parts){part, part};
}

struct parts add_part(struct parts parts, struct part *part)
{
    if (!parts.last)
        return first_part(part);
    parts.last->next = part;
    parts.last = part;
    return parts;
}

/* ---- clauses of all statements --------------------------------------------------------------- */

static void once(struct parse *ps, struct value **slot, struct value *value, struct span word,
                 const char *name)
{
    if (*slot)
        complain(ps, D_REPEATED_CLAUSE, word, "stands twice in this statement", name);
    else
        *slot = value;
}

static struct annotation *annotate(struct annotation *list, struct annotation *annotation)
{
    annotation->next = list;
    return annotation;
}

/* ---- access ---------------------------------------------------------------------------------- */

struct access *access_begin(struct parse *ps, enum access_verb verb, struct values permissions,
                            struct target *target, struct span span)
{
    struct access *access = arena_new(&ps->s->trees, struct access);
    access->item.kind = ITEM_ACCESS;
    access->item.span = span;
    access->verb = verb;
    access->permissions = permissions.first;
    access->target = *target;
    return access;
}

struct access *access_to(struct access *access, struct values names, struct span span)
{
    access->to = names.first;
    access->item.span = span;
    return access;
}

struct access *access_except(struct parse *ps, struct access *access, struct values names,
                             struct span word, struct span span)
{
    access->item.span = span;
    if (access->verb != ACCESS_FORBID) {
        struct diag *d = complain(ps, D_MISPLACED_STATEMENT, word,
                                  "after the names belongs to 'forbid' alone", "except");
        diag_help(ps->s, d, "to leave out columns, write it after the table: x except (a, b)");
        return access;
    }
    once(ps, &access->to_except, names.first, word, "except");
    return access;
}

struct access *access_where(struct parse *ps, struct access *access, struct value *text,
                            struct span word, struct span span)
{
    access->item.span = span;
    once(ps, &access->where, text, word, "where");
    return access;
}

struct access *access_until(struct parse *ps, struct access *access, struct value *date,
                            struct span word, struct span span)
{
    access->item.span = span;
    if (date->kind != VALUE_DATE && date->kind != VALUE_ERROR) {
        struct diag *d = complain(ps, D_WRONG_OPERAND, date->span, "takes a date", "until");
        diag_help(ps->s, d, "dates are written without quotes: until 2027-01-31");
        date->kind = VALUE_ERROR;
    }
    once(ps, &access->until, date, word, "until");
    return access;
}

struct access *access_because(struct parse *ps, struct access *access, struct value *text,
                              struct span word, struct span span)
{
    access->item.span = span;
    once(ps, &access->because, text, word, "because");
    return access;
}

struct access *access_option(struct parse *ps, struct access *access, struct value *permissions,
                             struct span clause, struct span span)
{
    access->item.span = span;
    if (access->grant_option)
        complain(ps, D_REPEATED_CLAUSE, clause, "stands twice in this statement",
                 "with grant option");
    access->grant_option = true;
    access->grant_option_span = clause;
    access->grant_option_permissions = permissions;
    return access;
}

struct access *access_annotation(struct access *access, struct annotation *annotation,
                                 struct span span)
{
    access->item.span = span;
    access->annotations = annotate(access->annotations, annotation);
    return access;
}

struct item *access_end(struct parse *ps, struct access *access)
{
    (void)ps;
    access->annotations = annotations_in_order(access->annotations);
    return &access->item;
}

struct target *make_target(struct parse *ps, enum target_kind kind, struct name name,
                           struct span span)
{
    struct target *target = arena_new(&ps->s->trees, struct target);
    target->kind = kind;
    target->name = name;
    target->span = span;
    return target;
}

struct target *target_columns(struct parse *ps, struct target *target, struct span name,
                              struct span open, struct values columns)
{
    target->has_columns = true;
    target->columns = columns.first;
    if (name.hi != open.lo) {
        struct diag *d = complain(ps, D_INCLUDE_LIST_APART, (struct span){name.lo, open.hi},
                                  "a list of columns stands directly after its table", NULL);
        diag_help(ps->s, d, "write %s(...) for these columns, %s except (...) for all the others",
                  target->name.text, target->name.text);
    }
    return target;
}

struct target *target_except(struct target *target, struct values columns)
{
    target->except = true;
    target->columns = columns.first;
    return target;
}

struct target *target_tests(struct parse *ps, enum target_kind kind, struct tests tests,
                            struct span span)
{
    struct target *target = make_target(ps, kind, no_name(), span);
    target->tests = tests.first;
    return target;
}

struct target *target_values(struct target *target, struct values values)
{
    target->columns = values.first;
    return target;
}

struct tag_test *make_tag_test(struct parse *ps, struct name key, enum operator op,
                               struct values values, struct span span)
{
    struct tag_test *test = arena_new(&ps->s->trees, struct tag_test);
    test->span = span;
    test->key = key;
    test->op = op;
    test->values = values.first;
    return test;
}

struct tests first_test(struct tag_test *test)
{
    return (struct tests){test, test};
}

struct tests add_test(struct tests tests, struct tag_test *test)
{
    tests.last->next = test;
    tests.last = test;
    return tests;
}

/* ---- quality --------------------------------------------------------------------------------- */

static struct expect *new_expect(struct parse *ps, enum expect_form form, struct span span)
{
    struct expect *expect = arena_new(&ps->s->trees, struct expect);
    expect->item.kind = ITEM_EXPECT;
    expect->item.span = span;
    expect->form = form;
    return expect;
}

struct expect *expect_is(struct parse *ps, struct values columns, struct name word,
                         struct span span)
{
    bool complete = strcmp(word.text, "complete") == 0;
    struct expect *expect = new_expect(ps, complete ? EXPECT_COMPLETE : EXPECT_UNIQUE, span);
    expect->columns = columns.first;
    if (complete || strcmp(word.text, "unique") == 0)
        return expect;
    struct suggestion suggestion = suggest_for(word.text);
    suggest_offer(&suggestion, "unique");
    suggest_offer(&suggestion, "complete");
    ps->tree->complete = false;
    struct diag *d = diag(ps->s, D_UNKNOWN_TEST, word.span, "unknown test 'is %s'", word.text);
    if (suggestion.best)
        diag_suggest(ps->s, d, suggestion.best);
    else
        diag_help(ps->s, d, "write is unique or is complete; values are compared with ==");
    return expect;
}

static struct expect *of_column(struct parse *ps, enum expect_form form, struct name column,
                                struct span span)
{
    struct expect *expect = new_expect(ps, form, span);
    expect->columns = make_operand(ps, column);
    return expect;
}

struct expect *expect_compare(struct parse *ps, struct name column, enum operator op,
                              struct value *value, struct span span)
{
    struct expect *expect = of_column(ps, EXPECT_COMPARE, column, span);
    expect->op = op;
    expect->operands = value;
    return expect;
}

struct expect *expect_in(struct parse *ps, struct name column, struct value *list, struct span span)
{
    struct expect *expect = of_column(ps, EXPECT_IN, column, span);
    expect->operands = list->first;
    return expect;
}

struct expect *expect_matches(struct parse *ps, struct name column, struct value *pattern,
                              struct span span)
{
    struct expect *expect = of_column(ps, EXPECT_MATCHES, column, span);
    expect->operands = pattern;
    return expect;
}

struct expect *expect_between(struct parse *ps, struct name column, struct value *from,
                              struct value *to, struct span span)
{
    struct expect *expect = of_column(ps, EXPECT_BETWEEN, column, span);
    expect->operands = from;
    from->next = to;
    return expect;
}

struct expect *expect_references(struct parse *ps, struct values columns, struct name product,
                                 struct values referenced, struct span span)
{
    struct expect *expect = new_expect(ps, EXPECT_REFERENCES, span);
    expect->columns = columns.first;
    expect->product = product;
    expect->referenced = referenced.first;
    return expect;
}

struct expect *expect_sql(struct parse *ps, atom word, struct span word_span, struct value *sql,
                          enum operator op, struct value *value, struct span span)
{
    struct expect *expect = new_expect(ps, EXPECT_SQL, span);
    if (strcmp(word, "sql") != 0) {
        struct diag *d = complain(ps, D_WRONG_OPERAND, word_span, "is followed by a text", word);
        diag_help(ps->s, d, "only sql is: expect sql \"select count(*) ...\" > 0");
    }
    expect->sql = sql;
    expect->op = op;
    expect->operands = value;
    return expect;
}

struct expect *expect_group(struct parse *ps, enum expect_form form, struct items children,
                            struct span span)
{
    struct expect *expect = new_expect(ps, form, span);
    expect->children = children.first;
    return expect;
}

struct expect *expect_where(struct parse *ps, struct expect *expect, struct value *text,
                            struct span word, struct span span)
{
    expect->item.span = span;
    once(ps, &expect->where, text, word, "where");
    return expect;
}

struct expect *expect_annotation(struct expect *expect, struct annotation *annotation,
                                 struct span span)
{
    expect->item.span = span;
    expect->annotations = annotate(expect->annotations, annotation);
    return expect;
}

struct item *expect_end(struct parse *ps, struct expect *expect)
{
    (void)ps;
    expect->annotations = annotations_in_order(expect->annotations);
    return &expect->item;
}

struct expect *make_metric(struct parse *ps, struct name metric, struct values columns,
                           struct span span)
{
    struct expect *expect = new_expect(ps, EXPECT_METRIC, span);
    expect->metric = metric;
    expect->columns = columns.first;
    return expect;
}

struct expect *metric_compare(struct expect *expect, enum operator op, struct value *value,
                              struct span span)
{
    expect->item.span = span;
    expect->op = op;
    expect->operands = value;
    return expect;
}

struct expect *metric_between(struct expect *expect, struct value *from, struct value *to,
                              struct span span)
{
    expect->item.span = span;
    expect->op = OP_IN;
    expect->operands = from;
    from->next = to;
    return expect;
}

/* ---- standard -------------------------------------------------------------------------------- */

struct every *every_begin(struct parse *ps, struct name subject, struct condition *where)
{
    struct every *every = arena_new(&ps->s->trees, struct every);
    every->item.kind = ITEM_EVERY;
    every->subject = subject;
    every->where = where;
    return every;
}

struct every *every_have(struct every *every, bool must, struct conditions have, struct span span)
{
    every->item.span = span;
    every->must = must;
    every->have = have.first;
    return every;
}

struct every *every_because(struct parse *ps, struct every *every, struct value *text,
                            struct span word, struct span span)
{
    every->item.span = span;
    once(ps, &every->because, text, word, "because");
    return every;
}

struct every *every_annotation(struct every *every, struct annotation *annotation, struct span span)
{
    every->item.span = span;
    every->annotations = annotate(every->annotations, annotation);
    return every;
}

struct item *every_end(struct parse *ps, struct every *every)
{
    (void)ps;
    every->annotations = annotations_in_order(every->annotations);
    return &every->item;
}
