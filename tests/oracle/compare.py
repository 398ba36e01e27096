#!/usr/bin/env python3
"""compare.py - whether two or three answers to "who can read what" agree, cell by cell.

Usage: compare.py [--env NAME] [--rows LABEL=MODULE.py] LABEL=FILE LABEL=FILE [LABEL=FILE]

An answer is what `meshc who --all --format json`, wire.py or the intent oracle print: one object, or a list with one for each
environment. Principals are matched by their ARN, tables by catalog, database and name. One line for each difference; the last
line counts cells (principal, table, column, row) and differences. Exit 0, 1 where they differ, 2 for wrong usage.

Rows: each side's row filters are evaluated by its own evaluator (rows_wire.py unless --rows names another module with
evaluate(text, row)), on rows made of the constants of all filters of a table and of what lies beside each.

A principal that one side does not know is, there, a stranger of its account. What no template makes is unknown to the wire: of
such a table it is asked only about the columns that it names, and not about ways past Lake Formation.
"""

import collections
import importlib.util
import itertools
import json
import os
import random
import sys
from fractions import Fraction

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import rows_wire  # noqa: E402
from wire_read import canonical  # noqa: E402

ALL = "all"
MOST_ROWS = 2000
SIMPLE = (("databases", ("catalog", "database")), ("links", ("catalog", "database")), ("locations", ("location",)), ("catalog", ("catalog",)))


# ---- one answer -------------------------------------------------------------------------------------


class Thing:
    """What one principal has on one thing, in one form: what is held, what more is reached, what may be passed on."""

    def __init__(self, given=None):
        given = given or {}
        self.held, self.grantable = set(given.get("permissions", [])), set(given.get("grantable", []))
        self.reach = set(given.get("reach", []))
        self.yes, self.more = {}, {}  # column -> set of filters, or {ALL}
        for part in given.get("select", []):
            where = self.yes if part["how"] == "yes" else self.more
            for column in part["columns"]:
                where.setdefault(column, set()).update([ALL] if part["rows"] == ALL else part["rows"])
        if "select" in self.reach and not self.more:
            self.more = {"*": {ALL}}
        self.settle()

    def settle(self):
        if self.yes:
            self.held.add("describe")
        if self.more:
            self.reach.add("describe")
        self.reach -= self.held | {"select"}
        self.held.discard("select")

    def copy(self):
        other = Thing()
        other.held, other.grantable, other.reach = set(self.held), set(self.grantable), set(self.reach)
        other.yes, other.more = dict(self.yes), dict(self.more)
        return other

    def reach_too(self, other):
        """With what a stranger of the same account reaches."""
        for column, rows in itertools.chain(other.yes.items(), other.more.items()):
            self.more[column] = self.more.get(column, set()) | rows
        self.reach |= other.reach | other.held
        self.settle()

    def rows(self, columns, column, more):
        """The filters by which a column is seen; a name "*" stands for those that are not named."""
        found = set()
        for where in (self.yes, self.more) if more else (self.yes,):
            star = where.get("*", set())
            found |= where[column] if column in where else star
        return found

    def filters(self):
        return {text for rows in list(self.yes.values()) + list(self.more.values()) for text in rows} - {ALL}


class Side:
    def __init__(self, label, answer, evaluator=rows_wire):
        self.label, self.answer, self.evaluator = label, answer, evaluator
        self.accounts, self.names = {}, {}
        for one in answer["principals"]:
            key = canonical(one["arn"]) if one.get("arn") else one["name"]
            self.accounts[key], self.names[(one["name"], one["kind"])] = one["account"], key
        self.kinds = {self.names[one["name"], one["kind"]]: one["kind"] for one in answer["principals"]}
        self.tables, self.columns = collections.defaultdict(dict), {}
        self.things = collections.defaultdict(dict)  # (what, key...) -> {principal: Thing}
        for one in answer["access"]:
            self.read(self.names.get((one["principal"], one["kind"]), one["principal"]), one)
        self.made = {(one["catalog"], one["database"], one["table"]) for one in answer["types"]} if "types" in answer else None

    def read(self, who, one):
        for table in one["tables"]:
            key = table["catalog"], table["database"], table["table"]
            self.tables[key][who] = Thing(table)
            listed = self.columns.setdefault(key, [])
            listed += [name for part in table["select"] for name in part["columns"] if name not in listed]
        for what, names in SIMPLE:
            for thing in one.get(what, []):
                key = (what,) + tuple(thing[name].rstrip("/") if name == "location" else thing[name] for name in names)
                self.things[key][who] = Thing(thing)
        for thing in one.get("tags", []):
            for value in thing["values"]:
                self.things["tags", thing["catalog"], thing["key"], value][who] = Thing(thing)

    def stranger(self, account, of_account=True):
        for name in (("stranger of %s" % account,) if of_account else ()) + ("stranger of *",):
            if name in self.accounts:
                return name
        return None

    def of(self, listed, who, account):
        """What a principal has among {principal: Thing}; one that is not known is a stranger of its account, and an account that
        is not known is granted nothing."""
        if who not in self.accounts:
            found = listed.get(self.stranger(account, who != account))
            return found.copy() if found else Thing()
        found = listed[who].copy() if who in listed else Thing()
        if self.accounts[who] is None and account is not None and self.stranger(account) in listed:
            found.reach_too(listed[self.stranger(account)])
        return found

    def table(self, key):
        """The right ones of a table; for one that the wire does not know, those of any table of its database."""
        if key in self.tables or self.made is None or key in self.made:
            return self.tables.get(key, {})
        return self.tables.get(key[:2] + ("*",), {})


# ---- rows -------------------------------------------------------------------------------------------


def beside(operator, value):
    """A constant, and what lies on both sides of it."""
    if isinstance(value, bool) or value is None:
        return [True, False] if isinstance(value, bool) else []
    if operator == "like":
        plain = [value.replace("%", run).replace("_", "q") for run in ("", "zz")]
        return plain + ["~" + plain[0], plain[0] + "~", plain[0].swapcase()]
    if isinstance(value, str):
        return [value, value + "~", value[:-1], value.swapcase()]
    return [Fraction(value), Fraction(value) + 1, Fraction(value) - 1]


def sample_rows(filters):
    """Rows that tell filters apart: every combination of values where there are few, else each value alone and some of them."""
    values = collections.defaultdict(list)
    for text in sorted(filters):
        for column in rows_wire.columns(text):
            values[column].append(None)
        for column, operator, value in rows_wire.constants(text):
            values[column] += beside(operator, value)
    columns = sorted(values)
    choices = [list(dict.fromkeys(values[column])) for column in columns]
    choices = [listed if listed != [None] else [None, "something"] for listed in choices]  # asked only whether it is NULL
    size = 1
    for listed in choices:
        size *= len(listed)
    if size <= MOST_ROWS:
        found = itertools.product(*choices)
    else:
        chance = random.Random(" ".join(sorted(filters)))
        found = [tuple(chance.choice(listed) for listed in choices) for _ in range(MOST_ROWS)]
    return [dict(zip(columns, row)) for row in found]


class Rows:
    """The sample rows of one table, with the rows that each side's filters show as sets of places."""

    def __init__(self, filters):
        self.rows = sample_rows(filters)
        self.every = frozenset(range(len(self.rows)))
        self.seen = {}

    def shown(self, evaluator, filters):
        found = frozenset()
        for text in filters:
            if text == ALL:
                return self.every
            if (id(evaluator), text) not in self.seen:
                self.seen[id(evaluator), text] = frozenset(n for n, row in enumerate(self.rows) if evaluator.evaluate(text, row) is True)
            found |= self.seen[id(evaluator), text]
        return found


# ---- comparison -------------------------------------------------------------------------------------


class Comparison:
    def __init__(self, one, other):
        self.one, self.other = one, other
        self.lines, self.cells, self.not_judged = [], 0, 0
        self.principals = {}
        for side in (one, other):
            for name, account in side.accounts.items():
                if self.principals.get(name) is None and not name.endswith(" of *"):
                    self.principals[name] = account
        self.known = [side.made for side in (one, other) if side.made is not None]

    def say(self, who, what, first, second):
        self.lines.append("%s: %s: %s %s, %s %s" % (who, what, self.one.label, first, self.other.label, second))

    def run(self):
        for key in sorted(key for key in set(self.one.tables) | set(self.other.tables) if key[2] != "*" or len(self.known) == 2):
            self.table(key)
        told = [any("links" in one for one in side.answer["access"]) for side in (self.one, self.other)]
        for key in sorted(key for key in set(self.one.things) | set(self.other.things) if key[0] != "links" or all(told)):
            for who, account in sorted(self.principals.items()):
                self.words(who, " ".join(key), *[side.of(side.things.get(key, {}), who, account) for side in (self.one, self.other)])
        self.promises()
        if all("open" in side.answer for side in (self.one, self.other)):
            left, right = ({".".join((one["catalog"], one["database"], one["table"], one["why"])) for one in side.answer["open"]} for side in (self.one, self.other))
            if left != right:
                self.say("everybody", "open", ",".join(sorted(left - right)) or "nothing more", ",".join(sorted(right - left)) or "nothing more")
        return self

    def table(self, key):
        sides = self.one.table(key), self.other.table(key)
        unknown = any(key not in made for made in self.known)
        columns = list(dict.fromkeys(name for side in (self.one, self.other) for name in side.columns.get(key, []) if name != "*")) or ["*"]
        rows = Rows({text for listed in sides for thing in listed.values() for text in thing.filters()})
        for who, account in sorted(self.principals.items()):
            first, second = (side.of(listed, who, account) for side, listed in zip((self.one, self.other), sides))
            what = "table " + ".".join(key)
            self.select(who, what, columns, rows, first, second, unknown)
            self.words(who, what, first, second, unknown)

    def select(self, who, what, columns, rows, first, second, unknown):
        found = collections.defaultdict(list)
        for column in columns:
            for more in (False, True):
                sets = [rows.shown(side.evaluator, thing.rows(columns, column, more)) for side, thing in ((self.one, first), (self.other, second))]
                self.cells += len(rows.every)
                if sets[0] == sets[1]:
                    continue
                if unknown and self.is_wires_part(sets) and (more or (first if self.one.made is not None else second).yes):
                    self.not_judged += 1  # a way through S3, or a partition key, of what no template makes
                    continue
                found[(more,) + tuple(sets)].append(column)
        told = set()
        for (more, left, right), listed in found.items():
            if more and ((False, left, right) in found and found[False, left, right] == listed):
                continue  # said already of what is held
            row = min(left ^ right)
            words = ["every row" if one == rows.every else "no row" if not one else "%d of %d rows" % (len(one), len(rows.every)) for one in (left, right)]
            example = "" if {left, right} == {rows.every, frozenset()} else " (say %s)" % ", ".join("%s=%s" % (name, value) for name, value in rows.rows[row].items())
            text = "%s select %s%s" % ("reaches" if more else "holds", ",".join(listed), example)
            if text not in told:
                told.add(text)
                self.say(who, what + " " + text, words[0], words[1])

    def is_wires_part(self, sets):
        """Whether the wire, which does not know this table, sees less than the other side."""
        return sets[0] <= sets[1] if self.one.made is not None else sets[1] <= sets[0]

    def words(self, who, what, first, second, unknown=False):
        pairs = [("holds", first.held, second.held), ("may pass on", first.grantable, second.grantable)]
        if not unknown:
            pairs.append(("reaches", first.held | first.reach, second.held | second.reach))
        for verb, left, right in pairs:
            if left != right and not (verb == "reaches" and first.held ^ second.held == left ^ right):
                self.say(who, "%s %s" % (what, verb), ",".join(sorted(left - right)) or "nothing more", ",".join(sorted(right - left)) or "nothing more")

    def promises(self):
        """Forbids and requests, where both sides tell them."""
        for word, parts in (("forbids", ("verdict", "broken_by", "passed_on_by")), ("requests", ("for", "target", "answered"))):
            if word not in self.one.answer or word not in self.other.answer:
                continue
            lists = [sorted(side.answer[word], key=lambda given: given.get("source") or "") for side in (self.one, self.other)]
            if len(lists[0]) != len(lists[1]):
                self.say("mesh", word, str(len(lists[0])), str(len(lists[1])))
            for left, right in zip(*lists):
                for part in parts:
                    values = [sorted(given.get(part) or []) if part in ("broken_by", "passed_on_by", "for") else given.get(part) for given in (left, right)]
                    if values[0] != values[1]:
                        self.say("%s %s" % (word[:-1], left.get("source")), part, json.dumps(values[0]), json.dumps(values[1]))


def differences(sides):
    """Every pair of sides compared -> (lines, cells, what the wire could not judge)."""
    lines, cells, not_judged = [], 0, 0
    for side in sides:
        lines += ["%s: illegal: %s" % (side.label, text) for text in side.answer.get("illegal", [])]
    for one, other in itertools.combinations(sides, 2):
        told = Comparison(one, other).run()
        lines += told.lines
        cells += told.cells
        not_judged += told.not_judged
    return lines, cells, not_judged


# ---- the command ------------------------------------------------------------------------------------


def module(path):
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def one_environment(label, answer, wanted):
    if isinstance(answer, dict):
        return answer
    found = [one for one in answer if wanted is None or one["environment"] == wanted]
    if len(found) != 1:
        raise SystemExit("compare: %s has %d environments%s: --env NAME chooses one" % (label, len(found), " " + wanted if wanted else ""))
    return found[0]


def main(arguments):
    wanted, evaluators, files = None, {}, []
    while arguments:
        word = arguments.pop(0)
        if word == "--env" and arguments:
            wanted = arguments.pop(0)
        elif word == "--rows" and arguments and "=" in arguments[0]:
            label, path = arguments.pop(0).split("=", 1)
            evaluators[label] = module(path)
        elif "=" in word and not word.startswith("-"):
            files.append(word.split("=", 1))
        else:
            files = []
            break
    if not 2 <= len(files) <= 3:
        print(__doc__, end="", file=sys.stderr)
        return 2
    sides = [Side(label, one_environment(label, json.load(open(path)), wanted), evaluators.get(label, rows_wire)) for label, path in files]
    lines, cells, not_judged = differences(sides)
    for line in lines:
        print(line)
    print("%d cells compared, %d differences, %d columns of what no template makes left out" % (cells, len(lines), not_judged))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
