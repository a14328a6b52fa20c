#!/usr/bin/env bash
# alarm.sh INTERPRETER [SECONDS]: the alarm in hosts with threads, children and
# signals of their own, tests/alarm; the last line is the count.
set -euo pipefail
cd "$(dirname "$0")/.."

feature=$(ci/feature.sh "$1")
out=build/$feature
case $feature in
  lua55) mapfile -t link < <(ci/lua55.sh --sources) ;;
  *) link=("-I/usr/include/$1" "-l$1") ;;
esac
"${CC:-cc}" -std=gnu99 -O1 -Wall -Wextra -o "$out/alarm" tests/alarm/alarm.c "${link[@]}" -Wl,-E -lm -ldl -lpthread
timeout 600 "$out/alarm" "lua/?.lua" "$PWD/$out/?.so" "${2:-3}"
