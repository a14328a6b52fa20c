#!/bin/sh
# neovim.sh: the library in Neovim's own main loop, first by the lines that
# docs/hosts.md shows, then as a plugin that was only copied.
set -eu
cd "$(dirname "$0")/.."

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
dist=build/dist/luajit
ci/dist.sh luajit

# The first Lua block of the section Neovim.
awk '/^## Neovim$/ { near = 1 } near && /^```$/ { exit } shown { print } near && /^```lua$/ { shown = 1 }' docs/hosts.md \
  >"$tmp/shown.lua"
[ "$(wc -l <"$tmp/shown.lua")" -eq 3 ] || { echo "neovim: docs/hosts.md shows no three lines" >&2; exit 1; }

cat >"$tmp/program.lua" <<'LUA'
local async = require("async")
local lines = async.chan()
async.go(function()
  for i = 1, 3 do
    async.take(async.timeout(20))
    async.put(lines, "line " .. i)
  end
  async.close(lines)
end)
local done = async.go(function()
  for line in lines:iter() do vim.fn.append(vim.fn.line("$"), line) end
  return true
end)
-- The editor's loop runs in here, and nothing else of the library is called.
local over
async.take_async(done, function(value) over = value end)
assert(vim.wait(10000, function() return over end, 5), "the go blocks never ended")
io.stdout:write(table.concat(vim.fn.getline(1, "$"), "|"), "\n")
LUA

# edit INIT: the program in an editor with this init.lua, and what it wrote.
edit() {
  XDG_DATA_HOME=$tmp/data XDG_STATE_HOME=$tmp/state XDG_CONFIG_HOME=$tmp/config timeout 60 \
    nvim --headless -i NONE -n -u "$1" -c "lua xpcall(dofile, function(e) io.stdout:write(debug.traceback(e)) end, '$tmp/program.lua')" -c 'qa!'
}

check() {
  wrote=$(edit "$2" 2>&1)
  [ "$wrote" = "|line 1|line 2|line 3" ] || { echo "neovim: $1: $wrote" >&2; exit 1; }
  echo "neovim: works $1"
}

sed "s|/path/to/$dist|$PWD/$dist|" "$tmp/shown.lua" >"$tmp/shown_init.lua"
check "by runtimepath" "$tmp/shown_init.lua"

mkdir -p "$tmp/data/nvim/site/pack/any/start"
cp -R $dist "$tmp/data/nvim/site/pack/any/start/async"
sed 1d "$tmp/shown.lua" >"$tmp/plugin_init.lua"
check "as a plugin" "$tmp/plugin_init.lua"
