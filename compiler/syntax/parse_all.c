/* parse_all.c - every file of a run to its tree, several at once where that pays.
 *
 * Files know nothing of each other until their names are resolved. Each thread takes the next file
 * that nobody has, and works in a session of its own; what they report is put together in the order
 * of the files. So the outcome is the same to the byte, whatever the number of threads. */
#include "syntax/parse.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* A thread is started in the time that some KiB take to parse: a small mesh needs no second one. */
enum { BYTES_A_THREAD = 128 << 10 };

struct worker;

struct parsed {
    struct tree *tree;
    const struct worker *by;
    size_t first, end; /* of what was reported, in that worker's queue */
};

struct job {
    struct session *s;
    size_t count;
    struct parsed *files; /* in the order of the sources */
    atomic_size_t next;   /* the first that nobody has taken */
};

struct worker {
    struct session session;
    struct job *job;
    pthread_t thread;
};

static void parse_one(struct worker *worker, size_t i)
{
    const struct diagnostics *reports = &worker->session.diagnostics;
    struct parsed parsed = {.by = worker, .first = reports->list.len};
    parsed.tree = parse_file(&worker->session, worker->job->s->sources.files.at[i]);
    parsed.end = reports->list.len;
    worker->job->files[i] = parsed;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct job *job = worker->job;
    size_t i;
    while ((i = atomic_fetch_add(&job->next, 1)) < job->count)
        parse_one(worker, i);
    return NULL;
}

/* The same in the thread of the run, which also shows how far it is. */
static void work_here(struct worker *worker)
{
    struct job *job = worker->job;
    struct session *s = job->s;
    size_t i;
    while ((i = atomic_fetch_add(&job->next, 1)) < job->count) {
        if (s->progress)
            s->progress(s, s->sources.files.at[i]->name);
        parse_one(worker, i);
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t threads_for(const struct session *s)
{
    size_t files = s->sources.files.len, pay = s->sources.next / BYTES_A_THREAD;
    if (s->threads > 0)
        return least(s->threads, files);
    if (pay < 2 || files < 2)
        return 1;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return least(processors < 1 ? 1 : (size_t)processors,
                 least(least(pay, files), PARSE_THREADS_MAX));
}

/* Makes the workers' results those of the run. */
static struct tree **gather(struct job *job, struct worker *workers, size_t count)
{
    struct session *s = job->s;
    struct tree **trees = arena_array(&s->arena, struct tree *, job->count);
    for (size_t i = 0; i < job->count; i++) {
        const struct parsed *file = &job->files[i];
        trees[i] = file->tree;
        diag_adopt(s, &file->by->session.diagnostics, file->first, file->end);
    }
    for (size_t i = 0; i < count; i++) {
        diag_adopt_dropped(s, &workers[i].session.diagnostics);
        session_join(s, &workers[i].session);
    }
    return trees;
}

struct tree **parse_all(struct session *s)
{
    struct worker workers[PARSE_THREADS_MAX];
    struct job job = {.s = s, .count = s->sources.files.len};
    size_t count = threads_for(s), started = 1;
    job.files = arena_array(&s->arena, struct parsed, job.count);
    for (size_t i = 0; i < count; i++) {
        workers[i].job = &job;
        session_fork(s, &workers[i].session);
    }
    /* where no more threads are to be had, those that run do the work */
    while (started < count &&
           pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++;
    work_here(&workers[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    return gather(&job, workers, count);
}
