"""builds.py - what the compiler built, deployed into the stand-in's accounts: their databases, tables and registered
locations come from the templates, the grant programs from the build.
"""

import json
import os
import re
import subprocess
import sys

from lake import EVERYBODY, HERE, ROOT, TODAY, World

sys.path.insert(0, os.path.join(HERE, "standin"))
import rules

MESHC = os.path.abspath(os.environ.get("MESHC") or os.path.join(ROOT, os.environ.get("BUILD", "build"), "meshc"))
SELF = "123456789012"  # the account of a mesh that names none
WRITES = ("put-", "create-", "update-", "delete-", "add-", "remove-", "batch-", "accept-", "grant-", "revoke-")


def compiled(source, name):
    """A file or folder, or the text of a mesh -> the folders of its environments."""
    out = os.path.join(World.base, "out-" + name)
    if "\n" in source:
        path = os.path.join(World.base, name + ".mesh")
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
    else:
        path = os.path.join(ROOT, source)
    done = subprocess.run([MESHC, "build", "-q", "-o", out, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise RuntimeError("%s does not build:\n%s" % (name, done.stdout.decode()))
    found = [folder for folder, _, files in os.walk(out) if "manifest.json" in files]
    return sorted(found)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def filled(text, account):
    """A text of a template or a grants file, in an account."""
    return text.replace("${AWS::AccountId}", account).replace("${AWS::Region}", "eu-west-1").replace("${AWS::Partition}", "aws")


class Template:
    """The resources of a template with the intrinsic functions worked out that Glue's and Lake Formation's inputs use."""

    def __init__(self, path, account):
        self.account = account
        self.resources = load(path)["Resources"]

    def value(self, node):
        if isinstance(node, list):
            return [self.value(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "Ref" in node:
            return self.named(node["Ref"])
        if "Fn::Sub" in node:
            text, own = node["Fn::Sub"] if isinstance(node["Fn::Sub"], list) else (node["Fn::Sub"], {})
            return re.sub(r"\$\{([A-Za-z0-9.:]+)\}", lambda m: str(own.get(m[1]) or self.named(m[1])), text).replace("${!", "${")
        if "Fn::GetAtt" in node:
            return "arn:aws:iam::%s:role/%s" % (self.account, node["Fn::GetAtt"][0])
        return {key: self.value(item) for key, item in node.items()}

    def named(self, name):
        pseudo = {"AWS::AccountId": self.account, "AWS::Region": "eu-west-1", "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
        if name in pseudo:
            return pseudo[name]
        properties = self.resources[name.split(".")[0]].get("Properties", {})
        for key in ("BucketName", "RoleName", "Name"):
            if key in properties:
                return self.value(properties[key])
        return self.value(properties["DatabaseInput"]["Name"]) if "DatabaseInput" in properties else name

    def of_type(self, kind):
        return [self.value(resource["Properties"]) for resource in self.resources.values() if resource["Type"] == kind]


def make_things(state_of, template, account):
    for properties in template.of_type("AWS::Glue::Database"):
        made = properties["DatabaseInput"]
        target = made.get("TargetDatabase")
        state = state_of(properties["CatalogId"])
        state["databases"].setdefault(made["Name"], {"tables": {}})
        if target:
            state["databases"][made["Name"]]["target"] = [filled(target["CatalogId"], account), target["DatabaseName"]]
    for properties in template.of_type("AWS::LakeFormation::Resource"):
        state = state_of(account)
        state["locations"].append(properties["ResourceArn"])
        if properties.get("HybridAccessEnabled"):
            state["hybrid_locations"].append(properties["ResourceArn"])


def make_tables(state_of, template):
    for properties in template.of_type("AWS::Glue::Table"):
        state = state_of(properties["CatalogId"])
        given = properties.get("TableInput")
        if given and given.get("TargetTable"):
            continue
        if given:
            name, columns = given["Name"], [c["Name"] for c in given["StorageDescriptor"]["Columns"]]
            keys, location = [c["Name"] for c in given.get("PartitionKeys", [])], given["StorageDescriptor"].get("Location")
        else:
            iceberg = properties["OpenTableFormatInput"]["IcebergInput"]["IcebergTableInput"]
            name, columns, keys, location = properties["Name"], [f["Name"] for f in iceberg["Schema"]["Fields"]], [], iceberg["Location"]
        tables = state["databases"].setdefault(properties["DatabaseName"], {"tables": {}})["tables"]
        tables[name] = {"columns": columns, "partitions": keys}
        if any(location.replace("s3://", "arn:aws:s3:::").startswith(arn.rstrip("/") + "/") for arn in state["hybrid_locations"]):
            state["hybrid"].append(properties["DatabaseName"])


def make_existing(state, desired):
    """What the mesh speaks of and does not make: things that exist, and tables that crawlers have made since."""
    spoken = [entry["Resource"] for batch in desired["batches"] for entry in batch["Entries"]]
    spoken += [{"Table": {"DatabaseName": t["database"], "Name": t["table"]}} for t in desired["managed"]["tables"] + desired["hybrid"]["tables"]]
    spoken += [association["resource"] for association in desired["associations"]] + [optin["resource"] for optin in desired["optins"]]
    spoken += [{"TableWithColumns": {"DatabaseName": f["DatabaseName"], "Name": f["TableName"], "ColumnNames": f.get("ColumnNames", [])}} for f in desired["filters"]]
    for resource in spoken:
        (kind, where), = resource.items()
        if kind == "Database":
            state["databases"].setdefault(where["Name"], {"tables": {}, "existing": True})
        if kind in ("Table", "TableWithColumns"):
            tables = state["databases"].setdefault(where["DatabaseName"], {"tables": {}})["tables"]
            if "Name" in where:
                table = tables.setdefault(where["Name"], {"columns": [], "partitions": [], "existing": True})
                if table.get("existing"):
                    table["columns"] = sorted(set(table["columns"]) | set(where.get("ColumnNames", [])))
    # Where nothing lies yet no location tells the mode, and the build is believed.
    state["hybrid"] += [name for name in desired["hybrid"]["databases"] if not state["databases"].get(name, {"tables": {}})["tables"]]


def programs(build):
    """Each account with what the manifest says of its grant program."""
    return [(SELF if grants["account"] in (None, "self") else grants["account"], grants) for grants in load(os.path.join(build, "manifest.json"))["grants"]]


class Lake(World):
    """The accounts of one environment, and its grant programs in a folder that a later build can be put in."""

    def __init__(self, *builds):
        """Databases and tables of all builds, the programs of the first."""
        super().__init__()
        os.remove(self.path())
        self.accounts = []
        for build in builds:
            self.deploy(build)
        if builds:
            self.take(builds[0])

    def take(self, build):
        """Its grant programs take the place of those before."""
        self.build = build
        self.desired = {}
        for stale in os.listdir(self.grants):
            os.remove(os.path.join(self.grants, stale))
        for account, grants in programs(build):
            for key, ending in (("program", ".sh"), ("desired", ".json")):
                with open(os.path.join(build, grants[key]), encoding="utf-8") as file:
                    text = file.read()
                with open(os.path.join(self.grants, account + ending), "w", encoding="utf-8") as file:
                    file.write(text)
            self.desired[account] = json.loads(filled(text, account))
        mesh = next(iter(self.desired.values()), {"mesh": "", "environment": None})
        self.kept_as = mesh["mesh"] + ("-" + mesh["environment"] if mesh["environment"] else "")

    def deploy(self, build):
        """The accounts as they are when the stacks of a build stand in them, with Lake Formation's defaults on all."""
        manifest = load(os.path.join(build, "manifest.json"))
        states = {}

        def state_of(account):
            if account not in states:
                fresh = {"settings": {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": "arn:aws:iam::%s:role/LakeAdmin" % account}], "ReadOnlyAdmins": [],
                                      "CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": [], "Parameters": {"CROSS_ACCOUNT_VERSION": "4"}},
                         "databases": {}, "grants": [], "locations": [], "hybrid": [], "hybrid_locations": [], "invitations": []}
                states[account] = self.raw(account) or fresh
            return states[account]

        stacks = [(stack, SELF if stack["account"] in (None, "self") else stack["account"]) for stack in manifest["stacks"]]
        templates = [(Template(os.path.join(build, stack["template"]), account), account) for stack, account in stacks]
        for template, account in templates:
            make_things(state_of, template, account)
        for template, _ in templates:
            make_tables(state_of, template)
        theirs = {}
        for account, grants in programs(build):
            with open(os.path.join(build, grants["desired"]), encoding="utf-8") as file:
                desired = json.loads(filled(file.read(), account))
            make_existing(state_of(account), desired)
            theirs[account] = desired["managed"]["databases"] + desired["hybrid"]["databases"]
        for account, state in states.items():
            state["grants"] = [g for g in state["grants"] if g["principal"] != EVERYBODY] + defaults(state, account, theirs.get(account, []))
            self.set_state(state, account)
            if account not in self.accounts:
                self.accounts.append(account)
        self.accounts.sort()

    def raw(self, account):
        return load(self.path(account)) if os.path.exists(self.path(account)) else None

    def kept(self, name, account):
        folder = os.path.join(self.folder, "state", "meshc", self.kept_as)
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, "%s.%s" % (account, name))

    def ledgers(self):
        found = {}
        for account in self.desired:
            if os.path.exists(self.kept("ledger.json", account)):
                found[account] = sorted(self.ledger(account))
        return {account: things for account, things in found.items() if things}

    def states(self):
        """All accounts; who was invited to what is history, not state."""
        found = {}
        for account in self.accounts:
            found[account] = self.state(account)
            found[account].pop("invitations")
            for key, values in found[account].get("tags", {}).items():
                found[account]["tags"][key] = sorted(values)
        return found

    def all(self, verb, *options, today=TODAY, accounts=None):
        """The verb in each account in turn -> [(account, status) that is not 0], and what was said, for the report."""
        bad = []
        for account in accounts or self.desired:
            status = self.run(verb, *options, account=account, today=today)
            if status != 0:
                bad.append("%s in %s: status %s\n%s" % (verb, account, status, self.shown()))
        return bad

    def writes(self):
        return [call["operation"] for call in self.log() if call["operation"].startswith(WRITES)]


def defaults(state, account, theirs):
    """ALL of everybody on every database and table, as an account gives it that was never set up for Lake Formation. A database
    that was there before the mesh, which does not manage it, is without: whoever shares it has revoked them."""
    found = []
    for name, database in state["databases"].items():
        if database.get("existing") and name not in theirs:
            continue
        if not database.get("target"):
            found.append({"principal": EVERYBODY, "resource": {"kind": "database", "at": [account, name], "part": None}, "permissions": ["ALL"], "options": []})
        for table in database["tables"]:
            found.append({"principal": EVERYBODY, "resource": {"kind": "table", "at": [account, name, table], "part": None}, "permissions": ["ALL"], "options": []})
    return found


# ---- what a build asks for, told without the program -------------------------------------------------------------


def in_force(desired, entry, today):
    slice = desired["slices"].get(entry["Id"], {"from": None, "until": None})
    return (slice["from"] or "") <= today <= (slice["until"] or "9999")


def facts_of_entry(entry, catalog):
    principal, found, permissions, options = rules.read(entry, catalog)
    for part in rules.parts(found):
        for permission in permissions:
            yield json.dumps([principal, found["kind"], found["at"], part, permission])
        for permission in options:
            yield json.dumps([principal, found["kind"], found["at"], part, "+" + permission])


def wanted_grants(desired, today):
    batches = desired["batches"] + desired.get("taking", {}).get("batches", [])
    return {fact for batch in batches for entry in batch["Entries"] if in_force(desired, entry, today) for fact in facts_of_entry(entry, batch["CatalogId"])}


def held_grants(state, desired):
    """Without the defaults on what is not managed."""
    hybrid = {tuple([t["database"], t["table"]]) for t in desired["hybrid"]["tables"]} | {(name,) for name in desired["hybrid"]["databases"]}
    managed = {tuple([t["database"], t["table"]]) for t in desired["managed"]["tables"]} | {(name,) for name in desired["managed"]["databases"]}
    found = set()
    for grant in state["grants"]:
        resource = grant["resource"]
        if grant["principal"] == EVERYBODY and tuple(resource["at"][1:]) not in managed - hybrid:
            continue
        for permission in grant["permissions"] + ["+" + option for option in grant["options"]]:
            found.add(json.dumps([grant["principal"], resource["kind"], resource["at"], resource["part"], permission]))
    return found


def wanted_associations(desired):
    found = set()
    for association in desired["associations"]:
        (kind, where), = association["resource"].items()
        at = [where["Name"]] if kind == "Database" else [where["DatabaseName"], where["Name"]]
        for column in where["ColumnNames"] if kind == "TableWithColumns" else [None]:
            for tag in association["tags"]:
                found.add(json.dumps([at + [column] if column else at, tag["key"], tag["value"]]))
    return found


def differences(desired, state, account, today=TODAY):
    """Where an account is not as its file says, in words."""
    def tell(what, wanted, held):
        return ["%s missing: %s" % (what, x) for x in sorted(wanted - held)] + ["%s too much: %s" % (what, x) for x in sorted(held - wanted)]

    found = tell("grant", wanted_grants(desired, today), held_grants(state, desired))
    found += tell("association", wanted_associations(desired), {json.dumps([a["at"], a["key"], a["value"]]) for a in state.get("associations", [])})
    found += tell("tag", {json.dumps([t["key"], v]) for t in desired["tags"] for v in t["values"]},
                  {json.dumps([k, v]) for k, values in state.get("tags", {}).items() for v in values})
    found += tell("filter", {json.dumps(f, sort_keys=True) for f in desired["filters"]}, {json.dumps(f, sort_keys=True) for f in state.get("filters", [])})
    found += tell("opt-in", {json.dumps([o["principal"], rules.place(o["resource"], account)], sort_keys=True) for o in desired["optins"]},
                  {json.dumps([o["Principal"]["DataLakePrincipalIdentifier"], rules.place(o["Resource"], account)], sort_keys=True) for o in state.get("optins", [])})
    return found
