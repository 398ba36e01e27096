"""Pipelines: every kind of step with every option, in any nesting."""
from text import Block, quoted


class Flow:
    """The steps of one machine: names are unique in it."""

    def __init__(self, world, domain, express):
        self.world, self.rng, self.domain, self.express, self.count = world, world.rng, domain, express, 0
        self.runs_others = True

    def name(self):
        self.count += 1
        word = self.rng.choice(["load", "Clean it", "schema", "über", "a-b", "Wait for it"])
        name = f"{word} {self.count}" if self.rng.random() < 0.3 else f"{word}_{self.count}"
        return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else quoted(name)

    def expression(self):
        return self.rng.choice(["input.day", "input.files[0].name", "context.Execution.Id", "uuid()", 'format("{} is {}", input.a, context.Execution.Name)',
                                "json(input.text)", "text(input.map)", "size(input.list)", "at(input.list, 0)", 'split(input.text, ",")',
                                '"plain ${text} $.x"', "12", "true", "null", '{ deep: [1, { "odd key": input.x }] }'])

    def arguments(self, texts=False):
        block = Block("ARGUMENTS", "arguments")
        for key in self.rng.sample(["day", "mode", '"--odd"', "schema", "Item"], self.rng.randint(1, 3)):
            block.entry(key, self.rng.choice(["input.day", '"a $ b"', "context.Execution.Name"]) if texts else self.expression())
        return block

    def retry(self):
        block = Block("RETRY", "retry")
        if self.rng.random() < 0.7:
            block.attr("on", self.rng.choice(['["Lambda.ServiceException", "States.TaskFailed"]', '["States.ALL"]', '"Custom.Error"']))
        for name, value in (("attempts", "4"), ("interval", "2s"), ("backoff", "1.5"), ("max_delay", "60s"), ("jitter", "full")):
            if self.rng.random() < 0.6:
                block.attr(name, value)
        return block

    def condition(self, depth=2):
        rng = self.rng
        if depth and rng.random() < 0.3:
            left, right = self.condition(depth - 1), self.condition(depth - 1)
            return rng.choice([f"{left} and {right}", f"({left} or {right})", f"not ({left})"])
        return rng.choice(["input.rows > 0", 'input.mode == "dry"', "input.n <= 2.5", "input.ok == true", 'input.day like "2026-*"', "input.x is set",
                           "input.x is string", "input.x is number", "input.x is boolean", "input.x is null", "input.x is timestamp",
                           'input.mode != "wet"', "input.a < input.b", "input.n >= 1"])

    def task(self, block, waits=("done", "no"), results=True):
        rng = self.rng
        if rng.random() < 0.4:
            block.attr("timeout", "5m")
        if results and rng.random() < 0.5:
            block.attr("result", rng.choice(["replace", "discard", "input.job", "input.jobs.last"]))
        if waits and rng.random() < 0.4:
            choices = [w for w in waits if not (self.express and w in ("token", "done"))]
            if choices:
                block.attr("wait", rng.choice(choices))
        elif self.express and waits and "no" in waits and block.kind != "STEP_LAMBDA":
            block.attr("wait", "no")
        if rng.random() < 0.4:
            block.add(self.retry())
        return block

    # One function a kind of step; each returns its block, whose head is completed with a name by `step`.
    def lambda_(self):
        target = self.rng.choice(["ExtractOrders", '"Load:live"', '"arn:aws:lambda:eu-west-1:123456789012:function:Other"'] + self.world.functions)
        block = self.task(Block("STEP_LAMBDA", f"lambda {target}"), ("done", "token", "no"))
        if self.rng.random() < 0.3:
            block.attr("heartbeat", "30s")
        token = any(i[0] == "attr" and i[1] == "wait" and i[3] == "token" for i in block.items)
        arguments = self.arguments()
        if token:
            arguments.entry("token", "context.Task.Token")
        if token or self.rng.random() < 0.6:
            block.add(arguments)
        return block

    def glue(self):
        block = self.task(Block("STEP_GLUE", f"glue {self.rng.choice(['CleanOrders', quoted('clean orders')])}"))
        if self.rng.random() < 0.5:
            block.add(self.arguments(texts=True))
        if self.rng.random() < 0.3:
            block.attr("heartbeat", "30s")
        return block

    def athena(self):
        block = self.task(Block("STEP_ATHENA", 'athena """\n      SELECT \'a\' AS "b", count(*)\n      FROM t WHERE x = \'${y}\'\n    """'))
        if self.rng.random() < 0.5:
            block.attr("workgroup", self.domain["name"])
        return block

    def batch(self):
        block = self.task(Block("STEP_BATCH", "batch Resize")).attr("queue", "high")
        if self.rng.random() < 0.5:
            block.add(Block("ARGUMENTS", "arguments").entry("day", "input.day"))
        return block

    def emr(self):
        block = self.task(Block("STEP_EMR", "emr Crunch"))
        return block

    def call(self):
        if self.rng.random() < 0.5:
            block = self.task(Block("STEP_CALL", 'call "dynamodb:putItem"'), ())
            block.add(Block("ARGUMENTS", "arguments").entry("TableName", '"runs"').entry("Item", "{ id: { S: context.Execution.Id } }"))
        else:
            block = self.task(Block("STEP_CALL", 'call "sqs:sendMessage"'), ("token", "no"))
            token = any(i[0] == "attr" and i[1] == "wait" and i[3] == "token" for i in block.items)
            block.add(Block("ARGUMENTS", "arguments").entry("QueueUrl", '"https://sqs.eu-west-1.amazonaws.com/123456789012/q"')
                      .entry("MessageBody", 'format("approve {}", context.Task.Token)' if token else '"done"'))
        if self.rng.random() < 0.3 and not self.express:
            block.attr("heartbeat", "20s")
        return block

    def product(self, wanted):
        fit = [p["path"] for p in self.world.products if p["domain"] == self.domain["name"] and wanted(p)]
        return self.rng.choice(fit) if fit else None

    def crawl(self):
        path = self.product(lambda p: any(i[0] == "block" and i[1].kind == "CRAWL" for i in (p.get("block") or Block("", "")).items) and not p["outputs"])
        if not path or self.express or self.domain["catalog"]:
            return None
        return self.bounded(Block("STEP_CRAWL", f"crawl {path}"))

    def check(self):
        path = self.product(lambda p: not p["outputs"] and any(i[0] == "block" and i[1].kind == "QUALITY" for i in (p.get("block") or Block("", "")).items))
        if not path or self.express or self.domain["catalog"]:
            return None
        return self.bounded(Block("STEP_CHECK", f"check {path}"))

    def bounded(self, block):
        if self.rng.random() < 0.5:
            block.attr("every", "1m").attr("give_up", "2h")
        if self.rng.random() < 0.3:
            block.add(self.retry())
        return block

    def run(self):
        others = [p for p in self.world.pipelines if p["domain"] == self.domain["name"]]
        if not others or not self.runs_others:
            return None
        other = self.rng.choice(others)
        block = self.task(Block("STEP_RUN", f"run {other['path']}"), ("no",) if other["express"] or self.express else ("done", "no"))
        if other["express"] and not any(i[0] == "attr" and i[1] == "wait" for i in block.items):
            block.attr("wait", "no")
        if self.rng.random() < 0.5:
            block.add(self.arguments())
        return block

    def wait(self):
        return Block("STEP_WAIT", self.rng.choice(["wait 30s", 'wait until "2027-01-31T00:00:00Z"', "wait input.seconds", "wait until input.when"]))

    def notify(self):
        block = Block("STEP_NOTIFY", f'notify {self.rng.choice(self.world.channels)} {quoted("orders $(are) `in`")}')
        if self.rng.random() < 0.4:
            block.add(self.retry())
        if self.rng.random() < 0.4:
            block.attr("result", self.rng.choice(["discard", "input.sent"]))
        return block

    def set(self):
        return Block("STEP_SET", "set").entry("year", "2026").entry("copy", self.expression())

    def raw(self):
        return Block("STEP_RAW", "raw").entry("Type", '"Pass"').entry("Comment", '"as it is"')

    def poll(self):
        block = Block("STEP_POLL", 'poll call "glue:getJobRun"').attr("until", 'result.JobRun.JobRunState == "SUCCEEDED"')
        for name, value in (("fail", 'result.JobRun.JobRunState == "FAILED"'), ("every", "30s"), ("give_up", "4m" if self.express else "2h"), ("timeout", "60s"), ("heartbeat", "20s"), ("result", "input.last")):
            if self.rng.random() < 0.5:
                block.attr(name, value)
        if self.express and not any(i[0] == "attr" and i[1] == "give_up" for i in block.items):
            block.attr("give_up", "3m")
        block.add(Block("ARGUMENTS", "arguments").entry("JobName", '"load"').entry("RunId", "input.run"))
        if self.rng.random() < 0.4:
            block.add(self.retry())
        return block

    def parallel(self, depth):
        block = Block("STEP_PARALLEL", "parallel", ordered=True)
        for i in range(self.rng.randint(1, 3)):
            branch = block.add(Block("BRANCH", f"branch b{i}", ordered=True))
            self.fill(branch, depth - 1)
        return block

    def map(self, depth):
        over = self.rng.choice(["input.files"] if self.express else ["input.files", 'objects("s3://raw-data/in/")', 'csv("s3://raw-data/list.csv")',
                                                                     'jsonl("s3://raw-data/list.jsonl")', 'manifest("s3://raw-data/inventory/manifest.json")'])
        block = Block("STEP_MAP", f"map over {over}")
        if self.rng.random() < 0.6:
            block.attr("concurrency", self.rng.choice(["1", "20"]))
        if self.rng.random() < 0.4:
            block.attr("result", self.rng.choice(["input.each", "discard"]))
        if self.rng.random() < 0.3:
            block.add(self.retry())
        if over != "input.files":
            for name, value in (("batch", "100"), ("tolerate", "5%"), ("results", '"s3://raw-data/runs/"')):
                if self.rng.random() < 0.6:
                    block.attr(name, value)
        self.fill(block.add(Block("STEPS", "steps", ordered=True)), depth - 1)
        return block

    def choose(self, depth):
        block = Block("STEP_CHOOSE", "choose", ordered=True)
        for _ in range(self.rng.randint(1, 3)):
            self.fill(block.add(Block("WHEN", f"when {self.condition()}", ordered=True)), depth - 1)
        if self.rng.random() < 0.6:
            self.fill(block.add(Block("WHEN", "otherwise", ordered=True)), depth - 1, end=True)
        return block

    def try_(self, depth):
        block = Block("STEP_TRY", "try", ordered=True)
        self.can_fail(block)
        self.fill(block, depth - 1)
        for errors in self.rng.choice([['["DynamoDB.Odd"]'], ['["A.B", "C.D"]', '["States.ALL"]'], ['["States.ALL"]']]):
            block.tails.append(self.fill(Block("CATCH", f"catch {errors}", ordered=True), depth - 1))
        return block

    SIMPLE = ["lambda_", "glue", "athena", "batch", "emr", "call", "crawl", "check", "run", "wait", "notify", "set", "raw", "poll"]
    NESTED = ["parallel", "map", "choose", "try_"]

    def can_fail(self, block):
        """A step that can: a handler that nothing leads to is an error."""
        made = self.lambda_()
        made.head = f"{self.name()}: {made.head}"
        block.add(made)

    def step(self, depth):
        while True:
            kind = self.rng.choice(self.SIMPLE + (self.NESTED * 2 if depth else []))
            if self.express and kind in ("glue", "athena", "batch", "emr", "crawl", "check"):
                continue
            made = getattr(self, kind)(depth) if kind in self.NESTED else getattr(self, kind)()
            if made:
                return made

    def fill(self, block, depth, end=False):
        for _ in range(self.rng.randint(1, 3 if depth < 2 else 5)):
            made = self.step(depth)
            made.head = f"{self.name()}: {made.head}"
            block.add(made)
        if end and self.rng.random() < 0.3:
            last = self.rng.choice([Block("STEP_SUCCEED", "succeed"), Block("STEP_FAIL", f'fail "Odd.Thing" {quoted("see the log")}')])
            last.head = f"{self.name()}: {last.head}"
            block.add(last)
        return block


def make_pipeline(world, domain, number):
    rng = world.rng
    path = f"{domain['name']}.{rng.choice(['load', 'run_it', 'over_it', 'Daily-Run'])}{number}"
    express = rng.random() < 0.15
    flow = Flow(world, domain, express)
    block = Block("PIPELINE", f"pipeline {path}", note=rng.choice(["", "Runs."]))
    if not block.note:
        block.attr("description", '"a pipeline"')
    # What another pipeline waits for is produced by nobody else later, and who waits runs nobody: no ring of starts.
    mine = [p for p in world.products if p["domain"] == domain["name"] and p["schema"] and p["path"] not in world.awaited]
    produced = rng.sample(mine, min(len(mine), rng.randint(0, 2)))
    if produced:
        block.attr("produces", f"[{', '.join(p['path'] for p in produced)}]")
    options = Block("TRIGGER_OPTIONS", "")
    for name, value in (("timezone", '"Europe/Zurich"'), ("retries", "2"), ("max_age", "15m")):
        if rng.random() < 0.5:
            options.attr(name, value)
    if rng.random() < 0.5:
        options.add(Block("INPUT_DATA", "input").entry("day", '"yester\\"day"').entry("n", "1"))
    way = rng.random()
    if way < 0.5:
        when = rng.choice(["every(1h)", 'cron("0 2 ? * MON *")', 'at("2027-01-01T00:00:00")', "[every(1d)]"])
        block.attr("schedule", when, options=options if options.items and not when.startswith(("every", "[")) else None)
    elif way < 0.75:
        upstream = [p["path"] for p in world.pipelines if not p["express"] and p["domain"] == domain["name"]]
        upstream += [p["path"] for p in world.produced if p["domain"] == domain["name"] and p not in produced and p["path"] not in world.express_made]
        if upstream:
            chosen = rng.choice(upstream)
            world.awaited.add(chosen)
            flow.runs_others = False
            timeless = Block("TRIGGER_OPTIONS", "")
            timeless.items = [item for item in options.items if item[1] != "timezone"]
            if timeless.items and rng.random() < 0.4:
                block.attr("on", chosen, options=timeless)
            else:
                block.attr("on", f"[{chosen}]")
    elif way < 0.9 and domain["made"]:
        block.attr("on_object", quoted(f"s3://{domain['bucket']}/incoming/"))
    if rng.random() < 0.3:
        block.attr("timeout", "4m" if express else "2h")
    if rng.random() < 0.3 and not express:
        block.attr("overlap", rng.choice(["skip", "allow"]))
    if express or rng.random() < 0.2:
        block.attr("type", "express" if express else "standard")
    if rng.random() < 0.2:
        block.attr("role", rng.choice([f"{domain['name']}.worker", f"{domain['name']}.maker"]))
    if rng.random() < 0.2:
        block.attr("alerts", rng.choice(world.channels))
    if rng.random() < 0.2:
        block.attr("name", quoted(f"{domain['name']}-machine-{number}"))
    steps = block.add(Block("STEPS", "steps", ordered=True))
    flow.can_fail(steps)
    flow.fill(steps, 3, end=True)
    if rng.random() < 0.4:
        failure = block.add(Block("ON_FAILURE", "on_failure", ordered=True))
        tell = flow.notify()
        tell.head = f"{flow.name()}: {tell.head}"
        failure.add(tell)
        if rng.random() < 0.5:
            stop = Block("STEP_FAIL", f'fail "LoadFailed" {quoted("see the log")}')
            stop.head = f"{flow.name()}: {stop.head}"
            failure.add(stop)
    world.declarations.append(block)
    world.pipelines.append({"path": path, "domain": domain["name"], "express": express})
    if express:
        world.express_made |= {p["path"] for p in produced}
    if not express and not any(i[0] == "attr" and i[1] == "on" for i in block.items):
        world.produced += produced
