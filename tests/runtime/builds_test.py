"""builds_test.py - the grant programs of real builds against the stand-in for the AWS CLI: planned, applied, verified,
taken, ended, withdrawn; and one build after another, which has to end as the later one alone does.
"""

import glob
import json
import os
import re

from builds import *
from lake import *

DONE = []  # nothing went wrong


def last_days(desired):
    return sorted({slice["until"] for file in desired.values() for slice in file["slices"].values() if slice["until"]})


def day_after(day):
    import datetime
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()


def compare(name, lake, today=TODAY):
    wrong = [text for account, desired in lake.desired.items() for text in differences(desired, lake.state(account), account, today)]
    check(name, not wrong, *wrong[:12])


def brought(name, lake, today=TODAY, *options):
    """Apply everywhere, then take what others share, as deploy.sh does."""
    wrong = lake.all("apply", *options, today=today) + lake.all("accept", *options, today=today)
    check(name, not wrong, *wrong)


def end_to_end(name, build):
    lake = Lake(build)
    plans = [lake.run("plan", account=account) for account in lake.desired]
    check("%s: plan: something to do, nothing done" % name, set(plans) <= {0, 2} and lake.writes() == [], plans, lake.shown())
    brought("%s: apply and accept" % name, lake)
    compare("%s: every account is as its file says" % name, lake)
    before = lake.states()
    lake.forget()
    brought("%s: apply again" % name, lake)
    same("%s: apply again writes nothing" % name, [], lake.writes())
    same("%s: apply again changes nothing" % name, before, lake.states())
    same("%s: verify" % name, DONE, lake.all("verify"))
    same("%s: plan has nothing left to do" % name, DONE, lake.all("plan"))
    for day in last_days(lake.desired):
        ended(name, lake, day)
    withdrawn(name, lake)


def ended(name, lake, day):
    """The last day of some grants is over."""
    same("%s: verify on %s, the last day" % (name, day), DONE, lake.all("verify", today=day))
    after = day_after(day)
    drifted = lake.all("verify", today=after)
    check("%s: verify the day after: drift" % name, drifted and all("status 3" in text for text in drifted), *drifted)
    same("%s: expire the day after" % name, DONE, lake.all("expire", today=after))
    lake.forget()
    same("%s: expire again: nothing to do" % name, (DONE, []), (lake.all("expire", today=after), lake.writes()))
    brought("%s: apply after %s: what begins then" % (name, day), lake, after)
    compare("%s: every account as its file says after %s" % (name, day), lake, after)
    same("%s: verify after %s" % (name, day), DONE, lake.all("verify", today=after))


def withdrawn(name, lake):
    wrong = lake.all("revoke", accounts=list(reversed(list(lake.desired))))
    check("%s: revoke" % name, not wrong, *wrong)
    lake.all("revoke")
    left = {account: [g for g in lake.state(account)["grants"] if g["principal"] != EVERYBODY] for account in lake.desired}
    same("%s: revoke: no grant is left" % name, {account: [] for account in lake.desired}, left)
    same("%s: revoke: nor anything else" % name, {account: ([], [], {}, []) for account in lake.desired},
         {account: tuple(lake.state(account).get(key) or ({} if key == "tags" else []) for key in ("associations", "filters", "tags", "optins")) for account in lake.desired})
    same("%s: revoke: the ledgers are empty" % name, {}, lake.ledgers())


def builds():
    sources = sorted(glob.glob(os.path.join(ROOT, "tests/access/cases/*.mesh"))) + [os.path.join(ROOT, "samples/retail")]
    for source in sources:
        name = os.path.basename(source).replace(".mesh", "")
        folders = compiled(os.path.relpath(source, ROOT), name)
        for build in folders:
            end_to_end(name if len(folders) == 1 else "%s, %s" % (name, os.path.basename(build)), build)


def bare(lake, account):
    """The defaults are revoked, by whomever."""
    state = lake.state(account)
    state["grants"] = [g for g in state["grants"] if g["principal"] != EVERYBODY]
    lake.set_state(state, account)


def parts():
    """--max-changes, and --only: what it chooses comes whole, with its filters and tags, or waits; nothing else comes."""
    for name in ("rows", "tags"):
        build, = compiled("tests/access/cases/%s.mesh" % name, "parts-" + name)

        def chosen(condition, *options, bared):
            lake = Lake(build)
            account, = lake.desired
            if bared:
                bare(lake, account)
            status = lake.run("apply", *options, account=account)
            held = {fact for fact in held_grants(lake.state(account), lake.desired[account]) if json.loads(fact)[0] != EVERYBODY}
            wanted = {fact for fact in wanted_grants(lake.desired[account], TODAY) if condition(*json.loads(fact))}
            check("%s: apply %s%s: nothing else" % (name, " ".join(options), "" if bared else " beside the defaults"), wanted and held <= wanted, sorted(held - wanted))
            check("%s: apply %s%s: all of it, or told" % (name, " ".join(options), "" if bared else " beside the defaults"),
                  status == (0 if held == wanted else 2) and (held == wanted or not bared), status, sorted(wanted - held), lake.shown())
            return lake, account

        lake = Lake(build)
        account, = lake.desired
        lake.run("plan", account=account)
        changes, before = int(re.search(r"to do: (\d+) change", lake.out)[1]), lake.states()
        same("%s: --max-changes, one too few" % name, (3, [], before), (lake.run("apply", "--max-changes", str(changes - 1), account=account), lake.writes(), lake.states()))
        people = sorted({json.loads(fact)[0] for fact in wanted_grants(lake.desired[account], TODAY)})
        places = {".".join(t.values()) for t in lake.desired[account]["managed"]["tables"]}
        places = sorted(p for p in places if any(p == ".".join(json.loads(fact)[2][1:3]) for fact in wanted_grants(lake.desired[account], TODAY) if json.loads(fact)[1] in ("table", "filter")))
        same("%s: --max-changes, just enough" % name, 0, lake.run("apply", "--max-changes", str(changes), account=account))
        compare("%s: --max-changes: the account is as its file says" % name, lake)
        for who in people[-2:]:
            for bared in (False, True):
                one, account = chosen(lambda principal, *_: principal == who, "--only", who, bared=bared)
            same("%s: then the rest" % who, (0, lake.states()), (one.run("apply", account=account), one.states()))
        for place in places[:1]:
            chosen(lambda principal, kind, at, *_: kind in ("table", "filter") and ".".join(at[1:3]) == place, "--only", place, bared=False)


TESTS = [builds, parts]

if __name__ == "__main__":
    run_all(TESTS)
