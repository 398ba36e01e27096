# shellcheck shell=bash
# verbs.sh - what each verb does, from reading the account to its last word.

# compare VERB ALLOW [everything]: the account is read and compared; the outcome stands in $work/report.
compare() {
    local one
    : >"$work/only.jsonl"
    for one in ${only[@]+"${only[@]}"}; do jq -n --arg one "$one" '$one' >>"$work/only.jsonl"; done
    read_account "${3:-}"
    jq "$jq_things$jq_words$jq_desired$jq_present$jq_compare$jq_report"'report($account; $today; $verb; $allow; $only; $ledger[0]; $pages)' -r \
        --arg account "$account" --arg today "$today" --arg verb "$1" --argjson allow "$2" --slurpfile only "$work/only.jsonl" \
        --slurpfile ledger "$work/ledger.json" --slurpfile pages "$work/present.jsonl" "$work/desired.json" >"$work/report"
    part p >"$work/plan.json"
    read -r changes held waits foreign desired shares unwanted < <(part c)
}

show_plan() {
    part l
    if ((foreign > 0)); then
        printf '%s on managed databases and tables left alone\n' "$(number "$foreign" 'grant that is not of this mesh' 'grants that are not of this mesh')"
    fi
}

# Settings concern the whole account, so not a run that is for a part of it.
look_at_settings() {
    find_missing_settings
    if ((${#only[@]} > 0)); then missing_settings=0; fi
    if ((missing_settings > 0)); then show_settings; fi
}

say_nothing_to_do() { printf 'nothing to do: %s as the mesh says\n' "$(number "$desired" 'grant is' 'grants are')"; }

check_max_changes() { # N
    [[ -z $max_changes ]] || (($1 <= 10#$max_changes)) ||
        refuse "$(number "$1" change), more than --max-changes $max_changes; nothing was done"
}

# What there is left to do decides the last word and the exit code.
finish() { # what was done
    report_failures || exit "$EXIT_FAILED"
    if ((held + waits + kept > 0)); then
        printf '%s; left: %d waiting, %d held back (--allow-revoke), %d in use\n' "$1" "$waits" "$held" "$kept"
        exit "$EXIT_NOT_DONE"
    fi
    printf '%s\n' "$1"
}

# The changes of the plan, between two entries in the ledger.
make_changes() {
    broken=$EXIT_FAILED
    : >"$work/results.jsonl"
    part g >"$work/ledger.json"
    save_ledger || exit "$EXIT_FAILED"
    if ((changes == 0)); then return 0; fi
    run_steps
    settle
    save_ledger || exit "$EXIT_FAILED"
}

run_settings() {
    load_ledger
    check_links # here, for deploy.sh asks for the settings before the stacks
    find_missing_settings
    if ((missing_settings == 0)); then
        printf 'nothing to do: the data lake settings are as the mesh says\n'
        return 0
    fi
    show_settings
    broken=$EXIT_FAILED
    write_settings || exit "$EXIT_FAILED"
    printf 'done: the data lake settings are as the mesh says\n'
}

run_plan() {
    load_ledger
    check_links
    look_at_settings
    compare plan "$allow_revoke"
    show_plan
    part s
    part r
    if ((missing_settings + changes + held + waits + shares == 0)); then
        say_nothing_to_do
        return 0
    fi
    printf 'to do: %s, %d waiting, %d held back\n' "$(number "$((missing_settings + changes + shares))" change)" "$waits" "$held"
    exit "$EXIT_NOT_DONE"
}

run_verify() {
    load_ledger
    look_at_settings
    compare plan true everything
    show_plan
    part u
    part s
    differences=$((missing_settings + changes + waits + shares + unwanted))
    if ((differences == 0)); then
        printf 'verified: %s as the mesh says\n' "$(number "$desired" 'grant is' 'grants are')"
        return 0
    fi
    printf '%s from what the mesh says\n' "$(number "$differences" difference)"
    exit "$EXIT_DRIFT"
}

# apply, expire, revoke: one plan, made.
run_plan_of() { # VERB
    lock_ledger
    load_ledger
    if [[ $1 == apply ]]; then
        check_links
        look_at_settings
    else
        find_missing_settings && missing_settings=0
    fi
    compare "$1" "$allow_revoke"
    show_plan
    check_max_changes "$((missing_settings + changes))"
    if ((missing_settings + changes > 0)); then check_admin; fi
    if ((missing_settings > 0)); then
        broken=$EXIT_FAILED
        write_settings || exit "$EXIT_FAILED"
    fi
    make_changes
    if ((missing_settings + changes + held + waits == 0)); then
        if [[ $1 == apply ]]; then say_nothing_to_do; else printf 'nothing to do\n'; fi
        return 0
    fi
    finish "done: $(number "$((missing_settings + changes))" change)"
}

run_apply() { run_plan_of apply; }
run_expire() { run_plan_of expire; }
run_revoke() { run_plan_of revoke; }

# ---- what others share -------------------------------------------------------------------------------------------

# Accepted invitations take a while to open anything: asked again a few times, then left for the next run.
run_accept() {
    local try accepted=0 input
    lock_ledger
    load_ledger
    find_missing_settings
    missing_settings=0
    for ((try = 1; ; try++)); do
        compare accept "$allow_revoke"
        if ((try == 1)); then
            part s
            check_max_changes "$((shares + changes))"
        fi
        broken=$EXIT_FAILED
        while IFS= read -r input <&3; do
            printf '%s\n' "$input" >"$work/input.json"
            ask ram accept-resource-share-invitation --cli-input-json "file://$work/input.json" ||
                [[ $error_code == ResourceShareInvitationAlreadyAcceptedException ]] || {
                say "accept-resource-share-invitation: $error_code: $error_message"
                exit "$EXIT_FAILED"
            }
            accepted=$((accepted + 1))
        done 3< <(part i)
        if ((accepted == 0 || (shares == 0 && waits == 0) || try >= retry_tries)); then break; fi
        pause "$try"
    done
    show_plan
    check_max_changes "$((accepted + changes))"
    if ((changes > 0)); then check_admin; fi
    make_changes
    if ((accepted + changes + held + waits == 0)); then
        printf 'nothing to do: what is shared is taken\n'
        return 0
    fi
    finish "done: $(number "$accepted" share) accepted, $(number "$changes" change)"
}
