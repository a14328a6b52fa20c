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

-- A tail call: nothing is left of this one.
local function call(f, ...)
  return f(...)
end

core.setup {
  reduced = getmetatable(reduced.reduced(nil)),
  foreign_put = foreign.put,
  foreign_take = foreign.take,
  foreign_alts = foreign.alts,
  foreign_close = foreign.close,
  empty = empty,
  call = call,
}

-- In LuaJIT a coroutine must not yield below a debug hook, so the library wants to
-- know whether hooks are used.
if rawget(_G, "jit") and core.hooks_are_used then
  local sethook, hooks_are_used = debug.sethook, core.hooks_are_used
  core.hooks_are_used = nil
  function debug.sethook(...) -- luacheck: ignore 122
    hooks_are_used()
    return sethook(...)
  end
end

local async = { _VERSION = "0.1.0", __VERSION = "0.1.0" }

local inner = { setup = true, hooks_are_used = true, can_park = true, resume_within = true }
for name, f in pairs(core) do
  if not inner[name] then
    async[name] = f
  end
end
async.reduced = reduced.reduced
async.is_reduced = reduced["reduced?"]
for name, f in pairs(require "async.protect") do
  async[name] = f
end
for name, lua_name in pairs(require "async.names") do
  async[name] = async[lua_name]
end

return async
