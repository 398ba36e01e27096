"""What a mesh holds below its domains: schemas and products, with what each format can say."""
from text import Block, quoted

ANY = "*"  # the key of a free map: no row of the table
SCALARS = ["string", "int", "bigint", "double", "boolean", "timestamp", "date", "decimal(12, 2)"]
RICHER = SCALARS + ["tinyint", "smallint", "float", "char(3)", "varchar(40)", "binary", "decimal(38, 10)"]
# Columns with names that are words of the language, hold digits and hyphens, or must be quoted.
NAMES = ["id", "day", "amount", "region", "name", "schema", "type", "on", "seen", "note", "tag", "price_2", "over",
         "kind", "value", "list", "where", "any", "from"]
ODD = ["order-no", "Total", '"a b"', '"$x"']
NUMBERS = ("int", "bigint", "double", "decimal", "float")


class Column:
    def __init__(self, name, kind, notes):
        self.name, self.kind, self.notes, self.tagged = name, kind, notes, False

    @property
    def scalar(self):
        return "<" not in self.kind

    @property
    def number(self):
        return self.kind.startswith(NUMBERS)


class Schema:
    def __init__(self, name, columns):
        self.name, self.columns = name, columns


def some_type(rng, depth, pool):
    if depth == 0 or rng.random() < 0.7:
        return rng.choice(pool)
    shape = rng.choice(["array", "map", "struct"])
    if shape == "array":
        return f"array<{some_type(rng, depth - 1, pool)}>"
    if shape == "map":
        return f"map<string, {some_type(rng, depth - 1, pool)}>"
    return f"struct<a: {some_type(rng, depth - 1, pool)}, b: {some_type(rng, depth - 1, pool)}>"


def notes_for(rng, kind, first, world, references):
    notes = ["@key"] if first else []
    if rng.random() < 0.2 and "<" not in kind:
        notes.append("@required")
    if rng.random() < 0.1 and not first and "<" not in kind:
        notes.append("@unique")
    if rng.random() < 0.2:
        notes.append(rng.choice(["@pii", "@pii(indirect)", "@tag(classification: restricted)"]))
    if kind == "string" and rng.random() < 0.3:
        notes.append(rng.choice(['@in(["a", "b\\"c"])', '@matches("^[a-z]+\\\\d?$")', "@length(80)"]))
    if kind in ("int", "bigint") and rng.random() < 0.3:
        notes.append(rng.choice(["@range(0, 100)", "@range(null, 7)"]))
    if rng.random() < 0.1:
        notes.append(rng.choice(['@deprecated("gone soon")', f'@renamed_from(old_{rng.randint(0, 99)})', '@example("x")',
                                 '@declassify("counted only")']))
    if references and rng.random() < 0.15 and kind == "string":
        notes.append(rng.choice(references))
    return notes


def make_schema(world, name, flat=False, plain=False):
    """plain: types and names that every format takes."""
    rng = world.rng
    pool = SCALARS if flat or plain else RICHER
    names = rng.sample(NAMES, rng.randint(3, 8)) + ([] if flat or plain else rng.sample(ODD, rng.randint(0, 2)))
    block = Block("SCHEMA", f"schema {name}", ordered=True, note=rng.choice(["", "What it holds."]))
    columns = []
    for i, column in enumerate(names):
        kind = "string" if i == 0 else some_type(rng, 0 if flat else 3, pool)
        notes = notes_for(rng, kind, i == 0, world, world.references if not flat else [])
        if i == 1 and rng.random() < 0.2 and not flat:
            kind, notes = "Email", []
        block.line(f"{column}: {kind}{''.join(' ' + n for n in notes)}")
        columns.append(Column(column, "string" if kind == "Email" else kind, notes))
        columns[-1].tagged = kind == "Email" or any(note.startswith(("@pii", "@tag")) for note in notes)
    if not flat and world.common and rng.random() < 0.3:
        block.line(f"include {world.common.name}")
        columns += world.common.columns
    world.declarations.append(block)
    schema = Schema(name, columns)
    return schema


# ---------------------------------------------------------------- products

def expectations(rng, schema, block):
    scalars = [c for c in schema.columns if c.scalar]
    for _ in range(rng.randint(1, 4)):
        c = rng.choice(scalars)
        said = [f"{c.name} is complete", f"completeness({c.name}) >= 99%", "row_count() > 0",
                f"distinct_count({c.name}) < 1000", f"uniqueness({c.name}) > 50%", f'column_count() == {len(schema.columns)}',
                'sql "select count(*) from primary" > 0']
        if c.number:
            said += [f"{c.name} >= 0", f"{c.name} between 0 and 100", f"mean({c.name}) < 1000", f"sum({c.name}) > 0",
                     f"stddev({c.name}) < 9.5"]
        if c.kind == "string":
            said += [f'{c.name} matches "^[a-z\\"]+$"', f'{c.name} in ["a", "b"]', f"length({c.name}) <= 80"]
        if c.kind == "timestamp":
            said += [f"freshness({c.name}) <= 24h"]
        if c.kind == "date":
            said += [f"{c.name} > 2020-01-01"]
        text = f"expect {rng.choice(said)}"
        if rng.random() < 0.2 and "sql" not in text:
            text += f" where {quoted(scalars[0].name + ' is not null')}" if scalars[0].name.isidentifier() else ""
        if rng.random() < 0.2:
            text += rng.choice([" @severity(warning)", " @dimension(accuracy)"])
        block.line(text)
    if rng.random() < 0.3:
        group = rng.choice(["any", "all"])
        block.line(f"{group} {{ expect {scalars[0].name} is complete expect row_count() > 1 }}")


def service_levels(rng, world):
    block = Block("SLA", "sla")
    driver = Block("SLA_OPTIONS", "").attr("driver", rng.choice(["regulatory", "analytics", "operational"]))
    choices = {"freshness": "48h", "latency": "15m", "availability": "99.9%", "frequency": "1d",
               "time_of_availability": '"08:00 UTC"', "end_of_support": "2031-01-31", "end_of_life": "2031-06-30",
               "time_to_repair": "8h"}
    for name in rng.sample(sorted(choices), rng.randint(1, 4)):
        block.attr(name, choices[name], options=driver if rng.random() < 0.2 else None)
    if rng.random() < 0.5:
        block.attr("retention", rng.choice(["2y", "[1y, 3y]", "18mo"]))
    return block


FLAT_FORMATS = ["csv", "tsv", "regex", "grok"]


def format_of(rng, schema, name):
    """The value of `format:` and its options."""
    options = Block("FORMAT_OPTIONS", "")
    if name in ("csv", "tsv"):
        if rng.random() < 0.7:
            options.attr("skip_header", rng.randint(0, 3))
        options.attr("delimiter", quoted(rng.choice([";", "|", ","])) if name == "csv" else '"\\t"')
        if rng.random() < 0.4:
            options.attr("quote", '"\\""').attr("escape", '"\\\\"')
    elif name == "json":
        options.attr("ignore_malformed", rng.choice(["true", "false"]))
    elif name in ("parquet", "orc"):
        options.attr("compression", rng.choice(["snappy", "zstd"] if name == "parquet" else ["zlib", "snappy"]))
    elif name == "regex":
        options.attr("pattern", '"""' + " ".join(["(\\S+)"] * len(schema.columns)) + ' ${x} \\"$"""')
    elif name == "grok":
        options.attr("pattern", '"' + " ".join(f"%{{WORD:c{i}}}" for i in range(len(schema.columns))) + '"')
        if rng.random() < 0.5:
            options.attr("custom", '"""MINE [a-z]+\nYOURS \\d+"""')
    return name, options if options.items else None


def partitions(rng, schema, product, name):
    """Partition columns of Hive tables, sometimes projected; transforms of Iceberg."""
    if name == "iceberg":
        times = [c for c in schema.columns if c.kind in ("timestamp", "date") and c.name.isidentifier()]
        keys = [f"{rng.choice(['day', 'month', 'year'])}({times[0].name})"] if times else []
        keys += [f"bucket(16, {schema.columns[0].name})"] if schema.columns[0].name.isidentifier() and rng.random() < 0.6 else []
        if keys:
            product.attr("partition", f"[{', '.join(keys)}]")
        return False
    if name in ("regex", "grok"):
        return False
    fit = [c for c in schema.columns[1:] if c.kind in ("string", "int", "date") and c.name.isidentifier() and "@key" not in c.notes
           and not c.tagged]  # a key has its table's tags
    keys = fit[:rng.randint(0, 2)]
    if not keys or len(keys) >= len(schema.columns) - 1:
        return False
    product.attr("partition", f"[{', '.join(c.name for c in keys)}]")
    if rng.random() < 0.5:
        return False
    projection = product.add(Block("PROJECTION", "projection"))
    for c in keys:
        options = Block("PROJECTION_OPTIONS", "")
        if c.kind == "int":
            projection.attr(c.name, "integer", row=ANY, options=options.attr("range", '"0,23"').attr("digits", "2"))
        elif c.kind == "date":
            options.attr("range", '"2024-01-01,NOW"').attr("format", '"yyyy-MM-dd"').attr("interval", "1").attr("unit", "DAYS")
            projection.attr(c.name, "date", row=ANY, options=options)
        elif rng.random() < 0.5:
            projection.attr(c.name, "injected", row=ANY)
        else:
            projection.attr(c.name, "enum", row=ANY, options=options.attr("values", '["x", "y"]'))
    return True


def inputs_of(rng, world, domain, used):
    given = [f'"Source {rng.randint(1, 9)}" {{ description: "outside, with a \\"quote\\"" }}'] if rng.random() < 0.3 else []
    mine = [p for p in world.products if p["domain"] == domain or p["shared"]]
    for p in rng.sample(mine, min(len(mine), rng.randint(0, 2))):
        given.append(p["path"])
    if any("{" in g for g in given):
        used.add(("INPUT_OPTIONS", None))
        used.add(("INPUT_OPTIONS", "description"))
    return given


def make_product(world, domain, number):
    rng = world.rng
    name = rng.choice(["orders", "clicks", "grant", "over", "Daily", "set-of", "x"]) + str(number)
    path = f"{domain['name']}.{name}"
    style = rng.random()
    if style < 0.08:  # a crawler makes the table
        block = Block("PRODUCT", f"product {path}").attr("format", "json")
        crawl = block.add(Block("CRAWL", "crawl")).attr("schedule", 'cron("15 * * * ? *")')
        if rng.random() < 0.5 and not domain["catalog"]:
            crawl.attr("role", f"{domain['name']}.worker")
        world.declarations.append(block)
        world.products.append({"path": path, "domain": domain["name"], "shared": False, "schema": None, "outputs": []})
        return
    formats = ["parquet", "orc", "json", "avro", "iceberg", "ion", "hudi", "csv", "tsv", "regex", "grok", "cloudtrail"]
    kind = rng.choice(formats)
    if kind == "iceberg" and domain["catalog"]:  # its first file would be written before the bucket is there (M0830)
        kind = "parquet"
    flat, plain = kind in FLAT_FORMATS, kind not in ("parquet", "orc")
    schema = make_schema(world, f"{domain['name'].replace('-', '_').title()}{name.replace('-', '_').title()}S{number}", flat, plain)
    several = rng.random() < 0.2 and kind not in FLAT_FORMATS
    block = Block("PRODUCT", f"product {path}" if several else f"product {path} of {schema.name}", note=rng.choice(["", "One row each."]))
    if not block.note:
        block.attr("description", '"a product"')
    outputs = []
    shared = rng.random() < 0.6
    if not several and rng.random() < 0.1 and world.products and world.products[-1]["schema"] and not world.products[-1]["outputs"]:
        block.attr("replaced_by", world.products[-1]["path"])
    if several:
        for i, version in enumerate(["v1", "v2"]):
            output = block.add(Block("OUTPUT", f"output {version} of {schema.name}")).attr("version", f"{i + 1}.0.0")
            table_attributes(world, domain, schema, kind, output, f"{name}_{version}", path)
            output.attr("description", '"a version"')
            if i == 0:
                output.attr("status", "deprecated").attr("replaced_by", "v2")
            outputs.append(f"{path}.{version}")
    else:
        table_attributes(world, domain, schema, kind, block, name, path)
        if rng.random() < 0.3:
            block.attr("version", f"{rng.randint(0, 9)}.{rng.randint(0, 9)}.0")
        block.attr("status", rng.choice(["draft", "active", "active", "active"]))
    facts = {"owner": "Owner", "title": quoted("A title: ünï"), "purpose": quoted("for $(echo tests)"), "limitations": quoted("none `known`"),
             "usage": quoted("select * from it;"), "support": quoted("#channel"), "stack": "product"}
    for fact in rng.sample(sorted(facts), rng.randint(0, 4)):
        block.attr(fact, facts[fact])
    if shared:
        block.attr("shared_with", "everyone" if rng.random() < 0.5 else f"[{', '.join(d['name'] for d in world.domains)}]")
    if rng.random() < 0.3:
        block.add(Block("CUSTOM", "custom")).entry("cost_centre", '"4711"').entry("nested", '{ a: [1, true, null]  "odd key": "\\u0001" }')
    world.declarations.append(block)
    plain_columns = [c for c in schema.columns if c.name.isidentifier()]
    world.products.append({"path": path, "domain": domain["name"], "shared": shared, "schema": schema, "outputs": outputs,
                           "columns": plain_columns, "block": block, "format": kind})
    if not several and schema.columns[0].kind == "string" and shared and rng.random() < 0.3 and schema.columns[0].name.isidentifier():
        world.references.append(f"@references({path}.{schema.columns[0].name})")


def table_attributes(world, domain, schema, kind, block, name, path):
    rng = world.rng
    if kind == "parquet" and rng.random() < 0.15:
        serde = block.add(Block("SERDE", "serde")).attr("library", '"org.openx.data.jsonserde.JsonSerDe"')
        serde.attr("input", '"org.apache.hadoop.mapred.TextInputFormat"')
        serde.attr("output", '"org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"')
        serde.add(Block("PROPERTIES", "properties")).entry('"case.insensitive"', '"true"')
    else:
        value, options = format_of(rng, schema, kind)
        block.attr("format", value, options=options)
    partitions(rng, schema, block, kind)
    if rng.random() < 0.2:
        block.attr("table", quoted(f"table_{name.lower().replace('-', '_')}"))
    if rng.random() < 0.2:
        block.attr("location", quoted(f"elsewhere/{domain['name']}/{name}"))
    if domain["zones"] and rng.random() < 0.4:
        block.attr("storage", rng.choice(domain["zones"]))
    elif domain["made"] and kind not in ("iceberg", "hudi") and rng.random() < 0.3:
        rules = block.add(Block("LIFECYCLE", "lifecycle")).attr("delete", "9y")
        if rng.random() < 0.6:
            rules.attr("infrequent_access", "90d")
        if rng.random() < 0.4:
            rules.attr("archive", "1y")
    if rng.random() < 0.2:
        block.add(Block("PROPERTIES", "properties")).entry("note", '"${not} a \'token\'"')
    if rng.random() < 0.4:
        block.add(service_levels(rng, world))
    if rng.random() < 0.5:
        quality = block.add(Block("QUALITY", "quality", ordered=True))
        if rng.random() < 0.5:
            quality.attr("schedule", 'cron("0 6 * * ? *")')
        expectations(rng, schema, quality)
    if rng.random() < 0.15 and kind in ("json", "parquet"):
        block.add(Block("CRAWL", "crawl")).attr("schedule", "every(6h)")
    if rng.random() < 0.3:
        block.add(Block("TAGS", "tags")).entry("classification", rng.choice(["internal", "confidential", "restricted"]))
    given = inputs_of(rng, world, domain["name"], world.used)
    if given:
        block.attr("inputs", f"[{', '.join(given)}]")
