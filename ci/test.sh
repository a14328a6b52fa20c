#!/usr/bin/env bash
# Every suite on both Luas: one row for each, and the sum as the last line.
# A suite counts its own tests and says "N passed, N failed"; a check counts as one.
set -euo pipefail
cd "$(dirname "$0")/.."

export NO_COLOR=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0
rows=()

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
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] || exit 1
  exit 0
}

prepare setup ci/setup.sh
prepare fennel ci/fennel.sh
prepare "build lua5.4" ci/build.sh lua5.4
prepare "build luajit" ci/build.sh luajit

check format "${CARGO:-cargo}" fmt --check
check "clippy lua5.4" ci/clippy.sh lua54
check "clippy luajit" ci/clippy.sh luajit
check luacheck luacheck --quiet --no-color lua spec bench examples
check rockspec ci/rockspec.sh
check "macros fresh" ci/macros.sh --check
suite unit ci/unit.sh
suite "spec lua5.4" ci/spec.sh lua5.4
suite "spec luajit" ci/spec.sh luajit
suite "bench lua5.4" ci/lua.sh lua5.4 bench/run.lua --check
suite "bench luajit" ci/lua.sh luajit bench/run.lua --check
suite "idle cost" bench/idle.sh
check rock ci/rock.sh
check "make install" ci/installed.sh
check neovim ci/neovim.sh
check examples ci/demo.sh
if [ -x ci/oom.sh ]; then suite "failing allocation" ci/oom.sh; fi
finish
