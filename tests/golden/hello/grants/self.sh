#!/usr/bin/env bash
# @header
MESH_FORMAT=1
MESH_NAME='hello'
MESH_ENVIRONMENT=''
MESH_ACCOUNT='self'
MESH_REGION=''
# grants: brings the Lake Formation permissions of one AWS account to what one mesh says.
#
# The mesh compiler puts a few assignments (MESH_FORMAT, MESH_NAME, MESH_ENVIRONMENT, MESH_ACCOUNT, MESH_REGION) below
# the marker above; everything else is data in the .json file beside this program. Data goes from file to file through
# jq and never becomes a word of a shell command. Needs bash 4, jq and the AWS CLI, version 1 or 2.
set -Eeuo pipefail
umask 077

: "${MESH_FORMAT:?}" "${MESH_NAME:?}" "${MESH_ACCOUNT:?}"
MESH_ENVIRONMENT=${MESH_ENVIRONMENT:-}
MESH_REGION=${MESH_REGION:-}

readonly EXIT_FAILED=1 EXIT_CHANGES=2 EXIT_PREFLIGHT=3 EXIT_USAGE=64
readonly PAGE_SIZE=1000     # the most ListPermissions gives in one answer
readonly RETRY_CAP_MS=30000 # the longest pause between two tries
readonly PROGRESS_SECONDS=3 # silence a person at a terminal should bear

program=${BASH_SOURCE[0]}
name=${program##*/}
verb=plan
verb_given=
desired_file=${program%.sh}.json
profile=
endpoint_url=
region=$MESH_REGION
old_cli=no
retry_base_ms=${MESH_RETRY_BASE_MS:-1000}
retry_tries=${MESH_RETRY_TRIES:-8}
work=
last_progress=0
broken=$EXIT_PREFLIGHT # the exit code of what nobody expected, a full disk say
trap 'say "unexpected failure in line $LINENO"; exit "$broken"' ERR

usage() {
    cat <<HELP
Usage: $name [plan | apply | settings] [options]

Compares the Lake Formation permissions of an AWS account with what the mesh
says (the .json file beside this program) and makes the difference go away.

Verbs
  plan       show what is missing; changes nothing (the default)
  apply      add missing data lake administrators, revoke IAM_ALLOWED_PRINCIPALS
             from the databases and tables of this mesh, grant what is missing;
             nothing else is ever revoked
  settings   only add the missing data lake administrators

Options
  --desired FILE       the desired state (default: ${desired_file##*/} beside this program)
  --profile NAME       the AWS CLI's profile
  --region REGION      where the mesh names no region
  --endpoint-url URL   another endpoint for every call
  --old-cli            write the settings although the AWS CLI does not know all of them
  --help               this text

Exit codes
  0    nothing to do, or everything done
  1    something failed: the table on stderr says what
  2    plan: there are changes to make
  3    not started: a missing tool or file, no credentials, the wrong account
  64   usage, also for verbs that are not supported yet

MESH_RETRY_BASE_MS (1000) and MESH_RETRY_TRIES (8) tune the retries.
HELP
}

# Control characters of a message could drive a terminal.
say() { printf '%s: %s\n' "$name" "${*//[[:cntrl:]]/ }" >&2; }

refuse() {
    say "$*"
    exit "$EXIT_PREFLIGHT"
}

misuse() {
    say "$*"
    say "try --help"
    exit "$EXIT_USAGE"
}

progress() {
    if ((SECONDS - last_progress >= PROGRESS_SECONDS)); then
        last_progress=$SECONDS
        say "$*"
    fi
}

# ---- command line ------------------------------------------------------------------------------------------------

set_verb() {
    [[ -z $verb_given ]] || misuse "one verb at a time: $verb_given and $1"
    verb=$1
    verb_given=$1
}

parse_arguments() {
    local option value
    while (($# > 0)); do
        option=$1
        shift
        case $option in
            --help | -h)
                usage
                exit 0
                ;;
            --old-cli)
                old_cli=yes
                continue
                ;;
            --*=*)
                value=${option#*=}
                option=${option%%=*}
                ;;
            --desired | --profile | --region | --endpoint-url)
                (($# > 0)) || misuse "$option needs a value"
                value=$1
                shift
                ;;
            plan | apply | settings)
                set_verb "$option"
                continue
                ;;
            verify | expire | revoke | accept) misuse "$option is not supported yet" ;;
            -*) misuse "unknown option $option" ;;
            *) misuse "unknown verb $option" ;;
        esac
        [[ -n $value ]] || misuse "$option needs a value"
        case $option in
            --desired) desired_file=$value ;;
            --profile) profile=$value ;;
            --region) region=$value ;;
            --endpoint-url) endpoint_url=$value ;;
            *) misuse "unknown option $option" ;;
        esac
    done
}

# ---- the jq library ----------------------------------------------------------------------------------------------

# In a variable, not in a file: jq looks for an included file in the working folder first.
library=
read -r -d '' library <<'JQ' || true
def count($n; $word): "\($n) \($word)\(if $n == 1 then "" else "s" end)";

# Text for people: control characters could drive a terminal, those of direction turn a line around.
def safe: explode | map(if . < 32 or (. > 126 and . < 160) or (. > 8233 and . < 8239) or (. > 8293 and . < 8298) then 63 else . end) | implode;

def everybody: . == "IAM_ALLOWED_PRINCIPALS" or . == "EVERYONE";

# Why the file cannot be used, or null. Everything after this trusts its shape.
def member: keys_unsorted[0];
def known_members: ["Catalog", "Database", "Table", "TableWithColumns", "DataLocation"];
def words: type == "array" and all(.[]; type == "string");
def entry_problem:
    if type != "object" or (.Id | type) != "string" then "an entry without an Id"
    elif (.Principal.DataLakePrincipalIdentifier? | type) != "string" then "entry \(.Id): no principal"
    elif .Principal.DataLakePrincipalIdentifier | everybody then "entry \(.Id): a grant to IAM_ALLOWED_PRINCIPALS is not supported yet"
    elif (.Resource | type) != "object" or (.Resource | length) != 1 then "entry \(.Id): not exactly one resource"
    elif .Resource | member | IN(known_members[]) | not then "entry \(.Id): a grant on \(.Resource | member) is not supported yet"
    elif .Resource | .[member] | type != "object" then "entry \(.Id): the resource is no object"
    elif has("Condition") then "entry \(.Id): a condition is not supported yet"
    elif (.Permissions | words | not) or .Permissions == [] then "entry \(.Id): no permissions"
    elif .PermissionsWithGrantOption // [] | words | not then "entry \(.Id): grant options are no list"
    elif (.PermissionsWithGrantOption // []) - .Permissions != [] then "entry \(.Id): a grant option without its permission"
    elif .Resource.TableWithColumns and .Permissions != ["SELECT"] then "entry \(.Id): columns fit SELECT alone"
    else empty end;
def batch_problem:
    if type != "object" or (.CatalogId | type) != "string" or (.CatalogId | test("^[0-9]{12}$") | not) then "a batch without a catalog of 12 digits"
    elif (.Entries | type) != "array" or (.Entries | length) == 0 then "a batch without entries"
    elif (.Entries | length) > 20 then "a batch of more than 20 entries"
    else first(.Entries[] | entry_problem) // empty end;
def problem($format; $mesh; $environment; $account; $region):
    if type != "object" or .format != ($format | tonumber) then "its format is not \($format)"
    elif .mesh != $mesh then "it belongs to another mesh: \(.mesh)"
    elif (.environment // "") != $environment then "it belongs to another environment: \(.environment)"
    elif .account != $account then "it belongs to another account: \(.account)"
    elif (.region // "") != $region then "it belongs to another region: \(.region)"
    elif .settings.admins? | words | not then "settings.admins is no list"
    elif .managed.databases? | words | not then "managed.databases is no list"
    elif .managed.tables? | type == "array" and all(.[]; (.database? | type) == "string" and (.table? | type) == "string") | not
        then "managed.tables is no list of tables"
    elif (.sources | type) != "object" then "sources is no object"
    elif (.batches | type) != "array" then "batches is no list"
    else first(.batches[] | batch_problem) // ([.batches[].Entries[].Id] | if length != (unique | length) then "two entries with one Id" else null end)
    end;

def fill($account; $region; $partition):
    def all_of($token; $value): split($token) | join($value);
    walk(if type == "string" and contains("${AWS::") then
        all_of("${AWS::AccountId}"; $account) | all_of("${AWS::Region}"; $region) | all_of("${AWS::Partition}"; $partition)
    else . end);

# A Resource as {kind, at, columns}. The service spells one thing in several ways: SELECT on a table comes back on
# TableWithColumns with a bare wildcard, all tables as a table named ALL_TABLES, catalog ids may be left out, and the
# catalog keeps names in lower case. Null for what this program does not handle.
def place($catalog):
    def table: if .TableWildcard != null or .Name == "ALL_TABLES"
        then {kind: "tables", at: [.CatalogId // $catalog, (.DatabaseName | ascii_downcase)]}
        else {kind: "table", at: [.CatalogId // $catalog, (.DatabaseName | ascii_downcase), (.Name | ascii_downcase)]} end;
    if .Catalog then {kind: "catalog", at: [.Catalog.Id // $catalog]}
    elif .Database then .Database | {kind: "database", at: [.CatalogId // $catalog, (.Name | ascii_downcase)]}
    elif .Table then .Table | table
    elif .TableWithColumns then .TableWithColumns
        | table + (if (.ColumnNames // []) != [] then {columns: {only: [.ColumnNames[] | ascii_downcase]}}
                   elif (.ColumnWildcard.ExcludedColumnNames // []) != [] then {columns: {except: [.ColumnWildcard.ExcludedColumnNames[] | ascii_downcase]}}
                   else {} end)
    elif .DataLocation then .DataLocation | {kind: "location", at: [.CatalogId // $catalog, (.ResourceArn | rtrimstr("/"))]}
    else null end;

# Rows of ListPermissions and entries of a batch alike -> one fact each.
def fact($catalog):
    .Principal.DataLakePrincipalIdentifier as $who
    | (.Resource | place($catalog)) as $place
    | select($place)
    | {key: ([$who, $place.kind] + $place.at | tojson), who: $who, place: $place, columns: $place.columns,
       has: (.Permissions // []), passes: (.PermissionsWithGrantOption // [])};

# Facts -> key: {who, place, has, passes, only, only_passes: sets, except: [{names, passes}]}; `passes` is the grant option.
def set_of: map({(.): true}) | add // {};
def nothing: {has: {}, passes: {}, only: {}, only_passes: {}, except: []};
def holdings:
    def whole: map(select(.columns == null));
    def names: map(.columns.only // [] | .[]) | set_of;
    def can_pass: .passes | index("SELECT") != null;
    group_by(.key)
    | map({key: .[0].key, value: {
        who: .[0].who, place: .[0].place,
        has: (whole | map(.has + .passes | .[]) | set_of),
        passes: (whole | map(.passes[]) | set_of),
        only: names,
        only_passes: (map(select(can_pass)) | names),
        except: map(select(.columns.except) | {names: .columns.except, passes: can_pass})}})
    | from_entries;

# The part of an entry that is not there yet, or empty.
def missing($catalog; $now):
    (fact($catalog)) as $fact
    | ($now[$fact.key] // nothing) as $have
    | ($fact.passes != []) as $option
    | if $fact.columns == null then
        ($fact.passes - ($have.passes | keys_unsorted)) as $passes
        | ($fact.has - ($have.has | keys_unsorted) + $passes) as $lacks
        | select($lacks != [])
        | .Permissions |= map(select(IN($lacks[])))
        | .PermissionsWithGrantOption = $passes
      elif (if $option then $have.passes else $have.has end).SELECT then empty
      elif $fact.columns.only then
        (if $option then $have.only_passes else $have.only end) as $got
        | .Resource.TableWithColumns.ColumnNames |= map(select($got[ascii_downcase] | not))
        | select(.Resource.TableWithColumns.ColumnNames != [])
      elif any($have.except[]; .names - $fact.columns.except == [] and (($option | not) or .passes)) then empty
      else . end;

# What a holding has beyond another: grants that this mesh did not ask for.
def beyond($want):
    def names($set): $set | keys_unsorted;
    ($want.has.ALL or $want.has.SELECT) as $reads
    | (($want.has.ALL | not) and names(.has) - names($want.has) != [])
      or (($want.passes.ALL | not) and names(.passes) - names($want.passes) != [])
      or (($reads | not) and (names(.only) - names($want.only) != [] or [.except[].names] - [$want.except[].names] != []));

def shown_place($columns):
    (.at | map(safe)) as $at
    | if .kind == "catalog" then "the catalog"
      elif .kind == "database" then "database \($at[1])"
      elif .kind == "tables" then "all tables of \($at[1])"
      elif .kind == "location" then "location \($at[1] | sub("^arn:[a-z-]+:s3:::"; "s3://"))"
      else "\($at[1]).\($at[2])" end
      + if $columns == null then ""
        elif $columns.only then " (\(count($columns.only | length; "column")))"
        else " (all but \(count($columns.except | length; "column")))" end;

def shown_principal($account):
    safe
    | if startswith("arn:") then
        split(":") as $part
        | ($part[5:] | join(":")) as $name
        | if $part[2] != "iam" then . elif $part[4] == $account then $name else "\($part[4]):\($name)" end
      else . end;

def shown_grant($account; $sources; $catalog):
    fact($catalog) as $fact
    | "\($fact.has | map(safe) | join(", ")) on \($fact.place | shown_place($fact.columns)) to \($fact.who | shown_principal($account))"
      + (if $fact.passes == [] then ""
         elif $fact.passes == $fact.has then " with grant option"
         else " with grant option (\($fact.passes | map(safe) | join(", ")))" end)
      + "   \($sources[.Id] // "" | safe)";

def batches_of($catalog): . as $entries | [range(0; length; 20) | {CatalogId: $catalog, Entries: $entries[.:. + 20]}];

# Revokes of IAM_ALLOWED_PRINCIPALS, ALL before the rest: after ALL the rest is often gone, and then a benign error.
def resource_of($columns):
    .at as $at
    | if .kind == "database" then {Database: {CatalogId: $at[0], Name: $at[1]}}
      elif .kind == "tables" then {Table: {CatalogId: $at[0], DatabaseName: $at[1], TableWildcard: {}}}
      elif $columns.only then {TableWithColumns: {CatalogId: $at[0], DatabaseName: $at[1], Name: $at[2], ColumnNames: $columns.only}}
      elif $columns.except then
        {TableWithColumns: {CatalogId: $at[0], DatabaseName: $at[1], Name: $at[2], ColumnWildcard: {ExcludedColumnNames: $columns.except}}}
      else {Table: {CatalogId: $at[0], DatabaseName: $at[1], Name: $at[2]}} end;
def revokes:
    group_by([.place.at, .place.kind, .who, .columns])
    | map({who: .[0].who, place: .[0].place, columns: .[0].columns, has: (map((.has + .passes)[]) | unique), passes: (map(.passes[]) | unique)});
def revoke_entries($account):
    def entry($permissions): {
        Principal: {DataLakePrincipalIdentifier: .who}, Resource: (.columns as $columns | .place | resource_of($columns)),
        Permissions: $permissions, PermissionsWithGrantOption: (.passes - (.passes - $permissions))};
    (map(select(.has | index("ALL")) | entry(["ALL"]))) as $all
    | (map(select(.has - ["ALL"] != []) | entry(.has - ["ALL"]))) as $rest
    | [$all, $rest] | map(map(.) | batches_of($account)) | add
    | [range(0; length) as $i | .[$i] | .Entries |= [range(0; length) as $j | .[$j] + {Id: "revoke-\($i)-\($j)"}]];

# Desired state and the pages of ListPermissions, {catalog, rows} -> everything there is to do and to say.
def compare($account; $pages; $admins):
    . as $desired
    | [$pages[] | .catalog as $catalog | .rows[] | fact($catalog)] as $facts
    | ([.managed.databases[] | ascii_downcase | ["database", $account, .], ["tables", $account, .]]
       + [.managed.tables[] | ["table", $account, (.database | ascii_downcase), (.table | ascii_downcase)]]
       | map(tojson) | set_of) as $managed
    | def is_managed: .place | $managed[[.kind] + .at | tojson];
      ($facts | holdings) as $now
    | ([.batches[] | .CatalogId as $catalog | .Entries[] | fact($catalog)] | holdings) as $wanted
    | [.batches[] | .CatalogId as $catalog | .Entries |= [.[] | missing($catalog; $now)] | select(.Entries != [])] as $grants
    | [$facts[] | select((.who | everybody) and is_managed)] | revokes as $revokes
    | {
        admins: $admins,
        revokes: ($revokes | revoke_entries($account)),
        grants: $grants,
        counts: {
            admins: ($admins | length), revokes: ($revokes | length), grants: ([$grants[].Entries[]] | length),
            desired: ([$desired.batches[].Entries[]] | length),
            foreign: ([$now | to_entries[] | .key as $key | .value | select((.who | everybody | not) and is_managed)
                       | select(beyond($wanted[$key] // nothing))] | length)},
        lines: (
            [$admins[] | "+ data lake administrator \(shown_principal($account))"]
            + [$revokes[] | .columns as $columns | "- \(.has | map(safe) | join(", ")) on \(.place | shown_place($columns)) from \(.who)"]
            + [$grants[] | .CatalogId as $catalog | .Entries[] | "+ " + shown_grant($account; $desired.sources; $catalog)]
            + [$desired.batches[] | .CatalogId as $catalog | .Entries[] | . as $entry | fact($catalog) | select(.columns) | . as $fact
               | ($now[.key] // nothing) as $have
               | ($now[[.who, "tables"] + .place.at[:2] | tojson] // nothing) as $all
               | select($have.has.SELECT or $have.has.ALL or $all.has.SELECT or $all.has.ALL
                        or ($have.only | keys_unsorted) - ($wanted[$fact.key].only | keys_unsorted) != [])
               | "! \(.who | shown_principal($account)) can read more of \(.place | shown_place(null)) than this line gives, by a grant that is not of this mesh   \($desired.sources[$entry.Id] // "" | safe)"])
      };

# What an error of one entry means: "again", "done" (a revoke of what is not there) or "failed".
def class($verb; $code; $message):
    def says($text): $message | ascii_downcase | contains($text | ascii_downcase);
    if $verb == "revoke" and ($code == "EntityNotFoundException" or ($code == "InvalidInputException" and
        (says("No permissions revoked. Grantee") or says("Grantee has no permissions") or says("not found") or says("non-existent column"))))
        then "done"
    elif ($code | IN("ConcurrentModificationException", "OperationTimeoutException", "InternalServiceException", "InternalFailure",
        "ServiceUnavailable", "TooManyRequestsException", "RequestLimitExceeded")) or ($code | startswith("Throttl")) then "again"
    elif $code == "InvalidInputException" and (says("register the S3 path") or says("Invalid principal")) then "again"
    elif $code == "AccessDeniedException" and says("is not authorized to access requested permissions") then "again"
    else "failed" end;

# An answer of a batch call and the batch sent -> {again: batch, failed: [failures]}. Failures come in an answer of
# status 200; one that names no entry of the batch is never taken for success.
def verdict($verb; $sent; $last):
    ($sent.Entries | map({key: .Id, value: .}) | from_entries) as $entries
    | [.Failures // [] | .[]
       | {id: (.RequestEntry.Id // "?"), code: (.Error.ErrorCode // "?"), message: (.Error.ErrorMessage // "")}
       | .class = class($verb; .code; .message)
       | if .class == "again" and ($last or ($entries[.id] | not)) then .class = "failed" else . end]
    | (map(select(.class == "again") | {(.id): true}) | add // {}) as $again
    | {again: {CatalogId: $sent.CatalogId, Entries: [$sent.Entries[] | select($again[.Id])]},
       failed: map(select(.class == "failed") | {id, code, message, entry: $entries[.id], catalog: $sent.CatalogId})};

def hint:
    if .message | contains("Permissions modification is invalid") then
        "Permissions modification is invalid: the caller is no data lake administrator, or the principal is one, or another grant to it on the same table stands in the way (columns beside whole table)"
    elif .code == "AccessDeniedException" then "AccessDeniedException: the caller needs lakeformation:GrantPermissions, or must be a data lake administrator (settings)"
    else empty end;

# Failures, one a line of input -> the lines of a table and what may help.
def failure_table($account; $sources):
    map(if .entry then (.catalog as $catalog | .entry | fact($catalog)) as $fact
        | [.id, ($sources[.id] // "-"), ($fact.who | shown_principal($account)), ($fact.place | shown_place($fact.columns)), .code, .message]
        else [.id, "-", "-", "-", .code, .message] end
        | map(safe | .[:300])) as $rows
    | ([["ENTRY", "LINE", "PRINCIPAL", "RESOURCE", "CODE", "MESSAGE"]] + $rows) as $table
    | ($table | transpose | map(map(length) | max)) as $widths
    | ($table[] | [range(0; 5) as $i | .[$i] + " " * ($widths[$i] - (.[$i] | length))] + [.[5]] | join("  ")),
      (map(hint) | unique[] | "hint: " + .);
JQ

# ---- calls -------------------------------------------------------------------------------------------------------

# call SERVICE OPERATION ARGS...: the answer stands in $work/answer.json; a failure sets error_code and error_message.
error_code=
error_message=
call() {
    local status=0 text
    local told='An error occurred \(([^)]+)\) when calling the [A-Za-z]+ operation[^:]*: (.*)'
    "${aws[@]}" "$@" >"$work/answer.json" 2>"$work/stderr" || status=$?
    if ((status == 0)); then
        [[ -s $work/answer.json ]] || printf '{}\n' >"$work/answer.json"
        return 0
    fi
    text=$(head -c 4000 "$work/stderr" | tr '\000\n' '  ')
    if [[ $text =~ $told ]]; then
        error_code=${BASH_REMATCH[1]}
        error_message=${BASH_REMATCH[2]}
    else
        error_code="aws exited with $status"
        error_message=$text
    fi
    return 1
}

# Full jitter: anything between nothing and the doubled, capped base.
pause() {
    local try=$1 most=$retry_base_ms wait_ms
    while ((--try > 0 && most < RETRY_CAP_MS)); do most=$((most * 2)); done
    ((most <= RETRY_CAP_MS)) || most=$RETRY_CAP_MS
    wait_ms=$((((RANDOM << 15) | RANDOM) % (most + 1)))
    sleep "$((wait_ms / 1000)).$(printf '%03d' $((wait_ms % 1000)))"
}

may_try_again() {
    local class
    class=$(jq "$library"'class($verb; $code; $message)' -n -r --arg verb "$1" --arg code "$error_code" --arg message "$error_message")
    [[ $class == again ]]
}

# ask: a call that reads, tried again where that helps.
ask() {
    local try
    for ((try = 1; ; try++)); do
        if call "$@"; then return 0; fi
        if ((try >= retry_tries)) || ! may_try_again read; then return 1; fi
        progress "$2: $error_code, trying again"
        pause "$try"
    done
}

must_ask() {
    ask "$@" || refuse "$1 $2: $error_code: $error_message"
}

# ---- preflight ---------------------------------------------------------------------------------------------------

is_account() {
    local LC_ALL=C
    [[ $1 =~ ^[0-9]{12}$ ]]
}

is_region() {
    local LC_ALL=C
    [[ $1 =~ ^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$ ]]
}

need_tools() {
    ((BASH_VERSINFO[0] >= 4)) || refuse "this is bash ${BASH_VERSION}; bash 4 or later is needed"
    local tool lacks=()
    for tool in aws jq mktemp; do
        command -v "$tool" >/dev/null || lacks+=("$tool")
    done
    ((${#lacks[@]} == 0)) || refuse "not found: ${lacks[*]} (needs the AWS CLI, version 1 or 2, and jq 1.6 or later)"
    jq -n -e '[1] | .[0] | IN(1)' >/dev/null 2>&1 || refuse "this jq is too old: 1.6 or later is needed"
}

check_header() {
    [[ $MESH_FORMAT == 1 ]] || refuse "format $MESH_FORMAT is not known to this program"
    [[ $MESH_ACCOUNT == self ]] || is_account "$MESH_ACCOUNT" || refuse "MESH_ACCOUNT is no account id"
    [[ $retry_base_ms =~ ^[0-9]{1,6}$ ]] || misuse "MESH_RETRY_BASE_MS is no number of milliseconds"
    [[ $retry_tries =~ ^[1-9][0-9]?$ ]] || misuse "MESH_RETRY_TRIES is no number of tries"
    retry_base_ms=$((10#$retry_base_ms))
    [[ -z $MESH_REGION || $region == "$MESH_REGION" ]] ||
        misuse "the mesh stands in $MESH_REGION; --region $region disagrees"
}

make_work() {
    trap 'rm -rf -- "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    work=$(mktemp -d) || refuse "no temporary folder"
}

find_region() {
    if [[ -z $region ]]; then region=${AWS_REGION:-${AWS_DEFAULT_REGION:-}}; fi
    if [[ -z $region ]]; then region=$(aws configure get region ${profile:+--profile "$profile"} 2>/dev/null) || region=; fi
    [[ -n $region ]] || refuse "no region: the mesh names none; use --region"
    is_region "$region" || refuse "this is no region: $region"
}

prepare_cli() {
    export AWS_PAGER="" AWS_RETRY_MODE=${AWS_RETRY_MODE:-standard} AWS_MAX_ATTEMPTS=${AWS_MAX_ATTEMPTS:-5}
    aws=(aws --output json --region "$region")
    if [[ -n $profile ]]; then aws+=(--profile "$profile"); fi
    if [[ -n $endpoint_url ]]; then aws+=(--endpoint-url "$endpoint_url"); fi
}

find_caller() {
    local arn
    must_ask sts get-caller-identity
    account=$(jq -r '.Account // "" | tostring' "$work/answer.json")
    arn=$(jq -r '.Arn // "" | tostring' "$work/answer.json")
    is_account "$account" || refuse "the caller's account is not 12 digits"
    [[ $MESH_ACCOUNT == self || $account == "$MESH_ACCOUNT" ]] ||
        refuse "these credentials are of account $account; this program is for $MESH_ACCOUNT"
    partition=${arn#arn:}
    partition=${partition%%:*}
    [[ $partition =~ ^aws(-[a-z]+)*$ ]] || refuse "the caller's ARN has no partition"
}

# Desired state with the tokens filled in, in $work/desired.json.
load_desired() {
    [[ -f $desired_file && -r $desired_file ]] || refuse "cannot read $desired_file"
    local why
    jq "$library"'fill($account; $region; $partition)' \
        --arg account "$account" --arg region "$region" --arg partition "$partition" \
        "$desired_file" >"$work/desired.json" 2>"$work/stderr" ||
        refuse "$desired_file is no JSON that this program can read: $(head -c 300 "$work/stderr")"
    why=$(jq "$library"'if length != 1 then "not one JSON value" else .[0] | problem($format; $mesh; $environment; $account; $region) // "" | safe end' -r -s \
        --arg format "$MESH_FORMAT" --arg mesh "$MESH_NAME" --arg environment "$MESH_ENVIRONMENT" \
        --arg account "$MESH_ACCOUNT" --arg region "$MESH_REGION" "$work/desired.json" 2>"$work/stderr") ||
        refuse "$desired_file is not what this program can read: $(head -c 300 "$work/stderr")"
    [[ -z $why ]] || refuse "$desired_file: $why"
}

# ---- what is there -----------------------------------------------------------------------------------------------

# list_type CATALOG TYPE: every page into $work/pages.jsonl. Neither the CLI nor botocore pages this call by itself.
# Never by principal and resource together: that gives effective permissions, not granted ones.
list_type() {
    local catalog=$1 type=$2 token='' next rows=0
    local more=()
    while :; do
        must_ask lakeformation list-permissions --catalog-id "$catalog" --resource-type "$type" \
            --max-results "$PAGE_SIZE" ${more[@]+"${more[@]}"}
        jq -c --arg catalog "$catalog" '{catalog: $catalog, rows: (.PrincipalResourcePermissions // [])}' \
            "$work/answer.json" >>"$work/pages.jsonl"
        rows=$((rows + $(jq '.PrincipalResourcePermissions // [] | length' "$work/answer.json")))
        progress "reading $type permissions: $rows so far"
        next=$(jq -r '.NextToken // ""' "$work/answer.json")
        [[ -n $next ]] || break
        [[ $next != "$token" ]] || refuse "list-permissions gave the same page twice"
        token=$next
        more=("--next-token=$token")
    done
}

list_permissions() {
    local catalog type
    : >"$work/pages.jsonl"
    jq "$library"'. as $desired
        | {Catalog: "CATALOG", Database: "DATABASE", Table: "TABLE", TableWithColumns: "TABLE", DataLocation: "DATA_LOCATION"} as $types
        | [.batches[] | .CatalogId as $catalog | .Entries[].Resource | "\($catalog) \($types[member])"]
          + (if .managed.databases != [] then ["\($account) DATABASE", "\($account) TABLE"] else [] end)
          + (if .managed.tables != [] then ["\($account) TABLE"] else [] end)
        | unique[]' -r --arg account "$account" "$work/desired.json" >"$work/types"
    while read -r catalog type <&3; do
        list_type "$catalog" "$type"
    done 3<"$work/types"
}

# Administrators of the mesh that the account does not have yet -> $work/admins.json; settings in $work/answer.json.
find_missing_admins() {
    if jq -e '.settings.admins == []' "$work/desired.json" >/dev/null; then
        printf '[]\n' >"$work/admins.json"
        return 0
    fi
    must_ask lakeformation get-data-lake-settings --catalog-id "$account"
    jq -e '.DataLakeSettings | type == "object"' "$work/answer.json" >/dev/null ||
        refuse "get-data-lake-settings gave no settings"
    jq --slurpfile desired "$work/desired.json" '
        [.DataLakeSettings.DataLakeAdmins // [] | .[].DataLakePrincipalIdentifier] as $now
        | [$desired[0].settings.admins | unique[] | select(IN($now[]) | not)]' "$work/answer.json" >"$work/admins.json"
}

compare() {
    jq "$library"'compare($account; $pages; $admins[0])' --arg account "$account" --slurpfile pages "$work/pages.jsonl" \
        --slurpfile admins "$work/admins.json" "$work/desired.json" >"$work/plan.json"
    jq -r '.lines[]' "$work/plan.json"
    read -r admins revokes grants desired foreign < <(
        jq -r '.counts | "\(.admins) \(.revokes) \(.grants) \(.desired) \(.foreign)"' "$work/plan.json"
    )
}

number() { if (($1 == 1)); then printf '1 %s' "$2"; else printf '%d %s' "$1" "${3:-$2s}"; fi; }

say_foreign() {
    if ((foreign > 0)); then
        printf '%s on managed databases and tables left alone\n' "$(number "$foreign" 'grant that is not of this mesh' 'grants that are not of this mesh')"
    fi
}

say_nothing_to_do() { printf 'nothing to do: %s as the mesh says\n' "$(number "$desired" 'grant is' 'grants are')"; }

# ---- changes -----------------------------------------------------------------------------------------------------

# PutDataLakeSettings replaces the whole object, so a CLI that does not know a member would lose it on the way.
check_cli_knows_settings() {
    local unknown
    [[ $old_cli == no ]] || return 0
    unknown=$("${aws[@]}" lakeformation put-data-lake-settings --generate-cli-skeleton input 2>"$work/stderr" | jq -r '
        ["DataLakeAdmins", "ReadOnlyAdmins", "CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions", "Parameters",
         "TrustedResourceOwners", "AllowExternalDataFiltering", "AllowFullTableExternalDataAccess",
         "ExternalDataFilteringAllowList", "AuthorizedSessionTagValueList"] - (.DataLakeSettings | keys) | join(", ")') ||
        refuse "the AWS CLI does not say which settings it knows: $(head -c 300 "$work/stderr")"
    [[ -z $unknown ]] || refuse "this AWS CLI is too old to write the data lake settings: it would reset $unknown" \
        "(a newer one is needed, or --old-cli where the account does not use that)"
}

# Read, add, write, read again. Everything else in the settings is written back as it was read.
add_admins() {
    local try
    for ((try = 1; ; try++)); do
        find_missing_admins
        if jq -e '. == []' "$work/admins.json" >/dev/null; then return 0; fi
        if ((try > retry_tries)); then
            say "settings: the administrators were written but are not there"
            return 1
        fi
        check_cli_knows_settings
        jq --arg account "$account" --slurpfile admins "$work/admins.json" '{
            CatalogId: $account,
            DataLakeSettings: (.DataLakeSettings | .DataLakeAdmins = (.DataLakeAdmins // []) + [$admins[0][] | {DataLakePrincipalIdentifier: .}])
        }' "$work/answer.json" >"$work/settings.json"
        if call lakeformation put-data-lake-settings --cli-input-json "file://$work/settings.json"; then
            if ((try > 1)); then pause "$try"; fi
            continue
        fi
        if ((try == retry_tries)) || ! may_try_again settings; then
            say "put-data-lake-settings: $error_code: $error_message"
            return 1
        fi
        pause "$try"
    done
}

# send grant|revoke: the batch in $work/batch.json; what fails for good is added to $work/failed.jsonl.
send() {
    local what=$1 try last=false
    for ((try = 1; ; try++)); do
        if ((try >= retry_tries)); then last=true; fi
        if ! call lakeformation "batch-$what-permissions" --cli-input-json "file://$work/batch.json"; then
            jq --arg code "$error_code" --arg message "$error_message" \
                '{Failures: [.Entries[] | {RequestEntry: {Id}, Error: {ErrorCode: $code, ErrorMessage: $message}}]}' \
                "$work/batch.json" >"$work/answer.json"
        fi
        jq "$library"'verdict($verb; $sent[0]; $last)' --arg verb "$what" --slurpfile sent "$work/batch.json" \
            --argjson last "$last" "$work/answer.json" >"$work/verdict.json"
        jq -c '.failed[]' "$work/verdict.json" >>"$work/failed.jsonl"
        jq '.again' "$work/verdict.json" >"$work/batch.json"
        if jq -e '.Entries == []' "$work/batch.json" >/dev/null; then return 0; fi
        progress "$what: $(jq '.Entries | length' "$work/batch.json") entries to try again"
        pause "$try"
    done
}

send_all() {
    local what=$1 batch done=0 total
    jq -c ".${what}s[]" "$work/plan.json" >"$work/batches.jsonl"
    total=$(wc -l <"$work/batches.jsonl")
    while IFS= read -r batch <&3; do
        printf '%s\n' "$batch" >"$work/batch.json"
        send "$what"
        done=$((done + 1))
        progress "$what: batch $done of $((total))"
    done 3<"$work/batches.jsonl"
}

# ---- verbs -------------------------------------------------------------------------------------------------------

run_settings() {
    find_missing_admins
    if jq -e '. == []' "$work/admins.json" >/dev/null; then
        printf 'nothing to do: the data lake administrators are as the mesh says\n'
        return 0
    fi
    jq "$library"'.[] | "+ data lake administrator \(shown_principal($account))"' -r --arg account "$account" "$work/admins.json"
    add_admins || exit "$EXIT_FAILED"
    printf 'done: the data lake administrators are as the mesh says\n'
}

run_plan() {
    find_missing_admins
    list_permissions
    compare
    say_foreign
    if ((admins + revokes + grants == 0)); then
        say_nothing_to_do
        return 0
    fi
    printf 'to do: %s to add, %s of IAM_ALLOWED_PRINCIPALS, %s of %d\n' \
        "$(number "$admins" administrator)" "$(number "$revokes" revoke)" "$(number "$grants" grant)" "$desired"
    exit "$EXIT_CHANGES"
}

run_apply() {
    local failed=0
    find_missing_admins
    list_permissions
    compare
    say_foreign
    if ((admins + revokes + grants == 0)); then
        say_nothing_to_do
        return 0
    fi
    broken=$EXIT_FAILED
    add_admins || exit "$EXIT_FAILED"
    : >"$work/failed.jsonl"
    send_all revoke
    send_all grant
    failed=$(wc -l <"$work/failed.jsonl")
    if ((failed > 0)); then
        jq "$library"'failure_table($account; $desired[0].sources)' -r -s --arg account "$account" \
            --slurpfile desired "$work/desired.json" "$work/failed.jsonl" >&2
        say "$(number "$((failed))" entry entries) failed; mend the cause and run apply again"
        exit "$EXIT_FAILED"
    fi
    printf 'done: %s added, %s of IAM_ALLOWED_PRINCIPALS, %s made\n' \
        "$(number "$admins" administrator)" "$(number "$revokes" revoke)" "$(number "$grants" grant)"
}

main() {
    parse_arguments "$@"
    need_tools
    check_header
    make_work
    find_region
    prepare_cli
    find_caller
    load_desired
    "run_$verb"
}

main "$@"
