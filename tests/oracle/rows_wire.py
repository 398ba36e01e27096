"""rows_wire.py - row filters as Lake Formation reads them: its subset of PartiQL, parsed and evaluated in three values.

The language is that of "PartiQL support in row filter expressions" of the Lake Formation developer guide: a column (a field
of a struct by dots) against constants with = < > <= >= <> != BETWEEN IN LIKE NOT and IS [NOT] NULL, joined by AND, OR and
parentheses; strings in single quotes, names that are keywords in double quotes. What is NULL is neither true nor false, and
a row is seen where its filter is true.

An evaluator for compare.py is a module with columns(text), constants(text) and evaluate(text, row).
"""

import functools
import re
from decimal import Decimal
from fractions import Fraction


class Unreadable(Exception):
    """Why a text is no row filter."""


TOKEN = re.compile(r"""\s*(?:
      (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<string>'(?:[^']|'')*')
    | (?P<name>(?:[A-Za-z_]\w*|"(?:[^"]|"")+")(?:\s*\.\s*(?:[A-Za-z_]\w*|"(?:[^"]|"")+"))*)
    | (?P<sign><>|!=|<=|>=|[=<>(),])
    )""", re.X)
WORDS = {"and", "or", "not", "in", "like", "between", "is", "null", "true", "false", "escape", "date", "timestamp"}
RESERVED = {"ctid", "oid", "xmin", "cmin", "xmax", "cmax", "tableoid", "insertxid", "deletexid", "importoid", "redcatuniqueid"}


def tokens(text):
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if not match:
            raise Unreadable("cannot be read at %r" % text[at:at + 20].strip())
        kind, value = match.lastgroup, match.group(match.lastgroup)
        if kind == "name" and value.lower() in WORDS:
            kind, value = "word", value.lower()
        elif kind == "name":
            parts = re.findall(r'"(?:[^"]|"")+"|\w+', value)
            value = ".".join(part[1:-1].replace('""', '"') if part[0] == '"' else part for part in parts).lower()
        elif kind == "string":
            value = value[1:-1].replace("''", "'")
        elif kind == "number":
            value = Decimal(value)
        found.append((kind, value))
        at = match.end()
    return found + [("end", None)]


class Reader:
    """Turns tokens into nested tuples: (op, column, constants...) below ("and", a, b), ("or", a, b) and ("not", a)."""

    def __init__(self, text):
        self.tokens, self.at = tokens(text), 0

    def peek(self):
        return self.tokens[self.at]

    def take(self, *wanted):
        if self.peek() in wanted:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def need(self, kind, value=None):
        token = self.peek()
        if token[0] != kind or value not in (None, token[1]):
            raise Unreadable("%s was expected where %r stands" % (value or kind, token[1]))
        self.at += 1
        return token[1]

    def whole(self):
        tree = self.either()
        self.need("end")
        return tree

    def either(self):
        tree = self.both()
        while self.take(("word", "or")):
            tree = ("or", tree, self.both())
        return tree

    def both(self):
        tree = self.one()
        while self.take(("word", "and")):
            tree = ("and", tree, self.one())
        return tree

    def one(self):
        if self.take(("word", "not")):
            return ("not", self.one())
        if self.take(("sign", "(")):
            tree = self.either()
            self.need("sign", ")")
            return tree
        if self.take(("word", "true")):
            return ("all",)
        return self.simple()

    def simple(self):
        column = self.need("name")
        if self.take(("word", "is")):
            negated = self.take(("word", "not"))
            self.need("word", "null")
            return ("not", ("null", column)) if negated else ("null", column)
        negated = self.take(("word", "not"))
        tree = self.listed(column)
        if tree is None and not negated:
            sign = self.need("sign")
            if sign in "(),":
                raise Unreadable("an operator was expected after %s" % column)
            tree = ({"!=": "<>"}.get(sign, sign), column, self.constant())
        if tree is None:
            raise Unreadable("IN, LIKE or BETWEEN was expected after NOT")
        return ("not", tree) if negated else tree

    def listed(self, column):
        if self.take(("word", "in")):
            self.need("sign", "(")
            values = [self.constant()]
            while self.take(("sign", ",")):
                values.append(self.constant())
            self.need("sign", ")")
            return ("in", column) + tuple(values)
        if self.take(("word", "between")):
            low = self.constant()
            self.need("word", "and")
            return ("between", column, low, self.constant())
        if self.take(("word", "like")):
            pattern = self.need("string")
            escape = self.need("string") if self.take(("word", "escape")) else None
            return ("like", column, pattern, escape)
        return None

    def constant(self):
        kind, value = self.peek()
        if kind in ("number", "string"):
            self.at += 1
            return value
        if kind == "word" and value in ("true", "false"):
            self.at += 1
            return value == "true"
        if kind == "word" and value in ("date", "timestamp"):
            self.at += 1
            return self.need("string")
        raise Unreadable("a constant was expected where %r stands: columns are compared with constants alone" % (value,))


@functools.lru_cache(maxsize=None)
def parse(text):
    return Reader(text).whole()


def leaves(tree):
    if tree[0] in ("and", "or", "not"):
        return [leaf for part in tree[1:] for leaf in leaves(part)]
    return [] if tree[0] == "all" else [tree]


def columns(text):
    return sorted({leaf[1] for leaf in leaves(parse(text))})


def constants(text):
    """What each column is compared with: [(column, operator, value)]."""
    found = []
    for leaf in leaves(parse(text)):
        values = leaf[2:3] if leaf[0] == "like" else leaf[2:]
        found += [(leaf[1], leaf[0], value) for value in values]
        if not values:
            found.append((leaf[1], leaf[0], None))
    return found


# ---- evaluation ----------------------------------------------------------------------------------


def comparable(value, constant):
    """Both as one kind, or None where they cannot be compared."""
    if isinstance(value, bool) or isinstance(constant, bool):
        return (value, constant) if isinstance(value, bool) and isinstance(constant, bool) else None
    if isinstance(value, str) and isinstance(constant, str):
        return value, constant
    if isinstance(value, str) or isinstance(constant, str):
        return None
    return number(value), number(constant)


def number(value):
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def order(value, constant):
    pair = comparable(value, constant)
    if pair is None:
        return None
    return (pair[0] > pair[1]) - (pair[0] < pair[1])


SIGNS = {"=": lambda o: o == 0, "<>": lambda o: o != 0, "<": lambda o: o < 0, ">": lambda o: o > 0, "<=": lambda o: o <= 0, ">=": lambda o: o >= 0}


def like(value, pattern, escape):
    parts, at = [], 0
    while at < len(pattern):
        letter = pattern[at]
        if escape and letter == escape and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        else:
            parts.append({"%": ".*", "_": "."}.get(letter, re.escape(letter)))
        at += 1
    return re.fullmatch("".join(parts), value, re.S) is not None


def both(left, right):
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def opposite(value):
    return None if value is None else not value


def judge(tree, row):
    op = tree[0]
    if op == "all":
        return True
    if op == "not":
        return opposite(judge(tree[1], row))
    if op == "and":
        return both(judge(tree[1], row), judge(tree[2], row))
    if op == "or":
        return opposite(both(opposite(judge(tree[1], row)), opposite(judge(tree[2], row))))
    value = row.get(tree[1])
    if op == "null":
        return value is None
    if value is None:
        return None
    if op == "like":
        return like(value, tree[2], tree[3]) if isinstance(value, str) else None
    found = [order(value, constant) for constant in tree[2:]]
    if op == "in":
        return True if 0 in found else None if None in found else False
    if None in found:
        return None
    if op == "between":
        return found[0] >= 0 and found[1] <= 0
    return SIGNS[op](found[0])


def evaluate(text, row):
    """True, False or None for a row {column or column.field: value}; only True shows it."""
    return judge(parse(text), row)


# ---- what Lake Formation refuses ------------------------------------------------------------------

KINDS = [(r"(string|char|varchar)\b", str), (r"(tinyint|smallint|int|integer|bigint|long|float|double|decimal|real)\b", Decimal), (r"boolean\b", bool)]
DATES = re.compile(r"(date|timestamp)\b")


def fields(kind):
    """The fields of struct<a:int,b:struct<...>> -> {name: type}; None for anything else."""
    match = re.fullmatch(r"struct<(.*)>", kind, re.S | re.I)
    if not match:
        return None
    parts, depth, start, text = {}, 0, 0, match.group(1) + ","
    for at, letter in enumerate(text):
        depth += (letter in "<(") - (letter in ">)")
        if letter == "," and depth == 0:
            name, _, inner = text[start:at].partition(":")
            parts[name.strip().lower()] = inner.strip()
            start = at + 1
    return parts


def type_of(path, types):
    """The type of a column or of a field in it, or None."""
    head, *rest = path.split(".")
    kind = types.get(head)
    for name in rest:
        kind = (fields(kind) or {}).get(name) if kind is not None else None
    return kind


def troubles(text, types, partition_keys):
    """Why Lake Formation would refuse a filter on a table with these columns {name: type}: [text]; and what is in doubt."""
    try:
        tree = parse(text)
    except Unreadable as error:
        return ["%r: %s" % (text, error)], []
    found, doubts = [], []
    if len(text) >= 2048:
        found.append("a filter of %d characters" % len(text))
    for leaf in leaves(tree):
        path, head = leaf[1], leaf[1].split(".")[0]
        if head in RESERVED:
            found.append("%s is a reserved name" % head)
        kind = type_of(path, types)
        if kind is None:
            found.append("there is no column %s" % path)
            continue
        if leaf[0] == "null" and head in partition_keys:
            found.append("IS NULL on the partition key %s" % path)
        wanted = next((python for pattern, python in KINDS if re.match(pattern, kind, re.I)), None)
        if wanted is None and DATES.match(kind):
            doubts.append("%s is a %s, which the guide does not list" % (path, kind))
            wanted = str
        if wanted is None:
            found.append("%s is of type %s" % (path, kind))
            continue
        given = [Decimal if isinstance(value, Decimal) else type(value) for value in (leaf[2:3] if leaf[0] == "like" else leaf[2:])]
        if any(one is not wanted for one in given):
            found.append("%s of type %s against a constant of another type" % (path, kind))
        if leaf[0] == "like" and wanted is not str:
            found.append("LIKE on %s of type %s" % (path, kind))
    return found, doubts
