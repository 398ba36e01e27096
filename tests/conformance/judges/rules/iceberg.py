"""Rules for tables of Iceberg: their schema, what identifies a row, their partitions."""

import json
import re

from rules.values import FOLDER, TABLE_NAME, plain_text

#: Iceberg's primitive types as the table's schema spells them (Iceberg table spec, "Primitive types").
ICEBERG = {"boolean", "int", "long", "float", "double", "date", "time", "timestamp", "timestamptz", "string", "uuid", "binary"}
ICEBERG_TRANSFORM = re.compile(r"identity|year|month|day|hour|void|bucket\[[1-9][0-9]*\]|truncate\[[1-9][0-9]*\]")
#: What each transform can be taken of.
TRANSFORMED = {
    "year": {"date", "timestamp", "timestamptz"}, "month": {"date", "timestamp", "timestamptz"},
    "day": {"date", "timestamp", "timestamptz"}, "hour": {"timestamp", "timestamptz"},
    "truncate": {"int", "long", "decimal", "string", "binary"},
    "bucket": {"int", "long", "decimal", "date", "time", "timestamp", "timestamptz", "string", "uuid", "binary"}}


def judge_iceberg_type(name, type_, ids):
    """A type of Iceberg as text or tree; collects the ids of what is inside."""
    if isinstance(type_, str):
        found = re.fullmatch(r"decimal\(([0-9]+), ?([0-9]+)\)", type_)
        if found and 1 <= int(found[1]) <= 38 and int(found[2]) <= int(found[1]):
            return
        if type_ not in ICEBERG:
            yield f"{name}: Iceberg has no type {type_!r}"
    elif type_.get("type") == "list":
        ids.append(type_["element-id"])
        yield from judge_iceberg_type(name, type_["element"], ids)
    elif type_.get("type") == "map":
        ids += [type_["key-id"], type_["value-id"]]
        yield from judge_iceberg_type(name, type_["key"], ids)
        yield from judge_iceberg_type(name, type_["value"], ids)
    elif type_.get("type") == "struct":
        for field in type_["fields"]:
            ids.append(field["id"])
            yield from judge_iceberg_type(f"{name}.{field['name']}", field["type"], ids)
    else:
        yield f"{name}: {type_!r} is no type of Iceberg"


def judge_iceberg(name, properties):
    """A table of OpenTableFormatInput. Glue refuses a TableInput beside it, and knows fields by their ids."""
    iceberg = properties["OpenTableFormatInput"].get("IcebergInput", {})
    table = iceberg.get("IcebergTableInput", {})
    if "TableInput" in properties:
        yield f"{name}: TableInput beside OpenTableFormatInput"
    if iceberg.get("MetadataOperation") != "CREATE":
        yield f"{name}: MetadataOperation is {iceberg.get('MetadataOperation')!r}"
    if not TABLE_NAME.fullmatch(str(properties.get("Name"))):
        yield f"{name}: table name {properties.get('Name')!r} is not plain lower case"
    if not FOLDER.fullmatch(str(table.get("Location"))):
        yield f"{name}: Location {table.get('Location')!r} is no folder in S3"
    schema = table.get("Schema", {})
    if schema.get("Type") != "struct" or not schema.get("Fields"):
        yield f"{name}: the schema is no struct of fields"
    ids, types = [], {}
    for field in schema.get("Fields", []):
        ids.append(field["Id"])
        text = plain_text(field["Type"])
        tree = json.loads(text) if text.startswith("{") else text
        types[field["Id"]] = text.partition("(")[0]
        yield from judge_iceberg_type(f"{name}.{field['Name']}", tree, ids)
    if len(ids) != len(set(ids)) or min(ids, default=1) < 1:
        yield f"{name}: field ids are not positive and different"
    required = {field["Id"] for field in schema.get("Fields", []) if field.get("Required")}
    for key in schema.get("IdentifierFieldIds", []):
        if key not in required or types.get(key) in ("float", "double") or types.get(key, "{").startswith("{"):
            yield f"{name}: field {key} cannot identify rows"
    names = {field["Name"] for field in schema.get("Fields", [])}
    for field in table.get("PartitionSpec", {}).get("Fields", []):
        transform = field.get("Transform", "")
        if not ICEBERG_TRANSFORM.fullmatch(transform):
            yield f"{name}: Iceberg has no transform {transform!r}"
        source = types.get(field.get("SourceId"))
        word = transform.partition("[")[0]
        if source is None or (word in TRANSFORMED and source not in TRANSFORMED[word]):
            yield f"{name}: {transform} of {source}"
        if transform != "identity" and field.get("Name") in names:
            yield f"{name}: partition {field['Name']} is called like a column"
    for key, value in table.get("Properties", {}).items():
        if not isinstance(plain_text(value), str):
            yield f"{name}: property {key} is not text"
