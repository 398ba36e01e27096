# shellcheck shell=bash
# change.sh - the steps of a plan made real: one call each, tried again where that helps, every outcome in the audit log.

jq_verdict=
read -r -d '' jq_verdict <<'JQ' || true
# An answer (or an error) and the step as it was sent -> how many entries to try again, the input for that, and a line for
# the audit log for each entry that is over. Failures come in an answer of status 200; one that names no entry of the
# batch is never taken for success.
def verdict($step; $input; $code; $message; $last; $who):
    ($step.about | map({key: .id, value: .}) | from_entries) as $about
    | ($input.Entries // [{Id: $step.about[0].id}] | map(.Id)) as $sent
    | (if $code != "" then [$sent[] | {id: ., code: $code, message: $message}]
       elif $input.Entries then [.Failures[]? | {id: (.RequestEntry.Id // "?"), code: (.Error.ErrorCode // "?"), message: (.Error.ErrorMessage // "")}]
       else [.Failures[]? | {id: $sent[0], code: (.Error.ErrorCode // "?"), message: (.Error.ErrorMessage // "")}] end
       | map(.class = class($step.operation; .code; .message)
             | if .class == "again" and ($last or (.id | IN($sent[]) | not)) then .class = "failed" else . end)) as $failures
    | (reduce $failures[] as $f ({}; .[$f.id] = (if .[$f.id].class == "failed" then .[$f.id] else $f end))) as $bad
    | [$sent[] | select($bad[.].class == "again")] as $again
    | ($again | length),
      (if $input.Entries then $input | .Entries |= map(select(.Id | IN($again[]))) else $input end | tojson),
      ( ($sent + ($bad | keys_unsorted) | unique[]) as $id
        | select($bad[$id].class != "again")
        | $about[$id] as $a
        | {ts: (now | todate)} + $who
          + {op: ($a.op // $step.operation), call: $step.operation, step: $step.index, entry: $id, principal: $a.principal, resource: $a.resource, permissions: $a.permissions,
             result: (if $bad[$id].class == "failed" then "failed" else "done" end),
             error: (if $bad[$id] then {code: $bad[$id].code, message: $bad[$id].message} else null end)}
        | tojson );
JQ

jq_failures=
read -r -d '' jq_failures <<'JQ' || true
def hint:
    if .error.message | contains("Permissions modification is invalid") then
        "Permissions modification is invalid: the caller is no data lake administrator, or the principal is one, or another grant to it on the same table stands in the way (columns beside whole table)"
    elif .error.code == "AccessDeniedException" then "AccessDeniedException: the caller needs lakeformation:GrantPermissions, or must be a data lake administrator (settings)"
    elif .error.message | test("[Rr]evoke permission\\(s\\) for IAM_ALLOWED_PRINCIPALS") then
        "IAM_ALLOWED_PRINCIPALS still has permissions there: a database or table that is shared must be managed by the mesh, or its defaults revoked by hand"
    else empty end;

# Results that failed -> the lines of a table and what may help.
def failure_table($account; $sources):
    map([.entry, ($sources[.entry] // "-"), (.principal // "-" | shown_principal($account)), (.resource // "-"), .error.code, .error.message] | map(safe | .[:300])) as $rows
    | ([["ENTRY", "LINE", "PRINCIPAL", "RESOURCE", "CODE", "MESSAGE"]] + $rows) as $table
    | ($table | transpose | map(map(length) | max)) as $widths
    | ($table[] | [range(0; 5) as $i | .[$i] + " " * ($widths[$i] - (.[$i] | length))] + [.[5]] | join("  ")),
      (map(hint) | unique[] | "hint: " + .);
JQ

# run_step SERVICE OPERATION: $work/step.json, with its input in $work/input.json.
run_step() {
    local service=$1 operation=$2 try again last=false
    for ((try = 1; ; try++)); do
        if ((try >= retry_tries)); then last=true; fi
        call "$service" "$operation" --cli-input-json "file://$work/input.json" || printf '{}\n' >"$work/answer.json"
        jq "$jq_class$jq_verdict"'verdict($step[0]; $input[0]; $code; $message; $last; $who[0])' -r \
            --slurpfile step "$work/step.json" --slurpfile input "$work/input.json" --slurpfile who "$work/who.json" \
            --arg code "$error_code" --arg message "$error_message" --argjson last "$last" "$work/answer.json" >"$work/verdict"
        {
            IFS= read -r again
            IFS= read -r REPLY
            printf '%s\n' "$REPLY" >"$work/input.json"
            cat >"$work/over.jsonl"
        } <"$work/verdict"
        cat "$work/over.jsonl" >>"$work/results.jsonl"
        cat "$work/over.jsonl" >>"$audit" || say "cannot write the audit log $audit"
        if ((again == 0)); then return 0; fi
        progress "$operation: $(number "$again" entry entries) to try again"
        pause "$try"
    done
}

# True if all probes of the step come back empty: what they ask for is used nowhere.
unused() {
    local operation input
    jq -r '.probes[] | .operation, (.input | tojson)' "$work/step.json" >"$work/probes"
    while IFS= read -r operation <&5; do
        IFS= read -r input <&5
        printf '%s\n' "$input" >"$work/probe.json"
        if ! ask lakeformation "$operation" --cli-input-json "file://$work/probe.json"; then
            say "$operation: $error_code: $error_message"
            return 1
        fi
        jq -e '(.DatabaseList // []) + (.TableList // []) == []' "$work/answer.json" >/dev/null || return 1
    done 5<"$work/probes"
}

# All steps of $work/plan.json in order. What fails does not stop what comes after it: it is in $work/results.jsonl.
run_steps() {
    local service operation probes step input done=0 total
    part t >"$work/steps"
    jq -n -c --arg run "$run_id" --arg account "$account" --arg region "$region" --arg caller "$caller" --arg mesh "$MESH_NAME" \
        --arg environment "$MESH_ENVIRONMENT" '{run_id: $run, mesh: $mesh, environment: $environment, account: $account, region: $region, caller: $caller}' \
        >"$work/who.json"
    total=$(($(wc -l <"$work/steps") / 3))
    while IFS= read -r REPLY <&4; do
        read -r service operation probes <<<"$REPLY"
        IFS= read -r step <&4
        IFS= read -r input <&4
        printf '%s\n' "$step" >"$work/step.json"
        printf '%s\n' "$input" >"$work/input.json"
        done=$((done + 1))
        if ((probes > 0)) && ! unused; then
            kept=$((kept + 1))
            say "kept, for it is in use: $(jq -r "$jq_things"'.about[0].line | safe' "$work/step.json")"
        else
            run_step "$service" "$operation"
            # Beside the defaults the service takes a list of columns for all of them, without a word.
            if [[ $step == *'"op":"default"'* ]] && grep -q '"result":"failed"' "$work/over.jsonl"; then
                say "IAM_ALLOWED_PRINCIPALS could not be revoked, and beside it no limit to columns holds: the rest is not done"
                return 0
            fi
        fi
        progress "step $done of $((total))"
    done 4<"$work/steps"
}

# Reports what failed; true if nothing did.
report_failures() {
    local failed
    grep -q '"result":"failed"' "$work/results.jsonl" || return 0
    jq -c 'select(.result == "failed")' "$work/results.jsonl" >"$work/failed.jsonl"
    failed=$(wc -l <"$work/failed.jsonl")
    jq "$jq_things$jq_words$jq_failures"'failure_table($account; $desired[0].sources)' -r -s --arg account "$account" \
        --slurpfile desired "$work/desired.json" "$work/failed.jsonl" >&2
    say "$(number "$((failed))" entry entries) failed; mend the cause and run $verb again"
    return 1
}
