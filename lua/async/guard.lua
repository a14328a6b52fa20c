-- Calling a function of the user's in the middle of something: its error is
-- reported and goes no further.
local core = require "async.core"
local protect = require "async.protect"

local catch, report = core.catch, core.report
-- Lua's own where it can be parked in, as it takes a step less.
local xpcall = core.resume_within and protect.xpcall or xpcall

--- Calls `f(...)`, which may park. Returns true and its result, or false when it
--- failed.
return function(f, ...)
  local ok, result = xpcall(f, catch, ...)
  if ok then return true, result end
  report(result)
  return false
end
