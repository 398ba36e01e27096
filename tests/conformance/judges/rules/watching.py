"""Rules for what watches a mesh: alarms, dashboards, rules of AWS Config, the trail."""

import gzip
import json
import os
import re

from rules.values import cut


def judge_alarm(name, alarm):
    if "EvaluationPeriods" not in alarm:
        yield f"{name}: no EvaluationPeriods"
    periods = alarm.get("EvaluationPeriods", 1)
    if alarm.get("DatapointsToAlarm", 1) > periods:
        yield f"{name}: more datapoints than evaluation periods"
    lengths = [alarm["Period"]] if "Period" in alarm else []
    for query in alarm.get("Metrics", []):
        lengths += [q for q in (query.get("Period"), query.get("MetricStat", {}).get("Period")) if q]
    if not lengths:
        yield f"{name}: no Period"
    for length in lengths:
        if length not in (10, 30) and (length % 60 or length <= 0):
            yield f"{name}: period {length} is neither 10, 30 nor a multiple of 60"
        if length > 86400:
            yield f"{name}: period {length} is longer than a day"
    if lengths:
        window = max(lengths) * periods
        if window > 604800:
            yield f"{name}: watches {window} s, at most seven days"
        elif window > 86400 and max(lengths) < 3600:
            yield f"{name}: watches {window} s with periods below an hour, at most a day"
    queries = alarm.get("Metrics", [])
    ids = [query.get("Id") for query in queries]
    if len(ids) != len(set(ids)):
        yield f"{name}: metric ids stand twice"
    if queries and sum(query.get("ReturnData", True) for query in queries) != 1:
        yield f"{name}: not exactly one metric is returned"
    for query in queries:
        for used in re.findall(r"\b[a-z][A-Za-z0-9_]*\b", query.get("Expression", "")):
            if re.fullmatch(r"[me][0-9]+", used) and used not in ids:
                yield f"{name}: expression names {used}, which is no metric"
    if "MetricName" in alarm and not alarm.get("Namespace"):
        yield f"{name}: MetricName without Namespace"
    if "MetricName" in alarm and not (alarm.get("Statistic") or alarm.get("ExtendedStatistic")):
        yield f"{name}: MetricName without a statistic"
    if "ComparisonOperator" not in alarm:
        yield f"{name}: no ComparisonOperator"


def judge_dashboard(name, dashboard):
    text = cut(dashboard.get("DashboardBody"))
    if text is None:
        return
    try:
        widgets = json.loads(text)["widgets"]
    except (ValueError, KeyError, TypeError) as error:
        yield f"{name}: body is no dashboard: {type(error).__name__} {error}"
        return
    for number, widget in enumerate(widgets):
        if widget.get("type") not in ("metric", "text", "log", "alarm", "explorer", "custom"):
            yield f"{name}: widget {number} has type {widget.get('type')!r}"
        if widget.get("x", 0) + widget.get("width", 6) > 24:
            yield f"{name}: widget {number} reaches over the 24 columns"


def managed_rules():
    """Identifiers of AWS's managed Config rules, from the list that moto ships."""
    try:
        import moto.config
    except ImportError:
        return None
    path = os.path.join(os.path.dirname(moto.config.__file__), "resources", "aws_managed_rules.json.gz")
    if not os.path.exists(path):
        return None
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return json.load(stream)["ManagedRules"]


RULES = managed_rules()


def judge_config_rule(name, rule, skip):
    """`skip` is told where there is no list to judge by."""
    source = rule.get("Source", {})
    owner, identifier = source.get("Owner"), source.get("SourceIdentifier")
    if owner not in ("AWS", "CUSTOM_LAMBDA", "CUSTOM_POLICY"):
        yield f"{name}: owner {owner!r}"
    if owner != "AWS":
        return
    if RULES is None:
        skip(f"moto's list of managed rules is not installed, {name} not judged")
        return
    if identifier not in RULES:
        yield f"{name}: AWS has no managed rule {identifier}"
        return
    known = {parameter["Name"]: parameter for parameter in RULES[identifier].get("Parameters") or []}
    given = rule.get("InputParameters", {})
    for parameter in given if isinstance(given, dict) else {}:
        if parameter not in known:
            yield f"{name}: {identifier} has no parameter {parameter}"


def judge_trail(name, trail):
    for flag in ("IsLogging", "EnableLogFileValidation", "IsMultiRegionTrail", "IncludeGlobalServiceEvents"):
        if trail.get(flag) is not True:
            yield f"{name}: {flag} is not true"
    categories = []
    for selector in trail.get("AdvancedEventSelectors", []):
        fields = {field["Field"]: field for field in selector["FieldSelectors"]}
        category = fields.get("eventCategory", {}).get("Equals", [None])[0]
        categories.append(category)
        if category == "Data" and fields.get("resources.type", {}).get("Equals") != ["AWS::S3::Object"]:
            yield f"{name}: a selector of data events names no objects of S3"
        for place in map(cut, fields.get("resources.ARN", {}).get("StartsWith", [])):
            if not re.fullmatch(r"arn:[a-z-]+:s3:::[a-z0-9.-]+/(.*/)?", place or ""):
                yield f"{name}: {place!r} is no folder of S3"
    if "Management" not in categories:
        yield f"{name}: management events are not recorded"
