# shellcheck shell=bash
# program.sh - what all programs of a build do alike: how they speak and refuse, the tools and the temporary folder they
# need, and whose credentials they have. A program sets `name`, and `aws` before it asks who is calling.
# shellcheck disable=SC2034,SC2154 # its names are used, and set, by the programs that it becomes a part of

readonly EXIT_FAILED=1 EXIT_NOT_DONE=2 EXIT_NOT_STARTED=3 EXIT_USAGE=64

# Control characters of a message could drive a terminal.
say() { printf '%s: %s\n' "$name" "${*//[[:cntrl:]]/ }" >&2; }

refuse() {
    say "$*"
    exit "$EXIT_NOT_STARTED"
}

misuse() {
    say "$*"
    say "try --help"
    exit "$EXIT_USAGE"
}

is_one_of() { # TEXT TEXTS...
    local one
    for one in "${@:2}"; do [[ $one != "$1" ]] || return 0; done
    return 1
}

# Reads the command line. Of a program it wants `take_word`, which does what an option without a value or a word says and
# fails where it does not know it; `valued`, the options with a value; and `set_option OPTION VALUE` for those.
parse_arguments() {
    local word
    while (($# > 0)); do
        word=$1
        shift
        case $word in
            --help | -h)
                usage
                exit 0
                ;;
            --*=*)
                set -- "${word#*=}" "$@"
                word=${word%%=*}
                ;;
            *)
                if take_word "$word"; then continue; fi
                ;;
        esac
        is_one_of "$word" "${valued[@]}" || misuse "unknown option $word"
        [[ -n ${1:-} ]] || misuse "$word needs a value"
        set_option "$word" "$1"
        shift
    done
}

is_account() {
    local LC_ALL=C
    [[ $1 =~ ^[0-9]{12}$ ]]
}

need_tools() {
    ((BASH_VERSINFO[0] >= 4)) || refuse "this is bash ${BASH_VERSION}; bash 4 or later is needed"
    local tool lacks=()
    for tool in aws jq mktemp; do
        command -v "$tool" >/dev/null || lacks+=("$tool")
    done
    ((${#lacks[@]} == 0)) || refuse "not found: ${lacks[*]} (needs the AWS CLI, version 1 or 2, and jq 1.6 or later)"
    # Versions call themselves jq-1.6, jq-1.7.1-apple or 1.8.0.
    if [[ ! $(jq --version 2>&1) =~ ^(jq-)?([0-9]+)\.([0-9]+) ]] || ((BASH_REMATCH[2] == 1 && BASH_REMATCH[3] < 6)); then
        refuse "this jq is too old: 1.6 or later is needed"
    fi
    export AWS_PAGER=""
}

need_checksum() {
    command -v sha256sum >/dev/null || command -v shasum >/dev/null || refuse "not found: sha256sum"
}

# A line for each file of the list, which ends in OK where the file has its sum.
check_sums() { # LIST
    if command -v sha256sum >/dev/null; then sha256sum -c "$1"; else shasum -a 256 -c "$1"; fi
}

make_work() {
    trap 'rm -rf -- "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    work=$(mktemp -d) || refuse "no temporary folder"
}

# What sts get-caller-identity answered -> caller_account.
read_caller() { # FILE
    caller_account=$(jq -r '.Account // "" | tostring' "$1")
    is_account "$caller_account" || refuse "the caller's account is not 12 digits"
}

# Where the grant programs keep what they gave, if nobody names another place.
state_folder() {
    local of=${MESH_NAME//[^A-Za-z0-9._-]/_}${MESH_ENVIRONMENT:+-${MESH_ENVIRONMENT//[^A-Za-z0-9._-]/_}}
    printf '%s/meshc/%s' "${XDG_STATE_HOME:-${HOME:-}/.local/state}" "$of"
}

ask_caller() { # [OPTION...]
    "${aws[@]}" sts get-caller-identity "$@" --output json >"$work/caller.json" 2>"$work/stderr" ||
        refuse "sts get-caller-identity${aws[1]+ with ${aws[*]:1}}: $(head -c 300 "$work/stderr")"
    read_caller "$work/caller.json"
}
