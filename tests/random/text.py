"""A random mesh as plain data, and its text in any order.

A Block is a declaration or a block inside one; `kind` is its row in grammar/kinds.def, so that what has been used can be
counted against the table. What has no order of its own (attributes, blocks, declarations, files) is shuffled by the
random numbers that printing gets; columns, steps and items of lists stay as they are.
"""


# Free maps whose keys are names of the mesh; in the others the order is part of what is said.
UNORDERED_MAPS = {"TAGS", "ACCOUNTS", "BUCKETS"}


class Block:
    def __init__(self, kind, head, ordered=False, note=""):
        self.kind, self.head, self.ordered, self.note, self.items = kind, head, ordered, note, []
        self.tails = []  # blocks that go on where this one ends: `} catch [..] {`

    def attr(self, name, value, row=None, options=None):
        """`name: value`, with the options' block after it. `row`: its word in the table where it differs."""
        self.items.append(("attr", row or name, name, value, options))
        return self

    def line(self, text):
        """A statement, column or step that is one line."""
        self.items.append(("line", text))
        return self

    def add(self, block):
        self.items.append(("block", block))
        return block

    def entry(self, key, value):
        """`key: value` of a free map: no row of the table."""
        self.items.append(("entry", f"{key}: {value}"))
        return self

    def used(self, into):
        """Notes (kind, attribute) of everything below."""
        into.add((self.kind, None))
        for item in self.items:
            if item[0] == "attr":
                into.add((self.kind, item[1]))
                if item[4]:
                    item[4].used(into)
            elif item[0] == "block":
                item[1].used(into)
        for tail in self.tails:
            tail.used(into)

    def text(self, rng, depth=0):
        pad = "  " * depth
        note = f"{pad}/// {self.note}\n" if self.note else ""
        items = list(self.items)
        if not self.ordered and (self.kind in UNORDERED_MAPS or not any(item[0] == "entry" for item in items)):
            rng.shuffle(items)
        inner = []
        for item in items:
            if item[0] == "block":
                inner.append(item[1].text(rng, depth + 1))
            elif item[0] == "attr":
                options = f" {item[4].braces(rng, depth + 1)}" if item[4] else ""
                inner.append(f"{pad}  {item[2]}: {item[3]}{options}\n")
            else:
                inner.append(f"{pad}  {item[1]}\n")
        tails = "".join(" " + tail.text(rng, depth).strip() for tail in self.tails)
        return f"{note}{pad}{self.head} {{\n{''.join(inner)}{pad}}}{tails}\n"

    def braces(self, rng, depth):
        """The body alone, as options of a value."""
        return self.text(rng, depth).lstrip().removeprefix(self.head).strip()


def quoted(text):
    return '"' + "".join(c if c not in '\\"' else "\\" + c for c in text).replace("\n", "\\n") + '"'


def write(declarations, folder, rng):
    """Spreads the declarations over files; the block `mesh` always stands in mesh.mesh."""
    names = ["mesh.mesh"] + [f"part_{i}.mesh" for i in range(rng.randint(0, 5))]
    parts = {name: [] for name in names}
    for block in declarations:
        parts["mesh.mesh" if getattr(block, "kind", "") == "MESH" else rng.choice(names)].append(block)
    folder.mkdir(parents=True, exist_ok=True)
    for name, blocks in parts.items():
        rng.shuffle(blocks)
        texts = [block if isinstance(block, str) else block.text(rng) for block in blocks]
        (folder / name).write_text("\n".join(t if t.endswith("\n") else t + "\n" for t in texts), encoding="utf-8")
