# shellcheck shell=bash
# calls.sh - calls of the AWS CLI: what an error means, and trying again. All data goes in by files.

jq_class=
read -r -d '' jq_class <<'JQ' || true
# What an error means: "again", "done" (what was to go is gone, what was to come is there) or "failed".
def class($operation; $code; $message):
    def says($text): $message | ascii_downcase | contains($text | ascii_downcase);
    if ($operation | test("^(batch-revoke|remove|delete)-")) and ($code == "EntityNotFoundException" or ($code == "InvalidInputException" and
        (says("No permissions revoked. Grantee") or says("Grantee has no permissions") or says("not found") or says("non-existent column"))))
        then "done"
    elif ($operation | startswith("create-")) and $code == "AlreadyExistsException" then "done"
    elif $code | IN("ConcurrentModificationException", "OperationTimeoutException", "InternalServiceException", "InternalFailure",
        "ServiceUnavailable", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "ServerInternalException") or startswith("Throttl") then "again"
    elif $code == "InvalidInputException" and (says("register the S3 path") or says("Invalid principal")) then "again"
    elif $code == "AccessDeniedException" and says("is not authorized to access requested permissions") then "again"
    else "failed" end;
JQ

# call SERVICE OPERATION ARGS...: the answer stands in $work/answer.json; a failure sets error_code and error_message.
error_code=
error_message=
call() {
    local status=0 text
    local told='An error occurred \(([^)]+)\) when calling the [A-Za-z]+ operation[^:]*: (.*)'
    error_code=
    error_message=
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

may_try_again() { # OPERATION
    local class
    class=$(jq "$jq_class"'class($operation; $code; $message)' -n -r --arg operation "$1" --arg code "$error_code" \
        --arg message "$error_message")
    [[ $class == again ]]
}

# ask: a call that reads, tried again where that helps.
ask() {
    local try
    for ((try = 1; ; try++)); do
        if call "$@"; then return 0; fi
        if ((try >= retry_tries)) || ! may_try_again "$2"; then return 1; fi
        progress "$2: $error_code, trying again"
        pause "$try"
    done
}

must_ask() {
    ask "$@" || refuse "$1 $2: $error_code: $error_message"
}

# ask_pages ABOUT SERVICE OPERATION: the call with $work/input.json, page by page, each into $work/present.jsonl with the
# JSON of ABOUT. The CLI turns the pages of some calls by itself; of these here it does not.
ask_pages() {
    local about=$1 token='' next
    shift
    while :; do
        ask "$@" --cli-input-json "file://$work/input.json" || return 1
        {
            printf '{"about":%s,"answer":' "$about"
            cat "$work/answer.json"
            printf '}\n'
        } >>"$work/present.jsonl"
        grep -q '"NextToken"' "$work/answer.json" || return 0
        next=$(jq -r '.NextToken // ""' "$work/answer.json")
        [[ -n $next ]] || return 0
        [[ $next != "$token" ]] || refuse "$2 gave the same page twice"
        token=$next
        jq -c --arg token "$next" '.NextToken = $token' "$work/input.json" >"$work/input.next"
        mv "$work/input.next" "$work/input.json"
    done
}
