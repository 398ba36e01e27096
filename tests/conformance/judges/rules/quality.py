"""Rules for rulesets of data quality: DQDL as Glue reads it, over the columns that there are."""

import json
import re

from rules.values import name_made

#: Rules of DQDL and how many quoted parameters each takes (a number or a range).
DQDL = {
    "AggregateMatch": 2, "ColumnCorrelation": 2, "ColumnCount": 0, "ColumnDataType": 1, "ColumnExists": 1,
    "ColumnLength": 1, "ColumnNamesMatchPattern": 1, "ColumnValues": 1, "Completeness": 1, "CustomSql": 1,
    "DataFreshness": 1, "DatasetMatch": (2, 3), "DistinctValuesCount": 1, "Entropy": 1, "IsComplete": 1,
    "IsPrimaryKey": (1, 99), "IsUnique": 1, "Mean": 1, "ReferentialIntegrity": 2, "RowCount": 0,
    "RowCountMatch": 1, "SchemaMatch": 1, "StandardDeviation": 1, "Sum": 1, "UniqueValueRatio": 1, "Uniqueness": 1}
#: Rules whose first parameter is no column of the table.
NO_COLUMN = {"AggregateMatch", "ColumnCount", "ColumnNamesMatchPattern", "CustomSql", "DatasetMatch", "RowCount", "RowCountMatch", "SchemaMatch"}
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|[<>!]=|[][(){},=<>+*/-]|\s+|.')


def judge_ruleset(template, name, ruleset, catalog):
    text = ruleset.get("Ruleset")
    if not isinstance(text, str):
        yield f"{name}: no Ruleset"
        return
    if "\n" in text:
        yield f"{name}: the ruleset is not one line"
    words = [word for word in WORD.findall(text) if not word.isspace()]
    if words[:3] != ["Rules", "=", "["] or words[-1:] != ["]"]:
        yield f"{name}: {text[:40]!r} is no Rules = [ ... ]"
        return
    closing = {")": "(", "]": "[", "}": "{"}
    open_ = []
    for word in words:
        if word in closing.values():
            open_.append(word)
        elif word in closing and (not open_ or open_.pop() != closing[word]):
            yield f"{name}: {word!r} closes nothing"
            return
        elif len(word) == 1 and not re.match(r"[A-Za-z0-9,=<>+*/-]", word) and word not in "()[]{}":
            yield f"{name}: stray {word!r}"
    if open_:
        yield f"{name}: {open_[-1]!r} is not closed"
    target = ruleset.get("TargetTable", {})
    database, table = name_made(template, target.get("DatabaseName")), name_made(template, target.get("TableName"))
    columns = catalog.get(database, {}).get(table)
    if database in catalog and columns is None:
        yield f"{name}: no template makes {database}.{table}"
    depth, start = 0, True
    for index, word in enumerate(words[3:-1], 3):
        depth += (word in "([{") - (word in ")]}")
        if start and word != "(":
            if word not in DQDL:
                yield f"{name}: DQDL has no rule {word}"
            count = 0
            while words[index + 1 + count].startswith('"'):
                count += 1
            least, most = DQDL.get(word, (0, 99)) if isinstance(DQDL.get(word, (0, 99)), tuple) else (DQDL[word], DQDL[word])
            if not least <= count <= most:
                yield f"{name}: {word} of {count} parameters"
            first = words[index + 1]
            if columns is not None and word not in NO_COLUMN and first.startswith('"') and json.loads(first) not in columns:
                yield f"{name}: {word} of {first}, which is no column"
            start = False
        if (word == "," and depth == 0) or word in ("and", "or"):
            # `between 1 and 5` has an `and` that joins no rules: a rule begins with a capital.
            start = word == "," or words[index + 1][:1] == "(" or words[index + 1][:1].isupper()
