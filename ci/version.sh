#!/bin/sh
# version.sh INTERPRETER: its version as directories are named, "5.4". LuaJIT looks
# where Lua 5.1 does.
set -eu
feature=$("$(dirname "$0")/feature.sh" "$1")
case $feature in
  luajit) echo 5.1 ;;
  *) echo "5.${feature#lua5}" ;;
esac
