/* diag.h - diagnostics: the registry of codes, the queue of a run, and how to add to it.
 *
 *     struct diag *d = diag(s, D_DUPLICATE_NAME, name->span, "product '%s' is declared twice",
 * text); diag_place(s, d, other->span, "first declared here"); diag_help(s, d, "rename one of
 * them");
 *
 * Text: lower case, no full stop, no blame, the smallest guilty piece, one mistake one report.
 * Codes are for ever. The registry is text, compiler/source/diagnostics/ *.txt; the build turns it
 * into build/diagnostics.inc. */
#ifndef MESH_SOURCE_DIAG_H
#define MESH_SOURCE_DIAG_H

#include "source/source.h"

enum level { LEVEL_OFF, LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR };

enum diag_code {
#define DIAG(name, code, slug, level, title, text, wrong, right, system) D_##name,
#include "diagnostics.inc"
#undef DIAG
    D_COUNT
};

struct diag_info {
    const char *code;          /* "M0301" */
    const char *slug;          /* "unknown-attribute" */
    enum level level;          /* by default */
    const char *title;         /* one line */
    const char *text;          /* paragraphs */
    const char *wrong, *right; /* examples; NULL where no mesh can show it */
    bool system; /* a failure of input, output or the system, not of the mesh: exit code 3 */
};

struct diag_place {
    struct diag_place *next;
    struct span span;
    const char *label;
};

struct diag {
    enum diag_code code;
    enum level level; /* after -W, -Werror */
    struct span span; /* {0, 0} where there is no place */
    const char *message;
    struct diag_place *places; /* in the order added */
    const char *help;
    uint32_t order; /* of report, to keep sorting stable */
};

struct diagnostics {
    VEC(struct diag *) list;
    size_t errors, warnings, notes; /* all of them, also the dropped ones */
    size_t system_errors;           /* among the errors: see diag_info.system */
    size_t dropped;                 /* above DIAG_MAX of their level: counted, not kept */
    struct diag spare;              /* what diag() returns when the report is silenced or dropped */
    enum level
        levels[D_COUNT];    /* set by -W CODE=level; LEVEL_OFF there means: as in the registry */
    bool silenced[D_COUNT]; /* -W CODE=off */
    bool werror;            /* raises every warning that no -W CODE=level speaks of */
};

/* More errors (or warnings, or notes) than this are counted, not shown. */
enum { DIAG_MAX = 10000 };

const struct diag_info *diag_info(enum diag_code code);
/* By code ("M0301", "301") or slug; D_COUNT when unknown. */
enum diag_code diag_find(const char *text);

/* Obeys the argument of -W, CODE=off|note|warning|error. NULL when done, else what is wrong with
 * it, in the arena. What is an error by the registry stays one: no output may come from a mesh that
 * has it. */
const char *diag_configure(struct session *s, const char *argument);

/* Never NULL. The message is kept, formatted, in the arena. */
struct diag *diag(struct session *s, enum diag_code code, struct span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_place(struct session *s, struct diag *d, struct span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_help(struct session *s, struct diag *d, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "did you mean 'x'?" as help, if best is not NULL. */
void diag_suggest(struct session *s, struct diag *d, const char *best);

/* Reports in s what another queue with the same levels holds from first up to end, with the same
 * limits as if each were made now. The reports and their texts stay where they are. */
void diag_adopt(struct session *s, const struct diagnostics *from, size_t first, size_t end);
/* Counts in s what another queue counted and dropped. */
void diag_adopt_dropped(struct session *s, const struct diagnostics *from);

/* By place, then order of report; equal ones (code, place, message) once. */
void diag_sort(struct session *s);

/* 0 without errors, 3 when one of them is the system's, else 1. */
int diag_exit_code(const struct session *s);

#endif
