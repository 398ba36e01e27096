"""Predicates over rows, kept as data: their text and their value in SQL's three-valued logic.

A predicate is a tuple:  ("cmp", column, operator, value)   ("between", column, low, high)   ("in", column, [values])
("like", column, pattern)   ("null", column)   ("unlike", one of the last four): `NOT IN` and so on   ("not", p)
("and", p, q, ...)   ("or", p, q, ...). A value is a bool, an int, a Number (a decimal, its text kept) or a str.
A row is {column: value or None}. A field of a struct is the column "address.city", in predicates and rows alike.
"""
from fractions import Fraction


class Number:
    """A decimal as it is written: equal by value, printed by its text."""

    def __init__(self, text):
        self.text, self.value = text, Fraction(text)

    def __repr__(self):
        return f"Number({self.text!r})"


def plain(value):
    """What is compared: fractions for numbers, texts and booleans as they are."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return Fraction(value)
    return value.value if isinstance(value, Number) else value


# ---------------------------------------------------------------- text

def literal(value):
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Number):
        return value.text
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


WORDS = {"day"}  # names that are words of the filters' language stand in quotes


def name(column):
    return ".".join(f'"{part}"' if part in WORDS else part for part in column.split("."))


def text(p):
    """The canonical text: keywords in upper case, one blank, brackets wherever AND, OR and NOT meet."""
    kind = p[0]
    if kind == "cmp":
        return f"{name(p[1])} {'<>' if p[2] == '!=' else p[2]} {literal(p[3])}"
    if kind == "not":
        return f"NOT ({text(p[1])})"
    if kind in ("and", "or"):
        parts = [q for part in p[1:] for q in (part[1:] if part[0] == kind else [part])]
        return f" {kind.upper()} ".join(f"({text(q)})" if q[0] in ("and", "or") else text(q) for q in parts)
    no, leaf = (" NOT", p[1]) if kind == "unlike" else ("", p)
    if leaf[0] == "between":
        return f"{name(leaf[1])}{no} BETWEEN {literal(leaf[2])} AND {literal(leaf[3])}"
    if leaf[0] == "in":
        return f"{name(leaf[1])}{no} IN ({', '.join(literal(v) for v in leaf[2])})"
    if leaf[0] == "like":
        return f"{name(leaf[1])}{no} LIKE {literal(leaf[2])}"
    return f"{name(leaf[1])} IS{no} NULL"


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
    if kind in ("not", "unlike"):
        return negate(evaluate(p[1], row))
    value = evaluate(p[1], row)
    for part in p[2:]:
        other = evaluate(part, row)
        value = both(value, other) if kind == "and" else negate(both(negate(value), negate(other)))
    return value


def visible(p, row):
    """A filter shows a row whose predicate is true, not unknown."""
    return evaluate(p, row) is True
