#!/usr/bin/env bash
# spec.sh INTERPRETER: the specs on one Lua; the last line is the count.
# One line for each test as it ends, so a run that dies shows how far it came.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
timeout 580 spec/support/run "$1" --output=TAP 2>&1 | tee "$log" || code=$?

# "ok 7 - name", "not ok 8 - name", and "1..8" when the run came to its end.
# A skipped test counts as failed: it shows nothing.
read -r passed failed planned < <(awk '
  /^ok [0-9]+ - # SKIP/ { f++; next }
  /^ok [0-9]+ - / { p++ }
  /^not ok [0-9]+ - / { f++ }
  /^1\.\.[0-9]+$/ { n = substr($0, 4) }
  END { print p + 0, f + 0, n + 0 }' "$log")
if [ "$planned" -eq 0 ] || [ $((passed + failed)) -ne "$planned" ]; then
  echo "spec: saw $((passed + failed)) tests of $planned; the run on $1 ended with $code"
  failed=$((failed + 1))
elif [ $code -ne 0 ] && [ "$failed" -eq 0 ]; then
  echo "spec: every test passed, but the run on $1 ended with $code"
  failed=1
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
