/* functions.c - rules over functions: what Lambda takes of each attribute. Names are judged in
 * names.c, because they have the suffix of an environment. */
#include "check/functions.h"
#include "check/areas.h"

#include "base/suggest.h"
#include "check/limits.h"
#include "check/made.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

/* 512MB and 512MiB are both what Lambda calls 512 MB. */
enum { MEGABYTE = 1000 * 1000, MEBIBYTE = 1024 * 1024 };

bool code_place(const char *text, struct code_place *out)
{
    if (!text || strncmp(text, "s3://", 5) != 0) {
        return false;
    }
    const char *slash = strchr(text + 5, '/');
    if (!slash || slash == text + 5 || !slash[1] || slash[strlen(slash) - 1] == '/') {
        return false;
    }
    *out = (struct code_place){text + 5, (size_t)(slash - (text + 5)), slash + 1};
    return true;
}

int64_t memory_megabytes(const struct amount *memory)
{
    if (memory->base % MEGABYTE == 0) {
        return memory->base / MEGABYTE;
    }
    return memory->base % MEBIBYTE == 0 ? memory->base / MEBIBYTE : -1;
}

static int by_id(const void *a, const void *b)
{
    const struct deployment_account *const *x = a, *const *y = b;
    return strcmp((*x)->id ? (*x)->id : "", (*y)->id ? (*y)->id : "");
}

void function_caller_accounts(const struct deployment *deployment, const struct function *function,
                              struct caller_accounts *out)
{
    const struct deployment_account *own = account_of_domain(deployment, function->domain);
    size_t kept = 0;
    for (size_t i = 0; i < function->callers.len; i++) {
        const struct pipeline *caller = function->callers.at[i];
        const struct deployment_account *account = account_of_domain(deployment, caller->domain);
        if (account != own && pipeline_is_made(caller)) {
            vec_push(out->arena, &out->list, account);
        }
    }
    if (out->list.len > 0) {
        qsort(out->list.at, out->list.len, sizeof *out->list.at, by_id);
    }
    for (size_t i = 0; i < out->list.len; i++) {
        if (kept == 0 || out->list.at[kept - 1] != out->list.at[i]) {
            out->list.at[kept++] = out->list.at[i];
        }
    }
    out->list.len = kept;
}

static int64_t figure(enum limit limit)
{
    return limit_info(limit)->figure;
}

/* ---- code ------------------------------------------------------------------------------------ */

static void check_code(struct session *s, const struct function *function)
{
    struct code_place place;
    const struct text *code = &function->code;
    if (!code->value) {
        return; /* reported by the model */
    }
    if (!code_place(code->value, &place)) {
        struct diag *d =
            diag(s, D_FUNCTION_CODE, code->at, "'%s' is no archive in S3", code->value);
        diag_help(s, d,
                  "write s3://BUCKET/KEY; a new version of the code needs a new key, or "
                  "CloudFormation sees no change");
    } else if (strlen(place.key) > (size_t)figure(LIMIT_OBJECT_KEY)) {
        diag(s, D_FUNCTION_CODE, code->at, "the key has %zu bytes, S3 takes %lld",
             strlen(place.key), (long long)figure(LIMIT_OBJECT_KEY));
    }
}

/* ---- runtime --------------------------------------------------------------------------------- */

static const struct runtime {
    const char *name, *deprecated, *successor;
} runtimes[] = {
#define RUNTIME(name, deprecated, successor) {name, deprecated, successor},
#include "check/runtimes.def"
#undef RUNTIME
};

static void check_runtime(struct session *s, const struct text *text)
{
    struct suggestion suggestion = suggest_for(text->value);
    for (size_t i = 0; i < sizeof runtimes / sizeof *runtimes; i++) {
        const struct runtime *runtime = &runtimes[i];
        if (strcmp(runtime->name, text->value) != 0) {
            suggest_offer(&suggestion, runtime->deprecated[0] ? runtime->successor : runtime->name);
            continue;
        }
        if (runtime->deprecated[0]) {
            struct diag *d = diag(s, D_DEPRECATED_RUNTIME, text->at,
                                  "Lambda has deprecated the runtime '%s' on %s", runtime->name,
                                  runtime->deprecated);
            diag_help(s, d, "'%s' takes its place", runtime->successor);
        }
        return;
    }
    struct diag *d =
        diag(s, D_UNKNOWN_RUNTIME, text->at, "Lambda has no runtime '%s'", text->value);
    if (suggestion.best) {
        diag_suggest(s, d, suggestion.best);
    } else {
        diag_help(s, d,
                  "one that is newer than this compiler comes by "
                  "`patch \"AWS::Lambda::Function\" { Runtime: \"..\" }`");
    }
}

/* ---- figures --------------------------------------------------------------------------------- */

static void check_figures(struct session *s, const struct function *function)
{
    long long least = figure(LIMIT_FUNCTION_MEMORY_LEAST), most = figure(LIMIT_FUNCTION_MEMORY);
    int64_t memory = memory_megabytes(&function->memory);
    if (function->memory.text && (memory < least || memory > most)) {
        diag(s, D_FUNCTION_FIGURE, function->memory.at,
             "a function has %lldMB to %lldMB of memory, in whole ones; this is %s", least, most,
             function->memory.text);
    }
    const struct amount *timeout = &function->timeout;
    if (timeout->text && (timeout->base < 1 || timeout->base > figure(LIMIT_FUNCTION_SECONDS))) {
        diag(s, D_FUNCTION_FIGURE, timeout->at,
             "a call takes 1 to %lld seconds at the longest; this is %s",
             (long long)figure(LIMIT_FUNCTION_SECONDS), timeout->text);
    }
}

/* ---- texts ----------------------------------------------------------------------------------- */

static void check_texts(struct session *s, const struct function *function)
{
    const char *handler = function->handler.value, *doc = function->decl.doc;
    if (handler && (!*handler || strpbrk(handler, " \t\r\n") ||
                    strlen(handler) > (size_t)figure(LIMIT_FUNCTION_HANDLER))) {
        diag(s, D_FUNCTION_TEXT, function->handler.at,
             "a handler has 1 to %lld characters without blanks",
             (long long)figure(LIMIT_FUNCTION_HANDLER));
    }
    if (doc && strlen(doc) > (size_t)figure(LIMIT_FUNCTION_DESCRIPTION)) {
        diag(s, D_FUNCTION_TEXT, function->decl.at,
             "the description of '%s' has %zu bytes, Lambda takes %lld", function->decl.path,
             strlen(doc), (long long)figure(LIMIT_FUNCTION_DESCRIPTION));
    }
}

/* ---- environment variables ------------------------------------------------------------------- */

/* Set by Lambda itself (Lambda Developer Guide, "Working with Lambda environment variables"). */
static bool is_reserved(const char *key)
{
    static const char *const reserved[] = {"AWS_ACCESS_KEY",
                                           "AWS_ACCESS_KEY_ID",
                                           "AWS_DEFAULT_REGION",
                                           "AWS_EXECUTION_ENV",
                                           "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                           "AWS_LAMBDA_FUNCTION_NAME",
                                           "AWS_LAMBDA_FUNCTION_VERSION",
                                           "AWS_LAMBDA_INITIALIZATION_TYPE",
                                           "AWS_LAMBDA_LOG_GROUP_NAME",
                                           "AWS_LAMBDA_LOG_STREAM_NAME",
                                           "AWS_LAMBDA_RUNTIME_API",
                                           "AWS_REGION",
                                           "AWS_SECRET_ACCESS_KEY",
                                           "AWS_SESSION_TOKEN",
                                           "LAMBDA_RUNTIME_DIR",
                                           "LAMBDA_TASK_ROOT",
                                           "_HANDLER",
                                           "_X_AMZN_TRACE_ID"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (strcmp(reserved[i], key) == 0) {
            return true;
        }
    }
    return false;
}

/* Lambda API, EnvironmentVariableName: a letter, then at least one letter, digit or underscore. */
static bool is_variable(const char *key)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return *key && strchr(letters, *key) && key[1] && strspn(key, more) == strlen(key);
}

static void check_variables(struct session *s, const struct function *function)
{
    size_t size = 0, most = (size_t)figure(LIMIT_FUNCTION_VARIABLES);
    if (!function->variables) {
        return;
    }
    for (const struct data *v = function->variables->first; v; v = v->next) {
        size += strlen(v->key) + (v->text ? strlen(v->text) : 0);
        if (is_reserved(v->key)) {
            diag(s, D_FUNCTION_VARIABLE, v->key_at, "'%s' is set by Lambda itself", v->key);
        } else if (!is_variable(v->key)) {
            struct diag *d = diag(s, D_FUNCTION_VARIABLE, v->key_at,
                                  "'%s' cannot be the name of an environment variable", v->key);
            diag_help(s, d, "a letter, then at least one letter, digit or underscore can");
        }
    }
    if (size > most) {
        struct diag *d = diag(s, D_FUNCTION_VARIABLE, function->variables->at,
                              "the environment variables of '%s' have %zu bytes, Lambda takes %zu",
                              function->decl.path, size, most);
        diag_help(s, d, "put what is long into a file beside the code, or into S3");
    }
}

void check_functions(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->functions.len; i++) {
        const struct function *function = mesh->functions.at[i];
        check_is_made(s, &function->decl, "function", function->domain);
        check_code(s, function);
        if (function->runtime.value) {
            check_runtime(s, &function->runtime);
        }
        check_figures(s, function);
        check_texts(s, function);
        check_variables(s, function);
    }
}
