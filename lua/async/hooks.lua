-- Debug hooks of the program's own, where the library's hook may be on the same coroutine:
-- Lua's functions are replaced by ones that know both.
local core = require "async.core"

-- By name: who makes the function that takes the place of Lua's own.
local MAKERS = { sethook = core.wrapped_sethook, gethook = core.wrapped_gethook }

local lib = rawget(_G, "debug")
for name, maker in pairs(MAKERS) do
  -- Nothing is made for what somebody else has put there, nor for ours, if it is there already.
  local made = type(lib) == "table" and maker(lib[name])
  if made then
    lib[name] = made
  end
end
