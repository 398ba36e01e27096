"""What several rules ask of a template: the text of a value, a list where one thing may stand bare, the
names that tables and databases come to."""

import re

from report import resources

#: Names as Athena and Glue keep them; a folder as a table or a registration names it.
TABLE_NAME = re.compile(r"[a-z0-9_]{1,255}")
FOLDER = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/(.*/)?")


def listed(value):
    """What AWS lets stand alone or in a list, as a list."""
    return value if isinstance(value, list) else [value]


def plain_text(value):
    """The text that a string or Fn::Sub of literals comes to."""
    if isinstance(value, dict) and isinstance(value.get("Fn::Sub"), list):
        text, names = value["Fn::Sub"]
        return re.sub(r"\$\{([^!}]+)\}", lambda found: names.get(found[1], found[0]), text).replace("${!", "${")
    return value


def cut(value):
    """The text of a string or of Fn::Sub, with what is substituted replaced by a letter."""
    if isinstance(value, dict) and "Fn::Sub" in value:
        value = value["Fn::Sub"]
        value = value[0] if isinstance(value, list) else value
        value = re.sub(r"\$\{[^!}][^}]*\}", "x", value).replace("${!", "${")
    return value if isinstance(value, str) else None


def name_made(template, value):
    """The name that a reference to a table or database of the template comes to, or the name that stands there."""
    if isinstance(value, dict) and "Ref" in value:
        target = template["Resources"].get(value["Ref"], {}).get("Properties", {})
        inputs = target.get("DatabaseInput") or target.get("TableInput") or {}
        return target.get("Name") or inputs.get("Name")
    return value if isinstance(value, str) else None


def catalog_of(template):
    """{database: {table: columns}} of what a template makes; links to what others make are no part of it."""
    made = {}
    for _, _, properties in resources(template, "AWS::Glue::Database"):
        name = properties.get("DatabaseInput", {}).get("Name")
        if isinstance(name, str) and "TargetDatabase" not in properties["DatabaseInput"]:
            made.setdefault(name, {})
    for _, _, properties in resources(template, "AWS::Glue::Table"):
        table = properties.get("TableInput")
        database = name_made(template, properties.get("DatabaseName"))
        if "OpenTableFormatInput" in properties and isinstance(database, str):
            iceberg = properties["OpenTableFormatInput"]["IcebergInput"]["IcebergTableInput"]
            made.setdefault(database, {})[properties.get("Name")] = {field["Name"] for field in iceberg["Schema"]["Fields"]}
            continue
        if isinstance(table, dict) and isinstance(database, str) and "TargetTable" not in table:
            columns = [*table.get("StorageDescriptor", {}).get("Columns", []), *table.get("PartitionKeys", [])]
            made.setdefault(database, {})[table.get("Name")] = {column.get("Name") for column in columns}
    return made
