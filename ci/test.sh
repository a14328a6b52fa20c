#!/usr/bin/env bash
# Every suite: one row for each, then a table with one row for each Lua, and the
# sum as the last line.
# A suite counts its own tests and says "N passed, N failed"; a check counts as one.
set -euo pipefail
cd "$(dirname "$0")/.."

export NO_COLOR=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0
rows=()
mapfile -t luas < <(ci/luas.sh)
declare -A cell # of the table: "LUA SUITE"

# run NAME COMMAND...: shows what it prints, keeps it in $log, returns its code.
run() {
  printf '\n== %s\n' "$1"
  shift
  timeout 600 "$@" 2>&1 | tee "$log"
}

# row NAME PASSED FAILED SECONDS
row() {
  passed=$((passed + $2))
  failed=$((failed + $3))
  rows+=("$(printf '%-20s %6d passed %4d failed %4d s' "$@")")
}

# matrix: the suites that run on every Lua, one row for each Lua.
matrix() {
  local lua name
  printf '\n%-8s %12s %12s %12s %12s %12s\n' Lua lint specs states benchmarks rock
  for lua in "${luas[@]}"; do
    printf '%-8s' "$lua"
    for name in clippy spec states bench rock; do printf ' %12s' "${cell[$lua $name]:--}"; done
    printf '\n'
  done
}

# on LUA check|suite NAME COMMAND...: a row and a cell; "12 ok", or "12 ok 1 bad".
on() {
  local lua=$1 kind=$2 name=$3 p=$passed f=$failed
  shift 3
  "$kind" "$name $lua" "$@"
  p=$((passed - p))
  f=$((failed - f))
  cell[$lua $name]="$p ok"
  if [ $f -gt 0 ]; then cell[$lua $name]="$p ok $f bad"; fi
}

check() {
  local start=$SECONDS good=1
  run "$@" || good=0
  row "$1" $good $((1 - good)) $((SECONDS - start))
}

suite() {
  local start=$SECONDS code=0 p=0 f=0
  run "$@" || code=$?
  read -r p f < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$log" | tail -n 1) || p=0 f=0
  # No count, a count of nothing, or a bad end that the count does not show.
  if [ $((p + f)) -eq 0 ] || { [ $code -ne 0 ] && [ "$f" -eq 0 ]; }; then f=1; fi
  row "$1" "$p" "$f" $((SECONDS - start))
}

# Without this step nothing else can run, so it is no test when it works.
prepare() {
  run "$@" && return
  row "$1" 0 1 0
  finish
}

finish() {
  printf '\n'
  printf '%s\n' "${rows[@]}"
  matrix
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] || exit 1
  exit 0
}

prepare setup ci/setup.sh
prepare fennel ci/fennel.sh
prepare "Lua 5.5" ci/lua55.sh
for lua in "${luas[@]}"; do prepare "build $lua" ci/build.sh "$lua"; done

check format "${CARGO:-cargo}" fmt --check
for lua in "${luas[@]}"; do on "$lua" check clippy ci/clippy.sh "$(ci/feature.sh "$lua")"; done
check "clippy luajit52" ci/clippy.sh luajit52
check luacheck luacheck --quiet --no-color lua spec bench examples
check rockspec ci/rockspec.sh
check "macros fresh" ci/macros.sh --check
check types ci/types.sh
suite unit ci/unit.sh
for lua in "${luas[@]}"; do
  on "$lua" suite spec ci/spec.sh "$lua"
  on "$lua" suite states ci/states.sh "$lua"
  [ "$lua" = luajit ] || on "$lua" suite alarm ci/alarm.sh "$lua"
  on "$lua" suite bench ci/lua.sh "$lua" bench/run.lua --check
  suite "pending $lua" ci/lua.sh "$lua" bench/pending.lua --check
  suite "late $lua" ci/lua.sh "$lua" bench/late.lua --check
done
# The portable engine, which is not the default here.
suite "count lua5.4" env ASYNC_TRIGGER=count ci/spec.sh lua5.4
suite "idle cost" bench/idle.sh
for lua in "${luas[@]}"; do
  # Debian has no LuaRocks for it.
  [ "$lua" = lua5.5 ] || on "$lua" check rock ci/rock.sh "$lua"
done
check "make install" ci/installed.sh
check neovim ci/neovim.sh
check examples ci/demo.sh
if [ -x ci/oom.sh ]; then suite "failing allocation" ci/oom.sh; fi
finish
