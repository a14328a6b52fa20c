#!/usr/bin/env bash
# spec.sh INTERPRETER: the specs on one Lua; the last line is the count.
# Each file in a process of its own: with all of them in one, the collections that
# many tests ask for take longer and longer. Files that look at a clock run alone, the
# others two at a time. One line for each test, so a run that dies shows how far it came.
set -euo pipefail
cd "$(dirname "$0")/.."

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0
failed=0

# one INTERPRETER LOGS FILE: what it says goes to a log, and then what it ended with.
one() {
  local log=$2/${3//\//-} code=0
  timeout 200 spec/support/run "$1" --output=TAP "$3" >"$log" 2>&1 || code=$?
  echo "$code" >"$log.code"
}
export -f one

# count FILE: adds what is in its log: "ok 7 - name", "not ok 8 - name", and "1..8"
# when the run came to its end. A skipped test counts as failed: it shows nothing.
count() {
  local p f planned log=$logs/${1//\//-} code
  code=$(cat "$log.code")
  cat "$log"
  read -r p f planned < <(awk '
    /^ok [0-9]+ - # SKIP/ { f++; next }
    /^ok [0-9]+ - / { p++ }
    /^not ok [0-9]+ - / { f++ }
    /^1\.\.[0-9]+$/ { n = substr($0, 4); ended = 1 }
    END { print p + 0, f + 0, ended ? n : -1 }' "$log")
  if [ $((p + f)) -ne "$planned" ]; then
    echo "spec: saw $((p + f)) tests of $planned in $1, which ended with $code"
    f=$((f + 1))
  elif [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then
    echo "spec: every test passed, but $1 ended with $code"
    f=1
  fi
  passed=$((passed + p))
  failed=$((failed + f))
}

clock='\<(now|clock|busy|wait_for)\>|support\.(load|preempting)'
alone=$(grep -rlE --include='*_spec.lua' "$clock" spec | sort)
for file in $alone; do
  one "$1" "$logs" "$file"
  count "$file"
done
others=$(grep -rLE --include='*_spec.lua' "$clock" spec | sort)
printf '%s\n' $others | xargs -P 2 -I {} bash -c 'one "$@"' one "$1" "$logs" {}
for file in $others; do count "$file"; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
