#!/usr/bin/env python3
"""Writes random meshes that are right by construction and use every construct of the language.

Usage: generate FOLDER FIRST LAST     folders FOLDER/<seed>/a and FOLDER/<seed>/b: the same mesh twice, its files,
                                      declarations and attributes in another order
Prints which rows of grammar/kinds.def no mesh has used, one a line: `unused KIND attribute`.
"""
import pathlib
import random
import re
import sys

from access import make_policies, unused
from flows import make_pipeline
from things import Schema, make_product, make_schema
from text import Block, quoted, write

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Blocks and attributes that the generator has no use for, each with the reason.
LEFT_OUT = {
    ("STANDARD", None): "not compiled yet",
}


class World:
    def __init__(self, rng):
        self.rng = rng
        self.declarations, self.used = [], set()
        self.domains, self.products, self.pipelines, self.produced, self.references = [], [], [], [], []
        self.functions, self.channels, self.links, self.common, self.awaited, self.express_made = [], [], [], None, set(), set()

    def declare(self, kind, head, note=""):
        block = Block(kind, head, note=note)
        self.declarations.append(block)
        return block


# ---------------------------------------------------------------- the mesh around the domains

def accounts(world):
    """None, one deployment of one account, or environments with up to three accounts."""
    rng = world.rng
    mesh = world.declare("MESH", "mesh acme-mesh", note=rng.choice(["", "A mesh."]))
    mesh.attr("admins", "[Admin]").attr("alerts", "everywhere")
    if not mesh.note:
        mesh.attr("description", '"in words"')
    if rng.random() < 0.3:
        mesh.attr("recorder", "true")
    if rng.random() < 0.4:
        mesh.attr("cross_account_version", "4")
    world.accounts = rng.choice([[], [], ["hub", "edge"], ["hub", "edge", "far"]])
    if not world.accounts:
        if rng.random() < 0.6:
            mesh.attr("region", "eu-west-1").attr("account", "123456789012")
    else:
        for i, name in enumerate(world.accounts):
            block = world.declare("ACCOUNT", f"account {name}")
            block.attr("description", '"an account"')
            if rng.random() < 0.3:
                block.attr("id", f"00000000000{i + 1}")
        prod = world.declare("ENVIRONMENT", "environment prod").attr("region", "eu-west-1").attr("account", "000000000001")
        numbers = prod.add(Block("ACCOUNTS", "accounts"))
        for i, name in enumerate(world.accounts):
            numbers.entry(name, f"00000000000{i + 1}")
        dev = world.declare("ENVIRONMENT", "environment dev").attr("region", "eu-central-1").attr("account", "999999999999").attr("suffix", "dev")
        dev.attr("schedules", rng.choice(["on", "off"])).attr("description", '"for trying out"')
        numbers = dev.add(Block("ACCOUNTS", "accounts"))
        for name in world.accounts:
            numbers.entry(name, "999999999999")
        world.dev = dev
    world.mesh_bucket = rng.random() < 0.6
    if world.mesh_bucket:
        mesh.attr("bucket", '"acme-mesh-data"')
    defaults = mesh.add(Block("DEFAULTS", "defaults product"))
    defaults.add(Block("SLA", "sla").attr("availability", "99%"))
    world.mesh = mesh


def principals(world):
    rng = world.rng
    for name in ("Owner", "Admin", "Analyst", "Planner", "Auditor", "Loader"):
        role = world.declare("ROLE", f"role {name}")
        if rng.random() < 0.3:
            role.attr("name", quoted(f"path/{name}"))
        if rng.random() < 0.2:
            role.attr("description", '"a role"')
    world.declare("ROLE", "role Maker").attr("create", "true").attr("trusts", '["states.amazonaws.com", "glue.amazonaws.com", "lambda.amazonaws.com", "redshift.amazonaws.com"]')
    world.declare("ROLE", "role Named").attr("arn", '"arn:aws:iam::123456789012:role/Named"')
    if world.accounts:
        world.declare("ROLE", "role Foreign").attr("account", "edge")
    world.declare("USER", "user jo").attr("name", '"jo.smith"').attr("description", '"a user"')
    world.declare("USER", "user sam").attr("arn", '"arn:aws:iam::123456789012:saml-provider/idp:user/sam"')
    world.declare("GROUP", "group staff").attr("arn", '"arn:aws:iam::123456789012:saml-provider/idp:group/staff"').attr("description", '"a group"')
    if world.accounts:
        world.declare("USER", "user far_user").attr("account", "edge")
        world.declare("GROUP", "group far_group").attr("arn", '"arn:aws:iam::000000000002:saml-provider/idp:group/far"').attr("account", "edge")
    team = world.declare("TEAM", "team readers").attr("members", "[Analyst, jo]")
    if rng.random() < 0.5:
        team.attr("description", '"a team"')
    world.declare("TEAM", "team everybody").attr("members", "[readers, Planner, staff]")
    if rng.random() < 0.4:
        world.declare("ORGANIZATION", "organization acme").attr("arn", '"arn:aws:organizations::123456789012:organization/o-abcdefghij"').attr("description", '"all of it"')


def words(world):
    rng = world.rng
    world.declare("TAG", "tag classification").attr("values", "public < internal < confidential < restricted").attr("default", "internal").attr("description", '"how far"')
    world.declare("TAG", "tag residency").attr("values", "eu | us | any")
    world.declarations.append('type Email = string @pii @matches("^[^@]+@[^@]+$")\n')
    common = Block("SCHEMA", "schema Common", ordered=True).line("loaded_at: timestamp @required").line("source_file: string")
    world.declarations.append(common)
    from things import Column
    world.common = Schema("Common", [Column("loaded_at", "timestamp", ["@required"]), Column("source_file", "string", [])])
    world.declare("CHANNEL", "channel everywhere").attr("email", '["ops@example.com"]').attr("description", '"alerts"')
    world.declare("CHANNEL", "channel there").attr("arn", '"arn:aws:sns:eu-west-1:123456789012:there"')
    world.channels = ["everywhere", "there"]


def domains(world):
    rng = world.rng
    for number, name in enumerate(rng.sample(["sales", "customers", "set-up", "finance", "logistics"], rng.randint(1, 3))):
        block = world.declare("DOMAIN", f"domain {name}", note=rng.choice(["", "A domain."]))
        block.attr("owner", "Owner").attr("contact", '"team@example.com"')
        if not block.note:
            block.attr("description", '"a domain"')
        made = rng.random() < 0.6 or not world.mesh_bucket
        domain = {"name": name, "made": made, "zones": [], "bucket": f"acme-{name}-data", "account": None, "catalog": None, "hybrid": False}
        if world.accounts and rng.random() < 0.6:
            domain["account"] = rng.choice(world.accounts)
            block.attr("account", domain["account"])
            made = domain["made"] = True
        if made:
            storage(rng, block, domain)
        if rng.random() < 0.4:
            block.attr("database", quoted(f"{name.replace('-', '_')}_db"))
        if rng.random() < 0.4:
            block.add(Block("TAGS", "tags")).entry("classification", "internal").entry("residency", "eu")
        if rng.random() < 0.5:
            block.add(Block("QUERY", "query")).attr("bytes_limit", "10GB").attr("encryption", rng.choice(["s3", "kms"]))
        if rng.random() < 0.3:
            block.attr("alerts", "everywhere")
        if world.accounts and made and rng.random() < 0.2:
            domain["catalog"] = rng.choice(world.accounts)
            block.attr("catalog", domain["catalog"])
        block.add(Block("ROLE", "role worker"))
        block.add(Block("ROLE", "role maker")).attr("name", quoted(f"{name}-maker")).attr("create", "true").attr("trusts", '["states.amazonaws.com", "lambda.amazonaws.com", "redshift.amazonaws.com"]')
        world.domains.append(domain)
    if world.accounts and rng.random() < 0.6:
        own = [d["name"] for d in world.domains if d["made"]]
        if own:
            world.dev.add(Block("BUCKETS", "buckets")).entry(own[0], '"acme-dev-other"')
    if rng.random() < 0.4:
        block = world.declare("DOMAIN", "domain legacy").attr("existing", "true").attr("database", '"legacy"').attr("bucket", '"acme-legacy"')
        schema = make_schema(world, "LegacyRow", flat=True)
        world.declare("PRODUCT", f"product legacy.rows of {schema.name}").attr("existing", "true").attr("shared_with", "everyone").attr("table", '"rows"')
        output = world.declare("PRODUCT", "product legacy.more").attr("existing", "true").add(Block("OUTPUT", f"output only of {schema.name}"))
        output.attr("existing", "true")
        world.declare("PIPELINE", "pipeline legacy.nightly").attr("existing", "true").add(Block("STEPS", "steps"))
        world.products.append({"path": "legacy.rows", "domain": "legacy", "shared": True, "schema": None, "outputs": []})


def storage(rng, block, domain):
    bucket = block.add(Block("STORAGE", "storage")).attr("bucket", quoted(domain["bucket"]))
    if rng.random() < 0.5:
        bucket.attr("encryption", "kms")
        if rng.random() < 0.5:
            bucket.attr("kms_key", '"arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"')
    if rng.random() < 0.4:
        bucket.attr("versioning", "on")
    if rng.random() < 0.3:
        bucket.attr("log", '"acme-access-logs"')
    if rng.random() < 0.2:
        bucket.attr("hybrid", "true")
        domain["hybrid"] = True
    if rng.random() < 0.4:
        domain["zones"].append("raw")
        zone = block.add(Block("STORAGE", "storage raw"))
        if rng.random() < 0.4:
            zone.attr("bucket", '"acme-raw-landing"').attr("existing", "true")


def governance(world):
    rng = world.rng
    managed = world.declare("GUARDRAIL", "guardrail buckets-versioned").attr("managed", "S3_BUCKET_VERSIONING_ENABLED").attr("resources", '["AWS::S3::Bucket"]')
    managed.attr("description", '"kept"')
    if world.accounts and rng.random() < 0.5:
        managed.attr("accounts", "[hub]")
    keys = world.declare("GUARDRAIL", "guardrail keys-rotated").attr("managed", "ACCESS_KEYS_ROTATED").attr("schedule", "every(24h)")
    keys.add(Block("PARAMETERS", "parameters")).entry("maxAccessKeyAge", '"90"')
    if rng.random() < 0.5:
        world.declare("GUARDRAIL", "guardrail own-rule").attr("lambda", "JudgeBuckets").attr("resources", '["AWS::S3::Bucket"]')
    if rng.random() < 0.5:
        audit = world.declare("AUDIT", rng.choice(["audit", "audit trail"])).attr("description", '"who did what"')
        if rng.random() < 0.5:
            audit.attr("bucket", '"acme-audit-log"')
            if rng.random() < 0.5:
                audit.attr("existing", "true")
        if rng.random() < 0.5:
            audit.attr("retention", "400d")
        fit = [p["path"] for p in world.products if p["schema"]]
        if fit and rng.random() < 0.5:
            audit.attr("events", f"[{fit[0]}]")
    domain = world.domains[0]
    if rng.random() < 0.5 and not domain["catalog"]:
        house = world.declare("WAREHOUSE", f"warehouse {domain['name']}.house").attr("domains", f"[{domain['name']}]").attr("capacity", "32")
        if rng.random() < 0.5:
            house.attr("role", f"{domain['name']}.maker")
        house.attr("description", '"for reports"')
    if rng.random() < 0.5:
        queue = world.declare("RESOURCE", f"resource {domain['name']}.queue").attr("type", '"AWS::SQS::Queue"').attr("description", '"waits"')
        if rng.random() < 0.5:
            world.declare("RESOURCE", f"resource {domain['name']}.first").attr("type", '"AWS::SQS::Queue"').attr("retain", "true")
            queue.attr("depends_on", f"[{domain['name']}.first]")
        queue.add(Block("PROPERTIES", "properties")).entry("DelaySeconds", "5").entry("Tags", '[{ Key: "k"  Value: "${literal}" }]')
    if rng.random() < 0.3:
        world.declare("PATCH", 'patch "AWS::S3::Bucket"').entry("Tags", '[{ Key: "team"  Value: "it\'s ${x}" }]')
    far = [d for d in world.domains if d["account"] and not d["catalog"]]
    shown = [p for p in world.products if p["schema"] and not p["outputs"] and far and p["domain"] == far[0]["name"]]
    near = [d for d in world.domains if far and d["account"] != far[0]["account"] and not d["catalog"]]
    if shown and near:
        world.declare("LINK", "link shown_here").attr("to", shown[0]["path"]).attr("domain", near[0]["name"])
    if world.accounts and rng.random() < 0.5:
        other = rng.choice(world.accounts)
        world.links.append({"name": "linked_db", "account": other})
        link = world.declare("LINK", "link linked_db").attr("account", other).attr("description", '"a link"')
        link.attr("to", '"far_database"', options=Block("LINK_OPTIONS", "").attr("account", "222233334444"))


def functions(world):
    rng, domain = world.rng, world.domains[0]
    if rng.random() < 0.5:
        block = world.declare("FUNCTION", f"function {domain['name']}.Score").attr("code", '"s3://acme-code/score.zip"').attr("handler", '"main.handler"')
        block.attr("runtime", rng.choice(['"python3.12"', '"nodejs22.x"'])).attr("memory", "256MB").attr("timeout", "30s").attr("description", '"scores"')
        if rng.random() < 0.3:
            block.attr("name", '"score-it"')
        if rng.random() < 0.4:
            block.attr("role", f"{domain['name']}.maker")
        block.add(Block("VARIABLES", "environment")).entry("MODE", '"a \\"b\\" ${c}"')
        world.functions.append(f"{domain['name']}.Score")


def make(seed):
    world = World(random.Random(seed))
    accounts(world)
    principals(world)
    words(world)
    domains(world)
    for domain in world.domains:
        for number in range(world.rng.randint(1, 5)):
            make_product(world, domain, number)
    functions(world)
    for domain in world.domains:
        for number in range(world.rng.randint(0, 3)):
            make_pipeline(world, domain, number)
    governance(world)
    make_policies(world)
    return world


def rows():
    """All (kind, attribute) of the table."""
    found = set()
    for line in (ROOT / "grammar/kinds.def").read_text().splitlines():
        if match := re.match(r'(KIND|ATTR)\((\w+), "(\w+)"', line):
            found.add((match[2], match[3] if match[1] == "ATTR" else None))
    return found


def main():
    folder, first, last = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    used = set()
    for seed in range(first, last + 1):
        world = make(seed)
        for block in world.declarations:
            if not isinstance(block, str):
                block.used(used)
        used |= world.used
        for name, order in (("a", 0), ("b", 1)):
            write(world.declarations, folder / str(seed) / name, random.Random(f"{seed}-{order}"))
    for kind, attribute in sorted(rows() - used - set(LEFT_OUT), key=str):
        print(f"unused {kind} {attribute or ''}".rstrip())
    for construct in unused(used):
        print(f"unused POLICY {construct}")


if __name__ == "__main__":
    main()
