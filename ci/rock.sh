#!/bin/sh
# rock.sh [INTERPRETER...]: the life of the rock with LuaRocks. It is made into a
# tree, packed with its binary, installed from that into another tree where there
# is neither cargo nor make nor a compiler, used in both, and removed.
# LuaRocks and cargo may not ask the network for anything.
set -eu
cd "$(dirname "$0")/.."

root=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
spec=rockspec/async-channels-scm-1.rockspec
# There is no LuaRocks for Lua 5.5 in Debian.
# shellcheck disable=SC2046 # one word for each
[ $# -gt 0 ] || set -- $(ci/luas.sh | grep -v 5.5)

export LUAROCKS_CONFIG="$tmp/config.lua"
echo 'rocks_servers = {}' >"$LUAROCKS_CONFIG"

fail() {
  echo "rock: $*" >&2
  exit 1
}

# bare DIRECTORY: every command of this machine but those that build.
bare() {
  mkdir "$1"
  echo "$PATH" | tr : '\n' | while read -r directory; do
    find "$directory" -maxdepth 1 ! -type d -exec ln -sf -t "$1" {} + 2>/dev/null || true
  done
  for tool in cargo rustc rustup make gmake cc gcc c99 c89 clang tcc ld; do rm -f "$1/$tool"; done
  for tool in cargo make cc gcc; do
    if (PATH=$1 && command -v $tool); then fail "$tool is on the bare path"; fi
  done
}

# same TREE: it has the files of lua/, docs/ and library/ and one core, and they work.
same() {
  diff -r lua "$1/share/lua/$version"
  rock=$1/lib/luarocks/rocks-$version/async-channels/scm-1
  diff -r docs "$rock/docs"
  diff -r library "$rock/library"
  [ "$(cd "$1/lib/lua/$version" && find . -type f)" = ./async/core.so ] || fail "no library, or too many, in $1"
  ci/use.sh "$lua" "$1/share/lua/$version" "$1/lib/lua/$version"
}

# gone TREE: nothing of it is left.
gone() {
  left=$(find "$1" -path '*/share/lua/*' -type f -o -path '*/lib/lua/*' -type f)
  [ -z "$left" ] || fail "left behind: $left"
}

life() {
  lua=$1
  version=$(ci/version.sh "$lua")
  luarocks=$(command -v "luarocks-$version") || fail "there is no luarocks-$version"
  made=$tmp/$lua/made
  unpacked=$tmp/$lua/unpacked
  mkdir "$tmp/$lua"

  ci/build.sh "$lua" # may fetch crates; what follows may not
  # luarocks-5.1 builds for Lua 5.1 if it is not told otherwise.
  if [ "$lua" = luajit ]; then set -- "LUA=$(command -v luajit)"; else set --; fi
  CARGO_NET_OFFLINE=true "$luarocks" make --tree "$made" "$@" $spec
  same "$made"

  cd "$tmp/$lua"
  "$luarocks" pack --tree "$made" async-channels
  PATH=$tmp/bare "$luarocks" install --tree "$unpacked" ./async-channels-scm-1.*.rock
  cd "$root"
  same "$unpacked"

  for tree in "$made" "$unpacked"; do
    "$luarocks" remove --tree "$tree" async-channels
    gone "$tree"
  done
  echo "rock: made, packed, installed, used and removed with $lua"
}

bare "$tmp/bare"
for lua in "$@"; do life "$lua"; done
