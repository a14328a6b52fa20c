#!/bin/sh
# Builds Lua 5.5, which Debian does not have, to build/bin/lua5.5: its sources
# come with the crate lua-src, which tests/host uses too, and the program around
# them is tests/lua55/lua.c. With --sources: prints what another program needs to
# be compiled with, one argument a line.
set -eu
cd "$(dirname "$0")/.."

out=build/bin/lua5.5
metadata=$("${CARGO:-cargo}" metadata --locked --format-version 1 --manifest-path tests/host/Cargo.toml)
crate=$(echo "$metadata" | sed -n 's/.*"manifest_path":"\([^"]*\/lua-src-[^"]*\)\/Cargo.toml".*/\1/p')
want=${1:-}
set -- "$crate"/lua-5.5*/
lua=$1
[ -f "${lua}lua.h" ] || { echo "lua55: the crate lua-src has no Lua 5.5 in $crate" >&2; exit 1; }
if [ "$want" = --sources ]; then
  printf '%s\n' -DLUA_USE_LINUX "-I$lua" "$lua"*.c
  exit 0
fi
if [ -x $out ] && [ $out -nt tests/lua55/lua.c ] && [ $out -nt "${lua}lua.h" ]; then exit 0; fi

mkdir -p build/bin
# As Lua's own makefile does for Linux: symbols are exported to modules.
"${CC:-cc}" -std=gnu99 -O2 -Wall -Wextra -DLUA_USE_LINUX -I"$lua" -o "$out.$$" tests/lua55/lua.c "$lua"*.c -Wl,-E -lm -ldl
mv -f "$out.$$" $out
