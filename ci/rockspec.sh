#!/bin/sh
# The rockspec is well formed, lists exactly the files in lua/, and leaves their
# copying to LuaRocks.
set -eu
cd "$(dirname "$0")/.."

spec=rockspec/async-channels-scm-1.rockspec
luarocks-5.4 lint $spec

listed=$(lua5.4 - $spec <<'LUA'
local rock = {}
assert(loadfile(arg[1], "t", rock))()
assert(rock.build.install_pass == false, "LuaRocks would run `make install`, which knows nothing of its trees")
for name, file in pairs(rock.build.install.lua) do
  assert(file == "lua/" .. name:gsub("%.", "/") .. ".lua", name .. " is not the module of " .. file)
  print(file)
end
LUA
)
present=$(find lua -type f)
if [ "$(echo "$listed" | sort)" != "$(echo "$present" | sort)" ]; then
  printf 'rockspec lists:\n%s\nlua/ has:\n%s\n' "$listed" "$present" >&2
  exit 1
fi
