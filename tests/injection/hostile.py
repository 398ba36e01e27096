"""hostile.py - meshes in which every text that a mesh may hold can be one that would do harm, were it ever taken for more
than a text.

A mesh is a list of lines; a line has at most one slot. What stands in a slot is tame or hostile, and a hostile text that
the compiler refuses is made tame again, so that in the end every mesh is built: refused is what is named, and nothing else.
"""
import json
import random
import re

# One line, one slot: «name=tame» has a tame text in quotes, «name» stands on a line that is left out while it is tame.
# «/name» is text without quotes, of a comment.
MESH = """\
mesh shop {
  description: «mesh_description»
  region: eu-west-1
  account: 123456789012
  bucket: «mesh_bucket=shop-mesh»
  admins: [LakeAdmin]
}
/// «/doc_of_declaration»
role Owner { create: true trusts: [«trusts=123456789012»] }
role LakeAdmin
role Odd { name: «role_name=OddRole» }
role Other {
  description: «role_description»
}
role Partner { arn: «role_arn=arn:aws:iam::123456789012:role/Partner» }
user Bea { name: «user_name=bea» }
group planners { arn: «group_arn=arn:aws:iam::123456789012:saml-provider/Corp:group/p» }
team readers {
  members: [Odd, Partner, Bea, planners]
  description: «team_description»
}
organization acme { arn: «organization_arn=arn:aws:organizations::111122223333:organization/o-exampleorg1» }
account central {
  id: 123456789012
  description: «account_description»
}
tag zone {
  values: eu | «tag_value=us»
  description: «tag_description»
}
type Code = string @matches(«type_pattern=^x»)
// «/comment»
/* «/comment_block» */
schema S {
  id: string @key
  /// «/doc_of_column»
  documented: string
  «column_name=odd»: string
  physical: string @physical(«column_physical=phys»)
  example: string @example(«column_example=e»)
  gone: string @deprecated(«column_deprecated=why»)
  matching: string @matches(«column_pattern=^a»)
  chosen: string @in(["a", «column_in=b»])
  parts: struct<a: string, «field_name=b»: int>
  coded: Code
  tagged: string @tag(zone: «column_tag=eu»)
  amount: double
  day: string
}
schema Line {
  first: string
  second: string
}
domain sales {
  owner: Owner
  contact: «contact»
  description: «domain_description»
  database: «database=sales_db»
  alerts: oncall
  tags { zone: «domain_tag=eu» }
  storage { bucket: «bucket=shop-sales» }
  storage keyed {
    encryption: kms
    kms_key: «kms_key=alias/sales»
    log: «log_bucket=shop-logs»
  }
  storage given { bucket: «given_bucket=given-bucket» existing: true }
}
domain legacy {
  database: «existing_database=old»
  bucket: «existing_bucket=old-bucket»
  existing: true
}
product legacy.rows {
  table: «existing_table=rows»
  existing: true
}
product sales.orders of S {
  title: «title»
  purpose: «purpose»
  limitations: «limitations»
  usage: «usage»
  support: «support»
  description: «product_description»
  table: «table=orders»
  location: «location=orders/»
  inputs: [«input=ERP» {
    description: «input_description»
  }]
  shared_with: everyone
  custom {
    plain: «custom_value»
    «custom_key»: 1
    deep: { list: [1, «custom_deep»] }
  }
  properties {
    note: «property_value»
    «property_key»: "x"
  }
  sla {
    time_of_availability: «time_of_availability»
  }
  quality {
    schedule: cron(«cron_quality=0 6 * * ? *»)
    expect chosen in ["a", «expect_in=b»]
    expect matching matches «expect_matches=^a»
    expect matching != «expect_value=x»
    expect amount > 0 where «expect_where=amount < 10»
    expect sql «expect_sql=select count(*) from primary» > 0
    any {
      expect gone == «expect_group=g»
      expect gone is complete
    }
  }
}
product sales.csv of Line { format: csv { delimiter: «delimiter=;» } storage: keyed }
product sales.quoted of Line { format: csv { quote: «quote='» } }
product sales.escaped of Line { format: csv { escape: «escape=!» } }
product sales.given of Line { storage: given location: «given_location=x/» }
product sales.regex of Line { format: regex { pattern: «regex=(a) (b)» } }
product sales.grok of Line {
  format: grok {
    pattern: «grok=%{WORD:first} %{WORD:second}»
    custom: «grok_custom»
  }
}
product sales.serde of Line {
  serde {
    library: «serde_library=com.example.Serde»
    input: «serde_input»
    output: «serde_output»
    properties {
      pick: «serde_property»
    }
  }
}
schema Part {
  value: string
  day: string
  kind: string
}
product sales.parts of Part {
  partition: [day, kind]
  location: «projected_location=s3://shop-parts/p/${day}/${kind}/»
  projection {
    day: date { range: «projection_range=2024/01/01,NOW» format: "yyyy/MM/dd" }
    kind: enum { values: ["x", «projection_value=y»] }
  }
}
product sales.ice of Line {
  format: iceberg
  properties { note: «iceberg_property=x» }
  description: «iceberg_description»
}
product sales.views {
  output one of Line {
    description: «output_description»
    table: «output_table=view_one»
    location: «output_location=views/»
  }
}
product sales.found {
  format: json
  crawl { schedule: cron(«cron_crawl=0 5 * * ? *») }
}
channel oncall {
  email: [«email=oncall@example.com»]
  description: «channel_description»
}
channel given { arn: «channel_arn=arn:aws:sns:eu-west-1:123456789012:given» }
pipeline sales.load {
  name: «machine=load»
  description: «pipeline_description»
  produces: [sales.orders]
  schedule: cron(«cron=0 2 ? * MON *») {
    timezone: «timezone=Europe/Zurich»
    input {
      note: «schedule_input»
      «schedule_key»: 1
    }
  }
  on_object: «on_object=landing/» { input {
    note: «event_input»
    file: input.detail.object.key
  } }
  steps {
    «step=first»: lambda Extract {
      arguments {
        plain: «argument»
        «argument_key»: 1
        made: format("{} {}", input.day, «formatted=x»)
        form: format(«format=of it»)
        pieces: split(input.text, «split=,»)
      }
      retry { on: [«retry_error=Lambda.ServiceException»] }
    }
    named: lambda «function_target=Other»
    job: glue «job=Clean» {
      arguments { «job_key=--day»: input.day }
    }
    query: athena «sql=SELECT 1»
    asked: athena "SELECT * FROM t WHERE a = ?" { arguments { a: «query_argument=x» } }
    small: batch «batch=Resize» {
      queue: «queue=high»
    }
    spark: emr «emr=00f1abcd2efgh3ij» {
      arguments { note: «emr_argument=x» }
    }
    put: call "dynamodb:putItem" {
      arguments {
        TableName: «table_argument=runs»
        Item: { id: { S: «call_argument=x» } }
      }
    }
    any: call «action=sqs:sendMessage» {
      arguments {
        QueueUrl: ref(queue)
        MessageBody: «body=x»
      }
    }
    ready: poll call "glue:getJobRun" {
      until: result.JobRun.JobRunState == «until=SUCCEEDED»
      arguments { JobName: «polled=load» RunId: input.run }
    }
    mark: set {
      note: «set_value=x»
      «set_key=key»: 1
    }
    other: raw { Type: "Pass" Comment: «raw=x» }
    decide: choose {
      when input.mode == «compared=dry» { done: succeed }
      when input.day like «like=2026-*» { skip: succeed }
    }
    each: map over objects(«objects=s3://raw-data/in/») {
      results: «results=s3://raw-data/runs/»
      steps { «inner_step=copy»: lambda CopyFile }
    }
    guarded: try {
      risky: lambda Risky
    } catch [«caught=Custom.Error»] {
      seen: set { twice: true }
    }
    split: parallel {
      branch «branch=left» { a1: lambda A1 }
      branch right { a2: lambda A2 }
    }
    later: wait until «wait=2027-01-31T00:00:00Z»
    tell: notify oncall «message=loaded»
    verify: check sales.orders
  }
  on_failure {
    stop: fail «error=Failed» "see the log"
  }
}
pipeline sales.once {
  schedule: at(«at=2027-01-31T02:00:00»)
  steps { stop: fail "Failed" «cause=why» }
}
function sales.clean {
  name: «function_name=clean-orders»
  description: «function_description»
  code: «code=s3://shop-code/clean.zip»
  handler: «handler=orders.clean»
  runtime: «runtime=python3.13»
  environment {
    MODE: «variable»
    «variable_name»: "x"
  }
}
guardrail versioned {
  description: «guardrail_description»
  managed: «managed=S3_BUCKET_VERSIONING_ENABLED»
  resources: [«guarded_type=AWS::S3::Bucket»]
}
guardrail rotated {
  managed: ACCESS_KEYS_ROTATED
  parameters { maxAccessKeyAge: «parameter=90» }
}
guardrail judged { lambda: «guardrail_function=Judge» resources: ["AWS::Glue::Table"] }
warehouse analytics {
  domains: [sales, legacy]
  description: «warehouse_description»
}
audit {
  description: «audit_description»
  bucket: «audit_bucket=shop-trail»
}
account outside { id: 999900001111 }
link weather {
  to: «link_database=weather_data» { account: 999900001111 }
  description: «link_description»
}
resource sales.queue {
  type: «resource_type=AWS::SQS::Queue»
  description: «resource_description»
  properties {
    QueueName: «resource_property=q»
    Tags: [{
      Key: «resource_deep=k»
      Value: sub(«sub=${AWS::Region}»)
    }]
    «resource_key=DelaySeconds»: 1
  }
}
resource sales.other { type: "AWS::SQS::Queue" properties { KmsMasterKeyId: get(queue.Arn) } }
patch "AWS::Athena::WorkGroup" {
  Description: «patch=x»
}
patch «patch_type=AWS::Logs::LogGroup» { RetentionInDays: 30 }
policy access {
  grant select on sales.orders(id, «granted_column=amount») to readers
  grant describe on sales.csv to readers because «because=why»
  grant select on sales.orders except («hidden_column=gone») to Bea
  grant select on sales.regex to Odd where «where»
  grant data_location_access on location «granted_location=s3://shop-sales/orders/» to Other
  grant select on legacy.rows to analytics
}
"""
# Declared twice would be an error of its own: what belongs to a slot goes with it.
ENVIRONMENTS = """\
environment prod {
  description: «environment_description»
  buckets { sales: «environment_bucket=shop-prod-sales» }
}
environment dev {
  suffix: «suffix=dev»
}
"""

SLOT = re.compile("«(/?)([a-z_0-9]+)(?:=([^»]*))?»")

SHELL = ["$(touch {c})", "`touch {c}`", "; touch {c};", "&& touch {c} #", "|| touch {c}", "| tee {c}", "> {c}", "'; touch {c}; '", "\"; touch {c}; \"",
         "\n touch {c}\n", "${{IFS}}", "$HOME", "\\", "\\'", "$'\\n'", "*", "?", "[a-z]", "~", "!!", "..", "../../{c}", "/etc/passwd", "--yes", "-n",
         "@file", "file:///etc/passwd", "$((1+1))", "<(touch {c})", "%s", "%n%d", "%%", "#", "=", "a=b", "EOF\ntouch {c}\nEOF"]
MARKUP = ["'", "''", "\"", "\"\"", "{", "}", "{}", "{0}", "[", "]", "(", ")", ",", ":", "\"}},\"x\":{{\"", "</script>", "<", ">", "&", "&amp;", "\\u0022",
          "*/", "/*", "//", "--", "-- x", "'; DROP TABLE x; --", "'' OR 1=1", "E'\\''", "$$", "\\(1+1)", "$__loc__", "`x`", "``", ";", "|", "||"]
CLOUD = ["${{AWS::AccountId}}", "${{AWS::Region}}", "${{Bucket}}", "${{Bucket.Arn}}", "${{!x}}", "${{", "${{}}", "{{{{resolve:ssm:x}}}}", "{{{{", "}}}}",
         "{{\"Ref\":\"AWS::Region\"}}", "Fn::Sub", "Ref", "$.x", "$$.Execution.Id", "States.Format('{{}}')", ".$", "{{% $x %}}", "${{Dollar}}", "$"]
SIGNS = ["\u202e", "\u2066x\u2069", "\u200b", "\ufeff", "\uff07", "\uff02", "\u2019", "\u2028", "\u2029", "\u0430", "e\u0301", "\U0001f4a3", "\u0085", "\u009b2J",
         "\u001b[2J", "\u0007", "\u007f", "\t", "\r", "\n", "\r\n", "\u0000", "\u0001", "\u00a0", "\u037e", "\u2215", "\uff0e\uff0e", "é", "ß"]


class Hostile:
    """A text with a mark at its ends, by which it is known again wherever it goes: `text` is what the mesh says, `data` the
    part of it that has to arrive."""

    def __init__(self, rng, seed, number, canary, slot, tame):
        mark = f"zq{seed:x}q{number:x}z"
        kinds = rng.sample([SHELL, MARKUP, CLOUD, SIGNS], rng.randint(1, 3))
        pieces = [rng.choice(rng.choice(kinds)) for _ in range(rng.randint(1, 4))]
        body = "".join(p.format(c=canary) if p in SHELL or p in CLOUD else p.replace("{{", "{").replace("}}", "}") for p in pieces)
        if rng.random() < 0.04:
            body += "A" * rng.choice([80, 300, 3000])
        if slot == "sub":  # where ${AWS::Region} is meant to be put in
            body = body.replace("${AWS", "${!AWS")
        front, back = rng.choice([(mark, mark), (mark, mark), ("", mark), (mark, "")])
        self.data, self.mark = front + body + back, mark
        # Behind what is right there, so that a check of the beginning alone lets it through.
        self.text = (tame if rng.random() < 0.3 else "") + self.data

    def spelled(self, rng, plain):
        """As the mesh writes it: in quotes, raw between three, or bare in a comment."""
        if plain:
            self.data = re.sub("[\n\r\0]", " ", self.data).replace("*/", "* /")
            return self.data
        raw = '"""' not in self.text and self.text[-1] != '"' and not re.search("[\0-\x09\x0b-\x1f\x7f]", self.text)
        if raw and rng.random() < 0.3:
            return f'"""\n{self.text}\n"""' if "\n" in self.text else f'"""{self.text}"""'
        return json.dumps(self.text, ensure_ascii=rng.random() < 0.3)


class Mesh:
    def __init__(self, seed):
        rng = random.Random(f"injection-{seed}")
        self.canary = f"mesh_canary_{seed}_{rng.randrange(10**9)}"
        text = MESH + (ENVIRONMENTS if seed % 4 == 1 else "")
        if seed % 4 == 2:  # nothing known: templates use pseudo parameters and Fn::Sub
            text = text.replace("  region: eu-west-1\n  account: 123456789012\n", "")
        self.template = text.split("\n")
        slots = [slot for line in self.template for _, slot, _ in SLOT.findall(line)]
        chosen = rng.sample(slots, rng.randint(6, 30))
        tame = {slot: text for line in self.template for _, slot, text in SLOT.findall(line)}
        self.hostile, self.spelled = {}, {}
        for number, slot in enumerate(sorted(chosen)):
            self.hostile[slot] = Hostile(rng, seed, number, self.canary, slot, tame[slot])
        for line in self.template:
            for plain, slot, _ in SLOT.findall(line):
                if slot in self.hostile:
                    self.spelled[slot] = self.hostile[slot].spelled(rng, plain == "/")
        self.refused = {}  # slot -> code
        self.bare = {m[2] for line in self.template if (m := SLOT.search(line)) and m[1]}

    def write(self, path):
        """Writes it; remembers which line has which hostile slot."""
        lines, self.at = [], {}
        for line in self.template:
            found = SLOT.findall(line)
            if len(found) == 1 and found[0][1] not in self.hostile and not found[0][2] and "=" not in SLOT.search(line)[0]:
                continue  # tame by being left out
            for plain, slot, tame in found:
                said = self.spelled[slot] if slot in self.hostile else tame if plain else json.dumps(tame, ensure_ascii=False)
                line = line.replace(SLOT.search(line)[0], said, 1)
                if slot in self.hostile:
                    for number in range(len(lines), len(lines) + 1 + said.count("\n")):
                        self.at.setdefault(number + 1, []).append(slot)
            lines += line.split("\n")
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write("\n".join(lines))

    def tame(self, slot, code):
        self.refused[slot] = code
        del self.hostile[slot]
        del self.spelled[slot]


def all_slots():
    return sorted({m[1] for m in SLOT.findall(MESH + ENVIRONMENTS)})
