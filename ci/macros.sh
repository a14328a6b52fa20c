#!/bin/sh
# macros.sh           makes lua/async/macros.lua from fennel/macros.fnl
# macros.sh --check   fails when the one in the tree is not made from this source
set -eu
cd "$(dirname "$0")/.."

source=fennel/macros.fnl
target=lua/async/macros.lua
sum=$(cksum <$source | cut -d ' ' -f 1)
new=$(mktemp)
trap 'rm -f "$new"' EXIT

ci/fennel.sh >/dev/null
version=$(LUA_PATH="build/fennel/?.lua;;" lua5.4 -e 'io.write(require("fennel").version)')

{
  echo "-- Made by ci/macros.sh with Fennel $version from $source (cksum $sum). Do not edit."
  echo "-- luacheck: ignore"
  LUA_PATH="build/fennel/?.lua;;" lua5.4 fennel/compile.lua $source
} >"$new"

case "${1:-}" in
  '')
    mkdir -p lua/async
    cp "$new" $target
    ;;
  --check)
    # Another Fennel writes other Lua for the same source; then the sum has to do.
    if head -n 1 $target | grep -q "Fennel $version "; then
      diff -u $target "$new" && exit 0
    else
      head -n 1 $target | grep -q "(cksum $sum)" && exit 0
    fi
    echo "$target is stale: run ci/macros.sh and commit it" >&2
    exit 1
    ;;
  *)
    echo "usage: ci/macros.sh [--check]" >&2
    exit 2
    ;;
esac
