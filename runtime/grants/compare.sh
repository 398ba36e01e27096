# shellcheck shell=bash
# compare.sh - what is wanted, what is there and what this program made, brought together: a plan of steps in order.
#
# A step is one call: {service, operation, input, makes, held, about, probes}. `about` has one member for each entry of a
# batch, else one alone: {id, op, line, principal, resource, permissions, things}. `makes` is true where it makes its things
# and does not take them away; what is `held` waits for --allow-revoke; `probes` are questions that must come back empty.

jq_compare=
read -r -d '' jq_compare <<'JQ' || true
# ---- which grants stand in which other's way ----

# Under these texts a grant is found by others of its principal ...
def found_by:
    if .[0] != "grant" then empty
    else . as $g | class as $class | ["x", $g],
        (if .[2] == "table" or .[2] == "filter" then ["t", territory, $class], (if $class != "full" then ["d", [.[1], .[3][:2]], "limited"] else empty end)
         elif .[2] == "tables" then ["d", territory, "wild"] else empty end)
    end | tojson;
# ... and by these it looks for those that need it gone. A grant option goes with its permission, which then comes again.
def stands_before:
    . as $g | class as $class
    | (if .[4] | startswith("+") then ["x", (.[4] |= .[1:])] else empty end),
      (if .[2] == "table" or .[2] == "filter" then
           (territory as $where | ("full", "columns", "filter") | select(. != $class) | ["t", $where, .]), (if $class != "full" then ["d", [.[1], .[3][:2]], "wild"] else empty end)
       elif .[2] == "tables" then ["d", territory, "limited"] else empty end)
    | tojson;

# The part of an entry that consists of these things.
def reduced($things):
    ($things | map(.[4]) | unique) as $what
    | ($things | map(.[5]) | unique) as $parts
    | .Permissions |= map(select(IN($what[]) or IN($what[] | select(startswith("+"))[1:])))
    | .PermissionsWithGrantOption = [(.PermissionsWithGrantOption // [])[] | select("+" + . | IN($what[]))]
    | if .Resource.TableWithColumns.ColumnNames then .Resource.TableWithColumns.ColumnNames |= map(select(lower | IN($parts[])))
      elif .Resource.LFTag then .Resource.LFTag.TagValues |= map(select(lower | IN($parts[])))
      else . end;

def selects($only):
    if $only == [] then true
    else (if .[0] == "grant" or .[0] == "optin" then [.[1], (.[1] | sub("^.*[:/]"; ""))] + (.[3][1:3] | map(strings) | [.[0], join(".")])
          elif .[0] == "association" then .[2][1:3] | [.[0], join(".")]
          elif .[0] == "filter" then [.[2], (.[2:4] | join("."))]
          elif .[0] == "link" then [.[1], .[3]]
          else [] end) as $names
        | any($only[]; IN($names[]))
    end;

# What a thing cannot be made without: its filter; the tags that it names, whole.
def needs:
    if .[0] == "association" then ["key", .[3]]
    elif .[0] != "grant" then empty
    elif .[2] == "filter" then ["filter"] + .[3]
    elif .[2] == "tag" then ["key", .[3][1]]
    elif .[2] == "policy" and (.[3][2] | type) == "array" then .[3][2][] | keys[] | ["key", .]
    else empty end;

def of_another($account): .[1]
    | if startswith("arn:") then split(":") | .[2] == "organizations" or (.[4] != "" and .[4] != $account)
      else test("^[0-9]{12}") and (startswith($account) | not) end;
# Where the defaults stand that spoil a grant: beside them a limit to columns is none, and nothing can be shared.
def spoiled_by($account):
    if .[0] != "grant" or (.[2] | IN("database", "table", "tables", "filter") | not) then empty
    else (if .[2] != "database" and class != "full" then ["table", .[3][:3]] else empty end),
         (if of_another($account) then ["database", .[3][:2]], (if .[3][2] then ["table", .[3][:3]] else empty end) else empty end)
    end;

# ---- steps ----

def one($operation; $input; $about): {service: "lakeformation", operation: $operation, input: $input, about: [$about]};

def tag_steps($account; $have): # of {key: values}
    def slices: . as $all | range(0; length; 50) | $all[.:. + 50];
    def about($key; $values; $new): {id: $key, op: "tag", principal: null, resource: $key, permissions: $values,
        line: "+ tag \($key | safe): \($values | map(safe) | join(" | "))",
        things: ((if $new then [["key", $key]] else [] end) + [$values[] | ["value", $key, .]])};
    to_entries[] | .key as $key | .value as $values
    | if $have[["key", $key] | tojson] then $values else
        one("create-lf-tag"; {CatalogId: $account, TagKey: $key, TagValues: $values[:50]}; about($key; $values[:50]; true)), $values[50:] end
    | if type == "array" then select(. != []) | slices
        | one("update-lf-tag"; {CatalogId: $account, TagKey: $key, TagValuesToAdd: .}; about($key; .; false))
      else . end;

# Associations of one resource in one call; columns that get the same go together.
def association_steps($operation; $sign; $sources; $ids):
    group_by([.[1], .[2]])
    | map({kind: .[0][1], at: .[0][2], tags: (map(.[3:5]) | sort), things: .})
    | group_by(if .kind == "column" then [.kind, .at[:3], .tags] else [.kind, .at] end)
    | sort_by(.[0].kind | {database: 0, table: 1, column: 2}[.])[]
    | .[0] as $first | (map(.at[3] // empty)) as $columns
    | {kind: $first.kind, at: $first.at[:3], parts: $columns} as $place
    | ($ids[$first.things[0] | tojson].id // "-") as $id
    | one($operation;
        {CatalogId: $first.at[0], Resource: resource($first.kind; $first.at; $columns),
         LFTags: [$first.tags[] | {CatalogId: $first.at[0], TagKey: .[0], TagValues: [.[1]]}]};
        {id: $id, op: $operation, principal: null, resource: ($place | shown_place), permissions: ($first.tags | map(join(": "))),
         line: "\($sign) \($first.tags | map("\(.[0] | safe): \(.[1] | safe)") | join(", ")) on \($place | shown_place)   \($sources[$id] // "" | safe)",
         things: map(.things[])});

def batch_steps($operation; $catalog): # of {entry, line, why, things}
    batches_of[]
    | {service: "lakeformation", operation: $operation, input: {CatalogId: $catalog, Entries: map(.entry)},
       about: map({id: .entry.Id, op: (.why // "grant"), line, principal: .entry.Principal.DataLakePrincipalIdentifier,
                   resource: (.entry.Resource | place($catalog) | shown_place), permissions: .entry.Permissions, things})};

# Grants that were taken apart -> steps that revoke them.
def revoke_steps($account; $why; $note):
    group_by(.[3][0])[]
    | .[0][3][0] as $catalog
    | [entries_of | to_entries[] | .key as $i | .value | .things as $things | del(.things) | .Id = "\($why)-\($i)"
       | {entry: ., things: $things, why: $why, line: "- \(shown_entry($account; $catalog; "from"))\($note)"}]
    | batch_steps("batch-revoke-permissions"; $catalog);

# Revokes of the default, ALL before the rest: after ALL the rest is often gone, and then a benign error.
def default_steps($account):
    (map(select(.[4] | ltrimstr("+") == "ALL")), map(select(.[4] | ltrimstr("+") != "ALL"))) | revoke_steps($account; "default"; "");

def filter_input($desired): . as $thing | first($desired.filters[] | select(filter_thing == $thing));
def filter_step($operation; $sign; $input; $source):
    one($operation; $input; {id: .[4], op: $operation, principal: null, resource: "\(.[2]).\(.[3])", permissions: [], things: [.],
        line: "\($sign) filter \(.[4] | safe) on \(.[2] | safe).\(.[3] | safe)   \($source // "" | safe)"});
def optin_step($account; $operation; $sign; $id; $source):
    ({kind: .[2], at: .[3]} | shown_place) as $place
    | one($operation; {Principal: {DataLakePrincipalIdentifier: .[1]}, Resource: resource(.[2]; .[3]; null)};
        {id: $id, op: $operation, principal: .[1], resource: $place, permissions: [], things: [.],
         line: "\($sign) opt-in of \(.[1] | shown_principal($account)) to \($place)   \($source // "" | safe)"});
def link_step($operation; $sign; $input):
    {service: "glue", operation: $operation, input: $input, about: [{id: .[1], op: $operation, principal: null, resource: .[1],
        permissions: [], things: [.], line: "\($sign) link \(.[1] | safe) to database \(.[3] | safe) of \(.[2])"}]};

# Tag values that nobody needs. The service deletes a value that is in use, and grants and associations with it: hence the probes.
def tag_removals($account; $left; $used):
    group_by(.[1])[]
    | .[0][1] as $key
    | [.[] | select(.[0] == "value") | .[2] | select($used[[$key, .] | tojson] | not)] as $values
    | ([$left[] | select(.[0] == "value" and .[1] == $key) | .[2]] - $values) as $stay
    | {CatalogId: $account, Expression: [{TagKey: $key, TagValues: $values}]} as $probe
    | {id: $key, op: "untag", principal: null, resource: $key, permissions: $values, things: .,
       line: "- tag \($key | safe): \($values | map(safe) | join(" | "))"} as $about
    | (if $values == [] then empty
       elif $stay == [] and any(.[]; .[0] == "key") and ($used[[$key, "*"] | tojson] | not) then one("delete-lf-tag"; {CatalogId: $account, TagKey: $key}; $about)
       else $values | range(0; length; 50) as $i | .[$i:$i + 50] as $some
           | one("update-lf-tag"; {CatalogId: $account, TagKey: $key, TagValuesToDelete: $some};
                 $about | .things = [$some[] | ["value", $key, .]] | .permissions = $some) end)
    | .probes = [{operation: "search-databases-by-lf-tags", input: $probe}, {operation: "search-tables-by-lf-tags", input: $probe}];

# ---- the whole ----

# $verb: apply, accept, expire or revoke, or plan for apply and accept together.
def compare($account; $today; $verb; $allow; $only; $ledger; $have): # of the desired state
    . as $desired
    | (if $verb == "revoke" then {} else wanted($account; $today) end) as $want
    | [entries($today)] as $entries
    | set_of($entries[] | select(.state == "ended") | .things[]) as $ended
    | ($ledger.things | with_entries(select($have.things[.key]))) as $mine
      # Where nothing is taken any more nobody asks for `accept`: what is left of earlier taking is taken away by `apply`.
    | (.taking == {owners: [], links: [], batches: []}) as $takes_nothing
    | def phase: if $verb == "plan" or $verb == "revoke" or ($verb == "apply" and $takes_nothing) then true else .taking == ($verb == "accept") end;

      [$have.things | keys_unsorted[] | fromjson | select(.[0] == "grant")] as $there
    | set_of((.managed.databases[] | lower | ["database", [$account, .]], ["tables", [$account, .]]),
             (.managed.tables[] | ["table", [$account, (.database | lower), (.table | lower)]])) as $managed
    | def is_managed: $managed[[(if .[2] == "filter" then "table" else .[2] end), .[3][:3]] | tojson];
      [$there[] | select((.[1] | everybody) and is_managed)] as $defaults
    | set_of($defaults[] | select(selects($only) | not) | .[2:4]) as $defaults_left

      # The links of this program; one that is to go may have to make room for another of its name.
    | (reduce ($mine | keys_unsorted[] | fromjson | select(.[0] == "link")) as $t ({}; .[$t[1]] = true)) as $links

      # What waits: a table that is not made yet, a share that is not there yet.
    | def waits_for:
        (if .[0] == "grant" or .[0] == "optin" then .[3] elif .[0] == "association" then .[2] elif .[0] == "filter" then .[1:] else [] end) as $at
        | (if .[0] == "grant" or .[0] == "optin" then .[2] elif .[0] == "association" then .[1] else .[0] end) as $kind
        | first((spoiled_by($account) | select($defaults_left[tojson])), null) as $spoiled
        | if $spoiled then "IAM_ALLOWED_PRINCIPALS to be revoked from \($spoiled[1][1:] | join(".")), which --only leaves out"
          elif .[0] == "link" then
              if $have.shared[.[2:] | tojson] | not then "database \(.[3]) of \(.[2])"
              elif $have.links[.[1]] == null or $links[.[1]] then null
              else "link \(.[1]), whose name another database has" end
          elif $kind | IN("database", "tables", "table", "filter", "column") | not then null
          elif $at[0] != $account then if $have.shared[$at[:2] | tojson] == false then "database \($at[1]) of \($at[0])" else null end
          elif ($have.links | has($at[1])) and $have.links[$at[1]] == null then
              first(($desired.taking.links[] | select((.name | lower) == $at[1])
                     | if .declared then "link \($at[1])" elif $have.shared[[.catalog, (.database | lower)] | tojson] then null else "database \(.database) of \(.catalog)" end), null)
          elif ($have.tables | has($at[1])) and $have.tables[$at[1]] == null then "database \($at[1])"
          elif $kind | IN("table", "filter", "column") | not then null
          elif $have.tables[$at[1]] and ($have.unseen[$at[1]] | not) and ($have.tables[$at[1]][$at[2]] | not) then "table \($at[1]).\($at[2])"
          else null end;

      (if $verb == "expire" or $verb == "revoke" then [] else
        [$want | to_entries[] | select(($have.things[.key] | not) and (.value | phase)) | .key | fromjson] end) as $lacks
    | set_of($lacks[] | select($only != [] and selects($only)) | needs) as $needed
    | [$lacks[] | select(selects($only) or $needed[(if .[0] == "value" then ["key", .[1]] else . end) | tojson])] as $lacks
    | [$lacks[] | {thing: ., waits: waits_for}] as $lacks
    | [$mine | to_entries[] | select(($want[.key] | not) and (.value | phase))
       | {thing: (.key | fromjson), ended: ($ended[.key] or (.value.until != null and .value.until < $today))}
       | select(.thing | selects($only))
       | select($verb != "expire" or (.ended and .thing[0] == "grant"))] as $over
      # A grant option that goes takes its permission with it, which is then granted again.
    | [$over[].thing | select(.[0] == "grant" and (.[4] | startswith("+"))) | .[4] |= .[1:] | select(tojson as $k | $want[$k] and $have.things[$k])] as $again
    | [$over[] | select(.thing[0] == "grant") | .held = ((.ended or $allow or $verb == "revoke") | not)] as $over_grants
    | set_of($over_grants[] | select(.held | not) | .thing) as $revoked
    | (reduce ($over_grants[] | select(.held) | .thing | stands_before) as $k ({}; .[$k] = true)) as $blocked
      # A SELECT that is shown beside ALL may be no other than that ALL, and gone with it.
    | [$over_grants[] | select(.held | not) | .thing | select(.[4] | ltrimstr("+") == "ALL") | .[4] |= sub("ALL"; "SELECT")
       | select(tojson as $k | $want[$k] and $have.things[$k])] as $shown
      # Nor do the grants on a link outlive it.
    | (reduce ($lacks[] | select(.waits == null and .thing[0] == "link") | .thing[1] | select($have.links[.])) as $name ({}; .[$name] = true)) as $replaced
    | [$want | to_entries[] | select(.value | phase) | .key as $k | $k | fromjson
       | select(.[0] == "grant" and .[2] == "database" and .[3][0] == $account and $replaced[.[3][1]] and $have.things[$k])] as $regranted
    | set_of(($lacks[] | select(.waits == null) | .thing), $again[], $shown[], (if $allow then $regranted[] else empty end)) as $make

      # Columns that a full grant of somebody else gives already cannot be granted, and need not be.
    | def covered: .[2] == "table" and (.[5] | type) == "string"
          and ((.[5] = null | tojson) as $whole | $have.things[$whole] and ($mine[$whole] | not));

      # The batches to grant, each {catalog, entries}; an entry is held back where a revoke that is held stands before it.
      [ $entries | map(select(.state == "now" and phase)) | group_by([.taking, .batch])[]
        | {catalog: .[0].catalog, entries: [.[] | . as $e | [.things[] | select($make[tojson] and (covered | not))] as $things
            | select($things != [])
            | {entry: (.entry | reduced($things)), things: $things, held: any($things[] | found_by; $blocked[.])}
            | .line = "+ \(.entry | shown_entry($account; $e.catalog; "to"))   \($desired.sources[.entry.Id] // "" | safe)"]} ] as $batches
    | [$batches[] | .entries |= map(select(.held | not)) | select(.entries != [])] as $granted
    | (reduce (range($granted | length) as $i | $granted[$i].entries[].things[] | {i: $i, k: found_by}) as $x ({}; if .[$x.k] then . else .[$x.k] = $x.i end)) as $first
    | [$over_grants[] | select(.held | not) | .before = ([.thing | stands_before | $first[.] | values] | min)] as $goes
    | def revoked(condition): map(select(condition))
          | (map(select(.ended) | .thing) | revoke_steps($account; "expired"; "   (ended)")),
            (map(select(.ended | not) | .thing) | revoke_steps($account; "left"; if $verb == "revoke" then "" else "   (no longer in the mesh)" end));

      def over($kind): $over[] | .thing | select(.[0] == $kind);
      def lacks($kinds): [$lacks[] | select(.waits == null) | .thing | select(.[0] | IN($kinds[]))];
      def source: $desired.sources[$want[tojson].id // ""];
      def making: .makes = true;
      def guarded: if $allow or $verb == "revoke" then . else .held = true end;
      set_of($there[] | select(.[2] == "filter" and ($revoked[tojson] | not)) | .[3]) as $filters_used
    | set_of($there[] | select($revoked[tojson] | not)
        | if .[2] == "tag" then [.[3][1], .[5]]
          elif .[2] == "policy" and (.[3][2] | type) == "array" then .[3][2][] | to_entries[] | .key as $key | (.value[], "*") | [$key, .] else empty end) as $tags_used
    | set_of($want | keys_unsorted[] | fromjson | select(.[0] == "association") | .[:4]) as $slots
    | def unlinked: link_step("delete-database"; "-"; {CatalogId: $account, Name: .[1]}) | guarded;
      [ ( over("link") | select($replaced[.[1]]) | unlinked ),
        ( lacks(["link"])[] | $replaced[.[1]] as $after
          | link_step("create-database"; "+"; {CatalogId: $account, DatabaseInput: {Name: .[1], TargetDatabase: {CatalogId: .[2], DatabaseName: .[3]}}})
          | making | if $after then guarded else . end ),
        ( reduce (lacks(["value"])[]) as $v ({}; .[$v[1]] += [$v[2]]) | tag_steps($account; $have.things) | making ),
        ( lacks(["association"]) | association_steps("add-lf-tags-to-resource"; "+"; $desired.sources; $want) | making ),
        ( select($verb == "plan" or $verb == "apply") | $defaults | map(select(selects($only))) | default_steps($account) ),
        ( lacks(["filter"])[] | filter_step("create-data-cells-filter"; "+"; {TableData: filter_input($desired)}; source) | making ),
        ( select($verb == "plan" or $verb == "apply") | $desired.filters[] | . as $input | filter_thing | select(selects($only))
          | select($have.contents[tojson] | . != null and . != ($input | filter_content))
          | filter_step("update-data-cells-filter"; "~"; {TableData: $input}; source) ),
        ( $goes | revoked(.before == null and .thing[2] != "filter") ),
        ( range($granted | length) as $i
          | ($goes | revoked(.before == $i)),
            ($granted[$i] | .catalog as $catalog | .entries | batch_steps("batch-grant-permissions"; $catalog) | making) ),
        ( $goes | revoked(.before == null and .thing[2] == "filter") ),
        ( $over_grants | map(select(.held) | .thing) | revoke_steps($account; "held"; "   (no longer in the mesh)") | .held = true ),
        ( $batches[] | .catalog as $catalog | .entries | map(select(.held)) | batch_steps("batch-grant-permissions"; $catalog) | making | .held = true ),
        ( lacks(["optin"])[] | optin_step($account; "create-lake-formation-opt-in"; "+"; $want[tojson].id; source) | making ),
        ( over("optin") | optin_step($account; "delete-lake-formation-opt-in"; "-"; "-"; null) | guarded ),
        ( [over("association") | select($slots[.[:4] | tojson] | not)] | association_steps("remove-lf-tags-from-resource"; "-"; {}; {}) | guarded ),
        ( over("filter") | select($filters_used[.[1:] | tojson] | not)
          | filter_step("delete-data-cells-filter"; "-"; {TableCatalogId: .[1], DatabaseName: .[2], TableName: .[3], Name: .[4]}; null) ),
        ( [over("key"), over("value")] | tag_removals($account; [$have.things | keys_unsorted[] | fromjson]; $tags_used) | guarded ),
        ( over("link") | select($replaced[.[1]] | not) | unlinked ) ] as $steps

      # ---- what is to be said beside the steps ----
    | [$there[] | tojson as $k | select(($want[$k] or $mine[$k] or (.[1] | everybody)) | not)] as $others
    | [$others[] | select(is_managed and ($want[["grant", .[1], .[2], .[3], "ALL", null] | tojson] | not))] as $foreign
    | set_of($others[] | select(.[2] == "table" or .[2] == "tables") | select(.[4] == "SELECT" or .[4] == "ALL") | [.[1], .[3]]) as $wide
    | {
        steps: $steps,
        desired: ([$entries[] | select(.state == "now" and phase)] | length),
        changes: ([$steps[] | select(.held | not) | .about[]] | length),
        held: ([$steps[] | select(.held) | .about[]] | length),
        waits: ([$lacks[] | .waits | values] | group_by(.) | map({name: .[0], changes: length})),
        foreign: ($foreign | map(.[1:4]) | unique | length),
        # For verify alone: what should not be there, by whomever it was made.
        unwanted: ([
            ($others | map(select($ended[tojson])) | [entries_of[] | "- \(shown_entry($account; $account; "from"))   (ended, and not granted by this program)"]),
            ($foreign | map(select($ended[tojson] | not)) | [entries_of[] | "? \(shown_entry($account; $account; "to"))   (not of this mesh)"]),
            set_of($desired.tags[].key | lower) as $keys
            | [$have.things | keys_unsorted[] | . as $k | fromjson
               | select(.[0] == "association" and $keys[.[3] | tojson] and ($mine[$k] or $slots[.[:4] | tojson] | not))
               | "? \(.[3] | safe): \(.[4] | safe) on \({kind: .[1], at: .[2]} | shown_place)   (not of this mesh)"] ] | add),
        warnings: [ $entries[] | select(.state == "now" and phase) | . as $e
            | first(.things[] | select(.[2] == "table" and .[5] != null or .[2] == "filter"))
            | select($wide[[.[1], .[3][:3]] | tojson] or $wide[[.[1], .[3][:2]] | tojson])
            | "! \(.[1] | shown_principal($account)) can read more of \({kind: "table", at: .[3]} | shown_place) than this line gives, by a grant that is not of this mesh   \($desired.sources[$e.entry.Id] // "" | safe)" ]
      }
    | .lines += [.steps[] | .held as $held | .about[].line | if $held then "\(.)   (held back: --allow-revoke)" else . end]
        + [.waits[] | "~ \(count(.changes; "change")) waiting for \(.name | safe)"] + .warnings;
JQ

jq_report=
read -r -d '' jq_report <<'JQ' || true
# Invitations of Lake Formation from accounts that the mesh takes from.
def invitations($desired): .shares[]
    | select(.status == "PENDING" and (.senderAccountId | IN($desired.taking.owners[])) and (.resourceShareName // "" | startswith("LakeFormation")));

# The ledger before the changes: what is gone is forgotten, what is there is believed, what is about to be made is meant.
def intended($want; $have; $plan):
    .things = (reduce (
        ($plan.steps[] | select(.makes and (.held | not)) | .about[].things[] | tojson | select($have.things[.] | not)
         | {key: ., value: ($want[.] | {until, taking, meant: true})}),
        (.things | to_entries[] | select($have.things[.key])
         | {key, value: ($want[.key] // .value | {until, taking})})
    ) as $x ({}; .[$x.key] = $x.value) | to_entries | sort_by(.key) | from_entries);

# What is asked for and not granted, or not all of it, for people to read: nothing is done for it.
def asked($account; $only):
    def words: map(safe) | join(", ");
    def people: map(shown_principal($account)) | join(", ");
    def missing: "    missing for \(.principal | shown_principal($account)): \(.permissions | words)"
        + (if .on == null then "" else " on \(.on | safe)" end) + (if .columns == [] then "" else " (\(.columns | words))" end)
        + (if .rows == "others" then ", all rows" else "" end);
    .requests[]
    | select(.answered != "yes")
    | select($only == [] or any(.principals[]; ., sub("^.*[:/]"; "") | IN($only[])))
    | "asked for, \(if .answered == "part" then "granted in part" else "not granted" end): \(.permissions | words) on \(.target | safe) for \(.principals | people)"
      + (if .because == null then "" else ", because \(.because | tojson | safe)" end) + "   \(.source | safe)",
      (if .answered == "part" then .missing[:5][] | missing else empty end),
      (((.missing_more // 0) + ((.missing // []) | length) - 5) as $more | if .answered == "part" and $more > 0 then "    and \($more) more" else empty end);

# All of it as lines, each with a letter that says what it is; bash takes them apart again.
def report($account; $today; $verb; $allow; $only; $ledger; $pages):
    . as $desired
    | ($pages | present($account)) as $have
    | compare($account; $today; $verb; $allow; $only; $ledger; $have) as $plan
    | [$have | invitations($desired)] as $shares
    | "c \($plan.changes) \($plan.held) \([$plan.waits[].changes] | add // 0) \($plan.foreign) \($plan.desired) \($shares | length) \($plan.unwanted | length)",
      "p " + ({steps: $plan.steps | map(del(.input))} | tojson),
      "g " + ($ledger | intended($desired | wanted($account; $today); $have; $plan) | tojson),
      "l " + $plan.lines[],
      ($shares[] | "s + share \(.resourceShareName | safe) of \(.senderAccountId)", "i " + ({resourceShareInvitationArn} | tojson)),
      "u " + $plan.unwanted[],
      "r " + asked($account; $only),
      ($plan.steps | to_entries[] | select(.value.held | not) | .key as $i | .value
       | "t \(.service) \(.operation) \(.probes // [] | length)", "t " + (.index = $i | del(.input) | tojson), "t " + (.input | tojson));
JQ

# part LETTER: those lines of the last report.
part() { sed -n "s/^$1 //p" "$work/report"; }
