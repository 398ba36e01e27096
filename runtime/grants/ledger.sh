# shellcheck shell=bash
# ledger.sh - what this program made, kept in a file or an object of S3: only that does it ever take away.
#
# {format, mesh, environment, account, things: {thing: {until, taking, meant}}}. Before the first change of a run
# everything that it is about to make is written down as `meant`; afterwards what was made loses the mark and what was
# taken away is left out. A run that ends in the middle leaves a ledger that says too much at most, and the next run
# believes a `meant` thing if it is there.

# Sets ledger and audit to their places. Never beside the program: that folder is the compiler's, which replaces it as a
# whole and refuses to where it finds something else.
find_ledger() {
    local folder
    folder=$(state_folder)
    ledger=${ledger:-${MESH_LEDGER:-$folder/$account.ledger.json}}
    audit=${audit:-${MESH_AUDIT:-$folder/$account.audit.jsonl}}
    if [[ $ledger == s3://* ]]; then
        local rest=${ledger#s3://}
        [[ $rest == ?*/?* ]] || misuse "--ledger $ledger: expected s3://BUCKET/KEY"
        ledger_bucket=${rest%%/*}
        ledger_key=${rest#*/}
    fi
}

# Two runs at once would write over one another's ledger. The lock goes with the process, however that ends.
lock_ledger() {
    mkdir -p -- "$(dirname -- "$audit")" || refuse "no folder for the audit log $audit"
    if [[ $ledger != s3://* ]]; then mkdir -p -- "$(dirname -- "$ledger")" || refuse "no folder for the ledger $ledger"; fi
    [[ $ledger != s3://* ]] && command -v flock >/dev/null || return 0
    exec 8>>"$ledger.lock" || refuse "cannot write beside the ledger $ledger"
    flock -n 8 || refuse "another run holds the ledger $ledger"
}

load_ledger() {
    : >"$work/ledger.found"
    if [[ $ledger == s3://* ]]; then
        if ! ask s3api get-object --bucket "$ledger_bucket" --key "$ledger_key" "$work/ledger.found"; then
            [[ $error_code == NoSuchKey || $error_code == 404 ]] || refuse "reading $ledger: $error_code: $error_message"
            : >"$work/ledger.found"
        fi
    elif [[ -e $ledger ]]; then
        cat -- "$ledger" >"$work/ledger.found" || refuse "cannot read $ledger"
    fi
    if [[ ! -s $work/ledger.found ]]; then
        jq -n -c --arg mesh "$MESH_NAME" --arg environment "$MESH_ENVIRONMENT" --arg account "$account" \
            '{format: 1, mesh: $mesh, environment: $environment, account: $account, things: {}}' >"$work/ledger.json"
    else
        jq -s -c -e --arg mesh "$MESH_NAME" --arg environment "$MESH_ENVIRONMENT" --arg account "$account" '
            if length == 1 and (.[0] | .format == 1 and .mesh == $mesh and .environment == $environment and .account == $account
                and (.things | type == "object" and all(.[]; type == "object")) and all(.things | keys[]; fromjson | type == "array"))
            then .[0] else false end' "$work/ledger.found" >"$work/ledger.json" 2>"$work/stderr" ||
            refuse "$ledger is not the ledger of mesh $MESH_NAME, environment '$MESH_ENVIRONMENT', account $account"
    fi
    cp "$work/ledger.json" "$work/ledger.saved"
}

# save_ledger: $work/ledger.json becomes the ledger, whole or not at all, if it says something new.
save_ledger() {
    if cmp -s "$work/ledger.json" "$work/ledger.saved"; then return 0; fi
    if [[ $ledger == s3://* ]]; then
        ask s3api put-object --bucket "$ledger_bucket" --key "$ledger_key" --body "$work/ledger.json" || {
            say "writing $ledger: $error_code: $error_message"
            return 1
        }
    else
        { cat "$work/ledger.json" >"$ledger.new" && mv -f -- "$ledger.new" "$ledger"; } || {
            say "cannot write $ledger"
            return 1
        }
    fi
    cp "$work/ledger.json" "$work/ledger.saved"
}

# After the changes: what was made is held, what was taken away is forgotten; what failed stays as it is. A tag that is
# put on a place takes the place of the one with the same key.
settle() {
    jq -c '
        [$results[] | select(.result == "done") | . as $r | $plan[0].steps[.step]
         | {makes, changes: (.operation == "update-data-cells-filter"), thing: (.about[] | select(.id == $r.entry) | .things[])}] as $done
        | (reduce ($done[] | select(.makes and .thing[0] == "association") | .thing) as $t ({}; .[$t[:4] | tojson] = $t[4])) as $slots
        | (reduce ($done[] | select(.makes) | .thing | tojson) as $key ({}; .[$key] = true)) as $made
        | (reduce ($done[] | select(.makes or .changes | not) | .thing | tojson) as $key ({}; .[$key] = true)) as $gone
        | .things |= with_entries((.key | fromjson) as $t
            | select($gone[.key] | not)
            | select($t[0] != "association" or (($slots[$t[:4] | tojson] // $t[4]) == $t[4]))
            | if $made[.key] then .value |= del(.meant) else . end)' \
        --slurpfile plan "$work/plan.json" --slurpfile results "$work/results.jsonl" "$work/ledger.json" >"$work/ledger.next"
    mv "$work/ledger.next" "$work/ledger.json"
}
