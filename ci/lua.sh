#!/bin/sh
# lua.sh INTERPRETER ARGS...: run it in the root with the module built for it.
set -eu
cd "$(dirname "$0")/.."

lua=$1
shift
export PATH="$PWD/build/bin:$PATH" # where ci/lua55.sh puts its Lua
feature=$(ci/feature.sh "$lua")
path=
# The distribution's Lua modules serve a Lua that it does not have, too.
[ "$feature" = lua55 ] && path="/usr/share/lua/5.4/?.lua;/usr/share/lua/5.4/?/init.lua;"
unset LUA_PATH_5_2 LUA_PATH_5_3 LUA_PATH_5_4 LUA_PATH_5_5 LUA_CPATH_5_2 LUA_CPATH_5_3 LUA_CPATH_5_4 LUA_CPATH_5_5
export LUA_PATH="lua/?.lua;./?.lua;./?/init.lua;build/fennel/?.lua;$path;"
export LUA_CPATH="build/$feature/?.so;;"
exec "$lua" "$@"
