"""wire_legal.py - what Lake Formation would refuse, or accept and not mean, in the grants files of one output folder.

judge(world, reach) -> (illegal, doubtful), lists of "WHERE: SLUG: what". The rules are those of AWS's documents: permissions
by resource, lists of columns, cross-account sharing, LF-Tags and data filters; the slugs are what the tests of this program
look for.
"""

import collections
import json
import re

import rows_wire
from wire_reach import places
from wire_read import account, account_of, as_list, canonical, covers, entries_of, kind_of, path_of

TABLE = {"ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT"}
DATABASE = {"ALL", "ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"}
MATRIX = {  # by member of Resource; LFTagPolicy by its type, links apart
    "Catalog": {"CREATE_DATABASE", "CREATE_LF_TAG", "CREATE_LF_TAG_EXPRESSION", "CREATE_CATALOG"},
    "Database": DATABASE, "Table": TABLE, "TableWithColumns": {"SELECT"}, "DataCellsFilter": {"SELECT", "DESCRIBE", "DROP"},
    "DataLocation": {"DATA_LOCATION_ACCESS"}, "LFTag": {"ALTER", "DROP", "ASSOCIATE", "DESCRIBE", "GRANT_WITH_LF_TAG_EXPRESSION"},
    "LFTagExpression": {"DESCRIBE", "ALTER", "DROP", "GRANT_WITH_LF_TAG_EXPRESSION"},
}
FIELDS = {
    "Catalog": (set(), {"Id"}), "Database": ({"Name"}, {"CatalogId"}), "Table": ({"DatabaseName"}, {"CatalogId", "Name", "TableWildcard"}),
    "TableWithColumns": ({"DatabaseName", "Name"}, {"CatalogId", "ColumnNames", "ColumnWildcard"}),
    "DataCellsFilter": ({"TableCatalogId", "DatabaseName", "TableName", "Name"}, set()), "DataLocation": ({"ResourceArn"}, {"CatalogId"}),
    "LFTag": ({"TagKey", "TagValues"}, {"CatalogId"}), "LFTagPolicy": ({"ResourceType"}, {"CatalogId", "Expression", "ExpressionName"}),
    "LFTagExpression": ({"Name"}, {"CatalogId"}),
}
ACCOUNT = r"(\d{12}|self)"
PRINCIPALS = [
    r"arn:aws:iam::%s:(user|role)/[\w+=,.@/-]+" % ACCOUNT, r"arn:aws:iam::%s:saml-provider/[\w.-]+:(user|group)/.+" % ACCOUNT,
    r"arn:aws:quicksight:[a-z0-9-]+:%s:(user|group)/default/.+" % ACCOUNT, ACCOUNT, ACCOUNT + ":IAMPrincipals",
    r"arn:aws:organizations::\d{12}:(organization/o-[a-z0-9]+|ou/o-[a-z0-9]+/ou-[a-z0-9-]+)", r"arn:aws:identitystore:::(user|group)/.+",
]
TAG_TEXT = re.compile(r"[\w\s.:/=+\-@%]+")
BATCH_ENTRIES, TAGS_ON_RESOURCE, TAG_VALUES, TAG_LENGTH, EXPRESSION_BYTES, FILTERS, EXPRESSIONS, ADMINS = 20, 50, 1000, 50, 900, 100, 50, 30


def judge(world, reach):
    found = Judgement(world, reach)
    for text in world.twice:
        found.bad("stacks", "made-twice", text)
    found.databases()
    seen = collections.Counter()
    for file in world.files:
        found.file(file, seen)
    found.neighbours()
    return sorted(set(found.illegal)), sorted(set(found.doubtful))


def overlap(one, other):
    """Whether two slices, (from, until) with None for no end, have a day in common."""
    return (one[1] is None or other[0] is None or other[0] <= one[1]) and (other[1] is None or one[0] is None or one[0] <= other[1])


class Judgement:
    def __init__(self, world, reach):
        self.world, self.reach, self.shapes, self.tags = world, reach, reach.shapes, reach.held.tags
        self.illegal, self.doubtful = [], []
        self.on_tables = collections.defaultdict(list)  # by (principal, catalog, database): (table or *, level, permissions, slice, where, filter)
        self.same = collections.defaultdict(list)  # by (principal, resource): (slice, where)
        self.expressions = collections.defaultdict(set)
        self.admins = {canonical(arn) for file in world.files for arn in file.get("settings", {}).get("admins", [])}

    def bad(self, where, slug, text):
        self.illegal.append("%s: %s: %s" % (where, slug, text))

    def doubt(self, where, slug, text):
        self.doubtful.append("%s: %s: %s" % (where, slug, text))

    # ---- the catalog ----

    def databases(self):
        for key, database in self.world.databases.items():
            if database.location:
                self.bad(database.where, "database-location", "LocationUri %s: CREATE_TABLE alone reaches everything below it" % database.location)
            if database.open_to_new and not database.target and not self.listed("hybrid", key):
                self.bad(database.where, "table-defaults", "tables made later are open to everybody with IAM rights")
            if not database.target:
                self.one_of_two(key, database.where, self.listed("managed", key), self.listed("hybrid", key))
        for key, table in self.world.tables.items():
            if table.location and not table.target and key not in self.world.crawled:
                self.one_of_two(key, table.where, self.listed("managed", key), self.listed("hybrid", key) or self.listed("hybrid", key[:2]))

    def one_of_two(self, key, where, managed, hybrid):
        name = ".".join(key)
        if managed and hybrid:
            self.bad(where, "managed-and-hybrid", "%s is both" % name)
        elif not managed and not hybrid and self.world.file_of(key[0]):
            self.bad(where, "not-managed", "nobody revokes IAM_ALLOWED_PRINCIPALS from %s" % name)

    def listed(self, member, key):
        given = (self.world.file_of(key[0]) or {}).get(member, {})
        if len(key) == 2:
            return key[1] in [name.lower() for name in given.get("databases", [])]
        return key[1:] in [(one["database"].lower(), one["table"].lower()) for one in given.get("tables", [])]

    # ---- one file ----

    def file(self, file, seen):
        own = account(file["account"])
        self.settings(file, own)
        self.declared_tags(file, own)
        self.associations(file, own)
        self.filters(file, own)
        self.optins(file, own)
        self.taking(file, own)
        ids = [one["id"] for one in file.get("associations", []) + file.get("optins", [])]
        for where, batch, entry, taking in entries_of(file):
            ids.append(entry.get("Id"))
            self.entry(where, file, own, batch, entry, taking)
        for one in {one for one in ids if ids.count(one) > 1}:
            self.bad(file["account"], "id-twice", str(one))
        for batches in (file.get("batches", []), file.get("taking", {}).get("batches", [])):
            for batch in batches:
                if not 1 <= len(batch.get("Entries", [])) <= BATCH_ENTRIES:
                    self.bad(file["account"], "batch-size", "%d entries" % len(batch.get("Entries", [])))
        for one, days in file.get("slices", {}).items():
            if one not in ids:
                self.bad(file["account"], "slice-of-nothing", one)
            if days.get("from") and days.get("until") and days["from"] > days["until"]:
                self.bad(file["account"], "slice-empty", one)
        seen[own] += 1
        if seen[own] > 1:
            self.bad(file["account"], "file-twice", "two grants files of one account")

    def settings(self, file, own):
        admins = file.get("settings", {}).get("admins", [])
        if len(admins) > ADMINS:
            self.bad(own, "admins", "%d administrators" % len(admins))
        for arn in admins:
            if not re.fullmatch(PRINCIPALS[0], canonical(arn)):
                self.bad(own, "admins", "%s is neither a role nor a user" % arn)

    def declared_tags(self, file, own):
        keys = [tag["key"] for tag in file.get("tags", [])]
        for key in {key for key in keys if keys.count(key) > 1}:
            self.bad(own, "tag-twice", key)
        for tag in file.get("tags", []):
            for text in [tag["key"]] + tag["values"]:
                if text != text.lower() or len(text) > TAG_LENGTH or not TAG_TEXT.fullmatch(text):
                    self.bad(own, "tag-text", "%r of tag %s" % (text, tag["key"]))
            if not 1 <= len(tag["values"]) <= TAG_VALUES or len(set(tag["values"])) != len(tag["values"]):
                self.bad(own, "tag-values", tag["key"])

    def associations(self, file, own):
        at = collections.defaultdict(dict)
        for one in file.get("associations", []):
            where = "%s %s" % (own, one["id"])
            kind = self.one_resource(where, one["resource"], ("Database", "Table", "TableWithColumns"))
            if kind is None:
                continue
            given = one["resource"][kind]
            if account(given.get("CatalogId", own)) != own:
                self.bad(where, "tag-on-foreign", "tags are put on what is in the own catalog")
            if "TableWildcard" in given or "ColumnWildcard" in given:
                self.bad(where, "tag-on-wildcard", "tags are put on what is named")
            for place in places(one["resource"], own):
                self.must_exist(where, place)
                for tag in one["tags"]:
                    if at[place].setdefault(tag["key"], tag["value"]) != tag["value"]:
                        self.bad(where, "tag-two-values", "%s on %s" % (tag["key"], ".".join(place)))
            for tag in one["tags"]:
                self.declared(where, own, tag["key"], [tag["value"]])
        for place, tags in at.items():
            if len(tags) > TAGS_ON_RESOURCE:
                self.bad(own, "tags-on-resource", "%d on %s" % (len(tags), ".".join(place)))

    def declared(self, where, catalog, key, values):
        known = self.tags.values.get((catalog, key))
        if known is None:
            self.bad(where, "tag-unknown", "%s is not defined in %s" % (key, catalog))
            return
        for value in values:
            if value != "*" and value not in known:
                self.bad(where, "value-unknown", "%s=%s is not declared in %s" % (key, value, catalog))

    def must_exist(self, where, place):
        """A database, table or column that the templates make; what they do not make can exist all the same."""
        if len(place) > 1 and self.world.databases.get(place[:2]) and self.world.databases[place[:2]].target:
            self.bad(where, "on-link", "%s is a link" % place[1])
        table = self.world.tables.get(place[:3])
        if len(place) == 4 and table and self.shapes.every(place[:3]) != ["*"] and place[3] not in self.shapes.every(place[:3]):
            self.bad(where, "column-unknown", ".".join(place[1:]))

    def filters(self, file, own):
        names = collections.Counter()
        for one in file.get("filters", []):
            where = "%s %s" % (own, one["Name"])
            key = account(one["TableCatalogId"]), one["DatabaseName"].lower(), one["TableName"].lower()
            names[key + (one["Name"],)] += 1
            if names[key + (one["Name"],)] > 1:
                self.bad(where, "filter-twice", ".".join(key))
            if key[0] != own:
                self.bad(where, "filter-foreign", "a filter stands in the catalog of its table")
            if bool(one.get("ColumnNames")) == ("ColumnWildcard" in one):
                self.bad(where, "filter-columns", "exactly one of ColumnNames and ColumnWildcard")
            if ("FilterExpression" in one["RowFilter"]) == ("AllRowsWildcard" in one["RowFilter"]):
                self.bad(where, "filter-rows", "exactly one of FilterExpression and AllRowsWildcard")
            self.column_list(where, key, one)
            self.must_exist(where, key)
            self.predicate(where, key, one["RowFilter"].get("FilterExpression"))

    def predicate(self, where, key, text):
        table = self.world.tables.get(key)
        if text is None:
            return
        if table is None or not table.columns:
            try:
                rows_wire.parse(text)
            except rows_wire.Unreadable as error:
                self.bad(where, "filter-expression", str(error))
            return
        types = {column.name: column.type for column in table.columns + table.keys}
        bad, doubts = rows_wire.troubles(text, types, {column.name for column in table.keys})
        for trouble in bad:
            self.bad(where, "filter-expression", trouble)
        for trouble in doubts:
            self.doubt(where, "filter-expression", trouble)

    def column_list(self, where, key, given):
        """Columns that are named one by one, to be shown or to be left out."""
        table = self.world.tables.get(key)
        names = as_list(given.get("ColumnNames")) + as_list((given.get("ColumnWildcard") or {}).get("ExcludedColumnNames"))
        for name in names:
            if table and name.lower() in self.shapes.keys[key]:
                self.bad(where, "column-partition-key", "%s: a partition key cannot be filtered" % name)
            elif table and self.shapes.every(key) != ["*"] and name.lower() not in self.shapes.columns[key]:
                self.bad(where, "column-unknown", "%s.%s" % (key[2], name))
        if len(set(names)) != len(names):
            self.bad(where, "column-twice", ", ".join(names))

    def optins(self, file, own):
        for one in file.get("optins", []):
            where = "%s %s" % (own, one["id"])
            kind = self.one_resource(where, one["resource"], ("Database", "Table"))
            self.principal(where, canonical(one["principal"]))
            if kind and "TableWildcard" in one["resource"][kind]:
                self.bad(where, "optin-wildcard", "an opt-in names its database or table")
            elif kind and account(one["resource"][kind].get("CatalogId", own)) == own:
                given = one["resource"][kind]
                key = (own, given["Name"].lower()) if kind == "Database" else (own, given["DatabaseName"].lower(), given["Name"].lower())
                if not self.listed("hybrid", key) and not any(self.listed("hybrid", other) for other in [key[:2]] + [t for t in self.world.tables if t[:2] == key[:2]]):
                    self.doubt(where, "optin-not-hybrid", ".".join(key[1:]))

    def taking(self, file, own):
        taking = file.get("taking")
        if taking is None:
            return
        for owner in taking.get("owners", []):
            if owner == own:
                self.bad(own, "take-from-self", owner)
        for link in taking.get("links", []):
            made = self.world.databases.get((own, link["name"].lower()))
            if link.get("declared") and not (made and made.target):
                self.bad(own, "link-missing", "%s stands in no stack" % link["name"])
            if not link.get("declared") and made:
                self.bad(own, "link-name", "%s is taken by %s" % (link["name"], made.where))
            if account(link["catalog"]) == own:
                self.bad(own, "link-to-self", link["name"])
            owned = any(key[0] == account(link["catalog"]) for key in self.world.databases)
            if owned and (account(link["catalog"]), link["database"].lower()) not in self.world.databases:
                self.doubt(own, "link-target", "%s of %s is made by no stack" % (link["database"], link["catalog"]))
        names = [link["name"] for link in taking.get("links", [])]
        if len(set(names)) != len(names):
            self.bad(own, "link-twice", ", ".join(names))

    # ---- one entry ----

    def one_resource(self, where, resource, kinds):
        if len(resource) != 1:
            self.bad(where, "resource-members", "exactly one resource, not %d" % len(resource))
            return None
        (kind, given), = resource.items()
        if kind not in kinds or kind not in FIELDS:
            self.bad(where, "resource-kind", kind)
            return None
        needed, optional = FIELDS[kind]
        if needed - set(given) or set(given) - needed - optional:
            self.bad(where, "resource-fields", "%s with %s" % (kind, ", ".join(sorted(given))))
            return None
        if kind == "Table" and ("Name" in given) == ("TableWildcard" in given):
            self.bad(where, "resource-fields", "exactly one of Name and TableWildcard")
            return None
        if kind == "TableWithColumns" and bool(given.get("ColumnNames")) == ("ColumnWildcard" in given):
            self.bad(where, "resource-fields", "exactly one of ColumnNames and ColumnWildcard")
            return None
        if kind == "LFTagPolicy" and (given["ResourceType"] not in ("DATABASE", "TABLE") or ("Expression" in given) == ("ExpressionName" in given)):
            self.bad(where, "resource-fields", "LFTagPolicy %s" % given["ResourceType"])
            return None
        return kind

    def principal(self, where, name):
        if name in ("IAM_ALLOWED_PRINCIPALS", "EVERYONE"):
            self.bad(where, "principal", "a grant to everybody")
        elif not any(re.fullmatch(pattern, name) for pattern in PRINCIPALS) or len(name) > 255:
            self.bad(where, "principal", name)

    def entry(self, where, file, own, batch, entry, taking):
        kind = self.one_resource(where, entry.get("Resource", {}), FIELDS)
        if kind is None:
            return
        given = entry["Resource"][kind]
        if "ColumnWildcard" in given and not as_list((given["ColumnWildcard"] or {}).get("ExcludedColumnNames")) and kind == "TableWithColumns":
            kind, given = "Table", {name: value for name, value in given.items() if name != "ColumnWildcard"}
        name = canonical(entry["Principal"]["DataLakePrincipalIdentifier"])
        permissions, options = entry.get("Permissions", []), entry.get("PermissionsWithGrantOption") or []
        catalog = account(given.get("CatalogId", given.get("TableCatalogId", batch.get("CatalogId", own))))
        if "Id" in given:
            catalog = account(given["Id"])
        self.principal(where, name)
        self.permissions(where, kind, given, permissions, options)
        self.ownership(where, file, own, batch, kind, given, catalog, name, taking, permissions)
        if account_of(name) != catalog:
            self.cross_account(where, kind, catalog, name, permissions, options)
        self.target(where, kind, given, catalog, options)
        days = file.get("slices", {}).get(entry.get("Id"), {})
        self.note(where, kind, given, catalog, name, permissions, (days.get("from"), days.get("until")))

    def permissions(self, where, kind, given, permissions, options):
        legal = MATRIX[kind] if kind != "LFTagPolicy" else DATABASE if given["ResourceType"] == "DATABASE" else TABLE
        if not permissions:
            self.bad(where, "permissions-none", kind)
        if set(permissions) - legal:
            slug = "columns-and-more" if kind == "TableWithColumns" else "permissions"
            self.bad(where, slug, "%s on %s" % (", ".join(sorted(set(permissions) - legal)), kind))
        if set(options) - set(permissions):
            self.bad(where, "option-without-permission", ", ".join(sorted(set(options) - set(permissions))))
        if len(set(permissions)) != len(permissions) or len(set(options)) != len(options):
            self.bad(where, "permissions-twice", ", ".join(permissions))

    def is_link(self, catalog, name):
        known = self.world.databases.get((catalog, name.lower()))
        return bool(known and known.target) or self.reach.held.is_link((catalog, name.lower()))

    def ownership(self, where, file, own, batch, kind, given, catalog, name, taking, permissions):
        database = given.get("Name") if kind == "Database" else given.get("DatabaseName")
        link = bool(database) and self.is_link(catalog, database)
        if link and (set(permissions) - {"DESCRIBE", "DROP"} or kind != "Database"):
            self.bad(where, "on-link", "%s on the link %s" % (", ".join(permissions), database))
        if not taking:
            if catalog != own or account(batch.get("CatalogId", own)) != own:
                self.bad(where, "catalog", "an entry on catalog %s under account %s" % (catalog, own))
            return
        if catalog == own:
            if not link:
                self.bad(where, "catalog", "what is taken is a link or another's, not an own %s" % kind)
            return
        if catalog not in [account(owner) for owner in file["taking"].get("owners", [])]:
            self.bad(where, "catalog", "%s is no owner whose shares are accepted" % catalog)
        if account_of(name) != own or kind_of(name) == "account":
            self.bad(where, "shared-further", "%s: what is shared with %s is passed on inside it alone" % (name, own))
        self.passed_on(where, own, kind, given, catalog, permissions)

    def passed_on(self, where, own, kind, given, catalog, permissions):
        """What an account passes on it must hold with grant option."""
        held = self.reach.held.by[own] if own in self.reach.held.by else None
        if kind == "Table" and "TableWildcard" in given:
            keys = [(catalog, given["DatabaseName"].lower(), "*")]
        elif kind in ("Table", "TableWithColumns"):
            keys = [(catalog, given["DatabaseName"].lower(), given["Name"].lower())]
        elif kind == "Database":
            keys = []
            right = held and held.databases[catalog, given["Name"].lower()]
            if not right or {p.lower() for p in permissions} - right.grantable - {"describe"}:
                self.bad(where, "passed-on", "%s does not hold this with grant option" % own)
        else:
            keys = []
            self.bad(where, "passed-on", "a %s of another account" % kind)
        for key in keys:
            right = held and held.tables[key]
            wanted = {p.lower() for p in permissions} - {"all"} | ({"select", "insert", "delete", "alter", "drop"} if "ALL" in permissions else set())
            if not right or wanted - right.grantable - ({"describe"} if right.grantable else set()):
                self.bad(where, "passed-on", "%s does not hold %s on %s with grant option" % (own, ", ".join(permissions), ".".join(key)))
            columns = [name.lower() for name in as_list(given.get("ColumnNames"))] or (self.shapes.every(key) if "select" in wanted else [])
            if right and any(right.select.get(column) is None for column in columns):
                self.bad(where, "passed-on", "columns of %s that %s does not hold" % (".".join(key), own))

    def cross_account(self, where, kind, catalog, name, permissions, options):
        if account_of(name) is None and kind_of(name) != "organization":
            return  # of Identity Center: in no account
        if kind == "Database" and {"DROP", "ALL"} & set(permissions):
            self.bad(where, "foreign-database", "%s on a database to %s" % (", ".join(sorted({"DROP", "ALL"} & set(permissions))), name))
        if kind == "LFTag":
            if set(permissions) - {"DESCRIBE", "ASSOCIATE"}:
                self.bad(where, "foreign-tag", "%s on a tag to %s" % (", ".join(permissions), name))
            if set(options) != set(permissions):
                self.bad(where, "foreign-tag", "a tag goes to another account with grant option")
        version = (self.world.file_of(catalog) or {}).get("settings", {}).get("cross_account_version")
        if kind_of(name) != "account":
            if kind == "LFTagPolicy" and kind_of(name) != "organization":
                self.bad(where, "foreign-expression", "an expression goes to an account, not to %s" % name)
            if version is not None and version < 3:
                self.bad(where, "sharing-version", "%s needs version 3, not %s" % (name, version))
        if kind == "Catalog":
            self.bad(where, "foreign-catalog", "the catalog to %s" % name)

    def target(self, where, kind, given, catalog, options):
        if kind in ("TableWithColumns", "DataCellsFilter", "Table") and "TableWildcard" not in given:
            key = catalog, given["DatabaseName"].lower(), (given.get("TableName") or given.get("Name")).lower()
            self.must_exist(where, key)
            if kind == "TableWithColumns":
                self.column_list(where, key, given)
                if "ColumnWildcard" in given and options:
                    self.bad(where, "excluded-grantable", "columns left out, and a grant option")
            if kind == "DataCellsFilter" and key + (given["Name"],) not in self.reach.held.filters:
                self.bad(where, "filter-unknown", given["Name"])
        if kind == "LFTag":
            self.declared(where, catalog, given["TagKey"], given["TagValues"])
            if not given["TagValues"]:
                self.bad(where, "tag-no-values", given["TagKey"])
        if kind == "LFTagPolicy":
            self.expression(where, catalog, given)
        if kind == "DataLocation" and not self.world.registered_at(path_of(given["ResourceArn"])):
            self.doubt(where, "location-not-registered", given["ResourceArn"])

    def expression(self, where, catalog, given):
        if "Expression" not in given:
            self.bad(where, "expression-saved", "no saved expression is made")
            return
        keys = [part["TagKey"] for part in given["Expression"]]
        if not keys or len(set(keys)) != len(keys):
            self.bad(where, "expression-keys", ", ".join(keys))
        for part in given["Expression"]:
            if not part["TagValues"] or len(set(part["TagValues"])) != len(part["TagValues"]):
                self.bad(where, "expression-values", part["TagKey"])
            self.declared(where, catalog, part["TagKey"], part["TagValues"])
        size = sum(len(text.encode()) for part in given["Expression"] for text in [part["TagKey"]] + part["TagValues"])
        if size > EXPRESSION_BYTES:
            self.bad(where, "expression-size", "%d bytes" % size)
        elif len(json.dumps(given["Expression"], separators=(",", ":"), ensure_ascii=False).encode()) > EXPRESSION_BYTES:
            self.doubt(where, "expression-size", "over %d bytes as JSON" % EXPRESSION_BYTES)

    # ---- entries beside one another ----

    def note(self, where, kind, given, catalog, name, permissions, days):
        text = {member: value for member, value in given.items() if member not in ("ColumnNames", "ColumnWildcard", "CatalogId")}
        if kind == "LFTagPolicy" and "Expression" in given:
            text["Expression"] = sorted([part["TagKey"], sorted(part["TagValues"])] for part in given["Expression"])
            self.expressions[name, catalog].add(json.dumps(text["Expression"]))
        self.same[name, kind, catalog, json.dumps(text, sort_keys=True)].append((days, where))
        if kind in ("Table", "TableWithColumns", "DataCellsFilter"):
            level = {"Table": "full", "TableWithColumns": "columns", "DataCellsFilter": "rows"}[kind]
            table = "*" if "TableWildcard" in given else (given.get("TableName") or given["Name"]).lower()
            if level != "rows" or "SELECT" in permissions:
                filter_of = self.reach.held.filters.get((catalog, given["DatabaseName"].lower(), table, given["Name"])) if level == "rows" else None
                self.on_tables[name, catalog, given["DatabaseName"].lower()].append((table, level, set(permissions), days, where, filter_of))

    def neighbours(self):
        for (name, kind, catalog, _), listed in self.same.items():
            for place, (days, where) in enumerate(listed):
                for other_days, other in listed[:place]:
                    if overlap(days, other_days):
                        slug = "columns-twice" if kind == "TableWithColumns" else "entry-twice"
                        self.bad(where, slug, "%s has an entry on the same %s: %s" % (name, kind, other))
        for (name, _), found in self.expressions.items():
            if len(found) > EXPRESSIONS:
                self.bad(name, "expressions", "%d expressions" % len(found))
        for (name, catalog, database), listed in self.on_tables.items():
            self.through_link(name, catalog, database, listed[0][4])
            tables = {one[0] for one in listed if one[1] != "full"}
            for table in tables:
                here = [one for one in listed if one[0] in (table, "*")]
                self.one_table(name, here)

    def through_link(self, name, catalog, database, where):
        """Queries reach a table of another account through a link to its database, which must be seen too."""
        file = self.world.file_of(account_of(name)) if account_of(name) != catalog and kind_of(name) in ("role", "user") else None
        if file is None or file["format"] < 2:
            return
        links = {(account_of(name), link["name"].lower()) for link in file.get("taking", {}).get("links", []) if (account(link["catalog"]), link["database"].lower()) == (catalog, database)}
        links |= {key for key, known in self.world.databases.items() if known.target == (catalog, database) and key[0] == account_of(name)}
        mine = self.reach.held.by[name].links
        if not any(link in mine and mine[link].words for link in links):
            self.doubt(where, "no-link", "%s sees no link to %s of %s" % (name, database, catalog))

    def one_table(self, name, here):
        limited = [one for one in here if one[1] != "full"]
        if name in self.admins:
            self.doubt(limited[0][4], "limited-admin", "%s is an administrator and cannot be limited" % name)
        for table, level, _, days, where, filter_of in limited:
            for other_table, other_level, permissions, other_days, other, other_filter in here:
                if other == where or not overlap(days, other_days):
                    continue
                if other_level == "full":
                    self.beside_full(where, name, permissions, other)
                elif level == "columns" and other_level == "rows":
                    self.bad(where, "columns-and-rows", "%s has a column list and a filter (%s) on one table" % (name, other))
                elif level == other_level == "rows" and filter_of and other_filter and "AllRowsWildcard" in filter_of["RowFilter"] and "FilterExpression" in other_filter["RowFilter"]:
                    self.bad(where, "all-rows-and-rows", "%s has a filter of all rows beside %s: it prevails" % (name, other))
        if len([one for one in limited if one[1] == "rows"]) > FILTERS:
            self.bad(name, "filters", "more than %d filters on %s" % (FILTERS, limited[0][0]))

    def beside_full(self, where, name, permissions, other):
        if "SELECT" in permissions or "ALL" in permissions:
            self.bad(where, "limit-without-effect", "%s has full SELECT by %s" % (name, other))
        if permissions & {"ALTER", "DROP", "DELETE", "INSERT", "ALL"}:
            self.bad(where, "limit-and-write", "%s has %s by %s" % (name, ", ".join(sorted(permissions)), other))
        if "DESCRIBE" in permissions and not permissions & {"SELECT", "ALL"}:
            self.bad(where, "limit-and-describe", "%s has DESCRIBE by %s" % (name, other))
