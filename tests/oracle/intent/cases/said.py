"""An answer said in lines that a person can write down beforehand."""


def rights(who, entry, silent_describe):
    held = [p for p in entry["permissions"] if p != "describe"]
    if held:
        yield f"{who} may {' '.join(held)}"
    elif entry["permissions"] and not silent_describe:
        yield f"{who} describes"
    reach = [p for p in entry["reach"] if p not in ("describe", "select")]
    if reach:
        yield f"{who} reaches {' '.join(reach)}"
    if entry["grantable"]:
        yield f"{who} passes {' '.join(entry['grantable'])}"


def lines(answer):
    for a in answer["access"]:
        for t in a["tables"]:
            who = f"{a['principal']} {t['product']}"
            for group in t["select"]:
                word = {"yes": "select", "reach": "reaches select"}[group["how"]]
                rows = "" if group["rows"] == "all" else " where " + " | ".join(group["rows"])
                yield f"{who} {word} {','.join(group['columns'])}{rows}"
            yield from rights(who, t, any(group["how"] == "yes" for group in t["select"]))
        for d in a["databases"]:
            yield from rights(f"{a['principal']} database {d['domain']}", d, True)
        for thing in a["locations"]:
            yield from rights(f"{a['principal']} {thing['location']}", thing, True)
        for thing in a["tags"]:
            yield from rights(f"{a['principal']} tag {thing['key']}({','.join(thing['values'])}) of {thing['catalog']}", thing, False)
        for thing in a["catalog"]:
            yield from rights(f"{a['principal']} catalog", thing, True)
    for n, f in enumerate(answer["forbids"]):
        by = f" by {', '.join(f['broken_by'])}" if f["broken_by"] else ""
        passed = f", passed on by {', '.join(f['passed_on_by'])}" if f["passed_on_by"] else ""
        yield f"forbid {n} {f['verdict']}{by}{passed}"
    for n, r in enumerate(answer["requests"]):
        yield f"request {n} {r['answered']}"


def all_lines(answers):
    return {(f"{a['environment']}: " if a["environment"] else "") + line for a in answers for line in lines(a)}
