"""A random mesh as plain data from a seed, legal by construction but for promises that may be broken."""
import random

import answer
import rows
from legal import Judge
from plain import *
from world import World

NUMBERS = ["111122223333", "444455556666", "777788889999"]
DEV = ["121212121212", "343434343434"]
PARTNER = "999988887777"
LADDERS = [("pii", ["none", "indirect", "direct"]), ("classification", ["public", "internal", "confidential", "restricted"]),
           ("tier", ["bronze", "silver", "gold"])]
REGIONS = ["eu", "us", "any"]


class Generator:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.mesh = mesh(name=f"m{seed % 1000}", policies=[])
        self.several = False

    def chance(self, p):
        return self.rng.random() < p

    def some(self, items, least=1, most=None):
        """Some of the items, each once; what stands twice among them is chosen more often."""
        items = list(items)
        chosen = self.rng.sample(items, min(len(items), self.rng.randint(least, most or max(least, len(items)))))
        return [item for n, item in enumerate(chosen) if item not in chosen[:n]]

    # ------------------------------------------------------------ accounts and environments

    def accounts(self):
        m, rng = self.mesh, self.rng
        shape = rng.choice(["self", "one", "one", "two environments", "accounts", "accounts", "merged", "merged"])
        if shape == "self":
            m["region"] = None
            return
        if shape == "one":
            m["account"] = NUMBERS[0]
            return
        if shape == "two environments":
            m["environments"] = [environment("prod", account=NUMBERS[0]), environment("dev", account=rng.choice([NUMBERS[0], DEV[0]]), suffix="dev")]
            return
        names = ["hub", "edge", "far"][:rng.choice([2, 2, 3])]
        self.several = True
        if shape == "accounts":
            m["accounts"] = [account(n, NUMBERS[i]) for i, n in enumerate(names)]
            m["account"] = NUMBERS[0]
            return
        m["accounts"] = [account(n) for n in names]
        merged = {n: DEV[0] for n in names[:2]} | {n: rng.choice(DEV) for n in names[2:]}
        m["environments"] = [environment("prod", account=NUMBERS[0], accounts={n: NUMBERS[i] for i, n in enumerate(names)}),
                             environment("dev", account=DEV[0], suffix=rng.choice(["dev", "d2"]), accounts=merged)]

    # ------------------------------------------------------------ principals

    def principals(self):
        m, rng = self.mesh, self.rng
        found = [role("Analyst"), role("Auditor"), role("Loader", create=self.chance(0.15)), principal("user", "jo")]
        if self.chance(0.5):
            found.append(role("Planner", aws="path/Planner"))
        if m["region"] and self.chance(0.3):
            found.append(role("Partner", arn=f"arn:aws:iam::{PARTNER}:role/Partner"))
        if self.chance(0.3):
            found.append(principal("group", "staff", arn="arn:aws:identitystore:::group/d4a5c6e7-3081-70aa-21b4-9d1b1f0c8e52"))
        if self.several:
            found += [role("Remote", account="edge"), role("Distant", account="edge")]
            if self.chance(0.3):  # one role where accounts are merged
                found += [role("Twin", account="hub", aws="Both"), role("Twin2", account="edge", aws="Both")]
            if self.chance(0.4):
                found.append(principal("group", "crew", arn=f"arn:aws:iam::{NUMBERS[1]}:saml-provider/idp:group/crew"))
            if self.chance(0.4):
                found.append(principal("organization", "acme", arn=f"arn:aws:organizations::{NUMBERS[0]}:organization/o-abcdefghij"))
        if self.chance(0.5):
            found.append(role(f"{self.domains[0]}.steward"))
        m["admins"] = ["LakeAdmin"] if self.chance(0.4) else []
        found.append(role("LakeAdmin"))
        people = [p["path"] for p in found if p["kind"] in ("role", "user", "group") and p["path"] != "LakeAdmin"]
        teams = [team("readers", *self.some(people, 2, 3))]
        if self.chance(0.6):
            teams.append(team("everybody", "readers", *self.some(people, 1, 2)))
        if self.several and self.chance(0.2):
            teams.append(team("partners", rng.choice(m["accounts"])["name"], rng.choice(people)))
        m["principals"] = found + teams
        self.people = people + [t["path"] for t in teams]
        self.outside = [a["name"] for a in m["accounts"]] + [p["path"] for p in found if p["kind"] == "organization"]

    # ------------------------------------------------------------ tags, types, schemas

    def tags(self):
        m = self.mesh
        if self.chance(0.8):
            m["tags"].append(tag("classification", LADDERS[1][1], default=self.rng.choice(["internal", "internal", "public", None])))
        if self.chance(0.5):
            m["tags"].append(tag("tier", LADDERS[2][1]))
        if self.chance(0.6):
            m["tags"].append(tag("residency", REGIONS, ordered=False, default=self.rng.choice([None, None, "any"])))
        self.keys = ["pii"] + [t["key"] for t in m["tags"]]
        self.ladders = ["pii"] + [t["key"] for t in m["tags"] if t["ordered"]]
        self.values = {"pii": LADDERS[0][1], **{t["key"]: t["values"] for t in m["tags"]}}

    def some_tags(self, p, ordered=False):
        keys = self.ladders if ordered else self.keys
        return {k: self.rng.choice(self.values[k]) for k in keys if self.chance(p)}

    def types(self):
        m = self.mesh
        m["types"] = [named_type("Email", "string", pii="direct"), named_type("Phone", "string", pii="indirect"), named_type("Contact", ("type", "Email")),
                      named_type("Secret", "string", **self.some_tags(0.7, True)), named_type("Amount", "decimal(12, 2)"),
                      named_type("Place", ("struct", [("street", "string"), ("city", "string"), ("owner", ("type", "Secret"))])),
                      named_type("Card", ("struct", [("mail", ("type", self.rng.choice(["Contact", "Phone"]))), ("note", "string")]), **self.some_tags(0.2, True))]
        m["schemas"].append(schema("Line", column("sku"), column("buyer", ("type", self.rng.choice(["Email", "Secret", "Phone"]))), column("n", "int")))

    COLUMNS = [("id", "string"), ("customer", "string"), ("email", ("type", "Email")), ("phone", ("type", "Phone")), ("contact", ("type", "Contact")),
               ("secret", ("type", "Secret")), ("amount", "double"), ("price", ("type", "Amount")), ("quantity", "int"), ("visits", "bigint"), ("active", "boolean"),
               ("place", ("type", "Place")), ("card", ("type", "Card")), ("lines", ("array", ("schema", "Line"))), ("first", ("schema", "Line")),
               ("emails", ("array", ("type", "Email"))), ("notes", ("map", "string", ("type", "Secret"))),
               ("box", ("struct", [("inner", ("struct", [("mail", ("type", "Contact"))])), ("city", "string")])), ("label", "string")]

    def schemas(self):
        for name in ("Alpha", "Beta", "Gamma")[:self.rng.randint(2, 3)]:
            chosen = self.some(self.COLUMNS, 2, 6)
            columns = [column(n, t, **self.column_tags(t)) for n, t in chosen]
            columns += [column(n, t) for n, t in (("day", "string"), ("country", "string"), ("year", "int")) if self.chance(0.7)]
            if self.chance(0.2):
                columns.append(column("OddName", "string", physical="odd_name_1"))
            self.mesh["schemas"].append(schema(name, *columns))
        if self.chance(0.35):  # one of which every column says its own
            key = self.own_key = self.rng.choice(self.ladders)
            self.mesh["schemas"].append(schema("Delta", *[column(n, **{key: self.rng.choice(self.values[key])}) for n in ("name", "town")], column("size", "int", **{key: self.values[key][0]})))
        self.shapes = [s["name"] for s in self.mesh["schemas"] if s["name"] != "Line"]

    def column_tags(self, type):
        nested = isinstance(type, tuple)
        tags = self.some_tags(0.2, ordered=nested)
        return tags if self.chance(0.6) else {}

    # ------------------------------------------------------------ domains and products

    def domain_names(self):
        self.domains = self.rng.sample(["sales", "people", "web-shop", "stock"], self.rng.randint(2, 3))

    def make_domains(self):
        m, rng = self.mesh, self.rng
        self.made = {}
        for name in self.domains:
            d = domain(name, tags=self.some_tags(0.35))
            if self.several and self.chance(0.7):
                d["account"] = rng.choice(m["accounts"])["name"]
            if self.several and self.chance(0.15):
                d["catalog"] = rng.choice(m["accounts"])["name"]
            if d["account"] or d["catalog"] or self.chance(0.3):
                d["made"] = rng.choice(["", "", f"acme-{name}"])
            elif self.chance(0.3):
                d["bucket"] = f"old-{name}"
            if d["made"] is not None and self.chance(0.06):
                d["hybrid"] = True
            if self.chance(0.15):
                d["database"] = f"{name.replace('-', '_')}_db"
            if m["environments"] and d["made"] is not None and self.chance(0.15):
                m["environments"][-1]["buckets"][name] = f"try-{name}"
            m["domains"].append(d)

    def make_products(self):
        for name in self.domains:
            for product_name in self.some(["orders", "people", "events", "stock-levels"], 1, 2):
                self.mesh["products"].append(self.make_product(name, product_name))
            if self.chance(0.12):
                crawl = {"role": "Loader"} if self.chance(0.3) and not self.several and not self.mesh["principals"][2]["create"] else {}
                self.mesh["products"].append(product(f"{name}.raw", None, crawl=crawl, format="json"))
        if self.chance(0.35):
            self.nest()

    def make_product(self, domain_name, name):
        rng = self.rng
        path = f"{domain_name}.{name}"
        shared = rng.choice([[], [], ["everyone"], self.some([d for d in self.domains if d != domain_name], 1)])
        earlier = [p for p in self.mesh["products"] if p["outputs"][0]["schema"] and not p["proposed"]
                   and (p["domain"] == domain_name or p["shared_with"] == ["everyone"] or domain_name in p["shared_with"])]
        inputs = [f"{p['domain']}.{p['name']}" for p in self.some(earlier, 1, 2)] if earlier and self.chance(0.5) else []
        given = {"tags": self.some_tags(0.3), "inputs": inputs, "shared_with": shared}
        if self.chance(0.3):
            one, two = rng.choice(self.shapes), rng.choice(self.shapes)
            outputs = [output(n, s, tags=self.some_tags(0.35), **self.at_home(domain_name, self.table(s))) for n, s in (("v1", one), ("v2", two))]
            return product(path, outputs=outputs, **given)
        shape = rng.choice(self.shapes)
        extra = self.at_home(domain_name, self.table(shape))
        if shape == "Delta" and self.chance(0.6):
            given["tags"][self.own_key] = rng.choice(self.values[self.own_key])
        if self.chance(0.12) and extra["format"] == "json":
            extra["crawl"] = {}
        return product(path, shape, proposed=self.chance(0.04), **given, **extra)

    def at_home(self, domain_name, extra):
        """Iceberg writes the first file of a table with the catalog's stack, which comes before a bucket elsewhere (M0830)."""
        away = any(d["name"] == domain_name and d["catalog"] for d in self.mesh["domains"])
        return {**extra, "format": "parquet"} if away and extra["format"] == "iceberg" else extra

    def table(self, shape):
        columns = next(s for s in self.mesh["schemas"] if s["name"] == shape)["columns"]
        keys = [c["name"] for c in columns if c["name"] in ("day", "country", "year")]
        kind = self.rng.choice(["parquet", "parquet", "json", "orc", "iceberg"])
        partition = self.some(keys, 1, 2) if keys and kind != "iceberg" and self.chance(0.6) else []
        return {"format": kind, "partition": partition}

    def nest(self):
        """One product's place lies inside another's of its domain."""
        for name in self.domains:
            mine = [p for p in self.mesh["products"] if p["domain"] == name and p["outputs"][0]["name"] is None and p["outputs"][0]["schema"]
                    and p["outputs"][0]["crawl"] is None and p["outputs"][0]["format"] != "iceberg"]
            if len(mine) > 1:
                mine[0]["outputs"][0]["location"] = f"{name}/outer/"
                mine[1]["outputs"][0]["location"] = f"{name}/outer/inner/"
                return

    # ------------------------------------------------------------ what runs

    def running(self):
        m, rng = self.mesh, self.rng
        w = World(m, (m["environments"] or [None])[0])
        self.runners = []
        for d in m["domains"]:
            tables = [o for p in m["products"] if p["domain"] == d["name"] and not p["proposed"] for o in p["outputs"] if o["schema"] and o["crawl"] is None]
            for o in tables if d["catalog"] in (None, d["account"]) and self.chance(0.15) else []:
                o["scheduled_quality"] = self.chance(0.6)
        for name in self.domains:
            own = [p for p in m["products"] if p["domain"] == name and p["outputs"][0]["schema"] and p["outputs"][0]["crawl"] is None and not p["proposed"]]
            apart = w.catalog_of(name) != w.account_of_domain(name) or any(d["name"] == name and d["catalog"] for d in m["domains"])
            if self.chance(0.3):
                m["functions"].append(function(self.called(name, "clean")))
                self.runners.append(self.called(name, "clean"))
            functions = [f["path"] for f in m["functions"] if f["path"].split(".")[0] == name]
            if not self.chance(0.6):
                continue
            steps = [("athena",)] if self.chance(0.7) else []
            if functions and self.chance(0.8):
                steps.append(("call", functions[0]))
            if self.chance(0.2):
                steps.append(("lambda", "Other"))
            if not apart and self.chance(0.3):
                steps += self.check_step(name, own)
            if self.chance(0.15):
                steps.append(self.read_step(w, name))
            produced = [f"{p['domain']}.{p['name']}" for p in self.some(own, 0, 2)] if own else []
            produced = [path for path in produced if path not in [q for other in m["pipelines"] for q in other["produces"]]]
            role_name = f"{name}.steward" if any(p["path"] == f"{name}.steward" for p in m["principals"]) and self.chance(0.5) else None
            m["pipelines"].append(pipeline(self.called(name, "nightly"), produced, steps or [("lambda", "Other")], role_name))
            self.runners.append(self.called(name, "nightly"))
        if self.chance(0.15):
            m["warehouses"].append(warehouse("house", [self.domains[0]]))
            if any(d["name"] == self.domains[0] and not d["account"] and not d["catalog"] for d in m["domains"]):
                self.runners.append("house")
            else:
                m["warehouses"].pop()

    def called(self, domain_name, word):
        """Machines and functions have one name each in an account, whatever domain they are of."""
        return f"{domain_name}.{word}_{domain_name.replace('-', '_')}"

    def check_step(self, name, own):
        """An evaluation of one of a domain's products, or of one that another domain of the same account shares with it."""
        rng, account = self.rng, {d["name"]: d["account"] for d in self.mesh["domains"] if not d["catalog"]}
        others = [p for p in self.mesh["products"] if p["domain"] in account and p["domain"] != name and account[p["domain"]] == account.get(name)
                  and (p["shared_with"] == ["everyone"] or name in p["shared_with"]) and p["outputs"][0]["schema"] and not p["proposed"]
                  and p["outputs"][0]["crawl"] is None]
        fit = [p for p in (others if others and self.chance(0.4) else own)]
        if not fit:
            return []
        p = rng.choice(fit)
        return [("check", ".".join([p["domain"], p["name"]] + [o for o in [rng.choice(p["outputs"])["name"]] if o]))]

    def read_step(self, w, name):
        """A list of files to work through: its role reads it past Lake Formation."""
        table = self.rng.choice(w.tables)
        place = self.rng.choice([table["location"] + "list.csv", table["location"] + "list.csv", "s3://landing/list.csv"])
        return ("read", place, None)

    # ------------------------------------------------------------ statements

    def everybody(self):
        return self.people + self.runners * 2 + (self.outside * 2 if self.outside else [])

    def product_target(self, columns=0.45):
        """A product or output; perhaps some of its columns."""
        p = self.rng.choice(self.mesh["products"])
        path, o = f"{p['domain']}.{p['name']}", self.rng.choice(p["outputs"])
        if o["name"] and (self.chance(0.5) or self.chance(columns)):
            path += f".{o['name']}"
        elif o["name"]:
            return on(path), None
        if o["schema"] is None:
            return on(path), None
        listed = next(s for s in self.mesh["schemas"] if s["name"] == o["schema"])["columns"]
        data = [c for c in listed if c["name"] not in o["partition"]]
        if self.chance(columns) and len(data) > 1:
            names = [c["name"] for c in data]
            if self.chance(0.5):
                chosen = self.some(names, 1, len(names) - 1)
                if o["partition"] and self.chance(0.2):
                    chosen.append(self.rng.choice(o["partition"]))
                return on(path, columns=chosen), (o, listed)
            hidden = names[:] if self.chance(0.3) else self.some(names, 1, len(names) - 1)
            if len(hidden) == len(names):
                hidden.remove(self.rng.choice(hidden))
            return on(path, hidden=hidden), (o, listed)
        return on(path), (o, listed)

    def tests(self, most=3):
        rng, tests = self.rng, []
        for key in self.some(self.keys, 1, most):
            values = self.values[key]
            if key in self.ladders and self.chance(0.75):
                operator = rng.choice(["<=", "<", ">=", ">", "!=", "="])
                fit = {"<": values[1:], ">": values[:-1]}.get(operator, values)
                value = rng.choice([fit[0], fit[-1], rng.choice(fit)])
                tests.append((key, operator, [value]))
            elif self.chance(0.3):
                tests.append((key, "!=", [rng.choice(values)]))
            else:
                chosen = sorted(self.some(values, 1, 2), key=values.index)
                tests.append((key, "=", chosen))
        return tests

    def predicate(self, listed, o, target):
        """A condition on columns of a table; on what is inside a struct only where no columns are listed."""
        rng = self.rng
        plain = {"string": "text", "int": "whole", "bigint": "whole", "double": "number", "boolean": "truth",
                 ("type", "Amount"): "number", ("type", "Email"): "text", ("type", "Secret"): "text"}
        fit = [(c["physical"], plain[c["type"]], c["name"] in o["partition"]) for c in listed
               if (c["type"] if isinstance(c["type"], str) else tuple(c["type"]) if c["type"][0] == "type" else "") in plain]
        if not target["columns"] and not target["except"]:
            fit += [(f"{c['physical']}.city", "text", False) for c in listed if c["name"] == "box"]
        return self.clause(fit, 2) if fit else None

    def clause(self, fit, depth):
        rng = self.rng
        if depth and self.chance(0.35):
            parts = [self.clause(fit, depth - 1) for _ in range(rng.randint(2, 3))]
            kind = rng.choice(["and", "or", "not"])
            return ("not", parts[0]) if kind == "not" else (kind, *parts)
        name, kind, key = rng.choice(fit)
        if not key and self.chance(0.1):
            return rng.choice([("null", name), ("unlike", ("null", name))])
        if kind == "truth":
            return ("cmp", name, rng.choice(["=", "<>"]), rng.choice([True, False]))
        if kind == "text":
            words = ["EU", "US", "O'Hara", 'a "b"', "50% off", "", "x_y"]
            if self.chance(0.2):
                return self.perhaps_un(("like", name, rng.choice(["E%", "_S", "%'%", "a%b", "%"])))
            value = rng.choice(words)
            if self.chance(0.3):
                return self.perhaps_un(("in", name, rng.sample(words, 2)))
            return ("cmp", name, rng.choice(["=", "=", "<>", "<", ">="]), value)
        numbers = [rows.Number(t) for t in ("1.50", "0.0", "-3.25", "100.0")] if kind == "number" and self.chance(0.5) else [0, 1, 100, -7, 2026]
        low, high = sorted(rng.sample(numbers, 2), key=rows.plain)
        if self.chance(0.2):
            return self.perhaps_un(("between", name, low, high))
        if self.chance(0.2):
            return self.perhaps_un(("in", name, [low, high]))
        return ("cmp", name, rng.choice(["=", "<>", "!=", "<", "<=", ">", ">="]), low)

    def perhaps_un(self, p):
        return ("unlike", p) if self.chance(0.3) else p

    def make_grant(self):
        rng = self.rng
        kind = rng.choice(["product"] * 8 + ["tables"] * 2 + ["tagged"] * 5 + ["database"] * 2 + ["databases", "location", "location", "catalog", "tag"])
        to = self.some(self.everybody(), 1, 2)
        option = None
        if self.chance(0.15):
            option = "all"
        given = {"to": to, "because": rng.choice([None, None, "a 'reason'", "campaign"]), "until": "2027-06-30" if self.chance(0.1) else None}
        if kind == "product":
            target, table = self.product_target()
            if target["columns"] or target["except"]:
                permissions = "select"
            else:
                permissions = rng.choice(["select", "select", "read", "write", "manage", "all", "describe", "insert", "select alter", "select describe", "insert drop", "alter", "delete", "drop"])
            if permissions == "select" and table and self.chance(0.35):
                given["where"], option = self.predicate(table[1], table[0], target), None
                target["path"] = self.one_output(target["path"])
            if given["until"] and target["columns"]:
                given["until"] = rng.choice(["2027-06-30", "2028-01-31"])
        elif kind == "tables":
            target, permissions = all_tables(rng.choice(self.domains)), rng.choice(["select", "read", "write", "all", "describe", "alter", "manage"])
        elif kind == "tagged":
            target, permissions = tagged(*self.tests()), rng.choice(["select", "read", "read", "write", "all", "insert", "describe", "select alter", "manage"])
        elif kind == "database":
            target, permissions = database(rng.choice(self.domains)), rng.choice(["all", "describe", "create_table", "create_table", "write", "manage", "alter", "read"])
        elif kind == "databases":
            target, permissions = domains_tagged(*self.tests(2)), rng.choice(["describe", "create_table", "write", "alter"])
        elif kind == "location":
            target, permissions = self.location_target(), "data_location_access"
        elif kind == "catalog":
            target, permissions = catalog(), "create_database"
        else:
            key = rng.choice(self.keys)
            target, permissions = tag_values(key, *(self.some(self.values[key], 1, 2) if self.chance(0.7) else [])), rng.choice(["associate", "describe", "associate describe"])
            option = option if not self.outside else "all"
        if option == "all" and self.chance(0.6) and len(permissions.split()) > 1:
            option = [permissions.split()[-1]]
        s = grant(permissions, target, option=option, **given)
        if kind in ("product", "tables", "database") and self.chance(0.3):
            s["policy"] = ("own", target["path"].split(".")[0])
        return s

    def one_output(self, path):
        """Rows are of one table."""
        for p in self.mesh["products"]:
            if path == f"{p['domain']}.{p['name']}" and p["outputs"][0]["name"]:
                return f"{path}.{p['outputs'][0]['name']}"
        return path

    def location_target(self):
        w = World(self.mesh, (self.mesh["environments"] or [None])[-1 if self.chance(0.3) else 0])
        place = self.rng.choice(w.tables)["location"]
        above = place.rstrip("/").rsplit("/", 1)[0] + "/"
        where = self.rng.choice(["above", "above", "same", "same", "beside", "below", "bucket"])
        bucket = "/".join(place.split("/")[:3]) + "/"
        return location({"above": above, "same": place, "beside": place.rstrip("/") + "-old/", "below": place + "x/y", "bucket": bucket}[where])

    def way_in(self):
        """Both halves of a second table over the same files, for one principal or through another."""
        one = self.rng.choice(self.people)
        first = grant("data_location_access", self.location_target(), one)
        second = self.rng.choice([grant("create_table", database(self.rng.choice(self.domains)), one), grant("create_database", catalog(), one),
                                  grant("alter", self.product_target(0)[0], one)])
        return [first, second]

    def overlap_of_routes(self):
        """The same right by a name, a team and a tag or wildcard."""
        target, _ = self.product_target(0.2)
        domain_name = target["path"].split(".")[0]
        one = self.rng.choice(self.people)
        holder = next((p["path"] for p in self.mesh["principals"] if one in p["members"]), one)
        return [grant("select", target, one), grant("select", {**target}, holder), grant("select", all_tables(domain_name), one)]

    def policies(self):
        judge = Judge(self.mesh)
        kept = self.mesh["statements"]
        wanted = [self.make_grant() for _ in range(self.rng.randint(6, 18))]
        if self.chance(0.35):
            wanted += self.way_in()
        if self.chance(0.25):
            wanted += self.overlap_of_routes()
        if self.chance(0.3):
            wanted += self.filters_of_one()
        if self.chance(0.2):
            wanted += self.slices()
        if self.chance(0.2):
            wanted += self.excluded_and_included()
        if self.several and self.chance(0.5):
            wanted += self.by_foreigners()
        self.rng.shuffle(wanted)
        for s in wanted:
            if judge.fits(s):
                kept.append(s)
        for s in self.passed_on(kept) if self.several else []:
            if judge.fits(s):
                kept.append(s)

    def filters_of_one(self):
        """Several filters for one principal and table."""
        found = []
        who = self.rng.choice(self.people)
        target, table = self.product_target(0.3)
        if not table:
            return []
        target["path"] = self.one_output(target["path"])
        for _ in range(self.rng.randint(2, 3)):
            p = self.predicate(table[1], table[0], target)
            if p:
                found.append(grant("select", {**target}, who, where=p))
        return found

    def slices(self):
        """Lists of columns that end on different days."""
        target, table = self.product_target(1)
        if not target["columns"] or not table:
            return []
        names = [c["name"] for c in table[1] if c["name"] not in table[0]["partition"]]
        who = self.rng.choice(self.people)
        return [grant("select", on(target["path"], columns=self.some(names, 1, 2)), who, until=day) for day in ("2027-06-30", "2028-01-31", None)]

    def excluded_and_included(self):
        """One principal is granted some columns of a table and, elsewhere, all but some."""
        target, table = self.product_target(1)
        if not table or not (target["columns"] or target["except"]):
            return []
        names = [c["name"] for c in table[1] if c["name"] not in table[0]["partition"]]
        who = self.rng.choice(self.people)
        return [grant("select", on(target["path"], columns=self.some(names, 1, 2)), who),
                grant("select", on(target["path"], hidden=self.some(names, 1, len(names) - 1)), who)]

    def passed_on(self, kept):
        """What a domain whose account holds a share with grant option grants to those who live there."""
        accounts = {d["name"]: d["account"] for d in self.mesh["domains"]}
        owners = {d["name"]: d["catalog"] or d["account"] for d in self.mesh["domains"]}
        found = []
        for s in kept:
            if s["option"] != "all" or s["target"]["kind"] not in ("product", "tables") or s["policy"][1]:
                continue
            for name, account in accounts.items():
                if account not in s["to"] or owners[s["target"]["path"].split(".")[0]] == account:
                    continue
                near = [p["path"] for p in self.mesh["principals"] if p["kind"] == "role" and p["arn"] is None
                        and (p["account"] == account or p["path"].startswith(f"{name}."))]
                wanted = [p for p in s["permissions"] if p in ("select", "describe", "insert", "alter", "read")]
                if near and wanted and self.chance(0.7):
                    found.append(grant(self.rng.choice(wanted), {**s["target"]}, self.some(near, 1, 2), policy=("passing", name)))
        return found

    def by_foreigners(self):
        """Whatever crosses accounts."""
        rng = self.rng
        far = [p for p in self.people if p in ("Remote", "Distant", "crew", "Partner")] or self.people
        found = [grant(rng.choice(["read", "select", "write"]), tagged(*self.tests()), rng.choice(far)),
                 grant("read", self.product_target(0)[0], rng.choice(self.outside), option=rng.choice([None, "all"])),
                 grant("select", self.product_target(1)[0], rng.choice(far + self.outside)),
                 grant("read", all_tables(rng.choice(self.domains)), rng.choice(self.outside), option="all"),
                 grant(rng.choice(["read", "select"]), tagged(*self.tests()), rng.choice(self.outside), option="all")]
        return self.some(found, 1, 4)

    # ------------------------------------------------------------ promises and requests

    def forbid_target(self):
        rng = self.rng
        kind = rng.choice(["tagged"] * 4 + ["product"] * 4 + ["tables"] * 2 + ["database", "location", "catalog", "databases", "tag"])
        if kind == "tagged":
            return tagged(*self.tests(2)), rng.choice(["select", "select", "select", "insert", "all", "alter drop"])
        if kind == "product":
            target, _ = self.product_target(0.6)
            return target, "select" if target["columns"] or target["except"] else rng.choice(["select", "all", "insert delete", "describe", "drop"])
        if kind == "tables":
            return all_tables(rng.choice(self.domains)), rng.choice(["select", "all", "insert", "alter"])
        if kind == "database":
            return database(rng.choice(self.domains)), rng.choice(["create_table", "all", "drop"])
        if kind == "location":
            return self.location_target(), rng.choice(["data_location_access", "all"])
        if kind == "catalog":
            return catalog(), "create_database"
        if kind == "databases":
            return domains_tagged(*self.tests(1)), "create_table"
        return tag_values(rng.choice(self.keys)), "associate"

    def promises(self):
        """Some are kept by leaving out whoever breaks them."""
        stands_for = self.named_for_glue()
        for _ in range(self.rng.randint(2, 6)):
            target, permissions = self.forbid_target()
            to = ["everyone"] if self.chance(0.6) else self.some(self.everybody(), 1, 2)
            s = forbid(permissions, target, to)
            if self.chance(0.3):
                s["policy"] = ("own", self.rng.choice(self.domains)) if target["kind"] in ("product", "tables", "database") else s["policy"]
            if self.chance(0.75):
                breakers = answer.breakers(self.mesh, s)
                if to == ["everyone"]:
                    s["except"] = self.leave_out(breakers, stands_for)
                elif self.chance(0.5):
                    s["except"] = [n for n in self.leave_out(breakers, stands_for) if n not in to]
            if to == ["everyone"] and not s["except"] and self.chance(0.5):
                s["except"] = self.some(self.everybody() + [path for paths in stands_for.values() for path in paths], 1, 2)
            s["because"] = self.rng.choice([None, "it is promised"])
            self.mesh["statements"].append(s)

    def named_for_glue(self):
        """The products and outputs whose names stand for a role of Glue in an except list: {role: paths}."""
        w, found = World(self.mesh, (self.mesh["environments"] or [None])[0]), {}
        for p in self.mesh["products"]:
            path = f"{p['domain']}.{p['name']}"
            for each in [path] + [f"{path}.{o['name']}" for o in p["outputs"] if o["name"]]:
                for worker in w.workers_of_glue(each):
                    found.setdefault(worker, []).append(each)
        return dict(sorted(found.items()))

    def leave_out(self, breakers, stands_for):
        found = []
        for name in breakers:
            if name in self.people + self.runners + self.outside:
                found.append(name)
            elif name in stands_for:
                found.append(self.rng.choice(stands_for[name]))
            elif name.startswith("stranger of ") and self.chance(0.6):
                found += [a["name"] for a in self.mesh["accounts"] if any(World(self.mesh, e).number(a["name"]) == name.split()[-1]
                                                                          for e in self.mesh["environments"] or [None])]
        teams = [p["path"] for p in self.mesh["principals"] if p["kind"] == "team" and set(p["members"]) <= set(found)]
        found = list(dict.fromkeys(found + teams[:1]))
        if found and self.chance(0.25):
            found.remove(self.rng.choice(found))
        return found

    def requests(self):
        for _ in range(self.rng.randint(0, 3)):
            grants = [s for s in self.mesh["statements"] if s["verb"] == "grant" and s["target"]["kind"] == "product"]
            if grants and self.chance(0.7):
                like = self.rng.choice(grants)
                target = on(like["target"]["path"]) if self.chance(0.5) else {**like["target"]}
                to = self.some([n for n in like["to"]], 1)
            else:
                target, to = self.product_target()[0], self.some(self.people, 1)
            self.mesh["statements"].append(request("select" if target["columns"] or target["except"] else self.rng.choice(["select", "read"]), target, to, because="we plan"))


def generate(seed):
    g = Generator(seed)
    g.domain_names()
    g.accounts()
    g.principals()
    g.tags()
    g.types()
    g.schemas()
    g.make_domains()
    g.make_products()
    g.running()
    g.policies()
    g.promises()
    g.requests()
    return g.mesh
