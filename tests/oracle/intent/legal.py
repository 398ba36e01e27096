"""What the generator leaves out because it is an error in a mesh: naive rules of access.md 3 and lake-formation.md 2.2 over
the plain data. They say what may stand beside what, not what anybody may read."""
from answer import Facts, expand
from world import World

WIDER = {"alter", "drop", "insert", "delete"}


class Judge:
    def __init__(self, mesh):
        self.mesh = mesh
        # What is only proposed is judged as if it were there.
        there = {**mesh, "products": [{**p, "proposed": False} for p in mesh["products"]]}
        self.environments = [Facts(World(there, e)) for e in mesh["environments"] or [None]]
        self.kept = {n: {} for n in range(len(self.environments))}  # (principal, table) -> what is there already
        for n, facts in enumerate(self.environments):
            self.note_derived(n, facts)

    def note_derived(self, n, facts):
        alone = Facts(facts.world)
        alone.derived()
        for principal, thing, permission in alone.held:
            if thing[0] == "table":
                self.kept[n].setdefault((principal, thing[1]), []).append(
                    {"how": "derived", "permissions": {permission, "select"}, "named": None, "until": None})

    def fits(self, s):
        """True, and the statement is kept, when it may stand beside those that are kept."""
        if s["verb"] != "grant":
            return True
        added = []
        for n, facts in enumerate(self.environments):
            if not self.alone(facts, s):
                return False
            for key, part in self.parts(facts, s):
                if not all(self.together(part, other) for other in self.kept[n].get(key, []) + [p for m, k, p in added if (m, k) == (n, key)]):
                    return False
                added.append((n, key, part))
        for n, key, _ in added:
            whole = self.kept[n].get(key, []) + [p for m, k, p in added if (m, k) == (n, key)]
            if not self.limits_agree(whole):
                return False
        for n, key, part in added:
            self.kept[n].setdefault(key, []).append(part)
        return True

    # ------------------------------------------------------------ one statement

    def alone(self, facts, s):
        w, kind = facts.world, s["target"]["kind"]
        asked = expand(s["permissions"], kind)
        for name in s["to"]:
            for member in w.members(name):
                p = w.principals[member]
                outside = p["kind"] in ("account", "organization")
                for catalog in self.catalogs(facts, s["target"]):
                    foreign = outside or p["account"] != catalog
                    if foreign and (kind in ("location", "catalog") or (kind in ("database", "databases") and "drop" in asked)
                                    or (kind == "tag" and s["option"] != "all")):
                        return False
        return True

    def catalogs(self, facts, target):
        w, kind = facts.world, target["kind"]
        if kind in ("product", "tables", "tagged"):
            return {t["catalog"] for t in facts.target_tables(target)}
        if kind in ("database", "databases"):
            return {w.catalog_of(d) for d in facts.target_domains(target)} if kind == "database" else set(w.catalogs())
        if kind == "location":
            bucket = target["place"].split("/")[2]
            return {w.catalog_of(d["name"]) for d in w.domains.values() if w.bucket_of(d) == bucket} or {w.governance}
        return {w.governance} if kind == "catalog" else set(w.catalogs())

    # ------------------------------------------------------------ one principal and one table

    def parts(self, facts, s):
        w, target = facts.world, s["target"]
        kind = target["kind"]
        if kind not in ("product", "tables", "tagged"):
            return
        asked = expand(s["permissions"], kind)
        for name in s["to"]:
            for member in sorted(w.members(name)):
                for table in facts.target_tables(target):
                    part = self.part(facts, s, member, table, asked)
                    if part:
                        yield (member, table["path"]), {**part, "named": name, "until": s["until"], "option": bool(s["option"])}

    def part(self, facts, s, member, table, asked):
        w, target = facts.world, s["target"]
        data = [n for n in w.names(table) if n not in w.keys(table)]
        if target["kind"] == "tables":
            return {"how": "wild", "permissions": asked}
        if target["kind"] == "tagged":
            if not facts.written_out(member, table):
                return None
            match = [n for n in w.names(table) if w.matches(target["tests"], lambda key: w.value(table, n, key))]
            if len(match) == len(w.names(table)):
                return {"how": "whole", "permissions": asked}
            columns = [n for n in match if n in data]
            if columns and "select" in asked:
                return {"how": "limit", "columns": set(columns), "where": None}
            return {"how": "whole", "permissions": {"describe"}} if match or w.matches(target["tests"], lambda key: w.table_value(table, key)) else None
        columns = facts.target_columns(target, table)
        if columns is None and not s["where"]:
            return {"how": "whole", "permissions": asked}
        return {"how": "limit", "columns": set(data if columns is None else [c for c in columns if c in data]), "where": s["where"]}

    def together(self, a, b):
        """May two of one principal and table stand side by side?"""
        if a["how"] != "limit" and b["how"] != "limit":
            return True
        if a["how"] == "limit" and b["how"] == "limit":
            return True  # limits_agree looks at all of them
        wide = b if a["how"] == "limit" else a
        if wide["how"] == "derived" or wide["permissions"] & WIDER or (wide["how"] == "wild" and "describe" in wide["permissions"]):
            return False
        if a["until"] or b["until"] or a.get("option") or b.get("option"):
            return False  # what may be passed on gets lost with what is left out
        return "select" not in wide["permissions"] or a["named"] != b["named"]

    def limits_agree(self, whole):
        lists = [p for p in whole if p["how"] == "limit" and not p["where"]]
        filters = [p for p in whole if p["how"] == "limit" and p["where"]]
        if len({p["option"] for p in lists + filters}) > 1:
            return False
        if lists and filters:
            listed = set().union(*[p["columns"] for p in lists])
            return all(p["columns"] <= listed for p in filters) and not any(p["until"] for p in lists + filters)
        return True
