-- Reading arguments in Lua: what is wrong is said as the native part says it,
-- and the error points at whoever called the function that checks.
local core = require "async.core"

local check = {}

local function expected(what, is)
  return function(name, value, position)
    if not is(value) then
      error(("%s: %s expected, got %s (argument %d)"):format(name, what, type(value), position), 3)
    end
  end
end

local function is_callable(value)
  if type(value) == "function" then return true end
  local meta = getmetatable(value)
  return type(meta) == "table" and type(meta.__call) == "function"
end

check.is_callable = is_callable
check.channel = expected("channel", core.is_chan)
check.callable = expected("function", is_callable)
check.optional_callable = expected("function", function(value) return value == nil or is_callable(value) end)
check.list = expected("table", function(value) return type(value) == "table" end)

--- A list of channels, of which it returns a copy.
function check.channels(name, list, position)
  if type(list) ~= "table" or core.is_chan(list) then
    local got = core.is_chan(list) and "channel" or type(list)
    error(("%s: list of channels expected, got %s (argument %d)"):format(name, got, position), 3)
  end
  local copy = {}
  for i = 1, #list do
    if not core.is_chan(list[i]) then
      error(("%s: channel expected, got %s (entry %d of argument %d)"):format(name, type(list[i]), i, position), 3)
    end
    copy[i] = list[i]
  end
  return copy
end

--- A whole number that is at least `least`.
function check.count(name, value, position, least)
  if type(value) ~= "number" or value < least or value % 1 ~= 0 or value == math.huge then
    local got = type(value) == "number" and tostring(value) or type(value)
    error(("%s: whole number of at least %d expected, got %s (argument %d)"):format(name, least, got, position), 3)
  end
end

return check
