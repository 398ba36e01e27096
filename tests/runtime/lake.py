"""lake.py - what the tests of the grant program work with: a folder with the program, a desired state in format 2, the
stand-in for the AWS CLI with its accounts, and reports in the form of all suites.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OWNER, CONSUMER = "111122223333", "444455556666"
EVERYBODY = "IAM_ALLOWED_PRINCIPALS"
TODAY = "2026-11-25"

passed = failed = 0


def check(name, holds, *why):
    global passed, failed
    if holds:
        passed += 1
        print("ok", name)
    else:
        failed += 1
        print("not ok", name)
        for text in why:
            print("    " + str(text).replace("\n", "\n    "))
    sys.stdout.flush()


def same(name, expected, got):
    check(name, expected == got, "expected:", expected, "got:", got)


def finish():
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed != 0)


# ---- desired state -------------------------------------------------------------------------------


def role(name, account=OWNER):
    return "arn:aws:iam::%s:role/%s" % (account, name)


def database(name="sales", catalog=OWNER):
    return {"Database": {"CatalogId": catalog, "Name": name}}


def table(name, columns=None, of="sales", catalog=OWNER):
    where = {"CatalogId": catalog, "DatabaseName": of, "Name": name}
    return {"TableWithColumns": dict(where, ColumnNames=columns)} if columns else {"Table": where}


def every_table(of="sales", catalog=OWNER):
    return {"Table": {"CatalogId": catalog, "DatabaseName": of, "TableWildcard": {}}}


def location(path):
    return {"DataLocation": {"CatalogId": OWNER, "ResourceArn": "arn:aws:s3:::" + path}}


def tag(key, *values):
    return {"LFTag": {"CatalogId": OWNER, "TagKey": key, "TagValues": list(values)}}


def tagged(kind, **expression):
    return {"LFTagPolicy": {"CatalogId": OWNER, "ResourceType": kind,
                            "Expression": [{"TagKey": key, "TagValues": values} for key, values in expression.items()]}}


def on_filter(name, of="orders"):
    return {"DataCellsFilter": {"TableCatalogId": OWNER, "DatabaseName": "sales", "TableName": of, "Name": name}}


def row_filter(name, expression=None, columns=None, of="orders"):
    return {"TableCatalogId": OWNER, "DatabaseName": "sales", "TableName": of, "Name": name,
            "RowFilter": {"FilterExpression": expression} if expression else {"AllRowsWildcard": {}},
            **({"ColumnNames": columns} if columns else {"ColumnWildcard": {}})}


def entry(principal, resource, permissions, options=(), name=None):
    body = {"Principal": {"DataLakePrincipalIdentifier": principal}, "Resource": resource,
            "Permissions": permissions.split(), "PermissionsWithGrantOption": list(options)}
    text = json.dumps(body, sort_keys=True)
    number = 0xcbf29ce484222325
    for byte in text.encode():
        number = (number ^ byte) * 0x100000001b3 % 2**64
    return {"Id": name or "g-%016x" % number, **body}


def batches(entries, catalog=OWNER):
    return [{"CatalogId": catalog, "Entries": entries[i:i + 20]} for i in range(0, len(entries), 20)]


def desired(entries=(), account=OWNER, **more):
    """A file of the compiler; `more` are members of format 2, as they stand there."""
    file = {
        "format": 2, "mesh": "shop", "environment": "prod", "account": account, "region": "eu-west-1",
        "settings": {"admins": [role("LakeAdmin", account)], "cross_account_version": None},
        "managed": {"databases": ["sales"], "tables": [{"database": "sales", "table": "orders"}, {"database": "sales", "table": "items"}]},
        "hybrid": {"databases": [], "tables": []}, "tags": [], "associations": [], "filters": [], "optins": [],
        "sources": {}, "slices": {}, "requests": [],
    }
    file.update(more)
    file["batches"] = batches(list(entries))
    file["sources"] = {e["Id"]: "shop.mesh:%d:3" % (i + 1) for i, e in enumerate(entries)}
    return file


def association(resource, **tags):
    return {"id": "t-%016x" % abs(hash_of([resource, tags])), "resource": resource, "tags": [{"key": k, "value": v} for k, v in tags.items()]}


def optin(principal, resource):
    return {"id": "o-%016x" % hash_of([principal, resource]), "principal": principal, "resource": resource}


def hash_of(value):
    number = 7
    for byte in json.dumps(value, sort_keys=True).encode():
        number = (number * 31 + byte) % 2**63
    return number


def account_state(**more):
    """An account with two tables and an administrator."""
    columns = ["id", "customer", "total", "region", "day"]
    state = {
        "settings": {"DataLakeAdmins": [{"DataLakePrincipalIdentifier": role("LakeAdmin")}], "ReadOnlyAdmins": [],
                     "CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": [],
                     "Parameters": {"CROSS_ACCOUNT_VERSION": "4"}, "TrustedResourceOwners": ["999900001111"]},
        "databases": {"sales": {"tables": {"orders": {"columns": columns, "partitions": ["month"]},
                                           "items": {"columns": columns, "partitions": []}}},
                      "other": {"tables": {"foreign": {"columns": ["a", "b"], "partitions": []}}}},
    }
    state.update(more)
    return state


def held(principal, kind, at, permissions, options=(), part=None):
    """A grant as it stands in the state of an account."""
    return {"principal": principal, "resource": {"kind": kind, "at": at, "part": part}, "permissions": sorted(permissions.split()),
            "options": list(options)}


# ---- the world -----------------------------------------------------------------------------------


class World:
    """A folder of its own with one program an account, the accounts of the stand-in, and what is to go wrong."""

    base = None
    server = None

    @classmethod
    def begin(cls):
        cls.base = tempfile.mkdtemp(prefix="mesh-runtime-")
        os.mkdir(os.path.join(cls.base, "tmp"))
        cls.server = subprocess.Popen([sys.executable, "-I", "-S", os.path.join(HERE, "standin", "account.py")],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        cls.port = cls.server.stdout.readline().decode().strip()
        cls.reach = os.path.join(cls.base, "reach")
        subprocess.run([os.path.join(HERE, "reach"), cls.reach, os.path.join(HERE, "standin", "aws")], check=True)
        cls.text = subprocess.run(["awk", "-f", os.path.join(ROOT, "compiler/base/join.awk"), os.path.join(ROOT, "runtime/grants.sh")],
                                  check=True, stdout=subprocess.PIPE).stdout.decode()
        cls.count = 0

    @classmethod
    def end(cls):
        cls.server.stdin.close()
        cls.server.wait()
        shutil.rmtree(cls.base)

    def __init__(self, wanted=None, state=None):
        World.count += 1
        self.folder = os.path.join(self.base, "case-%d" % World.count)
        self.standin = os.path.join(self.folder, "standin")
        self.grants = os.path.join(self.folder, "grants")
        os.makedirs(self.standin)
        os.mkdir(self.grants)
        self.set_state(state or account_state())
        if wanted is not None:
            self.want(wanted)

    def want(self, file):
        account = file["account"]
        with open(os.path.join(self.grants, account + ".json"), "w", encoding="utf-8") as out:
            json.dump(file, out, ensure_ascii=False)
        program = os.path.join(self.grants, account + ".sh")
        if not os.path.exists(program):
            values = {"MESH_FORMAT": "1", "MESH_NAME": file["mesh"], "MESH_ENVIRONMENT": file["environment"] or "",
                      "MESH_ACCOUNT": account, "MESH_REGION": file["region"] or ""}
            head = "".join("%s='%s'\n" % item for item in values.items())
            with open(program, "w", encoding="utf-8") as out:
                out.write(self.text.replace("# @header\n", "# @header\n" + head, 1))

    def path(self, account=OWNER):
        return os.path.join(self.standin, account + ".json")

    def set_state(self, state, account=OWNER):
        with open(self.path(account), "w", encoding="utf-8") as file:
            json.dump(state, file, ensure_ascii=False)

    def state(self, account=OWNER):
        """The account in one form: what is the same reads the same."""
        with open(self.path(account), encoding="utf-8") as file:
            state = json.load(file)
        for name in ("grants", "associations", "filters", "optins"):
            state[name] = sorted(state.get(name) or [], key=lambda x: json.dumps(x, sort_keys=True))
        state.pop("objects", None)
        return state

    def faults(self, **orders):
        with open(os.path.join(self.standin, "faults.json"), "w", encoding="utf-8") as file:
            json.dump(orders, file)
        for name in ("count.json",):
            if os.path.exists(os.path.join(self.standin, name)):
                os.remove(os.path.join(self.standin, name))

    def log(self):
        try:
            with open(os.path.join(self.standin, "log.jsonl"), encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def forget(self):
        """The calls up to now."""
        for name in ("log.jsonl", "count.json"):
            path = os.path.join(self.standin, name)
            if os.path.exists(path):
                os.remove(path)

    def sent(self, operation):
        return [call["input"] for call in self.log() if call["operation"] == operation]

    def ledger(self, account=OWNER):
        with open(self.kept("ledger.json", account), encoding="utf-8") as file:
            return json.load(file)["things"]

    def kept(self, name, account=OWNER):
        """The ledger or the audit log where the program keeps it."""
        folder = os.path.join(self.folder, "state", "meshc", "shop-prod")
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, "%s.%s" % (account, name))

    def audit(self, account=OWNER):
        with open(self.kept("audit.jsonl", account), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def aws(self, service, operation, account=OWNER, **given):
        """One call of the stand-in by somebody else than the program -> its code of refusal, or what it answers."""
        done = subprocess.run(["aws", service, operation, "--cli-input-json", json.dumps(given)], cwd=self.folder, stdin=subprocess.DEVNULL,
                              env={"PATH": self.reach, "STANDIN": self.standin, "STANDIN_PORT": self.port, "STANDIN_ACCOUNT": account},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        refused = re.search(r"\((\w+)\)", done.stderr.decode())
        return refused[1] if refused else done.stdout.decode() or done.stderr.decode()

    def run(self, *arguments, account=OWNER, today=TODAY, cwd=None, **more):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MESH_", "STANDIN"))}
        environment.update(PATH=self.reach, STANDIN=self.standin,
                           STANDIN_PORT=self.port, STANDIN_ACCOUNT=account, XDG_STATE_HOME=os.path.join(self.folder, "state"), TMPDIR=os.path.join(self.base, "tmp"),
                           MESH_RETRY_BASE_MS="1", MESH_TODAY=today, LC_ALL="C.UTF-8")
        environment.update(more)
        done = subprocess.run(["bash", os.path.join(self.grants, account + ".sh"), *arguments], env=environment, cwd=cwd or self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.out, self.err = done.stdout.decode(), done.stderr.decode()
        return done.returncode

    def last(self):
        return self.out.splitlines()[-1] if self.out else ""

    def shown(self):
        return "status lines:\n%s\nstderr:\n%s" % (self.out, self.err)


def settled(world, name, verb="apply", *options):
    status = world.run(verb, *options)
    check(name, status == 0, "status %s" % status, world.shown())


def run_all(tests):
    """The tests, or those of them that the command line names; what ends by an error of its own has failed."""
    World.begin()
    try:
        for test in tests:
            if len(sys.argv) == 1 or test.__name__ in sys.argv[1:]:
                began = time.time()
                try:
                    test()
                except Exception:
                    check("%s ran to its end" % test.__name__, False, traceback.format_exc())
                print("# %s: %.1f s" % (test.__name__, time.time() - began))
    finally:
        World.end()
    finish()
