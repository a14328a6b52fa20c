#!/usr/bin/env bash
# states.sh INTERPRETER: several states and several copies of the module in one
# process, tests/states; the last line is the count.
set -euo pipefail
cd "$(dirname "$0")/.."

feature=$(ci/feature.sh "$1")
out=build/$feature
case $feature in
  luajit) link=(-I/usr/include/luajit-2.1 -lluajit-5.1) ;;
  lua55) mapfile -t link < <(ci/lua55.sh --sources) ;;
  *) link=("-I/usr/include/$1" "-l$1") ;;
esac
"${CC:-cc}" -std=gnu99 -O1 -Wall -Wextra -o "$out/states" tests/states/states.c "${link[@]}" -Wl,-E -lm -ldl
mkdir -p "$out/copy/async"
cp "$out/async/core.so" "$out/copy/async/core.so"
timeout 300 "$out/states" "lua/?.lua" "$PWD/$out/?.so" "$PWD/$out/copy/?.so"
