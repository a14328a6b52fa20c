#!/bin/sh
# feature.sh INTERPRETER: the cargo feature for it, asked of the interpreter itself.
PATH="$(dirname "$0")/../build/bin:$PATH" # where ci/lua55.sh puts its Lua
exec "$1" -e 'io.write(jit and "luajit" or "lua" .. _VERSION:gsub("%D", ""))'
