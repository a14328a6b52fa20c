-- Calling a function of the user's in the middle of something: its error is
-- reported and goes no further.
local core = require "async.core"

local catch, report = core.catch, core.report
local unpack = table.unpack or unpack

local call = xpcall
if not select(2, xpcall(function(...) return ... end, catch, true)) then
  -- Plain Lua 5.1 hands no arguments on.
  call = function(f, handler, ...)
    local n, arguments = select("#", ...), { ... }
    return xpcall(function() return f(unpack(arguments, 1, n)) end, handler)
  end
end

--- Calls `f(...)`. Returns true and its result, or false when it failed.
return function(f, ...)
  local ok, result = call(f, catch, ...)
  if ok then return true, result end
  report(result)
  return false
end
