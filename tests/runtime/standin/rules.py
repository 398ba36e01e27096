"""rules.py - what Lake Formation accepts, does and gives back, as far as its documents and its users tell.

A grant in the state is {principal, resource, permissions, options}. Its resource is a place, {kind, at, part}: one column,
one tag value or one list of excluded columns each, so that what was granted together can be taken back apart.
"""

LEGAL = {
    "catalog": {"CREATE_DATABASE", "CREATE_LF_TAG", "CREATE_LF_TAG_EXPRESSION", "CREATE_CATALOG"},
    "database": {"ALL", "ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"},
    "table": {"ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT"},
    "tables": {"ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT"},
    "filter": {"SELECT", "DESCRIBE", "DROP"},
    "location": {"DATA_LOCATION_ACCESS"},
    "tag": {"ALTER", "DROP", "ASSOCIATE", "DESCRIBE", "GRANT_WITH_LF_TAG_EXPRESSION"},
    "expression": {"DESCRIBE", "ALTER", "DROP", "GRANT_WITH_LF_TAG_EXPRESSION"},
}
EVERYBODY = "IAM_ALLOWED_PRINCIPALS"
NO_REVOKE = "No permissions revoked. Grantee has no permissions on the resource"


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message="Permissions modification is invalid."):
    return Refused("InvalidInputException", message)


# ---- resources -----------------------------------------------------------------------------------


def place(resource, catalog):
    """A Resource -> {kind, at, and columns, excluded or values where it has some}."""
    members = [name for name, value in resource.items() if value is not None]
    if len(members) != 1:
        raise invalid("Resource parameter must have exactly 1 resource specified but %d were provided" % len(members))
    kind, given = members[0], resource[members[0]]
    at = [given.get("CatalogId", catalog)]
    if kind == "Catalog":
        return {"kind": "catalog", "at": [given.get("Id", catalog)]}
    if kind == "Database":
        return {"kind": "database", "at": at + [given["Name"].lower()]}
    if kind == "Table":
        if ("Name" in given) == ("TableWildcard" in given):
            raise invalid("Exactly one of Name and TableWildcard must be given")
        at.append(given["DatabaseName"].lower())
        return {"kind": "table", "at": at + [given["Name"].lower()]} if "Name" in given else {"kind": "tables", "at": at}
    if kind == "TableWithColumns":
        found = {"kind": "table", "at": at + [given["DatabaseName"].lower(), given["Name"].lower()]}
        if given.get("ColumnNames"):
            if "ColumnWildcard" in given:
                raise invalid("ColumnNames and ColumnWildcard exclude one another")
            found["columns"] = [name.lower() for name in given["ColumnNames"]]
        elif "ColumnWildcard" not in given:
            raise invalid("ColumnNames or ColumnWildcard must be given")
        elif given["ColumnWildcard"].get("ExcludedColumnNames"):
            found["excluded"] = sorted(name.lower() for name in given["ColumnWildcard"]["ExcludedColumnNames"])
        return found
    if kind == "DataCellsFilter":
        return {"kind": "filter", "at": [given["TableCatalogId"], given["DatabaseName"].lower(), given["TableName"].lower(), given["Name"]]}
    if kind == "DataLocation":
        return {"kind": "location", "at": at + [given["ResourceArn"].rstrip("/")]}
    if kind == "LFTag":
        return {"kind": "tag", "at": at + [given["TagKey"].lower()], "values": [value.lower() for value in given["TagValues"]]}
    if kind == "LFTagPolicy":
        if given["ResourceType"] not in ("DATABASE", "TABLE"):
            raise invalid("Unknown ResourceType")
        expression = given.get("ExpressionName") or sorted([e["TagKey"].lower(), sorted(v.lower() for v in e["TagValues"])] for e in given["Expression"])
        return {"kind": "policy", "at": at + [given["ResourceType"], expression]}
    if kind == "LFTagExpression":
        return {"kind": "expression", "at": at + [given["Name"]]}
    raise invalid("Unknown resource %s" % kind)


def parts(found):
    """The parts of a place that are granted one by one."""
    if "columns" in found:
        return [["column", name] for name in found["columns"]]
    if "excluded" in found:
        return [["except", found["excluded"]]]
    return [["value", value] for value in found["values"]] if "values" in found else [None]


def find_database(account, at):
    found = account.other(at[0]).state["databases"].get(at[1])
    if found is None:
        raise Refused("EntityNotFoundException", "Database not found.")
    return found


def find_table(account, at):
    database = find_database(account, at)
    if database.get("target"):
        database = find_database(account, database["target"])
    table = database.get("tables", {}).get(at[2])
    if table is None:
        raise Refused("EntityNotFoundException", "Table not found.")
    return table


def must_exist(account, found):
    kind, at, state = found["kind"], found["at"], account.state
    if kind in ("database", "tables"):
        find_database(account, at)
    elif kind == "table":
        table = find_table(account, at)
        known = [name.lower() for name in table.get("columns", [])]
        keys = [name.lower() for name in table.get("partitions", [])]
        for name in found.get("columns", []) + found.get("excluded", []):
            if name in keys and "excluded" in found:
                raise invalid()
            if name not in known + keys:
                raise invalid("Unsupported modification: cannot grant/revoke permission on non-existent column.")
    elif kind == "filter":
        filters = account.other(at[0]).state["filters"]
        if not any([f["TableCatalogId"], f["DatabaseName"], f["TableName"], f["Name"]] == at for f in filters):
            raise Refused("EntityNotFoundException", "Cell Filter not found")
    elif kind == "location":
        known = state["locations"]
        if known is not None and not any(at[1] == arn or at[1].startswith(arn.rstrip("/") + "/") for arn in known):
            raise invalid("Please register the S3 path first")
    elif kind == "tag":
        known = state["tags"].get(at[1])
        if known is None or any(value != "*" and value not in known for value in found["values"]):
            raise Refused("EntityNotFoundException", "Tag or tag value does not exist")
    elif kind == "policy" and isinstance(at[2], list):
        for key, values in at[2]:
            if any(value != "*" and value not in state["tags"].get(key, []) for value in values) or key not in state["tags"]:
                raise Refused("EntityNotFoundException", "Tag or tag value does not exist")


def names_value(resource, key, values):
    if resource["kind"] == "tag":
        return resource["at"][1] == key and resource["part"][1] in values
    return resource["kind"] == "policy" and isinstance(resource["at"][2], list) and any(k == key and set(v) & set(values) for k, v in resource["at"][2])


def check_filter(account, data):
    where = {"kind": "table", "at": [data["TableCatalogId"], data["DatabaseName"], data["TableName"]]}
    if data["TableCatalogId"] != account.name:
        raise invalid("A filter stands in the catalog of its table")
    if data.get("ColumnNames"):
        where["columns"] = [name.lower() for name in data["ColumnNames"]]
    if bool(data.get("ColumnNames")) == ("ColumnWildcard" in data):
        raise invalid("Exactly one of ColumnNames and ColumnWildcard must be given")
    if ("FilterExpression" in data["RowFilter"]) == ("AllRowsWildcard" in data["RowFilter"]):
        raise invalid("Exactly one of FilterExpression and AllRowsWildcard must be given")
    if len(data["RowFilter"].get("FilterExpression", "")) > 2047:
        raise invalid("The row filter is too long")
    must_exist(account, where)


# ---- who ------------------------------------------------------------------------------------------


def account_of(principal):
    if principal.isdigit():
        return principal
    fields = principal.split(":")
    return fields[4] if len(fields) > 5 and fields[0] == "arn" else None


def is_external(account, principal):
    return account_of(principal) not in (None, "", account.name)


def is_admin(account, arn):
    names = [admin["DataLakePrincipalIdentifier"] for admin in account.state["settings"].get("DataLakeAdmins", [])]
    if ":assumed-role/" in arn:
        role = arn.split("/")[1]
        return any(name.split(":")[4:5] == [account.name] and ":role/" in name and name.split("/")[-1] == role for name in names)
    return arn in names


def is_shared(owner, consumer, database):
    """Whether a consumer sees a database: it, or somebody in it, was granted something, and the share was accepted."""
    reached = any(g["resource"]["kind"] in ("database", "table", "tables", "filter") and g["resource"]["at"][:2] == [owner.name, database]
                  and account_of(g["principal"]) == consumer.name for g in owner.state["grants"])
    return reached and any(i["senderAccountId"] == owner.name and i["status"] == "ACCEPTED" for i in consumer.state["invitations"])


def invite(account, principal):
    consumer = account.other(account_of(principal))
    if any(i["senderAccountId"] == account.name for i in consumer.state["invitations"]):
        return
    consumer.state["invitations"].append({
        "resourceShareInvitationArn": "arn:aws:ram:eu-west-1:%s:resource-share-invitation/%s" % (account.name, consumer.name),
        "resourceShareName": "LakeFormation-V4-%s" % consumer.name, "senderAccountId": account.name, "receiverAccountId": consumer.name, "status": "PENDING"})
    consumer.save()


# ---- grant and revoke -----------------------------------------------------------------------------


def read(entry, catalog):
    principal = entry["Principal"]["DataLakePrincipalIdentifier"]
    permissions, options = list(entry["Permissions"]), list(entry.get("PermissionsWithGrantOption") or [])
    if not 1 <= len(principal) <= 255:
        raise invalid("Invalid principal")
    if set(options) - set(permissions) or not permissions:
        raise invalid()
    return principal, place(entry["Resource"], catalog), permissions, options


def level(resource):
    if resource["kind"] == "filter":
        return "filter"
    return resource["part"][0] if resource["part"] else "full"


def sharing_version(account):
    return int(account.state["settings"].get("Parameters", {}).get("CROSS_ACCOUNT_VERSION", 1))


def is_hybrid(account, at):
    """In hybrid access mode the defaults stay, and limit nobody who has opted in."""
    return at[0] == account.name and at[1] in account.state["hybrid"]


def check_legal(account, principal, found, permissions, options):
    kind, at = found["kind"], found["at"]
    legal = LEGAL["database" if at[1] == "DATABASE" else "table"] if kind == "policy" else LEGAL[kind]
    external = is_external(account, principal)
    limited = "columns" in found or "excluded" in found
    if set(permissions) - legal or limited and permissions != ["SELECT"]:
        raise invalid()
    if "excluded" in found and options:
        raise invalid()
    if external:
        if kind == "database" and {"DROP", "ALL"} & set(permissions):
            raise invalid()
        if kind == "tag" and (set(permissions) - {"DESCRIBE", "ASSOCIATE"} or set(options) != set(permissions)):
            raise invalid()
        if kind == "policy" and not principal.isdigit():
            raise invalid()
        if not principal.isdigit() and sharing_version(account) < 3:
            raise invalid()
        if at[0] != account.name:
            raise invalid("Resources shared with this account cannot be shared further")
        for shared in ({"kind": "database", "at": at[:2]}, {"kind": "table", "at": at[:3]}):
            if kind in ("table", "tables", "filter", "database") and holds(account, EVERYBODY, shared) and not (is_hybrid(account, at) and sharing_version(account) >= 4):
                raise invalid("Please revoke permission(s) for IAM_ALLOWED_PRINCIPALS on the %s" % shared["kind"])
    if kind in ("database", "table", "tables") and at[0] == account.name and find_database(account, at).get("target"):
        if set(permissions) - {"DESCRIBE", "DROP"}:
            raise invalid()
    if kind in ("database", "table", "tables") and at[0] != account.name and not is_shared(account.other(at[0]), account, at[1]):
        raise Refused("EntityNotFoundException", "Database not found.")
    if is_admin(account, principal) and (limited or kind == "filter"):
        raise invalid()
    check_neighbours(account, principal, found)


def holds(account, principal, found):
    return any(g["principal"] == principal and g["resource"]["kind"] == found["kind"] and g["resource"]["at"] == found["at"] for g in account.state["grants"])


def check_neighbours(account, principal, found):
    """What Lake Formation does not let stand side by side for one principal on one table."""
    if found["kind"] not in ("table", "tables", "filter"):
        return
    new = level({"kind": found["kind"], "part": parts(found)[0]})
    for grant in account.state["grants"]:
        old = grant["resource"]
        if grant["principal"] != principal or old["kind"] not in ("table", "tables", "filter"):
            continue
        depth = 2 if "tables" in (old["kind"], found["kind"]) else 3
        if old["at"][:depth] == found["at"][:depth] and level(old) != new:
            raise invalid()


def grant(account, catalog, entry):
    principal, found, permissions, options = read(entry, catalog)
    if not is_admin(account, account.caller()):
        raise Refused("AccessDeniedException", "Insufficient Lake Formation permission(s)")
    must_exist(account, found)
    check_legal(account, principal, found, permissions, options)
    if "columns" in found and holds(account, EVERYBODY, {"kind": "table", "at": found["at"]}) and not is_hybrid(account, found["at"]):
        del found["columns"]  # while the defaults stand, a column list is none
    for part in parts(found):
        resource = {"kind": found["kind"], "at": found["at"], "part": part}
        for row in account.state["grants"]:
            if row["principal"] == principal and row["resource"] == resource:
                break
        else:
            row = {"principal": principal, "resource": resource, "permissions": [], "options": []}
            account.state["grants"].append(row)
        row["permissions"] = sorted(set(row["permissions"]) | set(permissions))
        row["options"] = sorted(set(row["options"]) | set(options))
    if is_external(account, principal) and found["kind"] in ("database", "table", "tables", "filter") and found["at"][0] == account.name:
        invite(account, principal)


def revoke(account, catalog, entry):
    """Takes away exactly what is named: a grant option that is not named stays behind without its permission."""
    principal, found, permissions, options = read(entry, catalog)
    if not is_admin(account, account.caller()):
        raise Refused("AccessDeniedException", "Insufficient Lake Formation permission(s)")
    gone = 0
    wanted = [{"kind": found["kind"], "at": found["at"], "part": part} for part in parts(found)]
    for row in account.state["grants"]:
        if row["principal"] == principal and row["resource"] in wanted:
            gone += len(set(row["permissions"]) & set(permissions)) + len(set(row["options"]) & set(options))
            row["permissions"] = [p for p in row["permissions"] if p not in permissions]
            row["options"] = [p for p in row["options"] if p not in options]
    account.state["grants"] = [g for g in account.state["grants"] if g["permissions"] or g["options"]]
    if not gone:
        raise invalid(NO_REVOKE)


# ---- reading back ---------------------------------------------------------------------------------


def resource_of(resource, values):
    kind, at = resource["kind"], resource["at"]
    table = {"CatalogId": at[0], "DatabaseName": at[1] if len(at) > 1 else None, "Name": at[2] if len(at) > 2 else None}
    if kind == "catalog":
        return {"Catalog": {}}
    if kind == "database":
        return {"Database": {"CatalogId": at[0], "Name": at[1]}}
    if kind == "tables":
        return {"Table": {"CatalogId": at[0], "DatabaseName": at[1], "Name": "ALL_TABLES", "TableWildcard": {}}}
    if kind == "table" and resource["part"] is None:
        return {"Table": table}
    if kind == "table" and resource["part"][0] == "column":
        return {"TableWithColumns": dict(table, ColumnNames=values)}
    if kind == "table":
        return {"TableWithColumns": dict(table, ColumnWildcard={"ExcludedColumnNames": values[0]})}
    if kind == "filter":
        return {"DataCellsFilter": {"TableCatalogId": at[0], "DatabaseName": at[1], "TableName": at[2], "Name": at[3]}}
    if kind == "location":
        return {"DataLocation": {"CatalogId": at[0], "ResourceArn": at[1]}}
    if kind == "tag":
        return {"LFTag": {"CatalogId": at[0], "TagKey": at[1], "TagValues": values}}
    if kind == "expression":
        return {"LFTagExpression": {"CatalogId": at[0], "Name": at[1]}}
    policy = {"CatalogId": at[0], "ResourceType": at[1]}
    if isinstance(at[2], str):
        return {"LFTagPolicy": dict(policy, ExpressionName=at[2])}
    return {"LFTagPolicy": dict(policy, Expression=[{"TagKey": key, "TagValues": list(reversed(values))} for key, values in reversed(at[2])])}


def read_back(grants):
    """Rows of ListPermissions: columns and values together again, SELECT on a table apart from the rest."""
    together = {}
    for g in grants:
        resource = g["resource"]
        part = resource["part"]
        key = repr([g["principal"], resource["kind"], resource["at"], part and part[0], part if part and part[0] == "except" else None, g["permissions"], g["options"]])
        together.setdefault(key, (g, []))[1].append(part and part[1])
    rows = []

    def row(principal, resource, permissions, options):
        if permissions or options:
            rows.append({"Principal": {"DataLakePrincipalIdentifier": principal}, "Resource": resource,
                         "Permissions": list(reversed(permissions)), "PermissionsWithGrantOption": options})

    for g, values in together.values():
        resource = g["resource"]
        shown = resource_of(resource, sorted(values, key=lambda v: str(v)[::-1]))
        permissions, options = g["permissions"], g["options"]
        if resource["kind"] in ("table", "tables") and resource["part"] is None:
            columns = {"CatalogId": resource["at"][0], "DatabaseName": resource["at"][1],
                       "Name": resource["at"][2] if resource["kind"] == "table" else "ALL_TABLES", "ColumnWildcard": {}}
            # ALL shows itself as SELECT too.
            row(g["principal"], {"TableWithColumns": columns}, ["SELECT"] if {"SELECT", "ALL"} & set(permissions) else [],
                ["SELECT"] if {"SELECT", "ALL"} & set(options) else [])
            permissions = [p for p in permissions if p != "SELECT"]
            options = [p for p in options if p != "SELECT"]
        row(g["principal"], shown, permissions, options)
    return rows
