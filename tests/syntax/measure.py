#!/usr/bin/env python3
"""measure.py DUMP FILE... - how well the parser recovers: deletes one token, or one brace, at every place of each file and
counts how often exactly one error comes of it, and how far from the place. Prints figures; judges nothing."""
import re
import subprocess
import sys
import tempfile
import os

TOKEN = re.compile(r'"""(?:.|\n)*?"""|"(?:\\.|[^"\\\n])*":?|/\*(?:.|\n)*?\*/|//[^\n]*|@?[A-Za-z_][A-Za-z0-9_.*-]*:?'
                   r'|-?[0-9][A-Za-z0-9_.%+-]*|[=!<>]=|\S')


def places(text, braces):
    for m in TOKEN.finditer(text):
        if m.group().startswith("//") or m.group().startswith("/*"):
            continue
        if braces == (m.group() in "{}"):
            yield m


def run(dump, names):
    out = []
    for i in range(0, len(names), 400):
        result = subprocess.run([dump, "-s"] + names[i:i + 400], capture_output=True, text=True)
        out += result.stdout.splitlines()
    return out


def measure(dump, files, braces, show):
    total = one = none = exact = near = 0
    with tempfile.TemporaryDirectory() as folder:
        names, lines, originals = [], [], []
        for file in files:
            text = open(file, encoding="utf-8").read()
            for m in places(text, braces):
                name = os.path.join(folder, "%06d.mesh" % len(names))
                with open(name, "w", encoding="utf-8") as f:
                    f.write(text[:m.start()] + text[m.end():])
                names.append(name)
                lines.append(text.count("\n", 0, m.start()) + 1)
                originals.append((file, m.group()))
        for answer, line, (file, token) in zip(run(dump, names), lines, originals):
            words = answer.split()
            errors = int(words[0])
            total += 1
            none += errors == 0
            one += errors == 1
            if errors:
                at = int(words[2].split(":")[1])
                exact += at == line
                near += abs(at - line) <= 1
            if show and errors > 1:
                print("  %s:%d %s: %s" % (file, line, token, answer))
    found = max(total - none, 1)
    print("%s deleted: %d, still a program %d; of the others one error %.1f %%, on the line %.1f %%, within one line %.1f %%"
          % ("brace" if braces else "token", total, none, 100 * one / found, 100 * exact / found, 100 * near / found))


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--show"]
    for what in (False, True):
        measure(arguments[0], arguments[1:], what, "--show" in sys.argv)
