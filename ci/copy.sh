#!/bin/sh
# copy.sh INTERPRETER LUA_DIRECTORY LIB_DIRECTORY: what a program needs, to a
# directory on its package.path and one on its package.cpath.
# Builds only where there is nothing new enough, so that `sudo make install` after
# `make build` needs no cargo.
set -eu
cd "$(dirname "$0")/.."

core=build/$(ci/feature.sh "$1")/async/core.so
if [ ! -f "$core" ] || [ -n "$(find src build.rs Cargo.toml Cargo.lock -newer "$core")" ]; then
  ci/build.sh "$1"
fi

put() {
  install -d "$(dirname "$2")"
  # Renamed into place: a process that has the old file mapped keeps the old file.
  install -m 644 "$1" "$2.$$"
  mv -f "$2.$$" "$2"
}

(cd lua && find . -name '*.lua') | while read -r file; do put "lua/$file" "$2/$file"; done
put "$core" "$3/async/core.so"
