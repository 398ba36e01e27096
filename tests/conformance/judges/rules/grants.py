"""Rules for what the grant program is to bring about: entries that Lake Formation takes, on things that there are."""

import re

TABLE = {"ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT"}
DATABASE = {"ALL", "ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"}
LEGAL = {
    "Catalog": {"CREATE_DATABASE", "CREATE_LF_TAG", "CREATE_LF_TAG_EXPRESSION", "CREATE_CATALOG"},
    "Database": DATABASE,
    "Table": TABLE,
    "TableWithColumns": {"SELECT"},
    "DataCellsFilter": {"SELECT", "DESCRIBE", "DROP"},
    "DataLocation": {"DATA_LOCATION_ACCESS"},
    "LFTag": {"ALTER", "DROP", "ASSOCIATE", "DESCRIBE", "GRANT_WITH_LF_TAG_EXPRESSION"},
    "LFTagExpression": {"DESCRIBE", "ALTER", "DROP", "GRANT_WITH_LF_TAG_EXPRESSION"},
    "LFTagPolicy": None,  # by its ResourceType
}
ACCOUNT = r"([0-9]{12}|\$\{AWS::AccountId\})"
PARTITION = r"(aws[a-z-]*|\$\{AWS::Partition\})"
PRINCIPAL = re.compile(
    rf"^({ACCOUNT}(:IAMPrincipals)?|arn:{PARTITION}:(iam::{ACCOUNT}:(role|user|group|saml-provider)/.+"
    rf"|organizations::{ACCOUNT}:(organization|ou)/.+|identitystore:::(user|group)/.+|quicksight:[^:]+:{ACCOUNT}:(user|group)/default/.+))$")


def judge_entry(entry):
    name = entry.get("Id", "?")
    if not re.fullmatch(r"g-[0-9a-f]{16}", name):
        yield f"{name}: no grant id"
    principal = entry.get("Principal", {}).get("DataLakePrincipalIdentifier", "")
    if not PRINCIPAL.match(principal):
        yield f"{name}: {principal!r} is no principal"
    resource = entry.get("Resource", {})
    if len(resource) != 1:
        yield f"{name}: Resource has {len(resource)} members, exactly one is wanted"
        return
    kind, target = next(iter(resource.items()))
    legal = LEGAL.get(kind, set())
    if kind == "LFTagPolicy":
        legal = DATABASE if target.get("ResourceType") == "DATABASE" else TABLE
    given, passed = entry.get("Permissions", []), entry.get("PermissionsWithGrantOption", [])
    if not given:
        yield f"{name}: grants nothing"
    for permission in given:
        if permission not in legal:
            yield f"{name}: a {kind} has no {permission}"
    if len(set(given)) != len(given) or len(set(passed)) != len(passed):
        yield f"{name}: a permission stands twice"
    if not set(passed) <= set(given):
        yield f"{name}: grant options {sorted(set(passed) - set(given))} are not granted"
    if kind == "Table" and ("Name" in target) == ("TableWildcard" in target):
        yield f"{name}: a Table has either Name or TableWildcard"
    if kind == "TableWithColumns" and ("ColumnNames" in target) == ("ColumnWildcard" in target):
        yield f"{name}: TableWithColumns has either ColumnNames or ColumnWildcard"
    if kind == "TableWithColumns" and not target.get("ColumnNames", True):
        yield f"{name}: no columns"
    if kind == "DataLocation" and not re.match(rf"^arn:{PARTITION}:s3:::[a-z0-9]", target.get("ResourceArn", "")):
        yield f"{name}: {target.get('ResourceArn')!r} is no place in S3"
    catalog = target.get("CatalogId", target.get("TableCatalogId"))
    if kind != "Catalog" and not (isinstance(catalog, str) and re.fullmatch(ACCOUNT, catalog)):
        yield f"{name}: CatalogId {catalog!r}"


def judge_desired(desired, catalog):
    """`catalog`: {database: {table: columns}} of the templates of the same build."""
    if desired.get("format") != 2:
        yield f"format {desired.get('format')!r}"
    ids, pairs = set(), set()
    for number, batch in enumerate([*desired["batches"], *desired.get("taking", {}).get("batches", [])], 1):
        if not 1 <= len(batch["Entries"]) <= 20:
            yield f"batch {number}: {len(batch['Entries'])} entries"
        for entry in batch["Entries"]:
            yield from judge_entry(entry)
            if entry["Id"] in ids:
                yield f"{entry['Id']} stands twice"
            ids.add(entry["Id"])
            # Of one thing that ends there are several entries, each for other days.
            days = str(desired["slices"].get(entry["Id"]))
            pair = (str(entry.get("Principal")), str(entry.get("Resource")), days)
            if pair in pairs:
                yield f"{entry['Id']}: a second entry of one principal and resource"
            pairs.add(pair)
            if "taking" not in desired or batch in desired["batches"]:
                yield from judge_target(entry, catalog)
    for name in sorted(set(desired["slices"]) - ids):
        yield f"{name}: days of an entry that there is not"
    yield from judge_labels(desired, catalog, ids)
    for name in sorted(ids ^ set(desired["sources"])):
        yield f"{name}: an entry without a source or a source without an entry"
    databases = desired["managed"]["databases"] + desired["hybrid"]["databases"]
    for table in desired["managed"]["tables"] + desired["hybrid"]["tables"]:
        if table["database"] not in databases:
            yield f"table {table['database']}.{table['table']} in a database that is neither managed nor hybrid"
    for kind in ("databases", "tables"):
        for thing in desired["managed"][kind]:
            if thing in desired["hybrid"][kind]:
                yield f"{thing} is managed and hybrid"


def judge_labels(desired, catalog, ids):
    """Tags that are put somewhere are defined, filters and what carries a tag is there; adds the names to `ids`."""
    values = {tag["key"]: set(tag["values"]) for tag in desired["tags"]}
    for key, given in values.items():
        if key != key.lower() or any(value != value.lower() for value in given):
            yield f"tag {key}: Lake Formation keeps tags in lower case"
    for association in desired["associations"]:
        ids.add(association["id"])
        for tag in association["tags"]:
            if tag["value"] not in values.get(tag["key"], ()):
                yield f"{association['id']}: no such tag {tag['key']}={tag['value']}"
        yield from judge_target({"Id": association["id"], "Resource": association["resource"]}, catalog)
    for item in desired["filters"]:
        ids.add(item["Name"])
        if not re.fullmatch(r"mesh_[0-9a-f]{16}", item["Name"]):
            yield f"{item['Name']}: no name of a filter"
        if ("ColumnNames" in item) == ("ColumnWildcard" in item):
            yield f"{item['Name']}: a filter has either ColumnNames or ColumnWildcard"
        columns = catalog.get(item["DatabaseName"], {}).get(item["TableName"])
        for column in item.get("ColumnNames", []):
            if columns is not None and column not in columns:
                yield f"{item['Name']}: {item['TableName']} has no column {column}"
    for optin in desired["optins"]:
        ids.add(optin["id"])
        if not PRINCIPAL.match(optin["principal"]):
            yield f"{optin['id']}: {optin['principal']!r} is no principal"


def judge_target(entry, catalog):
    """Names of a grant on a database that a template makes are names that it makes."""
    kind, target = next(iter(entry["Resource"].items()), ("", {}))
    database = target.get("Name") if kind == "Database" else target.get("DatabaseName")
    table = target.get("Name") if kind in ("Table", "TableWithColumns") else None
    if database not in catalog or table is None:
        return
    if table not in catalog[database]:
        yield f"{entry['Id']}: no template makes table {database}.{table}"
        return
    for column in target.get("ColumnNames", []):
        if column not in catalog[database][table]:
            yield f"{entry['Id']}: {database}.{table} has no column {column}"


def judge_managed(desired, made):
    """What this account's templates make is managed, or IAM keeps its hand on it."""
    known = desired["managed"], desired["hybrid"]
    tables = {(t["database"], t["table"]) for part in known for t in part["tables"]}
    for database in made:
        if not any(database in part["databases"] for part in known):
            yield f"database {database} is made here but not managed"
        for table in made[database]:
            if (database, table) not in tables:
                yield f"table {database}.{table} is made here but not managed"
