"""The lake of the conformance run: makes it from a build's templates, and says independently what grants it should have.

lake.py make    ENDPOINT ACCOUNT BUILD DESIRED   databases, tables, default grants, one foreign grant
lake.py compare ENDPOINT ACCOUNT DESIRED         exit 1 and the differences unless exactly those grants are there
lake.py dump    ENDPOINT ACCOUNT DESIRED         every grant, the administrators, sorted

Shares no code and no idea of normal form with runtime/grants.sh: a grant is opened up into tuples of one principal, one
permission and one thing, and the sets of tuples are compared in both directions.
"""

import json
import os
import re
import sys

import boto3

EVERYBODY = "IAM_ALLOWED_PRINCIPALS"
OLD_ADMIN = "arn:aws:iam::%s:role/AdminBefore"
FOREIGN = "arn:aws:iam::%s:role/NotOfThisMesh"


def partition_of(region):
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


class Context:
    def __init__(self, endpoint, account):
        self.region = os.environ["AWS_DEFAULT_REGION"]
        self.account = account
        self.values = {
            "AWS::AccountId": account,
            "AWS::Region": self.region,
            "AWS::Partition": partition_of(self.region),
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": "stack",
        }
        self.glue = boto3.client("glue", endpoint_url=endpoint)
        self.lake = boto3.client("lakeformation", endpoint_url=endpoint)
        self.caller = boto3.client("sts", endpoint_url=endpoint).get_caller_identity()["Arn"]

    def text(self, template, names):
        def value(match):
            key = match.group(1)
            return key[1:] if key.startswith("!") else str(names.get(key, key))

        return re.sub(r"\$\{([^}]+)\}", value, template).replace("${!", "${")


def resolve(context, resources, node):
    """A value of a template with its intrinsic functions worked out, as far as Glue's inputs use them."""
    if isinstance(node, list):
        return [resolve(context, resources, item) for item in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        (name, argument), = node.items()
        if name == "Ref":
            return reference(context, resources, argument)
        if name == "Fn::Sub":
            template, local = argument if isinstance(argument, list) else (argument, {})
            names = dict(context.values)
            names.update({k: resolve(context, resources, v) for k, v in local.items()})
            for key in re.findall(r"\$\{([A-Za-z0-9.:]+)\}", template):
                if key not in names:
                    names[key] = reference(context, resources, key)
            return context.text(template, names)
        if name == "Fn::Join":
            return argument[0].join(str(v) for v in resolve(context, resources, argument[1]))
        if name == "Fn::GetAtt":
            return reference(context, resources, ".".join(argument) if isinstance(argument, list) else argument)
        if name.startswith("Fn::"):
            raise SystemExit("%s in a Glue input is not known to this test" % name)
    return {key: resolve(context, resources, value) for key, value in node.items()}


def reference(context, resources, name):
    if name in context.values:
        return context.values[name]
    logical = name.split(".")[0]
    if logical not in resources:
        raise SystemExit("reference to %s, which is no resource of this template" % name)
    resource = resources[logical]
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::Glue::Database":
        return resolve(context, resources, properties["DatabaseInput"])["Name"]
    for key in ("Name", "BucketName", "RoleName", "TopicName"):
        if isinstance(properties.get(key), str):
            return properties[key]
    return logical


def templates(build, account):
    with open(os.path.join(build, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    for stack in manifest["stacks"]:
        if stack.get("account") in (None, "self", account):
            with open(os.path.join(build, stack["template"]), encoding="utf-8") as file:
                yield json.load(file)["Resources"]


def grant(context, principal, resource, permissions):
    context.lake.grant_permissions(
        CatalogId=context.account,
        Principal={"DataLakePrincipalIdentifier": principal},
        Resource=resource,
        Permissions=permissions,
    )


def iceberg_table(properties):
    """What Glue shows of a table that it made from an IcebergTableInput: names of columns are all that grants need."""
    table = properties["OpenTableFormatInput"]["IcebergInput"]["IcebergTableInput"]
    columns = [{"Name": field["Name"], "Type": "string"} for field in table["Schema"]["Fields"]]
    return {
        "Name": properties["Name"], "TableType": "EXTERNAL_TABLE", "Parameters": {"table_type": "ICEBERG"},
        "StorageDescriptor": {"Location": table["Location"], "Columns": columns}}


def make(context, build, desired):
    databases, tables = [], []
    all_resources = list(templates(build, context.account))
    for resources in all_resources:
        for resource in resources.values():
            if resource["Type"] == "AWS::Glue::Database":
                given = resolve(context, resources, resource["Properties"]["DatabaseInput"])
                context.glue.create_database(CatalogId=context.account, DatabaseInput=given)
                databases.append(given["Name"])
    for resources in all_resources:
        for resource in resources.values():
            if resource["Type"] == "AWS::Glue::Table":
                properties = resolve(context, resources, resource["Properties"])
                given = properties.get("TableInput") or iceberg_table(properties)
                context.glue.create_table(
                    CatalogId=context.account, DatabaseName=properties["DatabaseName"], TableInput=given)
                tables.append((properties["DatabaseName"], given["Name"]))

    # A product without declared columns has no table in a template: its crawler makes it.
    crawled = set()
    for resources in all_resources:
        for resource in resources.values():
            if resource["Type"] == "AWS::Glue::Crawler":
                if "DatabaseName" in resource["Properties"]:  # else it fills tables that are declared
                    crawled.add(resolve(context, resources, resource["Properties"]["DatabaseName"]))
    for managed in desired["managed"]["tables"]:
        name = (managed["database"], managed["table"])
        if name not in tables and managed["database"] in crawled:
            context.glue.create_table(CatalogId=context.account, DatabaseName=name[0], TableInput={"Name": name[1]})
            tables.append(name)

    make_existing(context, desired, set(databases), set(tables))
    check_names(context, desired)
    for database in databases:
        grant(context, EVERYBODY, {"Database": {"CatalogId": context.account, "Name": database}}, ["ALL"])
    for database, table in tables:
        where = {"CatalogId": context.account, "DatabaseName": database, "Name": table}
        grant(context, EVERYBODY, {"Table": where}, ["ALL"])
    if databases:
        where = {"CatalogId": context.account, "Name": databases[0]}
        grant(context, FOREIGN % context.account, {"Database": where}, ["DROP"])
    settings = context.lake.get_data_lake_settings(CatalogId=context.account)["DataLakeSettings"]
    settings["DataLakeAdmins"] = [{"DataLakePrincipalIdentifier": arn} for arn in admins_before(context)]
    context.lake.put_data_lake_settings(CatalogId=context.account, DataLakeSettings=settings)
    tag_before(context, desired)
    print("%d databases, %d tables" % (len(databases), len(tables)))


def tag_before(context, desired):
    """moto cannot be asked for the tags of what has none: everything that will get one has another before."""
    if desired.get("associations"):
        context.lake.create_lf_tag(CatalogId=context.account, TagKey="before", TagValues=["yes"])
    for association in desired.get("associations", []):
        context.lake.add_lf_tags_to_resource(
            CatalogId=context.account, Resource=association["resource"], LFTags=[{"TagKey": "before", "TagValues": ["yes"]}]
        )


def check_names(context, desired):
    """moto grants on what does not exist; AWS does not. What is managed must be there, columns included."""
    known = {}
    for database in context.glue.get_databases()["DatabaseList"]:
        pages = context.glue.get_paginator("get_tables").paginate(DatabaseName=database["Name"])
        known[database["Name"]] = {t["Name"]: t for page in pages for t in page["TableList"]}
    for name in desired["managed"]["databases"]:
        if name not in known:
            raise SystemExit("managed database %s is in no template" % name)
    for managed in desired["managed"]["tables"]:
        if managed["table"] not in known.get(managed["database"], {}):
            raise SystemExit("managed table %(database)s.%(table)s is in no template" % managed)
    for batch in desired["batches"]:
        for entry in batch["Entries"]:
            limited = entry["Resource"].get("TableWithColumns")
            if not limited or limited["DatabaseName"] not in known:
                continue
            table = known[limited["DatabaseName"]].get(limited["Name"])
            if table is None:
                raise SystemExit("entry %s: no table %s" % (entry["Id"], limited["Name"]))
            columns = {c["Name"] for c in table["StorageDescriptor"]["Columns"]}
            absent = [c for c in limited.get("ColumnNames", []) if c not in columns]
            if absent and columns:
                raise SystemExit("entry %s: no column %s (partition keys cannot be limited)" % (entry["Id"], absent))


def opened(context, row):
    """One row of ListPermissions, or one entry of a batch, as tuples."""
    (kind, where), = [(k, v) for k, v in row["Resource"].items() if v is not None]
    catalog = where.get("CatalogId", context.account)
    things = []
    if kind == "Catalog":
        things.append(("catalog", where.get("Id", context.account)))
    elif kind == "Database":
        things.append(("database", catalog, where["Name"]))
    elif kind == "DataLocation":
        things.append(("location", catalog, where["ResourceArn"]))
    elif kind == "Table" and "TableWildcard" in where:
        things.append(("every table", catalog, where["DatabaseName"]))
    elif kind == "Table":
        things.append(("table", catalog, where["DatabaseName"], where["Name"]))
    elif kind == "TableWithColumns" and where.get("ColumnNames"):
        for column in where["ColumnNames"]:
            things.append(("column", catalog, where["DatabaseName"], where["Name"], column))
    elif kind == "TableWithColumns":
        excluded = tuple(sorted((where.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or []))
        things.append(("columns but", catalog, where["DatabaseName"], where["Name"]) + excluded)
    else:
        raise SystemExit("resource %s is not known to this test" % kind)
    for thing in things:
        for permission in row["Permissions"]:
            yield (row["Principal"]["DataLakePrincipalIdentifier"], permission) + thing


def present(context):
    found = set()
    for kind in ("CATALOG", "DATABASE", "TABLE", "DATA_LOCATION"):
        token = {}
        while True:
            page = context.lake.list_permissions(CatalogId=context.account, ResourceType=kind, **token)
            for row in page["PrincipalResourcePermissions"]:
                found.update(opened(context, row))
            if not page.get("NextToken"):
                break
            token = {"NextToken": page["NextToken"]}
    return found


def admins(context):
    settings = context.lake.get_data_lake_settings(CatalogId=context.account)["DataLakeSettings"]
    return [a["DataLakePrincipalIdentifier"] for a in settings["DataLakeAdmins"]]


def make_existing(context, desired, databases, tables):
    """What the mesh grants on and does not make, an `existing` domain or product, is there before it."""
    for batch in desired["batches"]:
        for entry in batch["Entries"]:
            (kind, where), = entry["Resource"].items()
            database = where.get("Name") if kind == "Database" else where.get("DatabaseName")
            if database and database not in databases:
                context.glue.create_database(CatalogId=context.account, DatabaseInput={"Name": database})
                databases.add(database)
            table = (database, where.get("Name"))
            if kind in ("Table", "TableWithColumns") and table[1] and table not in tables:
                columns = [{"Name": name, "Type": "string"} for name in where.get("ColumnNames", [])]
                given = {"Name": table[1], "StorageDescriptor": {"Columns": columns}}
                context.glue.create_table(CatalogId=context.account, DatabaseName=database, TableInput=given)
                tables.add(table)


def admins_before(context):
    return [OLD_ADMIN % context.account, context.caller]


def tags_of(context, resource):
    answer = context.lake.get_resource_lf_tags(CatalogId=context.account, Resource=resource, ShowAssignedLFTags=True)
    (kind, where), = resource.items()
    if kind != "TableWithColumns":
        return {(kind, t["TagKey"], v) for t in answer.get("LFTagOnDatabase" if kind == "Database" else "LFTagsOnTable", []) for v in t["TagValues"]}
    return {(c["Name"], t["TagKey"], v) for c in answer.get("LFTagsOnColumns", []) for t in c["LFTags"] for v in t["TagValues"]}


def wrong_tags(context, desired):
    known = {t["TagKey"]: set(t["TagValues"]) for t in context.lake.list_lf_tags(CatalogId=context.account)["LFTags"]}
    for tag in desired.get("tags", []):
        if known.get(tag["key"]) != set(tag["values"]):
            yield "tag %s has %s" % (tag["key"], known.get(tag["key"]))
    for association in desired.get("associations", []):
        (kind, where), = association["resource"].items()
        names = where["ColumnNames"] if kind == "TableWithColumns" else [kind]
        expected = {(name, tag["key"], tag["value"]) for name in names for tag in association["tags"]}
        got = tags_of(context, association["resource"])
        if got != expected:
            yield "association %s gives %s instead of %s" % (association["id"], sorted(got), sorted(expected))


def compare(context, desired):
    expected = set()
    for batch in desired["batches"]:
        for entry in batch["Entries"]:
            expected.update(opened(context, entry))
    found = present(context)
    managed = {("database", context.account, name) for name in desired["managed"]["databases"]}
    managed |= {("table", context.account, t["database"], t["table"]) for t in desired["managed"]["tables"]}
    # What was there before and is none of the program's business.
    foreign = {g for g in found if g[0] == FOREIGN % context.account}
    foreign |= {g for g in found if g[0] == EVERYBODY and g[2:] not in managed}
    wrong = ["missing: %s" % (g,) for g in sorted(expected - found)]
    wrong += ["too much: %s" % (g,) for g in sorted(found - expected - foreign)]
    if managed and not any(g[0] == FOREIGN % context.account for g in found) and desired["managed"]["databases"]:
        wrong.append("the foreign grant is gone")
    have = admins(context)
    wanted = admins_before(context) + desired["settings"]["admins"]
    wrong += wrong_tags(context, desired)
    if sorted(have) != sorted(set(wanted)):
        wrong.append("administrators: %s instead of %s" % (have, wanted))
    if wrong:
        raise SystemExit("\n".join(wrong))
    print("%d facts" % len(expected))


def main():
    verb, endpoint, account = sys.argv[1:4]
    context = Context(endpoint, account)
    with open(sys.argv[-1], encoding="utf-8") as file:
        text = file.read()
    for token in ("AWS::AccountId", "AWS::Region", "AWS::Partition"):
        text = text.replace("${%s}" % token, context.values[token])
    desired = json.loads(text)
    if verb == "make":
        make(context, sys.argv[4], desired)
    elif verb == "compare":
        compare(context, desired)
    else:
        for fact in sorted(present(context)):
            print(fact)
        print(admins(context))
        for association in desired.get("associations", []):
            print(association["id"], sorted(tags_of(context, association["resource"])))


main()
