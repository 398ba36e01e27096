# shellcheck shell=bash
# How the runtime's tests report: ok NAME, not ok NAME, and at the end N passed, N failed.
passed=0
failed=0

ok() {
    printf 'ok %s\n' "$1"
    passed=$((passed + 1))
}

# not_ok NAME [WHY...]
not_ok() {
    printf 'not ok %s\n' "$1"
    failed=$((failed + 1))
    shift
    if (($# > 0)); then printf '%s\n' "$@" | sed 's/^/    /'; fi
}

# same NAME EXPECTED GOT
same() {
    if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "expected:" "$2" "got:" "$3"; fi
}

# holds NAME TEXT PART: the text holds the part.
holds() {
    if [[ $2 == *"$3"* ]]; then ok "$1"; else not_ok "$1" "expected somewhere: $3" "got:" "$2"; fi
}

# lacks NAME TEXT PART
lacks() {
    if [[ $2 == *"$3"* ]]; then not_ok "$1" "not expected: $3" "got:" "$2"; else ok "$1"; fi
}

# need TOOL...: a missing tool is a failure in CI and a visible skip for a user.
need() {
    local tool lacks=()
    for tool in "$@"; do
        command -v "$tool" >/dev/null || lacks+=("$tool")
    done
    ((${#lacks[@]} == 0)) || missing "${lacks[*]} not found"
}

missing() {
    if [[ ${CI:-} == true ]]; then
        not_ok "$1"
    else
        printf 'SKIP: %s\n' "$1"
        left_out=yes
    fi
    finish
}

finish() {
    # `missing` has said why where nothing could be tested.
    if ((passed + failed == 0)) && [[ ! ${left_out:-} ]]; then not_ok "nothing was tested"; fi
    printf '%d passed, %d failed\n' "$passed" "$failed"
    ((failed == 0)) || exit 1
    exit 0
}
