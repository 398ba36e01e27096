/* session.h - the state of one run, handed to every phase. Nothing is global, so that tests,
 * fuzzers and a language server run the compiler in their own process, many times. */
#ifndef MESH_SOURCE_SESSION_H
#define MESH_SOURCE_SESSION_H

#include "base/arena.h"
#include "base/atom.h"
#include "source/diag.h"
#include "source/source.h"

enum { THREADS_MAX = 8 };

/* What the nth of the threads that work for a session allocates in, the first time and all times
 * after: what is left of its last chunk is used when it works again. */
struct thread_memory {
    struct arena arena, trees;
};

struct session {
    struct arena arena;
    struct arena trees; /* the syntax trees: see session_drop_trees */
    struct thread_memory of_threads[THREADS_MAX];
    struct arena scratch; /* lent to the file that is being parsed, then to the next */
    struct atoms atoms;
    struct sources sources;
    struct diagnostics diagnostics;
    bool overdrawn;   /* session_affords has reported */
    bool forked;      /* one of a thread: see session_fork */
    unsigned threads; /* that work at once; 0: as many as pay (divide.h) */
    /* The day that ends and exemptions are judged by, "2026-11-25"; NULL: none. */
    const char *as_of;
    void (*progress)(struct session *s, const char *what); /* NULL: silent */
    void *progress_data;
};

/* Keywords are interned in order, so that their atoms have the numbers 0 to n-1. */
void session_init(struct session *s);
void session_free(struct session *s);

/* A session for a thread that works for s: it has the sources, the names and the levels of
 * diagnostics in common with s, everything else is its own; it is the nth (from 0) of them. Before
 * the first such thread starts. */
void session_fork(struct session *s, struct session *thread, size_t nth);
/* After the last has ended: what one allocated lives on as long as s, its trees as long as those of
 * s. Its diagnostics are the caller's care (diag_adopt). */
void session_join(struct session *s, struct session *thread, size_t nth);
/* Gives back the syntax trees, half of all memory, once the model is made. */
void session_drop_trees(struct session *s);

/* What is written once may stand for much: a schema included everywhere, defaults, teams. False
 * when the mesh has used up its share of memory, or `work` (steps that no text of their own stands
 * for) is beyond it: the caller goes no further into the thing at `at`, which the first time is
 * reported. Both shares grow with the size of the sources. In a thread only the work counts: how
 * much memory it has is chance. */
bool session_affords(struct session *s, size_t work, struct span at);

#endif
