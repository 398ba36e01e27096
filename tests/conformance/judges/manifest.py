#!/usr/bin/env python3
"""Judge: manifest.json tells the truth about the build: files, sizes, hashes, stacks, places."""

import hashlib
import os
import re
import sys

from report import Report, load

PLACE = re.compile(r"^[^:]+\.mesh:[1-9][0-9]*:[1-9][0-9]*$")


def judge_files(build, manifest):
    listed = {}
    for entry in manifest["files"]:
        if entry["path"] in listed:
            yield f"{entry['path']} is listed twice"
        listed[entry["path"]] = entry
    present = {
        os.path.relpath(os.path.join(folder, name), build)
        for folder, _, names in os.walk(build) for name in names}
    for path in sorted(present - set(listed) - {"manifest.json"}):
        yield f"{path} stands in the folder but not in the manifest"
    for path, entry in listed.items():
        if path not in present:
            yield f"{path} is listed but missing"
            continue
        with open(os.path.join(build, path), "rb") as stream:
            data = stream.read()
        if entry["bytes"] != len(data):
            yield f"{path} has {len(data)} bytes, listed are {entry['bytes']}"
        if entry["sha256"] != hashlib.sha256(data).hexdigest():
            yield f"{path} does not match its hash"
    named = [s["template"] for s in manifest["stacks"]]
    named += [g[k] for g in manifest["grants"] for k in ("desired", "program")]
    named += [s["definition"] for s in manifest["states"]]
    named += [w["sql"] for w in manifest["warehouses"]]
    for path in named:
        if path not in listed:
            yield f"{path} is named but not among the files"
    known = set(named) | {"deploy.sh"}
    for path in sorted(set(listed) - known):
        if path.startswith(("stacks/", "grants/", "states/")):
            yield f"{path} belongs to no stack, grant or state of the manifest"


def judge_stacks(build, manifest):
    names = [stack["name"] for stack in manifest["stacks"]]
    for name in sorted(set(names)):
        if names.count(name) > 1:
            yield f"two stacks are named {name}"
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,127}", name):
            yield f"{name!r} is no stack name"
    governance = [s["template"].startswith("stacks/governance") for s in manifest["stacks"]]
    if governance != sorted(governance, reverse=True):
        yield "the governance stack does not come first"
    for stack in manifest["stacks"]:
        path = os.path.join(build, stack["template"])
        if not os.path.exists(path):
            continue
        template = load(path)
        ids, placed = set(template["Resources"]), set(stack["resources"])
        if ids != placed:
            yield f"{stack['name']}: resources without a place or places without a resource: {sorted(ids ^ placed)[:5]}"
        for name, place in stack["resources"].items():
            if not PLACE.match(place):
                yield f"{stack['name']}: {name} has no place but {place!r}"
        named_iam = any(
            resource["Type"].startswith("AWS::IAM::") and {"RoleName", "ManagedPolicyName"} & set(resource.get("Properties", {}))
            for resource in template["Resources"].values())
        any_iam = any(resource["Type"].startswith("AWS::IAM::") for resource in template["Resources"].values())
        have = set(stack.get("capabilities", []))
        if named_iam and "CAPABILITY_NAMED_IAM" not in have:
            yield f"{stack['name']}: needs CAPABILITY_NAMED_IAM"
        if any_iam and not have & {"CAPABILITY_NAMED_IAM", "CAPABILITY_IAM"}:
            yield f"{stack['name']}: needs CAPABILITY_IAM"
        if not any_iam and have:
            yield f"{stack['name']}: asks for {sorted(have)} and makes nothing of IAM"


say = Report("manifest")
for build in sys.argv[1:]:
    path = os.path.join(build, "manifest.json")
    try:
        manifest = load(path)
        if manifest["format"] != 1:
            say.bad(path, f"format {manifest['format']}")
        say.verdict(path, [*judge_files(build, manifest), *judge_stacks(build, manifest)])
    except (OSError, ValueError, KeyError, TypeError) as error:
        say.bad(path, f"{type(error).__name__} {error}")
