"""grants_test.py - the grant program (runtime/grants.sh and its parts) against the stand-in for the AWS CLI."""

import copy
import json
import os
import signal

from lake import *

ORDERS, ITEMS = ("sales", "orders"), ("sales", "items")
SALES = [OWNER, "sales"]
AT_ORDERS = [OWNER, "sales", "orders"]

# ---- two states of one mesh, and what others have in the account ----------------------------------


def foreign_state():
    """What is none of the program's business, and the defaults, which are."""
    return account_state(
        grants=[held(EVERYBODY, "database", SALES, "ALL"), held(EVERYBODY, "table", AT_ORDERS, "ALL ALTER"),
                held(EVERYBODY, "database", [OWNER, "other"], "ALL"),
                held(role("Foreign"), "database", SALES, "DROP"), held(role("Foreign"), "table", [OWNER, "other", "foreign"], "SELECT", ["SELECT"]),
                held(role("Foreign"), "filter", [OWNER, "other", "foreign", "theirs"], "SELECT"),
                held(role("Foreign"), "tag", [OWNER, "cost"], "ASSOCIATE", part=["value", "high"])],
        tags={"cost": ["high", "low"], "pii": ["legacy"]},
        associations=[{"at": ["other", "foreign"], "key": "pii", "value": "legacy"}, {"at": ["sales"], "key": "cost", "value": "low"}],
        filters=[{"TableCatalogId": OWNER, "DatabaseName": "other", "TableName": "foreign", "Name": "theirs", "RowFilter": {"AllRowsWildcard": {}}, "ColumnWildcard": {}}],
        optins=[{"Principal": {"DataLakePrincipalIdentifier": role("Foreign")}, "Resource": database("other")}],
        invitations=[], objects={}, locations=None, caller=None)


def mesh_a():
    return desired([
        entry(role("Team"), database(), "DESCRIBE"),
        entry(role("Reporting"), every_table(), "SELECT DESCRIBE"),
        entry(role("Narrowed"), table("orders", ["id", "customer", "total"]), "SELECT"),
        entry(role("Limited"), table("orders"), "SELECT DESCRIBE"),
        entry(role("Opened"), table("orders", ["id"]), "SELECT"),
        entry(role("Rows"), on_filter("mesh_1111"), "SELECT"),
        entry(role("Passing"), table("items"), "SELECT DESCRIBE", ["SELECT"]),
        entry(role("Loader"), location("lake/sales"), "DATA_LOCATION_ACCESS"),
        entry(role("Steward"), tag("pii", "none", "direct"), "ASSOCIATE DESCRIBE"),
        entry(role("Tagged"), tagged("TABLE", pii=["none"]), "SELECT DESCRIBE"),
        entry(role("Leaving"), table("items"), "INSERT"),
    ], tags=[{"key": "pii", "values": ["none", "direct"]}, {"key": "zone", "values": ["raw", "clean"]}],
        associations=[association(database(), pii="none", zone="raw"), association(table("orders"), zone="raw"),
                      association(table("orders", ["customer", "id"]), pii="direct")],
        filters=[row_filter("mesh_1111", "region = 'eu'", ["id", "region"])],
        optins=[optin(role("Reporting"), database()), optin(role("Leaving"), table("items"))])


def mesh_b():
    return desired([
        entry(role("Team"), database(), "DESCRIBE"),
        entry(role("Reporting"), every_table(), "SELECT DESCRIBE"),
        entry(role("Narrowed"), table("orders", ["customer", "region"]), "SELECT"),
        entry(role("Limited"), table("orders", ["id", "day"]), "SELECT"),
        entry(role("Opened"), table("orders"), "SELECT DESCRIBE"),
        entry(role("Rows"), on_filter("mesh_2222"), "SELECT"),
        entry(role("Passing"), table("items"), "SELECT DESCRIBE"),
        entry(role("Loader"), location("lake/sales"), "DATA_LOCATION_ACCESS"),
        entry(role("Steward"), tag("pii", "none", "indirect"), "ASSOCIATE DESCRIBE"),
        entry(role("Tagged"), tagged("TABLE", pii=["indirect", "none"]), "SELECT DESCRIBE"),
        entry(role("Coming"), every_table(), "SELECT"),
    ], tags=[{"key": "pii", "values": ["none", "indirect"]}],
        associations=[association(database(), pii="none"), association(table("orders", ["customer"]), pii="indirect")],
        filters=[row_filter("mesh_2222", "region = 'us'", ["id", "region"])],
        optins=[optin(role("Reporting"), database())])


def both_ways():
    world = World(mesh_a(), foreign_state())
    same("plan: changes to make", 2, world.run())
    reading = ("get-", "list-", "search-")
    same("plan: nothing is written", [], [c["operation"] for c in world.log() if not c["operation"].startswith(reading)])
    same("plan: no ledger", [], os.listdir(os.path.dirname(world.kept("ledger.json"))))
    settled(world, "apply: mesh A")
    same("apply: nothing stands beside the program, or the compiler would not replace it", ["%s.json" % OWNER, "%s.sh" % OWNER], sorted(os.listdir(world.grants)))
    state = world.state()
    principals = [g["principal"] for g in state["grants"]]
    same("apply: the defaults of managed things are gone, of others not", [[OWNER, "other"]],
         [g["resource"]["at"] for g in state["grants"] if g["principal"] == EVERYBODY])
    same("apply: grants of others stay", 4, principals.count(role("Foreign")))
    same("apply: nothing of others is in the ledger", [], [thing for thing in world.ledger() if "Foreign" in thing or "legacy" in thing or "cost" in thing])
    world.forget()
    settled(world, "apply twice")
    same("apply twice: only reads", [], [c["operation"] for c in world.log() if not c["operation"].startswith(reading)])
    same("apply twice: the same state", state, world.state())
    same("apply twice: says so", "nothing to do: 11 grants are as the mesh says", world.last())
    same("plan after apply: nothing to do", 0, world.run("plan"))
    verdict = world.run("verify")
    same("verify: the grant of another on a managed database is drift", 3, verdict)
    check("verify: and it is shown", "? DROP on database sales to role/Foreign   (not of this mesh)" in world.out, world.out)

    world.want(mesh_b())
    same("apply without --allow-revoke: something is left", 2, world.run("apply"))
    check("held back: said on the line", "- INSERT on sales.items from role/Leaving   (no longer in the mesh)   (held back: --allow-revoke)" in world.out, world.out)
    check("held back: also what a revoke must come before", "+ SELECT on sales.orders (2 columns) to role/Limited" in world.out
          and [g for g in world.state()["grants"] if g["principal"] == role("Limited")] == [held(role("Limited"), "table", AT_ORDERS, "SELECT DESCRIBE")], world.out)
    check("held back: nothing was revoked", any(g["principal"] == role("Leaving") for g in world.state()["grants"]))
    settled(world, "apply --allow-revoke: mesh B", "apply", "--allow-revoke")
    settled(world, "apply --allow-revoke twice", "apply", "--allow-revoke")
    alone = World(mesh_b(), foreign_state())
    settled(alone, "apply: mesh B in an account of its own")
    same("A, then B: the state of B alone", alone.state(), world.state())
    same("A, then B: the ledger of B alone", sorted(alone.ledger()), sorted(world.ledger()))
    settled(world, "revoke: all that is in the ledger", "revoke")
    world.run("revoke")
    before, after = foreign_state(), world.state()
    same("revoke: the grants of others are left, the defaults stay revoked",
         [g for g in before["grants"] if g["principal"] != EVERYBODY or g["resource"]["at"] == [OWNER, "other"]].sort(key=str), after["grants"].sort(key=str))
    for name in ("associations", "filters", "optins", "tags"):
        same("revoke: %s are as before the mesh" % name, sorted(map(str, before[name])), sorted(map(str, after[name])))
    same("revoke: the ledger is empty", {}, world.ledger())


def order_of_calls():
    """Where a switch is made, revoke and grant are neighbours; a filter is made first and deleted last."""
    world = World(mesh_a())
    world.run("apply")
    world.want(mesh_b())
    world.forget()
    world.run("apply", "--allow-revoke")
    calls = [c for c in world.log() if not c["operation"].startswith(("get-", "list-", "search-"))]
    names = [c["operation"] for c in calls]
    grant = names.index("batch-grant-permissions")
    before = json.dumps(calls[grant - 1]["input"])
    check("switch: the revoke of the full grant stands right before the grant", names[grant - 1] == "batch-revoke-permissions"
          and "Limited" in before and "Opened" in before and "Leaving" not in before, names)
    check("narrowing: only the columns that left are revoked", any(
        e["Principal"]["DataLakePrincipalIdentifier"] == role("Narrowed") and sorted(e["Resource"]["TableWithColumns"]["ColumnNames"]) == ["id", "total"]
        for c in calls if c["operation"] == "batch-revoke-permissions" for e in c["input"]["Entries"]))
    order = [names.index(n) for n in ("update-lf-tag", "add-lf-tags-to-resource", "create-data-cells-filter", "batch-revoke-permissions",
                                      "batch-grant-permissions", "delete-lake-formation-opt-in", "delete-data-cells-filter")]
    same("phases come in their order", sorted(order), order)
    late = [i for i, c in enumerate(calls) if c["operation"] == "batch-revoke-permissions" and "mesh_1111" in json.dumps(c["input"])]
    check("filter: the old grant goes after the new one came, and before its filter", late and grant < late[0] < names.index("delete-data-cells-filter"), names)
    check("grant option: what goes with it is granted again",
          [g for g in world.state()["grants"] if g["principal"] == role("Passing")] == [held(role("Passing"), "table", [OWNER, "sales", "items"], "SELECT DESCRIBE")])


# ---- killed anywhere ------------------------------------------------------------------------------


def killed_at_every_call():
    """Apply from A to B is killed at each of its calls, and run again: always the same end, and nothing of others changes.

    What the next run does depends on the account and the ledger alone: where a kill leaves both as an earlier one did (as
    one after a call and one before the next mostly do), its end is known."""
    start = World(mesh_a(), foreign_state())
    start.run("apply")
    # What there is to do again: a default came back, an administrator went.
    state = start.state()
    state["grants"].append(held(EVERYBODY, "database", SALES, "ALL"))
    start.set_state(state)
    with open(start.kept("ledger.json"), encoding="utf-8") as file:
        ledger = file.read()
    wanted = mesh_b()
    wanted["settings"]["admins"].append(role("SecondAdmin"))

    def again(world):
        world.set_state(state)
        world.want(wanted)
        with open(world.kept("ledger.json"), "w", encoding="utf-8") as file:
            file.write(ledger)
        world.forget()

    world = World()
    again(world)
    whole = world.run("apply", "--allow-revoke")
    calls = [c["operation"] for c in world.log()]
    end, end_ledger = world.state(), world.ledger()
    check("kill: the run that is not killed", whole == 0 and len(calls) > 30, world.shown())
    foreign = [g for g in state["grants"] if g["principal"] == role("Foreign")]
    wrong, tried, known = [], 0, {}
    for number, operation in enumerate(calls, 1):
        reads = operation.startswith(("get-", "list-", "search-"))
        for when in ("before",) if reads else ("before", "after"):
            tried += 1
            again(world)
            world.faults(die_at=number, die=when)
            status = world.run("apply", "--allow-revoke")
            middle = world.state()
            world.faults()
            left = json.dumps([middle, world.ledger()], sort_keys=True)
            if left not in known:
                resumed = world.run("apply", "--allow-revoke")
                known[left] = [text for text, bad in (
                    ("resumed with %s: %s" % (resumed, world.err), resumed != 0),
                    ("something of others changed on the way", [g for g in middle["grants"] if g["principal"] == role("Foreign")] != foreign),
                    ("another end", world.state() != end), ("another ledger", world.ledger() != end_ledger)) if bad]
            problem = known[left] + (["not killed: %s" % status] if status != -signal.SIGKILL else [])
            if problem:
                wrong.append("%d %s %s: %s" % (number, when, operation, "; ".join(problem)))
    check("kill: %d calls, killed in %d ways that left %d states, always the same end" % (len(calls), tried, len(known)), not wrong, *wrong)


def killed_between_meshes():
    """Killed on the way to A, and the mesh is B by then: what A had meant is judged by what is there."""
    world = World(mesh_a(), foreign_state())
    world.run("apply")
    calls = len(world.log())
    writes = [i for i, c in enumerate(world.log(), 1) if c["operation"] == "batch-grant-permissions"]
    alone = World(mesh_b(), foreign_state())
    alone.run("apply")
    for number in (writes[-1], calls):
        for when in ("before", "after"):
            world = World(mesh_a(), foreign_state())
            world.faults(die_at=number, die=when)
            world.run("apply")
            world.faults()
            world.want(mesh_b())
            world.run("apply", "--allow-revoke")
            world.run("apply", "--allow-revoke")
            same("killed %s call %d on the way to A, then B" % (when, number), alone.state(), world.state())


# ---- failures --------------------------------------------------------------------------------------


def failures():
    wanted = mesh_a()
    world = World(wanted)
    world.faults(throttle_every=3)
    settled(world, "throttled at every third call: done in the end")
    reference = World(wanted)
    reference.run("apply")
    same("throttled: the same state", reference.state(), world.state())

    world = World(wanted)
    world.faults(fail_entries=[{"holds": "Narrowed", "times": 2, "code": "ConcurrentModificationException", "message": "Please retry in a short while"},
                               {"holds": "role/Rows", "times": 1, "code": "InternalServiceException"}])
    settled(world, "ConcurrentModificationException: done in the end")
    same("only what failed is sent again", [11, 2, 1], [len(batch["Entries"]) for batch in world.sent("batch-grant-permissions")])

    world = World(wanted)
    world.faults(fail_entries=[{"holds": "role/Loader", "times": 99, "code": "InvalidInputException", "message": "Permissions modification is invalid."}])
    same("a failure in an answer of status 200 is a failure", 1, world.run("apply"))
    check("the table says line, principal, resource, code and message", "shop.mesh:8:3  role/Loader  location s3://lake/sales  InvalidInputException  Permissions modification is invalid." in
          world.err.replace("   ", "  "), world.err)
    check("with what may be the cause", "hint: Permissions modification is invalid: the caller is no data lake administrator" in world.err)
    same("all else was done", 10, len({g["principal"] for g in world.state()["grants"]}))
    same("the audit log says both", {"done", "failed"}, {line["result"] for line in world.audit()})
    check("the ledger keeps what is not sure", any("Loader" in thing and value.get("meant") for thing, value in world.ledger().items()))
    world.faults()
    settled(world, "run again: what failed is made")
    same("run again: the same state", reference.state(), world.state())
    same("run again: the same ledger", reference.ledger(), world.ledger())

    world = World(wanted, foreign_state())
    world.faults(fail_entries=[{"holds": EVERYBODY, "times": 99, "code": "AccessDeniedException", "message": "no"}])
    same("defaults that cannot be revoked: a failure", 1, world.run("apply"))
    same("and nothing is granted beside them", [], world.sent("batch-grant-permissions"))
    world.faults()
    settled(world, "defaults: the next run does it all")

    world = World(wanted)
    world.faults(fail=[{"operation": "batch-grant-permissions", "code": "OperationTimeoutException"}])
    same("tries come to an end", 1, world.run("apply", MESH_RETRY_TRIES="3"))
    same("tries: three times", 3, len(world.sent("batch-grant-permissions")))
    world = World(wanted)
    world.faults(fail=[{"operation": "batch-grant-permissions", "code": "AccessDeniedException", "message": "not you"}])
    same("a refused call is not tried again", (1, 1), (world.run("apply"), len(world.sent("batch-grant-permissions"))))
    world = World(wanted)
    world.faults(fail=[{"operation": "list-permissions", "nth": 0, "code": "AccessDeniedException"}])
    same("what cannot be read: not started", 3, world.run("apply"))
    same("and nothing is granted", [], world.sent("batch-grant-permissions") + world.sent("create-lf-tag"))
    world = World(wanted)
    world.faults(fail=[{"operation": "add-lf-tags-to-resource", "nth": 1, "code": "InvalidInputException", "message": "no"}])
    same("a failed association is a failure", 1, world.run("apply"))
    world.faults()
    settled(world, "and is made by the next run")
    same("associations: the same state", reference.state(), world.state())

    world = World(wanted, account_state(settings={"DataLakeAdmins": [{"DataLakePrincipalIdentifier": role("Boss")}], "Parameters": {}}))
    world.want(dict(wanted, settings={"admins": [], "cross_account_version": None}))
    same("a caller that is no administrator: not started", 3, world.run("apply"))
    check("and is told", "is no data lake administrator" in world.err, world.err)
    world = World(wanted, account_state(caller="arn:aws:sts::999988887777:assumed-role/LakeAdmin/x"))
    same("an administrator of another account is none of this", 3, world.run("apply"))

    world = World(wanted)
    world.run("apply")
    world.faults(page=1)
    settled(world, "pages of one row are read to the end")
    same("pages: nothing to do", "nothing to do: 11 grants are as the mesh says", world.last())


def large():
    entries = [entry(role("R%03d" % i), table("orders", ["id", "total"] if i % 2 else None), "SELECT") for i in range(105)]
    world = World(desired(entries))
    settled(world, "105 grants")
    same("batches of 20 at most", [20, 20, 20, 20, 20, 5], [len(batch["Entries"]) for batch in world.sent("batch-grant-permissions")])
    values = ["v%03d" % i for i in range(120)]
    world = World(desired([], tags=[{"key": "many", "values": values}]))
    settled(world, "120 values of a tag")
    same("in calls of 50", [50, 50, 20], [len(c.get("TagValues") or c.get("TagValuesToAdd")) for c in world.sent("create-lf-tag") + world.sent("update-lf-tag")])


# ---- ledger and ownership ---------------------------------------------------------------------------


def ownership():
    mine = entry(role("Analyst"), table("orders", ["id", "total"]), "SELECT")
    theirs = held(role("Analyst"), "table", AT_ORDERS, "SELECT", part=["column", "id"])
    world = World(desired([mine]), account_state(grants=[theirs]))
    settled(world, "beside a grant of another: only what is missing")
    same("one column is asked for", [["total"]], [e["Resource"]["TableWithColumns"]["ColumnNames"] for b in world.sent("batch-grant-permissions") for e in b["Entries"]])
    world.want(desired([]))
    settled(world, "the mesh without it", "apply", "--allow-revoke")
    same("the column of the other stays", [theirs], world.state()["grants"])

    world = World(desired([mine]))
    settled(world, "a ledger in S3", "apply", "--ledger", "s3://state/meshes/shop.json")
    same("in S3: read and written back", (2, 1), (len(world.sent("put-object")), len(world.sent("get-object"))))
    world.want(desired([]))
    settled(world, "a ledger in S3 is read", "apply", "--allow-revoke", "--ledger=s3://state/meshes/shop.json")
    same("and what it holds can go", [], world.state()["grants"])
    world.faults(fail=[{"operation": "get-object", "code": "AccessDenied"}])
    same("a ledger that cannot be read: not started", 3, world.run("apply", "--ledger", "s3://state/meshes/shop.json"))
    same("a place that is none", 64, world.run("apply", "--ledger", "s3://state"))

    world = World(desired([mine]))
    world.run("apply")
    with open(world.kept("ledger.json"), "w", encoding="utf-8") as file:
        json.dump({"format": 1, "mesh": "another", "environment": "prod", "account": OWNER, "things": {}}, file)
    same("the ledger of another mesh is refused", 3, world.run("apply"))

    world = World(desired([mine]))
    world.faults(fail=[{"operation": "put-object", "code": "AccessDenied", "message": "no"}])
    same("a ledger that cannot be written stops everything", (1, []), (world.run("apply", "--ledger", "s3://state/x"), world.sent("batch-grant-permissions")))

    # By hand: a grant of the program was revoked, and is none of its business any more unless the mesh wants it.
    world = World(desired([mine]))
    world.run("apply")
    world.set_state(account_state())
    world.want(desired([]))
    settled(world, "what is gone already is forgotten", "apply", "--allow-revoke")
    same("and not revoked", [], world.sent("batch-revoke-permissions"))
    same("nothing is in the ledger", {}, world.ledger())

    # A tag value that somebody else uses is kept.
    world = World(desired([], tags=[{"key": "zone", "values": ["raw"]}]))
    world.run("apply")
    state = world.state()
    state["associations"] = [{"at": ["other"], "key": "zone", "value": "raw"}]
    world.set_state(state)
    world.want(desired([]))
    same("a tag that others use is kept", 2, world.run("apply", "--allow-revoke"))
    check("and is said", "kept, for it is in use" in world.err, world.err)
    same("its values too", {"zone": ["raw"]}, world.state()["tags"])


def guards():
    world = World(mesh_a(), foreign_state())
    same("--max-changes: too many, not started", 3, world.run("apply", "--max-changes", "3"))
    same("--max-changes: nothing was written", foreign_state()["tags"], world.state()["tags"])
    settled(world, "--max-changes: enough", "apply", "--max-changes=100")
    for only, principals in (("Narrowed", {"Narrowed"}), (role("Narrowed"), {"Narrowed"}), ("sales.items", {"Passing", "Leaving"})):
        world = World(mesh_a())
        settled(world, "--only %s" % only, "apply", "--only", only)
        same("--only %s: only that" % only, {role(p) for p in principals}, {g["principal"] for g in world.state()["grants"]})
    world = World(mesh_a())
    settled(world, "--only twice", "apply", "--only", "Team", "--only", "Loader")
    same("--only twice: both", {role("Team"), role("Loader")}, {g["principal"] for g in world.state()["grants"]})
    world.run("apply")
    world.want(mesh_b())
    held_back = world.state()
    same("--only: what left the mesh is held back without --allow-revoke", (2, held_back), (world.run("apply", "--only", "Leaving"), world.state()))
    world.run("apply", "--allow-revoke", "--only", "Leaving")
    check("--only: what left the mesh is revoked for that one alone", not any(g["principal"] == role("Leaving") for g in world.state()["grants"])
          and any(g["principal"] == role("Opened") and g["resource"]["part"] for g in world.state()["grants"]))


# ---- time --------------------------------------------------------------------------------------------


def days():
    short = entry(role("Guest"), table("orders", ["id", "customer", "total"]), "SELECT", name="g-000000000000000a")
    long = entry(role("Guest"), table("orders", ["id"]), "SELECT", name="g-000000000000000b")
    later = entry(role("Later"), database(), "DESCRIBE", name="g-000000000000000c")
    wanted = desired([short, long, later], slices={
        "g-000000000000000a": {"from": None, "until": "2026-12-31"}, "g-000000000000000b": {"from": "2027-01-01", "until": None},
        "g-000000000000000c": {"from": "2026-12-10", "until": "2026-12-20"}})
    world = World(wanted)

    def columns():
        return sorted(g["resource"]["part"][1] for g in world.state()["grants"] if g["principal"] == role("Guest"))

    def guest_and_later():
        return columns(), any(g["principal"] == role("Later") for g in world.state()["grants"])

    settled(world, "before anything ends")
    same("2026-11-25: the first slice, the other grant not yet", (["customer", "id", "total"], False), guest_and_later())
    world.run("apply", today="2026-12-10")
    same("2026-12-10: its first day", (["customer", "id", "total"], True), guest_and_later())
    same("2026-12-20: its last day, verified", 0, world.run("verify", today="2026-12-20"))
    same("2026-12-21: verify fails while it stands", 3, world.run("verify", today="2026-12-21"))
    check("2026-12-21: verify says it ended", "- DESCRIBE on database sales from role/Later   (ended)" in world.out, world.out)
    same("2026-12-21: plan has it", 2, world.run("plan", today="2026-12-21"))
    same("2026-12-21: expire", 0, world.run("expire", today="2026-12-21"))
    same("2026-12-21: it is gone, nothing else", (["customer", "id", "total"], False), guest_and_later())
    same("expire twice: nothing to do", (0, "nothing to do"), (world.run("expire", today="2026-12-21"), world.last()))
    same("the log says why it went", ["expired"], [line["op"] for line in world.audit() if line["call"] == "batch-revoke-permissions"])
    same("2027-01-01: expire takes the columns that ended", (0, ["id"]), (world.run("expire", today="2027-01-01"), columns()))
    same("2027-01-01: apply has nothing left to do", 0, world.run("apply", today="2027-01-01"))
    same("and verify is content", 0, world.run("verify", today="2027-01-01"))

    # What left the mesh without an end is no business of expire, whatever it is allowed.
    world = World(desired([short, entry(role("Gone"), database(), "DESCRIBE")], slices={"g-000000000000000a": {"from": None, "until": "2026-12-31"}}))
    settled(world, "one grant with an end, one without")
    world.want(desired([short], slices={"g-000000000000000a": {"from": None, "until": "2026-12-31"}}))
    same("expire --allow-revoke: what only left the mesh stays", (0, True), (world.run("expire", "--allow-revoke", today="2027-01-01"),
         any(g["principal"] == role("Gone") for g in world.state()["grants"])))
    same("expire --allow-revoke: what ended is gone", False, any(g["principal"] == role("Guest") for g in world.state()["grants"]))

    world = World(wanted)
    world.run("apply", today="2026-12-15")
    world.want(desired([long]))
    same("a line that is deleted after its end", 0, world.run("expire", today="2027-01-01"))
    same("is taken away by what the ledger knows", [], [g for g in world.state()["grants"] if g["principal"] == role("Later")])
    world = World(wanted)
    world.run("apply", today="2026-12-15")
    world.want(desired([short, later], slices={later["Id"]: {"from": None, "until": "2028-01-01"}}))
    same("a line that was prolonged", 0, world.run("apply", today="2027-01-01"))
    same("stays", 1, len([g for g in world.state()["grants"] if g["principal"] == role("Later")]))


# ---- verify ------------------------------------------------------------------------------------------


def drift():
    wanted = mesh_a()
    wanted["settings"]["cross_account_version"] = 4
    base = World(wanted)
    settled(base, "drift: the state to begin with")
    same("verify: as the mesh says", (0, "verified: 11 grants are as the mesh says"), (base.run("verify"), base.last()))
    good = base.state()
    ledger = base.ledger()

    def damage(name, change, shown):
        world = base
        state = copy.deepcopy(good)
        change(state)
        world.set_state(state)
        before = world.state()
        status = world.run("verify")
        check("verify: %s" % name, status == 3 and shown in world.out, "status %s, expected: %s" % (status, shown), world.shown())
        if world.state() != before or world.ledger() != ledger:
            check("verify: %s: changes nothing" % name, False)

    def without(member, text):
        def change(state):
            old = len(state[member])
            state[member] = [x for x in state[member] if text not in json.dumps(x)]
            assert len(state[member]) < old
        return change

    damage("a grant that is missing", without("grants", "role/Team"), "+ DESCRIBE on database sales to role/Team")
    damage("a column that is missing", without("grants", '"customer"'), "+ SELECT on sales.orders (1 column) to role/Narrowed")
    damage("a grant of another", lambda s: s["grants"].append(held(role("X"), "table", AT_ORDERS, "SELECT")), "? SELECT on sales.orders to role/X   (not of this mesh)")
    damage("a filter grant of another", lambda s: s["grants"].append(held(role("X"), "filter", AT_ORDERS + ["mesh_1111"], "SELECT")), "? SELECT on sales.orders (filter mesh_1111) to role/X")
    damage("more permissions than the mesh gives", lambda s: s["grants"].append(held(role("Leaving"), "table", [OWNER, "sales", "items"], "DROP")), "? DROP on sales.items to role/Leaving")
    damage("a grant option by another", lambda s: [g["options"].append("DESCRIBE") for g in s["grants"] if g["principal"] == role("Team")], "? DESCRIBE on database sales to role/Team with grant option   (not of this mesh)")
    damage("the defaults", lambda s: s["grants"].append(held(EVERYBODY, "table", AT_ORDERS, "ALL")), "- ALL on sales.orders from IAM_ALLOWED_PRINCIPALS")
    damage("a tag value that is missing", lambda s: s["tags"]["zone"].remove("clean"), "+ tag zone: clean")
    damage("an association that is missing", without("associations", '"orders"], "key": "zone"'), "+ zone: raw on sales.orders")
    damage("an association with another value", lambda s: [a.update(value="direct") for a in s["associations"] if a["at"] == ["sales"] and a["key"] == "pii"], "+ pii: none on database sales")
    damage("an association by another", lambda s: s["associations"].append({"at": ["sales", "items"], "key": "pii", "value": "direct"}), "? pii: direct on sales.items   (not of this mesh)")
    damage("a filter that is missing", lambda s: s.update(filters=[]), "+ filter mesh_1111 on sales.orders")
    damage("a filter with other rows", lambda s: s["filters"][0]["RowFilter"].update(FilterExpression="region = 'us'"), "~ filter mesh_1111 on sales.orders")
    damage("an opt-in that is missing", without("optins", "Leaving"), "+ opt-in of role/Leaving to sales.items")
    damage("an administrator that is missing", lambda s: s["settings"].update(DataLakeAdmins=[]), "+ data lake administrator role/LakeAdmin")
    damage("an older sharing version", lambda s: s["settings"]["Parameters"].update(CROSS_ACCOUNT_VERSION="3"), "+ cross-account version 4")
    base.set_state(good)
    base.want(mesh_b())
    same("verify: what left the mesh and stands", 3, base.run("verify"))
    check("verify: and it is shown", "- INSERT on sales.items from role/Leaving   (no longer in the mesh)" in base.out, base.out)


def settings():
    wanted = desired([], settings={"admins": [role("LakeAdmin"), role("Second")], "cross_account_version": 4})
    world = World(wanted, account_state(settings=dict(account_state()["settings"], Parameters={"CROSS_ACCOUNT_VERSION": "3", "SET_CONTEXT": "TRUE"},
                                                     AuthorizedSessionTagValueList=["x"])))
    before = world.state()["settings"]
    settled(world, "settings: done", "settings")
    before["DataLakeAdmins"].append({"DataLakePrincipalIdentifier": role("Second")})
    before["Parameters"]["CROSS_ACCOUNT_VERSION"] = "4"
    same("settings: what the mesh names is changed, all else stays", before, world.state()["settings"])
    world.forget()
    settled(world, "settings twice", "settings")
    same("settings twice: nothing written", [], world.sent("put-data-lake-settings"))
    state = account_state()
    state["settings"]["Parameters"]["CROSS_ACCOUNT_VERSION"] = "5"
    world = World(wanted, state)
    world.run("settings")
    same("settings: a higher version is not lowered", "5", world.state()["settings"]["Parameters"]["CROSS_ACCOUNT_VERSION"])
    world = World(wanted, account_state(unknown_settings=["AllowFullTableExternalDataAccess"]))
    same("a CLI that would lose a setting does not write", (3, []), (world.run("settings"), world.sent("put-data-lake-settings")))
    check("and names it", "AllowFullTableExternalDataAccess" in world.err)
    settled(world, "unless told to", "settings", "--old-cli")
    world = World(wanted)
    world.faults(fail=[{"operation": "put-data-lake-settings", "nth": 1, "code": "ConcurrentModificationException"}])
    settled(world, "settings: a conflict reads and writes again", "settings")
    same("settings: written twice", 2, len(world.sent("put-data-lake-settings")))


# ---- what is not there yet ------------------------------------------------------------------------------


def waiting():
    wanted = mesh_a()
    state = account_state()
    del state["databases"]["sales"]["tables"]["orders"]
    world = World(wanted, state)
    same("a table that a crawler has not made yet: the rest is done, exit 2", 2, world.run("apply"))
    check("it is named", "waiting for table sales.orders" in world.out, world.out)
    check("what needs no table was done", any(g["principal"] == role("Team") for g in world.state()["grants"]))
    state = world.state()
    state["databases"] = account_state()["databases"]
    world.set_state(state)
    settled(world, "when it is there, so are its grants")
    same("and then nothing waits", 0, world.run("verify"))


# ---- hostile data ---------------------------------------------------------------------------------------


def hostile():
    import tempfile
    evil = "$(touch x)`touch y`\"'; touch z; #\\ ${HOME} %s -n * ~ ../../w \u202e\u200b\u00e9\n\t\x1b[2J"
    name = evil.lower()
    where = {"CatalogId": OWNER, "DatabaseName": name, "Name": name}
    wanted = desired([
        entry("arn:aws:iam::%s:role/%s" % (OWNER, evil), {"Database": {"CatalogId": OWNER, "Name": evil}}, "DESCRIBE", name=evil),
        entry(role("A"), {"TableWithColumns": dict(where, ColumnNames=[evil, "a"])}, "SELECT", name="--" + evil),
        entry(role("B"), {"DataLocation": {"CatalogId": OWNER, "ResourceArn": "arn:aws:s3:::" + evil}}, "DATA_LOCATION_ACCESS"),
        entry(role("C"), {"DataCellsFilter": {"TableCatalogId": OWNER, "DatabaseName": name, "TableName": name, "Name": evil}}, "SELECT"),
        entry(role("D"), {"LFTag": {"CatalogId": OWNER, "TagKey": name, "TagValues": [name]}}, "DESCRIBE"),
        entry(role("E"), {"LFTagPolicy": {"CatalogId": OWNER, "ResourceType": "TABLE", "Expression": [{"TagKey": name, "TagValues": [name]}]}}, "SELECT"),
    ], managed={"databases": [evil], "tables": [{"database": evil, "table": evil}]},
        tags=[{"key": name, "values": [name]}],
        associations=[{"id": evil, "resource": {"TableWithColumns": dict(where, ColumnNames=[name])}, "tags": [{"key": name, "value": name}]}],
        filters=[{"TableCatalogId": OWNER, "DatabaseName": name, "TableName": name, "Name": evil, "RowFilter": {"FilterExpression": evil}, "ColumnNames": ["a"]}],
        optins=[{"id": evil, "principal": evil, "resource": {"Database": {"CatalogId": OWNER, "Name": name}}}],
        requests=[{"id": evil, "principals": [evil], "permissions": [evil], "target": evil, "because": evil, "source": evil, "answered": "part",
                   "missing": [{"principal": evil, "permissions": [evil], "on": evil, "columns": [evil], "rows": "all"}]}])
    wanted["sources"].update({evil: evil})
    wanted["settings"]["admins"].append(evil)
    state = account_state(databases={name: {"tables": {name: {"columns": [name, "a"], "partitions": []}}}},
                          grants=[held(EVERYBODY, "table", [OWNER, name, name], "ALL")])
    world = World(wanted, state)
    here = os.path.join(world.folder, "here")
    os.mkdir(here)

    def clean(text):
        return not any(c in text for c in "\x1b\u202e\t")

    same("hostile: plan", 2, world.run("plan", cwd=here))
    check("hostile: nothing is printed that drives a terminal", clean(world.out + world.err), repr(world.out))
    world.faults(fail_entries=[{"holds": "touch", "times": 1, "code": evil, "message": evil}])
    same("hostile: a failure", 1, world.run("apply", cwd=here))
    check("hostile: a table that drives no terminal", clean(world.out + world.err), repr(world.err))
    world.faults()
    settled_here = world.run("apply", cwd=here)
    check("hostile: apply", settled_here == 0, world.shown())
    same("hostile: apply twice", (0, "nothing to do: 6 grants are as the mesh says"), (world.run("apply", cwd=here), world.last()))
    same("hostile: verify", 0, world.run("verify", cwd=here))
    state = world.state()
    check("hostile: names arrive as they are", any(g["principal"].endswith(evil) for g in state["grants"]))
    same("hostile: the filter's text", evil, state["filters"][0]["RowFilter"]["FilterExpression"])
    same("hostile: --only", 0, world.run("plan", "--only", evil, cwd=here))
    world.faults(fail=[{"operation": "list-permissions", "code": evil.replace("\n", " "), "message": evil}])
    same("hostile: an error of the service", 3, world.run("plan", cwd=here))
    check("hostile: its message drives no terminal", "\x1b" not in world.err, repr(world.err))
    world.faults()
    world.want(desired([], managed={"databases": [], "tables": []}))
    same("hostile: the ledger alone", 0, world.run("revoke", cwd=here))
    same("hostile: all is gone", [], world.state()["grants"])
    same("hostile: nothing was run in the working folder", [], os.listdir(here))
    found = [os.path.join(folder, file) for folder, _, files in os.walk(world.folder) for file in files if file in "xyzw"]
    same("hostile: nor anywhere else", [], found)


# ---- what is asked for -----------------------------------------------------------------------------------


def request(answered, target="sales.orders", who="Planner", **more):
    return {"id": "r-%016x" % hash_of([target, who]), "principals": [role(who, CONSUMER)], "permissions": ["select"], "target": target,
            "because": None, "source": "wishes.mesh:3:3", "answered": answered, **more}


def missing(columns=(), rows="all", on="sales.items"):
    return {"principal": role("Planner", CONSUMER), "permissions": ["select"], "on": on, "columns": list(columns), "rows": rows}


def asked():
    """Requests are shown by plan, and nothing else comes of them."""
    wishes = [request("no", because="campaign reach"), request("yes", "sales.days"),
              request("part", "sales.items", missing=[missing(["customer", "total"]), missing(["region"], "others")], missing_more=0),
              request("part", "sales.*", "Second", missing=[missing(on="sales.t%d" % i) for i in range(7)], missing_more=20)]
    world = World(dict(mesh_a(), requests=wishes))
    settled(world, "requests: apply grants what the mesh grants")
    check("requests: apply says nothing of them", "asked for" not in world.out, world.out)
    same("requests: nobody has got anything", [], [g for g in world.state()["grants"] if CONSUMER in g["principal"]])
    same("requests: plan has nothing to do", 0, world.run("plan"))
    for line in ('asked for, not granted: select on sales.orders for %s:role/Planner, because "campaign reach"   wishes.mesh:3:3' % CONSUMER,
                 "asked for, granted in part: select on sales.items for %s:role/Planner   wishes.mesh:3:3" % CONSUMER,
                 "    missing for %s:role/Planner: select on sales.items (customer, total)" % CONSUMER,
                 "    missing for %s:role/Planner: select on sales.items (region), all rows" % CONSUMER,
                 "    and 22 more"):
        check("requests: plan shows %s" % line.strip()[:40], line in world.out.splitlines(), world.out)
    check("requests: what is granted is not shown", "sales.days" not in world.out, world.out)
    same("requests: the last line is still what there is to do", "nothing to do: 11 grants are as the mesh says", world.last())
    world.run("plan", "--only", "Planner")
    check("requests: --only a principal", "sales.items" in world.out and "role/Second" not in world.out, world.out)
    world.run("plan", "--only", "sales.orders")
    check("requests: --only something else", "asked for" not in world.out, world.out)


# ---- hybrid access mode ----------------------------------------------------------------------------------


def opting_in():
    """To a database or a table, by name, and by an administrator: AWS refuses the rest (rule 13 of tests/access/rules)."""
    world = World(mesh_a())
    settled(world, "opt-ins: applied")
    sent = [one["Resource"] for one in world.sent("create-lake-formation-opt-in")]
    check("opt-ins: the program sends them by name", sent and all(set(one) <= {"Database", "Table"} and "TableWildcard" not in one.get("Table", {}) for one in sent), sent)
    opt_in = lambda resource: world.aws("lakeformation", "create-lake-formation-opt-in",
                                        Principal={"DataLakePrincipalIdentifier": role("New")}, Resource=resource)
    for name, resource in (("tags", tagged("TABLE", pii=["none"])), ("all tables", every_table()), ("columns", table("orders", ["id"])),
                           ("a location", location("lake/sales"))):
        same("opt-ins: none by %s" % name, "InvalidInputException", opt_in(resource))
    opt_in(database())
    check("opt-ins: one by name is taken", any(one["Principal"]["DataLakePrincipalIdentifier"] == role("New") for one in world.state()["optins"]))
    state = world.state()
    state["caller"] = "arn:aws:sts::%s:assumed-role/Analyst/test" % OWNER
    world.set_state(state)
    same("opt-ins: an administrator's alone", "AccessDeniedException", opt_in(table("orders")))


# ---- what cannot be used ---------------------------------------------------------------------------------


def refusals():
    world = World(mesh_a())

    def refused(name, change, reason):
        file = mesh_a()
        change(file)
        with open(os.path.join(world.grants, OWNER + ".json"), "w", encoding="utf-8") as out:
            json.dump(file, out)
        world.forget()
        status = world.run("apply")
        check("refused: " + name, status == 3 and reason in world.err and world.sent("batch-grant-permissions") == [], "status %s" % status, world.err)

    first = lambda f: f["batches"][0]["Entries"][0]
    refused("another mesh's file", lambda f: f.update(mesh="x"), "it belongs to another mesh: x")
    refused("another environment's file", lambda f: f.update(environment="dev"), "another environment")
    refused("another account's file", lambda f: f.update(account="210987654321"), "another account")
    refused("another format", lambda f: f.update(format=3), "format is not known")
    refused("a batch of 21", lambda f: f.update(batches=[{"CatalogId": OWNER, "Entries": [dict(first(f), Id=str(i)) for i in range(21)]}]), "more than 20 entries")
    refused("a condition", lambda f: first(f).update(Condition={"Expression": "true"}), "a condition is not supported yet")
    refused("a grant to everybody", lambda f: first(f).update(Principal={"DataLakePrincipalIdentifier": EVERYBODY}), "IAM_ALLOWED_PRINCIPALS")
    refused("two members in a resource", lambda f: first(f)["Resource"].update(Catalog={}), "not exactly one resource")
    refused("a resource without its name", lambda f: first(f).update(Resource={"Database": {}}), "not described as it must be")
    refused("one Id twice", lambda f: f["batches"][0]["Entries"].append(first(f)), "two entries with one Id")
    refused("a grant option alone", lambda f: first(f).update(PermissionsWithGrantOption=["DROP"]), "a grant option without its permission")
    refused("columns with another permission", lambda f: f["batches"][0]["Entries"][2].update(Permissions=["SELECT", "INSERT"]), "columns fit SELECT alone")
    refused("a slice without a day", lambda f: f.update(slices={"x": {"from": None, "until": "soon"}}), "a slice without days")
    refused("an association without a resource", lambda f: f["associations"][0].pop("resource"), "an association that is not described")
    refused("a filter without a table", lambda f: f["filters"][0].pop("TableName"), "a filter that is not described")
    refused("an opt-in by tags", lambda f: f["optins"][0].update(resource=tagged("TABLE", pii=["none"])), "an opt-in that is not described")
    refused("a request without an answer", lambda f: f.update(requests=[request("perhaps")]), "a request that is not described")
    refused("a request that lacks a text", lambda f: f.update(requests=[request("part", missing=["all"])]), "a request that is not described")
    refused("an owner that is no account", lambda f: f.update(taking={"owners": ["me"], "links": [], "batches": []}), "taking is not described")
    with open(os.path.join(world.grants, OWNER + ".json"), "w", encoding="utf-8") as out:
        out.write("not json\n")
    same("refused: what is no JSON", 3, world.run("plan"))
    same("refused: a missing file", 3, world.run("plan", "--desired", "none.json"))
    world.want(mesh_a())
    world.forget()
    for words in (["plan", "apply"], ["aply"], ["--bogus=1"], ["--profile"], ["--max-changes", "many"], ["plan", "--region", "us-east-1"]):
        same("usage: %s" % " ".join(words), 64, world.run(*words))
    same("usage: MESH_TODAY", 64, world.run("plan", today="soon"))
    same("help", 0, world.run("--help"))
    check("help documents the exit codes", "64   usage" in world.out)
    same("no call was made", [], world.log())
    same("the wrong account", 3, world.run("apply", STANDIN_ACCOUNT=CONSUMER))
    check("both are named", "these credentials are of account %s; this program is for %s" % (CONSUMER, OWNER) in world.err, world.err)
    same("profile and endpoint reach every call", (2, {(OWNER, "http://127.0.0.1:9", "p-" + OWNER)}),
         (world.run("plan", "--profile", "p-" + OWNER, "--endpoint-url", "http://127.0.0.1:9"),
          {(c["account"], c["options"].get("endpoint-url"), c["options"].get("profile")) for c in world.log()[1:]}))

    self_file = json.loads(json.dumps(mesh_a()).replace(OWNER, "${AWS::AccountId}"))
    self_file.update(account="self", region=None)
    world.want(self_file)
    world.set_state(account_state())
    os.rename(os.path.join(world.grants, "self.sh"), os.path.join(world.grants, OWNER + ".sh"))
    os.rename(os.path.join(world.grants, "self.json"), os.path.join(world.grants, OWNER + ".json"))
    same("self: no region", 3, world.run("plan"))
    same("self: account and region are filled in", 0, world.run("apply", "--region", "eu-west-1"))
    check("self: in every name", "${AWS" not in json.dumps(world.state()))

    old = mesh_a()
    for name in ("hybrid", "tags", "associations", "filters", "optins", "slices", "requests"):
        del old[name]
    old.update(format=1)
    old["settings"].pop("cross_account_version")
    old["batches"][0]["Entries"] = [e for e in old["batches"][0]["Entries"] if not set(e["Resource"]) & {"DataCellsFilter", "LFTag", "LFTagPolicy"}]
    world = World(old)
    settled(world, "format 1")


def interrupted():
    world = World(mesh_a())
    for name in os.listdir(os.path.join(World.base, "tmp")):  # of the runs that were killed
        import shutil
        shutil.rmtree(os.path.join(World.base, "tmp", name))
    world.run("apply")
    same("no temporary files are left", [], os.listdir(os.path.join(World.base, "tmp")))


TESTS = [both_ways, order_of_calls, failures, large, ownership, guards, days, drift, settings, waiting, hostile, asked, opting_in, refusals,
         killed_between_meshes, killed_at_every_call, interrupted]

if __name__ == "__main__":
    run_all(TESTS)
