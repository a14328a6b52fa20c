#!/usr/bin/env bash
# hooklog.sh INTERPRETER: builds the hook in C that the specs use, tests/hooks, for
# one Lua, unless it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

feature=$(ci/feature.sh "$1")
out=build/$feature/hooklog.so
if [ "$out" -nt tests/hooks/hooklog.c ]; then exit 0; fi
case $feature in
  luajit) headers=-I/usr/include/luajit-2.1 ;;
  lua55) headers=$(ci/lua55.sh --sources | grep '^-I') ;;
  *) headers=-I/usr/include/$1 ;;
esac
mkdir -p "build/$feature"
"${CC:-cc}" -std=gnu99 -O1 -Wall -Wextra -fPIC -shared -o "$out.$$" tests/hooks/hooklog.c "$headers"
mv -f "$out.$$" "$out"
