#!/usr/bin/env python3
"""wire.py - who can read what, told from the emitted output of one environment alone, by AWS's rules.

Usage: wire.py FOLDER        prints one JSON object; exit 0, 1 where something is illegal, 3 where the folder cannot be read

It knows nothing of the mesh: neither its text nor meshc's code or tables. The object has the shape that `meshc who --all
--format json` gives one environment, without what the wire cannot tell (product paths, source lines, promises, requests).
A principal's name is its ARN, without its partition; "stranger of *" is anybody in an account that the folder does not name.
Table "*" is any table of a database that no template makes, with one column "*". Beside that:

  illegal   what AWS would refuse, or accept and not mean: a sound build has none
  doubtful  what the documents leave open, or what will not work as it stands
  open      tables that everybody with IAM rights can read, and why
  types     the columns of each table with their types, for sample rows
"""

import json
import sys

import wire_legal
from wire_reach import ALL_ROWS, Reach
from wire_read import Unknown, World, account_of, kind_of
from wire_s3 import S3

ORDER = ["select", "alter", "drop", "delete", "insert", "describe", "create_database", "create_table", "data_location_access",
         "create_lf_tag", "associate", "grant_with_lf_tag_expression", "create_lf_tag_expression", "create_catalog", "super_user"]


def sorted_words(words):
    return sorted(words, key=lambda word: (ORDER.index(word) if word in ORDER else len(ORDER), word))


def groups(select, columns, how):
    """Columns of equal rows together, in the order of the table."""
    found = {}
    for column in columns:
        if column in select:
            found.setdefault(select[column], []).append(column)
    return [{"columns": listed, "rows": rows if rows == ALL_ROWS else sorted(rows), "how": how} for rows, listed in found.items()]


def parts(held, reached):
    return {"permissions": sorted_words(held.words), "reach": sorted_words(reached.words - held.words), "grantable": sorted_words(held.grantable)}


def table_part(reach, key, held, reached):
    columns = reach.shapes.every(key)
    beyond = {column: rows for column, rows in reached.select.items() if held.select.get(column) not in (ALL_ROWS, rows)}
    told = {"catalog": key[0], "database": key[1], "table": key[2], "select": groups(held.select, columns, "yes") + groups(beyond, columns, "reach")}
    told.update(parts(held, reached))
    if beyond:
        told["reach"].insert(0, "select")
    if key in reach.shapes.unknown:
        told["unknown"] = True
    return told


def tag_parts(held, reached):
    """Values of one key with equal rights together."""
    found = {}
    for catalog, key, value in sorted(set(held) | set(reached)):
        told = parts(held[catalog, key, value], reached[catalog, key, value])
        found.setdefault((catalog, key, json.dumps(told)), []).append(value)
    return [dict({"tag": key, "catalog": catalog, "key": key, "values": values}, **json.loads(told)) for (catalog, key, told), values in found.items()]


def access_of(reach, name, kind, home):
    held, reached = reach.held.by[name], reach.reached[name]
    told = {"principal": name, "kind": kind, "account": home}
    keys = sorted(key for key in set(held.tables) | set(reached.tables) if held.tables[key] or reached.tables[key])
    told["tables"] = [table_part(reach, key, held.tables[key], reached.tables[key]) for key in keys]
    for word in ("databases", "links"):
        mine, theirs = getattr(held, word), getattr(reached, word)
        told[word] = [dict({"catalog": key[0], "database": key[1]}, **parts(mine[key], theirs[key])) for key in sorted(set(mine) | set(theirs))]
    told["locations"] = [dict({"location": "s3://%s/" % path}, **parts(held.locations[path], reached.locations[path])) for path in sorted(set(held.locations) | set(reached.locations))]
    told["tags"] = tag_parts(held.tags, reached.tags)
    told["catalog"] = [dict({"catalog": one}, **parts(held.catalogs[one], reached.catalogs[one])) for one in sorted(set(held.catalogs) | set(reached.catalogs))]
    return told


def answer(folder):
    world = World(folder)
    s3 = S3(world)
    reach = Reach(world, s3)
    illegal, doubtful = wire_legal.judge(world, reach)
    everybody = [(name, kind_of(name), account_of(name)) for name in sorted(reach.names)]
    everybody += [(name, "stranger", home) for name, home in reach.strangers.items()]
    access = [access_of(reach, *one) for one in everybody]
    return {
        "format": 1, "mesh": world.files[0]["mesh"], "environment": world.files[0]["environment"],
        "principals": [{"name": name, "kind": kind, "account": home, "arn": None if kind == "stranger" else name} for name, kind, home in everybody],
        "access": [one for one in access if any(one[word] for word in ("tables", "databases", "links", "locations", "tags", "catalog"))],
        "illegal": illegal, "doubtful": doubtful + ["a policy that is not known here: " + arn for arn in s3.unknown],
        "open": [{"catalog": key[0], "database": key[1], "table": key[2], "why": why} for key, why in sorted(reach.open.items())],
        "types": [{"catalog": key[0], "database": key[1], "table": key[2], "columns": {c.name: c.type for c in table.columns}, "keys": {c.name: c.type for c in table.keys}}
                  for key, table in sorted(world.tables.items())],
    }


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, end="", file=sys.stderr)
        return 2
    try:
        told = answer(arguments[0])
    except (Unknown, OSError, ValueError) as error:
        print("wire: %s" % error, file=sys.stderr)
        return 3
    json.dump(told, sys.stdout, indent=1)
    print()
    return 1 if told["illegal"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
