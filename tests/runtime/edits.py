"""edits.py - a mesh as plain data (as tests/oracle/intent has it) and the next state of it: one edit of those that people
make, chosen by a random number. An edit may give a mesh that the compiler refuses; the caller then asks for another one.
"""

import copy
import os
import sys

from lake import ROOT

sys.path.insert(0, os.path.join(ROOT, "tests/oracle/intent"))
import generate as intent

printer = __import__("print")  # a module of the name of a function


def mesh(seed, grants=9):
    """A random mesh without promises and requests, which say nothing to AWS, and with some of its grants."""
    made = intent.generate(seed)
    made["statements"] = [s for s in made["statements"] if s["verb"] == "grant"][:grants]
    made["region"] = made["region"] or "eu-west-1"
    made["aside"] = []  # what an edit took out, for a later one to bring back
    return made


def write(made, folder):
    printer.write({key: value for key, value in made.items() if key != "aside"}, 1, folder)


# ---- edits: (mesh, random) -> true if they found something to change ----------------------------------------------


def one_of(rng, items):
    items = list(items)
    return rng.choice(items) if items else None


def grant_removed(m, rng):
    s = one_of(rng, m["statements"])
    if s:
        m["statements"].remove(s)
        m["aside"].append(s)
    return s


def grant_brought_back(m, rng):
    s = one_of(rng, m["aside"])
    if s:
        m["aside"].remove(s)
        m["statements"].append(s)
    return s


def listed_columns(m, path):
    product = next((p for p in m["products"] if path.startswith("%s.%s" % (p["domain"], p["name"]))), None)
    output = next((o for o in product["outputs"] if o["name"] is None or path.endswith("." + o["name"])), None) if product else None
    schema = next((s for s in m["schemas"] if output and s["name"] == output["schema"]), None)
    return [c["name"] for c in schema["columns"] if c["name"] not in output["partition"]] if schema else []


def column_list_changed(m, rng):
    s = one_of(rng, (s for s in m["statements"] if s["target"]["kind"] == "product" and s["permissions"] == ["select"]))
    names = listed_columns(m, s["target"]["path"]) if s else []
    if len(names) < 2:
        return False
    how, part = rng.choice(["columns", "except", None]), sorted(rng.sample(names, rng.randint(1, len(names) - 1)))
    s["target"].update({"columns": None, "except": None, **({how: part} if how else {})})
    return True


def row_filter_changed(m, rng):
    s = one_of(rng, (s for s in m["statements"] if s["where"] or (s["target"]["kind"] == "product" and s["permissions"] == ["select"] and not s["option"])))
    names = listed_columns(m, s["target"]["path"]) if s else []
    texts = [n for n in names if n in ("id", "customer", "label", "name", "town")]
    if not texts:
        return False
    s["where"] = rng.choice([None, ("cmp", rng.choice(texts), "=", rng.choice(["EU", "O'Hara", "x"])), ("in", rng.choice(texts), ["EU", "US"])])
    return True


def place_of_tags(m, rng, *places):
    found = {"column": [c for s in m["schemas"] for c in s["columns"]], "product": m["products"], "domain": m["domains"]}
    return one_of(rng, (x for place in places for x in found[place]))


def retagged(place):
    def edit(m, rng):
        x = place_of_tags(m, rng, place)
        tag = one_of(rng, m["tags"] + [{"key": "pii", "values": ["none", "indirect", "direct"]}])
        before = x["tags"].get(tag["key"])
        x["tags"][tag["key"]] = rng.choice([v for v in tag["values"] if v != before])
        return True
    return edit


def untagged(m, rng):
    x = one_of(rng, (x for s in m["schemas"] for x in s["columns"] + m["products"] + m["domains"] if x["tags"]))
    if x:
        del x["tags"][rng.choice(sorted(x["tags"]))]
    return x


def tag_default_changed(m, rng):
    tag = one_of(rng, m["tags"])
    if tag:
        tag["default"] = rng.choice([v for v in [None] + tag["values"] if v != tag["default"]])
    return tag


def principal_renamed(m, rng):
    p = one_of(rng, (p for p in m["principals"] if p["kind"] == "role" and not p["arn"]))
    p["aws"] = {None: "Renamed" + p["path"].split(".")[-1]}.get(p["aws"])
    return p


def member_changed(m, rng):
    team = one_of(rng, (p for p in m["principals"] if p["kind"] == "team" and len(p["members"]) > 1))
    if team:
        team["members"].remove(rng.choice(team["members"]))
    return team


def permissions_changed(m, rng):
    s = one_of(rng, (s for s in m["statements"] if s["target"]["kind"] in ("product", "tables", "database") and not s["where"]
                     and not s["target"].get("columns") and not s["target"].get("except") and not isinstance(s["option"], list)))
    if s:
        s["permissions"] = [rng.choice(["read", "write", "manage", "all", "describe", "alter"])]
    return s


def grant_option_changed(m, rng):
    s = one_of(rng, (s for s in m["statements"] if not s["where"]))
    if s:
        s["option"] = None if s["option"] else "all"
    return s


def end_changed(m, rng):
    s = one_of(rng, m["statements"])
    if s:
        s["until"] = rng.choice([d for d in (None, "2027-06-30", "2028-01-31") if d != s["until"]])
    return s


def table_removed(m, rng):
    p = one_of(rng, m["products"])
    path = "%s.%s" % (p["domain"], p["name"])

    def names(text):
        return text == path or text.startswith(path + ".")
    m["products"].remove(p)
    m["statements"] = [s for s in m["statements"] if not names(s["target"].get("path", ""))]
    for other in m["products"]:
        other["inputs"] = [i for i in other["inputs"] if not names(i)]
    for pipeline in m["pipelines"]:
        pipeline["produces"] = [i for i in pipeline["produces"] if not names(i)]
        pipeline["steps"] = [s for s in pipeline["steps"] if s[0] != "check" or not names(s[1])]
    return bool(m["products"])


def table_added(m, rng):
    p = copy.deepcopy(one_of(rng, (p for p in m["products"] if p["outputs"][0]["schema"] and not p["outputs"][0]["location"])))
    if p:
        p["name"] = "added%d" % rng.randint(0, 999)
        m["products"].append(p)
        s = one_of(rng, (s for s in m["statements"] if s["target"]["kind"] == "product"))
        if s:
            m["statements"].append({**copy.deepcopy(s), "target": {**s["target"], "path": "%s.%s" % (p["domain"], p["name"]), "columns": None, "except": None},
                                    "where": None, "permissions": ["read"]})
    return p


def account_moved(m, rng):
    fresh = "22334455%04d" % rng.randint(0, 9999)
    if m["environments"]:
        numbers = m["environments"][0]["accounts"]
        name = one_of(rng, numbers)
        if name:
            numbers[name] = fresh
        else:
            m["environments"][0]["account"] = fresh
    elif m["accounts"]:
        rng.choice(m["accounts"])["id"] = fresh
    else:
        m["account"] = fresh
    return True


def domain_moved(m, rng):
    if not m["accounts"]:
        return False
    d = rng.choice(m["domains"])
    d["account"] = rng.choice([a["name"] for a in m["accounts"] if a["name"] != d["account"]])
    d["made"] = d["made"] or ""
    return True


EDITS = {
    "a grant removed": grant_removed, "a grant brought back": grant_brought_back, "a column list changed": column_list_changed,
    "a row filter changed": row_filter_changed, "a column's tag changed": retagged("column"), "a product's tag changed": retagged("product"),
    "a domain's tag changed": retagged("domain"), "a tag taken off": untagged, "a tag's default changed": tag_default_changed,
    "a principal renamed": principal_renamed, "a team's members changed": member_changed, "permissions changed": permissions_changed,
    "a grant option changed": grant_option_changed, "an end changed": end_changed, "a table removed": table_removed,
    "a table added": table_added, "an account moved": account_moved, "a domain moved": domain_moved,
}


def edited(made, kind, rng):
    """Another mesh, or None where there is nothing to edit in that way."""
    made = copy.deepcopy(made)
    return made if EDITS[kind](made, rng) else None
