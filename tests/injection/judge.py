"""judge.py - what may have become of hostile texts in a build: data, and nothing else.

faults(build, texts, canary) names what is wrong, one line each. It knows nothing of the compiler: it reads the files as
CloudFormation, Step Functions, Glue, Redshift, IAM and a shell do.
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance" / "judges"))

from report import once  # noqa: E402


def read_json(text):
    return json.loads(text, object_pairs_hook=once)


# ---- CloudFormation ---------------------------------------------------------------------------------------------------

PSEUDO = {"AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix"}


def substituted(text, names, ids, say):
    """Fn::Sub as CloudFormation works it out; what is put in stands between control characters that no mesh holds."""

    def put(match):
        name = match[1]
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in names:
            return names[name]
        if name.split(".")[0] not in ids and name not in PSEUDO:
            say(f"Fn::Sub puts in {name[:60]!r}, which the template does not have")
        return f"\x02{name}\x03"

    return re.sub(r"\$\{([^}]*)\}", put, text)


def worked_out(value, ids, say):
    """The template with its functions worked out."""
    if isinstance(value, list):
        return [worked_out(v, ids, say) for v in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (key, inner), = value.items()
        if key == "Ref":
            if inner not in ids and inner not in PSEUDO:
                say(f"Ref names {str(inner)[:60]!r}, which the template does not have")
            return f"\x02{inner}\x03"
        if key == "Fn::GetAtt":
            if inner[0] not in ids:
                say(f"Fn::GetAtt names {str(inner)[:60]!r}, which the template does not have")
            return f"\x02{'.'.join(inner)}\x03"
        if key == "Fn::Sub":
            text, names = (inner, {}) if isinstance(inner, str) else (inner[0], {k: worked_out(v, ids, say) for k, v in inner[1].items()})
            return substituted(text, names, ids, say)
        if key == "Fn::Join":
            return inner[0].join(str(worked_out(v, ids, say)) for v in inner[1])
        if key.startswith("Fn::"):
            say(f"the function {key} is of nobody's making")
    return {k: worked_out(v, ids, say) for k, v in value.items()}


def texts_of(value, path=""):
    """Every text, keys too, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item, path + "[]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield path + ".KEY", key
            yield from texts_of(item, f"{path}.{key if len(key) < 40 and key.isascii() else '...'}")


# ---- the forms of a text inside another language -----------------------------------------------------------------------

def forms(text):
    """What a text may look like inside of another: nothing of it is lost, and nothing of it counts as a sign there."""
    def escaped(signs, text=text):
        return re.sub(f"([{signs}])", r"\\\1", text)

    in_json = json.dumps(text, ensure_ascii=False)[1:-1]
    in_spark = escaped(r"\\'").replace("\n", "\\n").replace("\r", "\\r")
    as_line = re.sub("[\r\n]", " ", text)
    found = [
        text, text.strip(), as_line, as_line.strip(),           # a comment of a column is one line
        text.replace("${!", "${"),                               # sub(".."): ${!x} is the text ${x}
        in_json, in_json.replace("<", "\\u003c").replace(">", "\\u003e"),  # an input template, where < and > are signs
        text.replace("'", "''"), text.replace("`", "``"), text.replace('"', '""'),
        escaped(r'\\"'), escaped(r'\\"', as_line),               # the rules of Glue
        in_spark, escaped(r'\\"', in_spark),                     # SQL inside of them
        escaped(r"'{}\\"), re.sub(r"(\{\})|(['{}\\])", lambda m: m[1] or "\\" + m[2], text),  # intrinsic functions; format keeps its {}
        literal_to_iam(text),
    ]
    return [form for one in found for form in (one, one.lower())]


def arrived(value, text, mark, depth=0):
    """The whole of it is there, as it is or as a language writes it, wherever its mark is."""
    if any(f in value for f in forms(text)) or re.fullmatch("[A-Za-z0-9._-]+", value):
        return True  # a name made of it has nothing left that could do harm
    if depth < 3 and value[:1] in "{[\"":
        try:
            inner = read_json(value)
        except ValueError:
            return False
        return all(arrived(t, text, mark, depth + 1) for _, t in texts_of(inner) if mark in t)
    return False


# ---- SQL --------------------------------------------------------------------------------------------------------------

def sql_tokens(text, backslash):
    """Words, signs, and whether a literal or identifier was left open; what stands in quotes is a token of its own."""
    at, tokens = 0, []
    while at < len(text):
        sign = text[at]
        if text.startswith("--", at):
            at = text.find("\n", at)
            at = len(text) if at < 0 else at
        elif text.startswith("/*", at):
            tokens.append(("comment", ""))
            at = text.find("*/", at) + 2
        elif sign in "'\"`":
            start, at, out = at, at + 1, []
            while at < len(text):
                if backslash and sign == "'" and text[at] == "\\":
                    out.append(text[at:at + 2])
                    at += 2
                elif text[at] == sign and text[at + 1:at + 2] == sign:
                    out.append(sign)
                    at += 2
                elif text[at] == sign:
                    break
                else:
                    out.append(text[at])
                    at += 1
            tokens.append(("open" if at >= len(text) else "literal" if sign == "'" else "identifier", "".join(out)))
            at += 1
        elif sign.isspace():
            at += 1
        else:
            word = re.compile(r"\w+|.", re.S).match(text, at)[0]
            tokens.append(("word", word.upper()))
            at += len(word)
    return tokens


SCHEMA = "CREATE EXTERNAL SCHEMA IF NOT EXISTS identifier FROM DATA CATALOG DATABASE literal IAM_ROLE DEFAULT ;".split()


def sql_faults(text):
    tokens = [value if kind == "word" else kind for kind, value in sql_tokens(text, backslash=True)]
    if len(tokens) % len(SCHEMA) or any(token != SCHEMA[i % len(SCHEMA)] for i, token in enumerate(tokens)):
        return ["not only statements that make a schema: " + " ".join(tokens)[:300]]
    lines = [line for line in text.split("\n") if line]
    if [line for line in lines if not line.startswith("--") and not (line.startswith("CREATE ") and line.endswith(";"))]:
        return ["a statement that is not one line"]
    return []


# ---- the rules of Glue ------------------------------------------------------------------------------------------------

DQDL = re.compile(r"""\s+|"(?:[^"\\]|\\.)*"|[A-Za-z]\w*|[-+]?\d+(?:\.\d+)?|[][(),=<>!:]+""", re.S)


def ruleset_faults(text, marks):
    at, depth = 0, 0
    while at < len(text):
        token = DQDL.match(text, at)
        if not token:
            return [f"a ruleset that does not read at {text[at:at + 60]!r}"]
        if token[0][0] != '"':
            depth += token[0].count("[") - token[0].count("]")
            if any(mark in token[0] for mark in marks):
                return [f"a text stands outside of quotes in a ruleset: {token[0][:60]!r}"]
        at = token.end()
    return [] if depth == 0 else ["brackets of a ruleset do not match"]


# ---- rights -----------------------------------------------------------------------------------------------------------

def literal_to_iam(text):
    return re.sub(r"[*?]|\$(?=\{)", lambda m: "${" + m[0] + "}", text)


def right_faults(properties, hostile):
    """A name in the ARN or condition of a right is that name: no wildcard, no variable of IAM."""
    found = []
    for part in statements_of(properties):
        for _, text in texts_of({"Resource": part.get("Resource"), "Condition": part.get("Condition")}):
            for one in hostile:
                if one.mark in text and re.search(r"[*?]|\$\{", one.data) and literal_to_iam(one.data) not in text:
                    found.append(f"a right with a wildcard or variable of the mesh's: {text[:200]!r}")
    return found


def statements_of(value):
    if isinstance(value, list):
        for item in value:
            yield from statements_of(item)
    elif isinstance(value, dict):
        if "Effect" in value:
            yield value
        for item in value.values():
            yield from statements_of(item)


# ---- all of it --------------------------------------------------------------------------------------------------------

def template_faults(template, hostile, say):
    ids = set(template["Resources"])
    marks = [one.mark for one in hostile]
    plain = worked_out(template, ids, say)
    for path, text in texts_of(plain):
        if "{{resolve:" in text:
            say(f"{path}: CloudFormation would look up {text[text.index('{{resolve:'):][:60]!r}")
    for name, resource in plain["Resources"].items():
        if re.search("[^A-Za-z0-9]", name):
            say(f"a logical id {name[:60]!r}")
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Glue::DataQualityRuleset":
            for fault in ruleset_faults(properties["Ruleset"], marks):
                say(fault)
        for fault in right_faults(properties, hostile):
            say(fault)
        if resource["Type"] == "AWS::Athena::NamedQuery":
            tokens = sql_tokens(properties["QueryString"], backslash=False)
            if any(kind in ("open", "comment") or value == ";" for kind, value in tokens) or any(m in v.lower() for k, v in tokens for m in marks if k == "word"):
                say(f"a saved query in which a name is no name: {properties['QueryString'][:200]!r}")
    return plain


def faults(build, hostile):
    found = []
    for file in sorted(pathlib.Path(build).rglob("*")):
        if not file.is_file():
            continue
        name = str(file.relative_to(build))
        say = lambda text, name=name: found.append(f"{name}: {text}")  # noqa: E731
        text = file.read_text(encoding="utf-8")
        if re.search("[\0-\x09\x0b-\x1f\x7f]", text) and file.suffix != ".sh":
            say("a control character")
        if any(one.mark in name for one in hostile):
            say("a text of the mesh in the name of a file")
        if file.suffix == ".json":
            try:
                tree = read_json(text)
            except ValueError as fault:
                say(f"no JSON: {fault}")
                continue
            if name.endswith(".template.json"):
                tree = template_faults(tree, hostile, say)
            for path, value in texts_of(tree):
                for one in hostile:
                    if one.mark in value and not arrived(value, one.data, one.mark):
                        say(f"{path}: not the whole of {one.data[:120]!r} is in {value[:300]!r}")
        elif file.suffix == ".sql":
            for fault in sql_faults(text):
                say(fault)
        elif any(one.mark in text for one in hostile):
            say("a text of the mesh in a program")
    return found
