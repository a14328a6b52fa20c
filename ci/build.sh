#!/bin/sh
# build.sh INTERPRETER [DIRECTORY]: build the native module for one Lua.
# The file goes to DIRECTORY/core.so, or to build/<feature>/async/core.so.
set -eu
cd "$(dirname "$0")/.."

feature=$(ci/feature.sh "$1")
out=${2:-build/$feature/async}
grep -q "^$feature *=" Cargo.toml || {
  echo "$1 would need the cargo feature $feature, which Cargo.toml does not have" >&2
  exit 1
}

${CARGO:-cargo} build --release --locked --features "$feature"

case $(uname -s) in
  Darwin) lib=libasync_core.dylib ;;
  *) lib=libasync_core.so ;;
esac
mkdir -p "$out"
# Renamed into place: a process that has the old file mapped keeps the old file.
cp "target/release/$lib" "$out/core.so.$$"
mv -f "$out/core.so.$$" "$out/core.so"
