#!/usr/bin/env bash
# The benchmarks on every Lua, and then one table of them all, as the README has it:
# nanoseconds, and the ratio to bare resume and yield on the same Lua.
# all.sh [WORD]: only the rows whose name contains it.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t luas < <(ci/luas.sh)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for lua in "${luas[@]}"; do ci/lua.sh "$lua" bench/run.lua "$@" | tee "$tmp/$lua"; done

printf '\n| |'
printf ' %s |' "${luas[@]}"
printf '\n|---|'
printf '%s' "${luas[@]/*/---:|}"
printf '\n'
for lua in "${luas[@]}"; do cat "$tmp/$lua"; done | awk '
  { name = substr($0, 1, 34); sub(/ +$/, "", name) }
  # A row has a time and a ratio behind its name; memory has bytes.
  substr($0, 35) ~ /^ +[0-9]+ +[0-9.]+/ {
    split(substr($0, 35), n, " ")
    if (!(name in cells)) order[++rows] = name
    cells[name] = cells[name] sprintf(" %d (%.1f) |", n[1], n[2])
  }
  substr($0, 35) ~ /^ +[0-9]+ bytes/ {
    split(substr($0, 35), n, " ")
    if (!(name in cells)) order[++rows] = name
    cells[name] = cells[name] sprintf(" %d bytes |", n[1])
  }
  END { for (i = 1; i <= rows; i++) printf "| %s |%s\n", order[i], cells[order[i]] }'
