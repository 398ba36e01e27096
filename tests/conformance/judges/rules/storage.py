"""Rules for where data lies: what stays when a stack goes, buckets, keys, who reads past Lake Formation."""

import json
import re

from report import resources
from rules.values import cut, listed

#: Types that hold what cannot be made again; a deleted database takes its tables along. Log groups
#: of machines hold none of it: states.py sees to that.
HOLDS_DATA = {
    "AWS::S3::Bucket", "AWS::Glue::Database", "AWS::Glue::Table", "AWS::KMS::Key",
    "AWS::DynamoDB::Table", "AWS::RedshiftServerless::Namespace"}


def judge_retention(name, resource):
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::Glue::Table" and "TargetTable" in properties.get("TableInput", {}):
        return
    if resource["Type"] == "AWS::Glue::Database" and "TargetDatabase" in properties.get("DatabaseInput", {}):
        return
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if resource.get(policy) != "Retain":
            yield f"{name}: {resource['Type']} holds data, {policy} is {resource.get(policy)!r}"


def judge_bucket(template, name, bucket):
    block = bucket.get("PublicAccessBlockConfiguration", {})
    for part in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"):
        if block.get(part) is not True:
            yield f"{name}: {part} is not true"
    if "BucketEncryption" not in bucket:
        yield f"{name}: no encryption"
    if bucket.get("VersioningConfiguration", {}).get("Status") != "Enabled":
        yield f"{name}: no versioning"
    for _, _, policy in resources(template, "AWS::S3::BucketPolicy"):
        if policy.get("Bucket") == {"Ref": name} or policy.get("Bucket") == bucket.get("BucketName"):
            for statement in policy.get("PolicyDocument", {}).get("Statement", []):
                secure = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
                if statement.get("Effect") == "Deny" and secure in ("false", False) and statement.get("Action") == "s3:*":
                    return
    yield f"{name}: no policy that denies requests without TLS"


def allowed_principals(document):
    for statement in document.get("Statement", []):
        principal = statement.get("Principal", {})
        if statement.get("Effect") != "Allow":
            continue
        if not isinstance(principal, dict):
            yield principal
            continue
        yield from listed(principal.get("AWS", []))


def judge_bucket_policy(name, properties):
    """Across accounts Lake Formation hands out the registration role's credentials: nobody else is let in."""
    for principal in allowed_principals(properties.get("PolicyDocument", {})):
        text = json.dumps(principal)
        if not text.strip('"}]').endswith("--lakeformation"):
            yield f"{name}: lets in {text}, which is no registration role"


def judge_service_policy(name, policy):
    """A service that writes into a bucket does so for somebody: a policy says for whom."""
    for statement in policy.get("PolicyDocument", {}).get("Statement", []):
        principal = statement.get("Principal")
        if statement.get("Effect") == "Allow" and isinstance(principal, dict) and "Service" in principal:
            keys = {key.lower() for test in statement.get("Condition", {}).values() for key in test}
            if not keys & {"aws:sourcearn", "aws:sourceaccount"}:
                yield f"{name}: {statement.get('Sid')} lets {principal['Service']} in, whoever it acts for"


def judge_registration(build_templates):
    """Every table of ours lies in a location that is registered with Lake Formation."""
    registered = False
    tables = []
    for template in build_templates:
        registered = registered or any(True for _ in resources(template, "AWS::LakeFormation::Resource"))
        tables += [name for name, _, _ in resources(template, "AWS::Glue::Table")]
    if tables and not registered:
        yield "tables, but no location is registered: everybody with IAM rights reads them"


#: What reads or writes data with a key, or lets somebody do so.
USES_KEY = re.compile(r"^(\*|kms:(\*|Decrypt.*|Encrypt.*|GenerateDataKey.*|ReEncrypt.*|CreateGrant.*|[A-Z][a-z]*\*))$")


def judge_key(name, key):
    """A key is administered by its account and used by the role of the registrations; results of queries serve S3."""
    if key.get("EnableKeyRotation") is not True:
        yield f"{name}: the key is never turned over"
    administered = False
    for statement in key.get("KeyPolicy", {}).get("Statement", []):
        principal = statement.get("Principal")
        who = principal.get("AWS") if isinstance(principal, dict) else principal
        text = cut(who) or ""
        actions = listed(statement.get("Action", []))
        uses = [action for action in actions if USES_KEY.match(action)]
        if text.endswith(":root"):
            administered |= "kms:PutKeyPolicy" in actions
            via = statement.get("Condition", {}).get("StringLike", {}).get("kms:ViaService")
            if [action for action in uses if action != "kms:GenerateDataKey*"] and via != "s3.*":
                yield f"{name}: {statement.get('Sid')} lets all of the account {', '.join(uses)}"
        elif text and not text.endswith("--lakeformation"):
            yield f"{name}: {statement.get('Sid')} lets {text} use the key"
        elif not text and who != {"Fn::GetAtt": ["RegistrationRole", "Arn"]}:
            yield f"{name}: {statement.get('Sid')} lets {who} use the key"
    if not administered:
        yield f"{name}: nobody could change the key's policy any more"
