#!/usr/bin/env python3
"""Judge: moto's grammar of the States Language on every machine; a second reading beside asl-validator's."""

import json
import logging
import sys

from report import Report, machines

say = Report("moto-asl")
try:
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
except ImportError:
    say.missing("moto with its parser of the States Language")

logging.disable(logging.CRITICAL)  # it says which services it cannot run; here nothing is run
TOKENS = {"${AccountId}": "123456789012", "${Region}": "us-east-1", "${Partition}": "aws"}



def known(value):
    """Without what this grammar lacks: ItemBatcher, and a share of failures without a point (Developer Guide, "Map state")."""
    if isinstance(value, dict):
        lacking = {"ItemBatcher", "ToleratedFailurePercentage"} if value.get("Type") == "Map" else set()
        return {key: known(inner) for key, inner in value.items() if key not in lacking}
    return [known(inner) for inner in value] if isinstance(value, list) else value


for build in sys.argv[1:]:
    paths = machines(build)
    if not paths:
        say.ok(build, "no states in this build")
    for path in paths:
        with open(path, encoding="utf-8") as stream:
            definition = stream.read()
        for token, text in TOKENS.items():
            definition = definition.replace(token, text)
        try:
            AmazonStateLanguageParser.parse(json.dumps(known(json.loads(definition))))
            say.ok(path)
        except Exception as error:  # the parser raises several kinds, all of which refuse the machine
            say.bad(path, f"{type(error).__name__} {error}"[:400])
