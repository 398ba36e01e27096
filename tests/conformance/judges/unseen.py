#!/usr/bin/env python3
"""Judge: what no outside tool looks at (each rule below names the harm it prevents)."""

import gzip
import json
import os
import re
import sys

from report import Report, grants, load, machines, resources, templates, walk

say = Report("unseen")

# ---------------------------------------------------------------- tables of the Glue catalog

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


#: Iceberg's primitive types as the table's schema spells them (Iceberg table spec, "Primitive types").
ICEBERG = {"boolean", "int", "long", "float", "double", "date", "time", "timestamp", "timestamptz", "string", "uuid", "binary"}
ICEBERG_TRANSFORM = re.compile(r"identity|year|month|day|hour|void|bucket\[[1-9][0-9]*\]|truncate\[[1-9][0-9]*\]")
#: What each transform can be taken of.
TRANSFORMED = {
    "year": {"date", "timestamp", "timestamptz"}, "month": {"date", "timestamp", "timestamptz"},
    "day": {"date", "timestamp", "timestamptz"}, "hour": {"timestamp", "timestamptz"},
    "truncate": {"int", "long", "decimal", "string", "binary"},
    "bucket": {"int", "long", "decimal", "date", "time", "timestamp", "timestamptz", "string", "uuid", "binary"}}


def plain_text(value):
    """The text that a string or Fn::Sub of literals comes to."""
    if isinstance(value, dict) and isinstance(value.get("Fn::Sub"), list):
        text, names = value["Fn::Sub"]
        return re.sub(r"\$\{([^!}]+)\}", lambda found: names.get(found[1], found[0]), text).replace("${!", "${")
    return value


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
    if not re.fullmatch(r"[a-z0-9_]{1,255}", str(properties.get("Name"))):
        yield f"{name}: table name {properties.get('Name')!r} is not plain lower case"
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/(.*/)?", str(table.get("Location"))):
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
    if isinstance(table.get("Name"), str) and not re.fullmatch(r"[a-z0-9_]{1,255}", table["Name"]):
        yield f"{name}: table name {table['Name']!r} is not plain lower case"
    if "TargetTable" in table:
        return
    storage = table.get("StorageDescriptor")
    if not isinstance(storage, dict):
        yield f"{name}: no StorageDescriptor"
        return
    if not storage.get("Location"):
        yield f"{name}: no Location"
    elif isinstance(storage["Location"], str) and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/(.*/)?", storage["Location"]):
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


# ---------------------------------------------------------------- alarms, rules, data that stays

def judge_alarm(name, alarm):
    if "EvaluationPeriods" not in alarm:
        yield f"{name}: no EvaluationPeriods"
    periods = alarm.get("EvaluationPeriods", 1)
    if alarm.get("DatapointsToAlarm", 1) > periods:
        yield f"{name}: more datapoints than evaluation periods"
    lengths = [alarm["Period"]] if "Period" in alarm else []
    for query in alarm.get("Metrics", []):
        lengths += [q for q in (query.get("Period"), query.get("MetricStat", {}).get("Period")) if q]
    if not lengths:
        yield f"{name}: no Period"
    for length in lengths:
        if length not in (10, 30) and (length % 60 or length <= 0):
            yield f"{name}: period {length} is neither 10, 30 nor a multiple of 60"
        if length > 86400:
            yield f"{name}: period {length} is longer than a day"
    if lengths:
        window = max(lengths) * periods
        if window > 604800:
            yield f"{name}: watches {window} s, at most seven days"
        elif window > 86400 and max(lengths) < 3600:
            yield f"{name}: watches {window} s with periods below an hour, at most a day"
    queries = alarm.get("Metrics", [])
    ids = [query.get("Id") for query in queries]
    if len(ids) != len(set(ids)):
        yield f"{name}: metric ids stand twice"
    if queries and sum(query.get("ReturnData", True) for query in queries) != 1:
        yield f"{name}: not exactly one metric is returned"
    for query in queries:
        for used in re.findall(r"\b[a-z][A-Za-z0-9_]*\b", query.get("Expression", "")):
            if re.fullmatch(r"[me][0-9]+", used) and used not in ids:
                yield f"{name}: expression names {used}, which is no metric"
    if "MetricName" in alarm and not alarm.get("Namespace"):
        yield f"{name}: MetricName without Namespace"
    if "MetricName" in alarm and not (alarm.get("Statistic") or alarm.get("ExtendedStatistic")):
        yield f"{name}: MetricName without a statistic"
    if "ComparisonOperator" not in alarm:
        yield f"{name}: no ComparisonOperator"


def managed_rules():
    """Identifiers of AWS's managed Config rules, from the list that moto ships."""
    try:
        import moto.config
    except ImportError:
        return None
    path = os.path.join(os.path.dirname(moto.config.__file__), "resources", "aws_managed_rules.json.gz")
    if not os.path.exists(path):
        return None
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return json.load(stream)["ManagedRules"]


RULES = managed_rules()


def judge_config_rule(path, name, rule):
    source = rule.get("Source", {})
    owner, identifier = source.get("Owner"), source.get("SourceIdentifier")
    if owner not in ("AWS", "CUSTOM_LAMBDA", "CUSTOM_POLICY"):
        yield f"{name}: owner {owner!r}"
    if owner != "AWS":
        return
    if RULES is None:
        say.skip(path, f"moto's list of managed rules is not installed, {name} not judged")
        return
    if identifier not in RULES:
        yield f"{name}: AWS has no managed rule {identifier}"
        return
    known = {parameter["Name"]: parameter for parameter in RULES[identifier].get("Parameters") or []}
    given = rule.get("InputParameters", {})
    for parameter in given if isinstance(given, dict) else {}:
        if parameter not in known:
            yield f"{name}: {identifier} has no parameter {parameter}"


#: Types that hold what cannot be made again; a deleted database takes its tables along. Log groups
#: of machines hold none of it: judge_machine_resource sees to that.
HOLDS_DATA = {
    "AWS::S3::Bucket", "AWS::Glue::Database", "AWS::Glue::Table", "AWS::KMS::Key",
    "AWS::DynamoDB::Table", "AWS::RedshiftServerless::Namespace"}


def judge_retention(name, resource):
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::Glue::Table" and "TargetTable" in properties.get("TableInput", {}):
        return
    if resource["Type"] == "AWS::Glue::Database" and "TargetDatabase" in properties.get("DatabaseInput", {}):
        return
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if resource.get(policy) != "Retain":
            yield f"{name}: {resource['Type']} holds data, {policy} is {resource.get(policy)!r}"


def judge_bucket(template, name, bucket):
    block = bucket.get("PublicAccessBlockConfiguration", {})
    for part in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"):
        if block.get(part) is not True:
            yield f"{name}: {part} is not true"
    if "BucketEncryption" not in bucket:
        yield f"{name}: no encryption"
    if bucket.get("VersioningConfiguration", {}).get("Status") != "Enabled":
        yield f"{name}: no versioning"
    for _, _, policy in resources(template, "AWS::S3::BucketPolicy"):
        if policy.get("Bucket") == {"Ref": name} or policy.get("Bucket") == bucket.get("BucketName"):
            for statement in policy.get("PolicyDocument", {}).get("Statement", []):
                secure = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
                if statement.get("Effect") == "Deny" and secure in ("false", False) and statement.get("Action") == "s3:*":
                    return
    yield f"{name}: no policy that denies requests without TLS"


# ---------------------------------------------------------------- texts in languages of their own

def cut(value):
    """The text of a string or of Fn::Sub, with what is substituted replaced by a letter."""
    if isinstance(value, dict) and "Fn::Sub" in value:
        value = value["Fn::Sub"]
        value = value[0] if isinstance(value, list) else value
        value = re.sub(r"\$\{[^!}][^}]*\}", "x", value).replace("${!", "${")
    return value if isinstance(value, str) else None


def judge_dashboard(name, dashboard):
    text = cut(dashboard.get("DashboardBody"))
    if text is None:
        return
    try:
        widgets = json.loads(text)["widgets"]
    except (ValueError, KeyError, TypeError) as error:
        yield f"{name}: body is no dashboard: {type(error).__name__} {error}"
        return
    for number, widget in enumerate(widgets):
        if widget.get("type") not in ("metric", "text", "log", "alarm", "explorer", "custom"):
            yield f"{name}: widget {number} has type {widget.get('type')!r}"
        if widget.get("x", 0) + widget.get("width", 6) > 24:
            yield f"{name}: widget {number} reaches over the 24 columns"


def judge_schedule(name, schedule):
    text = cut(schedule.get("ScheduleExpression")) or ""
    rate = re.fullmatch(r"rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)", text)
    if rate:
        if (rate[1] == "1") == bool(rate[3]):
            yield f"{name}: {text} has the wrong number"
    elif text.startswith("cron("):
        fields = text[5:-1].split() if text.endswith(")") else []
        if len(fields) != 6:
            yield f"{name}: {text} has {len(fields)} fields, six are wanted"
        elif (fields[2] == "?") == (fields[4] == "?"):
            yield f"{name}: {text}: exactly one of day and weekday is ?"
    elif not re.fullmatch(r"at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)", text):
        yield f"{name}: {text!r} is no schedule"


def judge_workgroup(name, workgroup):
    # The schema's pattern is not anchored, so every validator takes any text that holds a letter.
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,128}", cut(workgroup.get("Name")) or ""):
        yield f"{name}: {workgroup.get('Name')!r} is no name of a workgroup"


SERVICES = {f"{service}.amazonaws.com" for service in (
    "athena", "cloudtrail", "cloudwatch", "config", "events", "glue", "lakeformation", "lambda", "redshift", "redshift-serverless", "s3", "scheduler", "sns", "states")}


def judge_trust(name, role):
    for statement in role.get("AssumeRolePolicyDocument", {}).get("Statement", []):
        principal = statement.get("Principal", {})
        if principal == "*" or "*" in json.dumps(principal.get("AWS", "")):
            yield f"{name}: everybody may take on this role"
        services = statement.get("Principal", {}).get("Service", []) if isinstance(statement.get("Principal"), dict) else []
        for service in [services] if isinstance(services, str) else services:
            if service not in SERVICES:
                yield f"{name}: trusts {service}, which is no service of AWS that we use"


# ---------------------------------------------------------------- what stands around the data

def judge_permission(name, permission):
    principal = permission.get("Principal")
    if not isinstance(principal, str) or not re.fullmatch(r"[0-9]{12}|[a-z0-9-]+\.amazonaws\.com", principal):
        yield f"{name}: lets {principal!r} call a function"
    elif "." in principal and not {"SourceAccount", "SourceArn"} & set(permission):
        yield f"{name}: {principal} may call the function for any account"


def judge_trail(name, trail):
    for flag in ("IsLogging", "EnableLogFileValidation", "IsMultiRegionTrail", "IncludeGlobalServiceEvents"):
        if trail.get(flag) is not True:
            yield f"{name}: {flag} is not true"
    categories = []
    for selector in trail.get("AdvancedEventSelectors", []):
        fields = {field["Field"]: field for field in selector["FieldSelectors"]}
        category = fields.get("eventCategory", {}).get("Equals", [None])[0]
        categories.append(category)
        if category == "Data" and fields.get("resources.type", {}).get("Equals") != ["AWS::S3::Object"]:
            yield f"{name}: a selector of data events names no objects of S3"
        for place in map(cut, fields.get("resources.ARN", {}).get("StartsWith", [])):
            if not re.fullmatch(r"arn:[a-z-]+:s3:::[a-z0-9.-]+/(.*/)?", place or ""):
                yield f"{name}: {place!r} is no folder of S3"
    if "Management" not in categories:
        yield f"{name}: management events are not recorded"


def judge_service_policy(name, policy):
    """A service that writes into a bucket does so for somebody: a policy says for whom."""
    for statement in policy.get("PolicyDocument", {}).get("Statement", []):
        principal = statement.get("Principal")
        if statement.get("Effect") == "Allow" and isinstance(principal, dict) and "Service" in principal:
            keys = {key.lower() for test in statement.get("Condition", {}).values() for key in test}
            if not keys & {"aws:sourcearn", "aws:sourceaccount"}:
                yield f"{name}: {statement.get('Sid')} lets {principal['Service']} in, whoever it acts for"


def judge_namespace(name, namespace):
    if namespace.get("ManageAdminPassword") is not True or "AdminUserPassword" in namespace:
        yield f"{name}: the administrator's password is not Redshift's own"
    if namespace.get("DefaultIamRoleArn") not in namespace.get("IamRoles", []):
        yield f"{name}: the default role is none of its roles"


def judge_warehouse(name, workgroup):
    if workgroup.get("PubliclyAccessible") is not False:
        yield f"{name}: reachable from outside"
    if {"ParameterKey": "require_ssl", "ParameterValue": "true"} not in workgroup.get("ConfigParameters", []):
        yield f"{name}: takes connections without TLS"


STATEMENT = re.compile(r'CREATE EXTERNAL SCHEMA IF NOT EXISTS "(?:[^"\x00-\x1f]|"")+" FROM DATA CATALOG DATABASE '
                       r"'(?:[^'\\\x00-\x1f]|''|\\\\)+' IAM_ROLE default;")


def judge_sql(text):
    lines = text.split("\n")
    if lines.pop() != "":
        yield "does not end with a line"
    for number, line in enumerate(lines, 1):
        if not line.startswith("--") and not STATEMENT.fullmatch(line):
            yield f"line {number} is no statement of the one form there is"
    if not any(line.startswith("CREATE") for line in lines):
        yield "makes nothing"


#: Rules of DQDL and how many quoted parameters each takes (a number or a range).
DQDL = {
    "AggregateMatch": 2, "ColumnCorrelation": 2, "ColumnCount": 0, "ColumnDataType": 1, "ColumnExists": 1,
    "ColumnLength": 1, "ColumnNamesMatchPattern": 1, "ColumnValues": 1, "Completeness": 1, "CustomSql": 1,
    "DataFreshness": 1, "DatasetMatch": (2, 3), "DistinctValuesCount": 1, "Entropy": 1, "IsComplete": 1,
    "IsPrimaryKey": (1, 99), "IsUnique": 1, "Mean": 1, "ReferentialIntegrity": 2, "RowCount": 0,
    "RowCountMatch": 1, "SchemaMatch": 1, "StandardDeviation": 1, "Sum": 1, "UniqueValueRatio": 1, "Uniqueness": 1}
#: Rules whose first parameter is no column of the table.
NO_COLUMN = {"AggregateMatch", "ColumnCount", "ColumnNamesMatchPattern", "CustomSql", "DatasetMatch", "RowCount", "RowCountMatch", "SchemaMatch"}
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|[<>!]=|[][(){},=<>+*/-]|\s+|.')


def database_name(template, value):
    """The name that a table's or ruleset's database comes to."""
    if isinstance(value, dict) and "Ref" in value:
        target = template["Resources"].get(value["Ref"], {}).get("Properties", {})
        return target.get("DatabaseInput", {}).get("Name")
    return value if isinstance(value, str) else None


def table_name(template, value):
    if isinstance(value, dict) and "Ref" in value:
        target = template["Resources"].get(value["Ref"], {}).get("Properties", {})
        return target.get("Name") or target.get("TableInput", {}).get("Name")
    return value if isinstance(value, str) else None


def judge_ruleset(template, name, ruleset, catalog):
    text = ruleset.get("Ruleset")
    if not isinstance(text, str):
        yield f"{name}: no Ruleset"
        return
    if "\n" in text:
        yield f"{name}: the ruleset is not one line"
    words = [word for word in WORD.findall(text) if not word.isspace()]
    if words[:3] != ["Rules", "=", "["] or words[-1:] != ["]"]:
        yield f"{name}: {text[:40]!r} is no Rules = [ ... ]"
        return
    closing = {")": "(", "]": "[", "}": "{"}
    open_ = []
    for word in words:
        if word in closing.values():
            open_.append(word)
        elif word in closing and (not open_ or open_.pop() != closing[word]):
            yield f"{name}: {word!r} closes nothing"
            return
        elif len(word) == 1 and not re.match(r"[A-Za-z0-9,=<>+*/-]", word) and word not in "()[]{}":
            yield f"{name}: stray {word!r}"
    if open_:
        yield f"{name}: {open_[-1]!r} is not closed"
    target = ruleset.get("TargetTable", {})
    database, table = database_name(template, target.get("DatabaseName")), table_name(template, target.get("TableName"))
    columns = catalog.get(database, {}).get(table)
    if database in catalog and columns is None:
        yield f"{name}: no template makes {database}.{table}"
    depth, start = 0, True
    for index, word in enumerate(words[3:-1], 3):
        depth += (word in "([{") - (word in ")]}")
        if start and word != "(":
            if word not in DQDL:
                yield f"{name}: DQDL has no rule {word}"
            count = 0
            while words[index + 1 + count].startswith('"'):
                count += 1
            least, most = DQDL.get(word, (0, 99)) if isinstance(DQDL.get(word, (0, 99)), tuple) else (DQDL[word], DQDL[word])
            if not least <= count <= most:
                yield f"{name}: {word} of {count} parameters"
            first = words[index + 1]
            if columns is not None and word not in NO_COLUMN and first.startswith('"') and json.loads(first) not in columns:
                yield f"{name}: {word} of {first}, which is no column"
            start = False
        if (word == "," and depth == 0) or word in ("and", "or"):
            # `between 1 and 5` has an `and` that joins no rules: a rule begins with a capital.
            start = word == "," or words[index + 1][:1] == "(" or words[index + 1][:1].isupper()


# ---------------------------------------------------------------- state machines

#: Optimised integrations and the patterns each knows besides request-response. `sync:2` is
#: StartExecution's alone.
TOKEN, SYNC = "waitForTaskToken", "sync"
OPTIMISED = {
    "apigateway:invoke": {TOKEN}, "athena:startQueryExecution": {SYNC}, "athena:stopQueryExecution": set(),
    "athena:getQueryExecution": set(), "athena:getQueryResults": set(), "batch:submitJob": {SYNC},
    "bedrock:invokeModel": set(), "bedrock:createModelCustomizationJob": {SYNC},
    "codebuild:startBuild": {SYNC}, "codebuild:stopBuild": set(), "codebuild:batchDeleteBuilds": set(),
    "codebuild:batchGetReports": set(), "codebuild:startBuildBatch": {SYNC}, "codebuild:stopBuildBatch": set(),
    "codebuild:retryBuildBatch": {SYNC}, "codebuild:deleteBuildBatch": set(), "databrew:startJobRun": {SYNC},
    "dynamodb:getItem": set(), "dynamodb:putItem": set(), "dynamodb:deleteItem": set(), "dynamodb:updateItem": set(),
    "ecs:runTask": {SYNC, TOKEN}, "eks:call": set(), "eks:runJob": {SYNC}, "eks:createCluster": {SYNC},
    "eks:deleteCluster": {SYNC}, "eks:createNodegroup": {SYNC}, "eks:deleteNodegroup": {SYNC},
    "eks:createFargateProfile": {SYNC}, "eks:deleteFargateProfile": {SYNC},
    "elasticmapreduce:createCluster": {SYNC}, "elasticmapreduce:terminateCluster": {SYNC},
    "elasticmapreduce:addStep": {SYNC}, "elasticmapreduce:cancelStep": set(),
    "elasticmapreduce:setClusterTerminationProtection": set(), "elasticmapreduce:modifyInstanceFleetByName": set(),
    "elasticmapreduce:modifyInstanceGroupByName": set(), "emr-containers:createVirtualCluster": set(),
    "emr-containers:deleteVirtualCluster": {SYNC}, "emr-containers:startJobRun": {SYNC},
    "emr-serverless:createApplication": {SYNC}, "emr-serverless:startApplication": {SYNC},
    "emr-serverless:stopApplication": {SYNC}, "emr-serverless:deleteApplication": {SYNC},
    "emr-serverless:startJobRun": {SYNC}, "emr-serverless:cancelJobRun": {SYNC}, "events:putEvents": {TOKEN},
    "glue:startJobRun": {SYNC}, "http:invoke": set(), "lambda:invoke": {TOKEN}, "mediaconvert:createJob": {SYNC},
    "sagemaker:createEndpoint": set(), "sagemaker:createEndpointConfig": set(), "sagemaker:createModel": set(),
    "sagemaker:createHyperParameterTuningJob": {SYNC}, "sagemaker:createLabelingJob": {SYNC},
    "sagemaker:createProcessingJob": {SYNC}, "sagemaker:createTrainingJob": {SYNC},
    "sagemaker:createTransformJob": {SYNC}, "sagemaker:updateEndpoint": set(), "sns:publish": {TOKEN},
    "sqs:sendMessage": {TOKEN}, "states:startExecution": {SYNC, "sync:2", TOKEN},
}
#: S3 stands only where a map reads its items or writes its results.
MAP_ONLY = {"s3:getObject", "s3:listObjectsV2", "s3:putObject"}
LAMBDA = re.compile(r"^arn:[^:]+:lambda:[^:]+:[^:]+:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]+)?$")
ACTIVITY = re.compile(r"^arn:[^:]+:states:[^:]+:[^:]+:activity:.+$")
STATES = re.compile(r"^arn:[^:]+:states:::(.+)$")


def judge_resource(place, resource):
    if LAMBDA.match(resource) or ACTIVITY.match(resource):
        return
    found = STATES.match(resource)
    if not found:
        yield f"{place}: {resource} is no function, activity or integration"
        return
    call, _, pattern = found[1].partition(".")
    if call.startswith("aws-sdk:"):
        if not re.fullmatch(r"aws-sdk:[a-z0-9]+:[a-z][A-Za-z0-9]*", call):
            yield f"{place}: {call} is not service:camelCase"
        if pattern not in ("", TOKEN):
            yield f"{place}: an SDK integration has no pattern {pattern}"
    elif call in MAP_ONLY:
        if not re.search(r"\.(ItemReader|ResultWriter)$", place):
            yield f"{place}: {call} reads or writes for a map only"
    elif call not in OPTIMISED:
        yield f"{place}: Step Functions has no integration {call}"
    elif pattern and pattern not in OPTIMISED[call]:
        yield f"{place}: {call} does not know the pattern {pattern}"
    if pattern == TOKEN:
        return
    if found[1].endswith("."):
        yield f"{place}: {resource} ends in a dot"


def judge_machine(machine):
    names = []
    for place, state in walk(machine):
        if not isinstance(state, dict):
            continue
        if isinstance(state.get("States"), dict):
            names += state["States"]
            for name in state["States"]:
                if len(name) > 80:
                    yield f"{place}: state name of {len(name)} characters"
        for member in ("Retry", "Catch"):
            rules = state.get(member)
            if not isinstance(rules, list):
                continue
            for number, rule in enumerate(rules):
                errors = rule.get("ErrorEquals", [])
                if not errors:
                    yield f"{place}: {member} without ErrorEquals"
                if "States.ALL" in errors and (len(errors) > 1 or number != len(rules) - 1):
                    yield f"{place}: States.ALL is not alone and last in {member}"
        if isinstance(state.get("Resource"), str) and ("Type" in state or "Parameters" in state or place.endswith(("ItemReader", "ResultWriter"))):
            yield from judge_resource(place, state["Resource"])
        if state.get("Type") == "Task" and state.get("Resource", "").endswith(".waitForTaskToken"):
            if "$$.Task.Token" not in str(state.get("Parameters", "")):
                yield f"{place}: waits for a token that it never sends"
        heartbeat, timeout = state.get("HeartbeatSeconds"), state.get("TimeoutSeconds")
        if isinstance(heartbeat, int) and isinstance(timeout, int) and heartbeat >= timeout:
            yield f"{place}: heartbeat is not shorter than the timeout"
    for name in sorted(set(names)):
        if names.count(name) > 1:
            yield f"two states are named {name!r}"


def as_in_file(value):
    """A definition of a template as its file writes it: Fn::Sub is text with the tokens of files."""
    if isinstance(value, list):
        return [as_in_file(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) != {"Fn::Sub"}:
        return {key: as_in_file(item) for key, item in value.items()}
    text = value["Fn::Sub"]
    if isinstance(text, list):  # a text of the mesh, whose dollars are a variable
        return text[0].replace("${Dollar}", "$")
    return re.sub(r"\$\{AWS::(AccountId|Region|Partition)\}", r"${\1}", text).replace("${!", "${")


def without_references(value):
    """What stands for a resource is a logical id in a template and a name of the mesh in a file: here, neither."""
    if isinstance(value, list):
        return [without_references(item) for item in value]
    if isinstance(value, dict):
        if set(value) in ({"Ref"}, {"Fn::GetAtt"}):
            return "${}"
        return {key: without_references(item) for key, item in value.items()}
    if isinstance(value, str):
        return re.sub(r"\$\{(?!(AccountId|Region|Partition)\})[^}]*\}", "${}", value)
    return value


def judge_machine_resource(name, properties, files):
    """The template's definition is a file's, and its substitutions are those it uses."""
    definition = properties.get("Definition")
    if not isinstance(definition, dict):
        yield f"{name}: the definition is no object"
        return
    as_file, refers = as_in_file(definition), re.search(r'"Ref"|"Fn::GetAtt"|\$\{Resource', json.dumps(definition))
    if refers:
        as_file, files = without_references(as_file), [without_references(file) for file in files]
    if as_file not in files:
        yield f"{name}: the definition equals no .asl.json file"
    if properties.get("LoggingConfiguration", {}).get("IncludeExecutionData") is not False:
        yield f"{name}: its log takes up the data of executions"
    used = {token for path, text in walk(definition) if isinstance(text, str) and "Fn::Sub" not in path for token in re.findall(r"\$\{([A-Za-z0-9_]+)\}", text)}
    given = set(properties.get("DefinitionSubstitutions", {}))
    if used != given:
        yield f"{name}: definition uses {sorted(used)}, substitutions are {sorted(given)}"


#: What the role of a machine needs for a call besides the action of the call's own name.
NEEDS = {
    "athena:startQueryExecution.sync": {"athena:StartQueryExecution", "athena:GetQueryExecution", "athena:StopQueryExecution"},
    "batch:submitJob.sync": {"batch:SubmitJob", "batch:DescribeJobs", "batch:TerminateJob"},
    "aws-sdk:glue:startDataQualityRulesetEvaluationRun": {"glue:StartDataQualityRulesetEvaluationRun", "iam:PassRole"},
    "glue:startJobRun.sync": {"glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"},
    "lambda:invoke": {"lambda:InvokeFunction"},
    "emr-serverless:startJobRun.sync": {"emr-serverless:StartJobRun", "emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"},
    "aws-sdk:s3:headObject": {"s3:GetObject"}, "aws-sdk:s3:listObjectsV2": {"s3:ListBucket"}, "aws-sdk:s3:listBuckets": {"s3:ListAllMyBuckets"},
    "states:startExecution.sync": {"states:StartExecution", "states:DescribeExecution", "states:StopExecution", "events:PutTargets", "events:PutRule", "events:DescribeRule"},
    "states:startExecution.sync:2": {"states:StartExecution", "states:DescribeExecution", "states:StopExecution", "events:PutTargets", "events:PutRule", "events:DescribeRule"},
}
#: IAM's name of a service where Step Functions calls it otherwise.
IAM_SERVICE = {"sfn": "states", "eventbridge": "events", "cloudwatchlogs": "logs"}


def needed(state):
    """(actions, the resource they act on or None) of a task."""
    resource = state["Resource"]
    if LAMBDA.match(resource):
        return {"lambda:InvokeFunction"}, resource
    found = STATES.match(resource)
    if not found:
        return set(), None
    call = found[1].removesuffix("." + TOKEN)
    parameters = state.get("Parameters", {})
    target = parameters.get("TopicArn") or parameters.get("StateMachineArn") or parameters.get("FunctionName")
    target = target if isinstance(target, str) and target.startswith("arn:") else None
    if call in NEEDS:
        return NEEDS[call], target if not call.startswith("states:") else None
    service, action = call.removeprefix("aws-sdk:").split(":")[:2]
    action = action.partition(".")[0]
    return {f"{IAM_SERVICE.get(service, service)}:{action[0].upper()}{action[1:]}"}, target


def matches(pattern, text):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None


def plain(text):
    for name, value in (("AccountId", "123456789012"), ("Region", "us-east-1"), ("Partition", "aws")):
        text = text.replace("${AWS::" + name + "}", value).replace("${" + name + "}", value)
    return text


def judge_machine_role(template, name, properties):
    """A role made for a machine allows what its tasks call: the first run shows it otherwise."""
    role = properties.get("RoleArn")
    if not (isinstance(role, dict) and "Fn::GetAtt" in role):
        return
    found = template["Resources"].get(role["Fn::GetAtt"][0], {}).get("Properties", {})
    allowed = []
    for policy in found.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] != "Allow":
                continue
            actions, targets = statement["Action"], statement["Resource"]
            for action in [actions] if isinstance(actions, str) else actions:
                for target in targets if isinstance(targets, list) else [targets]:
                    if isinstance(target, dict) and isinstance(target.get("Fn::Sub"), str):
                        target = target["Fn::Sub"]
                    # What refers to another resource is taken as fitting.
                    allowed.append((action, plain(target) if isinstance(target, str) else "*"))
    for place, state in walk(as_in_file(properties.get("Definition", {}))):
        if not isinstance(state, dict) or state.get("Type") != "Task" or not isinstance(state.get("Resource"), str):
            continue
        actions, target = needed(state)
        for action in sorted(actions):
            if not any(matches(a, action) and (target is None or matches(t, plain(target))) for a, t in allowed):
                yield f"{name}: its role does not allow {action}{' on ' + target if target else ''} ({place})"


# ---------------------------------------------------------------- grants

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


def catalog_of(template):
    made = {}
    for _, _, properties in resources(template, "AWS::Glue::Database"):
        name = properties.get("DatabaseInput", {}).get("Name")
        if isinstance(name, str) and "TargetDatabase" not in properties["DatabaseInput"]:
            made.setdefault(name, {})
    for _, _, properties in resources(template, "AWS::Glue::Table"):
        table = properties.get("TableInput")
        database = database_name(template, properties.get("DatabaseName"))
        if "OpenTableFormatInput" in properties and isinstance(database, str):
            iceberg = properties["OpenTableFormatInput"]["IcebergInput"]["IcebergTableInput"]
            made.setdefault(database, {})[properties.get("Name")] = {field["Name"] for field in iceberg["Schema"]["Fields"]}
            continue
        if isinstance(table, dict) and isinstance(database, str) and "TargetTable" not in table:
            columns = [*table.get("StorageDescriptor", {}).get("Columns", []), *table.get("PartitionKeys", [])]
            made.setdefault(database, {})[table.get("Name")] = {column.get("Name") for column in columns}
    return made


def allowed_principals(document):
    for statement in document.get("Statement", []):
        principal = statement.get("Principal", {})
        if statement.get("Effect") != "Allow":
            continue
        if not isinstance(principal, dict):
            yield principal
            continue
        named = principal.get("AWS", [])
        yield from named if isinstance(named, list) else [named]


def judge_bucket_policy(name, properties):
    """Across accounts Lake Formation hands out the registration role's credentials: nobody else is let in."""
    for principal in allowed_principals(properties.get("PolicyDocument", {})):
        text = json.dumps(principal)
        if not text.strip('"}]').endswith("--lakeformation"):
            yield f"{name}: lets in {text}, which is no registration role"


def judge_imports(template):
    """Names are computed: no stack waits for, or holds, another one."""
    text = json.dumps(template)
    for word in ("Fn::ImportValue", '"Outputs"', '"Export"'):
        if word in text:
            yield f"{word} in a template"


def judge_registration(build_templates):
    """Every table of ours lies in a location that is registered with Lake Formation."""
    registered = False
    tables = []
    for template in build_templates:
        registered = registered or any(True for _ in resources(template, "AWS::LakeFormation::Resource"))
        tables += [name for name, _, _ in resources(template, "AWS::Glue::Table")]
    if tables and not registered:
        yield "tables, but no location is registered: everybody with IAM rights reads them"


#: What reads or writes data with a key, or lets somebody do so.
USES_KEY = re.compile(r"^(\*|kms:(\*|Decrypt.*|Encrypt.*|GenerateDataKey.*|ReEncrypt.*|CreateGrant.*|[A-Z][a-z]*\*))$")


def judge_key(name, key):
    """A key is administered by its account and used by the role of the registrations; results of queries serve S3."""
    if key.get("EnableKeyRotation") is not True:
        yield f"{name}: the key is never turned over"
    administered = False
    for statement in key.get("KeyPolicy", {}).get("Statement", []):
        principal = statement.get("Principal")
        who = principal.get("AWS") if isinstance(principal, dict) else principal
        text = cut(who) or ""
        actions = statement.get("Action", [])
        uses = [action for action in ([actions] if isinstance(actions, str) else actions) if USES_KEY.match(action)]
        if text.endswith(":root"):
            administered |= "kms:PutKeyPolicy" in actions
            via = statement.get("Condition", {}).get("StringLike", {}).get("kms:ViaService")
            if [action for action in uses if action != "kms:GenerateDataKey*"] and via != "s3.*":
                yield f"{name}: {statement.get('Sid')} lets all of the account {', '.join(uses)}"
        elif text and not text.endswith("--lakeformation"):
            yield f"{name}: {statement.get('Sid')} lets {text} use the key"
        elif not text and who != {"Fn::GetAtt": ["RegistrationRole", "Arn"]}:
            yield f"{name}: {statement.get('Sid')} lets {who} use the key"
    if not administered:
        yield f"{name}: nobody could change the key's policy any more"


JUDGES = {
    "AWS::KMS::Key": judge_key,
    "AWS::Glue::Table": judge_table,
    "AWS::Glue::Database": judge_database,
    "AWS::Athena::WorkGroup": judge_workgroup,
    "AWS::CloudWatch::Alarm": judge_alarm,
    "AWS::CloudWatch::Dashboard": judge_dashboard,
    "AWS::IAM::Role": judge_trust,
    "AWS::Scheduler::Schedule": judge_schedule,
    "AWS::Lambda::Permission": judge_permission,
    "AWS::CloudTrail::Trail": judge_trail,
    "AWS::S3::BucketPolicy": judge_service_policy,
    "AWS::RedshiftServerless::Namespace": judge_namespace,
    "AWS::RedshiftServerless::Workgroup": judge_warehouse,
}


def judge_template(path, template, definitions, catalog):
    yield from judge_imports(template)
    for name, resource, properties in resources(template):
        kind = resource.get("Type")
        if kind in JUDGES:
            yield from JUDGES[kind](name, properties)
        if kind in HOLDS_DATA:
            yield from judge_retention(name, resource)
        if kind == "AWS::S3::BucketPolicy":
            yield from judge_bucket_policy(name, properties)
        if kind == "AWS::S3::Bucket":
            yield from judge_bucket(template, name, properties)
        if kind == "AWS::Config::ConfigRule":
            yield from judge_config_rule(path, name, properties)
        if kind == "AWS::Glue::DataQualityRuleset":
            yield from judge_ruleset(template, name, properties, catalog)
        if kind == "AWS::StepFunctions::StateMachine":
            yield from judge_machine_resource(name, properties, definitions)
            yield from judge_machine_role(template, name, properties)
        if kind == "AWS::LakeFormation::Permissions":
            yield f"{name}: the legacy type knows no enums, grants go through the grant program"


def judge_build(build):
    loaded = {path: load(path) for path in templates(build)}
    definitions = [load(path) for path in machines(build)]
    by_account = {}
    whole = {}
    for template in loaded.values():
        for database, tables in catalog_of(template).items():
            whole.setdefault(database, {}).update(tables)
    for path, template in loaded.items():
        say.verdict(path, list(judge_template(path, template, definitions, whole)))
    for stack in load(os.path.join(build, "manifest.json"))["stacks"]:
        template = loaded.get(os.path.join(build, stack["template"]), {})
        made = by_account.setdefault(stack.get("account") or "self", {})
        for database, tables in catalog_of(template).items():
            made.setdefault(database, {}).update(tables)
    say.verdict(os.path.join(build, "stacks"), list(judge_registration(loaded.values())))
    for path in machines(build):
        say.verdict(path, list(judge_machine(load(path))))
    for warehouse in load(os.path.join(build, "manifest.json"))["warehouses"]:
        path = os.path.join(build, warehouse["sql"])
        with open(path, encoding="utf-8", newline="") as stream:
            say.verdict(path, list(judge_sql(stream.read())))
    for path in grants(build):
        desired = load(path)
        complaints = list(judge_desired(desired, whole))
        complaints += judge_managed(desired, by_account.get(desired.get("account") or "self", {}))
        say.verdict(path, complaints)


for build in sys.argv[1:]:
    try:
        judge_build(build)
    except (KeyError, TypeError, AttributeError, OSError, ValueError) as error:
        say.bad(build, f"{type(error).__name__} {error}")
