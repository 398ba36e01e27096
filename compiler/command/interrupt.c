/* interrupt.c - signals noted while files are half written.
 *
 * The one mutable global of the program: a signal handler has nothing else to write to. */
#include "command/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t noted;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static void note(int number)
{
    noted = number;
}

static void set_handlers(void (*handler)(int))
{
    struct sigaction action = {.sa_flags = 0};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction old;
        /* What the caller chose to ignore (nohup) stays ignored. */
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

void interrupt_hold(void)
{
    noted = 0;
    /* A limit on the size of files (ulimit -f) shall come back as an error of write. */
    signal(SIGXFSZ, SIG_IGN);
    set_handlers(note);
}

bool interrupt_pending(void)
{
    return noted != 0;
}

void interrupt_release(void)
{
    set_handlers(SIG_DFL);
    if (noted)
        raise(noted);
}
