#!/bin/sh
# Runs the examples; each must end by itself and without an error.
set -eu
cd "$(dirname "$0")/.."

for lua in lua5.4 luajit; do
  timeout 60 ci/lua.sh $lua examples/demo.lua
done
timeout 60 ci/lua.sh lua5.4 build/fennel/fennel examples/demo.fnl
