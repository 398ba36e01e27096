#!/usr/bin/env python3
"""Judge: every JSON file is well formed, has no member twice, and stands in the canonical form.

Canonical: two blanks of indentation, `"key": value`, `{}` and `[]` when empty, UTF-8 as it is,
one newline at the end. Numbers are compared as they were written.
"""

import json
import sys

from report import Report, files, once


class Number(float):
    """A number that keeps its spelling, so that re-serialising cannot change it."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __repr__(self):
        return self.text


def render(value, indent=""):
    inner = indent + "  "
    if isinstance(value, dict):
        if not value:
            return "{}"
        lines = [f"{inner}{json.dumps(k, ensure_ascii=False)}: {render(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list):
        if not value:
            return "[]"
        return "[\n" + ",\n".join(inner + render(v, inner) for v in value) + f"\n{indent}]"
    if isinstance(value, Number):
        return value.text
    return json.dumps(value, ensure_ascii=False)


def constant(word):
    raise ValueError(f"{word} is not JSON")


def judge(path):
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=once, parse_float=Number, parse_int=Number, parse_constant=constant)
    except ValueError as error:
        return [str(error)]
    wanted = render(value) + "\n"
    if text == wanted:
        return []
    have, want = text.split("\n"), wanted.split("\n")
    for number, (a, b) in enumerate(zip(have, want), 1):
        if a != b:
            return [f"not canonical at line {number}: {a!r}, canonical is {b!r}"]
    return [f"not canonical: {len(have)} lines, canonical are {len(want)}"]


say = Report("form")
for build in sys.argv[1:]:
    for path in files(build, ".json"):
        say.verdict(path, judge(path))
