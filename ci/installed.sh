#!/bin/sh
# installed.sh [INTERPRETER...]: `make install`, `make uninstall` and `make dist`,
# and what they made is used, by the Lua it is for and by no other.
set -eu
cd "$(dirname "$0")/.."

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# shellcheck disable=SC2046 # one word for each
[ $# -gt 0 ] || set -- $(ci/luas.sh)

fail() {
  echo "installed: $*" >&2
  exit 1
}

# make without what an outer make hands on, and quiet.
quiet_make() {
  env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory -s "$@"
}

# An empty directory but for two files of others, to be found again untouched.
installed() {
  prefix="/a prefix"
  root=$tmp/$lua$prefix
  share=$root/share/lua/$version
  lib=$root/lib/lua/$version
  mkdir -p "$share/async" "$lib"
  echo mine >"$share/async/of_others.lua"
  echo mine >"$lib/of_others.so"
  before=$(cd "$root" && find . | sort)

  # It is built already, so this is to work where there is no cargo.
  CARGO=false quiet_make install "LUA=$lua" "DESTDIR=$tmp/$lua" "PREFIX=$prefix"
  diff -r -x of_others.lua lua "$share"
  cmp "build/$feature/async/core.so" "$lib/async/core.so"
  diff -r library "$root/share/async-channels/library"
  ci/use.sh "$lua" "$share" "$lib"

  quiet_make uninstall "LUA=$lua" "DESTDIR=$tmp/$lua" "PREFIX=$prefix"
  after=$(cd "$root" && find . | sort)
  if [ "$after" != "$before" ]; then fail "uninstall left $after in place of $before"; fi
}

copied() {
  rm -rf "build/dist/$feature"
  CARGO=false quiet_make dist "LUA=$lua"
  copy="$tmp/$lua/a game/async"
  mkdir "$tmp/$lua/a game"
  cp -R "build/dist/$feature" "$copy"
  diff -r -x core.so lua "$copy/lua"
  cmp LICENSE "$copy/LICENSE"
  diff -r docs "$copy/docs"
  diff -r library "$copy/library"
  ci/use.sh "$lua" "$copy/lua" "$copy/lua"
}

# A core for another Lua is refused. It says so; a signal would be 128 and more.
refused() {
  interpreter=$(PATH="$PWD/build/bin:$PATH" && command -v "$lua")
  for other in "$@"; do
    [ "$other" != "$lua" ] || continue
    code=0
    LUA_CPATH="build/$(ci/feature.sh "$other")/?.so" "$interpreter" -e 'require("async.core")' >"$tmp/said" 2>&1 || code=$?
    [ "$code" -eq 1 ] || fail "$lua, given the core for $other, ended with $code: $(cat "$tmp/said")"
  done
}

for lua in "$@"; do ci/build.sh "$lua"; done
for lua in "$@"; do
  feature=$(ci/feature.sh "$lua")
  version=$(ci/version.sh "$lua")
  installed
  copied
  refused "$@"
  echo "installed: make install, uninstall and dist with $lua"
done
