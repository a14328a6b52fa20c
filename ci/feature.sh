#!/bin/sh
# feature.sh INTERPRETER: the cargo feature for it, asked of the interpreter itself.
exec "$1" -e 'io.write(jit and "luajit" or "lua" .. _VERSION:gsub("%D", ""))'
