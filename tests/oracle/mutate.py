#!/usr/bin/env python3
"""mutate.py - whether the oracle of the wire would notice: an emitted output is spoilt in one place, and asked about again.

Usage: mutate.py [--most N] [--verbose] FOLDER...      FOLDER: the output of one environment

Each mutation changes one thing of a template or a grants file. It is caught when wire.py refuses it, or when its answer differs
in some cell (compare.py) from that of the folder as it was. Some mutations change nothing that anybody has, since another grant
gives the same: only those must be caught of which that can be ruled out here, by the simplest of means. Prints for each kind
how many were tried, how many of these had to be caught, and how many were. Exit 1 when one was missed.
"""

import collections
import copy
import glob
import json
import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import compare  # noqa: E402
import wire  # noqa: E402
from wire_read import Unknown, as_list  # noqa: E402

STRANGER = "arn:aws:iam::%s:role/of-no-mesh"
Mutation = collections.namedtuple("Mutation", "kind text must file edits")  # edits: [(path, value)]; GONE takes away
GONE = object()


def edit(tree, path, value):
    for step in path[:-1]:
        tree = tree[step]
    if value is GONE:
        del tree[path[-1]]
    elif path[-1] == "+":
        tree.append(value)
    else:
        tree[path[-1]] = value


class Output:
    """The files of one folder, and the few questions about them that tell what must be noticed."""

    def __init__(self, folder):
        self.folder = folder
        self.grants = {name: json.load(open(name)) for name in sorted(glob.glob(os.path.join(folder, "grants", "*.json")))}
        self.stacks = {name: json.load(open(name)) for name in sorted(glob.glob(os.path.join(folder, "stacks", "*.template.json")))}
        self.base = wire.answer(folder)
        self.types = {(one["catalog"], one["database"], one["table"]): one for one in self.base["types"]}

    def entries(self, taking=False):
        """(file, path, entry) of every entry."""
        for name, file in self.grants.items():
            for root in (["batches"], ["taking", "batches"]) if taking else (["batches"],):
                batches = file.get("taking", {}).get("batches", []) if len(root) == 2 else file["batches"]
                for b, batch in enumerate(batches):
                    for e, entry in enumerate(batch["Entries"]):
                        yield name, root + [b, "Entries", e], entry

    def others(self, entry):
        """The other entries of the same principal."""
        who = entry["Principal"]["DataLakePrincipalIdentifier"]
        return [other for _, _, other in self.entries(True) if other is not entry and other["Principal"]["DataLakePrincipalIdentifier"] == who]

    def alone(self, entry, database=None):
        """Whether nothing else gives its principal rights on tables (of a database)."""
        for other in self.others(entry):
            (kind, given), = other["Resource"].items()
            if kind in ("Table", "TableWithColumns", "DataCellsFilter") and database in (None, given["DatabaseName"]):
                return False
            if kind == "LFTagPolicy":
                return False
        return True

    def sees(self, who, key, column):
        """How a principal sees a column, by the answer of the folder as it is."""
        who = compare.canonical(who)
        return [(part["how"], part["rows"]) for one in self.base["access"] if one["principal"] == who for table in one["tables"]
                if (table["catalog"], table["database"], table["table"]) == key for part in table["select"] if column in part["columns"]]

    def values(self, file):
        """The tags of a grants file by place: (database[, table[, column]]) -> {key: value}."""
        found = collections.defaultdict(dict)
        for one in file.get("associations", []):
            (kind, given), = one["resource"].items()
            places = {"Database": [(given.get("Name"),)], "Table": [(given.get("DatabaseName"), given.get("Name"))]}.get(kind)
            for place in places or [(given["DatabaseName"], given["Name"], column) for column in given["ColumnNames"]]:
                found[place].update((tag["key"], tag["value"]) for tag in one["tags"])
        return found

    def matched(self, file, expression):
        """The data columns that satisfy an expression."""
        values, own = self.values(file), self.catalog(file)
        found = set()
        for key, one in self.types.items():
            for column in one["columns"] if key[0] == own else []:
                place = key[1:] + (column,)
                at = [next((values[place[:n]][part["TagKey"]] for n in (3, 2, 1) if part["TagKey"] in values.get(place[:n], {})), None) for part in expression]
                if all(value in part["TagValues"] for value, part in zip(at, expression)):
                    found.add(place)
        return found

    @staticmethod
    def catalog(file):
        return file["account"]

    def policies(self, file_name):
        """The expressions over tables of a file that alone give their principal SELECT: (entry, expression)."""
        for name, _, entry in self.entries():
            policy = entry["Resource"].get("LFTagPolicy")
            if name == file_name and policy and policy["ResourceType"] == "TABLE" and "Expression" in policy and {"SELECT", "ALL"} & set(entry["Permissions"]) and self.alone(entry):
                yield entry, policy["Expression"]

    def changes_matches(self, file_name, path, value):
        """Whether another association changes what some principal's only expression matches."""
        changed = copy.deepcopy(self.grants[file_name])
        edit(changed, path, value)
        return any(self.matched(self.grants[file_name], expression) != self.matched(changed, expression) for _, expression in self.policies(file_name))

    def is_hybrid(self, given):
        return any(given["DatabaseInput"]["Name"] in file.get("hybrid", {}).get("databases", []) for file in self.grants.values())

    def databases(self):
        for name, stack in self.stacks.items():
            for logical, resource in stack["Resources"].items():
                if resource["Type"] == "AWS::Glue::Database" and "TargetDatabase" not in resource["Properties"]["DatabaseInput"]:
                    yield name, logical, resource["Properties"]


# ---- the kinds --------------------------------------------------------------------------------------


def of_associations(output):
    for name, file in output.grants.items():
        known = {tag["key"]: tag["values"] for tag in file.get("tags", [])}
        for n, one in enumerate(file.get("associations", [])):
            kind = "default association dropped" if "Database" in one["resource"] else "association dropped"
            for t, tag in enumerate(one["tags"]):
                path = ["associations", n, "tags", t]
                yield Mutation(kind, "%s %s" % (one["id"], tag["key"]), output.changes_matches(name, path, GONE), name, [(path, GONE)])
                for value in known.get(tag["key"], []):
                    if value != tag["value"]:
                        must = output.changes_matches(name, path + ["value"], value)
                        yield Mutation("tag value swapped", "%s %s=%s" % (one["id"], tag["key"], value), must, name, [(path + ["value"], value)])


def of_expressions(output):
    for name, path, entry in output.entries():
        policy = entry["Resource"].get("LFTagPolicy", {})
        known = {tag["key"]: tag["values"] for tag in output.grants[name].get("tags", [])}
        for n, part in enumerate(policy.get("Expression", [])):
            where = path + ["Resource", "LFTagPolicy", "Expression", n, "TagValues"]
            ways = [("value list widened", part["TagValues"] + [value]) for value in known.get(part["TagKey"], []) if value not in part["TagValues"] + ["*"]]
            ways += [("value list narrowed", [other for other in part["TagValues"] if other != value]) for value in part["TagValues"] if len(part["TagValues"]) > 1]
            for kind, values in ways:
                changed = copy.deepcopy(policy["Expression"])
                changed[n]["TagValues"] = values
                alone = any(other is entry for other, _ in output.policies(name))
                must = alone and output.matched(output.grants[name], policy["Expression"]) != output.matched(output.grants[name], changed)
                yield Mutation(kind, "%s %s" % (entry["Id"], part["TagKey"]), must, name, [(where, values)])


def of_columns(output):
    for name, path, entry in output.entries(True):
        given = entry["Resource"].get("TableWithColumns")
        if not given:
            continue
        key = given["CatalogId"].replace("${AWS::AccountId}", "self"), given["DatabaseName"], given["Name"]
        known = list(output.types.get(key, {}).get("columns", []))
        alone = output.alone(entry, given["DatabaseName"])
        more = [column for column in known if column not in given["ColumnNames"]]
        whole = {"Table": {member: value for member, value in given.items() if member != "ColumnNames"}}
        yield Mutation("column list made a wildcard", entry["Id"], alone and bool(more), name, [(path + ["Resource"], whole)])
        where = path + ["Resource", "TableWithColumns", "ColumnNames"]
        for column in more:
            yield Mutation("column added", "%s %s" % (entry["Id"], column), alone, name, [(where + ["+"], column)])
        if len(given["ColumnNames"]) > 1:
            yield Mutation("column left out", entry["Id"], alone, name, [(where + [0], GONE)])
        yield Mutation("unknown column", entry["Id"], bool(known), name, [(where + ["+"], "no_such_column")])


def shown(text, *others):
    """The sample rows that a filter shows, and all there are, made of what it and others speak of."""
    rows = compare.Rows({text, *others})
    return rows.shown(compare.rows_wire, [text]), rows.every


def of_filters(output):
    for name, file in output.grants.items():
        for n, one in enumerate(file.get("filters", [])):
            users = [entry for _, _, entry in output.entries() if entry["Resource"].get("DataCellsFilter", {}).get("Name") == one["Name"]
                     and entry["Resource"]["DataCellsFilter"]["TableName"] == one["TableName"]]
            alone = any(output.alone(entry, one["DatabaseName"]) for entry in users)
            text = one["RowFilter"].get("FilterExpression")
            if text:  # what shows no row at all opens nothing
                yield Mutation("filter without its predicate", one["Name"], alone and shown(text)[0] != shown(text)[1], name, [(["filters", n, "RowFilter"], {"AllRowsWildcard": {}})])
                other = re.sub(r"(?<![\w.'])\d+", lambda digits: str(int(digits.group()) + 1), text, count=1) if "'" not in text else text.replace("'", "'~", 1)
                if other != text:
                    yield Mutation("filter of other rows", one["Name"], alone and shown(text, other)[0] != shown(other, text)[0], name, [(["filters", n, "RowFilter", "FilterExpression"], other)])
                yield Mutation("filter that is unreadable", one["Name"], True, name, [(["filters", n, "RowFilter", "FilterExpression"], text + " AND")])
            key = file["account"], one["DatabaseName"], one["TableName"]
            listed = one.get("ColumnNames", [])
            for column in output.types.get(key, {}).get("columns", []):
                if listed and column not in listed:
                    yield Mutation("filter column added", "%s %s" % (one["Name"], column), alone and (not text or bool(shown(text)[0])), name, [(["filters", n, "ColumnNames", "+"], column)])
            if users:
                yield Mutation("filter dropped", one["Name"], True, name, [(["filters", n], GONE)])


def gives_something(output, name, entry):
    """Whether an entry by tags matches anything at all; any other gives what it says."""
    policy = entry["Resource"].get("LFTagPolicy")
    return not policy or policy["ResourceType"] == "TABLE" and bool(output.matched(output.grants[name], policy.get("Expression", [])))


def of_entries(output):
    accounts = {file["account"] for file in output.grants.values()}
    for name, path, entry in output.entries(True):
        (kind, given), = entry["Resource"].items()
        own = output.grants[name]["account"]
        who, something = entry["Principal"]["DataLakePrincipalIdentifier"], gives_something(output, name, entry)
        yield Mutation("entry dropped", entry["Id"], something and not output.others(entry), name, [(path, GONE)])
        yield Mutation("principal swapped", entry["Id"], something, name, [(path + ["Principal", "DataLakePrincipalIdentifier"], STRANGER % (own if own != "self" else "${AWS::AccountId}"))])
        if not entry["PermissionsWithGrantOption"]:
            must = something and not any(other["PermissionsWithGrantOption"] for other in output.others(entry)) and not (kind == "LFTagPolicy" and "SELECT" not in entry["Permissions"])
            yield Mutation("grant option added", entry["Id"], must, name, [(path + ["PermissionsWithGrantOption"], entry["Permissions"])])
        member = "TableCatalogId" if kind == "DataCellsFilter" else "CatalogId"
        other = sorted(accounts - {own})[0] if accounts - {own} else "999988887777"
        if member in given and given[member].replace("${AWS::AccountId}", "self") == own:
            yield Mutation("catalog id changed", entry["Id"], True, name, [(path + ["Resource", kind, member], other)])
        if kind == "Table" and not {"INSERT", "DELETE", "ALL"} & set(entry["Permissions"]):
            table = (own, given["DatabaseName"], given.get("Name"))
            must = output.alone(entry) and table in output.types
            yield Mutation("write added", entry["Id"], must, name, [(path + ["Permissions"], entry["Permissions"] + ["INSERT"])])
        if kind == "Table" and given.get("Name"):
            yield Mutation("table made all tables", entry["Id"], output.alone(entry), name, [(path + ["Resource", "Table"], {"CatalogId": given["CatalogId"], "DatabaseName": given["DatabaseName"], "TableWildcard": {}})])
        if kind == "DataLocation" and given["ResourceArn"].count("/") > 0:
            up = given["ResourceArn"].rsplit("/", 1)[0]
            yield Mutation("location one level up", entry["Id"], not any("DataLocation" in one["Resource"] for one in output.others(entry)), name, [(path + ["Resource", kind, "ResourceArn"], up)])


def of_files(output):
    for name, file in output.grants.items():
        batches = file["batches"]
        if batches and batches[0]["Entries"]:
            again = copy.deepcopy(batches[0]["Entries"][0])
            yield Mutation("entry twice", again["Id"], True, name, [(["batches", 0, "Entries", "+"], again)])
        for n, one in enumerate(file["managed"]["tables"]):
            must = (file["account"], one["database"], one["table"]) in output.types
            yield Mutation("table not managed", one["table"], must, name, [(["managed", "tables", n], GONE)])
        for n, tag in enumerate(file.get("tags", [])):
            used = any(tag["key"] in [one["key"] for one in association["tags"]] for association in file["associations"])
            yield Mutation("tag dropped", tag["key"], used, name, [(["tags", n], GONE)])


def of_templates(output):
    for name, logical, given in output.databases():
        path = ["Resources", logical, "Properties", "DatabaseInput"]
        yield Mutation("database location", logical, True, name, [(path + ["LocationUri"], "s3://bucket/prefix/")])
        yield Mutation("defaults for new tables", logical, "CreateTableDefaultPermissions" in given["DatabaseInput"] and not output.is_hybrid(given), name, [(path + ["CreateTableDefaultPermissions"], GONE)])
    for name, stack in output.stacks.items():
        for logical, resource in stack["Resources"].items():
            path = ["Resources", logical, "Properties"]
            if resource["Type"] == "AWS::IAM::Role" and "Policies" in resource["Properties"]:
                yield from of_role(output, name, path, resource["Properties"])
            if resource["Type"] == "AWS::LakeFormation::Resource":
                below = [table for table in stack["Resources"].values() if location_of(table) and covers(resource["Properties"]["ResourceArn"], location_of(table))
                         and table["Properties"]["TableInput"]["Name"] not in [one["table"] for one in output.base["open"]]]
                yield Mutation("location hybrid", logical, bool(below), name, [(path + ["HybridAccessEnabled"], not resource["Properties"].get("HybridAccessEnabled"))])
                yield Mutation("location not registered", logical, bool(below) and one_cover(stack, resource), name, [(["Resources", logical], GONE)])
            if resource["Type"] == "AWS::Glue::Table" and resource["Properties"].get("TableInput", {}).get("PartitionKeys"):
                keys = resource["Properties"]["TableInput"]["PartitionKeys"]
                columns = resource["Properties"]["TableInput"]["StorageDescriptor"]["Columns"] + keys
                key = next((key for key in output.types if key[2] == resource["Properties"]["TableInput"]["Name"]), None)
                limited = any(entry["Resource"].get("TableWithColumns", {}).get("Name") == (key or "..")[2] and output.alone(entry) for _, _, entry in output.entries())
                yield Mutation("partition key made a column", logical, limited, name, [(path + ["TableInput", "PartitionKeys"], []), (path + ["TableInput", "StorageDescriptor", "Columns"], columns)])


def location_of(resource):
    given = resource["Properties"].get("TableInput", {}).get("StorageDescriptor", {}).get("Location") if resource["Type"] == "AWS::Glue::Table" else None
    return given if isinstance(given, str) else None


def covers(arn, location):
    return isinstance(arn, str) and location[len("s3://"):].startswith(arn[len("arn:aws:s3:::"):] + "/")


def one_cover(stack, resource):
    arns = [one["Properties"]["ResourceArn"] for one in stack["Resources"].values() if one["Type"] == "AWS::LakeFormation::Resource"]
    return all(not isinstance(arn, str) or arn == resource["Properties"]["ResourceArn"] or not resource["Properties"]["ResourceArn"].startswith(arn + "/") for arn in arns)


def of_role(output, name, path, given):
    trusts = json.dumps(given.get("AssumeRolePolicyDocument", {}))
    tables = [table for stack in output.stacks.values() for table in stack["Resources"].values() if location_of(table)]
    if "lakeformation.amazonaws.com" in trusts:
        services = ["lakeformation.amazonaws.com", "glue.amazonaws.com"]
        given_to = [resource.rstrip("*") for one in given["Policies"][0]["PolicyDocument"]["Statement"] if "s3:GetObject" in one["Action"] for resource in as_list(one["Resource"]) if isinstance(resource, str)]
        seen_by_all = [one["table"] for one in output.base["open"]] + [table["table"] for one in output.base["access"] if one["kind"] == "stranger" for table in one["tables"]]
        tables = [table for table in tables if table["Properties"]["TableInput"]["Name"] not in seen_by_all and any(location_of(table).replace("s3://", "arn:aws:s3:::").startswith(place) for place in given_to)]
        yield Mutation("registration role for others", str(given.get("RoleName")), bool(tables), name, [(path + ["AssumeRolePolicyDocument", "Statement", 0, "Principal", "Service"], services)])
        return
    for table in tables:
        resource = "arn:aws:s3:::%s*" % location_of(table)[len("s3://"):]
        found = [key for key in output.types if key[2] == table["Properties"]["TableInput"]["Name"]]
        role = str(given.get("RoleName"))
        may = any(one["principal"].endswith("/" + role) and any(told["table"] == key[2] for told in one["tables"]) for one in output.base["access"] for key in found)
        statement = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": resource}
        where = path + ["Policies", 0, "PolicyDocument", "Statement", "+"]
        yield Mutation("s3:GetObject on a product", "%s %s" % (role, resource), bool(found) and not may, name, [(where, statement)])


KINDS = (of_associations, of_expressions, of_columns, of_filters, of_entries, of_files, of_templates)


# ---- trying them ------------------------------------------------------------------------------------


def caught(output, mutation, work):
    """How a mutation is noticed: "refused", "differs", or None."""
    copied = os.path.join(work, os.path.relpath(mutation.file, output.folder))
    tree = copy.deepcopy((output.grants if mutation.file in output.grants else output.stacks)[mutation.file])
    for path, value in mutation.edits:
        edit(tree, path, value)
    json.dump(tree, open(copied, "w"))
    try:
        answer = wire.answer(work)
    except (Unknown, KeyError, ValueError):
        return "refused"
    finally:
        shutil.copyfile(mutation.file, copied)
    if set(answer["illegal"]) - set(output.base["illegal"]):
        return "refused"
    return "differs" if compare.Comparison(compare.Side("before", output.base), compare.Side("after", answer)).run().lines else None


def spread(found, most):
    """At most so many of a list, from all over it."""
    return found if len(found) <= most else [found[n * len(found) // most] for n in range(most)]


def try_all(folder, most, counts, miss, verbose=False):
    """Spoils the output of one environment in each way, at most so many times each; miss((kind, text)) hears of what must be
    noticed and is not."""
    output = Output(folder)
    by_kind = collections.defaultdict(list)
    for kind in KINDS:
        for mutation in kind(output):
            by_kind[mutation.kind, mutation.must].append(mutation)
    with tempfile.TemporaryDirectory() as work:
        work = shutil.copytree(folder, os.path.join(work, "out"))
        for (kind, must), found in by_kind.items():
            for mutation in spread(found, most):
                how = caught(output, mutation, work)
                counts[kind]["tried"] += 1
                counts[kind]["must"] += must
                counts[kind]["caught"] += how is not None
                counts[kind]["refused"] += how == "refused"
                if must and how is None:
                    counts[kind]["missed"] += 1
                    miss((kind, "%s: %s" % (os.path.basename(folder), mutation.text)))
                elif verbose:
                    print("%s: %s: %s" % (how or "not noticed", kind, mutation.text))


def main(arguments):
    most, verbose, folders = 10, False, []
    while arguments:
        word = arguments.pop(0)
        if word == "--most" and arguments and arguments[0].isdigit():
            most = int(arguments.pop(0))
        elif word == "--verbose":
            verbose = True
        else:
            folders.append(word)
    if not folders or any(word.startswith("-") for word in folders):
        print(__doc__, end="", file=sys.stderr)
        return 2
    counts = collections.defaultdict(collections.Counter)
    for folder in folders:
        try_all(folder, most, counts, lambda missed, folder=folder: print("missed: %s: %s: %s" % (folder, *missed)), verbose)
    print("%-32s %6s %6s %6s %8s %6s" % ("kind", "tried", "must", "caught", "refused", "missed"))
    for kind, found in sorted(counts.items()):
        print("%-32s %6d %6d %6d %8d %6d" % (kind, found["tried"], found["must"], found["caught"], found["refused"], found["missed"]))
    total = sum(counts.values(), collections.Counter())
    print("%d kinds, %d mutations, %d caught, %d missed" % (len(counts), total["tried"], total["caught"], total["missed"]))
    return 1 if total["missed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
