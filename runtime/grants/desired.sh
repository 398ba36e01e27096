# shellcheck shell=bash
# desired.sh - the file beside the program that says what is wanted: its shape, and the things in it on a given day.

jq_desired=
read -r -d '' jq_desired <<'JQ' || true
# Why the file cannot be used, or null. Everything after this trusts its shape.
def known_members: ["Catalog", "Database", "Table", "TableWithColumns", "DataCellsFilter", "DataLocation", "LFTag", "LFTagPolicy", "LFTagExpression"];
def list_of(shape): type == "array" and all(.[]; shape);
def text: type == "string";
def texts: list_of(text);
def day: . == null or (text and test("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"));
def digits: text and test("^[0-9]{12}$");
def pair($a; $b): type == "object" and (.[$a] | text) and (.[$b] | text);
def tables: list_of(pair("database"; "table"));
# What place() reads of a resource, so that it never stumbles.
def resource_shape:
    . as $all | member as $kind | .[$kind]
    | type == "object" and ([.CatalogId, .TableCatalogId] | all(. == null or text))
      and (if $kind == "Catalog" then .Id | . == null or text
           elif $kind == "Database" or $kind == "LFTagExpression" then .Name | text
           elif $kind == "Table" then (.DatabaseName | text) and ((.Name | text) or .TableWildcard != null)
           elif $kind == "TableWithColumns" then
               pair("DatabaseName"; "Name") and (.ColumnNames // [] | texts) and (.ColumnWildcard.ExcludedColumnNames? // [] | texts)
           elif $kind == "DataCellsFilter" then pair("DatabaseName"; "TableName") and (.Name | text)
           elif $kind == "DataLocation" then .ResourceArn | text
           elif $kind == "LFTag" then (.TagKey | text) and (.TagValues | texts)
           elif $kind == "LFTagPolicy" then
               (.ResourceType | text) and ((.ExpressionName | text) or (.Expression | list_of((.TagKey? | text) and (.TagValues? | texts))))
           else false end);
def entry_problem:
    if type != "object" or (.Id | text | not) then "an entry without an Id"
    elif (.Principal.DataLakePrincipalIdentifier? | text | not) then "entry \(.Id): no principal"
    elif .Principal.DataLakePrincipalIdentifier | everybody then "entry \(.Id): a grant to IAM_ALLOWED_PRINCIPALS is not supported yet"
    elif (.Resource | type) != "object" or (.Resource | length) != 1 then "entry \(.Id): not exactly one resource"
    elif .Resource | member | IN(known_members[]) | not then "entry \(.Id): a grant on \(.Resource | member) is not supported yet"
    elif .Resource | .[member] | type != "object" then "entry \(.Id): the resource is no object"
    elif .Resource | resource_shape | not then "entry \(.Id): a resource that is not described as it must be"
    elif has("Condition") then "entry \(.Id): a condition is not supported yet"
    elif (.Permissions | texts | not) or .Permissions == [] then "entry \(.Id): no permissions"
    elif .PermissionsWithGrantOption // [] | texts | not then "entry \(.Id): grant options are no list"
    elif (.PermissionsWithGrantOption // []) - .Permissions != [] then "entry \(.Id): a grant option without its permission"
    elif .Resource.TableWithColumns and .Permissions != ["SELECT"] then "entry \(.Id): columns fit SELECT alone"
    else empty end;
def batch_problem:
    if type != "object" or (.CatalogId | digits | not) then "a batch without a catalog of 12 digits"
    elif (.Entries | type) != "array" or (.Entries | length) == 0 then "a batch without entries"
    elif (.Entries | length) > 20 then "a batch of more than 20 entries"
    else first(.Entries[] | entry_problem) // empty end;
def on($kinds): (.id | text) and (.resource | type == "object" and length == 1 and (member | IN($kinds[])) and resource_shape);
def filter_shape:
    pair("DatabaseName"; "TableName") and (.Name | text) and (.TableCatalogId | text) and (.RowFilter | type == "object")
    and (.ColumnNames // [] | texts);
def request_shape:
    pair("target"; "source") and (.principals | texts) and (.permissions | texts) and (.because | . == null or text) and (.answered | IN("no", "part", "yes"))
    and (.missing // [] | list_of(type == "object" and (.principal | text) and (.permissions | texts) and (.columns | texts) and (.on | . == null or text) and (.rows | IN("all", "others"))))
    and (.missing_more // 0 | type == "number");
def problem($formats; $mesh; $environment; $account; $region):
    if type != "object" or (.format | IN($formats[]) | not) then "its format is not known to this program"
    elif .mesh != $mesh then "it belongs to another mesh: \(.mesh)"
    elif (.environment // "") != $environment then "it belongs to another environment: \(.environment)"
    elif .account != $account then "it belongs to another account: \(.account)"
    elif (.region // "") != $region then "it belongs to another region: \(.region)"
    elif .settings.admins? | texts | not then "settings.admins is no list"
    elif .settings.cross_account_version | . == null or IN(1, 2, 3, 4, 5) | not then "settings.cross_account_version is no version"
    elif .managed.databases? | texts | not then "managed.databases is no list"
    elif .managed.tables? | tables | not then "managed.tables is no list of tables"
    elif .hybrid // {databases: [], tables: []} | (.databases? | texts) and (.tables? | tables) | not then "hybrid is not described as it must be"
    elif .sources | type == "object" and all(.[]; text) | not then "sources is no object of texts"
    elif .tags // [] | list_of((.key? | text) and (.values? | texts)) | not then "tags is no list of keys and values"
    elif .associations // [] | list_of(on(["Database", "Table", "TableWithColumns"]) and (.tags | list_of(pair("key"; "value")))) | not
        then "an association that is not described as it must be"
    elif .filters // [] | list_of(type == "object" and filter_shape) | not then "a filter that is not described as it must be"
    elif .optins // [] | list_of((.principal? | text) and on(["Database", "Table"])) | not then "an opt-in that is not described as it must be"
    elif .requests // [] | list_of(request_shape) | not then "a request that is not described as it must be"
    elif .slices // {} | type == "object" and all(.[]; type == "object" and (.from | day) and (.until | day)) | not then "a slice without days"
    elif .taking // {owners: [], links: []} | (.owners? | list_of(digits))
         and (.links? | list_of(pair("name"; "database") and (.catalog | digits))) and (.batches // [] | type == "array") | not
        then "taking is not described as it must be"
    elif (.batches | type) != "array" then "batches is no list"
    else first((.batches, .taking.batches // [])[] | batch_problem)
        // ([(.batches, .taking.batches // [])[].Entries[].Id] | if length != (unique | length) then "two entries with one Id" else null end)
    end;

def fill($account; $region; $partition):
    def all_of($token; $value): split($token) | join($value);
    walk(if type == "string" and contains("${AWS::") then
        all_of("${AWS::AccountId}"; $account) | all_of("${AWS::Region}"; $region) | all_of("${AWS::Partition}"; $partition)
    else . end);

# Format 1 knows less than format 2.
def complete:
    {hybrid: {databases: [], tables: []}, tags: [], associations: [], filters: [], optins: [], slices: {}, requests: []} + .
    | .taking = ({owners: [], links: [], batches: []} + (.taking // {}));

# ---- what it wants ----

def state($today):
    if . == null then "now"
    elif .until != null and .until < $today then "ended"
    elif .from != null and $today < .from then "later"
    else "now" end;

# Every entry with its catalog, its state on this day and its things: {batch, taking, entry, catalog, state, until, things}.
def entries($today):
    . as $desired
    | [range(.batches | length) as $i | .batches[$i] | {i: $i, taking: false, batch: .}]
      + [range(.taking.batches | length) as $i | .taking.batches[$i] | {i: $i, taking: true, batch: .}]
    | .[] | . as $of | .batch.CatalogId as $catalog | .batch.Entries[]
    | {batch: $of.i, taking: $of.taking, catalog: $catalog, entry: ., state: ($desired.slices[.Id] | state($today)),
       until: $desired.slices[.Id].until, things: [grants_of($catalog)]};

def association_things($account):
    . as $one | (.resource | place($account)) as $place
    | ($place.parts // [null])[] as $column
    | .tags[]
    | ["association", (if $column == null then $place.kind else "column" end),
       ($place.at + if $column == null then [] else [$column] end), (.key | lower), (.value | lower)];
def filter_thing: ["filter", .TableCatalogId, (.DatabaseName | lower), (.TableName | lower), .Name];
def optin_thing($account): (.resource | place($account)) as $place | ["optin", .principal, $place.kind, $place.at];
def link_thing: ["link", (.name | lower), .catalog, (.database | lower)];
def tag_things: (.key | lower) as $key | ["key", $key], (.values[] | ["value", $key, lower]);

# All that is wanted now: key -> {id, until, taking}.
def wanted($account; $today):
    reduce (
        (entries($today) | select(.state == "now") | {thing: .things[], id: .entry.Id, until, taking}),
        (.tags[] | {thing: tag_things, id: .key, until: null, taking: false}),
        (.associations[] | {thing: association_things($account), id, until: null, taking: false}),
        (.filters[] | {thing: filter_thing, id: .Name, until: null, taking: false}),
        (.optins[] | {thing: optin_thing($account), id, until: null, taking: false}),
        (.taking.links[] | select(.declared | not) | {thing: link_thing, id: .name, until: null, taking: true})
    ) as $x ({};
        ($x.thing | tojson) as $key
        | .[$key] as $had
        | if $had == null or ($had.until != null and ($x.until == null or $x.until > $had.until)) then .[$key] = ($x | del(.thing)) else . end);
JQ

# Desired state with the tokens filled in, in $work/desired.json.
load_desired() {
    [[ -f $desired_file && -r $desired_file ]] || refuse "cannot read $desired_file"
    local why
    jq "$jq_things$jq_desired"'
        if length != 1 then {why: "not one JSON value"}
        else .[0] | fill($account; $region; $partition)
            | problem([1, 2]; $mesh; $environment; $of; $mesh_region) as $why
            | if $why then {why: ($why | safe)} else complete end
        end' -s -c --arg account "$account" --arg region "$region" --arg partition "$partition" \
        --arg mesh "$MESH_NAME" --arg environment "$MESH_ENVIRONMENT" --arg of "$MESH_ACCOUNT" --arg mesh_region "$MESH_REGION" \
        "$desired_file" >"$work/desired.json" 2>"$work/stderr" ||
        refuse "$desired_file is not what this program can read: $(head -c 300 "$work/stderr")"
    read -r -n 8 why <"$work/desired.json"
    if [[ $why == '{"why":"' ]]; then refuse "$desired_file: $(jq -r .why "$work/desired.json")"; fi
}
