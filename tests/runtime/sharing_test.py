"""sharing_test.py - the grant program in an account that others share with: shares are accepted, links made and withdrawn,
as one owner after another has it.
"""

import copy
import json
import signal

from lake import *

THIRD = "555566667777"  # another owner


def sharing_worlds():
    owner_side = desired([entry(CONSUMER, table("orders"), "SELECT DESCRIBE", ["SELECT", "DESCRIBE"]), entry(CONSUMER, database(), "DESCRIBE", ["DESCRIBE"])])
    links = [{"name": "sales", "catalog": OWNER, "database": "sales", "declared": False}]
    analyst = role("Analyst", CONSUMER)
    consumer_side = desired([], account=CONSUMER, managed={"databases": [], "tables": []}, taking={
        "owners": [OWNER], "links": links,
        "batches": batches([entry(analyst, database("sales", CONSUMER), "DESCRIBE")], CONSUMER)
        + batches([entry(analyst, table("orders"), "SELECT DESCRIBE")], OWNER)})
    world = World(owner_side)
    world.want(consumer_side)
    world.set_state({"settings": {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": role("LakeAdmin", CONSUMER)}], "Parameters": {"CROSS_ACCOUNT_VERSION": "4"}},
                     "databases": {}}, CONSUMER)
    return world, owner_side, consumer_side


def accepting():
    world, owner_side, consumer_side = sharing_worlds()
    same("accept before anything is shared: pending", 2, world.run("accept", account=CONSUMER))
    check("what is waited for is named", "waiting for database sales of %s" % OWNER in world.out, world.out)
    same("apply in the consuming account is its own phase", 0, world.run("apply", account=CONSUMER))
    settled(world, "the owner shares")
    invitations = world.state(CONSUMER)["invitations"]
    invitations.append(dict(invitations[0], senderAccountId="999900001111", resourceShareInvitationArn="arn:aws:ram:eu-west-1:999900001111:x"))
    invitations.append(dict(invitations[0], resourceShareName="network", resourceShareInvitationArn="arn:aws:ram:eu-west-1:1:network"))
    world.set_state(dict(world.state(CONSUMER), invitations=invitations), CONSUMER)
    same("plan shows the share", 2, world.run("plan", account=CONSUMER))
    check("by its owner", "+ share LakeFormation-V4-%s of %s" % (CONSUMER, OWNER) in world.out, world.out)
    status = world.run("accept", account=CONSUMER)
    check("accept: share, link, grants", status == 0, status, world.shown())
    state = world.state(CONSUMER)
    same("accept: only what Lake Formation shares, only from this owner", ["ACCEPTED", "PENDING", "PENDING"], sorted(i["status"] for i in state["invitations"]))
    same("accept: the link", {"sales": {"target": [OWNER, "sales"], "tables": {}}}, state["databases"])
    same("accept: DESCRIBE on the link, the rest on its target", [[CONSUMER, "database", "DESCRIBE"], [OWNER, "table", "DESCRIBE SELECT"]],
         sorted([g["resource"]["at"][0], g["resource"]["kind"], " ".join(g["permissions"])] for g in state["grants"])[::-1])
    world.forget()
    same("accept twice: nothing to do", (0, []), (world.run("accept", account=CONSUMER), world.sent("batch-grant-permissions") + world.sent("create-database")))
    same("plan: nothing to do", 0, world.run("plan", account=CONSUMER))
    same("apply does not take it for something that left", 0, world.run("apply", "--allow-revoke", account=CONSUMER))
    same("apply: it stays", state["grants"], world.state(CONSUMER)["grants"])

    # Killed at each call of accept.
    whole, _, _ = sharing_worlds()
    whole.run("apply")
    start = {name: whole.state(name) for name in (OWNER, CONSUMER)}
    whole.run("accept", account=CONSUMER)
    calls = [c["operation"] for c in whole.log() if c["account"] == CONSUMER]
    end, wrong = whole.state(CONSUMER), []
    for number in range(1, len(calls) + 1):
        if calls[number - 1].startswith(("get-", "list-", "search-")):
            continue
        for when in ("before", "after"):
            one, _, _ = sharing_worlds()
            for name, state in start.items():
                one.set_state(state, name)
            one.faults(die_at=number, die=when)
            first = one.run("accept", account=CONSUMER)
            one.faults()
            second = one.run("accept", account=CONSUMER)
            if first != -signal.SIGKILL or second != 0 or one.state(CONSUMER) != end:
                wrong.append("%d %s %s: %s, then %s: %s" % (number, when, calls[number - 1], first, second, one.err))
    check("accept: killed at each of %d calls, always the same end" % len(calls), not wrong, *wrong)

    # Withdrawal: grants, then the link.
    consumer_side = copy.deepcopy(consumer_side)
    del consumer_side["taking"]
    world.want(consumer_side)
    same("nothing is taken any more: held back", 2, world.run("accept", account=CONSUMER))
    same("nothing is taken any more: gone with --allow-revoke", 0, world.run("accept", "--allow-revoke", account=CONSUMER))
    same("no grant, no link", ([], {}), (world.state(CONSUMER)["grants"], world.state(CONSUMER)["databases"]))

    # The same by apply, for deploy.sh asks for accept only where something is taken.
    world, owner_side, consumer_side = sharing_worlds()
    world.run("apply")
    world.run("accept", account=CONSUMER)
    world.want({key: value for key, value in consumer_side.items() if key != "taking"})
    same("nothing is taken any more: apply holds it back", 2, world.run("apply", account=CONSUMER))
    same("nothing is taken any more: gone with apply --allow-revoke", 0, world.run("apply", "--allow-revoke", account=CONSUMER))
    same("apply: no grant, no link", ([], {}), (world.state(CONSUMER)["grants"], world.state(CONSUMER)["databases"]))

    # The owner moves to another account: one link takes the place of the other, and the grants on it come again.
    world, owner_side, consumer_side = sharing_worlds()
    world.run("apply")
    world.run("accept", account=CONSUMER)
    world.set_state(json.loads(json.dumps(account_state()).replace(OWNER, THIRD)), THIRD)
    for side in (owner_side, consumer_side):
        world.want(json.loads(json.dumps(side).replace(OWNER, THIRD)))
    world.run("apply", account=THIRD)
    same("another owner: held back", 2, world.run("accept", account=CONSUMER))
    same("another owner: the link is as it was", [OWNER, "sales"], world.state(CONSUMER)["databases"]["sales"]["target"])
    same("another owner: --allow-revoke", 0, world.run("accept", "--allow-revoke", account=CONSUMER))
    same("another owner: the link is another", [THIRD, "sales"], world.state(CONSUMER)["databases"]["sales"]["target"])
    same("another owner: with the grants on it", [CONSUMER, THIRD], sorted(g["resource"]["at"][0] for g in world.state(CONSUMER)["grants"]))
    world.forget()
    same("another owner: nothing is left to do", (0, []), (world.run("accept", "--allow-revoke", account=CONSUMER), world.sent("batch-grant-permissions")))

    # A database of the link's name that this program did not make stays, and is told.
    world, owner_side, consumer_side = sharing_worlds()
    world.run("apply")
    state = world.state(CONSUMER)
    state["databases"] = {"sales": {"tables": {}}}
    world.set_state(state, CONSUMER)
    same("a database of the link's name: left to do", 2, world.run("accept", "--allow-revoke", account=CONSUMER))
    check("a database of the link's name: said", "waiting for link sales, whose name another database has" in world.out, world.shown())
    same("a database of the link's name: it stays", {"sales": {"tables": {}}}, world.state(CONSUMER)["databases"])

    # The mesh now has a database of the link's name in this account: said before any stack fails for it.
    world, owner_side, consumer_side = sharing_worlds()
    world.run("apply")
    world.run("accept", account=CONSUMER)
    moved = {key: value for key, value in consumer_side.items() if key != "taking"}
    moved["managed"] = {"databases": ["Sales"], "tables": []}
    world.want(moved)
    before = world.state(CONSUMER)
    for verb in ("plan", "settings", "apply"):
        same("a link with the name of a database: %s refuses" % verb, 3, world.run(verb, "--allow-revoke", account=CONSUMER))
        check("a link with the name of a database: %s says which" % verb, "link sales to database sales of %s, which this program made, has the name of a database" % OWNER in world.err, world.shown())
    same("a link with the name of a database: it stays", before, world.state(CONSUMER))
    same("a link with the name of a database: revoke takes it away", {}, world.run("revoke", account=CONSUMER) or world.state(CONSUMER)["databases"])
    world, owner_side, consumer_side = sharing_worlds()
    world.run("apply")
    world.run("accept", account=CONSUMER)
    world.want(moved)
    same("its place is free", "{}", world.aws("glue", "delete-database", account=CONSUMER, CatalogId=CONSUMER, Name="sales").strip())
    same("a link that somebody deleted: the settings are looked at", 0, world.run("settings", account=CONSUMER))
    world.set_state(dict(world.state(CONSUMER), databases={"sales": {"tables": {}}}), CONSUMER)
    same("the database in its place: apply", 0, world.run("apply", "--allow-revoke", account=CONSUMER))
    check("the database in its place: the link is forgotten", not any("link" in thing for thing in world.ledger(CONSUMER)), world.ledger(CONSUMER))

    # A link that a stack declares is only waited for.
    world, owner_side, consumer_side = sharing_worlds()
    consumer_side["taking"]["links"][0]["declared"] = True
    world.want(consumer_side)
    world.run("apply")
    same("a declared link is waited for", 2, world.run("accept", account=CONSUMER))
    same("and not made", {}, world.state(CONSUMER)["databases"])


TESTS = [accepting]

if __name__ == "__main__":
    run_all(TESTS)
