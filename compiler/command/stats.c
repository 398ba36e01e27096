/* stats.c - build --stats: the stacks of a build with what they use of the limits of a template. A
 * generated template has no parameters, mappings or outputs: names are computed. */
#include "command/stats.h"

#include "check/limits.h"

#include <string.h>

static size_t figure(enum limit limit)
{
    return (size_t)limit_info(limit)->figure;
}

/* Rounded up, so that what is used is never shown as nothing. */
static size_t share(size_t used, size_t limit)
{
    return (used * 100 + limit - 1) / limit;
}

static const char *account_text(const struct stack_use *use)
{
    return use->account ? use->account : "self";
}

static void put_padded(struct buf *out, const char *text, size_t width)
{
    buf_format(out, "%-*s  ", (int)width, text);
}

void stats_table(struct buf *out, const struct emit_counts *counts)
{
    size_t resources = figure(LIMIT_TEMPLATE_RESOURCES), bytes = figure(LIMIT_TEMPLATE_BYTES);
    size_t name = strlen("stack"), place = strlen("environment"), account = strlen("account");
    bool placed = false;
    for (size_t i = 0; i < counts->uses.len; i++) {
        const struct stack_use *use = &counts->uses.at[i];
        size_t length = strlen(use->name);
        name = length > name ? length : name;
        length = use->environment ? strlen(use->environment) : 0;
        place = length > place ? length : place;
        length = strlen(account_text(use));
        account = length > account ? length : account;
        placed |= use->environment != NULL;
    }
    if (placed)
        put_padded(out, "environment", place);
    put_padded(out, "stack", name);
    put_padded(out, "account", account);
    buf_format(out, "resources of %zu  bytes of %zu\n", resources, bytes);
    for (size_t i = 0; i < counts->uses.len; i++) {
        const struct stack_use *use = &counts->uses.at[i];
        if (placed)
            put_padded(out, use->environment, place);
        put_padded(out, use->name, name);
        put_padded(out, account_text(use), account);
        buf_format(out, "%9zu  %3zu %%  %8zu  %3zu %%\n", use->resources,
                   share(use->resources, resources), use->bytes, share(use->bytes, bytes));
    }
}

static void put_use(json *object, const char *key, size_t used, enum limit limit)
{
    json *use = json_set_object(object, key);
    json_set_int(use, "used", (int64_t)used);
    json_set_int(use, "limit", limit_info(limit)->figure);
}

void stats_json(struct session *s, struct buf *out, const struct emit_counts *counts)
{
    json *tree = json_object(&s->arena);
    json *stacks = json_set_array(tree, "stacks");
    for (size_t i = 0; i < counts->uses.len; i++) {
        const struct stack_use *use = &counts->uses.at[i];
        json *stack = json_add_object(stacks);
        json_set(stack, "environment",
                 use->environment ? json_text(&s->arena, use->environment) : json_null(&s->arena));
        json_set_text(stack, "stack", use->name);
        json_set(stack, "account",
                 use->account ? json_text(&s->arena, use->account) : json_null(&s->arena));
        put_use(stack, "resources", use->resources, LIMIT_TEMPLATE_RESOURCES);
        put_use(stack, "bytes", use->bytes, LIMIT_TEMPLATE_BYTES);
    }
    json_write(out, tree);
    buf_putc(out, '\n');
}
