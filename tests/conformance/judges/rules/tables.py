"""Rules for databases and tables of the Glue catalog: column types, serdes, formats, projection of partitions."""

import re

from rules.iceberg import judge_iceberg
from rules.values import FOLDER, TABLE_NAME, plain_text

PLAIN = {"boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "string", "binary", "date", "timestamp"}


class HiveType:
    """A recursive parser of Hive's type grammar, as Glue and Athena read it."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def fail(self, why):
        raise ValueError(f"type {self.text!r}: {why} at {self.at}")

    def eat(self, sign):
        if not self.text.startswith(sign, self.at):
            self.fail(f"{sign!r} expected")
        self.at += len(sign)

    def take(self, pattern, what):
        found = re.compile(pattern).match(self.text, self.at)
        if not found:
            self.fail(f"{what} expected")
        self.at = found.end()
        return found[0]

    def number(self, low, high):
        number = int(self.take("[0-9]+", "a number"))
        if not low <= number <= high:
            self.fail(f"{number} is not within {low} and {high}")
        return number

    def type(self, key=False):
        name = self.take("[a-z]+", "a type in lower case")
        if name in PLAIN:
            return
        if name == "decimal":
            self.eat("(")
            precision = self.number(1, 38)
            self.eat(",")
            self.number(0, precision)
            self.eat(")")
        elif name in ("char", "varchar"):
            self.eat("(")
            self.number(1, 255 if name == "char" else 65535)
            self.eat(")")
        elif key:
            self.fail("a map's key is a primitive type")
        elif name == "array":
            self.eat("<")
            self.type()
            self.eat(">")
        elif name == "map":
            self.eat("<")
            self.type(key=True)
            self.eat(",")
            self.type()
            self.eat(">")
        elif name == "struct":
            self.eat("<")
            fields = set()
            while True:
                field = self.take("[a-z0-9_]+", "a field in lower case")
                if field in fields:
                    self.fail(f"field {field} stands twice")
                fields.add(field)
                self.eat(":")
                self.type()
                if self.text.startswith(">", self.at):
                    break
                self.eat(",")
            self.eat(">")
        else:
            self.fail(f"Hive has no type {name}")

    def whole(self):
        self.type()
        if self.at != len(self.text):
            self.fail("something follows")


HIVE = "org.apache.hadoop.hive.ql.io."
TEXT = ("org.apache.hadoop.mapred.TextInputFormat", HIVE + "HiveIgnoreKeyTextOutputFormat")
PARQUET = (HIVE + "parquet.MapredParquetInputFormat", HIVE + "parquet.MapredParquetOutputFormat")
PARQUET_SERDE = HIVE + "parquet.serde.ParquetHiveSerDe"
LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
OPEN_CSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
HCATALOG_JSON = "org.apache.hive.hcatalog.data.JsonSerDe"

#: Glue's `classification` -> the (input, output) classes and the serdes that can read it.
CLASSES = {
    "parquet": ([PARQUET], [PARQUET_SERDE]),
    "orc": ([(HIVE + "orc.OrcInputFormat", HIVE + "orc.OrcOutputFormat")], [HIVE + "orc.OrcSerde"]),
    "avro": ([(HIVE + "avro.AvroContainerInputFormat", HIVE + "avro.AvroContainerOutputFormat")],
             ["org.apache.hadoop.hive.serde2.avro.AvroSerDe"]),
    "json": ([TEXT], ["org.openx.data.jsonserde.JsonSerDe", HCATALOG_JSON]),
    "csv": ([TEXT], [LAZY, OPEN_CSV]),
    "tsv": ([TEXT], [LAZY, OPEN_CSV]),
    "regex": ([TEXT], ["org.apache.hadoop.hive.serde2.RegexSerDe"]),
    "grok": ([TEXT], ["com.amazonaws.glue.serde.GrokSerDe"]),
    "ion": ([("com.amazon.ionhiveserde.formats.IonInputFormat", "com.amazon.ionhiveserde.formats.IonOutputFormat")],
            ["com.amazon.ionhiveserde.IonHiveSerDe"]),
    "cloudtrail": ([("com.amazon.emr.cloudtrail.CloudTrailInputFormat", HIVE + "HiveIgnoreKeyTextOutputFormat")],
                   ["com.amazon.emr.hive.serde.CloudTrailSerde", HCATALOG_JSON]),
    "hudi": ([("org.apache.hudi.hadoop.HoodieParquetInputFormat", PARQUET[1])], [PARQUET_SERDE]),
}
JAVA_CLASS = re.compile(r"^([a-z0-9_]+\.)+[A-Z][A-Za-z0-9_]*$")


#: What a serde cannot do without, and what it is for (Athena user guide, the page of each serde).
NEEDED = {
    "org.apache.hadoop.hive.serde2.RegexSerDe": {"input.regex"},
    "com.amazonaws.glue.serde.GrokSerDe": {"input.format"},
    OPEN_CSV: {"separatorChar"},
}


def judge_serde(name, table):
    info = table.get("StorageDescriptor", {}).get("SerdeInfo", {})
    parameters = info.get("Parameters", {})
    for key in NEEDED.get(info.get("SerializationLibrary"), ()):
        if not plain_text(parameters.get(key)):
            yield f"{name}: {info['SerializationLibrary']} without {key}"
    if "input.regex" in parameters:
        # Groups of Java's patterns are Python's but for the spelling of named ones and quoted text.
        pattern = plain_text(parameters["input.regex"])
        pattern = re.sub(r"\\Q(.*?)(?:\\E|$)", lambda found: re.escape(found[1]), pattern, flags=re.DOTALL)
        pattern = re.sub(r"\(\?<(?![=!])", "(?P<", pattern)
        try:
            groups = re.compile(pattern).groups
        except re.error:
            return  # Java's own: possessive quantifiers, nested classes
        if groups != len(table["StorageDescriptor"].get("Columns", [])):
            yield f"{name}: {groups} groups for {len(table['StorageDescriptor'].get('Columns', []))} columns"


#: Properties of each type of projection: needed, and also possible (Athena: "Supported types for partition projection").
PROJECTED = {
    "enum": ({"values"}, set()), "integer": ({"range"}, {"interval", "digits"}),
    "date": ({"range", "format"}, {"interval", "interval.unit"}), "injected": (set(), set())}


def judge_projection(name, table):
    parameters = table.get("Parameters", {})
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    given = {}
    for key in parameters:
        found = re.fullmatch(r"projection\.(.+?)\.(type|values|range|format|interval|interval\.unit|digits)", key)
        if found:
            given.setdefault(found[1], set()).add(found[2])
    if parameters.get("projection.enabled") != "true":
        if given or "storage.location.template" in parameters:
            yield f"{name}: projected, but projection.enabled is not true"
        return
    if sorted(given) != sorted(keys):
        yield f"{name}: projected are {sorted(given)}, partition keys {sorted(keys)}"
    for column, have in given.items():
        type_ = parameters.get(f"projection.{column}.type")
        if type_ not in PROJECTED:
            yield f"{name}: {column} has the projection {type_!r}"
            continue
        needed, possible = PROJECTED[type_]
        if needed - have or have - needed - possible - {"type"}:
            yield f"{name}: {column} is {type_} and has {sorted(have)}"
    template = plain_text(parameters.get("storage.location.template"))
    if template is not None:
        location = table.get("StorageDescriptor", {}).get("Location", "")
        if sorted(re.findall(r"\$\{([^}]*)\}", template)) != sorted(keys):
            yield f"{name}: {template} does not name the partition keys {sorted(keys)}"
        if not template.startswith(location):
            yield f"{name}: {template} does not lie below {location}"


def judge_table(name, properties):
    if "OpenTableFormatInput" in properties:
        yield from judge_iceberg(name, properties)
        return
    table = properties.get("TableInput")
    if not isinstance(table, dict):
        yield f"{name}: no TableInput"
        return
    if not table.get("Name"):
        yield f"{name}: TableInput has no Name"
    if isinstance(table.get("Name"), str) and not TABLE_NAME.fullmatch(table["Name"]):
        yield f"{name}: table name {table['Name']!r} is not plain lower case"
    if "TargetTable" in table:
        return
    storage = table.get("StorageDescriptor")
    if not isinstance(storage, dict):
        yield f"{name}: no StorageDescriptor"
        return
    if not storage.get("Location"):
        yield f"{name}: no Location"
    elif isinstance(storage["Location"], str) and not FOLDER.fullmatch(storage["Location"]):
        yield f"{name}: Location {storage['Location']!r} is no folder in S3"
    seen = set()
    for column in [*storage.get("Columns", []), *table.get("PartitionKeys", [])]:
        label = column.get("Name", "?")
        if not re.fullmatch(r"[^A-Z\x00-\x1f]{1,255}", label):
            yield f"{name}: column name {label!r} is not in lower case"
        if label in seen:
            yield f"{name}: column {label} stands twice"
        seen.add(label)
        try:
            HiveType(column.get("Type") or "").whole()
        except ValueError as error:
            yield f"{name}.{label}: {error}"
        if len(column.get("Comment", "")) > 255:
            yield f"{name}.{label}: comment longer than 255"
    for key in table.get("PartitionKeys", []):
        if key.get("Type", "").startswith(("array", "map", "struct")):
            yield f"{name}: partition key {key['Name']} is not primitive"
    yield from judge_serde(name, table)
    yield from judge_projection(name, table)
    parameters = table.get("Parameters", {})
    classification = parameters.get("classification")
    pair = (storage.get("InputFormat"), storage.get("OutputFormat"))
    serde = storage.get("SerdeInfo", {}).get("SerializationLibrary")
    for java in (*pair, serde):
        if not java or not JAVA_CLASS.match(java):
            yield f"{name}: {java!r} is no class name"
    if classification in CLASSES:
        pairs, serdes = CLASSES[classification]
        if pair not in pairs:
            yield f"{name}: {pair} does not read {classification}"
        if serde not in serdes:
            yield f"{name}: {serde} does not read {classification}"
    elif classification is not None:  # without one the mesh has spelt the serde out
        yield f"{name}: classification {classification!r} is none of {', '.join(CLASSES)}"
    for key, value in parameters.items():
        if not isinstance(value, str) and not (isinstance(value, dict) and len(value) == 1):
            yield f"{name}: parameter {key} is not text"


def judge_database(name, properties):
    database = properties.get("DatabaseInput", {})
    if not database.get("Name"):
        yield f"{name}: DatabaseInput has no Name"
    if "TargetDatabase" in database:
        return
    if "LocationUri" in database:
        yield f"{name}: LocationUri lets whoever may create tables read what lies below it"
    if database.get("CreateTableDefaultPermissions") != []:
        yield f"{name}: CreateTableDefaultPermissions is not [], new tables are open to IAM"
