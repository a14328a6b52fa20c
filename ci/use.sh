#!/bin/sh
# use.sh INTERPRETER LUA_DIRECTORY LIB_DIRECTORY: uses a library that was installed
# there as a stranger would: from another directory, with nothing in the
# environment but the two paths, in Lua and in Fennel.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
lua=$(PATH="$root/build/bin:$PATH" && command -v "$1") # build/bin: a Lua made for the tests
"$root/ci/fennel.sh"
lua_path="$2/?.lua"
lua_cpath="$3/?.so"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

# prints TEXT ARGUMENTS...: the interpreter, given them, prints that and nothing else.
prints() {
  text=$1
  shift
  printed=$(timeout 60 env -i "LUA_PATH=$lua_path" "LUA_CPATH=$lua_cpath" "$lua" "$@" 2>&1) || true
  if [ "$printed" != "$text" ]; then
    printf '%s\n' "use: $lua $* should print '$text', but does this:" "$printed" >&2
    exit 1
  fi
}

cat >program.lua <<'LUA'
local async = require("async")
local numbers = async.chan(2)
async.go(function()
  for i = 1, 5 do async.put(numbers, i) end
  async.close(numbers)
end)
local sum = 0
for v in numbers:iter() do sum = sum + v end
local patience = async.timeout(10)
assert(async.alts({ numbers, patience })[2] == numbers, "a closed channel is ready")
assert(async.take(patience) == nil)
print("the sum is " .. sum)
LUA
prints "the sum is 15" program.lua

# The ways to ask for the macros; each program runs two go blocks.
set -- :async :async.macros '(doto :async require)'
# The name of async.fnl, whose programs run on this library.
if [ -f "$root/lua/io/gitlab/andreyorst/async.lua" ]; then set -- "$@" :io.gitlab.andreyorst.async; fi
for from in "$@"; do
  cat >macros.fnl <<FNL
(import-macros {: go : go-loop} $from)
(local async (require :async))
(local one (go (+ 1 1)))
(local three (go-loop [n 0] (if (< n 3) (recur (+ n 1)) n)))
(print (.. (async.take one) " and " (async.take three)))
FNL
  prints "2 and 3" "$root/build/fennel/fennel" macros.fnl
done
