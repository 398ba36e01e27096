/* guardrails.c - rules over guardrails: the AWS Config rule that each becomes. */
#include "check/pipelines.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/suggest.h"
#include "check/limits.h"
#include "check/managed_rules.h"

#include <string.h>

static bool made_of(const char *text, const char *more, bool small)
{
    for (; *text; text++) {
        bool fine = (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9') ||
                    (small && *text >= 'a' && *text <= 'z') || strchr(more, *text);
        if (!fine) {
            return false;
        }
    }
    return true;
}

static void source(struct session *s, const struct guardrail *guardrail)
{
    const struct text *managed = &guardrail->managed;
    if (!managed->value && !guardrail->lambda.value) {
        struct diag *d = diag(s, D_GUARDRAIL_SOURCE, guardrail->decl.at,
                              "guardrail '%s' does not say what judges", guardrail->decl.path);
        diag_help(s, d,
                  "add `managed:` with the identifier of an AWS managed rule, or `lambda:` with a "
                  "function");
    } else if (managed->value && guardrail->lambda.value) {
        struct diag *d = diag(s, D_GUARDRAIL_SOURCE, guardrail->lambda.at,
                              "guardrail '%s' is judged twice", guardrail->decl.path);
        diag_place(s, d, managed->at, "by this managed rule");
    } else if (managed->value && !made_of(managed->value, "_", false)) {
        struct diag *d = diag(s, D_GUARDRAIL_SOURCE, managed->at,
                              "'%s' is no identifier of a managed rule", managed->value);
        diag_help(s, d, "identifiers are in capitals, like S3_BUCKET_VERSIONING_ENABLED");
    }
}

/* "AWS::S3::Bucket": three parts at least. */
static bool is_resource_type(const char *text)
{
    const char *first = strstr(text, "::");
    return strncmp(text, "AWS::", 5) == 0 && first && strstr(first + 2, "::") &&
           made_of(text, ":", true);
}

static void scope(struct session *s, const struct guardrail *guardrail)
{
    for (size_t i = 0; i < guardrail->resources.len; i++) {
        const struct text *type = &guardrail->resources.at[i];
        if (!is_resource_type(type->value)) {
            struct diag *d =
                diag(s, D_GUARDRAIL_RESOURCE, type->at, "'%s' is no type of resource", type->value);
            diag_help(s, d, "write it like \"AWS::S3::Bucket\"");
        }
    }
    size_t most = (size_t)limit_info(LIMIT_RULE_RESOURCES)->figure;
    if (guardrail->resources.len > most) {
        diag(s, D_GUARDRAIL_RESOURCE, guardrail->resources.at[most].at,
             "a rule looks at %zu types at most", most);
    }
}

/* ---- what AWS knows of its rules ------------------------------------------------------------- */

enum { SUGGESTIONS_MAX = 100 /* of a run: each looks at the whole table */ };

static void unknown_rule(struct session *s, const struct text *managed, size_t *suggestions)
{
    struct suggestion suggestion = suggest_for(managed->value);
    if ((*suggestions)++ < SUGGESTIONS_MAX) {
        managed_rule_offer(&suggestion);
    }
    struct diag *d =
        diag(s, D_UNKNOWN_MANAGED_RULE, managed->at,
             "AWS Config had no managed rule '%s' when this compiler was made", managed->value);
    diag_suggest(s, d, suggestion.best);
}

static const struct data *given(const struct data *parameters, const struct rule_parameter *wanted)
{
    for (const struct data *d = parameters ? parameters->first : NULL; d; d = d->next) {
        if (strlen(d->key) == wanted->length && !strncmp(d->key, wanted->name, wanted->length)) {
            return d;
        }
    }
    return NULL;
}

static bool fits(const char *text, enum parameter_type type)
{
    const char *digits = text + (*text == '-');
    size_t whole = strspn(digits, "0123456789");
    switch (type) {
    case PARAMETER_INTEGER:
        return whole > 0 && digits[whole] == '\0';
    case PARAMETER_NUMBER:
        return *digits && strspn(digits, "0123456789.eE+-") == strlen(digits);
    case PARAMETER_BOOL:
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    case PARAMETER_TEXT:
        break;
    }
    return true;
}

static void known_parameters(struct session *s, const struct guardrail *guardrail,
                             const struct managed_rule *rule)
{
    static const char *const words[] = {[PARAMETER_INTEGER] = "a whole number",
                                        [PARAMETER_NUMBER] = "a number",
                                        [PARAMETER_BOOL] = "true or false",
                                        [PARAMETER_TEXT] = "a text"};
    struct rule_parameter parameter;
    for (const char *at = rule->parameters; managed_rule_parameter(&at, &parameter);) {
        const struct data *value = given(guardrail->parameters, &parameter);
        if (!value && parameter.required) {
            struct diag *d = diag(s, D_GUARDRAIL_PARAMETER, guardrail->managed.at,
                                  "the rule %s needs its parameter '%.*s'", rule->identifier,
                                  (int)parameter.length, parameter.name);
            diag_help(s, d, "add `parameters { %.*s: .. }`", (int)parameter.length, parameter.name);
        } else if (value && value->text && !fits(value->text, parameter.type)) {
            diag(s, D_GUARDRAIL_PARAMETER, value->at, "'%.*s' of the rule %s is %s",
                 (int)parameter.length, parameter.name, rule->identifier, words[parameter.type]);
        }
    }
}

static bool has_parameter(const struct managed_rule *rule, const char *key,
                          struct suggestion *suggestion, struct session *s)
{
    struct rule_parameter parameter;
    for (const char *at = rule->parameters; managed_rule_parameter(&at, &parameter);) {
        if (strlen(key) == parameter.length && !strncmp(key, parameter.name, parameter.length)) {
            return true;
        }
        suggest_offer(suggestion, arena_copy(&s->arena, parameter.name, parameter.length));
    }
    return false;
}

static void tell_parameters(struct session *s, struct diag *report, const struct managed_rule *rule)
{
    struct buf text = {0};
    struct rule_parameter parameter;
    for (const char *at = rule->parameters; managed_rule_parameter(&at, &parameter);) {
        buf_format(&text, "%s%.*s", text.len ? ", " : "", (int)parameter.length, parameter.name);
    }
    diag_help(s, report, "it has %s", text.len ? text.at : "none");
    buf_free(&text);
}

static void unknown_parameters(struct session *s, const struct guardrail *guardrail,
                               const struct managed_rule *rule)
{
    const struct data *first = guardrail->parameters ? guardrail->parameters->first : NULL;
    for (const struct data *d = first; d; d = d->next) {
        struct suggestion suggestion = suggest_for(d->key);
        if (has_parameter(rule, d->key, &suggestion, s)) {
            continue;
        }
        struct diag *report = diag(s, D_GUARDRAIL_PARAMETER, d->key_at,
                                   "the rule %s has no parameter '%s'", rule->identifier, d->key);
        if (suggestion.best) {
            diag_suggest(s, report, suggestion.best);
        } else {
            tell_parameters(s, report, rule);
        }
    }
}

static void managed_rule(struct session *s, const struct guardrail *guardrail, size_t *suggestions)
{
    const struct text *managed = &guardrail->managed;
    if (!managed->value || !made_of(managed->value, "_", false)) {
        return;
    }
    const struct managed_rule *rule = managed_rule_find(managed->value);
    if (!rule) {
        unknown_rule(s, managed, suggestions);
        return;
    }
    unknown_parameters(s, guardrail, rule);
    known_parameters(s, guardrail, rule);
    if (guardrail->frequency.value && rule->trigger == RULE_CHANGES) {
        struct diag *d =
            diag(s, D_GUARDRAIL_SCHEDULE, guardrail->frequency.at,
                 "the rule %s judges each change and has no schedule", rule->identifier);
        diag_help(s, d, "remove 'schedule'");
    }
}

/* ---- the recorder ---------------------------------------------------------------------------- */

static atom place_of(struct session *s, const struct text *own, const struct text *mesh)
{
    const char *value = own->value ? own->value : mesh->value;
    return atom_of(&s->atoms, value ? value : "");
}

/* One recorder an account and region. */
static void one_recorder(struct session *s, const struct mesh *mesh)
{
    struct map seen = {0};
    for (size_t i = 0; mesh->recorder && i < mesh->environments.len; i++) {
        struct environment *environment = mesh->environments.at[i];
        const struct environment *first =
            map_put(&seen, place_of(s, &environment->account_id, &mesh->account_id),
                    place_of(s, &environment->region, &mesh->region), environment);
        if (first == environment) {
            continue;
        }
        struct diag *d = diag(s, D_RECORDER_TWICE, environment->decl.at,
                              "environments '%s' and '%s' would both make the recorder of one "
                              "account and region",
                              first->decl.name, environment->decl.name);
        diag_place(s, d, mesh->recorder_at, "the recorder is asked for here");
        diag_help(s, d,
                  "give each environment an account of its own, or start the recorder by "
                  "other means and remove 'recorder'");
    }
    map_free(&seen);
}

static void name(struct session *s, const struct guardrail *guardrail)
{
    size_t most = (size_t)limit_info(LIMIT_RULE_NAME)->figure;
    if (strlen(guardrail->decl.name) > most) {
        diag(s, D_GUARDRAIL_TEXT, guardrail->decl.at,
             "the name of a guardrail has %zu characters at most", most);
    }
    size_t longest = (size_t)limit_info(LIMIT_RULE_DESCRIPTION)->figure;
    if (guardrail->decl.doc && strlen(guardrail->decl.doc) > longest) {
        diag(s, D_GUARDRAIL_TEXT, guardrail->decl.at,
             "the description of '%s' has %zu characters, AWS Config takes %zu",
             guardrail->decl.path, strlen(guardrail->decl.doc), longest);
    }
}

/* The stack of governance is made before those of the domains. */
static void function_stands(struct session *s, const struct guardrail *guardrail)
{
    const struct function *function = guardrail->function;
    if (!function || !function->domain) {
        return;
    }
    struct diag *d = diag(s, D_MADE_ELSEWHERE, guardrail->lambda.at,
                          "the function '%s' is not there yet when guardrails are made: the stack "
                          "of domain '%s' makes it",
                          function->decl.path, function->domain->decl.path);
    diag_place(s, d, function->decl.at, "made here");
    diag_help(s, d, "declare the function outside of the domains");
}

void check_guardrails(struct session *s, const struct mesh *mesh)
{
    size_t suggestions = 0;
    one_recorder(s, mesh);
    for (size_t i = 0; i < mesh->guardrails.len; i++) {
        const struct guardrail *guardrail = mesh->guardrails.at[i];
        source(s, guardrail);
        scope(s, guardrail);
        name(s, guardrail);
        managed_rule(s, guardrail, &suggestions);
        function_stands(s, guardrail);
    }
}
