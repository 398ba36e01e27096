"""Grants, tags, accounts, ways in: one rule of access.md each."""
from plain import *

HOME, AWAY = "111122223333", "444455556666"


def small(*statements, **given):
    """One domain, one product of three columns and a partition key, one role; more as given."""
    base = {"account": HOME, "principals": [role("ann"), role("bob")], "domains": [domain("d")],
            "schemas": [schema("S", "a", column("b", "int", pii="direct"), "c", "k")],
            "products": [product("d.p", "S", partition=["k"])], "statements": list(statements)}
    return mesh(**{**base, **given})


def two_accounts(*statements, **given):
    base = {"accounts": [account("home", HOME), account("away", AWAY)], "principals": [role("ann"), role("far", account="away")]}
    return small(*statements, **{**base, **given})


LADDER = tag("level", ["low", "mid", "high"], default="mid")
SET = tag("region", ["eu", "us"], ordered=False)

CASES = {
    "select on a product is every column, keys too": {
        "mesh": small(grant("select", on("d.p"), "ann")), "expect": ["ann d.p select a,b,c,k"]},
    "a list of columns, and the partition key with it": {
        "mesh": small(grant("select", on("d.p", columns=["a"]), "ann")), "expect": ["ann d.p select a,k"]},
    "except is the list of the others": {
        "mesh": small(grant("select", on("d.p", hidden=["a", "b"]), "ann")), "expect": ["ann d.p select c,k"]},
    "insert reads, and deletes": {
        "mesh": small(grant("insert", on("d.p"), "ann")), "expect": ["ann d.p select a,b,c,k", "ann d.p may delete insert"]},
    "alter alone reads nothing": {
        "mesh": small(grant("alter", on("d.p"), "ann")), "expect": ["ann d.p may alter"]},
    "all on the database reads nothing": {
        "mesh": small(grant("all", database("d"), "ann")), "expect": ["ann database d may alter drop create_table"]},
    "all tables of the domain, and its database is described": {
        "mesh": small(grant("describe", all_tables("d"), "ann")), "expect": ["ann d.p describes"]},
    "team in team, and the same right by two routes": {
        "mesh": small(grant("select", on("d.p", columns=["a"]), "outer"), grant("select", on("d.p", columns=["a", "c"]), "inner"),
                      principals=[role("ann"), role("bob"), team("inner", "ann"), team("outer", "inner", "bob")]),
        "expect": ["ann d.p select a,c,k", "bob d.p select a,k"]},
    "rows limit each column that the filter lists": {
        "mesh": small(grant("select", on("d.p", columns=["a", "c"]), "ann", where=("cmp", "c", "=", "x")),
                      grant("select", on("d.p", columns=["c"]), "ann", where=("cmp", "a", "=", "y"))),
        "expect": ["ann d.p select a where c = 'x'", "ann d.p select c,k where a = 'y' | c = 'x'"]},
    "with grant option": {
        "mesh": small(grant("select describe", on("d.p"), "ann", option=["describe"]), grant("all", on("d.p"), "bob", option="all")),
        "expect": ["ann d.p select a,b,c,k", "ann d.p passes describe", "bob d.p select a,b,c,k", "bob d.p may alter drop delete insert",
                   "bob d.p passes select alter drop delete insert describe"]},

    # ---- tags
    "a tag on a column makes its table match partly": {
        "mesh": small(grant("write", tagged(("pii", "=", ["none"])), "ann")), "expect": ["ann d.p select a,c,k"]},
    "write by tag where all columns match": {
        "mesh": small(grant("write", tagged(("pii", "<=", ["direct"])), "ann")),
        "expect": ["ann d.p select a,b,c,k", "ann d.p may delete insert"]},
    "all by tag, partly": {
        "mesh": small(grant("all", tagged(("pii", "=", ["direct"])), "ann", option="all")),
        "expect": ["ann d.p select b,k", "ann d.p passes select describe"]},
    "the nearest of column, output, product and domain": {
        "mesh": small(grant("select", tagged(("level", "=", ["low"])), "ann"), grant("select", tagged(("level", ">=", ["high"])), "bob"),
                      tags=[LADDER], schemas=[schema("S", "a", column("b", level="low"), column("c", level="high"))],
                      domains=[domain("d", tags={"level": "low"})],
                      products=[product("d.q", tags={"level": "high"}, outputs=[output("x", "S", tags={"level": "mid"}), output("y", "S")]),
                                product("d.p", "S")]),
        "expect": ["ann d.q.x select b", "ann d.q.y select b", "ann d.p select a,b", "bob d.q.x select c", "bob d.q.y select a,c", "bob d.p select c"]},
    "a default holds where nothing is written": {
        "mesh": small(grant("select", tagged(("level", "<=", ["mid"])), "ann"), tags=[LADDER]), "expect": ["ann d.p select a,b,c,k"]},
    "no value matches nothing, not even !=": {
        "mesh": small(grant("select", tagged(("region", "!=", ["us"])), "ann"), tags=[SET],
                      domains=[domain("d"), domain("e", tags={"region": "eu"})], products=[product("d.p", "S"), product("e.p", "S")]),
        "expect": ["ann e.p select a,b,c,k"]},
    "comma is and": {
        "mesh": small(grant("select", tagged(("region", "=", ["eu", "us"]), ("pii", "<", ["direct"])), "ann"), tags=[SET],
                      domains=[domain("d", tags={"region": "us"})]), "expect": ["ann d.p select a,c,k"]},
    "what is written inside a struct lifts its column": {
        "mesh": small(grant("select", tagged(("pii", "=", ["none"])), "ann"), types=[named_type("Mail", "string", pii="direct")],
                      schemas=[schema("S", "a", column("s", ("struct", [("m", ("type", "Mail"))])), column("l", ("array", ("type", "Mail")))), schema("T", "t")],
                      products=[product("d.p", "S")]), "expect": ["ann d.p select a"]},
    "inside lower than what the table has lifts nothing": {
        "mesh": small(grant("select", tagged(("level", "=", ["high"])), "ann"), tags=[LADDER], types=[named_type("Low", "string", level="low")],
                      schemas=[schema("S", column("s", ("struct", [("m", ("type", "Low"))])), column("f", ("type", "Low")))],
                      products=[product("d.p", "S", tags={"level": "high"})]), "expect": ["ann d.p select s"]},
    "the table matches, no column does": {
        "mesh": small(grant("select", tagged(("level", "=", ["high"])), "ann"), tags=[LADDER],
                      schemas=[schema("S", column("a", level="low"))], products=[product("d.p", "S", tags={"level": "high"})]),
        "expect": ["ann d.p describes"]},
    "the table matches, no column does: what is of columns is nobody's to pass on": {
        "mesh": small(grant("select", tagged(("level", "=", ["high"])), "ann", option="all"), grant("select alter", tagged(("level", "=", ["high"])), "bob", option="all"),
                      tags=[LADDER], schemas=[schema("S", column("a", level="low"))], products=[product("d.p", "S", tags={"level": "high"})]),
        "expect": ["ann d.p describes", "bob d.p describes", "bob d.p passes describe"]},
    "databases by their own values": {
        "mesh": small(grant("create_table", domains_tagged(("level", "=", ["mid"])), "ann"), tags=[LADDER],
                      domains=[domain("d"), domain("e", tags={"level": "low"})]), "expect": ["ann database d may create_table"]},
    "on a tag": {
        "mesh": small(grant("describe", tag_values("level", "low", "mid"), "ann"), tags=[LADDER]),
        "expect": [f"ann tag level(low,mid) of {HOME} describes"]},

    # ---- whom a grant reaches
    "an account reaches all who live in it": {
        "mesh": two_accounts(grant("select", on("d.p", columns=["a"]), "away", option="all")),
        "expect": ["away d.p select a,k", "away d.p passes select", "far d.p reaches select a,k", f"stranger of {AWAY} d.p reaches select a,k"]},
    "a role of another account is nobody else": {
        "mesh": two_accounts(grant("select", on("d.p"), "far")), "expect": ["far d.p select a,b,c,k"]},
    "held by rows and reached in full": {
        "mesh": two_accounts(grant("select", on("d.p", columns=["a"]), "away"), grant("select", on("d.p", columns=["a"]), "far", where=("cmp", "a", "=", "x"))),
        "about": ["far"], "expect": ["far d.p select a,k where a = 'x'", "far d.p reaches select a,k"]},
    "nothing is shared with oneself": {
        "mesh": two_accounts(grant("select", on("d.p"), "away"), accounts=[account("home"), account("away")], account=None,
                             environments=[environment("prod", account=HOME, accounts={"home": HOME, "away": AWAY}),
                                           environment("dev", account=HOME, suffix="dev", accounts={"home": HOME, "away": HOME})]),
        "expect": ["prod: away d.p select a,b,c,k", "prod: far d.p reaches select a,b,c,k", f"prod: stranger of {AWAY} d.p reaches select a,b,c,k"]},
    "an organization is everybody": {
        "mesh": two_accounts(grant("alter", on("d.p"), "org"),
                             principals=[role("ann"), principal("organization", "org", arn=f"arn:aws:organizations::{HOME}:organization/o-a")]),
        "expect": ["org d.p may alter"] + [f"{name} d.p reaches alter" for name in
                                           ("ann", "away", "home", f"stranger of {HOME}", f"stranger of {AWAY}")]},
    "a SAML group of another account is that account": {
        "mesh": two_accounts(grant("select", on("d.p", columns=["a"]), "crew"),
                             principals=[role("far", account="away"), principal("group", "crew", arn=f"arn:aws:iam::{AWAY}:saml-provider/x:group/crew")]),
        "expect": ["crew d.p select a,k", "far d.p reaches select a,k", f"stranger of {AWAY} d.p reaches select a,k"]},
    "by tag to a role of another account: keys alone are a name": {
        "mesh": two_accounts(grant("select", tagged(("level", "=", ["mid"])), ["far", "ann"]), tags=[LADDER],
                             schemas=[schema("S", column("a", level="low"), "k")]),
        "expect": ["far d.p describes", "ann d.p select k"]},
    "by tag to a role of another account, with grant option: keys alone pass nothing on": {
        "mesh": two_accounts(grant("select", tagged(("level", "=", ["mid"])), ["far", "ann"], option="all"), grant("select insert", tagged(("level", "=", ["mid"])), "wide", option="all"),
                             tags=[LADDER], schemas=[schema("S", column("a", level="low"), "k")],
                             principals=[role("ann"), role("far", account="away"), role("wide", account="away")]),
        "expect": ["far d.p describes", "ann d.p select k", "ann d.p passes select", "wide d.p describes", "wide d.p passes describe"]},

    # ---- whom an except list names
    "a product in an except list stands for what crawls and what evaluates it": {
        "mesh": small(forbid("select", on("d.p"), **{"except": ["d.p"]}), forbid("select", on("d.q"), **{"except": ["d.q"]}), forbid("select", on("d.q"), **{"except": ["d.p"]}),
                      domains=[domain("d"), domain("e")], products=[product("d.p", "S", shared_with=["e"]), product("d.q", "S", crawl={})],
                      pipelines=[pipeline("d.own", [], [("check", "d.p")]), pipeline("e.other", [], [("check", "d.p")])]),
        "about": ["forbid"], "expect": ["forbid 0 proven", "forbid 1 proven", "forbid 2 broken by crawler of d.q"]},
    "of two outputs, each stands for itself and the product for both": {
        "mesh": small(forbid("select", on("d.p"), **{"except": ["d.p"]}), forbid("select", on("d.p"), **{"except": ["d.p.b"]}),
                      products=[product("d.p", outputs=[output("a", "S", crawl={}), output("b", "S", scheduled_quality=True)])]),
        "about": ["forbid"], "expect": ["forbid 0 proven", "forbid 1 broken by crawler of d.p.a"]},

    "who may pass on some columns and only sees the others": {
        "mesh": small(grant("select", tagged(("pii", "=", ["none"])), "ann", option="all"), grant("select", on("d.p", columns=["b"]), "ann"),
                      forbid("select", on("d.p", columns=["b"]), **{"except": ["ann"]}), forbid("select", on("d.p", columns=["a"]), **{"except": ["ann"]})),
        "about": ["forbid"], "expect": ["forbid 0 proven", "forbid 1 proven, passed on by ann"]},

    # ---- ways in that are no grants
    "a location above and the right to make tables elsewhere": {
        "mesh": small(grant("data_location_access", location("s3://m-data/d"), "ann"), grant("create_table", database("e"), "ann"),
                      domains=[domain("d"), domain("e")]),
        "about": ["d.p"], "expect": ["ann d.p reaches select a,b,c,k"]},
    "a location beside or below opens nothing": {
        "mesh": small(grant("data_location_access", location("s3://m-data/d/p/x/"), "ann"), grant("data_location_access", location("s3://m-data/d/q"), "ann"),
                      grant("data_location_access", location("s3://m-data/d/"), "bob"), grant("create_table", database("d"), "ann")),
        "about": ["d.p"], "expect": []},
    "alter counts on a table that is read": {
        "mesh": small(grant("data_location_access", location("s3://m-data/d/"), ["ann", "bob"]), grant("alter", on("d.p"), ["ann", "bob"]),
                      grant("alter select", on("d.q"), "bob"), products=[product("d.p", "S"), product("d.q", "S")]),
        "about": ["d.p reach"], "expect": ["bob d.p reaches select a,b,c,k"]},
    "the files of an outer table hold those of an inner": {
        "mesh": small(grant("select", on("d.p", columns=["a"]), "ann"), grant("select", on("d.q"), "bob"),
                      products=[product("d.p", "S", location="x/"), product("d.q", "S", location="x/y/")]),
        "expect": ["ann d.p select a", "ann d.q reaches select a,b,c,k", "bob d.q select a,b,c,k"]},

    # ---- derived
    "an athena step reads the inputs and writes the product": {
        "mesh": small(domains=[domain("d"), domain("e")], pipelines=[pipeline("e.run", ["e.r"], [("athena",)])],
                      products=[product("d.p", "S", shared_with=["e"]), product("e.r", "S", inputs=["d.p"]), product("d.q", "S")]),
        "expect": ["e.run d.p select a,b,c,k", "e.run e.r select a,b,c,k", "e.run e.r may delete insert"]},
    "a function works for the pipelines that call it": {
        "mesh": small(functions=[function("d.f")], pipelines=[pipeline("d.run", ["d.p"], [("call", "d.f")])]),
        "expect": ["d.f d.p select a,b,c,k", "d.f d.p may delete insert"]},
    "a crawler without columns makes a table over its place": {
        "mesh": small(products=[product("d.raw", None, crawl={})]), "about": ["d.raw"],
        "expect": ["crawler of d.raw d.raw reaches select *", "crawler of d.raw database d may create_table",
                   "crawler of d.raw s3://m-data/d/raw/ may data_location_access"]},
    "a crawler under a role of the mesh, over columns that are known": {
        "mesh": small(products=[product("d.p", "S", crawl={"role": "ann"})]),
        "expect": ["ann d.p select a,b,c,k", "ann d.p may alter", "ann s3://m-data/d/p/ may data_location_access"]},
    "an evaluation reads what it checks": {
        "mesh": small(pipelines=[pipeline("d.run", [], [("check", "d.p")])]), "expect": ["quality of d d.p select a,b,c,k"]},

    # ---- forbid and request
    "a forbid is broken by rows, and by an account": {
        "mesh": two_accounts(grant("select", on("d.p", columns=["b"]), "ann", where=("cmp", "a", "=", "x")), grant("select", on("d.p", columns=["b"]), "away"),
                             forbid("select", tagged(("pii", "=", ["direct"]))), forbid("select", on("d.p", columns=["a"])),
                             forbid("select", on("d.p", columns=["b"]), **{"except": ["ann", "away"]})),
        "about": ["forbid"], "expect": [f"forbid 0 broken by ann, away, far, stranger of {AWAY}", "forbid 1 proven", "forbid 2 proven"]},
    "a partition key is seen with any column": {
        "mesh": small(grant("select", on("d.p", columns=["a"]), "ann"), forbid("select", on("d.p", columns=["k"]))),
        "about": ["forbid"], "expect": ["forbid 0 broken by ann"]},
    "an excepted holder may pass it on": {
        "mesh": small(grant("select", on("d.p"), "ann", option="all"), forbid("select", on("d.p"), **{"except": ["ann"]})),
        "about": ["forbid"], "expect": ["forbid 0 proven, passed on by ann"]},
    "columns nobody knows cannot be proven": {
        "mesh": small(forbid("select", all_tables("d"), **{"except": ["d.raw"]}), products=[product("d.raw", None, crawl={})]),
        "about": ["forbid"], "expect": ["forbid 0 unprovable"]},
    "a request, answered fully, in part, not": {
        "mesh": small(grant("select", on("d.p", columns=["a"]), "ann", because="enough"), grant("select", on("d.q"), "ann"),
                      grant("select", on("d.r", columns=["a"]), "ann"),
                      *[request("select", on(p), "ann") for p in ("d.p", "d.q", "d.r")],
                      products=[product(p, "S") for p in ("d.p", "d.q", "d.r")]),
        "about": ["request"], "expect": ["request 0 part", "request 1 yes", "request 2 no"]},
}
