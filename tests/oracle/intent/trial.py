"""One seed: a random mesh is printed, checked, asked and built, and three answers to "who may do what" are compared."""
import json
import pathlib
import subprocess
import sys

import answer
import features
import generate
import rows

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import compare
import wire

printer = __import__("print")  # a module of the name of a function


class Evaluator:
    """The value of filters that are known as data, for compare.py, which has them as text."""

    def __init__(self, facts):
        self.predicates = {text: p for f in facts for text, p in f.predicates.items()}

    def evaluate(self, text, row):
        return rows.evaluate(self.predicates[text], row)


class Trial:
    def __init__(self, seed, meshc, folder):
        self.seed, self.meshc, self.folder = seed, meshc, pathlib.Path(folder) / str(seed)
        self.wrong = []
        self.counts = {"cells": 0, "forbids": 0, "requests": 0, "environments": 0, "left out": 0}
        self.features = []

    def say(self, text):
        self.wrong.append(f"seed {self.seed}: {text}")

    def run_meshc(self, *arguments):
        return subprocess.run([self.meshc, *map(str, arguments)], capture_output=True, text=True, timeout=120)

    def run(self):
        mesh = generate.generate(self.seed)
        self.places = printer.write(mesh, self.seed, self.folder / "mesh")
        intended, facts = answer.answers(mesh, self.places)
        self.features = features.features(mesh, facts, intended)
        forbids = [n for n, s in enumerate(mesh["statements"]) if s["verb"] == "forbid"]
        failing = {n for each in intended for n, one in zip(forbids, each["forbids"]) if one["verdict"] != "proven"}
        self.check(failing)
        told = self.who(self.folder / "mesh")
        built = self.build(mesh, failing)
        for each in intended:
            self.compare(each, Evaluator(facts), (told or {}).get(each["environment"]), built)
        return self

    # ------------------------------------------------------------ the compiler's sayings

    def check(self, failing):
        """check reports the promises that fail, and nothing else."""
        out = self.run_meshc("check", "--format", "json", self.folder / "mesh")
        met = set()
        if out.returncode not in (0, 1):
            self.say(f"check: exit {out.returncode}: {out.stderr[:200]}")
        for line in (line for line in f"{out.stdout}\n{out.stderr}".split("\n") if line.startswith("{")):
            diagnostic = json.loads(line)
            if diagnostic["level"] != "error":
                continue
            where = (pathlib.Path(diagnostic["file"]).name, diagnostic["line"]) if diagnostic.get("file") else ("", 0)
            at = [n for n, (file, first, last) in self.places.items() if file == where[0] and first <= where[1] <= last]
            met.update(at)
            if not set(at) & failing:
                self.say(f"check: {diagnostic['code']} {diagnostic['message'][:160]} at {where[0]}:{where[1]}")
        for n in sorted(failing - met):
            self.say("check: the promise at %s:%d fails, and no error says so" % self.places[n][:2])

    def who(self, folder):
        out = self.run_meshc("who", "--all", "--format", "json", folder)
        try:
            return {each["environment"]: each for each in json.loads(out.stdout)}
        except (ValueError, TypeError, KeyError):
            self.say(f"who: exit {out.returncode}: {(out.stdout + out.stderr)[:200]}")
            return None

    def build(self, mesh, failing):
        """The output of the mesh without the promises that fail: {environment: folder}."""
        printer.write(mesh, self.seed, self.folder / "kept", failing)
        out = self.run_meshc("build", "-q", "-o", self.folder / "out", self.folder / "kept")
        if out.returncode:
            self.say(f"build: exit {out.returncode}: {(out.stdout + out.stderr)[:300]}")
            return {}
        names = [e["name"] for e in mesh["environments"]]
        return {name: self.folder / "out" / name for name in names} or {None: self.folder / "out"}

    # ------------------------------------------------------------ three answers

    def compare(self, intended, evaluator, told, built):
        self.counts["environments"] += 1
        self.counts["forbids"] += len(intended["forbids"])
        self.counts["requests"] += len(intended["requests"])
        sides = []
        if told:
            # The names in AWS of the roles that the compiler makes are no matter of access: they are taken over.
            arns = {(p["name"], p["kind"]): p["arn"] for p in told["principals"]}
            for p in intended["principals"]:
                p["arn"] = p["arn"] or arns.get((p["name"], p["kind"]))
            sides.append(compare.Side("who", told))
        sides.insert(0, compare.Side("intent", intended, evaluator))
        if intended["environment"] in built:
            sides.append(compare.Side("wire", wire.answer(str(built[intended["environment"]]))))
        lines, cells, left_out = compare.differences(sides)
        self.counts["cells"] += cells
        self.counts["left out"] += left_out
        for line in lines:
            self.say(f"{intended['environment'] or 'one environment'}: {line}")


def trial(arguments):
    seed, meshc, folder = arguments
    try:
        done = Trial(seed, meshc, folder).run()
    except Exception as error:  # one seed may not end the others
        import traceback
        return {"seed": seed, "wrong": [f"seed {seed}: {error!r}", *traceback.format_exc().split("\n")[-6:]], "counts": {}, "features": []}
    return {"seed": seed, "wrong": done.wrong, "counts": done.counts, "features": done.features}
