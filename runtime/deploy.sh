#!/usr/bin/env bash
# @header
# deploy: brings one build of a mesh to AWS: the data lake settings, the stacks in order, the grants, and what one
# account takes of another; each under the credentials of the account it is for.
#
# The mesh compiler puts a few assignments (MESH_FORMAT, MESH_NAME, MESH_ENVIRONMENT) below the marker above; what there
# is to deploy stands in manifest.json beside this program. Deletes nothing: a stack is only created or updated, and
# resources that hold data are retained by their templates. Needs bash 4, jq and the AWS CLI, version 1 or 2.
set -Eeuo pipefail
umask 077

: "${MESH_FORMAT:?}" "${MESH_NAME:?}"
MESH_ENVIRONMENT=${MESH_ENVIRONMENT:-}

# The compiler puts the text of this file in place of the line that reads it.
# shellcheck source=common/program.sh
. "${BASH_SOURCE[0]%/*}/common/program.sh" # @join

readonly TEMPLATE_INLINE_BYTES=51200 # CloudFormation takes longer templates from a bucket only
readonly TEMPLATE_BYTES=1000000      # and none that is longer than this

program=${BASH_SOURCE[0]}
name=${program##*/}
action=ask
only=
declare -A profiles=() buckets=() wanted=() # by account; profiles and buckets: "" is for those without one
endpoint_url=
ledger=
old_cli=
allow_revoke=
with_sql=
region=
left=no # something is left to do: a share that is not there yet, revokes held back
work=
broken=$EXIT_NOT_STARTED # the exit code of what nobody expected, a full disk say
trap 'say "unexpected failure in line $LINENO"; exit "$broken"' ERR

usage() {
    cat <<HELP
Usage: $name [--plan | --yes] [options]

Deploys mesh $MESH_NAME${MESH_ENVIRONMENT:+ ($MESH_ENVIRONMENT)} to its AWS accounts:
the data lake settings, the CloudFormation stacks in order, the grants, and what
one account takes of another. It first checks every file of the build against
manifest.json, and the credentials of every account. Without --plan or --yes it
shows what it would do and asks.

Options
  --plan               show what would be done, change nothing
  --yes                deploy without asking
  --only-stacks        the stacks alone
  --only-grants        the data lake settings and the grants alone
  --profile [ACCOUNT=]NAME
                       the AWS CLI's profile, of one account or of all without
                       their own; without it the credentials of the environment
  --account ACCOUNT    only what is done in this account; may be repeated
  --s3-bucket [ACCOUNT=]NAME
                       where templates of more than $TEMPLATE_INLINE_BYTES bytes are uploaded;
                       it stands in the region of the stack
  --ledger PLACE       a folder, or s3://BUCKET/PREFIX, for the ledgers of the grant
                       programs (default: ~/.local/state/meshc, of this machine)
  --allow-revoke       also take away grants that are no longer in the mesh
  --with-sql           also make the external schemas of warehouses (sql/apply.sh)
  --old-cli            write the data lake settings although the AWS CLI does not
                       know all of them
  --region REGION      where the mesh names no region
  --endpoint-url URL   another endpoint for every call
  --help               this text

Exit codes
  0    done (--plan: shown)
  1    a stack or a grant failed; what was done stays, run it again
  2    not confirmed: nothing was deployed; or something is left to do, a share
       that is not there yet, grants held back (--allow-revoke): run it again
  3    not started: a missing tool, a damaged file, the wrong account
  64   usage
HELP
}

set_once() { # VARIABLE'S VALUE, NEW VALUE, OPTION
    [[ -z $1 || $1 == ask || $1 == "$2" ]] || misuse "$3 does not fit what stands before it"
}

# [ACCOUNT=]VALUE into the array of that name.
set_for_account() { # ARRAY OPTION TEXT
    local -n array=$1
    local account='' value=$3
    if [[ $value =~ ^([0-9]{12})=(.+)$ ]]; then
        account=${BASH_REMATCH[1]}
        value=${BASH_REMATCH[2]}
    fi
    [[ -z ${array[_$account]:-} || ${array[_$account]} == "$value" ]] || misuse "$2 is given twice${account:+ for $account}"
    array[_$account]=$value
}

take_word() {
    case $1 in
        --plan | --yes)
            set_once "$action" "${1#--}" "$1"
            action=${1#--}
            ;;
        --with-sql) with_sql=yes ;;
        --old-cli) old_cli=--old-cli ;;
        --allow-revoke) allow_revoke=--allow-revoke ;;
        --only-stacks | --only-grants)
            set_once "$only" "${1#--only-}" "$1"
            only=${1#--only-}
            ;;
        *) return 1 ;;
    esac
}

readonly valued=(--s3-bucket --profile --account --ledger --region --endpoint-url)
set_option() { # OPTION VALUE
    case $1 in
        --s3-bucket) set_for_account buckets "$1" "$2" ;;
        --profile) set_for_account profiles "$1" "$2" ;;
        --account)
            [[ $2 =~ ^[0-9]{12}$ ]] || misuse "--account $2: an account has 12 digits"
            wanted[_$2]=yes
            ;;
        --ledger) ledger=${2%/} ;;
        --region) region=$2 ;;
        --endpoint-url) endpoint_url=$2 ;;
    esac
}

# ---- preflight ---------------------------------------------------------------------------------------------------

find_folder() {
    folder=$(cd "$(dirname "$program")" && pwd) || refuse "no folder of $program"
}

# Everything read from the manifest is checked here against what its field may hold: no path leaves the folder, no
# value holds the separator used below.
load_manifest() {
    local why
    [[ -f $folder/manifest.json && -r $folder/manifest.json ]] || refuse "cannot read manifest.json beside $name"
    why=$(jq -r -s --arg format "$MESH_FORMAT" --arg mesh "$MESH_NAME" --arg environment "$MESH_ENVIRONMENT" '
        def path: type == "string" and test("^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$");
        def account: . == null or . == "self" or (type == "string" and test("^[0-9]{12}$"));
        def region: . == null or (type == "string" and test("^[a-z0-9-]+$"));
        def capabilities: type == "array" and all(.[]; type == "string" and test("^CAPABILITY_[A-Z_]+$"));
        if length != 1 then "not one JSON value" else .[0]
        | [.files[]?.path] as $paths
        | if .format != ($format | tonumber) then "its format is not \($format)"
          elif .mesh != $mesh or (.environment // "") != $environment then "it belongs to another mesh or environment"
          elif [.stacks, .grants, .files] | all(.[]; type == "array") | not then "stacks, grants or files is no list"
          elif all(.files[]; (.path | path) and (.bytes | type) == "number" and (.sha256 | type == "string" and test("^[0-9a-f]{64}$"))) | not
            then "a file that is not described as it must be"
          elif all(.stacks[]; (.name | type == "string" and test("^[A-Za-z][A-Za-z0-9-]{0,127}$")) and (.account | account)
                   and (.region | region) and (.capabilities | capabilities)) | not then "a stack that is not described as it must be"
          elif all(.grants[]; (.account | account) and (.region | region)) | not then "a grant program that is not described as it must be"
          elif all(.warehouses[]?; .account | account) | not then "a warehouse that is not described as it must be"
          elif [.stacks[].template, .grants[].desired, .grants[].program, (.warehouses[]? | "sql/apply.sh")] - $paths != [] then "a template or program that is not among its files"
          else "" end end' "$folder/manifest.json" 2>"$work/stderr") ||
        refuse "manifest.json is not what this program can read: $(head -c 300 "$work/stderr")"
    [[ -z $why ]] || refuse "manifest.json: $why"
    jq -r '.stacks[] | [.account // "self", .name, .template, .region // "", (.capabilities | join(","))] | join("|")' \
        "$folder/manifest.json" >"$work/all-stacks"
    jq -r '.grants[] | [.account // "self", .program, .desired, .region // ""] | join("|")' "$folder/manifest.json" >"$work/all-programs"
    jq -r '[.warehouses[]?] | map(.account // "self") | unique[]' "$folder/manifest.json" >"$work/all-warehouses"
    jq -r '[.stacks[], .grants[]] | map(.account // "self") | unique[]' "$folder/manifest.json" >"$work/all-accounts"
    narrow all-stacks >"$work/stacks"
    narrow all-programs >"$work/programs"
    narrow all-warehouses >"$work/warehouses"
    narrow all-accounts >"$work/accounts"
    check_accounts_known
}

# The lines that are for the accounts of --account; all without one.
narrow() { # FILE
    local account rest
    while IFS='|' read -r account rest; do
        if ((${#wanted[@]} == 0)) || [[ -n ${wanted[_$account]:-} ]]; then printf '%s\n' "$account${rest:+|$rest}"; fi
    done <"$work/$1"
}

# An option for an account that the build does not know is a slip that would go unnoticed.
check_accounts_known() {
    local key
    for key in "${!profiles[@]}" "${!buckets[@]}" "${!wanted[@]}"; do
        [[ $key == _ ]] || grep -qx -e "${key#_}" "$work/all-accounts" || misuse "this build has nothing for account ${key#_}"
    done
}

# Sets aws, place and grants_options for what is done in an account.
use() { # ACCOUNT REGION
    local profile=${profiles[_$1]:-${profiles[_]:-}}
    in_region "$2"
    aws=(aws ${profile:+--profile "$profile"} ${endpoint_url:+--endpoint-url "$endpoint_url"})
    grants_options=("${aws[@]:1}" ${region:+--region "$region"} ${old_cli:+"$old_cli"})
    if [[ -n $ledger ]]; then grants_options+=(--ledger "$ledger/$1.ledger.json"); fi
}

check_files() {
    local path bad
    jq -r '.files[].path' "$folder/manifest.json" >"$work/paths"
    while IFS= read -r path <&3; do
        [[ -f $folder/$path && -r $folder/$path ]] || refuse "a file of the build is missing: $path"
    done 3<"$work/paths"
    jq -r '.files[] | "\(.sha256)  \(.path)"' "$folder/manifest.json" >"$work/sums"
    [[ -s $work/sums ]] || return 0
    if ! bad=$(cd "$folder" && check_sums "$work/sums" 2>/dev/null); then
        refuse "not as the compiler wrote it:$(grep -v ': OK$' <<<"$bad" | head -n 5 | sed 's/^/ /; s/: .*//' | tr -d '\n')"
    fi
}

bucket_of() { printf '%s' "${buckets[_$1]:-${buckets[_]:-}}"; } # ACCOUNT

check_templates() {
    local account stack template rest bytes
    [[ $only != grants ]] || return 0
    while IFS='|' read -r account stack template rest <&3; do
        bytes=$(wc -c <"$folder/$template")
        ((bytes <= TEMPLATE_BYTES)) ||
            refuse "$template has $((bytes)) bytes; CloudFormation takes at most $TEMPLATE_BYTES"
        ((bytes <= TEMPLATE_INLINE_BYTES)) || [[ -n $(bucket_of "$account") ]] ||
            refuse "stack $stack: $template has $((bytes)) bytes; more than $TEMPLATE_INLINE_BYTES need --s3-bucket NAME"
    done 3<"$work/stacks"
}

# All credentials are looked at before anything is done with one of them.
check_callers() {
    local account several=
    (($(wc -l <"$work/all-accounts") <= 1)) || several="; --profile $(head -n 1 "$work/accounts")=NAME says whose are whose"
    while IFS= read -r account <&3; do
        use "$account" "$a_region"
        ask_caller ${place[@]+"${place[@]}"}
        [[ $account == self || $account == "$caller_account" ]] ||
            refuse "these credentials are of account $caller_account; this build is for $account$several"
    done 3<"$work/accounts"
}

# An account that the mesh has left: this build has no program for it, so what stands there stays until the earlier build's
# takes it away. Where an account is whoever calls (`self`), or the ledgers are in S3, that is not known here.
say_left_accounts() {
    local ledgers=${ledger:-$(state_folder)} file account things
    if [[ $ledgers == s3://* ]] || grep -qx self "$work/all-accounts"; then return 0; fi
    for file in "$ledgers"/*.ledger.json; do
        account=${file##*/}
        account=${account%.ledger.json}
        if ! is_account "$account" || grep -qx -e "$account" "$work/all-accounts"; then continue; fi
        things=$(jq -r --arg mesh "$MESH_NAME" --arg environment "$MESH_ENVIRONMENT" \
            'select(.mesh == $mesh and .environment == $environment) | .things | length' "$file" 2>/dev/null) || continue
        [[ $things =~ ^[1-9] ]] || continue
        say "account $account is not in this build, and what was granted there stands: grants/$account.sh revoke, of the earlier build, takes it away"
    done
}

# The region of a stack: the mesh's, else the option's, else the AWS CLI's own.
in_region() {
    local of_stack=$1
    [[ -z $of_stack || -z $region || $of_stack == "$region" ]] ||
        misuse "the mesh stands in $of_stack; --region $region disagrees"
    place=()
    if [[ -n $of_stack$region ]]; then place=(--region "${of_stack:-$region}"); fi
}

check_regions() {
    local of_stack
    jq -r '[.stacks[], .grants[]] | map(.region // "") | unique[]' "$folder/manifest.json" >"$work/regions"
    a_region=
    while IFS= read -r of_stack <&3; do
        in_region "$of_stack"
        a_region=$of_stack
    done 3<"$work/regions"
}

# ---- what is done ------------------------------------------------------------------------------------------------

grants() { # PROGRAM VERB [OPTION]
    local grants_program=$1 verb=$2
    shift 2
    env -u MESH_LEDGER bash "$folder/$grants_program" "$verb" ${grants_options[@]+"${grants_options[@]}"} "$@"
}

show() {
    local account stack template of_stack capabilities word program desired status several=
    (($(wc -l <"$work/all-accounts") <= 1)) || several=yes
    if [[ $only != grants ]]; then
        while IFS='|' read -r account stack template of_stack capabilities <&3; do
            use "$account" "$of_stack"
            word=update
            if ! "${aws[@]}" cloudformation describe-stacks --stack-name "$stack" ${place[@]+"${place[@]}"} \
                --output json >/dev/null 2>"$work/stderr"; then
                grep -q 'does not exist' "$work/stderr" || refuse "describe-stacks: $(head -c 300 "$work/stderr")"
                word=create
            fi
            printf '%s stack %s   %s%s%s\n' "$word" "$stack" "$template" "${several:+   in $account}" "${capabilities:+   $capabilities}"
        done 3<"$work/stacks"
    fi
    if [[ $only != stacks ]]; then
        while IFS='|' read -r account program desired of_stack <&3; do
            use "$account" "$of_stack"
            printf 'grants by %s\n' "$program"
            status=0
            grants "$program" plan ${allow_revoke:+"$allow_revoke"} || status=$?
            ((status == 0 || status == 2)) || exit "$EXIT_NOT_STARTED"
        done 3<"$work/programs"
    fi
    if [[ $with_sql == yes ]]; then
        while IFS= read -r account <&3; do
            printf 'external schemas by sql/apply.sh%s\n' "${several:+   in $account}"
        done 3<"$work/warehouses"
    fi
}

confirm() {
    local answer=''
    if [[ ! -t 0 ]]; then
        say "nothing deployed: --yes deploys without asking"
        exit "$EXIT_NOT_DONE"
    fi
    read -r -p "Deploy this? Type yes: " answer || true
    if [[ $answer != yes ]]; then
        say "nothing deployed"
        exit "$EXIT_NOT_DONE"
    fi
}

# Exit code 2 of a program: something is left to do, which is for the next run.
run_programs() { # VERB [OPTION]
    local account program desired of_stack status verb=$1
    shift
    while IFS='|' read -r account program desired of_stack <&3; do
        if [[ $verb == accept ]] && ! jq -e 'has("taking")' "$folder/$desired" >/dev/null; then continue; fi
        use "$account" "$of_stack"
        say "$verb by $program"
        status=0
        grants "$program" "$verb" "$@" || status=$?
        case $status in
            0) ;;
            2) left=yes ;;
            *) failed "$program $verb" ;;
        esac
    done 3<"$work/programs"
}

# Grants with an end are taken away by whoever runs this, or the grant programs' verb `expire`, after that day.
say_next_end() {
    local account program rest next
    next=$(while IFS='|' read -r account program desired rest; do
        jq -r --arg today "$(date -u +%F)" '.slices // {} | .[].until // empty | select(. >= $today)' "$folder/$desired"
    done <"$work/programs" | LC_ALL=C sort | head -n 1)
    [[ -z $next ]] || printf 'the next grants end after %s\n' "$next"
}

# Each account's own warehouses: code 2 says that others are in other accounts, which come in turn.
run_sql() {
    local account status
    [[ -s $work/warehouses ]] || return 0
    if [[ $with_sql != yes ]]; then
        say "the external schemas of the warehouses are not made: sql/apply.sh makes them, or --with-sql"
        return 0
    fi
    while IFS= read -r account <&3; do
        use "$account" ""
        say "external schemas by sql/apply.sh"
        status=0
        bash "$folder/sql/apply.sh" --yes "${aws[@]:1}" ${region:+--region "$region"} || status=$?
        ((status == 0 || status == 2)) || failed "sql/apply.sh"
    done 3<"$work/warehouses"
}

failed() {
    say "$1 failed; nothing after it was started. What was done stays; run this again when the cause is mended"
    exit "$EXIT_FAILED"
}

deploy_stacks() {
    local account stack template of_stack capabilities
    local more
    while IFS='|' read -r account stack template of_stack capabilities <&3; do
        use "$account" "$of_stack"
        more=()
        if [[ -n $capabilities ]]; then
            IFS=, read -r -a more <<<"$capabilities"
            more=(--capabilities "${more[@]}")
        fi
        if (($(wc -c <"$folder/$template") > TEMPLATE_INLINE_BYTES)); then more+=(--s3-bucket "$(bucket_of "$account")"); fi
        say "stack $stack"
        "${aws[@]}" cloudformation deploy --stack-name "$stack" --template-file "$folder/$template" \
            --no-fail-on-empty-changeset ${place[@]+"${place[@]}"} ${more[@]+"${more[@]}"} || failed "stack $stack"
    done 3<"$work/stacks"
}

main() {
    parse_arguments "$@"
    need_tools
    need_checksum
    make_work
    find_folder
    [[ $MESH_FORMAT == 1 ]] || refuse "format $MESH_FORMAT is not known to this program"
    load_manifest
    check_files
    check_templates
    check_regions
    check_callers
    if [[ $only != stacks ]]; then say_left_accounts; fi
    if [[ $action != yes ]]; then show; fi
    if [[ $action == plan ]]; then exit 0; fi
    if [[ $action == ask ]]; then confirm; fi
    broken=$EXIT_FAILED
    # Before the stacks: only a data lake administrator can make a database in an account that uses Lake Formation.
    if [[ $only != stacks ]]; then run_programs settings; fi
    if [[ $only != grants ]]; then deploy_stacks; fi
    if [[ $only != stacks ]]; then
        run_programs apply ${allow_revoke:+"$allow_revoke"}
        run_programs accept ${allow_revoke:+"$allow_revoke"} # after all have given what is taken here
        say_next_end
    fi
    if [[ -z $only || $with_sql == yes ]]; then run_sql; fi
    if [[ $left == yes ]]; then
        printf 'done; something is left to do, run this again\n'
        exit "$EXIT_NOT_DONE"
    fi
    printf 'done\n'
}

main "$@"
