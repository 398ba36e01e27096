#!/usr/bin/env python3
"""Judge: botocore's own validator on what is sent to AWS, and a walk for what it does not look at.

Grant batches are inputs of BatchGrantPermissions. Task parameters of state machines are inputs of
the operation the task calls. The validator knows members, required ones and types; the walk adds
enums, lengths, ranges and union members. Works with botocore from 1.29 on.
"""

import os
import re
import sys

from report import Report, grants, load, machines, walk

say = Report("botocore")
try:
    import botocore
    import botocore.session
    from botocore.exceptions import UnknownServiceError
    from botocore.validate import ParamValidator
except ImportError:
    # A python of the user's own often stands before Debian's, which has the package.
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3") and not os.environ.get("MESHC_PYTHON"):
        os.environ["MESHC_PYTHON"] = "1"
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    say.missing("botocore (python3-botocore)")

SESSION = botocore.session.Session()
MODELS = {}
#: Debian 12's botocore is of 2022: what it does not know need not be wrong.
OLD = tuple(int(part) for part in botocore.__version__.split(".")[:2]) < (1, 34)

#: What a build does not know stands as a token in its strings; any plausible value will do.
TOKENS = {
    "${AWS::AccountId}": "123456789012", "${AWS::Region}": "us-east-1", "${AWS::Partition}": "aws",
    "${AccountId}": "123456789012", "${Region}": "us-east-1", "${Partition}": "aws"}

#: Services of Step Functions whose name differs from botocore's.
SERVICES = {
    "states": "stepfunctions", "sfn": "stepfunctions", "elasticmapreduce": "emr", "emrcontainers": "emr-containers",
    "emrserverless": "emr-serverless", "eventbridge": "events", "cloudwatchlogs": "logs", "redshiftdata": "redshift-data",
    "bedrock": "bedrock-runtime", "costexplorer": "ce", "databasemigration": "dms", "secretsmanager": "secretsmanager"}

#: Integrations that are no call of an API operation: their parameters are Step Functions' own.
OWN_SHAPE = {"http:invoke", "apigateway:invoke", "eks:call", "eks:runJob"}

INTEGRATION = re.compile(
    r"^arn:[^:]+:states:[^:]*:[^:]*:(?:aws-sdk:)?(?P<service>[a-z0-9-]+):(?P<action>[A-Za-z0-9]+)(?P<pattern>\..+)?$")


def substitute(value):
    if isinstance(value, str):
        for token, text in TOKENS.items():
            value = value.replace(token, text)
        return value
    if isinstance(value, list):
        return [substitute(inner) for inner in value]
    if isinstance(value, dict):
        return {key: substitute(inner) for key, inner in value.items()}
    return value


def model(service):
    if service not in MODELS:
        try:
            MODELS[service] = SESSION.get_service_model(service)
        except UnknownServiceError:
            MODELS[service] = None
    return MODELS[service]


def limits(value, shape, path):
    """What the validator does not look at: enums, lengths, ranges, one member of a union."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            yield f"{path}: a union has one member, not {len(value)}"
        for name, inner in value.items():
            if name in shape.members:
                yield from limits(inner, shape.members[name], f"{path}.{name}")
    elif kind == "list" and isinstance(value, list):
        yield from bounds(len(value), shape, f"{path}: {len(value)} items")
        for index, inner in enumerate(value):
            yield from limits(inner, shape.member, f"{path}[{index}]")
    elif kind == "map" and isinstance(value, dict):
        yield from bounds(len(value), shape, f"{path}: {len(value)} pairs")
        for name, inner in value.items():
            yield from limits(name, shape.key, f"{path} key {name!r}")
            yield from limits(inner, shape.value, f"{path}.{name}")
    elif kind == "string" and isinstance(value, str):
        enum = getattr(shape, "enum", None) or shape.metadata.get("enum") or []
        if enum and value not in enum:
            yield f"{path}: {value!r} is none of {', '.join(enum)}"
        yield from bounds(len(value), shape, f"{path}: {len(value)} characters")
    elif kind in ("integer", "long", "float", "double") and isinstance(value, (int, float)):
        yield from bounds(value, shape, f"{path}: {value}")


def bounds(number, shape, text):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and number < low:
        yield f"{text}, at least {low}"
    if high is not None and number > high:
        yield f"{text}, at most {high}"


def judge_input(value, shape, path):
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        yield f"{path}: {report.generate_report()}"
    yield from limits(value, shape, path)


def judge_batches(desired):
    shape = model("lakeformation").operation_model("BatchGrantPermissions").input_shape
    for number, batch in enumerate(desired["batches"], 1):
        yield from judge_input(substitute(batch), shape, f"batch {number}")
        if len(batch["Entries"]) > 20:  # said by the API's documentation, not by its model
            yield f"batch {number}: {len(batch['Entries'])} entries, at most 20"


def plausible(value, shape):
    """The parameters with every `.$` member (a path, known at run time) filled in by its type."""
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        filled = {}
        for name, inner in value.items():
            dynamic, name = name.endswith(".$"), name[:-2] if name.endswith(".$") else name
            # Step Functions writes members in PascalCase, whatever the API's own spelling is.
            name = next((known for known in shape.members if known.lower() == name.lower()), name)
            member = shape.members.get(name)
            filled[name] = example(member) if dynamic and member is not None else plausible(inner, member)
        return filled
    if shape.type_name == "list" and isinstance(value, list):
        return [plausible(inner, shape.member) for inner in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {(k[:-2] if k.endswith(".$") else k): example(shape.value) if k.endswith(".$") else plausible(v, shape.value)
                for k, v in value.items()}
    if shape.type_name in ("string", "blob") and isinstance(value, (dict, list)):
        return "{}"  # Step Functions writes an object out as JSON where the API wants text
    return value


def example(shape):
    kind = shape.type_name
    if kind == "structure":
        return {name: example(shape.members[name]) for name in shape.required_members}
    if kind == "list":
        return [example(shape.member)] * max(shape.metadata.get("min", 0), 0)
    if kind == "map":
        return {}
    if kind in ("integer", "long", "float", "double"):
        return shape.metadata.get("min", 1)
    if kind == "boolean":
        return True
    if kind == "timestamp":
        return 0
    enum = getattr(shape, "enum", None) or []
    return enum[0] if enum else "x" * max(shape.metadata.get("min", 1), 1)


def judge_task(name, task):
    found = INTEGRATION.match(substitute(task["Resource"]))
    if not found:
        return
    service, action = found["service"], found["action"]
    if f"{service}:{action}" in OWN_SHAPE:
        return
    api = model(SERVICES.get(service, service))
    if api is None:
        return
    operation = action[0].upper() + action[1:]
    if operation not in api.operation_names:
        if OLD:
            say.note(name, f"this botocore {botocore.__version__} is older than {api.service_name} {operation}, not judged")
        else:
            yield f"{name}: {api.service_name} has no operation {operation}"
        return
    shape = api.operation_model(operation).input_shape
    if shape is None:
        return
    parameters = plausible(substitute(task.get("Parameters", {})), shape)
    # Members that Step Functions fills in itself.
    for member in shape.required_members:
        if shape.members[member].type_name == "string" and shape.members[member].metadata.get("idempotencyToken"):
            parameters.setdefault(member, "x" * 32)
    if (service, action) == ("states", "startExecution"):
        parameters.pop("name", None)
        if isinstance(parameters.get("input"), dict):
            parameters["input"] = "{}"
    yield from judge_input(parameters, shape, f"{name} ({service}:{action})")


for build in sys.argv[1:]:
    for path in grants(build):
        try:
            say.verdict(path, list(judge_batches(load(path))))
        except (KeyError, TypeError, AttributeError) as error:
            say.bad(path, f"{type(error).__name__} {error}")
    for path in machines(build):
        complaints = []
        for place, state in walk(load(path)):
            if isinstance(state, dict) and state.get("Type") == "Task" and "QueryLanguage" not in state:
                complaints += judge_task(place, state)
        say.verdict(path, complaints)
