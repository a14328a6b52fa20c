-- More transducers than the common helpers have: of a given length, and with an eye on completion.
local async = require "async"
local support = require "spec.support.init"

local M = {
  each = support.stepping,
  map = support.map,
  filter = support.filter,
  id = support.id,
  inc = support.inc,
  cat = support.cat,
  tk2 = support.tk2,
  pall2 = support.pall2,
}

M.even = M.filter(function(value) return value % 2 == 0 end)

--- The first n values, then no more.
function M.take(n)
  return function(step)
    local left = n
    return function(...)
      if select("#", ...) < 2 then return step(...) end
      left = left - 1
      local acc = step(...)
      if left <= 0 and not async.is_reduced(acc) then return async.reduced(acc) end
      return acc
    end
  end
end

--- Lists of n values; the last one may be shorter.
function M.partition_all(n)
  return function(step)
    local group = {}
    return function(...)
      local acc, value = ...
      if select("#", ...) == 0 then return step() end
      if select("#", ...) == 1 then
        local rest = group
        group = {}
        return step(#rest > 0 and step(acc, rest) or acc)
      end
      group[#group + 1] = value
      if #group < n then return acc end
      local ready = group
      group = {}
      return step(acc, ready)
    end
  end
end

--- Passes values on; calls `hook()` whenever it is told to complete.
function M.on_complete(hook)
  return function(step)
    return function(...)
      if select("#", ...) == 1 then return hook(step, ...) end
      return step(...)
    end
  end
end

--- What the channel gives when another block puts the values.
function M.through(channel, values)
  async.go(function()
    for i = 1, #values do
      if not async.park_put(channel, values[i]) then return end
    end
    async.close(channel)
  end)
  return support.drain(channel)
end

--- A step function that notes how it is called, and has enough after `most` values.
function M.notebook(most)
  local log = { inits = 0, ends = 0, late = 0 }
  return log, function(...)
    local count = select("#", ...)
    if count == 0 then log.inits = log.inits + 1 end
    if count == 1 then log.ends = log.ends + 1 end
    if count < 2 then return ... end
    if #log == most or log.ends > 0 then log.late = log.late + 1 end
    log[#log + 1] = select(2, ...)
    return #log == most and async.reduced "enough" or "more"
  end
end

return M
