# embed.awk - turns text files into build/embedded.c, which implements base/embedded.h: one array of bytes a file,
# because C promises string literals of 4095 bytes only, and a table of their names.
#
# Plain POSIX awk (mawk, gawk, busybox). Run with LC_ALL=C, so that characters are bytes. Text files only: a NUL byte
# ends a line early in some awks, and a missing newline at the end is added.

BEGIN {
    for (i = 1; i < 256; i++)
        number[sprintf("%c", i)] = i
    print "/* Made by embed.awk from runtime: do not edit. */"
    print "#include \"base/embedded.h\""
    print "#include <string.h>\n"
    for (i = 1; i < ARGC; i++)
        begin_file(ARGV[i])
    print "static const struct embedded {"
    print "    const char *name;"
    print "    const unsigned char *bytes;"
    print "    size_t size;"
    print "} files[] = {"
    for (i = 1; i <= files; i++)
        printf "    {\"%s\", file_%d, sizeof file_%d - 1},\n", name[i], i, i
    print "    {NULL, NULL, 0},"
    print "};\n"
    print "const char *embedded_file(const char *name, size_t *size)"
    print "{"
    print "    for (const struct embedded *file = files; file->name != NULL; file++) {"
    print "        if (strcmp(file->name, name) == 0) {"
    print "            *size = file->size;"
    print "            return (const char *)file->bytes;"
    print "        }"
    print "    }"
    print "    *size = 0;"
    print "    return NULL;"
    print "}"
    exit failed
}

function begin_file(path,    base, line, status) {
    base = path
    sub(/.*\//, "", base)
    if (base ~ /["\\]/ || base in seen) {
        print "embed.awk: " path ": a name that cannot be embedded, or embedded already" > "/dev/stderr"
        failed = 1
        return
    }
    seen[base] = 1
    name[++files] = base
    printf "static const unsigned char file_%d[] = {\n", files
    while ((status = (getline line < path)) > 0)
        put_line(line)
    if (status < 0) {
        print "embed.awk: cannot read " path > "/dev/stderr"
        failed = 1
    }
    close(path)
    print "0};\n"
}

function put_line(line,    i, n, out) {
    n = length(line)
    for (i = 1; i <= n; i++) {
        out = out number[substr(line, i, 1)] ","
        if (i % 32 == 0) {
            print out
            out = ""
        }
    }
    print out "10,"
}
