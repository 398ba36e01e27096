#!/usr/bin/env python3
"""Judge: what no outside tool looks at (each rule names the harm it prevents).

Here stands which rule judges what; the rules themselves are in rules/, a file a subject.
"""

import json
import os
import sys

from report import Report, grants, load, machines, resources, templates
from rules.grants import judge_desired, judge_managed
from rules.quality import judge_ruleset
from rules.services import judge_namespace, judge_permission, judge_schedule, judge_sql, judge_trust, judge_warehouse, judge_workgroup
from rules.states import judge_machine, judge_machine_resource, judge_machine_role
from rules.storage import HOLDS_DATA, judge_bucket, judge_bucket_policy, judge_key, judge_registration, judge_retention, judge_service_policy
from rules.tables import judge_database, judge_table
from rules.values import catalog_of
from rules.watching import judge_alarm, judge_config_rule, judge_dashboard, judge_trail

say = Report("unseen")

#: Rules that need no more than the name of a resource and its properties.
JUDGES = {
    "AWS::Athena::WorkGroup": [judge_workgroup],
    "AWS::CloudTrail::Trail": [judge_trail],
    "AWS::CloudWatch::Alarm": [judge_alarm],
    "AWS::CloudWatch::Dashboard": [judge_dashboard],
    "AWS::Glue::Database": [judge_database],
    "AWS::Glue::Table": [judge_table],
    "AWS::IAM::Role": [judge_trust],
    "AWS::KMS::Key": [judge_key],
    "AWS::Lambda::Permission": [judge_permission],
    "AWS::RedshiftServerless::Namespace": [judge_namespace],
    "AWS::RedshiftServerless::Workgroup": [judge_warehouse],
    "AWS::S3::BucketPolicy": [judge_service_policy, judge_bucket_policy],
    "AWS::Scheduler::Schedule": [judge_schedule],
}


def judge_imports(template):
    """Names are computed: no stack waits for, or holds, another one."""
    text = json.dumps(template)
    for word in ("Fn::ImportValue", '"Outputs"', '"Export"'):
        if word in text:
            yield f"{word} in a template"


def judge_template(path, template, definitions, catalog):
    yield from judge_imports(template)
    for name, resource, properties in resources(template):
        kind = resource.get("Type")
        for judge in JUDGES.get(kind, ()):
            yield from judge(name, properties)
        if kind in HOLDS_DATA:
            yield from judge_retention(name, resource)
        if kind == "AWS::S3::Bucket":
            yield from judge_bucket(template, name, properties)
        if kind == "AWS::Config::ConfigRule":
            yield from judge_config_rule(name, properties, lambda why: say.skip(path, why))
        if kind == "AWS::Glue::DataQualityRuleset":
            yield from judge_ruleset(template, name, properties, catalog)
        if kind == "AWS::StepFunctions::StateMachine":
            yield from judge_machine_resource(name, properties, definitions)
            yield from judge_machine_role(template, name, properties)
        if kind == "AWS::LakeFormation::Permissions":
            yield f"{name}: the legacy type knows no enums, grants go through the grant program"


def add_catalog(made, template):
    for database, tables in catalog_of(template).items():
        made.setdefault(database, {}).update(tables)


def judge_build(build):
    loaded = {path: load(path) for path in templates(build)}
    definitions = [load(path) for path in machines(build)]
    by_account = {}
    whole = {}
    for template in loaded.values():
        add_catalog(whole, template)
    for path, template in loaded.items():
        say.verdict(path, list(judge_template(path, template, definitions, whole)))
    for stack in load(os.path.join(build, "manifest.json"))["stacks"]:
        template = loaded.get(os.path.join(build, stack["template"]), {})
        add_catalog(by_account.setdefault(stack.get("account") or "self", {}), template)
    say.verdict(os.path.join(build, "stacks"), list(judge_registration(loaded.values())))
    for path in machines(build):
        say.verdict(path, list(judge_machine(load(path))))
    for warehouse in load(os.path.join(build, "manifest.json"))["warehouses"]:
        path = os.path.join(build, warehouse["sql"])
        with open(path, encoding="utf-8", newline="") as stream:
            say.verdict(path, list(judge_sql(stream.read())))
    for path in grants(build):
        desired = load(path)
        complaints = list(judge_desired(desired, whole))
        complaints += judge_managed(desired, by_account.get(desired.get("account") or "self", {}))
        say.verdict(path, complaints)


for build in sys.argv[1:]:
    try:
        judge_build(build)
    except (KeyError, TypeError, AttributeError, OSError, ValueError) as error:
        say.bad(build, f"{type(error).__name__} {error}")
