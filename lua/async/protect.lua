-- Protected calls that a coroutine can park in: Lua's own where they do.
--
-- Lua 5.1 cannot yield across pcall. So there the function runs in a coroutine of
-- its own, within the caller's; when it parks or yields, `resume_within` does the
-- same to the caller, and what comes back is passed in again.
local core = require "async.core"

local can_park, resume_within = core.can_park, core.resume_within
if not resume_within then
  -- The same functions would have these modules' names in tracebacks of all programs.
  return { pcall = core.own(pcall), xpcall = core.own(xpcall) }
end

local unpack, select, create, traceback = unpack, select, coroutine.create, debug.traceback

-- No value of a program's: says that the function is over.
local DONE = {}

-- The function is no variable here, by whose name an error would call it.
local function call(...)
  return (...)(select(2, ...))
end

-- Passes in what came, until the function is over.
local function run(co, ...)
  if (...) == DONE then
    return select(2, ...)
  end
  return run(co, resume_within(DONE, co, ...))
end

local protect = {}

function protect.pcall(...)
  if select("#", ...) == 0 then
    error("async.pcall: function expected, got no value (argument 1)", 2)
  end
  if not can_park() then
    return pcall(...)
  end
  local co = create(call)
  return run(co, resume_within(DONE, co, ...))
end

-- The stack of the error is that of a coroutine which is dead.
local function handled(co, handler, ok, ...)
  if ok then
    return true, ...
  end
  if handler == traceback then
    return false, traceback(co, (...))
  end
  if handler == core.catch then
    return false, handler((...), co)
  end
  return false, select(2, pcall(handler, (...)))
end

function protect.xpcall(f, handler, ...)
  if not can_park() then
    local n, args = select("#", ...), { ... }
    return xpcall(function() return f(unpack(args, 1, n)) end, handler)
  end
  local co = create(call)
  return handled(co, handler, run(co, resume_within(DONE, co, f, ...)))
end

return protect
