#!/bin/sh
# luas.sh: the interpreters this library is built for, those that Cargo.toml has
# a feature for, one a line.
set -eu
cd "$(dirname "$0")/.."
for lua in lua5.1 lua5.2 lua5.3 lua5.4 lua5.5 luajit; do
  feature=$(echo "$lua" | tr -d .)
  if grep -q "^$feature *=" Cargo.toml; then echo "$lua"; fi
done
