/* expected.c - syntax errors in words: what stands there, what could, and the mistakes that have a
 * message of their own. */
#include "base/suggest.h"
#include "syntax/build.h"

#include <parse.h>

#include <string.h>

enum { WORDS_MAX = 7 }; /* more than that is no help */

/* The alternatives of a message. */
struct words {
    const char *at[WORDS_MAX];
    size_t len;
    bool many;
};

struct wanted {
    bool kind[T_NULL + 1];
};

static void add(struct words *words, const char *text)
{
    for (size_t i = 0; i < words->len; i++)
        if (strcmp(words->at[i], text) == 0)
            return;
    if (words->len < WORDS_MAX)
        words->at[words->len++] = text;
    else
        words->many = true;
}

static const char *item_words(enum form form)
{
    switch (form) {
    case FORM_FILE:
        return "a declaration";
    case FORM_SCHEMA:
        return "a column";
    case FORM_STEPS:
        return "a step";
    case FORM_MAP:
        return "a key";
    case FORM_PAREN:
        return "a name and a colon";
    case FORM_ATTRS:
    case FORM_POLICY:
    case FORM_QUALITY:
    case FORM_STANDARD:
    case FORM_PARALLEL:
    case FORM_CHOOSE:
    case FORM_POLL:
    case FORM_LIST:
        break;
    }
    return "an attribute";
}

/* Keywords that are names elsewhere and words of the grammar here. */
static const struct {
    int kind;
    const char *text;
} keyword_texts[] = {
    {T_OF, "'of'"},
    {T_ON, "'on'"},
    {T_TO, "'to'"},
    {T_FOR, "'for'"},
    {T_EXCEPT, "'except'"},
    {T_WHERE, "'where'"},
    {T_UNTIL, "'until'"},
    {T_BECAUSE, "'because'"},
    {T_WITH, "'with'"},
    {T_GRANT, "'grant'"},
    {T_OPTION, "'option'"},
    {T_MUST, "'must'"},
    {T_SHOULD, "'should'"},
    {T_HAVE, "'have'"},
    {T_IS, "'is'"},
    {T_IN, "'in'"},
    {T_MATCHES, "'matches'"},
    {T_LIKE, "'like'"},
    {T_BETWEEN, "'between'"},
    {T_AND, "'and'"},
    {T_OR, "'or'"},
    {T_REFERENCES, "'references'"},
    {T_TAGGED, "'tagged'"},
    {T_BRANCH, "'branch'"},
    {T_OVER, "'over'"},
    {T_WHEN, "'when'"},
    {T_OTHERWISE, "'otherwise'"},
    {T_CATCH, "'catch'"},
    {T_INCLUDE, "'include'"},
    {T_REQUEST, "'request'"},
    {T_FORBID, "'forbid'"},
    {T_EXPECT, "'expect'"},
    {T_EVERY, "'every'"},
    {T_ANY, "'any'"},
    {T_ALL, "'all'"},
    {T_NULL, "'null'"},
};

static const struct {
    int kind;
    const char *text;
} mark_texts[] = {
    {T_LBRACKET, "'['"}, {T_LPAREN, "'('"}, {T_COMMA, "','"}, {T_RBRACKET, "']'"},
    {T_RPAREN, "')'"},   {T_CLOSE, "'}'"},  {T_BAR, "'|'"},   {T_ASSIGN, "'='"},
    {T_LT, "'<'"},       {T_GT, "'>'"},
};

static bool opens_braces(const struct wanted *w)
{
    for (int kind = T_OPEN_SCHEMA; kind <= T_OPEN_POLL; kind++)
        if (w->kind[kind])
            return true;
    return w->kind[T_OPEN];
}

static bool is_after_label(const struct parse *ps)
{
    return ps->before == T_LABEL || ps->before == T_QLABEL;
}

static void value_words(const struct parse *ps, struct words *words, const struct wanted *w,
                        enum form form)
{
    bool value = w->kind[T_LITERAL] && w->kind[T_STRING];
    if (value && !w->kind[T_TRUE] && !w->kind[T_WORD])
        add(words, "a date");
    else if (value && w->kind[T_NOT] && w->kind[T_LPAREN])
        add(words, "a condition");
    else if (value)
        add(words, "a value");
    else if (w->kind[T_WORD] && form == FORM_SCHEMA && is_after_label(ps))
        add(words, "a type");
    else if (w->kind[T_WORD] && form == FORM_STEPS && (is_after_label(ps) || ps->before == T_POLL))
        add(words, "a verb");
    else if (w->kind[T_WORD] && w->kind[T_LABEL])
        add(words, form == FORM_FILE ? "a declaration" : "an attribute or a block");
    else if (w->kind[T_WORD])
        add(words, form == FORM_FILE && !ps->head && w->kind[T_TYPE] && ps->brackets.len == 0
                       ? "a declaration"
                       : "a name");
    else if (w->kind[T_LABEL])
        add(words, item_words(form));
    if (!value && w->kind[T_STRING] && !w->kind[T_WORD])
        add(words, "a text in quotes");
}

static void operator_words(struct words *words, const struct wanted *w)
{
    if (w->kind[T_EQ] && w->kind[T_BETWEEN] && w->kind[T_MATCHES])
        add(words, "a test such as 'is unique' or '>= 0'");
    else if (w->kind[T_EQ])
        add(words, "a comparison");
}

/* What could stand here, in the words of the user. */
static struct words expected_words(const struct parse *ps, const struct wanted *w, enum form form)
{
    struct words words = {0};
    value_words(ps, &words, w, form);
    operator_words(&words, w);
    bool name = w->kind[T_WORD];
    for (size_t i = 0; i < sizeof keyword_texts / sizeof *keyword_texts; i++) {
        int kind = keyword_texts[i].kind;
        bool statement = kind == T_GRANT || kind == T_REQUEST || kind == T_FORBID ||
                         kind == T_EXPECT || kind == T_EVERY;
        bool tests = w->kind[T_MATCHES] && w->kind[T_EQ] &&
                     (kind == T_IS || kind == T_IN || kind == T_MATCHES || kind == T_BETWEEN ||
                      kind == T_REFERENCES);
        if (w->kind[kind] && !tests && (!name || (statement && !w->kind[T_LITERAL])))
            add(&words, keyword_texts[i].text);
    }
    if (opens_braces(w) && !(name && w->kind[T_LITERAL] && !ps->step))
        add(&words, "'{'");
    bool value = w->kind[T_LITERAL] && w->kind[T_STRING];
    for (size_t i = 0; i < sizeof mark_texts / sizeof *mark_texts; i++) {
        int kind = mark_texts[i].kind;
        bool optional = (kind == T_COMMA || kind == T_BAR || kind == T_LT) &&
                        (w->kind[T_LABEL] || form == FORM_FILE);
        bool hidden = optional || (value && (kind == T_LBRACKET || kind == T_LPAREN)) ||
                      (w->kind[T_EQ] && (kind == T_LT || kind == T_GT));
        if (w->kind[kind] && !hidden)
            add(&words, mark_texts[i].text);
    }
    if (w->kind[T_ANNOTATION] && words.len < 4)
        add(&words, "an annotation");
    if (w->kind[T_END] && words.len == 0)
        add(&words, "the end of the file");
    return words;
}

static const char *joined(struct parse *ps, const struct words *words)
{
    if (words->len == 0 || words->many)
        return NULL;
    const char *text = words->at[0];
    for (size_t i = 1; i < words->len; i++)
        text = arena_format(&ps->s->arena, "%s%s%s", text, i + 1 == words->len ? " or " : ", ",
                            words->at[i]);
    return text;
}

/* The token as the user wrote it. */
static const char *found_words(struct parse *ps, const struct lexeme *t)
{
    if (t->kind == T_END)
        return "end of the file";
    size_t length = t->span.hi - t->span.lo;
    const char *text = ps->source->text + (t->span.lo - ps->source->base);
    if (t->kind == T_STRING && (length > 30 || memchr(text, '\n', length)))
        return "text in quotes";
    if (length > 60)
        length = 60;
    return arena_format(&ps->s->arena, "'%.*s'", (int)length, text);
}

/* A word where a statement begins. */
static bool unknown_statement(struct parse *ps, const struct lexeme *t, const struct wanted *w,
                              enum form form)
{
    static const struct {
        enum form form;
        int kind;
        const char *words[4];
        const char *help;
    } rows[] = {
        {FORM_POLICY,
         T_GRANT,
         {"grant", "request", "forbid", NULL},
         "a policy holds grant, request and forbid: the promise that nobody is given something"},
        {FORM_QUALITY,
         T_EXPECT,
         {"expect", "any", "all", NULL},
         "quality holds expect, any { } and all { }"},
        {FORM_STANDARD,
         T_EVERY,
         {"every", NULL, NULL, NULL},
         "a standard holds rules that begin with every"},
        {FORM_PARALLEL, T_BRANCH, {"branch", NULL, NULL, NULL}, "write branch NAME { ... }"},
        {FORM_CHOOSE,
         T_WHEN,
         {"when", "otherwise", NULL, NULL},
         "write when CONDITION { ... } and otherwise { ... }"},
        {FORM_SCHEMA, T_INCLUDE, {"include", NULL, NULL, NULL}, "a column is written name: type"},
        {FORM_STEPS, T_LABEL, {NULL, NULL, NULL, NULL}, "a step is written name: verb"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].form != form || !w->kind[rows[i].kind] || w->kind[T_WORD] || t->kind != T_WORD)
            continue;
        if (!t->first && ps->before != T_CLOSE &&
            !(ps->before >= T_OPEN_SCHEMA && ps->before <= T_OPEN_POLL))
            continue;
        struct suggestion suggestion = suggest_for(t->value.atom);
        for (size_t k = 0; rows[i].words[k]; k++)
            suggest_offer(&suggestion, rows[i].words[k]);
        struct diag *d =
            diag(ps->s, D_SYNTAX_ERROR, t->span, "unexpected '%s': expected %s", t->value.atom,
                 form == FORM_SCHEMA  ? "a column"
                 : form == FORM_STEPS ? "a step"
                                      : "a statement");
        if (suggestion.best)
            diag_suggest(ps->s, d, suggestion.best);
        else
            diag_help(ps->s, d, "%s", rows[i].help);
        return true;
    }
    return false;
}

/* Statements and attributes outside the braces they belong in. */
static bool misplaced(struct parse *ps, const struct lexeme *t, const struct wanted *w,
                      enum form form)
{
    const char *where = t->kind == T_GRANT || t->kind == T_REQUEST || t->kind == T_FORBID
                            ? "a policy"
                        : t->kind == T_EXPECT  ? "quality"
                        : t->kind == T_EVERY   ? "a standard"
                        : t->kind == T_INCLUDE ? "a schema"
                                               : NULL;
    bool own = (form == FORM_POLICY &&
                (t->kind == T_GRANT || t->kind == T_REQUEST || t->kind == T_FORBID)) ||
               (form == FORM_QUALITY && t->kind == T_EXPECT) ||
               (form == FORM_STANDARD && t->kind == T_EVERY);
    bool item = w->kind[T_LABEL] || w->kind[T_END] || w->kind[T_BRANCH] || w->kind[T_WHEN];
    if (where && item && !own && !w->kind[T_LITERAL]) {
        struct diag *d =
            diag(ps->s, D_MISPLACED_STATEMENT, t->span, "'%s' stands in %s", t->value.atom, where);
        if (form == FORM_FILE && strcmp(where, "a policy") == 0)
            diag_help(ps->s, d, "policy NAME { %s ... }", t->value.atom);
        return true;
    }
    if ((t->kind == T_LABEL || t->kind == T_QLABEL) && form == FORM_FILE && w->kind[T_END]) {
        struct diag *d = diag(ps->s, D_MISPLACED_STATEMENT, t->span,
                              "attributes stand inside the braces of a declaration");
        diag_help(ps->s, d, "a declaration begins with its kind: domain sales { ... }");
        return true;
    }
    if ((t->kind == T_LABEL || t->kind == T_QLABEL) &&
        (form == FORM_PARALLEL || form == FORM_CHOOSE)) {
        struct diag *d = diag(ps->s, D_MISPLACED_STATEMENT, t->span, "steps stand inside a %s",
                              form == FORM_PARALLEL ? "'branch'" : "'when' or 'otherwise'");
        diag_help(ps->s, d, "write %s",
                  form == FORM_PARALLEL ? "branch NAME { ... }" : "when CONDITION { ... }");
        return true;
    }
    return false;
}

static void report(struct parse *ps, const struct wanted *w)
{
    const struct lexeme *t = ps->last;
    struct bracket *top = top_bracket(ps);
    bool opening = t->kind == T_OPEN || t->kind == T_LBRACKET || t->kind == T_LPAREN ||
                   (t->kind >= T_OPEN_SCHEMA && t->kind <= T_OPEN_POLL);
    if (opening && top) /* it is on the stack already */
        top = ps->brackets.len > 1 ? top - 1 : NULL;
    enum form form = ps->closed.at ? ps->closed.form : top ? top->form : FORM_FILE;
    if (unknown_statement(ps, t, w, form) || misplaced(ps, t, w, form))
        return;
    struct words words = expected_words(ps, w, form);
    const char *expected = joined(ps, &words), *found = found_words(ps, t);
    struct diag *d = expected ? diag(ps->s, D_SYNTAX_ERROR, t->span, "unexpected %s: expected %s",
                                     found, expected)
                              : diag(ps->s, D_SYNTAX_ERROR, t->span, "unexpected %s", found);
    bool comparison = t->kind == T_EQ || t->kind == T_NE || (t->kind >= T_LT && t->kind <= T_GE);
    if (comparison && w->kind[T_AND])
        diag_help(ps->s, d, "comparisons do not chain: join two of them with 'and'");
    else if (form == FORM_POLICY && ps->before == T_WHERE)
        diag_help(ps->s, d, "the whole condition stands in quotes: where \"region = 'EU'\"");
    else if (form == FORM_POLICY && t->kind == T_STRING && w->kind[T_WORD] && !w->kind[T_STRING])
        diag_help(ps->s, d, "principals are declared, and named here: role NAME { arn: \"...\" }");
}

void syntax_error(struct parse *ps, const int *expected, size_t count)
{
    struct wanted w = {0};
    for (size_t i = 0; i < count; i++)
        if (expected[i] <= T_NULL)
            w.kind[expected[i]] = true;
    /* one mistake, one report: not after one of the scanner on this line, not about what was put in
     */
    bool said = ps->last->made_up || (ps->error_line == ps->line && ps->queued == 0) ||
                (ps->head && ps->head->kind == KIND_NONE);
    ps->tree->complete = false;
    ps->syntax_errors = true;
    mark_broken(ps);
    if (!said && ps->errors < SYNTAX_ERRORS_MAX)
        report(ps, &w);
    else if (!ps->unsaid.lo)
        ps->unsaid = ps->last->span;
    ps->errors += !said;
    if (ps->errors > SYNTAX_ERRORS_MAX)
        ps->to_top = true;
    begin_recovery(ps);
}
