/* session.c - the beginning and the end of a run. */
#include "source/session.h"

#include <string.h>

void session_init(struct session *s)
{
    static const char *const keywords[] = {
#define KEYWORD(token, word) word,
#include "grammar/keywords.def"
#undef KEYWORD
    };
    *s = (struct session){0};
    atoms_init(&s->atoms, &s->arena);
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        atom_of(&s->atoms, keywords[i]);
    }
}

enum { MEMORY_BASE = 512 << 20, WORK_BASE = 20000000, SHARE_PER_BYTE = 64 };

bool session_affords(struct session *s, size_t work, struct span at)
{
    size_t share = (size_t)s->sources.next * SHARE_PER_BYTE;
    bool memory = s->forked || s->arena.total <= MEMORY_BASE + share;
    if (memory && work <= WORK_BASE + share) {
        return true;
    }
    if (!s->overdrawn) {
        s->overdrawn = true;
        struct diag *d = diag(s, D_STANDS_FOR_TOO_MUCH, at,
                              "what the mesh says once stands for too much: it would take more "
                              "than %zu MB or %zu steps to write it out",
                              (MEMORY_BASE + share) >> 20, WORK_BASE + share);
        diag_help(s, d,
                  "includes, defaults, products with many outputs and teams multiply: "
                  "repeat less, or split the mesh");
    }
    return false;
}

void session_fork(struct session *s, struct session *thread, size_t nth)
{
    *thread = (struct session){.forked = true, .sources = s->sources};
    thread->arena = s->of_threads[nth].arena;
    thread->trees = s->of_threads[nth].trees;
    thread->diagnostics.werror = s->diagnostics.werror;
    memcpy(thread->diagnostics.levels, s->diagnostics.levels, sizeof s->diagnostics.levels);
    memcpy(thread->diagnostics.silenced, s->diagnostics.silenced, sizeof s->diagnostics.silenced);
    thread->atoms = atoms_share(&s->atoms, &thread->arena);
}

void session_join(struct session *s, struct session *thread, size_t nth)
{
    s->of_threads[nth].arena = thread->arena;
    s->of_threads[nth].trees = thread->trees;
    arena_free(&thread->scratch);
    atoms_unshare(&s->atoms);
}

void session_drop_trees(struct session *s)
{
    arena_free(&s->trees);
    for (size_t i = 0; i < THREADS_MAX; i++) {
        arena_free(&s->of_threads[i].trees);
    }
}

void session_free(struct session *s)
{
    atoms_free(&s->atoms);
    arena_free(&s->scratch);
    session_drop_trees(s);
    for (size_t i = 0; i < THREADS_MAX; i++) {
        arena_free(&s->of_threads[i].arena);
    }
    arena_free(&s->arena);
    *s = (struct session){0};
}
