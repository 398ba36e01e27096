"""A mesh as plain data: what each thing has, with its defaults. Nothing here knows what any of it means."""


def mesh(**given):
    return {"name": "m", "account": None, "region": "eu-west-1", "bucket": "m-data", "admins": [], "environments": [], "accounts": [],
            "principals": [], "tags": [], "types": [], "schemas": [], "domains": [], "products": [], "functions": [],
            "warehouses": [], "pipelines": [], "statements": [], **given}


def environment(name, **given):
    return {"name": name, "account": None, "suffix": "", "accounts": {}, "buckets": {}, **given}


def account(name, number=None):
    return {"name": name, "id": number}


def principal(kind, path, **given):
    """path: "analyst", or "sales.planner" of one declared inside a domain. aws: its name in IAM where it is another."""
    return {"kind": kind, "path": path, "account": None, "arn": None, "aws": None, "create": False, "members": [], **given}


def role(path, **given):
    return principal("role", path, **given)


def team(path, *members):
    return principal("team", path, members=list(members))


def tag(key, values, ordered=True, default=None):
    return {"key": key, "values": list(values), "ordered": ordered, "default": default}


def named_type(name, type, **tags):
    """A type is a word, ("array", T), ("map", K, V), ("struct", [(name, T), ..]), ("type", NAME) or ("schema", NAME)."""
    return {"name": name, "type": type, "tags": tags}


def column(name, type="string", physical=None, **tags):
    return {"name": name, "type": type, "physical": physical or name.lower(), "tags": tags}


def schema(name, *columns):
    return {"name": name, "columns": [column(c) if isinstance(c, str) else c for c in columns]}


def domain(name, **given):
    """bucket: an existing one; made: one of its own, "" by its default name; neither: the mesh's."""
    return {"name": name, "account": None, "catalog": None, "database": None, "bucket": None, "made": None, "hybrid": False,
            "tags": {}, **given}


def output(name, schema, **given):
    return {"name": name, "schema": schema, "tags": {}, "partition": [], "location": None, "format": "parquet", "inputs": None,
            "crawl": None, "scheduled_quality": False, "proposed": False, "table": None, **given}


def product(path, schema=None, outputs=None, tags=None, inputs=(), shared_with=(), proposed=False, **given):
    """One without outputs has a single one without a name; what is given for it goes to that one."""
    if outputs is None:
        outputs = [output(None, schema, **given)]
    return {"domain": path.split(".")[0], "name": path.split(".")[1], "outputs": outputs, "tags": tags or {}, "inputs": list(inputs),
            "shared_with": list(shared_with), "proposed": proposed}


def function(path, **given):
    return {"path": path, "role": None, **given}


def warehouse(path, domains, role=None):
    return {"path": path, "domains": list(domains), "role": role}


def pipeline(path, produces, steps, role=None):
    """Steps: ("athena",), ("call", FUNCTION), ("lambda", NAME), ("check", PRODUCT), ("read", PLACE, RESULTS or None)."""
    return {"path": path, "produces": list(produces), "steps": list(steps), "role": role}


# ---------------------------------------------------------------- targets and statements

def on(path, columns=None, hidden=None):
    """A product or output; its columns, or those that are excepted."""
    return {"kind": "product", "path": path, "columns": columns, "except": hidden}


def all_tables(name):
    return {"kind": "tables", "path": name}


def database(name):
    return {"kind": "database", "path": name}


def tagged(*tests):
    """Tests: (key, operator, [values]); "=" may have several values."""
    return {"kind": "tagged", "tests": list(tests)}


def domains_tagged(*tests):
    return {"kind": "databases", "tests": list(tests)}


def location(place):
    return {"kind": "location", "place": place}


def catalog():
    return {"kind": "catalog"}


def tag_values(key, *values):
    return {"kind": "tag", "key": key, "values": list(values)}


def statement(verb, permissions, target, to, **given):
    """except: of a forbid. option: None, "all" or a list. policy: (its name, its domain or None)."""
    return {"verb": verb, "permissions": permissions.split(), "target": target, "to": [to] if isinstance(to, str) else list(to),
            "except": [], "where": None, "until": None, "because": None, "option": None, "policy": ("access", None), **given}


def grant(permissions, target, to, **given):
    return statement("grant", permissions, target, to, **given)


def forbid(permissions, target, to="everyone", **given):
    return statement("forbid", permissions, target, to, **given)


def request(permissions, target, to, **given):
    return statement("request", permissions, target, to, **given)
