# join.awk - prints a program of runtime/ in one piece: each line that reads a part and ends in "# @join" gives way to
# the text of that part. The files themselves run, and can be checked, as they are.
#
# Plain POSIX awk, one file an argument. What tells a checker where to look for a part is left out.

/^# shellcheck source=/ { next }
/# @join$/ {
    part = $2
    gsub(/"|\$\{BASH_SOURCE\[0\]%\/\*\}\//, "", part)
    folder = FILENAME
    sub(/[^\/]*$/, "", folder)
    while ((status = (getline line < (folder part))) > 0)
        if (line !~ /^# shellcheck (shell|disable)=/)
            print line
    if (status < 0) {
        print "join.awk: cannot read " folder part > "/dev/stderr"
        exit 1
    }
    close(folder part)
    next
}
{ print }
