"""What holds of any mesh, asked of the compiler: two meshes that differ in one way, and how their answers may differ. Nothing here
knows what the answer is."""
import copy
import random

from answer import Facts
from legal import Judge
from trial import Trial
from world import World

import generate

printer = __import__("print")


def facts(told):
    """Everything that an answer gives, as a set: rows are a part of what is given, all of them more than any."""
    found = {}
    for a in told["access"]:
        for t in a["tables"]:
            for group in t["select"]:
                for column in group["columns"]:
                    for how in ("yes", "reach") if group["how"] == "yes" else ("reach",):  # who has it can reach it
                        found.setdefault((a["principal"], t["product"], "select", column, how), set()).update(["all"] if group["rows"] == "all" else group["rows"])
        for kind, name in (("tables", "product"), ("databases", "domain"), ("locations", "location"), ("catalog", "catalog"), ("tags", "key")):
            for thing in a[kind]:
                values = thing.get("values", [""])
                for value in values:
                    for words, how in ((thing["permissions"], "yes"), (thing["permissions"] + thing["reach"], "reach"), (thing["grantable"], "passes")):
                        for word in words:
                            if word != "select":
                                found[a["principal"], thing[name], thing.get("catalog", ""), value, word, how] = {"all"}
    return found


def wider(less, more):
    """What `less` gives and `more` does not."""
    return [f"{' '.join(map(str, key))}: {sorted(rows)} before, {sorted(more.get(key, []))} after" for key, rows in less.items()
            if not ("all" in more.get(key, ()) or rows <= more.get(key, set()))]


class Property:
    def __init__(self, seed, meshc, folder):
        self.rng = random.Random(f"property-{seed}")
        self.trial = Trial(seed, meshc, f"{folder}/property")
        self.seed = seed
        self.mesh = generate.generate(seed)
        self.mesh["statements"] = [s for s in self.mesh["statements"] if s["verb"] == "grant"]
        self.wrong = []

    def told(self, mesh, order):
        """The answers of the compiler by environment."""
        folder = self.trial.folder / order
        printer.write(mesh, f"{self.seed}-{order}", folder)
        found = self.trial.who(folder)
        return {name: facts(each) for name, each in found.items()} if found else {}

    def legal(self, mesh):
        judge = Judge(mesh)
        return all(judge.fits(s) for s in mesh["statements"])

    def within(self, less, more, word):
        one, other = self.told(less, "less"), self.told(more, "more")
        for name in set(one) | set(other):
            self.wrong += [f"{word}: {line}" for line in wider(one.get(name, {}), other.get(name, {}))]

    def same(self, left, right, word):
        one, other = self.told(left, "left"), self.told(right, "right")
        for name in set(one) | set(other):
            self.wrong += [f"{word}: {line}" for line in wider(one.get(name, {}), other.get(name, {})) + wider(other.get(name, {}), one.get(name, {}))]

    def changed(self, change):
        other = copy.deepcopy(self.mesh)
        return other if change(other) and self.legal(other) else None

    # ------------------------------------------------------------ the properties

    def more_grants_never_mean_less(self):
        rests = any(s["policy"][0] == "passing" for s in self.mesh["statements"])  # on a grant with grant option, which then stays
        free = [n for n, s in enumerate(self.mesh["statements"]) if not (rests and s["option"])]
        if free:
            gone = self.rng.choice(free)
            less = copy.deepcopy(self.mesh)
            del less["statements"][gone]
            self.within(less, self.mesh, "a grant more")

    def a_team_is_its_members(self):
        teams = {p["path"]: p["members"] for p in self.mesh["principals"] if p["kind"] == "team"}

        def change(mesh):
            for s in mesh["statements"]:
                s["to"] = list(dict.fromkeys(m for name in s["to"] for m in teams.get(name, [name])))
            return any(set(s["to"]) & set(teams) for s in self.mesh["statements"])

        other = self.changed(change)
        if other:
            self.same(self.mesh, other, "the members of a team")

    def order_changes_nothing(self):
        self.same(self.mesh, self.mesh, "another order")

    def a_tighter_tag_never_widens(self):
        """Only grants by `key <= v` of one key stay; something is tagged one step higher."""
        ladders = {"pii": ["none", "indirect", "direct"], **{t["key"]: t["values"] for t in self.mesh["tags"] if t["ordered"]}}
        key = self.rng.choice(sorted(ladders))
        self.mesh["statements"] = [s for s in self.mesh["statements"] if s["target"]["kind"] == "tagged"
                                   and all(t[0] != key or t[1] in ("<=", "<") for t in s["target"]["tests"])]
        self.mesh["pipelines"], self.mesh["functions"], self.mesh["warehouses"] = [], [], []
        self.mesh["statements"] = [s for s in self.mesh["statements"] if not any("." in name or name == "house" for name in s["to"])]
        tighter = copy.deepcopy(self.mesh)
        places = [d["tags"] for d in tighter["domains"]] + [p["tags"] for p in tighter["products"]] + [t["tags"] for t in tighter["types"]] + \
            [c["tags"] for s in tighter["schemas"] for c in s["columns"] if c["name"] not in ("day", "country", "year")]
        said = [t for t in places if key in t and t[key] != ladders[key][-1]]
        if said and self.legal(tighter):
            tags = self.rng.choice(said)
            tags[key] = ladders[key][ladders[key].index(tags[key]) + 1]
            self.within(tighter, self.mesh, "a tighter tag")

    def except_is_the_list_of_the_others(self):
        world = World(self.mesh, (self.mesh["environments"] or [None])[0])
        plain = Facts(world)

        def change(mesh):
            found = False
            for s in mesh["statements"]:
                if s["target"].get("except"):
                    tables = plain.target_tables(s["target"])
                    if len(tables) == 1:
                        hidden, keys = s["target"]["except"], tables[0]["output"]["partition"]
                        s["target"]["columns"] = [c["name"] for c in tables[0]["columns"] if c["name"] not in hidden and c["name"] not in keys]
                        s["target"]["except"] = None
                        found = True
            return found

        other = self.changed(change)
        if other:
            self.same(self.mesh, other, "except as a list")


PROPERTIES = (Property.more_grants_never_mean_less, Property.a_team_is_its_members, Property.order_changes_nothing,
              Property.a_tighter_tag_never_widens, Property.except_is_the_list_of_the_others)


def hold(arguments):
    """One property on one seed; they take turns."""
    seed, meshc, folder = arguments
    test = PROPERTIES[seed % len(PROPERTIES)]
    name = test.__name__.replace("_", " ")
    try:
        tried = Property(seed, meshc, folder)
        test(tried)
        return {"seed": seed, "property": name, "wrong": tried.trial.wrong + tried.wrong}
    except Exception as error:  # one seed may not end the others
        import traceback
        return {"seed": seed, "property": name, "wrong": [repr(error), *traceback.format_exc().split("\n")[-6:]]}
