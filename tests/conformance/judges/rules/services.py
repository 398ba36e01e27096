"""Rules for the services around the data: roles that they take on, schedules, calls of functions, Athena, Redshift."""

import json
import re

from rules.values import cut, listed


def judge_schedule(name, schedule):
    text = cut(schedule.get("ScheduleExpression")) or ""
    rate = re.fullmatch(r"rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)", text)
    if rate:
        if (rate[1] == "1") == bool(rate[3]):
            yield f"{name}: {text} has the wrong number"
    elif text.startswith("cron("):
        fields = text[5:-1].split() if text.endswith(")") else []
        if len(fields) != 6:
            yield f"{name}: {text} has {len(fields)} fields, six are wanted"
        elif (fields[2] == "?") == (fields[4] == "?"):
            yield f"{name}: {text}: exactly one of day and weekday is ?"
    elif not re.fullmatch(r"at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)", text):
        yield f"{name}: {text!r} is no schedule"


def judge_workgroup(name, workgroup):
    # The schema's pattern is not anchored, so every validator takes any text that holds a letter.
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,128}", cut(workgroup.get("Name")) or ""):
        yield f"{name}: {workgroup.get('Name')!r} is no name of a workgroup"


SERVICES = {f"{service}.amazonaws.com" for service in (
    "athena", "cloudtrail", "cloudwatch", "config", "events", "glue", "lakeformation", "lambda", "redshift", "redshift-serverless", "s3", "scheduler", "sns", "states")}


def judge_trust(name, role):
    for statement in role.get("AssumeRolePolicyDocument", {}).get("Statement", []):
        principal = statement.get("Principal", {})
        if principal == "*" or "*" in json.dumps(principal.get("AWS", "")):
            yield f"{name}: everybody may take on this role"
        services = statement.get("Principal", {}).get("Service", []) if isinstance(statement.get("Principal"), dict) else []
        for service in listed(services):
            if service not in SERVICES:
                yield f"{name}: trusts {service}, which is no service of AWS that we use"


def judge_permission(name, permission):
    principal = permission.get("Principal")
    if not isinstance(principal, str) or not re.fullmatch(r"[0-9]{12}|[a-z0-9-]+\.amazonaws\.com", principal):
        yield f"{name}: lets {principal!r} call a function"
    elif "." in principal and not {"SourceAccount", "SourceArn"} & set(permission):
        yield f"{name}: {principal} may call the function for any account"


def judge_namespace(name, namespace):
    if namespace.get("ManageAdminPassword") is not True or "AdminUserPassword" in namespace:
        yield f"{name}: the administrator's password is not Redshift's own"
    if namespace.get("DefaultIamRoleArn") not in namespace.get("IamRoles", []):
        yield f"{name}: the default role is none of its roles"


def judge_warehouse(name, workgroup):
    if workgroup.get("PubliclyAccessible") is not False:
        yield f"{name}: reachable from outside"
    if {"ParameterKey": "require_ssl", "ParameterValue": "true"} not in workgroup.get("ConfigParameters", []):
        yield f"{name}: takes connections without TLS"


STATEMENT = re.compile(r'CREATE EXTERNAL SCHEMA IF NOT EXISTS "(?:[^"\x00-\x1f]|"")+" FROM DATA CATALOG DATABASE '
                       r"'(?:[^'\\\x00-\x1f]|''|\\\\)+' IAM_ROLE default;")


def judge_sql(text):
    lines = text.split("\n")
    if lines.pop() != "":
        yield "does not end with a line"
    for number, line in enumerate(lines, 1):
        if not line.startswith("--") and not STATEMENT.fullmatch(line):
            yield f"line {number} is no statement of the one form there is"
    if not any(line.startswith("CREATE") for line in lines):
        yield "makes nothing"
