# shellcheck shell=bash
# settings.sh - the data lake settings of the account: read, changed, written back, read again. Never replaced.

# What the mesh asks for and the account does not have -> $work/missing.json; the settings stay in $work/settings.now.
# Another version of sharing is only ever raised: somebody else may need the higher one.
find_missing_settings() {
    must_ask lakeformation get-data-lake-settings --catalog-id "$account"
    mv "$work/answer.json" "$work/settings.now"
    # Only an administrator can do all that there is to do. The ARN of an assumed role lacks the role's path.
    jq -r --arg caller "$caller" --slurpfile desired "$work/desired.json" '
        .DataLakeSettings | objects
        | [.DataLakeAdmins // [] | .[].DataLakePrincipalIdentifier] as $now
        | (.Parameters.CROSS_ACCOUNT_VERSION // "1" | tonumber? // 0) as $version
        | ($caller | capture("^arn:[^:]+:sts::(?<account>[0-9]+):assumed-role/(?<role>[^/]+)/")? // null) as $assumed
        | $desired[0].settings
        | {admins: [.admins | unique[] | select(IN($now[]) | not)],
           version: (if .cross_account_version != null and .cross_account_version > $version then .cross_account_version else null end)}
        | "\((.admins | length) + (if .version then 1 else 0 end)) \(any(($now + .admins)[]; . == $caller or ($assumed != null
            and (split(":") | .[2] == "iam" and .[4] == $assumed.account and (.[5:] | join(":") | startswith("role/") and (split("/") | last) == $assumed.role)))))",
          tojson' "$work/settings.now" >"$work/missing"
    [[ -s $work/missing ]] || refuse "get-data-lake-settings gave no settings"
    {
        read -r missing_settings is_admin
        cat >"$work/missing.json"
    } <"$work/missing"
}

show_settings() {
    jq "$jq_things$jq_words"'(.admins[] | "+ data lake administrator \(shown_principal($account))"),
        (.version // empty | "+ cross-account version \(.)")' -r --arg account "$account" "$work/missing.json"
}

# PutDataLakeSettings replaces the whole object, so a CLI that does not know a member would lose it on the way.
check_cli_knows_settings() {
    local unknown
    [[ $old_cli == no ]] || return 0
    call lakeformation put-data-lake-settings --generate-cli-skeleton input ||
        refuse "the AWS CLI does not say which settings it knows: $error_message"
    unknown=$(jq -r '
        ["DataLakeAdmins", "ReadOnlyAdmins", "CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions", "Parameters",
         "TrustedResourceOwners", "AllowExternalDataFiltering", "AllowFullTableExternalDataAccess",
         "ExternalDataFilteringAllowList", "AuthorizedSessionTagValueList"] - (.DataLakeSettings | keys) | join(", ")' "$work/answer.json")
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
