"""What stands where in one environment of a plain mesh: accounts, principals, databases, tables, columns and the values of
their tags. Naive on purpose: every question walks the plain data again, as language.md says it."""

SELF = "self"
PII = {"key": "pii", "values": ["none", "indirect", "direct"], "ordered": True, "default": "none"}


def glue(name):
    return name.replace("-", "_")


class World:
    def __init__(self, mesh, environment):
        self.mesh, self.environment = mesh, environment
        self.suffix = environment["suffix"] if environment else ""
        self.tags = {t["key"]: t for t in mesh["tags"] + [PII]}
        self.types = {t["name"]: t for t in mesh["types"]}
        self.schemas = {s["name"]: s for s in mesh["schemas"]}
        self.domains = {d["name"]: d for d in mesh["domains"]}
        self.declared = {p["path"]: p for p in mesh["principals"]}
        self.declared.update({a["name"]: {"kind": "account", "path": a["name"]} for a in mesh["accounts"]})
        self.governance = self._governance()
        self.principals = {}  # name -> {"name", "kind", "account", "arn"}; no teams
        self.named = {}  # declared path -> name of the principal that it is
        self.tables = self._tables()
        self._principals()

    # ------------------------------------------------------------ accounts

    def number(self, account):
        """The number of a declared account."""
        for a in self.mesh["accounts"]:
            if a["name"] == account:
                return (self.environment["accounts"] if self.environment else {}).get(account) or a["id"]
        raise KeyError(account)

    def _governance(self):
        if self.environment and self.environment["account"]:
            return self.environment["account"]
        if self.mesh["account"]:
            return self.mesh["account"]
        domains = {self.number(d["account"]) for d in self.mesh["domains"] if d["account"]}
        return domains.pop() if len(domains) == 1 else SELF

    def account_of_domain(self, name):
        account = self.domains[name]["account"]
        return self.number(account) if account else self.governance

    def catalog_of(self, name):
        catalog = self.domains[name]["catalog"]
        return self.number(catalog) if catalog else self.account_of_domain(name)

    def catalogs(self):
        return sorted({self.catalog_of(d) for d in self.domains})

    def account_of_path(self, path):
        return self.account_of_domain(path.split(".")[0]) if "." in path else self.governance

    def account_of(self, principal):
        if principal["kind"] == "account":
            return self.number(principal["path"])
        parts = (principal["arn"] or "").split(":")
        if len(parts) > 4 and len(parts[4]) == 12 and parts[4].isdigit():
            return parts[4]
        return self.number(principal["account"]) if principal["account"] else self.account_of_path(principal["path"])

    # ------------------------------------------------------------ principals

    def arn_of(self, principal):
        if principal["kind"] == "account":
            return self.account_of(principal)
        if principal["arn"]:
            return principal["arn"]
        name = principal["aws"] or principal["path"].split(".")[-1]
        suffix = f"-{self.suffix}" if principal["create"] and self.suffix else ""
        return f"arn:aws:iam::{self.account_of(principal)}:{principal['kind']}/{name}{suffix}"

    def _principals(self):
        by_arn = {}
        for path, p in self.declared.items():
            if p["kind"] != "team":
                by_arn.setdefault(self.arn_of(p), []).append(path)
        for arn, paths in by_arn.items():
            name = min(paths, key=lambda path: path.encode())
            kind = self.declared[name]["kind"]
            self._add(name, kind, None if kind == "organization" else self.account_of(self.declared[name]), arn)
            self.named.update({path: name for path in paths})
        for kind in ("pipelines", "functions", "warehouses"):
            for thing in self.mesh[kind]:
                if thing["role"]:
                    self.named[thing["path"]] = self.named[thing["role"]]
                else:
                    self._add(thing["path"], "role", self.account_of_path(thing["path"]), None)
                    self.named[thing["path"]] = thing["path"]
        for table in self.tables:
            if table["crawl"] is not None and not table["crawl"].get("role"):
                self._add(f"crawler of {table['path']}", "role", table["catalog"], None)
        for domain in self.domains:
            if self.evaluated(domain):
                self._add(f"quality of {domain}", "role", self.catalog_of(domain), None)
        numbers = {self.governance} | {self.account_of_domain(d) for d in self.domains} | set(self.catalogs())
        numbers |= {p["account"] for p in self.principals.values() if p["account"]}
        for number in numbers:
            self._add(f"stranger of {number}", "stranger", number, None)

    def _add(self, name, kind, account, arn):
        self.principals[name] = {"name": name, "kind": kind, "account": account, "arn": arn}

    def members(self, path):
        """The principals that a name stands for: a team's members, a pipeline's role."""
        if path in self.declared and self.declared[path]["kind"] == "team":
            return set().union(set(), *[self.members(m) for m in self.declared[path]["members"]])
        return {self.named[path]}

    def inhabitants(self, number):
        return {n for n, p in self.principals.items() if p["account"] == number and p["kind"] not in ("account", "organization")}

    def crawler_of(self, table):
        role = table["crawl"].get("role")
        return self.named[role] if role else f"crawler of {table['path']}"

    # ------------------------------------------------------------ data

    def bucket_of(self, domain):
        named = (self.environment["buckets"] if self.environment else {}).get(domain["name"])
        if named:
            return named
        if domain["bucket"]:
            return domain["bucket"]
        base = self.own_bucket(domain) or self.mesh["bucket"]
        return f"{base}-{self.suffix}" if self.suffix else base

    def own_bucket(self, domain):
        """What the mesh calls the bucket that is made for a domain alone; None: none is."""
        return None if domain["made"] is None else domain["made"] or f"{self.mesh['name']}-{domain['name']}"

    def deployed(self, place):
        """A place that a policy names: a bucket that the mesh names too is called as it is here."""
        bucket, rest = place[len("s3://"):].split("/", 1) if "/" in place[len("s3://"):] else (place[len("s3://"):], "")
        if bucket == self.mesh["bucket"]:
            bucket = f"{bucket}-{self.suffix}" if self.suffix else bucket
        else:
            for domain in self.mesh["domains"]:
                if bucket in (self.own_bucket(domain), domain["bucket"]):
                    bucket = self.bucket_of(domain)
        return f"s3://{bucket}/{rest}" if rest == "" or rest.endswith("/") else f"s3://{bucket}/{rest}/"

    def database_of(self, name):
        base = self.domains[name]["database"] or f"{glue(name)}_data"
        return f"{base}_{self.suffix}" if self.suffix else base

    def _tables(self):
        found = []
        for p in self.mesh["products"]:
            for o in p["outputs"]:
                if not p["proposed"] and not o["proposed"]:
                    found.append(self._table(p, o))
        return found

    def _table(self, p, o):
        parts = [p["domain"], p["name"]] + ([o["name"]] if o["name"] else [])
        domain = self.domains[p["domain"]]
        bucket = self.bucket_of(domain)
        place = o["location"] if o["location"] is not None else "/".join(parts) + "/"
        if not place.startswith("s3://"):
            place = f"s3://{bucket}/{place}"
        base = o["table"] or "_".join(glue(part) for part in parts)
        columns = [{**c, "key": c["name"] in o["partition"]} for c in self.schemas[o["schema"]]["columns"]] if o["schema"] else []
        keys = [c for name in o["partition"] for c in columns if c["name"] == name]
        return {"path": ".".join(parts), "domain": p["domain"], "product": p, "output": o, "crawl": o["crawl"],
                "catalog": self.catalog_of(p["domain"]), "database": self.database_of(p["domain"]),
                "table": f"{base}_{self.suffix}" if self.suffix else base, "location": place if place.endswith("/") else place + "/",
                "columns": [c for c in columns if not c["key"]] + keys, "hybrid": domain["hybrid"]}

    def tables_of(self, path):
        """Of a product (all its outputs) or an output."""
        return [t for t in self.tables if t["path"] == path or t["path"].startswith(path + ".")]

    def names(self, table):
        """The columns' names in the catalog; a table whose columns nobody knows has one, `*`."""
        return [c["physical"] for c in table["columns"]] or ["*"]

    def keys(self, table):
        return [c["physical"] for c in table["columns"] if c["key"]]

    def column(self, table, name):
        return next((c for c in table["columns"] if c["physical"] == name), None)

    def evaluated(self, domain):
        """The tables that the evaluation role of a domain looks at."""
        found = [t for t in self.tables if t["domain"] == domain and t["output"]["scheduled_quality"]]
        for p in self.mesh["pipelines"]:
            if p["path"].split(".")[0] == domain:
                found += [t for step in p["steps"] if step[0] == "check" for t in self.tables_of(step[1])]
        return [t for n, t in enumerate(found) if t not in found[:n]]

    def workers_of_glue(self, path):
        """The roles under which Glue works for a product or output: those that crawl it and those that evaluate it."""
        tables = self.tables_of(path)
        return {self.crawler_of(t) for t in tables if t["crawl"] is not None} | \
            {f"quality of {domain}" for domain in self.domains if any(t in tables for t in self.evaluated(domain))}

    def inputs_of(self, table):
        own = table["output"]["inputs"]
        return [t for path in (table["product"]["inputs"] if own is None else own) for t in self.tables_of(path)]

    # ------------------------------------------------------------ values of tags

    def database_value(self, domain, key):
        return self.domains[domain]["tags"].get(key) or self.tags[key]["default"]

    def table_value(self, table, key):
        """Nothing can be put on a table that a crawler is still to make: it has its database's."""
        if table["crawl"] is not None and not table["columns"]:
            return self.database_value(table["domain"], key)
        return table["output"]["tags"].get(key) or table["product"]["tags"].get(key) or self.database_value(table["domain"], key)

    def value(self, table, name, key):
        c = self.column(table, name)
        above = self.table_value(table, key)
        return self.lifted(c["type"], c["tags"].get(key), above, key) if c else above

    def lifted(self, type, written, above, key):
        """The value of a column or field: written on it, else on its named type, else what is above; the strongest of that
        and of what is written inside, where the tag has an order."""
        while isinstance(type, tuple) and type[0] == "type":
            written = written or self.types[type[1]]["tags"].get(key)
            type = self.types[type[1]]["type"]
        own = written or above
        inside = [self.lifted(t, w.get(key), None, key) for t, w in self.parts(type)]
        if self.tags[key]["ordered"]:
            return max([own] + inside, key=lambda v: self.tags[key]["values"].index(v) if v else -1)
        found = set(inside) - {None}
        return written or (found.pop() if found else above)

    def parts(self, type):
        """What lies inside a type: (type, tags written there)."""
        if not isinstance(type, tuple):
            return []
        if type[0] == "array":
            return [(type[1], {})]
        if type[0] == "map":
            return [(type[1], {}), (type[2], {})]
        if type[0] == "struct":
            return [(t, {}) for _, t in type[1]]
        if type[0] == "schema":
            return [(c["type"], c["tags"]) for c in self.schemas[type[1]]["columns"]]
        raise ValueError(type)

    def satisfied(self, test):
        """The declared values of a tag that satisfy one test."""
        key, operator, values = test
        tag = self.tags[key]
        if operator == "=":
            return [v for v in tag["values"] if v in values]
        if operator == "!=":
            return [v for v in tag["values"] if v != values[0]]
        limit, order = tag["values"].index(values[0]), tag["values"].index
        return [v for v in tag["values"] if {"<": order(v) < limit, "<=": order(v) <= limit, ">": order(v) > limit,
                                             ">=": order(v) >= limit}[operator]]

    def matches(self, tests, value_of):
        """Do the values of something (a function of the key) satisfy all tests? No value satisfies none."""
        return all(value_of(test[0]) in self.satisfied(test) for test in tests)
