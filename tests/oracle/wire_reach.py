"""wire_reach.py - who can read and do what, by Lake Formation's rules, from what wire_read.py has read.

Two layers: what a principal holds by the entries that name it, and what it reaches through its account, an organization, a
location, S3 or another table over the same files. Where the documents leave something open, the reading that shows more.
"""

import collections

from wire_read import account, account_of, as_list, canonical, covers, entries_of, kind_of, path_of

ALL_ROWS = "all"
TABLE_WORDS = {"alter", "drop", "delete", "insert", "describe"}  # beside select, which is of columns
DATABASE_WORDS = {"alter", "create_table", "describe", "drop"}
ELSEWHERE = "*"  # an account that nothing here names


def join_rows(left, right):
    if left is None or right is None:
        return left if right is None else right
    return ALL_ROWS if ALL_ROWS in (left, right) else left | right


class Right:
    """What somebody has on one thing; on a table also columns, with the rows of each: ALL_ROWS or the filters, any of which shows."""

    def __init__(self):
        self.words, self.grantable, self.select = set(), set(), {}

    def see(self, columns, rows):
        for column in columns:
            self.select[column] = join_rows(self.select.get(column), rows)

    def join(self, other):
        """As a member of what has the other right: it may use it, not pass it on."""
        self.words |= other.words
        for column, rows in other.select.items():
            self.see([column], rows)

    def __bool__(self):
        return bool(self.words or self.select)


class Sight:
    """Everything one principal has, by kind and by key."""

    def __init__(self):
        self.tables = collections.defaultdict(Right)
        self.databases = collections.defaultdict(Right)
        self.locations = collections.defaultdict(Right)
        self.tags = collections.defaultdict(Right)
        self.catalogs = collections.defaultdict(Right)
        self.links = collections.defaultdict(Right)

    def kinds(self):
        return (self.tables, self.databases, self.locations, self.tags, self.catalogs, self.links)

    def join(self, other):
        for mine, theirs in zip(self.kinds(), other.kinds()):
            for key, right in theirs.items():
                mine[key].join(right)


class Shapes:
    """The tables there are, with their columns. Each database has one more table "*": any that the folder does not know, with one column "*"."""

    def __init__(self, world):
        self.world = world
        self.columns, self.keys, self.unknown = {}, {}, set()
        for key, table in world.tables.items():
            if table.target:
                continue  # a link: what is granted on it is no right to what it stands for
            self.columns[key] = [column.name for column in table.columns] or ["*"]
            self.keys[key] = [column.name for column in table.keys]
        for key in list(world.databases) + [key[:2] for key in self.columns]:
            self.mention(key + ("*",), [])
        for file in world.files:
            self.read(file)

    def mention(self, key, columns):
        if key not in self.columns:
            self.columns[key], self.keys[key] = ["*"], []
            self.unknown.add(key)
            if key[2] != "*":
                self.mention(key[:2] + ("*",), [])
        if key in self.unknown:
            self.columns[key] = sorted(set(self.columns[key]) | set(columns))

    def mention_resource(self, resource, catalog):
        for kind, given in resource.items():
            of = account(given.get("CatalogId", given.get("TableCatalogId", catalog))) if isinstance(given, dict) else catalog
            if kind == "Database":
                self.mention((of, given["Name"].lower(), "*"), [])
            elif kind in ("Table", "TableWithColumns", "DataCellsFilter"):
                name = given.get("TableName") or "*" if kind == "DataCellsFilter" else given.get("Name", "*")
                columns = as_list(given.get("ColumnNames")) + as_list((given.get("ColumnWildcard") or {}).get("ExcludedColumnNames"))
                self.mention((of, given["DatabaseName"].lower(), name.lower()), [c.lower() for c in columns])

    def read(self, file):
        own = account(file["account"])
        for one in file.get("associations", []):
            self.mention_resource(one["resource"], own)
        for one in file.get("filters", []):
            self.mention_resource({"TableWithColumns": dict(one, CatalogId=one["TableCatalogId"], Name=one["TableName"])}, own)
        for _, batch, entry, _ in entries_of(file):
            self.mention_resource(entry.get("Resource", {}), account(batch.get("CatalogId", own)))

    def in_database(self, catalog, name):
        return [key for key in self.columns if key[:2] == (catalog, name)]

    def every(self, key):
        return self.columns[key] + self.keys[key]


class Tags:
    """The LF-Tags of each catalog and what values stand where: the nearest of column, table and database."""

    def __init__(self, world):
        self.values = {}  # by (catalog, key)
        self.at = collections.defaultdict(dict)  # by (catalog, database[, table[, column]])
        for file in world.files:
            own = account(file["account"])
            for tag in file.get("tags", []):
                self.values[own, tag["key"].lower()] = [value.lower() for value in tag["values"]]
            for one in file.get("associations", []):
                for place in places(one["resource"], own):
                    self.at[place].update((tag["key"].lower(), tag["value"].lower()) for tag in one["tags"])

    def of(self, *place):
        found = {}
        for depth in range(2, len(place) + 1):
            found.update(self.at.get(place[:depth], {}))
        return found

    def match(self, expression, catalog, place):
        found = self.of(*place)
        return all(self.one_of(found.get(part["TagKey"].lower()), part, catalog) for part in expression)

    def one_of(self, value, part, catalog):
        wanted = [one.lower() for one in part["TagValues"]]
        return value is not None and (value in wanted or "*" in wanted and value in self.values.get((catalog, part["TagKey"].lower()), []))


def places(resource, own):
    """What an association is put on: keys of Tags.at."""
    for kind, given in resource.items():
        catalog = account(given.get("CatalogId", own))
        if kind == "Database":
            yield catalog, given["Name"].lower()
        elif kind == "Table":
            yield catalog, given["DatabaseName"].lower(), given.get("Name", "*").lower()
        elif kind == "TableWithColumns":
            for column in as_list(given.get("ColumnNames")):
                yield catalog, given["DatabaseName"].lower(), given["Name"].lower(), column.lower()


# ---- what is held -----------------------------------------------------------------------------------


class Holdings:
    """What each principal holds by entries, and whom an entry reaches beside the one it names."""

    def __init__(self, world):
        self.world, self.shapes, self.tags = world, Shapes(world), Tags(world)
        self.filters = {(account(f["TableCatalogId"]), f["DatabaseName"].lower(), f["TableName"].lower(), f["Name"]): f for file in world.files for f in file.get("filters", [])}
        self.by = collections.defaultdict(Sight)
        self.leaks = collections.defaultdict(Sight)  # by account: what its administrators may hand to anybody there
        for file in world.files:
            for _, batch, entry, _ in entries_of(file):
                self.take(entry, account(batch.get("CatalogId", file["account"])))
        for sight in list(self.by.values()) + list(self.leaks.values()):
            self.imply(sight)

    def take(self, entry, own):
        name = canonical(entry["Principal"]["DataLakePrincipalIdentifier"])
        words = {word.lower() for word in entry.get("Permissions", [])}
        options = {word.lower() for word in entry.get("PermissionsWithGrantOption") or []}
        for kind, given in entry.get("Resource", {}).items():
            catalog = account(given.get("CatalogId", given.get("TableCatalogId", own)))
            self.put(self.by[name], kind, given, catalog, words, options)
            home = account_of(name)
            foreign = home not in (None, catalog) and kind_of(name) != "account"
            if foreign and (kind == "LFTagPolicy" or not name.startswith("arn:aws:iam::") or ":saml-provider/" in name):
                self.put(self.leaks[home], kind, given, catalog, words, options)

    def put(self, sight, kind, given, catalog, words, options):
        if kind == "Catalog":
            self.note(sight.catalogs[account(given.get("Id", catalog))], words, options, set())
        elif kind == "Database":
            key = catalog, given["Name"].lower()
            known = self.world.databases.get(key)
            self.note(sight.links[key] if known and known.target or self.is_link(key) else sight.databases[key], words, options, DATABASE_WORDS)
        elif kind == "DataLocation":
            self.note(sight.locations[path_of(given["ResourceArn"])], words, options, set())
        elif kind == "LFTag":
            key = given["TagKey"].lower()
            values = [value.lower() for value in given["TagValues"]]
            for value in self.tags.values.get((catalog, key), []) if "*" in values else values:
                self.note(sight.tags[catalog, key, value], words, options, set())
        elif kind == "LFTagPolicy" and "Expression" in given:
            self.put_by_tags(sight, given, catalog, words, options)
        elif kind in ("Table", "TableWithColumns", "DataCellsFilter"):
            self.put_by_name(sight, kind, given, catalog, words, options)

    def is_link(self, key):
        return any(account(file["account"]) == key[0] and link["name"].lower() == key[1] for file in self.world.files for link in file.get("taking", {}).get("links", []))

    @staticmethod
    def note(right, words, options, whole):
        """ALL is every permission of the thing."""
        right.words |= (words - {"all"}) | (whole if "all" in words else set())
        right.grantable |= (options - {"all"}) | (whole if "all" in options else set())

    def on_table(self, sight, key, words, options):
        right = sight.tables[key]
        if words & {"all", "select"}:
            right.see(self.shapes.every(key), ALL_ROWS)
        self.note(right, words - {"select"}, options, TABLE_WORDS)
        if "all" in options:
            right.grantable.add("select")

    def put_by_name(self, sight, kind, given, catalog, words, options):
        database = given["DatabaseName"].lower()
        if kind == "DataCellsFilter":
            key = catalog, database, given["TableName"].lower()
            found = self.filters.get(key + (given["Name"],))
            if found and "select" in words:
                sight.tables[key].see(self.listed(key, found), rows_of(found))
                sight.tables[key].grantable |= options & {"select"}
            return
        if "TableWildcard" in given:
            for key in self.shapes.in_database(catalog, database):
                self.on_table(sight, key, words, options)
            sight.databases[catalog, database].words.add("describe")
            return
        key = catalog, database, given["Name"].lower()
        if kind == "TableWithColumns":
            sight.tables[key].see(self.listed(key, given), ALL_ROWS)
            sight.tables[key].grantable |= options
        else:
            self.on_table(sight, key, words, options)

    def listed(self, key, given):
        """The columns of a list, or of a wildcard with what it leaves out."""
        if given.get("ColumnNames"):
            return [name.lower() for name in given["ColumnNames"]]
        left_out = {name.lower() for name in as_list((given.get("ColumnWildcard") or {}).get("ExcludedColumnNames"))}
        return [name for name in self.shapes.every(key) if name not in left_out]

    def put_by_tags(self, sight, given, catalog, words, options):
        expression = given["Expression"]
        if given["ResourceType"] == "DATABASE":
            for key in {key[:2] for key in self.shapes.columns if key[0] == catalog}:
                known = self.world.databases.get(key)
                if self.tags.match(expression, catalog, key) and not (known and known.target):
                    self.note(sight.databases[key], words, options, DATABASE_WORDS)
            return
        for key in [key for key in self.shapes.columns if key[0] == catalog]:
            columns = self.shapes.every(key)
            matching = [name for name in columns if self.tags.match(expression, catalog, key + (name,))]
            if len(matching) == len(columns):
                self.on_table(sight, key, words, options)
            elif matching:
                self.in_part(sight.tables[key], matching, words, options)
            elif self.tags.match(expression, catalog, key):
                self.in_part(sight.tables[key], [], words, options)

    @staticmethod
    def in_part(right, matching, words, options):
        """An expression that only some columns satisfy: what is of the whole table shrinks to DESCRIBE, ALL to SELECT and DESCRIBE."""
        if words & {"all", "select"}:
            right.see(matching, ALL_ROWS)
        right.words.add("describe")
        if options & {"all", "select"} and matching:
            right.grantable.add("select")
        if options - {"select"}:
            right.grantable.add("describe")

    def imply(self, sight):
        for key, right in sight.tables.items():
            self.imply_on_table(key, right)
        for things in (sight.databases, sight.links):
            for right in things.values():
                if right.words:
                    right.words.add("describe")
        for right in sight.tags.values():
            if right.words & {"associate"}:
                right.words.add("describe")

    def imply_on_table(self, key, right):
        if right.words & {"insert", "delete"}:  # "insert, update and read"
            right.words |= {"insert", "delete"}
            right.see(self.shapes.every(key), ALL_ROWS)
        rows = None
        for seen in right.select.values():
            rows = join_rows(rows, seen)
        if rows is not None:
            right.see(self.shapes.keys[key], rows)
        if right.words or right.select:
            right.words.add("describe")


def rows_of(found):
    text = found["RowFilter"].get("FilterExpression")
    return ALL_ROWS if text is None or text.strip().upper() == "TRUE" else frozenset([text])


# ---- what is reached --------------------------------------------------------------------------------


class Reach:
    """What every principal, and one stranger of every account, has and reaches."""

    def __init__(self, world, s3):
        self.world, self.held = world, Holdings(world)
        self.shapes = self.held.shapes
        self.open = self.open_tables()
        self.names = set(self.held.by) | set(world.roles) | set(s3.principals())
        for file in world.files:
            self.names |= {canonical(arn) for arn in file.get("settings", {}).get("admins", [])}
        self.names = {name for name in self.names if not (name in world.roles and world.roles[name].registers)}
        accounts = world.accounts | {account_of(name) for name in self.names} - {None}
        self.strangers = {"stranger of " + one: one for one in sorted(accounts) + [ELSEWHERE]}
        self.s3 = s3
        self.reached = {name: self.of(name, account_of(name)) for name in self.names}
        self.reached.update((name, self.of(name, home)) for name, home in self.strangers.items())

    def open_tables(self):
        """(table, why) that everybody with IAM rights in the account of the catalog can read."""
        found = {}
        for file in self.world.files:
            own, hybrid = account(file["account"]), file.get("hybrid", {})
            for name in hybrid.get("databases", []):
                found.update((key, "hybrid") for key in self.world.tables if key[:2] == (own, name.lower()) and not self.managed(key))
            found.update(((own, one["database"].lower(), one["table"].lower()), "hybrid") for one in hybrid.get("tables", []))
        for key, table in self.world.tables.items():
            registered = table.location and self.world.registered_at(table.location)
            if registered and registered.hybrid:
                found[key] = "hybrid"
            elif table.location and not registered:
                found[key] = "not registered"
            elif table.location and not self.managed(key) and key not in self.world.crawled:  # those get no default permissions
                found.setdefault(key, "IAM_ALLOWED_PRINCIPALS")
        return found

    def managed(self, key):
        file = self.world.file_of(key[0]) or {}
        return any((one["database"].lower(), one["table"].lower()) == key[1:] for one in file.get("managed", {}).get("tables", []))

    def of(self, name, home):
        """All that a principal of an account has or reaches; what it holds itself stands apart in held.by."""
        sight = Sight()
        for group, right in self.held.by.items():
            if group != name and self.is_in(name, home, group):
                sight.join(right)
        if home in self.held.leaks and kind_of(name) != "account":
            sight.join(self.held.leaks[home])
        own = Sight()
        own.join(self.held.by.get(name, Sight()))
        own.join(sight)
        self.add_ways(name, home, own, sight)
        self.held.imply(sight)
        return sight

    @staticmethod
    def is_in(name, home, group):
        """Whether a principal is of a group of principals: of its account, or of an organization, of which anybody may be."""
        if kind_of(group) == "organization":
            return kind_of(name) != "organization"
        return home is not None and kind_of(group) == "account" and account_of(group) == home

    def add_ways(self, name, home, own, sight):
        """Adds the tables whose files can be read past a grant. Each way rests on grants alone, not on another way. Hybrid access is no way in but a
        choice of the mesh: such tables are listed as open, and everybody with IAM rights in the account is not."""
        found = {key for key, why in self.open.items() if home == key[0] and why != "hybrid"}
        found |= {key for key, table in self.world.tables.items() if table.location and self.s3.reads(name, home, table.location)}
        if self.can_make_tables(own):
            found |= {key for key, table in self.world.tables.items() if table.location and any(covers(path, table.location) for path, right in own.locations.items() if right)}
        found |= {key for key, table in self.world.tables.items() if table.location and self.lies_below_another(key, own)}
        for key in found:
            sight.tables[key].see(self.shapes.every(key), ALL_ROWS)

    def lies_below_another(self, key, own):
        """Whether a table that can be read lies over the files of this one."""
        place = self.world.tables[key].location
        outer = (self.world.tables[other].location for other, right in own.tables.items() if other != key and right.select and other in self.world.tables)
        return any(path and covers(path, place) for path in outer)

    def can_make_tables(self, own):
        """Make a table over files of somebody else, or turn one that can be read to them: one that is there, or that a crawler
        will make."""
        return (any("create_table" in right.words for right in own.databases.values()) or
                any("create_database" in right.words for right in own.catalogs.values()) or
                any("alter" in right.words and right.select and not (key[2] == "*" and key[:2] in self.world.databases and key[:2] not in self.world.crawled) for key, right in own.tables.items()))
