"""wire_s3.py - who can read the files below a location past Lake Formation: rights to s3:GetObject in the templates.

Conditions are taken as met and Deny as absent: the reading that shows more. The role under which Lake Formation itself reads
does not count where nobody else may assume it.
"""

import re

from wire_read import account_of, canonical

# What AWS's own policies give on S3, as far as they are known here: patterns of resources for s3:GetObject.
MANAGED = {
    "AdministratorAccess": ["*"], "PowerUserAccess": ["*"], "ReadOnlyAccess": ["*"], "AmazonS3FullAccess": ["*"], "AmazonS3ReadOnlyAccess": ["*"],
    "AWSLambdaExecute": ["arn:aws:s3:::*"], "AmazonElasticMapReduceRole": ["*"], "AmazonElasticMapReduceforEC2Role": ["*"],
    "AWSGlueServiceRole": ["arn:aws:s3:::crawler-public*", "arn:aws:s3:::aws-glue-*"], "AWS_ConfigRole": [], "AWSLambdaBasicExecutionRole": [],
    "AmazonAthenaFullAccess": ["arn:aws:s3:::aws-athena-query-results-*", "arn:aws:s3:::athena-examples*"],
}
READS = ("s3:getobject", "s3:getobjectversion")


def to_regex(pattern):
    return re.compile("".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern), re.S | re.I)


def meets(pattern, prefix):
    """Whether some text that begins with a prefix fits a pattern of * and ?."""
    pattern = re.sub(r"\$\{[^}]*\}", "*", pattern)

    def spread(states):
        """A star may also stand for nothing."""
        found, todo = set(states), list(states)
        while todo:
            at = todo.pop()
            if at < len(pattern) and pattern[at] == "*" and at + 1 not in found:
                found.add(at + 1)
                todo.append(at + 1)
        return found

    states = spread({0})
    for letter in prefix:
        states = spread({at if pattern[at] == "*" else at + 1 for at in states if at < len(pattern) and pattern[at] in ("*", "?", letter)})
        if not states:
            return False
    return True


def reads(statement):
    if statement.actions:
        return any(to_regex(action).fullmatch(read) for action in statement.actions for read in READS)
    return bool(statement.not_actions) and not all(any(to_regex(action).fullmatch(read) for action in statement.not_actions) for read in READS)


class S3:
    def __init__(self, world):
        self.world = world
        self.unknown = sorted({arn for role in world.roles.values() for arn in role.managed if isinstance(arn, str) and arn.startswith("arn:aws:iam::aws:policy/")
                               and arn.split("/")[-1] not in MANAGED})

    def principals(self):
        """Whom a bucket policy names."""
        for _, _, listed in self.world.bucket_policies:
            for statement in listed:
                if statement.allow and not statement.not_principals:
                    for name in statement.principals or []:
                        name = canonical(name)
                        if name.startswith("arn:aws:iam::") and "*" not in name and not name.endswith(":root"):
                            yield name

    def reads(self, name, home, location):
        role = self.world.roles.get(name)
        if role and any(self.covers(statement, location) for statement in role.statements):
            return True
        if role and any(meets(pattern, "arn:aws:s3:::" + location + "/") for arn in role.managed for pattern in MANAGED.get(str(arn).split("/")[-1], [])):
            return True
        return any(self.covers(statement, location) and self.names(statement, name, home) for _, _, listed in self.world.bucket_policies for statement in listed)

    @staticmethod
    def covers(statement, location):
        if not statement.allow or not reads(statement):
            return False
        if statement.not_resources:
            return not any(pattern.endswith("*") and to_regex(pattern).fullmatch("arn:aws:s3:::" + location + "/") for pattern in statement.not_resources)
        return any(meets(re.sub(r"^arn:[^:]*:s3", "arn:aws:s3", str(pattern)), "arn:aws:s3:::" + location + "/") for pattern in statement.resources)

    @staticmethod
    def names(statement, name, home):
        if statement.not_principals:
            return True
        for one in statement.principals or []:
            one = canonical(one)
            if one == "*" or one == name or one == home or one.endswith(":root") and account_of(one) == home:
                return True
            if "*" in one and one.startswith("arn:") and to_regex(one).fullmatch(name):
                return True
        return False
