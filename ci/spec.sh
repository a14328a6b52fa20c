#!/usr/bin/env bash
# spec.sh INTERPRETER: the specs on one Lua; the last line is the count.
# Each file in a process of its own: with all of them in one, the collections that
# many tests ask for take longer and longer. One line for each test as it ends, so
# a run that dies shows how far it came.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0

# count FILE CODE: adds what is in $log: "ok 7 - name", "not ok 8 - name", and "1..8"
# when the run came to its end. A skipped test counts as failed: it shows nothing.
count() {
  local p f planned
  read -r p f planned < <(awk '
    /^ok [0-9]+ - # SKIP/ { f++; next }
    /^ok [0-9]+ - / { p++ }
    /^not ok [0-9]+ - / { f++ }
    /^1\.\.[0-9]+$/ { n = substr($0, 4); ended = 1 }
    END { print p + 0, f + 0, ended ? n : -1 }' "$log")
  if [ $((p + f)) -ne "$planned" ]; then
    echo "spec: saw $((p + f)) tests of $planned in $1, which ended with $2"
    f=$((f + 1))
  elif [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; then
    echo "spec: every test passed, but $1 ended with $2"
    f=1
  fi
  passed=$((passed + p))
  failed=$((failed + f))
}

while read -r file; do
  code=0
  timeout 200 spec/support/run "$1" --output=TAP "$file" 2>&1 | tee "$log" || code=$?
  count "$file" "$code"
done < <(find spec -name '*_spec.lua' | sort)
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
