"""wire_read.py - the emitted folder of one environment, read into plain things.

A stack's intrinsic functions are resolved as CloudFormation would, as far as names and ARNs need it. An account that no
template names is "self"; ARNs are compared without their partition. Nothing here judges: wire_legal.py and wire_reach.py do.
"""

import collections
import glob
import json
import os
import re

Column = collections.namedtuple("Column", "name type")
Database = collections.namedtuple("Database", "catalog name where location target open_to_new")
Table = collections.namedtuple("Table", "catalog database name where columns keys location target")
Registered = collections.namedtuple("Registered", "path account where hybrid role")
Statement = collections.namedtuple("Statement", "allow principals not_principals actions not_actions resources not_resources")


class Unknown(Exception):
    """What the folder says that this program cannot read."""


def as_list(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def account(text):
    """The account of a CatalogId."""
    return "self" if text in (None, "self", "${AWS::AccountId}") or text == {"Ref": "AWS::AccountId"} else text


def canonical(arn):
    """A principal by one name: tokens resolved, the partition left out."""
    arn = arn.replace("${AWS::AccountId}", "self").replace("${AWS::Partition}", "aws")
    return re.sub(r"^arn:[^:]*:", "arn:aws:", arn)


def path_of(text):
    """s3://bucket/prefix/ or arn:aws:s3:::bucket/prefix -> bucket/prefix, by whose segments locations are compared."""
    text = re.sub(r"^(s3[an]?://|arn:aws:s3:::)", "", canonical(text))
    return text.rstrip("/")


def covers(outer, inner):
    return inner == outer or inner.startswith(outer + "/")


# ---- CloudFormation ---------------------------------------------------------------------------------


class Stack:
    """One template in one account. What cannot be known (an id that AWS will choose) becomes ${Logical.Attribute}."""

    NAMES = {"AWS::S3::Bucket": "BucketName", "AWS::IAM::Role": "RoleName", "AWS::Glue::Table": "TableInput.Name",
             "AWS::Glue::Database": "DatabaseInput.Name", "AWS::IAM::User": "UserName"}

    def __init__(self, where, template, account_id, region):
        self.where, self.template, self.account, self.region = where, template, account_id, region
        self.resources = template.get("Resources", {})

    def physical(self, logical):
        resource = self.resources.get(logical)
        if resource is None:
            return self.parameter(logical)
        value = resource.get("Properties", {})
        for part in self.NAMES.get(resource["Type"], "").split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return self.resolve(value) if value is not None else "${%s}" % logical

    def parameter(self, name):
        fixed = {"AWS::AccountId": self.account, "AWS::Region": self.region, "AWS::Partition": "aws", "AWS::StackName": self.where,
                 "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": None}
        if name in fixed:
            return fixed[name]
        default = self.template.get("Parameters", {}).get(name, {}).get("Default")
        return default if default is not None else "${%s}" % name

    def attribute(self, logical, name):
        resource = self.resources.get(logical)
        if resource is None or name != "Arn":
            return "${%s.%s}" % (logical, name)
        if resource["Type"] == "AWS::IAM::Role":
            path = self.resolve(resource.get("Properties", {}).get("Path", "/"))
            return "arn:aws:iam::%s:role%s%s" % (self.account, path, self.name_of_role(logical))
        if resource["Type"] == "AWS::S3::Bucket":
            return "arn:aws:s3:::" + self.physical(logical)
        return "${%s.Arn}" % logical

    def name_of_role(self, logical):
        """A role without a name gets one by CloudFormation, which begins with the stack's and its logical id."""
        name = self.physical(logical)
        return "%s-%s-*" % (self.where, logical) if name == "${%s}" % logical else name

    def substitute(self, text, values):
        def one(match):
            name = match.group(1)
            if name.startswith("!"):
                return "${%s}" % name[1:]
            if name in values:
                return str(self.resolve(values[name]))
            logical, dot, attribute = name.partition(".")
            return str(self.attribute(logical, attribute) if dot else self.physical(name))
        return re.sub(r"\$\{([^}]*)\}", one, text)

    def resolve(self, value):
        if isinstance(value, list):
            return [item for item in (self.resolve(item) for item in value) if item is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, given), = value.items()
            if name == "Ref":
                return self.physical(given)
            if name.startswith("Fn::") or name == "Condition":
                return self.function(name, given)
        pairs = ((key, self.resolve(item)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not None}

    def function(self, name, given):
        if name == "Fn::GetAtt":
            logical, attribute = given if isinstance(given, list) else given.split(".", 1)
            return self.attribute(logical, attribute)
        if name == "Fn::Sub":
            text, values = given if isinstance(given, list) else (given, {})
            return self.substitute(text, values)
        if name == "Fn::Join":
            return given[0].join(str(part) for part in self.resolve(given[1]))
        if name == "Fn::Select":
            items = self.resolve(given[1])
            return items[int(given[0])] if isinstance(items, list) and int(given[0]) < len(items) else "${Select}"
        if name == "Fn::Split":
            return str(self.resolve(given[1])).split(given[0])
        if name == "Fn::FindInMap":
            return self.template["Mappings"][self.resolve(given[0])][self.resolve(given[1])][self.resolve(given[2])]
        if name == "Fn::If":
            return self.resolve(given[1])
        return "${%s}" % name

    def of_type(self, *kinds):
        for logical, resource in self.resources.items():
            if resource.get("Type") in kinds:
                yield logical, "%s#%s" % (self.where, logical), self.resolve(resource.get("Properties", {}))


# ---- tables -----------------------------------------------------------------------------------------


def hive_table(given):
    storage = given.get("StorageDescriptor", {})
    columns, keys = ([Column(c["Name"].lower(), c.get("Type", "")) for c in listed or []] for listed in (storage.get("Columns"), given.get("PartitionKeys")))
    return given["Name"].lower(), columns, keys, storage.get("Location"), given.get("TargetTable")


def iceberg_table(found):
    """Partitions of Iceberg are hidden in its metadata: the catalog has columns alone."""
    given = found["OpenTableFormatInput"]["IcebergInput"]["IcebergTableInput"]
    columns = [Column(field["Name"].lower(), iceberg_type(field["Type"])) for field in given["Schema"]["Fields"]]
    return found["Name"].lower(), columns, [], given.get("Location"), None


def iceberg_type(given):
    """A nested type is JSON, as a text of the template where it is the type of a column."""
    if isinstance(given, str):
        return iceberg_type(json.loads(given)) if given.startswith("{") else given
    kind = (given.get("Type") or given.get("type", "")).lower()
    if kind == "struct":
        parts = given.get("Fields") or given.get("fields", [])
        return "struct<%s>" % ",".join("%s:%s" % (p.get("Name") or p["name"], iceberg_type(p.get("Type") or p["type"])) for p in parts)
    return kind


# ---- policies ---------------------------------------------------------------------------------------


def principals_of(given):
    if given == "*":
        return ["*"]
    return [str(name) for kind, names in (given or {}).items() for name in as_list(names) if kind == "AWS"]


def statements(document):
    if isinstance(document, str):
        document = json.loads(document)
    for given in as_list((document or {}).get("Statement")):
        yield Statement(given.get("Effect") == "Allow", principals_of(given.get("Principal")) if "Principal" in given else None,
                        "NotPrincipal" in given, as_list(given.get("Action")), as_list(given.get("NotAction")),
                        as_list(given.get("Resource")), as_list(given.get("NotResource")))


class Role:
    def __init__(self, arn, where, trusts, managed):
        self.arn, self.where, self.trusts, self.managed = arn, where, trusts, managed
        self.statements = []
        self.registers = False  # Lake Formation reads under it


# ---- the whole --------------------------------------------------------------------------------------


class World:
    """Everything the folder says. databases by (catalog, name), tables by (catalog, database, name), roles by ARN."""

    def __init__(self, folder):
        self.databases, self.tables, self.roles = {}, {}, {}
        self.registered, self.bucket_policies, self.accounts = [], [], set()
        self.crawled = set()  # the tables that a crawler will make, by (catalog, database, name), their columns unknown; and of
        # those whose name is the crawler's choice, the database
        self.twice = []  # what two stacks make
        self.files = [json.load(open(name)) for name in sorted(glob.glob(os.path.join(folder, "grants", "*.json")))]
        if not self.files:
            raise Unknown("%s has no grants/*.json" % folder)
        self.accounts |= {account(file["account"]) for file in self.files}
        self.stacks = list(self.read_stacks(folder))
        for stack in self.stacks:
            self.accounts.add(stack.account)
            self.read_catalog(stack)
            self.read_roles(stack)
        for stack in self.stacks:
            self.read_policies(stack)
            self.read_locations(stack)

    def read_stacks(self, folder):
        """The manifest says in which account a template is deployed; a folder without one has a single account."""
        try:
            manifest = json.load(open(os.path.join(folder, "manifest.json")))
        except FileNotFoundError:
            manifest = {"stacks": []}
        told = {stack["template"]: stack for stack in manifest["stacks"]}
        for name in sorted(glob.glob(os.path.join(folder, "stacks", "*.template.json"))):
            where = os.path.relpath(name, folder)
            stack = told.get(where)
            if stack is None and (told or len(self.accounts) > 1):
                raise Unknown("%s: no manifest says in which account it is deployed" % where)
            of = account(stack["account"]) if stack else next(iter(self.accounts))
            yield Stack(os.path.basename(name)[:-len(".template.json")], json.load(open(name)), of, (stack or {}).get("region") or "region")

    def put(self, things, key, thing):
        if key in things:
            self.twice.append("%s and %s make %s" % (things[key].where, thing.where, ".".join(key)))
        things[key] = thing

    def read_catalog(self, stack):
        for _, where, found in stack.of_type("AWS::Glue::Database"):
            catalog, given = found.get("CatalogId", stack.account), found["DatabaseInput"]
            name, target = given["Name"].lower(), given.get("TargetDatabase")
            target = target and (account(target.get("CatalogId", catalog)), target["DatabaseName"].lower())
            defaults = given.get("CreateTableDefaultPermissions")
            self.put(self.databases, (catalog, name), Database(catalog, name, where, given.get("LocationUri"), target, defaults is None or bool(defaults)))
        for _, where, found in stack.of_type("AWS::Glue::Table"):
            catalog, database = found.get("CatalogId", stack.account), found["DatabaseName"].lower()
            if "OpenTableFormatInput" in found:
                name, columns, keys, location, target = iceberg_table(found)
            else:
                name, columns, keys, location, target = hive_table(found["TableInput"])
            self.put(self.tables, (catalog, database, name), Table(catalog, database, name, where, columns, keys, path_of(location) if location else None, target))
        for _, where, found in stack.of_type("AWS::Glue::Crawler"):
            if "DatabaseName" in found:
                self.crawled.add((stack.account, found["DatabaseName"].lower()))
            for target in found.get("Targets", {}).get("S3Targets", []) if "TablePrefix" in found else []:
                name = re.sub(r"\W", "_", found["TablePrefix"] + path_of(target["Path"]).split("/")[-1]).lower()
                key = stack.account, found["DatabaseName"].lower(), name
                if key not in self.tables:
                    self.crawled.add(key)
                    self.put(self.tables, key, Table(*key, where, [], [], path_of(target["Path"]), None))
        self.accounts |= {catalog for catalog, _ in self.databases}

    def read_roles(self, stack):
        for logical, where, found in stack.of_type("AWS::IAM::Role"):
            role = Role(canonical(stack.attribute(logical, "Arn")), where, found.get("AssumeRolePolicyDocument", {}), as_list(found.get("ManagedPolicyArns")))
            for policy in as_list(found.get("Policies")):
                role.statements += statements(policy.get("PolicyDocument"))
            self.roles[role.arn] = role

    def read_policies(self, stack):
        """Policies of their own are rights of the roles they name; a user's or a group's are those of a role of that name."""
        for _, where, found in stack.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy"):
            names = as_list(found.get("Roles")) + as_list(found.get("RoleName"))
            users = as_list(found.get("Users")) + as_list(found.get("UserName"))
            arns = ["arn:aws:iam::%s:role/%s" % (stack.account, name) for name in names]
            for arn in arns + ["arn:aws:iam::%s:user/%s" % (stack.account, name) for name in users]:
                known = next((role for role in self.roles.values() if role.arn == arn or role.arn.split("/")[-1] == arn.split("/")[-1] and role.arn.split(":")[4] == stack.account), None)
                role = known or self.roles.setdefault(arn, Role(arn, where, {}, []))
                role.statements += statements(found.get("PolicyDocument"))
        for _, where, found in stack.of_type("AWS::S3::BucketPolicy"):
            self.bucket_policies.append((where, stack.account, list(statements(found.get("PolicyDocument")))))

    def read_locations(self, stack):
        for _, where, found in stack.of_type("AWS::LakeFormation::Resource"):
            role = canonical(found.get("RoleArn", ""))
            self.registered.append(Registered(path_of(found["ResourceArn"]), stack.account, where, bool(found.get("HybridAccessEnabled")), role))
            if role in self.roles and only_lake_formation(self.roles[role].trusts):
                self.roles[role].registers = True

    def file_of(self, catalog):
        return next((file for file in self.files if account(file["account"]) == catalog), None)

    def registered_at(self, path):
        """The longest registered location that covers a path."""
        found = [one for one in self.registered if covers(one.path, path)]
        return max(found, key=lambda one: len(one.path), default=None)


def only_lake_formation(trusts):
    """Whether nobody but Lake Formation may assume a role, so that its rights are nobody else's."""
    services = [given.get("Principal") for given in as_list(trusts.get("Statement"))]
    return bool(services) and all(isinstance(one, dict) and set(one) == {"Service"} and set(as_list(one["Service"])) == {"lakeformation.amazonaws.com"} for one in services)


# ---- principals -------------------------------------------------------------------------------------


def account_of(principal):
    """The account in which a principal (by its canonical name) lives, None where its name does not tell."""
    if re.fullmatch(r"\d{12}|self", principal):
        return principal
    if re.fullmatch(r"(\d{12}|self):IAMPrincipals", principal):
        return principal.split(":")[0]
    parts = principal.split(":")
    if len(parts) < 6 or parts[2] in ("organizations", "identitystore"):
        return None
    return parts[4] or None


def kind_of(principal):
    if account_of(principal) and not principal.startswith("arn:"):
        return "account"
    if ":organizations:" in principal:
        return "organization"
    rest = principal.split(":", 5)[-1]
    if rest.startswith("role/"):
        return "role"
    return "group" if "group/" in rest or ":group" in rest else "user"


def entries_of(file):
    """Every entry of a file, (where, its batch, the entry, whether it is of the taking phase)."""
    for taking, batches in ((False, file.get("batches", [])), (True, file.get("taking", {}).get("batches", []))):
        for batch in batches:
            for entry in batch.get("Entries", []):
                yield "%s %s" % (file["account"], entry.get("Id")), batch, entry, taking
