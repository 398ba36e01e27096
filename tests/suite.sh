# shellcheck shell=bash
# suite.sh - what suites share, sourced as `. tests/suite.sh NAME`: a line a test, what is missing on this machine, and the
# last line `N passed, N failed`. A suite that has tested nothing and has not said why has failed.
suite=$1 passed=0 failed=0 skipped=0 topic='' tested_before=0

ok() { echo "ok $suite $1"; passed=$((passed + 1)); }
bad() { echo "not ok $suite $1${2:+: ${2//$'\n'/ | }}"; failed=$((failed + 1)); } # NAME [WHY]

# skip NAME WHY: what cannot be tested here; where all must be there (CI=true) it has failed.
skip() {
  if [[ ${CI:-} = true ]]; then bad "$@"; return; fi
  echo "SKIP $suite $1: $2"
  skipped=$((skipped + 1))
}

# needs NAME TOOL...: they are there; else what is called so is skipped.
needs() {
  local name=$1 tool
  for tool in "${@:2}"; do
    command -v "$tool" >/dev/null && continue
    skip "$name" "$tool is not installed"
    return 1
  done
}

# demand TOOL...: without them there is nothing to test.
demand() { needs - "$@" || finish; }

# topic NAME: what follows is about that. A topic of which nothing was tested has failed: its list was empty, or not there.
topic() {
  local tested=$((passed + failed + skipped))
  ((tested > tested_before)) || [[ -z $topic ]] || bad "$topic" "nothing was tested"
  topic=$1 tested_before=$tested
}

finish() {
  topic ''
  ((passed + failed + skipped)) || bad - "nothing was tested"
  echo "$passed passed, $failed failed"
  exit $((failed > 0))
}
