#!/usr/bin/env python3
"""On random meshes, what was meant (intent), what `meshc who` says, and what the emitted output gives by AWS's rules (wire)
agree on every principal, table, column and sample row, every promise and every request; then properties that hold of any mesh,
and mutations of the output, each of which has to be noticed.

Usage: seeds.py SEEDS FIRST MESHC
KEEP=FOLDER keeps the meshes and outputs there. A run that did not judge all its seeds fails and says which.
"""
import collections
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "intent"), str(HERE)]
os.environ.update(LC_ALL="C.UTF-8", NO_COLOR="1")
import features
import mutate
import properties
import trial
import workers

MOST_SHOWN = 12  # lines of one seed
SPOILT = 5  # of so many seeds one has its output spoilt
OF_A_KIND = 3  # mutations of one kind and output
MANY = 300  # seeds that must meet every feature and notice every kind of mutation
LIMIT = 300  # seconds for one seed


class Ended(Exception):
    """By a signal."""


class Count:
    def __init__(self):
        self.passed = self.failed = 0

    def judge(self, name, wrong):
        print(f"{'not ok' if wrong else 'ok'} oracle {name}")
        for line in wrong[:MOST_SHOWN]:
            print(f"    {line[:400]}")
        if len(wrong) > MOST_SHOWN:
            print(f"    and {len(wrong) - MOST_SHOWN} more")
        self.passed, self.failed = self.passed + (not wrong), self.failed + bool(wrong)


# ---- one seed -----------------------------------------------------------------------------------------


def spoil(folder):
    """Mutations of the output of each environment: (counts by kind, what was missed)."""
    counts, missed = collections.defaultdict(collections.Counter), []
    for path in sorted((folder / "out").glob("**/manifest.json")):
        mutate.try_all(str(path.parent), OF_A_KIND, counts, missed.append)
    return {kind: dict(found) for kind, found in counts.items()}, missed


def whole(job):
    """Everything about one seed; its files go unless they are kept."""
    seed, meshc, folder, spoils, keeps = job
    done = {"trial": trial.trial((seed, meshc, folder)), "property": properties.hold((seed, meshc, folder))}
    done["spoilt"] = spoil(pathlib.Path(folder) / str(seed)) if spoils else ({}, [])
    if not keeps:
        for path in (pathlib.Path(folder) / str(seed), pathlib.Path(folder) / "property" / str(seed)):
            shutil.rmtree(path, ignore_errors=True)
    return done


# ---- all of them ----------------------------------------------------------------------------------------


class Run:
    def __init__(self, seeds, first, meshc):
        self.seeds, self.first, self.meshc = seeds, first, meshc
        self.count, self.met, self.sums = Count(), collections.Counter(), collections.Counter()
        self.mutations, self.missed = collections.defaultdict(collections.Counter), collections.defaultdict(list)
        self.left = list(range(first, first + seeds))
        self.began = time.monotonic()

    def go(self, folder, keeps):
        jobs = [(seed, self.meshc, folder, n % SPOILT == 0, keeps) for n, seed in enumerate(self.left)]
        for job, done, wrong in workers.in_order(whole, jobs, len(os.sched_getaffinity(0)), LIMIT):
            if done is None:
                self.count.judge(f"seed {job[0]}", [f"seed {job[0]} was not judged: {line}" for line in wrong.split("\n")[-6:]])
                continue
            self.left.remove(job[0])
            self.count.judge(f"seed {job[0]}", done["trial"]["wrong"])
            self.count.judge(f"{done['property']['property']}, seed {job[0]}", done["property"]["wrong"])
            self.met.update(done["trial"]["features"])
            self.sums.update(done["trial"]["counts"])
            for kind, found in done["spoilt"][0].items():
                self.mutations[kind].update(found)
            for kind, text in done["spoilt"][1]:
                self.missed[kind].append(f"seed {job[0]}: missed: {text}")

    def noticed(self):
        """Every kind of mutation is noticed, and none is missed that cannot be without effect."""
        print("-- mutations: tried, noticed")
        for kind, found in sorted(self.mutations.items()):
            print(f"{found['tried']:6} {found['caught']:6} {kind}")
            never = ["never noticed"] if self.seeds >= MANY and not found["caught"] else []
            self.count.judge(f"mutation: {kind}", self.missed[kind] or never)

    def covered(self):
        print(f"-- features met in {self.seeds} meshes")
        for name in features.FEATURES:
            print(f"{self.met[name]:6} {name}")
        if self.seeds >= MANY:
            self.count.judge("every feature is met", [name for name in features.FEATURES if not self.met[name]])

    def sum_up(self):
        tried = sum(self.mutations.values(), collections.Counter())
        print(", ".join(f"{self.sums[word]} {word}" for word in ("cells", "environments", "forbids", "requests", "left out")), end=", ")
        print(f"{len(self.mutations)} kinds of mutation ({tried['tried']} tried, {tried['caught']} noticed), {time.monotonic() - self.began:.0f} s")


def spans(numbers):
    """1, 2, 3, 7 as `1-3, 7`."""
    found = []
    for n in numbers:
        if found and found[-1][1] == n - 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def end_by(number, _):
    raise Ended(signal.Signals(number).name)


def main():
    sys.stdout.reconfigure(line_buffering=True)  # what was judged stays told, however this ends
    run = Run(int(sys.argv[1]), int(sys.argv[2]), os.path.realpath(sys.argv[3]))
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, end_by)
    keep, ended = os.environ.get("KEEP"), []
    try:
        with tempfile.TemporaryDirectory() as scratch:
            run.go(keep or scratch, bool(keep))
    except Ended as by:
        ended = [f"the run was ended by {by}"]
    run.count.judge(f"{run.seeds} seeds from {run.first} on", ended + ([f"not judged: seeds {spans(run.left)}"] if run.left else []))
    run.noticed()
    run.covered()
    run.sum_up()
    print(f"{run.count.passed} passed, {run.count.failed} failed")
    return run.count.failed > 0


if __name__ == "__main__":
    sys.exit(main())
