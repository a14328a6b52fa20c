-- From a channel to one result: reduce, transduce, into. Each gives a channel that
-- carries it. An error in a function of the user's is reported, and closes it.
local core = require "async.core"
local check = require "async.check"
local reduced = require "async.reduced"

local go, park_take = core.go, core.park_take
local is_reduced = reduced["reduced?"]

local M = {}

local function fold(step, result, channel)
  local value = park_take(channel)
  while value ~= nil do
    result = step(result, value)
    if is_reduced(result) then return result[1] end
    value = park_take(channel)
  end
  return result
end

--- `step(result, value)` for each value, the first time with `init`; ends with the
--- channel, or with a result that is reduced.
function M.reduce(step, init, channel)
  check.callable("async.reduce", step, 1)
  check.channel("async.reduce", channel, 3)
  return go(fold, step, init, channel)
end

--- The same through a transducer; the step function that it makes is called once
--- more in the end, with the result alone.
function M.transduce(xform, step, init, channel)
  check.callable("async.transduce", xform, 1)
  check.callable("async.transduce", step, 2)
  check.channel("async.transduce", channel, 4)
  local through = xform(step)
  check.callable("async.transduce: the transducer must make a step function", through, 1)
  return go(function() return through(fold(through, init, channel)) end)
end

local function append(list, channel)
  local value = park_take(channel)
  while value ~= nil do
    list[#list + 1] = value
    value = park_take(channel)
  end
  return list
end

--- Appends what comes to the list, which is the result when the channel has closed.
function M.into(list, channel)
  check.list("async.into", list, 1)
  check.channel("async.into", channel, 2)
  return go(append, list, channel)
end

return M
