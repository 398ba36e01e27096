# dictionary.awk - the words of the language as a dictionary for libFuzzer, from keywords.def and kinds.def.
/^(KEYWORD|KIND|ATTR)\(/ {
    if (match($0, /"[^"]*"/)) {
        word = substr($0, RSTART + 1, RLENGTH - 2)
        if (!(word in seen)) {
            seen[word] = 1
            print "\"" word ($0 ~ /^ATTR/ ? ":" : "") "\""
        }
    }
}
END {
    print "\"lambda\"\n\"athena\"\n\"wait\"\n\"select\"\n\"24h\"\n\"99.9%\"\n\"1.0.0\"\n\"2027-01-31\"\n\"10GB\""
    print "\"/// \"\n\"// \"\n\"/* \"\n\" */\"\n\"\\\"\\\"\\\"\"\n\"@key\"\n\"array<\"\n\"struct<a: \"\n\"{\"\n\"}\"\n\"x: \""
}
