# shellcheck shell=bash
# preflight.sh - what must be right before anything is read or changed: account, region, the caller's rights.

is_region() {
    local LC_ALL=C
    [[ $1 =~ ^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$ ]]
}

check_header() {
    [[ $MESH_FORMAT == 1 || $MESH_FORMAT == 2 ]] || refuse "format $MESH_FORMAT is not known to this program"
    [[ $MESH_ACCOUNT == self ]] || is_account "$MESH_ACCOUNT" || refuse "MESH_ACCOUNT is no account id"
    [[ $retry_base_ms =~ ^[0-9]{1,6}$ ]] || misuse "MESH_RETRY_BASE_MS is no number of milliseconds"
    [[ $retry_tries =~ ^[1-9][0-9]?$ ]] || misuse "MESH_RETRY_TRIES is no number of tries"
    [[ -z $max_changes || $max_changes =~ ^[0-9]{1,9}$ ]] || misuse "--max-changes $max_changes: expected a number"
    retry_base_ms=$((10#$retry_base_ms))
    today=${MESH_TODAY:-$(date -u +%F)}
    run_id=$(date -u +%Y%m%dT%H%M%SZ)-$$
    [[ $today =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] || misuse "MESH_TODAY is no day"
    [[ -z $MESH_REGION || $region == "$MESH_REGION" ]] ||
        misuse "the mesh stands in $MESH_REGION; --region $region disagrees"
}

find_region() {
    if [[ -z $region ]]; then region=${AWS_REGION:-${AWS_DEFAULT_REGION:-}}; fi
    if [[ -z $region ]]; then region=$(aws configure get region ${profile:+--profile "$profile"} 2>/dev/null) || region=; fi
    [[ -n $region ]] || refuse "no region: the mesh names none; use --region"
    is_region "$region" || refuse "this is no region: $region"
}

prepare_cli() {
    export AWS_RETRY_MODE=${AWS_RETRY_MODE:-standard} AWS_MAX_ATTEMPTS=${AWS_MAX_ATTEMPTS:-5}
    aws=(aws --output json --region "$region")
    if [[ -n $profile ]]; then aws+=(--profile "$profile"); fi
    if [[ -n $endpoint_url ]]; then aws+=(--endpoint-url "$endpoint_url"); fi
}

find_caller() {
    must_ask sts get-caller-identity
    read_caller "$work/answer.json"
    account=$caller_account
    caller=$(jq -r '.Arn // "" | tostring' "$work/answer.json")
    [[ $MESH_ACCOUNT == self || $account == "$MESH_ACCOUNT" ]] ||
        refuse "these credentials are of account $account; this program is for $MESH_ACCOUNT"
    partition=${caller#arn:}
    partition=${partition%%:*}
    [[ $partition =~ ^aws(-[a-z]+)*$ ]] || refuse "the caller's ARN has no partition"
}

# A link that this program made and the mesh now has a database of that name: while the link stands no stack can make it,
# and a grant on the database would be one on the link.
check_links() {
    local input link
    while IFS= read -r input <&3 && IFS= read -r link <&3; do
        printf '%s\n' "$input" >"$work/input.json"
        if ! ask glue get-database --cli-input-json "file://$work/input.json"; then
            [[ $error_code == EntityNotFoundException ]] || refuse "glue get-database: $error_code: $error_message"
        elif jq -e .Database.TargetDatabase "$work/answer.json" >/dev/null; then
            refuse "$link, which this program made, has the name of a database of this mesh: delete the link, for no stack can make the database while it stands"
        fi
    done 3< <(jq "$jq_things"'
        .managed.databases[] | lower as $name | $ledger[0].things | keys_unsorted[] | fromjson | select(.[0] == "link" and .[1] == $name)
        | ({CatalogId: $account, Name: .[1]} | tojson), "link \(.[1] | safe) to database \(.[3] | safe) of \(.[2])"' -r \
        --arg account "$account" --slurpfile ledger "$work/ledger.json" "$work/desired.json")
}

# Elsewhere the service says "Permissions modification is invalid".
check_admin() {
    [[ $is_admin == true ]] ||
        refuse "the caller, $caller, is no data lake administrator of account $account: name its role in admins: of the mesh, or run this as one of them"
}
