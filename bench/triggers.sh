#!/usr/bin/env bash
# What a pending timeout costs and how late one is, for each trigger of each Lua: two
# tables, as the README has them.
# triggers.sh [TURNS [ROUNDS]]: fewer are quicker (25 and 4).
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t luas < <(ci/luas.sh)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for lua in "${luas[@]}"; do
  ci/lua.sh "$lua" bench/pending.lua "${1:-25}" | sed "s/^/$lua|/" >>"$tmp/pending"
  ci/lua.sh "$lua" bench/late.lua "${2:-4}" | sed "s/^/$lua|/" >>"$tmp/late"
done

echo "Processor time with a timeout of ten minutes pending, over that with nothing pending:"
# One column for each Lua and trigger, in the order in which they come.
awk -F'|' '
  { column = $1 " " $3; cell[$2, column] = $4 }
  !(column in columns) { columns[column]; head[++width] = column }
  !($2 in rows) { rows[$2]; name[++height] = $2 }
  END {
    line = "\n| |"; rule = "|---|"
    for (c = 1; c <= width; c++) { line = line " " head[c] " |"; rule = rule "---:|" }
    print line; print rule
    for (r = 1; r <= height; r++) {
      line = "| " name[r] " |"
      for (c = 1; c <= width; c++) line = line " " cell[name[r], head[c]] " |"
      print line
    }
  }' "$tmp/pending"

printf '\nHow late timeouts are, in milliseconds (p50 / p99 / max):\n\n'
echo "| Lua | trigger | work | late | early |"
echo "|---|---|---|---:|---:|"
awk -F'|' '{ printf "| %s | %s | %s | %s | %s |\n", $1, $3, $2, $4, $5 }' "$tmp/late"
