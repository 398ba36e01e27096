# shellcheck shell=bash
# things.sh - the jq words in which the grant program thinks.
#
# Everything that it makes or takes away is a *thing*, a small array, and what is wanted, what is there and what was made
# by this program are sets of things:
#
#   ["grant", principal, kind, at, permission, part]   part: a column, a tag value, {except: columns}, or null for the whole;
#                                                      a permission with + in front is its grant option
#   ["key", key]   ["value", key, value]               an LF-tag and one of its values
#   ["association", kind, at, key, value]
#   ["filter", catalog, database, table, name]
#   ["optin", principal, kind, at]
#   ["link", name, catalog, database]
#
# A thing's text in JSON is its key in sets and in the ledger. Sets grow by `.[key] = value` alone: jq copies the whole
# object for `|=`, `+=` and `//=`, and for a path of two steps.

# In variables, not in files: jq looks for an included file in the working folder first.
jq_things=
read -r -d '' jq_things <<'JQ' || true
def count($n; $word): "\($n) \($word)\(if $n == 1 then "" else "s" end)";

# Text for people: control characters could drive a terminal, those of direction turn a line around.
def safe: explode | map(if . < 32 or (. > 126 and . < 160) or (. > 8233 and . < 8239) or (. > 8293 and . < 8298) then 63 else . end) | implode;

def everybody: . == "IAM_ALLOWED_PRINCIPALS" or . == "EVERYONE";
def member: keys_unsorted[0];
def lower: ascii_downcase;
def set_of(stream): reduce stream as $x ({}; .[$x | tojson] = true);
def batches_of: . as $all | [range(0; length; 20) | $all[.:. + 20]];

# A Resource as {kind, at, parts}. The service spells one thing in several ways: SELECT on a table comes back on
# TableWithColumns with a bare wildcard, all tables as a table named ALL_TABLES, catalog ids may be left out, names come
# back in lower case and lists in any order. Null for what this program does not know.
def place($catalog):
    def table: if .TableWildcard != null or .Name == "ALL_TABLES"
        then {kind: "tables", at: [.CatalogId // $catalog, (.DatabaseName | lower)]}
        else {kind: "table", at: [.CatalogId // $catalog, (.DatabaseName | lower), (.Name | lower)]} end;
    if .Catalog then {kind: "catalog", at: [.Catalog.Id // $catalog]}
    elif .Database then .Database | {kind: "database", at: [.CatalogId // $catalog, (.Name | lower)]}
    elif .Table then .Table | table
    elif .TableWithColumns then .TableWithColumns
        | table + (if (.ColumnNames // []) != [] then {parts: [.ColumnNames[] | lower]}
                   elif (.ColumnWildcard.ExcludedColumnNames // []) != [] then {parts: [{except: ([.ColumnWildcard.ExcludedColumnNames[] | lower] | unique)}]}
                   else {} end)
    elif .DataCellsFilter then .DataCellsFilter
        | {kind: "filter", at: [.TableCatalogId // $catalog, (.DatabaseName | lower), (.TableName | lower), .Name]}
    elif .DataLocation then .DataLocation | {kind: "location", at: [.CatalogId // $catalog, (.ResourceArn | rtrimstr("/"))]}
    elif .LFTag then .LFTag | {kind: "tag", at: [.CatalogId // $catalog, (.TagKey | lower)], parts: [.TagValues[] | lower]}
    elif .LFTagPolicy then .LFTagPolicy
        | {kind: "policy", at: [.CatalogId // $catalog, .ResourceType, .ExpressionName // ([.Expression[] | {(.TagKey | lower): ([.TagValues[] | lower] | unique)}] | sort)]}
    elif .LFTagExpression then .LFTagExpression | {kind: "expression", at: [.CatalogId // $catalog, .Name]}
    else null end;

# And back, for the revoke of what is in the ledger alone.
def resource($kind; $at; $parts):
    {CatalogId: $at[0]} as $catalog
    | {CatalogId: $at[0], DatabaseName: $at[1], Name: $at[2]} as $table
    | if $kind == "catalog" then {Catalog: (if ($at[0] | test("^[0-9]{12}$")) then {} else {Id: $at[0]} end)}
      elif $kind == "database" then {Database: ($catalog + {Name: $at[1]})}
      elif $kind == "tables" then {Table: ($catalog + {DatabaseName: $at[1], TableWildcard: {}})}
      elif $kind == "column" then {TableWithColumns: ($table + {ColumnNames: $parts})}
      elif $kind == "table" then
        if ($parts // []) == [] then {Table: $table}
        elif $parts[0] | type == "object" then {TableWithColumns: ($table + {ColumnWildcard: {ExcludedColumnNames: $parts[0].except}})}
        else {TableWithColumns: ($table + {ColumnNames: $parts})} end
      elif $kind == "filter" then {DataCellsFilter: {TableCatalogId: $at[0], DatabaseName: $at[1], TableName: $at[2], Name: $at[3]}}
      elif $kind == "location" then {DataLocation: ($catalog + {ResourceArn: $at[1]})}
      elif $kind == "tag" then {LFTag: ($catalog + {TagKey: $at[1], TagValues: $parts})}
      elif $kind == "policy" then
        {LFTagPolicy: ($catalog + {ResourceType: $at[1]}
            + if $at[2] | type == "string" then {ExpressionName: $at[2]}
              else {Expression: [$at[2][] | to_entries[] | {TagKey: .key, TagValues: .value}]} end)}
      else {LFTagExpression: ($catalog + {Name: $at[1]})} end;

# A row of ListPermissions or an entry of a batch -> its grants, taken apart.
def grants_of($catalog):
    .Principal.DataLakePrincipalIdentifier as $who
    | (.Resource | place($catalog)) as $place
    | select($place)
    | (((.Permissions // []) + (.PermissionsWithGrantOption // []) | unique[]), ((.PermissionsWithGrantOption // [])[] | "+" + .)) as $what
    | ($place.parts // [null])[]
    | ["grant", $who, $place.kind, $place.at, $what, .];

# Grants that were taken apart -> entries of a batch, still without an Id, each with the things that it consists of.
def entries_of:
    group_by([.[1:4], .[5]])
    | map({place: .[0][1:4], part: .[0][5], what: map(.[4]), things: .})
    | group_by([.place, .what, (.part | if type == "string" then "" else . end)])
    | map({
        Principal: {DataLakePrincipalIdentifier: .[0].place[0]},
        Resource: (map(.part) as $parts | .[0] | resource(.place[1]; .place[2]; if .part == null then null else $parts end)),
        Permissions: (.[0].what | map(ltrimstr("+")) | unique),
        PermissionsWithGrantOption: (.[0].what | map(select(startswith("+"))[1:])),
        things: map(.things[])});

# The table a grant is about, for what stands in one another's way; null where there is none.
def territory: if .[2] == "table" or .[2] == "filter" then [.[1], .[3][:3]] elif .[2] == "tables" then [.[1], .[3]] else null end;
# How much of a table a grant opens. Lake Formation does not let different classes stand side by side for one principal.
def class: if .[2] == "filter" then "filter" elif .[5] != null then "columns" else "full" end;
JQ

jq_words=
read -r -d '' jq_words <<'JQ' || true
def shown_place:
    (.at | map(if type == "string" then safe else . end)) as $at
    | if .kind == "catalog" then "the catalog"
      elif .kind == "database" then "database \($at[1])"
      elif .kind == "tables" then "all tables of \($at[1])"
      elif .kind == "location" then "location \($at[1] | sub("^arn:[a-z-]+:s3:::"; "s3://"))"
      elif .kind == "tag" then "tag \($at[1])" + (if .parts == ["*"] then "" else " (\(.parts // [] | map(safe) | join(" | ")))" end)
      elif .kind == "policy" then ($at[1] | lower) + "s tagged "
        + ($at[2] | if type == "string" then . else map(to_entries[] | "\(.key | safe): \(.value | map(safe) | join(" | "))") | join(", ") end)
      elif .kind == "expression" then "tag expression \($at[1])"
      elif .kind == "column" then "\($at[1]).\($at[2]).\($at[3] // ((.parts // []) | map(safe) | join(", ")))"
      elif .kind == "filter" then "\($at[1]).\($at[2]) (filter \($at[3]))"
      else "\($at[1]).\($at[2])"
        + if (.parts // []) == [] then ""
          elif .parts[0] | type == "object" then " (all but \(count(.parts[0].except | length; "column")))"
          else " (\(count(.parts | length; "column")))" end
      end;

def shown_principal($account):
    safe
    | if startswith("arn:") then
        split(":") as $part
        | ($part[5:] | join(":")) as $name
        | if $part[2] != "iam" then . elif $part[4] == $account then $name else "\($part[4]):\($name)" end
      else . end;

def shown_entry($account; $catalog; $to):
    (.PermissionsWithGrantOption // []) as $passes
    | "\(.Permissions | map(safe) | join(", ")) on \(.Resource | place($catalog) | shown_place) \($to) \(.Principal.DataLakePrincipalIdentifier | shown_principal($account))"
      + if $passes == [] then ""
        elif $passes - .Permissions == [] and .Permissions - $passes == [] then " with grant option"
        else " with grant option (\($passes | map(safe) | join(", ")))" end;
JQ
