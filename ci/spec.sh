#!/usr/bin/env bash
# spec.sh INTERPRETER: the specs on one Lua; the last line is the count.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
timeout 400 spec/support/run "$1" --output=plainTerminal 2>&1 | tee "$log" || code=$?

# "12 successes / 1 failure / 0 errors / 0 pending : 0.1 seconds"
count='^([0-9]+) success(es)? / ([0-9]+) failures? / ([0-9]+) errors? / ([0-9]+) pending : .*'
read -r passed failed errors pending < <(sed -nE "s@$count@\1 \3 \4 \5@p" "$log" | tail -n 1) || {
  echo "the run on $1 ended with $code before its summary; see which test: spec/support/run $1 --output=TAP"
  passed=0 failed=1 errors=0 pending=0
}
failed=$((failed + errors + pending)) # a test that does not run is not a test that passes
if [ $((passed + failed)) -eq 0 ] || { [ $code -ne 0 ] && [ $failed -eq 0 ]; }; then failed=1; fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
