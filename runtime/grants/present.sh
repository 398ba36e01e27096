# shellcheck shell=bash
# present.sh - what is there: the questions to the account, and the things in the answers.

jq_questions=
read -r -d '' jq_questions <<'JQ' || true
# The kinds of grants by the resource types of ListPermissions.
def type_of: {catalog: "CATALOG", database: "DATABASE", table: "TABLE", tables: "TABLE", location: "DATA_LOCATION", tag: "LF_TAG",
              policy: "LF_TAG_POLICY", expression: "LF_NAMED_TAG_EXPRESSION"}[.];

# Three lines a question: service, operation and a word for people; what the answer is about; the input.
def questions($account; $today; $ledger; $everything):
    . as $desired
    | ((wanted($account; $today) | keys_unsorted) + ($ledger.things | keys_unsorted)
       + [entries($today) | select(.state == "ended") | .things[] | tojson] | unique | map(fromjson)) as $things
    | def grants: $things[] | select(.[0] == "grant");
      def associations: $things[] | select(.[0] == "association") | [.[1], .[2]];
      def managed_tables: .managed.tables[], .hybrid.tables[] | [$account, (.database | lower), (.table | lower)];
      def managed_databases: .managed.databases[], .hybrid.databases[] | [$account, lower];
      def ask($words; $about; $input): [$words, $about, $input];
    # Never by principal and resource together: that gives effective permissions, not granted ones.
    ( [ (grants | select(.[2] != "filter") | {catalog: .[3][0], type: (.[2] | type_of)}),
        (if .managed.databases + .hybrid.databases != [] then {catalog: $account, type: ("DATABASE", "TABLE")} else empty end),
        (if .managed.tables + .hybrid.tables != [] then {catalog: $account, type: "TABLE"} else empty end),
        (if $everything and .tags != [] then {catalog: $account, type: ("LF_TAG", "LF_TAG_POLICY")} else empty end) ]
      | unique[] | ask("lakeformation list-permissions \(.type)"; {what: "permissions", catalog};
                       {CatalogId: .catalog, ResourceType: .type, MaxResults: 1000})),
    # Grants on filters are given by their table alone.
    ( [ (grants | select(.[2] == "filter") | .[3][:3]), (if $everything and .filters != [] then managed_tables else empty end) ]
      | unique[] | ask("lakeformation list-permissions FILTER"; {what: "permissions", catalog: .[0]};
                       {CatalogId: .[0], Resource: resource("table"; .; null), IncludeRelated: "TRUE", MaxResults: 1000})),
    ( if any($things[]; .[0] == "key" or .[0] == "value") then ask("lakeformation list-lf-tags tags"; {what: "tags"}; {CatalogId: $account}) else empty end ),
    ( [ associations, (if $everything and .tags != [] then (managed_databases | ["database", .]), (managed_tables | ["table", .]) else empty end) ]
      | group_by([.[0], .[1][:3]])[]
      | .[0][0] as $kind | .[0][1][:3] as $at | (map(.[1][3] // empty) | unique) as $columns
      | ask("lakeformation get-resource-lf-tags tags"; {what: "associations", kind: $kind, at: $at};
            {CatalogId: $at[0], Resource: resource($kind; $at; $columns), ShowAssignedLFTags: true})),
    ( [$things[] | select(.[0] == "filter") | .[1:4]] | unique[]
      | ask("lakeformation list-data-cells-filter filters"; {what: "filters"}; {Table: {CatalogId: .[0], DatabaseName: .[1], Name: .[2]}})),
    ( if any($things[]; .[0] == "optin") or ($everything and .hybrid.databases + .hybrid.tables != [])
      then ask("lakeformation list-lake-formation-opt-ins opt-ins"; {what: "optins"}; {MaxResults: 1000}) else empty end ),
    ( [ managed_databases,
        ($things[] | if .[0] == "grant" and (.[2] | IN("database", "table", "tables", "filter")) then .[3][:2]
                     elif .[0] == "association" then .[2][:2]
                     elif .[0] == "filter" then .[1:3]
                     elif .[0] == "optin" then .[3][:2] else empty end | select(.[0] == $account)) ]
      | unique[] | ask("glue get-tables tables"; {what: "tables", database: .[1]}; {CatalogId: .[0], DatabaseName: .[1]})),
    ( if .taking.owners != [] then ask("ram get-resource-share-invitations shares"; {what: "shares"}; {}) else empty end ),
    ( [ (.taking.links[] | .name | lower), ($things[] | select(.[0] == "link") | .[1]) ] | unique[]
      | ask("glue get-database links"; {what: "link", name: .}; {CatalogId: $account, Name: .})),
    ( [ (.taking.links[] | [.catalog, (.database | lower)]), (.taking.batches[].Entries[].Resource | place($account) | select(.at[1]) | .at[:2] | select(.[0] != $account)) ]
      | unique[] | ask("glue get-database shares"; {what: "shared", at: .}; {CatalogId: .[0], Name: .[1]}));
JQ

jq_present=
read -r -d '' jq_present <<'JQ' || true
def filter_content:
    {rows: (.RowFilter | if .AllRowsWildcard != null or (.FilterExpression // "" | ascii_upcase) == "TRUE" then "TRUE" else .FilterExpression end),
     columns: (if (.ColumnNames // []) != [] then [.ColumnNames[] | lower] | unique else "all" end),
     except: ([.ColumnWildcard.ExcludedColumnNames? // [] | .[] | lower] | unique)};

def association_of($about):
    def tags($kind; $at): .[]? | .TagValues[] as $value | ["association", $kind, $at, (.TagKey | lower), ($value | lower)];
    if $about.kind == "database" then .LFTagOnDatabase | tags("database"; $about.at)
    elif $about.kind == "table" then .LFTagsOnTable | tags("table"; $about.at)
    else .LFTagsOnColumns[]? | (.Name | lower) as $column | .LFTags | tags("column"; $about.at + [$column]) end;

def things_in($account):
    .about as $about | .answer
    | if . == null then empty
      elif $about.what == "permissions" then .PrincipalResourcePermissions[]? | grants_of($about.catalog)
      elif $about.what == "tags" then .LFTags[]? | {key: .TagKey, values: .TagValues} | tag_things
      elif $about.what == "associations" then association_of($about)
      elif $about.what == "filters" then .DataCellsFilters[]? | filter_thing
      elif $about.what == "optins" then .LakeFormationOptInsInfoList[]?
          | .Principal.DataLakePrincipalIdentifier as $who | (.Resource | place($account)) | select(.) | ["optin", $who, .kind, .at]
      elif $about.what == "link" then .Database | select(.TargetDatabase) | ["link", $about.name, .TargetDatabase.CatalogId, (.TargetDatabase.DatabaseName | lower)]
      else empty end;

# Answers, {about, answer} -> {things, contents, tables: database -> tables or null, unseen, links, shared, shares}.
def present($account):
    . as $pages
    | def answers($what): $pages[] | select(.about.what == $what);
    {
        things: set_of($pages[] | things_in($account)),
        contents: (reduce (answers("filters") | .answer.DataCellsFilters[]?) as $f ({}; .[$f | filter_thing | tojson] = ($f | filter_content))),
        tables: (reduce answers("tables") as $page ({};
            .[$page.about.database] = if $page.answer == null then null
                else (.[$page.about.database] // {}) + (reduce $page.answer.TableList[]? as $t ({}; .[$t.Name | lower] = true)) end)),
        unseen: (reduce (answers("tables") | select(.answer.denied)) as $page ({}; .[$page.about.database] = true)),
        links: (reduce answers("link") as $page ({}; .[$page.about.name] = ($page.answer | if . then .Database | (.TargetDatabase // {}) else null end))),
        shared: (reduce answers("shared") as $page ({}; .[$page.about.at | tojson] = ($page.answer != null))),
        shares: [answers("shares") | .answer.resourceShareInvitations[]?]
    };
JQ

# Asks all questions; the answers stand in $work/present.jsonl. With `everything`, also what only verify looks at.
read_account() { # everything?
    local words about input service operation word rest asked=0 total
    jq "$jq_things$jq_desired$jq_questions"'
        questions($account; $today; $ledger[0]; $everything == "everything") | (.[0], (.[1:][] | tojson))' -r \
        --arg account "$account" --arg today "$today" --arg everything "${1:-}" --slurpfile ledger "$work/ledger.json" \
        "$work/desired.json" >"$work/questions"
    : >"$work/present.jsonl"
    total=$(($(wc -l <"$work/questions") / 3))
    while IFS= read -r words <&3; do
        IFS= read -r about <&3
        IFS= read -r input <&3
        read -r service operation word rest <<<"$words"
        progress "reading the account: $word, question $((++asked)) of $total"
        printf '%s\n' "$input" >"$work/input.json"
        ask_pages "$about" "$service" "$operation" || answer_refused "$about" "$service $operation"
    done 3<"$work/questions"
}

# Not there is an answer. So is not allowed, where it only means that something cannot be checked or is not shared yet.
answer_refused() { # ABOUT CALL
    local answer=null
    case $error_code:$1 in
        EntityNotFoundException:*) ;;
        AccessDeniedException:*'"what":"shared"'*) ;;
        AccessDeniedException:*'"what":"permissions"'*)
            if [[ $1 == *"\"catalog\":\"$account\""* ]]; then refuse "$2: $error_code: $error_message"; fi
            ;;
        AccessDeniedException:*'"what":"tables"'*)
            say "$2: $error_message: whether tables exist is not checked"
            answer='{"denied":true}'
            ;;
        *) refuse "$2: $error_code: $error_message" ;;
    esac
    printf '{"about":%s,"answer":%s}\n' "$1" "$answer" >>"$work/present.jsonl"
}
