#!/usr/bin/env bash
# @header
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

# The compiler puts the text of this file in place of the line that reads it.
# shellcheck source=common/program.sh
. "${BASH_SOURCE[0]%/*}/common/program.sh" # @join

readonly EXIT_DRIFT=3
readonly RETRY_CAP_MS=30000 # the longest pause between two tries
readonly PROGRESS_SECONDS=3 # silence a person at a terminal should bear

program=${BASH_SOURCE[0]}
name=${program##*/}
verb=plan
verb_given=
desired_file=${program%.sh}.json
ledger=
audit=
profile=
endpoint_url=
region=$MESH_REGION
old_cli=no
allow_revoke=false
max_changes=
only=()
retry_base_ms=${MESH_RETRY_BASE_MS:-1000}
retry_tries=${MESH_RETRY_TRIES:-8}
work=
kept=0 # steps left out because what they would delete is in use
missing_settings=0
broken=$EXIT_NOT_STARTED # the exit code of what nobody expected, a full disk say
trap 'say "unexpected failure in line $LINENO"; exit "$broken"' ERR

usage() {
    cat <<HELP
Usage: $name [plan | apply | accept | verify | expire | revoke | settings] [options]

Compares the Lake Formation permissions of an AWS account with what the mesh
says (the .json file beside this program) and makes the difference go away.
What it makes it writes down in a ledger, and only that does it take away.

Verbs
  plan       show what apply and accept would do, and what others ask for that is
             not granted; changes nothing (the default)
  apply      settings, tags, filters, opt-ins and grants of this account: make
             what is missing, take away what has ended, revoke
             IAM_ALLOWED_PRINCIPALS from the databases and tables of this mesh;
             what left the mesh is taken away with --allow-revoke only
  accept     what others share with this account: accept the shares, make links,
             grant on them; a share that is not there yet is left for the next run
  verify     show every difference, also grants by others on the databases and
             tables of this mesh; changes nothing
  expire     only revoke what has ended; made to run unattended
  revoke     take away everything that is in the ledger
  settings   only the data lake settings: missing administrators, sharing version

Options
  --allow-revoke       also take away what is no longer in the mesh
  --max-changes N      do nothing where there are more changes than this
  --only NAME          only what concerns a principal (whole, or its name alone),
                       a database or a table (DATABASE.TABLE); may be repeated
  --ledger PLACE       a file or s3://BUCKET/KEY, also MESH_LEDGER
                       (default: ~/.local/state/meshc/MESH-ENVIRONMENT/ACCOUNT.ledger.json,
                       which is of this machine: where several deploy, name one in S3)
  --audit FILE         one line of JSON for each change, also MESH_AUDIT
                       (default: ACCOUNT.audit.jsonl in the same folder)
  --desired FILE       the desired state (default: ${desired_file##*/} beside this program)
  --profile NAME       the AWS CLI's profile
  --region REGION      where the mesh names no region
  --endpoint-url URL   another endpoint for every call
  --old-cli            write the settings although the AWS CLI does not know all of them
  --help               this text

Exit codes
  0    nothing to do, or everything done
  1    something failed: the table on stderr says what; run the verb again
  2    plan: there are changes to make; else: something is left to do, a table or
       a share that is not there yet, or what needs --allow-revoke
  3    verify: there are differences; else: not started, because of a missing tool
       or file, the credentials, too many changes
  64   usage

MESH_RETRY_BASE_MS (1000) and MESH_RETRY_TRIES (8) tune the retries, MESH_TODAY
(YYYY-MM-DD) is the day for which grants with an end are judged.
HELP
}

last_progress=0
progress() {
    if ((SECONDS - last_progress >= PROGRESS_SECONDS)); then
        last_progress=$SECONDS
        say "$*"
    fi
}

number() { if (($1 == 1)); then printf '1 %s' "$2"; else printf '%d %s' "$1" "${3:-$2s}"; fi; }

# And that of its own parts.
# shellcheck source=grants/things.sh
. "${BASH_SOURCE[0]%/*}/grants/things.sh" # @join
# shellcheck source=grants/desired.sh
. "${BASH_SOURCE[0]%/*}/grants/desired.sh" # @join
# shellcheck source=grants/calls.sh
. "${BASH_SOURCE[0]%/*}/grants/calls.sh" # @join
# shellcheck source=grants/preflight.sh
. "${BASH_SOURCE[0]%/*}/grants/preflight.sh" # @join
# shellcheck source=grants/settings.sh
. "${BASH_SOURCE[0]%/*}/grants/settings.sh" # @join
# shellcheck source=grants/ledger.sh
. "${BASH_SOURCE[0]%/*}/grants/ledger.sh" # @join
# shellcheck source=grants/present.sh
. "${BASH_SOURCE[0]%/*}/grants/present.sh" # @join
# shellcheck source=grants/compare.sh
. "${BASH_SOURCE[0]%/*}/grants/compare.sh" # @join
# shellcheck source=grants/change.sh
. "${BASH_SOURCE[0]%/*}/grants/change.sh" # @join
# shellcheck source=grants/verbs.sh
. "${BASH_SOURCE[0]%/*}/grants/verbs.sh" # @join

# ---- command line ------------------------------------------------------------------------------------------------

set_verb() {
    [[ -z $verb_given ]] || misuse "one verb at a time: $verb_given and $1"
    verb=$1
    verb_given=$1
}

take_word() {
    case $1 in
        plan | apply | accept | verify | expire | revoke | settings) set_verb "$1" ;;
        --old-cli) old_cli=yes ;;
        --allow-revoke) allow_revoke=true ;;
        -*) return 1 ;;
        *) misuse "unknown verb $1" ;;
    esac
}

readonly valued=(--desired --ledger --audit --only --max-changes --profile --region --endpoint-url)
set_option() { # OPTION VALUE
    case $1 in
        --desired) desired_file=$2 ;;
        --ledger) ledger=$2 ;;
        --audit) audit=$2 ;;
        --only) only+=("$2") ;;
        --max-changes) max_changes=$2 ;;
        --profile) profile=$2 ;;
        --region) region=$2 ;;
        --endpoint-url) endpoint_url=$2 ;;
    esac
}

main() {
    parse_arguments "$@"
    need_tools
    check_header
    make_work
    find_region
    prepare_cli
    find_caller
    find_ledger
    load_desired
    "run_$verb"
}

main "$@"
