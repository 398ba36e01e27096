"""Rules for state machines: what a task may call, that template and file agree, what a machine's role needs."""

import json
import re

from report import walk
from rules.values import listed

#: Optimised integrations and the patterns each knows besides request-response. `sync:2` is
#: StartExecution's alone.
TOKEN, SYNC = "waitForTaskToken", "sync"
OPTIMISED = {
    "apigateway:invoke": {TOKEN}, "athena:startQueryExecution": {SYNC}, "athena:stopQueryExecution": set(),
    "athena:getQueryExecution": set(), "athena:getQueryResults": set(), "batch:submitJob": {SYNC},
    "bedrock:invokeModel": set(), "bedrock:createModelCustomizationJob": {SYNC},
    "codebuild:startBuild": {SYNC}, "codebuild:stopBuild": set(), "codebuild:batchDeleteBuilds": set(),
    "codebuild:batchGetReports": set(), "codebuild:startBuildBatch": {SYNC}, "codebuild:stopBuildBatch": set(),
    "codebuild:retryBuildBatch": {SYNC}, "codebuild:deleteBuildBatch": set(), "databrew:startJobRun": {SYNC},
    "dynamodb:getItem": set(), "dynamodb:putItem": set(), "dynamodb:deleteItem": set(), "dynamodb:updateItem": set(),
    "ecs:runTask": {SYNC, TOKEN}, "eks:call": set(), "eks:runJob": {SYNC}, "eks:createCluster": {SYNC},
    "eks:deleteCluster": {SYNC}, "eks:createNodegroup": {SYNC}, "eks:deleteNodegroup": {SYNC},
    "eks:createFargateProfile": {SYNC}, "eks:deleteFargateProfile": {SYNC},
    "elasticmapreduce:createCluster": {SYNC}, "elasticmapreduce:terminateCluster": {SYNC},
    "elasticmapreduce:addStep": {SYNC}, "elasticmapreduce:cancelStep": set(),
    "elasticmapreduce:setClusterTerminationProtection": set(), "elasticmapreduce:modifyInstanceFleetByName": set(),
    "elasticmapreduce:modifyInstanceGroupByName": set(), "emr-containers:createVirtualCluster": set(),
    "emr-containers:deleteVirtualCluster": {SYNC}, "emr-containers:startJobRun": {SYNC},
    "emr-serverless:createApplication": {SYNC}, "emr-serverless:startApplication": {SYNC},
    "emr-serverless:stopApplication": {SYNC}, "emr-serverless:deleteApplication": {SYNC},
    "emr-serverless:startJobRun": {SYNC}, "emr-serverless:cancelJobRun": {SYNC}, "events:putEvents": {TOKEN},
    "glue:startJobRun": {SYNC}, "http:invoke": set(), "lambda:invoke": {TOKEN}, "mediaconvert:createJob": {SYNC},
    "sagemaker:createEndpoint": set(), "sagemaker:createEndpointConfig": set(), "sagemaker:createModel": set(),
    "sagemaker:createHyperParameterTuningJob": {SYNC}, "sagemaker:createLabelingJob": {SYNC},
    "sagemaker:createProcessingJob": {SYNC}, "sagemaker:createTrainingJob": {SYNC},
    "sagemaker:createTransformJob": {SYNC}, "sagemaker:updateEndpoint": set(), "sns:publish": {TOKEN},
    "sqs:sendMessage": {TOKEN}, "states:startExecution": {SYNC, "sync:2", TOKEN},
}
#: S3 stands only where a map reads its items or writes its results.
MAP_ONLY = {"s3:getObject", "s3:listObjectsV2", "s3:putObject"}
LAMBDA = re.compile(r"^arn:[^:]+:lambda:[^:]+:[^:]+:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]+)?$")
ACTIVITY = re.compile(r"^arn:[^:]+:states:[^:]+:[^:]+:activity:.+$")
STATES = re.compile(r"^arn:[^:]+:states:::(.+)$")


def judge_resource(place, resource):
    if LAMBDA.match(resource) or ACTIVITY.match(resource):
        return
    found = STATES.match(resource)
    if not found:
        yield f"{place}: {resource} is no function, activity or integration"
        return
    call, _, pattern = found[1].partition(".")
    if call.startswith("aws-sdk:"):
        if not re.fullmatch(r"aws-sdk:[a-z0-9]+:[a-z][A-Za-z0-9]*", call):
            yield f"{place}: {call} is not service:camelCase"
        if pattern not in ("", TOKEN):
            yield f"{place}: an SDK integration has no pattern {pattern}"
    elif call in MAP_ONLY:
        if not re.search(r"\.(ItemReader|ResultWriter)$", place):
            yield f"{place}: {call} reads or writes for a map only"
    elif call not in OPTIMISED:
        yield f"{place}: Step Functions has no integration {call}"
    elif pattern and pattern not in OPTIMISED[call]:
        yield f"{place}: {call} does not know the pattern {pattern}"
    if pattern == TOKEN:
        return
    if found[1].endswith("."):
        yield f"{place}: {resource} ends in a dot"


def judge_machine(machine):
    names = []
    for place, state in walk(machine):
        if not isinstance(state, dict):
            continue
        if isinstance(state.get("States"), dict):
            names += state["States"]
            for name in state["States"]:
                if len(name) > 80:
                    yield f"{place}: state name of {len(name)} characters"
        for member in ("Retry", "Catch"):
            rules = state.get(member)
            if not isinstance(rules, list):
                continue
            for number, rule in enumerate(rules):
                errors = rule.get("ErrorEquals", [])
                if not errors:
                    yield f"{place}: {member} without ErrorEquals"
                if "States.ALL" in errors and (len(errors) > 1 or number != len(rules) - 1):
                    yield f"{place}: States.ALL is not alone and last in {member}"
        if isinstance(state.get("Resource"), str) and ("Type" in state or "Parameters" in state or place.endswith(("ItemReader", "ResultWriter"))):
            yield from judge_resource(place, state["Resource"])
        if state.get("Type") == "Task" and state.get("Resource", "").endswith(".waitForTaskToken"):
            if "$$.Task.Token" not in str(state.get("Parameters", "")):
                yield f"{place}: waits for a token that it never sends"
        heartbeat, timeout = state.get("HeartbeatSeconds"), state.get("TimeoutSeconds")
        if isinstance(heartbeat, int) and isinstance(timeout, int) and heartbeat >= timeout:
            yield f"{place}: heartbeat is not shorter than the timeout"
    for name in sorted(set(names)):
        if names.count(name) > 1:
            yield f"two states are named {name!r}"


def as_in_file(value):
    """A definition of a template as its file writes it: Fn::Sub is text with the tokens of files."""
    if isinstance(value, list):
        return [as_in_file(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) != {"Fn::Sub"}:
        return {key: as_in_file(item) for key, item in value.items()}
    text = value["Fn::Sub"]
    if isinstance(text, list):  # a text of the mesh, whose dollars are a variable
        return text[0].replace("${Dollar}", "$")
    return re.sub(r"\$\{AWS::(AccountId|Region|Partition)\}", r"${\1}", text).replace("${!", "${")


def without_references(value):
    """What stands for a resource is a logical id in a template and a name of the mesh in a file: here, neither."""
    if isinstance(value, list):
        return [without_references(item) for item in value]
    if isinstance(value, dict):
        if set(value) in ({"Ref"}, {"Fn::GetAtt"}):
            return "${}"
        return {key: without_references(item) for key, item in value.items()}
    if isinstance(value, str):
        return re.sub(r"\$\{(?!(AccountId|Region|Partition)\})[^}]*\}", "${}", value)
    return value


def judge_machine_resource(name, properties, files):
    """The template's definition is a file's, and its substitutions are those it uses."""
    definition = properties.get("Definition")
    if not isinstance(definition, dict):
        yield f"{name}: the definition is no object"
        return
    as_file, refers = as_in_file(definition), re.search(r'"Ref"|"Fn::GetAtt"|\$\{Resource', json.dumps(definition))
    if refers:
        as_file, files = without_references(as_file), [without_references(file) for file in files]
    if as_file not in files:
        yield f"{name}: the definition equals no .asl.json file"
    if properties.get("LoggingConfiguration", {}).get("IncludeExecutionData") is not False:
        yield f"{name}: its log takes up the data of executions"
    used = {token for path, text in walk(definition) if isinstance(text, str) and "Fn::Sub" not in path for token in re.findall(r"\$\{([A-Za-z0-9_]+)\}", text)}
    given = set(properties.get("DefinitionSubstitutions", {}))
    if used != given:
        yield f"{name}: definition uses {sorted(used)}, substitutions are {sorted(given)}"


#: What the role of a machine needs for a call besides the action of the call's own name.
NEEDS = {
    "athena:startQueryExecution.sync": {"athena:StartQueryExecution", "athena:GetQueryExecution", "athena:StopQueryExecution"},
    "batch:submitJob.sync": {"batch:SubmitJob", "batch:DescribeJobs", "batch:TerminateJob"},
    "aws-sdk:glue:startDataQualityRulesetEvaluationRun": {"glue:StartDataQualityRulesetEvaluationRun", "iam:PassRole"},
    "glue:startJobRun.sync": {"glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"},
    "lambda:invoke": {"lambda:InvokeFunction"},
    "emr-serverless:startJobRun.sync": {"emr-serverless:StartJobRun", "emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"},
    "aws-sdk:s3:headObject": {"s3:GetObject"}, "aws-sdk:s3:listObjectsV2": {"s3:ListBucket"}, "aws-sdk:s3:listBuckets": {"s3:ListAllMyBuckets"},
    "states:startExecution.sync": {"states:StartExecution", "states:DescribeExecution", "states:StopExecution", "events:PutTargets", "events:PutRule", "events:DescribeRule"},
    "states:startExecution.sync:2": {"states:StartExecution", "states:DescribeExecution", "states:StopExecution", "events:PutTargets", "events:PutRule", "events:DescribeRule"},
}
#: IAM's name of a service where Step Functions calls it otherwise.
IAM_SERVICE = {"sfn": "states", "eventbridge": "events", "cloudwatchlogs": "logs"}


def needed(state):
    """(actions, the resource they act on or None) of a task."""
    resource = state["Resource"]
    if LAMBDA.match(resource):
        return {"lambda:InvokeFunction"}, resource
    found = STATES.match(resource)
    if not found:
        return set(), None
    call = found[1].removesuffix("." + TOKEN)
    parameters = state.get("Parameters", {})
    target = parameters.get("TopicArn") or parameters.get("StateMachineArn") or parameters.get("FunctionName")
    target = target if isinstance(target, str) and target.startswith("arn:") else None
    if call in NEEDS:
        return NEEDS[call], target if not call.startswith("states:") else None
    service, action = call.removeprefix("aws-sdk:").split(":")[:2]
    action = action.partition(".")[0]
    return {f"{IAM_SERVICE.get(service, service)}:{action[0].upper()}{action[1:]}"}, target


def matches(pattern, text):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None


def plain(text):
    for name, value in (("AccountId", "123456789012"), ("Region", "us-east-1"), ("Partition", "aws")):
        text = text.replace("${AWS::" + name + "}", value).replace("${" + name + "}", value)
    return text


def judge_machine_role(template, name, properties):
    """A role made for a machine allows what its tasks call: the first run shows it otherwise."""
    role = properties.get("RoleArn")
    if not (isinstance(role, dict) and "Fn::GetAtt" in role):
        return
    found = template["Resources"].get(role["Fn::GetAtt"][0], {}).get("Properties", {})
    allowed = []
    for policy in found.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] != "Allow":
                continue
            actions, targets = statement["Action"], statement["Resource"]
            for action in listed(actions):
                for target in listed(targets):
                    if isinstance(target, dict) and isinstance(target.get("Fn::Sub"), str):
                        target = target["Fn::Sub"]
                    # What refers to another resource is taken as fitting.
                    allowed.append((action, plain(target) if isinstance(target, str) else "*"))
    for place, state in walk(as_in_file(properties.get("Definition", {}))):
        if not isinstance(state, dict) or state.get("Type") != "Task" or not isinstance(state.get("Resource"), str):
            continue
        actions, target = needed(state)
        for action in sorted(actions):
            if not any(matches(a, action) and (target is None or matches(t, plain(target))) for a, t in allowed):
                yield f"{name}: its role does not allow {action}{' on ' + target if target else ''} ({place})"
