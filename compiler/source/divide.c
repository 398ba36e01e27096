/* divide.c - threads, the pieces they take, and what they report. */
#include "source/divide.h"
#include "source/session.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* A thread is started in the time that some KiB of text take: little of it needs no second one. */
enum { BYTES_A_THREAD = 128 << 10 };

struct worker;

struct reports {
    const struct worker *by;
    size_t first, end; /* in that worker's queue */
};

struct job {
    piece_work *work;
    void *data;
    size_t pieces;
    struct reports *reports; /* of each piece */
    atomic_size_t next;      /* the first piece that nobody has taken */
};

struct worker {
    struct session session;
    struct job *job;
    pthread_t thread;
};

static void *run(void *argument)
{
    struct worker *worker = argument;
    struct job *job = worker->job;
    const struct diagnostics *queue = &worker->session.diagnostics;
    size_t i;
    while ((i = atomic_fetch_add(&job->next, 1)) < job->pieces) {
        struct reports reports = {.by = worker, .first = queue->list.len};
        worker->session.overdrawn = false; /* each piece says it for itself */
        job->work(&worker->session, job->data, i);
        reports.end = queue->list.len;
        job->reports[i] = reports;
    }
    return NULL;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t threads_for(const struct session *s, size_t pieces, size_t bytes)
{
    size_t pay = least(pieces, bytes / BYTES_A_THREAD);
    if (s->threads > 0) {
        return least(s->threads, pieces);
    }
    if (pay < 2) {
        return 1;
    }
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return least(processors < 1 ? 1 : (size_t)processors, least(pay, THREADS_MAX));
}

/* Makes what the workers did part of the run. */
static void gather(struct session *s, const struct job *job, struct worker *workers, size_t count)
{
    for (size_t i = 0; i < job->pieces; i++) {
        const struct reports *of = &job->reports[i];
        diag_adopt(s, &of->by->session.diagnostics, of->first, of->end);
    }
    for (size_t i = 0; i < count; i++) {
        diag_adopt_dropped(s, &workers[i].session.diagnostics);
        session_join(s, &workers[i].session, i);
    }
}

void divide(struct session *s, size_t pieces, size_t bytes, piece_work *work, void *data)
{
    struct worker workers[THREADS_MAX];
    struct job job = {.work = work, .data = data, .pieces = pieces};
    size_t count = threads_for(s, pieces, bytes), started = 1;
    if (pieces == 0) {
        return;
    }
    job.reports = arena_array(&s->arena, struct reports, pieces);
    for (size_t i = 0; i < count; i++) {
        workers[i].job = &job;
        session_fork(s, &workers[i].session, i);
    }
    workers[0].session.progress = s->progress;
    workers[0].session.progress_data = s->progress_data;
    /* where no more threads are to be had, those that run do the work */
    while (started < count &&
           pthread_create(&workers[started].thread, NULL, run, &workers[started]) == 0) {
        started++;
    }
    run(&workers[0]);
    for (size_t i = 1; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    gather(s, &job, workers, count);
}
