#!/bin/sh
# Runs the examples; each must end by itself and without an error.
set -eu
cd "$(dirname "$0")/.."

for example in examples/*.lua; do
  for lua in lua5.4 luajit; do
    echo "-- $example on $lua"
    timeout 60 ci/lua.sh $lua "$example"
  done
done
for example in examples/*.fnl; do
  echo "-- $example on lua5.4"
  timeout 60 ci/lua.sh lua5.4 build/fennel/fennel "$example"
done
