"""What a judge written in Python says, and how: one line a verdict, read by ../run."""

import json
import os
import sys

#: Exit status of a judge whose tool is not on this machine (the line says which).
MISSING = 77


class Report:
    """Lines of one judge. A file is `ok` until something is said against it."""

    def __init__(self, judge):
        self.judge = judge

    def ok(self, what, note=""):
        print(f"ok {self.judge} {what}{' # ' + note if note else ''}", flush=True)

    def bad(self, what, why):
        text = " ".join(str(why).split())
        print(f"not ok {self.judge} {what}: {text}", flush=True)

    def note(self, what, why):
        print(f"# {self.judge} {what}: {' '.join(str(why).split())}", flush=True)

    def skip(self, what, why):
        print(f"SKIP {self.judge} {what}: {why}", flush=True)

    def verdict(self, what, complaints):
        """One file judged: every complaint a line, or one `ok`."""
        for why in complaints:
            self.bad(what, why)
        if not complaints:
            self.ok(what)

    def missing(self, tool):
        self.skip("-", f"{tool} is not installed")
        sys.exit(MISSING)


def files(build, *patterns):
    """Files of a build folder by suffix, sorted, as paths that can be opened."""
    found = []
    for folder, folders, names in os.walk(build):
        folders.sort()
        for name in sorted(names):
            if any(name.endswith(pattern) for pattern in patterns):
                found.append(os.path.join(folder, name))
    return found


def templates(build):
    return files(build, ".template.json")


def machines(build):
    return files(build, ".asl.json")


def grants(build):
    return [p for p in files(build, ".json") if os.path.basename(os.path.dirname(p)) == "grants"]


def once(pairs):
    """For json.loads: an object none of whose members stands twice."""
    found = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"member {key[:60]!r} stands twice")
        found[key] = value
    return found


def load(path):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def walk(value, path=""):
    """Every value of a JSON tree with its path."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, f"{path}[{index}]")


def resources(template, kind=None):
    """(logical id, resource, its properties) of a template, of one type or all."""
    for name, resource in template.get("Resources", {}).items():
        if kind is None or resource.get("Type") == kind:
            yield name, resource, resource.get("Properties", {})
