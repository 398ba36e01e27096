# shellcheck shell=bash
# settings.sh - the data lake settings of the account: read, changed, written back, read again. Never replaced.

# What the mesh asks for and the account does not have -> $work/missing.json; the settings stay in $work/settings.now.
# Another version of sharing is only ever raised: somebody else may need the higher one.
find_missing_settings() {
    printf '{"admins":[],"version":null,"present":[]}\n' >"$work/missing.json"
    must_ask lakeformation get-data-lake-settings --catalog-id "$account"
    jq -e '.DataLakeSettings | type == "object"' "$work/answer.json" >/dev/null ||
        refuse "get-data-lake-settings gave no settings"
    cp "$work/answer.json" "$work/settings.now"
    jq -c --slurpfile desired "$work/desired.json" '
        .DataLakeSettings
        | [.DataLakeAdmins // [] | .[].DataLakePrincipalIdentifier] as $now
        | (.Parameters.CROSS_ACCOUNT_VERSION // "1" | tonumber? // 0) as $version
        | $desired[0].settings
        | {admins: [.admins | unique[] | select(IN($now[]) | not)],
           version: (if .cross_account_version != null and .cross_account_version > $version then .cross_account_version else null end),
           present: $now}' "$work/settings.now" >"$work/missing.json"
    missing_settings=$(jq '(.admins | length) + (if .version then 1 else 0 end)' "$work/missing.json")
}

show_settings() {
    jq "$jq_things$jq_words"'(.admins[] | "+ data lake administrator \(shown_principal($account))"),
        (.version // empty | "+ cross-account version \(.)")' -r --arg account "$account" "$work/missing.json"
}

# PutDataLakeSettings replaces the whole object, so a CLI that does not know a member would lose it on the way.
check_cli_knows_settings() {
    local unknown
    [[ $old_cli == no ]] || return 0
    "${aws[@]}" lakeformation put-data-lake-settings --generate-cli-skeleton input >"$work/skeleton.json" 2>"$work/stderr" &&
        unknown=$(jq -r '
            ["DataLakeAdmins", "ReadOnlyAdmins", "CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions", "Parameters",
             "TrustedResourceOwners", "AllowExternalDataFiltering", "AllowFullTableExternalDataAccess",
             "ExternalDataFilteringAllowList", "AuthorizedSessionTagValueList"] - (.DataLakeSettings | keys) | join(", ")' "$work/skeleton.json") ||
        refuse "the AWS CLI does not say which settings it knows: $(head -c 300 "$work/stderr")"
    [[ -z $unknown ]] || refuse "this AWS CLI is too old to write the data lake settings: it would reset $unknown" \
        "(a newer one is needed, or --old-cli where the account does not use that)"
}

write_settings() {
    local try
    for ((try = 1; ; try++)); do
        find_missing_settings
        if ((missing_settings == 0)); then return 0; fi
        if ((try > retry_tries)); then
            say "settings: they were written but are not there"
            return 1
        fi
        check_cli_knows_settings
        jq --arg account "$account" --slurpfile missing "$work/missing.json" '{
            CatalogId: $account,
            DataLakeSettings: (.DataLakeSettings
                | .DataLakeAdmins = (.DataLakeAdmins // []) + [$missing[0].admins[] | {DataLakePrincipalIdentifier: .}]
                | if $missing[0].version then .Parameters = (.Parameters // {}) + {CROSS_ACCOUNT_VERSION: ($missing[0].version | tostring)} else . end)
        }' "$work/settings.now" >"$work/settings.json"
        if call lakeformation put-data-lake-settings --cli-input-json "file://$work/settings.json"; then
            if ((try > 1)); then pause "$try"; fi
            continue
        fi
        if ((try == retry_tries)) || ! may_try_again put-data-lake-settings; then
            say "put-data-lake-settings: $error_code: $error_message"
            return 1
        fi
        pause "$try"
    done
}
