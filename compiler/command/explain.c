/* explain.c - the verb explain: what a diagnostic means, from the registry. */
#include "base/suggest.h"
#include "command/command.h"

#include <stdio.h>
#include <string.h>

static const char *level_word(enum level level)
{
    switch (level) {
    case LEVEL_OFF:
        return "off";
    case LEVEL_NOTE:
        return "note";
    case LEVEL_WARNING:
        return "warning";
    case LEVEL_ERROR:
        return "error";
    }
    return "";
}

/* The text indented by four blanks. */
static void put_example(const char *title, const char *text)
{
    if (!text)
        return;
    printf("\n%s\n\n", title);
    while (*text) {
        size_t n = strcspn(text, "\n");
        printf("%s%.*s\n", n ? "    " : "", (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static void explain(const struct diag_info *info)
{
    printf("%s %s (%s)\n\n%s\n\n%s\n", info->code, info->slug, level_word(info->level), info->title,
           info->text);
    put_example("Wrong:", info->wrong);
    put_example("Right:", info->right);
}

static void list_all(void)
{
    for (int i = 0; i < D_COUNT; i++) {
        const struct diag_info *info = diag_info((enum diag_code)i);
        printf("%s %-7s  %s\n", info->code, level_word(info->level), info->slug);
    }
}

static int unknown_code(const char *text)
{
    struct suggestion near = suggest_for(text);
    for (int i = 0; i < D_COUNT; i++)
        suggest_offer(&near, diag_info((enum diag_code)i)->slug);
    fprintf(stderr, "meshc: '%s' is no diagnostic", text);
    if (near.best)
        fprintf(stderr, "; did you mean '%s'?", near.best);
    fputs("\nTry 'meshc explain' for the list.\n", stderr);
    return EXIT_USAGE;
}

int command_explain(struct session *s, const struct settings *settings)
{
    (void)s;
    if (!settings->operands.len)
        list_all();
    for (size_t i = 0; i < settings->operands.len; i++) {
        enum diag_code code = diag_find(settings->operands.at[i]);
        if (code == D_COUNT)
            return unknown_code(settings->operands.at[i]);
        if (i)
            putchar('\n');
        explain(diag_info(code));
    }
    return EXIT_FINE;
}
