"""A plain mesh as text: declarations, attributes, statements and files in an order of the seed, words written now one way, now
another. Says where each statement stands, for answers name it by its place."""
import pathlib
import random
import shutil

import rows


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Printer:
    def __init__(self, mesh, seed):
        self.mesh, self.rng = mesh, random.Random(f"print-{seed}")

    # ------------------------------------------------------------ blocks

    def block(self, head, *members, ordered=False):
        """Members are texts of one or more lines; empty ones are left out."""
        members = [m for m in members if m]
        if not ordered:
            self.rng.shuffle(members)
        if not members:
            return f"{head} {{}}"
        return "\n".join([f"{head} {{"] + ["  " + line for m in members for line in m.split("\n")] + ["}"])

    def attribute(self, name, value, quote=False):
        return f"{name}: {quoted(value) if quote else value}" if value not in (None, "", [], ()) else ""

    def names(self, name, values):
        return self.attribute(name, f"[{', '.join(values)}]") if values else ""

    def tags(self, tags):
        if not tags:
            return ""
        pairs = [f"{key}: {value}" for key, value in tags.items()]
        self.rng.shuffle(pairs)
        return f"tags {{ {self.rng.choice(['  ', ', ']).join(pairs)} }}"

    # ------------------------------------------------------------ types and schemas

    def type(self, type):
        if isinstance(type, str):
            return type
        if type[0] in ("type", "schema"):
            return type[1]
        if type[0] == "struct":
            return f"struct<{', '.join(f'{name}: {self.type(t)}' for name, t in type[1])}>"
        return f"{type[0]}<{', '.join(self.type(t) for t in type[1:])}>"

    def annotations(self, tags):
        rest, found = dict(tags), []
        if "pii" in rest and self.rng.random() < 0.6:
            value = rest.pop("pii")
            found.append("@pii" if value == "direct" else f"@pii({value})")
        if rest:
            found.append(f"@tag({', '.join(f'{k}: {v}' for k, v in rest.items())})")
        return "".join(f" {a}" for a in found)

    def column(self, c):
        physical = f' @physical("{c["physical"]}")' if c["physical"] != c["name"] else ""
        return f"{c['name']}: {self.type(c['type'])}{physical}{self.annotations(c['tags'])}"

    # ------------------------------------------------------------ declarations

    def declarations(self):
        """(head of its file's order, text) of everything but the mesh and the policies."""
        m, found = self.mesh, []
        for a in m["accounts"]:
            found.append(self.block(f"account {a['name']}", f"id: {a['id']}") if a["id"] else f"account {a['name']}")
        for e in m["environments"]:
            found.append(self.environment(e))
        for p in m["principals"]:
            found.append(self.principal(p))
        for t in m["tags"]:
            sign = " < " if t["ordered"] else " | "
            found.append(self.block(f"tag {t['key']}", f"values: {sign.join(t['values'])}", self.attribute("default", t["default"])))
        for t in m["types"]:
            found.append(f"type {t['name']} = {self.type(t['type'])}{self.annotations(t['tags'])}")
        for s in m["schemas"]:
            found.append(self.block(f"schema {s['name']}", *[self.column(c) for c in s["columns"]], ordered=True))
        for d in m["domains"]:
            found.append(self.domain(d))
        for p in m["products"]:
            found.append(self.product(p))
        for f in m["functions"]:
            found.append(self.block(f"function {f['path']}", 'code: "s3://acme-code/clean.zip"', 'handler: "main.handler"', 'runtime: "python3.13"',
                                    self.attribute("role", f["role"])))
        for w in m["warehouses"]:
            found.append(self.block(f"warehouse {w['path']}", self.names("domains", w["domains"]), self.attribute("role", w["role"])))
        for p in m["pipelines"]:
            found.append(self.block(f"pipeline {p['path']}", self.names("produces", p["produces"]), self.attribute("role", p["role"]), self.steps(p["steps"])))
        return found

    def environment(self, e):
        inner = "  ".join(f"{k}: {v}" for k, v in e["accounts"].items())
        buckets = "  ".join(f"{k}: {quoted(v)}" for k, v in e["buckets"].items())
        return self.block(f"environment {e['name']}", "region: eu-west-1", self.attribute("account", e["account"]), self.attribute("suffix", e["suffix"]),
                          f"accounts {{ {inner} }}" if inner else "", f"buckets {{ {buckets} }}" if buckets else "")

    def principal(self, p):
        if p["kind"] == "team":
            return self.block(f"team {p['path']}", self.names("members", p["members"]))
        inner = [self.attribute("name", p["aws"], True), self.attribute("arn", p["arn"], True), self.attribute("account", p["account"]),
                 "create: true" if p["create"] else "", 'trusts: ["glue.amazonaws.com"]' if p["create"] else ""]
        head = f"{p['kind']} {p['path']}"
        return self.block(head, *inner) if any(inner) else head

    def domain(self, d):
        storage = ""
        if d["made"] is not None:
            storage = self.block("storage", self.attribute("bucket", d["made"], True), "hybrid: true" if d["hybrid"] else "")
        return self.block(f"domain {d['name']}", self.attribute("account", d["account"]), self.attribute("catalog", d["catalog"]),
                          self.attribute("database", d["database"], True), self.attribute("bucket", d["bucket"], True), storage, self.tags(d["tags"]))

    def table(self, o, path):
        """The attributes of one table."""
        crawl = "" if o["crawl"] is None else self.block("crawl", "schedule: every(1h)", self.attribute("role", o["crawl"].get("role")))
        checked = {step[1] for p in self.mesh["pipelines"] for step in p["steps"] if step[0] == "check"}
        quality = ""
        if o["scheduled_quality"] or {path, path.rsplit(".", 1)[0]} & checked:
            quality = self.block("quality", "schedule: every(1d)" if o["scheduled_quality"] else "", "expect row_count() > 0")
        return [f"format: {o['format']}" if o["format"] != "parquet" else "", self.names("partition", o["partition"]),
                self.attribute("location", o["location"], True), self.attribute("table", o["table"], True), crawl, quality,
                "status: proposed" if o["proposed"] else "", self.names("inputs", o["inputs"])]

    def product(self, p):
        head = f"product {p['domain']}.{p['name']}"
        own = [self.tags(p["tags"]), self.names("inputs", p["inputs"]), "shared_with: everyone" if p["shared_with"] == ["everyone"] else
               self.names("shared_with", p["shared_with"]), "status: proposed" if p["proposed"] else ""]
        if p["outputs"][0]["name"]:
            return self.block(head, *own, *[self.block(f"output {o['name']} of {o['schema']}", self.tags(o["tags"]), *self.table(o, f"{p['domain']}.{p['name']}.{o['name']}")) for o in p["outputs"]])
        o = {**p["outputs"][0], "proposed": False}
        own[0] = self.tags({**p["tags"], **o["tags"]})
        return self.block(f"{head} of {o['schema']}" if o["schema"] else head, *own, *self.table(o, f"{p['domain']}.{p['name']}"))

    def steps(self, steps):
        found = []
        for n, step in enumerate(steps):
            text = {"athena": 'athena "INSERT INTO t SELECT 1"', "check": f"check {step[-1]}", "call": f"lambda {step[-1]}",
                    "lambda": f"lambda {step[-1]}"}.get(step[0])
            if step[0] == "read":
                results = f"  results: {quoted(step[2])}" if step[2] else ""
                text = f"map over csv({quoted(step[1])}) {{{results} steps {{ inner{n}: lambda Other }} }}"
            found.append(f"step{n}: {text}")
        return self.block("steps", *found, ordered=True)

    # ------------------------------------------------------------ statements

    def target(self, target):
        kind = target["kind"]
        if kind == "product":
            if target["columns"]:
                return f"{target['path']}({', '.join(target['columns'])})"
            return f"{target['path']} except ({', '.join(target['except'])})" if target["except"] else target["path"]
        if kind in ("tagged", "databases"):
            return f"{'domains ' if kind == 'databases' else ''}tagged({', '.join(self.test(t) for t in target['tests'])})"
        if kind == "tag":
            return f"tag {target['key']}" + (f"({', '.join(target['values'])})" if target["values"] else "")
        return {"tables": f"{target.get('path')}.*", "database": f"domain {target.get('path')}", "catalog": "catalog",
                "location": f"location {quoted(target.get('place') or '')}"}[kind]

    def test(self, test):
        key, operator, values = test
        return f"{key}: {' | '.join(values)}" if operator == "=" else f"{key} {operator} {values[0]}"

    def predicate(self, p):
        """Its text as somebody would type it: keywords in any case, more brackets and blanks than needed."""
        rng = self.rng
        word = (lambda w: w.lower()) if rng.random() < 0.4 else (lambda w: w)
        blank = lambda: " " * rng.choice([1, 1, 1, 2])

        def literal(v):
            return word(rows.literal(v)) if isinstance(v, bool) else rows.literal(v)

        def inner(q, loose):
            return f"({say(q)})" if loose or rng.random() < 0.2 else say(q)

        def say(q):
            kind = q[0]
            if kind == "cmp":
                return f"{rows.name(q[1])}{blank()}{q[2]}{blank()}{literal(q[3])}"
            if kind == "not":
                return f"{word('NOT')}{blank()}{inner(q[1], q[1][0] in ('and', 'or'))}"
            if kind in ("and", "or"):
                return f"{blank()}{word(kind.upper())} ".join(inner(part, part[0] == "or" or (kind == "or" and part[0] == "and")) for part in q[1:])
            no, leaf = (f" {word('NOT')}", q[1]) if kind == "unlike" else ("", q)
            name = rows.name(leaf[1])
            if leaf[0] == "between":
                return f"{name}{no} {word('BETWEEN')} {literal(leaf[2])}{blank()}{word('AND')} {literal(leaf[3])}"
            if leaf[0] == "in":
                return f"{name}{no} {word('IN')}{blank()}({(',' + blank()).join(literal(v) for v in leaf[2])})"
            if leaf[0] == "like":
                return f"{name}{no} {word('LIKE')} {literal(leaf[2])}"
            return f"{name} {word('IS')}{no} {word('NULL')}"

        return quoted(say(p))

    def statement(self, s):
        clauses = [f"where {self.predicate(s['where'])}" if s["where"] else "", f"until {s['until']}" if s["until"] else "",
                   f"because {quoted(s['because'])}" if s["because"] else "", f"except {', '.join(s['except'])}" if s["except"] else ""]
        if s["option"]:
            clauses.append("with grant option" + ("" if s["option"] == "all" else f" ({', '.join(s['option'])})"))
        clauses = [c for c in clauses if c]
        self.rng.shuffle(clauses)
        join = "for" if s["verb"] == "request" else "to"
        head = f"{s['verb']} {', '.join(s['permissions'])} on {self.target(s['target'])} {join} {', '.join(s['to'])}"
        return head + "".join((" " if self.rng.random() < 0.8 else "\n    ") + c for c in clauses)

    # ------------------------------------------------------------ files

    def policies(self, left_out):
        """(head, statements' indexes) of blocks; the same policy may not stand twice, so each block has a name of its own."""
        groups = {}
        for n, s in enumerate(self.mesh["statements"]):
            if n not in left_out:
                groups.setdefault((s["policy"], self.rng.randint(0, 1)), []).append(n)
        found = []
        for ((name, domain), half), numbers in groups.items():
            self.rng.shuffle(numbers)
            found.append((f"policy {domain + '.' if domain else ''}{name.replace('-', '_')}{half}", numbers))
        return found

    def files(self, left_out=()):
        """{file: text} and {index of a statement: (file, its first line, its last)}."""
        names = ["mesh.mesh"] + [f"part_{n}.mesh" for n in range(self.rng.randint(0, 3))]
        parts = {name: [] for name in names}
        m = self.mesh
        head = self.block(f"mesh {m['name']}", self.attribute("region", m["region"]), self.attribute("account", m["account"]),
                          self.attribute("bucket", m["bucket"], True), self.names("admins", m["admins"]))
        parts["mesh.mesh"].append((head, []))
        for text in self.declarations():
            parts[self.rng.choice(names)].append((text, []))
        for policy, numbers in self.policies(set(left_out)):
            parts[self.rng.choice(names)].append((policy, numbers))
        texts, places = {}, {}
        for name, blocks in parts.items():
            self.rng.shuffle(blocks)
            lines = []
            for text, numbers in blocks:
                if numbers:
                    lines.append(f"{text} {{")
                    for n in numbers:
                        said = ("  " + self.statement(m["statements"][n])).split("\n")
                        places[n] = (name, len(lines) + 1, len(lines) + len(said))
                        lines += said
                    lines += ["}", ""]
                else:
                    lines += text.split("\n") + [""]
            texts[name] = "\n".join(lines) + "\n"
        return texts, places


def files(mesh, seed, left_out=()):
    return Printer(mesh, seed).files(left_out)


def write(mesh, seed, folder, left_out=()):
    """Writes the mesh into a folder; returns where its statements stand."""
    texts, places = files(mesh, seed, left_out)
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return places
