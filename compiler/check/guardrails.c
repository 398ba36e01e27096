/* guardrails.c - rules over guardrails: the AWS Config rule that each becomes. */
#include "check/pipelines.h"

#include "check/limits.h"

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

void check_guardrails(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->guardrails.len; i++) {
        const struct guardrail *guardrail = mesh->guardrails.at[i];
        source(s, guardrail);
        scope(s, guardrail);
        name(s, guardrail);
    }
}
