/* diag.c - the registry as a table, and the queue of reports. */
#include "source/diag.h"
#include "base/suggest.h"
#include "source/session.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a message, label or help. */
enum { TEXT_MAX = 1000 };

static const struct diag_info registry[] = {
#define DIAG(name, code, slug, level, title, text, wrong, right, system)                           \
    {code, slug, level, title, text, wrong, right, system},
#include "diagnostics.inc"
#undef DIAG
};

const struct diag_info *diag_info(enum diag_code code)
{
    return &registry[code];
}

/* The number in "M0301", "m301", "0301" or "301"; -1 when it is none of them. */
static long number_of(const char *text)
{
    char *end;
    text += *text == 'M' || *text == 'm';
    if (*text < '0' || *text > '9') {
        return -1;
    }
    long number = strtol(text, &end, 10);
    return *end == '\0' ? number : -1;
}

enum diag_code diag_find(const char *text)
{
    long number = number_of(text);
    for (size_t i = 0; i < D_COUNT; i++) {
        if (strcmp(registry[i].slug, text) == 0 || number_of(registry[i].code) == number) {
            return (enum diag_code)i;
        }
    }
    return D_COUNT;
}

const char *diag_configure(struct session *s, const char *argument)
{
    static const char *const words[] = {"off", "note", "warning", "error"}; /* as enum level */
    struct diagnostics *all = &s->diagnostics;
    const char *equals = strchr(argument, '=');
    if (equals == NULL) {
        return arena_format(&s->arena, "'%s' is not of the form CODE=off|note|warning|error",
                            argument);
    }
    const char *name = arena_copy(&s->arena, argument, (size_t)(equals - argument));
    enum diag_code code = diag_find(name);
    if (code == D_COUNT) {
        struct suggestion near = suggest_for(name);
        for (size_t i = 0; i < D_COUNT; i++) {
            suggest_offer(&near, registry[i].slug);
        }
        return near.best == NULL
                   ? arena_format(&s->arena, "there is no diagnostic '%s'", name)
                   : arena_format(&s->arena, "there is no diagnostic '%s'; did you mean '%s'?",
                                  name, near.best);
    }
    size_t level = LEVEL_OFF;
    while (level <= LEVEL_ERROR && strcmp(words[level], equals + 1) != 0) {
        level++;
    }
    if (level > LEVEL_ERROR) {
        return arena_format(&s->arena, "'%s' is not a level: off, note, warning or error",
                            equals + 1);
    }
    if (registry[code].level == LEVEL_ERROR && level != LEVEL_ERROR) {
        return arena_format(&s->arena, "%s is an error that cannot be lowered",
                            registry[code].code);
    }
    all->silenced[code] = level == LEVEL_OFF;
    all->levels[code] = (enum level)level;
    return NULL;
}

/* The level a report of that code has in this run. */
static enum level level_of(const struct diagnostics *all, enum diag_code code)
{
    if (registry[code].level == LEVEL_ERROR) {
        return LEVEL_ERROR;
    }
    if (all->silenced[code] || all->levels[code] != LEVEL_OFF) {
        return all->silenced[code] ? LEVEL_OFF : all->levels[code];
    }
    bool raised = all->werror && registry[code].level == LEVEL_WARNING;
    return raised ? LEVEL_ERROR : registry[code].level;
}

static size_t *counter_of(struct diagnostics *all, enum level level)
{
    return level == LEVEL_ERROR     ? &all->errors
           : level == LEVEL_WARNING ? &all->warnings
                                    : &all->notes;
}

/* Texts quote the mesh, where a word can be as long as a file: what is too long to read is cut. */
__attribute__((format(printf, 2, 0))) static const char *
keep_text(struct session *s, const char *format, va_list arguments)
{
    static const char dots[] = "...";
    char text[TEXT_MAX + sizeof dots];
    int length = vsnprintf(text, sizeof text, format, arguments);
    if (length > TEXT_MAX) {
        length = TEXT_MAX;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--; /* not in the middle of a character */
        }
        memcpy(text + length, dots, sizeof dots);
        length += (int)sizeof dots - 1;
    }
    return arena_copy(&s->arena, text, length < 0 ? 0 : (size_t)length);
}

/* Counts a report; false when there are too many of its level to keep it. */
static bool count(struct diagnostics *all, enum diag_code code, enum level level)
{
    all->system_errors += registry[code].system;
    if (++*counter_of(all, level) > DIAG_MAX) {
        all->dropped++;
        return false;
    }
    return true;
}

static void keep(struct session *s, struct diag *d)
{
    d->order = (uint32_t)s->diagnostics.list.len;
    vec_push(&s->arena, &s->diagnostics.list, d);
}

struct diag *diag(struct session *s, enum diag_code code, struct span span, const char *format, ...)
{
    struct diagnostics *all = &s->diagnostics;
    enum level level = level_of(all, code);
    all->spare = (struct diag){.code = code, .level = level, .span = span, .message = ""};
    if (level == LEVEL_OFF || !count(all, code, level)) {
        return &all->spare;
    }
    struct diag *d = arena_new(&s->arena, struct diag);
    *d = all->spare;
    va_list arguments;
    va_start(arguments, format);
    d->message = keep_text(s, format, arguments);
    va_end(arguments);
    keep(s, d);
    return d;
}

void diag_place(struct session *s, struct diag *d, struct span span, const char *format, ...)
{
    if (d == &s->diagnostics.spare) {
        return;
    }
    struct diag_place *place = arena_new(&s->arena, struct diag_place), **last = &d->places;
    va_list arguments;
    va_start(arguments, format);
    place->label = keep_text(s, format, arguments);
    va_end(arguments);
    place->span = span;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = place;
}

void diag_help(struct session *s, struct diag *d, const char *format, ...)
{
    if (d == &s->diagnostics.spare) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    d->help = keep_text(s, format, arguments);
    va_end(arguments);
}

void diag_suggest(struct session *s, struct diag *d, const char *best)
{
    if (best != NULL) {
        diag_help(s, d, "did you mean '%s'?", best);
    }
}

void diag_adopt(struct session *s, const struct diagnostics *from, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        struct diag *d = from->list.at[i];
        if (count(&s->diagnostics, d->code, d->level)) {
            keep(s, d);
        }
    }
}

void diag_adopt_dropped(struct session *s, const struct diagnostics *from)
{
    struct diagnostics *all = &s->diagnostics, kept = {0};
    for (size_t i = 0; i < from->list.len; i++) {
        count(&kept, from->list.at[i]->code, from->list.at[i]->level);
    }
    all->errors += from->errors - kept.errors;
    all->warnings += from->warnings - kept.warnings;
    all->notes += from->notes - kept.notes;
    all->system_errors += from->system_errors - kept.system_errors;
    all->dropped += from->dropped;
}

/* ---- sorting --------------------------------------------------------------------------------- */

static int compare(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int by_place(const void *left, const void *right)
{
    const struct diag *a = *(struct diag *const *)left, *b = *(struct diag *const *)right;
    int order = compare(a->span.lo, b->span.lo);
    return order != 0 ? order : compare(a->order, b->order);
}

/* Brings equal reports together, the first one in front. */
static int compare_content(const struct diag *a, const struct diag *b)
{
    int order = compare(a->span.lo, b->span.lo);
    order = order != 0 ? order : compare(a->span.hi, b->span.hi);
    order = order != 0 ? order : compare(a->code, b->code);
    return order != 0 ? order : strcmp(a->message, b->message);
}

static int by_content(const void *left, const void *right)
{
    const struct diag *a = *(struct diag *const *)left, *b = *(struct diag *const *)right;
    int order = compare_content(a, b);
    return order != 0 ? order : compare(a->order, b->order);
}

void diag_sort(struct session *s)
{
    struct diagnostics *all = &s->diagnostics;
    if (all->list.len < 2) {
        return;
    }
    qsort(all->list.at, all->list.len, sizeof *all->list.at, by_content);
    size_t kept = 1;
    for (size_t i = 1; i < all->list.len; i++) {
        struct diag *d = all->list.at[i];
        if (compare_content(all->list.at[kept - 1], d) == 0) {
            --*counter_of(all, d->level);
            all->system_errors -= registry[d->code].system;
        } else {
            all->list.at[kept++] = d;
        }
    }
    all->list.len = kept;
    qsort(all->list.at, kept, sizeof *all->list.at, by_place);
}

int diag_exit_code(const struct session *s)
{
    return s->diagnostics.errors == 0 ? 0 : s->diagnostics.system_errors > 0 ? 3 : 1;
}
