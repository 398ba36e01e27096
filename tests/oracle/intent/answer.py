"""Who may do what: language.md and access.md evaluated on a plain mesh, principal by principal, table by table, column by
column. No index, no sharing, no order that matters. The answer has the form of `meshc who --all --format json`.

A fact is held ("yes") or reached ("reach": through an account or an organization, or in a way that is no grant).
"""
import rows
from world import World

ALL = "all"
TABLE = ("select", "alter", "drop", "delete", "insert", "describe")
DATABASE = ("alter", "drop", "describe", "create_table")
SETS = {"database": {"read": ["describe"], "write": ["describe", "alter", "create_table"],
                     "manage": ["describe", "alter", "create_table", "drop"]},
        "table": {"read": ["select", "describe"], "write": ["select", "describe", "insert", "delete"],
                  "manage": ["select", "describe", "insert", "delete", "drop", "alter"]}}
ORDER = ("select", "alter", "drop", "delete", "insert", "describe", "create_database", "create_table", "data_location_access", "associate")


def expand(permissions, target):
    """A target's sets spelled out; `all` is every permission of the target."""
    kind = "database" if target in ("database", "databases") else "table"
    every = DATABASE if kind == "database" else TABLE if target in ("product", "tables", "tagged") else \
        ("associate", "describe") if target == "tag" else ("create_database",) if target == "catalog" else ("data_location_access",)
    found = set()
    for p in permissions:
        found |= set(every) if p == "all" else set(SETS[kind].get(p, [p]))
    return found


class Facts:
    """All that one environment gives. Keys are plain tuples; things are named by path, database by domain."""

    def __init__(self, world):
        self.world = world
        self.rows = {}  # (principal, table path, column) -> set of "all" and canonical predicates
        self.held = set()  # (principal, thing, permission); a thing is ("table", path), ("database", domain), ..
        self.grantable = set()
        self.passed = set()  # (principal, table path, column): select of it may be passed on
        self.reached_rows, self.reached = {}, set()
        self.predicates = {}  # canonical text -> the predicate
        self.notes = set()  # what was met, for the count of features

    def hold(self, principal, thing, permissions, grantable=()):
        for p in set(permissions) - {"select"}:
            self.held.add((principal, thing, p))
        if permissions:
            self.held.add((principal, thing, "describe"))
        for p in grantable:
            self.grantable.add((principal, thing, p))

    def see(self, principal, table, columns, rows_):
        for c in columns:
            self.rows.setdefault((principal, table["path"], c), set()).add(rows_)

    # ------------------------------------------------------------ grants

    def on_table(self, principal, table, permissions, grantable=(), columns=None, rows_=ALL):
        """What an entry on one table gives: columns None is the whole of it."""
        w = self.world
        thing = ("table", table["path"])
        names = w.names(table)
        if "insert" in permissions or "delete" in permissions:
            permissions = set(permissions) | {"insert", "delete", "select"}
        self.hold(principal, thing, permissions, grantable)
        shown = [n for n in names if columns is None or n in columns or n in w.keys(table)]
        if "select" in permissions:
            self.see(principal, table, shown, rows_)
        if "select" in grantable:
            self.passed |= {(principal, table["path"], n) for n in shown}

    def on_tagged(self, principal, table, permissions, grantable, tests):
        w = self.world
        if self.written_out(principal, table) and not table["columns"]:
            return  # no name can be written out of a table that is still to be made
        match = [n for n in w.names(table) if w.matches(tests, lambda key: w.value(table, n, key))]
        if self.written_out(principal, table) and len(match) < len(w.names(table)) and set(match) <= set(w.keys(table)):
            if match or w.matches(tests, lambda key: w.table_value(table, key)):
                self.on_table(principal, table, {"describe"}, self.of_the_table(grantable))
        elif len(match) == len(w.names(table)):
            self.on_table(principal, table, permissions, grantable)
        elif match:
            self.notes.add("partial match")
            if permissions & {"insert", "delete", "alter", "drop"}:
                self.notes.add("partial match with write")
            shrunk = {"select"} & set(grantable) | self.of_the_table(grantable)
            if "select" in permissions and self.written_out(principal, table):
                shrunk &= {"select"}  # beside a list of columns nothing else can stand
            self.on_table(principal, table, permissions & {"select"} | {"describe"}, shrunk, match)
        elif w.matches(tests, lambda key: w.table_value(table, key)):
            self.notes.add("table matches, no column")
            self.on_table(principal, table, {"describe"}, self.of_the_table(grantable))

    @staticmethod
    def of_the_table(grantable):
        """What may be passed on of a table that does not match as a whole: what is of columns is none of it, and that
        SELECT implies DESCRIBE makes it nobody's to give."""
        return {"describe"} if set(grantable) - {"select"} else set()

    def written_out(self, principal, table):
        """A tag grant to somebody of another account becomes grants by name, whose lists have data columns alone."""
        p = self.world.principals[principal]
        return p["kind"] in ("role", "user", "group") and p["account"] != table["catalog"]

    def shared_with_oneself(self, principal, catalog):
        p = self.world.principals[principal]
        return p["kind"] == "account" and p["account"] == catalog

    def statement(self, s):
        w, target = self.world, s["target"]
        kind = target["kind"]
        permissions = expand(s["permissions"], kind)
        option = [] if s["option"] is None else permissions if s["option"] == ALL else expand(s["option"], kind)
        for principal in sorted(set().union(*[w.members(to) for to in s["to"]])):
            self.one_grant(s, principal, permissions, set(option))

    def one_grant(self, s, principal, permissions, option):
        w, target = self.world, s["target"]
        kind = target["kind"]
        if kind in ("product", "tables", "tagged"):
            for table in self.target_tables(target):
                if self.shared_with_oneself(principal, table["catalog"]):
                    self.notes.add("shared with oneself")
                elif kind == "tagged":
                    self.on_tagged(principal, table, permissions, option, target["tests"])
                else:
                    text = ALL
                    if s["where"]:
                        text = rows.text(s["where"])
                        self.predicates[text] = s["where"]
                    self.on_table(principal, table, permissions, option, self.target_columns(target, table), text)
            if kind == "tables" and not self.shared_with_oneself(principal, w.catalog_of(target["path"])):
                self.hold(principal, ("database", target["path"]), {"describe"})
                self.hold_plainly(principal, ("tables to come", target["path"]), permissions | ({"select", "insert", "delete"} if
                                  permissions & {"insert", "delete"} else set()) | {"describe"}, option)
        elif kind in ("database", "databases"):
            for domain in self.target_domains(target):
                if not self.shared_with_oneself(principal, w.catalog_of(domain)):
                    self.hold(principal, ("database", domain), permissions, option)
        elif kind == "location":
            self.hold_plainly(principal, ("location", w.deployed(target["place"])), permissions, option)
        elif kind == "catalog":
            self.hold_plainly(principal, ("catalog", w.governance), permissions, option)
        elif kind == "tag":
            for catalog in w.catalogs():
                if not self.shared_with_oneself(principal, catalog):
                    for value in target["values"] or w.tags[target["key"]]["values"]:
                        self.hold(principal, ("tag", catalog, target["key"], value), permissions, option)

    def hold_plainly(self, principal, thing, permissions, option):
        for p in permissions:
            self.held.add((principal, thing, p))
        for p in option:
            self.grantable.add((principal, thing, p))

    def target_tables(self, target):
        w = self.world
        if target["kind"] == "tables":
            return [t for t in w.tables if t["domain"] == target["path"]]
        return w.tables_of(target["path"]) if target["kind"] == "product" else w.tables

    def target_columns(self, target, table):
        """Names in the catalog of the listed (or not excepted) columns; None: the whole."""
        if target["kind"] != "product" or not (target["columns"] or target["except"]):
            return None
        return [c["physical"] for c in table["columns"]
                if (c["name"] in target["columns"] if target["columns"] else c["name"] not in target["except"])]

    def target_domains(self, target):
        w = self.world
        if target["kind"] == "database":
            return [target["path"]]
        return [d for d in w.domains if w.matches(target["tests"], lambda key: w.database_value(d, key))]

    # ------------------------------------------------------------ derived grants

    def derived(self):
        w = self.world
        for p in w.mesh["pipelines"]:
            made = [t for path in p["produces"] for t in w.tables_of(path)]
            for step in p["steps"]:
                if step[0] == "athena":
                    self.works(w.named[p["path"]], made)
                elif step[0] == "call":
                    self.works(w.named[step[1]], made)
        for domain in w.domains:
            for table in w.evaluated(domain):
                self.on_table(f"quality of {domain}", table, {"select", "describe"})
        for table in w.tables:
            if table["crawl"] is None:
                continue
            crawler = w.crawler_of(table)
            if table["columns"]:
                self.on_table(crawler, table, {"alter", "select", "describe"})
            else:
                self.hold(crawler, ("database", table["domain"]), {"create_table", "describe"})
            self.hold_plainly(crawler, ("location", table["location"]), {"data_location_access"}, ())

    def works(self, principal, made):
        for table in made:
            self.on_table(principal, table, {"select", "insert", "describe"} | ({"delete"} if table["output"]["format"] == "iceberg" else set()))
            for source in self.world.inputs_of(table):
                self.on_table(principal, source, {"select", "describe"})

    def databases(self):
        """Athena finds a table through its database: whoever has a right on one may see the other's name."""
        for principal, thing, _ in list(self.held):
            if thing[0] == "table":
                self.held.add((principal, ("database", self.table(thing[1])["domain"]), "describe"))

    def table(self, path):
        return next(t for t in self.world.tables if t["path"] == path)

    # ------------------------------------------------------------ whom a grant reaches

    def reaches(self, principal, catalog):
        w = self.world
        p = w.principals[principal]
        if p["kind"] == "account":
            return w.inhabitants(p["account"])
        if p["kind"] == "organization":
            return {n for n, q in w.principals.items() if q["kind"] != "organization"}
        if p["kind"] == "group" and ":saml-provider/" in (p["arn"] or "") and p["account"] != catalog:
            return w.inhabitants(p["account"]) - {principal}
        return set()

    def catalog_of(self, thing):
        w = self.world
        if thing[0] == "table":
            return self.table(thing[1])["catalog"]
        if thing[0] in ("database", "tables to come"):
            return w.catalog_of(thing[1])
        if thing[0] == "location":
            return next((w.catalog_of(d["name"]) for d in w.mesh["domains"] if w.bucket_of(d) == thing[1].split("/")[2]), w.governance)
        return thing[1]

    def through_others(self):
        for principal, thing, permission in self.held:
            for p in self.reaches(principal, self.catalog_of(thing)):
                self.reached.add((p, thing, permission))
        for (principal, path, column), seen in self.rows.items():
            for p in self.reaches(principal, self.table(path)["catalog"]):
                self.reached_rows.setdefault((p, path, column), set()).update(seen)

    # ------------------------------------------------------------ ways in that are no grants

    def other_ways(self):
        """Each rests on rights by grant alone, so they are found first and added afterwards."""
        w = self.world
        found = set()
        for p in w.principals:
            may = {(thing, permission) for q, thing, permission in self.held | self.reached if q == p}
            sees = {path for (q, path, _) in list(self.rows) + list(self.reached_rows) if q == p}
            places = [thing[1] for thing, permission in may if thing[0] == "location"]
            makes = any(permission in ("create_table", "create_database") for _, permission in may) or \
                any(thing[0] == "table" and permission == "alter" and thing[1] in sees for thing, permission in may)
            for table in w.tables:
                if makes and any(table["location"].startswith(place) for place in places):
                    found.add((p, table["path"], "second table"))
                    if {permission for _, permission in may} & {"create_table", "create_database", "alter"} == {"create_table"} and \
                            (("database", table["domain"]), "create_table") not in may:
                        self.notes.add("create_table elsewhere")
                if any(table["path"] != path and table["location"].startswith(self.table(path)["location"]) for path in sees):
                    found.add((p, table["path"], "overlap"))
        for p, prefix, exact in self.objects_read():
            for table in w.tables:
                if prefix.startswith(table["location"]) or (not exact and table["location"].startswith(prefix)):
                    found.add((p, table["path"], "s3"))
        for p, path, how in found:
            self.notes.add(f"reached by {how}")
            self.reached.add((p, ("table", path), "describe"))
            for n in w.names(self.table(path)):
                self.reached_rows.setdefault((p, path, n), set()).add(ALL)

    def objects_read(self):
        """(principal, what a made role may get in S3, whether that is one object): a pipeline that reads a list of its
        own, and that keeps results."""
        w = self.world
        for p in w.mesh["pipelines"]:
            role = w.declared.get(p["role"] or "")
            if role and not role["create"]:
                continue  # it exists already: what it may do is not the mesh's
            for step in p["steps"]:
                if step[0] == "read":
                    yield w.named[p["path"]], step[1], True
                    if step[2]:
                        yield w.named[p["path"]], step[2], False

    # ------------------------------------------------------------ what one principal has

    def seen(self, principal, path, column):
        """(rows held, rows that are reached beyond them); None: none."""
        held = self.rows.get((principal, path, column), set())
        held = {ALL} if ALL in held else held
        beyond = self.reached_rows.get((principal, path, column), set())
        beyond = {ALL} if ALL in beyond else beyond
        return held, set() if ALL in held else beyond - held

    def has(self, principal, thing, permission, column=None):
        """Held or reached; of select on a table, on one column or on any."""
        if permission == "select" and thing[0] == "table":
            names = [column] if column else self.world.names(self.table(thing[1]))
            return any(any(self.seen(principal, thing[1], n)) for n in names)
        return (principal, thing, permission) in self.held or (principal, thing, permission) in self.reached

    def passes_on(self, principal, thing, permission, column=None):
        if permission == "select" and thing[0] == "table":
            return (principal, thing[1], column) in self.passed
        return (principal, thing, permission) in self.grantable


def facts_of(mesh, environment):
    facts = Facts(World(mesh, environment))
    for s in mesh["statements"]:
        if s["verb"] == "grant":
            facts.statement(s)
    facts.derived()
    keys_of_partitions(facts.world, facts.rows)
    facts.databases()
    facts.through_others()
    facts.other_ways()
    return facts


def keys_of_partitions(world, rows_):
    """Partition keys are seen with any column, in all rows in which any is."""
    for (principal, path, _), seen in list(rows_.items()):
        table = next(t for t in world.tables if t["path"] == path)
        for key in world.keys(table):
            rows_.setdefault((principal, path, key), set()).update(seen)


# ---------------------------------------------------------------- promises and requests

def cells(facts, s):
    """What a forbid or a request speaks of: (thing, column or None, permission)."""
    w, target = facts.world, s["target"]
    kind = target["kind"]
    permissions = expand(s["permissions"], kind)
    if kind in ("product", "tables", "tagged"):
        found = [cell for table in facts.target_tables(target) for cell in table_cells(facts, target, table, permissions)]
        return found + ([(("tables to come", target["path"]), None, p) for p in permissions] if kind == "tables" and s["verb"] == "forbid" else [])
    if kind in ("database", "databases"):
        return [(("database", d), None, p) for d in facts.target_domains(target) for p in permissions]
    if kind == "location":
        wanted = w.deployed(target["place"])
        places = {thing[1] for _, thing, _ in facts.held | facts.reached if thing[0] == "location"}
        return [(("location", other), None, p) for other in places | {wanted} for p in permissions
                if other.startswith(wanted) or wanted.startswith(other)]
    if kind == "catalog":
        return [(("catalog", w.governance), None, p) for p in permissions]
    values = target["values"] or w.tags[target["key"]]["values"]
    return [(("tag", c, target["key"], v), None, p) for c in w.catalogs() for v in values for p in permissions]


def table_cells(facts, target, table, permissions):
    w = facts.world
    names = facts.target_columns(target, table) or w.names(table)
    whole = True
    if target["kind"] == "tagged":
        names = [n for n in names if w.matches(target["tests"], lambda key: w.value(table, n, key))]
        whole = names or w.matches(target["tests"], lambda key: w.table_value(table, key))
    thing = ("table", table["path"])
    found = [(thing, n, "select") for n in names] if "select" in permissions else []
    return found + [(thing, None, p) for p in permissions - {"select"} if whole]


def spoken_of(facts, names):
    """The principals that a list of a forbid names: an account with those who live in it, an organization with everybody,
    a product for the roles under which Glue works for it."""
    w, found = facts.world, set()
    for name in names:
        if name == "everyone":
            return set(w.principals)
        if name not in w.declared and name not in w.named:
            found |= w.workers_of_glue(name)
            continue
        for member in w.members(name):
            p = w.principals[member]
            if p["kind"] == "organization":
                found |= set(w.principals)
            found |= {member} | (w.inhabitants(p["account"]) if p["kind"] == "account" else set())
    return found


def judge(facts, s):
    """What becomes of a promise: (verdict, who breaks it, who of the excepted may pass it on)."""
    w = facts.world
    spoken, excepted = spoken_of(facts, s["to"]), spoken_of(facts, s["except"])
    asked = cells(facts, s)
    broken_by = sorted(p for p in spoken - excepted if any(facts.has(p, thing, permission, c) for thing, c, permission in asked))
    passed_on = sorted(p for p in excepted & spoken if any(facts.passes_on(p, thing, permission, c) for thing, c, permission in asked))
    unknown = any(thing[0] == "table" and (facts.table(thing[1])["hybrid"] or not facts.table(thing[1])["columns"]) for thing, _, _ in asked)
    return "broken" if broken_by else "unprovable" if unknown else "proven", broken_by, passed_on


def holds(facts, principal, cell):
    thing, column, permission = cell
    if permission == "select" and thing[0] == "table":
        return facts.seen(principal, thing[1], column)[0] == {ALL}
    return (principal, thing, permission) in facts.held


def answered(facts, s):
    w = facts.world
    wanted = sorted(set().union(*[w.members(name) for name in s["to"]]))
    asked = cells(facts, s)
    if asked and all(holds(facts, p, cell) for p in wanted for cell in asked):
        return "yes"
    for other in w.mesh["statements"]:
        if other["verb"] != "grant" or not other["because"]:
            continue
        alone = Facts(w)
        alone.statement(other)
        keys_of_partitions(w, alone.rows)
        for p in wanted:
            for thing, column, permission in asked:
                given = bool(alone.rows.get((p, thing[1], column))) if permission == "select" and thing[0] == "table" else \
                    (p, thing, permission) in alone.held
                if given:
                    return "part"
    return "no"


# ---------------------------------------------------------------- the form of `who --all`

def in_order(permissions):
    return sorted(permissions, key=ORDER.index)


def select_groups(facts, principal, table):
    groups = {}
    for n in facts.world.names(table):
        held, beyond = facts.seen(principal, table["path"], n)
        for how, seen in (("yes", held), ("reach", beyond)):
            if seen:
                groups.setdefault((ALL if seen == {ALL} else tuple(sorted(seen, key=str.encode)), how), []).append(n)
    return [{"columns": columns, "rows": ALL if seen == ALL else list(seen), "how": how} for (seen, how), columns in groups.items()]


def rights(facts, principal, thing):
    held = {p for q, t, p in facts.held if q == principal and t == thing}
    reach = {p for q, t, p in facts.reached if q == principal and t == thing} - held
    grantable = {p for q, t, p in facts.grantable if q == principal and t == thing}
    return {"permissions": in_order(held), "reach": in_order(reach), "grantable": in_order(grantable)}


def any_right(entry):
    return bool(entry["permissions"] or entry["reach"] or entry["grantable"] or entry.get("select"))


def access_of(facts, principal):
    w = facts.world
    p = w.principals[principal]
    tables, databases, tags = [], [], {}
    for t in sorted(w.tables, key=lambda t: (t["catalog"], t["database"], t["table"])):
        entry = {"product": t["path"], "catalog": t["catalog"], "database": t["database"], "table": t["table"],
                 "select": select_groups(facts, principal, t), **rights(facts, principal, ("table", t["path"]))}
        if any(group["how"] == "reach" for group in entry["select"]):
            entry["reach"] = in_order(set(entry["reach"]) | {"select"})
        tables.append(entry)
    for d in sorted(w.domains, key=lambda d: (w.catalog_of(d), w.database_of(d))):
        databases.append({"domain": d, "catalog": w.catalog_of(d), "database": w.database_of(d), **rights(facts, principal, ("database", d))})
    things = sorted({thing for q, thing, _ in facts.held | facts.reached | facts.grantable if q == principal})
    locations = [{"location": t[1], **rights(facts, principal, t)} for t in things if t[0] == "location"]
    catalogs = [{"catalog": t[1], **rights(facts, principal, t)} for t in things if t[0] == "catalog"]
    for t in (t for t in things if t[0] == "tag"):
        found = rights(facts, principal, t)
        tags.setdefault((t[1], t[2], str(found)), (found, []))[1].append(t[3])
    suffix = f"_{w.suffix}" if w.suffix else ""
    return {"principal": principal, "kind": p["kind"], "account": p["account"], "tables": [t for t in tables if any_right(t)],
            "databases": [d for d in databases if any_right(d)], "locations": locations,
            "tags": [{"tag": key, "catalog": c, "key": (key + suffix).lower(), "values": [v.lower() for v in w.tags[key]["values"] if v in values], **found}
                     for (c, key, _), (found, values) in tags.items()], "catalog": catalogs}


def target_text(target):
    if target["kind"] == "product" and target["columns"]:
        return f"{target['path']}({', '.join(target['columns'])})"
    if target["kind"] == "product" and target["except"]:
        return f"{target['path']} except ({', '.join(target['except'])})"
    return target.get("path", target["kind"])


def answer(mesh, environment, places=None):
    """One environment; `places` has where each statement stands in the text, by its index: (file, first line, last line)."""
    facts = facts_of(mesh, environment)
    w = facts.world
    access = [access_of(facts, p) for p in sorted(w.principals)]
    where = lambda n: "%s:%d:3" % places[n][:2] if places else f"statement {n}"
    found = {"format": 1, "mesh": mesh["name"], "environment": environment["name"] if environment else None,
             "principals": sorted(w.principals.values(), key=lambda p: p["name"]),
             "access": [a for a in access if a["tables"] or a["databases"] or a["locations"] or a["tags"] or a["catalog"]],
             "forbids": [], "requests": []}
    for n, s in enumerate(mesh["statements"]):
        if s["verb"] == "forbid":
            verdict, broken_by, passed_on_by = judge(facts, s)
            found["forbids"].append({"source": where(n), "verdict": verdict, "broken_by": broken_by, "passed_on_by": passed_on_by})
        elif s["verb"] == "request":
            found["requests"].append({"source": where(n), "for": sorted(set().union(*[w.members(name) for name in s["to"]])),
                                      "target": target_text(s["target"]), "answered": answered(facts, s)})
    return found, facts


def answers(mesh, places=None):
    found = [answer(mesh, e, places) for e in mesh["environments"] or [None]]
    return [a for a, _ in found], [f for _, f in found]


def breakers(mesh, s):
    """Who breaks a promise, in any environment."""
    return sorted(set().union(*[judge(facts_of(mesh, e), s)[1] for e in mesh["environments"] or [None]]))
