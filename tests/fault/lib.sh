# lib.sh - what the fault tests share: meshes, the state of an output. Sourced by run, disk and inject.
# shellcheck shell=bash source=tests/suite.sh disable=SC1091
. "$(dirname "${BASH_SOURCE[0]}")/../suite.sh" fault
export LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb
# A sanitizer's finding must not look like an error in the mesh.
export ASAN_OPTIONS=exitcode=99:allocator_may_return_null=1${ASAN_OPTIONS:+:$ASAN_OPTIONS} UBSAN_OPTIONS=exitcode=99
is() { if [[ $2 = "$3" ]]; then ok "$1"; else bad "$1" "'${2:0:300}', not '${3:0:300}'"; fi; }

# The bytes of a tree, names included; "none" where there is none.
sums() { if [[ -d $1 ]]; then (cd "$1" && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2 | sha256sum); else echo none; fi; }
litter() { find "$1" -name '*.meshc-*' 2>/dev/null; }

# mesh PRODUCTS: a mesh of one file in the canonical style, without a fault or a note; a domain for every 40 products.
mesh() {
  awk -v n="$1" 'BEGIN {
    print "mesh shop {\n  region:  eu-west-1\n  account: 123456789012\n  bucket:  \"shop-mesh\"\n}\n\nrole Boss\n"
    domain = "sales"
    for (i = 1; i <= n; i++) {
      if (i % 40 == 1) printf "domain %s {\n  owner: Boss\n}\n\n", domain = i == 1 ? "sales" : "d" i
      printf "schema S%d {\n  id:     string\n  amount: double\n  day:    date\n}\n\n", i
      printf "product %s.p%d of S%d {\n  format: parquet\n}\n\n", domain, i, i
    }
    print "pipeline sales.load {\n  produces: [sales.p1]\n  steps {\n    one: lambda One\n    two: wait 30s\n  }\n}\n"
    print "policy access {\n  grant all on sales.p1 to Boss\n}"
  }'
}
