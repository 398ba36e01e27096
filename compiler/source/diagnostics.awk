# diagnostics.awk - turns the registry of diagnostics (diagnostics/*.txt) into rows of C, sorted by code:
#
#   DIAG(UNKNOWN_ATTRIBUTE, "M0301", "unknown-attribute", LEVEL_ERROR, "title", "text", "wrong", "right", false)
#
# and refuses a malformed one. The form of a section (two or three words of a head line after the code):
#
#   == CODE slug error|warning|note [system]
#   The title.
#
#   Paragraphs of explanation.
#   -- wrong          a program that gives the diagnostic
#   -- right          the same, mended
#   -- untestable: reason       in place of both
#
# Plain POSIX awk: runs in mawk, gawk and busybox. Run with LC_ALL=C, so that lengths are bytes.

function complain(line, message) {
    printf "%s:%d: %s\n", file, line, message > "/dev/stderr"
    failed = 1
}

# Not gsub: the backslashes of its replacement mean different things to different awks.
function replaced(text, from, to,    done, at) {
    done = ""
    while ((at = index(text, from)) > 0) {
        done = done substr(text, 1, at - 1) to
        text = substr(text, at + length(from))
    }
    return done text
}

function quoted(text) {
    text = replaced(text, "\\", "\\\\")
    text = replaced(text, "\"", "\\\"")
    text = replaced(text, "??", "?\\?") # no trigraphs
    text = replaced(text, "\t", "\\t")
    text = replaced(text, "\n", "\\n")
    return "\"" text "\""
}

function trimmed(text) {
    sub(/^\n+/, "", text)
    sub(/\n+$/, "", text)
    return text
}

# Judges the section that ends here and keeps its row.
function finish(    where, name, text) {
    if (code == "") {
        return
    }
    where = head_line
    text = trimmed(part["text"])
    if (title == "")
        complain(where, code " has no title")
    if (text == "")
        complain(where, code " has no explanation")
    if (untestable && (("wrong" in part) || ("right" in part)))
        complain(where, code " is untestable and has examples")
    if (!untestable && (!("wrong" in part) || !("right" in part)))
        complain(where, code " needs '-- wrong' and '-- right', or '-- untestable: reason'")
    # C promises string literals of 4095 bytes.
    if (length(text) > 4000 || length(part["wrong"]) > 4000 || length(part["right"]) > 4000)
        complain(where, "a part of " code " is longer than 4000 bytes")
    name = toupper(slug)
    gsub(/-/, "_", name)
    row[code] = "DIAG(" name ", " quoted(code) ", " quoted(slug) ", LEVEL_" toupper(level) ",\n     " \
        quoted(title) ",\n     " quoted(text) ",\n     " \
        (untestable ? "NULL" : quoted(part["wrong"])) ",\n     " \
        (untestable ? "NULL" : quoted(part["right"])) ", " (system_failure ? "true" : "false") ")"
    codes[++count] = code
    code = ""
}

function begin_section() {
    finish()
    head_line = FNR
    code = $2
    slug = $3
    level = $4
    system_failure = ($5 == "system")
    title = ""
    current = "title"
    untestable = 0
    split("", part)
    part["text"] = ""
    if (NF < 4 || NF > 5 || (NF == 5 && !system_failure))
        complain(FNR, "the head of a section is '== CODE slug level [system]'")
    if (code !~ /^M[0-9][0-9][0-9][0-9]$/)
        complain(FNR, "the code '" code "' is not M and four digits")
    if (slug !~ /^[a-z0-9]+(-[a-z0-9]+)*$/)
        complain(FNR, "the slug '" slug "' is not lower-case words with hyphens")
    if (level !~ /^(error|warning|note)$/)
        complain(FNR, "the level '" level "' is not error, warning or note")
    if (code in seen)
        complain(FNR, "the code " code " stands at " seen[code] " already")
    if (slug in seen)
        complain(FNR, "the slug " slug " stands at " seen[slug] " already")
    seen[code] = seen[slug] = file ":" FNR
}

FNR == 1 {
    finish()
    file = FILENAME
}

/^== / {
    begin_section()
    next
}

code == "" {
    if ($0 !~ /^(#.*)?$/)
        complain(FNR, "text before the first section")
    next
}

/^-- / {
    if ($0 ~ /^-- untestable: ./)
        untestable = 1
    else if (($0 == "-- wrong" || $0 == "-- right") && !($2 in part))
        part[$2] = ""
    else
        complain(FNR, "not '-- wrong', '-- right' or '-- untestable: reason', or a second one")
    current = untestable ? "nothing" : $2
    next
}

current == "title" {
    title = $0
    current = "blank"
    next
}

current == "blank" {
    if ($0 != "")
        complain(FNR, "the title is one line, followed by a blank one")
    current = "text"
    next
}

current == "nothing" {
    if ($0 != "")
        complain(FNR, "text after '-- untestable'")
    next
}

{ part[current] = part[current] $0 "\n" }

END {
    finish()
    if (failed)
        exit 1
    # Insertion sort: the codes come nearly sorted.
    for (i = 2; i <= count; i++) {
        key = codes[i]
        for (j = i - 1; j >= 1 && codes[j] > key; j--)
            codes[j + 1] = codes[j]
        codes[j + 1] = key
    }
    print "/* Made by diagnostics.awk from compiler/source/diagnostics: do not edit. */"
    for (i = 1; i <= count; i++)
        print row[codes[i]]
}
