"""What the random meshes must have: a row each, which looks at the plain data of a mesh and at what its evaluation met. A run of
many seeds counts them and fails when one is never hit."""
from answer import ALL, expand


class Seen:
    def __init__(self, mesh, facts, answers):
        self.mesh, self.facts, self.answers = mesh, facts, answers
        self.grants = [s for s in mesh["statements"] if s["verb"] == "grant"]
        self.forbids = [s for s in mesh["statements"] if s["verb"] == "forbid"]
        self.requests = [s for s in mesh["statements"] if s["verb"] == "request"]
        self.notes = set().union(*[f.notes for f in facts])
        self.predicates = [s["where"] for s in self.grants if s["where"]]
        self.outputs = [o for p in mesh["products"] for o in p["outputs"]]
        self.people = {p["path"]: p for p in mesh["principals"]}
        self.accounts = {a["name"] for a in mesh["accounts"]}
        self.runners = {t["path"] for kind in ("pipelines", "functions", "warehouses") for t in mesh[kind]}
        self.tests = [t for s in self.grants + self.forbids if s["target"]["kind"] in ("tagged", "databases") for t in s["target"]["tests"]]
        self.values = {"pii": ["none", "indirect", "direct"], **{t["key"]: t["values"] for t in mesh["tags"]}}

    def granted(self, kind, word=None, to=None):
        return any(s["target"]["kind"] == kind and (not word or word in s["permissions"]) and (not to or set(s["to"]) & set(to)) for s in self.grants)

    def kind(self, *kinds):
        return {path for path, p in self.people.items() if p["kind"] in kinds}

    def at_end(self, operator, end):
        return any(t[1] == operator and t[2][0] == self.values[t[0]][end] for t in self.tests)

    def foreign(self):
        """Names of roles and users that live elsewhere than in governance, in some environment."""
        return {path for f in self.facts for path in self.kind("role", "user") if f.world.principals[f.world.named[path]]["account"] != f.world.governance}

    def leaves(self, p=None):
        for q in self.predicates if p is None else [p]:
            if q[0] in ("and", "or", "not", "unlike"):
                for part in q[1:]:
                    yield from self.leaves(part)
            else:
                yield q

    def levels(self):
        """For each column and key, how many levels say something, and whether a lower one says less or more."""
        for f in self.facts[:1]:
            for t in f.world.tables:
                for key, tag in f.world.tags.items():
                    above = [f.world.domains[t["domain"]]["tags"].get(key), t["product"]["tags"].get(key), t["output"]["tags"].get(key)]
                    for c in t["columns"]:
                        said = [v for v in above + [self.of_type(f.world, c["type"], key), c["tags"].get(key)] if v]
                        order = [tag["values"].index(v) for v in said]
                        yield len(said), tag["ordered"] and any(a > b for a, b in zip(order, order[1:])), \
                            tag["ordered"] and any(a < b for a, b in zip(order, order[1:]))

    def of_type(self, w, type, key):
        return w.types[type[1]]["tags"].get(key) if isinstance(type, tuple) and type[0] == "type" else None

    def lifted(self):
        for f in self.facts[:1]:
            for t in f.world.tables:
                for c in t["columns"]:
                    nested = isinstance(c["type"], tuple) and c["type"][0] != "type" or \
                        (isinstance(c["type"], tuple) and isinstance(f.world.types[c["type"][1]]["type"], tuple))
                    for key in f.world.tags:
                        if nested and f.world.value(t, c["physical"], key) != (c["tags"].get(key) or self.of_type(f.world, c["type"], key) or f.world.table_value(t, key)):
                            yield True

    def routes(self):
        """How many grants give one principal the same column."""
        most = 0
        for f in self.facts:
            given = {}
            for s in self.grants:
                for name in s["to"]:
                    for member in f.world.members(name):
                        alone = type(f)(f.world)
                        if s["target"]["kind"] in ("product", "tables", "tagged"):
                            alone.one_grant(s, member, expand(s["permissions"], s["target"]["kind"]), set())
                        for cell in alone.rows:
                            given.setdefault(cell, set()).add((id(s), name))
            most = max([most] + [len(v) for v in given.values()])
        return most

    def excepted(self, names):
        return any(set(s["except"]) & set(names) for s in self.forbids)

    def athena(self):
        return [p for p in self.mesh["pipelines"] if p["produces"] and ("athena",) in p["steps"]]

    def excepted_of_glue(self):
        w = self.facts[0].world
        return {worker for s in self.forbids for name in s["except"] if name not in w.named and name not in w.declared for worker in w.workers_of_glue(name)}

    def filters_of_one(self):
        return any(len(rows - {ALL}) > 1 for f in self.facts for rows in f.rows.values())

    def verdicts(self, key, word):
        return any(one[key] == word for a in self.answers for one in a["forbids" if key == "verdict" else "requests"])

    def part_forbidden_role(self):
        """A grant to an account that breaks a promise about somebody in it who is granted nothing there."""
        return any(one["verdict"] == "broken" and any(n.startswith("stranger") or (n in self.people and n not in [t for g in self.grants for t in g["to"]])
                                                      for n in one["broken_by"]) for a in self.answers for one in a["forbids"])


def levels(n):
    return lambda f: any(count == n for count, _, _ in f.levels())


def of_forbid(kind, test=lambda s: True):
    return lambda f: any(s["target"]["kind"] == kind and test(s) for s in f.forbids)


FEATURES = {
    **{f"a tag said at {n} levels": levels(n) for n in range(5)},
    "a lower level says less": lambda f: any(down for _, down, _ in f.levels()),
    "a lower level says more": lambda f: any(up for _, _, up in f.levels()),
    "a key without default": lambda f: any(not t["default"] for t in f.mesh["tags"]),
    **{f"{operator} at the {word} of a ladder": (lambda operator, end: lambda f: f.at_end(operator, end))(operator, end)
       for operator, ends in (("<=", (0, -1)), (">=", (0, -1)), ("!=", (0, -1)), ("<", (-1,)), (">", (0,))) for end, word in ((0, "bottom"), (-1, "top")) if end in ends},
    "a | b": lambda f: any(len(t[2]) > 1 for t in f.tests),
    "several keys in an expression": lambda f: any(s["target"]["kind"] == "tagged" and len(s["target"]["tests"]) > 1 for s in f.grants),
    "!= with a key that has no value": lambda f: any(t[1] == "!=" and not f.facts[0].world.tags[t[0]]["default"] for t in f.tests),
    "a table matches in part": lambda f: "partial match" in f.notes,
    "a table matches in part, write granted by tag": lambda f: "partial match with write" in f.notes,
    "a table matches, none of its columns": lambda f: "table matches, no column" in f.notes,
    "a field inside lifts its column": lambda f: any(f.lifted()),
    "partition keys": lambda f: any(o["partition"] for o in f.outputs),
    "team in team": lambda f: any(p["kind"] == "team" and f.kind("team") & set(p["members"]) for p in f.people.values()),
    "a principal in two teams": lambda f: any(sum(path in p["members"] for p in f.people.values()) > 1 for path in f.people),
    "an account in a team": lambda f: any(f.accounts & set(p["members"]) for p in f.people.values()),
    "one right by three routes": lambda f: f.routes() >= 3,
    "except of some columns": lambda f: any(s["target"].get("except") for s in f.grants),
    "except of all columns but one": lambda f: any(s["target"].get("except") and len(f.facts[0].target_columns(s["target"], t)) - len(f.facts[0].world.keys(t)) == 1
                                                   for s in f.grants for t in f.facts[0].target_tables(s["target"])),
    "columns and all but some, of one principal and table": lambda f: any(
        s["target"].get("except") and other["target"].get("columns") and s["target"]["path"] == other["target"]["path"] and set(s["to"]) & set(other["to"])
        for s in f.grants for other in f.grants),
    "where": lambda f: bool(f.predicates),
    "where on a partition key": lambda f: any(leaf[1] in f.facts[0].world.keys(t) for s in f.grants if s["where"]
                                              for t in f.facts[0].target_tables(s["target"]) for leaf in f.leaves(s["where"])),
    "where on a text with quotes": lambda f: any(isinstance(v, str) and ("'" in v or '"' in v) for leaf in f.leaves()
                                                 for v in (leaf[2] if leaf[0] == "in" else leaf[2:])),
    "where on a field of a struct": lambda f: any("." in leaf[1] for leaf in f.leaves()),
    "where with columns": lambda f: any(s["where"] and (s["target"]["columns"] or s["target"]["except"]) for s in f.grants),
    "several filters of one principal and table": lambda f: f.filters_of_one(),
    "and, or, not in a filter": lambda f: any(p[0] in ("and", "or", "not") for p in f.predicates),
    "a grant to an account": lambda f: any(set(s["to"]) & f.accounts for s in f.grants),
    "a grant to an account breaks a promise about who lives there": lambda f: f.part_forbidden_role(),
    "a grant to an organization": lambda f: any(set(s["to"]) & f.kind("organization") for s in f.grants),
    "a grant by name to a role of another account": lambda f: f.granted("product", to=f.foreign()),
    "a grant by tag to a role of another account": lambda f: f.granted("tagged", to=f.foreign()),
    "a grant by tag to an account": lambda f: f.granted("tagged", to=f.accounts | f.kind("organization")),
    "a grant to a SAML group of another account": lambda f: any("crew" in s["to"] for s in f.grants),
    "a grant of columns to another account": lambda f: any((s["target"].get("columns") or s["target"].get("except")) and set(s["to"]) & (f.foreign() | f.accounts) for s in f.grants),
    "two environments": lambda f: len(f.mesh["environments"]) > 1,
    "an environment merges accounts": lambda f: any(len(set(e["accounts"].values())) < len(e["accounts"]) for e in f.mesh["environments"]),
    "a grant to an account that is the owner's": lambda f: "shared with oneself" in f.notes,
    "a suffix": lambda f: any(e["suffix"] for e in f.mesh["environments"]),
    "a catalog in another account": lambda f: any(d["catalog"] and d["catalog"] != d["account"] for d in f.mesh["domains"]),
    "no account named at all": lambda f: any(x.world.governance == "self" for x in f.facts),
    "a way in by a second table": lambda f: "reached by second table" in f.notes,
    "a way in by create_table elsewhere": lambda f: "create_table elsewhere" in f.notes,
    "a way in by an outer table": lambda f: "reached by overlap" in f.notes,
    "a way in by S3": lambda f: "reached by s3" in f.notes,
    **{f"a location {word} a product": (lambda test: lambda f: any(test(s["target"]["place"].rstrip("/") + "/", t["location"]) for x in f.facts for s in f.grants
                                                                if s["target"]["kind"] == "location" for t in x.world.tables))(test) for word, test in {
        "above": lambda place, table: table.startswith(place) and table != place,
        "that is": lambda place, table: table == place,
        "below": lambda place, table: place.startswith(table) and table != place,
        "beside": lambda place, table: place.startswith(table.rstrip("/")) and not place.startswith(table)}.items()},
    "create_table on a database": lambda f: f.granted("database", "create_table"),
    "create_database on the catalog": lambda f: f.granted("catalog"),
    "an athena step that produces": lambda f: any(p["produces"] and ("athena",) in p["steps"] for p in f.mesh["pipelines"]),
    "a derived grant breaks a promise": lambda f: any(set(one["broken_by"]) & f.runners for a in f.answers for one in a["forbids"]),
    "an athena step breaks a promise": lambda f: any(x.world.named[p["path"]] in one["broken_by"] for x, a in zip(f.facts, f.answers) for one in a["forbids"]
                                                     for p in f.athena()),
    "what an athena step runs as is excepted": lambda f: any(p["path"] in s["except"] or p["role"] in s["except"] for s in f.forbids for p in f.athena()),
    "a function that a pipeline calls": lambda f: any(p["produces"] and any(s[0] == "call" for s in p["steps"]) for p in f.mesh["pipelines"]),
    "an evaluation by a step": lambda f: any(s[0] == "check" for p in f.mesh["pipelines"] for s in p["steps"]),
    "an evaluation of another domain's product": lambda f: any(s[0] == "check" and s[1].split(".")[0] != p["path"].split(".")[0] for p in f.mesh["pipelines"] for s in p["steps"]),
    "an evaluation on a schedule": lambda f: any(o["scheduled_quality"] for o in f.outputs),
    "a pipeline under a role of the mesh": lambda f: any(p["role"] for p in f.mesh["pipelines"]),
    "inputs from another domain, shared": lambda f: any(i.split(".")[0] != p["domain"] for p in f.mesh["products"] for i in p["inputs"]),
    "until": lambda f: any(s["until"] for s in f.grants),
    "two slices of one list": lambda f: any(len({s["until"] for s in f.grants if s["target"].get("path") == t["path"] and s["target"].get("columns") and name in s["to"]}) > 1
                                            for t in f.facts[0].world.tables for name in f.people),
    "outputs that share a schema": lambda f: any(len({o["schema"] for o in p["outputs"]}) < len(p["outputs"]) for p in f.mesh["products"]),
    "grant option": lambda f: any(s["option"] == ALL for s in f.grants),
    "grant option of some permissions": lambda f: any(isinstance(s["option"], list) for s in f.grants),
    "domain.*": lambda f: f.granted("tables"),
    "on a domain": lambda f: f.granted("database"),
    "domains tagged": lambda f: f.granted("databases"),
    "describe on a tag with values": lambda f: any(s["target"]["kind"] == "tag" and s["target"]["values"] and "describe" in s["permissions"] for s in f.grants),
    "associate on a tag": lambda f: f.granted("tag", "associate"),
    "a grant to a role that is made": lambda f: any(set(s["to"]) & f.runners for s in f.grants),
    "a name of the catalog that differs": lambda f: any(c["physical"] != c["name"] for s in f.mesh["schemas"] for c in s["columns"]),
    "a share that a domain passes on": lambda f: any(s["policy"][0] == "passing" for s in f.grants),
    "a policy inside a domain": lambda f: any(s["policy"][1] for s in f.grants),
    "a product that is proposed": lambda f: any(p["proposed"] for p in f.mesh["products"]),
    "a crawled product with columns": lambda f: any(o["crawl"] is not None and o["schema"] for o in f.outputs),
    "a crawled product without columns": lambda f: any(o["crawl"] is not None and not o["schema"] for o in f.outputs),
    **{f"a request answered: {word}": (lambda word: lambda f: f.verdicts("answered", word))(word) for word in ("yes", "part", "no")},
    **{f"a forbid {word}": (lambda word: lambda f: f.verdicts("verdict", word))(word) for word in ("proven", "broken", "unprovable")},
    "a forbid that may be passed on": lambda f: any(one["passed_on_by"] for a in f.answers for one in a["forbids"]),
    "a forbid broken in one environment alone": lambda f: len(f.answers) > 1 and any(len({one["verdict"] for one in each}) > 1 for each in zip(*[a["forbids"] for a in f.answers])),
    "forbid select on tagged": of_forbid("tagged", lambda s: "select" in s["permissions"]),
    "forbid on tagged, other permissions": of_forbid("tagged", lambda s: "select" not in s["permissions"]),
    "forbid on a product with columns": of_forbid("product", lambda s: s["target"]["columns"]),
    "forbid on a product except columns": of_forbid("product", lambda s: s["target"]["except"]),
    "forbid on a product": of_forbid("product", lambda s: not s["target"]["columns"] and not s["target"]["except"]),
    "forbid on domain.*": of_forbid("tables"),
    "forbid all": lambda f: any("all" in s["permissions"] for s in f.forbids),
    **{f"forbid on {word}": of_forbid(kind) for word, kind in (("a domain", "database"), ("a location", "location"), ("the catalog", "catalog"), ("domains tagged", "databases"), ("a tag", "tag"))},
    "forbid to somebody": lambda f: any(s["to"] != ["everyone"] for s in f.forbids),
    "except a team": lambda f: f.excepted(f.kind("team")),
    "except what runs": lambda f: f.excepted(f.runners),
    "except an account": lambda f: f.excepted(f.accounts),
    "except a product for its crawler": lambda f: any("crawler of" in worker for worker in f.excepted_of_glue()),
    "except a product for what evaluates it": lambda f: any("quality of" in worker for worker in f.excepted_of_glue()),
    "an account in the list of a forbid": lambda f: any(set(s["to"]) & f.accounts for s in f.forbids),
    "a hybrid location": lambda f: any(d["hybrid"] for d in f.mesh["domains"]),
}


def features(mesh, facts, answers):
    seen = Seen(mesh, facts, answers)
    return [name for name, test in FEATURES.items() if test(seen)]
