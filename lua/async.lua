-- async: channels, go blocks and timers, after Clojure's core.async.
--
-- In Fennel's compiler this file stands for the macros, so that
-- `(import-macros {: go} :async)` finds them where the library is installed.
if rawget(_G, "_IS_COMPILER") then
  return require("async.macros")
end

local core = require "async.core"
if type(core) ~= "table" then
  -- Before the other files have loaded with it, which they would do only once.
  error("async: package.loaded has something else as async.core: a " .. type(core))
end
local foreign = require "async.foreign"
local gather = require "async.gather"
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
  take_first = gather.take_first,
  empty = empty,
  call = call,
}

-- In LuaJIT a coroutine must not yield below a debug hook, so the library wants to
-- know whether hooks are used. And a profiler that is started while the library's
-- runs would lose its mode; once it is stopped, the library's may start at once.
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
    local stop, profiler_is_free = profile.stop, core.profiler_is_free
    function profile.start(...)
      profiler_is_wanted()
      return start(...)
    end
    function profile.stop()
      stop()
      profiler_is_free()
    end
  end
end

local async = { _VERSION = "0.1.0", __VERSION = "0.1.0" }

-- What only the library itself calls.
local private = {
  setup = true, hooks_are_used = true, catch = true, report = true, offer_each = true,
  can_park = true, resume_within = true, profiler_is_wanted = true, profiler_is_free = true,
  tracked_resume = true, tracked_wrap = true, wrapped_gethook = true, wrapped_sethook = true, own = true,
}
for name, f in pairs(core) do
  if not private[name] then
    async[name] = f
  end
end
for _, noun in ipairs {
  "fold", "gather", "mix", "mult", "pipe", "pipeline", "ports", "protect", "pub", "reshape", "track",
} do
  for name, f in pairs(require("async." .. noun)) do
    async[name] = f
  end
end
async.take_first = nil -- known as take(n, channel)
require "async.methods"
require "async.hooks"
async.reduced = reduced.reduced
async.is_reduced = reduced["reduced?"]
async.xf = require "async.xf"
for name, lua_name in pairs(require "async.names") do
  async[name] = async[lua_name]
end

-- Programs of async.fnl look buffers up here by their class.
async.buffers = {
  FixedBuffer = core.buffer(1).type,
  DroppingBuffer = core.dropping_buffer(1).type,
  SlidingBuffer = core.sliding_buffer(1).type,
  PromiseBuffer = core.promise_buffer().type,
}

local methods = core.chan().type
methods.mult, methods.pub = async.mult, async.pub

-- For `,doc` in Fennel, which is loaded already if anybody can ask.
if package.loaded.fennel or package.loaded["fennel.compiler"] then
  local doc = require "async.doc"
  local metadata = doc.metadata()
  if metadata then doc.register(async, metadata) end
end

local wanted = os and os.getenv and os.getenv "ASYNC_TRIGGER"
if wanted and wanted ~= "" then
  local known, err = pcall(async.trigger, wanted)
  if not known then
    error((err:gsub("^async%.trigger: (.*) %(argument 1%)$", "async: ASYNC_TRIGGER: %1")), 0)
  end
end

return async
