"""pairs_test.py - one state of a mesh after another: random meshes, each edited again and again, and what the compiler
builds of them applied one after the other to the same accounts. After each: the accounts are as if the later state alone
had ever been there, whether the run was killed on the way or not; without --allow-revoke nothing is revoked and the exit
code says so; a second run changes nothing; what others granted stays.

Usage: pairs_test.py [SEED...]      without: every kind of edit once, each on a mesh that takes it
"""

import json
import multiprocessing
import os
import random
import shutil
import signal
import sys

import edits
from builds import *
from lake import *

SEEDS = [33, 43, 59, 26, 22, 54, 42, 6, 51, 10]  # of random meshes that are small, in one to three accounts
STEPS = 3
NOT_OF_THIS_MESH = "NotOfThisMesh"


# ---- the accounts -------------------------------------------------------------------------------------------------


def others(account, state):
    """What others granted: to a role of theirs, on things of the mesh, with a tag and a filter of their own."""
    who = "arn:aws:iam::%s:role/%s" % (account, NOT_OF_THIS_MESH)
    for name, database in state["databases"].items():
        if database.get("target"):
            continue
        state["grants"].append(held(who, "database", [account, name], "DESCRIBE"))
        for table in sorted(database["tables"])[:1]:
            state["grants"].append(held(who, "table", [account, name, table], "DESCRIBE INSERT SELECT", ["SELECT"]))
            state["associations"] = state.get("associations", []) + [{"at": [account, name, table], "key": "cost_centre", "value": "4711"}]
            state.setdefault("tags", {})["cost_centre"] = ["4711", "4712"]


def databases_of(build):
    found = {}
    for account, grants in programs(build):
        found[account] = json.loads(filled(json.dumps(load(os.path.join(build, grants["desired"]))), account))["managed"]["databases"]
    return found


def deployed(lake, build):
    """The stacks of a build come into the accounts; in a new one others have granted before."""
    before = set(lake.accounts)
    for account, names in databases_of(build).items():
        # No stack can make a database where a link of its name stands; people take that away.
        state = lake.raw(account)
        if state:
            state["databases"] = {name: d for name, d in state["databases"].items() if not (d.get("target") and name in names)}
            lake.set_state(state, account)
    lake.deploy(build)
    for account, grants in programs(build):
        state = lake.state(account)
        if account not in before:
            others(account, state)
        for batch in json.loads(filled(json.dumps(load(os.path.join(build, grants["desired"]))), account))["batches"]:
            for entry in batch["Entries"]:  # a place that no stack registers is registered by whoever has it
                state["locations"] += [where["ResourceArn"] for kind, where in entry["Resource"].items() if kind == "DataLocation"]
        lake.set_state(state, account)


def everything(lake):
    """The accounts of the build, without the defaults on what is not managed."""
    found = lake.states()
    for account in list(found):
        state = found[account]
        if account not in lake.desired:
            del found[account]
            continue
        kept = {tuple([t["database"], t["table"]]) for t in lake.desired[account]["managed"]["tables"]} | {(d,) for d in lake.desired[account]["managed"]["databases"]}
        state["grants"] = [g for g in state["grants"] if g["principal"] != EVERYBODY or tuple(g["resource"]["at"][1:]) in kept]
        for stacks in ("locations", "hybrid", "hybrid_locations"):
            state.pop(stacks, None)
    return found


def granted(lake):
    """What only a revoke takes away."""
    found = set()
    for account, state in lake.states().items():
        for g in state["grants"]:
            if g["principal"] != EVERYBODY:
                found |= {json.dumps([account, g["principal"], g["resource"], p]) for p in g["permissions"] + ["+" + o for o in g["options"]]}
        found |= {json.dumps([account, a["at"], a["key"]]) for a in state.get("associations", [])}
        found |= {json.dumps([account, o], sort_keys=True) for o in state.get("optins", [])}
    return found


def of_others(lake):
    return {fact for fact in granted(lake) if NOT_OF_THIS_MESH in fact or "cost_centre" in fact}


def all_of(lake, *options):
    """Apply everywhere, then take what others share, as deploy.sh does -> the worst status, and what was said where one is
    neither 0 nor 2."""
    runs = [("apply", account) for account in lake.desired] + [("accept", account) for account, desired in lake.desired.items() if desired.get("taking")]
    worst, said = 0, ""
    for verb, account in runs:
        status = lake.run(verb, *options, account=account)
        if status not in (0, 2):
            said += "%s in %s: status %s\n%s" % (verb, account, status, lake.shown())
        worst = max(worst, status, key=lambda status: (status not in (0, 2), status))
    return worst, said


class Kept:
    """The accounts and ledgers of a moment, to come back to."""

    def __init__(self, lake):
        self.lake, self.folder = lake, lake.folder + "-kept"
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("standin", "state"):
            if os.path.exists(os.path.join(lake.folder, name)):
                shutil.copytree(os.path.join(lake.folder, name), os.path.join(self.folder, name))

    def back(self):
        for name in ("standin", "state"):
            shutil.rmtree(os.path.join(self.lake.folder, name), ignore_errors=True)
            if os.path.exists(os.path.join(self.folder, name)):
                shutil.copytree(os.path.join(self.folder, name), os.path.join(self.lake.folder, name))
        self.lake.forget()


# ---- one step of a chain ------------------------------------------------------------------------------------------


def apart(name, expected, got):
    """What differs between two of everything(), in words."""
    found = []
    for account in sorted(set(expected) | set(got)):
        one, two = expected.get(account, {}), got.get(account, {})
        for key in sorted(set(one) | set(two)):
            if one.get(key) == two.get(key):
                continue
            found.append("%s: %s of %s" % (name, key, account))
            if isinstance(one.get(key, []), list) and isinstance(two.get(key, []), list):
                a, b = ({json.dumps(x, sort_keys=True) for x in side.get(key, [])} for side in (one, two))
                found += ["    missing %s" % x for x in sorted(a - b)] + ["    too much %s" % x for x in sorted(b - a)]
            else:
                found += ["    expected %s" % json.dumps(one.get(key))[:600], "    got      %s" % json.dumps(two.get(key))[:600]]
    return found


def step(lake, earlier, build, rng):
    """From the build that is there to the next -> what is wrong, and whether a run was killed on the way."""
    wrong = []
    for account in sorted(set(lake.desired) - {account for account, _ in programs(build)}):
        # No later program looks at an account that the mesh leaves: what was made there is taken away while there is one.
        lake.run("revoke", account=account)
        if lake.run("revoke", account=account) != 0:
            wrong.append("revoke in %s, which the mesh leaves: %s" % (account, lake.shown()))
    deployed(lake, build)
    lake.take(build)
    foreign, before, start = of_others(lake), granted(lake), Kept(lake)

    alone = Lake()
    for one in earlier + [build]:
        deployed(alone, one)
    alone.take(build)
    status, said = all_of(alone)
    if status != 0:
        wrong.append("alone: status %s\n%s" % (status, said or alone.shown()))
    end = everything(alone)

    lake.forget()
    status, said = all_of(lake)
    lost = before - granted(lake)
    if lost:
        wrong.append("without --allow-revoke: taken away:\n%s" % "\n".join(sorted(lost)))
    there = everything(lake) == end
    if (status == 0) != there or status not in (0, 2):
        wrong.append("without --allow-revoke: status %s, and the accounts are %sas they should be\n%s" % (status, "" if there else "not ", said or lake.shown()))

    # Killed with everything still to do, or with the revokes alone.
    writes = len(lake.writes())
    if there or rng.random() < 0.5:
        start.back()
        number = rng.randint(1, max(1, writes))
    else:
        number = 1
    lake.forget()
    lake.faults(die_at_write=number, die=rng.choice(["before", "after"]))
    killed = any([lake.run("apply", "--allow-revoke", account=account) == -signal.SIGKILL for account in lake.desired])
    lake.faults()
    status, said = all_of(lake, "--allow-revoke")
    if status != 0:
        wrong.append("--allow-revoke: status %s\n%s" % (status, said or lake.shown()))
    wrong += apart("after --allow-revoke", end, everything(lake))
    lake.forget()
    status, said = all_of(lake, "--allow-revoke")
    if status != 0 or lake.writes():
        wrong.append("again: status %s, %s\n%s" % (status, lake.writes(), said))
    if not foreign <= of_others(lake):
        wrong.append("of others, and gone: %s" % sorted(foreign - of_others(lake)))
    return wrong, killed


# ---- chains -------------------------------------------------------------------------------------------------------


def built(mesh, name):
    """Its build, of the first environment as it is written; None where the compiler refuses it."""
    folder = os.path.join(World.base, name)
    edits.write(mesh, folder)
    try:
        return compiled(folder, "of-" + name)[-1]  # prod, not dev
    except RuntimeError:
        return None


def says(build):
    """What it says to the accounts, whatever the lines that say it."""
    found = [(account, load(os.path.join(build, grants["desired"]))) for account, grants in programs(build)]
    return [(account, {key: value for key, value in desired.items() if key != "sources"}) for account, desired in found]


def planned(seed, kinds, steps):
    """A mesh, then an edit of each of these kinds, but for those that do not fit it -> [(kind, build)], the first without a kind."""
    rng, mesh = random.Random(seed), edits.mesh(seed)
    states = [(None, built(mesh, "chain-%d" % seed))]
    for kind in kinds if states[0][1] else []:
        for _ in range(4):
            edited = edits.edited(mesh, kind, rng)
            build = built(edited, "chain-%d-%d" % (seed, len(states))) if edited and len(states) <= steps else None
            if build and says(build) != says(states[-1][1]):
                states.append((kind, build))
                mesh = edited
                break
    return states


def chain(arguments):
    """The first of these meshes that takes as many edits -> [(name, what is wrong, killed?, kind of edit)]"""
    seeds, kinds, steps = arguments
    World.begin()
    try:
        for seed in seeds:
            states = planned(seed, kinds, steps)
            if len(states) > steps:
                break
        else:
            return [("chain of %s" % ", ".join(kinds), ["no mesh takes all of these edits"], False, None)]
        rng, found, earlier = random.Random(seed), [], [states[0][1]]
        lake = Lake()
        deployed(lake, earlier[0])
        lake.take(earlier[0])
        status, said = all_of(lake)
        found.append(("chain %d: the first state" % seed, ["status %s\n%s" % (status, said or lake.shown())] if status else [], False, None))
        for kind, build in states[1:]:
            wrong, killed = step(lake, earlier, build, rng)
            found.append(("chain %d: %s" % (seed, kind), wrong, killed, kind))
            earlier.append(build)
        return found
    finally:
        World.end()


def main():
    seeds, kinds = [int(seed) for seed in sys.argv[1:]], list(edits.EDITS)
    if seeds:  # each begins with other edits, and takes the first that fit it
        jobs = [([seed], kinds[n * STEPS % len(kinds):] + kinds[:n * STEPS % len(kinds)], STEPS) for n, seed in enumerate(seeds)]
    else:  # every kind once
        parts = [kinds[at:at + STEPS] for at in range(0, len(kinds), STEPS)]
        jobs = [(SEEDS[n % len(SEEDS):] + SEEDS[:n % len(SEEDS)], part, len(part)) for n, part in enumerate(parts)]
    met, kills, pairs = set(), 0, 0
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for found in pool.imap(chain, jobs):
            for name, wrong, killed, kind in found:
                check(name, not wrong, *wrong[:8])
                met.add(kind)
                kills += killed
                pairs += kind is not None
    check("pairs: %d, with %d kinds of edits; in %d a run was killed" % (pairs, len(met - {None}), kills), kills * 2 > pairs, "too few kills")
    if not seeds:
        check("pairs: every kind of edit was met", met >= set(kinds), sorted(set(kinds) - met))
    finish()


if __name__ == "__main__":
    main()
