-- From several channels to one: map, merge; and the first values of one: take.
local core = require "async.core"
local check = require "async.check"
local flow = require "async.flow"

local alts, chan, go = core.park_alts, core.chan, core.go
local park_put, park_take, take_async, try_put = core.park_put, core.park_take, core.take_async, core.try_put
local unpack = table.unpack or unpack

local M = {}

-- For each source the callback of its take. It keeps the value and tells `arrived`
-- whether there is one.
local function receivers(count, round, arrived)
  local list = {}
  for i = 1, count do
    list[i] = function(value)
      round[i] = value
      try_put(arrived, value ~= nil)
    end
  end
  return list
end

-- Takes from all sources at once, since whoever feeds them may do so in any order.
local function zip(f, sources, out)
  local count, round = #sources, {}
  local arrived = chan(count)
  local receive = receivers(count, round, arrived)
  while count > 0 do
    for i = 1, count do take_async(sources[i], receive[i]) end
    for _ = 1, count do
      if not park_take(arrived) then return end
    end
    local value = f(unpack(round, 1, count))
    if value == nil then error("async.map: the function returned nil, which a channel cannot carry", 0) end
    if not park_put(out, value) then return end
  end
end

--- A channel with `f` of the first values of all sources, then of the second ones,
--- and so on until one of the sources or the channel itself closes.
function M.map(f, sources, buffer)
  check.callable("async.map", f, 1)
  sources = check.channels("async.map", sources, 2)
  local out = flow.channel("async.map", buffer, 3)
  return flow.close_after(go(zip, f, sources, out), out)
end

local function funnel(sources, out)
  while sources[1] do
    local pair = alts(sources)
    local value, source = pair[1], pair[2]
    if value == nil then
      for i = #sources, 1, -1 do
        if sources[i] == source then table.remove(sources, i) end
      end
    elseif not park_put(out, value) then
      return
    end
  end
end

--- A channel with the values of all sources, which closes behind the last of them.
--- Where several have values, chance decides. Stops when the channel is closed.
function M.merge(sources, buffer)
  sources = check.channels("async.merge", sources, 1)
  local out = flow.channel("async.merge", buffer, 2)
  return flow.close_after(go(funnel, sources, out), out)
end

local function copy_first(count, from, out)
  for _ = 1, count do
    local value = park_take(from)
    if value == nil or not park_put(out, value) then return end
  end
end

--- A channel with the first `count` values; nothing more is taken.
function M.take_first(count, from, buffer)
  check.count("async.take", count, 1, 0)
  check.channel("async.take", from, 2)
  local out = flow.channel("async.take", buffer, 3)
  return flow.close_after(go(copy_first, count, from, out), out)
end

return M
