"""account.py - the AWS accounts behind the stand-in for the AWS CLI (aws, beside this file). Python 3 alone.

    account.py    a server of calls; prints its port, ends when its standard input does

$STANDIN is a folder: one file ACCOUNT.json for each account (see EMPTY), log.jsonl with a line for each call, and
faults.json, which says what shall go wrong:

    throttle_every N            every Nth call is throttled
    fail [{operation, nth, code, message}]      the nth call of an operation (0: each one) fails
    fail_entries [{holds, times, code, message}]   entries of a batch whose JSON holds the text fail that many times
    die_at N, die before|after  at the Nth call the program that called is killed, before or after the call's effect
    die_at_write N, die ...     at the Nth call that is not a question

The account of a call is that of the profile's or the access key's last 12 digits, else $STANDIN_ACCOUNT, else 123456789012.
The rules of Lake Formation are in rules.py; this file holds the state, the calls and the faults.
"""

import hashlib
import json
import os
import select
import signal
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rules
from rules import Refused

DEFAULT_ACCOUNT = "123456789012"
SETTINGS = ("DataLakeAdmins", "ReadOnlyAdmins", "CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions", "Parameters",
            "TrustedResourceOwners", "AllowExternalDataFiltering", "AllowFullTableExternalDataAccess",
            "ExternalDataFilteringAllowList", "AuthorizedSessionTagValueList")
EMPTY = {
    "caller": None,       # the caller's ARN, where it is not the role LakeAdmin
    "settings": {"DataLakeAdmins": [], "ReadOnlyAdmins": [], "CreateDatabaseDefaultPermissions": [],
                 "CreateTableDefaultPermissions": [], "Parameters": {"CROSS_ACCOUNT_VERSION": "4"}},
    "databases": {},      # name: {target, tables: {name: {columns, partitions}}}
    "grants": [],         # {principal, resource, permissions, options}: columns and tag values each on their own
    "tags": {},           # key: values
    "associations": [],   # {at, key, value}: at is [database, table, column], cut off where it is less deep
    "filters": [],        # TableData
    "optins": [],         # {Principal, Resource}
    "locations": None,    # registered ARNs; null: whatever is asked for
    "hybrid": [],         # databases whose location is in hybrid access mode
    "invitations": [],    # of RAM
    "objects": {},        # s3://bucket/key: text
}
PAGE = 1000  # rows in an answer at most; "page" of faults.json makes it less


class Account:
    def __init__(self, folder, name):
        self.folder = folder
        self.name = name
        self.page = PAGE
        self.path = os.path.join(folder, name + ".json")
        self.state = json.loads(json.dumps(EMPTY))
        try:
            with open(self.path, encoding="utf-8") as file:
                self.state.update(json.load(file))
        except FileNotFoundError:
            pass

    def save(self):
        temporary = "%s.%d" % (self.path, os.getpid())
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(self.state, file, ensure_ascii=False)
        os.replace(temporary, self.path)

    def other(self, name):
        return self if name == self.name else Account(self.folder, name)

    def caller(self):
        return self.state["caller"] or "arn:aws:sts::%s:assumed-role/LakeAdmin/test" % self.name


def shuffled(items, salt=""):
    """An order that nobody may rely on, but the same each time."""
    return sorted(items, key=lambda item: hashlib.md5((salt + json.dumps(item, sort_keys=True)).encode()).hexdigest())


def paged(account, items, given, name):
    wanted = int(given.get("MaxResults") or PAGE)
    if wanted > PAGE:
        raise Refused("InvalidInputException", "MaxResults must be at most %d" % PAGE)
    size = min(wanted, account.page)
    start = 0
    if given.get("NextToken"):
        word, _, number = given["NextToken"].partition(":")
        if word != "page+/=" or not number.isdigit():
            raise Refused("InvalidInputException", "Invalid next token")
        start = int(number)
    answer = {name: items[start:start + size]}
    if start + size < len(items):
        answer["NextToken"] = "page+/=:%d" % (start + size)
    return answer


# ---- permissions --------------------------------------------------------------------------------


def batch(account, given, one, fails):
    entries = given["Entries"]
    if len(entries) > 20:
        raise Refused("InvalidInputException", "Entries must have at most 20 members")
    if len({entry["Id"] for entry in entries}) != len(entries):
        raise Refused("InvalidInputException", "Entry ids must be unique")
    failures = []
    for entry in entries:
        try:
            fails(entry)
            one(account, given.get("CatalogId", account.name), entry)
        except Refused as refusal:
            failures.append({"RequestEntry": entry, "Error": {"ErrorCode": refusal.code, "ErrorMessage": refusal.message}})
    return {"Failures": failures}


def batch_grant_permissions(account, given, fails):
    return batch(account, given, rules.grant, fails)


def batch_revoke_permissions(account, given, fails):
    return batch(account, given, rules.revoke, fails)


def grant_permissions(account, given, fails):
    rules.grant(account, given.get("CatalogId", account.name), given)
    return {}


def revoke_permissions(account, given, fails):
    rules.revoke(account, given.get("CatalogId", account.name), given)
    return {}


TYPES = {"CATALOG": ("catalog",), "DATABASE": ("database",), "TABLE": ("table", "tables"), "DATA_LOCATION": ("location",),
         "LF_TAG": ("tag",), "LF_TAG_POLICY": ("policy",), "LF_NAMED_TAG_EXPRESSION": ("expression",)}


def list_permissions(account, given, fails):
    catalog = given.get("CatalogId", account.name)
    rows = [g for g in account.state["grants"] if g["resource"]["at"][0] == catalog]
    if given.get("Resource"):
        if str(given.get("IncludeRelated", "")).upper() == "TRUE" and given.get("Principal"):
            raise Refused("InvalidInputException", "Principal must not be specified with IncludeRelated")
        if "TableWithColumns" in given["Resource"]:
            raise Refused("InvalidInputException", "Resource type TableWithColumns is not supported")
        place = rules.place(given["Resource"], catalog)
        related = str(given.get("IncludeRelated", "")).upper() == "TRUE"
        rows = [g for g in rows if g["resource"]["kind"] == place["kind"] and g["resource"]["at"] == place["at"]
                or related and g["resource"]["kind"] == "filter" and g["resource"]["at"][:3] == place["at"]]
    elif given.get("ResourceType"):
        kinds = TYPES[given["ResourceType"]]
        rows = [g for g in rows if g["resource"]["kind"] in kinds]
    if given.get("Principal"):
        rows = [g for g in rows if g["principal"] == given["Principal"]["DataLakePrincipalIdentifier"]]
    return paged(account, shuffled(rules.read_back(rows)), given, "PrincipalResourcePermissions")


# ---- settings, tags, filters, opt-ins, locations -----------------------------------------------


def get_data_lake_settings(account, given, fails):
    return {"DataLakeSettings": account.state["settings"]}


def put_data_lake_settings(account, given, fails):
    unknown = set(given["DataLakeSettings"]) - set(SETTINGS)
    if unknown:
        raise Refused("InvalidInputException", "Unknown settings: %s" % sorted(unknown))
    if len(given["DataLakeSettings"].get("DataLakeAdmins", [])) > 30:
        raise Refused("InvalidInputException", "Too many administrators")
    account.state["settings"] = given["DataLakeSettings"]
    return {}


def at_most_50(values):
    if len(values) > 50:
        raise Refused("InvalidInputException", "At most 50 tag values in a call")
    return [value.lower() for value in values]


def create_lf_tag(account, given, fails):
    key = given["TagKey"].lower()
    if key in account.state["tags"]:
        raise Refused("InvalidInputException", "Tag key already exists")
    account.state["tags"][key] = sorted(set(at_most_50(given["TagValues"])))
    return {}


def tag(account, key):
    if key.lower() not in account.state["tags"]:
        raise Refused("EntityNotFoundException", "Tag key does not exist")
    return account.state["tags"][key.lower()]


def forget_values(account, key, values):
    """What hangs on a value goes with it, without a word: so does the service."""
    state = account.state
    state["associations"] = [a for a in state["associations"] if not (a["key"] == key and a["value"] in values)]
    state["grants"] = [g for g in state["grants"] if not rules.names_value(g["resource"], key, values)]


def update_lf_tag(account, given, fails):
    key = given["TagKey"].lower()
    values = tag(account, key)
    gone = at_most_50(given.get("TagValuesToDelete", []))
    forget_values(account, key, gone)
    account.state["tags"][key] = sorted(set(values) - set(gone) | set(at_most_50(given.get("TagValuesToAdd", []))))
    return {}


def delete_lf_tag(account, given, fails):
    key = given["TagKey"].lower()
    forget_values(account, key, tag(account, key) + ["*"])
    del account.state["tags"][key]
    return {}


def get_lf_tag(account, given, fails):
    return {"CatalogId": account.name, "TagKey": given["TagKey"].lower(), "TagValues": shuffled(tag(account, given["TagKey"]))}


def list_lf_tags(account, given, fails):
    return paged(account, [{"CatalogId": account.name, "TagKey": key, "TagValues": shuffled(values)}
                  for key, values in shuffled(account.state["tags"].items())], given, "LFTags")


def spots(account, resource):
    """The places in the catalog that a Resource names, each [database, table, column] as deep as it goes."""
    place = rules.place(resource, account.name)
    rules.must_exist(account, place)
    if place["at"][0] != account.name:
        raise Refused("AccessDeniedException", "Tags of this account cannot be put on shared resources")
    at = place["at"][1:]
    return [at + [column] for column in place["columns"]] if place.get("columns") else [at]


def change_tags(account, given, change):
    if len(given["LFTags"]) > 50:
        raise Refused("InvalidInputException", "At most 50 tags in a call")
    failures = []
    for pair in given["LFTags"]:
        for at in spots(account, given["Resource"]):
            try:
                change(at, pair["TagKey"].lower(), pair["TagValues"][0].lower())
            except Refused as refusal:
                failures.append({"LFTag": pair, "Error": {"ErrorCode": refusal.code, "ErrorMessage": refusal.message}})
    return {"Failures": failures}


def add_lf_tags_to_resource(account, given, fails):
    def add(at, key, value):
        if value not in tag(account, key):
            raise Refused("EntityNotFoundException", "Tag value does not exist")
        state = account.state
        state["associations"] = [a for a in state["associations"] if not (a["at"] == at and a["key"] == key)]
        state["associations"].append({"at": at, "key": key, "value": value})

    return change_tags(account, given, add)


def remove_lf_tags_from_resource(account, given, fails):
    def remove(at, key, value):
        gone = {"at": at, "key": key, "value": value}
        if gone not in account.state["associations"]:
            raise Refused("EntityNotFoundException", "Tag is not associated with the resource")
        account.state["associations"].remove(gone)

    return change_tags(account, given, remove)


def assigned(account, at):
    return [{"CatalogId": account.name, "TagKey": a["key"], "TagValues": [a["value"]]}
            for a in shuffled(account.state["associations"]) if a["at"] == at]


def get_resource_lf_tags(account, given, fails):
    places = spots(account, given["Resource"])
    database, table = places[0][:1], places[0][:2]
    answer = {"LFTagOnDatabase": assigned(account, database)}
    if len(table) == 2:
        answer["LFTagsOnTable"] = assigned(account, table)
    if len(places[0]) == 3:
        answer["LFTagsOnColumns"] = [{"Name": at[2], "LFTags": assigned(account, at)} for at in shuffled(places)]
    return answer


def tagged(account, given, deep):
    found = []
    for a in account.state["associations"]:
        if len(a["at"]) in deep and any(e["TagKey"].lower() == a["key"] and a["value"] in [v.lower() for v in e["TagValues"]]
                                        for e in given["Expression"]):
            found.append(a["at"])
    return found


def search_databases_by_lf_tags(account, given, fails):
    return {"DatabaseList": [{"Database": {"CatalogId": account.name, "Name": at[0]}} for at in tagged(account, given, (1,))]}


def search_tables_by_lf_tags(account, given, fails):
    return {"TableList": [{"Table": {"CatalogId": account.name, "DatabaseName": at[0], "Name": at[1]}}
                          for at in tagged(account, given, (2, 3))]}


def filter_name(data):
    return [data["TableCatalogId"], data["DatabaseName"], data["TableName"], data["Name"]]


def find_filter(account, name):
    for data in account.state["filters"]:
        if filter_name(data) == name:
            return data
    raise Refused("EntityNotFoundException", "Cell Filter not found")


def create_data_cells_filter(account, given, fails):
    data = given["TableData"]
    rules.check_filter(account, data)
    if any(filter_name(old) == filter_name(data) for old in account.state["filters"]):
        raise Refused("AlreadyExistsException", "Data cells filter already exists")
    account.state["filters"].append(data)
    return {}


def update_data_cells_filter(account, given, fails):
    data = given["TableData"]
    rules.check_filter(account, data)
    account.state["filters"].remove(find_filter(account, filter_name(data)))
    account.state["filters"].append(data)
    return {}


def delete_data_cells_filter(account, given, fails):
    name = [given["TableCatalogId"], given["DatabaseName"], given["TableName"], given["Name"]]
    account.state["filters"].remove(find_filter(account, name))
    account.state["grants"] = [g for g in account.state["grants"] if not (g["resource"]["kind"] == "filter" and g["resource"]["at"] == name)]
    return {}


def filter_read_back(data):
    data = dict(data, VersionId="1")
    if "AllRowsWildcard" in data["RowFilter"]:
        data["RowFilter"] = {"FilterExpression": "TRUE", "AllRowsWildcard": {}}
    if data.get("ColumnNames"):
        data["ColumnNames"] = shuffled(data["ColumnNames"])
    return data


def get_data_cells_filter(account, given, fails):
    name = [given["TableCatalogId"], given["DatabaseName"], given["TableName"], given["Name"]]
    return {"DataCellsFilter": filter_read_back(find_filter(account, name))}


def list_data_cells_filter(account, given, fails):
    table = given.get("Table")
    rows = [filter_read_back(data) for data in account.state["filters"]
            if not table or (data["DatabaseName"], data["TableName"]) == (table["DatabaseName"].lower(), table["Name"].lower())]
    return paged(account, shuffled(rows), given, "DataCellsFilters")


def same_optin(account, left, right):
    return left["Principal"] == right["Principal"] and rules.place(left["Resource"], account.name) == rules.place(right["Resource"], account.name)


def named_optin(account, given):
    """Opting in is an administrator's, and to a database or table by its name: never by tags, columns or all tables."""
    if not rules.is_admin(account, account.caller()):
        raise Refused("AccessDeniedException", "Insufficient Lake Formation permission(s)")
    found = rules.place(given["Resource"], account.name)
    if found["kind"] not in ("database", "table") or "columns" in found or "excluded" in found:
        raise Refused("InvalidInputException", "Resource type is not supported for opt-in")
    return found


def create_lake_formation_opt_in(account, given, fails):
    rules.must_exist(account, named_optin(account, given))
    if any(same_optin(account, given, old) for old in account.state["optins"]):
        raise Refused("InvalidInputException", "Opt-in already exists")
    account.state["optins"].append({"Principal": given["Principal"], "Resource": given["Resource"]})
    return {}


def delete_lake_formation_opt_in(account, given, fails):
    named_optin(account, given)
    left = [old for old in account.state["optins"] if not same_optin(account, given, old)]
    if len(left) == len(account.state["optins"]):
        raise Refused("EntityNotFoundException", "Opt-in not found")
    account.state["optins"] = left
    return {}


def list_lake_formation_opt_ins(account, given, fails):
    return paged(account, shuffled(account.state["optins"]), given, "LakeFormationOptInsInfoList")


def register_resource(account, given, fails):
    account.state["locations"] = account.state["locations"] or []
    if given["ResourceArn"] in account.state["locations"]:
        raise Refused("AlreadyExistsException", "Resource is already registered")
    account.state["locations"].append(given["ResourceArn"])
    return {}


def describe_resource(account, given, fails):
    if given["ResourceArn"] not in (account.state["locations"] or []):
        raise Refused("EntityNotFoundException", "Entity not found")
    return {"ResourceInfo": {"ResourceArn": given["ResourceArn"]}}


# ---- the other services --------------------------------------------------------------------------


def get_caller_identity(account, given, fails):
    return {"UserId": "AROASTANDIN:test", "Account": account.name, "Arn": account.caller()}


def assume_role(account, given, fails):
    name = given["RoleArn"].split(":")[4]
    return {"Credentials": {"AccessKeyId": "ASIASTANDIN" + name, "SecretAccessKey": "secret", "SessionToken": "token",
                            "Expiration": "2099-01-01T00:00:00Z"}}


def database(account, given):
    """The owner of the catalog and the database, if this account may see it."""
    owner = account.other(given.get("CatalogId", account.name))
    name = given.get("Name") or given.get("DatabaseName")
    found = owner.state["databases"].get(name.lower())
    if found is None or owner is not account and not rules.is_shared(owner, account, name.lower()):
        raise Refused("EntityNotFoundException", "Database %s not found." % name)
    return owner, name.lower(), found


def get_database(account, given, fails):
    owner, name, found = database(account, given)
    answer = {"Name": name, "CatalogId": owner.name}
    if found.get("target"):
        answer["TargetDatabase"] = {"CatalogId": found["target"][0], "DatabaseName": found["target"][1]}
    return {"Database": answer}


def get_tables(account, given, fails):
    return {"TableList": [table_read_back(name, table) for name, table in shuffled(database(account, given)[2].get("tables", {}).items())]}


def table_read_back(name, table):
    def columns(names):
        return [{"Name": column, "Type": "string"} for column in names]

    return {"Name": name, "StorageDescriptor": {"Columns": columns(table.get("columns", []))}, "PartitionKeys": columns(table.get("partitions", []))}


def get_table(account, given, fails):
    tables = database(account, given)[2].get("tables", {})
    if given["Name"].lower() not in tables:
        raise Refused("EntityNotFoundException", "Entity Not Found")
    return {"Table": table_read_back(given["Name"].lower(), tables[given["Name"].lower()])}


def create_database(account, given, fails):
    made = given["DatabaseInput"]
    if made["Name"].lower() in account.state["databases"]:
        raise Refused("AlreadyExistsException", "Database already exists.")
    target = made.get("TargetDatabase")
    if target:
        database(account, {"CatalogId": target["CatalogId"], "Name": target["DatabaseName"]})
    account.state["databases"][made["Name"].lower()] = {"target": [target["CatalogId"], target["DatabaseName"].lower()] if target else None, "tables": {}}
    return {}


def delete_database(account, given, fails):
    owner, name, _ = database(account, given)
    del owner.state["databases"][name]
    owner.state["grants"] = [g for g in owner.state["grants"] if g["resource"]["at"][:2] != [owner.name, name]]
    return {}


def create_table(account, given, fails):
    made = given["TableInput"]
    tables = database(account, given)[2]["tables"]
    if made["Name"].lower() in tables:
        raise Refused("AlreadyExistsException", "Table already exists.")
    descriptor = made.get("StorageDescriptor", {})
    tables[made["Name"].lower()] = {"columns": [c["Name"] for c in descriptor.get("Columns", [])],
                                    "partitions": [c["Name"] for c in made.get("PartitionKeys", [])]}
    return {}


def get_resource_share_invitations(account, given, fails):
    return {"resourceShareInvitations": shuffled(account.state["invitations"])}


def accept_resource_share_invitation(account, given, fails):
    for invitation in account.state["invitations"]:
        if invitation["resourceShareInvitationArn"] == given["resourceShareInvitationArn"]:
            if invitation["status"] != "PENDING":
                raise Refused("ResourceShareInvitationAlreadyAcceptedException", "Already accepted")
            invitation["status"] = "ACCEPTED"
            return {"resourceShareInvitation": invitation}
    raise Refused("ResourceShareInvitationArnNotFoundException", "Not found")


def get_object(account, given, fails):
    where = "s3://%s/%s" % (given["Bucket"], given["Key"])
    if where not in account.state["objects"]:
        raise Refused("NoSuchKey", "The specified key does not exist.")
    with open(given["outfile"], "w", encoding="utf-8") as file:
        file.write(account.state["objects"][where])
    return {}


def put_object(account, given, fails):
    with open(given["Body"], encoding="utf-8") as file:
        account.state["objects"]["s3://%s/%s" % (given["Bucket"], given["Key"])] = file.read()
    return {}


def describe_stacks(account, given, fails):
    raise Refused("ValidationError", "Stack with id %s does not exist" % given["StackName"])


def deploy(account, given, fails):
    return {}


READS = ("get_", "list_", "describe_", "search_", "assume_")

# ---- calls ---------------------------------------------------------------------------------------

GLOBAL = ("output", "region", "profile", "endpoint-url")
FLAGS = ("no-fail-on-empty-changeset", "no-hybrid-access-enabled", "no-paginate")
IGNORED = ("query",)


def member_name(option):
    special = {"data-lake-settings": "DataLakeSettings", "show-assigned-lf-tags": "ShowAssignedLFTags", "lf-tags": "LFTags"}
    return special.get(option) or "".join(word.capitalize() for word in option.split("-"))


def parsed(words, folder):
    """The words after `aws` -> (service, operation, options of every call, input)."""
    names, common, given, i = [], {}, {}, 0
    while i < len(words):
        word = words[i]
        i += 1
        if not word.startswith("--"):
            names.append(word)
            continue
        option, equals, value = word[2:].partition("=")
        if option in FLAGS:
            continue
        if not equals:
            values = []
            while i < len(words) and not words[i].startswith("--") and (not values or option in ("capabilities", "tag-values", "tag-values-to-add", "tag-values-to-delete")):
                values.append(words[i])
                i += 1
            value = values if len(values) > 1 or option.startswith("tag-values") else "".join(values)
        if isinstance(value, str) and value.startswith("file://"):
            with open(os.path.join(folder, value[len("file://"):]), encoding="utf-8") as file:
                value = file.read()
        if option in GLOBAL:
            common[option] = value
        elif option == "cli-input-json":
            given.update(json.loads(value))
        elif option == "generate-cli-skeleton":
            common["skeleton"] = value
        elif option not in IGNORED:
            given[member_name(option)] = json.loads(value) if isinstance(value, str) and value[:1] in "{[" and value[:1] else value
    if len(names) > 2:
        given["outfile"] = names[2]
    return names[0], names[1], common, given


QUESTIONS = ("get-", "list-", "search-", "describe-")


class Faults:
    def __init__(self, folder):
        self.path = os.path.join(folder, "count.json")
        self.orders, self.count = {}, {"all": 0}
        for name, target in ((os.path.join(folder, "faults.json"), self.orders), (self.path, self.count)):
            try:
                with open(name, encoding="utf-8") as file:
                    target.update(json.load(file))
            except FileNotFoundError:
                pass

    def begin(self, operation):
        for key in ("all", operation) if operation.startswith(QUESTIONS) else ("all", "writes", operation):
            self.count[key] = self.count.get(key, 0) + 1
        self.at = {"die_at": self.count["all"], "die_at_write": None if operation.startswith(QUESTIONS) else self.count["writes"]}

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.count, file)
        os.replace(self.path + ".new", self.path)

    def dies(self, when):
        return any(number and self.orders.get(order) == number for order, number in self.at.items()) and self.orders.get("die", "before") == when

    def call(self, operation):
        every = self.orders.get("throttle_every")
        if every and self.count["all"] % every == 0:
            raise Refused("ThrottlingException", "Rate exceeded")
        for order in self.orders.get("fail", []):
            if order["operation"] == operation and order.get("nth", 0) in (0, self.count[operation]):
                raise Refused(order["code"], order.get("message", "told to fail"))

    def entry(self, entry):
        text = json.dumps(entry, ensure_ascii=False)
        for i, order in enumerate(self.orders.get("fail_entries", [])):
            key = "entry-%d" % i
            if order["holds"] in text and self.count.get(key, 0) < order.get("times", 1):
                self.count[key] = self.count.get(key, 0) + 1
                raise Refused(order["code"], order.get("message", "told to fail"))


def perform(folder, pid, account_name, access_key, working_folder, words):
    """One call -> (status, text)."""
    if words[:1] == ["--version"]:
        return 0, "aws-cli/2.0.0 stand-in\n"
    service, operation, common, given = parsed(words, working_folder)
    if service == "configure":
        return 1, ""
    for name in (common.get("profile", ""), access_key):
        if name[-12:].isdigit() and len(name[-12:]) == 12:
            account_name = name[-12:]
            break
    account = Account(folder, account_name or DEFAULT_ACCOUNT)
    if "skeleton" in common:
        known = [name for name in SETTINGS if name not in account.state.get("unknown_settings", [])]
        return 0, json.dumps({"CatalogId": "", "DataLakeSettings": {name: "" for name in known}}) + "\n"
    function = globals().get(operation.replace("-", "_"))
    if function is None or operation.startswith("_"):
        return 252, "stand-in: unknown operation %s %s\n" % (service, operation)
    faults = Faults(folder)
    faults.begin(operation)
    account.page = faults.orders.get("page", PAGE)
    with open(os.path.join(folder, "log.jsonl"), "a", encoding="utf-8") as log:
        log.write(json.dumps({"call": faults.count["all"], "account": account.name, "service": service, "operation": operation,
                              "input": given, "options": common}, ensure_ascii=False) + "\n")
    if faults.dies("before"):
        faults.save()
        os.kill(pid, signal.SIGKILL)
        return None
    try:
        faults.call(operation)
        answer = function(account, given, faults.entry)
        if not operation.replace("-", "_").startswith(READS):
            account.save()
        result = 0, json.dumps(answer, ensure_ascii=False, indent=4) + "\n"
    except Refused as refusal:
        name = "".join(word.capitalize() for word in operation.split("-"))
        result = 254, "\nAn error occurred (%s) when calling the %s operation: %s\n" % (refusal.code, name, refusal.message)
    faults.save()
    if faults.dies("after"):
        os.kill(pid, signal.SIGKILL)
        return None
    return result


def serve():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)
    print(listener.getsockname()[1], flush=True)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:  # it ends with the program that started us
            return
        connection, _ = listener.accept()
        with connection:
            answer(connection)


def answer(connection):
    data = b""
    while True:
        parts = data.split(b"\0")
        if len(parts) > 1 and len(parts) - 1 >= 6 + int(parts[0]):
            break
        more = connection.recv(65536)
        if not more:
            return
        data += more
    fields = [os.fsdecode(part) for part in parts[1:-1]]
    try:
        result = perform(fields[0], int(fields[1]), fields[2], fields[3], fields[4], fields[5:])
    except Exception as error:  # the server must live on
        result = 255, "stand-in: %s: %s\n" % (type(error).__name__, error)
    if result is not None:
        connection.sendall(("%d\n%s" % result).encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    serve()
