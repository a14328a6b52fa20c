#!/bin/sh
# lua.sh INTERPRETER ARGS...: run it in the root with the module built for it.
set -eu
cd "$(dirname "$0")/.."

lua=$1
shift
feature=$(ci/feature.sh "$lua")
unset LUA_PATH_5_4 LUA_CPATH_5_4
export LUA_PATH="lua/?.lua;./?.lua;./?/init.lua;build/fennel/?.lua;;"
export LUA_CPATH="build/$feature/?.so;;"
exec "$lua" "$@"
