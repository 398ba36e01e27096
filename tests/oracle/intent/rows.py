"""Predicates over rows, kept as data: their text, their value in SQL's three-valued logic, and rows that tell them apart.

A predicate is a tuple:  ("cmp", column, operator, value)   ("between", column, low, high)   ("in", column, [values])
("like", column, pattern)   ("null", column)   ("not", p)   ("and", p, q)   ("or", p, q).
A value is a bool, an int, a Number (a decimal, its text kept), a str, or a Date. A row is {column: value or None}.
The column of a struct's field is "address.city"; its row has that name too.
"""
from fractions import Fraction


class Number:
    """A decimal as it is written: equal by value, printed by its text."""

    def __init__(self, text):
        self.text, self.value = text, Fraction(text)

    def __repr__(self):
        return f"Number({self.text!r})"


class Date:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return f"Date({self.text!r})"


def plain(value):
    """What is compared: fractions for numbers, texts for the rest (ISO dates sort as texts)."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return Fraction(value)
    return value.value if isinstance(value, Number) else value.text if isinstance(value, Date) else value


# ---------------------------------------------------------------- text

def literal(value):
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Number):
        return value.text
    if isinstance(value, Date):
        return f"DATE '{value.text}'"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


RANK = {"or": 1, "and": 2, "not": 3}


def text(p):
    """The canonical text: keywords in upper case, one blank, brackets where the tree needs them and nowhere else."""
    def inner(q, least):
        return f"({text(q)})" if RANK.get(q[0], 4) < least else text(q)

    kind = p[0]
    if kind == "cmp":
        return f"{p[1]} {p[2]} {literal(p[3])}"
    if kind == "between":
        return f"{p[1]} BETWEEN {literal(p[2])} AND {literal(p[3])}"
    if kind == "in":
        return f"{p[1]} IN ({', '.join(literal(v) for v in p[2])})"
    if kind == "like":
        return f"{p[1]} LIKE {literal(p[2])}"
    if kind == "null":
        return f"{p[1]} IS NULL"
    if kind == "not":
        return f"NOT {inner(p[1], 4)}" if p[1][0] in RANK else f"NOT {text(p[1])}"
    word = {"and": "AND", "or": "OR"}[kind]
    return f"{inner(p[1], RANK[kind])} {word} {inner(p[2], RANK[kind] + 1)}"


# ---------------------------------------------------------------- value

def compare(left, operator, right):
    left, right = plain(left), plain(right)
    if left is None or right is None:
        return None
    return {"=": left == right, "<>": left != right, "!=": left != right, "<": left < right, "<=": left <= right,
            ">": left > right, ">=": left >= right}[operator]


def like(value, pattern):
    """`%` is any run, `_` any one character; by the book, one character of the pattern at a time."""
    if not pattern:
        return not value
    if pattern[0] == "%":
        return any(like(value[i:], pattern[1:]) for i in range(len(value) + 1))
    return bool(value) and pattern[0] in ("_", value[0]) and like(value[1:], pattern[1:])


def negate(value):
    return None if value is None else not value


def both(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


def evaluate(p, row):
    """True, False or None (unknown)."""
    kind = p[0]
    if kind == "cmp":
        return compare(row[p[1]], p[2], p[3])
    if kind == "between":
        return both(compare(row[p[1]], ">=", p[2]), compare(row[p[1]], "<=", p[3]))
    if kind == "in":
        found = False
        for value in p[2]:
            equal = compare(row[p[1]], "=", value)
            found = True if found or equal else None if equal is None else found
        return found
    if kind == "like":
        return None if row[p[1]] is None else like(row[p[1]], p[2])
    if kind == "null":
        return row[p[1]] is None
    if kind == "not":
        return negate(evaluate(p[1], row))
    left, right = evaluate(p[1], row), evaluate(p[2], row)
    if kind == "and":
        return both(left, right)
    return negate(both(negate(left), negate(right)))


def visible(p, row):
    """A filter shows a row whose predicate is true, not unknown."""
    return evaluate(p, row) is True


# ---------------------------------------------------------------- rows

def columns(p):
    if p[0] in ("and", "or"):
        return columns(p[1]) | columns(p[2])
    return columns(p[1]) if p[0] == "not" else {p[1]}


def constants(p, column):
    if p[0] in ("and", "or"):
        return constants(p[1], column) + constants(p[2], column)
    if p[0] == "not":
        return constants(p[1], column)
    if p[1] != column or p[0] == "null":
        return []
    return list(p[2]) if p[0] == "in" else list(p[2:]) if p[0] == "between" else [p[-1]]


def beside(value):
    """Values one off a constant."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value - 1, value + 1]
    if isinstance(value, Number):
        return [Number(str(float(value.value) - 0.5)), Number(str(float(value.value) + 0.5))]
    if isinstance(value, Date):
        year = int(value.text[:4])
        return [Date(f"{year - 1:04}{value.text[4:]}"), Date(f"{year + 1:04}{value.text[4:]}")]
    concrete = value.replace("%", "x").replace("_", "y")
    return [value + "z", concrete, concrete + "q"] if "%" in value or "_" in value else [value + "z", value[:-1]]


def samples(predicates, limit=96):
    """Rows over all columns of the predicates: every constant, its neighbours, and NULL, in every combination up to a
    limit; beyond it, evenly spread ones."""
    names = sorted(set().union(set(), *[columns(p) for p in predicates]))
    choices = []
    for name in names:
        values = {}
        for p in predicates:
            for constant in constants(p, name):
                for value in [constant] + beside(constant):
                    values.setdefault(literal(value), value)
        choices.append([None] + list(values.values()))
    total = 1
    for values in choices:
        total *= len(values)
    rows = []
    for n in range(min(total, limit)):
        place, row = n if total <= limit else n * total // limit, {}
        for name, values in zip(names, choices):
            place, i = divmod(place, len(values))
            row[name] = values[i]
        rows.append(row)
    return rows
