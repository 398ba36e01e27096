"""workers.py - work on many things by several processes, of which none is lost: what a worker was at when it died or took too
long is told, and another takes its place. (multiprocessing.Pool waits for ever for what a dead worker had taken.)"""
import collections
import multiprocessing
import multiprocessing.connection
import os
import signal
import time
import traceback


def serve(work, pipe, parent):
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # that is for the parent
    while True:
        while not pipe.poll(1):
            if os.getppid() != parent:
                return  # killed; other workers hold its end of the pipe open
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((work(job), None))
        except Exception:
            pipe.send((None, traceback.format_exc().strip()))


class Worker:
    def __init__(self, work):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=serve, args=(work, theirs, os.getpid()), daemon=True)
        self.process.start()
        theirs.close()
        self.job = None

    def take(self, number, job):
        self.job, self.began = number, time.monotonic()
        self.pipe.send(job)

    def end(self):
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def answer(self, limit):
        """What has become of its job: (result, what went wrong); None: it is still at it."""
        if self.pipe.poll():
            try:
                return self.pipe.recv()
            except EOFError:
                self.process.join(10)
        if self.process.exitcode is not None:
            return None, "its worker ended %s" % ("by signal %d" % -self.process.exitcode if self.process.exitcode < 0 else "with status %d" % self.process.exitcode)
        if time.monotonic() - self.began > limit:
            return None, "it took longer than %d s" % limit
        return None


def in_order(work, jobs, count, limit):
    """Yields (job, result, what went wrong) for each job, in their order; `limit` in seconds for one."""
    waiting, busy, done, told = collections.deque(enumerate(jobs)), [], {}, 0
    idle = [Worker(work) for _ in range(min(count, len(jobs)))]
    try:
        while told < len(jobs):
            while waiting and idle:
                busy.append(idle.pop())
                busy[-1].take(*waiting.popleft())
            multiprocessing.connection.wait([one for worker in busy for one in (worker.pipe, worker.process.sentinel)], 0.5)
            for worker in list(busy):
                answer = worker.answer(limit)
                if answer is None:
                    continue
                busy.remove(worker)
                done[worker.job] = answer
                if worker.process.is_alive() and answer[0] is not None:
                    idle.append(worker)
                else:
                    worker.end()
                    idle.append(Worker(work))
            while told in done:
                yield (jobs[told], *done.pop(told))
                told += 1
    finally:
        for worker in idle + busy:
            worker.end()
