#!/usr/bin/env bash
# @header
# sql: makes the external schemas of a build's warehouses, through the Data API of Redshift.
#
# The mesh compiler puts a few assignments (MESH_FORMAT, MESH_NAME, MESH_ENVIRONMENT) below the marker above; which
# warehouses there are stands in manifest.json in the folder above, what they are to be told in the .sql files beside this
# program, one statement a line. Every statement may be run again. It speaks as the administrator of each warehouse, whose
# password Redshift keeps in Secrets Manager and this program never sees. Needs bash 4, jq and the AWS CLI, version 1 or 2.
set -Eeuo pipefail
umask 077

: "${MESH_FORMAT:?}" "${MESH_NAME:?}"
MESH_ENVIRONMENT=${MESH_ENVIRONMENT:-}

# The compiler puts the text of this file in place of the line that reads it.
# shellcheck source=common/program.sh
. "${BASH_SOURCE[0]%/*}/common/program.sh" # @join

readonly LOOKS=300 # a statement that waits for the warehouse to wake up takes a minute or two

program=${BASH_SOURCE[0]}
name=${program##*/}
action=
region=
options=() # for every call of the AWS CLI
pause=${MESH_SQL_PAUSE:-1} # seconds between two looks

usage() {
    cat <<HELP
Usage: $name --plan | --yes [options]

Makes the external schemas of the warehouses of mesh $MESH_NAME${MESH_ENVIRONMENT:+ ($MESH_ENVIRONMENT)} that stand in the
AWS account of your credentials. The stacks must be deployed.

Options
  --plan               show the statements, run nothing
  --yes                run them
  --profile NAME       the AWS CLI's profile
  --region REGION      where the mesh names no region
  --endpoint-url URL   another endpoint for every call
  --help               this text

Exit codes
  0    done (--plan: shown)
  1    a statement failed; run it again when the cause is mended
  2    warehouses of other accounts are left to do
  3    not started: a missing tool, a damaged file
  64   usage
HELP
}

failed() {
    say "$*"
    exit "$EXIT_FAILED"
}

take_word() {
    case $1 in
        --plan | --yes)
            [[ -z $action || $action == "${1#--}" ]] || misuse "$1 does not fit what stands before it"
            action=${1#--}
            ;;
        *) return 1 ;;
    esac
}

readonly valued=(--profile --region --endpoint-url)
set_option() { # OPTION VALUE
    case $1 in
        --region) region=$2 ;;
        *) options+=("$1" "$2") ;;
    esac
}

# ---- preflight ---------------------------------------------------------------------------------------------------

find_folder() {
    folder=$(cd "$(dirname "$program")/.." && pwd) || refuse "no folder of $program"
}

# Everything read from the manifest is checked here against what its field may hold.
load_manifest() {
    local why
    [[ -f $folder/manifest.json && -r $folder/manifest.json ]] || refuse "cannot read manifest.json in the folder above $name"
    why=$(jq -r -s --arg mesh "$MESH_NAME" --arg environment "$MESH_ENVIRONMENT" '
        def place: type == "string" and test("^[a-z0-9-]{3,64}$");
        if length != 1 then "not one JSON value" else .[0]
        | [.files[]?.path] as $paths
        | if .mesh != $mesh or (.environment // "") != $environment then "it belongs to another mesh or environment"
          elif .warehouses | type != "array" then "warehouses is no list"
          elif all(.files[]; (.path | type) == "string" and (.sha256 | type == "string" and test("^[0-9a-f]{64}$"))) | not
            then "a file that is not described as it must be"
          elif all(.warehouses[]; (.namespace | place) and (.workgroup | place)
                   and (.database | type == "string" and test("^[a-z]+$"))
                   and (.account | . == null or (type == "string" and test("^[0-9]{12}$")))
                   and (.region | . == null or (type == "string" and test("^[a-z0-9-]+$")))
                   and (.sql | type == "string" and test("^sql/[A-Za-z0-9_][A-Za-z0-9._-]*$"))) | not
            then "a warehouse that is not described as it must be"
          elif [.warehouses[].sql] - $paths != [] then "a text that is not among its files"
          else "" end end' "$folder/manifest.json" 2>"$work/stderr") ||
        refuse "manifest.json is not what this program can read: $(head -c 300 "$work/stderr")"
    [[ -z $why ]] || refuse "manifest.json: $why"
    jq -r '.warehouses[] | [.account // "", .region // "", .namespace, .workgroup, .database, .sql] | join("|")' \
        "$folder/manifest.json" >"$work/warehouses"
    jq -r '[.warehouses[].sql] as $texts | .files[] | select(.path | IN($texts[])) | "\(.sha256)  \(.path)"' \
        "$folder/manifest.json" >"$work/sums"
}

check_files() {
    [[ -s $work/sums ]] || return 0
    (cd "$folder" && check_sums "$work/sums") >/dev/null 2>&1 || refuse "an .sql file is not as the compiler wrote it"
}

# ---- what is done ------------------------------------------------------------------------------------------------

# Waits for the end of a statement.
settle() { # ID, STATEMENT
    local look status
    for ((look = 0; look < LOOKS; look++)); do
        "${aws[@]}" redshift-data describe-statement --id "$1" ${place[@]+"${place[@]}"} --output json >"$work/answer" \
            2>"$work/stderr" || failed "describe-statement: $(head -c 300 "$work/stderr")"
        status=$(jq -r '.Status // "" | tostring' "$work/answer")
        case $status in
            FINISHED) return 0 ;;
            FAILED | ABORTED) failed "$2: $(jq -r '.Error // "no reason was given" | tostring' "$work/answer")" ;;
        esac
        sleep "$pause"
    done
    failed "$2: still not finished"
}

run() { # STATEMENT
    local id
    "${aws[@]}" redshift-data execute-statement --workgroup-name "$workgroup" --database "$database" --secret-arn "$secret" \
        --sql "$1" ${place[@]+"${place[@]}"} --output json >"$work/answer" 2>"$work/stderr" ||
        failed "execute-statement: $(head -c 300 "$work/stderr")"
    id=$(jq -r '.Id // "" | tostring' "$work/answer")
    [[ $id =~ ^[A-Za-z0-9-]+$ ]] || failed "execute-statement gave no id"
    settle "$id" "$1"
}

find_secret() {
    "${aws[@]}" redshift-serverless get-namespace --namespace-name "$namespace" ${place[@]+"${place[@]}"} --output json \
        >"$work/answer" 2>"$work/stderr" || failed "get-namespace: $(head -c 300 "$work/stderr")"
    secret=$(jq -r '.namespace.adminPasswordSecretArn // "" | tostring' "$work/answer")
    [[ $secret =~ ^arn:[A-Za-z0-9:/_+=.@!-]+$ ]] || failed "namespace $namespace has no managed password of its administrator"
}

serve() { # FILE: the statements of one warehouse
    local line
    [[ $action == plan ]] || find_secret
    while IFS= read -r line <&4; do
        if [[ -z $line || $line == --* ]]; then continue; fi
        printf '%s: %s\n' "$workgroup" "$line"
        [[ $action == plan ]] || run "$line"
    done 4<"$1"
}

serve_all() {
    local account of_warehouse text
    left=0
    while IFS='|' read -r account of_warehouse namespace workgroup database text <&3; do
        if [[ -n $account && $account != "$caller_account" ]]; then
            say "left out: $workgroup stands in account $account, these credentials are of $caller_account"
            left=1
            continue
        fi
        [[ -z $of_warehouse || -z $region || $of_warehouse == "$region" ]] ||
            misuse "the mesh stands in $of_warehouse; --region $region disagrees"
        place=()
        if [[ -n $of_warehouse$region ]]; then place=(--region "${of_warehouse:-$region}"); fi
        serve "$folder/$text"
    done 3<"$work/warehouses"
}

main() {
    parse_arguments "$@"
    [[ -n $action ]] || misuse "--plan or --yes?"
    need_tools
    need_checksum
    aws=(aws ${options[@]+"${options[@]}"})
    make_work
    find_folder
    [[ $MESH_FORMAT == 1 ]] || refuse "format $MESH_FORMAT is not known to this program"
    load_manifest
    check_files
    ask_caller ${region:+--region "$region"}
    serve_all
    ((left == 0)) || exit "$EXIT_NOT_DONE"
    [[ $action == plan ]] || printf 'done\n'
}

main "$@"
