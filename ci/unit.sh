#!/usr/bin/env bash
# The core's own tests, without any Lua; the last line is the count.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
timeout 600 "${CARGO:-cargo}" test --release --locked --no-fail-fast --target-dir target/unit 2>&1 |
  tee "$log" || code=$?

# "test result: ok. 12 passed; 0 failed; ...", one line for each test program
read -r passed failed < <(awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")
if [ $((passed + failed)) -eq 0 ] || { [ $code -ne 0 ] && [ "$failed" -eq 0 ]; }; then failed=$((failed + 1)); fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
