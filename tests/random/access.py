"""Policies: every kind of statement, target and clause. They are legal by construction: each principal has one way to each
table, those with a way to many tables have no other, and what is forbidden is what nothing of these meshes gives.
"""
from text import Block, quoted

# What policies can say. `write` notes what it used; a construct that no mesh has used is told like an unused row of kinds.def.
CONSTRUCTS = [
    "grant", "request", "forbid", "forbid everyone except", "policy of a domain",
    "on product", "on output", "on columns", "on all but columns", "on domain", "on every table", "on tagged", "on domains tagged",
    "on location", "on tag", "on tag values", "on catalog", "on link", "=", "|", "!=", "<", "<=", ">", ">=", ", in an expression",
    "read", "write", "manage", "all", "to role", "to user", "to group", "to team", "to account", "to organization", "to another account", "to several",
    "to a pipeline", "where", "where and columns", "until", "because", "with grant option", "with some grant options",
]
LADDERS = {"classification": ["public", "internal", "confidential", "restricted"], "pii": ["none", "indirect", "direct"]}
SETS = {"residency": ["eu", "us", "any"]}
FULL = ["read", "write", "select", "select, insert", "select, insert", "describe", "manage", "all", "alter"]
TEAMS = {"readers": ["Analyst", "jo"], "everybody": ["Analyst", "jo", "Planner", "staff"]}


class Policies:
    def __init__(self, world):
        self.world, self.rng = world, world.rng
        self.top = [world.declare("POLICY", "policy access"), world.declare("POLICY", "policy more")]
        self.own = {}  # by domain
        self.ways = set()  # (principal, product) that has one
        self.foreign = [name for name in ("Foreign", "far_user", "far_group") if world.accounts]
        self.organization = any(getattr(b, "kind", "") == "ORGANIZATION" for b in world.declarations)
        self.reached = False  # an account or organization has something: a role of it can reach that
        self.products = [p for p in world.products if p["schema"] and p["columns"]]
        self.provable = all(p["schema"] for p in world.products) and not any(d["hybrid"] for d in world.domains) and not any(
            p["domain"] == "legacy" for p in world.products)

    def chance(self, p):
        return self.rng.random() < p

    def note(self, *constructs):
        for construct in constructs:
            assert construct in CONSTRUCTS, construct
            self.world.used.add(("POLICY", construct))

    def say(self, verb, permissions, target, to, clauses=(), domain=None):
        """One statement, in a policy that may say it. Clauses stand in any order."""
        clauses = list(clauses)
        self.rng.shuffle(clauses)
        self.note(verb, *[p for p in ("read", "write", "manage", "all") if p == permissions], *(["to several"] if len(to) > 1 else []))
        for name in to:
            self.note(*[word for word, names in {
                "to role": ["Analyst", "Planner", "Auditor", "Owner", "Loader", "Steward", "Scout", "Warden", "Outsider"], "to user": ["jo", "sam", "far_user"],
                "to group": ["staff", "far_group"], "to team": list(TEAMS), "to account": self.world.accounts, "to organization": ["acme"],
                "to another account": self.foreign, "to a pipeline": [p["path"] for p in self.world.pipelines]}.items() if name in names])
        block = self.rng.choice(self.top)
        if domain and self.chance(0.3):
            self.note("policy of a domain")
            if domain not in self.own:
                self.own[domain] = self.world.declare("POLICY", f"policy {domain}.own")
            block = self.own[domain]
        block.line(" ".join([verb, permissions, "on", target, "for" if verb == "request" else "to", ", ".join(to), *clauses]))

    # ------------------------------------------------------------ clauses

    def clauses(self, option=True, until=True):
        found = []
        if self.chance(0.3):
            self.note("because")
            found.append(f"because {quoted(self.rng.choice(['a reason of $(x)', 'said `so`', 'ünï']))}")
        if until and self.chance(0.2):
            self.note("until")
            found.append(f"until {self.rng.choice(['2099-06-30', '2099-12-31'])}")
        if option and self.chance(0.2):
            self.note("with grant option")
            found.append("with grant option")
        return found

    def predicate(self, columns):
        """A condition over columns, in the catalog's names."""
        c = self.rng.choice(columns)
        said = [f"{c.name} IS NOT NULL"]
        if c.kind == "string":
            said += [f"{c.name} = 'O''Hara'", f"{c.name} IN ('EU', 'US')", f"{c.name} LIKE 'a%'", f"NOT ({c.name} = 'x' OR {c.name} IS NULL)"]
        if c.number and not c.kind.startswith("decimal"):
            said += [f"{c.name} > 3", f"{c.name} BETWEEN 1 AND 10", f"{c.name} >= 0 AND {c.name} <> 7"]
        return quoted(self.rng.choice(said))

    # ------------------------------------------------------------ one table

    def keys(self, product):
        blocks = [product["block"]] + [item[1] for item in product["block"].items if item[0] == "block"]
        return str([item[3] for block in blocks for item in block.items if item[0] == "attr" and item[1] == "partition"])

    def on_tables(self, domain):
        """Whole products, columns and rows, to people who have no other way there."""
        people = ["Analyst", "Planner", "Auditor", "jo", "staff", "sam", "readers", "everybody"] + self.foreign
        for person in self.rng.sample(people, self.rng.randint(1, 5)):
            mine = [p for p in self.products if p["domain"] == domain["name"]]
            for product in self.rng.sample(mine, min(len(mine), self.rng.randint(0, 2))):
                to = [person]
                if person in ("Analyst", "Auditor") and self.chance(0.2):
                    to.append("sam")
                members = {m for name in to for m in TEAMS.get(name, [name])}
                if any((m, product["path"]) in self.ways for m in members):
                    continue
                self.ways |= {(m, product["path"]) for m in members}
                self.one_way(product, to, domain)

    def one_way(self, product, to, domain):
        path, rng = product["path"], self.rng
        if product["outputs"] and self.chance(0.7):
            path = rng.choice(product["outputs"])
            self.note("on output")
        elif not product["outputs"]:
            self.note("on product")
        one = not product["outputs"] or path != product["path"]
        data = [c for c in product["columns"] if c.name not in self.keys(product)]
        fit = [c for c in data if c.scalar and c.kind in ("string", "int", "bigint", "double")]
        way = rng.random()
        if way < 0.4 or len(data) < 2 or not one:
            permissions, clauses = rng.choice(FULL), self.clauses()
            if permissions == "select, insert" and "with grant option" in clauses and not set(to) & set(self.foreign):
                clauses[clauses.index("with grant option")] = "with grant option (insert)"
                self.note("with some grant options")
            if any(name in self.foreign for name in to):
                permissions = rng.choice(["read", "select", "describe"])
            self.say("grant", permissions, path, to, clauses, domain["name"])
            return
        listed, target = rng.sample([c.name for c in data], rng.randint(1, len(data) - 1)), path
        if way < 0.6:
            target = f"{path}({', '.join(listed)})"
            self.note("on columns")
        elif way < 0.8:
            target = f"{path} except ({', '.join(listed)})"
            self.note("on all but columns")
        clauses = self.clauses(option=False)
        if fit and (way >= 0.8 or self.chance(0.3)):
            self.note("where", *(["where and columns"] if way < 0.8 else []))
            clauses.append(f"where {self.predicate(fit)}")
        self.say("grant", "select", target, to, clauses, domain["name"])

    # ------------------------------------------------------------ many tables, and what is no table

    def expression(self):
        tests = []
        for key in self.rng.sample(["classification", "residency", "pii"], self.rng.randint(1, 2)):
            if key in SETS or self.chance(0.3):
                values = (SETS | LADDERS)[key]
                chosen = self.rng.sample(values, self.rng.randint(1, 2))
                if self.chance(0.2):
                    self.note("!=")
                    tests.append(f"{key} != {chosen[0]}")
                else:
                    self.note("|" if len(chosen) > 1 else "=")
                    tests.append(f"{key}: {' | '.join(chosen)}")
            else:
                ladder, operator = LADDERS[key], self.rng.choice(["<", "<=", ">", ">="])
                self.note(operator)
                tests.append(f"{key} {operator} {self.rng.choice({'<': ladder[1:], '>': ladder[:-1]}.get(operator, ladder))}")
        if len(tests) > 1:
            self.note(", in an expression")
        return ", ".join(tests)

    def wide(self):
        """To principals that have no way by name."""
        world = self.world
        for domain in world.domains:
            name = domain["name"]
            self.note("on domain", "on every table")
            self.say("grant", self.rng.choice(["write", "alter", "describe, create_table"] + ([] if world.accounts else ["all"])), f"domain {name}", ["Owner"], self.clauses(), name)
            self.say("grant", self.rng.choice(["read", "write", "manage"]), f"{name}.*", ["Owner"], self.clauses(until=False), name)
        if self.chance(0.7):
            self.note("on tagged")
            self.say("grant", self.rng.choice(["read", "select", "write", "describe", "select, alter"]), f"tagged({self.expression()})", ["Steward"], self.clauses())
        if self.chance(0.4):
            self.note("on tagged")
            self.say("grant", "read", f"tagged({self.expression()})", ["Scout"], self.clauses(until=False))
        if self.chance(0.5):
            self.note("on domains tagged")
            self.say("grant", self.rng.choice(["describe", "describe, alter", "alter"]), f"domains tagged({self.expression()})", ["Warden"], self.clauses())
        if self.chance(0.4):
            key = self.rng.choice(list(LADDERS) + list(SETS))
            values = self.rng.sample((LADDERS | SETS)[key], 2)
            self.note("on tag", *(["on tag values"] if self.chance(0.5) else []))
            self.say("grant", self.rng.choice(["associate", "describe", "associate, describe"]), f"tag {key}" if self.chance(0.5) else f"tag {key}({', '.join(values)})", ["Warden"],
                     self.clauses(option=False, until=False) + ["with grant option"])  # a right on a tag crosses accounts in no other way
        if self.chance(0.3):
            self.note("on catalog")
            self.say("grant", "create_database", "catalog", ["Warden"], self.clauses(until=False))
        made = [d for d in world.domains if d["made"]]
        if made and self.chance(0.4):
            self.note("on location")
            self.say("grant", "data_location_access", f'location "s3://{made[0]["bucket"]}/incoming/"', ["Loader"], ["with grant option"])
        for link in world.links:
            if link["account"] == "edge" and self.chance(0.7):
                self.note("on link")
                self.say("grant", "describe", f"link {link['name']}", ["Foreign"], self.clauses(option=False))

    def outside(self):
        """Accounts and organizations, and a pipeline's role."""
        mine = [p for p in self.products if not p["outputs"]]
        names = self.world.accounts + (["acme"] if self.organization else [])
        for product in self.rng.sample(mine, min(len(mine), 1)):
            if names and self.chance(0.4):
                self.reached = True
                self.say("grant", self.rng.choice(["read", "select"]), product["path"], [self.rng.choice(names)], ["with grant option"] if self.chance(0.6) else [])
        runners = [p["path"] for p in self.world.pipelines]
        if runners and mine and self.chance(0.3):
            path = self.rng.choice(runners)
            product = self.rng.choice([p for p in mine if p["domain"] == path.split(".")[0]] or [None])
            if product:
                self.say("grant", "read", product["path"], [path])

    # ------------------------------------------------------------ promises and requests

    def promises(self):
        """None of these meshes gives anybody but Owner, who has a domain, what is forbidden here."""
        if not self.provable:
            return
        holders = self.holders_of_drop()
        because = [f"because {quoted('it is promised')}"] if self.chance(0.5) else []
        target = self.rng.choice([f"{d['name']}.*" for d in self.world.domains] + [f"tagged({self.expression()})"] + [p["path"] for p in self.products])
        if not {"staff", "everybody"} & set(holders) and self.chance(0.6):  # a group of another account is all of that account
            self.note("forbid everyone except")
            self.say("forbid", "drop", target, ["everyone except " + ", ".join(["Owner"] + holders)], because)
        if not self.reached and self.chance(0.5):
            columns = [p for p in self.products if not p["outputs"]]
            if columns and self.chance(0.5):
                product = self.rng.choice(columns)
                target = f"{product['path']}({product['columns'][0].name})"
            self.say("forbid", "select", target, ["Outsider"], because)

    def holders_of_drop(self):
        """Whoever a statement gives `manage` or `all`."""
        found = []
        for block in self.top + list(self.own.values()):
            for item in block.items:
                if item[0] == "line" and item[1].startswith(("grant manage", "grant all")):
                    found += [name.strip(",") for name in item[1].split(" to ", 1)[1].split() if name.strip(",") in
                              ("Analyst", "Planner", "Auditor", "jo", "staff", "sam", "readers", "everybody")]
        return sorted(set(found))

    def requests(self):
        for product in self.rng.sample(self.products, min(len(self.products), self.rng.randint(0, 2))):
            target = product["path"]
            if not product["outputs"] and self.chance(0.4):
                target += f"({product['columns'][0].name})"
            self.say("request", "select" if "(" in target else self.rng.choice(["select", "read"]), target, [self.rng.choice(["Planner", "Auditor", "jo"])],
                     [f"because {quoted('we plan')}"])


def make_policies(world):
    policies = Policies(world)
    for name in ("Steward", "Scout", "Warden", "Outsider"):
        world.declare("ROLE", f"role {name}")
    policies.wide()
    for domain in world.domains:
        policies.on_tables(domain)
    policies.outside()
    policies.promises()
    policies.requests()


def unused(used):
    return [construct for construct in CONSTRUCTS if ("POLICY", construct) not in used]
