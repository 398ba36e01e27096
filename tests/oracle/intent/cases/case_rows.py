"""Predicates: canonical text, and SQL's three values."""
from rows import Number

CASES = {
    "comparison, and NULL is unknown": {
        "predicate": ("cmp", "amount", ">", 5), "text": "amount > 5",
        "rows": [({"amount": 6}, True), ({"amount": 5}, False), ({"amount": None}, None)]},
    "not of unknown is unknown": {
        "predicate": ("not", ("cmp", "region", "=", "EU")), "text": "NOT (region = 'EU')",
        "rows": [({"region": "US"}, True), ({"region": "EU"}, False), ({"region": None}, None)]},
    "false wins over unknown in and, true in or": {
        "predicate": ("or", ("and", ("cmp", "a", "=", 1), ("cmp", "b", "=", 1)), ("cmp", "c", "=", 1)), "text": "(a = 1 AND b = 1) OR c = 1",
        "rows": [({"a": None, "b": 2, "c": 2}, False), ({"a": None, "b": 1, "c": 2}, None), ({"a": None, "b": 1, "c": 1}, True)]},
    "brackets only where the tree needs them": {
        "predicate": ("and", ("cmp", "a", "=", 1), ("or", ("cmp", "b", "=", 1), ("cmp", "c", "=", 1))), "text": "a = 1 AND (b = 1 OR c = 1)",
        "rows": [({"a": 1, "b": 2, "c": 1}, True), ({"a": 2, "b": 1, "c": 1}, False)]},
    "quotes in a text are doubled": {
        "predicate": ("cmp", "name", "=", "O'Hara \"x\""), "text": "name = 'O''Hara \"x\"'",
        "rows": [({"name": "O'Hara \"x\""}, True), ({"name": "O''Hara \"x\""}, False)]},
    "like": {
        "predicate": ("like", "name", "a%_c"), "text": "name LIKE 'a%_c'",
        "rows": [({"name": "abc"}, True), ({"name": "ac"}, False), ({"name": "axxxc"}, True), ({"name": "abcd"}, False), ({"name": None}, None)]},
    "in a list": {
        "predicate": ("in", "n", [1, 3]), "text": "n IN (1, 3)", "rows": [({"n": 3}, True), ({"n": 2}, False), ({"n": None}, None)]},
    "between takes both ends": {
        "predicate": ("between", "day", "2026-01-01", "2026-12-31"), "text": "\"day\" BETWEEN '2026-01-01' AND '2026-12-31'",
        "rows": [({"day": "2026-01-01"}, True), ({"day": "2026-12-31"}, True), ({"day": "2027-12-31"}, False)]},
    "not in is unknown of NULL": {
        "predicate": ("unlike", ("in", "n", [1])), "text": "n NOT IN (1)", "rows": [({"n": 2}, True), ({"n": 1}, False), ({"n": None}, None)]},
    "decimals keep their text and compare by value": {
        "predicate": ("cmp", "price", ">=", Number("1.50")), "text": "price >= 1.50",
        "rows": [({"price": Number("1.5")}, True), ({"price": Number("1.49")}, False)]},
    "is null is never unknown": {
        "predicate": ("unlike", ("null", "a")), "text": "a IS NOT NULL", "rows": [({"a": None}, False), ({"a": 0}, True)]},
}
