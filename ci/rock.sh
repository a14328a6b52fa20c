#!/bin/sh
# Installs the rock for both Luas into a tree of its own and uses it from
# another directory, with nothing in the environment but the tree's two paths.
set -eu
cd "$(dirname "$0")/.."

root=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/elsewhere"

cat >"$tmp/elsewhere/program.lua" <<'LUA'
local async = require("async")
local numbers = async.chan(2)
async.go(function()
  for i = 1, 5 do async.put(numbers, i) end
  async.close(numbers)
end)
local sum = 0
for v in numbers:iter() do sum = sum + v end
assert(sum == 15, sum)
local file = package.searchpath and package.searchpath("async", package.path)
assert(not file or file:find(arg[1], 1, true), file)
LUA

# The ways to ask for the macros; each program runs a go block.
i=0
for from in :async :async.macros '(doto :async require)' :io.gitlab.andreyorst.async; do
  i=$((i + 1))
  cat >"$tmp/elsewhere/macros$i.fnl" <<FNL
(import-macros {: go : go-loop} $from)
(local async (require :async))
(local one (go (+ 1 1)))
(assert (= 2 (async.take one)))
(local three (go-loop [n 0] (if (< n 3) (recur (+ n 1)) n)))
(assert (= 3 (async.take three)))
FNL
done

# use INTERPRETER LUAROCKS: install into a tree, then run the programs.
use() {
  lua=$(command -v "$1")
  tree=$tmp/$1
  "$2" make --tree "$tree" "LUA=$lua" rockspec/async-channels-scm-1.rockspec
  lua_path=$("$2" path --tree "$tree" --lr-path)
  lua_cpath=$("$2" path --tree "$tree" --lr-cpath)
  cd "$tmp/elsewhere"
  clean() { timeout 60 env -i "LUA_PATH=$lua_path" "LUA_CPATH=$lua_cpath" "$lua" "$@"; }
  clean program.lua "$tree"
  for n in 1 2 3 4; do clean "$root/build/fennel/fennel" "macros$n.fnl"; done
  cd "$root"
  echo "rock: installed and used with $1"
}

use lua5.4 luarocks-5.4
use luajit luarocks-5.1
