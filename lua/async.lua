-- async: channels, go blocks and timers, after Clojure's core.async.
--
-- In Fennel's compiler this file stands for the macros, so that
-- `(import-macros {: go} :async)` finds them where the library is installed.
if rawget(_G, "_IS_COMPILER") then
  return require("async.macros")
end

local core = require "async.core"
local foreign = require "async.foreign"
local reduced = require "async.reduced"

local function empty() end
if rawget(_G, "jit") then
  require("jit").off(empty)
end

core.setup {
  reduced = getmetatable(reduced.reduced(nil)),
  foreign_put = foreign.put,
  foreign_take = foreign.take,
  foreign_alts = foreign.alts,
  foreign_close = foreign.close,
  empty = empty,
}

-- In LuaJIT a coroutine must not yield below a debug hook, so the library wants to
-- know whether hooks are used. And a profiler that is started while the library's
-- runs would lose its mode.
if rawget(_G, "jit") and core.hooks_are_used then
  local sethook, hooks_are_used = debug.sethook, core.hooks_are_used
  core.hooks_are_used = nil
  function debug.sethook(...) -- luacheck: ignore 122
    hooks_are_used()
    return sethook(...)
  end

  local found, profile = pcall(require, "jit.profile")
  if found then
    local start, profiler_is_wanted = profile.start, core.profiler_is_wanted
    function profile.start(...)
      profiler_is_wanted()
      return start(...)
    end
  end
end

local async = { _VERSION = "0.1.0", __VERSION = "0.1.0" }

for name, f in pairs(core) do
  if name ~= "setup" and name ~= "hooks_are_used" and name ~= "profiler_is_wanted" then
    async[name] = f
  end
end
async.reduced = reduced.reduced
async.is_reduced = reduced["reduced?"]
for name, lua_name in pairs(require "async.names") do
  async[name] = async[lua_name]
end

return async
